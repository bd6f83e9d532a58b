"""What models say of a message before anybody answers it: a community's topics, then the guard.

Topics are asked of only where lists and classifier were not sure, all of them in one question.
An answer holds for its session. It knows the engine's `judge` and policy's question, and nothing
of what follows from the answer; no answer, or a late one, leaves the topic unknown, which refuses
and counts against nobody (INVARIANT I3).
"""

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import blake2s
from itertools import count

from bot.engine.base import EngineError
from bot.events import PersonId
from bot.guarding import FORGET_S, Guard, Judge, as_prompt
from bot.policy.community.question import TopicQuestion, ask_topics, read_answer, trials
from bot.policy.community.rule import Sureness
from bot.policy.decide import decide
from bot.policy.facts import BESIDE, Decision, Facts, Outcome, Verdict
from bot.scene import Scene

log = logging.getLogger(__name__)

WITHIN_S = 4.0
FIRST_S = 30.0
"""For a version's first question: its instructions are computed once."""
PEOPLE = 10_000
ANSWERS = 50
"""Kept of one session."""
VERSIONS = 2_000

Answer = Mapping[str, bool]


@dataclass(slots=True)
class _Session:
    id: object
    answers: OrderedDict[bytes, Answer] = field(default_factory=OrderedDict)


class Judging:
    def __init__(
        self, guard: Guard, engine: Judge, *, within_s: float = WITHIN_S, first_s: float = FIRST_S
    ) -> None:
        """The guard model judges where there is one, and the one that talks where not."""
        self._guard = guard
        self._judge = guard.judge or engine
        self._within_s, self._first_s = within_s, first_s
        self._sessions: OrderedDict[PersonId, _Session] = OrderedDict()
        self._computed: OrderedDict[str, None] = OrderedDict()
        self._numbers = count(1)
        self._is_fit: bool | None = None
        """Whether the model can tell topics apart at all; None: it was not tried yet."""
        # Of this process, so that what is kept says nothing of words to anybody else.
        self._key = secrets.token_bytes(16)

    @property
    def guard_ready(self) -> bool:
        return self._guard.ready

    async def judged(
        self, facts: Facts, decision: Decision, scene: Scene
    ) -> tuple[Facts, Decision]:
        """With the models' word on the message; care and the door wait for none."""
        if _depends_on_topics(decision) and (asked := ask_topics(facts)):
            facts = replace(facts, judged=await self._answer(asked, scene))
            decision = decide(facts)
        if scene.vault is not None:
            decision = await self._guard.judged(facts, decision)
        return facts, decision

    async def _answer(self, asked: TopicQuestion, scene: Scene) -> Answer | None:
        known = self._of_session(scene)
        key = blake2s(asked.key.encode(), key=self._key).digest()
        if key not in known:
            found = (
                await self._ask(asked, scene.community.id) if await self._is_believed() else None
            )
            if found is None:
                return None
            known[key] = found
            if len(known) > ANSWERS:
                known.popitem(last=False)
        return known[key]

    async def _is_believed(self) -> bool:
        """Tried once, with the first message that needs it; who did not answer is tried again."""
        if self._is_fit is None:
            for asked, topic in trials():
                found = await self._ask(asked)
                if found is None:
                    return False
                if {one for one, is_there in found.items() if is_there} != ({topic} - {""}):
                    self._is_fit = False
                    log.warning("topics: the model cannot tell them apart, so it is not believed")
                    return False
            self._is_fit = True
        return self._is_fit

    def _of_session(self, scene: Scene) -> OrderedDict[bytes, Answer]:
        """A new session begins with nothing."""
        id_ = (scene.community.id, scene.session.id if scene.session else None)
        kept = self._sessions.get(scene.person)
        if kept is None or kept.id != id_:
            kept = self._sessions[scene.person] = _Session(id_)
        self._sessions.move_to_end(scene.person)
        while len(self._sessions) > PEOPLE:
            self._sessions.popitem(last=False)
        return kept.answers

    async def _ask(self, asked: TopicQuestion, community: str = "") -> Answer | None:
        # A key of its own: nothing is kept from one message to the next but the instructions,
        # which are everybody's.
        key = f"topics {next(self._numbers)}"
        told = asked.pieces[0].text
        within_s = self._within_s if told in self._computed else self._first_s
        try:
            async with asyncio.timeout(within_s):
                prompt = replace(as_prompt(asked, key), community=community)
                shares = await self._judge.judge(prompt, asked.choices)
        except (EngineError, TimeoutError):
            return None
        finally:
            with suppress(EngineError, TimeoutError):
                async with asyncio.timeout(FORGET_S):
                    await self._judge.forget(key)
        self._computed[told] = None
        if len(self._computed) > VERSIONS:
            self._computed.popitem(last=False)
        return read_answer(asked, shares)


def _depends_on_topics(decision: Decision) -> bool:
    """Whether an answer could change what happens: not where care answers, nor where something
    refuses that is no rule about words."""
    if any(verdict.care not in BESIDE and verdict.care for verdict in decision.care):
        return False
    rulings = [verdict.ruling for verdict in decision.verdicts]
    is_unsure = any(one is not None and one.sureness is Sureness.UNKNOWN for one in rulings)
    return is_unsure and not any(_stands_in_the_way(verdict) for verdict in decision.verdicts)


def _stands_in_the_way(verdict: Verdict) -> bool:
    if verdict.outcome < Outcome.REFUSE:
        return False
    ruling = verdict.ruling
    return ruling is None or not (ruling.counts or ruling.sureness is Sureness.UNKNOWN)
