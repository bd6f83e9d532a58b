"""`memory …` and `incognito`, declared: what is remembered of a person, and what they do with it. All
of it where we are alone (INVARIANT I1).
"""

from dataclasses import dataclass

from bot.commands.declaration import Declares
from bot.commands.parameters import Kind, Parameter, Place, one_of
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Remembered:
    """What stands there."""


@dataclass(frozen=True, slots=True)
class MemoryOn: ...


@dataclass(frozen=True, slots=True)
class MemoryIntimate: ...


@dataclass(frozen=True, slots=True)
class MemoryOff: ...


@dataclass(frozen=True, slots=True)
class Keep:
    days: str = ""
    """Empty: how long it is now."""


@dataclass(frozen=True, slots=True)
class Incognito:
    wish: str = ""


MemoryCommand = Remembered | MemoryOn | MemoryIntimate | MemoryOff | Keep | Incognito

ABOUT = Text("what is remembered from one conversation to the next")

MEMORIES: tuple[Declares[MemoryCommand], ...] = (
    Declares(
        "memory show",
        Text("says what is remembered, and what may be"),
        lambda _: Remembered(),
        words=("memory",),
        place=Place.DIRECT,
    ),
    Declares(
        "memory on",
        Text("remembers what matters of our talks from now on"),
        lambda _: MemoryOn(),
        place=Place.DIRECT,
    ),
    Declares(
        "memory intimate",
        Text("remembers intimate things, too"),
        lambda _: MemoryIntimate(),
        place=Place.DIRECT,
    ),
    Declares(
        "memory off",
        Text("remembers nothing, and forgets what was remembered"),
        lambda _: MemoryOff(),
        place=Place.DIRECT,
        takes_more=True,
    ),
    Declares(
        "memory keep",
        Text("says and sets how long what we say is kept"),
        lambda values: Keep(values.get("days", "")),
        parameters=(
            Parameter(
                "days",
                Kind.LINE,
                Text("as in 30 days, or always"),
                most_chars=40,
                is_required=False,
            ),
        ),
        place=Place.DIRECT,
    ),
    Declares(
        "incognito",
        Text("begins a session that keeps nothing beyond itself, or ends it"),
        lambda values: Incognito(values.get("wish", "")),
        parameters=one_of(
            "wish",
            Text("whether"),
            on=Text("on: nothing that we say is kept"),
            off=Text("off: what was said goes, and we talk as before"),
        ),
        place=Place.DIRECT,
    ),
)
