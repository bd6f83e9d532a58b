"""Date words -> when that was, by the clock of whoever says them. Pure.

"Last Friday", "vor drei Tagen", "in July", "7月3日": six languages, all looked for at once. What is
not understood gives nothing, and a wrong guess costs little: a range makes what was said in it
weigh more, and hides nothing.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from bot.memory.words import fold

Range = tuple[float, float]

_MONTHS = """
    january january januar enero janvier janeiro, february februar febrero fevrier fevereiro,
    march marz marzo mars marco, april april abril avril abril, may mai mayo mai maio,
    june juni junio juin junho, july juli julio juillet julho, august august agosto aout agosto,
    september september septiembre septembre setembro, october oktober octubre octobre outubro,
    november november noviembre novembre novembro, december dezember diciembre decembre dezembro
"""
_WEEKDAYS = """
    monday montag lunes lundi segunda-feira 月曜, tuesday dienstag martes mardi terca-feira 火曜,
    wednesday mittwoch miercoles mercredi quarta-feira 水曜, thursday donnerstag jueves jeudi
    quinta-feira 木曜, friday freitag viernes vendredi sexta-feira 金曜, saturday samstag sabado
    samedi 土曜, sunday sonntag domingo dimanche 日曜
"""
_DAYS_AGO = {
    0: "today heute hoy aujourd'hui hoje 今日",
    1: "yesterday gestern ayer hier ontem 昨日 last-night anoche",
    2: "day-before-yesterday vorgestern anteayer avant-hier anteontem 一昨日",
}
_TO_COME = {
    0: "today|heute|hoy|aujourd'hui|hoje|今日",
    1: "tomorrow|morgen|manana|demain|amanha|明日",
}
_LAST = {
    "week": "last-week letzte-woche letzter-woche semana-pasada semaine-derniere semana-passada 先週",
    "month": "last-month letzten-monat letztem-monat mes-pasado mois-dernier mes-passado 先月",
    "year": "last-year letztes-jahr ano-pasado annee-derniere ano-passado 去年",
}
_UNITS = {
    "day": "days?|tag(?:en?)?|dias?|jours?",
    "week": "weeks?|wochen?|semanas?|semaines?",
    "month": "months?|monat(?:en?)?|mes(?:es)?|mois",
    "year": "years?|jahr(?:en?)?|anos?|ans?",
}
_NUMBERS = """
    a an one ein eine einem einer un una une um uma, two zwei dos deux dois duas, three drei tres
    trois, four vier cuatro quatre quatro, five funf cinco cinq, six sechs seis, seven sieben siete
    sept sete, eight acht ocho huit oito, nine neun nueve neuf nove, ten zehn diez dix dez
"""
_JAPANESE = {"日": "day", "週間": "week", "か月": "month", "ヶ月": "month", "年": "year"}


def _numbered(table: str) -> dict[str, int]:
    rows = enumerate(table.split(","), start=1)
    return {word: number for number, words in rows for word in words.split()}


def _pattern(words: Iterable[str]) -> str:
    """The longest first, so that none is taken for its beginning; a hyphen may be a space."""
    found = sorted(words, key=len, reverse=True)
    spaced = "|".join(word.replace("-", "[ -]") for word in found if word.isascii())
    return "|".join([rf"\b(?:{spaced})\b", *(word for word in found if not word.isascii())])


_MONTH, _WEEKDAY, _NUMBER = _numbered(_MONTHS), _numbered(_WEEKDAYS), _numbered(_NUMBERS)
_M = _pattern(_MONTH)
# "May" and "march" are other words, too: alone they are months only behind one of these.
_BEFORE_MONTH = r"\b(?:in|im|en|em|since|during|until|last|of|this|seit|desde|depuis|de|d') ?"
_DAY_FIRST = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th|er|\.)?(?: (?:of|de))? ({_M}),?(?: (?:de )?(\d{{4}}))?"
)
_MONTH_FIRST = re.compile(rf"({_M}) (\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (\d{{4}}))?")
_MONTH_ALONE = re.compile(rf"{_BEFORE_MONTH}({_M})(?:,? (?:de )?(\d{{4}}))?")
_NUMERIC = re.compile(r"(?:\b(\d{4})[-年])?(\d{1,2})[-月](?:(\d{1,2})日?)?")
_YEAR = re.compile(r"\b(?:in|en|em|im jahr|since|seit) (20\d\d)\b")
_COUNT, _UNIT = "|".join(_NUMBER), "|".join(f"({unit})" for unit in _UNITS.values())
_AGO = re.compile(
    rf"(?:\b(?:vor|hace|il y a|ha) )?\b(\d{{1,3}}|{_COUNT}) (?:{_UNIT})\b( ago| atras)?"
)
_AGO_JAPANESE = re.compile(rf"(\d{{1,3}})({'|'.join(_JAPANESE)})前")
_AGO_SIGNS = ("vor ", "hace ", "il y a ", "ha ")
_DAYS = [(days, re.compile(_pattern(words.split()))) for days, words in _DAYS_AGO.items()]
_LASTS = [(unit, re.compile(_pattern(words.split()))) for unit, words in _LAST.items()]
_WEEKDAYS_SAID = re.compile(_pattern(_WEEKDAY))
_LENGTH = {"day": 1, "week": 7, "month": 30, "year": 365}


def ranges_in(text: str, now: datetime) -> tuple[Range, ...]:
    """`now` has the person's zone."""
    said = fold(text).replace("’", "'")
    found = [*_calendar(said, now.date()), *_relative(said, now.date())]
    # Nobody is reminded of what is still to come.
    past = [(first, last) for first, last in found if first <= now.date()]
    return tuple((_begin(first, now), _begin(last + timedelta(1), now)) for first, last in past)


def moment(at: float, zone: tzinfo) -> datetime:
    """Whatever a clock has said: one that jumped far is taken for its nearest sane end."""
    return datetime.fromtimestamp(min(max(at, 0.0), _LATEST), zone)


def birthday_in(text: str, today: date) -> str | None:
    """As in 07-03, without a year: it is a day to be thought of, and no record of an age."""
    said = fold(text).replace("’", "'")
    for days, words in _TO_COME.items():
        if re.match(rf"(?:{words})\b", said):
            return f"{today + timedelta(days):%m-%d}"
    if hit := _DAY_FIRST.search(said):
        month, day = _MONTH[_key(hit[2])], hit[1]
    elif hit := _MONTH_FIRST.search(said):
        month, day = _MONTH[_key(hit[1])], hit[2]
    elif (hit := _NUMERIC.search(said)) and hit[3] and (hit[1] or "月" in hit[0]):
        month, day = int(hit[2]), hit[3]
    else:
        return None
    try:
        return f"{date(2000, month, int(day)):%m-%d}"
    except ValueError:
        return None


Days = tuple[date, date]
_LATEST = 4e9
"""In the year 2096."""


def _calendar(said: str, today: date) -> Iterator[Days]:
    for hit in _DAY_FIRST.finditer(said):
        yield from _day(hit[3], _MONTH[_key(hit[2])], hit[1], today)
    for hit in _MONTH_FIRST.finditer(said):
        yield from _day(hit[3], _MONTH[_key(hit[1])], hit[2], today)
    for hit in _NUMERIC.finditer(said):
        if hit[1] or "月" in hit[0]:
            yield from _day(hit[1], int(hit[2]), hit[3], today)
    if not (_DAY_FIRST.search(said) or _MONTH_FIRST.search(said)):
        for hit in _MONTH_ALONE.finditer(said):
            yield from _day(hit[2], _MONTH[_key(hit[1])], None, today)
    for hit in _YEAR.finditer(said):
        yield date(int(hit[1]), 1, 1), date(int(hit[1]), 12, 31)


def _relative(said: str, today: date) -> Iterator[Days]:
    for days, words in reversed(_DAYS):
        if words.search(said):
            yield today - timedelta(days), today - timedelta(days)
            break
    for unit, words in _LASTS:
        if words.search(said):
            yield _last(unit, today)
    for hit in _WEEKDAYS_SAID.finditer(said):
        back = (today.isoweekday() - _WEEKDAY[_key(hit[0])] - 1) % 7 + 1
        yield today - timedelta(back), today - timedelta(back)
    for hit in _AGO.finditer(said):
        if hit[0].startswith(_AGO_SIGNS) or hit[6]:
            unit = next(u for u, part in zip(_UNITS, hit.groups()[1:5], strict=True) if part)
            yield _ago(int(hit[1]) if hit[1].isdigit() else _NUMBER[hit[1]], unit, today)
    for hit in _AGO_JAPANESE.finditer(said):
        yield _ago(int(hit[1]), _JAPANESE[hit[2]], today)


def _day(year: str | None, month: int, day: str | None, today: date) -> Iterator[Days]:
    """Without a year, the latest that has come; without a day, the whole month."""
    try:
        first = date(int(year) if year else today.year, month, int(day) if day else 1)
        if not year and first > today:
            first = first.replace(year=today.year - 1)
    except ValueError:
        # The 31st of February, and numbers that are no date.
        return
    yield first, first if day else _end_of_month(first)


def _last(unit: str, today: date) -> Days:
    if unit == "week":
        monday = today - timedelta(today.weekday() + 7)
        return monday, monday + timedelta(6)
    if unit == "month":
        end = today.replace(day=1) - timedelta(1)
        return end.replace(day=1), end
    return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)


def _ago(count: int, unit: str, today: date) -> Days:
    """People round: three weeks ago may be a week more or less."""
    middle = today - timedelta(min(count * _LENGTH[unit], today.toordinal() // 2))
    either_side = timedelta(_LENGTH[unit] // 2)
    return middle - either_side, middle + either_side


def _end_of_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)


def _key(said: str) -> str:
    return said.replace(" ", "-") if "-" not in said and " " in said else said


def _begin(day: date, now: datetime) -> float:
    return datetime.combine(day, time(), now.tzinfo).timestamp()
