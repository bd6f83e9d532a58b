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
from bot.store.vectors import BLOCK, Bare, Made, Meant, Rows

AT_ONCE = 16
LENGTHS = (1_200, 400, 100)
"""Signs of a text; fewer where those were too many for the model."""
LOT = 512
"""Vectors whose signs are unpacked at once: more of them would need new memory from the system."""

Vector = npt.NDArray[np.float32]


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
                asked = np.array(vector, np.float32)
                return Meant(self._model, partial(roughly, asked), partial(closely, asked))
        return None

    async def missing(self, vault: Vault, most: int = AT_ONCE) -> tuple[Bare, ...]:
        return await vault.vectors.missing(self._model, most)

    async def make(self, bare: Sequence[Bare]) -> list[tuple[Bare, Made]]:
        """May raise EngineError."""
        return [(one, await self._vector(mask(one.text).strip() or "-")) for one in bare]

    async def keep(self, vault: Vault, made: Sequence[tuple[Bare, Made]]) -> None:
        await vault.vectors.keep(self._model, made)

    async def _vector(self, text: str) -> Made:
        for length in LENGTHS:
            with suppress(PromptTooLong):
                (vector,) = await self._engine.embed((text[:length],))
                return pack(np.array(vector, np.float32))
        raise EngineError(f"the embedding model has no room for {LENGTHS[-1]} signs")


def pack(vector: Vector) -> Made:
    return Made(vector.astype(np.float16).tobytes(), signs(vector))


def signs(vector: Vector) -> bytes:
    """A bit for each number: whether it is above nothing."""
    bits: bytes = np.packbits(vector > 0).tobytes()
    return bits


def roughly(asked: Vector, blocks: Rows) -> dict[int, float]:
    """How far each place stands out by its signs, in standard deviations of all, the nearest first.
    Where there is no vector, there are no signs either."""
    size = (asked.size + 7) // 8
    blocks = [(block, bits) for block, bits in blocks if len(bits) == BLOCK * size]
    kept = np.frombuffer(b"".join(bits for _, bits in blocks), np.uint8).reshape(-1, size)
    first = np.array([block for block, _ in blocks], np.int64) * BLOCK
    places = (first[:, None] + np.arange(BLOCK)).reshape(-1)
    there = kept.any(axis=1)
    if not there.any():
        return {}
    kept = kept[there]
    lots = [kept[at : at + LOT] for at in range(0, len(kept), LOT)]
    near = np.concatenate([_above(lot, asked.size) @ asked for lot in lots])
    order = np.argsort(-near)
    apart = (near[order] - near.mean()) / (near.std() or 1.0)
    return dict(zip(places[there][order].tolist(), apart.tolist(), strict=True))


def _above(signs: npt.NDArray[np.uint8], numbers: int) -> Vector:
    return np.unpackbits(signs, axis=1, count=numbers).astype(np.float32)


def closely(asked: Vector, rows: Rows) -> Mapping[int, float]:
    """How alike each place is, from -1 to 1; all vectors have the length one."""
    kept = np.frombuffer(b"".join(vector for _, vector in rows), np.float16)
    if kept.size != len(rows) * asked.size:
        return {}
    alike = kept.reshape(-1, asked.size).astype(np.float32) @ asked
    return dict(zip([spot for spot, _ in rows], alike.tolist(), strict=True))
