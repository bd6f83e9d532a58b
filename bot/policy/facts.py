"""What policy may know, and what it may answer. Values only.

Whatever a rule needs stands in `Facts`; a fact that could not be had is None, and every rule
reads None as the stricter case (INVARIANT I3).
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from bot.events import AgeLevel, Rating, Role


class Outcome(IntEnum):
    """The strictest wins, whatever the order of the rules."""

    ALLOW = 0
    GUIDE = 1
    """Answered, with a hint to the engine."""
    REFUSE = 2
    """Answered in the rule's own words; the engine is not asked."""
    IGNORE = 3
    """Not answered."""


class Care(StrEnum):
    """Stands beside the outcome and is delivered whatever it is."""

    CRISIS = "crisis"
    SAFE_WORD = "safe word"
    SOFTEN = "soften"
    DISCLOSURE = "disclosure"
    HONESTY = "honesty"
    FAREWELL = "farewell"


class Effect(StrEnum):
    """What a verdict asks to be remembered about the person or the session."""

    LOCK_UNDER_18 = "lock under 18"
    CLOSE_ROMANCE = "close romance"
    COUNT_REFERRAL = "count referral"
    END_SCENE = "end scene"


@dataclass(frozen=True, slots=True)
class Facts:
    """One message, and all that is known about its circumstances."""

    text: str
    now: float
    """Seconds since the epoch."""
    is_direct: bool | None = None
    addresses_bot: bool | None = None
    author_is_bot: bool | None = None
    author_role: Role = Role.MEMBER
    consented: bool | None = None
    """To the version of the door's text that stands now."""
    age_level: AgeLevel | None = None
    """Of an age record that has not expired."""
    least_age_level: AgeLevel = AgeLevel.SELF_ATTESTED
    locked: bool | None = None
    sponsor_ceiling: Rating | None = None
    persona_rating: Rating | None = None
    person_ceiling: Rating | None = None
    guard_ready: bool = False
    """SAFETY L10: MATURE exists only where a guard has just passed its self-test."""
    romance_closed: bool | None = None
    """SAFETY L3: an under-18 cue was seen in this session."""
    disclosed_at: float | None = None
    disclose_every_s: float = 3 * 3600.0
    utc_offset_s: float = 0.0
    """Of the person's clock, for "a new day"."""
    persona_name: str = ""
    region: str = ""
    """Two letters of a country, for crisis lines; empty: words that hold anywhere."""
    recent: tuple[str, ...] = ()
    """The last few messages of both sides, oldest first."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says. `rule` is what it catches, `number` is SAFETY.md's."""

    rule: str
    number: str
    outcome: Outcome = Outcome.ALLOW
    say: str = ""
    """To the person, in the rule's own words."""
    hint: str = ""
    """To the engine, with GUIDE."""
    care: Care | None = None
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    outcome: Outcome
    verdicts: tuple[Verdict, ...]
    """All that spoke, the strictest first."""
    ceiling: Rating

    @property
    def say(self) -> str:
        """The words of the strictest verdict that has words and is no care."""
        spoken = (v.say for v in self.verdicts if v.say and v.care is None)
        return next(spoken, "")

    @property
    def hints(self) -> tuple[str, ...]:
        return tuple(v.hint for v in self.verdicts if v.hint)

    @property
    def care(self) -> tuple[Verdict, ...]:
        """Crisis first: it has precedence over every other rule (SAFETY C3)."""
        order = list(Care)
        cares = [v for v in self.verdicts if v.care is not None]
        return tuple(sorted(cares, key=lambda v: order.index(v.care or Care.FAREWELL)))

    @property
    def effects(self) -> frozenset[Effect]:
        return frozenset(effect for v in self.verdicts for effect in v.effects)
