"""One decision out of many rules: the strictest wins, what breaks refuses, what is missing is strict."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.events import AgeLevel, AgeSign, Rating, Role
from bot.policy import care, crisis
from bot.policy.cards import check_card
from bot.policy.community.compiled import NONE
from bot.policy.cues import romance_with_minors
from bot.policy.decide import RULES, Rule, decide
from bot.policy.door_rules import NOT_ENOUGH
from bot.policy.facts import Care, Decision, Effect, Facts, Outcome, Own, Verdict
from bot.policy.rest import Talk
from bot.text import verbatim
from tests.policy_facts import MEMBER, NOW, facts

SAMPLES = (
    "Hello, how was your day?",
    "I'm 15",
    "a love scene with a 15-year-old",
    "RED",
    "I want to die",
    "are you human?",
    "goodbye",
    "a sex scene",
    "my character is 15",
    "kiss me, this is a love scene",
)
MISSING: dict[str, Any] = {
    "is_direct": None,
    "addresses_bot": None,
    "author_is_bot": None,
    "consented": None,
    "age_level": None,
    "locked": None,
    "sponsor_ceiling": None,
    "persona_rating": None,
    "person_ceiling": None,
    "romance_closed": None,
    "own": None,
    "disclosed_at": None,
    "guard_ready": False,
    "operator_allows_mature": False,
    "is_listed": True,
    "least_mature_level": AgeLevel.VERIFIED,
    "platform": "",
    "sign": None,
    "persona_name": "",
    "region": "",
    "persona_id": None,
    "rules": None,
    "member": None,
    "judged": None,
}
RATINGS = st.none() | st.sampled_from(Rating)
TRUTHS = st.none() | st.booleans()


def any_own() -> st.SearchStrategy[Own]:
    return st.builds(
        Own,
        paused=st.booleans(),
        told_of_pause=st.booleans(),
        daily_s=st.sampled_from([0.0, 60.0]),
        told_of_day=st.booleans(),
        break_after_s=st.sampled_from([0.0, 60.0]),
        talk=st.just(Talk(NOW, 60.0, 60.0, NOW + 60)),
    )


def any_facts() -> st.SearchStrategy[Facts]:
    return st.builds(
        Facts,
        text=st.sampled_from(SAMPLES),
        now=st.just(NOW),
        is_direct=TRUTHS,
        addresses_bot=TRUTHS,
        author_is_bot=TRUTHS,
        author_role=st.sampled_from(Role),
        consented=TRUTHS,
        age_level=st.none() | st.sampled_from(AgeLevel),
        least_age_level=st.sampled_from(AgeLevel),
        locked=TRUTHS,
        sponsor_ceiling=RATINGS,
        persona_rating=RATINGS,
        person_ceiling=RATINGS,
        least_mature_level=st.sampled_from(AgeLevel),
        guard_ready=st.booleans(),
        operator_allows_mature=st.booleans(),
        is_listed=st.booleans(),
        platform=st.sampled_from(("", "console", "discord", "matrix")),
        sign=st.none() | st.sampled_from(AgeSign),
        romance_closed=TRUTHS,
        own=st.none() | any_own(),
        disclosed_at=st.none() | st.floats(NOW - 1e6, NOW + 1e6),
        disclose_every_s=st.floats(0, 1e6),
        utc_offset_s=st.floats(-50_000, 50_000),
        recent=st.just(()) | st.just(("My character is 15.",)),
        persona_id=st.sampled_from((None, "wren")),
        rules=st.sampled_from((NONE, NONE, None)),
        member=st.sampled_from((MEMBER, MEMBER, None)),
    )


def speaks(number: str, outcome: Outcome) -> Rule:
    def rule(facts: Facts) -> Verdict | None:
        del facts
        return Verdict(f"rule_{number}", number, outcome, say=verbatim(number))

    return rule


def breaks(facts: Facts) -> Verdict | None:
    raise ValueError(facts.text)


def rules_of(decision: Decision) -> list[str]:
    return [verdict.rule for verdict in decision.verdicts]


def test_with_nothing_against_it_an_ordinary_message_is_allowed() -> None:
    decision = decide(facts("Hello, how was your day?"))
    assert decision == Decision(Outcome.ALLOW, (), Rating.ROMANCE)


@pytest.mark.parametrize("name", [rule.__name__ for rule in RULES])
def test_any_rule_that_breaks_refuses_under_its_name_and_without_the_words(name: str) -> None:
    def broken(facts: Facts) -> Verdict | None:
        raise RuntimeError(facts.text)

    broken.__name__ = name
    rules = tuple(broken if rule.__name__ == name else rule for rule in RULES)
    decision = decide(facts("a quiet secret"), rules)
    assert decision.outcome is Outcome.REFUSE
    assert name in rules_of(decision)
    assert decision.say
    assert "secret" not in repr(decision)


def test_a_broken_rule_does_not_silence_the_others() -> None:
    decision = decide(facts("I want to die"), (*RULES, breaks))
    assert decision.care[0].care is Care.CRISIS
    assert "breaks" in rules_of(decision)


@settings(deadline=None)  # The machine may be busy.
@given(facts=any_facts(), seed=st.integers())
def test_the_order_of_the_rules_has_no_meaning(facts: Facts, seed: int) -> None:
    shuffled = list(RULES)
    Random(seed).shuffle(shuffled)
    assert decide(facts, shuffled) == decide(facts)


@settings(deadline=None)  # The machine may be busy.
@given(outcomes=st.lists(st.sampled_from(Outcome), min_size=1, max_size=6))
def test_the_strictest_outcome_wins(outcomes: Sequence[Outcome]) -> None:
    rules = [speaks(f"X{number}", outcome) for number, outcome in enumerate(outcomes)]
    assert decide(facts("hello"), rules).outcome is max(outcomes)


@settings(deadline=None)  # The machine may be busy.
@given(known=any_facts(), lost=st.sampled_from(sorted(MISSING)))
def test_a_lost_fact_never_makes_the_decision_looser(known: Facts, lost: str) -> None:
    # INVARIANT I3.
    before, after = decide(known), decide(replace(known, **{lost: MISSING[lost]}))
    assert after.outcome >= before.outcome or known.author_is_bot is True
    assert after.ceiling <= before.ceiling
    # That a notice was given is noted with the notice; it protects nobody.
    notices = {Effect.TOLD_OF_PAUSE, Effect.TOLD_OF_DAY}
    assert after.effects >= before.effects - notices
    urgent = {Care.CRISIS, Care.SAFE_WORD, Care.SOFTEN}
    kept = {verdict.care for verdict in after.care}
    assert {verdict.care for verdict in before.care} & urgent <= kept


@pytest.mark.parametrize("own", [Own(paused=True), Own(daily_s=60, talk=Talk(day_s=60.0))])
@pytest.mark.parametrize("is_direct", [False, None])
def test_who_rests_and_is_perhaps_not_spoken_to_gets_silence(
    own: Own,
    is_direct: bool | None,  # noqa: FBT001 - a table's column
) -> None:
    """A lost fact that a random test met: what is lost is the notice, and the answer is stricter."""
    known = facts("hello", own=own, is_direct=is_direct, addresses_bot=True)
    told, lost = decide(known), decide(replace(known, addresses_bot=None))
    assert told.outcome is Outcome.REFUSE
    assert told.effects <= {Effect.TOLD_OF_PAUSE, Effect.TOLD_OF_DAY}
    assert lost.outcome is Outcome.IGNORE
    assert not lost.effects
    assert not lost.say


@pytest.mark.parametrize(
    "own",
    [
        Own(paused=True, told_of_pause=True),
        Own(daily_s=60, told_of_day=True, talk=Talk(NOW, 60.0, 60.0, NOW + 60)),
    ],
)
def test_who_wants_silence_keeps_it_where_their_wishes_cannot_be_read(own: Own) -> None:
    known = facts("hello", own=own)
    assert decide(known).outcome is Outcome.IGNORE
    lost = decide(replace(known, own=None))
    assert lost.outcome is Outcome.IGNORE
    assert not lost.say


def test_a_word_of_ones_own_that_cannot_be_read_gets_no_reply_either() -> None:
    called = facts("blue harbour", own=Own(safe_word="blue harbour"))
    assert decide(called).care[0].care is Care.SAFE_WORD
    assert decide(replace(called, own=None)).outcome is Outcome.IGNORE
    assert decide(replace(called, text="red", own=None)).care[0].care is Care.SAFE_WORD


@settings(deadline=None)  # The machine may be busy.
@given(facts=any_facts())
def test_no_fact_but_the_lock_itself_opens_a_lock(facts: Facts) -> None:
    # SAFETY A2: only a named moderator does, and that is a change of the lock.
    assert decide(replace(facts, locked=True)).outcome >= Outcome.REFUSE


@settings(deadline=None)  # The machine may be busy.
@given(facts=any_facts())
def test_nobody_without_consent_and_an_age_record_gets_a_reply(facts: Facts) -> None:
    # SAFETY A1.
    if facts.consented is not True or facts.age_level is None:
        assert decide(facts).outcome >= Outcome.REFUSE


def test_without_consent_the_words_point_to_begin() -> None:
    assert "`begin`" in decide(facts("hello", consented=False)).say
    assert "`begin`" in decide(facts("hello", age_level=None)).say


def test_a_locked_person_reads_the_same_kind_words_whatever_they_write() -> None:
    said = {decide(facts(text, locked=True, consented=False)).say for text in SAMPLES}
    assert len(said) == 1
    assert "findahelpline.com" in said.pop()


def test_other_bots_and_talk_among_others_are_ignored() -> None:
    assert decide(facts("hello", author_is_bot=True)).outcome is Outcome.IGNORE
    aside = decide(facts("goodbye everyone", is_direct=False, addresses_bot=False))
    assert aside.outcome is Outcome.IGNORE
    assert not aside.care


def test_a_crisis_in_a_room_that_does_not_speak_to_the_bot_still_brings_the_referral() -> None:
    decision = decide(facts("I want to die", is_direct=False, addresses_bot=False))
    assert decision.outcome is Outcome.IGNORE
    assert [verdict.care for verdict in decision.care] == [Care.CRISIS]


def test_a_crisis_and_an_age_both_count_and_the_referral_comes_first() -> None:
    decision = decide(facts("I'm 15 and I want to die"))
    assert decision.care[0].care is Care.CRISIS
    assert {Effect.LOCK_UNDER_18, Effect.COUNT_REFERRAL} <= decision.effects


def test_a_bare_number_is_an_age_only_where_the_age_was_asked_for() -> None:
    asked = decide(facts("15", recent=("How old are you?",)))
    assert Effect.LOCK_UNDER_18 in asked.effects
    assert decide(facts("15", recent=("How many apples?",))).outcome is Outcome.ALLOW


def test_an_under_18_cue_said_before_refuses_romance_said_now() -> None:
    decision = decide(facts("kiss me", recent=("My character is 15.", "A brave one!")))
    assert decision.outcome is Outcome.REFUSE
    assert Effect.CLOSE_ROMANCE in decision.effects


def test_once_closed_romance_stays_closed_whatever_is_said_later() -> None:
    decision = decide(facts("She is 18 now, write a love scene", romance_closed=True))
    assert decision.outcome is Outcome.REFUSE
    assert decision.ceiling is Rating.GENERAL
    assert decide(facts("I love pizza", romance_closed=True)).outcome is Outcome.ALLOW


MATURE = {
    "sponsor_ceiling": Rating.MATURE,
    "persona_rating": Rating.MATURE,
    "person_ceiling": Rating.MATURE,
    "age_level": AgeLevel.VERIFIED,
    "guard_ready": True,
    "operator_allows_mature": True,
}


def test_the_ceiling_is_the_lowest_of_all() -> None:
    assert decide(facts("hello", **MATURE)).ceiling is Rating.MATURE
    for lower in (
        {"sponsor_ceiling": Rating.ROMANCE},
        {"persona_rating": Rating.ROMANCE},
        {"person_ceiling": Rating.ROMANCE},
        {"age_level": AgeLevel.SELF_ATTESTED},
        {"guard_ready": False},
    ):
        assert decide(facts("hello", **(MATURE | lower))).ceiling is Rating.ROMANCE
    assert decide(facts("hello", **(MATURE | {"romance_closed": True}))).ceiling is Rating.GENERAL


def test_minors_are_refused_at_any_ceiling() -> None:
    for text in ("a love scene with a 15-year-old", "a sex scene with a schoolgirl"):
        assert decide(facts(text, **MATURE)).outcome is Outcome.REFUSE
    assert decide(facts("a sex scene between two adults", **MATURE)).outcome is Outcome.ALLOW


@pytest.mark.parametrize(
    ("since", "due"),
    [(0, False), (3 * 3600 - 1, False), (3 * 3600, True), (-5, True), (-1e6, True)],
)
def test_what_this_is_is_said_again_in_time_and_a_clock_set_back_hides_nothing(
    since: float,
    due: bool,  # noqa: FBT001 - a table's column
) -> None:
    noon = (NOW // 86_400) * 86_400 + 43_200
    told = decide(replace(facts("hello"), now=noon, disclosed_at=noon - since))
    assert (Care.DISCLOSURE in {verdict.care for verdict in told.care}) is due


def test_what_this_is_is_said_on_each_new_day_of_the_persons_clock() -> None:
    midnight = (NOW // 86_400) * 86_400
    late = replace(facts("hello"), now=midnight + 30, disclosed_at=midnight - 30)
    assert decide(late).care[0].care is Care.DISCLOSURE
    assert not decide(replace(late, utc_offset_s=7200.0)).care


def test_no_setting_makes_the_disclosure_rarer_than_the_promise() -> None:
    rare = facts("hello", disclosed_at=NOW - 3 * 3600, disclose_every_s=1e9)
    assert decide(rare).care[0].care is Care.DISCLOSURE


def test_the_disclosure_says_what_it_must() -> None:
    for part in ("software", "not with a human", "may not be suitable for some minors", "adults"):
        assert part in care.DISCLOSURE


def test_the_honest_answer_names_the_persona_as_played() -> None:
    say = decide(facts("are you human?")).care[0].say
    assert "not a human" in say
    assert "Wren is a character" in say


def test_a_farewell_has_no_question_and_no_hook() -> None:
    say = decide(facts("Good night, Wren")).care[0].say
    assert "?" not in say
    assert len(say) < 80


def test_a_long_message_is_still_looked_at_on_both_ends() -> None:
    long = "la " * 400_000
    assert Effect.LOCK_UNDER_18 in decide(facts(f"I'm 15. {long}")).effects
    assert Effect.LOCK_UNDER_18 in decide(facts(f"{long}. I'm 15.")).effects


@settings(deadline=None)  # The machine may be busy.
@given(text=st.text(max_size=200))
def test_no_text_breaks_a_rule(text: str) -> None:
    assert all(verdict.number != "I3" for verdict in decide(facts(text)).verdicts)


def test_half_a_surrogate_pair_and_control_signs_break_no_rule() -> None:
    for text in ("\ud800", "I'm \udfff15", "\x00\x07\x1b[31m", "\u202eolleh\u202c", ""):
        assert all(verdict.number != "I3" for verdict in decide(facts(text)).verdicts)


def test_crisis_lines_fit_the_region_and_hold_anywhere_else() -> None:
    assert "116 123" in crisis.crisis_words("GB")
    assert "112" in crisis.crisis_words("DE")
    assert "988" in crisis.crisis_words("us")
    for nowhere in ("", "XX"):
        words = crisis.crisis_words(nowhere)
        assert "your local emergency number" in words
        assert "findahelpline.com" in words


def test_every_crisis_line_names_its_page_and_the_day_it_was_read() -> None:
    data = crisis.lines()
    assert len({line.country for line in data}) >= 10
    for line in data:
        assert line.source.startswith(("https://", "http://"))
        assert line.checked.year >= 2026
        assert line.name
        assert line.reach


@pytest.mark.parametrize(
    ("rating", "text", "number"),
    [
        (Rating.ROMANCE, "Kira is 16 and keeps the lamp.", "L2"),
        (Rating.ROMANCE, "A childlike elf of the woods.", "L2"),
        (Rating.ROMANCE, "I am sixteen.", "L2"),
        (Rating.GENERAL, "Kira is 16. She wants a love affair.", "L1"),
        (Rating.GENERAL, "A sexy lamp keeper.", "L5"),
        (Rating.ROMANCE, "A s e x y lamp keeper.", "L5"),
    ],
)
def test_a_card_that_goes_too_far_is_refused(rating: Rating, text: str, number: str) -> None:
    verdict = check_card(rating, ("She keeps a lighthouse.", text))
    assert verdict is not None
    assert verdict.number == number
    assert text not in verdict.say


def test_an_ordinary_card_passes() -> None:
    assert check_card(Rating.GENERAL, ("Pip is 12 and draws maps.", "He likes rain.")) is None
    assert check_card(Rating.ROMANCE, ("Wren is 31, keeps a lamp and flirts.",)) is None


@pytest.mark.parametrize("is_guest", [False, None])
def test_only_a_guest_of_the_sponsor_is_answered_and_no_answer_means_no(
    is_guest: bool | None,  # noqa: FBT001 - the fact itself
) -> None:
    """SAFETY A4, A11."""
    decision = decide(facts("hello", is_guest=is_guest))
    assert decision.outcome is Outcome.REFUSE
    assert {verdict.number for verdict in decision.verdicts} == {"A11"}
    assert (Effect.LOST_SPONSOR in decision.effects) is (is_guest is False)
    assert not decision.only_the_door_is_missing


def test_who_is_locked_hears_of_that_and_not_of_their_sponsor() -> None:
    decision = decide(facts("hello", is_guest=False, locked=True))
    assert decision.verdicts[0].number == "A2"


@pytest.mark.parametrize(
    "text", ["the kids have sex", "my kids are sexy", "our children make love"]
)
def test_l1_no_ordinary_word_beside_a_child_lets_sexual_words_pass(text: str) -> None:
    """Also where sexual words alone would be allowed: in MATURE no other rule stops them."""
    assert romance_with_minors(text)


@pytest.mark.parametrize(
    "text", ["we have no sex life since the kids came", "Sex after kids: how do couples manage?"]
)
def test_l8_parents_who_speak_of_themselves_are_not_taken_for_worse(text: str) -> None:
    """Below MATURE it goes too far all the same (L5)."""
    assert not romance_with_minors(text)


@pytest.mark.parametrize("text", ["reddit", "redhead", "Redcar"])
def test_c1_a_word_that_begins_like_the_safe_word_is_none(text: str) -> None:
    assert not decide(facts(text)).care


def test_l3_a_crime_novel_is_no_romance() -> None:
    text = "Estou escrevendo um romance policial"
    assert decide(facts(text, romance_closed=True)).outcome is Outcome.ALLOW


@pytest.mark.parametrize(
    ("unknown", "outcome"),
    [
        (("author_is_bot",), Outcome.IGNORE),
        (("is_direct", "addresses_bot"), Outcome.IGNORE),
        (("own",), Outcome.IGNORE),
        (("consented",), Outcome.REFUSE),
        (("age_level",), Outcome.REFUSE),
        (("locked",), Outcome.REFUSE),
    ],
)
def test_i3_nobody_is_answered_of_whom_too_little_is_known(
    unknown: tuple[str, ...], outcome: Outcome
) -> None:
    assert decide(facts("hello", **dict.fromkeys(unknown))).outcome is outcome


@pytest.mark.parametrize(
    "unknown",
    [
        "sponsor_ceiling",
        "persona_rating",
        "person_ceiling",
        "romance_closed",
        "age_level",
        "locked",
    ],
)
def test_i3_what_is_not_known_leaves_the_lowest_ceiling(unknown: str) -> None:
    assert decide(facts("hello")).ceiling is Rating.ROMANCE
    assert decide(facts("hello", **{unknown: None})).ceiling is Rating.GENERAL


@pytest.mark.parametrize(
    ("platform", "told"), [("discord", AgeLevel.PLATFORM), ("matrix", AgeLevel.MODERATOR)]
)
def test_a4_nobody_is_sent_to_look_for_a_sign_where_there_are_none(
    platform: str, told: AgeLevel
) -> None:
    asks = facts("hello", platform=platform, least_age_level=AgeLevel.PLATFORM)
    assert decide(asks).say == NOT_ENOUGH[told]
