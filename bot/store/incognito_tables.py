"""What a session leaves behind that is to leave nothing (SAFETY P6), as one step of a vault's
migrations: never edited once released.

Triggers, so that it holds whatever ends the session: the person, a newer one, a sponsor that is
lost. It knows nothing of who asked for it.
"""

INCOGNITO: tuple[str, ...] = (
    "ALTER TABLE sessions ADD COLUMN is_incognito INTEGER NOT NULL DEFAULT 0",
    # With a reply in the making: whoever writes it finds it gone.
    """CREATE TRIGGER incognito_ends AFTER UPDATE OF ended ON sessions
    WHEN new.ended IS NOT NULL AND new.is_incognito <> 0 BEGIN
        DELETE FROM replies WHERE answers IN (SELECT id FROM turns WHERE session = new.id);
        DELETE FROM turns WHERE answers IN (SELECT id FROM turns WHERE session = new.id);
        DELETE FROM turns WHERE session = new.id;
        DELETE FROM sessions WHERE id = new.id;
    END""",
    """CREATE TRIGGER incognito_is_not_indexed BEFORE INSERT ON to_index
    WHEN EXISTS (SELECT 1 FROM turns JOIN sessions ON sessions.id = turns.session
        WHERE turns.id = new.turn AND sessions.is_incognito <> 0)
    BEGIN
        SELECT RAISE(IGNORE);
    END""",
)
