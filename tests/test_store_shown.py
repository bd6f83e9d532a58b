"""What a vault has shown last: asked after a crash, when the last edits may not have arrived."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.events import EventId
from bot.store.rows import OpenReply, State
from bot.store.vault import Vault
from tests.store_help import ROOM, arrive, begin, exchange, open_for, vault_in


@pytest.fixture
async def vault(tmp_path: Path) -> AsyncIterator[Vault]:
    async with vault_in(tmp_path) as opened:
        yield opened


async def spoken_at(vault: Vault, event: str, now: float, text: str) -> OpenReply:
    reply = await exchange(vault, await vault.session() or await begin(vault), event, answer=text)
    again = await vault.open_again(turn=reply.turn, nonce=f"again-{event}", now=now)
    await vault.keep_shown(again, [text])
    await vault.sent(again, 0, EventId(f"late-{event}"))
    await vault.close_reply(again, state=State.DONE, text=text, now=now)
    return reply


async def test_only_what_was_shown_last_before_the_end_is_shown_once_more(vault: Vault) -> None:
    await spoken_at(vault, "e1", 100.0, "Long ago.")
    await spoken_at(vault, "e2", 300.0, "A moment before.")
    last = await spoken_at(vault, "e3", 390.0, "The last.")
    cut = await open_for(vault, await begin(vault), await arrive(vault, "e4"))
    await vault.keep_shown(cut, ["Cut in the middle."])
    await vault.sent(cut, 0, EventId("page-e4"))
    assert [one.text for one in await vault.shown_last(500.0)] == ["The last.", "A moment before."]
    await vault.close_reply(cut, state=State.CUT, text="Cut in the middle.", now=500.0)
    later = await open_for(vault, await begin(vault), await arrive(vault, "e5"))
    await vault.keep_shown(later, ["Of this start."])
    await vault.sent(later, 0, EventId("page-e5"))
    await vault.close_reply(later, state=State.DONE, text="Of this start.", now=501.0)
    shown = await vault.shown_last(500.0)
    assert [(one.event_id, one.text) for one in shown] == [
        ("page-e4", "Cut in the middle."),
        ("late-e3", "The last."),
        ("late-e2", "A moment before."),
    ]
    assert {one.room for one in shown} == {ROOM}
    await vault.drop([last.turn])
    assert "The last." not in [one.text for one in await vault.shown_last(500.0)]


async def test_each_message_is_to_say_its_own_revision_and_the_newer_of_two(vault: Vault) -> None:
    session = await begin(vault)
    first = await exchange(vault, session, "e1", answer="Hello.")
    again = await vault.open_again(turn=first.turn, nonce="again", now=8.0)
    await vault.keep_shown(again, ["Welcome."])
    await vault.sent(again, 0, EventId("page-again"))
    await vault.close_reply(again, state=State.DONE, text="Welcome.", now=8.0)
    await vault.choose(first.turn, -1)
    assert {one.event_id: one.text for one in await vault.shown_last(9.0)} == {
        "page-e1": "Hello.",
        "page-again": "Welcome.",
    }
    # An edit cut it short, and it was written once more into the same message.
    anew = await vault.open_again(turn=first.turn, nonce="anew", now=9.0)
    assert await vault.shown_last(9.0) == (), "it is being written"
    await vault.keep_shown(anew, ["Good evening."])
    await vault.sent(anew, 0, EventId("page-e1"))
    await vault.close_reply(anew, state=State.DONE, text="Good evening.", now=9.0)
    await vault.revise_turn(first.turn, "My own words.", 9.0)
    assert {one.event_id: one.text for one in await vault.shown_last(9.0)} == {
        "page-e1": "Good evening.",
        "page-again": "Welcome.",
    }


async def test_what_pages_were_to_say_is_not_kept_for_long(vault: Vault) -> None:
    session = await begin(vault)
    first = await exchange(vault, session, "e0", answer="Long ago.")
    assert [page.text for page in await vault.pages(first.turn)] == ["Long ago."]
    for number in range(1, 10):
        await exchange(vault, session, f"e{number}")
    (page,) = await vault.pages(first.turn)
    assert (page.text, page.event_id) == ("", "page-e0")
    assert (await vault.window(session.id))[1].text == "Long ago."
