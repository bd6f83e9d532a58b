"""Random rules, rule files and members for the tests of communities' rules, and the long fuzz.

`make bench-rules` runs `fuzz` 100,000 times with `--fuzz`; the tests run a sample.
"""

from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any
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
from bot.policy.decide import decide
from bot.policy.facts import Decision, Facts
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
NAMES = st.sampled_from(NAMED) | st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=12
).map(lambda name: normalize("NFC", name))
ROLES = st.sampled_from(("moderator", "17", "power 50", "keeper"))
some = st.lists


@cache
def any_check() -> st.SearchStrategy[checks.Check]:
    phrases = _chosen(PHRASES)
    return st.one_of(
        st.builds(checks.Words, phrases, _chosen(PHRASES[:2], least=0)),
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
            _chosen(("17", "power 50")),
            st.none() | st.integers(0, 100),
            st.integers(0, 90),
            st.booleans(),
        ),
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
def any_member(names: tuple[str, ...]) -> st.SearchStrategy[Member]:
    times = st.lists(st.floats(NOW - 1e6, NOW + 1e6), max_size=4).map(tuple)
    sent = st.builds(Sent, st.floats(NOW - 900, NOW + 900), st.just(digest("RED")))
    return st.builds(
        Member,
        hits=st.none() | st.dictionaries(st.sampled_from(names or ("x",)), times, max_size=3),
        pauses=st.none() | st.sampled_from(((), (Pause(NOW - 60, NOW + 60, "spoilers"),))),
        is_revoked=st.sampled_from((None, False, False, True)),
        roles=st.none() | st.frozensets(st.sampled_from(("17", "keeper"))),
        power_level=st.none() | st.sampled_from((0, 50)),
        account_since=st.none() | st.sampled_from((NOW - 60, NOW - 1e9)),
        is_approved=st.sampled_from((None, False, True)),
        sent=st.none() | st.lists(sent, max_size=5).map(tuple),
        session_s=st.none() | st.floats(0, 1e5),
    )


TEXTS = st.sampled_from(MESSAGES) | st.text(max_size=60)
JUDGED = st.none() | st.dictionaries(
    st.sampled_from([one.value for one in checks.Topic]), st.booleans(), max_size=4
)
PERSONAS = st.sampled_from((None, "wren", "tock"))
TRUTHS = st.sampled_from((True, True, False, None))
RATINGS = st.sampled_from((None, *Rating))
LEVELS = st.sampled_from((None, *AgeLevel))
ANY_ROLE = st.sampled_from(Role)


@st.composite
def any_around(draw: st.DrawFn, rules: Compiled) -> Facts:
    return replace(
        facts(draw(TEXTS)),
        rules=rules,
        member=draw(st.just(MEMBER) | any_member(NAMED)),
        persona_id=draw(PERSONAS),
        is_direct=draw(TRUTHS),
        addresses_bot=draw(TRUTHS),
        consented=draw(TRUTHS),
        author_role=draw(ANY_ROLE),
        age_level=draw(LEVELS),
        persona_rating=draw(RATINGS),
        judged=draw(JUDGED),
    )


LOST: dict[str, Any] = {
    "rules": None,
    "member": None,
    "persona_id": None,
    "judged": None,
    "persona_rating": None,
    "age_level": None,
    "is_direct": None,
    "consented": None,
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
    for _ in range(MESSAGES_A_FILE):
        around = data.draw(any_around(compiled))
        decision = decide(around)
        _is_as_strict(decision, without_rules(around), "without the rules")
        if more.name not in {rule.name for rule in rules.rules}:
            added = replace(around, rules=with_rule(compiled, more, rules))
            _is_as_strict(decide(added), decision, "with one rule more")
        lost, part = data.draw(LOST_NAMES), data.draw(PARTS)
        without = replace(around, **{lost: LOST[lost]})
        _is_as_strict(decide(without), decision, f"without {lost}")
        assert around.member
        known = replace(around.member, **{part: None})
        _is_as_strict(decide(replace(around, member=known)), decision, f"without {part}")


MESSAGES_A_FILE = 4
SIGNS = st.sampled_from('"[]=#\n*\\x\x00é')
LOST_NAMES = st.sampled_from(sorted(LOST))
PARTS = st.sampled_from(LOST_OF_MEMBER)


def _is_as_strict(one: Decision, other: Decision, how: str) -> None:
    assert one.outcome >= other.outcome, how
    assert one.ceiling <= other.ceiling, how


def _step(hits: int, action: Action) -> Step:
    return Step(hits, action, 30 if action is Action.PAUSE else 0)


@cache
def _chosen(of: tuple[str, ...], least: int = 1) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(st.sampled_from(of), min_size=least).map(lambda found: tuple(sorted(found)))


@cache
def _declared(of: tuple[Any, ...], least: int = 1) -> st.SearchStrategy[tuple[Any, ...]]:
    found = st.sets(st.sampled_from(of), min_size=least)
    return found.map(lambda some: tuple(one for one in of if one in some))
