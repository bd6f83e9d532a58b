"""Every old version, with rows in it, becomes the newest; a newer one is refused."""

import sqlite3
from pathlib import Path

import pytest

from bot.store.house_steps import HOUSE
from bot.store.migrations import VAULT, Step, migrate, version_of
from bot.store.rows import StoreError

# Rows as a version wrote them, and what must be found in the newest. A released version's rows
# are never edited: a new version adds its own.
HOUSE_1 = {
    "secrets": "INSERT INTO secrets VALUES ('pepper', x'00')",
    "vaults": "INSERT INTO vaults VALUES ('console:ada', 'id', x'01', 1)",
    "age_records": "INSERT INTO age_records VALUES (x'02', '', 0, 'm', 'a', 1, 2, 'v')",
    "locks": "INSERT INTO locks VALUES (x'02', 'age', 1)",
    "unlocks": "INSERT INTO unlocks VALUES (1, x'02', 'mo', 'a mistake', 1)",
    "communities": "INSERT INTO communities VALUES ('c', 1, 0, 'mo', 1)",
    "referrals": "INSERT INTO referrals VALUES ('2026-01-31', 'crisis', 2)",
}
HOUSE_2 = {**HOUSE_1, "alarms": "INSERT INTO alarms VALUES ('console:ada', 1)"}
HOUSE_3 = {
    **HOUSE_2,
    "communities": "INSERT INTO communities VALUES ('c', 1, 0, 'mo', 1, 2)",
    "attestations": "INSERT INTO attestations VALUES (1, x'02', 'c', 2, 'mo', 'known', 1)",
}
VAULT_1 = {
    "consents": "INSERT INTO consents VALUES ('door', '1', 1)",
    "marks": "INSERT INTO marks VALUES ('disclosed_at', 1)",
    "sessions": "INSERT INTO sessions VALUES (1, 'wren', NULL, 1, NULL, '', 1, 7)",
    "turns": """INSERT INTO turns (id, session, place, side, state, at, room, is_direct)
        VALUES (1, 1, 1, 'persona', 'open', 1, 'r', 1)""",
    "revisions": "INSERT INTO revisions VALUES (1, 1, 'Hello.', 1)",
    "pages": "INSERT INTO pages VALUES (1, 1, 0, 'n-0', 'Hello.', 'e')",
    "replies": "INSERT INTO replies VALUES (1, 1, 1, 'n', NULL)",
    "seen": "INSERT INTO seen VALUES ('r', 'e')",
}
HOUSE_4 = {
    **HOUSE_3,
    "accounts": "INSERT INTO accounts VALUES ('console:ben', 'console:ada')",
    "guests": "INSERT INTO guests VALUES ('console:ben', 'console:tea')",
    "codes": "INSERT INTO codes VALUES (x'03', x'04', 'console:ada', 1, 0)",
    "unmerged": "INSERT INTO unmerged VALUES ('id2', 'console:ada', 'console:ben', x'05')",
}
HOUSE_5 = {
    **HOUSE_4,
    "rule_versions": "INSERT INTO rule_versions VALUES ('c', 1, 'x', x'06', 'console:mo', 1, '')",
    "case_log": """INSERT INTO case_log VALUES
        ('c', 1, 1, 'opened', 'flood', 1, 'pause', '', 1, 2, 0, x'07', NULL, x'08', x'09')""",
    "case_heads": "INSERT INTO case_heads VALUES ('c', 1, 1, x'09')",
    "cases": "INSERT INTO cases VALUES ('c', 1, 'open', 1)",
    "case_people": "INSERT INTO case_people VALUES ('c', 1, 'person', 1, 'console:ada', x'0a')",
    "case_words": "INSERT INTO case_words VALUES ('c', 1, 'appeal', 'console:ada', 'why?', 'r', NULL)",
    "rule_hits": "INSERT INTO rule_hits VALUES (1, 'c', x'02', 'flood', 1, 1, NULL)",
    "holds": "INSERT INTO holds VALUES ('c', x'02', 'pause', 1, 1, 2)",
    "rule_counts": "INSERT INTO rule_counts VALUES ('c', '2026-01-31', 'flood', 0, 2)",
    "approvals": "INSERT INTO approvals VALUES ('c', x'02', 'console:mo', 1)",
    "log_rooms": "INSERT INTO log_rooms VALUES ('c', 'r', 0)",
    "usage": "INSERT INTO usage VALUES ('2026-01-31', 'c', x'02', 3, 90)",
}
HOUSE_6 = {
    **HOUSE_5,
    "vaults": "INSERT INTO vaults VALUES ('console:ada', 'id', x'01', 1, 1)",
    "clock": "INSERT INTO clock VALUES (1, 1, 1, 0, 30)",
}
VAULT_2 = {
    **VAULT_1,
    "settings": "INSERT INTO settings VALUES ('time zone', 'Europe/Berlin')",
    "limits": "INSERT INTO limits VALUES (1, 'spiders', 1, 1)",
    "reminders": """INSERT INTO reminders
        (id, minute, is_daily, text, due, room, sponsor, said_on)
        VALUES (1, 1200, 1, 'stretch', 1, 'r', NULL, '')""",
}
VAULT_4 = {
    **VAULT_2,
    "sessions": "INSERT INTO sessions VALUES (1, 'wren', NULL, 1, NULL, '', 1, 7, 'r')",
}
VAULT_5 = {
    **VAULT_4,
    "scopes": "INSERT INTO scopes VALUES (1, 'wren', '', '', x'06', 0)",
    "indexed": """INSERT INTO indexed VALUES (1, 1, 0, 1, 1, 0, 'persona', '[7]')""",
    "words": "INSERT INTO words VALUES (1, 7, 0)",
    "to_index": "INSERT INTO to_index VALUES (1, 0, 0)",
    "quotes": "INSERT INTO quotes VALUES (1, 1)",
}
# A source takes its turn out of the index, to be indexed anew: so these come before what is indexed.
VAULT_6 = {
    **VAULT_4,
    "scopes": "INSERT INTO scopes VALUES (1, 'wren', '', '', x'06', 0, 0)",
    "facts": """INSERT INTO facts VALUES
        (1, 1, 'home', '', 'Porto', 'I live in Porto.', 0, 'rule', 1, 0, 1, 1, NULL, 1, NULL)""",
    "sources": "INSERT INTO sources VALUES (1, 1, 'I live in Porto.', 0)",
    "forgotten": "INSERT INTO forgotten VALUES (1, x'07', x'08')",
    "cites": "INSERT INTO cites VALUES (1, 1)",
    **{name: row for name, row in VAULT_5.items() if name not in {*VAULT_4, "scopes"}},
}
VAULT_7 = {
    **VAULT_6,
    "replies": "INSERT INTO replies VALUES (1, 1, 1, 'n', NULL, 0)",
    "work": "INSERT INTO work VALUES ('story', 1, 0, '', 0)",
}
VAULT_8 = {
    **VAULT_7,
    "sessions": "INSERT INTO sessions VALUES (1, 'wren', NULL, 1, NULL, '', 1, 7, 'r', 'It rained.', 0)",
    "summaries": "INSERT INTO summaries VALUES (1, 1, 1, 1, 2, 0, 1, 'They met.')",
    "summarised": "INSERT INTO summarised VALUES (1, 1)",
    "stories": "INSERT INTO stories VALUES (1, 'We met.', 0, 1, 1)",
    "known_from": "INSERT INTO known_from VALUES (1, 'summary', 1)",
}
VAULT_9 = {
    **VAULT_8,
    # One that was indexed before there were names.
    "named": "INSERT INTO named VALUES (1, 8, 1, 1, 1)",
}
VAULT_10 = {
    **VAULT_9,
    "imports": "INSERT INTO imports VALUES (1, 1, 2, 1, 0, 0)",
    "import_talks": "INSERT INTO import_talks VALUES (1, 0, 'wren', NULL, NULL, 1)",
    "import_parts": "INSERT INTO import_parts VALUES (1, 1, 0, '[]')",
}
VAULT_11 = {
    **VAULT_10,
    "sessions": "INSERT INTO sessions VALUES (1, 'wren', NULL, 1, NULL, '', 1, 7, 'r', 'It rained.', 0, 0)",
}
VAULT_12 = {
    **VAULT_11,
    "sessions": """INSERT INTO sessions VALUES
        (1, 'wren', NULL, 1, NULL, '', 1, 7, 'r', 'It rained.', 0, 0, 2, 2)""",
    "branch_parts": "UPDATE branch_parts SET branch = 2",
    "set_aside": "INSERT INTO set_aside VALUES (1, 0, 0)",
}
VAULT_13 = {**VAULT_12, "vectors": "INSERT INTO vectors VALUES (1, 0, x'003c')"}
VAULT_15 = {**VAULT_13, "signs": "INSERT INTO signs VALUES (1, 0, zeroblob(16))"}
MADE_ANEW = {"vectors"}
"""By a job, where a later version keeps them in another form."""
ROWS: dict[str, tuple[tuple[Step, ...], dict[int, dict[str, str]]]] = {
    "house": (HOUSE, {1: HOUSE_1, 2: HOUSE_2, 3: HOUSE_3, 4: HOUSE_4, 5: HOUSE_5, 6: HOUSE_6}),
    "vault": (
        VAULT,
        {
            1: VAULT_1,
            2: VAULT_2,
            3: VAULT_2,
            4: VAULT_4,
            5: VAULT_5,
            6: VAULT_6,
            7: VAULT_7,
            8: VAULT_8,
            9: VAULT_9,
            10: VAULT_10,
            11: VAULT_11,
            12: VAULT_12,
            13: VAULT_13,
            14: VAULT_13,
            15: VAULT_15,
            16: VAULT_15,
        },
    ),
}
CASES = [(name, version) for name, (_, versions) in ROWS.items() for version in versions]


def fresh() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("PRAGMA foreign_keys = ON")
    return db


def contents(db: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    tables = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    return {name: db.execute(f"SELECT * FROM {name}").fetchall() for (name,) in tables}


@pytest.mark.parametrize(("name", "version"), CASES)
def test_rows_of_an_old_version_are_all_in_the_newest(name: str, version: int) -> None:
    steps, versions = ROWS[name]
    db = fresh()
    migrate(db, steps[:version], Path(name))
    for statement in versions[version].values():
        db.execute(statement)
    migrate(db, steps, Path(name))
    assert version_of(db) == len(steps)
    found = contents(db)
    # A later kind of work begins with what was said before there was such a kind.
    found["work"] = [row for row in found.get("work", []) if row[0] == "story"]
    anew = MADE_ANEW if version < len(steps) else set()
    assert all(len(found[table]) == 1 for table in set(versions[version]) - anew)
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    db.close()


@pytest.mark.parametrize("name", ROWS)
def test_every_version_and_every_table_has_its_rows_here(name: str) -> None:
    steps, versions = ROWS[name]
    assert set(versions) == set(range(1, len(steps) + 1)), "a new version needs its rows"
    db = fresh()
    migrate(db, steps, Path(name))
    tables = {table for table in contents(db) if not table.startswith("sqlite_")}
    assert tables == set(versions[len(steps)])
    db.close()


@pytest.mark.parametrize("name", ROWS)
def test_a_further_step_keeps_the_rows_and_is_done_once(name: str) -> None:
    steps, versions = ROWS[name]
    later: tuple[Step, ...] = (
        *steps,
        ("CREATE TABLE later (x TEXT)", "INSERT INTO later VALUES (1)"),
    )
    db = fresh()
    migrate(db, steps, Path(name))
    for statement in versions[len(steps)].values():
        db.execute(statement)
    before = contents(db)
    migrate(db, later, Path(name))
    migrate(db, later, Path(name))
    after = contents(db)
    assert len(after.pop("later")) == 1
    assert after == before
    db.close()


@pytest.mark.parametrize("name", ROWS)
def test_a_step_that_fails_leaves_the_old_version_whole(name: str) -> None:
    steps, _ = ROWS[name]
    broken: tuple[Step, ...] = (
        *steps,
        ("CREATE TABLE later (x TEXT)", "INSERT INTO nowhere VALUES (1)"),
    )
    db = fresh()
    migrate(db, steps, Path(name))
    with pytest.raises(sqlite3.OperationalError):
        migrate(db, broken, Path(name))
    assert version_of(db) == len(steps)
    assert "later" not in contents(db)
    assert not db.in_transaction
    db.close()


@pytest.mark.parametrize("name", ROWS)
def test_a_newer_database_is_refused_and_left_as_it_is(name: str) -> None:
    steps, _ = ROWS[name]
    db = fresh()
    migrate(db, (*steps, ("CREATE TABLE later (x TEXT)",)), Path(name))
    with pytest.raises(StoreError, match="newer program"):
        migrate(db, steps, Path(name))
    assert "later" in contents(db)
    db.close()
