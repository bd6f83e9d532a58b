"""Discord's own AutoMod keyword rules -> rules of ours, and what could not be taken.

Read is what its interface gives: one rule, or the list of all. Its own lists are not public, so
its presets become the topics that come nearest. Nothing is read from the network.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from bot.policy.community import forms, shape, values, width
from bot.policy.community import problems as say
from bot.policy.community.checks import Check, Patterns, Topic, Topics, Words
from bot.policy.community.problems import NotTaken, Problem, Unfit, as_found
from bot.policy.community.rule import Action, Rule, RuleSet, Step
from bot.policy.matching import plain
from bot.text import Text

LONGEST = 2_000_000
MOST_RULES = 100

NO_JSON = Text("This is no JSON of Discord's AutoMod rules. Take what its interface gives.")
NOT_A_KIND = Text("{name}: this kind of AutoMod rule has no counterpart here.")
NEAREST_TOPIC = Text(
    "{name}: Discord's own list {preset} is not public; the topic {topic} stands for it."
)
NO_PRESET = Text("{name}: Discord's own list {preset} has no counterpart here.")
NOT_A_WORD = Text("{name}: {found} was left out. {why}")
CHANNELS = Text("{name}: exempt channels have no counterpart here; see `rooms` and `spares`.")


@dataclass(frozen=True, slots=True)
class Imported:
    rules: RuleSet
    left_out: tuple[Text, ...]
    """A line each."""


def read_automod(text: str) -> Imported:
    """`NotTaken` where it is no such JSON."""
    if len(text) > LONGEST:
        raise NotTaken((Problem(say.TOO_LARGE.format(most=LONGEST)),))
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotTaken((Problem(NO_JSON),)) from error
    entries = parsed if isinstance(parsed, list) else [parsed]
    if len(entries) > MOST_RULES or not all(_is_rule(entry) for entry in entries):
        raise NotTaken((Problem(NO_JSON),))
    left: list[Text] = []
    rules: dict[str, Rule] = {}
    for entry in entries:
        for rule in _rules(entry, left):
            rules.setdefault(_own_name(rule.name, rules), rule)
    named = [_named(rule, name) for name, rule in rules.items()]
    return Imported(RuleSet(tuple(sorted(named, key=lambda one: one.name))), tuple(left))


# --- Below ------------------------------------------------------------------------------------

_KEYWORDS, _PRESETS = 1, 4
_BLOCK, _ALERT, _TIMEOUT = 1, 2, 3
_PRESET_NAMES = MappingProxyType({1: "profanity", 2: "sexual content", 3: "slurs"})
_TOPIC_OF: Mapping[int, Topic] = MappingProxyType({2: Topic.SEXUAL})


def _is_rule(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("trigger_type"), int)


def _rules(entry: Mapping[str, Any], left: list[Text]) -> Sequence[Rule]:
    name = _name(entry)
    about = entry.get("trigger_metadata")
    about = about if isinstance(about, dict) else {}
    match entry["trigger_type"]:
        case 1:
            found = [
                _listed(about, name, left),
                _matched(about, name, left),
            ]
        case 4:
            found = [_preset(about, name, left)]
        case _:
            left.append(NOT_A_KIND.format(name=name))
            return ()
    if entry.get("exempt_channels"):
        left.append(CHANNELS.format(name=name))
    made = [_rule(entry, name, check) for check in found if check is not None]
    return [_named(rule, f"{name} {at}") if at > 1 else rule for at, rule in enumerate(made, 1)]


def _rule(entry: Mapping[str, Any], name: str, check: Check) -> Rule:
    does, minutes, own, tells = Action.REFUSE, 0, "", False
    for act in _dicts(entry.get("actions")):
        about = act.get("metadata")
        about = about if isinstance(about, dict) else {}
        match act.get("type"):
            case 1:
                told = about.get("custom_message")
                own = _line(told, shape.LONGEST_SAY) if isinstance(told, str) else ""
            case 2:
                tells = True
            case 3:
                seconds = about.get("duration_seconds")
                minutes = max(1, round(seconds / 60)) if isinstance(seconds, int) else 10
                does, minutes = Action.PAUSE, min(minutes, shape.LONGEST_PAUSE)
            case _:
                pass
    roles = tuple(sorted({role for role in _texts(entry.get("exempt_roles")) if role.isdecimal()}))
    return Rule(
        name,
        check,
        (Step(1, does, minutes),),
        spares=roles[:100],
        say=own,
        tells=tells,
        # Switched off there: it shows here what it would do.
        is_dry=entry.get("enabled") is False,
    )


def _listed(about: Mapping[str, Any], name: str, left: list[Text]) -> Check | None:
    words = _kept(_texts(about.get("keyword_filter")), name, left)
    return _narrow(Words(words, _allowed(about, name, left)), name, left) if words else None


def _matched(about: Mapping[str, Any], name: str, left: list[Text]) -> Check | None:
    taken: list[str] = []
    for pattern in _texts(about.get("regex_patterns")):
        try:
            values.patterns(1, forms.LONGEST_PATTERN)([pattern])
        except Unfit as unfit:
            left.append(NOT_A_WORD.format(name=name, found=as_found(pattern), why=unfit.mend))
            continue
        taken.append(pattern)
    if not taken:
        return None
    chosen = tuple(sorted(set(taken)))[: forms.MOST_PATTERNS]
    return _narrow(Patterns(chosen, _allowed(about, name, left)), name, left)


def _narrow(check: Check, name: str, left: list[Text]) -> Check | None:
    if not width.is_everything(check):
        return check
    left.append(NOT_A_WORD.format(name=name, found=name, why=say.MATCHES_EVERYTHING))
    return None


def _allowed(about: Mapping[str, Any], name: str, left: list[Text]) -> tuple[str, ...]:
    return _kept(_texts(about.get("allow_list")), name, left)


def _preset(about: Mapping[str, Any], name: str, left: list[Text]) -> Check | None:
    topics: set[Topic] = set()
    for preset in about.get("presets") or ():
        named = _PRESET_NAMES.get(preset, as_found(preset)) if isinstance(preset, int) else "?"
        if (topic := _TOPIC_OF.get(preset)) is None:
            left.append(NO_PRESET.format(name=name, preset=named))
            continue
        left.append(NEAREST_TOPIC.format(name=name, preset=named, topic=topic.value))
        topics.add(topic)
    return Topics(tuple(topic for topic in Topic if topic in topics)) if topics else None


def _kept(words: Sequence[str], name: str, left: list[Text]) -> tuple[str, ...]:
    one = values.phrases(1, 1, forms.LONGEST_WORDS)
    taken: set[str] = set()
    for word in words:
        try:
            taken.update(one([word]))
        except Unfit as unfit:
            left.append(NOT_A_WORD.format(name=name, found=as_found(word), why=unfit.mend))
    return tuple(sorted(taken))[: forms.MOST_WORDS]


def _name(entry: Mapping[str, Any]) -> str:
    told = entry.get("name")
    name = _line(told, shape.LONGEST_NAME - 4) if isinstance(told, str) else ""
    return name if plain(name).strip() else "automod"


def _line(text: str, most: int) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:most]


def _own_name(name: str, taken: Mapping[str, Rule]) -> str:
    names = {one.casefold() for one in taken}
    more = (name if at == 1 else f"{name[:56]} {at}" for at in range(1, MOST_RULES * 4))
    return next(one for one in more if one.casefold() not in names)


def _named(rule: Rule, name: str) -> Rule:
    return rule if rule.name == name else replace(rule, name=name)


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
