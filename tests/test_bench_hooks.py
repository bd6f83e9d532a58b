"""The benches take their times inside the bot's own parts: what they hang up there takes what those parts
are called with, so that a change of one cannot break them unseen. Discord's is run once as it is;
Matrix's around a real homeserver in tests/matrix/test_bench_inside.py.
"""

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import pytest

from bench import discord, matrix_inside
from bot.platforms.discord.listening import Listening as OnDiscord
from bot.platforms.discord.rest import Rest
from bot.platforms.matrix.life import Life
from bot.platforms.matrix.line import Line
from bot.platforms.matrix.listening import Listening as OnMatrix

HOOKS = [
    (partial(discord.hooked, []), OnDiscord, "hear"),
    (partial(discord.hooked, []), Rest, "post"),
    (matrix_inside.hooked, OnMatrix, "hear"),
    (matrix_inside.hooked, Line, "ask"),
    (matrix_inside.hooked, Life, "_sync"),
]


@pytest.mark.parametrize(
    ("hooked", "part", "name"), HOOKS, ids=[f"{part.__module__}.{name}" for _, part, name in HOOKS]
)
def test_a_hook_takes_what_the_part_is_called_with(
    hooked: Callable[[], AbstractContextManager[None]], part: type, name: str
) -> None:
    own: Any = getattr(part, name)
    with hooked():
        hook: Any = getattr(part, name)
        assert hook is not own
        assert inspect.iscoroutinefunction(hook) == inspect.iscoroutinefunction(own)
        takes, wanted = (list(inspect.signature(one).parameters.values()) for one in (hook, own))
        takes_any = {one.kind for one in takes} >= {
            inspect.Parameter.VAR_POSITIONAL,
            inspect.Parameter.VAR_KEYWORD,
        }
        shapes = [[(one.name, one.kind, one.default) for one in those] for those in (takes, wanted)]
        assert takes_any or shapes[0] == shapes[1]
    assert getattr(part, name) is own


@pytest.mark.live
async def test_on_discord_each_message_has_its_time_from_the_event_to_the_first_words() -> None:
    times = await discord.path(people=2, rate=10.0, messages=2, seed=1)
    assert len(times) == 2 and all(ms > 0.0 for ms in times)
