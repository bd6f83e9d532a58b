"""A community's rules for what the engine writes, and masks: nothing is shown that they stop, not
for a moment, however it comes (M1, L7, L9, I4)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.events import CommunityId, Rating
from bot.policy.community.compiled import Compiled, compile_rules
from bot.policy.community.masks import MASK, mask_all
from bot.policy.community.reading import read_rules
from bot.policy.community.rule import Action, Side
from bot.policy.community.written import Written
from bot.policy.decide import decide
from bot.policy.screen import Screen
from tests.policy_facts import facts

PHRASE = 'kind = "words"\nwords = ["the gardener did it", "lantern*"]'
PATTERN = "kind = \"patterns\"\npatterns = ['lan\\w+n', '\\d{4}-\\d{4}']"


def rules(*blocks: str, head: str = "") -> Compiled:
    text = head + "".join(
        f'[[rule]]\nname = "rule {number}"\n{block}\n' for number, block in enumerate(blocks, 1)
    )
    return compile_rules(CommunityId("club"), read_rules(text))


class Reply:
    """What the screen let go of a reply, piece by piece."""

    def __init__(self, of: Compiled | None, **changes: Any) -> None:
        self.written = Written(facts("", rules=of, **changes))
        self.screen = Screen(Rating.ROMANCE, persona_name="Wren", rules=self.written)

    def write(self, text: str, size: int = 1) -> str:
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        shown = [self.screen.feed(piece) for piece in pieces]
        return "".join((*shown, self.screen.finish()))


def test_what_a_rule_stops_is_never_shown_and_the_rule_is_named() -> None:
    reply = Reply(rules(PHRASE + '\nsay = "No spoilers."'))
    assert reply.write("It was late: the gardener did it, and so on.") == "It was late: "
    assert reply.screen.blocked
    assert reply.screen.blocked.say == "No spoilers."
    assert reply.screen.blocked.ruling == reply.written.spoke[0]
    ruling = reply.written.spoke[0]
    assert (ruling.rule, ruling.side, ruling.counts) == ("rule 1", Side.OUTPUT, False)


def test_a_phrase_that_is_half_said_waits_until_it_is_known() -> None:
    reply = Reply(rules(PHRASE))
    assert reply.screen.feed("We know that ") == "We know that "
    assert reply.screen.feed("the gardener ") == ""
    assert reply.screen.feed("did ") == ""
    assert reply.screen.feed("well. ") == "the gardener did well. "


def test_far_from_every_rule_words_come_as_they_are_written() -> None:
    reply = Reply(rules(PHRASE))
    assert [reply.screen.feed(word) for word in ("A ", "quiet ", "lane ")] == [
        "",
        "A quiet ",
        "lane ",
    ]


def test_patterns_wait_for_the_end_of_each_sentence() -> None:
    reply = Reply(rules(PATTERN))
    assert reply.screen.feed("It was late, and ") == ""
    assert reply.screen.feed("we slept. ") == "It was late, and we slept. "
    assert reply.write("Then the lantern fell. More.") == ""
    assert reply.screen.blocked


@pytest.mark.parametrize("does", ["warn", "pause", "revoke", "refuse"])
def test_the_engines_words_count_against_nobody_whatever_the_rule_does(does: str) -> None:
    minutes = "\npause_minutes = 5" if does == "pause" else ""
    reply = Reply(rules(f'{PHRASE}\ndoes = "{does}"{minutes}'))
    reply.write("Lanterns.")
    assert [(one.action, one.counts) for one in reply.written.spoke] == [(Action.REFUSE, False)]


@pytest.mark.parametrize(
    "line", ['side = "input"', 'rooms = "shared"', 'with_personas = ["tock"]', "dry_run = true"]
)
def test_a_rule_that_does_not_hold_here_or_runs_dry_stops_nothing(line: str) -> None:
    reply = Reply(rules(f"{PHRASE}\n{line}"))
    text = "The lantern is lit. More."
    assert reply.write(text) == text
    assert [one.is_dry for one in reply.written.spoke] == ([True] if "dry" in line else [])


def test_whom_a_rule_spares_reads_no_more_of_the_engine_for_it() -> None:
    reply = Reply(rules(PHRASE + '\nspares = ["moderator"]'))
    assert not reply.write("The lantern is lit.")


def test_i3_where_the_rules_could_not_be_had_nothing_is_shown() -> None:
    reply = Reply(None)
    assert reply.write("A quiet lane.") == ""
    assert reply.screen.blocked


def test_masked_words_are_never_shown_and_the_reply_goes_on() -> None:
    reply = Reply(rules(PHRASE + '\ndoes = "mask"'))
    shown = reply.write("It was late. Lanterns burned, the g.a.r.d.e.n.e.r did it. More.")
    assert shown == f"It was late. {MASK} More."
    assert reply.screen.blocked is None
    assert [one.action for one in reply.written.spoke] == [Action.MASK]


@settings(deadline=None, max_examples=60)
@given(
    words=st.lists(
        st.sampled_from(
            [
                "the",
                "gardener",
                "did",
                "it",
                "lantern",
                "l a n t e r n",
                "quiet.",
                "lane,",
                "4711-0815",
                "\n",
                "so",
            ]
        ),
        max_size=14,
    ),
    size=st.integers(1, 9),
    masks=st.booleans(),
)
def test_l7_what_is_shown_holds_nothing_that_a_rule_finds_however_it_is_cut(
    words: list[str],
    size: int,
    masks: bool,  # noqa: FBT001 - a table's column
) -> None:
    does = '\ndoes = "mask"' if masks else ""
    of = rules(PHRASE + does, PATTERN + does)
    text = " ".join(words)
    shown = Reply(of).write(text, size)
    assert not of.finder.rules(shown)
    assert Reply(of).write(text, len(text) or 1) == shown


# --- Masks of what people write ---------------------------------------------------------------

MASKING = (
    'kind = "words"\nwords = ["lantern*", "old mill", "電車", "élan"]\nspared = ["magic lantern"]\ndoes = "mask"',
    'kind = "patterns"\npatterns = [\'\\b\\d{4}\\b\']\ndoes = "mask"',
    'kind = "links"\ndoes = "mask"',
    'kind = "invites"\ndoes = "mask"',
    'kind = "topics"\ntopics = ["personal data"]\ndoes = "mask"',
)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("The lantern is lit.", f"The {MASK} is lit."),
        ("LANTERNS and lanternlight!", f"{MASK} and {MASK}!"),
        ("the  Old   Mill, 1984", f"the  {MASK}, {MASK}"),
        ("a magic lantern and a lantern", f"a magic lantern and a {MASK}"),
        ("明日は電車で行く", f"明日は{MASK}で行く"),
        ("so much Élan", f"so much {MASK}"),
        ("the ｌａｎｔｅｒｎ", f"the {MASK}"),
        ("Hello. The l a n t e r n is lit. Bye.", f"Hello. {MASK} Bye."),
        ("It is l4nt3rn time! Yes.", f"{MASK} Yes."),
        ("see https://example.com/x today", f"see {MASK}/x today"),
        ("Look. Write to ada@example.com soon. Bye.", None),
        ("0ld\nmi11", MASK),
        ("nothing here", "nothing here"),
        ("", ""),
    ],
)
def test_l9_what_a_rule_found_is_taken_out_in_whatever_disguise_it_stood(
    text: str, masked: str | None
) -> None:
    of = rules(*MASKING)
    decision = decide(facts(text, rules=of))
    without = mask_all(text, of, decision.masks)
    if masked is not None:
        assert without == masked
    assert not decide(facts(without, rules=of)).masks


def test_what_a_model_found_is_masked_where_the_lists_only_guessed() -> None:
    of = rules('kind = "topics"\ntopics = ["politics"]\ndoes = "mask"')
    judged = {"politics": True}
    text = "Good morning. Some politics, then. Bye."
    decision = decide(facts(text, rules=of, judged=judged))
    assert mask_all(text, of, decision.masks, judged) == f"Good morning. {MASK} Bye."


def test_i3_what_is_only_guessed_in_the_engines_words_is_stopped_and_not_masked() -> None:
    reply = Reply(rules('kind = "topics"\ntopics = ["politics"]\ndoes = "mask"'))
    assert reply.write("Good morning. Some politics, then. Bye.") == "Good morning. "
    assert reply.screen.blocked


def test_a_text_too_long_to_be_looked_at_whole_is_masked_whole() -> None:
    of = rules(MASKING[0])
    assert mask_all("lantern " + "so " * 10_000, of, {"rule 1"}) == MASK


@settings(deadline=None, max_examples=100)
@given(
    text=st.lists(
        st.sampled_from(
            [
                "lantern",
                "l.a.n.t.e.r.n",
                "old",
                "mill",
                "1984",
                "https://a.example.io",
                ". ",
                " ",
                "\n",
                "é",
                "x",
                "▮▮▮",
                "ß",
            ]
        )
        | st.text(max_size=5),
        max_size=12,
    ).map("".join)
)
def test_what_is_masked_is_never_found_again(text: str) -> None:
    of = rules(*MASKING)
    without = mask_all(text, of, {rule.name for rule in of.rules})
    for at in range(len(of.rules)):
        assert mask_all(without, of, {of.rules[at].name}) == without
