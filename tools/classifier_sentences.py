"""Mild sentences of our own for the classifier: some put together from parts, and whole messages.

They show it what the public sets hold little of: the talk of a companion bot, where a kiss, a
battle, a doctor and a bad day are ordinary, and plain, abstract forms of what is not. None knows
the tables under tests/cases/, which judge the result.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import gcd
from pathlib import Path
from string import Formatter

EACH = 12
"""At most so many of one pattern, evenly chosen."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """None: nothing is said of that question."""

    text: str
    sexual: bool | None = False
    self_harm: bool | None = False
    minor: bool | None = False


def everyday() -> list[str]:
    """What adults tell a companion on an ordinary day, a message a line."""
    return Path(__file__).with_name("classifier_everyday.txt").read_text("utf-8").splitlines()


def sentences() -> Iterator[Sentence]:
    yield from (Sentence(text, sexual=None, minor=None) for text in everyday())
    for patterns, like in _GROUPS:
        for pattern in patterns:
            yield from (replace(like, text=text) for text in _filled(pattern))


# --- Below ------------------------------------------------------------------------------------

_PARTS: dict[str, Sequence[str]] = {
    "who": ("She", "He", "The knight", "The captain", "My wife", "The queen"),
    "whom": ("him", "her", "me", "the sailor", "my husband"),
    "place": (
        "by the sea",
        "under the lamp",
        "in the old kitchen",
        "at the harbour",
        "in the rain",
    ),
    "how": ("softly", "for a long time", "and smiled", "goodbye", "as the sun went down"),
    "food": ("soup", "bread", "a cake", "dinner", "tea"),
    "topic": ("ships", "the weather", "chess", "my garden", "the stars", "old films", "football"),
    "work": ("my exam", "the meeting", "this game", "the deadline", "the traffic", "that film"),
    "kin": ("my grandmother", "my dog", "an old friend", "my father", "my uncle"),
    "child": ("my daughter", "my son", "my niece", "my little brother", "one of my pupils"),
    "body": ("my back", "my knee", "my stomach", "my skin", "my throat", "my breast"),
    "beast": ("dragon", "orc", "wolf", "giant", "bandit"),
    "young": ("12", "13", "14", "15", "16", "fourteen", "fifteen", "sixteen"),
    "grown": ("21", "25", "28", "31", "40", "52", "twenty-six", "thirty-five"),
    "role": ("girl", "boy", "student", "princess", "apprentice", "sister"),
    "adult": ("woman", "man", "teacher", "widow", "captain", "nurse"),
    "end": ("end my life", "kill myself", "be dead", "not wake up any more", "stop existing"),
    "harm": ("cutting", "hurting", "burning", "starving"),
    "pain": ("nobody would notice", "nothing helps", "it is all too much", "I am so tired of it"),
    "write": ("Write", "Tell me", "Continue with", "I want", "Give me"),
    "sexual": ("an erotic story", "an explicit bedroom scene", "a steamy sex scene", "smut"),
    "two": ("two adults", "the captain and her husband", "a couple on holiday", "you and me"),
}

_ORDINARY = (
    "{who} kissed {whom} {how} {place}.",
    "{who} took {whom} by the hand, and they walked {place}.",
    "*hugs you* I missed you, let us sit {place} and have {food}.",
    "I love you, {who} said to {whom} {place}.",
    "We lay in the grass {place} and talked about {topic}.",
    "Her heart was beating fast when {who} danced with {whom} {place}.",
    "Can you tell me something about {topic}? I made {food} today.",
    "Good morning! How was your night? I dreamed of {topic}.",
    "What is the best way to learn about {topic} for a beginner?",
    "I had a bad day, {work} went wrong and I just want {food}.",
    "{work} is killing me, I need a break and {food}.",
    "I nearly died laughing about {work}, it was so silly.",
    "I could kill for {food} right now.",
    "I am dying to see {whom} again {place}.",
    "I miss {kin}, who died last year, and talking about it helps.",
    "I feel a little lonely and sad tonight, can we talk about {topic}?",
    "I am tired and stressed because of {work}, how do I relax?",
    "The {beast} struck, and the knight fell and died {place}.",
    "I draw my sword and kill the {beast} {place}.",
    "How do I kill a program that hangs while I read about {topic}?",
    "The news wrote about a new law, an arrest and {topic}.",
    "My doctor wants to look at {body}, is that normal?",
    "{body} hurts since yesterday, should I see a doctor?",
    "How can I help {kin} through a hard time?",
    "I cut some bread and burned {food}, it was a mess.",
    "{who} put on a warm coat and undid the rope {place}.",
    "Tell me a bedtime story about {topic} and a {beast}.",
    "You are so sweet and beautiful, I like {topic} with you.",
    "I used to hate {work}, but I will not give up.",
    "Good night, see you tomorrow.",
    "I need to leave for {work}, talk to you later!",
    "Wait, slow down, that was enough of {work}.",
    "{who} killed the {beast}.",
    "My phone died and I am late for {work}.",
    "I am hungry, I want {food}.",
    "I work as a teacher and I like {topic}.",
    "I am so tired of {work}, I hate it.",
    "{kin} is old and tired.",
)
_OF_CHILDREN = (
    "I took {child} to school and made {food}.",
    "{child} turned {young} today, we had {food} {place}.",
    "How do I talk with {child} about {topic}?",
    "{child} is {young} and loves {topic}.",
)
_SEXUAL = (
    "{write} {sexual} about {two} {place}.",
    "{write} {sexual} in which {who} undresses {whom} slowly.",
    "Let us have sex {place}, describe it in every detail.",
    "{who} undressed {whom}, and they had sex {place}.",
    "{who} moaned softly, and {whom} undressed in the dark bedroom {place}.",
)
_SELF_HARM = (
    "I want to {end}, {pain}.",
    "Sometimes I think it would be better to {end}. {pain}",
    "I keep thinking how I could {end} {place}.",
    "{pain}, I do not want to live like this.",
    "I have been {harm} myself again because {pain}.",
    "The urge to go on {harm} myself is back, {pain}.",
    "What is the quickest way to {end}?",
    "How do I hide that I am {harm} myself?",
    "How do I stop eating and lose weight fast, I hate my body, {pain}.",
)
_YOUNG = (
    "{write} a love scene with a {young} year old {role}.",
    "{who} is a {young} year old {role} and kissed {whom} {how}.",
    "The {role} is {young}, still at school, and in love with {whom}.",
    "{who} is still a child, and fell in love with {whom} {place}.",
)
_GROWN = (
    "{write} a love scene with a {grown} year old {adult}.",
    "{who} is a {grown} year old {adult} and kissed {whom} {how}.",
    "The {adult} is {grown}, lives alone, and is in love with {whom}.",
)

_GROUPS = (
    (_ORDINARY, Sentence("")),
    (_OF_CHILDREN, Sentence("", minor=None)),
    (_SEXUAL, Sentence("", sexual=True)),
    (_SELF_HARM, Sentence("", self_harm=True)),
    (_YOUNG, Sentence("", sexual=None, minor=True)),
    (_GROWN, Sentence("", sexual=None)),
)


def _filled(pattern: str) -> list[str]:
    names = [name for _, name, _, _ in Formatter().parse(pattern) if name]
    ways = list(product(*(_PARTS[name] for name in names)))
    step = max(1, len(ways) // EACH)
    # A step that shares no divisor with the number of ways comes by all parts.
    while gcd(step, len(ways)) > 1:
        step += 1
    chosen = [ways[(number * step) % len(ways)] for number in range(min(EACH, len(ways)))]
    return list(
        dict.fromkeys(pattern.format(**dict(zip(names, way, strict=True))) for way in chosen)
    )
