"""SAFETY L1, L2, A2, A10, C4: what of a talk that comes in as a file may be kept, and under which
rating it may come up again. Pure.

Nobody held a ceiling over it when it was said, so its own words tell the rating, and where they
leave a doubt the higher one holds: it comes up more seldom then.
"""

from bot.events import Rating
from bot.policy.cards import check_card
from bot.policy.classifier import looks_sexual
from bot.policy.crisis import crisis
from bot.policy.cues import is_sexual
from bot.policy.facts import Facts
from bot.policy.floor import serious_harm
from bot.policy.matching import views
from bot.policy.under18 import says_under_18
from bot.policy.words import COURTING, ROMANTIC


def rate(text: str) -> Rating | None:
    """None: it is left out."""
    facts = Facts(text=text, now=0.0)
    if says_under_18(text, (), 0.0) or serious_harm(facts) or crisis(facts):
        return None
    rating = _by_its_words(text)
    return rating if check_card(rating, [text]) is None else None


def _by_its_words(text: str) -> Rating:
    seen = views(text)
    if any(map(is_sexual, seen)) or looks_sexual(text):
        return Rating.MATURE
    if any(ROMANTIC.found(view) or COURTING.found(view) for view in seen):
        return Rating.ROMANCE
    return Rating.GENERAL
