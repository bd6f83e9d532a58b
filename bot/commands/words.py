"""What the commands are called and how they are explained. Words only."""

import unicodedata
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from bot.commands.declared import COMMANDS, GROUPS, Declaration, commands_for
from bot.commands.parameters import Parameter
from bot.events import Role
from bot.text import Text, lines

JUST_WRITE = Text("Just write, or use one of these.")
HERE = Text("These can be used here.")
LISTED = Text("{command}: {about}")
EXPLAINED = Text("{command}: {about}.")
ALSO = Text("Also: {names}.")
ONLY_ALONE = Text("{command} works only where we are alone.")
ONLY_WITH_OTHERS = Text("{command} works only in a room with others.")
UNKNOWN = Text(
    "There is no command called that. {prefix}help lists them; without the {prefix} in front it "
    "counts as talk."
)
UNKNOWN_NEAR = Text(
    "There is no command called that. Did you mean one of these: {names}? {prefix}help lists them; "
    "without the {prefix} in front it counts as talk."
)
TOO_MUCH = Text("That is more than it takes: {form}.")
MISSING = Text("{parameter} is missing: {form}.")
TOO_LONG = Text("{parameter} has at most {most} characters: {form}.")
NO_CHOICE = Text("It takes one of these words: {choices}. It is written {form}.")
NO_PERSON = Text("{parameter} is written like console:ada or matrix:@ada:example.org: {form}.")
NO_FILE = Text(
    "{parameter} is missing: attach it to the same message. In a terminal, end the line with `<` and "
    "where it lies. It is written {form}."
)
MANY_FILES = Text("It takes one file at a time: {form}.")
FILE_TOO_LARGE = Text("{parameter} is too large: at most {most} KiB.")

_LONGEST_NAME = 32
_END_MARKS = ".!?,;:…"


def help_text(
    role: Role, prefix: str, topic: str = "", *, is_direct: bool, age_restricted: bool = True
) -> Text:
    """The list of what this person can use in this room, or one command explained."""
    offered = commands_for(role, is_direct=is_direct, age_restricted=age_restricted)
    name = " ".join(map(normal, topic.strip().removeprefix(prefix).split()[:2]))
    if not name:
        return lines(JUST_WRITE if is_direct else HERE, *_listed(offered, prefix))
    if is_group(name, role):
        of_group = [command for command in offered if command.group == name]
        listed = (_listed_alone(command, prefix) for command in of_group)
        return lines(EXPLAINED.format(command=prefix + name, about=GROUPS[name]), *listed)
    command = find_command(name, role) or find_command(name.split(" ")[0], role)
    if command is None or (command.is_age_restricted and not age_restricted):
        return unknown_text(name, role, prefix, is_direct=is_direct)
    told = [EXPLAINED.format(command=prefix + form(command), about=command.about)]
    told += [
        EXPLAINED.format(command=_parameter_form(p), about=p.about) for p in command.parameters
    ]
    if command.words:
        told.append(ALSO.format(names=", ".join(prefix + word for word in command.words)))
    if not command.fits(is_direct=is_direct):
        told.append(place_text(command, prefix))
    return lines(*told)


def _listed(offered: Sequence[Declaration], prefix: str) -> Iterator[Text]:
    """A group in one line: `help rules` tells the rest."""
    groups: set[str] = set()
    for command in offered:
        if not command.group:
            yield _listed_alone(command, prefix)
        elif command.group not in groups:
            groups.add(command.group)
            yield LISTED.format(command=prefix + command.group, about=GROUPS[command.group])


def _listed_alone(command: Declaration, prefix: str) -> Text:
    return LISTED.format(command=prefix + form(command), about=command.about)


def form(command: Declaration) -> str:
    """How it is written: `persona NAME`, `erase [confirm]`."""
    return " ".join([command.name, *(_parameter_form(p) for p in command.parameters)])


def completions(
    role: Role, prefix: str, *, is_direct: bool, age_restricted: bool = True
) -> tuple[tuple[str, Text], ...]:
    """What can be typed, each with its line, for platforms that complete."""
    offered = commands_for(role, is_direct=is_direct, age_restricted=age_restricted)
    return tuple((prefix + c.name, c.about) for c in offered)


def unknown_text(name: str, role: Role, prefix: str, *, is_direct: bool) -> Text:
    near = near_names(name, role, is_direct=is_direct)
    if not near:
        return UNKNOWN.format(prefix=prefix)
    return UNKNOWN_NEAR.format(names=", ".join(prefix + word for word in near), prefix=prefix)


def place_text(command: Declaration, prefix: str) -> Text:
    only = ONLY_ALONE if command.fits(is_direct=True) else ONLY_WITH_OTHERS
    return only.format(command=prefix + command.name)


def is_group(name: str, role: Role) -> bool:
    """Whether what is typed after it belongs to the name: `rules add`."""
    return any(command.group == name and command.may(role) for command in COMMANDS)


def near_names(name: str, role: Role, *, is_direct: bool) -> tuple[str, ...]:
    """At most three commands that were perhaps meant, of those that this person knows of."""
    known = [c.name for c in commands_for(role, is_direct=is_direct)]
    begun = [other for other in known if len(name) > 1 and other.startswith(name)]
    close = get_close_matches(name[:_LONGEST_NAME], known, n=3, cutoff=0.6)
    return tuple((begun or close)[:3])


def find_command(name: str, role: Role) -> Declaration | None:
    """By its name or one of its other words. What somebody may not use does not exist for them."""
    for command in COMMANDS:
        if command.may(role) and name in (command.name, *command.words):
            return command
    return None


def normal(typed: str) -> str:
    """A typed name as the table spells it: case, width, invisible signs and end marks gone."""
    folded = unicodedata.normalize("NFKC", typed[: 4 * _LONGEST_NAME]).casefold()
    seen = "".join(char for char in folded if unicodedata.category(char) != "Cf")
    return seen.strip().rstrip(_END_MARKS)


def _parameter_form(parameter: Parameter) -> str:
    text = "|".join(parameter.choices) or parameter.name.upper()
    return text if parameter.is_required else f"[{text}]"
