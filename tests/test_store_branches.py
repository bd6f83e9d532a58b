"""Branches in a vault: whatever is done on one, each reads as if it were a talk of its own."""

import random
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.events import EventId, Message, Rating, SessionId, TurnId
from bot.memory.question import Question
from bot.memory.recall import Place, catch_up, recall
from bot.memory.words import words_of
from bot.store import branches, forks, indexing, on_branch, replies, sessions, turns
from bot.store.branches import Undone, Way
from bot.store.database import in_transaction
from bot.store.migrations import VAULT, migrate
from bot.store.rows import Consent, Gone, Scope, Session, State
from bot.store.vault import Vault
from tests.store_help import ADA, BEN, ROOM, arrive, begin, exchange, house_in, message, open_for
from tests.store_help import vault_in as vault_at

WREN = Scope("wren", None, None)
T = Any


@pytest.fixture
async def vault(tmp_path: Path) -> AsyncIterator[Vault]:
    async with vault_at(tmp_path) as opened:
        yield opened


async def window(vault: Vault, session: Session) -> list[str]:
    return [turn.text for turn in await vault.window(session.id)]


async def talk(vault: Vault, session: Session, *names: str) -> None:
    for name in names:
        await exchange(vault, session, name, f"said {name}", f"answer {name}")


def both(*names: str) -> list[str]:
    return [f"{what} {name}" for name in names for what in ("said", "answer")]


async def test_behind_an_answer_a_new_branch_goes_on_and_the_old_one_is_gone_back_to(
    vault: Vault,
) -> None:
    session = await begin(vault)
    await talk(vault, session, "a", "b", "c")
    moved = await vault.branches.begin_at(session.id, ROOM.id, EventId("page-a"))
    assert (moved.way, moved.number) == (Way.BEGUN, 2)
    assert moved.last is not None and moved.last.text == "answer a"
    assert await window(vault, session) == both("a")
    await talk(vault, session, "d")
    assert await window(vault, session) == both("a", "d")
    back = await vault.branches.go_to(session.id, 1)
    assert (back.way, back.number) == (Way.BACK, 1)
    assert await window(vault, session) == both("a", "b", "c")
    await talk(vault, session, "e")
    assert await window(vault, session) == both("a", "b", "c", "e")
    await vault.branches.go_to(session.id, 2)
    assert await window(vault, session) == both("a", "d")


async def test_before_what_the_person_said_they_say_it_anew(vault: Vault) -> None:
    session = await begin(vault)
    await talk(vault, session, "a", "b", "c")
    moved = await vault.branches.begin_at(session.id, ROOM.id, EventId("b"))
    assert moved.way is Way.BEFORE
    assert await window(vault, session) == both("a")
    assert (await vault.branches.begin_back(session.id, 1)).way is Way.BEFORE
    assert await window(vault, session) == []
    await vault.branches.go_to(session.id, 1)
    assert (await vault.branches.begin_back(session.id, 2)).way is Way.BEFORE
    assert await window(vault, session) == both("a")
    assert (await vault.branches.begin_back(session.id, 2)).way is Way.UNKNOWN


async def test_what_is_no_earlier_message_of_this_talk_begins_nothing(vault: Vault) -> None:
    before = await begin(vault)
    await talk(vault, before, "old")
    session = await begin(vault)
    await talk(vault, session, "a", "b")
    for event in ("old", "page-old", "nobody's"):
        moved = await vault.branches.begin_at(session.id, ROOM.id, EventId(event))
        assert moved.way is Way.UNKNOWN
    stayed = await vault.branches.begin_at(session.id, ROOM.id, EventId("page-b"))
    assert (stayed.way, stayed.number) == (Way.STAYED, 1)
    for number in (0, 1, 2):
        assert (await vault.branches.go_to(session.id, number)).way in {Way.UNKNOWN, Way.STAYED}
    assert await window(vault, session) == both("a", "b")


async def test_from_a_branch_that_is_set_aside_one_goes_on_too(vault: Vault) -> None:
    session = await begin(vault)
    await talk(vault, session, "a", "b", "c")
    await vault.branches.begin_at(session.id, ROOM.id, EventId("page-a"))
    await talk(vault, session, "d")
    moved = await vault.branches.begin_at(session.id, ROOM.id, EventId("page-b"))
    assert (moved.way, moved.number) == (Way.BEGUN, 3)
    assert await window(vault, session) == both("a", "b")
    # At its end there is nothing to set aside: it is gone back to.
    moved = await vault.branches.begin_at(session.id, ROOM.id, EventId("page-d"))
    assert (moved.way, moved.number) == (Way.BACK, 2)
    assert await window(vault, session) == both("a", "d")


async def test_another_answer_changes_the_branch_that_it_is_written_on_alone(vault: Vault) -> None:
    session = await begin(vault)
    await talk(vault, session, "a", "b")
    await vault.branches.begin_at(session.id, ROOM.id, EventId("page-a"))
    _, answer = await vault.last_exchange(session.id) or (None, None)
    assert answer is not None
    again = await vault.open_again(turn=answer.id, nonce="again", now=8.0)
    await vault.keep_shown(again, ["another"])
    await vault.close_reply(again, state=State.DONE, text="another", now=9.0)
    assert await window(vault, session) == ["said a", "another"]
    _, answer = await vault.last_exchange(session.id) or (None, None)
    assert answer is not None and answer.revisions == 2
    assert await vault.choose(answer.id, -1) is not None
    assert await window(vault, session) == both("a")
    assert await vault.choose(answer.id, 1) is not None
    here = (await vault.branches.list(session.id))[-1].number
    await vault.branches.go_to(session.id, 1)
    assert await window(vault, session) == both("a", "b")
    await vault.branches.go_to(session.id, here)
    assert await window(vault, session) == ["said a", "another"]


async def test_what_a_message_was_answered_on_another_branch_is_no_answer_to_it_here(
    vault: Vault,
) -> None:
    session = await begin(vault)
    await talk(vault, session, "a", "b")
    await vault.branches.begin_at(session.id, ROOM.id, EventId("page-a"))
    _, shared = await vault.last_exchange(session.id) or (None, None)
    assert shared is not None
    await vault.revise_turn(shared.id, "other words", 9.0)
    await vault.branches.go_to(session.id, 1)
    await vault.branches.begin_back(session.id, 1)
    _, answer = await vault.last_exchange(session.id) or (None, None)
    assert answer is not None and answer.text == "answer a"


async def test_an_answer_that_gave_way_to_another_is_gone_on_from_where_it_was_picked(
    vault: Vault,
) -> None:
    session = await begin(vault)
    first = await exchange(vault, session, "a", "said a", "answer a")
    again = await vault.open_again(turn=first.turn, nonce="again", now=8.0)
    await vault.keep_shown(again, ["another"])
    await vault.sent(again, 0, EventId("page-again"))
    await vault.close_reply(again, state=State.DONE, text="another", now=9.0)
    await talk(vault, session, "b")
    moved = await vault.branches.begin_at(session.id, ROOM.id, EventId("page-a"))
    assert moved.way is Way.BEGUN
    assert moved.last is not None and moved.last.text == "answer a"
    assert await window(vault, session) == both("a")
    await vault.branches.go_to(session.id, 1)
    assert await window(vault, session) == ["said a", "another", *both("b")]


async def test_an_undone_exchange_stays_where_another_branch_goes_on_from_it(vault: Vault) -> None:
    session = await begin(vault)
    await talk(vault, session, "a", "b", "c")
    await vault.branches.begin_at(session.id, ROOM.id, EventId("page-b"))
    assert await vault.branches.undo(session.id) == Undone(stays=True)
    assert await window(vault, session) == both("a")
    await talk(vault, session, "d")
    assert await vault.branches.undo(session.id) == Undone(stays=False)
    assert await window(vault, session) == both("a")
    await vault.branches.go_to(session.id, 1)
    assert await window(vault, session) == both("a", "b", "c")
    assert [await vault.branches.undo(session.id) for _ in range(4)] == [
        *[Undone(stays=False)] * 3,
        None,
    ]
    assert (await vault.export())["turns"] == []


async def test_i5_what_is_deleted_goes_from_all_branches_and_what_is_edited_changes_on_all(
    vault: Vault,
) -> None:
    session = await begin(vault)
    await talk(vault, session, "a", "b", "c")
    await vault.branches.begin_at(session.id, ROOM.id, EventId("page-b"))
    await talk(vault, session, "d")
    said = await vault.turn_of(ROOM.id, EventId("a"))
    assert said is not None
    await vault.revise_turn(said.id, "said anew", 9.0)
    gone = await vault.turn_of(ROOM.id, EventId("b"))
    aside = await vault.turn_of(ROOM.id, EventId("c"))
    assert gone is not None and aside is not None
    await vault.drop([gone.id, aside.id])
    assert await window(vault, session) == ["said anew", "answer a", "answer b", *both("d")]
    await vault.branches.go_to(session.id, 1)
    assert await window(vault, session) == ["said anew", "answer a", "answer b", "answer c"]
    exported = str(await vault.export())
    assert "said b" not in exported and "said c" not in exported


async def test_the_list_names_where_each_parts_and_not_what_has_nothing_of_its_own(
    vault: Vault,
) -> None:
    session = await begin(vault)
    await talk(vault, session, "a", "b", "c")
    assert [one.number for one in await vault.branches.list(session.id)] == [1]
    await vault.branches.begin_at(session.id, ROOM.id, EventId("page-a"))
    first, second = await vault.branches.list(session.id)
    assert (first.number, first.words, first.is_here) == (1, "said b", False)
    assert (second.number, second.words, second.is_here) == (2, "said a", True)
    # Nothing was said there, so nothing is left of it.
    await vault.branches.go_to(session.id, 1)
    assert [one.number for one in await vault.branches.list(session.id)] == [1]
    await vault.branches.begin_back(session.id, 1)
    assert [one.number for one in await vault.branches.list(session.id)] == [1, 3]


async def test_a_branch_is_forgotten_but_for_what_others_share(vault: Vault) -> None:
    session = await begin(vault)
    await talk(vault, session, "a", "b", "c")
    await vault.branches.begin_at(session.id, ROOM.id, EventId("page-a"))
    await talk(vault, session, "d")
    assert not await vault.branches.forget(session.id, 2)
    assert not await vault.branches.forget(session.id, 7)
    assert await vault.branches.forget(session.id, 1)
    assert await window(vault, session) == both("a", "d")
    exported = str(await vault.export())
    assert "answer b" not in exported and "said c" not in exported
    assert (await vault.branches.go_to(session.id, 1)).way is Way.UNKNOWN
    await vault.branches.begin_at(session.id, ROOM.id, EventId("page-a"))
    assert await window(vault, session) == both("a")


async def test_a_branch_that_was_left_without_a_word_keeps_nothing_of_another(vault: Vault) -> None:
    session = await begin(vault)
    await talk(vault, session, "a", "b")
    await vault.branches.begin_at(session.id, ROOM.id, EventId("page-a"))
    await talk(vault, session, "d", "e")
    await vault.branches.begin_back(session.id, 1)
    await vault.branches.go_to(session.id, 1)
    assert await vault.branches.forget(session.id, 2)
    assert [one.number for one in await vault.branches.list(session.id)] == [1]
    exported = str(await vault.export())
    assert "said d" not in exported and "answer e" not in exported


async def test_a_branch_holds_what_it_shared_with_one_that_was_forgotten(vault: Vault) -> None:
    session = await begin(vault)
    await talk(vault, session, "a", "b", "c")
    await vault.branches.begin_back(session.id, 1)
    assert await vault.branches.forget(session.id, 1)
    assert await window(vault, session) == both("a", "b")
    await vault.branches.begin_back(session.id, 1)
    await talk(vault, session, "d")
    first, second = await vault.branches.list(session.id)
    assert (first.number, first.words, second.number) == (2, "said b", 3)
    await vault.branches.go_to(session.id, 2)
    assert await window(vault, session) == both("a", "b")


async def test_there_are_so_many_branches_and_no_more(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forks, "MOST", 3)
    session = await begin(vault)
    await talk(vault, session, "a", "b")
    for name in ("c", "d"):
        assert (await vault.branches.begin_at(session.id, ROOM.id, EventId("b"))).way is Way.BEFORE
        await talk(vault, session, name)
    assert (await vault.branches.begin_back(session.id, 1)).way is Way.FULL
    assert await window(vault, session) == both("a", "d")
    await vault.branches.forget(session.id, 1)
    assert (await vault.branches.begin_back(session.id, 1)).way is Way.BEFORE


async def test_the_window_reaches_back_where_a_branch_begins_before_it(vault: Vault) -> None:
    session = await begin(vault)
    names = [f"n{number}" for number in range(60)]
    await talk(vault, session, *names)
    turns = await vault.window(session.id)
    await vault.trim(session.id, turns[110].id, "")
    await vault.branches.begin_at(session.id, ROOM.id, EventId("page-n30"))
    assert await window(vault, session) == both(*names[11:31])
    await vault.branches.go_to(session.id, 1)
    assert await window(vault, session) == both(*names[11:])
    with pytest.raises(Gone):
        await vault.trim(session.id, TurnId(9_999), "")


async def test_a_reply_that_ends_after_its_branch_was_left_stays_on_it(vault: Vault) -> None:
    """As in another room of the same person."""
    await vault.give_consent(Consent("memory", "2", 0.0))
    session = await begin(vault)
    await talk(vault, session, "a")
    reply = await open_for(vault, session, await arrive(vault, "b", "said b"))
    assert (await vault.branches.begin_back(session.id, 2)).way is Way.BEFORE
    await vault.close_reply(
        reply, state=State.CUT, text="answer b", now=9.0, remember=Rating.GENERAL
    )
    await catch_up(vault)
    assert await window(vault, session) == []
    assert await found(vault, "answer b") == []
    await vault.branches.go_to(session.id, 1)
    await catch_up(vault)
    assert await window(vault, session) == both("a", "b")
    assert await found(vault, "answer b") == ["answer b", "said b"]


# --- Memory ---------------------------------------------------------------------------------------


async def found(vault: Vault, text: str) -> list[str]:
    question = Question(dict.fromkeys(words_of(text), 1.0))
    place = Place(WREN, Rating.GENERAL, None)
    told = await recall(vault, question, place, most=8, budget_s=60.0)
    return sorted(turn.text for turn in told.turns if turn.text != "I see.")


async def tell(vault: Vault, session: Session, event: str, text: str) -> None:
    reply = await open_for(vault, session, await arrive(vault, event, text))
    await vault.keep_shown(reply, ["I see."])
    await vault.sent(reply, 0, EventId(f"page-{event}"))
    await vault.close_reply(
        reply, state=State.DONE, text="I see.", now=7.0, remember=Rating.GENERAL
    )
    await catch_up(vault)


async def test_what_is_set_aside_is_not_recalled_until_one_is_back(vault: Vault) -> None:
    await vault.give_consent(Consent("memory", "2", 0.0))
    session = await begin(vault)
    await tell(vault, session, "a", "My sister is called Mara.")
    await tell(vault, session, "b", "My brother is called Ole.")
    await vault.branches.begin_at(session.id, ROOM.id, EventId("page-a"))
    await tell(vault, session, "c", "My brother is called Per.")
    assert await found(vault, "brother called") == [
        "My brother is called Per.",
        "My sister is called Mara.",
    ]
    # Nor from another talk: in that one it has not happened.
    later = await begin(vault)
    await tell(vault, later, "d", "Good evening.")
    assert "My brother is called Ole." not in await found(vault, "brother called")


async def test_back_on_a_branch_its_words_are_found_again_and_the_others_are_not(
    vault: Vault,
) -> None:
    await vault.give_consent(Consent("memory", "2", 0.0))
    session = await begin(vault)
    await tell(vault, session, "a", "My sister is called Mara.")
    await tell(vault, session, "b", "My brother is called Ole.")
    await vault.branches.begin_at(session.id, ROOM.id, EventId("page-a"))
    await tell(vault, session, "c", "My brother is called Per.")
    await vault.branches.go_to(session.id, 1)
    await catch_up(vault)
    assert await found(vault, "brother called") == [
        "My brother is called Ole.",
        "My sister is called Mara.",
    ]


async def test_a10_what_was_set_aside_when_memory_ended_is_not_found_again(vault: Vault) -> None:
    await vault.give_consent(Consent("memory", "2", 0.0))
    session = await begin(vault)
    await tell(vault, session, "a", "My sister is called Mara.")
    await tell(vault, session, "b", "My brother is called Ole.")
    await vault.branches.begin_at(session.id, ROOM.id, EventId("page-a"))
    await vault.withdraw_consent("memory")
    await vault.give_consent(Consent("memory", "2", 0.0))
    await vault.branches.go_to(session.id, 1)
    await catch_up(vault)
    assert await found(vault, "brother called") == []


async def test_l2_what_was_edited_while_it_was_set_aside_has_the_stricter_rating(
    vault: Vault,
) -> None:
    for kind in ("memory", "intimate memory"):
        await vault.give_consent(Consent(kind, "2", 0.0))
    session = await begin(vault)
    await tell(vault, session, "a", "My sister is called Mara.")
    await tell(vault, session, "b", "My brother is called Ole.")
    await vault.branches.begin_at(session.id, ROOM.id, EventId("page-a"))
    aside = await vault.turn_of(ROOM.id, EventId("b"))
    assert aside is not None
    await vault.revise_turn(aside.id, "My brother is called Per.", 9.0, Rating.MATURE)
    await vault.branches.go_to(session.id, 1)
    await catch_up(vault)
    assert await found(vault, "brother called") == ["My sister is called Mara."]


# --- Whatever is done -----------------------------------------------------------------------------


class Plain:
    """A vault's tables without its thread, and beside them what people would expect: each branch a
    talk of its own, from which what is deleted on the platform goes wherever it stands."""

    def __init__(self) -> None:
        self.db: sqlite3.Connection = sqlcipher3.connect(":memory:", isolation_level=None)
        self.db.execute("PRAGMA foreign_keys = ON")
        migrate(self.db, VAULT, Path("vault"))
        self.session: SessionId = self.do(
            sessions.begin_session, persona="wren", sponsor=None, now=1.0, head="", seed=7
        ).id
        self.do(sessions.give_consent, Consent("memory", "2", 0.0))
        self.talks: dict[int, list[str]] = {1: []}
        self.here = 1
        self.count = 0

    def do(self, work: Callable[..., T], *args: object, **kwargs: object) -> T:
        return in_transaction(self.db, partial(work, self.db, *args, **kwargs))

    @property
    def talk(self) -> list[str]:
        return self.talks[self.here]

    def say(self) -> None:
        self.count += 1
        event, text = f"e{self.count}", f"said {self.count}"
        turn = self.do(turns.take_in, Message(EventId(event), ROOM, message("").author, text, 1.0))
        reply = self.do(
            replies.open_reply,
            session=self.session,
            answers=turn,
            nonce=event,
            note="",
            now=2.0,
        )
        self._close(reply, f"answer {self.count}", f"p-{event}")
        self.talk.extend((text, f"answer {self.count}"))

    def again(self) -> None:
        found = turns.last_exchange(self.db, self.session)
        if found is None or found[1] is None:
            return
        self.count += 1
        before = list(self.talk)
        reply = self.do(replies.open_again, turn=found[1].id, nonce=f"again{self.count}", now=2.0)
        self._close(reply, f"another {self.count}", f"p-again{self.count}")
        at = before.index(found[1].text)
        self._now_on([*before[:at], f"another {self.count}"], before[at + 1 :])

    def choose(self) -> None:
        found = turns.last_exchange(self.db, self.session)
        if found is None or found[1] is None:
            return
        before = list(self.talk)
        chosen = self.do(turns.choose, found[1].id, -1)
        if chosen is not None:
            at = before.index(found[1].text)
            self._now_on([*before[:at], chosen.text], before[at + 1 :])

    def undo(self) -> None:
        found = turns.last_exchange(self.db, self.session)
        before = list(self.talk)
        undone = self.do(branches.undo, self.session)
        assert (undone is None) == (found is None)
        if found is not None:
            at, gone = before.index(found[0].text), {turn.text for turn in found if turn}
            others = {text for n, talk in self.talks.items() if n != self.here for text in talk}
            # What only this branch had is gone from it, also where it goes on as another one.
            self.talks[self.here] = [one for one in before if one not in gone - others]
            self._now_on(before[:at], [text for text in before[at:] if text not in gone])

    def branch(self, which: int) -> None:
        back = 1 + which % 5
        before, said = list(self.talk), [text for text in self.talk if text.startswith("said")]
        moved = self.do(branches.begin_back, self.session, back)
        if len(said) < back:
            assert moved.way is Way.UNKNOWN
            return
        assert moved.way is Way.BEFORE
        self._now_on(before[: before.index(said[-back])])

    def delete(self, which: int) -> None:
        said = sorted({text for talk in self.talks.values() for text in talk if "said" in text})
        if not said:
            return
        gone = said[which % len(said)]
        turn = turns.turn_of(self.db, ROOM.id, EventId(f"e{gone.split()[1]}"))
        if turn is not None:
            self.do(turns.drop, [turn.id])
        self.talks = {n: [one for one in talk if one != gone] for n, talk in self.talks.items()}

    def go(self, which: int) -> None:
        numbers = sorted(self.talks)
        number = numbers[which % len(numbers)]
        moved = self.do(branches.go_to, self.session, number)
        if moved.way is Way.UNKNOWN:
            # Nothing was left on it that no other branch has.
            del self.talks[number]
        else:
            self.here = number

    def forget(self, which: int) -> None:
        numbers = sorted(self.talks)
        number = numbers[which % len(numbers)]
        if self.do(branches.forget, self.session, number):
            assert number != self.here
            del self.talks[number]

    def check(self) -> None:
        assert [turn.text for turn in turns.window(self.db, self.session)] == self.talk
        assert forks.current(self.db, self.session) == self.here
        indexing.catch_up(self.db, words_of, 5_000)
        indexed = self.db.execute(
            """SELECT revisions.text FROM indexed JOIN turns ON turns.id = indexed.turn
            JOIN revisions ON revisions.turn = turns.id AND revisions.step = turns.chosen"""
        ).fetchall()
        assert sorted(text for (text,) in indexed) == sorted(self.talk)
        there = self.db.execute("SELECT DISTINCT branch FROM branch_parts").fetchall()
        for number in self.talks.keys() - {row[0] for row in there}:
            # One on which nothing was said: all of it stands elsewhere.
            gone = self.talks.pop(number)
            assert set(gone) <= {text for talk in self.talks.values() for text in talk}
        listed = [one.number for one in branches.list_branches(self.db, self.session)]
        for number, talk in self.talks.items():
            assert number in listed or set(talk) <= set(self.talk)
        # Nothing is kept that no branch holds.
        kept = {
            row[0]
            for row in self.db.execute(
                """SELECT revisions.text FROM turns JOIN revisions
                ON revisions.turn = turns.id AND revisions.step = turns.chosen"""
            ).fetchall()
        }
        assert kept <= {text for talk in self.talks.values() for text in talk}

    def _now_on(self, talk: list[str], after: Sequence[str] = ()) -> None:
        """The branch that it happened on may be another one, and the old one stays as it was. An
        answer may stand behind the last exchange whose message was deleted: it stays there, too."""
        here = forks.current(self.db, self.session)
        self.talks[here] = [*talk, *(after if here == self.here else ())]
        self.here = here

    def _close(self, reply: Any, text: str, page: str) -> None:
        self.do(replies.keep_shown, reply, [text])
        self.do(replies.sent, reply, 0, EventId(page))
        self.do(
            replies.close_reply,
            reply,
            state=State.DONE,
            text=text,
            now=3.0,
            remember=Rating.GENERAL,
        )


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ("say", "say", "again", "choose", "undo", "branch", "delete", "go", "go", "forget")
        ),
        st.integers(0, 1000),
    ),
    max_size=40,
)


@given(STEPS)
@example([("say", 0), ("say", 0), ("branch", 0), ("again", 0), ("undo", 0)])
@settings(max_examples=150, deadline=None)
def test_whatever_is_done_each_branch_reads_as_a_talk_of_its_own(
    steps: Sequence[tuple[str, int]],
) -> None:
    plain = Plain()
    for step, which in steps:
        match step:
            case "say":
                plain.say()
            case "again":
                plain.again()
            case "choose":
                plain.choose()
            case "undo":
                plain.undo()
            case _:
                getattr(plain, step)(which)
        plain.check()
    plain.db.close()


# --- Joined, killed, quick ------------------------------------------------------------------------


async def test_joined_accounts_keep_the_branches_of_both(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        for person in (ADA, BEN):
            await house.make_vault(person)
            async with house.vault(person) as vault:
                assert vault is not None
                session = await begin(vault)
                names = [f"{person[-3:]}{number}" for number in range(3)]
                await talk(vault, session, *names)
                await vault.branches.begin_at(session.id, ROOM.id, EventId(f"page-{names[0]}"))
                await talk(vault, session, f"{person[-3:]}9")
        code = await house.links.make_code(ADA, 10.0)
        assert await house.links.join(BEN, code, 10.0)
        async with house.vault(ADA) as vault:
            assert vault is not None
            mine, theirs = SessionId(1), SessionId(2)
            for id_, name in ((mine, "ada"), (theirs, "ben")):
                said = [turn.text for turn in await vault.window(id_)]
                assert said == both(f"{name}0", f"{name}9")
                assert len(await vault.branches.list(id_)) == 2
                await vault.branches.go_to(id_, 1)
                said = [turn.text for turn in await vault.window(id_)]
                assert said == both(*(f"{name}{number}" for number in range(3)))


BRANCHER = """
import asyncio, sys
from pathlib import Path
from bot.events import EventId
from tests.store_help import ROOM, begin, exchange, vault_in

async def main(folder, first):
    async with vault_in(folder) as vault:
        session = await vault.session() or await begin(vault)
        for number in range(first, first + 1000):
            await exchange(vault, session, f"e{number}", f"said {number}", f"answer {number}")
            print("said", number, flush=True)
            moved = await vault.branches.begin_back(session.id, 1 + number % 3)
            print("on", moved.number, flush=True)

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""


async def test_i7_killed_while_branching_it_is_done_whole_or_not_at_all(tmp_path: Path) -> None:
    chance, told = random.Random(5), 0
    for round_ in range(4):
        lines = chance.randrange(1, 60)
        command = [sys.executable, "-c", BRANCHER, str(tmp_path), str(round_ * 1000)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            said = [child.stdout.readline() for _ in range(lines)]
            child.kill()
            said += child.stdout.readlines()
        whole = [line.split() for line in said if line.endswith("\n")]
        told += len(whole)
        async with vault_at(tmp_path) as vault:
            session = await vault.session()
            assert session is not None
            listed = {one.number: one for one in await vault.branches.list(session.id)}
            on = [int(number) for what, number in whole if what == "on"]
            if on:
                assert max(listed) >= on[-1]
            kept = {turn["revisions"][0]["text"] for turn in (await vault.export())["turns"]}  # type: ignore[attr-defined]  # the export is JSON, and its turns are tables
            assert {f"said {number}" for what, number in whole if what == "said"} <= kept
            # Each can be gone to and read, and what it holds is in order.
            for number in listed:
                await vault.branches.go_to(session.id, number)
                places = [turn.id for turn in await vault.window(session.id)]
                assert places == sorted(places)
    assert told > 20, "it talked"


def test_the_queries_of_every_message_look_things_up_and_sort_nothing() -> None:
    plain = Plain()
    for number in range(3):
        plain.say()
        plain.branch(number)
    for query, values in (
        (f"{turns.SAID} AND place >= ?2 {on_branch.IN_ORDER}", (1, 0)),
        (f"{turns.SAID} AND side = 'person' {on_branch.BACKWARDS} LIMIT 1", (1,)),
        (f"{sessions.SESSION} WHERE ended IS NULL ORDER BY id DESC LIMIT 1", ()),
    ):
        rows = plain.db.execute(f"EXPLAIN QUERY PLAN {query}", values).fetchall()
        plan = [row[3] for row in rows]
        assert not [step for step in plan if "TEMP B-TREE" in step], plan
        assert not [step for step in plan if step.startswith("SCAN turns")], plan
        assert any("turns_on_branch (session=? AND branch=?" in step for step in plan), plan
    plain.db.close()
