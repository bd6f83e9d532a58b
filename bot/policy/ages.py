"""Numbers that are ages, and numbers that are not: `15`, `fif teen`, `l5`; `15 minutes away`.

Knows English counting and measuring, and nothing of who the age belongs to.
"""

from bot.policy.matching import pattern

ADULT = 18

AGE = (
    r"(?:1[ _]?[0-8]|[il|!][0-7]|[1-9]|ten|eleven|twelve|thir ?teen|four ?teen|fif ?teen|six ?teen"
    r"|seven ?teen|eigh ?teen|one|two|three|four|five|six|seven|eight|nine)"
)
"""A number up to eighteen, in digits or words. Use it inside a group of its own."""

YEARS_OLD = r"(?:[ ./-]*(?:years?|yrs?|yr|y)[ ./-]*(?:olds?|of age|young|o)\b)"


def value(written: str) -> int:
    digits = written.replace(" ", "").replace("_", "")
    if digits.isdigit():
        return int(digits)
    return _WORDS.get(digits) or int("1" + digits[1:])


def is_age(number: int, rest: str) -> bool:
    """Whether a number said of somebody is an age, judged by the words that follow it."""
    if old := _OLD.match(rest):
        return not _AFTER_OLD.match(rest[old.end() :])
    if span := _RANGE.match(rest):
        upper = int(span.group(1) or 0)
        return number < upper < ADULT and is_age(upper, rest[span.end() :])
    rest = _HALF.sub("", rest)
    if _MEASURE.match(rest):
        return False
    if _ENDS.match(rest):
        return number >= _LEAST_BARE
    if number < _LEAST_BARE:
        return False
    words = _WORD.sub(r"\1 ", rest).split()[:4]
    return _reads_on(number, words)


def comes_of_age(rest: str) -> bool:
    """`next month`, `in June`, `on Friday`: what follows an age that is still to come."""
    return bool(_SOON.match(rest))


# --- Below: what may follow an age -------------------------------------------------------------


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LEAST_BARE = 7
"""Smaller numbers count only with "years old": `I'm one of them`, `I'm 5 foot 4`."""

_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
}

_OLD = pattern(
    YEARS_OLD,
    r" ?(?:yo|yos)\b",
    r"/[fm]\b",
    r" ?(?:years?|yrs?)(?: ?$|[.,!?;]| (?:and|but|so|now)\b)",
)
_AFTER_OLD = pattern(r" (?:than|enough|in (?:dog|cat|human) years)\b")
_RANGE = pattern(r" ?(?:-|/|to|or) ?(\d{1,3})\b")
_HALF = pattern(r"^(?:\.5| and a half| 1/2|½|1⁄2)")
_MEASURE = pattern(
    r"[\d%:°$£€#/'\"]\d?",
    r" ?[%°$£€]",
    r"\.\d",
    r"(?:st|nd|rd|th|k|x|mm|cm|km|kg|lbs?|ft|hrs?|hp|am|pm)\b",
    r",\d{3}",
    r"m (?:away|tall|off|from)",
)
_ENDS = pattern(
    r"(?:ish)?[\s\"')\]]*$", r"(?:ish)?[\"')\]]*[ ]?[.,;!?)\-~:<>(/*]", r" ?[^\x00-\x7f]"
)
_WORD = pattern(r"([a-z0-9'’/]+)[^a-z0-9'’/]*")
_SOON = pattern(
    r"(?:[ ./-]*(?:years?|yrs?)(?: old)?)? ?(?:next|in|on|this|tomorrow|soon|today|tonight|by|after|at the end|later)\b"
)
_FOLLOW = _set(
    "and but so btw lol lmao haha rn now today tomorrow if too though tho almost because bc cuz cause or "
    "going turning please sorry actually honestly tbh fyi ok okay here can is that years year yo y/o f m "
    "male female girl boy guy dude kid this already still right currently irl yeah yes with just i i'm im "
    "u you are do who which my what atm and/or fr ngl"
)
_PLURALS_THAT_FOLLOW = _set("this is as yes was has does always its it's lets perhaps thats")
_AWAY = _set(
    "away in deep down ahead behind late early into from short over under tall long high off left older "
    "younger per apart wide max"
)
_MONTHS = _set(
    "january february march april may june july august september october november december jan feb mar apr "
    "jun jul aug sep sept oct nov dec a an two three few 2 3 4 5 6 spring summer autumn fall winter fact "
    "real texas ohio high middle grade school 8th 9th 10th 11th 7th 6th"
)
_DAYS = _set("monday tuesday wednesday thursday friday saturday sunday my")
_UNITS = _set(
    "minute min second sec hour hr day week month mile mi kilometer kilometre meter metre foot feet inch inches "
    "percent degree point level page chapter stone pound lb dollar euro buck grand hundred thousand million "
    "billion episode game match drink beer step block stop seat floor storey story kilo gram litre liter "
    "gallon cookie shot hand carat bit pixel byte weeks'"
)


def _reads_on(number: int, words: list[str]) -> bool:
    """`I'm 15 …`: the next word, and the one after it, decide."""
    first, second = [*words, "", ""][:2]
    if first in _UNITS or first.rstrip("s") in _UNITS:
        return False
    if first in ("years", "year"):
        return False
    if first in _FOLLOW:
        return True
    if first in ("in", "on", "at", "for", "to", "from", "of", "out"):
        return _after_preposition(first, second)
    if first in _AWAY or first in (
        "times",
        "against",
        "up",
        "below",
        "above",
        "x",
        "more",
        "less",
        "nil",
    ):
        return False
    if first.endswith("s") and first not in _PLURALS_THAT_FOLLOW:
        return False
    return second not in _AWAY and number >= 10


def _after_preposition(first: str, second: str) -> bool:
    match first:
        case "in":
            return second in _MONTHS
        case "on":
            return second in _DAYS
        case "at":
            return second in ("the", "this")
        case "for":
            return second in ("real", "now", "another", "one")
        case "to":
            return second == "be"
        case "from":
            return second not in ("the", "a", "first", "last", "my")
        case _:
            return False
