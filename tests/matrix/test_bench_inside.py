"""The bench of Matrix takes its times inside the bot's own parts: its hooks are hung up here around a
bot on a real homeserver, so that a change of those parts cannot break them unseen."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.matrix_inside import TEXT, hooked
from tests.fakes import in_turn
from tests.matrix.people import People
from tests.matrix.serving import serving
from tests.matrix.test_reactions import persona_says

pytestmark = pytest.mark.live


async def test_it_tells_when_the_bot_is_ready_and_what_an_answer_took(
    people: People, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ada = await people.person("ada")
    with hooked():
        async with serving(people, tmp_path / "data", in_turn()) as bot:
            room = await bot.let_in(ada)
            await ada.write(room, f"{TEXT} 1, about the tide.")
            await persona_says(bot, ada, room, "This is tide 1.")
    told: list[dict[str, Any]] = [
        json.loads(line) for line in capfd.readouterr().out.splitlines() if line.startswith("{")
    ]
    assert [one for one in told if "ready" in one]
    said = [one for one in told if one.get("said") == room]
    (timed,) = [one for one in said if one["ms"] is not None]
    assert timed["ms"] > 0.0 and len(said) > 1, "what answers no message of the bench has no time"
