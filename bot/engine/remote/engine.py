"""Language models on other machines: anything that speaks OpenAI's interface, as an engine.

People's words leave this machine here, to the addresses that the host has named and to no other
(docs/remote.md). It knows prompts and replies; who is asked, and who instead, is the pool's.
"""

from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from itertools import count as counting_up
from urllib.parse import urlsplit

import aiohttp

from bot.engine.base import (
    EngineError,
    Prompt,
    PromptTooLong,
    Sampling,
    Wrote,
    nobody_counts,
    refuse_no_reply,
)
from bot.engine.remote.answers import AnswerError, judged, likelihoods, vectors
from bot.engine.remote.asking import PATH, base_fields, said_again, to_compute, to_judge, to_write
from bot.engine.remote.chores import Chores
from bot.engine.remote.counting import count, estimate, numbers_of
from bot.engine.remote.dialect import Api, Fields, Known
from bot.engine.remote.messages import CHATML_MARKS, Echo, without_marks
from bot.engine.remote.peer import Lost, Patience, Peer, new_session
from bot.engine.remote.pool import Pool
from bot.engine.remote.turns import Urgency, Who
from bot.engine.shares import share_of
from bot.engine.spelling import Spelling

_WARMING_AT_MOST = 64
_WORDS_KEPT = 1024
# What a template puts around a message, with room to spare.
_TOKENS_AROUND = 8


class RemoteEngine:
    def __init__(
        self,
        addresses: Sequence[str],
        *,
        api: Api = "chat",
        model: str = "",
        key: str = "",
        context: int = 4096,
        at_once: int = 16,
        connect_s: float = 5.0,
        first_token_s: float = 120.0,
        between_tokens_s: float = 30.0,
        adapters: Sequence[str] = (),
        weights: Mapping[str, float] | None = None,
        first_pause_s: float = 1.0,
    ) -> None:
        """`key` is the key itself. `adapters` are those that personas name: each must be there."""
        _check_addresses(addresses)
        if not (key.isascii() and key.isprintable()):
            raise EngineError("the key of the remote engine holds something that no key can")
        self._addresses = tuple(dict.fromkeys(addresses))
        self._api: Api = api
        self._model = model
        self._key = key
        self._context = context
        self._at_once = at_once
        self._patience = Patience(connect_s, first_token_s, between_tokens_s)
        self._adapters = tuple(adapters)
        self._weights = weights
        self._first_pause_s = first_pause_s
        self._session: aiohttp.ClientSession | None = None
        self._running: Pool | None = None
        self._warming = Chores(_WARMING_AT_MOST)
        self._numbers_of_words: OrderedDict[tuple[str, str], tuple[str, ...]] = OrderedDict()
        self._strangers = counting_up(1)

    @property
    def context_tokens(self) -> int:
        known = self._running.known if self._running is not None else []
        return min([self._context, *(one.context for one in known if one.context is not None)])

    @property
    def known(self) -> list[Known]:
        """What the engines that were reached have told of themselves."""
        return self._pool.known

    async def start(self) -> None:
        self._warming = Chores(_WARMING_AT_MOST)
        self._session = new_session(self._key, self._patience)
        self._running = Pool(
            self._addresses,
            self._session,
            api=self._api,
            model=self._model,
            adapters=self._adapters,
            at_once=self._at_once,
            patience=self._patience,
            first_pause_s=self._first_pause_s,
        )
        try:
            await self._running.start()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        await self._warming.close()
        if self._running is not None:
            await self._running.close()
        if self._session is not None:
            await self._session.close()
        self._running = self._session = None

    async def generate(
        self, prompt: Prompt, sampling: Sampling, wrote: Wrote = nobody_counts
    ) -> AsyncGenerator[str, None]:
        refuse_no_reply(sampling)
        # Its place, and what it has computed so far, are better used by the prompt itself.
        self._warming.drop(prompt.key)
        if self._api == "completion":
            sampling = replace(sampling, stop=(*CHATML_MARKS, *sampling.stop))
        # Some engines leave stop strings in, and others take only a few of them.
        said = Spelling(sampling.stop)
        write = partial(self._write, prompt, sampling, wrote)
        async with aclosing(self._pool.answered(self._who(prompt), write)) as pieces:
            async for piece in pieces:
                if shown := said.feed(piece.encode()):
                    yield shown
                if said.stopped:
                    return
        if rest := said.finish():
            yield rest

    async def judge(self, prompt: Prompt, choices: tuple[str, ...]) -> tuple[float, ...]:
        weigh = partial(self._weigh, prompt)
        async with aclosing(self._pool.answered(self._who(prompt), weigh)) as answers:
            listed = await anext(answers)
        return judged(listed, choices)

    async def embed(self, texts: tuple[str, ...]) -> tuple[tuple[float, ...], ...]:
        # Nobody's: a name of its own, so that it waits behind nobody's other requests.
        stranger = Who(name := f"embed {next(self._strangers)}", name)
        measure = partial(self._measure, texts)
        try:
            async with aclosing(self._pool.answered(stranger, measure)) as answers:
                return await anext(answers)
        finally:
            self._pool.forget(name)

    async def warm(self, prompt: Prompt) -> None:
        """Only llama-server is asked: elsewhere a prompt costs the same again, or more."""
        if any(known.kind == "llama-server" for known in self._pool.known):
            self._warming.begin(prompt.key, self._warm(prompt))

    async def forget(self, key: str) -> None:
        """What is held here. What a remote engine holds is out of reach.

        No engine names the place where a conversation's computed state lies: llama-server can
        erase a slot (only when started with --slot-save-path), but does not tell whose it is,
        and keeps a second copy in its prompt cache; vLLM can only drop everybody's. There the
        state goes when others need its room, or when that engine ends.
        """
        self._warming.drop(key)
        self._pool.forget(key)

    async def place(self, key: str) -> int:
        return self._pool.place(key)

    async def count_tokens(self, text: str) -> int:
        remote = self._pool.anyone()
        if remote is None or remote.known is None:
            return estimate(text)
        return await count(remote.peer, remote.known, text)

    @property
    def _pool(self) -> Pool:
        if self._running is None:
            raise EngineError("the engine is not running")
        return self._running

    async def _write(
        self, prompt: Prompt, sampling: Sampling, wrote: Wrote, peer: Peer, known: Known
    ) -> AsyncGenerator[str, None]:
        base = self._base(prompt, peer, known)
        room = self.context_tokens - sampling.max_tokens
        await self._refuse_too_long(prompt, room, peer, known)
        biases = await self._biases(sampling, peer, known)
        body = to_write(base, known, sampling, biases)
        echo = Echo(said_again(body, prompt, known))
        with _our_numbers(prompt, room):
            async with aclosing(peer.stream(PATH[self._api], body, wrote)) as pieces:
                async for piece in pieces:
                    if new := echo.feed(piece):
                        yield new
        if rest := echo.finish():
            yield rest

    async def _weigh(
        self, prompt: Prompt, peer: Peer, known: Known
    ) -> AsyncGenerator[list[tuple[str, float]], None]:
        base = self._base(prompt, peer, known)
        room = self.context_tokens - 1
        await self._refuse_too_long(prompt, room, peer, known)
        with _our_numbers(prompt, room):
            answer = await peer.post(PATH[self._api], to_judge(base, known, self._api))
        yield likelihoods(answer)

    async def _measure(
        self, texts: tuple[str, ...], peer: Peer, known: Known
    ) -> AsyncGenerator[tuple[tuple[float, ...], ...], None]:
        body = {"model": known.model, "input": [without_marks(text) for text in texts]}
        try:
            yield vectors(await peer.post("/v1/embeddings", body), len(texts))
        except AnswerError as exc:
            raise Lost(f"{peer.name}: {exc}", gone=False) from None

    async def _warm(self, prompt: Prompt) -> None:
        who = replace(self._who(prompt), urgency=Urgency.WARMING)
        # Nobody waits for it, and who comes next is told what is wrong.
        with suppress(EngineError):
            async with aclosing(self._pool.answered(who, partial(self._compute, prompt))) as done:
                async for _ in done:
                    pass

    async def _compute(
        self, prompt: Prompt, peer: Peer, known: Known
    ) -> AsyncGenerator[None, None]:
        if known.kind == "llama-server":
            base = self._base(prompt, peer, known)
            await self._refuse_too_long(prompt, self.context_tokens - 1, peer, known)
            yield await peer.post(PATH[self._api], to_compute(base))

    def _who(self, prompt: Prompt) -> Who:
        urgency = Urgency.BACKGROUND if prompt.background else Urgency.SOMEBODY_WAITS
        share = share_of(prompt.community, self._weights)
        return Who(prompt.key, prompt.person or prompt.key, urgency, share)

    def _base(self, prompt: Prompt, peer: Peer, known: Known) -> Fields:
        salt = self._pool.secret_name(prompt.person or prompt.key)
        return base_fields(prompt, known, api=self._api, name=peer.name, salt=salt)

    async def _refuse_too_long(self, prompt: Prompt, room: int, peer: Peer, known: Known) -> None:
        text = _text(prompt)
        around = _TOKENS_AROUND * (len(prompt.parts) + 1)
        # No token is less than a byte: most prompts need no counting.
        if len(text.encode("utf-8", "replace")) + around > room:
            tokens = await count(peer, known, text) + around
            if tokens > room:
                raise PromptTooLong(tokens, room)

    async def _biases(self, sampling: Sampling, peer: Peer, known: Known) -> dict[str, float]:
        """By word, or by token where words are not understood."""
        if known.kind != "vllm":
            return dict(sampling.logit_bias)
        by_token: dict[str, float] = {}
        for word, bias in sampling.logit_bias:
            at = (known.model, word)
            if at not in self._numbers_of_words:
                self._numbers_of_words[at] = await numbers_of(peer, known, word)
                if len(self._numbers_of_words) > _WORDS_KEPT:
                    self._numbers_of_words.popitem(last=False)
            by_token |= dict.fromkeys(self._numbers_of_words[at], bias)
        return by_token


@contextmanager
def _our_numbers(prompt: Prompt, room: int) -> Iterator[None]:
    """Not everybody who refuses a long prompt says how long it is."""
    try:
        yield
    except PromptTooLong as exc:
        raise PromptTooLong(exc.tokens or estimate(_text(prompt)), exc.room or room) from None


def _text(prompt: Prompt) -> str:
    return "\n".join(part.text for part in prompt.parts)


def _check_addresses(addresses: Sequence[str]) -> None:
    if not addresses:
        raise EngineError("there is no remote engine; name one or more as remote.addresses")
    for number, address in enumerate(addresses, 1):
        # By its number: an address with a password in it is not to be shown.
        try:
            url = urlsplit(address)
            good = url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
        except ValueError:
            good = False
        if not good or url.query or url.fragment:
            raise EngineError(f"address {number} of remote.addresses is no http(s) address")
        if "@" in url.netloc:
            raise EngineError(
                f"address {number} of remote.addresses holds a password; use remote.key_file"
            )
