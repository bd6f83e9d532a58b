"""Forms, and what can be chosen on a message: the two ways to ask that are no line of text.

A form is shown where somebody chose what to do and left out the words for it, as in `limits hard`:
a modal has more room than an option. Without anything chosen such a command says how things stand,
so there it asks for nothing; one that needs its choices asks for them, too, as `rules add` does.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import discord

from bot.commands.declared import Declaration
from bot.commands.parameters import Kind, Parameter
from bot.events import Author
from bot.platforms.discord.buttons import Words

FIELD = "words"
_LONGEST = 4000
_TITLE, _LABEL = 45, 100


def asks_in_form(command: Declaration) -> bool:
    """Whether all of it can be asked for by a form: what has to be chosen, and a line."""
    if not command.parameters:
        return False
    *choices, line = command.parameters
    is_asked = all(one.kind is Kind.CHOICE and one.is_required for one in choices)
    return bool(choices) and is_asked and line.kind is Kind.LINE


def asked_parts(command: Declaration, values: Mapping[str, str]) -> tuple[Parameter, ...]:
    """What a form asks for; nothing where none is to be shown. Only choices may come with a line
    that is asked for alone: they stand in the form's custom id, where no person's words may."""
    if not command.parameters:
        return ()
    *others, line = command.parameters
    if asks_in_form(command) and not all(values.get(one.name) for one in others):
        return command.parameters
    if line.kind is not Kind.LINE or values.get(line.name):
        return ()
    given = [one for one in command.parameters if values.get(one.name)]
    return (line,) if given and all(one.kind is Kind.CHOICE for one in given) else ()


def make_form(  # noqa: PLR0917 - what it asks for, of whom, and how it begins
    command: Declaration,
    parts: Sequence[Parameter],
    custom_id: str,
    words: Words,
    author: Author,
    values: Mapping[str, str] = MappingProxyType({}),
) -> discord.ui.Modal:
    """`values` are what stands in it when it opens."""
    form = discord.ui.Modal(title=_cut(f"/{command.name}", _TITLE), custom_id=custom_id)
    for part in parts:
        given = values.get(part.name, "")
        about = _cut(words(part.about, author), _TITLE)
        if part.kind is Kind.CHOICE:
            shown = zip(part.choices, part.meanings, strict=True)
            options = [
                discord.SelectOption(
                    label=_cut(words(text, author), _LABEL), value=value, default=value == given
                )
                for value, text in shown
            ]
            select: discord.ui.Select[discord.ui.Modal] = discord.ui.Select(
                custom_id=part.name, options=options
            )
            form.add_item(discord.ui.Label(text=about, component=select))
            continue
        # Where something has to be chosen, that alone may say it all; elsewhere the line is the point.
        is_needed = part.is_required or not asks_in_form(command)
        field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
            custom_id=FIELD,
            style=discord.TextStyle.paragraph,
            default=given or None,
            required=is_needed,
            min_length=1 if is_needed else None,
            max_length=min(part.most_chars, _LONGEST),
        )
        why = _cut(words(command.about, author), _LABEL)
        form.add_item(discord.ui.Label(text=about, description=why, component=field))
    # The library is to keep nothing of it: what was filled in is read from the interaction.
    form.stop()
    return form


def filled_in(data: Mapping[str, Any]) -> str:
    """What was chosen in the form and what was written into its field, as they would be typed."""
    told: list[str] = []
    for part in _all_parts(data):
        told += [str(one) for one in part.get("values") or () if part.get("custom_id")]
        if part.get("custom_id") == FIELD:
            told.append(str(part.get("value") or ""))
    return " ".join(one for one in told if one)


def _all_parts(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in data.get("components") or ():
        yield part
        if inner := part.get("component"):
            yield inner
        yield from _all_parts(part)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
