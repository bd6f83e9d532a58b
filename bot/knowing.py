"""What a session's prompt begins with, behind who the person is: what is known of them, and the story
so far. It is frozen until the next trim, and made anew where a part of it was forgotten.

Nothing of it where the person has not agreed to memory, nothing in shared rooms, and nothing above
what may be said now.
"""

from collections.abc import Sequence
from datetime import UTC, tzinfo
from hashlib import blake2b

from bot.commands.wishes import read_zone
from bot.events import Rating
from bot.memory.about import about_person
from bot.memory.story import write_story
from bot.policy.memories import may_surface
from bot.remembering import remembers
from bot.scene import Scene
from bot.store.fact_rows import Fact
from bot.store.rows import Scope, Session
from bot.store.story_rows import Known, Story
from bot.store.vault import Vault

FACTS_BYTES = 600
"""About 200 tokens."""
MOST_LOOKED_AT = 1000


class Knowing:
    """Looks at each beginning once: by its hash, so that no words outlive their vault here."""

    def __init__(self) -> None:
        self._looked_at: dict[bytes, bool] = {}

    async def know(
        self,
        scene: Scene,
        vault: Vault,
        session: Session,
        *,
        under: Rating,
        hard_limits: tuple[str, ...],
        utc_offset_s: float,
    ) -> Session:
        """The session, with what its prompt may begin with now."""
        if not remembers(scene):
            kept = await vault.stories.keep_known(session.id, Known()) if session.known else None
            return kept or session
        if session.known is not None and (
            not session.known
            or (session.known_rating <= under and self._fits(session.known, under, hard_limits))
        ):
            return session
        scope = Scope(session.persona, session.sponsor, None)
        story, facts = await vault.stories.materials(scope, under)
        zone = read_zone(scene.wishes, utc_offset_s)
        known = write_known(story, facts, zone)
        if not self._fits(known.text, under, hard_limits):
            known = write_known(*_what_fits(story, facts, under, hard_limits), zone)
            if not self._fits(known.text, under, hard_limits):
                known = Known()
        return await vault.stories.keep_known(session.id, known) or session

    def _fits(self, text: str, under: Rating, hard_limits: tuple[str, ...]) -> bool:
        # The rules of the floor take milliseconds, and say the same of the same words.
        key = blake2b(repr((text, under, hard_limits)).encode("utf-8", "replace")).digest()
        if key not in self._looked_at:
            if len(self._looked_at) >= MOST_LOOKED_AT:
                self._looked_at.clear()
            self._looked_at[key] = not text or may_surface(text, under, hard_limits)
        return self._looked_at[key]


def write_known(story: Story, facts: Sequence[Fact], zone: tzinfo = UTC) -> Known:
    about = about_person(facts, FACTS_BYTES, zone)
    told, summaries = write_story(story)
    own = [story.own_id] if story.own else []
    ratings = [fact.rating for fact in about.facts]
    ratings += [one.rating for one in story.summaries if one.id in summaries]
    ratings += [story.own_rating] if own else []
    return Known(
        "\n\n".join(part for part in (about.text, told) if part),
        max(ratings, default=Rating.GENERAL),
        {"fact": [fact.id for fact in about.facts], "summary": summaries, "story": own},
    )


def _what_fits(
    story: Story, facts: Sequence[Fact], under: Rating, hard_limits: tuple[str, ...]
) -> tuple[Story, Sequence[Fact]]:
    """One by one, where all together does not: rules and limits may be newer than what was said."""
    own = story.own if may_surface(story.own, under, hard_limits) else ""
    summaries = tuple(
        one for one in story.summaries[-20:] if may_surface(one.text, under, hard_limits)
    )
    told = Story(own, story.own_rating, story.own_at, story.own_id, summaries)
    return told, [fact for fact in facts if may_surface(fact.sentence, under, hard_limits)]
