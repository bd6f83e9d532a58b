"""Buttons on Discord: the door passed by them alone, the row under the latest words, two presses at
once, a press in mid-reply, a press after a restart, a press by somebody else."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import sentences
from bot.engine.scripted import ScriptedEngine
from bot.events import Author, EventId, Message, PersonId, Room, RoomId, Say, Voice
from bot.languages.catalogue import say
from bot.languages.names import LANGUAGES
from bot.platforms.discord import names
from bot.platforms.discord.asked import NOT_FOR_YOU, OLDER, ONE_MOMENT
from bot.platforms.discord.buttons import AT_REST, LABELS, WHILE_WRITING, Buttons
from bot.platforms.discord.signing import MOST_CHARS, Kind, Press, Seal
from bot.policy import door
from tests.discord import discord_server
from tests.discord.people import Person
from tests.discord.state import Shown
from tests.discord_help import labels
from tests.discord_small import HOME, TinyPlatform, come_in, tiny, whole_bot, words
from tests.fakes import in_turn

ROW = [str(LABELS[command]) for command in AT_REST]
HOME_ROOM = Room(RoomId("discord:5"), is_direct=True)
STOP = [str(LABELS[command]) for command in WHILE_WRITING]


def with_buttons(person: Person) -> list[Shown]:
    return [one for one in person.dm.shown if labels(one)]


def last(person: Person) -> Shown:
    return person.dm.shown[-1]


async def press(client: TinyPlatform, person: Person, label: str) -> Shown:
    """The one message with buttons is pressed, and the bot rests after it."""
    (shown,) = with_buttons(person)
    async with client.resting(person):
        await person.answered(await person.presses(person.dm, shown, label))
    return shown


# --- The door ---------------------------------------------------------------------------------


@pytest.mark.live
@pytest.mark.parametrize(
    ("locale", "answers"),
    [
        ("en-US", ("next", "next", "yes", "memory", "done")),
        ("de", ("weiter", "zurück", "weiter", "weiter", "ja", "fertig")),
        ("ja", ("次へ", "次へ", "はい", "intimate", "完了")),
    ],
)
async def test_the_whole_door_is_passed_by_buttons(
    locale: str, answers: tuple[str, ...], tmp_path: Path
) -> None:
    async with discord_server() as server, whole_bot(server, tmp_path / "d") as client:
        anna = server.person("Anna", locale=locale)
        async with client.resting(anna):
            await anna.runs("/begin", anna.dm)
        for answer in answers:
            pressed = await press(client, anna, answer)
            assert labels(pressed) == [], "what was answered can be answered no more"
        edits = [one for one in server.requests if one.route == "PATCH /channels/{}/messages/{}"]
        assert len(edits) == 1, "buttons go with their press: the greeting's row is the only edit"
        language = locale.split("-", maxsplit=1)[0]
        assert say(door.WELCOME, language) in [one.content for one in anna.dm.shown]
        (greeting,) = with_buttons(anna)
        assert labels(greeting) == [say(LABELS[command], language) for command in AT_REST]
        async with client.resting(anna):
            await anna.writes(anna.dm, "hello")
        assert "You said: hello" in anna.dm.shown[-1].content


@pytest.mark.live
async def test_who_leaves_by_a_button_has_left(tmp_path: Path) -> None:
    async with discord_server() as server, whole_bot(server, tmp_path / "d") as client:
        anna = server.person("Anna")
        async with client.resting(anna):
            await anna.writes(anna.dm, "hello")
        await press(client, anna, "next")
        await press(client, anna, "leave")
        assert anna.dm.shown[-1].content == str(sentences.LEFT_THE_DOOR)
        assert with_buttons(anna) == []


@pytest.mark.live
async def test_a_screen_pressed_twice_at_once_goes_on_by_one_screen(tmp_path: Path) -> None:
    """The second press would agree to a screen that nobody has read."""
    async with discord_server() as server, whole_bot(server, tmp_path / "d") as client:
        anna = server.person("Anna")
        async with client.resting(anna):
            await anna.writes(anna.dm, "hello")
        (first,) = with_buttons(anna)
        async with client.resting(anna):
            one = await anna.presses(anna.dm, first, "next")
            two = await anna.presses(anna.dm, first, "next")
            await anna.answered(one)
            await anna.answered(two)
        assert [type(event) for event in client.heard] == [Message, Message]
        assert "2 of 4" in with_buttons(anna)[0].content
        assert str(ONE_MOMENT) in [shown.content for shown in anna.sees(anna.dm)]


@pytest.mark.live
async def test_who_types_on_cannot_press_the_screen_of_before(tmp_path: Path) -> None:
    async with discord_server() as server, whole_bot(server, tmp_path / "d") as client:
        anna = server.person("Anna")
        async with client.resting(anna):
            await anna.writes(anna.dm, "hello")
        (first,) = with_buttons(anna)
        kept = first.data["components"]
        async with client.resting(anna):
            await anna.writes(anna.dm, "next")
        assert labels(first) == []
        # As it still stands on a telephone that was asleep.
        first.data["components"] = kept
        await anna.answered(await anna.presses(anna.dm, first, "next"))
        await server.until(lambda: anna.sees(anna.dm)[-1].content == str(OLDER))
        assert labels(first) == [] and len(client.heard) == 2


# --- The row ----------------------------------------------------------------------------------


@pytest.mark.live
async def test_the_row_stands_under_the_latest_words_only(tmp_path: Path) -> None:
    async with discord_server() as server, whole_bot(server, tmp_path / "d", in_turn()) as client:
        anna = server.person("Anna")
        await come_in(client, anna)
        for number in (1, 2, 3):
            async with client.resting(anna):
                await anna.writes(anna.dm, "And the tide?")
            (shown,) = with_buttons(anna)
            assert shown.content == f"This is tide {number}." and labels(shown) == ROW


@pytest.mark.live
async def test_another_answer_back_and_forward_and_more_of_it_by_buttons(tmp_path: Path) -> None:
    async with discord_server() as server, whole_bot(server, tmp_path / "d", in_turn()) as client:
        anna = server.person("Anna")
        await come_in(client, anna)
        async with client.resting(anna):
            await anna.writes(anna.dm, "And the tide?")
        buttons = ("again", "back", "forward", "continue")
        for button, tide in zip(buttons, (2, 1, 2, 3), strict=True):
            await press(client, anna, str(LABELS[button]))
            (shown,) = with_buttons(anna)
            assert shown.content == f"This is tide {tide}."
        await press(client, anna, str(LABELS["help"]))
        assert "/leave" in anna.dm.shown[-1].content
        assert labels(with_buttons(anna)[0]) == ROW


@pytest.mark.live
async def test_stop_stands_there_while_it_writes_and_stops_it(tmp_path: Path) -> None:
    held = asyncio.Event()

    async def wait_in_the_middle(count: int) -> None:
        if count == 3:
            await held.wait()

    engine = ScriptedEngine(lambda _: "The tide comes in slowly.", before_piece=wait_in_the_middle)
    async with discord_server() as server, whole_bot(server, tmp_path / "d", engine) as client:
        anna = server.person("Anna")
        await come_in(client, anna)
        await anna.writes(anna.dm, "Tell me of the tide.")
        await server.until(lambda: last(anna).content.startswith("The tide"))
        shown = last(anna)
        assert labels(shown) == STOP
        async with client.resting(anna):
            await anna.answered(await anna.presses(anna.dm, shown, STOP[0]))
        assert not held.is_set(), "the engine never went on"
        assert "The tide comes in slowly.".startswith(shown.content) and labels(shown) == ROW
        assert "slowly" not in shown.content
        assert anna.dm.shown[-1].content == "Stopped."
        assert with_buttons(anna) == [shown]
        held.set()


@pytest.mark.live
async def test_two_presses_at_once_are_one_and_a_word(tmp_path: Path) -> None:
    async with discord_server() as server, whole_bot(server, tmp_path / "d", in_turn()) as client:
        anna = server.person("Anna")
        await come_in(client, anna)
        async with client.resting(anna):
            await anna.writes(anna.dm, "And the tide?")
        (shown,) = with_buttons(anna)
        with server.delay("POST /interactions/{}/{}/callback"):
            first = await anna.presses(anna.dm, shown, ROW[1])
            second = await anna.presses(anna.dm, shown, ROW[1])
        async with client.resting(anna):
            await anna.answered(first)
            await anna.answered(second)
        await server.until(lambda: with_buttons(anna)[0].content == "This is tide 2.")
        assert str(ONE_MOMENT) in [one.content for one in anna.sees(anna.dm)]
        assert [event.text for event in client.heard if isinstance(event, Message)].count(
            "/again"
        ) == 1


@pytest.mark.live
async def test_a_press_that_discord_did_not_hear_of_can_be_made_again() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        room = names.direct_room(anna.dm.id, HOME)
        await anna.writes(anna.dm, "hello")
        await server.until(lambda: client.heard)
        await client.do(Say(room, "Well?", "n", choices=("yes", "no")))
        (shown,) = with_buttons(anna)
        with server.delay("POST /interactions/{}/{}/callback"):
            await anna.presses(anna.dm, shown, "yes")
            server.pass_time(4)
        await server.until(lambda: len(anna.dm.shown) == 3, "a sentence that it was too late")
        await anna.answered(await anna.presses(anna.dm, shown, "no"))
        await server.until(lambda: len(client.heard) == 2)
        assert isinstance(client.heard[-1], Message) and client.heard[-1].text == "no"


@pytest.mark.live
async def test_stop_waits_for_nothing_and_is_never_too_old() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        room = names.direct_room(anna.dm.id, HOME)
        await anna.writes(anna.dm, "hello")
        await server.until(lambda: client.heard)
        await client.do(Say(room, "The tide", "n", Voice.PERSONA))
        (shown,) = with_buttons(anna)
        kept = shown.data["components"]
        await anna.answered(await anna.runs("/who", anna.dm))
        await client.do(Say(room, "comes in.", "n2", Voice.PERSONA))
        assert with_buttons(anna) == [last(anna)] and last(anna) is not shown
        shown.data["components"] = kept
        await anna.answered(await anna.presses(anna.dm, shown, STOP[0]))
        await server.until(lambda: len(client.heard) == 3)
        assert isinstance(client.heard[2], Message) and client.heard[2].text == "/stop"


# --- Older than the start ---------------------------------------------------------------------


@pytest.mark.live
async def test_buttons_of_before_a_restart_work_and_leave_when_a_newer_row_comes(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        async with whole_bot(server, tmp_path / "d", in_turn()) as client:
            await come_in(client, anna)
            async with client.resting(anna):
                await anna.writes(anna.dm, "And the tide?")
        (before,) = with_buttons(anna)
        async with whole_bot(server, tmp_path / "d", in_turn()) as client:
            await press(client, anna, str(LABELS["again"]))
            old, new = with_buttons(anna)
            assert old is before and labels(new) == ROW
            # It was not known of; who presses it is told, and it goes.
            await anna.answered(await anna.presses(anna.dm, old, ROW[0]))
            await server.until(lambda: anna.sees(anna.dm)[-1].content == str(OLDER))
            assert with_buttons(anna) == [new]


@pytest.mark.live
async def test_the_door_goes_on_by_its_buttons_after_a_restart_and_begins_anew(
    tmp_path: Path,
) -> None:
    """Nothing is kept at the door, so an old yes agrees to nothing."""
    async with discord_server() as server:
        anna = server.person("Anna")
        async with whole_bot(server, tmp_path / "d") as client:
            async with client.resting(anna):
                await anna.writes(anna.dm, "hello")
            await press(client, anna, "next")
            await press(client, anna, "next")
        async with whole_bot(server, tmp_path / "d") as client:
            await press(client, anna, "yes")
            (shown,) = with_buttons(anna)
            assert "1 of 4" in shown.content and labels(shown) == ["next", "leave"]


# --- Whose they are ---------------------------------------------------------------------------


@pytest.mark.live
async def test_somebody_elses_button_and_a_forged_one_do_nothing_and_say_so() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna, ben = server.person("Anna"), server.person("Ben")
        for person in (anna, ben):
            await person.writes(person.dm, "hello")
        await server.until(lambda: len(client.heard) == 2)
        room = names.direct_room(anna.dm.id, HOME)
        await client.do(Say(room, "Well?", "n", choices=("yes",)))
        (shown,) = with_buttons(anna)
        signed = next(iter(shown.parts()))["components"][0]["custom_id"]
        for custom_id in (signed, "", "again", "1w", signed[:-3] + "no", "1x" + signed[2:]):
            copy = await ben.writes(ben.dm, "a copy")
            button = {"type": 2, "style": 2, "label": "yes", "custom_id": custom_id}
            copy.data["components"] = [{"type": 1, "components": [button]}]
            before = len(client.heard)
            await ben.answered(await ben.presses(ben.dm, copy, "yes"))
            assert ben.sees(ben.dm)[-1].content == str(NOT_FOR_YOU)
            assert len(client.heard) in (before, before + 1)
        said = [event.text for event in client.heard if isinstance(event, Message)]
        assert set(said) == {"hello", "a copy"}


@pytest.mark.live
async def test_where_others_are_only_the_asker_may_press() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna, ben = server.person("Anna"), server.person("Ben")
        guild = server.guild("Harbour", owner=ben)
        place = server.channel(guild, "talk")
        server.joins(guild, anna)
        await anna.runs("/begin", place)
        await server.until(lambda: client.heard)
        asked = client.heard[0]
        assert isinstance(asked, Message)
        await client.do(Say(asked.room, "Well?", "n", answers=asked.id, choices=("yes", "no")))
        (shown,) = anna.sees(place)
        await ben.answered(await ben.presses(place, shown, "yes"))
        assert ben.sees(place)[-1].content == str(NOT_FOR_YOU) and len(client.heard) == 1
        await anna.answered(await anna.presses(place, shown, "yes"))
        await server.until(lambda: len(client.heard) == 2)
        answer = client.heard[1]
        assert isinstance(answer, Message) and answer.text == "yes" and not labels(shown)
        await client.do(Say(answer.room, "Good.", "n2", answers=answer.id))
        assert anna.sees(place)[-1].content == "Good." and anna.sees(place)[-1].only_for == anna.id
        # What is said to all of them has no buttons that only one may press.
        await client.do(Say(asked.room, "All of you?", "n3", choices=("yes",)))
        assert labels(place.shown[-1]) == []


@pytest.mark.live
async def test_a_message_that_was_deleted_is_no_error() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        room = names.direct_room(anna.dm.id, HOME)
        await anna.writes(anna.dm, "hello")
        await server.until(lambda: client.heard)
        for number in range(3):
            say_it = Say(room, f"Tide {number}.", f"n{number}", Voice.PERSONA)
            await client.do(say_it)
            shown = last(anna)
            assert labels(shown) == STOP
            await anna.deletes(anna.dm, shown)
            await client.buttons.show(room, EventId(shown.id))
        assert with_buttons(anna) == []


# --- What it keeps ----------------------------------------------------------------------------


async def test_whose_room_it_is_not_known_of_gets_no_buttons_and_nothing_grows() -> None:
    drawn: list[tuple[RoomId, EventId, list[dict[str, Any]]]] = []

    async def change(room: RoomId, message: EventId, rows: list[dict[str, Any]]) -> None:
        drawn.append((room, message, rows))

    buttons = Buttons(seal=Seal("t"), words=words, change=change)
    room = HOME_ROOM
    assert buttons.under(Say(room, "Well?", "n", choices=("yes",))) == []
    await buttons.said(Say(room, "Well?", "n", Voice.PERSONA), EventId("7"))
    await buttons.show(room, EventId("7"))
    assert drawn == [] and not buttons.is_old(room.id, EventId("1"))


async def test_a_question_below_the_personas_words_keeps_its_buttons_when_the_room_rests() -> None:
    drawn: list[tuple[EventId, int]] = []

    async def change(room: RoomId, message: EventId, rows: list[dict[str, Any]]) -> None:
        drawn.append((message, len(rows)))

    buttons, room = Buttons(seal=Seal("t"), words=words, change=change), HOME_ROOM
    buttons.meet(room, Author(PersonId("discord:1"), "Ada"))
    await buttons.said(Say(room, "The tide.", "n", Voice.PERSONA), EventId("7"))
    await buttons.show(room, EventId("7"))
    await buttons.show(room, EventId("7"))
    assert drawn == [(EventId("7"), 1)], "once is enough"
    await buttons.said(Say(room, "Well?", "n2", choices=("yes",)), EventId("8"))
    await buttons.show(room, EventId("7"))
    assert drawn == [(EventId("7"), 1), (EventId("7"), 0)]


PRINTABLE = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)


@given(st.sampled_from(list(Kind)), PRINTABLE, st.text(max_size=40))
def test_a_custom_id_is_short_and_read_by_its_own_person_room_bot_and_words_only(
    kind: Kind, said: str, other: str
) -> None:
    room, person = RoomId("discord:1/2"), PersonId("discord:3")
    seal, press = Seal("a token"), Press(kind, said)
    custom_id = seal.sign(press, room, person)
    assert len(custom_id) <= MOST_CHARS
    assert seal.read(custom_id, room, person) == press
    assert Seal("a token").read(custom_id, room, person) == press, "after a restart"
    assert Seal("another").read(custom_id, room, person) is None
    assert seal.read(custom_id, RoomId("discord:1"), person) is None
    assert seal.read(custom_id, room, PersonId("discord:4")) is None
    assert seal.read(other, room, person) is None
    if other:
        assert seal.read(custom_id + other, room, person) is None
    for private in (str(room), str(person), "a token"):
        assert private not in custom_id or private in said


def test_words_that_are_too_long_for_a_button_are_refused_where_it_is_made() -> None:
    with pytest.raises(ValueError, match="at most 82"):
        Seal("t").sign(Press(Kind.WORD, "w" * 83), RoomId("r"), PersonId("p"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_on_a_button_fits_there_in_every_language(language: str) -> None:
    for label in LABELS.values():
        assert 0 < len(say(label, language)) <= 34
