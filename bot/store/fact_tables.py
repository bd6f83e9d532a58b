"""The tables of facts, as one step of a vault's migrations: never edited once released. `facts` says
what they are for.

What holds now is no decision that code could forget to take: triggers settle it from the rows that
there are, so that whatever goes gives back what it had superseded (INVARIANT I5). No index holds a
word: SQLite leaves old bytes in pages that it balances, and an index is balanced.
"""

from bot.store.work_tables import comes_with_each_turn

_DERIVED = """
    UPDATE facts SET (sentence, rating) = (SELECT quote, rating FROM sources
            WHERE fact = facts.id ORDER BY rating, turn LIMIT 1),
        (said, valid_from) = (SELECT max(turn), min(turns.at) FROM sources
            JOIN turns ON turns.id = turn WHERE fact = facts.id)
    WHERE id = {row}.fact AND EXISTS (SELECT 1 FROM sources WHERE fact = {row}.fact);"""
"""What a fact that has sources is told by: the words that were said under the lowest ceiling."""


def _strength(row: str) -> str:
    """What the person pinned or wrote themselves comes behind all else; the rest in the order of the
    talk, since a clock may be set back."""
    return f"({row}.pinned OR {row}.origin = 'person', {row}.said, {row}.id)"


def _next(column: str, row: str) -> str:
    return f"""SELECT {column} FROM facts AS later
        WHERE later.alone AND later.scope = {row}.scope AND later.slot = {row}.slot
            AND later.subject = {row}.subject AND {_strength("later")} > {_strength(row)}
        ORDER BY later.pinned OR later.origin = 'person', later.said, later.id LIMIT 1"""  # noqa: S608 - names of columns


def _settled(row: str) -> str:
    """Of what can hold only one at a time, the later closes the earlier. Only the neighbours of what
    came, went or moved can have another next than before."""
    closed = _next("later.id, max(later.valid_from, facts.valid_from)", "facts")
    return f"""
    UPDATE facts SET (superseded_by, valid_to) = ({closed})
    WHERE alone AND scope = {row}.scope AND slot = {row}.slot AND subject = {row}.subject
        AND (id = {row}.id OR superseded_by IS NULL OR superseded_by = {row}.id
            OR superseded_by = ({_next("later.id", row)}));"""  # noqa: S608 - as above


_REQUEUED = """
    INSERT OR REPLACE INTO to_index (turn, rating, spot)
        SELECT turn, rating, spot FROM indexed
        WHERE turn = {row}.turn AND turn IN (SELECT id FROM turns);
    DELETE FROM indexed WHERE turn = {row}.turn;"""
"""A turn is found by the words of its facts, too."""

_SCOPE_STAYS = "EXISTS (SELECT 1 FROM scopes WHERE id = old.scope)"

_SOURCELESS = """
    DELETE FROM facts WHERE id = old.fact
        AND NOT EXISTS (SELECT 1 FROM sources WHERE fact = old.fact);"""

_UNCITED = """
    UPDATE turns SET note = '' WHERE id IN (SELECT turn FROM cites WHERE fact = old.id);
    DELETE FROM cites WHERE fact = old.id;"""

FACTS: tuple[str, ...] = (
    # `said` is the turn behind which it holds; `alone`, that only one does at a time.
    """CREATE TABLE facts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        scope INTEGER NOT NULL REFERENCES scopes (id) ON DELETE CASCADE,
        slot TEXT NOT NULL,
        subject TEXT NOT NULL,
        value TEXT NOT NULL,
        sentence TEXT NOT NULL,
        rating INTEGER NOT NULL,
        origin TEXT NOT NULL,
        alone INTEGER NOT NULL,
        pinned INTEGER NOT NULL DEFAULT 0,
        said INTEGER NOT NULL,
        valid_from REAL NOT NULL,
        valid_to REAL,
        recorded REAL NOT NULL,
        superseded_by INTEGER
    ) STRICT""",
    "CREATE INDEX facts_of_scope ON facts (scope, alone)",
    """CREATE TABLE sources (
        fact INTEGER NOT NULL REFERENCES facts (id) ON DELETE CASCADE,
        turn INTEGER NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
        quote TEXT NOT NULL,
        rating INTEGER NOT NULL,
        UNIQUE (fact, turn)
    ) STRICT""",
    "CREATE INDEX sources_by_turn ON sources (turn)",
    # Each hash has a key of its own, which goes with it: what was forgotten is not learned again.
    """CREATE TABLE forgotten (
        scope INTEGER NOT NULL REFERENCES scopes (id) ON DELETE CASCADE,
        key BLOB NOT NULL,
        hash BLOB NOT NULL
    ) STRICT""",
    "CREATE INDEX forgotten_of_scope ON forgotten (scope)",
    # Whose sentence stands in whose note.
    """CREATE TABLE cites (
        turn INTEGER NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
        fact INTEGER NOT NULL,
        PRIMARY KEY (turn, fact)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX cites_by_fact ON cites (fact)",
    # Nothing that was said up to this turn is learned: everything was forgotten then.
    "ALTER TABLE scopes ADD COLUMN learns_after INTEGER NOT NULL DEFAULT 0",
    f"""CREATE TRIGGER source_comes AFTER INSERT ON sources BEGIN
        {_DERIVED.format(row="new")}
        {_REQUEUED.format(row="new")}
    END""",
    f"""CREATE TRIGGER source_is_rated_anew AFTER UPDATE OF rating ON sources BEGIN
        {_DERIVED.format(row="new")}
    END""",
    f"""CREATE TRIGGER source_goes AFTER DELETE ON sources BEGIN
        {_SOURCELESS}
        {_DERIVED.format(row="old")}
        {_REQUEUED.format(row="old")}
    END""",
    f"""CREATE TRIGGER fact_comes AFTER INSERT ON facts WHEN new.alone BEGIN
        {_settled("new")}
    END""",
    f"""CREATE TRIGGER fact_changes AFTER UPDATE OF said, pinned, valid_from ON facts WHEN new.alone
        AND (new.said, new.pinned, new.valid_from) <> (old.said, old.pinned, old.valid_from) BEGIN
        {_settled("new")}
    END""",
    # Where the whole scope goes there is nothing to settle.
    f"""CREATE TRIGGER fact_goes AFTER DELETE ON facts WHEN old.alone AND {_SCOPE_STAYS} BEGIN
        {_settled("old")}
    END""",
    f"""CREATE TRIGGER fact_is_not_cited AFTER DELETE ON facts BEGIN
        {_UNCITED}
    END""",
    f"""CREATE TRIGGER fact_is_told_otherwise AFTER UPDATE OF sentence ON facts
    WHEN new.sentence <> old.sentence BEGIN
        {_UNCITED}
    END""",
    """CREATE TRIGGER said_anew_of_facts AFTER UPDATE OF chosen ON turns
    WHEN new.chosen <> old.chosen BEGIN
        DELETE FROM sources WHERE turn = new.id;
    END""",
    """CREATE TRIGGER out_of_the_talk_of_facts AFTER UPDATE OF session ON turns
    WHEN new.session IS NULL BEGIN
        DELETE FROM sources WHERE turn = new.id;
        DELETE FROM to_index WHERE turn = new.id;
        DELETE FROM cites WHERE turn = new.id;
    END""",
    # SAFETY A10; `memory_ends` takes the scopes, and all of these with them.
    """CREATE TRIGGER intimate_facts_end AFTER DELETE ON consents
    WHEN old.kind = 'intimate memory' BEGIN
        DELETE FROM sources WHERE rating >= 2;
        DELETE FROM facts WHERE rating >= 2;
        DELETE FROM indexed WHERE rating >= 2;
        DELETE FROM to_index WHERE rating >= 2;
    END""",
)

FACT_WORK = comes_with_each_turn("facts")
"""A model may find more in what was said than rules do."""
