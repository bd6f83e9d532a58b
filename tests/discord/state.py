"""What stands on the server, each thing by itself: messages, channels, guilds, interactions."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.discord.refusals import Body, unknown

TEXT, DM, THREAD_PUBLIC, THREAD_PRIVATE = 0, 1, 11, 12
THREADS = {10, THREAD_PUBLIC, THREAD_PRIVATE}
EPHEMERAL = 64


@dataclass
class Seen:
    """One state of a message, and when it was there by the server's clock."""

    at: float
    content: str
    components: list[Body]
    embeds: list[Body]


@dataclass
class Shown:
    """A message as it stands, with all that it has said before."""

    data: Body
    history: list[Seen] = field(default_factory=list)
    only_for: str | None = None
    deleted: bool = False
    reactions: list[tuple[str, str]] = field(default_factory=list)
    interaction_token: str | None = None
    avatar_url: str | None = None
    """The picture that a webhook wore."""

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def content(self) -> str:
        return str(self.data["content"])

    @property
    def author(self) -> str:
        return str(self.data["author"]["id"])

    @property
    def at(self) -> float:
        """When it came, by the server's clock."""
        return self.history[0].at

    @property
    def name(self) -> str:
        """What its author is called; a webhook wears any name."""
        return str(self.data["author"]["username"])

    @property
    def flags(self) -> int:
        return int(self.data["flags"])

    def parts(self) -> Iterator[Body]:
        """Buttons, selects and texts, in the order in which they are seen."""
        waiting = list(self.data["components"])
        while waiting:
            part = waiting.pop(0)
            yield part
            inner = [one for one in (part.get("component"), part.get("accessory")) if one]
            waiting = [*(part.get("components") or []), *inner, *waiting]


@dataclass
class Channel:
    id: str
    type: int
    name: str = ""
    guild: "Guild | None" = None
    nsfw: bool = False
    parent: "Channel | None" = None
    people: list[str] = field(default_factory=list)
    overwrites: list[Body] = field(default_factory=list)
    messages: list[Shown] = field(default_factory=list)
    typing: list[float] = field(default_factory=list)
    owner: str = ""
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    archive_after: int = 1440
    since: str = ""
    notices: list[Body] = field(default_factory=list)

    @property
    def shown(self) -> list[Shown]:
        """What everybody here sees now."""
        return [one for one in self.messages if not one.deleted and one.only_for is None]

    def shown_to(self, person: str) -> list[Shown]:
        return [one for one in self.messages if not one.deleted and one.only_for in {None, person}]

    @property
    def age_restricted(self) -> bool:
        return self.parent.nsfw if self.parent and self.type in THREADS else self.nsfw

    def message(self, message_id: str) -> Shown:
        for one in self.messages:
            if one.id == message_id and not one.deleted:
                return one
        raise unknown("Message")


@dataclass
class Guild:
    id: str
    name: str
    owner: str
    channels: list[Channel] = field(default_factory=list)
    roles: list[Body] = field(default_factory=list)
    members: dict[str, list[str]] = field(default_factory=dict)
    crowd: range = range(0)
    """Members who are only their ids, and become somebody when they are asked for."""

    @property
    def size(self) -> int:
        return len(self.crowd) + sum(int(one) not in self.crowd for one in self.members)

    def has(self, person: str) -> bool:
        return person in self.members or (person.isdigit() and int(person) in self.crowd)

    def everybody(self) -> list[str]:
        unknown = (str(one) for one in self.crowd)
        return [*self.members, *(one for one in unknown if one not in self.members)]


@dataclass
class Asked:
    """An interaction: who asked for what, and how it was answered."""

    id: str
    token: str
    data: Body
    person: str
    channel: Channel
    at: float
    on: Shown | None = None
    answer: Body | None = None
    original: Shown | None = None
    followed: int = 0

    @property
    def modal(self) -> Body | None:
        answered = self.answer
        return answered["data"] if answered and answered["type"] == 9 else None

    @property
    def choices(self) -> list[Body]:
        return list(self.answer["data"].get("choices", [])) if self.answer else []
