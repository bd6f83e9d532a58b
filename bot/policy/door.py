"""SAFETY A1: the door, two screens long. What this is; then: are you an adult, and do you agree?

A state and an answer in, the next state and words out; every platform shows them as it can.
A person who says here that they are under 18 is seen by rule A2, before an answer comes here.
"""

from dataclasses import dataclass
from enum import Enum

from bot.events import Rating
from bot.policy.matching import plain

DOOR_VERSION = "1"
"""Consent carries it: change a word of the two screens, and everybody is asked again."""

WHAT_THIS_IS = """\
You are about to talk with software, not with a human. It plays personas with a language model; \
what they say is made up and can be wrong. It is for adults, and may not be suitable for some minors.

Rules: you come as a guest of {community}. Its rules hold here too; conversations go up to: {ceiling}.
Kept: what you write and what you are answered, encrypted, on the machine that runs this bot, in a \
vault of your own, until you erase it. Moderators do not see it. The operator holds the machine, and \
Discord can read direct messages sent through it.
Leaving: `leave` ends it, `erase` deletes everything of yours, `stop` stops a reply. Any time, no questions.
Safe word: write `red` and a scene ends at once; `yellow` makes it gentler.

Write `next` to go on, or `leave`."""

CONFIRM = """\
Two things, and one answer: are you 18 or older, and do you agree to what you just read?
Write `yes` or `no`. `read` shows the first page again."""

WELCOME = "Welcome. Write whatever you like."
LEFT = "That is all right. Nothing was kept of this. If you change your mind, write `begin`."
AGAIN_FIRST = (
    "I did not quite get that. Write `next` to go on, `read` to see the page again, or `leave`."
)
AGAIN_CONFIRM = (
    "I need a clear answer here. Write `yes` if you are 18 or older and agree, `no` if not, "
    "or `read` to see the first page again."
)

CEILINGS = {
    Rating.GENERAL: "general, without romance",
    Rating.ROMANCE: "romance, without sexual content",
    Rating.MATURE: "mature, where you, the persona and the age rules allow it too",
}


class Step(Enum):
    WHAT_THIS_IS = 1
    CONFIRM = 2


@dataclass(frozen=True, slots=True)
class Door:
    community: str
    ceiling: Rating
    step: Step = Step.WHAT_THIS_IS


@dataclass(frozen=True, slots=True)
class Entered:
    """An adult by their own word, who agreed to this version of the door."""

    version: str = DOOR_VERSION


@dataclass(frozen=True, slots=True)
class Left:
    """Nothing was agreed to, and nothing is kept."""


def open_door(community_name: str, ceiling: Rating) -> tuple[Door, str]:
    door = Door(" ".join(community_name.split())[:80] or "this community", ceiling)
    return door, _first_screen(door)


def answer_door(door: Door, text: str) -> tuple[Door | Entered | Left, str]:
    """An unclear answer is asked again, and never taken as a yes."""
    said = _said(text)
    if said in _NO:
        return Left(), LEFT
    if said in _READ:
        first = Door(door.community, door.ceiling)
        return first, _first_screen(first)
    if door.step is Step.WHAT_THIS_IS:
        if said in _NEXT or said in _YES:
            return Door(door.community, door.ceiling, Step.CONFIRM), CONFIRM
        return door, AGAIN_FIRST
    return (Entered(), WELCOME) if said in _YES else (door, AGAIN_CONFIRM)


def _first_screen(door: Door) -> str:
    return WHAT_THIS_IS.format(community=door.community, ceiling=CEILINGS[door.ceiling])


def _any_of(phrases: str) -> frozenset[str]:
    return frozenset(phrases.split(" | "))


_NO = _any_of(
    "no | n | nope | nah | no thanks | no thank you | not now | i do not agree | i don't agree"
    " | i disagree | no i am not | no i'm not | leave | stop | erase | cancel | quit | exit | end"
    " | bye | goodbye | red"
)
_READ = _any_of("read | read again | again | back | show again | show me again | reread | repeat")
_NEXT = _any_of(
    "next | go on | continue | ok | okay | i read it | read it | got it | understood | proceed"
)
_YES = _any_of(
    "yes | y | yep | yeah | yup | yes please | yes i am | yes i do | yes i agree | i agree | agree"
    " | agreed | i am and i agree | yes i am and i agree | yes to both | yes both | yes yes"
    " | yes and yes | i confirm | yes i confirm | yes i'm an adult and i agree"
    " | yes i am an adult and i agree | i am an adult and i agree | i am 18 or older and i agree"
    " | i'm 18 or older and i agree | yes i am 18 or older and i agree"
    " | yes i'm 18 or older and i agree"
)


def _said(text: str) -> str:
    letters = "".join(sign if sign.isalnum() or sign in "' " else " " for sign in plain(text[:200]))
    return " ".join(letters.split()).strip("'")
