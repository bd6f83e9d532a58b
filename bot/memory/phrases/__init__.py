"""How people say what is to be known of them: `language` says how each of the six is written down."""

from bot.memory.phrases.english import ENGLISH
from bot.memory.phrases.french import FRENCH
from bot.memory.phrases.german import GERMAN
from bot.memory.phrases.japanese import JAPANESE
from bot.memory.phrases.language import Language
from bot.memory.phrases.portuguese import PORTUGUESE
from bot.memory.phrases.spanish import SPANISH

LANGUAGES = (ENGLISH, GERMAN, SPANISH, FRENCH, PORTUGUESE, JAPANESE)

__all__ = ["LANGUAGES", "Language"]
