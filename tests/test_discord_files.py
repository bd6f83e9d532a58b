"""Files on Discord: the export as one, what people attach, and addresses that are no file any more."""

import asyncio
import json
from contextlib import aclosing
from pathlib import Path

import pytest

from bot import sentences
from bot.commands.declaration import Declares
from bot.commands.declared import Help
from bot.commands.parameters import Kind, Parameter
from bot.engine.scripted import ScriptedEngine
from bot.events import Message
from bot.files import Attached, Unread
from bot.platforms.discord.asker import files_of
from bot.platforms.discord.files import fetch, read_attached
from bot.platforms.discord.native import as_typed, draw_option
from bot.platforms.discord.opening import open_discord
from bot.text import Text
from tests.discord import DiscordServer, discord_server
from tests.discord.check_commands import check_one
from tests.discord.state import Channel, Shown
from tests.discord_help import said, said_in, serving, setup
from tests.fakes import Drawer

pytestmark = pytest.mark.live

RULES = ("rules.toml", b"kind = true")
IMPORT: Declares[Help] = Declares(
    "import",
    Text("takes a file"),
    lambda _: Help(),
    parameters=(
        Parameter("file", Kind.FILE, Text("the file")),
        Parameter("note", Kind.LINE, Text("a note"), is_required=False),
    ),
)


def file_in(shown: Shown, server: DiscordServer) -> tuple[str, bytes]:
    (one,) = shown.data["attachments"]
    return one["filename"], server.world.files[one["id"]]


async def attaches(server: DiscordServer, *files: tuple[str, bytes]) -> tuple[Attached, ...]:
    """What the bot hears of them."""
    anna = server.person("Anna")
    async with (
        open_discord(setup(server), Drawer()) as platform,
        aclosing(platform.events()) as events,
        asyncio.timeout(60),
    ):
        hears = asyncio.ensure_future(anext(events))
        await server.until(lambda: server.gateway.sessions, "the gateway")
        await anna.writes(anna.dm, "here", files=files)
        message = await hears
    assert isinstance(message, Message)
    return message.attached


async def test_an_export_is_one_file_whether_it_is_chosen_or_typed(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "d", ScriptedEngine(), has_buttons=True) as bot:
            await bot.let_in(anna)
            await anna.writes(anna.dm, "How is the sea?")
            await bot.shows(anna.dm, "You said: How is the sea?")
            before = len(said_in(anna.dm, server))
            await anna.answered(await anna.runs("/export", anna.dm))
            chosen = (await said(server, anna.dm, before + 1))[-1]
            await server.until(lambda: chosen.data.get("attachments"), "a file")
            await anna.writes(anna.dm, "/export")
            typed = (await said(server, anna.dm, before + 2))[-1]
            for shown in (chosen, typed):
                name, content = file_in(shown, server)
                assert (shown.content, name) == (sentences.EXPORTED, "parlour-export.json")
                turns = json.loads(content)["turns"]
                assert "How is the sea?" in [turn["revisions"][-1]["text"] for turn in turns]


async def told(server: DiscordServer, channel: Channel, part: str) -> None:
    def is_there() -> bool:
        return any(part in one.content for one in said_in(channel, server))

    await server.until(is_there, part)


async def test_a_history_comes_in_from_a_file_and_goes_out_as_a_page(tmp_path: Path) -> None:
    rows = (
        {"character_name": "Wren"},
        {"is_user": True, "send_date": 1_700_000_000, "mes": "How was the tide?"},
    )
    file = ("talk.jsonl", "\n".join(json.dumps(row) for row in rows).encode())
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "d", ScriptedEngine(), has_buttons=True) as bot:
            await bot.let_in(anna)
            await anna.answered(await anna.runs("/import", anna.dm, file=file))
            await told(server, anna.dm, "Messages in that file: 1")
            await anna.answered(await anna.runs("/import", anna.dm, wish="yes"))
            await told(server, anna.dm, "Taken: 1 of 1.")
            await anna.writes(anna.dm, "/import", file=file)
            await told(server, anna.dm, "With Wren: 1.")
            await anna.writes(anna.dm, "/import yes")
            await told(server, anna.dm, "There already: 1.")
            await anna.writes(anna.dm, "/export page")
            shown = await server.until(
                lambda: [one for one in said_in(anna.dm, server) if one.data.get("attachments")],
                "a page",
            )
            name, content = file_in(shown[-1], server)
            assert name == "parlour-export.html" and b"How was the tide?" in content


async def test_what_is_attached_comes_with_its_name_and_is_read_when_it_is_asked_for() -> None:
    async with discord_server() as server:
        one, two = await attaches(server, RULES, ("a.png", b"\x89PNG"))
        assert (one.name, one.size) == ("rules.toml", 11)
        assert (two.name, two.media_type) == ("a.png", "image/png")
        assert await one.read(11) == b"kind = true"
        assert await one.read(10) is Unread.TOO_LARGE


async def test_a_file_that_is_deleted_or_expired_is_told_as_gone() -> None:
    async with discord_server() as server:
        (one,) = await attaches(server, RULES)
        server.world.files.clear()
        assert await one.read(100) is Unread.GONE


async def test_nothing_is_fetched_from_elsewhere_than_discord() -> None:
    async with discord_server(), discord_server() as other:
        url = other.world.keep_file(*RULES)["url"].replace("127.0.0.1", "localhost")
        for elsewhere in (url, "file:///etc/hostname", "http://[", ""):
            assert await fetch(elsewhere, 100) is Unread.GONE


async def test_a_service_that_does_not_answer_is_told_as_broken() -> None:
    async with discord_server() as server:
        (one,) = await attaches(server, RULES)
        server.fail("GET /files/{}", 503)
        assert await one.read(100) is Unread.BROKEN
        assert await one.read(100) == b"kind = true"


def test_a_files_option_is_drawn_as_discord_takes_it_and_stands_in_no_text() -> None:
    options = [draw_option(IMPORT, parameter) for parameter in IMPORT.parameters]
    check_one({"name": "import", "description": "takes a file", "options": options})
    assert [one["type"] for one in options] == [11, 3]
    assert as_typed(IMPORT, {"file": "123", "note": "as agreed"}, "/") == "/import as agreed"


def test_what_was_attached_to_an_option_is_found_beside_it() -> None:
    resolved = {"attachments": {"7": {"filename": "a.txt", "size": 3}, "8": {"filename": "b"}}}
    options = [{"name": "file", "type": 11, "value": "7"}, {"name": "note", "value": "x"}]
    listed = files_of({"options": options, "resolved": resolved})
    assert [one.name for one in read_attached(listed, fetch)] == ["a.txt"]
    assert files_of({"options": options}) == []


def test_a_list_that_is_none_holds_no_files() -> None:
    none: list[object] = [None, {}, "x", [None, 3]]
    for listed in none:
        assert read_attached(listed, fetch) == ()
