"""The table of words of a model's GGUF file, as vectors; whole words in small letters only.

Reads as much of the format as a table in Q8_0 needs: the head, the vocabulary, one tensor.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

TENSOR, TOKENS = "token_embd.weight", "tokenizer.ggml.tokens"
SPACE = "Ġ"
"""How the vocabulary writes the space before a word."""
Q8_0, STRING, ARRAY = 8, 8, 9
GROUP = 32
"""So many weights share one scale."""
ALIGNED = 32
_KINDS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}


def word_table(file: Path) -> tuple[list[str], npt.NDArray[np.float64]]:
    """Names, and one vector of length one for each, seen from the middle of them all."""
    data = file.read_bytes()
    tokens, place, (width, height) = _find(data, file)
    row = np.dtype([("scale", "<f2"), ("signs", "i1", GROUP)])
    groups = np.frombuffer(data, row, count=width * height // GROUP, offset=place)
    values = groups["signs"] * groups["scale"].astype(np.float64)[:, None]
    rows = _whole_words(tokens)
    vectors = values.reshape(height, width)[list(rows.values())]
    vectors -= vectors.mean(axis=0)
    return list(rows), vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@dataclass
class _Reader:
    data: bytes
    at: int = 0

    def number(self, kind: str) -> Any:
        (value,) = struct.unpack_from(f"<{kind}", self.data, self.at)
        self.at += struct.calcsize(f"<{kind}")
        return value

    def text(self) -> str:
        size = self.number("Q")
        self.at += size
        return self.data[self.at - size : self.at].decode("utf-8", "replace")

    def value(self, kind: int) -> Any:
        if kind == STRING:
            return self.text()
        if kind == ARRAY:
            inner, count = self.number("I"), self.number("Q")
            return [self.value(inner) for _ in range(count)]
        return self.number(_KINDS[kind])


def _find(data: bytes, file: Path) -> tuple[list[str], int, tuple[int, int]]:
    reader = _Reader(data, at=8)
    if data[:4] != b"GGUF":
        raise SystemExit(f"{file.name} is no GGUF file: name one that is")
    tensors, keys = reader.number("Q"), reader.number("Q")
    head = {}
    for _ in range(keys):
        name = reader.text()
        head[name] = reader.value(reader.number("I"))
    found: tuple[int, tuple[int, int]] | None = None
    for _ in range(tensors):
        name = reader.text()
        sizes = [reader.number("Q") for _ in range(reader.number("I"))]
        kind, offset = reader.number("I"), reader.number("Q")
        if name == TENSOR and kind == Q8_0:
            found = offset, (sizes[0], sizes[1])
    if found is None:
        raise SystemExit(f"{file.name} has no table of words in Q8_0: name a file that has")
    begin = -(-reader.at // ALIGNED) * ALIGNED
    return head[TOKENS], begin + found[0], found[1]


def _whole_words(tokens: list[str]) -> dict[str, int]:
    """`Ġlamp`; where a word is there in several cases, the one in small letters."""
    rows: dict[str, int] = {}
    for number, token in enumerate(tokens):
        word = token.removeprefix(SPACE)
        if token.startswith(SPACE) and word.isascii() and word.isalnum():
            name = word.lower()
            if name not in rows or word == name:
                rows[name] = number
    return rows
