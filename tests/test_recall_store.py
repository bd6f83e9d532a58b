"""What is indexed, who finds it, and that it goes with its turn and with its consent."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
import sqlcipher3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.events import CommunityId, EventId, Rating, RoomId, SessionId, TurnId
from bot.memory.names import names_asked, names_in
from bot.memory.question import Question
from bot.memory.recall import Place, catch_up, recall
from bot.memory.words import words_of
from bot.store import indexing, replies, sessions, turns, vectors
from bot.store.card_rows import Found
from bot.store.database import empty_log, in_transaction, rewrite
from bot.store.migrations import VAULT, migrate
from bot.store.rows import Consent, Scope, Session, State
from bot.store.vault import Vault
from bot.store.vectors import BLOCK, Made
from tests.store_help import ADA, BEN, arrive, begin, house_in, message, open_for, rows, vault_in

T = TypeVar("T")
WREN = Scope("wren", None, None)
MEMORY, INTIMATE = Consent("memory", "2", 0.0), Consent("intimate memory", "2", 0.0)


async def say(
    vault: Vault,
    session: Session,
    event: str,
    text: str,
    rating: Rating | None = Rating.GENERAL,
    *,
    answer: str = "I see.",
) -> TurnId:
    turn = await arrive(vault, event, text)
    reply = await open_for(vault, session, turn)
    await vault.keep_shown(reply, [answer])
    await vault.sent(reply, 0, EventId(f"page-{event}"))
    await vault.close_reply(reply, state=State.DONE, text=answer, now=7.0, remember=rating)
    await catch_up(vault)
    return turn


async def found(
    vault: Vault,
    text: str,
    scope: Scope = WREN,
    *,
    ceiling: Rating = Rating.GENERAL,
    session: SessionId | None = None,
) -> list[str]:
    question = Question(dict.fromkeys(words_of(text), 1.0))
    place = Place(scope, ceiling, session)
    told = await recall(vault, question, place, most=8, budget_s=60.0)
    return [turn.text for turn in told.turns]


async def test_what_was_said_is_found_again_after_a_restart(tmp_path: Path) -> None:
    async with vault_in(tmp_path) as vault:
        await vault.give_consent(MEMORY)
        await say(vault, await begin(vault), "1", "My sister is called Mara.")
    async with house_in(tmp_path) as house, house.vault(ADA) as again:
        assert again is not None
        assert "My sister is called Mara." in await found(again, "your sister Mara")


async def cards(
    vault: Vault, text: str, scope: Scope = WREN, *, ceiling: Rating = Rating.GENERAL
) -> list[tuple[str, str]]:
    place = Place(scope, ceiling, None)
    question = Question({}, names=names_asked(text))
    told = await recall(vault, question, place, most=8, budget_s=60.0)
    return [(card.name, card.turn.text) for card in told.cards]


async def test_a_name_is_known_again_by_what_tells_most_of_it(tmp_path: Path) -> None:
    async with vault_in(tmp_path) as vault:
        await vault.give_consent(MEMORY)
        session = await begin(vault)
        first = await say(vault, session, "1", "Yesterday Ann came by.")
        await say(vault, session, "2", "I like what Ann cooks.")
        assert await cards(vault, "how is ann?") == [("ann", "Yesterday Ann came by.")]
        told = await say(vault, session, "3", "My sister Ann sails.")
        last = await say(vault, session, "4", "My aunt Ann Smith sails, too.")
        assert await cards(vault, "Ann?") == [("ann", "My aunt Ann Smith sails, too.")]
        assert [name for name, _ in await cards(vault, "ann smith?")] == ["ann smith"]
        for gone, left in ((last, "My sister Ann sails."), (told, "Yesterday Ann came by.")):
            await vault.drop([gone])
            assert await cards(vault, "Ann?") == [("ann", left)], "I5"
        await vault.revise_turn(first, "Yesterday Ole came by.", 9.0, Rating.GENERAL)
        assert await cards(vault, "Ole?") == [], "it is looked through again after the reply"
        await catch_up(vault)
        assert await cards(vault, "Ole? Ann?") == [
            ("ole", "Yesterday Ole came by."),
            ("ann", "I like what Ann cooks."),
        ]


async def test_names_keep_to_their_scope_rating_and_consent(tmp_path: Path) -> None:
    async with vault_in(tmp_path) as vault:
        await vault.give_consent(MEMORY)
        await vault.give_consent(INTIMATE)
        session = await begin(vault)
        await say(vault, session, "1", "My friend Ole dances.", Rating.ROMANCE)
        await say(vault, session, "2", "My friend Tilda dances.", Rating.MATURE)
        assert await cards(vault, "Ole, Tilda") == []
        assert [name for name, _ in await cards(vault, "Ole, Tilda", ceiling=Rating.ROMANCE)] == [
            "ole"
        ]
        assert len(await cards(vault, "Ole, Tilda", ceiling=Rating.MATURE)) == 2
        for scope in (Scope("kit", None, None), Scope("wren", CommunityId("console:tea"), None)):
            assert await cards(vault, "Ole, Tilda", scope, ceiling=Rating.MATURE) == []
        await vault.withdraw_consent("intimate memory")
        assert len(await cards(vault, "Ole, Tilda", ceiling=Rating.MATURE)) == 1
        await vault.withdraw_consent("memory")
        await vault.give_consent(MEMORY)
        await catch_up(vault)
        assert await cards(vault, "Ole, Tilda", ceiling=Rating.MATURE) == []


async def test_who_is_named_in_the_window_needs_no_card(tmp_path: Path) -> None:
    async with vault_in(tmp_path) as vault:
        await vault.give_consent(MEMORY)
        session = await begin(vault)
        await say(vault, session, "1", "My sister Ann sails.")
        place = Place(WREN, Rating.GENERAL, session.id)
        question = Question({}, names=("ann",))
        assert (await recall(vault, question, place, most=8, budget_s=60.0)).cards == ()


async def test_nothing_is_indexed_or_recalled_without_consent(tmp_path: Path) -> None:
    async with vault_in(tmp_path) as vault:
        session = await begin(vault)
        await say(vault, session, "1", "My sister is called Mara.")
        await vault.give_consent(MEMORY)
        assert await found(vault, "sister Mara") == []
        await say(vault, session, "2", "My brother is called Ole.")
        await vault.withdraw_consent("memory")
        assert await found(vault, "brother Ole") == []
        await vault.give_consent(MEMORY)
        await catch_up(vault)
        assert await found(vault, "brother Ole") == [], "what was withdrawn does not come back"


async def test_agreeing_once_more_forgets_nothing(tmp_path: Path) -> None:
    async with vault_in(tmp_path) as vault:
        await vault.give_consent(MEMORY)
        await say(vault, await begin(vault), "1", "My sister is called Mara.")
        await vault.give_consent(MEMORY)
        assert "My sister is called Mara." in await found(vault, "sister Mara")


async def test_p3_nothing_is_recalled_with_another_persona_or_sponsor_or_in_another_room(
    tmp_path: Path,
) -> None:
    async with vault_in(tmp_path) as vault:
        await vault.give_consent(MEMORY)
        await say(vault, await begin(vault), "1", "My sister is called Mara.")
        assert await found(vault, "sister Mara")
        for scope in (
            Scope("kit", None, None),
            Scope("wren", CommunityId("console:tea"), None),
            Scope("wren", None, RoomId("console:hall")),
        ):
            assert await found(vault, "sister Mara", scope) == []


async def test_nothing_comes_up_below_its_rating(tmp_path: Path) -> None:
    async with vault_in(tmp_path) as vault:
        await vault.give_consent(MEMORY)
        await vault.give_consent(INTIMATE)
        session = await begin(vault)
        await say(vault, session, "1", "We danced by the lake.", Rating.ROMANCE)
        await say(vault, session, "2", "The lantern was blue.", Rating.MATURE)
        assert await found(vault, "danced lake") == []
        assert "We danced by the lake." in await found(vault, "danced lake", ceiling=Rating.ROMANCE)
        assert await found(vault, "lantern blue", ceiling=Rating.ROMANCE) == []
        assert await found(vault, "lantern blue", ceiling=Rating.MATURE)


async def test_a10_intimate_things_need_a_consent_of_their_own_and_end_with_it(
    tmp_path: Path,
) -> None:
    async with vault_in(tmp_path) as vault:
        await vault.give_consent(MEMORY)
        session = await begin(vault)
        await say(vault, session, "1", "The lantern was blue.", Rating.MATURE)
        assert await found(vault, "lantern blue", ceiling=Rating.MATURE) == []
        await vault.give_consent(INTIMATE)
        await say(vault, session, "2", "The kettle was red.", Rating.MATURE)
        await say(vault, session, "3", "The ladder was green.")
        assert await found(vault, "kettle red", ceiling=Rating.MATURE)
        await vault.withdraw_consent("intimate memory")
        assert await found(vault, "kettle red", ceiling=Rating.MATURE) == []
        assert await found(vault, "ladder green")


@pytest.mark.parametrize("table", ["indexed", "to_index", "set_aside"])
async def test_a10_a_note_goes_wherever_what_it_quotes_waits(tmp_path: Path, table: str) -> None:
    async with vault_in(tmp_path) as vault:
        for consent in (MEMORY, INTIMATE):
            await vault.give_consent(consent)
        session = await begin(vault)
        quoted = await say(vault, session, "1", "The kettle was red.", Rating.MATURE)
        asks = await say(vault, session, "2", "What was red?")

        def quote(db: sqlite3.Connection) -> None:
            if table != "indexed":
                db.execute(f"INSERT INTO {table} (turn, rating) VALUES (?, 2)", (quoted,))
                db.execute("DELETE FROM indexed WHERE turn = ?", (quoted,))
            db.execute("UPDATE turns SET note = 'The kettle was red.' WHERE id = ?", (asks,))
            db.execute("INSERT INTO quotes VALUES (?, ?)", (asks, quoted))

        await vault._db.write(quote)
        await vault.withdraw_consent("intimate memory")
        kept = [row["note"] for row in rows(await vault.export(), "turns")]
        assert set(kept) == {""}


async def test_what_stands_in_the_window_is_not_recalled(tmp_path: Path) -> None:
    async with vault_in(tmp_path) as vault:
        await vault.give_consent(MEMORY)
        session = await begin(vault)
        await say(vault, session, "1", "My sister is called Mara.")
        later = await say(vault, session, "2", "Tell me of the sea.")
        assert await found(vault, "sister Mara", session=session.id) == []
        await vault.trim(session.id, later, "")
        assert "My sister is called Mara." in await found(vault, "sister Mara", session=session.id)


async def test_an_edited_turn_is_found_by_its_new_words_and_among_its_neighbours(
    tmp_path: Path,
) -> None:
    async with vault_in(tmp_path) as vault:
        await vault.give_consent(MEMORY)
        session = await begin(vault)
        turn = await say(vault, session, "1", "My sister is called Mara.")
        await say(vault, session, "2", "She keeps bees.")
        await vault.revise_turn(turn, "My cousin is called Lotte.", 9.0, Rating.GENERAL)
        assert "My cousin is called Lotte." not in await found(vault, "sister Mara")
        await catch_up(vault)
        assert await found(vault, "sister Mara") == []
        assert (await found(vault, "Lotte"))[0] == "My cousin is called Lotte."
        assert "She keeps bees." in await found(vault, "Lotte")


async def test_of_several_answers_only_the_chosen_one_is_found(tmp_path: Path) -> None:
    async with vault_in(tmp_path) as vault:
        await vault.give_consent(MEMORY)
        session = await begin(vault)
        await say(vault, session, "1", "Who keeps the light?", answer="Old Henrik does.")
        exchange = await vault.last_exchange(session.id)
        assert exchange is not None
        assert exchange[1] is not None
        again = await vault.open_again(turn=exchange[1].id, nonce="again", now=8.0)
        await vault.keep_shown(again, ["Young Signe does."])
        await vault.close_reply(
            again, state=State.DONE, text="Young Signe does.", now=9.0, remember=Rating.GENERAL
        )
        await catch_up(vault)
        assert await found(vault, "Henrik") == []
        assert "Young Signe does." in await found(vault, "Signe")
        await vault.choose(exchange[1].id, -1)
        await catch_up(vault)
        assert await found(vault, "Signe") == []
        assert "Old Henrik does." in await found(vault, "Henrik")


@pytest.mark.parametrize("rating", [Rating.MATURE, None])
async def test_what_is_said_anew_under_a_higher_ceiling_does_not_come_up_under_the_old_one(
    tmp_path: Path, rating: Rating | None
) -> None:
    async with vault_in(tmp_path) as vault:
        await vault.give_consent(MEMORY)
        session = await begin(vault)
        turn = await say(vault, session, "1", "Who keeps the light?", answer="Old Henrik does.")
        exchange = await vault.last_exchange(session.id)
        assert exchange is not None
        assert exchange[1] is not None
        again = await vault.open_again(turn=exchange[1].id, nonce="again", now=8.0)
        await vault.keep_shown(again, ["The lantern was blue."])
        await vault.close_reply(
            again, state=State.DONE, text="The lantern was blue.", now=9.0, remember=rating
        )
        if rating is not None:
            await vault.revise_turn(turn, "The kettle was red.", 9.0, rating)
        await catch_up(vault)
        for ceiling in Rating:
            assert "The lantern was blue." not in await found(vault, "lantern", ceiling=ceiling)
            assert "The kettle was red." not in await found(vault, "kettle", ceiling=ceiling)


async def test_what_is_late_is_left_out(tmp_path: Path) -> None:
    async with vault_in(tmp_path) as vault:
        await vault.give_consent(MEMORY)
        await say(vault, await begin(vault), "1", "My sister is called Mara.")
        question, place = Question({"mar": 1.0}), Place(WREN, Rating.GENERAL, None)
        assert (await recall(vault, question, place, most=8, budget_s=60.0)).turns
        assert await recall(vault, question, place, most=8, budget_s=-1.0) == Found()


async def test_two_accounts_that_become_one_person_find_what_both_have_said(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        for person, text in ((ADA, "My sister is called Mara."), (BEN, "My cousin is called Ole.")):
            await house.make_vault(person)
            async with house.vault(person) as vault:
                assert vault is not None
                await vault.give_consent(MEMORY)
                await say(vault, await begin(vault), str(person), text)
        code = await house.links.make_code(ADA, 10.0)
        assert await house.links.join(BEN, code, 10.0)
        async with house.vault(BEN) as both:
            assert both is not None
            await catch_up(both)
            assert "My sister is called Mara." in await found(both, "sister Mara")
            assert "My cousin is called Ole." in await found(both, "cousin Ole")


async def test_of_two_accounts_only_what_both_agreed_to_is_remembered(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        for person in (ADA, BEN):
            await house.make_vault(person)
            async with house.vault(person) as vault:
                assert vault is not None
                await vault.give_consent(MEMORY)
                if person == BEN:
                    await vault.give_consent(INTIMATE)
                await say(vault, await begin(vault), str(person), "A red kettle.", Rating.MATURE)
                await say(vault, await begin(vault), f"{person} too", "A green ladder.")
        assert await house.links.join(BEN, await house.links.make_code(ADA, 10.0), 10.0)
        async with house.vault(ADA) as both:
            assert both is not None
            await catch_up(both)
            assert await found(both, "kettle", ceiling=Rating.MATURE) == []
            assert (await found(both, "ladder")).count("A green ladder.") == 2


# --- Nothing is left ----------------------------------------------------------------------------


class Plain:
    """The same functions on a file without encryption, so that a search of it means something."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "plain.db"
        self.db: sqlite3.Connection = sqlcipher3.connect(str(self.file), isolation_level=None)
        for pragma in ("journal_mode = WAL", "foreign_keys = ON", "secure_delete = ON"):
            self.db.execute(f"PRAGMA {pragma}").fetchall()
        migrate(self.db, VAULT, self.file)
        sessions.give_consent(self.db, MEMORY)
        self.session = sessions.begin_session(
            self.db, persona="wren", sponsor=None, now=1.0, head="", seed=7
        )
        self.heard = 0

    def do(self, work: Callable[[], T]) -> T:
        return in_transaction(self.db, work)

    def say(self, text: str) -> TurnId:
        self.heard += 1
        turn = turns.take_in(self.db, message(str(self.heard), text))
        assert turn is not None
        reply = replies.open_reply(
            self.db, session=self.session.id, answers=turn, nonce=f"n{turn}", note="", now=6.0
        )
        replies.close_reply(
            self.db, reply, state=State.DONE, text=f"Yes, {text}", now=7.0, remember=Rating.GENERAL
        )
        return turn

    def drop_all(self, turn: TurnId) -> None:
        answers = self.db.execute("SELECT id FROM turns WHERE answers = ?", (turn,)).fetchall()
        turns.drop(self.db, [TurnId(row[0]) for row in answers])
        turns.drop(self.db, [turn])

    def bytes(self) -> bytes:
        empty_log(self.db)
        log = self.file.with_name(f"{self.file.name}-wal")
        return self.file.read_bytes() + (log.read_bytes() if log.exists() else b"")


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Plain]:
    vault = Plain(tmp_path)
    yield vault
    vault.db.close()


CANARY = "quokka{:04}x"


def numbers(plain: Plain, text: str) -> set[int]:
    (key,) = plain.db.execute("SELECT key FROM scopes").fetchone()
    return {indexing.number_of(word, key) for word in words_of(text)}


def test_the_index_holds_no_word(plain: Plain) -> None:
    """An accent tells the index from the transcript: words are folded before they are indexed."""
    plain.do(lambda: plain.say("quökka0001x"))
    plain.do(lambda: indexing.catch_up(plain.db, words_of, 50))
    assert words_of("quökka0001x") == ("quokka0001x",)
    file = plain.bytes()
    assert "quökka0001x".encode() in file
    assert b"quokka0001x" not in file


def test_the_cards_hold_no_name(plain: Plain) -> None:
    plain.do(lambda: plain.say("My sister Quökkania sings."))
    plain.do(lambda: indexing.catch_up(plain.db, words_of, 50, names_in=names_in))
    assert plain.db.execute("SELECT count(*) FROM named").fetchone() == (1,)
    assert b"quokkania" not in plain.bytes()


def test_i5_what_was_dropped_is_in_no_byte_of_the_file(plain: Plain) -> None:
    """Among thousands, so that pages are parted and joined: their edges hold keys, too."""
    said = [plain.say(f"{CANARY.format(n)} and the tide of day {n}") for n in range(900)]
    plain.do(lambda: indexing.catch_up(plain.db, words_of, 5_000))
    for number, turn in enumerate(said):
        if number % 3:
            plain.do(partial(plain.drop_all, turn))
    file = plain.bytes()
    in_words = {row[0] for row in plain.db.execute("SELECT DISTINCT word FROM words").fetchall()}
    for number in range(900):
        canary = CANARY.format(number)
        assert (canary.encode() in file) == (number % 3 == 0)
        assert bool(numbers(plain, canary) & in_words) == (number % 3 == 0)


def test_i5_the_signs_of_a_vector_go_with_its_turn_and_those_beside_it_stay(plain: Plain) -> None:
    said = [plain.say(f"The tide of day {n}") for n in range(60)]
    plain.do(lambda: indexing.catch_up(plain.db, words_of, 5_000))
    bare = plain.do(lambda: vectors.missing(plain.db, 7, 500))
    signs = {one.turn: b"<%06d>" % one.turn for one in bare}
    made = [(one, Made(signs[one.turn] * 2, signs[one.turn])) for one in bare]
    plain.do(lambda: vectors.keep(plain.db, 7, made))
    for number, turn in enumerate(said):
        if number % 3 or number < 20:
            plain.do(partial(plain.drop_all, turn))
    rewrite(plain.db)
    file = plain.bytes()
    stand = {row[0] for row in plain.db.execute("SELECT turn FROM indexed").fetchall()}
    assert {turn for turn in signs if signs[turn] in file} == stand
    kept = plain.db.execute("SELECT block, bits FROM signs").fetchall()
    told = {
        block * BLOCK + at for block, bits in kept for at in range(BLOCK) if any(bits[8 * at :][:8])
    }
    assert told == {row[0] for row in plain.db.execute("SELECT spot FROM vectors").fetchall()}
    assert all(any(bits) for _, bits in kept), "what is empty does not stay"
    plain.do(lambda: sessions.withdraw_consent(plain.db, "memory"))
    assert plain.db.execute("SELECT count(*) FROM signs").fetchone() == (0,)
    rewrite(plain.db)
    file = plain.bytes()
    assert not any(one in file for one in signs.values())


def test_a10_without_the_consent_nothing_of_the_index_is_left(plain: Plain) -> None:
    for number in range(300):
        plain.say(CANARY.format(number))
    plain.do(lambda: indexing.catch_up(plain.db, words_of, 5_000))
    (key,) = plain.db.execute("SELECT key FROM scopes").fetchone()
    assert key in plain.bytes()
    plain.do(lambda: sessions.withdraw_consent(plain.db, "memory"))
    for table in ("words", "indexed", "to_index", "scopes"):
        assert plain.db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    file = plain.bytes()
    assert key not in file, "with it every number that a page may still hold means nothing"
    assert CANARY.format(7).encode() in file, "the transcript is the talk itself"


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["say", "index", "drop", "edit", "swipe", "off", "on"]), st.integers(0, 99)
    ),
    max_size=40,
)


@given(STEPS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_after_any_steps_the_index_holds_what_stands_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, steps: Sequence[tuple[str, int]]
) -> None:
    plain = Plain(tmp_path_factory.mktemp("steps"))
    stands: dict[TurnId, str] = {}
    for number, (step, which) in enumerate(steps):
        turn = sorted(stands)[which % len(stands)] if stands else None
        plain.do(partial(_take, plain, stands, step, turn, number))
    plain.do(lambda: indexing.catch_up(plain.db, words_of, 5_000))
    rows = plain.db.execute(
        """SELECT indexed.words, revisions.text FROM indexed JOIN turns ON turns.id = indexed.turn
        JOIN revisions ON revisions.turn = turns.id AND revisions.step = turns.chosen"""
    ).fetchall()
    assert all(numbers(plain, text) == set(json.loads(words)) for words, text in rows)
    in_words = {row[0] for row in plain.db.execute("SELECT DISTINCT word FROM words").fetchall()}
    assert in_words == {word for words, _ in rows for word in json.loads(words)}
    assert plain.db.execute("SELECT coalesce(sum(turns), 0) FROM scopes").fetchone() == (len(rows),)
    assert plain.db.execute("SELECT count(*) FROM to_index").fetchone() == (0,)
    plain.db.close()


def _take(plain: Plain, stands: dict[TurnId, str], step: str, turn: TurnId | None, n: int) -> None:
    match step:
        case "say":
            text = CANARY.format(n)
            stands[plain.say(text)] = text
        case "index":
            indexing.catch_up(plain.db, words_of, 3)
        case "off":
            sessions.withdraw_consent(plain.db, "memory")
        case "on":
            sessions.give_consent(plain.db, MEMORY)
        case "drop" if turn is not None:
            plain.drop_all(turn)
            del stands[turn]
        case "edit" if turn is not None:
            turns.revise_turn(plain.db, turn, "Something else altogether.", 9.0, Rating.GENERAL)
        case "swipe" if turn is not None:
            turns.choose(plain.db, turn, -1)
