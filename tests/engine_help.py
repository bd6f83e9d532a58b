"""What the engine's tests share: the demo model, a model that is forced, a few words."""

from array import array
from collections.abc import Sequence
from contextlib import aclosing
from functools import cache
from mmap import mmap
from pathlib import Path

from bot.engine.base import Engine, Part, Prompt, Sampling
from bot.engine.wire import Cuts
from bot.engine.worker.context import DecodeError, Row
from bot.engine.worker.llama import Model
from bot.operate.models import find_model
from bot.settings import Config

CALM = Sampling(temperature=0.0, max_tokens=24)
CONTEXT = 1024


def demo_path() -> Path:
    return find_model(Config())


@cache
def demo_model() -> Model:
    """One for all tests that look at it from within; each begins by trimming what it uses."""
    return Model(demo_path())


def talk(*texts: str, card: str = "You are Wren, a gardener.") -> tuple[Part, ...]:
    """A card, then user and assistant in turns."""
    sides: list[Part] = [Part("system", card, shared=True)]
    sides += [Part("assistant" if at % 2 else "user", text) for at, text in enumerate(texts)]
    return tuple(sides)


async def reply(engine: Engine, prompt: Prompt, sampling: Sampling = CALM) -> str:
    async with aclosing(engine.generate(prompt, sampling)) as pieces:
        return "".join([piece async for piece in pieces])


class ForcedModel:
    """Computes nothing, remembers what it was asked; its sequences hold what they were given."""

    END = 0

    def __init__(self, batch: int = 512, cuts: Cuts = "anywhere") -> None:
        self.batch = batch
        self.cuts = cuts
        self.steps: list[list[Row]] = []
        self.held: dict[int, list[int]] = {}
        """What really lies in each sequence."""
        self.copied: dict[int, int] = {}
        """How much of each sequence came out of a copy."""
        self.adapters: list[str | None] = []
        """With which adapter each step was computed."""
        self.adapter: str | None = None
        self.saves = 0
        self.breaks_next = False
        self.weights_in_cells = 1e9

    def trim(self, sequence: int, length: int) -> int:
        held = self.held.setdefault(sequence, [])
        if 0 < length < len(held):
            assert self.cuts == "anywhere" or length >= self.copied.get(sequence, 0)
            assert self.cuts != "never"
        if not length:
            self.copied.pop(sequence, None)
        del held[length:]
        return length

    def state_bytes(self, sequence: int) -> int:
        return 4 * len(self.held[sequence])

    def save(self, sequence: int) -> mmap:
        self.saves += 1
        held = array("i", self.held[sequence]).tobytes()
        state = mmap(-1, len(held))
        state[:] = held
        return state

    def restore(self, sequence: int, state: mmap) -> bool:
        assert not self.held.get(sequence), "only an empty sequence takes a state"
        self.held[sequence] = list(array("i", state[:]))
        self.copied[sequence] = len(self.held[sequence])
        return True

    def decode(self, rows: Sequence[Row]) -> None:
        if self.breaks_next:
            self.breaks_next = False
            raise DecodeError("the batch broke")
        assert len(rows) <= self.batch
        for row in rows:
            held = self.held.setdefault(row.sequence, [])
            assert row.position == len(held), "positions follow each other"
            held.append(row.token)
        self.steps.append(list(rows))
        self.adapters.append(self.adapter)

    def logits(self, row: int, tokens: Sequence[int]) -> list[float]:
        return [float(token) for token in tokens]

    def use_adapter(self, name: str | None) -> None:
        self.adapter = name

    def is_end(self, token: int) -> bool:
        return token == self.END

    def piece(self, token: int) -> bytes:
        return bytes([token])


class ForcedDrawing:
    def __init__(self, left: int) -> None:
        self._left = left
        self.closed = False

    def sample(self, row: int) -> int:
        self._left -= 1
        return ord("a") if self._left >= 0 else ForcedModel.END

    def close(self) -> None:
        self.closed = True
