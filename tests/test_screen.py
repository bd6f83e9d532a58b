"""What the engine wrote and the screen did not pass has never been visible, not for a moment."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.events import Rating
from bot.policy.matching import plain
from bot.policy.screen import Screen
from bot.policy.words import SEXUAL

STORY = (
    'The lamp turned over the water. "You came back," she said, and set the kettle on. '
    "I have been reading about 12 ships, a little school, and a real storm.\n\n"
    "*She smiles.* Do you remember? It took three days… and a machine that would not start. "
    "Mr. Hale was a person of the sea; he had a robot of tin. 灯台は静かだ。Good."
)
MILD = st.lists(
    st.sampled_from(
        [
            *["lamp", "sea", "kettle", "I", "am", "a", "the", "is", "15", "real", "story", "kiss"],
            *[". ", "! ", ", ", '"', "\n", " ", " ", " ", "*", "-", "灯", "é", "\u200b"],
        ]
    ),
    max_size=60,
).map("".join)
LISTED = st.sampled_from(["sex", "naked", "erotic", "masturbation"])
MASKS = st.sampled_from(
    [
        str,
        str.upper,
        " ".join,
        ".".join,
        "\u200b".join,
        lambda word: word.replace("e", "3"),
        lambda word: word.replace("e", "е"),
        lambda word: "".join(chr(ord(sign) + 0xFEE0) if sign != " " else " " for sign in word),
    ]
)


def show(
    text: str, cuts: Sequence[int] = (), rating: Rating = Rating.ROMANCE
) -> tuple[list[str], Screen]:
    screen = Screen(rating, persona_name="Wren")
    edges = [0, *sorted({cut % (len(text) + 1) for cut in cuts}), len(text)]
    shown = [screen.feed(text[start:end]) for start, end in pairwise(edges)]
    return [*shown, screen.finish()], screen


def result(text: str, rating: Rating = Rating.ROMANCE) -> tuple[str, str | None]:
    pieces, screen = show(text, range(0, len(text), 3), rating)
    return "".join(pieces), screen.blocked.rule if screen.blocked else None


def test_an_allowed_text_comes_out_as_it_went_in() -> None:
    assert result(STORY) == (STORY, None)


def test_first_words_come_before_the_sentence_is_over() -> None:
    screen = Screen(Rating.ROMANCE, persona_name="Wren")
    assert screen.feed("The lamp turned over ") == "The lamp turned over "


def test_the_end_of_a_word_is_waited_for() -> None:
    screen = Screen(Rating.ROMANCE, persona_name="Wren")
    assert screen.feed("The lamp tur") == "The lamp "
    assert screen.finish() == "tur"


@settings(deadline=None)  # The machine may be busy.
@given(text=MILD | st.just(STORY), cuts=st.lists(st.integers(0, 10_000), max_size=30))
def test_the_pieces_in_which_a_text_comes_change_nothing(text: str, cuts: list[int]) -> None:
    once, screen = show(text)
    pieces, same = show(text, cuts)
    assert "".join(pieces) == "".join(once)
    assert same.blocked == screen.blocked
    if not same.blocked:
        assert "".join(pieces) == text
    assert text.startswith("".join(pieces))


@settings(deadline=None)  # The machine may be busy.
@given(
    before=MILD,
    word=LISTED,
    mask=MASKS,
    after=MILD,
    cuts=st.lists(st.integers(0, 10_000), max_size=30),
)
def test_a_listed_word_is_never_shown_however_it_is_cut_or_masked(
    before: str, word: str, mask: object, after: str, cuts: list[int]
) -> None:
    assert callable(mask)
    masked = mask(word)
    pieces, screen = show(f"{before} the {masked} then {after}", cuts)
    assert screen.blocked is not None
    shown = "".join(pieces)
    assert masked not in shown
    assert not SEXUAL.found(plain(shown))


@pytest.mark.parametrize(
    "spelled", ["s e x", "s.e.x", "s. e. x.", "s - e - x", "S\u200b E\u200b X", "s\ne\nx"]
)
def test_not_even_the_first_letter_of_a_word_spelled_out_is_shown(spelled: str) -> None:
    assert result(f"They spoke of {spelled} and went on.") == ("They spoke of ", "sexual_content")


def test_after_a_block_nothing_more_is_shown() -> None:
    screen = Screen(Rating.GENERAL, persona_name="Wren")
    assert screen.feed("Fine so far. Then a naked lamp. ") == "Fine so far. Then "
    assert screen.blocked is not None
    assert screen.feed("More words. ") == ""
    assert screen.finish() == ""


@pytest.mark.parametrize("rating", Rating)
@pytest.mark.parametrize(
    "text",
    [
        "A schoolgirl came in. She wants a kiss.",
        "She is 15. The knight kisses her.",
        "They kiss. She is only fifteen years old.",
        "A k i s s for the schoolgirl.",
        "An underage squire flirts.",
    ],
)
def test_romance_with_somebody_under_18_is_blocked_at_every_rating(
    rating: Rating, text: str
) -> None:
    shown, rule = result(text, rating)
    assert rule == "romance_with_somebody_under_18"
    assert shown != text


def test_romance_among_adults_passes_from_romance_on() -> None:
    text = "He is 31. They kiss under the lamp."
    assert result(text) == (text, None)


def test_where_romance_is_closed_the_persona_does_not_court_the_person() -> None:
    assert result("She kisses you softly.", Rating.GENERAL)[1] == "romance_after_it_was_closed"
    assert result("The princess kissed the frog.", Rating.GENERAL)[1] is None


def test_sexual_words_pass_at_mature_only() -> None:
    text = "An erotic poem of two adults."
    assert result(text, Rating.MATURE) == (text, None)
    assert result(text, Rating.ROMANCE) == ("An ", "sexual_content")


@pytest.mark.parametrize(
    "text",
    [
        "I am human, I promise.",
        "I'm a real person, you know.",
        "Of course I'm not a robot.",
        "Wren is a real person.",
        "I'm real.",
        "I am h u m a n.",
        "I'm   a\nhuman being.",
    ],
)
def test_a_claim_to_be_human_is_blocked(text: str) -> None:
    assert result(text)[1] == "claims_to_be_human"


@pytest.mark.parametrize(
    "text",
    [
        '"I am human," said the elf. "I am not a robot."',
        "I am not human.",
        "I'm a person of few words.",
        "I'm not a person, I'm software.",
        "The knight is human.",
        "I am only here to talk. Real coffee helps.",
        "You are a real person, and I am software.",
    ],
)
def test_stories_and_honest_words_pass(text: str) -> None:
    assert result(text) == (text, None)


def test_a_quotation_ends_with_its_line() -> None:
    assert result('"An open quotation\nI am human.')[1] == "claims_to_be_human"


def test_somebody_under_18_in_the_reply_is_noticed() -> None:
    pieces, screen = show("The squire is sixteen. He sails well.")
    assert "".join(pieces) == "The squire is sixteen. He sails well."
    assert screen.closes_romance


def test_a_sentence_without_end_is_let_go_in_parts() -> None:
    text = "a real lamp and " * 200
    screen = Screen(Rating.ROMANCE, persona_name="Wren")
    assert len(screen.feed(text)) > len(text) - 500
    assert screen.blocked is None


def test_a_forbidden_word_across_such_a_part_is_found() -> None:
    for length in range(380, 420):
        filler = ("real " * 100)[:length]
        assert result(f"{filler} make love to")[1] == "sexual_content"


def test_an_age_in_another_language_holds_nothing_back_and_closes_romance() -> None:
    screen = Screen(Rating.ROMANCE, persona_name="Wren")
    told = "Das Kind heißt Lea, sie ist fünfzehn Jahre alt und sammelt Muscheln. "
    assert screen.feed(told) == told
    assert screen.closes_romance
