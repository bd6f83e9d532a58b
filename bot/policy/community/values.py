"""One value of a file of rules: read from TOML or `Unfit`, and written back.

What comes out is in one order and one spelling, so that the same rules are the same file.
"""

from collections.abc import Callable
from enum import Enum, IntEnum
from typing import TypeVar
from unicodedata import category, normalize
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.policy import rest
from bot.policy.community import patterns as re2_patterns
from bot.policy.community import problems as say
from bot.policy.community.problems import Unfit
from bot.policy.matching import plain

One = TypeVar("One", bound=Enum)
Read = Callable[[object], tuple[str, ...]]


def text(most: int, least: int = 1) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or not least <= len(cleaned := _cleaned(value)) <= most:
            raise Unfit(say.WORDS_WANTED.format(most=most))
        if "\n" in value.strip() or not _is_sound(value):
            raise Unfit(say.WORDS_WANTED.format(most=most))
        return cleaned

    return read


def note(most: int) -> Callable[[object], str]:
    """What goes into a note of the prompt, without the marks that notes are made of (SAFETY M8)."""
    one = text(most, least=0)

    def read(value: object) -> str:
        return one(value).translate(_BRACKETS)

    return read


def truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise Unfit(say.YES_OR_NO)
    return value


def number(least: int, most: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Unfit(say.WHOLE_NUMBER.format(least=least, most=most))
        return value

    return read


def name(value: Enum) -> str:
    """As it stands in a file: a rating's and a level's name, or the value of the others."""
    return value.name.lower().replace("_", "-") if isinstance(value, IntEnum) else str(value.value)


def names(values: tuple[Enum, ...]) -> list[str]:
    return [name(value) for value in values]


def choice(of: type[One]) -> Callable[[object], One]:
    named = {name(one): one for one in of}

    def read(value: object) -> One:
        if not isinstance(value, str) or value not in named:
            raise Unfit(say.one_of(tuple(named)))
        return named[value]

    return read


def choices(of: type[One], least: int = 1) -> Callable[[object], tuple[One, ...]]:
    """In the order in which they are declared."""
    one = choice(of)

    def read(value: object) -> tuple[One, ...]:
        chosen = {one(entry) for entry in _entries(value, least, len(of))}
        return tuple(entry for entry in of if entry in chosen)

    return read


def texts(least: int, most: int, longest: int) -> Read:
    """A list whose order has no meaning; what stands twice counts once."""
    one = text(longest)

    def entry_of(entry: object) -> str:
        try:
            return one(entry)
        except Unfit as unfit:
            raise Unfit(unfit.mend, entry) from unfit

    def read(value: object) -> tuple[str, ...]:
        return tuple(sorted({entry_of(entry) for entry in _entries(value, least, most)}))

    return read


def phrases(least: int, most: int, longest: int) -> Read:
    """Words to look for: what is looked for has letters, and a star has at least two."""
    listed = texts(least, most, longest)

    def read(value: object) -> tuple[str, ...]:
        found = listed(value)
        for phrase in found:
            core = phrase.strip("*")
            letters = sum(sign.isalnum() for sign in plain(core))
            wild = phrase != core
            if "*" in core or not letters or len(phrase) - len(core) > 2:
                raise Unfit(say.BARE_STAR, phrase)
            if wild and letters < 2:
                raise Unfit(say.BARE_STAR, phrase)
        return found

    return read


def patterns(most: int, longest: int) -> Read:
    # A pattern's spaces count, so it is taken as it stands.
    def read(value: object) -> tuple[str, ...]:
        entries = _entries(value, 1, most)
        for entry in entries:
            if not isinstance(entry, str) or not 1 <= len(entry) <= longest:
                raise Unfit(say.WORDS_WANTED.format(most=longest), entry)
            if "\n" in entry or not _is_sound(entry):
                raise Unfit(say.WORDS_WANTED.format(most=longest), entry)
            re2_patterns.check(entry)
        return tuple(sorted({str(entry) for entry in entries}))

    return read


def hosts(most: int) -> Read:
    listed = texts(0, most, 253)

    def read(value: object) -> tuple[str, ...]:
        found = {host.lower().removeprefix("www.").rstrip(".") for host in listed(value)}
        if any("/" in host or ":" in host or " " in host or "." not in host for host in found):
            raise Unfit(say.HOST_WANTED)
        return tuple(sorted(found))

    return read


KNOWN_LANGUAGES = (
    *("ar", "de", "el", "en", "es", "fr", "he", "hi", "it", "ja"),
    *("ko", "nl", "pl", "pt", "ru", "sv", "th", "tr", "uk", "zh"),
)


def languages(value: object) -> tuple[str, ...]:
    listed = texts(1, len(KNOWN_LANGUAGES), 2)(value)
    if any(language not in KNOWN_LANGUAGES for language in listed):
        raise Unfit(say.one_of(KNOWN_LANGUAGES))
    return listed


def minute(value: object) -> int:
    found = rest.read_minute(value) if isinstance(value, str) else None
    if found is None:
        raise Unfit(say.TIME_WANTED)
    return found


def time(value: int) -> str:
    return rest.write_minute(value)


def zone(value: object) -> str:
    try:
        return ZoneInfo(value).key if isinstance(value, str) else _no_zone()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return _no_zone()


# --- Below ------------------------------------------------------------------------------------


_BRACKETS = str.maketrans("[]{}", "()()")


def _no_zone() -> str:
    raise Unfit(say.ZONE_WANTED)


def _cleaned(value: str) -> str:
    """One spelling of each letter, and one space between words."""
    return " ".join(normalize("NFC", value).split())


def _is_sound(value: str) -> bool:
    """No halves of signs, and no control signs that nobody sees."""
    return not any(category(sign) in ("Cs", "Cc") and not sign.isspace() for sign in value)


def _entries(value: object, least: int, most: int) -> list[object]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise Unfit(say.LIST_WANTED.format(least=least, most=most))
    return value
