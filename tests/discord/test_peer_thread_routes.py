"""Threads over REST: who is in them, how they are listed and changed, what is refused.

The pages are "Threads" and "Channel".
"""

import pytest

from tests.discord.asking import asking, places
from tests.discord.test_peer_threads import harbour, inside

pytestmark = pytest.mark.live


async def test_members_of_a_thread_are_listed_added_and_removed() -> None:
    async with asking() as asks:
        guild, _, ben, cleo = harbour(asks.server)
        thread = asks.server.thread(asks.server.channel(guild, "talk"), "aside", private=True)
        path = f"/channels/{thread.id}/thread-members"
        await asks.sends("PUT", f"{path}/{ben.id}")
        await asks.sends("PUT", f"{path}/{ben.id}")
        listed = await asks.sends("GET", path)
        assert [one["user_id"] for one in listed] == [asks.server.application, ben.id]
        assert (await asks.refused("GET", f"{path}/{cleo.id}")).code == 10007
        stranger = asks.server.person("Stranger")
        assert (await asks.refused("PUT", f"{path}/{stranger.id}")).code == 10007
        await asks.sends("DELETE", f"{path}/{ben.id}")
        assert thread.people == [asks.server.application]
        assert [one["type"] for one in thread.notices] == [1, 2]


async def test_sleeping_threads_are_listed_to_who_may_see_them() -> None:
    async with asking() as asks:
        guild, _, ben, _ = harbour(asks.server)
        parent = asks.server.channel(guild, "talk")
        own = asks.server.thread(parent, "own", ben, private=True)
        theirs = await ben.opens_thread(parent, "theirs", private=True)
        open_ = asks.server.thread(parent, "open", ben)
        for one in (own, theirs, open_):
            asks.server.archive(one)
        path = f"/channels/{parent.id}/threads/archived"
        joined = await asks.sends(
            "GET", f"/channels/{parent.id}/users/@me/threads/archived/private"
        )
        assert [one["id"] for one in joined["threads"]] == [own.id]
        assert [one["id"] for one in joined["members"]] == [own.id]
        public = await asks.sends("GET", f"{path}/public")
        assert [one["id"] for one in public["threads"]] == [open_.id]
        assert (await asks.refused("GET", f"{path}/private")).code == 50013
        helper = asks.server.role(guild, "Helper", "manage_threads")
        guild.members[asks.server.application] = [helper]
        private = await asks.sends("GET", f"{path}/private?limit=1")
        assert [one["id"] for one in private["threads"]] == [theirs.id]
        assert private["has_more"] is True


async def test_a_channel_is_renamed_and_age_restricted_by_who_manages_channels() -> None:
    async with asking() as asks:
        guild, _, ben, _ = harbour(asks.server)
        place = asks.server.channel(guild, "talk")
        thread = asks.server.thread(place, "aside", ben)
        path, form = f"/channels/{place.id}", {"name": "grown", "nsfw": True}
        assert (await asks.refused("PATCH", path, form)).code == 50013
        allowed = asks.server.role(guild, "Keeper", "manage_channels", "manage_threads")
        guild.members[asks.server.application] = [allowed]
        told = await asks.sends("PATCH", path, form)
        assert (told["name"], told["nsfw"], thread.age_restricted) == ("grown", True, True)
        await asks.sends("DELETE", f"/channels/{thread.id}")
        await asks.sends("DELETE", path)
        assert (await asks.refused("GET", path)).code == 10003


async def test_a_thread_of_anothers_is_changed_by_its_moderator_only() -> None:
    async with asking() as asks:
        guild, _, ben, _ = harbour(asks.server)
        thread = await ben.opens_thread(asks.server.channel(guild, "talk"), "aside")
        path = f"/channels/{thread.id}"
        for form in ({"name": "other"}, {"archived": True}, {"locked": True}):
            assert (await asks.refused("PATCH", path, form)).code == 50013
        helper = asks.server.role(guild, "Helper", "manage_threads")
        guild.members[asks.server.application] = [helper]
        await asks.sends("PATCH", path, {"name": "other", "locked": True})
        assert (thread.name, thread.locked) == ("other", True)


@pytest.mark.parametrize(
    ("form", "place"),
    [
        ({"name": ""}, "name"),
        ({"name": "n" * 101}, "name"),
        ({"name": "n", "auto_archive_duration": 61}, "auto_archive_duration"),
    ],
)
async def test_a_thread_that_breaks_a_rule_is_refused(form: dict[str, object], place: str) -> None:
    """Page "Channel" (Start Thread without Message)."""
    async with asking() as asks:
        parent = asks.server.channel(asks.server.guild("Harbour"), "talk")
        error = await asks.refused("POST", f"/channels/{parent.id}/threads", form)
        assert (error.code, places(error)) == (50035, [place])
        assert inside(asks.server, parent) == []


async def test_a_deleted_channel_takes_its_threads_with_it() -> None:
    async with asking() as asks:
        guild, _, ben, _ = harbour(asks.server)
        parent = asks.server.channel(guild, "talk")
        thread = asks.server.thread(parent, "aside", ben)
        assert (await asks.refused("DELETE", f"/channels/{thread.id}")).code == 50013
        asks.server.delete(parent)
        for one in (parent, thread):
            assert (await asks.refused("GET", f"/channels/{one.id}")).code == 10003
