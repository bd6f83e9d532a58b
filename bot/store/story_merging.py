"""What a person has told of the story in their own words, taken over to another account of theirs; a
part of `merging`, and of its transaction. Summaries are made anew from the turns."""

import sqlite3


def merge_stories(db: sqlite3.Connection) -> None:
    """After the scopes. Both stand one behind the other; what was summarised is told again behind
    them, since of the turns of two accounts none is the last that these words tell."""
    db.execute(
        """INSERT INTO main.stories (scope, text, rating, until, at)
        SELECT mine.id, stories.text, rating, 0, at FROM other.stories
        JOIN other.scopes AS theirs ON theirs.id = stories.scope
        JOIN main.scopes AS mine USING (persona, sponsor, room) WHERE true
        ON CONFLICT DO UPDATE SET text = text || ' ' || excluded.text,
            rating = max(rating, excluded.rating), until = 0"""
    )
