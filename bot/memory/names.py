"""Names that somebody mentions, found without a model, and the names that a message may hold. Pure.

Of a turn: capitals that begin no sentence and are no usual word, "my sister Ann", "is called Rex",
quoted titles, 妹のアンナ, アンナさん. Where German is written, whose nouns all have capitals, only what
is told to be a name, and what stands where names stand.

Of a message: every word, two and three of them together, and signs in a row where no spaces stand;
which of them are names is known by who keeps them. It guesses at neither language nor gender.
"""

import re
from collections.abc import Iterator, Sequence

from bot.memory import name_words as data
from bot.memory.common import COMMON
from bot.memory.words import fold
from bot.store.card_rows import Name

MOST_OF_A_TURN = 12
LONGEST = 4
"""Words of a name."""
MOST_WORDS = 120
"""Of a message that is looked through."""
MOST_SIGNS = 80
LONGEST_RUN = 6
"""Signs of a name where no spaces stand."""

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_SENTENCE = re.compile(r"(?<=[.!?…。！？])\s+|\n+|(?<=[。！？])")
_QUOTED = re.compile(r"[“„«「『\"]\s?([^“”„«»「」『』\"\n]{2,40}?)\s?[”“»」』\"]")
_POSSESSIVE = re.compile(r"['’]s?\Z")
_ELIDED = re.compile(r"\A[dlsmnjt]['’]", re.IGNORECASE)

_KANA_OR_KANJI = r"(?:[\u30a1-\u30faー]{2,10}|[\u4e00-\u9fff]{1,4}|[\u3041-\u3096]{2,4}?)"
_JAPANESE = tuple(
    (re.compile(pattern), tells)
    for pattern, tells in (
        (rf"(?:{data.RELATIONS_JA})の({_KANA_OR_KANJI})(?=[はがをにともへ、。！\s]|{data.HONORIFICS_JA}|\Z)", True),
        (rf"名前は「?([A-Za-z]{{2,20}}|{_KANA_OR_KANJI})(?=」|です|だ|と|、|。|\s|\Z)", True),
        (rf"「?({_KANA_OR_KANJI})」?(?:という|って(?:いう|呼))", True),
        (r"([\u30a1-\u30faー]{2,10})(?:" + data.HONORIFICS_JA + ")", False),
        (r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{1,4}?)(?:" + data.HONORIFICS_JA + ")", False),
    )
)  # fmt: skip
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def names_in(text: str) -> tuple[Name, ...]:
    """Each once; one that is told stays told. Of several words, the first and the last as well."""
    found: dict[str, bool] = {}
    is_german = _is_german(text)
    for sentence in _SENTENCE.split(text):
        for words, tells in _runs(sentence, is_german=is_german):
            for name in _spellings(words):
                found[name] = found.get(name, False) or tells
    for pattern, tells in _JAPANESE:
        for match in pattern.finditer(text):
            if (name := match[1]) not in data.NO_NAMES_JA:
                found[fold(name)] = found.get(fold(name), False) or tells
    return tuple(Name(name, tells) for name, tells in list(found.items())[:MOST_OF_A_TURN])


def names_asked(text: str) -> tuple[str, ...]:
    """What may be a name that was mentioned before, the longest first."""
    words = [(m.start(), m.group()) for m in _WORD.finditer(text)][:MOST_WORDS]
    folded = [_bare(word) for _, word in words]
    asked: dict[str, None] = {}
    for size in range(LONGEST, 0, -1):
        for at in range(len(folded) - size + 1):
            if size > 1 or _may_be_name(words[at], folded[at], text):
                asked[" ".join(folded[at : at + size])] = None
    # "Annas Geburtstag"
    asked.update(
        dict.fromkeys(w[:-1] for w in folded if len(w) > 3 and w[-1] == "s" and w not in COMMON)
    )
    left = MOST_SIGNS
    for run in _UNSPACED.finditer(text):
        signs = fold(run.group())[: max(0, left)]
        left -= len(signs)
        for size in range(min(LONGEST_RUN, len(signs)), 0, -1):
            asked.update(
                dict.fromkeys(signs[at : at + size] for at in range(len(signs) - size + 1))
            )
    return tuple(asked)


# --- Of a turn ----------------------------------------------------------------------------------


def _runs(sentence: str, *, is_german: bool) -> Iterator[tuple[list[str], bool]]:
    """Words that are a name together, and whether it is told whose."""
    found = [(m.start(), m.end(), _ELIDED.sub("", m.group())) for m in _WORD.finditer(sentence)]
    bare = [_bare(word) for _, _, word in found]
    quoted = [(m.start(1), m.end(1)) for m in _QUOTED.finditer(sentence)]
    at = 0
    while at < len(found):
        before = bare[:at]
        end = at
        if in_quotes := next((q for q in quoted if q[0] <= found[at][0] < q[1]), None):
            end = next(
                (n for n in range(at, len(found)) if found[n][0] >= in_quotes[1]), len(found)
            )
            is_called = _is_called(before)
            is_title = end - at > 1 and all(_is_capital(word) for _, _, word in found[at:end])
            if end - at <= LONGEST and (is_called or is_title):
                yield [" ".join(bare[at:end])], is_called
            at = max(end, at + 1)
            continue
        while end < len(found) and end - at < LONGEST and _goes_on(found, bare, at, end, sentence):
            end += 1
        if end == at:
            if _is_called(before) and _is_no_usual_word(bare[at]):
                yield [bare[at]], True
            at += 1
            continue
        while end > at + 1 and bare[end - 1] in data.JOINTS:
            end -= 1
        yield from _named(bare, at, end, is_german=is_german)
        at = end


def _named(
    bare: Sequence[str], at: int, end: int, *, is_german: bool
) -> Iterator[tuple[list[str], bool]]:
    """What of a row of capitals is a name."""
    tells = titled = False
    begins = at == 0
    while at < end and (
        bare[at] in data.TITLES | data.RELATIONS or not _is_no_usual_word(bare[at])
    ):
        tells = tells or bare[at] in data.RELATIONS
        titled = titled or bare[at] in data.TITLES
        at += 1
        begins = False
    if at == end or end - at > LONGEST:
        return
    before, behind = bare[:at], bare[end : end + 3]
    if before:
        tells = tells or before[-1] in data.RELATIONS or _is_called(before)
    tells = tells or _is_ours(behind)
    if (
        tells
        or titled
        or end - at > 1
        or _stands_as_name(before, bare[at], behind, begins=begins, is_german=is_german)
    ):
        yield list(bare[at:end]), tells


def _stands_as_name(
    before: Sequence[str], word: str, behind: Sequence[str], *, begins: bool, is_german: bool
) -> bool:
    """Whether one word's capital means that it is a name, by where it stands."""
    if is_german:
        with_it = bool(before and before[-1] in data.WITH)
        return with_it and not word.endswith(data.NOUN_ENDINGS)
    return not begins or bool(behind and behind[0] in data.SAYS)


def _goes_on(
    found: Sequence[tuple[int, int, str]], bare: Sequence[str], at: int, end: int, sentence: str
) -> bool:
    """Whether this word belongs to the row of capitals that begins at `at`."""
    start, _, word = found[end]
    if end > at:
        between = sentence[found[end - 1][1] : start]
        if between not in {" ", ". "} or (between == ". " and bare[end - 1] not in data.TITLES):
            return False
        if bare[end] in data.JOINTS and word.islower():
            return end + 1 < len(found) and _is_capital(found[end + 1][2])
    return _is_capital(word)


def _is_capital(word: str) -> bool:
    """Whole words in capitals are shouted or shortened."""
    return word[:1].isupper() and (len(word) == 1 or not word.isupper()) and word != "I"


def _is_no_usual_word(word: str) -> bool:
    return len(word) > 1 and word not in COMMON and word not in data.NO_NAMES


def _is_called(before: Sequence[str]) -> bool:
    """ "is called", "name is", "heißt", "s'appelle", before what is a name then."""
    if not before:
        return False
    last = before[-1].removesuffix("-se")
    if last in data.CALLED:
        return True
    return bool(last in data.CALLED_IF and data.CALLED_IF[last].intersection(before[-3:-1]))


def _is_ours(behind: Sequence[str]) -> bool:
    """ "Ann is my sister", "Ann, my sister"."""
    for skipped in (0, 1):
        rest = behind[skipped:]
        if len(rest) > 1 and rest[0] in data.OURS and rest[1] in data.RELATIONS:
            return skipped == 0 or behind[0] in data.IS
    return False


def _is_german(text: str) -> bool:
    return any(_bare(match.group()) in data.GERMAN for match in _WORD.finditer(text))


def _spellings(words: Sequence[str]) -> Iterator[str]:
    yield " ".join(words)
    if len(words) > 1:
        for word in (words[0], words[-1]):
            if _is_no_usual_word(word) and word not in data.TITLES:
                yield word


def _bare(word: str) -> str:
    return fold(_POSSESSIVE.sub("", word)).replace("’", "'")


# --- Of a message -------------------------------------------------------------------------------


def _may_be_name(word: tuple[int, str], folded: str, text: str) -> bool:
    """A usual word only where its capital says that it is meant as a name."""
    if folded not in COMMON and folded not in data.NO_NAMES:
        return True
    at, written = word
    begins = not text[:at].strip() or text[:at].rstrip()[-1] in ".!?…\n"
    return len(folded) > 2 and _is_capital(written) and not begins
