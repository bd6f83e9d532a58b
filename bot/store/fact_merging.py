"""What is known of one account, taken over to another that becomes the same person; a part of `merging`,
and of its transaction. What either has forgotten is forgotten for both."""

import sqlite3


def merge_facts(db: sqlite3.Connection, turns: int) -> None:
    """`turns`: by how much the numbers of the other's turns were shifted."""
    counted = dict(db.execute("SELECT name, seq FROM main.sqlite_sequence").fetchall())
    shift = {"facts": counted.get("facts", 0), "turns": turns}
    db.execute(
        """INSERT OR IGNORE INTO main.scopes (persona, sponsor, room, key)
        SELECT persona, sponsor, room, randomblob(16) FROM other.scopes"""
    )
    # Whose number is what: mine, by what they have in common.
    same = """JOIN other.scopes AS theirs ON theirs.id = scope
        JOIN main.scopes AS mine USING (persona, sponsor, room)"""
    db.execute(
        f"""INSERT INTO main.facts (id, scope, slot, subject, value, sentence, rating, origin, alone,
            pinned, said, valid_from, recorded)
        SELECT facts.id + :facts, mine.id, slot, subject, value, sentence, rating, origin, alone,
            pinned, said + :turns, valid_from, recorded
        FROM other.facts {same} ORDER BY facts.id""",  # noqa: S608 - joined above, of no words
        shift,
    )
    db.execute(
        """INSERT INTO main.sources (fact, turn, quote, rating)
        SELECT fact + :facts, turn + :turns, quote, rating FROM other.sources""",
        shift,
    )
    db.execute(
        """INSERT INTO main.cites (turn, fact)
        SELECT turn + :turns, fact + :facts FROM other.cites""",
        shift,
    )
    db.execute(
        f"""INSERT INTO main.forgotten (scope, key, hash)
        SELECT mine.id, forgotten.key, hash FROM other.forgotten {same}"""  # noqa: S608 - as above
    )
    db.execute(
        """UPDATE main.scopes SET learns_after = max(learns_after, coalesce((
            SELECT theirs.learns_after + :turns FROM other.scopes AS theirs
            WHERE theirs.learns_after > 0 AND theirs.persona = scopes.persona
                AND theirs.sponsor = scopes.sponsor AND theirs.room = scopes.room), 0))""",
        {"turns": turns},
    )
