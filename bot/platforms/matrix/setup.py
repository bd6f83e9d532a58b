"""What the operator chose for Matrix, and who starts tasks there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.events import Author
from bot.text import Text

Start = Callable[[Awaitable[None]], None]
"""Runs a task beside everything else; what breaks in it ends nothing else."""

Words = Callable[[Text, Author], str]
"""A text in somebody's language."""


def in_english(text: Text, _author: Author) -> str:
    return str(text)


@dataclass(frozen=True, slots=True)
class Setup:
    homeserver: str
    """The address of its client interface, without a slash at the end."""
    folder: Path
    """For the library's encrypted store, and for nothing else."""
    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    """Instead of the password: a login that was made elsewhere for this bot alone."""
    device_name: str = "Parlour"
    operators: frozenset[str] = frozenset()
    """User ids."""
    sponsor: str = ""
    """The room or space whose rules hold in direct rooms where the person chose none; empty: the
    only one that has the bot, if it is only one."""
    words: Words = in_english
    gap_s: float = 1.5
    """Between two edits in a room."""
    answer_missed_s: float = 600.0
    """Of what was missed and is older than this, only a person's newest message is answered."""
    poll_s: float = 30.0
    """How long a homeserver may hold a sync that has nothing to tell."""
    first_pause_s: float = 1.0
    """Before the first further try; it doubles with each, up to five minutes."""
    late_s: float = 10.0
    """How long a message may wait for its key before it counts as unreadable."""
