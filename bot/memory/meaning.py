"""Words -> what they mean, by an embedding model, and how alike two meanings are.

Optional: with `engine.embedding` named, recall finds what was said in other words, too. What the
model has not answered in time is left out; without it recall goes by words alone.
"""

import asyncio
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

import numpy as np
import numpy.typing as npt

from bot.engine.base import Engine, EngineError, PromptTooLong
from bot.memory.masking import mask
from bot.store.vault import Vault
from bot.store.vectors import Bare, Meant

AT_ONCE = 16
LENGTHS = (1_200, 400, 100)
"""Signs of a text; fewer where those were too many for the model."""


class Meaning:
    def __init__(self, engine: Engine, model: str) -> None:
        """`model` names it: vectors of another are not compared with its own."""
        self._engine = engine
        self._model = zlib.crc32(model.encode())

    async def of(self, text: str, within_s: float) -> Meant | None:
        """What is asked, to be compared; None where there is no answer in time."""
        text = mask(text).strip()[: LENGTHS[1]]
        if not text:
            return None
        with suppress(EngineError, TimeoutError):
            async with asyncio.timeout(within_s):
                (vector,) = await self._engine.embed((text,))
                return Meant(self._model, partial(likeness, np.array(vector, np.float32)))
        return None

    async def missing(self, vault: Vault) -> tuple[Bare, ...]:
        return await vault.vectors.missing(self._model, AT_ONCE)

    async def make(self, bare: Sequence[Bare]) -> list[tuple[Bare, bytes]]:
        """May raise EngineError."""
        return [(one, await self._vector(mask(one.text).strip() or "-")) for one in bare]

    async def keep(self, vault: Vault, made: Sequence[tuple[Bare, bytes]]) -> None:
        await vault.vectors.keep(self._model, made)

    async def _vector(self, text: str) -> bytes:
        for length in LENGTHS:
            with suppress(PromptTooLong):
                (vector,) = await self._engine.embed((text[:length],))
                return pack(np.array(vector, np.float32))
        raise EngineError(f"the embedding model has no room for {LENGTHS[-1]} signs")


def pack(vector: npt.NDArray[np.float32]) -> bytes:
    """A byte for each number, which is read in a third of the time that two take; the largest is
    127, and the length is made one again where vectors are compared."""
    largest = float(np.abs(vector).max()) or 1.0
    packed: bytes = np.rint(vector * (127 / largest)).astype(np.int8).tobytes()
    return packed


def likeness(
    asked: npt.NDArray[np.float32], rows: Sequence[tuple[int, bytes]]
) -> Mapping[int, float]:
    """Of each place, from -1 to 1; `asked` has the length one."""
    kept = np.frombuffer(b"".join(vector for _, vector in rows), np.int8)
    if kept.size != len(rows) * asked.size:
        return {}
    vectors = kept.reshape(-1, asked.size).astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    alike = (vectors @ asked) / np.maximum(lengths, 1.0)
    return dict(zip([spot for spot, _ in rows], alike.tolist(), strict=True))
