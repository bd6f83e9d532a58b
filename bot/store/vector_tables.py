"""The tables of what turns mean, as steps of a vault's migrations: never edited once released.
`vectors` says what they are for.
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

SIGNS: tuple[str, ...] = (
    # Those of before are of another form; a job makes them anew.
    "DELETE FROM vectors",
    # The signs of sixteen places, one behind the other; nothing but zeros where there is no vector.
    """CREATE TABLE signs (
        scope INTEGER NOT NULL,
        block INTEGER NOT NULL,
        bits BLOB NOT NULL,
        PRIMARY KEY (scope, block)
    ) STRICT, WITHOUT ROWID""",
    # INVARIANT I5: they go with their vector, whatever takes that away.
    """CREATE TRIGGER signs_go AFTER DELETE ON vectors BEGIN
        UPDATE signs SET bits = CAST(
            substr(bits, 1, old.spot % 16 * (length(bits) / 16))
            || zeroblob(length(bits) / 16)
            || substr(bits, (old.spot % 16 + 1) * (length(bits) / 16) + 1) AS BLOB)
        WHERE scope = old.scope AND block = old.spot / 16;
        DELETE FROM signs WHERE scope = old.scope AND block = old.spot / 16
            AND bits = zeroblob(length(bits));
    END""",
    # SAFETY A10: all at once, and not by turn.
    """CREATE TRIGGER meaning_ends BEFORE DELETE ON consents WHEN old.kind = 'memory' BEGIN
        DELETE FROM signs;
        DELETE FROM vectors;
    END""",
)
"""A row for each place took five times as long to read, most of it for making rows."""
