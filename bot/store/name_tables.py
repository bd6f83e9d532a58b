"""The table of the names that people mention, as one step of a vault's migrations: never edited once
released. `names` says what it is for.
"""

NAMES: tuple[str, ...] = (
    # INVARIANT I5, SAFETY A10: a mention goes with its turn's words, whatever takes those away.
    # The name is a number, made with its scope's key, as words are.
    """CREATE TABLE named (
        scope INTEGER NOT NULL,
        name INTEGER NOT NULL,
        tells INTEGER NOT NULL,
        at REAL NOT NULL,
        turn INTEGER NOT NULL REFERENCES indexed (turn) ON DELETE CASCADE,
        PRIMARY KEY (scope, name, tells, at, turn)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX named_by_turn ON named (turn)",
    # What was indexed before there were names is looked through once more, and keeps its place.
    """INSERT OR IGNORE INTO to_index (turn, rating, spot)
        SELECT turn, rating, spot FROM indexed WHERE side = 'person'""",
)
