"""A community's rules, as frozen values: what a rule is, what it does, and what it did.

Whoever keeps, shows or counts them needs this file and no other. Their order has no meaning;
what a file of them looks like is for `reading.py` and `writing.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum
from typing import NewType

from bot.events import CommunityId, Rating
from bot.policy.community.checks import Check

Version = NewType("Version", str)
"""The hash of the rules as `writing.py` writes them: the same rules have the same name, whoever
made them and whenever. Numbers for people, history and dates are the store's."""

MODERATOR = "moderator"
"""Whom a rule spares: this word, or the platform's own name of a role (`123456789012345678` on
Discord). A power level on Matrix is `power 50`, and means that one and all above."""


class Action(IntEnum):
    """What happens. Each is firmer than those above it here."""

    STEER = 1
    """Answered, with a hint to the engine."""
    MASK = 2
    """Answered, and the words in question are read and shown by nobody."""
    REFUSE = 3
    """Answered with the community's own sentence; the engine is not asked."""
    WARN = 4
    """Refused, and told that it counts."""
    PAUSE = 5
    """Refused, and nothing is answered here for a time."""
    REVOKE = 6
    """Refused, and the door is closed until a moderator opens it."""


class Side(StrEnum):
    INPUT = "input"
    """What people write."""
    OUTPUT = "output"
    """What the engine writes: it counts against nobody."""
    BOTH = "both"


class Rooms(StrEnum):
    DIRECT = "direct"
    SHARED = "shared"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Where:
    """Where a rule holds. Empty: everywhere."""

    side: Side = Side.BOTH
    rooms: Rooms = Rooms.BOTH
    personas: tuple[str, ...] = ()
    ratings: tuple[Rating, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What happens from so many hits inside the rule's window on, this one counted."""

    hits: int
    action: Action
    minutes: int = 0
    """Of a pause."""


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    check: Check
    steps: tuple[Step, ...] = (Step(1, Action.REFUSE),)
    """The first is for the first hit; each further one needs more hits and is at least as firm."""
    window_hours: int = 168
    """Older hits do not count, so that steps fade with time."""
    where: Where = Where()
    spares: tuple[str, ...] = ()
    say: str = ""
    """To the person, in the community's own words."""
    hint: str = ""
    """To the engine."""
    tells: bool = False
    """Moderators are told of each hit, without the words."""
    is_dry: bool = False
    """SAFETY M3: it acts on nothing and shows what would have happened."""


@dataclass(frozen=True, slots=True)
class Quota:
    """0: no bound."""

    who: str = "person"
    """`person`, `community`, or a role's name: then for each person who has it, instead of what
    holds for a person; of several roles the most generous counts."""
    messages_a_minute: int = 0
    messages_a_day: int = 0
    tokens_a_day: int = 0
    waiting: int = 0
    sessions: int = 0


class Duty(StrEnum):
    """What moderators do; a community may narrow each to some of its roles."""

    CHANGE_RULES = "change_rules"
    SEE_CASES = "see_cases"
    LIFT = "lift"
    APPROVE_AGE = "approve_age"


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Everything that a community has decided: what one file says."""

    rules: tuple[Rule, ...] = ()
    """Sorted by name; no name twice."""
    quotas: tuple[Quota, ...] = ()
    duties: tuple[tuple[Duty, tuple[str, ...]], ...] = ()
    """Not named: every moderator."""
    zone: str = "UTC"
    """Whose clock quiet hours follow."""
    is_dry: bool = False
    """All of the rules act on nothing (SAFETY M3)."""
    moderates_others: bool = False
    """Rules hold for talk in shared rooms that is not for the bot, too."""


class Sureness(Enum):
    """Why a rule spoke."""

    FOUND = "found"
    UNKNOWN = "unknown"
    """INVARIANT I3: what it needs to know could not be had. It refuses at most, and counts
    against nobody."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """Which rule of which community in which version made a verdict, and what it asks for."""

    community: CommunityId
    version: Version
    rule: str
    action: Action
    side: Side = Side.INPUT
    minutes: int = 0
    tells: bool = False
    is_dry: bool = False
    """What would have happened; nothing of it does."""
    counts: bool = True
    """A case is written, and the hit counts for steps to come. False for how things stand
    (quiet hours, an age), for what the engine wrote and for what could not be known."""
    sureness: Sureness = Sureness.FOUND


@dataclass(frozen=True, slots=True)
class Pause:
    """In force from one time to another; for one person in one community."""

    begun: float
    until: float
    rule: str = ""
    version: Version = Version("")


@dataclass(frozen=True, slots=True)
class Sent:
    """One earlier message of the person's here: when, and what it was as `same.digest` says."""

    at: float
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """What a community knows of one person, and holds against them. None: it could not be had."""

    hits: Mapping[str, tuple[float, ...]] | None = None
    """When each rule counted against them, by its name; what was lifted on appeal is not there."""
    pauses: tuple[Pause, ...] | None = None
    is_revoked: bool | None = None
    is_blocked: bool = False
    """Also revoked, and by the operator: in every community."""
    roles: frozenset[str] | None = None
    power_level: int | None = None
    account_since: float | None = None
    """When the account was made, where the platform tells."""
    is_approved: bool | None = None
    sent: tuple[Sent, ...] | None = None
    """Their latest messages, before this one."""
    session_s: float | None = None
    """How long this session has lasted; 0.0 where there is none."""
