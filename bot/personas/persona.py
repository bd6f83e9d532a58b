"""A persona, and what is made of it: card text and greeting. Pure.

A card is one text for everybody, so that the engine computes it once: nothing of one person may
stand in it. This file knows nothing of TOML, prompts, people or sessions.
"""

import re
from dataclasses import dataclass

from bot.engine.base import Sampling
from bot.events import Rating
from bot.files import File

MACRO = re.compile(r"\{\{([^{}]*)\}\}")


@dataclass(frozen=True, slots=True)
class Example:
    person: str
    persona: str


@dataclass(frozen=True, slots=True)
class Lore:
    keys: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Persona:
    id: str
    """The file's name without its ending."""
    name: str
    tagline: str
    rating: Rating
    card: str
    voice: str
    greeting: str
    """May hold `{{user}}`; see `fill`."""
    examples: tuple[Example, ...]
    lore: tuple[Lore, ...]
    note: str
    sampling: Sampling
    adapter: str | None
    negotiates: bool = False
    """Whether a session begins with the person's limits being asked after (SAFETY C2)."""
    avatar: File | None = None


def card_text(persona: Persona) -> str:
    """The system part of the prompt: the same characters for every person, always."""
    name = persona.name
    talk = "\n".join(f"Person: {e.person}\n{name}: {e.persona}" for e in persona.examples)
    return "\n\n".join(
        part
        for part in (
            persona.card,
            f"How {name} speaks: {persona.voice}",
            f"A little of how {name} answers:\n{talk}" if talk else "",
            f"Answer as {name} and never speak for the person.",
            f"{name} is played by software and says so when sincerely asked.",
        )
        if part
    )


def fill(text: str, *, char: str, user: str) -> str:
    """In one pass, so that a name which spells a macro stays a name."""
    names = {"char": char, "user": user}
    return MACRO.sub(lambda found: names.get(found[1].strip().lower(), found[0]), text)
