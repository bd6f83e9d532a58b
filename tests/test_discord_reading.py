"""What Discord's gateway tells, as events: who said what to the bot, and what is nobody's word."""

from typing import Any

import pytest

from bot.events import (
    Author,
    CommunityId,
    Deleted,
    Edited,
    Event,
    EventId,
    Message,
    PersonId,
    Role,
    Room,
    RoomId,
    Typing,
)
from bot.platforms.discord.listening import Listening
from bot.platforms.discord.names import channel_of, is_direct, time_of
from bot.platforms.discord.reading import Own, read_edit, read_message

OWN = Own("900000000000000001", CommunityId("discord:700000000000000001"))
ANNA = {"id": "100000000000000001", "username": "anna", "global_name": "Anna"}
BEN = {"id": "100000000000000002", "username": "ben", "global_name": None}
BOT = {"id": OWN.id, "username": "parlour", "bot": True}
AT = time_of("1300000000000000000")
SINCE = time_of("100000000000000001")
"""When the account was made: its number tells it."""


def payload(**others: Any) -> dict[str, Any]:
    """A message in a direct room, as the gateway tells it."""
    return {
        "id": "1300000000000000000",
        "channel_id": "300000000000000001",
        "author": ANNA,
        "content": "hello",
        "type": 0,
        **others,
    }


def in_guild(**others: Any) -> dict[str, Any]:
    return payload(guild_id="700000000000000001", mentions=[BOT], **others)


def test_a_direct_message_is_its_authors_in_a_room_of_the_sponsor() -> None:
    assert read_message(payload(), OWN) == Message(
        id=EventId("1300000000000000000"),
        room=Room(RoomId("discord:300000000000000001"), True, OWN.sponsor),
        author=Author(PersonId("discord:100000000000000001"), "Anna", since=SINCE),
        text="hello",
        at=AT,
    )


def test_roles_come_with_what_is_said_in_a_server_and_are_unknown_elsewhere() -> None:
    message = read_message(in_guild(member={"roles": ["7", "8"]}), OWN)
    assert message is not None
    assert message.author.roles == frozenset({"7", "8"})
    alone = read_message(payload(), OWN)
    assert alone is not None
    assert alone.author.roles is None


def test_in_a_server_the_room_is_the_communitys_and_the_mention_is_taken_off() -> None:
    message = read_message(
        in_guild(content=f"<@{OWN.id}> good morning"), OWN, lambda _: Role.MODERATOR
    )
    assert message is not None
    assert message.text == "good morning"
    assert message.room == Room(
        RoomId("discord:700000000000000001/300000000000000001"),
        False,
        CommunityId("discord:700000000000000001"),
    )
    assert message.author.role is Role.MODERATOR
    assert message.addresses_bot
    assert channel_of(message.room.id) == "300000000000000001"
    assert not is_direct(message.room.id)


def test_in_a_direct_room_nobody_is_a_moderator() -> None:
    message = read_message(payload(), OWN, lambda _: Role.OPERATOR)
    assert message is not None
    assert message.author.role is Role.MEMBER


@pytest.mark.parametrize(
    "data",
    [
        payload(author=BOT),
        payload(author={**BEN, "bot": True}),
        payload(webhook_id="400000000000000001"),
        payload(type=6),
        payload(type=20),
        payload(guild_id="700000000000000001"),
        payload(guild_id="700000000000000001", mentions=[BEN]),
        payload(guild_id="700000000000000001", content="", referenced_message={"author": BOT}),
    ],
)
def test_what_is_no_word_of_a_person_to_the_bot_is_no_event(data: dict[str, Any]) -> None:
    assert read_message(data, OWN) is None


def test_a_reply_to_the_bot_is_for_it_and_names_what_it_answers() -> None:
    data = payload(
        guild_id="700000000000000001",
        type=19,
        message_reference={"message_id": "1299999999999999999"},
        referenced_message={"author": BOT, "content": "earlier"},
    )
    message = read_message(data, OWN)
    assert message is not None
    assert message.reply_to == "1299999999999999999"
    assert message.text == "hello", "what was quoted is not the author's word"


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (f"ask <@{BEN['id']}> please", "ask @ben please"),
        ("ask <@100000000000000077> please", "ask @someone please"),
        ("<:lantern:100000000000000009> lit", ":lantern: lit"),
        ("<a:wave:100000000000000009>", ":wave:"),
        (f"  <@!{OWN.id}>  ", ""),
        ("a < b", "a < b"),
    ],
)
def test_ids_in_a_text_are_read_as_people_see_them(content: str, read: str) -> None:
    message = read_message(payload(content=content, mentions=[BEN]), OWN)
    assert message is not None
    assert message.text == read


def test_nothing_but_the_content_becomes_text() -> None:
    data = payload(
        content="",
        embeds=[{"title": "a title"}],
        attachments=[{"filename": "words.png"}],
        sticker_items=[{"name": "a name"}],
        message_snapshots=[{"message": {"content": "somebody else's"}}],
    )
    message = read_message(data, OWN)
    assert message is not None
    assert message.text == ""


def test_a_nickname_stands_above_other_names_and_none_is_no_error() -> None:
    nicked = read_message(in_guild(member={"nick": "Captain"}), OWN)
    bare = read_message(payload(author={"id": "100000000000000003"}), OWN)
    assert nicked is not None
    assert bare is not None
    assert (nicked.author.name, bare.author.name) == ("Captain", "")


@pytest.mark.parametrize(
    "data",
    [
        payload(edited_timestamp=None),
        {"id": "1300000000000000000", "channel_id": "300000000000000001", "embeds": []},
        payload(edited_timestamp="2026-11-21T10:00:00+00:00", author=BOT),
    ],
)
def test_a_preview_a_pin_and_the_bots_own_edits_are_no_edits(data: dict[str, Any]) -> None:
    assert read_edit(data, OWN) is None


# --- In their order, told once ----------------------------------------------------------------


class Heard:
    """A listening ear, and what came out of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.ear = Listening(
            lambda: OWN,
            lambda _: Role.MEMBER,
            lambda: AT,
            is_own=lambda message: message == "1311111111111111111",
            saw=lambda _room, _message: None,
            find_author=self._find,
        )

    def _find(self, channel: str, told: Any) -> None:
        self.asked.append(channel)
        told(Author(PersonId("discord:100000000000000001"), "anna"))

    async def hear(self, *events: tuple[str, dict[str, Any]]) -> list[Event]:
        for name, data in events:
            self.ear.hear(name, data)
        await self.ear.end()
        heard = []
        while (event := await self.ear.next()) is not None:
            heard.append(event)
        return heard


def edited(**others: Any) -> dict[str, Any]:
    return payload(edited_timestamp="2026-11-21T10:00:00+00:00", **others)


async def test_a_message_that_is_replayed_is_told_once() -> None:
    heard = await Heard().hear(("MESSAGE_CREATE", payload()), ("MESSAGE_CREATE", payload()))
    assert [type(event) for event in heard] == [Message]


async def test_an_edit_is_told_when_its_words_have_changed() -> None:
    heard = await Heard().hear(
        ("MESSAGE_CREATE", payload()),
        ("MESSAGE_UPDATE", edited(content="hello there")),
        # Its link's preview came: edited once, and not again.
        ("MESSAGE_UPDATE", edited(content="hello there", embeds=[{}])),
    )
    assert [type(event) for event in heard] == [Message, Edited]


async def test_a_deletion_is_of_whoever_wrote_it_or_is_in_that_room() -> None:
    ear = Heard()
    gone = {"id": "1300000000000000000", "channel_id": "300000000000000001"}
    other = {"id": "1200000000000000000", "channel_id": "300000000000000001"}
    stranger = {"id": "1200000000000000000", "channel_id": "300000000000000002"}
    heard = await ear.hear(
        ("MESSAGE_CREATE", payload()),
        ("MESSAGE_DELETE", gone),
        ("MESSAGE_DELETE", other),
        ("MESSAGE_DELETE", stranger),
    )
    gone_ones = [event for event in heard[1:] if isinstance(event, Deleted)]
    assert [event.author.id for event in gone_ones] == ["discord:100000000000000001"] * 3
    assert len(heard) == 4
    assert ear.asked == ["300000000000000002"]


async def test_many_deletions_at_once_are_told_one_by_one() -> None:
    heard = await Heard().hear(
        ("MESSAGE_CREATE", payload()),
        ("MESSAGE_CREATE", payload(id="1300000000000000001")),
        (
            "MESSAGE_DELETE_BULK",
            {
                "ids": ["1300000000000000000", "1300000000000000001"],
                "channel_id": "300000000000000001",
            },
        ),
    )
    assert [type(event) for event in heard] == [Message, Message, Deleted, Deleted]


async def test_that_the_bots_own_message_is_gone_or_was_never_heard_is_not_told() -> None:
    heard = await Heard().hear(
        ("MESSAGE_DELETE", {"id": "1311111111111111111", "channel_id": "300000000000000001"}),
        (
            "MESSAGE_DELETE",
            {"id": "1", "channel_id": "2", "guild_id": "700000000000000001"},
        ),
    )
    assert heard == []


async def test_typing_is_told_of_direct_rooms_only() -> None:
    told = {"channel_id": "300000000000000001", "user_id": "100000000000000001"}
    heard = await Heard().hear(
        ("TYPING_START", told),
        ("TYPING_START", {**told, "guild_id": "700000000000000001"}),
        ("TYPING_START", {**told, "user_id": OWN.id}),
    )
    assert [type(event) for event in heard] == [Typing]
