"""Files at a terminal: one that goes out is shown as text, and one is handed in by the end of a
command's line, `< PATH`, as a shell has it.

Whoever writes the lines runs the process, so every file that it may read is theirs to hand in.
"""

import asyncio
import io
import os
import stat
import zipfile
from dataclasses import replace
from functools import partial
from mimetypes import guess_type
from pathlib import Path

from bot.commands.declared import COMMANDS
from bot.commands.parameters import Kind
from bot.events import Message, Say
from bot.files import Attached, File, Unread

PREFIX, SIGN = "/", " < "
_TAKE_FILES = {
    name
    for command in COMMANDS
    if any(parameter.kind is Kind.FILE for parameter in command.parameters)
    for name in (command.name, *command.words)
}


def as_answer(say: Say, file: File) -> Say:
    """The file itself where it can be read, and else what it is. What is zipped because platforms
    elsewhere take no more at once has no bound here."""
    shown = _unzipped(file) if file.media_type == "application/zip" else file.text
    text = f"[{file.name}: {len(file.content)} bytes]" if shown is None else shown
    return replace(say, text=text, nonce=f"{say.nonce}-file", file=None, choices=())


def take_file(message: Message, take_files: frozenset[str] = frozenset(_TAKE_FILES)) -> Message:
    """With the file that its line ends with. Other commands and all talk stay as they are: a `<`
    in them is a word of theirs."""
    if not _asks(message.text, take_files) or SIGN not in message.text:
        return message
    text, _, typed = message.text.rpartition(SIGN)
    path = Path(typed.strip().strip("\"'")).expanduser()
    attached = Attached(
        name=path.name,
        size=_size(path),
        media_type=guess_type(path.name)[0] or "",
        read=partial(_read, path),
    )
    return replace(message, text=text, attached=(attached,))


def _unzipped(file: File) -> str:
    """The one file in what we have zipped ourselves."""
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        return archive.read(archive.infolist()[0]).decode("utf-8")


def _asks(text: str, take_files: frozenset[str]) -> bool:
    """A command's name is one word, or two: `rules import`."""
    words = text.casefold().split()[:2]
    names = {" ".join(words[:many]) for many in (1, 2)}
    return any(name.removeprefix(PREFIX) in take_files for name in names if name.startswith(PREFIX))


async def _read(path: Path, most: int) -> bytes | Unread:
    return await asyncio.to_thread(_read_at_once, path, most)


def _read_at_once(path: Path, most: int) -> bytes | Unread:
    try:
        # Without waiting for the other end of a pipe, which would never come.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return Unread.GONE
            content = file.read(most + 1)
    except (OSError, ValueError):
        return Unread.GONE
    return Unread.TOO_LARGE if len(content) > most else content


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0
