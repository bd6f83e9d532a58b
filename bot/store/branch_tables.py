"""Branches of a talk, as one step of a vault's migrations, and as another one how intimate memory ends
since there are branches: never edited once released. `forks` says how they are made.

Turns that several branches share are stored once. A branch is a list of parts: of each branch whose
turns it holds, its own last, up to which place.
"""

_NEVER = 2**62

BRANCHES: tuple[str, ...] = (
    # Of a turn, the branch that it was said on; of a session, the one that it is on now.
    "ALTER TABLE turns ADD COLUMN branch INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE sessions ADD COLUMN branch INTEGER NOT NULL DEFAULT 1",
    # Numbers are never used twice, so that none can mean another branch than the list showed.
    "ALTER TABLE sessions ADD COLUMN last_branch INTEGER NOT NULL DEFAULT 1",
    """CREATE TABLE branch_parts (
        session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        branch INTEGER NOT NULL,
        part INTEGER NOT NULL,
        upto INTEGER NOT NULL,
        PRIMARY KEY (session, branch, part)
    ) STRICT, WITHOUT ROWID""",
    f"INSERT INTO branch_parts SELECT id, 1, 1, {_NEVER} FROM sessions",  # noqa: S608 - parts of queries that stand in this package
    f"""CREATE TRIGGER a_session_has_a_branch AFTER INSERT ON sessions BEGIN
        INSERT INTO branch_parts VALUES (new.id, 1, 1, {_NEVER});
    END""",  # noqa: S608 - parts of queries that stand in this package
    "CREATE INDEX turns_on_branch ON turns (session, branch, place)",
    "DROP INDEX turns_in_session",
    # What memory knew of turns that stand on no branch that is current; none of their words.
    """CREATE TABLE set_aside (
        turn INTEGER PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE,
        rating INTEGER NOT NULL,
        spot INTEGER
    ) STRICT""",
    # SAFETY A10: what was said before a consent ended is not remembered by going back to it.
    """CREATE TRIGGER memory_ends_aside AFTER DELETE ON consents WHEN old.kind = 'memory' BEGIN
        DELETE FROM set_aside;
    END""",
    """CREATE TRIGGER intimate_memory_ends_aside AFTER DELETE ON consents
    WHEN old.kind = 'intimate memory' BEGIN
        DELETE FROM set_aside WHERE rating >= 2;
    END""",
)

_INTIMATE = """SELECT turn FROM indexed WHERE rating >= 2 UNION SELECT turn FROM to_index WHERE rating >= 2
    UNION SELECT turn FROM set_aside WHERE rating >= 2"""

INTIMATE: tuple[str, ...] = (
    "DROP TRIGGER intimate_memory_ends",
    "DROP TRIGGER intimate_memory_ends_aside",
    # SAFETY A10. A note may quote what waits to be indexed anew, or is set aside. Before, since facts
    # have a trigger of their own that takes the turns away by which the note is found.
    f"""CREATE TRIGGER intimate_memory_ends BEFORE DELETE ON consents
    WHEN old.kind = 'intimate memory' BEGIN
        UPDATE turns SET note = '' WHERE id IN (
            SELECT turn FROM quotes WHERE quoted IN ({_INTIMATE}));
        DELETE FROM quotes WHERE quoted IN ({_INTIMATE});
        DELETE FROM indexed WHERE rating >= 2;
        DELETE FROM to_index WHERE rating >= 2;
        DELETE FROM set_aside WHERE rating >= 2;
    END""",  # noqa: S608 - parts of queries that stand in this file
)
