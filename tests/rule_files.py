"""Random rules, rule files and members for the tests of communities' rules, and the long fuzz.

`make bench-rules` runs `fuzz` 100,000 times with `--fuzz`; the tests run a sample.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar
from unicodedata import normalize

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.events import AgeLevel, CommunityId, Rating, Role
from bot.policy.community import checks
from bot.policy.community.compiled import Compiled, compile_rules
from bot.policy.community.problems import NotTaken
from bot.policy.community.reading import read_rules
from bot.policy.community.rule import (
    Action,
    Duty,
    Member,
    Pause,
    Quota,
    Rooms,
    Rule,
    RuleSet,
    Sent,
    Side,
    Step,
    Where,
)
from bot.policy.community.same import digest
from bot.policy.community.shape import CAN_MASK, INPUT_ONLY
from bot.policy.community.writing import write_rules
from bot.policy.community.written import Written
from bot.policy.decide import RULES, decide
from bot.policy.facts import Care, Decision, Effect, Facts, Own
from bot.policy.rest import Talk
from bot.policy.screen import Screen
from tests.policy_facts import MEMBER, NOW, facts

MESSAGES = (
    "Hello, how was your day?",
    "the b u t l e r did it, says my tr4in",
    "look at https://example.com/market and dsc.gg/somewhere",
    "my address is 5 Harbour Lane, write to ada@example.org",
    "there was an election and a casino in the story",
    "RED",
    "I want to die",
    "I'm 15",
    "goodbye",
    "a sex scene",
    "Das ist ein sehr langer Satz, und ich weiß nicht, wie er auf Englisch heißt.",
    "",
    "▮▮▮ \u200b ｆｕｌｌ ｗｉｄｔｈ 電車",
)
PHRASES = (
    "the butler did it",
    "train*",
    "*ket",
    "harbour lane",
    "élan vital",
    "電車",
    "sto*",
    "night-watch",
)
PATTERNS = (
    r"\bbut\w+er\b",
    r"\d{3,}",
    r"https?://\S+",
    r"(a|aa)+$",
    r"z[yx]*",
    r"[а-я]{5}",
    r"ma.ket",
)
NAMED = ("rule", "another", "a third")
NAMES = (
    st.sampled_from(NAMED)
    | st.sampled_from(NAMED)
    | st.text(
        st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=12
    ).map(lambda name: normalize("NFC", name))
)
ROLES = st.sampled_from(("moderator", "17", "power 50", "keeper"))
some = st.lists
Value = TypeVar("Value", Facts, Member)


@cache
def any_check() -> st.SearchStrategy[checks.Check]:
    phrases = _chosen(PHRASES)
    words = st.builds(checks.Words, phrases, _chosen(PHRASES[:2], least=0))
    return st.one_of(
        # Words above all: their rules speak of the messages above, and so can count.
        *[words] * 4,
        st.builds(checks.Patterns, _chosen(PATTERNS), _chosen(PHRASES[:2], least=0)),
        st.builds(checks.Topics, _declared(tuple(checks.Topic))),
        st.builds(checks.Described, st.just("asks for homework to be done")),
        st.builds(checks.Links, st.sampled_from(((), ("example.com",)))),
        st.just(checks.Invites()),
        st.builds(checks.Languages, _chosen(("de", "en", "ja"))),
        st.builds(checks.Length, st.integers(20, 200)),
        st.builds(checks.Flood, st.integers(2, 5), st.integers(1, 600)),
        st.builds(checks.Repetition, st.integers(2, 5), st.integers(1, 600)),
        st.builds(checks.Personas, _chosen(("tock", "wren")), _chosen(("tock",), least=0)),
        st.builds(checks.Ceiling, st.sampled_from(Rating)),
        st.builds(checks.QuietHours, st.integers(0, 700), st.integers(701, 1439)),
        st.builds(checks.SessionLength, st.integers(5, 1_440)),
        st.builds(checks.LeastAge, st.sampled_from(AgeLevel), st.sampled_from(AgeLevel)),
        st.builds(
            checks.Entry,
            _chosen(("17", "power 50"), least=0),
            st.none() | st.integers(0, 100),
            st.sampled_from((0, 30, 90)),
            st.booleans(),
        ).filter(lambda entry: entry != checks.Entry()),
    )


@cache
@st.composite
def any_rule(draw: st.DrawFn) -> Rule:
    check = draw(any_check())
    rooms, personas = draw(st.sampled_from(Rooms)), draw(_chosen(("wren", "tock"), least=0))
    ratings = draw(_declared(tuple(Rating), least=0))
    common: dict[str, Any] = {
        "name": draw(NAMES),
        "check": check,
        "spares": tuple(sorted(draw(st.sets(ROLES, max_size=2)))),
        "say": draw(st.sampled_from(("", "Not here, please."))),
        "is_dry": draw(st.booleans()),
    }
    if isinstance(check, checks.STANDING):
        return Rule(where=Where(Side.INPUT, rooms, personas, ratings), **common)
    first = draw(st.sampled_from(Action))
    if first is Action.MASK and not isinstance(check, CAN_MASK):
        first = Action.REFUSE
    steps = [_step(1, first)]
    if draw(st.booleans()):
        firmer = draw(
            st.sampled_from([one for one in Action if one > max(first, Action.MASK)] or [first])
        )
        steps.append(_step(draw(st.integers(2, 5)), firmer))
    sides = (
        [Side.INPUT]
        if isinstance(check, INPUT_ONLY) or first is Action.STEER
        else [Side.INPUT, Side.BOTH]
    )
    return Rule(
        steps=tuple(steps),
        window_hours=draw(st.integers(1, 200)),
        where=Where(draw(st.sampled_from(sides)), rooms, personas, ratings),
        hint="Lead back to the story." if first is Action.STEER else "",
        tells=draw(st.booleans()),
        **common,
    )


@cache
@st.composite
def any_rules(draw: st.DrawFn, most: int = 5) -> RuleSet:
    rules = {rule.name.casefold(): rule for rule in draw(some(any_rule(), max_size=most))}
    quotas = {
        one: Quota(one, draw(st.integers(0, 60)))
        for one in draw(_chosen(("person", "17"), least=0))
    }
    duties = tuple((duty, ("17",)) for duty in sorted(draw(st.sets(st.sampled_from(Duty)))))
    return RuleSet(
        tuple(sorted(rules.values(), key=lambda rule: rule.name)),
        tuple(quotas.values()),
        duties,
        draw(st.sampled_from(("UTC", "Europe/Berlin"))),
        draw(st.booleans()),
        draw(st.booleans()),
    )


@cache
@st.composite
def any_member(draw: st.DrawFn, names: tuple[str, ...]) -> Member:
    """Somebody against whom nothing is held, but for a few things."""
    times = st.lists(st.floats(NOW - 1e6, NOW + 1e6), max_size=4).map(tuple)
    sent = st.builds(Sent, st.floats(NOW - 900, NOW + 900), st.just(digest("RED")))
    parts: dict[str, st.SearchStrategy[Any]] = {
        "hits": st.none() | st.dictionaries(st.sampled_from(names), times, max_size=3),
        "pauses": st.sampled_from((None, (Pause(NOW - 60, NOW + 60, "spoilers"),))),
        "is_revoked": st.sampled_from((None, True)),
        "roles": st.none() | st.frozensets(st.sampled_from(("17", "keeper")), min_size=1),
        "power_level": st.sampled_from((None, 50)),
        "account_since": st.sampled_from((None, NOW - 60)),
        "is_approved": st.sampled_from((None, True)),
        "sent": st.none() | st.lists(sent, max_size=5).map(tuple),
        "session_s": st.none() | st.floats(0, 1e5),
    }
    return _but_for_a_few(draw, MEMBER, parts)


TEXTS = st.sampled_from(MESSAGES) | st.sampled_from(MESSAGES) | st.text(max_size=60)
OWN = (None, Own(paused=True), Own(daily_s=60.0, talk=Talk(NOW, 60.0, 60.0, NOW + 60)))
AROUND: dict[str, st.SearchStrategy[Any]] = {
    "persona_id": st.sampled_from((None, "tock")),
    "is_direct": st.sampled_from((False, None)),
    "addresses_bot": st.sampled_from((False, None)),
    "author_is_bot": st.sampled_from((True, None)),
    "consented": st.sampled_from((False, None)),
    "locked": st.sampled_from((True, None)),
    "is_guest": st.sampled_from((False, None)),
    "romance_closed": st.sampled_from((True, None)),
    "author_role": st.sampled_from(Role),
    "age_level": st.sampled_from((None, *AgeLevel)),
    "persona_rating": st.sampled_from((None, *Rating)),
    "sponsor_ceiling": st.sampled_from((None, *Rating)),
    "person_ceiling": st.sampled_from((None, *Rating)),
    "guard_ready": st.just(True),
    "operator_allows_mature": st.just(True),
    "own": st.sampled_from(OWN),
    "disclosed_at": st.sampled_from((None, NOW - 1e5)),
    "judged": st.dictionaries(
        st.sampled_from([one.value for one in checks.Topic]), st.booleans(), max_size=4
    ),
}


@st.composite
def any_around(draw: st.DrawFn, rules: Compiled) -> Facts:
    """Ordinary circumstances, but for a few: where all is odd, nothing is looked at closely."""
    member = draw(st.just(MEMBER) | any_member(NAMED))
    ordinary = replace(facts(draw(TEXTS)), rules=rules, member=member)
    return _but_for_a_few(draw, ordinary, AROUND)


def _but_for_a_few(
    draw: st.DrawFn, ordinary: Value, parts: dict[str, st.SearchStrategy[Any]]
) -> Value:
    chosen = draw(st.sets(st.sampled_from(sorted(parts)), max_size=3))
    changes: dict[str, Any] = {name: draw(parts[name]) for name in sorted(chosen)}
    return replace(ordinary, **changes)


LOST: dict[str, Any] = {
    "rules": None,
    "member": None,
    "persona_id": None,
    "judged": None,
    "persona_rating": None,
    "sponsor_ceiling": None,
    "person_ceiling": None,
    "age_level": None,
    "is_direct": None,
    "addresses_bot": None,
    "author_is_bot": None,
    "consented": None,
    "locked": None,
    "is_guest": None,
    "romance_closed": None,
    "own": None,
    "disclosed_at": None,
    "guard_ready": False,
    "operator_allows_mature": False,
    "author_role": Role.MEMBER,
}
LOST_OF_MEMBER = (
    *("hits", "pauses", "is_revoked", "roles", "power_level"),
    *("account_since", "is_approved", "sent", "session_s"),
)


def without_rules(around: Facts) -> Decision:
    """What the floor and all other layers say alone."""
    none = compile_rules(CommunityId("c"), RuleSet())
    return decide(replace(around, rules=none, member=MEMBER))


def with_rule(rules: Compiled, rule: Rule, among: RuleSet) -> Compiled:
    more = (*(one for one in among.rules if one.name != rule.name), rule)
    return compile_rules(rules.community, replace(among, rules=more))


def fuzz(many: int) -> int:
    """So many random messages under random files, and broken files as well."""
    tried = 0

    @settings(
        max_examples=-(-many // MESSAGES_A_FILE),
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def one(data: st.DataObject) -> None:
        nonlocal tried
        try_one(data)
        tried += MESSAGES_A_FILE

    one()
    return tried


def try_one(data: st.DataObject) -> None:
    """SAFETY M1, M4, INVARIANTS I2, I3: nothing is raised, nothing gets looser."""
    rules = data.draw(any_rules(most=3))
    text = write_rules(rules)
    assert read_rules(text) == rules
    place, sign = data.draw(st.integers(0, len(text))), data.draw(SIGNS)
    with suppress(NotTaken):
        read_rules(text[:place] + sign + text[place + 1 :])
    compiled, more = compile_rules(CommunityId("c"), rules), data.draw(any_rule())
    is_new = more.name not in {rule.name for rule in rules.rules}
    added = with_rule(compiled, more, rules) if is_new else compiled
    for _ in range(MESSAGES_A_FILE):
        around = data.draw(any_around(compiled))
        decision = decide(around)
        _is_as_strict(decision, without_rules(around), "without the rules")
        _is_as_strict(decide(replace(around, rules=added)), decision, "with one rule more")
        _try_layers(data.draw(LAYERS), around, decision)
        _try_losses(data.draw(LOSSES), data.draw(PARTS), around, decision)
    _try_screen(data, data.draw(any_around(compiled)), added)


def _try_layers(left_out: AbstractSet[int], around: Facts, decision: Decision) -> None:
    """Whichever layers are there, each further one adds."""
    fewer = [rule for at, rule in enumerate(RULES) if at not in left_out]
    _is_as_strict(decision, decide(around, fewer), f"with the layers {sorted(left_out)} more")


def _try_losses(
    lost: AbstractSet[str], parts: AbstractSet[str], around: Facts, decision: Decision
) -> None:
    """One fact, several at once, and some of what the community knows of its member."""
    without = replace(around, **{name: LOST[name] for name in lost})
    _is_as_strict(decide(without), decision, f"without {sorted(lost)}")
    assert around.member
    for name in LOST_OF_MEMBER:
        # What is out of the ordinary is what may matter.
        if getattr(around.member, name) != getattr(MEMBER, name):
            lost_alone: dict[str, Any] = {name: None}
            without_it = replace(around, member=replace(around.member, **lost_alone))
            _is_as_strict(decide(without_it), decision, f"without {name}")
    unknown: dict[str, Any] = dict.fromkeys(parts)
    known = replace(around.member, **unknown)
    _is_as_strict(decide(replace(around, member=known)), decision, f"without {sorted(parts)}")
    if without.member is not None:
        of_both = decide(replace(without, member=known))
        _is_as_strict(of_both, decision, f"without {sorted(lost)} and {sorted(parts)}")


def _try_screen(data: st.DataObject, around: Facts, added: Compiled) -> None:
    """What the engine writes: rules take away from what is shown, and add nothing."""
    sentences = data.draw(st.lists(TEXTS, max_size=4))
    text, ceiling = " ".join(sentences), data.draw(st.sampled_from(Rating))
    size = data.draw(st.integers(1, 9))
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    bare, _ = _screened(pieces, ceiling, None)
    for rules in (around.rules, added):
        shown, masks = _screened(pieces, ceiling, Written(replace(around, rules=rules)))
        assert masks or bare.startswith(shown), "more was shown with rules than without"
    nothing, _ = _screened(pieces, ceiling, Written(replace(around, rules=None)))
    assert not nothing.strip(), "something was shown where the rules could not be had"


def _screened(pieces: Sequence[str], ceiling: Rating, rules: Written | None) -> tuple[str, bool]:
    """What is shown of a reply, and whether anything of it was masked."""
    screen = Screen(ceiling, persona_name="Wren", rules=rules)
    shown = "".join(screen.feed(piece) for piece in pieces) + screen.finish()
    spoke = rules.spoke if rules else ()
    return shown, any(one.action is Action.MASK and not one.is_dry for one in spoke)


MESSAGES_A_FILE = 4
SIGNS = st.sampled_from('"[]=#\n*\\x\x00é')
LOSSES = st.sets(st.sampled_from(sorted(LOST)), min_size=1, max_size=3)
PARTS = st.sets(st.sampled_from(LOST_OF_MEMBER), min_size=1, max_size=3)
LAYERS = st.sets(st.integers(0, len(RULES) - 1), min_size=1)
URGENT = {Care.CRISIS, Care.SAFE_WORD, Care.SOFTEN}
HARD = {Effect.LOCK_UNDER_18, Effect.CLOSE_ROMANCE, Effect.COUNT_REFERRAL, Effect.END_SCENE}


def _is_as_strict(one: Decision, other: Decision, how: str) -> None:
    assert one.outcome >= other.outcome, how
    assert one.ceiling <= other.ceiling, how
    assert one.effects & HARD >= other.effects & HARD, how
    kept = {verdict.care for verdict in one.care} & URGENT
    # SAFETY C3: a crisis is answered alone.
    lost = {verdict.care for verdict in other.care} & URGENT - kept
    assert not lost or kept, how


def _step(hits: int, action: Action) -> Step:
    return Step(hits, action, 30 if action is Action.PAUSE else 0)


@cache
def _chosen(of: tuple[str, ...], least: int = 1) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(st.sampled_from(of), min_size=least).map(lambda found: tuple(sorted(found)))


@cache
def _declared(of: tuple[Any, ...], least: int = 1) -> st.SearchStrategy[tuple[Any, ...]]:
    found = st.sets(st.sampled_from(of), min_size=least)
    return found.map(lambda some: tuple(one for one in of if one in some))
