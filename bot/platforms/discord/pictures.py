"""Personas' pictures on Discord: kept as emojis of the application, whose addresses last.

A webhook's message and the header of a session want an address, and there is no web server here. An
application may have emojis of its own, which nobody else can use; their addresses are Discord's and
do not expire, as those of attachments do. They are named by what is in them, so that a start sends
only what is new and takes away what is no more.
"""

import logging
from base64 import b64encode
from collections.abc import Mapping
from hashlib import blake2s
from typing import Any

from discord.http import Route

from bot.events import Say, Voice
from bot.files import File
from bot.platforms.discord.rest import Rest

log = logging.getLogger(__name__)

_PREFIX = "parlour_"
_EMOJIS = "/applications/{application}/emojis"


class Pictures:
    def __init__(self, rest: Rest, application: str) -> None:
        self._rest = rest
        self._application = application
        self._addresses: dict[str, str] = {}

    async def register(self, pictures: Mapping[str, File]) -> None:
        """By the personas' names. What cannot be done leaves a persona without its picture, and
        nothing else."""
        listed = await self._rest.ask(self._route("GET", _EMOJIS))
        if listed is None:
            return
        there = {str(one["name"]): str(one["id"]) for one in listed.get("items") or ()}
        wanted = {name: _named(name, picture) for name, picture in pictures.items()}
        for emoji, id_ in there.items():
            if emoji.startswith(_PREFIX) and emoji not in wanted.values():
                gone = self._route("DELETE", _EMOJIS + "/{emoji}", emoji=id_)
                await self._rest.ask(gone)
        for name, emoji in wanted.items():
            if sent := there.get(emoji) or await self._send(emoji, pictures[name]):
                self._addresses[name] = f"https://cdn.discordapp.com/emojis/{sent}.png"

    def of(self, name: str) -> str | None:
        return self._addresses.get(name)

    def header(self, say: Say) -> dict[str, Any] | None:
        """The persona's name with its picture, where the bot says who it is."""
        address = self.of(say.name) if say.voice is Voice.NOTICE else None
        return {"author": {"name": say.name, "icon_url": address}} if address else None

    async def _send(self, emoji: str, picture: File) -> str | None:
        data = f"data:{picture.media_type};base64,{b64encode(picture.content).decode()}"
        form = {"name": emoji, "image": data}
        made, code = await self._rest.attempt(self._route("POST", _EMOJIS), json=form)
        if made is None:
            log.warning("discord: a persona's picture was not taken: code %s", code)
            return None
        return str(made["id"])

    def _route(self, method: str, path: str, **ids: str) -> Route:
        return Route(method, path, application=self._application, **ids)


def _named(name: str, picture: File) -> str:
    content = name.encode() + b"\0" + picture.content
    return _PREFIX + blake2s(content, digest_size=8).hexdigest()
