"""Which language a text is surely in, by its letters and its small words.

Cheap and careful: short or mixed texts are in none surely, and then no rule stops anybody.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.policy.matching import LONGEST, for_now

LEAST_LETTERS = 12
LEAST_WORDS = 4
"""Small words of one language, where letters do not tell it."""


def is_foreign(text: str, spoken: Sequence[str]) -> bool:
    """Whether it is surely in a language that is none of these."""
    language = surely_in(text)
    return bool(language) and not set(language) & set(spoken)


@for_now
def surely_in(text: str) -> tuple[str, ...]:
    """One, or several that letters alone do not tell apart; empty where it is not sure."""
    letters = [sign for sign in text[:LONGEST].lower() if sign.isalpha()]
    if len(letters) < LEAST_LETTERS:
        return ()
    if text.isascii():
        return _by_small_words(text[:LONGEST].lower())
    for begin, end, languages in _SCRIPTS:
        share = sum(begin <= sign <= end for sign in letters) / len(letters)
        if share > _MOST:
            return languages
    kana = sum("\u3040" <= sign <= "\u30ff" for sign in letters)
    han = sum("\u4e00" <= sign <= "\u9fff" for sign in letters)
    if (kana + han) / len(letters) > _MOST:
        return ("ja",) if kana else ("zh", "ja")
    return _by_small_words(text[:LONGEST].lower())


# --- Below ------------------------------------------------------------------------------------

_MOST = 0.6
_SCRIPTS = (
    ("\u0400", "\u04ff", ("ru", "uk")),
    ("\u0370", "\u03ff", ("el",)),
    ("\u0590", "\u05ff", ("he",)),
    ("\u0600", "\u06ff", ("ar",)),
    ("\u0900", "\u097f", ("hi",)),
    ("\u0e00", "\u0e7f", ("th",)),
    ("\uac00", "\ud7af", ("ko",)),
)


def _these(words: str) -> frozenset[str]:
    return frozenset(words.split())


# A word of several languages counts for none of them.
_SMALL: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _these(
            "the and you is are was were this that with what have not your they would from it's"
            " i'm don't my of to for about who how when there she he we but can will like"
        ),
        "de": _these(
            "der die das und ich nicht ist ein eine einen mit wie was auf sich dem den auch aber"
            " wir sie für haben bist bin dich mir mich zu im war wenn noch schon kann doch"
        ),
        "fr": _these(
            "le les des est et je pas une dans pour qui sur avec vous nous mais cette c'est j'ai"
            " suis être du au ce mon ton sont elle très bien fait tout plus où"
        ),
        "es": _these(
            "el los las y es un una por con para pero muy está soy estoy eres yo lo qué cómo mi tu"
            " esto esta hay más cuando donde sí también hoy tiene"
        ),
        "pt": _these(
            "os as uma é não você eu com um mas muito está isso isto meu minha ele ela em na da do"
            " dos são também hoje quando onde tem vou sim mais"
        ),
        "it": _these("il gli è che non sono di della per anche questo questa perché molto ho sei"),
        "nl": _these("het een van niet ik je zijn ook maar voor naar wat heeft geen deze"),
        "pl": _these("jest nie się że jak ale co czy mam tak jestem dla bardzo mnie ty"),
        "sv": _these("och är att det inte jag en som på har men vad också mycket du"),
        "tr": _these("bir ve bu ne için değil ben sen çok da var yok gibi ama nasıl"),
    }
)
_OF = {
    word: language
    for language, words in _SMALL.items()
    for word in words
    if sum(word in others for others in _SMALL.values()) == 1
}
_MARKS = {code: " " for code in range(33, 127) if not chr(code).isalnum() and chr(code) != "'"}


def _by_small_words(text: str) -> tuple[str, ...]:
    counts = dict.fromkeys(_SMALL, 0)
    for word in text.translate(_MARKS).split():
        if (language := _OF.get(word.strip("'“”«»…¿¡"))) is not None:
            counts[language] += 1
    first, second = sorted(counts, key=lambda one: counts[one], reverse=True)[:2]
    sure = counts[first] >= LEAST_WORDS and counts[first] >= 3 * counts[second]
    return (first,) if sure else ()
