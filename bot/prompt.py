"""Persona, person, notes and talk -> an append-only prompt. Pure.

The parts sent last turn, and the reply to them, are a prefix of the parts sent now. What must
change with the moment (lore, hints) stands in the note of the turn that it came with and stays
there; nothing above the last message is ever rewritten, except by a trim of the window.
"""

from collections.abc import Sequence

from bot.engine.base import Part, Prompt, Speaker
from bot.events import PersonId
from bot.store.rows import Side, Turn

HONEST = (
    "Of earlier talks you know what is quoted here and nothing else: asked for more, you say that you "
    "are not sure, and make nothing up."
)
_SPEAKER: dict[Side, Speaker] = {Side.PERSON: "user", Side.PERSONA: "assistant"}


def compose(
    *,
    person: PersonId,
    card: str,
    head: str,
    turns: Sequence[Turn],
    adapter: str | None,
    known: str = "",
) -> Prompt:
    """The whole prompt. Where it is to be answered, the last turn is the person's."""
    parts = [*card_alone(card, adapter=adapter).parts, Part("system", f"\n\n{head}")]
    if known:
        parts.append(Part("system", f"\n\n{known}"))
    for turn in turns:
        speaker = _SPEAKER[turn.side]
        if parts[-1].speaker == speaker:
            # Two messages in a row, because a reply was stopped before it began.
            parts.append(Part(speaker, "\n\n"))
        if turn.note:
            parts.append(Part(speaker, f"{turn.note}\n\n"))
        parts.append(Part(speaker, turn.text))
    # All that is computed of a person's talk goes by their name, so that it can be forgotten at
    # once, whatever session it stems from.
    return Prompt(person, tuple(parts), adapter=adapter, person=person)


def card_alone(card: str, *, adapter: str | None) -> Prompt:
    """What every prompt with this card begins with; it is nobody's."""
    return Prompt("", (Part("system", card, shared=True),), adapter=adapter)


def write_head(*, person_name: str, greeting: str) -> str:
    """Who the person is; frozen in the session, so that it costs its tokens once."""
    head = f"You are talking with {person_name}. {HONEST}"
    return f"{head} You greeted them with these words: {greeting}" if greeting else head


def write_note(
    *, reminder: str, lore: Sequence[str], hints: Sequence[str], memory: str = ""
) -> str:
    """What the persona should have in mind for one message."""
    lines = [*([memory] if memory else []), *lore, *hints, *([reminder] if reminder else [])]
    return f"[{' '.join(lines)}]" if lines else ""
