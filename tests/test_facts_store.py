"""What is known of a person: which of two holds, what comes back, what goes with what, and that the
forgotten stays forgotten."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.events import Rating, TurnId
from bot.memory.about import about_person
from bot.memory.words import words_of
from bot.store import facts, forgetting, indexing, learning, notes, replies, sessions, turns
from bot.store.database import rewrite
from bot.store.export import export
from bot.store.fact_rows import Draft, Fact, Origin
from bot.store.rows import Consent, Gone, Scope, State
from bot.store.unsaid import Forgot
from bot.store.vault import Vault
from tests.store_help import ADA, BEN, arrive, begin, house_in, message, open_for, vault_in
from tests.test_recall_store import Plain

WREN, KIT = Scope("wren", None, None), Scope("kit", None, None)
MEMORY, INTIMATE = Consent("memory", "2", 0.0), Consent("intimate memory", "2", 0.0)
NOW = 50.0


def home(place: str, *, ends: bool = False) -> Draft:
    return Draft("home", "", place, f"I live in {place}.", is_alone=True, ends=ends)


def cat(name: str, quote: str = "") -> Draft:
    return Draft("pet", "cat", name, quote or f"My cat is called {name}.")


def said(
    plain: Plain,
    *drafts: Draft,
    rating: Rating = Rating.GENERAL,
    text: str = "",
    at: float | None = None,
) -> TurnId:
    """Somebody says something, and this is found in it. `at`: what the clock said then."""
    turn = plain.do(lambda: _say(plain, text or " ".join(one.quote for one in drafts), rating))
    if at is not None:
        plain.db.execute("UPDATE turns SET at = ? WHERE id = ?", (at, turn))
    plain.do(lambda: indexing.catch_up(plain.db, words_of, 50, drafts_of=lambda _text, _at: drafts))
    return turn


def _say(plain: Plain, text: str, rating: Rating) -> TurnId:
    plain.heard += 1
    turn = turns.take_in(plain.db, message(str(plain.heard), text))
    assert turn is not None
    reply = replies.open_reply(
        plain.db, session=plain.session.id, answers=turn, nonce=f"n{turn}", note="", now=6.0
    )
    replies.close_reply(plain.db, reply, state=State.DONE, text="Yes.", now=7.0, remember=rating)
    return turn


def values(plain: Plain, ceiling: Rating = Rating.MATURE, scope: Scope = WREN) -> list[str]:
    return [fact.value for fact in facts.facts(plain.db, scope, ceiling)]


def known(plain: Plain, value: str) -> Fact:
    every = facts.facts(plain.db, WREN, Rating.MATURE, current_only=False)
    return next(fact for fact in reversed(every) if fact.value == value)


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Plain]:
    vault = Plain(tmp_path)
    sessions.give_consent(vault.db, INTIMATE)
    yield vault
    vault.db.close()


# --- Which of two holds -------------------------------------------------------------------------


def test_what_can_hold_only_one_at_a_time_is_closed_by_the_newer(plain: Plain) -> None:
    said(plain, home("Porto"))
    said(plain, home("Lisbon"))
    assert values(plain) == ["Lisbon"]
    porto, lisbon = known(plain, "Porto"), known(plain, "Lisbon")
    assert (porto.superseded_by, porto.valid_to) == (lisbon.id, lisbon.valid_from)
    assert not porto.is_current


def test_what_may_be_many_stands_side_by_side(plain: Plain) -> None:
    said(plain, cat("Mara"))
    said(plain, cat("Ole"))
    assert values(plain) == ["Mara", "Ole"]


def test_within_one_message_the_later_holds(plain: Plain) -> None:
    said(plain, home("Porto"), home("Lisbon"))
    assert values(plain) == ["Lisbon"]


def test_when_the_newer_goes_the_older_is_back(plain: Plain) -> None:
    said(plain, home("Porto"))
    lisbon, faro = said(plain, home("Lisbon")), said(plain, home("Faro"))
    plain.do(partial(plain.drop_all, lisbon))
    assert values(plain) == ["Faro"]
    assert known(plain, "Porto").superseded_by == known(plain, "Faro").id
    plain.do(partial(plain.drop_all, faro))
    assert values(plain) == ["Porto"]
    assert known(plain, "Porto").valid_to is None


def test_what_was_said_again_in_between_is_a_fact_of_its_own(plain: Plain) -> None:
    for place in ("Porto", "Lisbon"):
        said(plain, home(place))
    last = said(plain, home("PORTO"))
    assert values(plain) == ["PORTO"]
    plain.do(partial(plain.drop_all, last))
    assert values(plain) == ["Lisbon"]


def test_said_twice_it_stays_until_both_have_gone(plain: Plain) -> None:
    first, second = said(plain, home("Porto")), said(plain, home("porto"))
    (fact,) = facts.facts(plain.db, WREN, Rating.GENERAL)
    assert [source.turn for source in fact.sources] == [first, second]
    plain.do(partial(plain.drop_all, first))
    assert len(values(plain)) == 1
    plain.do(partial(plain.drop_all, second))
    assert values(plain) == []


def test_what_is_learned_late_takes_its_place_in_the_talk(plain: Plain) -> None:
    """A model reads long after a rule did; and a clock that is set back changes nothing."""
    first = said(plain, cat("Mara"))
    said(plain, home("Lisbon"))
    plain.do(
        lambda: learning.learn(plain.db, first, [home("Porto")], origin=Origin.MODEL, now=-1e9)
    )
    assert values(plain) == ["Mara", "Lisbon"]


@pytest.mark.parametrize("at", [-1e12, 0.0, 5.0, 1e15])
def test_whatever_the_clock_says_the_later_of_the_talk_holds(plain: Plain, at: float) -> None:
    said(plain, home("Porto"))
    said(plain, home("Lisbon"), at=at)
    assert values(plain) == ["Lisbon"]
    porto = known(plain, "Porto")
    assert porto.valid_to is not None
    assert porto.valid_to >= porto.valid_from, "nothing ends before it began"
    assert known(plain, "Lisbon").valid_from == at
    assert about_person([known(plain, "Lisbon")], 500).facts


@pytest.mark.parametrize("hold", ["pin", "edit", "add a source to it"])
def test_what_the_person_pinned_or_edited_always_wins(plain: Plain, hold: str) -> None:
    said(plain, home("Porto"))
    id_ = known(plain, "Porto").id
    if hold == "edit":
        plain.do(lambda: facts.edit_fact(plain.db, id_, "Porto", NOW, Rating.GENERAL))
    else:
        plain.do(lambda: facts.pin_fact(plain.db, id_, is_pinned=True))
    if hold == "add a source to it":
        said(plain, home("Porto"))
    said(plain, home("Lisbon"))
    assert values(plain) == ["Porto"]
    assert known(plain, "Lisbon").superseded_by == id_
    if hold == "pin":
        plain.do(lambda: facts.pin_fact(plain.db, id_, is_pinned=False))
        assert values(plain) == ["Lisbon"], "what they let go of is settled by the talk"


def test_who_is_no_longer_something_ends_only_that(plain: Plain) -> None:
    said(plain, home("Porto", ends=True))
    assert values(plain) == [], "it says nothing of who never was"
    said(plain, home("Lisbon"))
    said(plain, home("Porto", ends=True))
    assert values(plain) == ["Lisbon"]
    last = said(plain, home("Lisbon", ends=True))
    assert values(plain) == ["not Lisbon"]
    plain.do(partial(plain.drop_all, last))
    assert values(plain) == ["Lisbon"]


# --- What goes with what ------------------------------------------------------------------------


def test_i5_an_edited_message_takes_its_facts_along(plain: Plain) -> None:
    said(plain, home("Porto"))
    turn = said(plain, home("Lisbon"))
    plain.do(lambda: turns.revise_turn(plain.db, turn, "I hum.", NOW, Rating.GENERAL))
    assert values(plain) == ["Porto"]


def test_i5_a_fact_is_told_in_the_words_of_a_source_that_is_there(plain: Plain) -> None:
    first = said(plain, cat("Mara", "Quokka: my cat is Mara."))
    said(plain, cat("Mara", "Mara is my cat."))
    plain.do(partial(plain.drop_all, first))
    (fact,) = facts.facts(plain.db, WREN, Rating.GENERAL)
    assert fact.sentence == "Mara is my cat."
    assert b"Quokka" not in plain.bytes()


def test_a_fact_is_never_told_in_words_from_above_the_ceiling(plain: Plain) -> None:
    said(plain, cat("Mara", "In the dark: my cat is Mara."), rating=Rating.MATURE)
    assert values(plain, Rating.ROMANCE) == []
    turn = said(plain, cat("Mara", "Mara is my cat."))
    (fact,) = facts.facts(plain.db, WREN, Rating.GENERAL)
    assert fact.sentence == "Mara is my cat."
    assert [source.quote for source in fact.sources] == ["Mara is my cat."]
    plain.do(partial(plain.drop_all, turn))
    assert values(plain, Rating.ROMANCE) == []
    assert values(plain) == ["Mara"]


def test_what_is_hidden_by_its_rating_does_not_bring_back_what_it_closed(plain: Plain) -> None:
    said(plain, home("Porto"))
    said(plain, home("Lisbon"), rating=Rating.MATURE)
    assert values(plain, Rating.GENERAL) == []


def test_a10_without_that_consent_what_was_intimate_goes(plain: Plain) -> None:
    said(plain, home("Porto"))
    said(plain, home("Lisbon"), rating=Rating.MATURE)
    plain.do(lambda: facts.add_fact(plain.db, WREN, "I hum.", Rating.MATURE, NOW))
    plain.do(lambda: sessions.withdraw_consent(plain.db, "intimate memory"))
    assert values(plain) == ["Porto"]
    assert plain.do(lambda: _added(plain, "Mine.", Rating.MATURE)) is None
    assert plain.db.execute("SELECT count(*) FROM to_index").fetchone() == (0,)


def test_a10_without_memory_nothing_is_left(plain: Plain) -> None:
    said(plain, cat("Mara"), home("Porto"))
    plain.do(lambda: forgetting.forget_facts(plain.db, [known(plain, "Mara").id]))
    plain.do(lambda: sessions.withdraw_consent(plain.db, "memory"))
    for table in ("facts", "sources", "forgotten", "cites", "scopes"):
        assert plain.db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert plain.do(lambda: _added(plain, "Mine.", Rating.GENERAL)) is None


def test_i5_what_was_forgotten_with_its_turn_is_in_no_byte_of_the_file(plain: Plain) -> None:
    said(plain, *[cat(f"quokka{number:03}x") for number in range(300)], text="Hm.")
    turn = said(plain, *[cat(f"numbat{number:03}x") for number in range(300)])
    every = facts.facts(plain.db, WREN, Rating.GENERAL)
    gone = [fact.id for fact in every if fact.value.startswith("quokka") and fact.id % 2]
    plain.do(lambda: forgetting.forget_facts(plain.db, gone))
    plain.do(partial(plain.drop_all, turn))
    rewrite(plain.db)
    file = plain.bytes()
    assert b"numbat" not in file
    for number in range(300):
        assert (f"quokka{number:03}x".encode() in file) == bool(number % 2)


def test_p3_facts_are_one_personas(plain: Plain) -> None:
    said(plain, home("Porto"))
    assert values(plain, scope=KIT) == []
    id_ = known(plain, "Porto").id
    assert facts.fact(plain.db, KIT, Rating.MATURE, id_) is None
    assert facts.fact(plain.db, WREN, Rating.MATURE, id_) is not None


def test_a_fact_that_is_shared_goes_with_the_same_message(plain: Plain) -> None:
    turn = said(plain, home("Porto"))
    id_ = known(plain, "Porto").id
    shared = plain.do(lambda: facts.share_fact(plain.db, id_, KIT, NOW))
    assert values(plain, scope=KIT) == ["Porto"]
    assert shared != id_
    assert facts.share_fact(plain.db, id_, WREN, NOW) is None, "there it is known already"
    plain.do(partial(plain.drop_all, turn))
    assert values(plain, scope=KIT) == []


# --- What the person does -----------------------------------------------------------------------


def _added(plain: Plain, text: str, rating: Rating, turn: TurnId | None = None) -> int | None:
    return facts.add_fact(plain.db, WREN, text, rating, NOW, turn=turn)


def test_what_the_person_writes_stays_until_they_forget_it(plain: Plain) -> None:
    turn = said(plain, cat("Mara"))
    mine = plain.do(lambda: _added(plain, "I hum.", Rating.GENERAL))
    kept = plain.do(lambda: _added(plain, "My cat is called Mara.", Rating.GENERAL, turn))
    assert mine is not None
    assert kept is not None
    edited = plain.do(
        lambda: facts.edit_fact(plain.db, known(plain, "Mara").id, "Mira", NOW, Rating.GENERAL)
    )
    assert edited is not None
    assert (edited.origin, edited.sources, edited.sentence) == (Origin.PERSON, (), "Mira")
    plain.do(partial(plain.drop_all, turn))
    assert sorted(values(plain)) == ["I hum.", "Mira"], "a message that was kept goes with itself"


def test_what_was_edited_or_forgotten_is_not_learned_again_from_elsewhere(plain: Plain) -> None:
    for name in ("Mara", "Ole"):
        said(plain, cat(name))
    plain.do(
        lambda: facts.edit_fact(plain.db, known(plain, "Mara").id, "Mira", NOW, Rating.GENERAL)
    )
    plain.do(lambda: forgetting.forget_facts(plain.db, [known(plain, "Ole").id]))
    for name in ("MARA", "ole"):
        said(plain, cat(name))
    assert values(plain) == ["Mira"]
    plain.do(lambda: _added(plain, "My cat is Ole.", Rating.GENERAL))
    assert sorted(values(plain)) == ["Mira", "My cat is Ole."]


@pytest.mark.parametrize(
    ("forgotten", "again"),
    [
        ("Zoë", "ZOE"),
        ("the bakery", "bakery"),
        ("Schuhladen", "mein Schuhladen."),
        ("l’atelier", "Atelier"),
        ("not a nurse", "not nurse"),
        ("花子", "「花子」"),
        ("O'Neill", "o neill"),
    ],
)
def test_what_was_forgotten_is_known_with_other_marks_and_articles(
    plain: Plain, forgotten: str, again: str
) -> None:
    said(plain, cat(forgotten))
    plain.do(lambda: forgetting.forget_facts(plain.db, [known(plain, forgotten).id]))
    said(plain, cat(again))
    assert values(plain) == []


@pytest.mark.parametrize(
    ("forgotten", "other"),
    [
        ("Ann", "Anna"),
        ("nurse", "not nurse"),
        ("bakery", "bakeries"),
        ("the", "a"),
        ("red house", "house"),
        ("🐝", "🐞"),
        ("Paris", "Paris Hill"),
    ],
)
def test_what_is_something_else_is_learned(plain: Plain, forgotten: str, other: str) -> None:
    said(plain, cat(forgotten))
    plain.do(lambda: forgetting.forget_facts(plain.db, [known(plain, forgotten).id]))
    said(plain, cat(other))
    assert values(plain) == [other]


def test_what_was_forgotten_by_an_older_version_stays_forgotten(plain: Plain) -> None:
    """Its hash is of the words as they were."""
    said(plain, cat("the Zoë"))
    plain.do(lambda: forgetting.forget_facts(plain.db, [known(plain, "the Zoë").id]))
    key, told = b"k" * 16, "pet\0cat\0the zoë"
    old = hashlib.blake2b(told.encode(), key=key, digest_size=16).digest()
    plain.db.execute("UPDATE forgotten SET key = ?, hash = ?", (key, old))
    said(plain, cat("the Zoë"))
    assert values(plain) == []


def test_the_person_themselves_may_say_again_what_they_forgot(plain: Plain) -> None:
    id_ = plain.do(lambda: _added(plain, "I hum.", Rating.GENERAL))
    assert id_ is not None
    assert plain.do(lambda: forgetting.forget_facts(plain.db, [id_, 999])) == ()
    assert values(plain) == []
    plain.do(lambda: _added(plain, "I hum.", Rating.GENERAL))
    assert values(plain) == ["I hum."]
    assert plain.db.execute("SELECT count(*) FROM forgotten").fetchone() == (0,)


def test_all_at_once_and_nothing_old_is_learned_from_again(plain: Plain) -> None:
    turn = said(plain, cat("Mara"))
    plain.do(lambda: forgetting.forget_all(plain.db))
    assert values(plain) == []
    learn = partial(learning.learn, plain.db, turn, [cat("Mara")], origin=Origin.RULE, now=NOW)
    assert plain.do(learn) == 0
    said(plain, cat("Mara"))
    assert values(plain) == ["Mara"], "what they say from then on is another matter"


def test_a_turn_of_a_forgotten_fact_is_not_found_again(plain: Plain) -> None:
    turn = said(plain, cat("Mara"))
    assert plain.do(lambda: forgetting.forget_facts(plain.db, [known(plain, "Mara").id])) == (turn,)
    plain.do(
        lambda: indexing.catch_up(
            plain.db, words_of, 50, drafts_of=lambda _text, _at: [cat("Mara")]
        )
    )
    found = plain.db.execute("SELECT count(*) FROM indexed WHERE turn = ?", (turn,)).fetchone()
    assert found == (0,)
    assert values(plain) == []


def test_facts_are_found_by_their_words(plain: Plain) -> None:
    said(plain, cat("Mara"), home("Porto"))
    for words, hits in ((["MARA"], 1), (["cat", "mara"], 1), (["cat", "porto"], 0), ([], 2)):
        assert len(facts.find_facts(plain.db, WREN, Rating.GENERAL, words)) == hits


def test_a_turn_is_found_by_the_words_of_its_facts(plain: Plain) -> None:
    turn = said(plain, Draft("pet", "cat", "Mara", "She purrs."))

    def indexed() -> int:
        plain.do(lambda: indexing.catch_up(plain.db, words_of, 50))
        row = plain.db.execute("SELECT words FROM indexed WHERE turn = ?", (turn,)).fetchone()
        return len(json.loads(row[0]))

    assert indexed() == len(words_of("She purrs. cat Mara"))
    plain.do(lambda: plain.db.execute("DELETE FROM facts"))
    assert plain.db.execute("SELECT turn FROM to_index").fetchall() == [(turn,)]
    assert indexed() == len(words_of("She purrs."))


def test_a_note_goes_with_the_fact_that_it_tells(plain: Plain) -> None:
    said(plain, cat("Mara"))
    id_ = known(plain, "Mara").id
    asks = turns.take_in(plain.db, message("asks", "Who?"))
    assert asks is not None
    opening = partial(
        replies.open_reply, plain.db, session=plain.session.id, answers=asks, nonce="n", now=6.0
    )
    with pytest.raises(Gone, match="forgotten meanwhile"):
        plain.do(lambda: opening(note="[Mara]", cited=[id_, 999]))
    plain.do(lambda: opening(note="[Mara]", cited=[id_]))
    plain.do(lambda: forgetting.forget_facts(plain.db, [id_]))
    assert plain.db.execute("SELECT note FROM turns WHERE id = ?", (asks,)).fetchone() == ("",)


def test_what_is_recalled_says_what_of_it_does_not_hold_any_more(plain: Plain) -> None:
    first = said(plain, home("Porto"))
    second = said(plain, home("Lisbon"))
    (one,) = notes.closed(plain.db, 1, [first], Rating.GENERAL, None)
    assert one.now is not None
    assert (one.turn, one.quote) == (first, "I live in Porto.")
    assert one.now.sentence == "I live in Lisbon."
    for turns_, session in (([first, second], None), ([first], plain.session.id)):
        (one,) = notes.closed(plain.db, 1, turns_, Rating.GENERAL, session)
        assert one.now is None, "it stands there anyway"
    said(plain, home("Faro"), rating=Rating.MATURE)
    assert [
        one.now for one in notes.closed(plain.db, 1, [first, second], Rating.ROMANCE, None)
    ] == [
        None,
        None,
    ]
    assert notes.closed(plain.db, 2, [first], Rating.GENERAL, None) == ()


def test_p1_export_has_facts_with_where_they_came_from(plain: Plain) -> None:
    turn = said(plain, home("Porto"))
    exported: Any = export(plain.db)["facts"]
    (fact,) = exported
    assert (fact["persona"], fact["value"]) == ("wren", "Porto")
    assert [source["turn"] for source in fact["sources"]] == [turn]


def test_nothing_is_learned_from_the_persona_or_from_what_is_not_remembered(plain: Plain) -> None:
    turn = said(plain, cat("Mara"))
    answer = TurnId(
        plain.db.execute("SELECT id FROM turns WHERE answers = ?", (turn,)).fetchone()[0]
    )
    plain.do(lambda: learning.learn(plain.db, answer, [cat("Ole")], origin=Origin.MODEL, now=NOW))
    unkept = _say(plain, "My cat is called Piet.", Rating.GENERAL)
    plain.do(lambda: indexing.queue(plain.db, [unkept], None))
    plain.do(lambda: learning.learn(plain.db, unkept, [cat("Piet")], origin=Origin.MODEL, now=NOW))
    assert values(plain) == ["Mara"]


# --- In an encrypted vault, and of two accounts ---------------------------------------------------


async def test_a_vault_keeps_its_facts_over_a_restart(tmp_path: Path) -> None:
    async with vault_in(tmp_path) as vault:
        await vault.give_consent(MEMORY)
        turn = await arrive(vault, "1", "I live in Porto.")
        reply = await open_for(vault, await begin(vault), turn)
        await vault.close_reply(
            reply, state=State.DONE, text="Yes.", now=7.0, remember=Rating.GENERAL
        )
        assert await learned(vault, turn, home("Porto")) == 1
        id_ = await vault.known.add_fact(WREN, "I hum.", Rating.GENERAL, NOW)
        assert id_ is not None
        assert await vault.known.pin_fact(id_, is_pinned=True)
    async with house_in(tmp_path) as house, house.vault(ADA) as again:
        assert again is not None
        one, two = await again.known.facts(WREN, Rating.GENERAL)
        assert (one.value, two.is_pinned) == ("Porto", True)
        assert await again.known.find_facts(WREN, Rating.GENERAL, ["porto"]) == (one,)
        assert await again.known.fact(WREN, Rating.GENERAL, two.id) == two
        assert await again.known.share_fact(one.id, KIT, NOW) is not None
        assert await again.known.edit_fact(two.id, "I sing.", NOW, Rating.GENERAL)
        # With its copy, and what it came from; the answer goes with that.
        assert await again.unsaid.forget(WREN, [one.id], [], Rating.GENERAL) == Forgot(
            facts=1, turns=2
        )
        assert await again.unsaid.forget_all(NOW) == Forgot(facts=1, turns=0)


async def learned(vault: Vault, turn: TurnId, *drafts: Draft) -> int:
    return await vault._db.write(learning.learn, turn, drafts, origin=Origin.RULE, now=NOW)


async def test_of_two_accounts_that_become_one_person_all_is_known_and_all_forgotten(
    tmp_path: Path,
) -> None:
    async with house_in(tmp_path) as house:
        for person, name in ((ADA, "Mara"), (BEN, "Ole")):
            await house.make_vault(person)
            async with house.vault(person) as vault:
                assert vault is not None
                await vault.give_consent(MEMORY)
                turn = await arrive(vault, f"{person}", f"My cat is called {name}.")
                reply = await open_for(vault, await begin(vault), turn)
                await vault.close_reply(
                    reply, state=State.DONE, text="Yes.", now=7.0, remember=Rating.GENERAL
                )
                drafts = [cat(name), cat(f"Old {name}"), home(name)]
                assert await learned(vault, turn, *drafts) == 3
                _, old, _ = await vault.known.facts(WREN, Rating.GENERAL)
                await vault._db.write(forgetting.forget_facts, [old.id])
                await vault._db.write(indexing.queue, [turn], Rating.GENERAL)
        assert await house.links.join(BEN, await house.links.make_code(ADA, 10.0), 10.0)
        async with house.vault(ADA) as both:
            assert both is not None
            every = await both.known.facts(WREN, Rating.GENERAL)
            assert {(fact.slot, fact.value) for fact in every} == {
                ("pet", "Mara"),
                ("pet", "Ole"),
                ("home", "Ole"),
            }
            assert all(fact.sources for fact in every)
            turn = max(source.turn for fact in every for source in fact.sources)
            again = [cat("Old Mara"), cat("Old Ole")]
            assert await learned(both, turn, *again) == 0


# --- Whatever happens -----------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["say", "say", "say", "drop", "edit", "pin", "unpin", "write", "forget", "off", "on"]
        ),
        st.integers(0, 99),
    ),
    max_size=40,
)
PLACES = ("Porto", "Lisbon", "Faro")


@given(STEPS)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_after_any_steps_one_holds_and_it_is_the_last_that_was_said(
    tmp_path_factory: pytest.TempPathFactory, steps: Sequence[tuple[str, int]]
) -> None:
    plain = Plain(tmp_path_factory.mktemp("steps"))
    stand: dict[TurnId, str] = {}
    for number, (step, which) in enumerate(steps):
        plain.do(partial(_take, plain, stand, step, which, number))
        every = facts.facts(plain.db, WREN, Rating.MATURE, current_only=False)
        holding = [fact for fact in every if fact.is_current]
        assert len(holding) == bool(every)
        strong = [fact for fact in every if fact.is_pinned or fact.origin is Origin.PERSON]
        if strong:
            assert holding[0] in strong
        elif every:
            newest = max(every, key=lambda fact: max(s.turn for s in fact.sources))
            assert holding == [newest]
        for fact in every:
            assert all(stand[source.turn] == fact.value for source in fact.sources)
            assert fact.sources or fact.origin is Origin.PERSON
            assert (fact.valid_to is None) == fact.is_current
    plain.db.close()


def _take(plain: Plain, stand: dict[TurnId, str], step: str, which: int, number: int) -> None:
    every = facts.facts(plain.db, WREN, Rating.MATURE, current_only=False)
    fact = every[which % len(every)] if every else None
    turn = sorted(stand)[which % len(stand)] if stand else None
    match step:
        case "say":
            place = PLACES[which % len(PLACES)]
            turn = _say(plain, f"I live in {place}.", Rating.GENERAL)
            stand[turn] = place
            learning.learn(plain.db, turn, [home(place)], origin=Origin.RULE, now=NOW)
        case "off":
            sessions.withdraw_consent(plain.db, "memory")
        case "on":
            sessions.give_consent(plain.db, MEMORY)
        case "drop" if turn is not None:
            plain.drop_all(turn)
            del stand[turn]
        case "edit" if turn is not None:
            turns.revise_turn(plain.db, turn, "Something else.", 9.0, Rating.GENERAL)
            stand[turn] = ""
        case "pin" | "unpin" if fact is not None:
            facts.pin_fact(plain.db, fact.id, is_pinned=step == "pin")
        case "write" if fact is not None:
            facts.edit_fact(plain.db, fact.id, f"{number}", NOW, Rating.GENERAL)
        case "forget" if fact is not None:
            forgetting.forget_facts(plain.db, [fact.id])
