"""What a button is for, in its custom id: short, signed, and good for one person in one room.

Nothing has to be kept for it, so a button of before a restart works after it. The key is made from
the bot's token; whoever has that can speak as the bot anyway.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from enum import StrEnum

from bot.events import PersonId, RoomId

MOST_CHARS = 100
_VERSION = "1"
_TAG_CHARS = 16
_PURPOSE = b"parlour: buttons, version 1"


class Kind(StrEnum):
    COMMAND = "c"
    """A command's name."""
    WORD = "w"
    """A word that the person says by pressing."""
    FORM = "f"
    """A command and the values chosen so far; a form asks for the last one."""
    PANEL = "p"
    """What a community's panel offers to everybody."""
    DOOR = "d"
    """A word that is said at the door, from where the panel stands."""
    SETUP = "s"
    """What a moderator sets up."""
    DEED = "k"
    """A command about what stands there, for whoever may."""
    PICK = "l"
    """A command that is still without its last word, which is chosen from a list."""


EVERYBODY = PersonId("discord:everybody")
"""Whoever sees it may press it."""


@dataclass(frozen=True, slots=True)
class Press:
    kind: Kind
    words: str
    """Of the bot's own making, never a person's: everybody in the room can read a custom id."""


class Seal:
    def __init__(self, token: str) -> None:
        # HKDF (RFC 5869) with SHA-256, one block long.
        extracted = hmac.digest(b"", token.encode(), "sha256")
        self._key = hmac.digest(extracted, _PURPOSE + b"\x01", "sha256")

    def sign(self, press: Press, room: RoomId, person: PersonId) -> str:
        """The custom id. Raises ValueError for words that are too long for one."""
        custom_id = f"{_VERSION}{press.kind}{self._tag(press, room, person)}{press.words}"
        if len(custom_id) > MOST_CHARS:
            raise ValueError(f"a button's words have at most {MOST_CHARS - _TAG_CHARS - 2} letters")
        return custom_id

    def read(self, custom_id: str, room: RoomId, person: PersonId) -> Press | None:
        """None for whatever was not made for this person in this room, or not by this bot."""
        version, kind, rest = custom_id[:1], custom_id[1:2], custom_id[2:]
        tag, words = rest[:_TAG_CHARS], rest[_TAG_CHARS:]
        if version != _VERSION or kind not in set(Kind):
            return None
        press = Press(Kind(kind), words)
        expected = self._tag(press, room, person)
        return (
            press if hmac.compare_digest(tag.encode(errors="replace"), expected.encode()) else None
        )

    def _tag(self, press: Press, room: RoomId, person: PersonId) -> str:
        # The words come last, so that no part of them can be read as another.
        signed = f"{_VERSION}{press.kind}\0{room}\0{person}\0{press.words}"
        tag = hmac.digest(self._key, signed.encode(errors="replace"), "sha256")
        return urlsafe_b64encode(tag).decode()[:_TAG_CHARS]
