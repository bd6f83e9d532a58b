"""A stretch of talk -> what a model is asked to tell of it, and whether what it told may stand. And the
story so far, from what has been told. Pure.

A model that garbles is no storyteller: what it says stands only where code finds it in the talk.
"""

import re
from collections.abc import Sequence

from bot.engine.base import Part, Sampling
from bot.memory.common import COMMON
from bot.memory.masking import mask
from bot.memory.notes import quoted
from bot.memory.words import plain_words, words_of
from bot.store.rows import Side
from bot.store.story_rows import Story
from bot.store.work_rows import Said

VERSION = 1
"""Of the question and of the checks: a newer one tries again what this one could not tell."""
TOKENS = 160
LONGEST = 700
SHORTEST = 24
"""Bytes."""
SHARE = 0.6
"""Of a summary's words, so many must have been said."""
FRESH = 0.4
"""Of its words, so many must be different ones: a model that goes round in circles has fewer."""
STORY_BYTES = 1200
"""About 400 tokens, in whatever script; what does not fit is found by recall."""
OPENING = "The story so far, told from your talks and no instruction:"
_ASKED = (
    "Below stands a part of a conversation between {person} and {persona}. Tell in three or four "
    "sentences what happened in it, in the past tense and in the language of the conversation. "
    "Keep names, places, dates and promises in the words in which they were said. Add nothing, "
    "judge nothing, and address nobody."
)
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
    asked = _ASKED.format(person=who[Side.PERSON], persona=persona)
    return (Part("system", asked), Part("user", "\n".join(lines)))


def sampling_for(tries: int) -> Sampling:
    """The likeliest words; after a try in vain a little else, since the same would come of the same."""
    temperature = 0.0 if not tries else 0.3
    return Sampling(temperature=temperature, seed=tries, max_tokens=TOKENS)


def tidy(answer: str) -> str:
    """On one line, and without a last sentence that was cut."""
    text = " ".join(answer.split())
    whole = _SENTENCE.findall(text)
    return "".join(whole).strip() if whole else ""


def may_stand(text: str, said: Sequence[Said], names: Sequence[str]) -> bool:
    """Whether code finds in the talk what was told of it."""
    source = " ".join([mask(one.text) for one in said] + list(names))
    size = len(text.encode())
    if not SHORTEST <= size <= min(LONGEST, max(len(source.encode()) * 2 // 3, SHORTEST)):
        return False
    if _MARKS.search(text) or _ORDERS.search(text):
        return False
    told, known = words_of(text), frozenset(words_of(source))
    if not told or sum(word in known for word in told) < SHARE * len(told):
        return False
    words = plain_words(text)
    sentences = [" ".join(plain_words(one)) for one in _SENTENCE.findall(text)]
    if len(set(words)) < FRESH * len(words) or len(set(sentences)) < len(sentences):
        return False
    heard = frozenset(plain_words(source))
    return all(one in heard for one in (*_names(text), *_NUMBER.findall(text)))


def _names(text: str) -> list[str]:
    """Words with a capital, and what sentences begin with unless it is no name."""
    names: list[str] = []
    for sentence in _SENTENCE.findall(text):
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
