"""`parlour matrix verify`: what the operator compares with who verifies the bot, and their word on it.

The running bot holds the verifications; they are asked for and spoken for through its socket. Of who
verifies a device is shown, and nobody is named: it stands in that person's app.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from bot.config import ConfigError
from bot.operate.asking import Answer, NobodyAnswers, Question, ask

HOW = (
    "Compare them by telephone or face to face, never by messages. Then: "
    "`parlour matrix verify confirm {number}` where they are the same, `refuse {number}` where not."
)
OWN = (
    "It is another login of the bot's own account. Confirmed, it passes for the bot, and whoever holds "
    "it can read what people write from then on. Confirm only what you have begun yourself."
)


class Trust(Protocol):
    """What holds the verifications."""

    def comparing(self) -> Sequence[Any]: ...

    async def confirm(self, number: int) -> None: ...

    async def refuse(self, number: int) -> None: ...


def verifications_of(trust: Trust, clock: Callable[[], float] = time.time) -> Answer:
    """What the running bot answers."""

    def is_open(number: int) -> bool:
        return any(one.number == number for one in trust.comparing())

    async def answer(question: Question) -> Question:
        number = question.get("number", 0)
        match question.get("verify"):
            case "confirm" if is_open(number):
                await trust.confirm(number)
                return {"open": is_open(number)}
            case "refuse" if is_open(number):
                await trust.refuse(number)
                return {"open": False}
            case "list":
                return {"verifications": [_shown(one, clock()) for one in trust.comparing()]}
            case _:
                return {}

    return answer


def _shown(one: Any, now: float) -> Question:
    return {
        "number": one.number,
        "device": one.device,
        "own": one.is_own_account,
        "pictures": one.shown.pictures,
        "numbers": one.shown.numbers,
        "left_s": max(0.0, one.until - now),
    }


async def verify(folder: Path, word: str, number: int | None) -> str:
    """What is to be shown, or what was done. Raises ConfigError with a mend."""
    try:
        if word == "list":
            return list_of(await _open(folder))
        if number is None:
            raise ConfigError(f"verify {word}: which one? `parlour matrix verify` lists them")
        done = await ask(folder, {"verify": word, "number": number})
    except NobodyAnswers:
        raise ConfigError(
            f"{folder}: no bot that serves Matrix runs there, and without one nothing is verified"
        ) from None
    if "open" not in done:
        raise ConfigError(
            f"verify {word}: there is no verification {number}: it is over, or ten minutes have "
            "passed. `parlour matrix verify` lists those that are open"
        )
    if word == "refuse":
        return f"Verification {number} is ended: the other side is told that they differ."
    if done["open"]:
        return f"The bot has vouched for itself. Verification {number} waits for the other side."
    return f"Verification {number} is over: both sides have vouched."


async def look_at_verifications(folder: Path) -> list[str]:
    """For `parlour check`: nothing where no bot runs."""
    try:
        found = await _open(folder)
    except NobodyAnswers:
        return []
    return [f"{_line(one)} `parlour matrix verify` says what to do." for one in found]


def list_of(found: Sequence[Question]) -> str:
    if not found:
        return (
            "Nobody verifies the bot at this moment. Who wants to begins in their app; what is to be "
            "compared then stands here for ten minutes."
        )
    parts = []
    for one in found:
        about = f"{OWN}\n  " if one["own"] else ""
        parts.append(f"{_line(one)}\n  {about}{HOW.format(number=one['number'])}")
    return "\n\n".join(parts)


async def _open(folder: Path) -> Sequence[Question]:
    found: Sequence[Question] = (await ask(folder, {"verify": "list"})).get("verifications", ())
    return found


def _line(one: Question) -> str:
    pictures = ", ".join(f"{picture} {name}" for picture, name in one["pictures"])
    numbers = "-".join(map(str, one["numbers"]))
    whose = "of the bot's own account " if one["own"] else ""
    minutes = max(1, round(one["left_s"] / 60))
    return (
        f"Verification {one['number']}, with the device {one['device']} {whose}shows: {pictures} "
        f"({numbers}); {minutes} min left."
    )
