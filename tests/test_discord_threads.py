"""Where direct messages are closed: a private thread in their place, and what holds there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.events import Rating, Say
from bot.platforms.discord import entrance
from bot.platforms.discord.names import person_id
from bot.platforms.discord.threads import BEGUN, MENTION, OTHERS
from tests.discord import DiscordServer, Person, discord_server
from tests.discord.state import Channel, Guild, Shown
from tests.discord_help import ROW, Served, labels, said_in, sees, serving, setup
from tests.test_discord_door import ENGLISH, goes_through, puts_up

pytestmark = pytest.mark.live


@dataclass
class Harbour:
    server: DiscordServer
    bot: Served
    guild: Guild
    door: Channel
    anna: Person
    ben: Person
    """Who moderates there."""

    @property
    def engine(self) -> ScriptedEngine:
        assert isinstance(self.bot.engine, ScriptedEngine)
        return self.bot.engine

    async def come_in(self) -> Shown:
        """Through the panel's door, with closed messages, to what is offered then."""
        self.anna.closes_messages()
        panel = await puts_up(
            self.server, self.ben, self.server.channel(self.guild, "s"), self.door
        )
        await goes_through(self.server, self.anna, self.door, panel, *ENGLISH)
        return await sees(self.server, self.anna, self.door, "You are in")

    async def open(self) -> Channel:
        offer = await self.come_in()
        first = self.anna.presses(self.door, offer, str(entrance.IN_THREAD))
        # Twice at once opens one.
        again = self.anna.presses(self.door, offer, str(entrance.IN_THREAD))
        await asyncio.gather(first, again)
        await self.server.until(
            lambda: [one for one in self.guild.channels if one.parent is self.door], "a thread"
        )
        (thread,) = [one for one in self.guild.channels if one.parent is self.door]
        await self.server.until(
            lambda: [m for m in said_in(thread, self.server) if m.flags & 4], "the greeting"
        )
        return thread


@asynccontextmanager
async def harbour(
    folder: Path, *, nsfw: bool = False, hears_all: bool = True
) -> AsyncIterator[Harbour]:
    async with discord_server() as server:
        anna, ben = server.person("Anna"), server.person("Ben")
        guild = server.guild("Harbour", owner=ben)
        server.joins(guild, anna)
        door = server.channel(guild, "door", nsfw=nsfw)
        chosen = setup(server, message_content=hears_all)
        async with serving(server, folder, ScriptedEngine(), chosen, has_buttons=True) as bot:
            await server.until(lambda: server.world.commands, "the commands")
            yield Harbour(server, bot, guild, door, anna, ben)


async def test_the_offer_says_who_can_read_it_and_opens_a_thread_for_two(tmp_path: Path) -> None:
    async with harbour(tmp_path / "d") as at:
        thread = await at.open()
        offer = await sees(at.server, at.anna, at.door, "You are in")
        assert "who may manage threads on this server can read it" in offer.content
        assert (thread.type, thread.invitable) == (12, False)
        assert sorted(thread.people) == sorted([at.server.application, at.anna.id])
        said = [one.content for one in said_in(thread, at.server)]
        assert said[0] == BEGUN and str(MENTION) not in said
        await sees(at.server, at.anna, at.door, f"<#{thread.id}>")
        await at.anna.writes(thread, "How is the sea?")
        reply = await at.bot.shows(thread, "You said: How is the sea?")
        await at.server.until(lambda: labels(reply) == ROW, "the row")
        await at.anna.presses(thread, reply, "Another answer")
        await at.server.until(lambda: len(at.engine.prompts) == 2, "another answer")


async def test_i1_it_is_their_private_talk_also_in_direct_messages(tmp_path: Path) -> None:
    async with harbour(tmp_path / "d") as at:
        thread = await at.open()
        await at.anna.writes(thread, "My garden has a quince")
        await at.bot.shows(thread, "You said: My garden has a quince")
        at.anna.opens_messages()
        await at.anna.writes(at.anna.dm, "What grows there?")
        await at.bot.shows(at.anna.dm, "You said: What grows there?")
        assert any("quince" in part.text for part in at.engine.prompts[-1].parts)


async def test_a8_while_a_third_is_there_the_talk_rests_and_nothing_of_it_is_in_a_prompt(
    tmp_path: Path,
) -> None:
    async with harbour(tmp_path / "d") as at:
        thread = await at.open()
        await at.anna.writes(thread, "My garden has a quince")
        await at.bot.shows(thread, "You said: My garden has a quince")
        await at.ben.adds(thread, at.ben.id)
        for text in ("What grows there?", "And now?"):
            await at.anna.writes(thread, text)
        await at.bot.shows(thread, str(OTHERS))
        await at.anna.writes(thread, f"<@{at.server.application}> What grows there?")
        await at.server.until(lambda: len(at.engine.prompts) == 2, "an answer in sight of both")
        assert not any("quince" in part.text for part in at.engine.prompts[-1].parts)
        told = [one for one in said_in(thread, at.server) if one.content == str(OTHERS)]
        assert len(told) == 1
        thread.people.remove(at.ben.id)
        await at.anna.writes(thread, "Alone again")
        await at.bot.shows(thread, "You said: Alone again")
        assert any("quince" in part.text for part in at.engine.prompts[-1].parts)


async def test_where_discord_does_not_say_who_is_there_nothing_private_is_said(
    tmp_path: Path,
) -> None:
    async with harbour(tmp_path / "d") as at:
        thread = await at.open()
        at.server.fail("GET /channels/{}", 403)
        await at.anna.writes(thread, "How is the sea?")
        await at.bot.shows(thread, str(OTHERS))
        assert at.engine.prompts == []


async def test_locked_it_is_no_private_place_and_archived_it_is_woken_by_writing(
    tmp_path: Path,
) -> None:
    async with harbour(tmp_path / "d") as at:
        thread = await at.open()
        threads = at.bot.platform.threads
        assert threads is not None
        thread.locked = True
        assert await threads.room(at.guild.id, thread.id) is None
        thread.locked, thread.archived = False, True
        await at.anna.writes(thread, "How is the sea?")
        await at.bot.shows(thread, "You said: How is the sea?")


async def test_what_is_due_while_a_third_is_there_is_not_said(tmp_path: Path) -> None:
    """A reminder, or the rest of a long answer."""
    async with harbour(tmp_path / "d") as at:
        thread = await at.open()
        threads = at.bot.platform.threads
        assert threads is not None
        room = await threads.room(at.guild.id, thread.id)
        assert room is not None
        await at.ben.adds(thread, at.ben.id)
        assert await at.bot.platform.do(Say(room, "The quince, at nine.", "n")) is None
        thread.people.remove(at.ben.id)
        assert await at.bot.platform.do(Say(room, "The quince, at nine.", "n")) is not None


async def test_a_threads_room_goes_as_far_as_its_parent_and_no_further(tmp_path: Path) -> None:
    """SAFETY A6: by its parent's own flag, as it stands with each message."""
    for nsfw, most in ((False, Rating.ROMANCE), (True, Rating.MATURE)):
        async with harbour(tmp_path / f"d{nsfw}", nsfw=nsfw) as at:
            thread = await at.open()
            threads = at.bot.platform.threads
            assert threads is not None
            room = await threads.room(at.guild.id, thread.id)
            assert room is not None and room.is_direct and room.most is most
            at.server.restrict(at.door, nsfw=not nsfw)
            # What is told on the gateway after it was heard after it.
            await at.anna.writes(thread, "How is the sea?")
            await at.bot.shows(thread, "You said: How is the sea?")
            room = await threads.room(at.guild.id, thread.id)
            assert room is not None
            assert room.most is (Rating.ROMANCE if nsfw else Rating.MATURE)


async def test_without_the_content_intent_it_says_that_it_wants_to_be_mentioned(
    tmp_path: Path,
) -> None:
    async with harbour(tmp_path / "d", hears_all=False) as at:
        thread = await at.open()
        assert str(MENTION) in [one.content for one in said_in(thread, at.server)]
        await at.anna.writes(thread, f"<@{at.server.application}> How is the sea?")
        await at.bot.shows(thread, "You said: How is the sea?")


@pytest.mark.parametrize("lacks", ["create_private_threads", "send_messages_in_threads"])
async def test_without_the_permissions_no_thread_is_offered(tmp_path: Path, lacks: str) -> None:
    async with harbour(tmp_path / "d") as at:
        at.server.forbid(at.door, at.guild.id, lacks)
        told = await at.come_in()
        assert told.content == str(entrance.CLOSED)
        assert str(entrance.IN_THREAD) not in labels(told)


async def test_a_thread_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    async with harbour(tmp_path / "d") as at:
        offer = await at.come_in()
        at.server.fail("POST /channels/{}/threads", 403)
        await at.anna.presses(at.door, offer, str(entrance.IN_THREAD))
        await sees(at.server, at.anna, at.door, str(entrance.NO_THREAD))


async def test_an_edit_and_a_deletion_there_take_effect(tmp_path: Path) -> None:
    async with harbour(tmp_path / "d") as at:
        thread = await at.open()
        own = await at.anna.writes(thread, "The lighthouse is green.")
        await at.bot.shows(thread, "You said: The lighthouse is green.")
        await at.anna.edits(thread, own, "The lighthouse is red.")
        await at.anna.writes(thread, "And now?")
        await at.bot.shows(thread, "You said: And now?")
        said = "".join(part.text for part in at.engine.prompts[-1].parts)
        assert "is red" in said and "is green." not in said.replace(
            "You said: The lighthouse is", ""
        )
        await at.anna.deletes(thread, own)
        await at.anna.writes(thread, "And after?")
        await at.bot.shows(thread, "You said: And after?")
        async with at.bot.house.vault(person_id(at.anna.id)) as vault:
            assert vault is not None
            assert "is red" not in str((await vault.export())["turns"])
