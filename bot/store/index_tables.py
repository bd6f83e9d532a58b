"""The tables by which words a turn is found again, as one step of a vault's migrations: never edited
once released. `indexing` says what they are for, and why they are not FTS5.

The triggers are INVARIANT I5: no path can forget what the schema takes away.
"""

INDEX: tuple[str, ...] = (
    """CREATE TABLE scopes (
        id INTEGER PRIMARY KEY,
        persona TEXT NOT NULL,
        sponsor TEXT NOT NULL,
        room TEXT NOT NULL,
        key BLOB NOT NULL,
        turns INTEGER NOT NULL DEFAULT 0,
        UNIQUE (persona, sponsor, room)
    ) STRICT""",
    """CREATE TABLE indexed (
        turn INTEGER PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE,
        scope INTEGER NOT NULL REFERENCES scopes (id),
        spot INTEGER NOT NULL,
        session INTEGER NOT NULL,
        at REAL NOT NULL,
        rating INTEGER NOT NULL,
        side TEXT NOT NULL,
        words TEXT NOT NULL,
        UNIQUE (scope, spot)
    ) STRICT""",
    """CREATE TABLE words (
        scope INTEGER NOT NULL,
        word INTEGER NOT NULL,
        spot INTEGER NOT NULL,
        PRIMARY KEY (scope, word, spot)
    ) STRICT, WITHOUT ROWID""",
    # A place that was given already is kept, so that an edited turn stays among its neighbours.
    """CREATE TABLE to_index (
        turn INTEGER PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE,
        rating INTEGER NOT NULL,
        spot INTEGER
    ) STRICT""",
    # Whose words stand in whose note.
    """CREATE TABLE quotes (
        turn INTEGER NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
        quoted INTEGER NOT NULL,
        PRIMARY KEY (turn, quoted)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX quotes_by_quoted ON quotes (quoted)",
    """CREATE TRIGGER indexed_is_counted AFTER INSERT ON indexed BEGIN
        UPDATE scopes SET turns = turns + 1 WHERE id = new.scope;
    END""",
    """CREATE TRIGGER indexed_goes AFTER DELETE ON indexed BEGIN
        DELETE FROM words WHERE scope = old.scope AND spot = old.spot
            AND word IN (SELECT value FROM json_each(old.words));
        UPDATE scopes SET turns = turns - 1 WHERE id = old.scope;
    END""",
    """CREATE TRIGGER said_anew AFTER UPDATE OF chosen ON turns WHEN new.chosen <> old.chosen BEGIN
        INSERT OR REPLACE INTO to_index (turn, rating, spot)
            SELECT turn, rating, spot FROM indexed WHERE turn = new.id;
        DELETE FROM indexed WHERE turn = new.id;
        UPDATE turns SET note = '' WHERE id IN (SELECT turn FROM quotes WHERE quoted = new.id);
        DELETE FROM quotes WHERE quoted = new.id;
    END""",
    """CREATE TRIGGER out_of_the_talk AFTER UPDATE OF session ON turns WHEN new.session IS NULL BEGIN
        DELETE FROM indexed WHERE turn = new.id;
        DELETE FROM to_index WHERE turn = new.id;
        DELETE FROM quotes WHERE turn = new.id;
    END""",
    """CREATE TRIGGER quotes_go AFTER DELETE ON turns BEGIN
        UPDATE turns SET note = '' WHERE id IN (SELECT turn FROM quotes WHERE quoted = old.id);
        DELETE FROM quotes WHERE quoted = old.id;
    END""",
    # SAFETY A10: withdrawing deletes what was kept. The words first, at once and not by turn.
    """CREATE TRIGGER memory_ends AFTER DELETE ON consents WHEN old.kind = 'memory' BEGIN
        DELETE FROM words;
        DELETE FROM indexed;
        DELETE FROM to_index;
        DELETE FROM scopes;
        UPDATE turns SET note = '' WHERE id IN (SELECT turn FROM quotes);
        DELETE FROM quotes;
    END""",
    """CREATE TRIGGER intimate_memory_ends AFTER DELETE ON consents
    WHEN old.kind = 'intimate memory' BEGIN
        UPDATE turns SET note = '' WHERE id IN (SELECT quotes.turn FROM quotes
            JOIN indexed ON indexed.turn = quoted WHERE rating >= 2);
        DELETE FROM quotes WHERE quoted IN (SELECT turn FROM indexed WHERE rating >= 2);
        DELETE FROM indexed WHERE rating >= 2;
        DELETE FROM to_index WHERE rating >= 2;
    END""",
)
