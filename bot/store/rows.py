"""What the store gives and takes: the values that are kept. No SQL here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.events import (
    AgeLevel,
    CommunityId,
    EventId,
    Message,
    PersonId,
    Rating,
    Room,
    RoomId,
    SessionId,
    TurnId,
)
from bot.text import Text

DOOR = "door"
"""The kind of the consent that is given at the door."""

INCOGNITO = "incognito"
"""The mark under which every private session that begins keeps nothing beyond itself."""

FROM_FILE = "import"
"""The room of what came in with a file: of no platform, nothing can be edited or answered there."""

INSTANCE = "instance"
"""The scope of an age record that counts for every community of this house."""


class StoreError(Exception):
    """What stands in the way, where, and how to mend it; without any person's words."""


class Gone(StoreError):
    """What this call was about has been erased, forgotten or closed meanwhile: stop quietly."""


class InUse(StoreError):
    """Another process owns the data folder."""


class Side(StrEnum):
    PERSON = "person"
    PERSONA = "persona"


class State(StrEnum):
    """A person's turn is WAITING until it is DONE; a persona's is OPEN until DONE or CUT."""

    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Turn:
    id: TurnId
    side: Side
    state: State
    text: str
    """The chosen revision's."""
    note: str = ""
    """What stood before this turn in its prompt, frozen with it."""
    revisions: int = 1
    at: float = 0.0


Exchange = tuple[Turn, Turn | None]
"""What was said, and what it was answered, if it was."""


@dataclass(frozen=True, slots=True)
class Session:
    id: SessionId
    persona: str
    sponsor: CommunityId | None
    began: float
    head: str
    """Who the person is and the story so far: frozen between trims."""
    first_turn: TurnId
    """Where the prompt's window begins; older turns stay in the vault."""
    seed: int
    known: str | None = None
    """What is known of the person and their story, as it stands behind the head; None: to be made,
    for who agreed to memory."""
    known_rating: Rating = Rating.GENERAL
    is_incognito: bool = False
    """It keeps nothing beyond itself, and what was said in it goes with its end (SAFETY P6)."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that was acknowledged and not answered yet."""

    turn: TurnId
    message: Message


@dataclass(frozen=True, slots=True)
class OpenReply:
    """A reply in the making: what is shown of it, page by page, and under which nonces."""

    turn: TurnId
    answers: TurnId
    nonce: str
    remember: Rating | None = None
    """The rating of what is said, as it was when this began; None where it is not remembered."""

    def page_nonce(self, number: int) -> str:
        """The same page has the same nonce before and after a crash."""
        return f"{self.nonce}-{number}"


@dataclass(frozen=True, slots=True)
class Page:
    """One message of a reply on the platform. No event id: it may not have been sent."""

    number: int
    """The first page is 0."""
    nonce: str
    text: str
    """Kept while the reply is open and for a while after; from then on the turn alone has it."""
    event_id: EventId | None


@dataclass(frozen=True, slots=True)
class Stands:
    """What a message of a reply is to say, where it has one on a platform."""

    room: Room
    account: PersonId | None
    """Who was answered; None in what was kept by an older version."""
    event_id: EventId
    text: str


@dataclass(frozen=True, slots=True)
class AgeRecord:
    """SAFETY A3: never a birth date, a document, a picture, a proof."""

    scope: str
    level: AgeLevel
    method: str
    attester: str
    at: float
    expires: float
    policy_version: str


@dataclass(frozen=True, slots=True)
class Attestation:
    """A named person spoke for somebody's age, or took that back; never a proof (SAFETY A3)."""

    scope: str
    level: AgeLevel | None
    """None: taken back."""
    by: str
    reason: str
    at: float


@dataclass(frozen=True, slots=True)
class Consent:
    kind: str
    version: str
    at: float


@dataclass(frozen=True, slots=True)
class Limit:
    """SAFETY C2: one of a person's own limits, in their words."""

    text: str
    is_hard: bool
    may_be_told: bool
    """Whether the engine may read it; the screen keeps it all the same."""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Reminder:
    """SAFETY H4: set by the person, and by nobody else."""

    minute: int
    """Of the person's day."""
    is_daily: bool
    text: str
    due: float
    room: RoomId
    """The direct room that it was set in."""
    sponsor: CommunityId | None
    said_on: str = ""
    """The person's day, as in 2026-01-31, on which it was said last."""
    id: int = 0
    account: PersonId | None = None
    """The one of the person's that it was set from; None in what was kept by an older version."""

    @property
    def said_day(self) -> date | None:
        return date.fromisoformat(self.said_on) if self.said_on else None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person has asked for and agreed to, read at once: every message looks at it."""

    marks: Mapping[str, float]
    settings: Mapping[str, str]
    limits: tuple[Limit, ...]
    consents: Mapping[str, str]
    """Of each that was given, the version of its text."""


@dataclass(frozen=True, slots=True)
class Look:
    """All that a vault knows about one message and its moment, read at once."""

    turn: Turn | None
    """The message's own; None where it has none, or was deleted meanwhile."""
    session: Session | None
    """The open one."""
    turns: tuple[Turn, ...]
    """Its window."""
    last_persona: str | None
    """Of the newest session under the sponsor, ended or not."""
    wishes: Wishes


@dataclass(frozen=True, slots=True)
class Community:
    id: CommunityId
    ceiling: Rating = Rating.ROMANCE
    least_age_level: AgeLevel = AgeLevel.SELF_ATTESTED
    least_mature_level: AgeLevel = AgeLevel.PLATFORM
    """One's own word opens no MATURE (SAFETY A4)."""


@dataclass(frozen=True, slots=True)
class Referral:
    """SAFETY C5: how often, on which day, of which kind; never who."""

    day: str
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What erasing did and what stays, and why (INVARIANT I6)."""

    person: PersonId
    gone: tuple[Text, ...]
    stays: tuple[Text, ...]


STRETCH = 1024
"""Places of a stretch of talk: a turn's is `spot // STRETCH`. Between two stretches some stay free,
so that who looks at a turn's neighbours never reaches into another."""


@dataclass(frozen=True, slots=True)
class Scope:
    """INVARIANT I1, SAFETY P3: with whom, as whose guest and in which room something was said;
    nothing is recalled elsewhere. `room` as `Room` tells it: None is the private talk."""

    persona: str
    sponsor: CommunityId | None
    room: RoomId | None


@dataclass(frozen=True, slots=True)
class Spot:
    """What ranking knows of a turn that may be recalled."""

    side: Side
    at: float


@dataclass(frozen=True, slots=True)
class Recalled:
    """A turn that was said outside of the window, found again."""

    turn: TurnId
    side: Side
    text: str
    at: float
