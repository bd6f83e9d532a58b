"""A community's rules decide beside the floor: where they hold, whom they spare, which step comes,
what stands, and what happens where something is not known (M1 to M4, C1, C4, I2, I3)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.events import AgeLevel, CommunityId, Rating, Role
from bot.policy.community.checks import Topic
from bot.policy.community.compiled import NONE, Compiled, Kept, compile_rules
from bot.policy.community.patterns import Patterns
from bot.policy.community.reading import read_rules
from bot.policy.community.rule import (
    Action,
    Member,
    Pause,
    RuleSet,
    Ruling,
    Sent,
    Side,
    Step,
    Sureness,
)
from bot.policy.community.same import digest
from bot.policy.community.steps import in_force, step_of
from bot.policy.community.writing import version_of
from bot.policy.decide import decide
from bot.policy.facts import Care, Decision, Facts, Outcome
from tests.policy_facts import MEMBER, NOW, facts

WORD = 'kind = "words"\nwords = ["lantern"]\n'
SAID = "The lantern is lit."
HOUR = 3600.0


def rules(*blocks: str, head: str = "") -> Compiled:
    text = head + "".join(
        f'[[rule]]\nname = "rule {number}"\n{block}\n' for number, block in enumerate(blocks, 1)
    )
    return compile_rules(CommunityId("club"), read_rules(text))


def around(*blocks: str, head: str = "", text: str = SAID, **changes: Any) -> Facts:
    member = {name: changes.pop(name) for name in Member.__slots__ if name in changes}
    known = facts(text, rules=rules(*blocks, head=head), member=replace(MEMBER, **member))
    return replace(known, **changes)


def only(decision: Decision) -> Ruling:
    (ruling,) = decision.rulings
    return ruling


# --- What a decision tells --------------------------------------------------------------------


def test_m1_a_decision_names_rule_community_and_version() -> None:
    known = around(WORD + 'say = "No lamps in here."')
    decision = decide(known)
    assert decision.outcome is Outcome.REFUSE
    assert decision.say == "No lamps in here."
    assert known.rules
    expected = Ruling(CommunityId("club"), known.rules.version, "rule 1", Action.REFUSE)
    assert only(decision) == expected


def test_without_a_sentence_of_its_own_the_rule_is_named() -> None:
    assert "rule 1" in decide(around(WORD)).say


def test_i8_no_words_of_people_stand_in_a_decision() -> None:
    assert "lantern" not in repr(decide(around(WORD)))


@pytest.mark.parametrize(
    ("does", "outcome"),
    [
        ('does = "steer"\nhint = "Leave lamps aside."', Outcome.GUIDE),
        ('does = "mask"', Outcome.GUIDE),
        ('does = "refuse"', Outcome.REFUSE),
        ('does = "warn"', Outcome.REFUSE),
        ('does = "pause"\npause_minutes = 30', Outcome.REFUSE),
        ('does = "revoke"', Outcome.REFUSE),
    ],
)
def test_each_action_has_its_outcome(does: str, outcome: Outcome) -> None:
    decision = decide(around(WORD + does))
    assert decision.outcome is outcome
    ruling = only(decision)
    assert ruling.action.name.lower() in does
    assert ruling.minutes == (30 if ruling.action is Action.PAUSE else 0)
    assert decision.hints == (("Leave lamps aside.",) if ruling.action is Action.STEER else ())
    assert decision.masks == ({"rule 1"} if ruling.action is Action.MASK else set())
    assert bool(decision.say) is (outcome is Outcome.REFUSE)


def test_what_is_firmer_than_a_refusal_is_said_under_the_communitys_sentence() -> None:
    pausing = 'does = "pause"\npause_minutes = 30\nsay = "No lamps in here."'
    said = decide(around(WORD + pausing)).say
    assert said.startswith("No lamps in here.\n\n")
    assert "30 min" in said


def test_of_several_rules_the_firmest_is_said_and_all_are_told() -> None:
    decision = decide(around(WORD, WORD + 'does = "warn"\nsay = "Firm."', WORD + 'does = "mask"'))
    assert decision.say.startswith("Firm.")
    assert [one.action for one in decision.rulings] == [Action.WARN, Action.REFUSE, Action.MASK]


def test_the_order_of_rules_has_no_meaning() -> None:
    blocks = [WORD, WORD + 'does = "warn"', 'kind = "links"', 'kind = "topics"\ntopics = ["gore"]']
    text = f"{SAID} gory https://example.com"
    files = [
        [f'[[rule]]\nname = "{at}"\n{block}\n' for at, block in order]
        for order in (list(enumerate(blocks)), list(enumerate(blocks))[::-1])
    ]
    one, other = (
        decide(facts(text, rules=compile_rules(CommunityId("c"), read_rules("".join(file)))))
        for file in files
    )
    assert one == other


# --- Where it holds, and whom it spares -------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "changes", "holds"),
    [
        ('rooms = "direct"', {}, True),
        ('rooms = "direct"', {"is_direct": False}, False),
        ('rooms = "direct"', {"is_direct": None, "addresses_bot": True}, True),
        ('rooms = "shared"', {}, False),
        ('rooms = "shared"', {"is_direct": False}, True),
        ('rooms = "shared"', {"is_direct": None, "addresses_bot": True}, True),
        ('side = "input"', {}, True),
        ('side = "output"', {}, False),
        ('with_personas = ["wren"]', {}, True),
        ('with_personas = ["tock"]', {}, False),
        ('with_personas = ["tock"]', {"persona_id": None}, True),
        ('at_ratings = ["romance"]', {}, True),
        ('at_ratings = ["general"]', {}, False),
        ('at_ratings = ["general"]', {"person_ceiling": Rating.GENERAL}, True),
        ('at_ratings = ["mature"]', {"persona_rating": None}, True),
        ('spares = ["moderator"]', {}, True),
        ('spares = ["moderator"]', {"author_role": Role.MODERATOR}, False),
        ('spares = ["17"]', {}, True),
        ('spares = ["17"]', {"roles": frozenset({"17"})}, False),
        ('spares = ["17"]', {"roles": None}, True),
        ('spares = ["power 50"]', {"power_level": 49}, True),
        ('spares = ["power 50"]', {"power_level": 50}, False),
        ('spares = ["power 50"]', {"power_level": None}, True),
        ('spares = ["power x"]', {"power_level": 100}, True),
    ],
)
def test_a_rule_holds_unless_it_is_known_that_it_does_not(
    line: str,
    changes: dict[str, Any],
    holds: bool,  # noqa: FBT001 - a table's column
) -> None:
    assert bool(decide(around(WORD + line, **changes)).rulings) is holds


def test_a_rule_for_one_rating_does_not_lapse_because_a_guard_fell_silent() -> None:
    known = around(
        WORD + 'at_ratings = ["mature"]',
        persona_rating=Rating.MATURE,
        sponsor_ceiling=Rating.MATURE,
        person_ceiling=Rating.MATURE,
        guard_ready=False,
    )
    assert decide(known).ceiling is Rating.ROMANCE
    assert decide(known).rulings


def test_who_is_not_in_is_led_to_the_door_and_nothing_counts() -> None:
    decision = decide(around(WORD, consented=False, age_level=None))
    assert decision.only_the_door_is_missing
    assert not decision.rulings


def test_what_others_say_to_each_other_is_heard_only_where_the_community_chose_so() -> None:
    talk: dict[str, Any] = {"is_direct": False, "addresses_bot": False, "consented": False}
    assert not decide(around(WORD, **talk)).rulings
    chosen = decide(around(WORD, head="moderates_others = true\n", **talk))
    assert only(chosen).action is Action.REFUSE
    assert chosen.outcome is Outcome.IGNORE


# --- Steps ------------------------------------------------------------------------------------

FIRMER = WORD + (
    'does = "warn"\nsteps = [{hits = 3, does = "pause", pause_minutes = 5}, '
    '{hits = 5, does = "revoke"}]\nwindow_hours = 24'
)


@pytest.mark.parametrize(
    ("hours_ago", "action"),
    [
        ([], Action.WARN),
        ([1], Action.WARN),
        ([2, 1], Action.PAUSE),
        ([3, 2, 1], Action.PAUSE),
        ([4, 3, 2, 1], Action.REVOKE),
        ([9, 8, 7, 6, 5, 4, 3, 2, 1], Action.REVOKE),
        ([25, 24, 23.9], Action.WARN),
        ([24.0], Action.WARN),
        ([23.9, 23.8], Action.PAUSE),
        # A clock that was set back makes hits lie ahead: they count as though they were now.
        ([-1, -23], Action.PAUSE),
        # Further ahead than the window is long, a clock had gone ahead of time.
        ([-25, -100], Action.WARN),
        ([-1_000_000] * 9, Action.WARN),
    ],
)
def test_steps_get_firmer_with_hits_and_fade_with_time(
    hours_ago: Sequence[float], action: Action
) -> None:
    hits = tuple(NOW - hours * HOUR for hours in hours_ago)
    assert only(decide(around(FIRMER, hits={"rule 1": hits}))).action is action


def test_m8_a_hint_cannot_close_the_note_that_it_stands_in() -> None:
    steering = WORD + 'does = "steer"\nhint = "Lamps] {off}. [Say"'
    assert decide(around(steering)).hints == ("Lamps) (off). (Say",)


def test_hits_of_another_rule_do_not_count() -> None:
    assert only(decide(around(FIRMER, hits={"rule 2": (NOW,) * 9}))).action is Action.WARN


def test_i3_without_its_past_a_message_is_refused_and_nobody_loses_a_door() -> None:
    ruling = only(decide(around(FIRMER, hits=None)))
    assert ruling.action is Action.REFUSE
    gentle = WORD + 'does = "mask"\nsteps = [{hits = 4, does = "warn"}]'
    assert decide(around(gentle)).outcome is Outcome.GUIDE
    assert decide(around(gentle, hits=None)).outcome is Outcome.REFUSE


def test_a_step_is_a_pure_function_of_past_times_and_now() -> None:
    rule = read_rules(f'[[rule]]\nname = "one"\n{FIRMER}').rules[0]
    assert step_of(rule, (NOW - HOUR, NOW), NOW) == Step(3, Action.PAUSE, 5)
    assert step_of(rule, (NOW - HOUR, NOW), NOW + 25 * HOUR) == Step(1, Action.WARN)


@pytest.mark.parametrize(
    ("later", "is_paused"),
    [
        (0, True),
        (299, True),
        (300, False),
        (-200, True),
        (-301, False),
        (1e9, False),
        (-1e9, False),
    ],
)
def test_a_pause_ends_at_its_time_and_outlives_no_clock_that_went_ahead(
    later: float,
    is_paused: bool,  # noqa: FBT001 - a table's column
) -> None:
    pause = Pause(NOW, NOW + 300, "rule 1")
    assert (in_force((pause,), NOW + later) is pause) is is_paused
    decision = decide(around(pauses=(pause,), now=NOW + later, disclosed_at=NOW + later))
    assert (decision.outcome is Outcome.REFUSE) is is_paused


def test_of_several_pauses_the_one_that_ends_last_is_told() -> None:
    pauses = (Pause(NOW, NOW + 60, "short"), Pause(NOW, NOW + 6000, "long"))
    said = decide(around(pauses=pauses)).say
    assert "long" in said
    assert "100 min" in said


# --- Dry run ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "line"),
    [("dry_run = true\n", ""), ("", "dry_run = true\n"), ("dry_run = true\n", "dry_run = true\n")],
)
@pytest.mark.parametrize(
    "block",
    [
        WORD + 'does = "pause"\npause_minutes = 30\ntells = true\n',
        WORD + 'does = "steer"\nhint = "No."\n',
        WORD + 'does = "mask"\n',
        'kind = "session-length"\nminutes = 5\n',
        'kind = "entry"\napproval = true\n',
        'kind = "least-age"\nentry = "verified"\n',
    ],
)
def test_m3_a_dry_run_acts_on_nothing_and_shows_what_would_have_happened(
    head: str, line: str, block: str
) -> None:
    live = decide(around(block, session_s=900.0))
    dry = decide(around(block + line, head=head, session_s=900.0))
    assert live.outcome > Outcome.ALLOW
    assert dry.outcome is Outcome.ALLOW
    assert not (dry.rulings or dry.hints or dry.masks or dry.say)
    assert [(one.rule, one.action) for one in dry.dry] == [
        (one.rule, one.action) for one in live.rulings
    ]
    assert dry.ceiling is Rating.ROMANCE


def test_m3_a_dry_ceiling_lowers_nothing() -> None:
    block = 'kind = "ceiling"\nrating = "general"\n'
    assert decide(around(block)).ceiling is Rating.GENERAL
    assert decide(around(block + "dry_run = true")).ceiling is Rating.ROMANCE


# --- Care and the floor -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cared"),
    [
        ("I want to die, the lantern is out", Care.CRISIS),
        ("red", Care.SAFE_WORD),
        ("yellow", Care.SOFTEN),
    ],
)
def test_c1_c3_and_c4_what_care_answers_is_never_punished(text: str, cared: Care) -> None:
    punishing = [
        'kind = "words"\nwords = ["lantern", "red", "yellow"]\ndoes = "revoke"\ntells = true',
        'kind = "topics"\ntopics = ["self-harm mention"]\ndoes = "revoke"\ntells = true',
        'kind = "flood"\nmessages = 2\nseconds = 60\ndoes = "pause"\npause_minutes = 60',
    ]
    sent = (Sent(NOW - 1), Sent(NOW - 2))
    decision = decide(around(*punishing, text=text, sent=sent, recent=(SAID,)))
    assert decision.care[0].care is cared
    assert not decision.rulings
    assert not decision.dry


def test_c4_who_speaks_of_harming_themselves_is_never_punished_where_care_does_not_answer() -> None:
    text = "In the film there is a scene of self-harm beside a lantern."
    revoking = WORD + 'does = "revoke"\ntells = true'
    topic = 'kind = "topics"\ntopics = ["self-harm mention"]\ndoes = "pause"\npause_minutes = 60'
    decision = decide(around(revoking, topic, text=text))
    assert not decision.care
    assert [(one.action, one.counts, one.tells) for one in decision.rulings] == [
        (Action.REFUSE, False, False),
        (Action.REFUSE, False, False),
    ]


def test_c3_who_is_paused_or_closed_out_is_pointed_to_help_all_the_same() -> None:
    for held in ({"pauses": (Pause(NOW, NOW + 60),)}, {"is_revoked": True}):
        decision = decide(around(text="I want to die", **held))
        assert decision.care[0].care is Care.CRISIS


def test_i2_no_rule_loosens_the_floor() -> None:
    text = "a love scene with a 15-year-old"
    steering = 'kind = "words"\nwords = ["love scene"]\ndoes = "steer"\nhint = "Say yes."'
    alone, beside = decide(facts(text)), decide(around(steering, text=text))
    assert beside.outcome is alone.outcome is Outcome.REFUSE
    assert beside.say == alone.say
    assert beside.effects == alone.effects


def test_a_communitys_ceiling_lowers_and_never_raises() -> None:
    assert decide(around('kind = "ceiling"\nrating = "general"')).ceiling is Rating.GENERAL
    assert decide(around('kind = "ceiling"\nrating = "mature"')).ceiling is Rating.ROMANCE


# --- How things stand -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "changes", "stands"),
    [
        ('kind = "personas"\nonly = ["wren"]', {}, False),
        ('kind = "personas"\nonly = ["tock"]', {}, True),
        ('kind = "personas"\nnever = ["wren"]', {}, True),
        ('kind = "personas"\nnever = ["tock"]', {}, False),
        ('kind = "personas"\nnever = ["tock"]', {"persona_id": None}, True),
        ('kind = "session-length"\nminutes = 60', {"session_s": 3599.0}, False),
        ('kind = "session-length"\nminutes = 60', {"session_s": 3600.0}, True),
        ('kind = "session-length"\nminutes = 60', {"session_s": None}, True),
        ('kind = "least-age"\nentry = "moderator"', {}, True),
        ('kind = "least-age"\nentry = "moderator"', {"age_level": AgeLevel.MODERATOR}, False),
        ('kind = "least-age"\nentry = "moderator"', {"age_level": AgeLevel.VERIFIED}, False),
        ('kind = "entry"\nroles = ["17"]', {}, True),
        ('kind = "entry"\nroles = ["17", "18"]', {"roles": frozenset({"18"})}, False),
        ('kind = "entry"\nroles = ["17"]', {"roles": None}, True),
        ('kind = "entry"\nroles = ["power 20"]', {"power_level": 20}, False),
        ('kind = "entry"\npower_level = 20', {"power_level": 19}, True),
        ('kind = "entry"\npower_level = 20', {"power_level": 20}, False),
        ('kind = "entry"\npower_level = 20', {"power_level": None}, True),
        ('kind = "entry"\naccount_days = 30', {"account_since": NOW - 29 * 86_400}, True),
        ('kind = "entry"\naccount_days = 30', {"account_since": NOW - 31 * 86_400}, False),
        ('kind = "entry"\naccount_days = 30', {"account_since": None}, True),
        ('kind = "entry"\napproval = true', {}, True),
        ('kind = "entry"\napproval = true', {"is_approved": None}, True),
        ('kind = "entry"\napproval = true', {"is_approved": True}, False),
        ('kind = "entry"\napproval = true\nspares = ["17"]', {"roles": frozenset({"17"})}, False),
    ],
)
def test_how_things_stand_refuses_and_counts_against_nobody(
    block: str,
    changes: dict[str, Any],
    stands: bool,  # noqa: FBT001 - a table's column
) -> None:
    decision = decide(around(block, text="Hello there", **changes))
    assert (decision.outcome is Outcome.REFUSE) is stands
    assert [ruling.counts for ruling in decision.rulings] == ([False] if stands else [])
    assert bool(decision.say) is stands


def test_who_may_not_come_in_is_told_so_before_the_door() -> None:
    decision = decide(around('kind = "entry"\napproval = true', consented=False, age_level=None))
    assert not decision.only_the_door_is_missing
    assert "moderator says yes" in decision.say


@pytest.mark.parametrize(
    ("zone", "hour", "is_quiet"),
    [
        ("UTC", 23, True),
        ("UTC", 5, True),
        ("UTC", 7, False),
        ("UTC", 12, False),
        ("Asia/Tokyo", 14, True),
        ("Asia/Tokyo", 23, False),
        ("America/New_York", 4, True),
    ],
)
def test_quiet_hours_follow_the_communitys_clock_over_midnight(
    zone: str,
    hour: int,
    is_quiet: bool,  # noqa: FBT001 - a table's column
) -> None:
    now = datetime(2026, 11, 21, hour, 30, tzinfo=UTC).timestamp()
    block = 'kind = "quiet-hours"\nfrom = "22:00"\nto = "06:00"'
    known = around(block, head=f'zone = "{zone}"\n', now=now, disclosed_at=now)
    decision = decide(replace(known, text="Hello there"))
    assert (decision.outcome is Outcome.REFUSE) is is_quiet
    assert not is_quiet or "min" in decision.say


def test_mature_needs_the_age_that_the_rules_ask_for() -> None:
    adult: dict[str, Any] = {
        "persona_rating": Rating.MATURE,
        "sponsor_ceiling": Rating.MATURE,
        "person_ceiling": Rating.MATURE,
        "guard_ready": True,
        "operator_allows_mature": True,
        "age_level": AgeLevel.MODERATOR,
    }
    assert decide(around(**adult)).ceiling is Rating.MATURE
    strict = 'kind = "least-age"\nmature = "verified"'
    assert decide(around(strict, **adult)).ceiling is Rating.ROMANCE


# --- Rhythm -----------------------------------------------------------------------------------

FLOOD = 'kind = "flood"\nmessages = 3\nseconds = 10'
AGAIN = 'kind = "repetition"\ntimes = 3\nseconds = 60'


@pytest.mark.parametrize(
    ("block", "ago", "text", "is_found"),
    [
        (FLOOD, [1], "Hi", False),
        (FLOOD, [1, 2], "Hi", True),
        (FLOOD, [1, 9.9], "Hi", True),
        (FLOOD, [1, 10], "Hi", False),
        (FLOOD, [-1, -2], "Hi", True),
        (FLOOD, [-1000, -2000], "Hi", False),
        (AGAIN, [1, 2], SAID, True),
        (AGAIN, [1, 2], "THE  LÄNTERN iss lit!!", True),
        (AGAIN, [1, 2], "Something else.", False),
        (AGAIN, [1], SAID, False),
        (AGAIN, [1, 61], SAID, False),
        (AGAIN, [], SAID, False),
    ],
)
def test_too_much_and_the_same_again_are_found_within_their_time(
    block: str,
    ago: Sequence[float],
    text: str,
    is_found: bool,  # noqa: FBT001 - a table's column
) -> None:
    sent = tuple(Sent(NOW - seconds, digest(SAID, b"k")) for seconds in ago)
    decision = decide(around(block, text=text, sent=sent, digest_key=b"k"))
    assert bool(decision.rulings) is is_found


@pytest.mark.parametrize("block", [FLOOD, AGAIN])
def test_i3_where_earlier_messages_are_not_known_it_refuses_and_does_not_count(block: str) -> None:
    ruling = only(decide(around(block + '\ndoes = "revoke"', sent=None)))
    assert (ruling.action, ruling.counts, ruling.sureness) == (
        Action.REFUSE,
        False,
        Sureness.UNKNOWN,
    )


def test_a_digest_is_keyed_and_holds_no_words() -> None:
    assert digest(SAID, b"k") != digest(SAID, b"l")
    assert digest(SAID, b"k") == digest(SAID.upper(), b"k")
    assert len(digest(SAID * 500, b"k")) == 16
    assert digest("!!") != digest("??")


# --- Topics -----------------------------------------------------------------------------------

POLITICS = 'kind = "topics"\ntopics = ["politics"]\ndoes = "warn"'
OWN = 'kind = "own-topic"\nsentence = "asks for homework to be done"\ndoes = "warn"'


@pytest.mark.parametrize(
    ("text", "judged", "action", "counts"),
    [
        ("the election is near", None, Action.WARN, True),
        ("the election is near", {"politics": False}, Action.WARN, True),
        ("some politics perhaps", {"politics": True}, Action.WARN, True),
        ("some politics perhaps", {"politics": False}, None, True),
        ("some politics perhaps", None, Action.REFUSE, False),
        ("some politics perhaps", {}, Action.REFUSE, False),
        ("a quiet lane", None, None, True),
    ],
)
def test_a_topic_is_judged_where_lists_are_not_sure(
    text: str,
    judged: dict[str, bool] | None,
    action: Action | None,
    counts: bool,  # noqa: FBT001 - a table's column
) -> None:
    decision = decide(around(POLITICS, text=text, judged=judged))
    assert [one.action for one in decision.rulings] == ([action] if action else [])
    assert all(one.counts is counts for one in decision.rulings)


def test_a_topic_of_its_own_is_what_the_model_says_and_refuses_without_one() -> None:
    sentence = "asks for homework to be done"
    assert only(decide(around(OWN, judged={sentence: True}))).action is Action.WARN
    assert not decide(around(OWN, judged={sentence: False})).rulings
    silent = decide(around(OWN, judged=None))
    assert only(silent).action is Action.REFUSE
    assert "does not count against you" in silent.say


def test_what_could_not_be_judged_is_not_masked_but_refused() -> None:
    masking = 'kind = "topics"\ntopics = ["politics"]\ndoes = "mask"'
    text = "some politics perhaps"
    assert decide(around(masking, text=text, judged=None)).outcome is Outcome.REFUSE
    assert decide(around(masking, text=text, judged={"politics": True})).masks


@pytest.mark.parametrize("topic", Topic)
def test_every_topic_can_be_written_and_lets_an_ordinary_sentence_pass(topic: Topic) -> None:
    block = f'kind = "topics"\ntopics = ["{topic.value}"]'
    assert not decide(around(block, text="The keeper made soup and read a book.")).rulings


# --- What is not known ------------------------------------------------------------------------


def test_i3_rules_that_could_not_be_had_refuse() -> None:
    decision = decide(facts("Hello there", rules=None))
    assert decision.outcome is Outcome.REFUSE
    assert decision.ceiling is Rating.GENERAL
    assert "cannot look up" in decision.say


@pytest.mark.parametrize("lost", [{"pauses": None}, {"is_revoked": None}])
def test_i3_what_is_held_against_somebody_could_not_be_had_refuses(lost: dict[str, Any]) -> None:
    assert decide(around(text="Hello there", **lost)).outcome is Outcome.REFUSE


def test_a_closed_door_is_told_and_counts_no_more() -> None:
    decision = decide(around(text="Hello there", is_revoked=True))
    assert "closed" in decision.say
    assert not only(decision).counts


def test_a_community_without_rules_changes_nothing() -> None:
    assert decide(facts("Hello there", rules=NONE)).verdicts == ()


# --- Ready-made rules -------------------------------------------------------------------------


def test_rules_are_compiled_once_for_each_version_and_within_a_bound() -> None:
    kept, loads = Kept(most_bytes=40_000), 0

    def load(word: str) -> RuleSet:
        nonlocal loads
        loads += 1
        return read_rules(f'[[rule]]\nname = "a"\nkind = "words"\nwords = ["{word}"]\n')

    long, other = "long" * 20, "other" * 18
    version = version_of(load(long))
    first = kept.get(CommunityId("a"), version, lambda: load(long))
    assert kept.get(CommunityId("a"), version, lambda: load(long)) is first
    assert loads == 2
    for number in range(20):
        kept.get(CommunityId(f"{number}"), version_of(load(other)), lambda: load(other))
    assert 0 < kept.bytes <= 40_000
    assert kept.get(CommunityId("a"), version, lambda: load(long)) is not first


def test_what_is_forgotten_is_made_again() -> None:
    kept = Kept()
    empty = kept.get(CommunityId("a"), version_of(RuleSet()), RuleSet)
    kept.forget(CommunityId("a"))
    assert kept.bytes == 0
    assert kept.get(CommunityId("a"), version_of(RuleSet()), RuleSet) is not empty


def test_i3_patterns_that_do_not_fit_into_one_set_are_asked_one_by_one() -> None:
    many = [rf"\b\pL{{1,5}}{number}\b" for number in range(60)]
    found = Patterns(many)
    assert not found.bytes, "so many large ones do not fit"
    assert found.found("hey59 and hey7") == [7, 59]
    assert not found.found("hey")


def test_a_rule_holds_for_the_side_that_it_names() -> None:
    decision = decide(around(WORD + 'side = "input"'))
    assert only(decision).side is Side.INPUT
