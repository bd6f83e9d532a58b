"""GGUF, the format of model files, as far as tests write and read it.

By hand as the format's own page tells it: reading 50,000 tokens through a library for it takes
longer than writing every tiny model. It knows bytes, not models.
"""

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

Value = str | bool | int | float | list[int] | bytes
"""Bytes are a value with its type, as `raw_values` returns them: they are copied as they are."""
Tensor = npt.NDArray[np.float32] | npt.NDArray[np.float16]

_MAGIC, _VERSION, _ALIGNED = b"GGUF", 3, 32
_U32, _I32, _F32, _BOOL, _STRING, _ARRAY = 4, 5, 6, 7, 8, 9
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_TENSOR_TYPES = {"float32": 0, "float16": 1}


def write(path: Path, values: Mapping[str, Value], tensors: Mapping[str, Tensor]) -> Path:
    head = [_MAGIC, struct.pack("<IQQ", _VERSION, len(tensors), len(values))]
    head += [_string(key) + _value(value) for key, value in values.items()]
    offset = 0
    for name, tensor in tensors.items():
        sizes = tensor.shape[::-1]
        kind = _TENSOR_TYPES[tensor.dtype.name]
        head += [_string(name), struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, kind, offset)]
        offset += tensor.nbytes + _padding(tensor.nbytes)
    beginning = b"".join(head)
    with path.open("wb") as file:
        file.write(beginning + bytes(_padding(len(beginning))))
        for tensor in tensors.values():
            file.write(tensor.tobytes() + bytes(_padding(tensor.nbytes)))
    return path


def raw_values(path: Path) -> dict[str, bytes]:
    """Every value of a file's head with its type in front."""
    data = path.read_bytes()
    magic, version, _, count = struct.unpack_from("<4sIQQ", data)
    assert (magic, version) == (_MAGIC, _VERSION), f"{path.name} is no GGUF of version 3"
    values, at = {}, 24
    for _ in range(count):
        begin = _after_string(data, at)
        key = data[at + 8 : begin].decode()
        at = _after_value(data, begin + 4, struct.unpack_from("<I", data, begin)[0])
        values[key] = data[begin:at]
    return values


def number(raw: bytes) -> int:
    """What a raw value says, where it is a 32-bit number."""
    kind, value = struct.unpack("<II", raw)
    assert kind in {_U32, _I32}
    return int(value)


def length(raw: bytes) -> int:
    """How many elements a raw value has, where it is a list."""
    kind, _, count = struct.unpack_from("<IIQ", raw)
    assert kind == _ARRAY
    return int(count)


def _value(value: Value) -> bytes:
    match value:
        case bytes():
            return value
        case bool():
            return struct.pack("<I?", _BOOL, value)
        case int():
            return struct.pack("<II", _U32, value)
        case float():
            return struct.pack("<If", _F32, value)
        case str():
            return struct.pack("<I", _STRING) + _string(value)
        case list():
            return struct.pack(f"<IIQ{len(value)}i", _ARRAY, _I32, len(value), *value)


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _padding(size: int) -> int:
    return -size % _ALIGNED


def _after_string(data: bytes, at: int) -> int:
    return int(at + 8 + struct.unpack_from("<Q", data, at)[0])


def _after_value(data: bytes, at: int, kind: int) -> int:
    if kind == _STRING:
        return _after_string(data, at)
    if kind != _ARRAY:
        return at + _SIZES[kind]
    inner, count = struct.unpack_from("<IQ", data, at)
    at += 12
    if inner in _SIZES:
        return int(at + count * _SIZES[inner])
    for _ in range(count):
        at = _after_value(data, at, inner)
    return at
