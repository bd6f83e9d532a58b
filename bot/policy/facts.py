"""What policy may know, and what it may answer. Values only.

Whatever a rule needs stands in `Facts`; a fact that could not be had is None, and every rule
reads None as the stricter case (INVARIANT I3).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from bot.events import AgeLevel, AgeSign, Rating, Role
from bot.policy.community.compiled import Compiled
from bot.policy.community.rule import Action, Member, Ruling
from bot.policy.limits import Limits
from bot.policy.rest import BREAK_AFTER_S, Talk
from bot.text import SILENCE, Text


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
    BREAK = "break"
    HONESTY = "honesty"
    FAREWELL = "farewell"


BESIDE = (Care.DISCLOSURE, Care.BREAK)
"""Said in front of the answer; every other care is the whole answer."""


class Effect(StrEnum):
    """What a verdict asks to be remembered about the person or the session."""

    LOCK_UNDER_18 = "lock under 18"
    CLOSE_ROMANCE = "close romance"
    COUNT_REFERRAL = "count referral"
    END_SCENE = "end scene"
    LOST_SPONSOR = "lost sponsor"
    """The session with this sponsor is over, where there is one."""
    TOLD_OF_PAUSE = "told of pause"
    TOLD_OF_DAY = "told of day"


@dataclass(frozen=True, slots=True)
class Own:
    """What a person has wished for themselves. The defaults are those of somebody who has said
    nothing of the kind."""

    paused: bool = False
    told_of_pause: bool = False
    limits: Limits = field(default_factory=Limits)
    """That the engine may be told of."""
    hard_limits: tuple[str, ...] = ()
    """All that the screen enforces, also those that it may not be told of."""
    told_limits: str = ""
    """What the engine was told of them last, in what it reads now."""
    safe_word: str = ""
    """In addition to `red`."""
    is_incognito: bool = False
    """SAFETY P6: what is said now is to leave nothing."""
    softened: bool = False
    """SAFETY C1: amber was said, and nothing was written since."""
    wants_check_in: bool = False
    break_after_s: float = BREAK_AFTER_S
    """0: no break is suggested."""
    daily_s: float = 0.0
    """The most talk in a day that the person wants; 0: no limit."""
    told_of_day: bool = False
    """That today's talk is over."""
    talk: Talk = field(default_factory=Talk)
    """With this message."""


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
    """To come in: the stricter of what the community and the operator ask for."""
    least_mature_level: AgeLevel = AgeLevel.VERIFIED
    """For MATURE, likewise."""
    locked: bool | None = None
    is_guest: bool | None = None
    """SAFETY A11: of the community whose rules hold here, at most a minute ago."""
    sponsor_ceiling: Rating | None = None
    persona_rating: Rating | None = None
    person_ceiling: Rating | None = None
    guard_ready: bool = False
    """SAFETY L10: MATURE exists only where a guard has just passed its self-test."""
    operator_allows_mature: bool = False
    is_listed: bool = True
    """SAFETY A7: in an app directory, where MATURE does not exist."""
    platform: str = ""
    """The word before the colon in the person's id."""
    sign: AgeSign | None = None
    """What the platform saw with this very message (SAFETY A5)."""
    romance_closed: bool | None = None
    """SAFETY L3: an under-18 cue was seen in this session."""
    own: Own | None = None
    disclosed_at: float | None = None
    disclose_every_s: float = 3 * 3600.0
    utc_offset_s: float = 0.0
    """Of the person's clock, for "a new day"."""
    persona_name: str = ""
    region: str = ""
    """Two letters of a country, for crisis lines; empty: words that hold anywhere."""
    not_now: Text = SILENCE
    """What the operator's lists or a community's quotas say to this message; empty: nothing."""
    recent: tuple[str, ...] = ()
    """The last few messages of both sides, oldest first."""
    persona_id: str | None = None
    rules: Compiled | None = None
    """Of the community whose rules hold here; of one that has none `compiled.NONE`."""
    member: Member | None = None
    """What that community knows of the person, and holds against them."""
    judged: Mapping[str, bool] | None = None
    """What a model said of this message's topics (`community/question.py`)."""
    digest_key: bytes = b""
    """That `member.sent` was made with."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says. `rule` is what it catches, `number` is SAFETY.md's."""

    rule: str
    number: str
    outcome: Outcome = Outcome.ALLOW
    say: Text = SILENCE
    """To the person, in the rule's own words."""
    hint: str = ""
    """To the engine, with GUIDE."""
    care: Care | None = None
    effects: tuple[Effect, ...] = ()
    ruling: Ruling | None = None
    """Which rule of which community it was (SAFETY M1), and what it asks for."""


@dataclass(frozen=True, slots=True)
class Decision:
    outcome: Outcome
    verdicts: tuple[Verdict, ...]
    """All that spoke, the strictest first."""
    ceiling: Rating

    @property
    def say(self) -> Text:
        """The words of the strictest verdict that has words and is no care.

        Where the answer is silence, only who is locked is told so (SAFETY A2).
        """
        silent = self.outcome is Outcome.IGNORE
        spoken = (
            v.say
            for v in self.verdicts
            if v.say and v.care is None and (not silent or Effect.LOCK_UNDER_18 in v.effects)
        )
        return next(spoken, SILENCE)

    @property
    def only_the_door_is_missing(self) -> bool:
        refusing = [v for v in self.verdicts if v.outcome >= Outcome.REFUSE]
        return bool(refusing) and all(v.number == "A1" for v in refusing)

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
    def rulings(self) -> tuple[Ruling, ...]:
        """Of the community's rules that spoke, the strictest first."""
        spoken = [v.ruling for v in self.verdicts if v.ruling and not v.ruling.is_dry]
        return tuple(sorted(spoken, key=lambda ruling: -ruling.action))

    @property
    def dry(self) -> tuple[Ruling, ...]:
        """SAFETY M3: what would have happened, and does not."""
        return tuple(v.ruling for v in self.verdicts if v.ruling and v.ruling.is_dry)

    @property
    def masks(self) -> frozenset[str]:
        """The rules whose words are masked before anybody reads on."""
        return frozenset(one.rule for one in self.rulings if one.action is Action.MASK)

    @property
    def effects(self) -> frozenset[Effect]:
        return frozenset(effect for v in self.verdicts for effect in v.effects)
