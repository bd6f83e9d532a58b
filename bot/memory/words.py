"""What was said -> the words that it is found by. Pure.

One way for every language and no guess at which it is: letters are folded, endings fall that six
languages put there, and where no spaces stand between words every two signs are one. Nothing is
kept of what it reads: a cache of stems would outlive whoever said them.
"""

import re
import unicodedata
from itertools import pairwise

from bot.memory.common import COMMON, FORM_OF

_LEAVE_4 = """
    ly en em ern n e a o os as ar ir amos emos imos ando endo iendo ados adas idos idas ado ada ido
    ida oes ao aux ent ons ez ement ements mente ung ungen
"""
_LEAVE_3 = "s es ies ed ied er ers ing ings"
_ENDINGS = {**dict.fromkeys(_LEAVE_4.split(), 4), **dict.fromkeys(_LEAVE_3.split(), 3)}
"""Each with the letters that it must leave: short words end in many of these by themselves."""
_BY_LENGTH = tuple(sorted(_ENDINGS, key=len, reverse=True))
SHORTEST = 4
"""Letters of a word that has an ending at all."""
FOREIGN_STEM = 6
"""Of words in alphabets whose endings nobody here knows, the first letters."""
LONGEST = 32
"""Signs of a word that count; behind them stands an address or a row of one letter."""

# Signs above and below a letter are letters here: Indic vowels, and the scripts up to Burmese.
_WORD = re.compile(r"(?:[^\W_]|[\u0900-\u109f])+")
# Thai to Burmese, Khmer, kana, Han and Hangul: these stand without spaces, or carry their
# particles with them.
UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
    r"\U00020000-\U0003134f]+"
)
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_POSSESSIVE = re.compile(r"['’]s\b")


def words_of(text: str) -> tuple[str, ...]:
    """Each once, in their order."""
    return tuple(dict.fromkeys(stem for word in _split(fold(text)) for stem in _stems(word)))


def fold(text: str) -> str:
    """Small letters without accents; one spelling for signs that have several."""
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
        text = unicodedata.normalize("NFC", text)
    return text.lower()


def plain_words(text: str) -> list[str]:
    """Folded and split, without stems: for words that mean something by themselves."""
    return _split(fold(text))


def _split(folded: str) -> list[str]:
    return _WORD.findall(_POSSESSIVE.sub(" ", folded))


def _stems(word: str) -> list[str]:
    if word.isascii():
        return [] if word in COMMON else [stem(word)]
    stems: list[str] = []
    at = 0
    for run in UNSPACED.finditer(word):
        stems.extend(_stems_of_letters(word[at : run.start()]))
        signs = run.group()
        stems.extend([signs] if len(signs) == 1 else map("".join, pairwise(signs)))
        at = run.end()
    return [*stems, *_stems_of_letters(word[at:])]


def _stems_of_letters(word: str) -> list[str]:
    if not word or word in COMMON:
        return []
    return [stem(word) if word.isascii() else word[:FOREIGN_STEM]]


def stem(word: str) -> str:
    word = FORM_OF.get(word, word)[:LONGEST]
    if len(word) < SHORTEST or word.isdigit():
        return word
    if word.endswith(_BY_LENGTH):
        for ending in _BY_LENGTH:
            if word.endswith(ending) and len(word) - len(ending) >= _ENDINGS[ending]:
                if not (ending == "s" and word.endswith("ss")):
                    word = word[: -len(ending)]
                break
    if len(word) >= SHORTEST and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    while len(word) >= SHORTEST and word[-1] in "aeioy":
        word = word[:-1]
    return word
