"""What a command may look at, and what it hands back for the conversation to carry out. Values."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Protocol

from bot.events import AgeLevel, CommunityId, Message, PersonId, Pick, Rating, Room
from bot.files import File
from bot.histories.values import History
from bot.personas import Persona
from bot.policy.ceiling import Fall
from bot.policy.community.written import Written
from bot.policy.door import Terms
from bot.policy.facts import Own
from bot.store.case_rows import Story
from bot.store.house import House
from bot.store.rows import Community, Recalled, Scope, Session, Turn
from bot.store.vault import Vault
from bot.text import SILENCE, Text


@dataclass(frozen=True, slots=True)
class Mature:
    """What MATURE lacks, as sentences; an empty one where nothing does."""

    is_offered: bool
    to_open: Text
    """For this person, with this message."""
    for_all: Text
    """For everybody on this machine."""


class Imports(Protocol):
    """Talks that come in as files, between the offer and the yes."""

    def offer(self, person: PersonId, history: History) -> None:
        """In place of one that was offered before; kept nowhere but in memory."""

    def offered(self, person: PersonId) -> History | None: ...

    def withdraw(self, person: PersonId) -> None: ...

    async def begin(self, vault: Vault, history: History) -> None:
        """What is long is taken beside the messages that come meanwhile."""


@dataclass(frozen=True, slots=True)
class Remembers:
    """What a command may ask of memory."""

    scope: Scope
    """With whom and as whose guest the person talks here."""
    under: Rating
    """Up to which what is remembered may be shown."""
    zone: tzinfo
    """Of the person's days."""
    find: Callable[[str], Awaitable[tuple[Recalled, ...]]]
    """What was said that is about these words, the best first."""
    since: Callable[[str], float | None]
    """The beginning of the one day or time that these words name."""
    excerpt: Callable[[str], str]
    """Short, on one line, and masked (SAFETY P4)."""
    mask: Callable[[str], str]
    index: Callable[[], Awaitable[object]]
    """What a change of facts took out of the index is found again."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command may look at."""

    message: Message
    prefix: str
    house: House
    vault: Vault | None
    session: Session | None
    persona: Persona
    personas: Mapping[str, Persona]
    community: Community
    not_in: Text
    """What somebody who is not in is told; empty for who is."""
    against: Callable[[Persona], Text]
    """What stands in the way of a session with this persona, by the community or the operator."""
    locked: bool
    ceiling: Rating
    own_ceiling: Rating
    least_age_level: AgeLevel
    """To come in here: the stricter of community's and operator's."""
    mature: Mature
    romance_closed: bool
    own: Own
    written: Written
    """The community's rules for what is shown as a persona's words, those of now."""
    resting: Text
    """What to say instead of what the persona would: the person rests, by their own wish."""
    words: Callable[[Text], str]
    """In the person's language: for what is no answer but stands in a file."""
    speak_in: Callable[[str], None]
    """The bot's own words, from now on."""
    remembers: Remembers
    keep_days: int
    """For how long the operator has what is said kept at most; 0: always."""
    home_offset_s: float
    """Of the operator's clock, for who has named no time zone."""
    now: float
    communities: Callable[[], Awaitable[tuple[CommunityId, ...] | None]]
    """Those whose guest the person could be; None where the platform does not say."""
    name_of: Callable[[CommunityId], str]
    """What a community is called, as sentences show it."""
    labels: Callable[[Sequence[CommunityId]], tuple[tuple[CommunityId, str], ...]]
    """The same of several, told apart."""
    called: Callable[[Sequence[CommunityId], str], tuple[CommunityId, ...]]
    """Those of them that are called this, or have this number."""
    terms_of: Callable[[Community], Terms]
    imports: Imports

    @property
    def is_in(self) -> bool:
        return not self.not_in


@dataclass(frozen=True, slots=True)
class Tell:
    """Somebody else, or moderators in their log room, once what was asked for is done."""

    room: Room
    say: Text
    nonce: str
    person: PersonId | None = None
    """In whose language; None: the operator's."""
    card_of: int = 0
    """The case's number, of its card in the log room of the room's community."""
    commands: tuple[str, ...] = ()
    """What can be done about it."""


@dataclass(frozen=True, slots=True)
class Answer:
    say: Text
    fall: Fall | None = None
    """What may be written no more, also in mid-reply (SAFETY A9)."""
    file: File | None = None
    """Handed over with it."""
    about: str = ""
    """The name of a persona whom it introduces."""
    is_alone: bool = False
    """It is about who asked, or holds their own words, and is for nobody else to read."""
    tells: tuple[Tell, ...] = ()
    """What others are to know of it."""
    commands: tuple[str, ...] = ()
    """What can be done about it, as in `Say`."""
    picks: tuple[Pick, ...] = ()
    story: Story | None = None
    """Of the case that it is about, as it stands now: its cards are shown anew."""


@dataclass(frozen=True, slots=True)
class Farewell:
    """Something is over for good: what is being written ends, and what was computed of it goes."""

    say: Text


@dataclass(frozen=True, slots=True)
class LikeAMessage:
    """To be decided like anything else that is said: the door, a goodbye."""


@dataclass(frozen=True, slots=True)
class Greet:
    """A new session with this persona."""

    persona: str
    recap: Text = SILENCE
    """What is told before it begins."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Another answer to the same message."""

    asked: Turn
    answer: Turn | None
    """None where the engine failed to give one."""
    goes_on: bool = False
    """Not another one: this answer, and more of it."""


@dataclass(frozen=True, slots=True)
class Show:
    """This answer of before."""

    turn: Turn
    say: Text = SILENCE
    """Before it."""


@dataclass(frozen=True, slots=True)
class Join:
    """This account and the one that shows the code become one person, once the vault is let go."""

    code: str


@dataclass(frozen=True, slots=True)
class Erase:
    """The vault goes, once it is let go of: nobody can end one that they hold."""


Outcome = Answer | Farewell | LikeAMessage | Greet | Rewrite | Show | Erase | Join
