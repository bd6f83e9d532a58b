"""`import`, declared: a talk that comes in as a file."""

from dataclasses import dataclass

from bot.commands.declaration import Declares
from bot.commands.parameters import Kind, Parameter, Place, one_of
from bot.text import Text

MOST_TOLD = 1 << 40
"""Where it is read it is held to its bound, and the answer says what to do."""


@dataclass(frozen=True, slots=True)
class Import:
    wish: str = ""
    has_file: bool = False


HistoryCommand = Import

HISTORIES: tuple[Declares[HistoryCommand], ...] = (
    Declares(
        "import",
        Text("takes an attached export back, or a SillyTavern history"),
        lambda values: Import(values.get("wish", ""), "file" in values),
        parameters=(
            *one_of(
                "wish",
                Text("what to do with what you were shown"),
                yes=Text("yes: take it"),
                no=Text("no: forget it, or stop taking it"),
            ),
            Parameter("file", Kind.FILE, Text("the file"), most_bytes=MOST_TOLD, is_required=False),
        ),
        place=Place.DIRECT,
    ),
)
