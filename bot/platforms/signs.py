"""Signs that people put under the bot's words, and the commands that they are: the same everywhere.

Every other sign is a reaction and nothing else. Where nothing can be pressed, commands are spelled out.
"""

from dataclasses import replace
from typing import TypeVar

from bot.events import Revise, Say

Said = TypeVar("Said", bound=Say | Revise)

COMMANDS = {"🔁": "again", "⬅": "back", "➡": "forward", "⏩": "continue", "⏹": "stop"}
"""By the sign, without the mark that asks for a coloured picture of it."""
NUMBERS = tuple(f"{number}\ufe0f\u20e3" for number in range(1, 10))
"""For the answers of a question, in their order; what they mean stands in the question."""
_COLOURED = "\ufe0f"


def plain(sign: str) -> str:
    """Keyboards write a sign with that mark or without."""
    return sign.replace(_COLOURED, "")


def command_of(sign: str) -> str | None:
    return COMMANDS.get(plain(sign))


def with_numbers(text: str, answers: tuple[str, ...]) -> str:
    """A question that says what the signs under it mean."""
    meant = [f"{number} {answer}" for number, answer in zip(NUMBERS, answers, strict=False)]
    return f"{text}\n\n{'  '.join(meant)}" if meant else text


def spelled_out(said: Said, prefix: str) -> Said:
    """With the commands that are about it, as they are typed."""
    if not said.commands:
        return said
    typed = "  ".join(f"`{prefix}{command}`" for command in said.commands)
    return replace(said, text=f"{said.text}\n{typed}", commands=())
