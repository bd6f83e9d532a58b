"""Requests to Discord, on a client of their own that has no gateway: what is said goes on while
the gateway comes and goes.

discord.py keeps to the limits that answers tell, waits out a 429 and tries a broken server again.
A request that is under way is never cancelled: cut in the wait of a global limit, the library
would hold back every later one for good. Errors name codes, never what was said (INVARIANT I8).
"""

import asyncio
import json
import logging
from collections.abc import Coroutine, Iterator, Mapping
from typing import Any

import aiohttp
import discord
from discord.http import HTTPClient, Route

from bot.files import File
from bot.platforms.base import PlatformError
from bot.platforms.discord.files import FileForm
from bot.platforms.pacing import Newest, Sent

log = logging.getLogger(__name__)

_BROKEN_LINE = (aiohttp.ClientError, OSError, TimeoutError)
_PAUSES_S = (0.5, 2.0, 5.0)


class Refused(Exception):
    """By Discord, for good."""

    def __init__(self, code: int) -> None:
        super().__init__(f"code {code}")
        self.code = code


class Rest:
    def __init__(self, http: HTTPClient, group: asyncio.TaskGroup) -> None:
        self._http = http
        self._group = group

    async def post(
        self, channel: str, body: Mapping[str, Any], file: File | None = None
    ) -> str | None:
        """A message with a nonce, so that a second try shows nothing twice; its id. None where
        this person or place cannot be written to."""
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel)
        content = {"json": body} if file is None else {"form": FileForm(body, file)}
        for pause in (*_PAUSES_S, None):
            try:
                made = await self._request(route, **content)
                await self._say_what_was_meant(channel, made, body)
                return str(made["id"])
            except (discord.Forbidden, discord.NotFound) as error:
                # Closed to messages, left, deleted: theirs to decide, and no error of the bot's.
                log.info("discord: a message was not delivered: code %s", error.code)
                return None
            except (discord.HTTPException, *_BROKEN_LINE) as error:
                if pause is None or not _may_pass(error):
                    log.warning("discord: a message met %s", _name(error))
                    raise PlatformError(f"discord: a message met {_name(error)}") from None
                await asyncio.sleep(pause)
        raise AssertionError("the last try has returned or raised")

    async def _say_what_was_meant(
        self, channel: str, made: Mapping[str, Any], body: Mapping[str, Any]
    ) -> None:
        """A nonce that was used before a crash gives the message of then, with its words of then."""
        meant = str(body.get("content", ""))
        if "nonce" in body and str(made.get("content", "")).strip() != meant.strip():
            await self.patch(channel, str(made["id"]), lambda: meant)

    async def patch(self, channel: str, message: str, newest: Newest) -> Sent:
        path = "/channels/{channel_id}/messages/{message_id}"
        return await self.change(
            Route("PATCH", path, channel_id=channel, message_id=message), newest
        )

    async def change(self, route: Route, newest: Newest, **options: Any) -> Sent:
        try:
            await self._request(route, form=_Form(newest), **options)
        except (discord.Forbidden, discord.NotFound) as error:
            log.info("discord: a message was not changed: code %s", error.code)
            return Sent.NEVER
        except discord.HTTPException as error:
            log.warning("discord: an edit met %s", _name(error))
            return Sent.LATER if _may_pass(error) else Sent.NEVER
        except _BROKEN_LINE:
            return Sent.LATER
        return Sent.DONE

    async def delete(self, channel: str, message: str) -> None:
        path = "/channels/{channel_id}/messages/{message_id}"
        await self.take_away(Route("DELETE", path, channel_id=channel, message_id=message))

    async def take_away(self, route: Route, **options: Any) -> None:
        """What is gone already is what was wanted."""
        try:
            await self._request(route, **options)
        except (discord.Forbidden, discord.NotFound):
            return
        except discord.HTTPException as error:
            raise PlatformError(f"discord: a deletion met {_name(error)}") from None

    async def execute(self, route: Route, **options: Any) -> str:
        """A webhook's message; its id. It has no nonce, so whoever calls tries it once. Raises
        Refused with Discord's code."""
        try:
            made = await self._request(route, **options)
        except discord.HTTPException as error:
            if not _may_pass(error):
                raise Refused(error.code) from None
            raise PlatformError(f"discord: a message met {_name(error)}") from None
        except _BROKEN_LINE as error:
            raise PlatformError(f"discord: a message met {_name(error)}") from None
        return str(made["id"])

    async def typing(self, channel: str) -> None:
        """For show: nothing depends on it."""
        route = Route("POST", "/channels/{channel_id}/typing", channel_id=channel)
        await self.ask(route)

    async def ask(self, route: Route, **options: Any) -> Any:
        """What Discord answers; None where it does not, or says that there is nothing."""
        try:
            return await self._request(route, **options)
        except (discord.HTTPException, *_BROKEN_LINE) as error:
            log.info("discord: %s %s: %s", route.method, route.path, type(error).__name__)
            return None

    async def direct(self, user: str) -> str | None:
        """The channel of the direct messages with somebody, without writing there."""
        made = await self.ask(Route("POST", "/users/@me/channels"), json={"recipient_id": user})
        return str(made["id"]) if made else None

    async def message(self, channel: str, message: str) -> Any:
        """As it stands there; see `find`."""
        path = "/channels/{channel_id}/messages/{message_id}"
        return await self.find(Route("GET", path, channel_id=channel, message_id=message))

    async def find(self, route: Route) -> Any:
        """What is there; False where it is not, None where Discord does not say."""
        try:
            return await self._request(route)
        except discord.NotFound:
            return False
        except (discord.HTTPException, *_BROKEN_LINE):
            return None

    async def attempt(self, route: Route, **options: Any) -> tuple[Any, int]:
        """What Discord answers, or the code by which it refuses; -1 where no answer comes."""
        try:
            return await self._request(route, **options), 0
        except discord.HTTPException as error:
            return None, error.code or -1
        except _BROKEN_LINE:
            return None, -1

    async def _request(self, route: Route, **options: Any) -> Any:
        answer = _kept(self._http.request(route, **options))
        value, error = await asyncio.shield(self._group.create_task(answer))
        if error is not None:
            raise error
        return value


class _Form:
    """The body of an edit. discord.py reads a form anew at each try, after each wait for a limit,
    and so it sends the newest text; a JSON body it would have written down before."""

    def __init__(self, newest: Newest) -> None:
        self._newest = newest

    def __iter__(self) -> Iterator[dict[str, Any]]:
        body = {"content": self._newest(), "allowed_mentions": {"parse": []}}
        yield {
            "name": "payload_json",
            "value": json.dumps(body),
            # As discord.py sends it beside files; a type makes the form a multipart one.
            "content_type": "text/plain",
        }


async def _kept(
    request: Coroutine[Any, Any, Any],
) -> tuple[Any, Exception | None]:
    try:
        return await request, None
    except Exception as error:  # noqa: BLE001 - raised again by whoever waits, if anybody does
        return None, error


def _may_pass(error: Exception) -> bool:
    """A line that broke, a limit, a service that is down: all but a refusal."""
    if isinstance(error, discord.HTTPException):
        return error.status >= 500 or error.status == 429
    return True


def _name(error: Exception) -> str:
    if isinstance(error, discord.HTTPException):
        return f"status {error.status}, code {error.code}"
    return type(error).__name__
