"""What a persona remembers with a message: asked of the vault within a budget, looked at by policy,
written as the first lines of the message's note.

Nothing of it where the person has not agreed to memory, and nothing in shared rooms.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from bot.commands.wishes import is_incognito, read_zone
from bot.events import Rating, TurnId
from bot.memory.dates import moment
from bot.memory.meaning import Meaning
from bot.memory.notes import allowance, excerpt, write_memory
from bot.memory.question import ask_memory
from bot.memory.recall import Place, recall
from bot.memory.recall import catch_up as index
from bot.memory.rules import drafts_in
from bot.policy.memories import may_learn, may_remember, may_surface
from bot.scene import Scene
from bot.store.card_rows import Found
from bot.store.fact_rows import Draft
from bot.store.rows import Scope, Session, Side
from bot.store.vault import Vault

MOST = 6
LEAST = 0.4
"""Of what a message tells by, so much must have been said there: small talk recalls little."""


@dataclass(frozen=True, slots=True)
class Memory:
    note: str = ""
    quoted: tuple[TurnId, ...] = ()
    cited: tuple[int, ...] = ()
    """Facts whose sentences stand in the note."""


NOTHING = Memory()


def remembers(scene: Scene) -> bool:
    """Neither kept nor recalled in an incognito session (SAFETY P6)."""
    wishes = scene.wishes
    is_private = scene.message.room.shared is None
    return may_remember(wishes.consents, is_private=is_private) and not is_incognito(wishes)


async def remember(
    scene: Scene,
    vault: Vault,
    session: Session,
    *,
    under: Rating,
    hard_limits: tuple[str, ...],
    utc_offset_s: float,
    now: float,
    meaning: Meaning | None = None,
) -> Memory:
    if not remembers(scene) or scene.look is None:
        return NOTHING
    names = {Side.PERSON: scene.message.author.name, Side.PERSONA: scene.persona.name}
    zone = read_zone(scene.look.wishes, utc_offset_s)
    before = [turn.text for turn in scene.look.turns[-2:]] if scene.session else []
    question = ask_memory(
        scene.message.text, names=names, now=datetime.fromtimestamp(now, zone), before=before
    )
    place = Place(Scope(session.persona, session.sponsor, None), under, session.id)
    found = await recall(vault, question, place, most=MOST, least=LEAST, meaning=meaning)
    told = {Side.PERSON: "the person", Side.PERSONA: "you"}
    window = scene.look.turns if scene.session else ()
    budget = allowance([turn.note for turn in window if turn.side is Side.PERSON])
    written = write_memory(found, told, zone, budget)
    if written.note and not may_surface(written.note, under, hard_limits):
        # One by one, which takes longer; and together once more, since two may make a third thing.
        fit = {t for t in written.turns if may_surface(excerpt(t.text), under, hard_limits)}
        hold = {f for f in written.facts if may_surface(excerpt(f.sentence), under, hard_limits)}
        found = Found(
            tuple(t for t in found.turns if t in fit),
            tuple(card for card in found.cards if card.turn in fit),
            tuple(c if c.now in hold else replace(c, now=None) for c in found.closed),
        )
        written = write_memory(found, told, zone, budget)
        if not may_surface(written.note, under, hard_limits):
            return NOTHING
    return Memory(
        written.note,
        tuple(turn.turn for turn in written.turns),
        tuple(holding.fact for holding in written.facts),
    )


async def catch_up(vault: Vault, zone: tzinfo = UTC) -> bool:
    """Indexes what has been said, and learns from it what rules find there; whether more is left.
    `zone` is the person's, for who says "today"."""

    def drafts_of(text: str, at: float) -> Sequence[Draft]:
        drafts = drafts_in(text, moment(at, zone))
        return [draft for draft in drafts if may_learn(draft.quote)]

    return await index(vault, drafts_of)
