"""Both halves of Discord together: what is typed, pressed, chosen and streamed, in one talk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.languages.catalogue import say
from bot.platforms.discord.buttons import AT_REST, LABELS
from tests.discord import DiscordServer, discord_server
from tests.discord.people import Person
from tests.discord.state import Shown
from tests.discord_help import Served, home, labels, serving

pytestmark = pytest.mark.live

EDIT = "PATCH /channels/{}/messages/{}"
STOP = str(LABELS["stop"])
ROW = [str(LABELS[command]) for command in AT_REST]


@asynccontextmanager
async def bot_with_buttons(
    server: DiscordServer, folder: Path, engine: ScriptedEngine
) -> AsyncIterator[Served]:
    async with serving(server, folder, engine, has_buttons=True) as bot:
        await server.until(lambda: server.world.commands, "the commands")
        yield bot


def with_buttons(person: Person) -> list[Shown]:
    return [one for one in person.dm.shown if labels(one)]


async def row_under(server: DiscordServer, person: Person, content: str, row: list[str]) -> Shown:
    """Once it is the one message with buttons, and these are all of them."""

    def there() -> Shown | None:
        shown = with_buttons(person)
        found = [one for one in shown if content in one.content and labels(one) == row]
        return found[0] if len(shown) == 1 and found else None

    shown: Shown = await server.until(there, f"{row} under {content!r}")
    return shown


async def screen_of_the_door(server: DiscordServer, person: Person, page: int) -> Shown:
    def there() -> list[Shown]:
        return [one for one in with_buttons(person) if one.content.startswith(f"{page} ")]

    await server.until(there, f"screen {page}")
    (screen,) = there()
    return screen


async def come_in(server: DiscordServer, person: Person, language: str = "en") -> None:
    """From `/begin` by buttons alone, until the persona has greeted; as a guest of the community."""
    server.joins(home(server), person)
    await person.runs("/begin", person.dm)
    words = {"en": ("next", "next", "yes", "done"), "de": ("weiter", "weiter", "ja", "fertig")}
    for page, word in enumerate(words[language], start=1):
        screen = await screen_of_the_door(server, person, page)
        await person.answered(await person.presses(person.dm, screen, word))
    row = [say(LABELS[command], language) for command in AT_REST]
    await server.until(lambda: [m for m in with_buttons(person) if labels(m) == row], "a greeting")


async def test_a_talk_from_begin_to_goodbye_by_commands_and_buttons(tmp_path: Path) -> None:
    tides = iter(range(1, 100))
    engine = ScriptedEngine(lambda _: f"This is tide {next(tides)}.")
    async with discord_server() as server, bot_with_buttons(server, tmp_path / "d", engine):
        anna = server.person("Anna", locale="de")
        await come_in(server, anna, "de")
        row = [say(LABELS[command], "de") for command in AT_REST]
        await anna.writes(anna.dm, "And the tide?")
        shown = await row_under(server, anna, "tide 1.", row)
        await anna.presses(anna.dm, shown, row[1])
        shown = await row_under(server, anna, "tide 2.", row)
        await anna.presses(anna.dm, shown, row[0])
        await row_under(server, anna, "tide 1.", row)
        asked = await anna.runs("/goodbye", anna.dm)
        await server.until(lambda: asked.original and asked.original.content, "a farewell")
        assert asked.original is not None and asked.original.deleted is False


async def test_stop_by_a_button_in_the_middle_of_a_streamed_reply(tmp_path: Path) -> None:
    held = asyncio.Event()

    async def wait_in_the_middle(count: int) -> None:
        if count == 3:
            await held.wait()

    engine = ScriptedEngine(lambda _: "The tide comes in slowly.", before_piece=wait_in_the_middle)
    async with discord_server() as server, bot_with_buttons(server, tmp_path / "d", engine):
        anna = server.person("Anna")
        await come_in(server, anna)
        await anna.writes(anna.dm, "Tell me of the tide.")
        shown = await row_under(server, anna, "The tide", [STOP])
        await anna.answered(await anna.presses(anna.dm, shown, STOP))
        assert await row_under(server, anna, "The tide", ROW) is shown
        assert "slowly" not in shown.content and not held.is_set()
        held.set()


async def test_the_row_stands_under_the_last_of_three_pages(tmp_path: Path) -> None:
    text = " ".join(f"the-lantern-by-the-harbour-{n:_>30}" for n in range(90))
    engine = ScriptedEngine(lambda _: text)
    async with discord_server() as server, bot_with_buttons(server, tmp_path / "d", engine):
        anna = server.person("Anna")
        await come_in(server, anna)
        await anna.writes(anna.dm, "And the harbour?")
        last = await row_under(server, anna, f"{89:_>30}", ROW)
        said = [one for one in anna.dm.shown if "the-lantern" in one.content]
        assert len(said) == 3 and said[-1] is last
        assert " ".join(one.content for one in said) == text


async def test_a_moderators_command_is_answered_to_them_alone(tmp_path: Path) -> None:
    engine = ScriptedEngine()
    async with discord_server() as server:
        anna, ben = server.person("Anna"), server.person("Ben")
        guild = server.guild("Harbour", owner=ben)
        place = server.channel(guild, "talk")
        server.joins(guild, anna)
        async with bot_with_buttons(server, tmp_path / "d", engine):
            asked = await ben.runs("/ceiling", place, rating="general")
            await server.until(lambda: asked.original and asked.original.content, "an answer")
            assert [one.only_for for one in ben.sees(place)] == [ben.id]
            assert anna.sees(place) == []


async def test_after_a_restart_the_row_works_and_typed_words_are_heard(tmp_path: Path) -> None:
    tides = iter(range(1, 100))
    engine = ScriptedEngine(lambda _: f"This is tide {next(tides)}.")
    async with discord_server() as server:
        anna = server.person("Anna")
        async with bot_with_buttons(server, tmp_path / "d", engine):
            await come_in(server, anna)
            await anna.writes(anna.dm, "And the tide?")
            before = await row_under(server, anna, "tide 1.", ROW)
        async with bot_with_buttons(server, tmp_path / "d", engine):
            await anna.presses(anna.dm, before, ROW[1])
            await server.until(lambda: [m for m in anna.dm.shown if "tide 2." in m.content])
            await anna.writes(anna.dm, "And now?")
            await server.until(
                lambda: [
                    m for m in with_buttons(anna) if "tide 3." in m.content and labels(m) == ROW
                ]
            )
