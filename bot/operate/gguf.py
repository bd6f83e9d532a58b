"""The head of a GGUF file: what a model says of itself. No weights are read, nothing is loaded.

The format is a magic word, a version, two counts, then keys with typed values, then the list of
tensors with their places. Only what an operator wants to know is kept.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MAGIC = b"GGUF"


class NotGguf(Exception):
    """Why this file cannot be a whole GGUF model."""


@dataclass(frozen=True, slots=True)
class Model:
    """Empty or 0 where the file does not say."""

    name: str
    architecture: str
    context: int
    licence: str
    has_template: bool
    bytes: int


# The value types by their number in the format: how each is packed. 8 is text, 9 is a list.
_SCALARS = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q",
    12: "<d",
}  # fmt: skip
_TEXT, _LIST = 8, 9
# More keys, tensors or letters of a name than any model has: a head that claims them is broken.
_MOST = 1_000_000
_LONGEST_TEXT = 16 * 1024 * 1024

_Value = int | float | bool | str | None


def read_head(file: Path) -> Model:
    size = file.stat().st_size
    with file.open("rb") as stream:
        try:
            values, last_tensor = _read(stream)
        except (struct.error, EOFError):
            raise NotGguf("it is cut short: its head ends in the middle") from None
        alignment = values.get("general.alignment")
        step = alignment if isinstance(alignment, int) and alignment > 0 else 32
        begin = -(-stream.tell() // step) * step
    if last_tensor is not None and begin + last_tensor >= size:
        raise NotGguf(f"it is cut short: its last tensor lies beyond its {size} bytes")
    architecture = str(values.get("general.architecture") or "")
    context = values.get(f"{architecture}.context_length")
    return Model(
        name=str(values.get("general.name") or ""),
        architecture=architecture,
        context=context if isinstance(context, int) else 0,
        licence=str(values.get("general.license") or ""),
        has_template="tokenizer.chat_template" in values,
        bytes=size,
    )


def _read(stream: BinaryIO) -> tuple[dict[str, _Value], int | None]:
    """The single values by key, and where the last tensor begins behind the head."""
    if stream.read(4) != MAGIC:
        raise NotGguf("it does not begin with the word GGUF")
    version, tensors, keys = struct.unpack("<IQQ", stream.read(20))
    if version not in (2, 3):
        raise NotGguf(f"it is of version {version}, and 2 and 3 can be read")
    if tensors > _MOST or keys > _MOST:
        raise NotGguf(f"its head claims {keys} keys and {tensors} tensors")
    values: dict[str, _Value] = {}
    for _ in range(keys):
        key = _text(stream)
        values[key] = _value(stream, _number(stream, "<I"))
    offsets = [_tensor_offset(stream) for _ in range(tensors)]
    return values, max(offsets, default=None)


def _value(stream: BinaryIO, kind: int) -> _Value:
    if kind == _TEXT:
        return _text(stream)
    if kind == _LIST:
        _skip_list(stream)
        return None
    if kind not in _SCALARS:
        raise NotGguf(f"its head holds a value of the unknown type {kind}")
    value: _Value = struct.unpack(_SCALARS[kind], _exactly(stream, _width(kind)))[0]
    return value


def _skip_list(stream: BinaryIO) -> None:
    """Lists are vocabularies: long, and nobody asks here."""
    kind, count = _number(stream, "<I"), _number(stream, "<Q")
    if count > 64 * _MOST:
        raise NotGguf(f"its head claims a list of {count} values")
    if kind == _TEXT:
        for _ in range(count):
            _exactly(stream, _length(stream))
    elif kind in _SCALARS:
        stream.seek(count * _width(kind), 1)
    else:
        raise NotGguf(f"its head holds a list of the unknown type {kind}")


def _tensor_offset(stream: BinaryIO) -> int:
    _text(stream)
    dimensions = _number(stream, "<I")
    if dimensions > 8:
        raise NotGguf(f"its head claims a tensor of {dimensions} dimensions")
    stream.seek(8 * dimensions + 4, 1)
    return _number(stream, "<Q")


def _text(stream: BinaryIO) -> str:
    return _exactly(stream, _length(stream)).decode("utf-8", "replace")


def _length(stream: BinaryIO) -> int:
    length = _number(stream, "<Q")
    if length > _LONGEST_TEXT:
        raise NotGguf(f"its head claims a text of {length} bytes")
    return length


def _number(stream: BinaryIO, packed: str) -> int:
    number: int = struct.unpack(packed, _exactly(stream, struct.calcsize(packed)))[0]
    return number


def _width(kind: int) -> int:
    return struct.calcsize(_SCALARS[kind])


def _exactly(stream: BinaryIO, count: int) -> bytes:
    found = stream.read(count)
    if len(found) < count:
        raise EOFError
    return found
