"""Two accounts of one person, and a reply on its way to one of them: what falls on the other ends
it within one token (SAFETY A2, A4, A9)."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot import sentences
from bot.engine.scripted import ScriptedEngine
from bot.events import AgeSeen, AgeSign, Edited, Message
from bot.policy.door_rules import NOT_A_GUEST, YOUNG
from tests.conftest import Parlour, running
from tests.fakes import PaperPlatform, noticed, spoken
from tests.mature_help import Grown, grown
from tests.test_linking import link

SAYS_SO = "I am 15 years old."


@dataclass
class Pair:
    """Ada, who has her vault on paper and comes to it from the inn, too."""

    parlour: Parlour
    inn: PaperPlatform
    engine: ScriptedEngine
    held: asyncio.Event
    hold_at: list[int]
    """Before this piece the engine waits for ever; empty: it does not."""
    said: dict[PaperPlatform, Message] = field(default_factory=dict)
    """What she said before, on each."""

    @property
    def platforms(self) -> tuple[PaperPlatform, PaperPlatform]:
        return self.parlour.paper, self.inn

    async def reply_is_held(self, on: PaperPlatform, piece: int) -> Message:
        self.hold_at.append(piece)
        said = on.write("tell me of the sea")
        async with asyncio.timeout(60):
            await self.held.wait()
        self.engine.pieces_made = 0
        return said


@asynccontextmanager
async def pair(folder: Path) -> AsyncIterator[Pair]:
    held, hold_at = asyncio.Event(), list[int]()

    async def hold(count: int) -> None:
        if count in hold_at:
            held.set()
            await asyncio.Event().wait()

    engine = ScriptedEngine(lambda _: "The sea is calm, and the lamp burns.", before_piece=hold)
    inn = PaperPlatform("inn")
    async with running(folder, engine, beside=[inn]) as parlour:
        await parlour.let_in()
        found = re.search(r"\w{4}-\w{4}-\w{4}", noticed(await parlour.paper.say("/link")))
        assert found is not None
        assert "one person now" in noticed(await inn.say(f"/link {found[0]} confirm"))
        ada = Pair(parlour, inn, engine, held, hold_at)
        for platform in ada.platforms:
            ada.said[platform] = platform.write("good evening")
            await platform.rest(ada.said[platform].room.id)
        yield ada


async def says_it(_: Pair, on: PaperPlatform) -> None:
    await on.say(SAYS_SO)


async def edits_it_in(ada: Pair, on: PaperPlatform) -> None:
    said = ada.said[on]
    on.tell(Edited(said.room, said.author, said.id, SAYS_SO, said.at))
    await on.read()


async def says_the_safe_word(_: Pair, on: PaperPlatform) -> None:
    await on.say("red")


async def leaves(_: Pair, on: PaperPlatform) -> None:
    await on.say("/leave")


async def parts_them(_: Pair, on: PaperPlatform) -> None:
    assert "parted" in noticed(await on.say("/unlink"))


async def stops(
    folder: Path,
    writes_to: int,
    piece: int,
    happens: Callable[[Pair, PaperPlatform], Awaitable[None]],
) -> None:
    """A reply is being written on one platform, and it happens on the other."""
    async with pair(folder) as ada:
        here, there = ada.platforms[writes_to], ada.platforms[1 - writes_to]
        before = len(spoken(here.shown))
        said = await ada.reply_is_held(here, piece)
        begun = spoken(here.shown)[before:]
        await happens(ada, there)
        # The engine still holds its next word back, and never gives it.
        await here.rest(said.room.id)
        assert ada.engine.pieces_made == 0
        assert spoken(here.shown)[before:] == begun, "nothing more is shown"
        assert sentences.FELL in noticed(here.shown)


@pytest.mark.parametrize("happens", [says_it, edits_it_in])
@pytest.mark.parametrize("piece", [0, 5])
@pytest.mark.parametrize("writes_to", [0, 1])
async def test_a2_an_under_18_lock_on_one_account_stops_a_reply_on_the_other(
    tmp_path: Path,
    writes_to: int,
    piece: int,
    happens: Callable[[Pair, PaperPlatform], Awaitable[None]],
) -> None:
    await stops(tmp_path / "data", writes_to, piece, happens)


@pytest.mark.parametrize("piece", [0, 5])
@pytest.mark.parametrize("writes_to", [0, 1])
async def test_c1_the_safe_word_on_one_account_stops_a_reply_on_the_other(
    tmp_path: Path, writes_to: int, piece: int
) -> None:
    await stops(tmp_path / "data", writes_to, piece, says_the_safe_word)


@pytest.mark.parametrize("happens", [leaves, parts_them])
@pytest.mark.parametrize("writes_to", [0, 1])
async def test_leaving_or_parting_on_one_account_stops_a_reply_on_the_other(
    tmp_path: Path, writes_to: int, happens: Callable[[Pair, PaperPlatform], Awaitable[None]]
) -> None:
    """Parted, one of them may not read the vault any more, and the other's age is anew."""
    await stops(tmp_path / "data", writes_to, 5, happens)


async def test_a2_once_parted_a_lock_of_one_leaves_the_others_reply_alone(tmp_path: Path) -> None:
    async with pair(tmp_path / "data") as ada:
        paper = ada.parlour.paper
        await ada.inn.say("/unlink")
        said = await ada.reply_is_held(paper, 5)
        assert YOUNG in noticed(await ada.inn.say(SAYS_SO))
        ada.hold_at.clear()
        assert sentences.FELL not in noticed(paper.shown)
        assert not await ada.parlour.house.locked(said.author.id)
        await paper.say("/stop")


@pytest.mark.parametrize("writes_to", [0, 1])
async def test_a11_only_the_account_that_lost_its_sponsor_is_cut_off(
    tmp_path: Path, writes_to: int
) -> None:
    """Each has a sponsor of its own, and a session with one is none with the other."""
    async with pair(tmp_path / "data") as ada:
        here, there = ada.platforms[writes_to], ada.platforms[1 - writes_to]
        await here.say("good morning")
        said = await ada.reply_is_held(here, 5)
        await there.leave()
        assert NOT_A_GUEST in noticed(await there.say("are you there?"))
        async with ada.parlour.house.vault(said.author.id) as vault:
            assert vault is not None
            session = await vault.session()
            assert session is not None
            assert session.sponsor == here.tea
        await here.leave()
        await here.rest(said.room.id)
        assert sentences.NO_GUEST_ANY_MORE in noticed(here.shown)
        assert ada.engine.pieces_made == 0


# --- Ages: two accounts on one platform, in one community (SAFETY A4, A9) -------------------------


async def sees_role(bot: Grown, person: str, *, is_held: bool) -> None:
    about = bot.paper.message("", person)
    seen = AgeSeen(about.room, about.author, AgeSign.ROLE, is_held=is_held)
    await bot.parlour.conversation.take_sign(seen)


async def role_is_lost(bot: Grown) -> None:
    await sees_role(bot, "ben", is_held=False)


async def attest_is_revoked(bot: Grown) -> None:
    assert "taken back" in await bot.moderate("/revoke ben it was somebody else")


async def goes_no_further_than_romance(bot: Grown) -> None:
    await bot.say("/romance", "ben")


async def is_locked(bot: Grown) -> None:
    await bot.say(SAYS_SO, "ben")


@pytest.mark.parametrize(
    "happens", [role_is_lost, attest_is_revoked, goes_no_further_than_romance, is_locked]
)
async def test_a9_what_falls_on_one_account_stops_a_mature_reply_on_the_other(
    tmp_path: Path, happens: Callable[[Grown], Awaitable[None]]
) -> None:
    async with grown(tmp_path / "data") as bot:
        for person in ("ada", "ben"):
            await bot.parlour.let_in(person)
        await link(bot.parlour)
        await bot.moderate("/ceiling mature")
        await bot.moderate("/age mature moderator")
        await sees_role(bot, "ben", is_held=True)
        assert "It is written down" in await bot.moderate("/attest ben known for years")
        await bot.command_of_adults("/mature")
        assert await bot.is_open(), "what was confirmed of one account holds for the person"
        before = len(bot.paper.shown)
        room = await bot.ask_and_hold("how is the evening")
        await happens(bot)
        await bot.paper.rest(room)
        said = [one for one in bot.paper.shown[before:] if one.room == room]
        assert "".join(spoken(said)).count("The lamp is lit.") <= 1
        assert sentences.FELL in noticed(said)
        bot.hold.set()
        if happens is not role_is_lost:
            assert not await bot.is_open()


async def test_a_role_that_somebody_else_lost_stops_nothing(tmp_path: Path) -> None:
    async with grown(tmp_path / "data") as bot:
        for person in ("ada", "ben"):
            await bot.parlour.let_in(person)
        await bot.moderate("/ceiling mature")
        await sees_role(bot, "ben", is_held=True)
        await bot.command_of_adults("/mature")
        room = await bot.ask_and_hold("how is the evening")
        await sees_role(bot, "ben", is_held=False)
        bot.hold.set()
        await bot.paper.rest(room)
        assert spoken(bot.paper.shown)[-1].count("The lamp is lit.") == 8
