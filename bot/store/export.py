"""Everything that a vault holds, as data that JSON can carry (SAFETY P1)."""

import sqlite3

TABLES = {
    "consents": "SELECT * FROM consents ORDER BY kind",
    "marks": "SELECT * FROM marks ORDER BY name",
    "settings": "SELECT * FROM settings ORDER BY name",
    "limits": "SELECT * FROM limits ORDER BY id",
    "reminders": "SELECT * FROM reminders ORDER BY id",
    "sessions": "SELECT * FROM sessions ORDER BY id",
    "branches": "SELECT * FROM branch_parts ORDER BY session, branch, part",
    "turns": "SELECT * FROM turns ORDER BY id",
    "revisions": "SELECT * FROM revisions ORDER BY turn, step",
    "pages": "SELECT * FROM pages ORDER BY turn, step, number",
    "imports": "SELECT * FROM imports ORDER BY id",
    "facts": """SELECT persona, sponsor, room, facts.* FROM facts
        JOIN scopes ON scopes.id = scope ORDER BY facts.id""",
    "sources": "SELECT * FROM sources ORDER BY fact, turn",
    "stories": """SELECT persona, sponsor, room, text, rating, at FROM stories
        JOIN scopes ON scopes.id = scope ORDER BY scope""",
    "summaries": """SELECT persona, sponsor, room, summaries.* FROM summaries
        JOIN scopes ON scopes.id = scope WHERE text <> '' ORDER BY first""",
    "seen": "SELECT * FROM seen ORDER BY room, event_id",
}


def export(db: sqlite3.Connection) -> dict[str, object]:
    """Revisions and pages stand inside their turn, sources inside their fact, as a person would look
    for them."""
    found = {name: _rows(db, query) for name, query in TABLES.items()}
    for owner, key, parts in (
        ("turns", "turn", ("revisions", "pages")),
        ("facts", "fact", ("sources",)),
    ):
        for part in parts:
            of: dict[object, list[dict[str, object]]] = {}
            for row in found.pop(part):
                of.setdefault(row[key], []).append(row)
            for one in found[owner]:
                one[part] = of.get(one["id"], [])
    return dict(found)


def _rows(db: sqlite3.Connection, query: str) -> list[dict[str, object]]:
    cursor = db.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
