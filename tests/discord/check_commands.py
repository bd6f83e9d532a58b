"""Whether Discord would take application commands (page "Application Commands")."""

from tests.discord import limits
from tests.discord.checks import Path
from tests.discord.refusals import Body, Findings, Refused

SLASH = 1
SUBCOMMANDS = {1, 2}
MARKS = "-_'"
ONLY_FOR = {
    "choices": {3, 4, 10},
    "autocomplete": {3, 4, 10},
    "channel_types": {7},
    "min_value": {4, 10},
    "max_value": {4, 10},
    "min_length": {3},
    "max_length": {3},
}
"""Page "Application Commands" (Option Structure): the kinds of option that may have a field."""


def check_commands(commands: list[Body]) -> None:
    found = Findings()
    counted: dict[int, int] = {}
    names: set[tuple[int, str]] = set()
    for number, command in enumerate(commands):
        kind = command.get("type", SLASH)
        counted[kind] = counted.get(kind, 0) + 1
        check_command(found, (number,), command)
        if (kind, command.get("name", "")) in names:
            words = "Application command names must be unique"
            found.add((number, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", words)
        names.add((kind, command.get("name", "")))
    if any(counted.get(kind, 0) > most for kind, most in limits.COMMANDS.items()):
        raise Refused(400, 30032, "Maximum number of application commands reached (100)")
    found.refuse()


def check_one(command: Body) -> None:
    """One command by itself: its places are named without a number."""
    found = Findings()
    check_command(found, (), command)
    found.refuse()


def check_command(found: Findings, here: Path, command: Body) -> None:
    if command.get("type", SLASH) == SLASH:
        check_name(found, here, command)
        found.between((*here, "description"), command.get("description"), 1, limits.DESCRIPTION)
        check_options(found, here, command.get("options") or [])
    else:
        found.between((*here, "name"), command.get("name"), 1, limits.NAME)
        if command.get("description") or command.get("options"):
            words = "Context menu commands cannot have description or options"
            found.add((*here, "description"), "APPLICATION_COMMAND_INVALID_FIELD", words)
    if weight(command) > limits.COMMAND_TOTAL:
        words = "Command exceeds maximum size (8000)"
        found.add(here, "APPLICATION_COMMAND_TOO_LARGE", words)


def check_name(found: Findings, here: Path, named: Body) -> None:
    """Names of slash commands and options: letters, digits and three marks, without capitals."""
    for place, name in [
        (("name",), named.get("name")),
        *(
            (("name_localizations", tongue), name)
            for tongue, name in (named.get("name_localizations") or {}).items()
        ),
    ]:
        found.between((*here, *place), name, 1, limits.NAME)
        text = str(name or "")
        right = all(letter.isalnum() or letter in MARKS or ord(letter) > 0x300 for letter in text)
        if not right or text != text.lower():
            words = "Command name is invalid"
            found.add((*here, *place), "APPLICATION_COMMAND_INVALID_NAME", words)
    for field in ("name_localizations", "description_localizations"):
        for tongue in (named.get(field) or {}).keys() - limits.LOCALES:
            words = "Value must be one of the available locales."
            found.add((*here, field, tongue), "ENUM_TYPE_COERCE", words)
    for tongue, text in (named.get("description_localizations") or {}).items():
        found.between((*here, "description_localizations", tongue), text, 1, limits.DESCRIPTION)


def check_options(found: Findings, above: Path, options: list[Body]) -> None:
    if len(options) > limits.COMMAND_OPTIONS:
        found.add((*above, "options"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    optional = False
    names: set[str] = set()
    for number, option in enumerate(options):
        here = (*above, "options", number)
        check_name(found, here, option)
        found.between((*here, "description"), option.get("description"), 1, limits.DESCRIPTION)
        if option.get("name") in names:
            words = "Option name already used"
            found.add((*here, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_USED", words)
        names.add(str(option.get("name")))
        if option.get("type") in SUBCOMMANDS:
            check_options(found, here, option.get("options") or [])
            continue
        if option.get("required") and optional:
            words = "Required options must be placed before non-required options"
            found.add(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words)
        optional = optional or not option.get("required")
        check_choices(found, here, option)


def check_choices(found: Findings, here: Path, option: Body) -> None:
    choices = option.get("choices") or []
    for field, kinds in ONLY_FOR.items():
        if option.get(field) and option.get("type") not in kinds:
            words = f"{field} is not valid for this type of option"
            found.add((*here, field), "APPLICATION_COMMAND_OPTIONS_INVALID", words)
    found.number((*here, "min_length"), option.get("min_length"), 0, limits.OPTION_LENGTH)
    found.number((*here, "max_length"), option.get("max_length"), 1, limits.OPTION_LENGTH)
    if len(choices) > limits.CHOICES:
        found.add((*here, "choices"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    if choices and option.get("autocomplete"):
        words = "Autocomplete and choices are mutually exclusive"
        found.add((*here, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_INVALID", words)
    for number, choice in enumerate(choices):
        found.between((*here, "choices", number, "name"), choice.get("name"), 1, 100)
        found.at_most((*here, "choices", number, "value"), choice.get("value"), 100)


def weight(part: Body) -> int:
    """Names, descriptions and values; of translations only the longest counts."""
    total = 0
    for field in ("name", "description"):
        tongues = (part.get(f"{field}_localizations") or {}).values()
        total += max(len(text or "") for text in (part.get(field) or "", *tongues))
    total += len(part["value"]) if isinstance(part.get("value"), str) else 0
    inner = [*(part.get("options") or []), *(part.get("choices") or [])]
    return total + sum(weight(one) for one in inner)
