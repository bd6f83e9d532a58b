"""What somebody typed -> a command, a misreading with its mend, or None for ordinary talk.

Knows the table of commands and nothing of what they do. What it says never repeats what was
typed: in a shared room that would put anybody's words into the bot's mouth.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.commands.admitting import Unlock
from bot.commands.declared import Command, Declaration, commands_for
from bot.commands.moderating import ModeratorsWords
from bot.commands.own import Safeword
from bot.commands.parameters import Kind, Parameter
from bot.commands.ruling import RulesCommand
from bot.commands.words import (
    FILE_TOO_LARGE,
    MANY_FILES,
    MISSING,
    NO_CHOICE,
    NO_FILE,
    NO_PERSON,
    TOO_LONG,
    TOO_MUCH,
    find_command,
    form,
    is_group,
    normal,
    place_text,
    unknown_text,
)
from bot.events import Message, Role
from bot.files import Attached
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Misread:
    """A command was meant, and this one cannot be followed."""

    say: Text


_NAME = re.compile(r"[^\W\d_][\w-]{0,31}")
# `ada` is somebody of this platform; `@ada:example.org` lacks the platform's name.
_PERSON = re.compile(r"[a-z]+:\S+|[^\s:@]+")
_LONGEST_BARE = 16
_MARKS = "\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\ufeff\u061c"


def may_name_it(command: Command | Misread | None, text: str) -> bool:
    """Whether urgent words in a command are no cry: `/safeword` asks about it, and what a
    moderator gives as a reason, or tries rules with, may be what somebody else has said."""
    alone = len(text.split()) == 1
    is_moderators = isinstance(command, Unlock | RulesCommand | ModeratorsWords)
    return is_moderators or (isinstance(command, Safeword) and alone)


def read_message(message: Message, prefix: str) -> Command | Misread | None:
    role, is_direct, attached = message.author.role, message.room.is_direct, message.attached
    return read(message.text, prefix=prefix, role=role, is_direct=is_direct, attached=attached)


def read(
    text: str,
    *,
    prefix: str,
    role: Role,
    is_direct: bool,
    attached: Sequence[Attached] = (),
) -> Command | Misread | None:
    # Keyboards that write from right to left may put a mark before the sign.
    text = text.strip().lstrip(_MARKS)
    if is_direct and (bare := _read_bare(text, role)) is not None:
        return bare
    typed = text[len(prefix) :]
    if not typed or unicodedata.normalize("NFKC", text[: len(prefix)]) != prefix:
        return None
    name, rest = _split_name(typed, role)
    declaration = find_command(name, role)
    if declaration is None:
        # `/ well`, `//`, `/path/to`, `!!!` are talk; only what could be a name was meant as one.
        if typed[0].isspace() or not all(map(_NAME.fullmatch, name.split(" "))):
            return None
        return Misread(unknown_text(name, role, prefix, is_direct=is_direct))
    if not declaration.fits(is_direct=is_direct):
        return Misread(place_text(declaration, prefix))
    values = _split(declaration, rest)
    if values is None:
        return Misread(TOO_MUCH.format(form=prefix + form(declaration)))
    return fill(declaration, values, prefix=prefix, attached=attached)


def fill(
    declaration: Declaration,
    values: Mapping[str, str],
    *,
    prefix: str,
    attached: Sequence[Attached] = (),
) -> Command | Misread:
    """The command from its parameters' values, wherever they were typed or chosen, and from what
    was attached, of which it is given the name."""
    checked: dict[str, str] = {}
    written = prefix + form(declaration)
    for parameter in declaration.parameters:
        if parameter.kind is Kind.FILE:
            if (wrong := _what_is_wrong_with_file(parameter, attached, written)) is not None:
                return Misread(wrong)
            if attached:
                checked[parameter.name] = attached[0].name
            continue
        value = values.get(parameter.name, "").strip()
        if not value and parameter.is_required:
            return Misread(MISSING.format(parameter=_label(parameter), form=written))
        if not value:
            continue
        if parameter.kind in (Kind.CHOICE, Kind.WORD):
            value = normal(value)
        if (wrong := _what_is_wrong(parameter, value, written)) is not None:
            return Misread(wrong)
        checked[parameter.name] = value
    return declaration.make(checked)


def _split_name(typed: str, role: Role) -> tuple[str, str]:
    """Of a group the first two words are the name: `rules add`."""
    first, *rest = typed.split(maxsplit=1)
    name, after = normal(first), rest[0] if rest else ""
    if not after or not is_group(name, role):
        return name, after
    second, *rest = after.split(maxsplit=1)
    return f"{name} {normal(second)}", rest[0] if rest else ""


def _read_bare(text: str, role: Role) -> Command | None:
    if len(text) > _LONGEST_BARE:
        return None
    typed = unicodedata.normalize("NFKC", text).casefold()
    for declaration in commands_for(role, is_direct=True):
        if typed in declaration.bare:
            return declaration.make({})
    return None


def _split(declaration: Declaration, rest: str) -> dict[str, str] | None:
    """One word for each parameter, the whole rest for a line; None where words are left over."""
    values = {}
    for parameter in declaration.parameters:
        if parameter.kind is Kind.FILE:
            continue
        if parameter.kind is Kind.LINE:
            values[parameter.name], rest = rest, ""
        elif rest:
            values[parameter.name], *after = rest.split(maxsplit=1)
            rest = after[0] if after else ""
    return values if not rest.strip() or declaration.takes_more else None


def _what_is_wrong(parameter: Parameter, value: str, written: str) -> Text | None:
    label = _label(parameter)
    if len(value) > parameter.most_chars:
        return TOO_LONG.format(parameter=label, most=parameter.most_chars, form=written)
    match parameter.kind:
        case Kind.CHOICE if value not in parameter.choices:
            return NO_CHOICE.format(choices=", ".join(parameter.choices), form=written)
        case Kind.PERSON if not _PERSON.fullmatch(value):
            return NO_PERSON.format(parameter=label, form=written)
        case _:
            return None


def _what_is_wrong_with_file(
    parameter: Parameter, attached: Sequence[Attached], written: str
) -> Text | None:
    """Before anything of it is fetched."""
    label = _label(parameter)
    match attached:
        case []:
            if parameter.is_required:
                return NO_FILE.format(parameter=label, form=written)
        case [one]:
            if one.size > parameter.most_bytes:
                return FILE_TOO_LARGE.format(parameter=label, most=parameter.most_bytes // 1024)
        case _:
            return MANY_FILES.format(form=written)
    return None


def _label(parameter: Parameter) -> str:
    return parameter.name.upper()
