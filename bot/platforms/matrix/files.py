"""Files on Matrix: those that people attach, fetched with a bound, and one that goes out.

In an encrypted room a file is encrypted here with a key of its own, which travels in the message,
and the homeserver is told neither its name nor its kind. One that comes is fetched only where a
command asks for it, through the bot's own homeserver; nothing of it is kept or logged.
"""

import asyncio
import logging
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from nio.crypto import decrypt_attachment, encrypt_attachment
from nio.exceptions import EncryptionError

from bot.events import EventId
from bot.files import Attached, File, Unread
from bot.platforms.base import PlatformError
from bot.platforms.bounded import Bounded
from bot.platforms.matrix.line import BROKEN_LINE, Answer, Line, body_of
from bot.platforms.matrix.names import quoted
from bot.platforms.matrix.reading import Enclosed, Said
from bot.platforms.matrix.rooms import Rooms

log = logging.getLogger(__name__)

_MEDIA = "/_matrix/client/v1/media/download"
_MEDIA_BEFORE = "/_matrix/media/v3/download"
"""On homeservers that are older than authenticated media."""
_UPLOAD = "/_matrix/media/v3/upload"
_ADDRESS = re.compile(r"mxc://([^/\s]+)/([\w-]+)")
_WITHIN_S = 30.0
_UPLOAD_S = 60.0
_PIECE = 64 * 1024
_PAUSES_S = (0.5, 2.0, 5.0)
_NO_KEYS = (EncryptionError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError)
"""Whatever stands in place of a file's keys, or does not fit what was fetched."""
_HELD = 200
"""Files that may be answered with a command."""


class Files:
    def __init__(self, line: Line, rooms: Rooms) -> None:
        self._line = line
        self._rooms = rooms
        self._held: Bounded[tuple[str, EventId], tuple[str, Attached]] = Bounded(_HELD)
        """Of a room and a message: who attached what."""

    # --- In ----------------------------------------------------------------------------------

    def attached(self, room: str, said: Said, *, is_sealed: bool) -> tuple[Attached, ...]:
        """What came with it; else what its sender had attached to the message that it answers."""
        if (file := said.file) is not None:
            read = partial(self._read, file, is_sealed)
            one = Attached(file.name, file.size, file.media_type, read)
            self._held.put((room, said.id), (said.sender, one))
            return (one,)
        held = self._held.get((room, said.reply_to)) if said.reply_to else None
        return (held[1],) if held and held[0] == said.sender else ()

    def forget(self, room: str, message: EventId) -> None:
        self._held.pop((room, message))

    async def _read(self, file: Enclosed, is_sealed: bool, most: int) -> bytes | Unread:  # noqa: FBT001 - bound above, where it has its name
        if is_sealed and not file.keys:
            log.info("matrix: a file in an encrypted room came in clear text, and was not fetched")
            return Unread.GONE
        content = await self._fetch(file.address, most)
        if not file.keys or isinstance(content, Unread):
            return content
        try:
            return await asyncio.to_thread(_decrypt, content, file.keys)
        except _NO_KEYS as error:
            log.info("matrix: a file could not be decrypted: %s", type(error).__name__)
            return Unread.GONE

    async def _fetch(self, address: str, most: int) -> bytes | Unread:
        found = _ADDRESS.fullmatch(address)
        if found is None:
            return Unread.GONE
        where = "/".join(map(quoted, found.groups()))
        try:
            async with asyncio.timeout(_WITHIN_S):
                content = await self._get(f"{_MEDIA}/{where}", most)
                if isinstance(content, Answer) and content.code == "M_UNRECOGNIZED":
                    content = await self._get(f"{_MEDIA_BEFORE}/{where}", most)
        except BROKEN_LINE as error:
            log.info("matrix: a file was not fetched: %s", type(error).__name__)
            return Unread.BROKEN
        if isinstance(content, Answer):
            return Unread.BROKEN if content.may_pass else Unread.GONE
        return content

    async def _get(self, path: str, most: int) -> bytes | Unread | Answer:
        answer = await self._line.raw("GET", path)
        try:
            if answer.status != 200:
                return Answer(answer.status, await body_of(answer))
            if (answer.content_length or 0) > most:
                return Unread.TOO_LARGE
            content = bytearray()
            async for piece in answer.content.iter_chunked(_PIECE):
                content += piece
                if len(content) > most:
                    return Unread.TOO_LARGE
            return bytes(content)
        finally:
            # Not read to its end, the connection is closed and the rest is never fetched.
            answer.close()

    # --- Out ---------------------------------------------------------------------------------

    async def hand_over(self, room: str, file: File) -> Mapping[str, Any] | None:
        """What a message says of it; None where it cannot be handed over there. Raises
        PlatformError where the homeserver does not answer."""
        is_encrypted = await self._rooms.is_encrypted(room)
        if is_encrypted is None:
            raise PlatformError("matrix: whether a room is encrypted is not known")
        if not is_encrypted and self._rooms.person_in(room) is not None:
            return None
        return await self._upload(file, is_encrypted=is_encrypted)

    async def _upload(self, file: File, *, is_encrypted: bool) -> Mapping[str, Any] | None:
        content, media_type, named = file.content, file.media_type, f"?filename={quoted(file.name)}"
        keys: Mapping[str, Any] = {}
        if is_encrypted:
            content, keys = await asyncio.to_thread(encrypt_attachment, file.content)
            media_type, named = "application/octet-stream", ""
        answer = await self._put(_UPLOAD + named, content, media_type)
        address = answer.body.get("content_uri")
        if not answer.is_fine or not isinstance(address, str):
            log.warning("matrix: a file met status %s, %s", answer.status, answer.code or "no code")
            return None
        info = {"mimetype": file.media_type, "size": len(file.content)}
        described = {"msgtype": "m.file", "filename": file.name, "info": info}
        if is_encrypted:
            return {**described, "file": {**keys, "url": address}}
        return {**described, "url": address}

    async def _put(self, path: str, content: bytes, media_type: str) -> Answer:
        headers = {"Content-Type": media_type}
        for pause in (*_PAUSES_S, None):
            trouble, wait = "", 0.0
            try:
                async with asyncio.timeout(_UPLOAD_S):
                    got = await self._line.raw("POST", path, content, headers)
                    answer = Answer(got.status, await body_of(got))
            except BROKEN_LINE as error:
                trouble = f"matrix: a file met {type(error).__name__}"
            else:
                if not answer.may_pass:
                    return answer
                trouble = f"matrix: a file met status {answer.status}"
                wait = answer.wait_s if answer.status == 429 else 0.0
            if pause is None:
                break
            await asyncio.sleep(max(pause, wait))
        raise PlatformError(trouble)


def _decrypt(content: bytes, keys: Mapping[str, Any]) -> bytes:
    key, hashes = keys["key"]["k"], keys["hashes"]["sha256"]
    return bytes(decrypt_attachment(content, key, hashes, keys["iv"]))
