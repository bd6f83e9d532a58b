"""The tables of a talk that comes in as a file, as one step of a vault's migrations: never edited
once released. `imports` says what they are for.
"""

IMPORTS: tuple[str, ...] = (
    """CREATE TABLE imports (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        total INTEGER NOT NULL,
        taken INTEGER NOT NULL DEFAULT 0,
        left_out INTEGER NOT NULL DEFAULT 0,
        known INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    """CREATE TABLE import_talks (
        import INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        persona TEXT NOT NULL,
        sponsor TEXT,
        room TEXT,
        session INTEGER REFERENCES sessions (id),
        PRIMARY KEY (import, number)
    ) STRICT, WITHOUT ROWID""",
    # What is not taken yet; each goes in the transaction that takes it.
    """CREATE TABLE import_parts (
        import INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        talk INTEGER NOT NULL,
        content TEXT NOT NULL,
        PRIMARY KEY (import, number)
    ) STRICT""",
    # A line is known again by its time and its words.
    "CREATE INDEX turns_by_time ON turns (at)",
    # What is said next stands behind the last: that is asked with every message and every line.
    "CREATE INDEX turns_by_place ON turns (place)",
)
