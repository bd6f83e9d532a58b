"""`memory` followed, for somebody who is in (SAFETY A10)."""

from bot import sentences
from bot.commands.desk import Desk
from bot.commands.memories import MemoryCommand
from bot.policy.door import DOOR_VERSION, INTIMATE, MEMORY
from bot.store.rows import Consent
from bot.store.vault import Vault
from bot.text import Text, lines


async def follow_memory(command: MemoryCommand, desk: Desk, vault: Vault) -> Text:
    return await _set(command.wish, desk, vault)


async def _set(wish: str, desk: Desk, vault: Vault) -> Text:
    """Each is a consent of its own; intimate memory is part of memory, and ends with it."""
    wanted = {"on": {MEMORY}, "intimate": {MEMORY, INTIMATE}, "off": set[str]()}
    for kind in (MEMORY, INTIMATE) if wish else ():
        if kind in wanted[wish]:
            await vault.give_consent(Consent(kind, DOOR_VERSION, desk.now))
        else:
            await vault.withdraw_consent(kind)
    memory, intimate = [await vault.consent(kind) is not None for kind in (MEMORY, INTIMATE)]
    given = sentences.MEMORY_ON if memory else sentences.MEMORY_OFF
    stands = sentences.MEMORY_INTIMATE if intimate else given
    return lines(stands, sentences.MEMORY_HOW.format(prefix=desk.prefix))
