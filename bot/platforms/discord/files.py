"""Files on Discord: those that people attach, fetched with a bound, and one that goes out.

A file is fetched only where a command asks for it, from the address that Discord itself named, and
only if that is one of Discord's. Nothing of it is kept or logged.
"""

import io
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from json import dumps
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import discord
from discord.http import Route

from bot.files import Attached, File, Unread

log = logging.getLogger(__name__)

Fetch = Callable[[str, int], Awaitable[bytes | Unread]]
"""What is at this address, if it has at most so many bytes."""

_HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
_PATIENCE_S = 20.0
_GONE = {403, 404, 410}
"""Deleted, or its address has expired."""
_PIECE = 64 * 1024


def read_attached(listed: object, fetch: Fetch) -> tuple[Attached, ...]:
    """As a message or an interaction lists them."""
    return tuple(
        Attached(
            name=str(one.get("filename") or ""),
            size=int(one.get("size") or 0),
            media_type=str(one.get("content_type") or ""),
            read=partial(fetch, str(one.get("url") or "")),
        )
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, Mapping)
    )


async def fetch(url: str, most: int) -> bytes | Unread:
    if not _is_discords(url):
        log.warning("discord: a file lies elsewhere than with Discord, and was not fetched")
        return Unread.GONE
    timeout = aiohttp.ClientTimeout(total=_PATIENCE_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            if answer.status in _GONE:
                return Unread.GONE
            if answer.status != 200:
                return Unread.BROKEN
            content = bytearray()
            async for piece in answer.content.iter_chunked(_PIECE):
                content += piece
                if len(content) > most:
                    return Unread.TOO_LARGE
            return bytes(content)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        log.info("discord: a file was not fetched: %s", type(error).__name__)
        return Unread.BROKEN


def _is_discords(url: str) -> bool:
    """Or, with a service that only resembles Discord, of the one that the bot talks with."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme == "https" and parts.netloc in _HOSTS:
        return True
    own = urlsplit(Route.BASE)
    return (parts.scheme, parts.netloc) == (own.scheme, own.netloc)


def as_upload(file: File) -> discord.File:
    return discord.File(io.BytesIO(file.content), filename=file.name)


class FileForm:
    """The body of a message with a file. discord.py reads it anew at each try."""

    def __init__(self, body: Mapping[str, Any], file: File) -> None:
        self._body = {**body, "attachments": [{"id": 0, "filename": file.name}]}
        self._file = file

    def __iter__(self) -> Iterator[dict[str, Any]]:
        yield {"name": "payload_json", "value": dumps(self._body)}
        yield {
            "name": "files[0]",
            "value": self._file.content,
            "filename": self._file.name,
            "content_type": self._file.media_type,
        }
