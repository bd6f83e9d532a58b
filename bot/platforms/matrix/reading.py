"""An event as the homeserver and the library give it -> what a person said. Pure.

Only the plain body is read: what stands beside it as HTML is untrusted and says the same. What is
broken says nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from bot.events import EventId

Source = Mapping[str, Any]

MARK = "org.parlour.generated"
"""SAFETY H7: on whatever a machine wrote."""

_WORDS = frozenset({"m.text", "m.emote"})
_FILES = frozenset({"m.image", "m.file", "m.audio", "m.video"})
_MEDIA = _FILES | {"m.location"}


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file, as its sender describes it."""

    name: str
    size: int
    media_type: str
    address: str
    """Where it lies: `mxc://…`."""
    keys: Source
    """With which it was encrypted; empty where it was not."""


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody's message, or its new words."""

    id: EventId
    """Of the message that it is, or that it changes."""
    sender: str
    text: str
    """Empty for a picture, a voice message or the like."""
    at: float
    is_edit: bool = False
    reply_to: EventId | None = None
    thread: EventId | None = None
    mentions: frozenset[str] | None = None
    """None where the client did not say whom."""
    is_generated: bool = False
    """A machine says that it wrote it."""
    file: Enclosed | None = None


@dataclass(frozen=True, slots=True)
class Reaction:
    """A sign under a message, in clear text wherever it stands."""

    id: EventId
    sender: str
    message: EventId
    sign: str


def read_said(source: Source) -> Said | None:
    """None where nobody said anything: notices are other bots' words, and nobody's answer."""
    content = _table(source.get("content"))
    relation = _table(content.get("m.relates_to"))
    is_edit = relation.get("rel_type") == "m.replace"
    id_, sender = source.get("event_id"), source.get("sender")
    shown = _table(content.get("m.new_content")) if is_edit else content
    text = _words(source.get("type"), shown)
    if text is None or not isinstance(id_, str) or not isinstance(sender, str):
        return None
    answered = _id(_table(relation.get("m.in_reply_to")).get("event_id"))
    is_threaded = relation.get("rel_type") == "m.thread"
    if answered and not is_edit:
        text = _without_quotation(text)
    target = _id(relation.get("event_id"))
    if is_edit and target is None:
        return None
    return Said(
        id=target if is_edit and target else EventId(id_),
        sender=sender,
        text=text.strip(),
        at=time_of(source),
        is_edit=is_edit,
        # In a thread, old clients show what is no answer as one.
        reply_to=None if is_threaded and relation.get("is_falling_back") else answered,
        thread=target if is_threaded else None,
        mentions=_mentions(content),
        is_generated=bool(shown.get(MARK)),
        file=_enclosed(shown),
    )


def read_reaction(source: Source) -> Reaction | None:
    relation = _table(_table(source.get("content")).get("m.relates_to"))
    id_, sender = _id(source.get("event_id")), source.get("sender")
    message, sign = _id(relation.get("event_id")), relation.get("key")
    if relation.get("rel_type") != "m.annotation" or id_ is None or message is None:
        return None
    if not isinstance(sender, str) or not isinstance(sign, str):
        return None
    return Reaction(id_, sender, message, sign)


def read_redaction(source: Source) -> EventId | None:
    """What it takes away; newer rooms have it in the content."""
    content = _table(source.get("content"))
    return _id(content.get("redacts")) or _id(source.get("redacts"))


def time_of(source: Source) -> float:
    """As the sender's homeserver says it: not to be trusted further than for an order."""
    at = source.get("origin_server_ts")
    return at / 1000 if isinstance(at, int | float) else 0.0


def read_typing(source: Source) -> tuple[str, ...]:
    users = _table(source.get("content")).get("user_ids")
    return tuple(str(user) for user in users) if isinstance(users, list) else ()


def without_name(text: str, names: tuple[str, ...]) -> str:
    """Without the bot's own name in front, as clients put it there for a mention."""
    for name in names:
        if name and text.casefold().startswith(name.casefold()):
            rest = text[len(name) :]
            if not rest or not rest[0].isalnum():
                return rest.lstrip(":, ").strip()
    return text


def _words(kind: object, content: Source) -> str | None:
    if kind == "m.sticker":
        return ""
    if kind != "m.room.message":
        return None
    type_, body = content.get("msgtype"), content.get("body")
    if type_ in _MEDIA:
        return _caption(content)
    if type_ not in _WORDS or not isinstance(body, str):
        return None
    return f"*{body.strip()}*" if type_ == "m.emote" else body


def _caption(content: Source) -> str:
    """Where a file has a name of its own, the body is what was said with it."""
    name, body = content.get("filename"), content.get("body")
    return body if isinstance(name, str) and isinstance(body, str) and name != body else ""


def _enclosed(content: Source) -> Enclosed | None:
    if content.get("msgtype") not in _FILES:
        return None
    info, keys = _table(content.get("info")), _table(content.get("file"))
    size = info.get("size")
    return Enclosed(
        name=_text(content.get("filename")) or _text(content.get("body")),
        size=int(size) if isinstance(size, int | float) and 0 <= size < inf else 0,
        media_type=_text(info.get("mimetype")),
        address=_text(keys.get("url") if keys else content.get("url")),
        keys=keys,
    )


def _without_quotation(text: str) -> str:
    """Older clients put what is answered before the answer, line by line behind a `>`."""
    if not text.startswith("> "):
        return text
    lines = text.split("\n")
    while lines and lines[0].startswith(">"):
        del lines[0]
    return "\n".join(lines)


def _mentions(content: Source) -> frozenset[str] | None:
    found = content.get("m.mentions")
    if not isinstance(found, Mapping):
        return None
    users = found.get("user_ids")
    return frozenset(str(user) for user in users) if isinstance(users, list) else frozenset()


def _table(value: object) -> Source:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _id(value: object) -> EventId | None:
    return EventId(value) if isinstance(value, str) and value else None
