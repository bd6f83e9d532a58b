"""Asks the guard model: one criterion a call, all of them at once, under a time budget.

A guard holds good after it has passed its self-test, until the first call that fails or is late
(SAFETY L6, L10). It knows the engine's `judge` and policy's questions, and nothing of stores,
rooms or platforms; what people wrote is forgotten by the engine as soon as it is judged.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from typing import Protocol

from bot.engine.base import EngineError, Part, Prompt, PromptTooLong, Speaker
from bot.events import Rating
from bot.policy.community.question import TopicQuestion
from bot.policy.facts import BESIDE, Decision, Facts, Outcome, Verdict
from bot.policy.guard import (
    CONTEXT,
    CRITERIA,
    LONGEST,
    WINDOW,
    Criterion,
    Exchange,
    is_met,
    risk,
    silent,
    too_long,
    weigh,
    windows,
)
from bot.policy.guard_formats import Format, question
from bot.policy.guard_question import Kind, Question
from bot.policy.guard_samples import SAMPLES, Trial, trials

FIRST_S = 120.0
"""For the first question about each criterion: its instructions are computed once."""
AGAIN_S = 60.0
FORGET_S = 1.0


NOT_CONFIGURED = "no guard model is configured"
NOT_KNOWN = "it is no guard model that Parlour knows how to ask"
NOT_TESTED = "it has not been tested yet"
NO_ANSWER = "it did not answer, or not in time"


class Judge(Protocol):
    """What an engine can do for a guard."""

    async def judge(self, prompt: Prompt, choices: tuple[str, ...]) -> tuple[float, ...]: ...

    async def forget(self, key: str) -> None: ...


class Apart(Protocol):
    """An engine that is there for the guard alone."""

    async def start(self) -> None: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the guard holds good, and why not: for operators, with none of people's words."""

    ready: bool
    why: str = ""


def _to_nobody(_standing: Standing) -> None: ...


class Guard:
    def __init__(
        self,
        judge: Judge | None = None,
        form: Format | None = None,
        *,
        asked_from: Rating = Rating.MATURE,
        within_s: float = 2.0,
        apart: Apart | None = None,
        tell: Callable[[Standing], None] = _to_nobody,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Without arguments it is the guard of a host who has none: never ready."""
        self._judge = judge
        self._form: Format | None = form
        self._asked_from = asked_from
        self._within_s = within_s
        self._apart = apart
        self._apart_runs = False
        self._tell = tell
        self._pause = pause
        self._lost = asyncio.Event()
        self._numbers = count(1)
        self.standing = Standing(ready=False, why=self._what_is_missing() or NOT_TESTED)

    @property
    def ready(self) -> bool:
        """SAFETY L10: where this is False, the ceiling is ROMANCE."""
        return self.standing.ready

    @property
    def judge(self) -> Judge | None:
        """For other questions, too; None where no guard model is there that can be asked."""
        return self._judge if self._form else None

    def is_asked(self, rating: Rating) -> bool:
        return rating >= min(self._asked_from, Rating.MATURE)

    # --- What is asked for people -------------------------------------------------------------

    async def judged(self, facts: Facts, decision: Decision) -> Decision:
        """The decision with the guard's word on the message; care waits for no guard."""
        cared = any(verdict.care not in BESIDE for verdict in decision.care)
        if cared or decision.outcome >= Outcome.REFUSE:
            return decision
        before = " ".join(facts.recent)
        verdict = await self.judge_message(facts.text, decision.ceiling, before)
        if verdict is None:
            return decision
        return replace(decision, outcome=verdict.outcome, verdicts=(verdict, *decision.verdicts))

    async def judge_message(self, text: str, rating: Rating, before: str = "") -> Verdict | None:
        """Of what a person writes, before the engine is asked; None lets it pass."""
        if not self.is_asked(rating):
            return None
        if len(text) > LONGEST:
            return too_long()
        for window in windows(text):
            asked = f"{before[-CONTEXT:]} {window}"
            if verdict := await self._verdict(Exchange(asked), rating):
                return verdict
        return None

    async def judge_written(self, asked: str, written: str, rating: Rating) -> Verdict | None:
        """Of the end of what the engine has written so far, before it is shown."""
        if not self.is_asked(rating):
            return None
        exchange = Exchange(asked[-CONTEXT:], written[-WINDOW:])
        return await self._verdict(exchange, rating)

    # --- The self-test ------------------------------------------------------------------------

    async def test(self) -> Standing:
        """Asks every sample as people's words will be asked; each has to come out right."""
        missing = self._what_is_missing()
        self.standing = Standing(ready=False, why=missing or NOT_TESTED)
        self._lost.clear()
        if not missing:
            self._stand(await self._tested())
        return self.standing

    async def watch(self) -> None:
        """Runs until it is cancelled: a guard that was silent is tested again after a while."""
        while True:
            await self._lost.wait()
            await self._pause(AGAIN_S)
            await self.test()

    async def close(self) -> None:
        if self._apart is not None and self._apart_runs:
            await self._apart.close()

    async def _tested(self) -> Standing:
        if not await self._begin():
            return self._no_answer()
        for rating in (one for one in Rating if self.is_asked(one)):
            asked = tuple(trials(rating))
            first = await self._risks(asked[0].sample.exchange, rating, CRITERIA[rating], FIRST_S)
            if None in first.values():
                return self._no_answer()
            for sample in SAMPLES:
                of_sample = [trial for trial in asked if trial.sample is sample]
                criteria = tuple(trial.criterion for trial in of_sample)
                risks = await self._risks(sample.exchange, rating, criteria, self._within_s)
                if None in risks.values():
                    return self._no_answer()
                if wrong := _mistakes(of_sample, risks, rating):
                    # One is enough, and the machine has better things to do.
                    return Standing(ready=False, why="; ".join(wrong))
        return self._no_answer() if self._lost.is_set() else Standing(ready=True)

    async def _begin(self) -> bool:
        if self._apart is None or self._apart_runs:
            return True
        try:
            await self._apart.start()
        except EngineError:
            return False
        self._apart_runs = True
        return True

    def _no_answer(self) -> Standing:
        self._lost.set()
        return Standing(ready=False, why=NO_ANSWER)

    def _stand(self, standing: Standing) -> None:
        self.standing = standing
        self._tell(standing)

    def _what_is_missing(self) -> str:
        if self._judge is None:
            return NOT_CONFIGURED
        return NOT_KNOWN if self._form is None else ""

    # --- Below: one exchange ------------------------------------------------------------------

    async def _verdict(self, exchange: Exchange, rating: Rating) -> Verdict | None:
        if not self.ready:
            return silent()
        risks = await self._risks(exchange, rating, CRITERIA[rating], self._within_s)
        if self._lost.is_set() and self.ready:
            self._stand(Standing(ready=False, why=NO_ANSWER))
        return weigh(risks, rating, exchange.side)

    async def _risks(
        self, exchange: Exchange, rating: Rating, criteria: Iterable[Criterion], within_s: float
    ) -> dict[Criterion, float | None]:
        """None where no answer came; what came in time counts all the same."""
        risks: dict[Criterion, float | None] = dict.fromkeys(criteria)

        async def ask(criterion: Criterion) -> None:
            risks[criterion] = await self._risk(criterion, exchange, rating)

        try:
            async with asyncio.timeout(within_s), asyncio.TaskGroup() as group:
                for criterion in list(risks):
                    group.create_task(ask(criterion))
        except TimeoutError:
            self._lost.set()
        return risks

    async def _risk(self, criterion: Criterion, exchange: Exchange, rating: Rating) -> float | None:
        if self._judge is None or self._form is None:
            return None
        asked = question(self._form, criterion, exchange)
        # A key of its own: criteria are asked side by side, and nothing is kept from one to the
        # next but the instructions, which are everybody's.
        key = f"guard {next(self._numbers)}"
        try:
            shares = await self._judge.judge(as_prompt(asked, key), asked.choices)
        except PromptTooLong:
            # Nobody can close MATURE for all by writing what takes many tokens.
            return None
        except EngineError:
            self._lost.set()
            return None
        finally:
            with suppress(EngineError, TimeoutError):
                async with asyncio.timeout(FORGET_S):
                    await self._judge.forget(key)
        found = risk(criterion, rating, asked.meanings, shares)
        if found is None:
            self._lost.set()
        return found


def as_prompt(asked: Question | TopicQuestion, key: str) -> Prompt:
    """Written as it stands: what the file's own template would put around it stands in the pieces.
    Instructions before anybody's words are computed once for all.
    """
    parts: list[Part] = []
    shared = True
    for piece in asked.pieces:
        shared = shared and piece.kind is not Kind.WORDS
        speaker: Speaker = "user" if piece.kind is Kind.WORDS else "template"
        parts.append(Part(speaker, piece.text, shared=shared))
    return Prompt(key, tuple(parts), person=key)


def _mistakes(
    asked: Iterable[Trial], risks: dict[Criterion, float | None], rating: Rating
) -> list[str]:
    wrong = []
    for trial in asked:
        found = risks[trial.criterion]
        if found is not None and is_met(trial.criterion, rating, found) is not trial.met:
            how = "did not see" if trial.met else "saw in a harmless sentence"
            wrong.append(f"it {how}: {trial.criterion.value}")
    return wrong
