"""How a vault came to look as it does, and how files are brought up to date: numbered steps, in
order. The house's are in `house_steps`.

A step is a tuple of statements. Steps are applied in order and never edited once released;
PRAGMA user_version counts them. A later change is a further step, with a further line of rows
in tests/test_migrations.py.
"""

import sqlite3
from pathlib import Path

from bot.store.branch_tables import BRANCHES, INTIMATE
from bot.store.fact_tables import FACT_WORK, FACTS
from bot.store.import_tables import IMPORTS
from bot.store.incognito_tables import INCOGNITO
from bot.store.index_tables import INDEX
from bot.store.name_tables import NAMES
from bot.store.rows import StoreError
from bot.store.story_tables import STORY
from bot.store.vector_tables import SIGNS, VECTORS
from bot.store.work_tables import WORK

Step = tuple[str, ...]

VAULT: tuple[Step, ...] = (
    (
        "CREATE TABLE consents (kind TEXT PRIMARY KEY, version TEXT NOT NULL, at REAL NOT NULL) STRICT",
        "CREATE TABLE marks (name TEXT PRIMARY KEY, value REAL NOT NULL) STRICT",
        """CREATE TABLE sessions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            persona TEXT NOT NULL,
            sponsor TEXT,
            began REAL NOT NULL,
            ended REAL,
            head TEXT NOT NULL,
            first_place INTEGER NOT NULL,
            seed INTEGER NOT NULL
        ) STRICT""",
        # Ids are in the order of arrival and never used twice. `place` is the order of the talk:
        # a message that came in during a reply stands behind that reply.
        """CREATE TABLE turns (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            session INTEGER REFERENCES sessions (id),
            place INTEGER,
            side TEXT NOT NULL,
            state TEXT NOT NULL,
            chosen INTEGER NOT NULL DEFAULT 1,
            note TEXT NOT NULL DEFAULT '',
            at REAL NOT NULL,
            answers INTEGER REFERENCES turns (id) ON DELETE SET NULL,
            room TEXT NOT NULL,
            is_direct INTEGER NOT NULL,
            sponsor TEXT,
            event_id TEXT,
            author_name TEXT,
            author_role INTEGER,
            author_is_bot INTEGER,
            addresses_bot INTEGER,
            reply_to TEXT
        ) STRICT""",
        "CREATE INDEX turns_in_session ON turns (session, place)",
        "CREATE INDEX turns_by_event ON turns (event_id) WHERE event_id IS NOT NULL",
        "CREATE INDEX turns_by_answered ON turns (answers) WHERE answers IS NOT NULL",
        "CREATE INDEX turns_waiting ON turns (id) WHERE state = 'waiting'",
        """CREATE TABLE revisions (
            turn INTEGER NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
            step INTEGER NOT NULL,
            text TEXT NOT NULL,
            at REAL NOT NULL,
            PRIMARY KEY (turn, step)
        ) STRICT""",
        """CREATE TABLE pages (
            turn INTEGER NOT NULL,
            step INTEGER NOT NULL,
            number INTEGER NOT NULL,
            nonce TEXT NOT NULL,
            text TEXT NOT NULL,
            event_id TEXT,
            PRIMARY KEY (turn, step, number),
            FOREIGN KEY (turn, step) REFERENCES revisions (turn, step) ON DELETE CASCADE
        ) STRICT""",
        "CREATE INDEX pages_by_event ON pages (event_id) WHERE event_id IS NOT NULL",
        # One row for each reply in the making; `state_before` is the turn's, before a swipe.
        """CREATE TABLE replies (
            turn INTEGER PRIMARY KEY,
            step INTEGER NOT NULL,
            answers INTEGER NOT NULL REFERENCES turns (id),
            nonce TEXT NOT NULL,
            state_before TEXT,
            FOREIGN KEY (turn, step) REFERENCES revisions (turn, step) ON DELETE CASCADE
        ) STRICT""",
        "CREATE INDEX replies_by_answered ON replies (answers)",
        # Outlives its turn, so that no message is ever taken in twice.
        """CREATE TABLE seen (
            room TEXT NOT NULL,
            event_id TEXT NOT NULL,
            PRIMARY KEY (room, event_id)
        ) STRICT, WITHOUT ROWID""",
    ),
    (
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
        # Numbers are never used twice, so that none can mean another limit than the list showed.
        """CREATE TABLE limits (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            text TEXT NOT NULL,
            is_hard INTEGER NOT NULL,
            may_be_told INTEGER NOT NULL
        ) STRICT""",
        """CREATE TABLE reminders (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            minute INTEGER NOT NULL,
            is_daily INTEGER NOT NULL,
            text TEXT NOT NULL,
            due REAL NOT NULL,
            room TEXT NOT NULL,
            sponsor TEXT,
            said_on TEXT NOT NULL DEFAULT ''
        ) STRICT""",
    ),
    # Which account it came from, or is to go to: a person may have several.
    (
        "ALTER TABLE turns ADD COLUMN account TEXT",
        "ALTER TABLE reminders ADD COLUMN account TEXT",
    ),
    # Of a shared room, whose talk is its own; NULL is the private one (INVARIANT I1).
    ("ALTER TABLE sessions ADD COLUMN room TEXT",),
    INDEX,
    FACTS,
    WORK,
    STORY,
    NAMES,
    IMPORTS,
    INCOGNITO,
    BRANCHES,
    VECTORS,
    FACT_WORK,
    SIGNS,
    INTIMATE,
)


def migrate(db: sqlite3.Connection, steps: tuple[Step, ...], file: Path) -> None:
    """All that is missing, in one transaction: a crash in the middle leaves the old version."""
    version = version_of(db)
    if version > len(steps):
        raise StoreError(
            f"{file} was written by a newer program (its version is {version}, this program knows "
            f"{len(steps)}): update the program; the file was left as it is"
        )
    if version == len(steps):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        for step in steps[version:]:
            for statement in step:
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {len(steps)}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def version_of(db: sqlite3.Connection) -> int:
    row = db.execute("PRAGMA user_version").fetchone()
    return int(row[0])
