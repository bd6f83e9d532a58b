"""What is made of a talk when nobody waits: words are indexed, what a model is to make of them is
asked for, and a file in which something was forgotten is written anew.

One thing at a time, for whoever has been quiet for a while; the moment they write it is put aside.
What waits stands in their vault, so a crash anywhere leaves it waiting (INVARIANT I7). It knows
nothing of what is made: that is each kind's.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, replace
from secrets import token_hex

from bot.commands.wishes import read_zone
from bot.engine.base import Engine, EngineError, Prompt, PromptTooLong
from bot.events import PersonId
from bot.kinds import Kind, Question
from bot.memory.meaning import Meaning
from bot.memory.until import until
from bot.remembering import catch_up
from bot.store.house import House
from bot.store.rows import StoreError
from bot.store.vault import Vault
from bot.store.vectors import Bare
from bot.store.work_rows import Batch, Write

log = logging.getLogger(__name__)

EVERY_S = 5.0
QUIET_S = 20.0
"""Since their last message or its answer: between two messages of a talk nothing is begun."""
LONG_QUIET_S = 3600.0
LARGE_MB = 16.0
"""A file of this size is rewritten in 0.2 s, which cannot be put aside to its end; one of 100 MB in
3 s, so that waits until somebody has been quiet for long."""
PATIENCE_S = 3600.0
"""Where somebody is always being answered, work begins after so long all the same, and the engine
lets everybody go first who waits."""
LONGEST_S = 600.0
PAUSE_S = 60.0
LONGEST_PAUSE_S = 3600.0
"""After an engine failed; twice as long each time."""


@dataclass(slots=True)
class _Heard:
    """Who may have something to be done."""

    at: float
    """When they were heard last."""
    since: float
    """When they were heard first since all was done."""
    looks: int = 0
    """How often all was done since: once when they were quiet, once more after a long silence."""


class Jobs:
    def __init__(
        self,
        house: House,
        engine: Engine,
        kinds: Sequence[Kind],
        *,
        is_at_work: Callable[[], bool],
        clock: Callable[[], float],
        meaning: Meaning | None = None,
        quiet_s: float = QUIET_S,
        utc_offset_s: float = 0.0,
    ) -> None:
        """`is_at_work`: whether anybody is being answered; `utc_offset_s`: of the operator's clock,
        for who has named no time zone."""
        self._meaning, self._utc_offset_s = meaning, utc_offset_s
        self._house, self._engine, self._kinds = house, engine, kinds
        self._is_at_work, self._clock, self._quiet_s = is_at_work, clock, quiet_s
        self._holder = token_hex(8)
        self._heard: dict[PersonId, _Heard] = {}
        self._current: PersonId | None = None
        self._aside = asyncio.Event()
        self._failed_at, self._pause_s = 0.0, 0.0
        self._passed: dict[str, int] = {}
        """How many of its trials the model has passed, by kind."""
        self._unfit: set[str] = set()

    @contextmanager
    def aside(self, account: PersonId) -> Iterator[None]:
        """While they are answered; their quiet begins with its end."""
        self.hear(account)
        try:
            yield
        finally:
            self.hear(account)

    def hear(self, account: PersonId) -> None:
        """They write, or have just been answered: what is done for them is put aside at once."""
        person, now = self._house.links.person_of(account), self._clock()
        before = self._heard.get(person)
        since = before.since if before and not before.looks else now
        self._heard[person] = _Heard(now, since)
        if person == self._current:
            self._aside.set()

    async def run(self) -> None:
        """Until cancelled. Whose vault was written to last may have left something."""
        now = self._clock()
        for person in (*await self._house.left_open(), *await self._house.recent()):
            self._heard.setdefault(person, _Heard(now, now))
        while True:
            await asyncio.sleep(EVERY_S)
            await self.tick()

    async def tick(self) -> None:
        """Everything that may be done now, a thing for each person in turn."""
        goes_on = True
        while goes_on:
            goes_on = False
            for person in self._people():
                # Looked at anew: whoever has written meanwhile is quiet no more.
                heard = self._heard.get(person)
                if heard is not None and self._may_begin(heard):
                    goes_on = await self._work_for(person, heard) or goes_on

    def _people(self) -> list[PersonId]:
        """An account that was joined since is heard as the person that it is now."""
        person_of = self._house.links.person_of
        for account in [one for one in self._heard if person_of(one) != one]:
            heard = self._heard.pop(account)
            self._heard.setdefault(person_of(account), heard)
        return list(self._heard)

    # --- Below: one person ------------------------------------------------------------------

    async def _work_for(self, person: PersonId, heard: _Heard) -> bool:
        """Whether there is more to do."""
        self._current, self._aside = person, asyncio.Event()
        goes_on = False
        try:
            goes_on = await self._next(person, heard)
        except StoreError as error:
            # Told when they write. Errors of the store hold no words (INVARIANT I8).
            log.warning("work on a vault was left: %s", error)
            heard.looks += 1
        finally:
            self._current = None
        if heard.looks > 1 and self._heard.get(person) is heard:
            del self._heard[person]
        return goes_on and not self._aside.is_set()

    def _may_begin(self, heard: _Heard) -> bool:
        wanted_s = LONG_QUIET_S if heard.looks else self._quiet_s
        if _apart(self._clock(), heard.at) < wanted_s:
            return False
        return not self._is_at_work() or _apart(self._clock(), heard.since) >= PATIENCE_S

    async def _next(self, person: PersonId, heard: _Heard) -> bool:
        """One thing; False where there is no more to do now."""
        async with self._house.vault(person) as vault:
            if vault is None:
                heard.looks += 2
                return False
            zone = read_zone(await vault.wishes(), self._utc_offset_s)
            if await catch_up(vault, zone):
                return True
            if self._pause_s and _apart(self._clock(), self._failed_at) < self._pause_s:
                return False
            taken = await self._take(vault)
            if taken is None:
                is_small_enough = float("inf") if heard.looks else LARGE_MB
                await vault.work.rewrite(self._aside.is_set, most_mb=is_small_enough)
                bare = await self._meaning.missing(vault) if self._meaning else ()
                if not bare:
                    heard.looks += 1
                    return False
        # Let go while the model works, so that nothing waits for it.
        if taken is not None:
            kind, batch = taken
            return await self._make(kind, replace(batch, zone=zone), person)
        return await self._keep_meaning(bare, person)

    async def _take(self, vault: Vault) -> tuple[Kind, Batch] | None:
        for kind in (kind for kind in self._kinds if kind.name not in self._unfit):
            take, now = vault.work.take, self._clock()
            batch = await take(kind.name, kind.version, kind.portion, holder=self._holder, now=now)
            if batch is not None:
                return kind, batch
        return None

    # --- Below: one batch -------------------------------------------------------------------

    async def _make(self, kind: Kind, batch: Batch, person: PersonId) -> bool:
        """Whether to go on. However it ends, the batch is not left under its lease."""
        written: Write | None = None
        is_over = False
        try:
            if not await self._is_fit(kind, person):
                return kind.name in self._unfit
            answer = await self._answer(kind.ask(batch), person)
            if answer is not None:
                is_over, written = True, kind.read(batch, answer)
        except (PromptTooLong, TimeoutError):
            is_over = True
        except EngineError:
            # Of an engine that answers by now it was the work's own fault.
            is_over = await self._engine_lives()
            self._pause()
        except Exception as error:  # noqa: BLE001 - one batch must not end the bot
            # Neither its text nor its traceback: both may hold people's words (INVARIANT I8).
            log.error("%s: not made: %s", kind.name, type(error).__name__)  # noqa: TRY400 - as said
            is_over = True
        finally:
            await asyncio.shield(self._end(kind, batch, written, person, is_over=is_over))
        return is_over

    async def _is_fit(self, kind: Kind, person: PersonId) -> bool:
        """Once for each model; False, too, where it was put aside before that was known."""
        for trial in kind.trials[self._passed.get(kind.name, 0) :]:
            answer = await self._answer(trial.question, person)
            if answer is None:
                return False
            if not trial.passes(answer):
                self._unfit.add(kind.name)
                log.warning("%s: the model fails at plain sentences, so it is not asked", kind.name)
                return False
            self._passed[kind.name] = self._passed.get(kind.name, 0) + 1
        return True

    async def _answer(self, question: Question | None, person: PersonId) -> str | None:
        """None where it was put aside."""
        if question is None:
            return ""
        # A key of its own: the talk's own state is not touched, and this one is dropped behind it.
        key = f"{person} (work)"
        prompt = Prompt(key, question.parts, person=key, background=True)
        try:
            words = until(self._aside, self._engine.generate(prompt, question.sampling), _never)
            async with asyncio.timeout(LONGEST_S), aclosing(words) as pieces:
                said = [piece async for piece in pieces]
        finally:
            with suppress(EngineError):
                await self._engine.forget(key)
        self._pause_s = 0.0
        return None if self._aside.is_set() else "".join(said)

    async def _keep_meaning(self, bare: Sequence[Bare], person: PersonId) -> bool:
        assert self._meaning is not None, "it has told what is missing"
        try:
            made = await self._meaning.make(bare)
        except EngineError:
            self._pause()
            return False
        async with self._house.vault(person) as vault:
            if vault is not None:
                await self._meaning.keep(vault, made)
        self._pause_s = 0.0
        return True

    def _pause(self) -> None:
        self._failed_at = self._clock()
        self._pause_s = min(max(PAUSE_S, self._pause_s * 2), LONGEST_PAUSE_S)

    async def _engine_lives(self) -> bool:
        with suppress(EngineError):
            return await self._engine.count_tokens("a") > 0
        return False

    async def _end(
        self, kind: Kind, batch: Batch, written: Write | None, person: PersonId, *, is_over: bool
    ) -> None:
        async with self._house.vault(person) as vault:
            if vault is None:
                return
            if not is_over:
                await vault.work.put_back(batch, holder=self._holder)
            elif written is None:
                await vault.work.fail(batch, kind.version, holder=self._holder)
            else:
                await vault.work.finish(batch, written, holder=self._holder)


def _never() -> None:
    """Nothing is shown of it, so nothing is due."""


def _apart(now: float, at: float) -> float:
    # Both ways: a clock that was set back keeps nothing waiting.
    return abs(now - at)
