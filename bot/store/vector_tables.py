"""The table of what turns mean, as one step of a vault's migrations: never edited once released.
`vectors` says what it is for.
"""

VECTORS: tuple[str, ...] = (
    """CREATE TABLE vectors (
        scope INTEGER NOT NULL,
        spot INTEGER NOT NULL,
        vector BLOB NOT NULL,
        PRIMARY KEY (scope, spot)
    ) STRICT, WITHOUT ROWID""",
    # INVARIANT I5, SAFETY A10: it goes with its turn's words, whatever takes those away.
    """CREATE TRIGGER vectors_go AFTER DELETE ON indexed BEGIN
        DELETE FROM vectors WHERE scope = old.scope AND spot = old.spot;
    END""",
)
"""In the order of the places, so that those of one scope lie together on the disk and are read in
one go."""
