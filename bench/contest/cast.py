"""Who plays in which load, and how each is set up.

Ours and llama-server get as many sequences and slots, as much context for each, as much memory for
idle conversations. Ours is never told which load it is in; llama-server's best flags are.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.contest.high_level import HighLevel
from bench.contest.limit import Limit
from bench.contest.llama_server import LlamaServer
from bench.contest.ours import Ours
from bench.contest.peers import Peers
from bench.contest.players import BenchError, Player
from bot.engine.setup import Setup
from bot.operate.models import ModelError, find_model
from bot.settings import Config

# llama-server's own default for its prompt cache in memory, given to ours as well.
STATES_MB = 8192

# Tried on two quiet cores, alternating, where a target asks for the best; medians:
# return, ms to the first token: none 302, -fa off 191 to 260, with -kvu 231, with -ub 128 194,
# with -tb 1 399. crowd, tokens a second: none 146 to 162, -fa off 149, -kvu 150, -b 512 153,
# -cram 0 143, with --threads-http 2 150 where none had 146, with -ub 128 149. Threads for single
# tokens (-t) make no difference to either.
BEST_FLAGS: dict[str, tuple[str, ...]] = {
    "return": ("-fa", "off"),
    "crowd": ("-cram", "0", "--threads-http", "2"),
}
# Of the same machine: one buffer for each sequence, which is its default, and flash attention.
LIMIT_FLAGS = ("-fa", "on")


@dataclass(frozen=True, slots=True)
class Cast:
    model: Path
    peers: Peers
    tunings: Path
    """Ours measures at its first start what is fastest here, and keeps it, as in earnest."""
    seen: dict[str, object] = field(default_factory=dict)
    """How each player was set up, for the report."""

    @property
    def limit(self) -> Limit:
        self.seen["limit.flags"] = LIMIT_FLAGS
        return Limit(self.peers.batched_bench, self.model, LIMIT_FLAGS)

    @property
    def high_level(self) -> HighLevel:
        return HighLevel(self.model, context=4096)

    def ours(self, slots: int, context: int, *, warms: bool = True) -> Ours:
        setup = Setup(
            model=self.model,
            context=context,
            sequences=slots,
            states_mb=STATES_MB,
            tunings=self.tunings,
        )
        return Ours(setup, name="ours" if warms else "ours_unwarmed", warms=warms)

    def llama_server(self, slots: int, context: int) -> LlamaServer:
        return self._server("llama_server", slots, context, ())

    def llama_server_best(self, load: str, slots: int, context: int) -> LlamaServer:
        flags = BEST_FLAGS[load]
        self.seen[f"{load}.llama_server_best.flags"] = flags
        return self._server("llama_server_best", slots, context, flags)

    def _server(self, name: str, slots: int, context: int, flags: Sequence[str]) -> LlamaServer:
        return LlamaServer(
            name,
            binary=self.peers.server,
            model=self.model,
            slots=slots,
            context=context,
            flags=flags,
        )

    @asynccontextmanager
    async def on_stage(self, *players: Player) -> AsyncIterator[None]:
        """All of them started, and ended afterwards, whatever happens."""
        async with AsyncExitStack() as stack:
            for player in players:
                stack.push_async_callback(player.close)
                await player.start()
                if isinstance(player, Ours):
                    self.seen["ours.tuning"] = asdict(player.tuning)
            yield


def demo_model() -> Path:
    try:
        return find_model(Config())
    except ModelError as exc:
        raise BenchError(f"{exc}; 'make test' sets it up, too") from exc
