"""What a person asks for that ends their vault as it was: erasing it, joining it with another's;
and what ends a session from outside. Each once the vault is let go."""

from bot import sentences
from bot.commands.desk import Erase, Join
from bot.commands.follow_accounts import LINK_NO, LINKED
from bot.events import Left
from bot.guests import Guests
from bot.scene import Scene
from bot.store.house import House
from bot.store.rows import DOOR
from bot.warming import Warming


async def finish(
    asked: Erase | Join, scene: Scene, house: House, warming: Warming, now: float
) -> None:
    match asked:
        case Erase():
            accounts = house.links.accounts_of(scene.message.author.id)
            receipt = await house.erase(person := accounts[0], now)
            # INVARIANT I6: before it is said that it is done.
            await house.locker.forget(accounts)
            await scene.notice(sentences.write_receipt(receipt.gone, receipt.stays))
            for account in accounts:
                scene.speech.note(account, "")
            await warming.forget(person)
        case Join(code):
            await _join(code, scene, house, warming, now)


async def _join(code: str, scene: Scene, house: House, warming: Warming, now: float) -> None:
    account = scene.message.author.id
    # Before they are one: what was computed goes by the name that it had.
    await warming.forget(account)
    if not await house.links.join(account, code, now):
        prefix = scene.stage.platform.prefix
        await scene.notice(LINK_NO.format(prefix=prefix), name="link")
        return
    async with house.vault(account) as vault:
        if vault is not None and await house.locked(account):
            # SAFETY A2: as for anybody who is locked, whichever account it was that was.
            await vault.withdraw_consent(DOOR)
            await vault.end_session(now)
    accounts = ", ".join(house.links.accounts_of(account))
    await scene.notice(LINKED.format(accounts=accounts), name="link")
    await warming.forget(account)


async def end_for(left: Left, guests: Guests, house: House, warming: Warming, now: float) -> None:
    """SAFETY A11: the person is told with their next message, since the bot begins no talk (H4)."""
    guests.left(left.author.id)
    async with house.vault(left.author.id) as vault:
        if vault is None or not await vault.end_session(now, sponsor=left.community):
            return
    await warming.forget(left.author.id)
