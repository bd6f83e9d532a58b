"""Every command, declared once: its name, its other words, its parameters, who may, and where.

Platforms draw their native commands from this table, `read` reads typed ones by it, `words`
writes the help from it, and `follow` matches on the type. To add a command: a value, its name in
`Command`, its line in `COMMANDS`; whatever is forgotten then is a type error or a failing test.
What people may ask for themselves, at any time, stands in `own`.
"""

from dataclasses import dataclass

from bot.commands import moderating, ruling
from bot.commands.declaration import Declares
from bot.commands.moderating import MODERATING, ModeratingCommand
from bot.commands.operating import OPERATING, OperatingCommand
from bot.commands.own import OWN, OwnCommand
from bot.commands.parameters import Kind, Parameter, Place
from bot.commands.ruling import RULING, RulesCommand
from bot.events import AgeLevel, PersonId, Rating, Role
from bot.text import Text

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


@dataclass(frozen=True, slots=True)
class Ceiling:
    rating: Rating


@dataclass(frozen=True, slots=True)
class Unlock:
    person: PersonId
    """As it was typed: perhaps without the platform's name before it."""
    reason: str


@dataclass(frozen=True, slots=True)
class Attest:
    person: PersonId
    reason: str


@dataclass(frozen=True, slots=True)
class Revoke:
    person: PersonId
    reason: str


@dataclass(frozen=True, slots=True)
class Age:
    what: str
    """`entry` or `mature`."""
    level: AgeLevel


@dataclass(frozen=True, slots=True)
class Status: ...


Command = (
    Help | Begin | Personas | Persona | Who | Where | Again | Continue | Back | Forward | Undo | New
    | About | Ceiling | Unlock | Attest | Revoke | Age | Status
    | OwnCommand | ModeratingCommand | RulesCommand | OperatingCommand
)  # fmt: skip

# --- The table --------------------------------------------------------------------------------

Declaration = Declares[Command]

# A Matrix id has at most 255 characters, with the platform's name before it.
_LONGEST_PERSON = 264
_LEVELS = {level.name.lower().replace("_", "-"): level for level in AgeLevel}
_RATINGS = tuple(rating.name.lower() for rating in Rating)

COMMANDS: tuple[Declaration, ...] = (
    Declares(
        "help",
        Text("lists the commands, or explains one"),
        lambda values: Help(values.get("command", "")),
        words=("commands", "h"),
        bare=("help", "help?"),
        parameters=(
            Parameter("command", Kind.LINE, Text("which command to explain"), is_required=False),
        ),
    ),
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
    *OWN,
    Declares(
        "ceiling",
        Text("sets the highest rating in this community"),
        lambda values: Ceiling(Rating[values["rating"].upper()]),
        parameters=(
            Parameter(
                "rating",
                Kind.CHOICE,
                Text("the rating"),
                choices=_RATINGS,
                meanings=(
                    Text("general: without romance"),
                    Text("romance: without sexual content"),
                    Text("mature: for adults, where the age rules allow it"),
                ),
            ),
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "unlock",
        Text("opens an under-18 lock that was wrong; the reason is recorded with your name"),
        lambda values: Unlock(PersonId(values["person"]), values["reason"]),
        parameters=(
            Parameter("person", Kind.PERSON, Text("who was locked"), most_chars=_LONGEST_PERSON),
            Parameter("reason", Kind.LINE, Text("why the lock was wrong"), most_chars=500),
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "attest",
        Text(
            "confirms that somebody is an adult, in this community; the reason is recorded with your name"
        ),
        lambda values: Attest(PersonId(values["person"]), values["reason"]),
        parameters=(
            Parameter("person", Kind.PERSON, Text("who is an adult"), most_chars=_LONGEST_PERSON),
            Parameter(
                "reason",
                Kind.LINE,
                Text("how you know, without a date or a document"),
                most_chars=500,
            ),
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "revoke",
        Text("takes back a moderator's confirmation that somebody is an adult"),
        lambda values: Revoke(PersonId(values["person"]), values["reason"]),
        parameters=(
            Parameter("person", Kind.PERSON, Text("whose it was"), most_chars=_LONGEST_PERSON),
            Parameter("reason", Kind.LINE, Text("why it does not hold"), most_chars=500),
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "age",
        Text("sets how well an age must be founded, to come in or for mature"),
        lambda values: Age(values["what"], _LEVELS[values["level"]]),
        parameters=(
            Parameter(
                "what",
                Kind.CHOICE,
                Text("for what"),
                choices=("entry", "mature"),
                meanings=(Text("entry: to come in"), Text("mature: to open mature")),
            ),
            Parameter(
                "level",
                Kind.CHOICE,
                Text("the least level"),
                choices=tuple(_LEVELS),
                meanings=(
                    Text("self-attested: their own word"),
                    Text("platform: a sign of the platform"),
                    Text("moderator: a moderator's word"),
                    Text("verified: a proof, checked elsewhere"),
                ),
            ),
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "status",
        Text("says how the bot and this community's rules stand, without anybody's words"),
        lambda _: Status(),
        least=Role.MODERATOR,
    ),
    *MODERATING,
    *RULING,
    *OPERATING,
)

# What the commands of two words have in common.
GROUPS = {"report": moderating.REPORT_ABOUT, "rules": ruling.ABOUT}


def commands_for(
    role: Role, *, is_direct: bool, age_restricted: bool = True
) -> tuple[Declaration, ...]:
    """What this person can use in this room, in the table's order. Without those that are age-
    restricted where they do not exist (SAFETY A7)."""
    return tuple(
        command
        for command in COMMANDS
        if command.may(role)
        and command.fits(is_direct=is_direct)
        and (age_restricted or not command.is_age_restricted)
    )
