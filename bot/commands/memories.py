"""`memory`, declared: what may be remembered of somebody, and what they may do with it."""

from dataclasses import dataclass

from bot.commands.declaration import Declares
from bot.commands.parameters import one_of
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Memory:
    wish: str = ""


MemoryCommand = Memory

MEMORIES: tuple[Declares[MemoryCommand], ...] = (
    Declares(
        "memory",
        Text("says and changes what may be remembered from one conversation to the next"),
        lambda values: Memory(values.get("wish", "")),
        parameters=one_of(
            "wish",
            Text("what may be"),
            on=Text("on: what matters of our talks"),
            intimate=Text("intimate: intimate things, too"),
            off=Text("off: nothing"),
        ),
    ),
)
