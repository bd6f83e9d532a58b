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
    rooms: set[str] = field(default_factory=set)
    """Of a space: what it lists."""
    follower: str = ""
    """The room that stands in the place of this one."""
    members: dict[str, str] = field(default_factory=dict)
    """Of those that were told of: join, invite, leave, ban."""
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
            case "m.space.child":
                (self.rooms.add if content.get("via") else self.rooms.discard)(key)
            case "m.room.tombstone":
                self.follower = _text(content.get("replacement_room"))
            case "m.room.member":
                self.members[key] = _text(content.get("membership"))
                self.called[key] = _text(content.get("displayname"))
            case _:
                pass

    def _take_creation(self, event: Mapping[str, Any], content: Mapping[str, Any]) -> None:
        self.kind = _text(content.get("type"))
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

    def may_set(self, user: str, kind: str) -> bool:
        """Of a room whose levels are not known nobody may."""
        events = self.power.get("events")
        default = _number(self.power.get("state_default"), _STATE_DEFAULT)
        needed = _number(events.get(kind), default) if isinstance(events, Mapping) else default
        return bool(self.power or self.creators) and self.level_of(user) >= needed

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
