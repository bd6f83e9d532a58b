"""A persona's picture, checked when its file is read: what it is, how large, and where it lies."""

import re
import struct
from pathlib import Path

from bot.files import File

MOST_BYTES = 256 * 1024
"""What every platform takes for a small picture."""
LEAST, MOST = 64, 1024
"""Pixels on each side."""
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,60}\.(?:png|jpe?g)")
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""JPEG's marks of a frame, in which its size stands."""


def read_picture(folder: Path, name: str) -> File:
    """Raises ValueError with what is wrong and the mend."""
    if not _NAME.fullmatch(name):
        raise ValueError("is no name of a .png or .jpg file beside it: letters, digits, - and _")
    path = folder / name
    try:
        # What a link leads to elsewhere is not for everybody to see.
        if path.resolve(strict=True).parent != folder.resolve(strict=True):
            raise ValueError("leads out of the folder of personas: put the file itself there")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as exc:
        raise ValueError(f"cannot be read: {exc.strerror}") from exc
    if len(content) > MOST_BYTES:
        raise ValueError(f"is larger than {MOST_BYTES // 1024} KiB: make it smaller")
    size = _size(content)
    if size is None:
        raise ValueError("is no PNG or JPEG picture: save it as one")
    if not all(LEAST <= side <= MOST for side in size):
        width, height = size
        raise ValueError(f"has {width} x {height} pixels: {LEAST} to {MOST} on each side are right")
    kind = "image/png" if content.startswith(_PNG) else "image/jpeg"
    return File(name, content, kind)


def _size(content: bytes) -> tuple[int, int] | None:
    if content.startswith(_PNG) and content[12:16] == b"IHDR" and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    return _jpeg_size(content) if content.startswith(_JPEG) else None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        mark, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if mark in _FRAMES:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
