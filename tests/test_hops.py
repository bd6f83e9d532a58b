"""How often an ordinary message goes to the thread of a vault or of the house: each time costs it a
part of a millisecond, and the house's thread is everybody's. One more is to be meant."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.engine.base import Prompt
from bot.engine.scripted import ScriptedEngine
from bot.store.database import Database
from tests.conftest import Parlour, running
from tests.test_rules_in_talk import set_rules
from tests.test_warming import settle

RULES = """
zone = "Europe/Berlin"

[[rule]]
name = "quinces"
kind = "words"
words = ["quince"]
does = "refuse"

[[quota]]
who = "person"
messages_a_day = 1000
"""

# It is committed, looked at, and, in the house, how its author stands; then what is counted of the
# talk is written, the reply opened, and the talk read for the prompt.
BEFORE_THE_ENGINE = ["vault", "vault", "house", "vault", "vault", "vault"]
# The same look, and the talk for the prompt that comes next.
AHEAD = ["vault", "house", "vault"]


@pytest.fixture
def hops(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose thread was gone to, in order."""
    gone: list[str] = []
    read = Database.read

    async def counted(self: Database, work: Callable[..., Any], *args: Any, **more: Any) -> Any:
        gone.append("house" if self.file.name == "house.db" else "vault")
        return await read(self, work, *args, **more)

    monkeypatch.setattr(Database, "read", counted)
    return gone


async def hops_of_one_message(parlour: Parlour, hops: list[str]) -> list[str]:
    """Of one in the middle of a talk, up to the engine."""
    for text in ("How is the sea?", "And the tide?"):
        await parlour.paper.say(text)
        await settle(parlour)
    hops.clear()
    await parlour.paper.say("And the lamp?")
    await settle(parlour)
    return hops[: hops.index("engine")]


@pytest.mark.parametrize("rules", ["", RULES], ids=["without rules", "with rules"])
async def test_an_ordinary_message_goes_to_the_store_so_often_and_no_more(
    tmp_path: Path, hops: list[str], rules: str
) -> None:
    def answer(_prompt: Prompt) -> str:
        hops.append("engine")
        return "The lamp is lit."

    async with running(tmp_path / "data", ScriptedEngine(answer)) as parlour:
        await parlour.let_in()
        if rules:
            await set_rules(parlour, rules)
        assert await hops_of_one_message(parlour, hops) == BEFORE_THE_ENGINE


async def test_looking_ahead_goes_there_three_times(parlour: Parlour, hops: list[str]) -> None:
    await parlour.let_in()
    await parlour.paper.say("How is the sea?")
    await settle(parlour)
    hops.clear()
    parlour.paper.type()
    await parlour.paper.read()
    await settle(parlour)
    assert hops == AHEAD
