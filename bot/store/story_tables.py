"""The tables of the story, and of what stands at the top of a prompt, as one step of a vault's
migrations: never edited once released. `stories` says what they are for.

The triggers are INVARIANT I5: a turn that goes, or says something else, takes the summary of its
stretch along, whose other turns are work once more; and where something goes that a session's prompt
begins with, that beginning is made anew.
"""

from bot.store.work_tables import comes_with_each_turn

_FORGOTTEN = """INSERT INTO marks (name, value) VALUES ('forgotten', 1)
        ON CONFLICT DO UPDATE SET value = value + 1;"""


def _emptied(kind: str, id_: str) -> str:
    """NULL: to be made anew."""
    return f"""
        UPDATE sessions SET known = NULL WHERE id IN
            (SELECT session FROM known_from WHERE kind = '{kind}' AND source = {id_});
        DELETE FROM known_from WHERE kind = '{kind}' AND source = {id_};"""  # noqa: S608 - names of ours


STORY: tuple[str, ...] = (
    # An empty text tells nothing, and its turns are done all the same.
    """CREATE TABLE summaries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        scope INTEGER NOT NULL REFERENCES scopes (id) ON DELETE CASCADE,
        first INTEGER NOT NULL,
        began REAL NOT NULL,
        ended REAL NOT NULL,
        rating INTEGER NOT NULL,
        version INTEGER NOT NULL,
        text TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX summaries_of_scope ON summaries (scope, first)",
    """CREATE TABLE summarised (
        turn INTEGER PRIMARY KEY,
        summary INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX summarised_by_summary ON summarised (summary)",
    # In the person's own words; they stand in the place of all summaries up to that turn.
    """CREATE TABLE stories (
        scope INTEGER PRIMARY KEY REFERENCES scopes (id) ON DELETE CASCADE,
        text TEXT NOT NULL,
        rating INTEGER NOT NULL,
        until INTEGER NOT NULL,
        at REAL NOT NULL
    ) STRICT""",
    "ALTER TABLE sessions ADD COLUMN known TEXT",
    "ALTER TABLE sessions ADD COLUMN known_rating INTEGER NOT NULL DEFAULT 0",
    """CREATE TABLE known_from (
        session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        source INTEGER NOT NULL,
        PRIMARY KEY (session, kind, source)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX known_by_source ON known_from (kind, source)",
    """CREATE TRIGGER summary_goes_with_turn AFTER DELETE ON turns BEGIN
        DELETE FROM summaries WHERE id IN (SELECT summary FROM summarised WHERE turn = old.id);
    END""",
    """CREATE TRIGGER summary_of_what_is_said_anew AFTER UPDATE OF chosen ON turns
    WHEN new.chosen <> old.chosen BEGIN
        DELETE FROM summaries WHERE id IN (SELECT summary FROM summarised WHERE turn = old.id);
    END""",
    """CREATE TRIGGER summary_of_what_left_the_talk AFTER UPDATE OF session ON turns
    WHEN new.session IS NULL BEGIN
        DELETE FROM summaries WHERE id IN (SELECT summary FROM summarised WHERE turn = old.id);
    END""",
    # What is recalled no more is told no more. Between two indexings a turn stands in the other.
    """CREATE TRIGGER summary_of_what_is_hidden AFTER DELETE ON indexed
    WHEN old.turn NOT IN (SELECT turn FROM to_index) BEGIN
        DELETE FROM summaries WHERE id IN (SELECT summary FROM summarised WHERE turn = old.turn);
    END""",
    """CREATE TRIGGER summary_of_what_is_kept_no_more AFTER DELETE ON to_index
    WHEN old.turn NOT IN (SELECT turn FROM indexed) BEGIN
        DELETE FROM summaries WHERE id IN (SELECT summary FROM summarised WHERE turn = old.turn);
    END""",
    f"""CREATE TRIGGER summaries_go AFTER DELETE ON summaries BEGIN
        INSERT INTO work (kind, turn)
            SELECT 'story', turn FROM summarised WHERE summary = old.id
                AND turn IN (SELECT id FROM turns)
                AND (turn IN (SELECT turn FROM indexed) OR turn IN (SELECT turn FROM to_index))
                AND turn NOT IN (SELECT turn FROM work WHERE kind = 'story');
        DELETE FROM summarised WHERE summary = old.id;
        {_emptied("summary", "old.id")}
        {_FORGOTTEN}
    END""",  # noqa: S608 - names of ours
    f"""CREATE TRIGGER story_goes AFTER DELETE ON stories BEGIN
        {_emptied("story", "old.scope")}
        {_FORGOTTEN}
    END""",
    f"""CREATE TRIGGER story_is_told_anew AFTER UPDATE ON stories BEGIN
        {_emptied("story", "old.scope")}
        {_FORGOTTEN}
    END""",
    f"""CREATE TRIGGER known_fact_goes AFTER DELETE ON facts BEGIN
        {_emptied("fact", "old.id")}
    END""",
    f"""CREATE TRIGGER known_fact_changes AFTER UPDATE OF sentence, superseded_by, rating ON facts
    WHEN (new.sentence, new.superseded_by, new.rating)
        IS NOT (old.sentence, old.superseded_by, old.rating) BEGIN
        {_emptied("fact", "old.id")}
    END""",
    # SAFETY A10.
    """CREATE TRIGGER known_ends AFTER DELETE ON consents WHEN old.kind = 'memory' BEGIN
        UPDATE sessions SET known = NULL WHERE known IS NOT NULL;
        DELETE FROM known_from;
    END""",
    """CREATE TRIGGER intimate_story_ends AFTER DELETE ON consents
    WHEN old.kind = 'intimate memory' BEGIN
        DELETE FROM summaries WHERE rating >= 2;
        DELETE FROM stories WHERE rating >= 2;
    END""",
    *comes_with_each_turn("story"),
)
