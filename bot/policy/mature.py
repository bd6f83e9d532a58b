"""SAFETY A4, A5, A7, A8, A9, L10: what the rating MATURE needs: all of this, at every message.

Each need has its sentence, which says what is missing and how it could come; where several are
missing, the first is told. Whoever takes one of them back has closed MATURE.
"""

from collections.abc import Callable
from dataclasses import replace

from bot.events import AgeLevel, AgeSign, Rating
from bot.policy.door_rules import SIGNLESS
from bot.policy.facts import Facts
from bot.text import SILENCE, Text

MATURE_VERSION = "1"
"""Who opens MATURE agrees to `OPEN` (SAFETY A10): change a word of it, and it has to be opened anew."""

OPEN = Text(
    "mature is open here, between adults: only with you, only with this community, and only where "
    "the persona goes that far. The safe word and your limits hold as before. `{prefix}romance` "
    "closes it at once, and so does anybody who takes back what it needs."
)

OPEN_ALONE = Text(
    "mature is open where the two of us are alone, between adults: only with you, only with this "
    "community, and only where the persona goes that far. Here nothing above general is written. The "
    "safe word and your limits hold as before. `{prefix}romance` closes it at once, and so does "
    "anybody who takes back what it needs, as this channel's age restriction."
)
"""Likewise, where it was opened in an age-restricted channel (SAFETY A6)."""

LISTED = Text("mature does not exist here: this bot is listed in an app directory.")
OPERATOR = Text(
    "mature is closed for everybody here: the operator of this machine has not opened it."
)
GUARD = Text(
    "mature needs a guard model that has just passed its self-test, and there is none here now; "
    "only the operator can change that."
)
LOCKED = Text("mature needs an adult, and you told me that you are under 18.")
ROOM = Text("mature opens only where we are alone: write to me directly.")
COMMUNITY = Text("mature is closed in this community: only its moderators can open it.")
PERSONA = Text("mature is not for this persona: choose another, or stay as we are.")
STORY = Text("mature stays closed with this persona, because somebody under 18 was in the story.")
AGE = {
    AgeLevel.PLATFORM: Text(
        "mature needs a sign from your platform that you are an adult: use its age-restricted "
        "command, or ask a moderator of this community to confirm it."
    ),
    AgeLevel.MODERATOR: Text(
        "mature needs a moderator's confirmation that you are an adult: ask one of this community."
    ),
    AgeLevel.VERIFIED: Text(
        "mature needs a proof that you are 18, checked elsewhere: ask the operator of this machine."
    ),
}
PERSON = Text("mature is closed because you have not opened it: `mature` does.")
SIGN = Text(
    "mature opens only by the age-restricted command of this platform, and never by text: choose "
    "it from the list of commands. Where the list does not have it, switch such commands on for "
    "direct messages in your settings, or use it in an age-restricted channel. A server that is "
    "age-restricted as a whole is not enough: the channel's own setting has to be on."
)


Need = tuple[Callable[[Facts], bool], Callable[[Facts], Text]]


def missing(facts: Facts) -> Text:
    """The first thing that MATURE lacks, as a sentence; empty where it is open."""
    return _first(NEEDS, facts)


def missing_to_open(facts: Facts) -> Text:
    """Likewise for who asks to open it with this very message. In an age-restricted channel they
    open it for where they are alone: with whom they talk there is looked at there."""
    asked = replace(facts, person_ceiling=Rating.MATURE)
    if facts.is_direct is False and facts.sign is AgeSign.NSFW:
        there = replace(asked, is_direct=True, persona_rating=Rating.MATURE)
        return missing(replace(there, romance_closed=False))
    return missing(asked) or (SILENCE if _is_signed(facts) else SIGN)


def missing_for_all(facts: Facts) -> Text:
    """What no community can open: the operator's part."""
    return _first(NEEDS[:3], facts)


def is_offered(facts: Facts) -> bool:
    """Whether the command that opens it is there at all (SAFETY A7)."""
    return facts.is_listed is False


def level_asked(facts: Facts) -> AgeLevel:
    """One's own word opens ROMANCE and no more, whatever was set (SAFETY A4)."""
    return max(facts.least_mature_level, facts.least_age_level, AgeLevel.PLATFORM)


# --- Below ------------------------------------------------------------------------------------


def _of_age(facts: Facts) -> bool:
    return facts.age_level is not None and facts.age_level >= level_asked(facts)


def _level_told(facts: Facts) -> AgeLevel:
    """What somebody can get: where there are no signs, nobody is sent to look for one."""
    least = AgeLevel.MODERATOR if facts.platform in SIGNLESS else AgeLevel.PLATFORM
    return max(least, level_asked(facts))


def _is_signed(facts: Facts) -> bool:
    return facts.platform in SIGNLESS or facts.sign is AgeSign.NSFW


def _says(sentence: Text) -> Callable[[Facts], Text]:
    return lambda _: sentence


NEEDS: tuple[Need, ...] = (
    (lambda facts: facts.is_listed is False, _says(LISTED)),
    (lambda facts: facts.operator_allows_mature is True, _says(OPERATOR)),
    (lambda facts: facts.guard_ready is True, _says(GUARD)),
    (lambda facts: facts.locked is False, _says(LOCKED)),
    (lambda facts: facts.is_direct is True, _says(ROOM)),
    (lambda facts: facts.sponsor_ceiling is Rating.MATURE, _says(COMMUNITY)),
    (lambda facts: facts.persona_rating is Rating.MATURE, _says(PERSONA)),
    (lambda facts: facts.romance_closed is False, _says(STORY)),
    (_of_age, lambda facts: AGE[_level_told(facts)]),
    (lambda facts: facts.person_ceiling is Rating.MATURE, _says(PERSON)),
)
"""The operator's part first, the person's own last: what they cannot change is told before."""


def _first(needs: tuple[Need, ...], facts: Facts) -> Text:
    return next((say(facts) for is_met, say in needs if not is_met(facts)), SILENCE)
