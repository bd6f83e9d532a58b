"""What a whole rule, a quota and the file's head are made of, and what fits together.

Beside `forms.py`, which knows what each kind of rule looks for.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from bot.events import Rating
from bot.policy.community import checks, values
from bot.policy.community import problems as say
from bot.policy.community.checks import STANDING, Check
from bot.policy.community.forms import Form, Kind
from bot.policy.community.problems import Unfit
from bot.policy.community.rule import Action, Duty, Rooms, Rule, Side, Step, Where
from bot.policy.cues import romance_with_minors
from bot.text import verbatim

LONGEST_NAME = 60
LONGEST_SAY = 500
LONGEST_HINT = 300
MOST_STEPS = 10
WEEKS_OF_A_YEAR_H = 8_760
LONGEST_PAUSE = 525_600
"""Minutes; a year."""


def rule(check: Check, found: Mapping[str, Any]) -> Rule:
    """From all fields that were read, the check's own ones aside; `Unfit` where they clash."""
    rest = dict(found)
    where = Where(**{name: rest.pop(name) for name in _WHERE if name in rest})
    if isinstance(check, STANDING):
        where = replace(where, side=Side.INPUT)
        return Rule(check=check, where=where, **rest)
    first = Step(1, rest.pop("does", Action.REFUSE), rest.pop("minutes", 0))
    steps = (first, *rest.pop("steps", ()))
    made = Rule(check=check, steps=steps, where=_side(check, steps, where), **rest)
    _fits(made)
    return made


def of_rule(kind: Kind) -> tuple[Form, ...]:
    """The keys that a rule of this kind may have beside its own ones."""
    return _EVERY if kind.of in STANDING else _EVERY + _DOING


def duty(key: str) -> Duty:
    return Duty(key)


def write_steps(steps: tuple[Step, ...]) -> list[dict[str, object]]:
    return [
        {"hits": step.hits, "does": values.name(step.action)}
        | ({"pause_minutes": step.minutes} if step.minutes else {})
        for step in steps
    ]


# --- Below: what clashes ----------------------------------------------------------------------


def _side(check: Check, steps: tuple[Step, ...], where: Where) -> Where:
    """Where nothing is said of it: both, as far as the kind and what happens allow."""
    if isinstance(check, INPUT_ONLY):
        if where.side is not Side.BOTH:
            if where.side is Side.OUTPUT:
                raise Unfit(say.INPUT_ONLY)
            return where
        return replace(where, side=Side.INPUT)
    if where.side is Side.BOTH and any(step.action is Action.STEER for step in steps):
        return replace(where, side=Side.INPUT)
    return where


def _fits(made: Rule) -> None:
    steps, side = made.steps, made.where.side
    for before, after in pairwise(steps):
        if after.hits <= before.hits or after.action < before.action:
            raise Unfit(say.NOT_FIRMER)
    for step in steps:
        if (step.action is Action.PAUSE) is not (step.minutes > 0):
            raise Unfit(say.MINUTES_FOR_PAUSE)
    actions = {step.action for step in steps}
    if Action.MASK in actions and not isinstance(made.check, CAN_MASK):
        raise Unfit(say.NOTHING_TO_MASK)
    if side is Side.OUTPUT and not actions <= {Action.MASK, Action.REFUSE}:
        raise Unfit(say.STEER_IS_INPUT if Action.STEER in actions else say.AGAINST_NOBODY)
    if Action.STEER in actions and (side is not Side.INPUT or not made.hint):
        raise Unfit(say.STEER_IS_INPUT)
    if made.hint and Action.STEER not in actions:
        raise Unfit(say.STEER_IS_INPUT)
    # SAFETY L1, M8: what the engine is told is read by the floor, whatever it says of it.
    if made.hint and romance_with_minors(made.hint, written=True):
        raise Unfit(say.NOT_A_HINT)


def _read_steps(value: object) -> tuple[Step, ...]:
    if not isinstance(value, list) or len(value) > MOST_STEPS:
        raise Unfit(say.LIST_WANTED.format(least=0, most=MOST_STEPS))
    return tuple(_read_step(entry) for entry in value)


def _read_step(entry: object) -> Step:
    known = {"hits", "does", "pause_minutes"}
    if not isinstance(entry, dict) or not {"hits", "does"} <= entry.keys() <= known:
        raise Unfit(say.MISSING.format(keys=verbatim("hits, does")))
    hits = values.number(2, 1_000)(entry["hits"])
    minutes = entry.get("pause_minutes", 0)
    action = values.choice(Action)(entry["does"])
    return Step(hits, action, minutes and values.number(1, LONGEST_PAUSE)(minutes))


INPUT_ONLY = (checks.Described, checks.Flood, checks.Repetition, checks.Length)
CAN_MASK = (checks.Words, checks.Patterns, checks.Topics, checks.Links, checks.Invites)
_WHERE = ("side", "rooms", "personas", "ratings")

_EVERY = (
    Form("name", "name", values.text(LONGEST_NAME), str),
    Form("rooms", "rooms", values.choice(Rooms), values.name),
    Form("with_personas", "personas", values.texts(0, 500, 60), list),
    Form("at_ratings", "ratings", values.choices(Rating, 0), values.names),
    Form("spares", "spares", values.texts(0, 100, 100), list),
    Form("say", "say", values.text(LONGEST_SAY, least=0), str),
    Form("dry_run", "is_dry", values.truth, bool),
)
_DOING = (
    Form("does", "does", values.choice(Action), values.name),
    Form("pause_minutes", "minutes", values.number(0, LONGEST_PAUSE), int),
    Form("steps", "steps", _read_steps, list),
    Form("window_hours", "window_hours", values.number(1, WEEKS_OF_A_YEAR_H), int),
    Form("side", "side", values.choice(Side), values.name),
    Form("hint", "hint", values.note(LONGEST_HINT), str),
    Form("tells", "tells", values.truth, bool),
)

HEAD = (
    Form("zone", "zone", values.zone, str),
    Form("dry_run", "is_dry", values.truth, bool),
    Form("moderates_others", "moderates_others", values.truth, bool),
)
QUOTA = (
    Form("who", "who", values.text(100), str),
    Form("messages_a_minute", "messages_a_minute", values.number(0, 1_000), int),
    Form("messages_a_day", "messages_a_day", values.number(0, 1_000_000), int),
    Form("tokens_a_day", "tokens_a_day", values.number(0, 1_000_000_000), int),
    Form("waiting", "waiting", values.number(0, 1_000), int),
    Form("sessions", "sessions", values.number(0, 100_000), int),
)
DUTIES = tuple(Form(duty.value, duty.value, values.texts(0, 100, 100), list) for duty in Duty)
