"""Files of commands. One that came with a message, read as text: what is in it is its sender's
words, so whoever asks for it has to judge it, and nothing of it is said here. And one that is made
of data, to be handed over.
"""

import codecs
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping

from bot.commands.read import Misread
from bot.commands.words import FILE_TOO_LARGE
from bot.events import Message
from bot.files import MOST_FILE_BYTES, Attached, File, Unread
from bot.text import Text

FILE_GONE = Text("I cannot find that file any more. Attach it again, please.")
FILE_BROKEN = Text("I could not get that file just now. Try it once more in a moment.")
NOT_TEXT = Text("That is no text file that I can read. Save it as plain text in UTF-8.")

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""What some editors begin a file with, and what it then is."""


async def read_text(message: Message, most_bytes: int) -> str | Misread:
    """Of the message's first file; where a command takes one, it has been seen to that it is there
    and that there are no others."""
    read = await read_bytes(message, most_bytes)
    return read if isinstance(read, Misread) else decode(read)


async def read_bytes(message: Message, most_bytes: int) -> bytes | Misread:
    if not message.attached:
        return Misread(FILE_GONE)
    match await _read(message.attached[0], most_bytes):
        case Unread.TOO_LARGE:
            return Misread(FILE_TOO_LARGE.format(parameter="FILE", most=most_bytes // 1024))
        case Unread.GONE:
            return Misread(FILE_GONE)
        case Unread.BROKEN:
            return Misread(FILE_BROKEN)
        case content:
            return content


def decode(content: bytes) -> str | Misread:
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return Misread(NOT_TEXT)
    # Programs and pictures have it early; no text has it.
    return Misread(NOT_TEXT) if "\0" in text else text


def as_json(name: str, data: Mapping[str, object]) -> File | None:
    return as_file(name, "json", _rows(data), "application/json")


def as_file(name: str, ending: str, pieces: Iterable[str], media_type: str) -> File | None:
    """Zipped where it would be too large; None where that is too large as well. Of many pieces no more
    than that is held at once."""
    rest, content = iter(pieces), bytearray()
    for piece in rest:
        content += piece.encode("utf-8", "replace")
        if len(content) > MOST_FILE_BYTES:
            break
    else:
        return File(f"{name}.{ending}", bytes(content), media_type)
    packed = io.BytesIO()
    # Without the time at which it was made, which would be the only thing that differs.
    info = zipfile.ZipInfo(f"{name}.{ending}")
    info.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(packed, "w") as archive, archive.open(info, "w") as inside:
        inside.write(content)
        for piece in rest:
            inside.write(piece.encode("utf-8", "replace"))
    if packed.tell() > MOST_FILE_BYTES:
        return None
    return File(f"{name}.zip", packed.getvalue(), "application/zip")


def _rows(data: Mapping[str, object]) -> Iterator[str]:
    """JSON, with a line for each row of a table."""
    before = "{\n"
    for name, value in data.items():
        yield f"{before}{json.dumps(name)}: "
        before = ",\n"
        if isinstance(value, list) and value:
            yield "[\n"
            for at, row in enumerate(value):
                told = json.dumps(row, ensure_ascii=False)
                yield f",\n {told}" if at else f" {told}"
            yield "\n]"
        else:
            yield json.dumps(value, ensure_ascii=False)
    yield "\n}" if data else "{}"


async def _read(attached: Attached, most_bytes: int) -> bytes | Unread:
    content = await attached.read(most_bytes)
    # Whatever a platform does: the bound holds.
    if isinstance(content, bytes) and len(content) > most_bytes:
        return Unread.TOO_LARGE
    return content
