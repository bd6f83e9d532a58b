"""What a person's client would show of a room: messages with their edits, reactions and removals.

Folded from the events that the person received and could read, each time anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import nio


@dataclass
class Shown:
    """One message as it stands now."""

    event: str
    sender: str
    kind: str
    """`m.text`, `m.notice`, `m.image`, …; `unreadable` where no key is at hand."""
    body: str
    content: dict[str, Any]
    """With the last edit's content in place of the first."""
    history: list[str] = field(default_factory=list)
    """Each state of its body, oldest first."""
    reactions: list[tuple[str, str]] = field(default_factory=list)
    """Sender and key, without those that were taken back."""
    removed: bool = False


def shown(events: Iterable[Any]) -> list[Shown]:
    """Of one room, in the order in which the events came; one that came twice counts once."""
    messages: dict[str, Shown] = {}
    reactions: dict[str, tuple[str, str, str]] = {}
    met: set[str] = set()
    for event in events:
        if event.event_id in met:
            continue
        met.add(event.event_id)
        if isinstance(event, nio.RedactionEvent):
            reactions.pop(event.redacts, None)
            if event.redacts in messages:
                messages[event.redacts].removed = True
        elif isinstance(event, nio.ReactionEvent):
            reactions[event.event_id] = (event.reacts_to, event.sender, event.key)
        elif isinstance(event, (nio.RoomMessage, nio.MegolmEvent, nio.RoomEncryptedMedia)):
            _take(messages, event)
    for about, sender, key in reactions.values():
        if about in messages:
            messages[about].reactions.append((sender, key))
    return list(messages.values())


def _take(messages: dict[str, Shown], event: Any) -> None:
    content = event.source["content"]
    relation = content.get("m.relates_to") or {}
    replaced = messages.get(relation.get("event_id", ""))
    if relation.get("rel_type") == "m.replace":
        # Who may not edit is ignored, as clients do.
        if replaced is not None and replaced.sender == event.sender and not replaced.removed:
            new = content.get("m.new_content") or {}
            replaced.kind, replaced.body = new.get("msgtype", ""), new.get("body", "")
            replaced.content = new
            replaced.history.append(replaced.body)
        return
    unreadable = isinstance(event, nio.MegolmEvent)
    kind = "unreadable" if unreadable else content.get("msgtype", "")
    body = content.get("body", "")
    messages[event.event_id] = Shown(event.event_id, event.sender, kind, body, content, [body])
