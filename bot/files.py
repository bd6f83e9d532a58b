"""Files that travel with words, as frozen values: one that came with a message, and one that goes out
beside what the bot says. Nothing here judges what is in them.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

MOST_FILE_BYTES = 8 * 1024 * 1024
"""Of one that goes out: what every platform takes."""
MOST_ATTACHED = 10
"""Of one message; what comes beyond is passed over."""
LONGEST_FILE_NAME = 80


class Unread(StrEnum):
    """Why a file that was attached cannot be read."""

    TOO_LARGE = "too large"
    GONE = "gone"
    """Deleted, expired, or never there."""
    BROKEN = "broken"
    """The service did not give it: another time it may."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a message. Its name and what is in it are its sender's words: they are
    read only by a command that asks for a file, and kept nowhere else."""

    name: str = field(repr=False)
    """One short line without a folder, once the message is cleaned; never empty then."""
    size: int
    """In bytes, as it was told."""
    media_type: str
    """As it was told: `text/plain; charset=utf-8`. Empty where nothing was."""
    read: Callable[[int], Awaitable[bytes | Unread]] = field(repr=False, compare=False)
    """All of it, if it has at most so many bytes. Once, and soon: links expire."""


@dataclass(frozen=True, slots=True)
class File:
    """What goes out beside words."""

    name: str
    """Ours, and no person's words."""
    content: bytes = field(repr=False)
    media_type: str

    def __post_init__(self) -> None:
        is_plain = self.name.isprintable() and not set(self.name) & set('/\\:*?"<>|')
        if not is_plain or not 0 < len(self.name.strip(". ")) <= LONGEST_FILE_NAME:
            raise ValueError("a file's name is one short word without a folder")
        if not 0 < len(self.content) <= MOST_FILE_BYTES:
            raise ValueError(f"{self.name}: a file has between 1 and {MOST_FILE_BYTES} bytes")

    @property
    def text(self) -> str | None:
        """What can be read in it; None of a picture and the like."""
        if not self.media_type.startswith(("text/", "application/json", "application/toml")):
            return None
        try:
            return self.content.decode("utf-8")
        except UnicodeDecodeError:
            return None
