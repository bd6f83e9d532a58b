"""Several remote engines as one: who is asked, who is asked instead, and who is put aside.

It knows requests as something to call with an engine that was chosen, and tries again only as
long as nothing of an answer has been seen. Which words are sent is for `engine.py`.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import TypeVar

import aiohttp

from bot.engine.base import EngineError
from bot.engine.remote.addresses import Health, Stickiness
from bot.engine.remote.chores import Chores
from bot.engine.remote.dialect import Api, Known
from bot.engine.remote.learning import learn
from bot.engine.remote.peer import Busy, Lost, NotReady, Patience, Peer
from bot.engine.remote.turns import TurnedAway, Turns, Who

_T = TypeVar("_T")
Call = Callable[[Peer, Known], AsyncGenerator[_T, None]]

# How often an engine that is loading its model is asked whether it is done.
_LOADING_S = 0.5
# Whoever asks for more is asked again after this, so that nobody waits for an hour unawares.
_LONGEST_PAUSE_S = 60.0


class Remote:
    """One of them: its address, what it has told of itself, whether it is well, whose turn it is."""

    def __init__(self, peer: Peer, turns: Turns, health: Health) -> None:
        self.peer = peer
        self.turns = turns
        self.health = health
        self.known: Known | None = None
        self.learning = asyncio.Lock()


class Pool:
    def __init__(
        self,
        addresses: Sequence[str],
        session: aiohttp.ClientSession,
        *,
        api: Api,
        model: str,
        adapters: Sequence[str],
        at_once: int,
        patience: Patience,
        first_pause_s: float,
    ) -> None:
        self._api: Api = api
        self._model = model
        self._adapters = adapters
        self._at_once = at_once
        self._patience = patience
        peers = [Peer(address, session, patience) for address in addresses]
        self._remotes = {
            peer.address: Remote(peer, Turns(at_once), Health(first_pause_s)) for peer in peers
        }
        self._sticky = Stickiness(secrets.token_bytes(32))
        self._closed = False
        self._watching = Chores(len(self._remotes))

    @property
    def known(self) -> list[Known]:
        return [remote.known for remote in self._remotes.values() if remote.known is not None]

    async def start(self) -> None:
        """Learns what each can do. One that cannot be reached may come later, one must be there."""
        remotes = list(self._remotes.values())
        found = await asyncio.gather(*map(self._learn_once_ready, remotes), return_exceptions=True)
        lost = []
        for remote, outcome in zip(remotes, found, strict=True):
            if isinstance(outcome, Lost):
                lost.append(str(outcome))
                self._put_aside(remote, outcome)
            elif isinstance(outcome, Busy):
                lost.append(f"{remote.peer.name}: {outcome}")
            elif outcome is not None:
                raise outcome
        if len(lost) == len(remotes):
            raise EngineError(f"no remote engine answers: {'; '.join(lost)}")

    async def close(self) -> None:
        self._closed = True
        await self._watching.close()
        for remote in self._remotes.values():
            remote.turns.turn_away()

    async def answered(self, who: Who, call: Call[_T]) -> AsyncGenerator[_T, None]:
        """What the call yields, from the first engine that answers."""
        attempts = _Attempts(len(self._remotes), self._patience.first_token_s)
        while True:
            remote = self._choose(who.key, attempts.tried)
            began = False
            try:
                async with aclosing(self._asked(remote, who, call)) as answers:
                    async for answer in answers:
                        began = True
                        yield answer
            except TurnedAway:
                continue
            except Busy as exc:
                if not attempts.may_go_on_after_busy(remote, exc):
                    raise EngineError(f"{remote.peer.name}: {exc}") from None
            except Lost as exc:
                if began or not attempts.may_go_on(remote):
                    raise EngineError(str(exc)) from None
            else:
                return

    def place(self, key: str) -> int:
        places = [remote.turns.place(key) for remote in self._remotes.values()]
        return next((place for place in places if place is not None), 0)

    def forget(self, key: str) -> None:
        self._sticky.forget(key)

    def secret_name(self, key: str) -> str:
        return self._sticky.secret_name(key)

    def anyone(self) -> Remote | None:
        """One that is well and known, for what every one of them can answer."""
        well = [remote for remote in self._remotes.values() if not remote.health.aside]
        return next((remote for remote in well if remote.known is not None), None)

    async def _asked(self, remote: Remote, who: Who, call: Call[_T]) -> AsyncGenerator[_T, None]:
        async with remote.turns.turn(who) as took:
            try:
                known = remote.known or await self._learn(remote)
                async with aclosing(call(remote.peer, known)) as answers:
                    async for answer in answers:
                        remote.health.well()
                        # What it computes beside is not told: each piece counts as a token.
                        took(1)
                        yield answer
            # Before the turn ends: the next in line would run into the same.
            except Busy as exc:
                remote.turns.pause(min(exc.seconds, _LONGEST_PAUSE_S))
                raise
            except Lost as exc:
                self._put_aside(remote, exc)
                raise

    def _choose(self, key: str, tried: Sequence[Remote]) -> Remote:
        if self._closed:
            raise EngineError("the engine is not running")
        left = [remote for remote in self._remotes.values() if remote not in tried]
        # When none is well, somebody waits all the same, and one may just have come back.
        well = [remote for remote in left if not remote.health.aside] or left
        return self._remotes[self._sticky.choose(key, [one.peer.address for one in well])]

    async def _learn_once_ready(self, remote: Remote) -> None:
        clock = asyncio.get_running_loop().time
        until = clock() + self._patience.first_token_s
        while True:
            try:
                await self._learn(remote)
            except NotReady:
                if clock() > until:
                    raise
                await asyncio.sleep(_LOADING_S)
            else:
                return

    async def _learn(self, remote: Remote) -> Known:
        async with remote.learning:
            known = await learn(remote.peer, model=self._model, api=self._api)
            for adapter in self._adapters:
                if adapter not in known.adapters:
                    raise EngineError(f"{remote.peer.name} lists no adapter '{adapter}'")
            # More would wait there in an order which is not ours.
            remote.turns.places = min(self._at_once, known.slots or self._at_once)
            remote.known = known
            return known

    def _put_aside(self, remote: Remote, exc: Lost) -> None:
        if remote.health.missed(gone=exc.gone):
            if any(not other.health.aside for other in self._remotes.values()):
                remote.turns.turn_away()
            self._watching.begin(remote.peer.address, self._watch(remote))

    async def _watch(self, remote: Remote) -> None:
        """Asks from time to time, ever more seldom, until it answers."""
        has_health = remote.known is not None and remote.known.kind in {"llama-server", "vllm"}
        while True:
            await asyncio.sleep(remote.health.pause_s)
            if not remote.health.aside:
                return
            try:
                await remote.peer.reached("/health" if has_health else "/v1/models")
                # It may have been started anew, with another model or fewer adapters.
                await self._learn(remote)
            except (Lost, Busy, EngineError):
                remote.health.still_away()
            else:
                remote.health.back()
                return


class _Attempts:
    """Who was asked in vain for one request, and whether there is anybody left to ask."""

    def __init__(self, remotes: int, patience_s: float) -> None:
        self._remotes = remotes
        self._patience_s = patience_s
        self._busy_since: float | None = None
        self.tried: list[Remote] = []

    def may_go_on(self, remote: Remote) -> bool:
        self.tried.append(remote)
        return len(self.tried) < self._remotes

    def may_go_on_after_busy(self, remote: Remote, exc: Busy) -> bool:
        """It waits for its turn again at the same engine, where its prompt is computed already."""
        now = asyncio.get_running_loop().time()
        self._busy_since = now if self._busy_since is None else self._busy_since
        if now + exc.seconds > self._busy_since + self._patience_s:
            self.tried.append(remote)
        return len(self.tried) < self._remotes
