"""What waits to be made of what was said, as one step of a vault's migrations: never edited once
released. `work` says what it is for.

A turn's work begins with the row that has it remembered, in the same transaction, and goes with it:
no path can forget what the schema takes along (INVARIANT I5).
"""

WORK: tuple[str, ...] = (
    # `lease` names the process that has it under way; `parked` the version of the kind that gave up.
    """CREATE TABLE work (
        kind TEXT NOT NULL,
        turn INTEGER NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
        tries INTEGER NOT NULL DEFAULT 0,
        lease TEXT NOT NULL DEFAULT '',
        parked INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (kind, turn)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX work_by_turn ON work (turn)",
    """CREATE TRIGGER work_leaves_the_talk AFTER UPDATE OF session ON turns
    WHEN new.session IS NULL BEGIN
        DELETE FROM work WHERE turn = new.id;
    END""",
    """CREATE TRIGGER work_ends AFTER DELETE ON consents WHEN old.kind = 'memory' BEGIN
        DELETE FROM work;
    END""",
    # The ceiling of a reply in the making, for one that a crash cuts short; NULL: not remembered.
    "ALTER TABLE replies ADD COLUMN remember INTEGER",
    # What was forgotten since the file was rewritten: SQLite leaves old bytes in pages it balances.
    """CREATE TRIGGER turn_is_forgotten AFTER DELETE ON turns WHEN old.place IS NOT NULL BEGIN
        INSERT INTO marks (name, value) VALUES ('forgotten', 1)
            ON CONFLICT DO UPDATE SET value = value + 1;
    END""",
    """CREATE TRIGGER note_is_forgotten AFTER UPDATE OF note ON turns
    WHEN old.note <> '' AND new.note = '' BEGIN
        INSERT INTO marks (name, value) VALUES ('forgotten', 1)
            ON CONFLICT DO UPDATE SET value = value + 1;
    END""",
    """CREATE TRIGGER fact_is_forgotten AFTER DELETE ON facts BEGIN
        INSERT INTO marks (name, value) VALUES ('forgotten', 1)
            ON CONFLICT DO UPDATE SET value = value + 1;
    END""",
    """CREATE TRIGGER consent_is_forgotten AFTER DELETE ON consents
    WHEN old.kind IN ('memory', 'intimate memory') BEGIN
        INSERT INTO marks (name, value) VALUES ('forgotten', 1)
            ON CONFLICT DO UPDATE SET value = value + 1;
    END""",
)


def comes_with_each_turn(kind: str) -> tuple[str, ...]:
    """The triggers by which a turn that is remembered, or says something else by now, is this kind's
    work; and what was remembered before there was such a kind."""
    name = kind.replace(" ", "_")
    # Not "INSERT OR REPLACE": what the outer statement does about a conflict would count instead.
    wanted = f"""DELETE FROM work WHERE kind = '{kind}' AND turn = new.{{turn}};
        INSERT INTO work (kind, turn) VALUES ('{kind}', new.{{turn}});"""  # noqa: S608 - a name of ours
    return (
        # One that is indexed anew is known by other words, and says what it said.
        f"""CREATE TRIGGER {name}_comes AFTER INSERT ON to_index
        WHEN new.turn NOT IN (SELECT turn FROM indexed) BEGIN {wanted.format(turn="turn")} END""",  # noqa: S608 - as above
        f"""CREATE TRIGGER {name}_comes_again AFTER UPDATE OF chosen ON turns
        WHEN new.chosen <> old.chosen AND (new.id IN (SELECT turn FROM indexed)
            OR new.id IN (SELECT turn FROM to_index)) BEGIN {wanted.format(turn="id")} END""",  # noqa: S608 - as above
        f"""INSERT OR IGNORE INTO work (kind, turn)
            SELECT '{kind}', turn FROM indexed UNION SELECT '{kind}', turn FROM to_index""",  # noqa: S608 - as above
    )
