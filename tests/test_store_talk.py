"""The talk in a vault: what came in, replies and their pages, revisions, windows, export."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.events import Author, CommunityId, EventId, Message, Role, Room, RoomId, TurnId
from bot.store.rows import Consent, Gone, Page, Side, State, StoreError
from bot.store.vault import Vault
from tests.store_help import ADA, ROOM, arrive, begin, exchange, message, open_for, vault_in


@pytest.fixture
async def vault(tmp_path: Path) -> AsyncIterator[Vault]:
    async with vault_in(tmp_path) as opened:
        yield opened


async def test_a_message_waits_with_all_that_it_came_with(vault: Vault) -> None:
    room = Room(id=RoomId("r"), is_direct=False, sponsor=CommunityId("c"))
    author = Author(id=ADA, name="Ada ✿", role=Role.MODERATOR)
    sent = Message(
        id=EventId("e"),
        room=room,
        author=author,
        text="A word\x00 and \u202e another.",
        at=2.5,
        addresses_bot=False,
        reply_to=EventId("d"),
    )
    turn = await vault.take_in(sent)
    (waiting,) = await vault.waiting()
    assert (waiting.turn, waiting.message) == (turn, sent)


async def test_a_message_is_taken_in_once_whatever_became_of_it(vault: Vault) -> None:
    first = await arrive(vault, "e1")
    assert await vault.take_in(message("e1")) is None
    await vault.settle(first)
    assert await vault.take_in(message("e1")) is None
    second = await arrive(vault, "e2")
    await vault.drop([second])
    assert await vault.take_in(message("e2")) is None
    assert await vault.waiting() == ()


async def test_the_same_event_id_in_another_room_is_another_message(vault: Vault) -> None:
    await arrive(vault, "e")
    other = message("e")
    elsewhere = Room(id=RoomId("other"), is_direct=True)
    assert await vault.take_in(
        Message(id=other.id, room=elsewhere, author=other.author, text="Hello.", at=1.0)
    )
    assert len(await vault.waiting()) == 2


@pytest.mark.parametrize("text", ["", "x" * 1_000_000, "\ud800 half", "\x00\x07", "\u202eabc"])
async def test_odd_texts_are_kept(vault: Vault, text: str) -> None:
    await arrive(vault, "e", text)
    (waiting,) = await vault.waiting()
    assert waiting.message.text == text.replace("\ud800", "?")


async def test_a_settled_message_does_not_wait_and_its_words_are_gone(vault: Vault) -> None:
    session = await begin(vault)
    await vault.settle(await arrive(vault, "e1", "A command."))
    assert await vault.waiting() == ()
    assert await vault.window(session.id) == ()
    assert "A command." not in json.dumps(await vault.export())
    assert await vault.take_in(message("e1", "A command.")) is None


async def test_an_exchange_stands_in_the_window_with_its_note(vault: Vault) -> None:
    session = await begin(vault)
    turn = await arrive(vault, "e1")
    reply = await open_for(vault, session, turn, note="It is raining.")
    assert await vault.window(session.id) == ()
    assert await vault.waiting() == ()
    await vault.keep_shown(reply, ["Hel"])
    await vault.close_reply(reply, state=State.CUT, text="Hello.", now=9.0)
    said, answer = await vault.window(session.id)
    assert (said.side, said.state, said.text, said.note) == (
        Side.PERSON,
        State.DONE,
        "Good morning.",
        "It is raining.",
    )
    assert (answer.side, answer.state, answer.text) == (Side.PERSONA, State.CUT, "Hello.")
    assert await vault.mark("replies") == 1
    assert await vault.left_open() == ()


async def test_a_message_that_came_during_a_reply_stands_behind_it(vault: Vault) -> None:
    session = await begin(vault)
    first = await arrive(vault, "e1", "First.")
    reply = await open_for(vault, session, first)
    second = await arrive(vault, "e2", "Second.")
    assert [waiting.turn for waiting in await vault.waiting()] == [second]
    await vault.close_reply(reply, state=State.DONE, text="One.", now=8.0)
    again = await open_for(vault, session, second)
    await vault.close_reply(again, state=State.DONE, text="Two.", now=9.0)
    texts = [turn.text for turn in await vault.window(session.id)]
    assert texts == ["First.", "One.", "Second.", "Two."]


async def test_no_message_is_answered_twice(vault: Vault) -> None:
    session = await begin(vault)
    turn = await arrive(vault, "e1")
    reply = await open_for(vault, session, turn)
    with pytest.raises(Gone):
        await open_for(vault, session, turn)
    await vault.close_reply(reply, state=State.DONE, text="Hello.", now=8.0)
    with pytest.raises(Gone):
        await open_for(vault, session, turn)
    with pytest.raises(Gone):
        await vault.close_reply(reply, state=State.DONE, text="Again.", now=9.0)
    assert len(await vault.window(session.id)) == 2


async def test_a_reply_without_a_word_is_taken_away_and_its_message_counts_as_answered(
    vault: Vault,
) -> None:
    session = await begin(vault)
    reply = await open_for(vault, session, await arrive(vault, "e1"))
    await vault.close_reply(reply, state=State.CUT, text="", now=8.0)
    (said,) = await vault.window(session.id)
    assert said.side is Side.PERSON
    assert await vault.waiting() == ()
    assert await vault.last_exchange(session.id) == (said, None)


async def test_a_reply_closes_as_done_or_cut_only(vault: Vault) -> None:
    reply = await open_for(vault, await begin(vault), await arrive(vault, "e1"))
    with pytest.raises(StoreError, match="done or cut"):
        await vault.close_reply(reply, state=State.OPEN, text="Hello.", now=8.0)


async def test_pages_grow_are_sent_and_keep_their_nonces(vault: Vault) -> None:
    reply = await open_for(vault, await begin(vault), await arrive(vault, "e1"))
    await vault.keep_shown(reply, ["One"])
    await vault.sent(reply, 0, EventId("p0"))
    await vault.keep_shown(reply, ["One page", "Two", "Three"])
    await vault.keep_shown(reply, ["One page", "Two pages"])
    assert await vault.pages(reply.turn) == (
        Page(0, reply.page_nonce(0), "One page", EventId("p0")),
        Page(1, reply.page_nonce(1), "Two pages", None),
    )
    await vault.close_reply(reply, state=State.DONE, text="One page Two pages", now=8.0)
    await vault.sent(reply, 1, EventId("p1"))
    after = await vault.pages(reply.turn)
    assert [page.event_id for page in after] == ["p0", "p1"]


async def test_a_reply_of_which_nothing_was_shown_lets_its_message_wait_again(
    vault: Vault,
) -> None:
    session = await begin(vault)
    turn = await arrive(vault, "e1")
    reply = await open_for(vault, session, turn, note="It is raining.")
    assert await vault.left_open() == (reply,)
    await vault.reopen(reply, 9.0)
    assert [waiting.turn for waiting in await vault.waiting()] == [turn]
    again = await open_for(vault, session, turn)
    await vault.close_reply(again, state=State.DONE, text="Hello.", now=8.0)
    assert [turn.note for turn in await vault.window(session.id)] == ["", ""]


async def test_what_was_perhaps_seen_stays_and_the_next_answer_is_a_revision_of_it(
    vault: Vault,
) -> None:
    session = await begin(vault)
    turn = await arrive(vault, "e1")
    unsure = await open_for(vault, session, turn)
    await vault.keep_shown(unsure, ["You"])
    await vault.reopen(unsure, 9.0)
    assert [waiting.turn for waiting in await vault.waiting()] == [turn]
    assert await vault.window(session.id) == ()
    again = await open_for(vault, session, turn)
    assert again.page_nonce(0) == unsure.page_nonce(0)
    await vault.keep_shown(again, ["Your lamp."])
    await vault.close_reply(again, state=State.DONE, text="Your lamp.", now=9.0)
    said, answer = await vault.window(session.id)
    assert (said.state, answer.state) == (State.DONE, State.DONE)
    assert (answer.text, answer.revisions) == ("Your lamp.", 2)


@pytest.mark.parametrize("how", ["cut before a word", "crashed again"])
async def test_what_was_perhaps_seen_outlives_an_answer_that_never_came(
    vault: Vault, how: str
) -> None:
    session = await begin(vault)
    turn = await arrive(vault, "e1")
    unsure = await open_for(vault, session, turn)
    await vault.keep_shown(unsure, ["You"])
    await vault.reopen(unsure, 9.0)
    again = await open_for(vault, session, turn)
    if how == "crashed again":
        await vault.reopen(again, 9.5)
        assert await vault.window(session.id) == ()
        again = await open_for(vault, session, turn)
    await vault.close_reply(again, state=State.CUT, text="", now=10.0)
    said, answer = await vault.window(session.id)
    assert said.state is State.DONE
    assert (answer.text, answer.state) == ("You", State.CUT)


async def test_what_was_perhaps_seen_goes_with_its_message(vault: Vault) -> None:
    session = await begin(vault)
    turn = await arrive(vault, "e1")
    unsure = await open_for(vault, session, turn)
    await vault.keep_shown(unsure, ["You"])
    await vault.reopen(unsure, 9.0)
    await vault.settle(turn)
    assert (await vault.export())["turns"] == []


async def test_another_answer_that_was_perhaps_seen_is_kept_as_cut(vault: Vault) -> None:
    session = await begin(vault)
    first = await exchange(vault, session, "e1", answer="Hello.")
    unsure = await vault.open_again(turn=first.turn, nonce="again", now=8.0)
    await vault.keep_shown(unsure, ["Wel"])
    await vault.reopen(unsure, 9.0)
    assert await vault.waiting() == ()
    _, answer = await vault.window(session.id)
    assert (answer.text, answer.state, answer.revisions) == ("Wel", State.CUT, 2)


async def test_a_swipe_adds_a_revision_and_the_person_goes_back_and_forward(vault: Vault) -> None:
    session = await begin(vault)
    first = await exchange(vault, session, "e1", answer="Hello.")
    again = await vault.open_again(turn=first.turn, nonce="again", now=8.0)
    assert again.answers == first.answers
    assert [turn.side for turn in await vault.window(session.id)] == [Side.PERSON]
    with pytest.raises(StoreError, match="written already"):
        await vault.open_again(turn=first.turn, nonce="third", now=8.0)
    await vault.keep_shown(again, ["Welcome."])
    await vault.close_reply(again, state=State.DONE, text="Welcome.", now=9.0)
    _, answer = await vault.window(session.id)
    assert (answer.text, answer.revisions) == ("Welcome.", 2)
    back = await vault.choose(first.turn, -1)
    assert back is not None
    assert back.text == "Hello."
    assert [page.event_id for page in await vault.pages(first.turn)] == ["page-e1"]
    assert await vault.choose(first.turn, -1) is None
    forward = await vault.choose(first.turn, 1)
    assert forward is not None
    assert forward.text == "Welcome."
    assert await vault.choose(first.turn, 1) is None


@pytest.mark.parametrize("how", ["empty", "reopened"])
async def test_a_swipe_that_came_to_nothing_leaves_the_turn_as_it_was(
    vault: Vault, how: str
) -> None:
    session = await begin(vault)
    first = await exchange(vault, session, "e1")
    before = await vault.window(session.id)
    again = await vault.open_again(turn=first.turn, nonce="again", now=8.0)
    if how == "empty":
        await vault.close_reply(again, state=State.CUT, text="", now=9.0)
    else:
        await vault.reopen(again, 9.0)
    assert await vault.window(session.id) == before
    assert await vault.waiting() == ()


async def test_a_forgotten_exchange_is_gone_with_all_that_was_made_from_it(vault: Vault) -> None:
    session = await begin(vault)
    await exchange(vault, session, "e1", "First.", "One.")
    await exchange(vault, session, "e2", "Second.", "Two.")
    found = await vault.last_exchange(session.id)
    assert found is not None
    said, answer = found
    assert answer is not None
    assert (said.text, answer.text) == ("Second.", "Two.")
    await vault.drop([said.id, answer.id])
    assert [turn.text for turn in await vault.window(session.id)] == ["First.", "One."]
    exported = json.dumps(await vault.export())
    assert "Second." not in exported
    assert "Two." not in exported
    assert "page-e2" not in exported
    assert await vault.last_exchange(session.id) is not None


async def test_a_reply_in_the_making_goes_with_its_forgotten_message(vault: Vault) -> None:
    session = await begin(vault)
    turn = await arrive(vault, "e1")
    reply = await open_for(vault, session, turn)
    await vault.keep_shown(reply, ["Hel"])
    await vault.drop([turn])
    with pytest.raises(Gone):
        await vault.keep_shown(reply, ["Hello."])
    with pytest.raises(Gone):
        await vault.close_reply(reply, state=State.DONE, text="Hello.", now=8.0)
    assert await vault.left_open() == ()
    assert (await vault.export())["turns"] == []


async def test_a_trim_moves_the_window_and_a_dropped_first_turn_does_not_widen_it(
    vault: Vault,
) -> None:
    session = await begin(vault)
    for number in range(4):
        await exchange(vault, session, f"e{number}", f"Said {number}.", f"Answer {number}.")
    window = await vault.window(session.id)
    await vault.trim(session.id, window[4].id, "The story so far.")
    trimmed = await vault.session()
    assert trimmed is not None
    assert (trimmed.first_turn, trimmed.head) == (window[4].id, "The story so far.")
    assert await vault.window(session.id) == window[4:]
    await vault.drop([window[4].id, window[5].id])
    moved = await vault.session()
    assert moved is not None
    assert moved.first_turn == window[6].id
    assert await vault.window(session.id) == window[6:]
    with pytest.raises(Gone):
        await vault.trim(session.id, window[4].id, "Of what is gone.")


async def test_one_session_at_a_time_and_each_has_its_own_window(vault: Vault) -> None:
    first = await begin(vault)
    assert await vault.session() == first
    await exchange(vault, first, "e1")
    second = await vault.begin_session(
        persona="finch", sponsor=CommunityId("c"), now=9.0, head="A head.", seed=2**63 - 1
    )
    assert await vault.session() == second
    assert await vault.window(second.id) == ()
    await vault.end_session(10.0)
    assert await vault.session() is None
    assert len(await vault.window(first.id)) == 2


async def test_either_side_of_the_talk_is_found_by_its_event(vault: Vault) -> None:
    session = await begin(vault)
    reply = await exchange(vault, session, "e1")
    said = await vault.turn_of(ROOM.id, EventId("e1"))
    answer = await vault.turn_of(ROOM.id, EventId("page-e1"))
    assert said is not None
    assert answer is not None
    assert (said.id, answer.id) == (reply.answers, reply.turn)
    assert await vault.turn_of(RoomId("other"), EventId("e1")) is None
    await vault.revise_turn(said.id, "Good evening.", 9.0)
    assert (await vault.window(session.id))[0].text == "Good evening."
    with pytest.raises(Gone):
        await vault.revise_turn(TurnId(99), "Nothing.", 9.0)


async def test_consents_and_marks_are_given_and_withdrawn(vault: Vault) -> None:
    given = Consent("door", "1", 3.0)
    assert await vault.consent("door") is None
    await vault.give_consent(given)
    assert await vault.consent("door") == given
    newer = Consent("door", "2", 4.0)
    await vault.give_consent(newer)
    assert await vault.consent("door") == newer
    await vault.withdraw_consent("door")
    assert await vault.consent("door") is None
    assert await vault.mark("disclosed_at") is None
    await vault.set_mark("disclosed_at", 5.5)
    await vault.set_mark("disclosed_at", 6.5)
    assert await vault.mark("disclosed_at") == 6.5


async def test_the_export_holds_everything_and_reads_back_from_json(vault: Vault) -> None:
    session = await begin(vault)
    await vault.give_consent(Consent("door", "1", 3.0))
    await vault.set_mark("disclosed_at", 5.5)
    first = await exchange(vault, session, "e1", "First.", "One.")
    again = await vault.open_again(turn=first.turn, nonce="again", now=8.0)
    await vault.close_reply(again, state=State.DONE, text="Another.", now=9.0)
    exported = json.loads(json.dumps(await vault.export()))
    assert {row["kind"] for row in exported["consents"]} == {"door"}
    assert {row["name"] for row in exported["marks"]} == {"disclosed_at", "replies"}
    assert [row["persona"] for row in exported["sessions"]] == ["wren"]
    texts = [[step["text"] for step in turn["revisions"]] for turn in exported["turns"]]
    assert texts == [["First."], ["One.", "Another."]]
    assert [row["event_id"] for row in exported["seen"]] == ["e1"]
