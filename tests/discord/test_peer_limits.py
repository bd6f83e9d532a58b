"""Limits as a client meets them: headers, shared buckets, scopes; and a stream of edits that is paced.

The page is "Rate Limits". Headers are read by a plain request; who waits for them is discord.py.
"""

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.discord import DiscordServer, discord_server
from tests.discord.asking import asking
from tests.discord.state import Channel

pytestmark = pytest.mark.live

SEND = "POST /channels/{}/messages"
EDIT = "PATCH /channels/{}/messages/{}"
LIMIT = "X-RateLimit-"


async def plainly(
    server: DiscordServer, method: str, path: str, form: Any = None
) -> tuple[int, dict[str, str], Any]:
    """Status, the limit's headers without their prefix, and the answer."""
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bot {server.token}"}) as session,
        session.request(method, f"{server.base}/api/v10{path}", json=form) as answer,
    ):
        found = {key: value for key, value in answer.headers.items() if key.startswith(LIMIT)}
        told = await answer.json()
    return answer.status, {key.removeprefix(LIMIT): found[key] for key in found}, told


async def says(server: DiscordServer, room: Channel) -> tuple[int, dict[str, str], Any]:
    return await plainly(server, "POST", f"/channels/{room.id}/messages", {"content": "x"})


def statuses(server: DiscordServer, route: str) -> list[int]:
    return [one.status for one in server.requests if one.route == route]


async def test_every_answer_of_a_limited_route_says_what_is_left_and_the_last_is_refused() -> None:
    async with discord_server() as server:
        room = server.person("Anna").dm
        server.limit(SEND, after=2, window_s=60)
        said = [await says(server, room) for _ in range(3)]
        assert [status for status, _, _ in said] == [200, 200, 429]
        assert [(one["Limit"], one["Remaining"]) for _, one, _ in said] == [
            ("2", "1"),
            ("2", "0"),
            ("2", "0"),
        ]
        assert len({one["Bucket"] for _, one, _ in said}) == 1
        assert all(0 < float(one["Reset-After"]) <= 60 for _, one, _ in said)
        assert all(float(one["Reset"]) > server.world.now() for _, one, _ in said)
        assert said[2][1]["Scope"] == "user"
        assert (said[2][2]["message"], said[2][2]["global"]) == (
            "You are being rate limited.",
            False,
        )
        server.pass_time(61)
        assert (await says(server, room))[0] == 200


async def test_an_unlimited_route_says_nothing_of_limits() -> None:
    async with discord_server() as server:
        status, headers, _ = await says(server, server.person("Anna").dm)
        assert (status, headers) == (200, {})


async def test_routes_of_one_bucket_spend_it_together_and_each_channel_has_its_own() -> None:
    async with discord_server() as server:
        anna, ben = server.person("Anna"), server.person("Ben")
        server.limit(SEND, after=2, window_s=60, also=(EDIT,))
        _, sent, told = await says(server, anna.dm)
        path = f"/channels/{anna.dm.id}/messages/{told['id']}"
        _, edited, _ = await plainly(server, "PATCH", path, {"content": "y"})
        assert (sent["Remaining"], edited["Remaining"]) == ("1", "0")
        assert sent["Bucket"] == edited["Bucket"]
        assert (await says(server, anna.dm))[0] == 429
        status, elsewhere, _ = await says(server, ben.dm)
        assert (status, elsewhere["Remaining"]) == (200, "1")
        assert elsewhere["Bucket"] == sent["Bucket"]


async def test_a_shared_limit_is_spent_by_others_while_ones_own_is_not() -> None:
    async with discord_server() as server:
        room = server.person("Anna").dm
        server.limit(SEND, after=10, window_s=60)
        server.limit(SEND, after=0, window_s=60, scope="shared")
        status, headers, told = await says(server, room)
        assert (status, headers["Scope"], headers["Remaining"]) == (429, "shared", "9")
        assert told["message"] == "The resource is being rate limited."


async def test_a_shared_limit_is_waited_for_by_the_client() -> None:
    async with asking() as asks:
        server, room = asks.server, asks.server.person("Anna").dm
        server.limit(SEND, after=1, window_s=1.0, scope="shared")
        for number in range(3):
            await asks.sends("POST", f"/channels/{room.id}/messages", {"content": str(number)})
        assert [one.content for one in room.shown] == ["0", "1", "2"]
        assert statuses(server, SEND).count(429) >= 1


async def test_a_stream_of_edits_is_paced_by_what_the_answers_say_and_never_refused() -> None:
    async with asking() as asks:
        anna = asks.server.person("Anna")
        asks.server.limit_edits(window_s=0.2)
        user = await asks.client.fetch_user(int(anna.id))
        sent = await user.send("0")
        for number in range(1, 13):
            await sent.edit(content=str(number))
        shown = anna.dm.shown[0]
        assert [seen.content for seen in shown.history] == [str(number) for number in range(13)]
        assert statuses(asks.server, EDIT) == [200] * 12


async def test_edits_of_one_channel_do_not_hold_up_anothers() -> None:
    async with asking() as asks:
        anna, ben = asks.server.person("Anna"), asks.server.person("Ben")
        asks.server.limit_edits(window_s=1.0)
        hers, his = [
            await (await asks.client.fetch_user(int(one.id))).send("…") for one in (anna, ben)
        ]

        async def streams() -> None:
            for number in range(6):
                await hers.edit(content=str(number))

        async with asyncio.TaskGroup() as group:
            group.create_task(streams())
            await asks.server.until(lambda: anna.dm.shown[0].content == "4", "five edits")
            await his.edit(content="between")
        edited = [one.path for one in asks.server.requests if one.route == EDIT]
        assert [anna.dm.id in path for path in edited] == [True] * 5 + [False, True]


async def test_edits_at_once_are_refused_at_the_limit_and_all_arrive() -> None:
    async with asking() as asks:
        room = asks.server.person("Anna").dm
        told = await asks.sends("POST", f"/channels/{room.id}/messages", {"content": "…"})
        asks.server.limit_edits(after=2, window_s=0.2)
        path = f"/channels/{room.id}/messages/{told['id']}"
        edits = [asks.sends("PATCH", path, {"content": str(number)}) for number in range(6)]
        await asyncio.gather(*edits)
        assert {seen.content for seen in room.shown[0].history[1:]} == set("012345")
        assert statuses(asks.server, EDIT).count(200) == 6
