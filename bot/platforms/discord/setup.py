"""What the operator chose for Discord."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Setup:
    token: str = field(repr=False)
    members: bool = False
    """Whether the members intent is asked for."""
    message_content: bool = False
    operators: frozenset[str] = frozenset()
    """User ids."""
    sponsor: str = ""
    """The guild whose rules hold in direct rooms where the person chose none; empty: the only one
    that has the bot, if it is only one."""
    gap_s: float = 1.0
    """Between two edits in a channel."""
    identify_gap_s: float = 5.0
    """Between two sessions that are begun, as Discord asks for."""
    guild_ready_s: float = 2.0
    """How long a start waits for one more guild."""
