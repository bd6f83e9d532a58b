"""A week of a community on a clock of its own (`weeks.py`): on paper, where what has to come of each
line is said; at terminals and on Discord's loopback server, where the same has to come of it.
tests/matrix/test_week.py plays it on a homeserver.
"""

from pathlib import Path

import pytest

from bot.store.case_rows import CaseState
from tests import discord_help
from tests.conftest import running
from tests.discord import discord_server
from tests.evenings import tides
from tests.weeks import (
    MODERATORS,
    PEOPLE,
    WEEK,
    Left,
    OnDiscord,
    OnPaper,
    Told,
    at_terminals,
    left_behind,
    lose_a_case,
    play,
)


async def on_paper(folder: Path) -> tuple[Told, Left]:
    async with running(folder, tides()) as parlour:
        sides = {who: OnPaper(parlour, who) for who in (*PEOPLE, *MODERATORS)}
        told = await play(sides)
        assert sides["mo"].pictures() == 1
        return told, await left_behind(sides["mo"])


def to(line: str, told: Told, *, nth: int = 0) -> str:
    """What its writer was told."""
    lines = [step for step in WEEK if not isinstance(step, float)]
    places = [at for at, (_, text) in enumerate(lines) if line in text]
    at = places[nth]
    return "\n".join(text for _, text in told[at][lines[at][0]])


async def test_a_week_brings_what_its_rules_say(tmp_path: Path) -> None:
    told, left = await on_paper(tmp_path / "data")
    assert "matches everything" in to("patterns refuse .*", told)
    assert "words-1: `warn`" in to("rules test", told)
    assert "words-1" in to("the quince did it", told)
    assert "30 min" in to("the ending is a wedding", told)
    assert "paused" in to("good evening", told)
    assert "another book" in to("case 2", told)
    assert to("good evening", told, nth=1).startswith("This is tide")
    assert "changed since you looked" in to("remove words-1", told)
    assert "This is tide" in to("the finale", told), "a dry run acts on nothing"
    assert "closed" in to("good evening", told, nth=2)
    assert "paused" not in to("I want to die", told)
    assert "closed" in to("good evening", told, nth=3)
    assert "words-1: 6 and 1" in to("rules stats", told)
    assert "50 of 100" in to("rules stats", told)
    oldest_first = left.cases[::-1]
    actions = [action for _, _, _, action, *_ in oldest_first]
    assert actions == ["warn", "pause", "warn", "pause", "revoke", "pause"]
    assert [case[0] for case in oldest_first if case[4] is CaseState.LIFTED] == [2]
    assert left.faults == ()


async def test_it_is_the_same_at_terminals(tmp_path: Path) -> None:
    told, left = await on_paper(tmp_path / "paper")
    async with at_terminals(tmp_path / "console") as sides:
        assert await play(sides, told, only=True)
        assert await left_behind(sides["mo"]) == left
        assert sides["mo"].pictures() == 1
        found = await lose_a_case(sides["mo"].house, sides["mo"].community)
        assert found[0] == sides["mo"].community


@pytest.mark.live
async def test_it_is_the_same_on_discord(tmp_path: Path) -> None:
    told, left = await on_paper(tmp_path / "paper")
    async with discord_server() as server:
        guild = server.guild("Harbour")
        mods = server.role(guild, "moderators", "manage_guild", "moderate_members")
        talk = server.channel(guild, "talk")
        async with discord_help.serving(server, tmp_path / "discord", tides()) as bot:
            people = {who: server.person(who.title()) for who in (*PEOPLE, *MODERATORS)}
            for who, person in people.items():
                server.joins(guild, person, *([mods] if who in MODERATORS else []))
            ids = {f"discord:{one.id}": who.upper() for who, one in people.items()}
            sides = {
                who: OnDiscord(bot, who, one, talk if who in MODERATORS else one.dm, ids)
                for who, one in people.items()
            }
            assert await play(sides, told)
            assert await left_behind(sides["mo"]) == left
            assert sides["mo"].pictures() == 1
            assert (await lose_a_case(bot.house, sides["mo"].community))[0] == sides["mo"].community
