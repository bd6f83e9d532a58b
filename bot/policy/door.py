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
from bot.policy.door_words import Answer, read_answer, shown
from bot.text import Text, paragraphs

DOOR_VERSION = "3"
"""Consent carries it: change a word of the screens, and everybody is asked again."""
MEMORY = "memory"
INTIMATE = "intimate memory"

WHO_THIS_IS = Text(
    """\
1 of 4. You are about to talk with software, not with a human. It plays personas with a language \
model; what they say is made up and can be wrong. It is for adults, and may not be suitable for \
some minors. It is no help line and no therapist: in danger, call your emergency number.

Safe word: write `red` and a scene ends at once; `yellow` makes it gentler.

Write `next` to go on, or `leave`."""
)

WHAT_HOLDS_HERE = Text(
    """\
2 of 4. You come as a guest of {community}, and its rules come along: conversations go up to \
{ceiling}; it asks for {age_level}.

Kept: what you write and what you are answered, encrypted, on the machine that runs this bot, in a \
vault of your own, until you erase it. Moderators do not see it. The operator holds the machine, and \
Discord can read direct messages sent through it.
Leaving: `leave` ends it, `erase` deletes everything of yours, `export` gives it to you, `stop` stops \
a reply. Any time, no questions.

Write `next` to go on, `back`, or `leave`."""
)

CONFIRM = Text(
    """\
3 of 4. Two things, and one answer: are you 18 or older, and do you agree to what you just read?
Write `yes` or `no`, or `back`."""
)

CHOOSE = Text(
    """\
4 of 4. What may be remembered from one conversation to the next? Nothing, unless you choose it:
{memory} `memory`: what matters of our talks, in your vault, so that a persona knows you again.
{intimate} `intimate`: intimate things, too; only together with `memory`.
A persona then finds again what you have said to each other in private; switching it off deletes \
what is kept for that.

Write one of the words to switch it, `done` to come in, `back`, or `leave`. You can change it later."""
)

WELCOME = Text("Welcome. Write whatever you like.")
LEFT = Text("That is all right. Nothing was kept of this. If you change your mind, write `begin`.")
CHANGED = Text(
    "What holds here has changed while you were reading, so please read this page again."
)
AGAIN = Text(
    "I did not quite get that. Write `next` to go on, `read` to see the page again, or `leave`."
)
AGAIN_CONFIRM = Text(
    "I need a clear answer here. Write `yes` if you are 18 or older and agree, `no` if not, "
    "`read` to see the question again, or `back`."
)
AGAIN_CHOOSE = Text(
    "I did not quite get that. Write `memory` or `intimate` to switch one of them, `done` to come "
    "in, `back`, or `leave`."
)

CEILINGS = {
    Rating.GENERAL: Text("general, without romance"),
    Rating.ROMANCE: Text("romance, without sexual content"),
    Rating.MATURE: Text("mature, where you, the persona and the age rules allow it too"),
}
AGE_LEVELS = {
    AgeLevel.SELF_ATTESTED: Text("your own word that you are an adult"),
    AgeLevel.PLATFORM: Text("your platform's sign that you are an adult"),
    AgeLevel.MODERATOR: Text("a moderator's confirmation that you are an adult"),
    AgeLevel.VERIFIED: Text("a proof, checked elsewhere, that you are an adult"),
}


class Step(IntEnum):
    WHO_THIS_IS = 1
    WHAT_HOLDS_HERE = 2
    CONFIRM = 3
    CHOOSE = 4


OFFERED = {
    Step.WHO_THIS_IS: ("next", "leave"),
    Step.WHAT_HOLDS_HERE: ("next", "back", "leave"),
    Step.CONFIRM: ("yes", "no", "back"),
    Step.CHOOSE: ("memory", "intimate", "done", "back", "leave"),
}


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


def open_door(terms: Terms) -> tuple[Door, Text]:
    door = Door(terms)
    return door, screen(door)


def answer_door(
    door: Door, text: str, terms: Terms, *, language: str = "en"
) -> tuple[Door | Entered | Left, Text]:
    """An unclear answer is asked again, and never taken as a yes. `terms` are those of now,
    `language` is the one in which the screens are read."""
    answer = read_answer(text, language)
    if answer is Answer.NO:
        return Left(), LEFT
    if terms != door.terms:
        step = min(door.step, Step.WHAT_HOLDS_HERE)
        changed = Door(terms, step)
        return changed, paragraphs(CHANGED, screen(changed))
    if answer is Answer.READ:
        return door, screen(door)
    if answer is Answer.BACK:
        return _show(replace(door, step=Step(max(door.step - 1, Step.WHO_THIS_IS))))
    match door.step:
        case Step.WHO_THIS_IS | Step.WHAT_HOLDS_HERE:
            if answer in (Answer.NEXT, Answer.YES):
                return _show(replace(door, step=Step(door.step + 1)))
            return door, AGAIN
        case Step.CONFIRM:
            if answer is Answer.YES:
                return _show(replace(door, step=Step.CHOOSE))
            return door, AGAIN_CONFIRM
        case Step.CHOOSE:
            return _choose(door, answer)


def screen(door: Door) -> Text:
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


def offer(door: Door, language: str) -> tuple[str, ...]:
    """The answers that this screen names, for platforms that draw them."""
    return tuple(shown(word, language) for word in OFFERED[door.step])


# --- Below ------------------------------------------------------------------------------------


def _choose(door: Door, answer: Answer | None) -> tuple[Door | Entered, Text]:
    chosen = door.chosen
    match answer:
        case Answer.DONE:
            return Entered(chosen), WELCOME
        case Answer.MEMORY:
            # Intimate memory is part of memory, and ends with it.
            chosen = chosen - {MEMORY, INTIMATE} if MEMORY in chosen else chosen | {MEMORY}
        case Answer.INTIMATE:
            chosen = chosen - {INTIMATE} if INTIMATE in chosen else chosen | {MEMORY, INTIMATE}
        case _:
            return door, AGAIN_CHOOSE
    return _show(replace(door, chosen=chosen))


def _show(door: Door) -> tuple[Door, Text]:
    return door, screen(door)


def _box(on: bool) -> str:  # noqa: FBT001 - it draws the very value
    return "[x]" if on else "[ ]"
