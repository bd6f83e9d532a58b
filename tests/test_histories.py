"""Chat histories as files: every form that is read, and each thing that can be wrong with one."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import Rating
from bot.histories.exported import NO_EXPORT, NO_TURN
from bot.histories.reading import read_history
from bot.histories.tavern import LATE, NO_DATE, NO_JSON, NO_SIDE, NO_WORDS, NOTHING, read_date
from bot.histories.values import TOLD, History, NotTaken
from bot.policy.histories import rate
from bot.store.rows import Side

NOW = 1_800_000_000.0
HEADER = {"user_name": "Ada", "character_name": "Seraphine", "chat_metadata": {}}
HELLO = {"name": "Ada", "is_user": True, "send_date": "2024-01-02T10:00:00Z", "mes": "Hello."}
REPLY = {
    "name": "Seraphine",
    "is_user": False,
    "send_date": "2024-01-02T10:01:00Z",
    "mes": "Good morning.",
    "swipes": ["Hm.", "Good morning.", "Well."],
    "swipe_id": 1,
}


def written(*rows: object) -> str:
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)


def read(*rows: object) -> History:
    history = read_history(written(*rows), UTC, NOW)
    assert isinstance(history, History), history
    return history


def wrong(*rows: object) -> list[tuple[int, str]]:
    found = read_history(written(*rows), UTC, NOW)
    assert isinstance(found, NotTaken)
    return [(one.where, one.what) for one in found.problems]


def test_a_history_of_sillytavern_is_one_talk_with_every_answer() -> None:
    (talk,) = read(HEADER, HELLO, REPLY).talks
    assert talk.persona == "Seraphine"
    said, answer = talk.lines
    assert (said.side, said.texts) == (Side.PERSON, ("Hello.",))
    assert datetime.fromtimestamp(said.at, UTC) == datetime(2024, 1, 2, 10, tzinfo=UTC)
    assert answer.texts == ("Hm.", "Good morning.", "Well.")
    assert answer.texts[answer.chosen] == "Good morning."


def test_what_stands_in_the_talk_counts_where_it_was_edited_after_it_was_chosen() -> None:
    (talk,) = read(HEADER, {**REPLY, "mes": "Good evening."}).talks
    assert talk.lines[0].texts == ("Hm.", "Good evening.", "Well.")


@pytest.mark.parametrize("header", [HEADER, {"chat_metadata": {}}, {**HEADER, "character_name": "unused"}])  # fmt: skip
def test_the_persona_is_named_by_the_header_or_else_by_who_answers(header: object) -> None:
    assert read(header, HELLO, REPLY).talks[0].persona == "Seraphine"
    assert read(HELLO, REPLY).talks[0].persona == "Seraphine"


def test_what_the_program_itself_wrote_is_no_talk() -> None:
    system = {"name": "System", "is_user": False, "is_system": True, "mes": "A hidden line."}
    assert read(HEADER, system, HELLO).count == 1
    assert wrong(HEADER, system) == [(0, NOTHING)]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("2023-6-2 @21h 09m 51s 363ms", datetime(2023, 6, 2, 19, 9, 51, 363000, UTC)),
        ("2023-6-2@21h09m51s", datetime(2023, 6, 2, 19, 9, 51, tzinfo=UTC)),
        ("January 2, 2024 12:05am", datetime(2024, 1, 1, 22, 5, tzinfo=UTC)),
        ("June 12, 2024 1:30pm", datetime(2024, 6, 12, 11, 30, tzinfo=UTC)),
        ("2024-01-02T10:00:00.000Z", datetime(2024, 1, 2, 10, tzinfo=UTC)),
        ("2024-01-02T10:00:00", datetime(2024, 1, 2, 8, tzinfo=UTC)),
        (1_704_189_600_000, datetime(2024, 1, 2, 10, tzinfo=UTC)),
        ("1704189600", datetime(2024, 1, 2, 10, tzinfo=UTC)),
        ("last Tuesday", None),
        ("2024-13-41 @99h 09m 51s", None),
        (True, None),
        ({}, None),
        (10**400, None),
    ],
)
def test_dates_are_read_in_every_form_that_they_have_had(
    value: object, told: datetime | None
) -> None:
    two_hours_east = timezone(timedelta(hours=2))
    found = read_date(value, two_hours_east)
    assert found == (told.timestamp() if told else None)


def test_a_message_without_a_date_has_that_of_the_one_before_and_no_two_have_the_same() -> None:
    undated = {"name": "Ada", "is_user": True, "mes": "And another thing."}
    first, second, third = read(HEADER, HELLO, undated, undated).talks[0].lines
    assert first.at < second.at < third.at < first.at + 1
    dated = {**HEADER, "create_date": "2024-01-01T00:00:00Z"}
    assert read(dated, undated).talks[0].lines[0].at == 1_704_067_200.0


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("no JSON at all", NO_JSON),
        ('{"mes": "cut of', NO_JSON),
        ("[1, 2]", NO_JSON),
        ({**HELLO, "is_user": "yes"}, NO_SIDE),
        ({**HELLO, "mes": 7}, NO_WORDS),
        ({**HELLO, "mes": "  "}, NO_WORDS),
        ({**HELLO, "send_date": "soon"}, NO_DATE),
        ({**HELLO, "send_date": "2999-01-01T00:00:00Z"}, LATE),
        ({**HELLO, "send_date": -5}, LATE),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_taken(row: object, what: str) -> None:
    assert wrong(HEADER, HELLO, row, REPLY) == [(3, what)]


def test_so_many_wrong_lines_are_named_and_no_more() -> None:
    assert len(wrong(HEADER, *["x"] * 50)) == TOLD


def exported(**changed: Any) -> dict[str, Any]:
    turn = {
        "id": 1,
        "session": 3,
        "side": "person",
        "state": "done",
        "chosen": 2,
        "at": 5.0,
        "revisions": [{"step": 1, "text": "Helo."}, {"step": 2, "text": "Hello."}],
    }
    session = {"id": 3, "persona": "wren", "sponsor": "console:tea", "room": None}
    return {"sessions": [session], "turns": [{**turn, **changed}]}


def test_an_export_gives_talks_and_what_binds_and_nothing_that_frees() -> None:
    data = exported() | {
        "limits": [{"id": 1, "text": "spiders", "is_hard": 1}],
        "marks": [{"name": "romance closed: wren", "value": 1.0}, {"name": "ceiling", "value": 2}],
        "consents": [{"kind": "memory", "version": "3", "at": 1}],
        "locked": False,
    }
    history = read(json.dumps(data, indent=1))
    assert history == read(json.dumps(data)), "on one line as well"
    (talk,) = history.talks
    assert (talk.persona, talk.sponsor, talk.room) == ("wren", "console:tea", None)
    assert talk.lines[0].texts[talk.lines[0].chosen] == "Hello."
    assert [limit.text for limit in history.limits] == ["spiders"]
    assert history.closed == ("wren",)


@pytest.mark.parametrize(
    "changed",
    [
        {"side": "moderator"},
        {"chosen": 9},
        {"revisions": []},
        {"revisions": [{"step": 2, "text": 7}]},
        {"revisions": "x"},
        {"at": "yesterday"},
        {"at": True},
        {"session": 99},
    ],
)
def test_a_turn_that_is_none_of_ours_is_named(changed: dict[str, Any]) -> None:
    assert wrong(json.dumps(exported(**changed), indent=1)) == [(1, NO_TURN)]


def test_what_is_neither_is_said_to_be_neither() -> None:
    assert wrong('{\n"a": 1}') == [(0, NO_EXPORT)]
    assert wrong("") == [(0, NOTHING)]
    assert wrong("A letter, and no history.") == [(1, NO_JSON)]


@given(st.text(max_size=400))
def test_whatever_is_in_a_file_is_read_or_refused(text: str) -> None:
    assert isinstance(read_history(text, UTC, NOW), History | NotTaken)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["turns", "sessions", "id", "session", "side", "state", "revisions", "step", "text", "mes", "is_user", "send_date", "swipes", "swipe_id"]), inner, max_size=5)))  # fmt: skip
def test_whatever_json_is_in_a_file_is_read_or_refused(data: object) -> None:
    for text in (json.dumps(data), json.dumps(data, indent=1), written(HEADER, data)):
        assert isinstance(read_history(text, UTC, NOW), History | NotTaken)


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("My sister keeps the lighthouse.", Rating.GENERAL),
        ("My son is seven and likes kites.", Rating.GENERAL),
        ("I kissed you by the lake, my love.", Rating.ROMANCE),
        ("I am 15 years old.", None),
        ("A love scene with a 15-year-old.", None),
        ("How do I make a pipe bomb?", None),
        ("I want to kill myself.", None),
    ],
)
def test_l1_a2_c4_what_comes_in_is_rated_by_its_words_or_left_out(
    text: str, rating: Rating | None
) -> None:
    assert rate(text) is rating
