"""Bad days of a community's rules, on the whole bot: rules that match everything, two who change them
in the same moment, clocks that jump. Each is decided somewhere; here it is seen to hold.

A wrong line in an import, a role that was lost and a log room that is gone: tests/test_moderation.py.
Ten thousand cases: tests/test_cases.py.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.events import Role
from bot.policy.community.reading import read_rules
from tests.conftest import Parlour, running
from tests.fakes import noticed, spoken
from tests.test_moderation import as_mod, attach
from tests.test_rules_in_talk import cases_of, set_rules

HOUR = 3_600.0
DAY = 24 * HOUR


@pytest.mark.parametrize(
    "lines",
    [
        'kind = "words"\nwords = ["*"]',
        'kind = "words"\nwords = ["e*"]',
        'kind = "patterns"\npatterns = ["[\\\\s\\\\S]"]',
        'kind = "patterns"\npatterns = ["quince", "(?:a|.)*?"]',
        'kind = "patterns"\npatterns = ["^"]',
        'kind = "patterns"\npatterns = ["\\\\w"]',
        'kind = "length"\nmost = 0',
        'kind = "flood"\nmessages = 1\nseconds = 60',
        'kind = "repetition"\ntimes = 1\nseconds = 60',
        'kind = "languages"\nspoken = []',
    ],
)
async def test_a_rule_that_matches_everything_is_not_taken_from_a_file_either(
    parlour: Parlour, lines: str
) -> None:
    said = await attach(parlour, f'[[rule]]\nname = "all"\n{lines}\n'.encode())
    assert "Nothing of it was taken" in said, said
    assert await parlour.house.moderation.rules.newest(parlour.paper.tea) is None


async def test_two_who_change_the_rules_in_the_same_moment_lose_nothing(parlour: Parlour) -> None:
    await as_mod(parlour, "/rules add words warn spoiler")
    for who in ("mo", "nell"):
        await as_mod(parlour, "/rules show", who)
    both = [
        parlour.paper.write(f"/rules edit words-1 words {word}", who, Role.MODERATOR)
        for who, word in (("mo", "quince"), ("nell", "medlar"))
    ]
    for message in both:
        await parlour.paper.rest(message.room.id)
    said = noticed(parlour.paper.shown)
    assert said.count("Version 2 holds") == said.count("changed since you looked") == 1
    assert "Version 3" not in said


CLOCKS = """
[[rule]]
name = "no spoilers"
kind = "words"
words = ["spoiler"]
does = "warn"
steps = [{hits = 2, does = "pause", pause_minutes = 10}]
window_hours = 24
"""


@pytest.mark.parametrize("jump", [2 * DAY, 400 * DAY])
async def test_a_clock_that_was_far_ahead_leaves_no_pause_and_no_hit_behind(
    parlour: Parlour, jump: float
) -> None:
    await parlour.let_in()
    await set_rules(parlour, CLOCKS)
    parlour.clock.now += jump
    for _ in range(2):
        await parlour.paper.say("a spoiler")
    assert "paused" in noticed(await parlour.paper.say("good evening"))
    parlour.clock.now -= jump
    assert spoken(await parlour.paper.say("good evening"))
    await parlour.paper.say("a spoiler")
    assert [case.action for case in await cases_of(parlour)] == ["warn", "pause", "warn"]


async def test_a_clock_that_is_set_back_a_little_shortens_no_window(parlour: Parlour) -> None:
    await parlour.let_in()
    await set_rules(parlour, CLOCKS)
    await parlour.paper.say("a spoiler")
    parlour.clock.now -= HOUR
    assert "10 min" in noticed(await parlour.paper.say("a spoiler"))
    parlour.clock.now -= 60
    assert "paused" in noticed(await parlour.paper.say("good evening"))


async def minute_by_minute(parlour: Parlour, texts: Sequence[str]) -> list[bool]:
    """Which of them were answered by the persona."""
    return [bool(spoken(await parlour.paper.say(text))) for text in texts]


@pytest.mark.parametrize("jump", [5 * HOUR, 30 * DAY])
async def test_a_clock_that_was_ahead_uses_up_nobodys_minute(tmp_path: Path, jump: float) -> None:
    quota = '[[quota]]\nwho = "person"\nmessages_a_minute = 2\n'
    assert read_rules(quota).quotas
    async with running(tmp_path / "data", ScriptedEngine()) as parlour:
        await parlour.let_in()
        await set_rules(parlour, quota)
        parlour.clock.now += jump
        assert await minute_by_minute(parlour, "abc") == [True, True, False]
        parlour.clock.now -= jump
        assert await minute_by_minute(parlour, "abc") == [True, True, False]


async def test_a_clock_that_was_ahead_leaves_nobody_talking(tmp_path: Path) -> None:
    quota = '[[quota]]\nwho = "community"\nsessions = 1\n'
    async with running(tmp_path / "data", ScriptedEngine()) as parlour:
        for person in ("ada", "ben"):
            await parlour.let_in(person)
        await set_rules(parlour, quota)
        parlour.clock.now += 5 * HOUR
        assert spoken(await parlour.paper.say("hello", "ada"))
        assert not spoken(await parlour.paper.say("hello", "ben"))
        parlour.clock.now -= 5 * HOUR
        assert spoken(await parlour.paper.say("hello", "ben"))
        assert not spoken(await parlour.paper.say("hello", "ada"))
