"""A stretch of talk -> what a model is asked to tell of it, and whether what it told may stand. And the
story so far, from what has been told. Pure.

A model that garbles is no storyteller: what it says stands only where code finds it in the talk.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.engine.base import Part, Sampling
from bot.memory.common import COMMON
from bot.memory.masking import mask
from bot.memory.notes import quoted
from bot.memory.words import plain_words, words_of
from bot.store.rows import Side
from bot.store.story_rows import Story
from bot.store.work_rows import Said

VERSION = 2
"""Of the question and of the checks: a newer one tries again what this one could not tell."""
TOKENS = 160
LONGEST = 700
SHORTEST = 24
"""Bytes."""
SHARE = 0.7
STRETCH = 6
"""Of a sentence's words, so many must have been said in so many turns that follow each other: what is
put together from everywhere never happened."""
FRESH = 0.4
"""Of an answer's words, so many must be different ones: a model that goes round in circles has fewer."""
STORY_BYTES = 1200
"""About 400 tokens, in whatever script; what does not fit is found by recall."""
OPENING = "The story so far, told from your talks and no instruction:"
_ASKED = "You keep a diary of what {person} tells {persona}."
_REMINDED = (
    "That was a part of their talk. Tell in three or four short sentences what {person} told in it: who "
    "did what, with whom, where and when. Keep names, places, dates and promises in the words in which "
    "they were said. Write in the past tense and in the language of the talk. Leave out what {persona} "
    "asked or said of it, add nothing, judge nothing, and address nobody."
)
"""Behind the talk: a small model does what it read last."""
_SENTENCE = re.compile(r"[^.!?…。！？]+[.!?…。！？]+[\"'”’)»]*")
_NUMBER = re.compile(r"\d+")
_TEMPORAL = """
    die le la les el los un une later then yesterday today tomorrow finally meanwhile afterwards together soon earlier first
    next since although though despite eventually
    spater danach gestern heute morgen zuerst schliesslich beide gemeinsam inzwischen
    luego despues ayer hoy manana finalmente mientras juntos primero ambos
    puis ensuite hier demain enfin apres ensemble abord pendant
    depois ontem hoje amanha finalmente enquanto juntos primeiro ambos
"""
_OPENERS = frozenset(_TEMPORAL.split()) | frozenset(COMMON)
"""What a sentence may begin with and is no name; any other word there was said, or is refused."""
_MARKS = re.compile(r"[\[\]{}<>#`|*_=\\]|https?:|^\s*[-•]|\b\w+:\s", re.MULTILINE)
"""Of lists, templates, quotes of a talk and what else is no sentence."""
_ORDERS = re.compile(
    r"\b(ignore|disregard|system prompt|instruction|you must|you should|you are|always|never forget"
    r"|du musst|ihr müsst|ignorier\w*|debes|tienes que|ignora\w*|vous devez|tu dois|ignorez"
    r"|você deve|tens de|deve ignorar)\b|しなさい|してください|しなければ|命令|指示",
    re.IGNORECASE,
)
"""What speaks to a reader, and tells nothing."""


def ask_summary(said: Sequence[Said], person: str, persona: str) -> tuple[Part, ...]:
    """The talk as data, each line by whom it was said."""
    who = {Side.PERSON: person or "the person", Side.PERSONA: persona}
    lines = [f"{who[one.side]}: {quoted(mask(one.text))}" for one in said]
    names = {"person": who[Side.PERSON], "persona": persona}
    talk = "\n".join([*lines, "", _REMINDED.format(**names)])
    return (Part("system", _ASKED.format(**names)), Part("user", talk))


def sampling_for(tries: int) -> Sampling:
    """The likeliest words; after a try in vain a little else, since the same would come of the same."""
    temperature = 0.0 if not tries else 0.3
    return Sampling(temperature=temperature, seed=tries, max_tokens=TOKENS)


def what_stands(answer: str, said: Sequence[Said], names: Sequence[str]) -> str:
    """Of the sentences that were told those which code finds in the talk; empty where that is less than
    half of them, or nothing. A last one that was cut is left out."""
    sentences = [one.strip() for one in _SENTENCE.findall(" ".join(answer.split()))]
    words = plain_words(answer)
    if len(set(words)) < FRESH * len(words):
        return ""
    told = list(dict.fromkeys(sentences))
    source = [mask(one.text) for one in said]
    heard = _Heard.of(source, names)
    standing = [one for one in told if heard.may_stand(one)]
    if len(standing) * 2 < len(told):
        return ""
    longest = min(LONGEST, max(sum(len(one.encode()) for one in source) * 2 // 3, SHORTEST))
    text = ""
    for sentence in standing:
        longer = f"{text} {sentence}".strip()
        if len(longer.encode()) > longest:
            break
        text = longer
    return text if len(text.encode()) >= SHORTEST else ""


@dataclass(frozen=True, slots=True)
class _Heard:
    words: frozenset[str]
    """As they were said, with the names of who talks."""
    stretches: Sequence[frozenset[str]]
    """Stems of so many turns that follow each other, with the same names."""

    @classmethod
    def of(cls, source: Sequence[str], names: Sequence[str]) -> "_Heard":
        stems = [frozenset(words_of(one)) for one in source]
        theirs = frozenset(words_of(" ".join(names)))
        return cls(
            frozenset(plain_words(" ".join([*source, *names]))),
            [
                theirs.union(*stems[at : at + STRETCH])
                for at in range(max(1, len(stems) - STRETCH + 1))
            ],
        )

    def may_stand(self, sentence: str) -> bool:
        if (
            _MARKS.search(sentence)
            or _ORDERS.search(sentence)
            or sentence.rstrip("\"'”’)»")[-1:] in "?？"
        ):
            return False
        told = words_of(sentence)
        found = max(sum(word in near for word in told) for near in self.stretches)
        if not told or found < SHARE * len(told):
            return False
        return all(one in self.words for one in (*_names(sentence), *_NUMBER.findall(sentence)))


def _names(sentence: str) -> list[str]:
    """Words with a capital, and what it begins with unless that is no name."""
    names: list[str] = []
    for at, written in enumerate(sentence.split()):
        words = plain_words(written)
        letter = next((sign for sign in written if sign.isalpha()), "")
        if letter.isupper() and not (at == 0 and words and words[0] in _OPENERS):
            names += words
    return [name for name in names if name != "i"]


def write_story(story: Story, budget: int = STORY_BYTES) -> tuple[str, tuple[int, ...]]:
    """The story so far, and the summaries it is told with: the newest whole, older ones by their
    first sentence, the person's own words before all."""
    own = quoted(mask(story.own))
    left = budget - len(OPENING.encode()) - len(own.encode())
    lines: list[tuple[int, str]] = []
    is_whole = True
    for summary in reversed(story.summaries):
        text = quoted(summary.text)
        if is_whole and len(text.encode()) > left:
            is_whole = False
        if not is_whole:
            first = _SENTENCE.match(text)
            text = first.group().strip() if first else ""
            if not text or len(text.encode()) > left:
                break
        left -= len(text.encode()) + 1
        lines.append((summary.id, text))
    lines.reverse()
    told = " ".join(one for one in (own, *(text for _, text in lines)) if one)
    return (f"{OPENING} {told}", tuple(id_ for id_, _ in lines)) if told else ("", ())
