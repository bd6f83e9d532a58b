"""SAFETY L1, L2: what a persona's own texts may say, checked before anybody meets it."""

from collections.abc import Sequence

from bot.events import Rating
from bot.policy.ages import ADULT, AGE, is_age, value
from bot.policy.cues import Young, is_sexual, romance_with_minors, young
from bot.policy.facts import Outcome, Verdict
from bot.policy.matching import forget_views, pattern, views
from bot.policy.under18 import says_under_18
from bot.policy.words import ROMANTIC
from bot.text import verbatim


def check_card(rating: Rating, texts: Sequence[str]) -> Verdict | None:
    """None: nothing stands against it. Each text is looked at whole, and all of them together."""
    try:
        return _check(rating, texts)
    finally:
        forget_views()


def _check(rating: Rating, texts: Sequence[str]) -> Verdict | None:
    is_young = any(_is_young(text) for text in texts)
    if romance_with_minors("\n".join(texts), written=True) or (is_young and _is_romantic(texts)):
        return _refused("romance_with_somebody_under_18", "L1", "romance and somebody under 18")
    if rating > Rating.GENERAL and is_young:
        return _refused(
            "persona_under_18", "L2", f"somebody under 18 or childlike, with rating {rating.name}"
        )
    if rating < Rating.MATURE and any(is_sexual(view) for text in texts for view in views(text)):
        return _refused("sexual_content", "L5", f"sexual words, with rating {rating.name}")
    return None


_IS = pattern(rf"\b[\pL-]+ is (?:only |just |now |about )?({AGE})(?:[^a-z0-9]|$)")


def _is_romantic(texts: Sequence[str]) -> bool:
    return any(ROMANTIC.found(view) or is_sexual(view) for text in texts for view in views(text))


def _is_young(text: str) -> bool:
    if young(text) is Young.CHARACTER or says_under_18(text, (), 0.0):
        return True
    return any(
        value(hit.group(1) or "") < ADULT
        and is_age(value(hit.group(1) or ""), view[hit.end(1) :][:80])
        for view in views(text)
        for hit in _IS.finditer(view)
    )


def _refused(rule: str, number: str, found: str) -> Verdict:
    # Read by operators, in the words of the error that names the file.
    return Verdict(rule, number, Outcome.REFUSE, say=verbatim(f"the texts hold {found}"))
