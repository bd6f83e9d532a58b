"""Whether one rule has something to say to a text: found, not found, or not to be known.

For what people write and what the engine wrote alike. What follows from it is for `layer.py`.
"""

from collections.abc import Mapping, Sequence

from bot.policy.community import checks, links, same, spoken
from bot.policy.community.checks import Check
from bot.policy.community.compiled import Compiled
from bot.policy.community.rule import Sent, Sureness
from bot.policy.community.topics import Heard, heard

FOUND, UNKNOWN = Sureness.FOUND, Sureness.UNKNOWN

Judged = Mapping[str, bool] | None
"""What a model said of topics, by their name or sentence; None: it was not asked, or is silent."""


def hears_words(
    rules: Compiled, at: int, text: str, judged: Judged, said: frozenset[int]
) -> Sureness | None:
    """None: it does not. `said`: what the finder found, once for all rules."""
    match rules.rules[at].check:
        case checks.Words() | checks.Patterns():
            return FOUND if at in said else None
        case checks.Topics(topics):
            return _topics(text, topics, judged)
        case checks.Described(sentence):
            return _told(judged, sentence)
        case checks.Links(allowed):
            return FOUND if any(links.strange_hosts(text, allowed)) else None
        case checks.Invites():
            return FOUND if any(links.invites(text)) else None
        case checks.Languages(languages):
            return FOUND if spoken.is_foreign(text, languages) else None
        case checks.Length(most):
            return FOUND if len(text) > most else None
        case _:
            return None


def hears_rhythm(
    check: Check, text: str, sent: Sequence[Sent] | None, now: float, key: bytes
) -> Sureness | None:
    """Too much, or the same again."""
    match check:
        case checks.Flood(messages, seconds):
            if sent is None:
                return UNKNOWN
            return FOUND if 1 + _within(sent, seconds, now) >= messages else None
        case checks.Repetition(times, seconds):
            if sent is None:
                return UNKNOWN
            if not sent:
                return None
            own = same.digest(text, key)
            alike = [one for one in sent if one.digest == own]
            return FOUND if 1 + _within(alike, seconds, now) >= times else None
        case _:
            return None


# --- Below ------------------------------------------------------------------------------------


def _topics(text: str, topics: Sequence[checks.Topic], judged: Judged) -> Sureness | None:
    """The surest of them."""
    found: Sureness | None = None
    for topic in topics:
        match heard(text, topic):
            case Heard.SURELY:
                return FOUND
            case Heard.PERHAPS:
                match _told(judged, topic.value):
                    case Sureness.FOUND:
                        return FOUND
                    case Sureness.UNKNOWN:
                        found = UNKNOWN
                    case None:
                        pass
            case Heard.NO:
                pass
    return found


def _told(judged: Judged, topic: str) -> Sureness | None:
    """INVARIANT I3: where nobody could judge it, it is not passed."""
    if judged is None or topic not in judged:
        return UNKNOWN
    return FOUND if judged[topic] else None


def _within(sent: Sequence[Sent], seconds: int, now: float) -> int:
    # A clock that was set back makes them lie ahead: they count as though they were now.
    return sum(now - seconds < one.at <= now + seconds for one in sent)
