"""Everything that a vault holds, as data that JSON can carry (SAFETY P1)."""

import sqlite3

TABLES = {
    "consents": "SELECT * FROM consents ORDER BY kind",
    "marks": "SELECT * FROM marks ORDER BY name",
    "settings": "SELECT * FROM settings ORDER BY name",
    "limits": "SELECT * FROM limits ORDER BY id",
    "reminders": "SELECT * FROM reminders ORDER BY id",
    "sessions": "SELECT * FROM sessions ORDER BY id",
    "turns": "SELECT * FROM turns ORDER BY id",
    "revisions": "SELECT * FROM revisions ORDER BY turn, step",
    "pages": "SELECT * FROM pages ORDER BY turn, step, number",
    "facts": """SELECT persona, sponsor, room, facts.* FROM facts
        JOIN scopes ON scopes.id = scope ORDER BY facts.id""",
    "sources": "SELECT * FROM sources ORDER BY fact, turn",
    "seen": "SELECT * FROM seen ORDER BY room, event_id",
}
PARTS = {"revisions", "pages", "sources"}


def export(db: sqlite3.Connection) -> dict[str, object]:
    """Revisions and pages stand inside their turn, sources inside their fact, as a person would look
    for them."""
    found = {name: _rows(db, query) for name, query in TABLES.items()}
    for turn in found["turns"]:
        for part in ("revisions", "pages"):
            turn[part] = [row for row in found[part] if row["turn"] == turn["id"]]
    for fact in found["facts"]:
        fact["sources"] = [row for row in found["sources"] if row["fact"] == fact["id"]]
    return {name: rows for name, rows in found.items() if name not in PARTS}


def _rows(db: sqlite3.Connection, query: str) -> list[dict[str, object]]:
    cursor = db.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
