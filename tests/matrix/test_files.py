"""Files on Matrix: the export as one, what people attach, and what is no file that can be read."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import sentences
from bot.engine.scripted import ScriptedEngine
from bot.events import Message, Say
from bot.files import Attached, File, Unread
from bot.platforms.matrix import Matrix
from bot.platforms.matrix.names import channel_of, direct_room
from bot.platforms.matrix.opening import open_matrix
from tests.fakes import Drawer
from tests.matrix.files import fetch_file, send_file
from tests.matrix.people import People
from tests.matrix.person import Person
from tests.matrix.proxy import Proxy
from tests.matrix.serving import serving, setup
from tests.matrix.shown import Shown

pytestmark = pytest.mark.live


UPLOAD = "POST /upload"
RULES = b"kind = true"


async def test_an_export_is_one_encrypted_file_with_its_words(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "d", ScriptedEngine(), through=proxy.url) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "How is the sea?")
        await bot.says(ada, room, "You said: How is the sea?")
        await ada.write(room, "!export")
        shown = await bot.says(ada, room, sentences.EXPORTED)
        assert (shown.kind, shown.content["filename"]) == ("m.file", "parlour-export.json")
        assert shown.content["m.mentions"] == {}
        content = await fetch_file(ada, shown)
        info = shown.content["info"]
        assert info == {"mimetype": "application/json", "size": len(content)}
        turns = json.loads(content)["turns"]
        assert "How is the sea?" in [turn["revisions"][-1]["text"] for turn in turns]
        # The homeserver got ciphertext, and neither a name nor a kind.
        (upload,) = proxy.of(UPLOAD)
        assert upload.query == ""
        assert len(upload.body) == len(content)
        assert b"sea" not in upload.body


async def test_a_history_comes_in_from_a_file_and_goes_out_as_a_page(
    people: People, tmp_path: Path
) -> None:
    rows = (
        {"character_name": "Wren"},
        {"is_user": True, "send_date": 1_700_000_000, "mes": "How was the tide?"},
    )
    data = "\n".join(json.dumps(row) for row in rows).encode()
    ada = await people.person("ada")
    async with serving(people, tmp_path / "d", ScriptedEngine()) as bot:
        room = await bot.let_in(ada)
        await send_file(ada, room, data, "talk.jsonl", caption="!import")
        await bot.says(ada, room, "With Wren: 1.")
        await ada.write(room, "!import yes")
        await bot.says(ada, room, "Taken: 1 of 1.")
        await ada.write(room, "!export page")
        shown = await bot.says(ada, room, sentences.EXPORTED)
        assert shown.content["filename"] == "parlour-export.html"
        assert b"How was the tide?" in await fetch_file(ada, shown)


@asynccontextmanager
async def listening(
    people: People, folder: Path, through: str = ""
) -> AsyncIterator[tuple[Matrix, Person, str, Any]]:
    """A platform alone, a person in a direct room with it, and what it hears."""
    account, ada = await people.account("parlour"), await people.person("ada")
    chosen = setup(people, account, folder, through)
    async with (
        open_matrix(chosen, Drawer()) as platform,
        aclosing(platform.events()) as events,
    ):
        hears = asyncio.ensure_future(anext(events))
        room = await ada.make_room(direct=True)
        await ada.invite_direct(room, account.id)

        def known() -> bool:
            users = ada.client.rooms[room].users
            devices = dict(ada.client.device_store.items()).get(account.id)
            is_there = account.id in users and not users[account.id].invited
            return bool(is_there and devices and not ada.client.should_query_keys)

        await ada.until(known, "the bot")
        heard: list[Message] = []

        async def next_message() -> Message:
            nonlocal hears
            while True:
                async with asyncio.timeout(30):
                    event = await hears
                hears = asyncio.ensure_future(anext(events))
                if isinstance(event, Message):
                    heard.append(event)
                    return event

        try:
            yield platform, ada, room, next_message
        finally:
            hears.cancel()
            await asyncio.wait([hears])


def only(message: Message) -> Attached:
    (one,) = message.attached
    return one


async def test_what_is_attached_comes_with_its_caption_and_is_read_when_it_is_asked_for(
    people: People, tmp_path: Path
) -> None:
    async with listening(people, tmp_path) as (_, ada, room, hears):
        await send_file(ada, room, RULES, "../../rules.toml", mime="text/plain")
        first = await hears()
        one = only(first)
        assert (first.text, one.size, one.media_type) == ("", len(RULES), "text/plain")
        # Cleaned where every message is, before anybody reads it.
        assert one.name == "../../rules.toml"
        assert await one.read(len(RULES)) == RULES
        assert await one.read(len(RULES) - 1) is Unread.TOO_LARGE
        await send_file(ada, room, RULES, "rules.toml", caption="!import these")
        second = await hears()
        assert (second.text, only(second).name) == ("!import these", "rules.toml")


async def test_a_file_that_is_answered_with_a_command_comes_with_it(
    people: People, tmp_path: Path
) -> None:
    async with listening(people, tmp_path) as (_, ada, room, hears):
        file = await send_file(ada, room, RULES, "rules.toml")
        await hears()
        await ada.answer(room, file, "!import")
        assert await only(await hears()).read(100) == RULES
        await ada.write(room, "!import")
        assert (await hears()).attached == ()
        # What was taken away is nobody's file any more.
        await ada.redact(room, file)
        await ada.answer(room, file, "!import")
        assert (await hears()).attached == ()


async def send_raw(ada: Person, room: str, **changed: Any) -> None:
    """A message about a file, as somebody may write it who means no good."""
    whole: dict[str, Any] = {"msgtype": "m.file", "body": "a.txt", **changed}
    await ada.send(room, whole)


async def test_what_lies_about_itself_is_not_read(people: People, tmp_path: Path) -> None:
    async with listening(people, tmp_path) as (_, ada, room, hears):
        event = await send_file(ada, room, RULES, "rules.toml")
        await hears()
        await ada.until(lambda: any(one.event == event for one in ada.shown(room)), "her own file")
        (sent,) = [one for one in ada.shown(room) if one.event == event]
        file = sent.content["file"]
        # One that says it is small is read up to the bound, whatever it says.
        await send_raw(ada, room, file=file, info={"size": 1})
        assert await only(await hears()).read(5) is Unread.TOO_LARGE
        wrong = "0" * 43
        for bad in (
            {**file, "hashes": {"sha256": wrong}},
            {**file, "hashes": {}},
            {**file, "key": {"k": "short"}},
            {**file, "key": None},
            {**file, "iv": 5},
            {**file, "url": "https://example.org/a"},
            {**file, "url": "mxc://nowhere.test/nothing"},
            {**file, "url": "mxc://parlour.test/../../sync"},
            {**file, "url": None},
        ):
            await send_raw(ada, room, file=bad)
            assert await only(await hears()).read(100) in (Unread.GONE, Unread.BROKEN), bad
        # What lies there in clear text could be anybody's.
        await send_raw(ada, room, url=file["url"])
        assert await only(await hears()).read(100) is Unread.GONE


async def test_a_homeserver_that_does_not_give_it_is_told_as_broken(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    async with listening(people, tmp_path, proxy.url) as (_, ada, room, hears):
        await send_file(ada, room, RULES, "rules.toml")
        one = only(await hears())
        download = "GET /media/download/{}/{}"
        proxy.fail(download, 503)
        assert await one.read(100) is Unread.BROKEN
        proxy.limit(download, retry_after_ms=10)
        assert await one.read(100) is Unread.BROKEN
        assert await one.read(100) == RULES


FILE = File("notes.txt", b"of the lighthouse", "text/plain")


async def test_a_file_waits_for_a_homeserver_and_is_said_to_be_refused(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    async with listening(people, tmp_path, proxy.url) as (platform, ada, room, hears):
        await ada.write(room, "hello")
        where = (await hears()).room
        proxy.limit(UPLOAD, retry_after_ms=10)
        assert await platform.do(Say(where, "Here they are.", "one", file=FILE))
        shown: Shown = await ada.sees(room, "Here they are.")
        assert await fetch_file(ada, shown) == FILE.content
        assert shown.kind == "m.file"
        # One that is not taken is not told of as if it were there.
        proxy.fail(UPLOAD, 413)
        assert await platform.do(Say(where, "Not these.", "two", file=FILE)) is None
        assert channel_of(where.id) == room
        assert where == direct_room(room, where.sponsor)
        assert "Not these." not in [one.body for one in ada.shown(room)]
