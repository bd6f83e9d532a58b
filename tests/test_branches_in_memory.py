"""What is known of a person and told of their talk follows the branch that the talk is on."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.events import Rating
from bot.memory.words import words_of
from bot.store import branches, facts, forgetting, indexing, passing, stories
from bot.store.work import take
from bot.store.work_rows import Portion
from tests.test_facts_store import WREN, cat, home, known, said, values
from tests.test_recall_store import Plain

PORTION = Portion(fewest=1, most=50, idle_s=0.0)


@pytest.fixture
def plain(tmp_path: Path) -> Any:
    opened = Plain(tmp_path)
    yield opened
    opened.db.close()


def begin_before(plain: Plain, back: int) -> branches.Moved:
    moved: branches.Moved = plain.do(lambda: branches.begin_back(plain.db, plain.session.id, back))
    return moved


def go_to(plain: Plain, number: int) -> None:
    plain.do(lambda: branches.go_to(plain.db, plain.session.id, number))


def test_a_fact_of_a_branch_that_is_set_aside_is_none_until_one_is_back(plain: Plain) -> None:
    said(plain, cat("Minka"))
    said(plain, home("Porto"))
    begin_before(plain, 1)
    assert values(plain) == ["Minka"]
    said(plain, home("Lyon"))
    assert sorted(values(plain)) == ["Lyon", "Minka"]
    go_to(plain, 1)
    plain.do(
        lambda: indexing.catch_up(
            plain.db,
            words_of,
            50,
            drafts_of=lambda text, _: [home("Porto")] if "Porto" in text else [],
        )
    )
    assert sorted(values(plain)) == ["Minka", "Porto"]


def test_what_a_person_pinned_stays_theirs_on_every_branch(plain: Plain) -> None:
    said(plain, cat("Minka"))
    said(plain, home("Porto"))
    plain.do(lambda: facts.pin_fact(plain.db, known(plain, "Porto").id, is_pinned=True))
    begin_before(plain, 1)
    assert sorted(values(plain)) == ["Minka", "Porto"]


def test_a_summary_of_what_was_set_aside_goes_and_no_other_is_made_of_it(plain: Plain) -> None:
    said(plain, text="The kite is red.")
    said(plain, text="The orchard is empty.")
    batch = plain.do(lambda: take(plain.db, "story", 1, PORTION, holder="me", now=1e9))
    assert batch is not None
    write = stories.summarise(batch, "They spoke of a kite and an orchard.", 1)
    plain.do(lambda: write(plain.db))
    assert stories.story(plain.db, WREN, Rating.GENERAL).summaries
    begin_before(plain, 1)
    assert stories.story(plain.db, WREN, Rating.GENERAL).summaries == ()
    anew = plain.do(lambda: take(plain.db, "story", 1, PORTION, holder="it", now=1e9))
    assert anew is not None
    assert [one.text for one in anew.said] == ["The kite is red.", "Yes."]
    assert plain.do(lambda: take(plain.db, "story", 1, PORTION, holder="it", now=1e9)) is None


def test_what_waited_to_be_summarised_when_it_was_set_aside_holds_nothing_up(plain: Plain) -> None:
    said(plain, text="The orchard is empty.")
    begin_before(plain, 1)
    said(plain, text="The drum is loud.")
    batch = plain.do(lambda: take(plain.db, "story", 1, PORTION, holder="it", now=1e9))
    assert batch is not None
    assert [one.text for one in batch.said] == ["The drum is loud.", "Yes."]


def test_what_is_hidden_while_it_is_set_aside_is_not_found_again(plain: Plain) -> None:
    turn = said(plain, text="The orchard is empty.")
    begin_before(plain, 1)
    plain.do(lambda: forgetting.hide(plain.db, [turn]))
    go_to(plain, 1)
    plain.do(lambda: indexing.catch_up(plain.db, words_of, 50))
    rows = plain.db.execute("SELECT turn FROM indexed").fetchall()
    assert turn not in [row[0] for row in rows]


def test_p6_what_is_too_old_goes_from_branches_that_are_set_aside_too(plain: Plain) -> None:
    said(plain, text="The kite is red.")
    said(plain, text="The orchard is empty.")
    begin_before(plain, 1)
    plain.db.execute("UPDATE turns SET at = 100.0 WHERE branch = 1 AND place <= 2")
    plain.do(lambda: passing.pass_away(plain.db, 50.0, 101.0))
    texts = [row[0] for row in plain.db.execute("SELECT text FROM revisions").fetchall()]
    assert texts == ["The kite is red.", "Yes."]


def test_what_a_person_had_remembered_stays_theirs_on_every_branch(plain: Plain) -> None:
    text = "The orchard is empty."
    turn = said(plain, text=text)
    keep = partial(facts.add_fact, plain.db, WREN, text, Rating.GENERAL, 1.0, turn=turn)
    plain.do(keep)
    begin_before(plain, 1)
    assert values(plain) == [text]


def test_a_fact_of_words_that_are_not_recalled_is_set_aside_with_them_and_what_was_shared_of_it(
    plain: Plain,
) -> None:
    turn = said(plain, cat("Minka"))
    tock = replace(WREN, persona="tock")
    plain.do(lambda: facts.share_fact(plain.db, known(plain, "Minka").id, tock, 1.0))
    plain.do(lambda: forgetting.hide(plain.db, [turn]))
    assert values(plain, scope=tock) == ["Minka"]
    begin_before(plain, 1)
    assert values(plain) == values(plain, scope=tock) == []
