"""A person's own words in the place of an answer. They are shown as the persona's and stand in its
prompt, so they are held to what the persona may say, and to what a card may (SAFETY L2, L7).
"""

from bot import sentences
from bot.commands.desk import Answer, Desk, Outcome, Show
from bot.events import Rating
from bot.policy.cards import check_card
from bot.policy.screen import Screen
from bot.store.vault import Vault
from bot.text import Text

REFUSED = Text("I cannot put that in the place of an answer, so nothing has changed.")


async def reword(words: str, desk: Desk, vault: Vault) -> Outcome:
    if desk.resting:
        return Answer(desk.resting)
    said = await vault.last_exchange(desk.session.id) if desk.session else None
    if said is None or said[1] is None:
        return Answer(sentences.NO_REPLY_YET)
    # SAFETY L6: what no guard has read goes no further than where none is needed.
    most = min(desk.ceiling, Rating.ROMANCE)
    screen = Screen(
        most,
        persona_name=desk.persona.name,
        romance_closed=desk.romance_closed,
        hard_limits=[limit.text for limit in await vault.limits() if limit.is_hard],
        rules=desk.written,
    )
    passed = screen.feed(words) + screen.finish()
    if screen.blocked or check_card(Rating.ROMANCE, [words]) is not None:
        return Answer(REFUSED)
    await vault.revise_turn(said[1].id, passed, desk.now)
    changed = await vault.last_exchange(desk.session.id) if desk.session else None
    return Show(changed[1]) if changed and changed[1] else Answer(sentences.NO_REPLY_YET)
