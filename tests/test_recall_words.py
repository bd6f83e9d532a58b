"""Words that find what was said, in whatever language; and dates by the clock of who says them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.memory.dates import ranges_in
from bot.memory.words import words_of

SATURDAY = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("My sister bought two knitted scarves.", "buying a scarf that is knit"),
        ("We went hiking near the lake.", "Who goes on a hike?"),
        ("Die Katzen heißen Momo und Lina.", "Wie heisst die Katze?"),
        ("Mis hermanas viven en León.", "¿Dónde vive mi hermana?"),
        ("Les chats dorment à l'hôtel.", "un chat dans les hotels"),
        ("Minhas irmãs moram perto do farol.", "a minha irma e os faróis"),
        ("妹の名前はマラです。", "妹の名前は何ですか"),
        ("내 동생의 이름은 마라입니다", "동생 이름이 뭐였지"),
        ("น้องสาวของฉันชื่อมารา", "น้องสาวชื่ออะไร"),
        ("Мою сестру зовут Мария.", "Как зовут сестру?"),
        ("मेरी बहन का नाम मीरा है", "बहन का नाम क्या है"),
    ],
)
def test_a_question_shares_words_with_what_answers_it(said: str, asked: str) -> None:
    assert set(words_of(said)) & set(words_of(asked))


@pytest.mark.parametrize("said", ["", "🙂🙂", "…?!", "and the of", "und oder der", "\u0301\u0301"])
def test_what_tells_nothing_gives_no_words(said: str) -> None:
    assert words_of(said) == ()


def test_words_that_another_language_needs_are_kept() -> None:
    assert words_of("the war and the hat") == ("war", "hat")


@given(st.text(max_size=300))
def test_any_text_gives_short_words_each_once(text: str) -> None:
    words = words_of(text)
    assert len(set(words)) == len(words)
    assert all(0 < len(word) <= 32 and not word.isspace() for word in words)


@given(st.text(max_size=100))
def test_large_and_small_letters_are_found_by_each_other(text: str) -> None:
    assert words_of(text) == words_of(text.casefold())


@pytest.mark.parametrize(
    ("said", "first", "days"),
    [
        ("what did I say last Friday?", "2026-11-20", 1),
        ("what did I say on Saturday?", "2026-11-14", 1),
        ("yesterday", "2026-11-20", 1),
        ("the day before yesterday", "2026-11-19", 1),
        ("last week", "2026-11-09", 7),
        ("in July", "2026-07-01", 31),
        ("in December", "2025-12-01", 31),
        ("on July 3rd, 2024", "2024-07-03", 1),
        ("two weeks ago", "2026-11-04", 7),
        ("2026-01-31", "2026-01-31", 1),
        ("vor drei Tagen", "2026-11-18", 1),
        ("letzte Woche", "2026-11-09", 7),
        ("el 3 de julio de 2025", "2025-07-03", 1),
        ("hace 2 semanas", "2026-11-04", 7),
        ("le 14 juillet", "2026-07-14", 1),
        ("l'année dernière", "2025-01-01", 365),
        ("há três dias", "2026-11-18", 1),
        ("na sexta-feira", "2026-11-20", 1),
        ("7月3日", "2026-07-03", 1),
        ("先週", "2026-11-09", 7),
        ("金曜日", "2026-11-20", 1),
    ],
)
def test_date_words_are_days(said: str, first: str, days: int) -> None:
    ((begin, end),) = ranges_in(said, SATURDAY)
    assert datetime.fromtimestamp(begin, UTC).date().isoformat() == first
    assert end - begin == days * 86_400


@pytest.mark.parametrize(
    "said",
    ["May I ask?", "they march on", "31 February", "2026-02-31", "in 2031", "3 cats", "room 12-14"],
)
def test_what_is_no_date_gone_by_gives_none(said: str) -> None:
    assert ranges_in(said, SATURDAY) == ()


def test_yesterday_is_the_persons_own() -> None:
    """In Auckland it is tomorrow already."""
    auckland = SATURDAY.astimezone(timezone(timedelta(hours=13)))
    ((begin, _),) = ranges_in("yesterday", auckland)
    assert datetime.fromtimestamp(begin, auckland.tzinfo).isoformat() == "2026-11-21T00:00:00+13:00"


@given(st.text(max_size=200))
def test_any_text_gives_only_what_is_past(text: str) -> None:
    for begin, end in ranges_in(text, SATURDAY):
        assert begin < end
        assert begin <= SATURDAY.timestamp()


@given(st.integers(0, 9999), st.integers(0, 99), st.integers(0, 99))
def test_any_numbers_are_a_date_or_none(year: int, month: int, day: int) -> None:
    for said in (f"{year:04}-{month}-{day}", f"{year}年{month}月{day}日", f"{day} May {year:04}"):
        assert len(ranges_in(said, SATURDAY)) <= 2
    assert len(ranges_in(f"{day} years ago", SATURDAY)) <= 1
