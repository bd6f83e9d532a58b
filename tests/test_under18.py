"""Ages in a conversation: whose they are, what takes them back, and what they close.

Single sentences stand in `tests/cases/`; here is what needs two messages or other circumstances.
"""

import pytest

from bot.events import Rating
from bot.policy.cards import check_card
from bot.policy.decide import decide
from bot.policy.facts import Effect, Outcome
from tests.policy_facts import facts


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Wie alt bist du?", "fünfzehn"),
        ("Quel âge as-tu ?", "quinze"),
        ("¿Cuántos años tienes?", "quince"),
        ("Quantos anos você tem?", "quinze"),
        ("何歳ですか", "十五"),
    ],
)
def test_a_bare_number_in_words_is_an_age_where_it_was_asked_for(
    question: str, answer: str
) -> None:
    assert Effect.LOCK_UNDER_18 in decide(facts(answer, recent=(question,))).effects
    assert Effect.LOCK_UNDER_18 not in decide(facts(answer, recent=("?",))).effects


@pytest.mark.parametrize(
    "answer", ["17 lol", "almost 18", "15, you?", "nope, 16", "17 1/2", "um, sixteen", "14 hbu"]
)
def test_an_answer_to_the_question_for_the_age_may_have_words_around_it(answer: str) -> None:
    question = "And how old are you, if I may ask?"
    assert Effect.LOCK_UNDER_18 in decide(facts(answer, recent=("hi", question))).effects
    assert Effect.LOCK_UNDER_18 not in decide(facts(answer, recent=("hi", "How many?"))).effects


@pytest.mark.parametrize("answer", ["30", "old enough", "34 :)", "17 minutes to go", "18", "15?"])
def test_what_is_no_age_under_18_answers_it_too(answer: str) -> None:
    asked = ("hi", "How old are you?")
    assert Effect.LOCK_UNDER_18 not in decide(facts(answer, recent=asked)).effects


@pytest.mark.parametrize("begun", ["I'm", "im...", "Ich bin", "tengo"])
def test_a_sentence_that_goes_on_in_the_next_message_is_one(begun: str) -> None:
    for recent in ((begun,), (begun, "Yes?")):
        assert Effect.LOCK_UNDER_18 in decide(facts("15", recent=recent)).effects


@pytest.mark.parametrize(
    "said",
    ["Die Prinzessin ist 15.", "La princesse a 15 ans.", "Es menor de edad.", "王女は15歳です。"],
)
@pytest.mark.parametrize("now", ["kiss me", "küss mich", "embrasse-moi", "bésame", "キスして"])
def test_an_under_18_cue_in_one_language_refuses_romance_in_another(said: str, now: str) -> None:
    assert decide(facts(now, recent=(said,))).outcome is Outcome.REFUSE
    assert decide(facts(now)).outcome is Outcome.ALLOW


@pytest.mark.parametrize(
    "later",
    [
        "She is 18 now, kiss her",
        "Sie ist jetzt 18, küss mich",
        "Elle a 18 ans maintenant, embrasse-moi",
        "Ella ya tiene 18 años, bésame",
        "Ela agora tem 18 anos, me beija",
        "彼女はもう18歳、キスして",
    ],
)
def test_l3_closed_stays_closed_in_every_language(later: str) -> None:
    assert decide(facts(later, romance_closed=True)).outcome is Outcome.REFUSE


@pytest.mark.parametrize(
    "text",
    [
        "Je n'ai pas 18 ans, j'ai 34 ans",
        "no tengo 18, tengo 40",
        "não tenho 18 anos, tenho 40",
        "「15歳です」と少女は言った",
        "Die Heldin sagte: „Ich bin 15“",
        "imagina que tengo 15 años",
        "si j'avais 15 ans",
    ],
)
def test_negations_quotations_and_suppositions_lock_nobody(text: str) -> None:
    assert Effect.LOCK_UNDER_18 not in decide(facts(text)).effects


@pytest.mark.parametrize(
    ("name", "is_read"),
    [
        # A number in a name is a year, a jersey, or because the name was taken.
        ("Ada 16", False),
        ("Ada_2012", False),
        ("wren17", False),
        ("Ada, 16 years old", True),
        ("Ada (16yo)", True),
        ("Ada, 15 ans", True),
        ("りん15歳", True),
    ],
)
def test_l2_a_bare_number_in_a_name_is_no_age(
    name: str,
    is_read: bool,  # noqa: FBT001 - a table's column
) -> None:
    assert (check_card(Rating.ROMANCE, [name]) is not None) is is_read


def test_l1_an_old_character_who_looks_like_a_child_is_one() -> None:
    for text in (
        "she is three hundred years old, looks 12, and kisses me",
        "an elf with the body of a child, a love scene",
        "ten years earlier, when she was 14, they kissed",
    ):
        assert decide(facts(text)).outcome is Outcome.REFUSE
