"""At a start after a crash: to which platforms and for whom what was shown last is shown again."""

import asyncio
from pathlib import Path

import pytest

from bot.events import EventId, PersonId, Revise
from bot.platforms.base import PlatformError
from bot.recovery import recover, show_whole
from bot.store.house import House
from bot.store.rows import State
from tests.fakes import PaperPlatform
from tests.store_help import ADA, BEN, begin, house_in, message, open_for


class Lasting(PaperPlatform):
    """What was said on it stands when the bot has ended."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.texts: list[str] = []
        self.refuses = False
        self.answers: asyncio.Event | None = None

    async def show_whole(self, revise: Revise) -> None:
        if self.answers is not None:
            await self.answers.wait()
        if self.refuses:
            raise PlatformError("paper: refused")
        self.texts.append(revise.text)


async def say(house: House, text: str, *, to: PersonId, of: PersonId = ADA) -> None:
    """In the vault of one, as an answer to that account."""
    await house.make_vault(of)
    async with house.vault(of) as vault:
        assert vault is not None
        turn = await vault.take_in(message(text, person=to))
        assert turn is not None
        reply = await open_for(vault, await vault.session() or await begin(vault), turn)
        await vault.keep_shown(reply, [text])
        await vault.sent(reply, 0, EventId(f"page {text}"))
        await vault.close_reply(reply, state=State.DONE, text=text, now=6.0)
    house.leave_unfinished(of)


async def test_each_platform_is_shown_what_was_said_to_accounts_that_it_reaches(
    tmp_path: Path,
) -> None:
    async with house_in(tmp_path) as house:
        await say(house, "To Ada.", to=ADA)
        await say(house, "Elsewhere.", to=PersonId("inn:cleo"), of=PersonId("inn:cleo"))
    console, other = Lasting("console"), Lasting("paper")
    async with house_in(tmp_path) as house:
        platforms = [console, other, PaperPlatform("inn")]
        await recover(house, platforms, 9.0)
        await show_whole(house, platforms, 9.0)
    assert console.texts == ["To Ada."]
    assert other.texts == []


async def test_what_was_said_to_an_account_that_was_parted_since_is_left_alone(
    tmp_path: Path,
) -> None:
    async with house_in(tmp_path) as house:
        await say(house, "To Ada.", to=ADA)
        await say(house, "To Ben, while they were one.", to=BEN)
    console = Lasting("console")
    async with house_in(tmp_path) as house:
        await show_whole(house, [console], 9.0)
    assert console.texts == ["To Ada."]


@pytest.mark.parametrize("how", ["refuses", "does not answer", "a vault is damaged"])
async def test_what_cannot_be_shown_keeps_nothing_else_back(tmp_path: Path, how: str) -> None:
    async with house_in(tmp_path) as house:
        await say(house, "To Ada.", to=ADA)
        if how == "a vault is damaged":
            (damaged,) = (tmp_path / "vaults").glob("*.db")
        await say(house, "To Ben.", to=BEN, of=BEN)
        await say(house, "At the inn.", to=PersonId("inn:cleo"), of=PersonId("inn:cleo"))
    console, inn = Lasting("console"), Lasting("inn")
    console.refuses = how == "refuses"
    if how == "does not answer":
        console.answers = asyncio.Event()
    if how == "a vault is damaged":
        damaged.write_bytes(b"no pages of a database " * 1000)
    async with house_in(tmp_path) as house:
        showing = asyncio.create_task(show_whole(house, [console, inn], 9.0))
        while inn.texts != ["At the inn."]:
            await asyncio.sleep(0)
        if console.answers is not None:
            assert console.texts == []
            console.answers.set()
        await showing
    assert ("To Ben." in console.texts) == (how != "refuses")
