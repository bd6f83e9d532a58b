"""What a command can ask for, and in which rooms: the words of a declaration. Values only."""

from dataclasses import dataclass
from enum import StrEnum

from bot.text import Text

LONGEST_PERSON = 264
"""A Matrix id has at most 255 characters, with the platform's name before it."""
LONGEST_NUMBER = 12


class Place(StrEnum):
    """In which rooms a command can be used."""

    DIRECT = "direct"
    SHARED = "shared"
    BOTH = "both"


class Kind(StrEnum):
    """What a parameter's value is made of."""

    WORD = "word"
    CHOICE = "choice"
    PERSON = "person"
    LINE = "line"
    """Everything that is left of the message; always the last parameter."""
    FILE = "file"
    """One that is attached to the message, and stands nowhere in its text. A command's value knows
    that it is there; `commands/files.py` reads it."""


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    kind: Kind
    about: Text
    choices: tuple[str, ...] = ()
    meanings: tuple[Text, ...] = ()
    """What each choice is shown as where it is picked from a list, in the same order."""
    most_chars: int = 64
    most_bytes: int = 1024 * 1024
    """Of a file."""
    is_required: bool = True


def one_of(name: str, about: Text, **choices: Text) -> tuple[Parameter]:
    """Each choice with what it means."""
    words, means = tuple(choices), tuple(choices.values())
    return (Parameter(name, Kind.CHOICE, about, choices=words, meanings=means, is_required=False),)


def person(about: Text) -> Parameter:
    return Parameter("person", Kind.PERSON, about, most_chars=LONGEST_PERSON)


def number(name: str, about: Text, *, is_required: bool = True) -> Parameter:
    """Of a case or a version; `read_number` reads what was typed."""
    return Parameter(name, Kind.WORD, about, most_chars=LONGEST_NUMBER, is_required=is_required)


def read_number(typed: str) -> int:
    """As one types it, `#7` or `7`; 0 for what is none."""
    digits = typed.strip().removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdecimal() else 0
