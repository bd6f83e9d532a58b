"""What Discord refuses of messages and of who sends them where, and what it takes at the limit.

Each row names the page of Discord's documentation that says it. Numbers are written out here and not
taken from `limits.py`, so that a limit mistyped there is seen.
"""

from typing import Any

import pytest

from tests.discord.asking import asking, places
from tests.discord.state import Channel

pytestmark = pytest.mark.live

Form = dict[str, Any]
CREATE, LIMITS = "Message: Create Message", "Message: Embed Limits"
MENTIONS = "Message: Allowed Mentions Object"
FIELD = {"name": "n", "value": "v"}
SIX_THOUSAND = [{"description": "d" * 4096}, {"description": "d" * 1904}]

REFUSED: list[tuple[str, Form, str]] = [
    (CREATE, {"content": "x" * 2001}, "content"),
    (CREATE, {"content": "x", "embeds": [{"title": "t"}] * 11}, "embeds"),
    (CREATE, {"content": "x", "nonce": "n" * 26}, "nonce"),
    (LIMITS, {"embeds": [{"title": "t" * 257}]}, "embeds.0.title"),
    (LIMITS, {"embeds": [{"description": "d" * 4097}]}, "embeds.0.description"),
    (LIMITS, {"embeds": [{"fields": [FIELD] * 26}]}, "embeds.0.fields"),
    (LIMITS, {"embeds": [{"fields": [FIELD | {"name": "n" * 257}]}]}, "embeds.0.fields.0.name"),
    (LIMITS, {"embeds": [{"fields": [FIELD | {"value": "v" * 1025}]}]}, "embeds.0.fields.0.value"),
    (LIMITS, {"embeds": [{"fields": [{"name": "n"}]}]}, "embeds.0.fields.0.value"),
    (LIMITS, {"embeds": [{"footer": {"text": "f" * 2049}}]}, "embeds.0.footer.text"),
    (LIMITS, {"embeds": [{"author": {"name": "a" * 257}}]}, "embeds.0.author.name"),
    (LIMITS, {"embeds": [*SIX_THOUSAND, {"title": "t"}]}, "embeds"),
    (
        MENTIONS,
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "allowed_mentions",
    ),
    (
        MENTIONS,
        {"content": "x", "allowed_mentions": {"users": ["1"] * 101}},
        "allowed_mentions.users",
    ),
]
EMPTY: list[tuple[str, Form]] = [
    (CREATE, {}),
    (CREATE, {"content": ""}),
    (CREATE, {"content": " \n"}),
    (CREATE, {"embeds": [], "components": []}),
]
TAKEN: list[tuple[str, Form]] = [
    (CREATE, {"content": "x" * 2000}),
    (CREATE, {"embeds": [{"title": "t"}] * 10}),
    (CREATE, {"content": "x", "nonce": "n" * 25}),
    (LIMITS, {"embeds": [{"title": "t" * 256, "description": "d" * 4096}]}),
    (LIMITS, {"embeds": [{"title": "t" * 256 + "   "}]}),
    (LIMITS, {"embeds": [{"fields": [FIELD] * 25}]}),
    (LIMITS, {"embeds": [{"fields": [{"name": "n" * 256, "value": "v" * 1024}]}]}),
    (LIMITS, {"embeds": [{"footer": {"text": "f" * 2048}, "author": {"name": "a" * 256}}]}),
    (LIMITS, {"embeds": SIX_THOUSAND}),
    (MENTIONS, {"content": "x", "allowed_mentions": {"users": ["1"] * 100}}),
]


@pytest.mark.parametrize(("page", "form", "place"), REFUSED)
async def test_a_message_over_a_limit_is_refused_and_its_place_named(
    page: str, form: Form, place: str
) -> None:
    async with asking() as asks:
        room = asks.server.person("Anna").dm
        error = await asks.refused("POST", f"/channels/{room.id}/messages", form)
        assert (error.status, error.code, places(error)) == (400, 50035, [place]), page
        assert room.shown == []


@pytest.mark.parametrize(("page", "form"), EMPTY)
async def test_an_empty_message_is_refused(page: str, form: Form) -> None:
    async with asking() as asks:
        room = asks.server.person("Anna").dm
        error = await asks.refused("POST", f"/channels/{room.id}/messages", form)
        assert (error.status, error.code) == (400, 50006), page


@pytest.mark.parametrize(("page", "form"), TAKEN)
async def test_a_message_at_its_limit_is_taken(page: str, form: Form) -> None:
    async with asking() as asks:
        room = asks.server.person("Anna").dm
        told = await asks.sends("POST", f"/channels/{room.id}/messages", form)
        assert [one.id for one in room.shown] == [told["id"]], page


async def test_an_edit_is_held_to_the_same_limits_and_may_not_empty_a_message() -> None:
    async with asking() as asks:
        room = asks.server.person("Anna").dm
        told = await asks.sends("POST", f"/channels/{room.id}/messages", {"content": "first"})
        path = f"/channels/{room.id}/messages/{told['id']}"
        assert (await asks.refused("PATCH", path, {"content": "x" * 2001})).code == 50035
        assert (await asks.refused("PATCH", path, {"content": ""})).code == 50006
        assert [seen.content for seen in room.shown[0].history] == ["first"]


async def test_a_message_of_another_is_neither_edited_nor_deleted() -> None:
    async with asking() as asks:
        server, anna = asks.server, asks.server.person("Anna")
        private = f"/channels/{anna.dm.id}/messages/{(await anna.writes(anna.dm, 'mine')).id}"
        assert (await asks.refused("PATCH", private, {"content": "no"})).code == 50005
        assert (await asks.refused("DELETE", private)).code == 50003
        place = server.channel(server.guild("Harbour", owner=anna), "talk")
        public = f"/channels/{place.id}/messages/{(await anna.writes(place, 'mine')).id}"
        assert (await asks.refused("PATCH", public, {"content": "no"})).code == 50005
        assert (await asks.refused("DELETE", public)).code == 50013
        assert [m.content for m in (*anna.dm.shown, *place.shown)] == ["mine", "mine"]


@pytest.mark.parametrize(
    ("taken", "method", "path", "form", "code"),
    [
        ("view_channel", "POST", "/messages", {"content": "x"}, 50001),
        ("view_channel", "GET", "", None, 50001),
        ("send_messages", "POST", "/messages", {"content": "x"}, 50013),
        ("send_messages", "POST", "/typing", None, 50013),
        ("read_message_history", "GET", "/messages", None, 50013),
        ("create_private_threads", "POST", "/threads", {"name": "n", "type": 12}, 50013),
        ("create_public_threads", "POST", "/threads", {"name": "n", "type": 11}, 50013),
    ],
)
async def test_what_a_channel_forbids_is_refused_there_and_taken_elsewhere(
    taken: str, method: str, path: str, form: Form | None, code: int
) -> None:
    """Page "Permissions", codes of "Opcodes and Status Codes"."""
    async with asking() as asks:
        guild = asks.server.guild("Harbour")
        closed, open_ = asks.server.channel(guild, "closed"), asks.server.channel(guild, "open")
        asks.server.forbid(closed, guild.id, taken)
        error = await asks.refused(method, f"/channels/{closed.id}{path}", form)
        assert (error.status, error.code) == (403, code)
        await asks.sends(method, f"/channels/{open_.id}{path}", form)


async def test_closed_messages_unknown_places_and_a_wrong_token_are_refused() -> None:
    async with asking() as asks:
        anna = asks.server.person("Anna")
        anna.closes_messages()
        send = f"/channels/{anna.dm.id}/messages"
        assert (await asks.refused("POST", send, {"content": "x"})).code == 50007
        anna.opens_messages()
        await asks.sends("POST", send, {"content": "x"})
        nowhere = Channel(asks.server.world.new_id(), 0)
        assert (await asks.refused("GET", f"/channels/{nowhere.id}")).code == 10003
        assert (await asks.refused("GET", f"{send}/{nowhere.id}")).code == 10008
        asks.client.http.token = "not.this.one"
        assert (await asks.refused("GET", f"/channels/{anna.dm.id}")).status == 401
