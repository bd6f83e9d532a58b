"""Where requests reach the worker: they become jobs for a scheduler, or an answer at once.

Words become tokens here. What cannot be done is refused here, under its request's id.
"""

from collections.abc import Callable
from typing import Protocol

from bot.engine.base import PromptTooLong, Sampling
from bot.engine.shares import Share
from bot.engine.spelling import Spelling
from bot.engine.template import TemplateError
from bot.engine.wire import Frame, parts_from_json, sampling_from_json
from bot.engine.worker.grammar import SamplingError
from bot.engine.worker.jobs import Drawing, Job, Writing
from bot.engine.worker.prefix import Tokens, tokens
from bot.engine.worker.scheduler import Scheduler, Tell
from bot.engine.worker.tokens import PromptTokens

Draws = Callable[[Sampling, Tokens], Drawing]


class RefusedError(Exception):
    """The request cannot be done; in words for operators, with none of people's."""


class Station(Protocol):
    """Where one model's requests go."""

    def do(self, frame: Frame) -> Frame | None:
        """The answer, or None where it comes later."""

    def drop(self, frame: Frame) -> None:
        """Cancels a request, or forgets a key; whether it is known here or not."""


def take(frame: Frame, station: Station, tell: Tell) -> None:
    answer: Frame | None
    try:
        answer = station.do(frame)
    except PromptTooLong as exc:
        answer = {"error": "too long", "tokens": exc.tokens, "room": exc.room}
    except (TemplateError, SamplingError, RefusedError) as exc:
        answer = {"error": str(exc)}
    # One request's fault must not end the others'. Its text could hold words: only its kind
    # is told.
    except Exception as exc:  # noqa: BLE001 - see above
        answer = {"error": f"the request failed ({type(exc).__name__})"}
    if answer is not None:
        tell({"id": frame["id"], **answer})


class TalkDesk:
    """For models that talk and judge."""

    def __init__(
        self, tokens: PromptTokens, scheduler: Scheduler, draws: Draws, *, context: int
    ) -> None:
        self._tokens = tokens
        self._scheduler = scheduler
        self._draws = draws
        self._context = context

    def do(self, frame: Frame) -> Frame | None:
        match frame["do"]:
            case "generate":
                self._generate(frame)
            case "judge":
                choices = self._choices(frame["choices"])
                job = self._job(frame, self._tokens.prompt(frame["key"], parts_from_json(frame)), 0)
                job.choices = choices
                self._scheduler.add(job)
            case "warm":
                opening = self._tokens.opening(frame["key"], parts_from_json(frame))
                job = self._job(frame, opening, 0)
                if job.card == len(job.ids):
                    # Many cards may be asked for at once, under no key or the same one.
                    job.key = f"card {job.id}"
                self._scheduler.add(job)
            case "place":
                return {"place": self._scheduler.place(frame["key"])}
            case "count":
                return {"tokens": len(self._tokens.plain(frame["text"]))}
            case other:
                raise RefusedError(f"this model does not know how to '{other}'")
        return None

    def drop(self, frame: Frame) -> None:
        if frame["do"] == "cancel":
            self._scheduler.cancel(frame["id"])
        else:
            self._scheduler.forget(frame["key"])

    def _generate(self, frame: Frame) -> None:
        sampling = sampling_from_json(frame["sampling"])
        prompt = self._tokens.prompt(frame["key"], parts_from_json(frame))
        job = self._job(frame, prompt, sampling.max_tokens)
        # Made before it waits: a grammar that cannot be read is refused now.
        drawing = self._draws(sampling, job.ids)
        job.writing = Writing(drawing, Spelling(sampling.stop), sampling.max_tokens)
        self._scheduler.add(job)

    def _job(self, frame: Frame, prompt: tuple[list[int], int], reply_tokens: int) -> Job:
        ids, card = prompt
        room = self._context - reply_tokens
        if len(ids) > room:
            raise PromptTooLong(len(ids), room)
        return Job(
            frame["id"],
            frame["key"],
            frame["person"],
            tokens(ids),
            card,
            frame["adapter"],
            background=frame["background"],
            share=Share(frame["community"], frame["weight"]),
        )

    def _choices(self, choices: list[str]) -> list[int]:
        firsts = [self._tokens.plain(choice)[:1] for choice in choices]
        chosen = [first[0] for first in firsts if first]
        if not chosen or len(set(chosen)) < len(choices):
            raise RefusedError("choices must each begin with a token of their own")
        return chosen
