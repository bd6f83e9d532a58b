"""What the operator chose for Matrix."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.events import Author, CommunityId
from bot.platforms.base import Published, RulesOf
from bot.text import Text

Words = Callable[[Text, Author], str]
"""A text in somebody's language."""


def in_english(text: Text, _author: Author) -> str:
    return str(text)


async def no_rules(_community: CommunityId) -> Published:
    return Published(0, "", {})


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
    rooms_by_operators: bool = False
    """Nobody else leads the bot into rooms that are no direct ones."""
    sponsor: str = ""
    """The room or space whose rules hold in direct rooms where the person chose none; empty: the
    only one that has the bot, if it is only one."""
    policy_lists: tuple[str, ...] = ()
    """SAFETY M6: whoever is on one of these is put out everywhere. Rooms, by id or alias."""
    words: Words = in_english
    rules_of: RulesOf = no_rules
    """What the house says of a community, to be shown and published."""
    gap_s: float = 1.5
    """Between two edits in a room."""
    answer_missed_s: float = 600.0
    """Of what was missed and is older than this, only a person's newest message is answered."""
    replace_keys: bool = False
    """Cross-signing keys of the account that are not the bot's are replaced by its own."""
    operator_confirms: bool = False
    """The bot vouches for itself to nobody before the operator has compared."""
    poll_s: float = 30.0
    """How long a homeserver may hold a sync that has nothing to tell."""
    first_pause_s: float = 1.0
    """Before the first further try; it doubles with each, up to five minutes."""
    late_s: float = 10.0
    """How long a message may wait for its key before it counts as unreadable."""
