"""Every command, declared once: its name, its other words, its parameters, who may, and where.

Platforms draw their native commands from this table, `read` reads typed ones by it, `words`
writes the help from it, and `follow` matches on the type. To add a command: a value, its name in
`Command`, its line in `COMMANDS`; whatever is forgotten then is a type error or a failing test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.commands.parameters import Kind, Parameter, Place
from bot.events import PersonId, Rating, Role

# --- What a command is, once it is read -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Help:
    topic: str = ""
    """A command's name; empty for the list of all."""


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
class Back: ...


@dataclass(frozen=True, slots=True)
class Forward: ...


@dataclass(frozen=True, slots=True)
class Undo: ...


@dataclass(frozen=True, slots=True)
class Stop: ...


@dataclass(frozen=True, slots=True)
class New: ...


@dataclass(frozen=True, slots=True)
class Goodbye: ...


@dataclass(frozen=True, slots=True)
class Safeword: ...


@dataclass(frozen=True, slots=True)
class About: ...


@dataclass(frozen=True, slots=True)
class Privacy: ...


@dataclass(frozen=True, slots=True)
class Export: ...


@dataclass(frozen=True, slots=True)
class Erase:
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Leave: ...


@dataclass(frozen=True, slots=True)
class Ceiling:
    rating: Rating


@dataclass(frozen=True, slots=True)
class Unlock:
    person: PersonId
    """As it was typed: perhaps without the platform's name before it."""
    reason: str


@dataclass(frozen=True, slots=True)
class Status: ...


Command = (
    Help | Begin | Personas | Persona | Who | Where | Again | Back | Forward | Undo | Stop | New
    | Goodbye | Safeword | About | Privacy | Export | Erase | Leave | Ceiling | Unlock | Status
)  # fmt: skip

# --- What a declaration says ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Declaration:
    name: str
    about: str
    """One line, as help and completion show it."""
    make: Callable[[Mapping[str, str]], Command]
    """From the parameters' values, checked; an optional one may be missing."""
    words: tuple[str, ...] = ()
    """Other names for it."""
    bare: tuple[str, ...] = ()
    """In a direct room these count without the prefix, where they are the whole message."""
    parameters: tuple[Parameter, ...] = ()
    least: Role = Role.MEMBER
    place: Place = Place.BOTH
    takes_more: bool = False
    """True where words too many must not stand in the way: `/stop please` stops."""

    def may(self, role: Role) -> bool:
        return role >= self.least

    def fits(self, *, is_direct: bool) -> bool:
        return self.place in (Place.BOTH, Place.DIRECT if is_direct else Place.SHARED)


# A Matrix id has at most 255 characters, with the platform's name before it.
_LONGEST_PERSON = 264
_RATINGS = tuple(rating.name.lower() for rating in Rating)

COMMANDS: tuple[Declaration, ...] = (
    Declaration(
        "help",
        "lists the commands, or explains one",
        lambda values: Help(values.get("command", "")),
        words=("commands", "h"),
        bare=("help", "help?"),
        parameters=(
            Parameter("command", Kind.WORD, "which command to explain", is_required=False),
        ),
        takes_more=True,
    ),
    Declaration(
        "begin",
        "opens the door: what this is, what it asks of you, and then a persona",
        lambda _: Begin(),
        words=("start",),
        bare=("begin",),
    ),
    Declaration("personas", "lists who is here to talk with", lambda _: Personas()),
    Declaration(
        "persona",
        "begins to talk with another persona",
        lambda values: Persona(values["name"]),
        words=("with",),
        parameters=(Parameter("name", Kind.LINE, "the persona's name"),),
        place=Place.DIRECT,
    ),
    Declaration(
        "who", "says which persona you are talking with", lambda _: Who(), place=Place.DIRECT
    ),
    Declaration(
        "where",
        "says whose rules hold here, and what is open to you",
        lambda _: Where(),
    ),
    Declaration(
        "again",
        "writes another answer to your last message",
        lambda _: Again(),
        words=("retry", "swipe"),
        place=Place.DIRECT,
    ),
    Declaration("back", "goes back to the answer before", lambda _: Back(), place=Place.DIRECT),
    Declaration(
        "forward", "goes on to the answer after it", lambda _: Forward(), place=Place.DIRECT
    ),
    Declaration(
        "undo",
        "takes back your last message and its answer",
        lambda _: Undo(),
        place=Place.DIRECT,
    ),
    Declaration(
        "stop",
        "stops what is being written, at once",
        lambda _: Stop(),
        bare=("stop", "stop.", "stop!"),
        takes_more=True,
    ),
    Declaration(
        "new",
        "begins afresh with the same persona",
        lambda _: New(),
        words=("restart",),
        place=Place.DIRECT,
    ),
    Declaration(
        "goodbye",
        "ends the talk for now",
        lambda _: Goodbye(),
        words=("bye",),
        place=Place.DIRECT,
        takes_more=True,
    ),
    Declaration(
        "safeword",
        "explains the word that ends a scene at once",
        lambda _: Safeword(),
        words=("safe",),
        takes_more=True,
    ),
    Declaration(
        "about",
        "says what this is: software, and whose",
        lambda _: About(),
        words=("disclose",),
    ),
    Declaration("privacy", "says what is kept, why, and for how long", lambda _: Privacy()),
    Declaration(
        "export",
        "gives you everything that is kept of you",
        lambda _: Export(),
        place=Place.DIRECT,
    ),
    Declaration(
        "erase",
        "erases everything that is kept of you, for good",
        lambda values: Erase(confirmed="sure" in values),
        bare=("erase",),
        parameters=(
            Parameter(
                "sure",
                Kind.CHOICE,
                "without it you are told what would go",
                choices=("confirm",),
                is_required=False,
            ),
        ),
        place=Place.DIRECT,
    ),
    Declaration(
        "leave",
        "closes the door behind you; what was said stays sealed until you erase it",
        lambda _: Leave(),
        bare=("leave",),
        place=Place.DIRECT,
    ),
    Declaration(
        "ceiling",
        "sets the highest rating in this community",
        lambda values: Ceiling(Rating[values["rating"].upper()]),
        parameters=(Parameter("rating", Kind.CHOICE, "the rating", choices=_RATINGS),),
        least=Role.MODERATOR,
    ),
    Declaration(
        "unlock",
        "opens an under-18 lock that was wrong; the reason is recorded with your name",
        lambda values: Unlock(PersonId(values["person"]), values["reason"]),
        parameters=(
            Parameter("person", Kind.PERSON, "who was locked", most_chars=_LONGEST_PERSON),
            Parameter("reason", Kind.LINE, "why the lock was wrong", most_chars=500),
        ),
        least=Role.MODERATOR,
    ),
    Declaration(
        "status",
        "says how the bot and this community's rules stand, without anybody's words",
        lambda _: Status(),
        least=Role.MODERATOR,
    ),
)


def commands_for(role: Role, *, is_direct: bool) -> tuple[Declaration, ...]:
    """What this person can use in this room, in the table's order."""
    return tuple(c for c in COMMANDS if c.may(role) and c.fits(is_direct=is_direct))
