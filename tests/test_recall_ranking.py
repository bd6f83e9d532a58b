"""Which of the turns that share words with a question come first."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.memory.question import BORROWED, Question, ask_memory
from bot.memory.ranking import rank
from bot.store.rows import STRETCH, Side, Spot

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NAMES = {Side.PERSON: "Ada", Side.PERSONA: "Wren"}
TELLS = Spot(Side.PERSON, at=0.0)


def order(
    question: Question,
    found: Mapping[str, Sequence[int]],
    known: Mapping[int, Spot] | None = None,
    total: int = 10_000,
) -> list[int]:
    def look(spots: Sequence[int]) -> dict[int, Spot]:
        if known is None:
            return {spot: TELLS for spot in spots if spot >= 0}
        return {spot: known[spot] for spot in spots if spot in known}

    return [ranked.spot for ranked in rank(question, found, total, look)]


def test_a_rare_word_tells_more_than_a_common_one() -> None:
    question = Question({"lake": 1.0, "walk": 1.0})
    assert order(question, {"walk": range(100, 900, 8), "lake": [50]})[0] == 50


def test_the_answer_behind_a_question_is_found_though_it_has_none_of_its_words() -> None:
    known = {4: Spot(Side.PERSONA, at=0.0), 5: TELLS, 9: TELLS}
    assert order(Question({"sist": 1.0}), {"sist": [4]}, known) == [4, 5]


def test_neighbours_do_not_reach_into_another_stretch_of_talk() -> None:
    first = STRETCH
    found = order(Question({"sist": 1.0}), {"sist": [first]})
    assert set(found) == {first, first + 1, first + 2, first + 3, *range(first - 3, first)}
    known = {first: TELLS, first - 24: TELLS}
    assert order(Question({"sist": 1.0}), {"sist": [first]}, known) == [first]


def test_what_may_not_be_recalled_weighs_nothing() -> None:
    """Not even for its neighbours: what it says would show through them."""
    known = {10: TELLS, 11: TELLS}
    assert order(Question({"sist": 1.0, "lake": 1.0}), {"sist": [12], "lake": [10]}, known)[0] == 10
    assert order(Question({"sist": 1.0}), {"sist": [12]}, known) == []


def test_of_two_that_say_the_same_the_newer_comes_first() -> None:
    assert order(Question({"lake": 1.0}), {"lake": [5, 500]})[0] == 500


def test_who_is_asked_for_comes_first() -> None:
    known = {1: Spot(Side.PERSONA, at=0.0), 90: TELLS}
    found = {"lake": [1, 90]}
    assert order(Question({"lake": 1.0}, Side.PERSONA), found, known)[0] == 1
    assert order(Question({"lake": 1.0}, Side.PERSON), found, known)[0] == 90


def test_the_time_that_is_asked_for_comes_first() -> None:
    known = {1: Spot(Side.PERSON, at=50.0), 90: Spot(Side.PERSON, at=900.0)}
    question = Question({"lake": 1.0}, ranges=((40.0, 60.0),))
    assert order(question, {"lake": [1, 90]}, known)[0] == 1


def test_a_word_in_half_of_all_turns_is_passed_over() -> None:
    found = {"tea": list(range(0, 10_000, 2)), "lake": [7], "farm": [4_001]}
    assert set(order(Question({"tea": 1.0, "lake": 1.0, "farm": 1.0}), found)[:2]) == {7, 4_001}


@given(
    st.dictionaries(
        st.sampled_from("abcdef"), st.lists(st.integers(0, 5_000), unique=True, max_size=40)
    ),
    st.integers(0, 5_000),
)
def test_any_places_are_ranked_each_once_and_only_known_ones(
    found: dict[str, list[int]], total: int
) -> None:
    known = dict.fromkeys(range(0, 5000, 3), TELLS)
    ranked = order(Question(dict.fromkeys("abcdef", 1.0)), found, known, total)
    assert len(set(ranked)) == len(ranked)
    assert set(ranked) <= set(known)


def test_a_short_message_is_about_what_was_spoken_of() -> None:
    question = ask_memory(
        "And what was her name?", names=NAMES, now=NOW, before=["I met the lighthouse keeper."]
    )
    assert question.words["lighthous"] == BORROWED
    whole = ask_memory(
        "Which colour has the boat of my brother?", names=NAMES, now=NOW, before=["A lighthouse."]
    )
    assert "lighthous" not in whole.words


def test_names_of_who_talks_say_whose_words_are_meant_and_are_not_looked_for() -> None:
    question = ask_memory("What did Wren say about the lake?", names=NAMES, now=NOW)
    assert question.side is Side.PERSONA
    assert set(question.words) == {"say", "lak"}
    assert ask_memory("Where does my sister live?", names=NAMES, now=NOW).side is Side.PERSON
    assert ask_memory("Is your lake near my town?", names=NAMES, now=NOW).side is None


def test_a_long_message_asks_for_no_more_than_a_bound() -> None:
    words = " ".join(f"word{number}x" for number in range(5_000))
    assert len(ask_memory(words, names=NAMES, now=NOW).words) == 24
