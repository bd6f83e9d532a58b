"""What the long walk through memory knows of people: who they are, what they said, and what became of
it; and what a vault says of itself in an export.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.memory_stage import canaries
from bot.events import CommunityId, Message, PersonId, Rating, RoomId

Scope = tuple[str, str]
"""With which persona, as whose guest."""
Here = int | RoomId
"""A private session by its number; a room where others read along."""
ENDED = -1
"""In the place of a session's number: one that has ended, or none ever."""


@dataclass(slots=True)
class Account:
    platform: str
    name: str
    sponsor: CommunityId

    @property
    def id(self) -> PersonId:
        return PersonId(f"{self.platform}:{self.name}")


@dataclass(slots=True)
class Said:
    """Some words that carry a canary, and what the walk knows of them."""

    canary: str
    """In small letters."""
    what: str
    """`said`, `said aloud`, `of a file`, `a fact` or `a story`."""
    scope: Scope
    here: Here
    rating: Rating
    """Under which it was said; it comes up under that or a higher one."""
    is_kept: bool
    """Whether memory was on when it was said, and ever since."""
    at: float
    message: Message | None = None
    """Where it can be edited and deleted on the platform."""
    past: tuple[str, ...] = ()
    """What stood there before it was edited: the transcript keeps it, and nothing else has it."""
    shared: set[Scope] = field(default_factory=set)
    """Where else a fact of it may be, because its person wished it."""


@dataclass(slots=True)
class Mind:
    """One person, by the account whose vault it is, and all others of theirs."""

    accounts: list[Account]
    account: Account
    """With which they do what they do now."""
    is_in: bool = False
    remembers: bool = False
    is_intimate: bool = False
    session: int = 0
    place: RoomId | None = None
    """Where others read along, while they are there."""
    scope: Scope = ("", "")
    incognito: int = 0
    """The session that keeps nothing; 0 where there is none."""
    under: Rating | None = None
    """What is open to them; None: to be asked for."""
    keep_days: int = 0
    said: dict[str, Said] = field(default_factory=dict)
    aside: frozenset[str] = frozenset()
    """What stands on branches that are set aside."""

    @property
    def key(self) -> PersonId:
        return self.accounts[0].id

    @property
    def here(self) -> Here:
        return self.place or self.session

    def on_platform(self) -> list[Said]:
        """What they can edit and delete there."""
        mine = {account.id for account in self.accounts}
        return [one for one in self.said.values() if one.message and one.message.author.id in mine]


# --- What an export says --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fact:
    id: int
    scope: Scope
    origin: str
    canaries: frozenset[str]
    sources: tuple[frozenset[str], ...]
    """What the turns say that it came from."""
    is_pinned: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """Of one vault: what its person said, and what was made of that."""

    said: frozenset[str]
    """In their own words: the talk as it stands, facts and stories that they wrote."""
    past: frozenset[str]
    """What was edited since."""
    aside: frozenset[str]
    facts: tuple[Fact, ...]
    wanted: frozenset[str]
    """What they pinned or had remembered, which is theirs on every branch."""
    made: Mapping[str, Sequence[tuple[Scope, frozenset[str]]]]
    """By what it is: notes, beginnings of prompts, summaries, facts."""

    def in_scope(self, scope: Scope) -> list[Fact]:
        return [fact for fact in self.facts if fact.scope == scope]


_NONE: frozenset[str] = frozenset()
NOTHING = Kept(_NONE, _NONE, _NONE, (), _NONE, {})


def read_kept(exported: Mapping[str, Any]) -> Kept:
    sessions = {one["id"]: one for one in exported["sessions"]}
    turns = {one["id"]: one for one in exported["turns"]}
    chosen = {id_: _words(_chosen(turn)) for id_, turn in turns.items()}
    every = [one["text"] for turn in turns.values() for one in turn["revisions"]]
    branch_ends = {
        (part["session"], part["branch"], part["part"]): part["upto"]
        for part in exported["branches"]
    }
    on_branch = {
        id_: (session := sessions.get(turn["session"])) is None
        or turn["place"] is None
        or branch_ends.get((session["id"], session["branch"], turn["branch"]), -1) >= turn["place"]
        for id_, turn in turns.items()
    }
    facts = tuple(
        Fact(
            one["id"],
            _scope(one),
            one["origin"],
            _words(f"{one['value']} {one['sentence']}"),
            tuple(chosen.get(source["turn"], frozenset()) for source in one["sources"]),
            bool(one["pinned"]),
        )
        for one in exported["facts"]
    )
    own = [one.canaries for one in facts if one.origin == "person" and not one.sources]
    own += [_words(one["text"]) for one in exported["stories"]]
    talk = _all(chosen.values())
    noted = [one for one in turns.values() if one["note"] and one["session"] in sessions]
    return Kept(
        said=talk | _all(own),
        past=_words(" ".join(every)) - talk,
        aside=_all(chosen[id_] for id_, is_there in on_branch.items() if not is_there),
        facts=facts,
        wanted=_all(one.canaries for one in facts if one.is_pinned or one.origin == "person"),
        made={
            "a note": [(_scope(sessions[one["session"]]), _words(one["note"])) for one in noted],
            "the beginning of a prompt": [
                (_scope(one), _words(f"{one['head']} {one['known'] or ''}"))
                for one in sessions.values()
            ],
            "a summary": [(_scope(one), _words(one["text"])) for one in exported["summaries"]],
            "a fact": [(one.scope, one.canaries) for one in facts],
        },
    )


def _chosen(turn: Mapping[str, Any]) -> str:
    return " ".join(one["text"] for one in turn["revisions"] if one["step"] == turn["chosen"])


def _scope(row: Mapping[str, Any]) -> Scope:
    return (row["persona"], row["sponsor"] or "")


def _words(text: str) -> frozenset[str]:
    return frozenset(canaries(text))


def _all(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)
