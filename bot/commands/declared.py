"""Every command, declared once: its name, its other words, its parameters, who may, and where.

Platforms draw their native commands from this table, `read` reads typed ones by it, `words`
writes the help from it, and `follow` matches on the type. Each subject declares its own in a file
of its own (`talking`, `own`, `admitting`, …); here they are one table. To add a command: a value,
its name in its file's union, its line in its file's table; whatever is forgotten then is a type
error or a failing test.
"""

from dataclasses import dataclass

from bot.commands import memories, moderating, ruling, stories
from bot.commands.admitting import ADMITTING, AdmittingCommand
from bot.commands.declaration import Declares
from bot.commands.moderating import MODERATING, ModeratingCommand
from bot.commands.operating import OPERATING, OperatingCommand
from bot.commands.own import OWN, OwnCommand
from bot.commands.parameters import Kind, Parameter
from bot.commands.ruling import RULING, RulesCommand
from bot.commands.stories import STORIES, StoryCommand
from bot.commands.talking import TALK, TalkCommand
from bot.events import Role
from bot.text import Text

# --- What a command is, once it is read -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Help:
    topic: str = ""
    """A command's name; empty for the list of all."""


Command = (
    Help | TalkCommand | OwnCommand | StoryCommand
    | AdmittingCommand | ModeratingCommand | RulesCommand | OperatingCommand
)  # fmt: skip

# --- The table --------------------------------------------------------------------------------

Declaration = Declares[Command]

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
    *TALK,
    *OWN,
    *STORIES,
    *ADMITTING,
    *MODERATING,
    *RULING,
    *OPERATING,
)

# What the commands of two words have in common.
GROUPS = {
    "memory": memories.ABOUT,
    "story": stories.ABOUT,
    "report": moderating.REPORT_ABOUT,
    "rules": ruling.ABOUT,
}


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
