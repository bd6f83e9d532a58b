"""The talk with a persona, declared: how it is begun, led, gone back in and begun afresh.

What people may ask for beside it, for themselves, stands in `own`.
"""

from dataclasses import dataclass

from bot.commands.declaration import Declares
from bot.commands.parameters import Kind, Parameter, Place
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Begin: ...


@dataclass(frozen=True, slots=True)
class Personas: ...


@dataclass(frozen=True, slots=True)
class Persona:
    name: str


@dataclass(frozen=True, slots=True)
class Who: ...


@dataclass(frozen=True, slots=True)
class Where: ...


@dataclass(frozen=True, slots=True)
class Again: ...


@dataclass(frozen=True, slots=True)
class Continue: ...


@dataclass(frozen=True, slots=True)
class Back: ...


@dataclass(frozen=True, slots=True)
class Forward: ...


@dataclass(frozen=True, slots=True)
class Undo: ...


@dataclass(frozen=True, slots=True)
class New: ...


@dataclass(frozen=True, slots=True)
class About: ...


TalkCommand = (
    Begin
    | Personas
    | Persona
    | Who
    | Where
    | Again
    | Continue
    | Back
    | Forward
    | Undo
    | New
    | About
)

TALK: tuple[Declares[TalkCommand], ...] = (
    Declares(
        "begin",
        Text("opens the door: what this is, what it asks of you, and then a persona"),
        lambda _: Begin(),
        words=("start",),
        bare=("begin",),
    ),
    Declares("personas", Text("lists who is here to talk with"), lambda _: Personas()),
    Declares(
        "persona",
        Text("begins to talk with another persona"),
        lambda values: Persona(values["name"]),
        words=("with",),
        parameters=(Parameter("name", Kind.LINE, Text("the persona's name")),),
        place=Place.DIRECT,
    ),
    Declares(
        "who", Text("says which persona you are talking with"), lambda _: Who(), place=Place.DIRECT
    ),
    Declares(
        "where",
        Text("says whose rules hold here, and what is open to you"),
        lambda _: Where(),
    ),
    Declares(
        "again",
        Text("writes another answer to your last message"),
        lambda _: Again(),
        words=("retry", "swipe"),
        place=Place.DIRECT,
    ),
    Declares(
        "continue",
        Text("goes on with the last answer"),
        lambda _: Continue(),
        place=Place.DIRECT,
    ),
    Declares("back", Text("goes back to the answer before"), lambda _: Back(), place=Place.DIRECT),
    Declares(
        "forward", Text("goes on to the answer after it"), lambda _: Forward(), place=Place.DIRECT
    ),
    Declares(
        "undo",
        Text("takes back your last message and its answer"),
        lambda _: Undo(),
        place=Place.DIRECT,
    ),
    Declares(
        "new",
        Text("begins afresh with the same persona"),
        lambda _: New(),
        words=("restart",),
        place=Place.DIRECT,
    ),
    Declares(
        "about",
        Text("says what this is: software, and whose"),
        lambda _: About(),
        words=("disclose",),
    ),
)
