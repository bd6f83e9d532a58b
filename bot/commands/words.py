"""What the commands are called and how they are explained. Words only."""

import unicodedata
from difflib import get_close_matches

from bot.commands.declared import COMMANDS, Declaration, commands_for
from bot.commands.parameters import Parameter
from bot.events import Role

_LONGEST_NAME = 32
_END_MARKS = ".!?,;:…"


def help_text(
    role: Role, prefix: str, topic: str = "", *, is_direct: bool, age_restricted: bool = True
) -> str:
    """The list of what this person can use in this room, or one command explained."""
    if not topic.strip():
        lines = [
            f"{prefix}{form(command)}: {command.about}"
            for command in commands_for(role, is_direct=is_direct, age_restricted=age_restricted)
        ]
        return "\n".join([_first_line(is_direct=is_direct), *lines])
    name = normal(topic.strip().removeprefix(prefix))
    command = find_command(name, role)
    if command is None or (command.is_age_restricted and not age_restricted):
        return unknown_text(name, role, prefix, is_direct=is_direct)
    lines = [f"{prefix}{form(command)}: {command.about}."]
    lines += [f"{_parameter_form(p)}: {p.about}." for p in command.parameters]
    if command.words:
        lines.append("Also: " + ", ".join(prefix + word for word in command.words) + ".")
    if not command.fits(is_direct=is_direct):
        lines.append(place_text(command, prefix))
    return "\n".join(lines)


def form(command: Declaration) -> str:
    """How it is written: `persona NAME`, `erase [confirm]`."""
    return " ".join([command.name, *(_parameter_form(p) for p in command.parameters)])


def completions(
    role: Role, prefix: str, *, is_direct: bool, age_restricted: bool = True
) -> tuple[tuple[str, str], ...]:
    """What can be typed, each with its line, for platforms that complete."""
    offered = commands_for(role, is_direct=is_direct, age_restricted=age_restricted)
    return tuple((prefix + c.name, c.about) for c in offered)


def unknown_text(name: str, role: Role, prefix: str, *, is_direct: bool) -> str:
    near = near_names(name, role, is_direct=is_direct)
    meant = f" Did you mean {' or '.join(prefix + word for word in near)}?" if near else ""
    return (
        f"There is no command called that.{meant} {prefix}help lists them; "
        f"without the {prefix} in front it counts as talk."
    )


def place_text(command: Declaration, prefix: str) -> str:
    where = "where we are alone" if command.fits(is_direct=True) else "in a room with others"
    return f"{prefix}{command.name} works only {where}."


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


def _first_line(*, is_direct: bool) -> str:
    return "Just write, or use one of these." if is_direct else "These can be used here."


def _parameter_form(parameter: Parameter) -> str:
    text = "|".join(parameter.choices) or parameter.name.upper()
    return text if parameter.is_required else f"[{text}]"
