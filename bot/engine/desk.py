"""Where requests reach the worker: they become jobs for the scheduler, or an answer at once.

Words become tokens here. What cannot be done is refused here, under its request's id.
"""

from bot.engine.base import PromptTooLong
from bot.engine.scheduler import Job, Scheduler, Tell
from bot.engine.template import TemplateError
from bot.engine.tokens import PromptTokens
from bot.engine.wire import Frame, parts_from_json, sampling_from_json


class RefusedError(Exception):
    """The request cannot be done; in words for operators, with none of people's."""


class Desk:
    def __init__(
        self, tokens: PromptTokens, scheduler: Scheduler, *, context: int, tell: Tell
    ) -> None:
        self._tokens = tokens
        self._scheduler = scheduler
        self._context = context
        self._tell = tell

    def take(self, frame: Frame) -> None:
        answer: Frame | None
        try:
            answer = self._do(frame)
        except PromptTooLong as exc:
            answer = {"error": "too long", "tokens": exc.tokens, "room": exc.room}
        except (TemplateError, RefusedError) as exc:
            answer = {"error": str(exc)}
        # One request's fault must not end the others'. Its text could hold words: only its kind
        # is told.
        except Exception as exc:  # noqa: BLE001 - see above
            answer = {"error": f"the request failed ({type(exc).__name__})"}
        if answer is not None:
            self._tell({"id": frame["id"], **answer})

    def _do(self, frame: Frame) -> Frame | None:
        match frame["do"]:
            case "generate":
                sampling = sampling_from_json(frame["sampling"])
                ids = self._prompt(frame, sampling.max_tokens)
                self._scheduler.add(Job(frame["id"], frame["key"], ids, sampling=sampling))
            case "judge":
                choices = self._choices(frame["choices"])
                ids = self._prompt(frame, 0)
                self._scheduler.add(Job(frame["id"], frame["key"], ids, choices=choices))
            case "warm":
                self._scheduler.add(Job(frame["id"], frame["key"], self._prompt(frame, 0)))
            case "cancel":
                self._scheduler.cancel(frame["id"])
            case "forget":
                self._scheduler.forget(frame["key"])
                return {}
            case "count":
                return {"tokens": len(self._tokens.plain(frame["text"]))}
            case other:
                raise RefusedError(f"the worker does not know how to '{other}'")
        return None

    def _prompt(self, frame: Frame, reply_tokens: int) -> list[int]:
        ids = self._tokens.prompt(frame["key"], parts_from_json(frame))
        room = self._context - reply_tokens
        if len(ids) > room:
            raise PromptTooLong(len(ids), room)
        return ids

    def _choices(self, choices: list[str]) -> list[int]:
        firsts = [self._tokens.plain(choice)[:1] for choice in choices]
        tokens = [first[0] for first in firsts if first]
        if not tokens or len(set(tokens)) < len(choices):
            raise RefusedError("choices must each begin with a token of their own")
        return tokens
