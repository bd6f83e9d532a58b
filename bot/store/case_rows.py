"""What the store gives and takes of moderation: cases, what follows from them, rule versions. Values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.events import CommunityId, PersonId, RoomId

REPORT = "report"
"""The action of a case that somebody has reported: nothing was done to anybody."""


class CaseState(StrEnum):
    OPEN = "open"
    APPEALED = "appealed"
    UPHELD = "upheld"
    LIFTED = "lifted"
    EXPIRED = "expired"
    """Never written down: an open one whose time is over."""


class Step(StrEnum):
    """What happened to a case; each is a line of the log that only grows (SAFETY M7)."""

    OPENED = "opened"
    APPEALED = "appealed"
    UPHELD = "upheld"
    LIFTED = "lifted"
    NOTE = "note"


class HoldKind(StrEnum):
    """What keeps a person from talking."""

    PAUSE = "pause"
    REVOKED = "revoked"
    """Their door to this community."""
    BLOCK = "block"
    """The operator's, for the whole house."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """SAFETY M2: what was done, by which rule or whom, and never the words."""

    community: CommunityId
    rule: str
    version: int
    """Of the community's rules; 0: it has none."""
    action: str
    at: float
    person: PersonId | None = None
    """The account that it is about."""
    actor: PersonId | None = None
    """The moderator; None: the rule."""
    reason: str = ""
    until: float | None = None
    is_direct: bool = True
    """Said where they were alone with the bot: moderators are told no name (SAFETY M9)."""
    hold: HoldKind | None = None
    hits: tuple[str, ...] = ()
    """The rules by which it counts towards firmer steps."""
    message: bytes | None = None
    """Of the message, a digest of its number: it counts once, also when a crash has it heard again."""


@dataclass(frozen=True, slots=True)
class Appeal:
    """By one of these accounts, if the case is about it."""

    community: CommunityId
    number: int
    accounts: Sequence[PersonId]
    at: float
    words: str = ""
    """Only where they wish to add some."""
    room: RoomId | None = None
    """The direct one in which they are told how it ends."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """Words that somebody added to a case by their own choice."""

    community: CommunityId
    number: int
    kind: str
    person: PersonId
    words: str
    room: RoomId | None = None


@dataclass(frozen=True, slots=True)
class Case:
    community: CommunityId
    number: int
    state: CaseState
    rule: str
    version: int
    action: str
    reason: str
    at: float
    until: float | None
    is_direct: bool
    person: PersonId | None
    """None: about nobody, or they have erased themselves."""
    actor: PersonId | None
    tag: str = ""
    """The same for the same person in the same community, and from which nobody can tell who."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a case's story."""

    step: Step
    reason: str
    at: float
    by: PersonId | None


@dataclass(frozen=True, slots=True)
class Story:
    case: Case
    entries: tuple[Entry, ...]
    words: Mapping[str, str]
    """By kind (`appeal`, `report`): what somebody has attached by their own choice."""


@dataclass(frozen=True, slots=True)
class NewVersion:
    community: CommunityId
    text: str
    seen: int
    """The version that this one was made from; 0 where there was none."""
    by: PersonId
    note: str
    at: float


@dataclass(frozen=True, slots=True)
class RuleVersion:
    community: CommunityId
    version: int
    text: str
    hash: bytes
    by: PersonId | None
    """None: they have erased themselves since."""
    at: float
    note: str


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Somebody has changed the rules since the version that this change was made from."""

    newest: RuleVersion


@dataclass(frozen=True, slots=True)
class Hold:
    kind: HoldKind
    at: float
    until: float | None
    number: int
    """Of its case; 0 for the operator's."""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Strikes:
    """What stands between a person and a community, read with every message."""

    holds: tuple[Hold, ...] = ()
    hits: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """By rule: when it was broken, oldest first."""
    approved: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """SAFETY M9: how often, on which day, by which rule; never who."""

    day: str
    rule: str
    is_dry: bool
    count: int


@dataclass(frozen=True, slots=True)
class Standings:
    """Of one community, for the operator and `rules stats`: numbers, no words, nobody."""

    community: CommunityId
    version: int
    cases: Mapping[CaseState, int]
    last: str
    """The beginning of the chain's last hash, to be compared with a note of it."""
