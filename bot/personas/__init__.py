"""Who the bot can play: the values (persona.py), their files (file.py), and what
of their lore a message brings along (lore.py)."""

from bot.personas.file import PersonaError, load_personas
from bot.personas.lore import find_lore
from bot.personas.persona import Example, Lore, Persona, card_text, fill

__all__ = [
    "Example",
    "Lore",
    "Persona",
    "PersonaError",
    "card_text",
    "fill",
    "find_lore",
    "load_personas",
]
