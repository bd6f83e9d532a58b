"""Whether a rule matches everything: tried on short and on ordinary sentences.

A rule that finds something in all of either is of no use, and would stop everybody.
"""

from functools import lru_cache

from bot.policy.community.checks import Check, Patterns, Words
from bot.policy.community.finding import Finder
from bot.policy.matching import forget_views

SHORT = ("ok", "hmm", "brb", "why?", "fly", "gut", "yes", "42", "no", "art")
ORDINARY = (
    "Good morning, how did you sleep?",
    "The lighthouse keeper wound the clock.",
    "I had soup for lunch, with bread.",
    "My train was late again today.",
    "Tell me a story about a fox.",
    "Das Wetter ist heute schön.",
    "Il pleut depuis ce matin.",
    "We could go on tomorrow, if you like.",
    "Thanks, that helped a lot!",
    "What is the name of the ship?",
)


@lru_cache(maxsize=256)
def is_everything(check: Check) -> bool:
    if not isinstance(check, Words | Patterns):
        return False
    finder = Finder([(0, check)])
    try:
        return any(all(finder.rules(text) for text in texts) for texts in (SHORT, ORDINARY))
    finally:
        forget_views()
