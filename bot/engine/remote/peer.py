"""One remote engine at one address: questions and streams over HTTP, and how they fail.

It knows no prompts and no people. What fails is one of three things: the engine is `Lost` (and
somebody else may be asked), it is `Busy` (and says for how long), or it refuses (EngineError).
What a refusal says in words stays here: it may quote the prompt.
"""

import asyncio
import codecs
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.engine.base import EngineError, Wrote, nobody_counts
from bot.engine.remote.answers import AnswerError, Piece, read_json, read_piece, too_long
from bot.engine.remote.sse import Events, StreamError

_LARGEST_ANSWER = 64 * 1_048_576
_DEFAULT_PAUSE_S = 1.0
# Between the end of a reply and the end of its stream, so that the connection can be used again.
_DRAIN_S = 0.5


@dataclass(frozen=True, slots=True)
class Patience:
    connect_s: float
    first_token_s: float
    between_tokens_s: float

    @property
    def quick_s(self) -> float:
        """For an answer that needs no thinking: a connection, and as long again."""
        return 2 * self.connect_s


class Lost(Exception):
    """It did not answer. `gone`: the engine is at fault, and not this one request perhaps."""

    def __init__(self, words: str, *, gone: bool = True) -> None:
        super().__init__(words)
        self.gone = gone


class NotReady(Lost):
    """It is there and cannot answer yet: llama-server while it loads its model."""


class Missing(EngineError):
    """It has nothing at this path, or no such model."""


class Refused(EngineError):
    """It takes no request like this one."""


class Busy(Exception):
    def __init__(self, seconds: float) -> None:
        super().__init__("it has too much to do")
        self.seconds = seconds


def new_session(key: str, patience: Patience) -> aiohttp.ClientSession:
    """One pool of kept connections. It reads no environment, keeps no cookies, checks
    certificates, and is bounded by the turns of each address.
    """
    headers = {"Accept-Encoding": "identity"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    tracing = aiohttp.TraceConfig()
    tracing.on_connection_reuseconn.append(_note_kept)
    return aiohttp.ClientSession(
        headers=headers,
        trace_configs=[tracing],
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=60.0),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, connect=patience.connect_s),
        trust_env=False,
    )


class Peer:
    def __init__(self, address: str, session: aiohttp.ClientSession, patience: Patience) -> None:
        # People write the address with the /v1 of their client's manual, and without.
        self.address = address.rstrip("/").removesuffix("/v1")
        self._session = session
        self._patience = patience
        self.name = f"the engine at {urlsplit(self.address).netloc}"

    async def get(self, path: str) -> Any:
        """What it can say without thinking, as JSON."""
        return await self._ask("GET", path, None, within=self._patience.quick_s)

    async def tell(self, path: str, body: Mapping[str, Any]) -> Any:
        """What it can answer without thinking."""
        return await self._ask("POST", path, body, within=self._patience.quick_s)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """What the model is asked for."""
        return await self._ask("POST", path, body, within=self._patience.first_token_s)

    async def reached(self, path: str) -> None:
        """Whether it answers at all; what it says does not matter."""
        await self._fetch("GET", path, None, within=self._patience.quick_s)

    async def stream(
        self, path: str, body: Mapping[str, Any], wrote: Wrote = nobody_counts
    ) -> AsyncGenerator[str, None]:
        """The reply's pieces. Closing the generator closes the connection, and so stops it."""
        clock = asyncio.get_running_loop().time
        response: aiohttp.ClientResponse | None = None
        began = False
        try:
            deadline = clock() + self._patience.first_token_s
            async with asyncio.timeout_at(deadline):
                response = await self._send("POST", path, body)
                await self._refuse_errors(response)
            events = Events()
            # Some engines split a character outside the basic plane into two escapes.
            halves = codecs.getincrementaldecoder("utf-16-le")("replace")
            while True:
                async with asyncio.timeout_at(deadline):
                    chunk = await response.content.readany()
                if not chunk:
                    raise Lost(f"{self.name} broke its reply off")
                for piece in _pieces(events, chunk):
                    text = halves.decode(piece.text.encode("utf-16-le", "surrogatepass"))
                    if text:
                        began = True
                        yield text
                    if piece.finished:
                        _tell(wrote, piece)
                        await _drain(response)
                        return
                    wait = self._patience.between_tokens_s if began else None
                    deadline = clock() + (wait or self._patience.first_token_s)
        except TimeoutError:
            late = "next" if began else "first"
            raise Lost(f"{self.name} was too slow with its {late} token") from None
        except (AnswerError, StreamError) as exc:
            raise Lost(f"{self.name}: {exc}", gone=False) from None
        except aiohttp.ClientError as exc:
            raise self._lost(exc) from exc
        finally:
            if response is not None:
                response.close()

    async def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None, *, within: float
    ) -> Any:
        try:
            return read_json(await self._fetch(method, path, body, within=within))
        except AnswerError as exc:
            raise Lost(f"{self.name}: {exc}", gone=False) from None

    async def _fetch(
        self, method: str, path: str, body: Mapping[str, Any] | None, *, within: float
    ) -> bytes:
        response: aiohttp.ClientResponse | None = None
        try:
            async with asyncio.timeout(within):
                response = await self._send(method, path, body)
                await self._refuse_errors(response)
                return await _read(response)
        except TimeoutError:
            raise Lost(f"{self.name} did not answer in time") from None
        except aiohttp.ClientError as exc:
            raise self._lost(exc) from exc
        finally:
            if response is not None:
                response.close()

    async def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None
    ) -> aiohttp.ClientResponse:
        while not self._session.closed:
            trip = _Trip()
            try:
                return await self._session.request(
                    method,
                    self.address + path,
                    json=body,
                    # The words go where the host has named, and nowhere else.
                    allow_redirects=False,
                    trace_request_ctx=trip,
                )
            except aiohttp.ConnectionTimeoutError:
                raise Lost(f"{self.name} cannot be reached: no connection in time") from None
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
                # A kept connection may have been closed in this very moment, which tells nothing
                # of the engine (llama-server does so after each stream). A new one will tell.
                if not trip.kept:
                    raise
        raise Lost("the engine is not running")

    async def _refuse_errors(self, response: aiohttp.ClientResponse) -> None:
        status = response.status
        if status == 200:
            return
        pause = _retry_after(response.headers.get("Retry-After"))
        if status == 429 or (status == 503 and pause is not None):
            raise Busy(_DEFAULT_PAUSE_S if pause is None else pause)
        if status == 503:
            raise NotReady(f"{self.name} is not ready (503)")
        if status != 501 and status >= 500:
            raise Lost(f"{self.name} failed ({status})", gone=status != 500)
        with suppress(AnswerError):
            if refusal := too_long(read_json(await _read(response))):
                raise refusal
        raise _refusal(self.name, status)

    def _lost(self, exc: aiohttp.ClientError) -> Lost:
        match exc:
            case aiohttp.ClientConnectorCertificateError():
                return Lost(f"{self.name} has a certificate that this machine does not trust")
            case aiohttp.ClientConnectorError():
                return Lost(f"{self.name} cannot be reached")
            case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError():
                return Lost(f"{self.name} closed the connection")
            case _:
                return Lost(f"{self.name} broke its answer off")


@dataclass(slots=True)
class _Trip:
    """What becomes known of one request's connection."""

    kept: bool = False


async def _note_kept(
    _session: aiohttp.ClientSession,
    context: SimpleNamespace,
    _params: aiohttp.TraceConnectionReuseconnParams,
) -> None:
    context.trace_request_ctx.kept = True


def _pieces(events: Events, chunk: bytes) -> Iterator[Piece]:
    for data in events.feed(chunk):
        # `[DONE]` tells nothing: a reply without a reason for its end was cut all the same.
        if data != "[DONE]":
            yield read_piece(data)


def _tell(wrote: Wrote, piece: Piece) -> None:
    if piece.wrote is not None:
        wrote(piece.wrote)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    while chunk := await response.content.readany():
        data += chunk
        if len(data) > _LARGEST_ANSWER:
            raise AnswerError("its answer is too large")
    return bytes(data)


async def _drain(response: aiohttp.ClientResponse) -> None:
    with suppress(TimeoutError, aiohttp.ClientError):
        async with asyncio.timeout(_DRAIN_S):
            while await response.content.readany():
                pass


def _retry_after(header: str | None) -> float | None:
    """Seconds, or a date."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return _DEFAULT_PAUSE_S
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _refusal(name: str, status: int) -> EngineError:
    match status:
        case 401 | 403:
            return EngineError(f"{name} does not accept the key ({status}); see remote.key_file")
        case 404 | 405:
            mend = "see remote.addresses and remote.model"
            return Missing(f"{name} does not know the path or the model ({status}); {mend}")
        case 501:
            return Missing(f"{name} does not offer this ({status}); see how it was started")
        case _ if 300 <= status < 400:
            return EngineError(f"{name} sends elsewhere ({status}); name the address it leads to")
        case _:
            return Refused(f"{name} refused the request ({status})")
