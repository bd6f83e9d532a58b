"""Persona, person, notes and talk -> an append-only prompt. Pure.

The parts sent last turn, and the reply to them, are a prefix of the parts sent now. What must
change with the moment (lore, hints) stands in the note of the turn that it came with and stays
there; nothing above the last message is ever rewritten, except by a trim of the window.
"""

from collections.abc import Sequence

from bot.engine.base import Part, Prompt, Speaker
from bot.store.rows import Side, Turn

_SPEAKER: dict[Side, Speaker] = {Side.PERSON: "user", Side.PERSONA: "assistant"}


def compose(*, key: str, card: str, head: str, turns: Sequence[Turn]) -> Prompt:
    """The whole prompt. The last turn is the person's, to be answered."""
    parts = [Part("system", card, shared=True), Part("system", f"\n\n{head}")]
    for turn in turns:
        speaker = _SPEAKER[turn.side]
        if parts[-1].speaker == speaker:
            # Two messages in a row, because a reply was stopped before it began.
            parts.append(Part(speaker, "\n\n"))
        if turn.note:
            parts.append(Part(speaker, f"{turn.note}\n\n"))
        parts.append(Part(speaker, turn.text))
    return Prompt(key, tuple(parts))


def write_head(*, person_name: str, greeting: str) -> str:
    """Who the person is; frozen in the session, so that it costs its tokens once."""
    head = f"You are talking with {person_name}."
    return f"{head} You greeted them with these words: {greeting}" if greeting else head


def write_note(*, reminder: str, lore: Sequence[str], hints: Sequence[str]) -> str:
    """What the persona should have in mind for one message."""
    lines = [*lore, *hints, *([reminder] if reminder else [])]
    return f"[{' '.join(lines)}]" if lines else ""
