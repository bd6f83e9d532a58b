"""What is known of rooms from their state, as the homeserver told it. Pure.

Everything that a person can write there (names, topics, display names) is their words and no more.
Power levels say who moderates: who may set a community's policy (SAFETY A8).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from bot.events import Role

POLICY = "org.parlour.policy"
MADE_FOR = "org.parlour.direct"
_STATE_DEFAULT = 50
_PRESENT = ("join", "invite")


@dataclass(slots=True)
class Place:
    id: str
    name: str = ""
    alias: str = ""
    kind: str = ""
    """`m.space` for a space."""
    is_encrypted: bool = False
    """False: nothing has said so yet. It is asked for before the first word."""
    creators: frozenset[str] = frozenset()
    power: Mapping[str, Any] = field(default_factory=dict)
    rooms: dict[str, str] = field(default_factory=dict)
    """Of a space: what it lists, and who has listed it."""
    parents: dict[str, str] = field(default_factory=dict)
    """The spaces in which the room itself says that it is."""
    made_by: str = ""
    made_for: str = ""
    """With whom its maker meant it to be a direct room, where that was written into its making."""
    follower: str = ""
    """The room that stands in the place of this one."""
    members: dict[str, str] = field(default_factory=dict)
    """Of those that were told of: join, invite, leave, ban."""
    told: int = 0
    """How often somebody's coming or going was told."""
    called: dict[str, str] = field(default_factory=dict)
    """What people call themselves there."""

    @property
    def is_space(self) -> bool:
        return self.kind == "m.space"

    @property
    def present(self) -> set[str]:
        return {user for user, is_in in self.members.items() if is_in in _PRESENT}

    def take(self, event: Mapping[str, Any]) -> None:
        """A state event. One that is not as it should be says nothing."""
        content, key = event.get("content"), event.get("state_key")
        if not isinstance(content, Mapping) or not isinstance(key, str):
            return
        match event.get("type"):
            case "m.room.name":
                self.name = _text(content.get("name"))
            case "m.room.canonical_alias":
                self.alias = _text(content.get("alias"))
            case "m.room.create":
                self._take_creation(event, content)
            case "m.room.encryption":
                # Never taken back: a room that was encrypted once stays so.
                self.is_encrypted = True
            case "m.room.power_levels":
                self.power = content
            case "m.space.child" | "m.space.parent" as kind:
                sender = _text(event.get("sender")) if content.get("via") else ""
                self._take_relation(kind, key, sender)
            case "m.room.tombstone":
                self.follower = _text(content.get("replacement_room"))
            case "m.room.member":
                self.told += 1
                self.members[key] = _text(content.get("membership"))
                self.called[key] = _text(content.get("displayname"))
            case _:
                pass

    def _take_relation(self, kind: str, other: str, sender: str) -> None:
        """Without a sender where it is taken back."""
        relations = self.rooms if kind == "m.space.child" else self.parents
        relations.pop(other, None)
        if sender:
            relations[other] = sender

    def _take_creation(self, event: Mapping[str, Any], content: Mapping[str, Any]) -> None:
        self.kind = _text(content.get("type"))
        self.made_by, self.made_for = _text(event.get("sender")), _text(content.get(MADE_FOR))
        if _stands_above(_text(content.get("room_version"))):
            more = content.get("additional_creators")
            others = map(str, more) if isinstance(more, list) else ()
            self.creators = frozenset({_text(event.get("sender")), *others})

    def level_of(self, user: str) -> float:
        """Whoever made a room stands above all levels since version 12."""
        if user in self.creators:
            return inf
        users = self.power.get("users")
        default = _number(self.power.get("users_default"), 0)
        return _number(users.get(user), default) if isinstance(users, Mapping) else default

    def level_to_set(self, kind: str) -> float:
        events = self.power.get("events")
        default = _number(self.power.get("state_default"), _STATE_DEFAULT)
        return _number(events.get(kind), default) if isinstance(events, Mapping) else default

    def may_set(self, user: str, kind: str) -> bool:
        """Of a room whose levels are not known nobody may."""
        is_known = bool(self.power or self.creators)
        return is_known and self.level_of(user) >= self.level_to_set(kind)

    def may_redact(self, user: str) -> bool:
        """What others have said."""
        needed = _number(self.power.get("redact"), _STATE_DEFAULT)
        return bool(self.power or self.creators) and self.level_of(user) >= needed

    def lists(self, room: "Place") -> bool:
        """A space may list whatever it likes; the room is in it where the room says so, too, or who
        has listed it could have said it there."""
        lister = self.rooms.get(room.id)
        if not self.is_space or lister is None:
            return False
        return self.id in room.parents or room.may_set(lister, "m.space.parent")

    def role_of(self, user: str) -> Role:
        return Role.MODERATOR if self.may_set(user, POLICY) else Role.MEMBER


def _stands_above(version: str) -> bool:
    return version.isdigit() and int(version) >= 12


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object, default: float) -> float:
    # Older rooms may have them as text.
    if isinstance(value, str) and value.strip().lstrip("-").isdigit():
        return float(value)
    return float(value) if isinstance(value, int | float) else float(default)
