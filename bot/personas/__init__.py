"""Who the bot can play: the values (persona.py) and their files (file.py)."""

from bot.personas.file import PersonaError, load_personas
from bot.personas.persona import Example, Lore, Persona, card_text, fill, find_lore

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
