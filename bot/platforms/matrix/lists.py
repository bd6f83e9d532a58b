"""Policy lists (MSC2313): rooms whose state says who is put out. What one of them says now. Pure.

A rule names a user, a homeserver or a room, with `*` and `?` for what may stand there. Its sender
had the power to write it in that room, or the homeserver would not have taken it; whom one follows
is decided elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.platforms.bounded import Bounded

Source = Mapping[str, Any]

USER, SERVER, ROOM = "m.policy.rule.user", "m.policy.rule.server", "m.policy.rule.room"
KINDS = (USER, SERVER, ROOM)
BANS = frozenset({"m.ban", "org.matrix.mjolnir.ban"})
"""Whatever else is recommended is advice of which nothing is known."""
MOST_RULES = 50_000
"""Of one room; what comes beyond is let go."""
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Rule:
    kind: str
    entity: str

    @property
    def is_pattern(self) -> bool:
        return "*" in self.entity or "?" in self.entity

    def names(self, user: str) -> bool:
        match self.kind:
            case "m.policy.rule.user":
                return matches(self.entity, user)
            case "m.policy.rule.server":
                server = user.partition(":")[2].lower()
                return any(matches(self.entity.lower(), one) for one in (server, _bare(server)))
            case _:
                return False


class List:
    """Of one room."""

    def __init__(self) -> None:
        self._rules: dict[tuple[str, str], tuple[Rule, str]] = {}
        """By kind and state key, each with its event."""
        self._users: dict[str, int] = {}
        """Who is named in full, and how often: lists are long, and most of their rules are these."""
        self._patterns: dict[Rule, int] = {}
        self._known: Bounded[str, bool] = Bounded()
        """What was asked since the last change: whoever talks is asked for with each message."""

    def take(self, event: Source) -> Rule | None:
        """The rule that is new with it."""
        kind, key = str(event.get("type")), event.get("state_key")
        if kind not in KINDS or not isinstance(key, str):
            return None
        before = self._drop((kind, key))
        rule = _read(kind, event.get("content"))
        if rule is None or len(self._rules) >= MOST_RULES:
            return None
        self._rules[kind, key] = rule, str(event.get("event_id"))
        self._count(rule, 1)
        return None if rule == before else rule

    def redacted(self, event: str) -> None:
        """What is left of a rule that was taken away says nothing."""
        for at in [at for at, (_, id_) in self._rules.items() if id_ == event]:
            self._drop(at)

    def names(self, user: str) -> bool:
        if user in self._users:
            return True
        if (known := self._known.get(user)) is None:
            known = any(rule.names(user) for rule in self._patterns)
            self._known.put(user, known)
        return known

    def names_room(self, *ids: str) -> bool:
        """By its id or its alias."""
        rooms = (rule for rule in self._patterns if rule.kind == ROOM)
        return any(matches(rule.entity, id_) for rule in rooms for id_ in ids if id_)

    def __len__(self) -> int:
        return len(self._rules)

    def _drop(self, at: tuple[str, str]) -> Rule | None:
        rule, _ = self._rules.pop(at, (None, ""))
        if rule is not None:
            self._count(rule, -1)
        return rule

    def _count(self, rule: Rule, by: int) -> None:
        self._known = Bounded()
        if rule.kind == USER and not rule.is_pattern:
            _add(self._users, rule.entity, by)
        else:
            _add(self._patterns, rule, by)


def matches(pattern: str, text: str) -> bool:
    """`*` is any number of signs, `?` is one. Its time grows with the lengths, never faster than
    their product, whatever was written."""
    at = in_text = 0
    star, resume = -1, 0
    while in_text < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, resume = at, in_text
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[in_text]):
            at, in_text = at + 1, in_text + 1
        elif star >= 0:
            resume += 1
            at, in_text = star + 1, resume
        else:
            return False
    return all(sign == "*" for sign in pattern[at:])


def _read(kind: str, content: object) -> Rule | None:
    """None for what bans nobody: a rule is taken back by an empty content."""
    if not isinstance(content, Mapping) or content.get("recommendation") not in BANS:
        return None
    entity = content.get("entity")
    if not isinstance(entity, str) or not 0 < len(entity) <= _LONGEST:
        return None
    return Rule(kind, entity)


def _bare(server: str) -> str:
    """Without its port, which is no part of who it is."""
    host, colon, port = server.rpartition(":")
    return host if colon and port.isdigit() else server


def _add(counts: dict[Any, int], key: Any, by: int) -> None:
    counts[key] = counts.get(key, 0) + by
    if counts[key] <= 0:
        del counts[key]
