"""Forms, and what can be chosen on a message: the two ways to ask that are no line of text.

A form is shown where somebody chose what to do and left out the words for it, as in `limits hard`:
a modal has more room than an option. Without anything chosen a command says how things stand, so
there it asks for nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import discord

from bot.commands.declared import Declaration
from bot.commands.parameters import Kind, Parameter
from bot.events import Author
from bot.platforms.discord.buttons import Words

FIELD = "words"
_LONGEST = 4000
_TITLE, _LABEL = 45, 100


def missing_line(command: Declaration, values: Mapping[str, str]) -> Parameter | None:
    """The line that a form asks for; None where none is to be shown. Only choices may come with
    it: they stand in the form's custom id, where no person's words may."""
    line = command.parameters[-1] if command.parameters else None
    if line is None or line.kind is not Kind.LINE or values.get(line.name):
        return None
    given = [one for one in command.parameters if values.get(one.name)]
    return line if given and all(one.kind is Kind.CHOICE for one in given) else None


def make_form(
    command: Declaration,
    line: Parameter,
    custom_id: str,
    words: Words,
    author: Author,
    *,
    begins: str = "",
) -> discord.ui.Modal:
    """`begins` is what stands in its field when it opens."""
    title, about = words(command.about, author), words(line.about, author)
    form = discord.ui.Modal(title=_cut(f"/{command.name}", _TITLE), custom_id=custom_id)
    field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=FIELD,
        style=discord.TextStyle.paragraph,
        default=begins or None,
        min_length=1,
        max_length=min(line.most_chars, _LONGEST),
    )
    form.add_item(
        discord.ui.Label(text=_cut(about, _TITLE), description=_cut(title, _LABEL), component=field)
    )
    # The library is to keep nothing of it: what was filled in is read from the interaction.
    form.stop()
    return form


def filled_in(data: Mapping[str, Any]) -> str:
    """What was written into the form's one field."""
    for part in _all_parts(data):
        if part.get("custom_id") == FIELD:
            return str(part.get("value") or "")
    return ""


def _all_parts(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in data.get("components") or ():
        yield part
        if inner := part.get("component"):
            yield inner
        yield from _all_parts(part)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
