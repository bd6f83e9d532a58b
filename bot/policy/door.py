"""SAFETY A1, A10: the door, four screens long: who this is, what holds here, are you an adult and
do you agree, what may be remembered.

A state and an answer in, the next state and words out; every platform shows them as it can. Each
screen can be left, read again and gone back from. What stands in them about the community is
looked at again with every answer: who reads on while the rules change, reads the new ones first.
A person who says here that they are under 18 is seen by rule A2, before an answer comes here.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from bot.events import AgeLevel, Rating
from bot.policy.matching import plain

DOOR_VERSION = "2"
"""Consent carries it: change a word of the screens, and everybody is asked again."""
MEMORY = "memory"
INTIMATE = "intimate memory"

WHO_THIS_IS = """\
1 of 4. You are about to talk with software, not with a human. It plays personas with a language \
model; what they say is made up and can be wrong. It is for adults, and may not be suitable for \
some minors. It is no help line and no therapist: in danger, call your emergency number.

Safe word: write `red` and a scene ends at once; `yellow` makes it gentler.

Write `next` to go on, or `leave`."""

WHAT_HOLDS_HERE = """\
2 of 4. You come as a guest of {community}, and its rules come along: conversations go up to \
{ceiling}; it asks for {age_level}.

Kept: what you write and what you are answered, encrypted, on the machine that runs this bot, in a \
vault of your own, until you erase it. Moderators do not see it. The operator holds the machine, and \
Discord can read direct messages sent through it.
Leaving: `leave` ends it, `erase` deletes everything of yours, `export` gives it to you, `stop` stops \
a reply. Any time, no questions.

Write `next` to go on, `back`, or `leave`."""

CONFIRM = """\
3 of 4. Two things, and one answer: are you 18 or older, and do you agree to what you just read?
Write `yes` or `no`, or `back`."""

CHOOSE = """\
4 of 4. What may be remembered from one conversation to the next? Nothing, unless you choose it:
{memory} `memory`: what matters of our talks, in your vault, so that a persona knows you again.
{intimate} `intimate`: intimate things, too; only together with `memory`.
This version remembers nothing beyond the talk itself; what you choose is kept for when it can.

Write one of the words to switch it, `done` to come in, `back`, or `leave`. You can change it later."""

WELCOME = "Welcome. Write whatever you like."
LEFT = "That is all right. Nothing was kept of this. If you change your mind, write `begin`."
CHANGED = "What holds here has changed while you were reading, so please read this page again."
AGAIN = "I did not quite get that. Write `next` to go on, `read` to see the page again, or `leave`."
AGAIN_CONFIRM = (
    "I need a clear answer here. Write `yes` if you are 18 or older and agree, `no` if not, "
    "`read` to see the question again, or `back`."
)
AGAIN_CHOOSE = (
    "I did not quite get that. Write `memory` or `intimate` to switch one of them, `done` to come "
    "in, `back`, or `leave`."
)

CEILINGS = {
    Rating.GENERAL: "general, without romance",
    Rating.ROMANCE: "romance, without sexual content",
    Rating.MATURE: "mature, where you, the persona and the age rules allow it too",
}
AGE_LEVELS = {
    AgeLevel.SELF_ATTESTED: "your own word that you are an adult",
    AgeLevel.PLATFORM: "your platform's sign that you are an adult",
    AgeLevel.MODERATOR: "a moderator's confirmation that you are an adult",
    AgeLevel.VERIFIED: "a proof, checked elsewhere, that you are an adult",
}


class Step(IntEnum):
    WHO_THIS_IS = 1
    WHAT_HOLDS_HERE = 2
    CONFIRM = 3
    CHOOSE = 4


@dataclass(frozen=True, slots=True)
class Terms:
    """What a community's rules make of the door."""

    community: str
    ceiling: Rating
    least_age_level: AgeLevel = AgeLevel.SELF_ATTESTED


@dataclass(frozen=True, slots=True)
class Door:
    terms: Terms
    step: Step = Step.WHO_THIS_IS
    chosen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Entered:
    """An adult by their own word, who agreed to this version of the door, and to these besides."""

    consents: frozenset[str] = frozenset()
    version: str = DOOR_VERSION


@dataclass(frozen=True, slots=True)
class Left:
    """Nothing was agreed to, and nothing is kept."""


def open_door(terms: Terms) -> tuple[Door, str]:
    door = Door(terms)
    return door, screen(door)


def answer_door(door: Door, text: str, terms: Terms) -> tuple[Door | Entered | Left, str]:
    """An unclear answer is asked again, and never taken as a yes. `terms` are those of now."""
    said = _said(text)
    if said in _NO:
        return Left(), LEFT
    if terms != door.terms:
        step = min(door.step, Step.WHAT_HOLDS_HERE)
        changed = Door(terms, step)
        return changed, f"{CHANGED}\n\n{screen(changed)}"
    if said in _READ:
        return door, screen(door)
    if said in _BACK:
        return _show(replace(door, step=Step(max(door.step - 1, Step.WHO_THIS_IS))))
    match door.step:
        case Step.WHO_THIS_IS | Step.WHAT_HOLDS_HERE:
            if said in _NEXT or said in _YES:
                return _show(replace(door, step=Step(door.step + 1)))
            return door, AGAIN
        case Step.CONFIRM:
            if said in _YES:
                return _show(replace(door, step=Step.CHOOSE))
            return door, AGAIN_CONFIRM
        case Step.CHOOSE:
            return _choose(door, said)


def screen(door: Door) -> str:
    terms = door.terms
    match door.step:
        case Step.WHO_THIS_IS:
            return WHO_THIS_IS
        case Step.WHAT_HOLDS_HERE:
            return WHAT_HOLDS_HERE.format(
                community=" ".join(terms.community.split())[:80] or "this community",
                ceiling=CEILINGS[terms.ceiling],
                age_level=AGE_LEVELS[terms.least_age_level],
            )
        case Step.CONFIRM:
            return CONFIRM
        case Step.CHOOSE:
            return CHOOSE.format(
                memory=_box(MEMORY in door.chosen), intimate=_box(INTIMATE in door.chosen)
            )


# --- Below ------------------------------------------------------------------------------------


def _choose(door: Door, said: str) -> tuple[Door | Entered, str]:
    if said in _DONE:
        return Entered(door.chosen), WELCOME
    chosen = door.chosen
    match said:
        case "memory":
            # Intimate memory is part of memory, and ends with it.
            chosen = chosen - {MEMORY, INTIMATE} if MEMORY in chosen else chosen | {MEMORY}
        case "intimate" | "intimate memory":
            chosen = chosen - {INTIMATE} if INTIMATE in chosen else chosen | {MEMORY, INTIMATE}
        case _:
            return door, AGAIN_CHOOSE
    return _show(replace(door, chosen=chosen))


def _show(door: Door) -> tuple[Door, str]:
    return door, screen(door)


def _box(on: bool) -> str:  # noqa: FBT001 - it draws the very value
    return "[x]" if on else "[ ]"


def _any_of(phrases: str) -> frozenset[str]:
    return frozenset(phrases.split(" | "))


_NO = _any_of(
    "no | n | nope | nah | no thanks | no thank you | not now | i do not agree | i don't agree"
    " | i disagree | no i am not | no i'm not | leave | stop | erase | cancel | quit | exit | end"
    " | bye | goodbye | red"
)
_READ = _any_of("read | read again | again | show again | show me again | reread | repeat")
_BACK = _any_of("back | go back | previous | before")
_DONE = _any_of("done | ready | that is all | that's all | finished | come in | enter")
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
