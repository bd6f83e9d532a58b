"""Private threads in the place of direct messages, for whom those are closed: one person and the bot.

What is said there is that person's private talk while nobody else is in. Without the members intent
Discord does not tell who joins, so it is asked at each message and each page; no answer means no.
Nothing is kept of them: a private thread that the bot has opened is one of these.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakValueDictionary

import discord
from discord.http import Route

from bot.events import Author, Rating, Room
from bot.platforms.bounded import Bounded
from bot.platforms.discord.buttons import Words
from bot.platforms.discord.names import channel_of, community_id, shared_room
from bot.platforms.discord.rest import Rest
from bot.text import Text

PRIVATE = 12
"""The type of a private thread."""
FOR_A_WEEK = 10080
"""Minutes until Discord archives one in which nothing is said; writing there wakes it."""
NAME = Text("Private conversation")
BEGUN = Text(
    "Here you can write instead of in direct messages. Who may manage threads on this server can "
    "read this, too, and so can Discord. While anybody else is in here, our talk rests."
)
MENTION = Text("Mention me in each message: Discord shows me no others here.")
OTHERS = Text(
    "Somebody else is in this thread, so our talk rests. Once the two of us are alone, write on; "
    "what we said stays yours."
)

Find = Callable[[str, str], discord.Thread | None]
"""A guild and a channel: the thread, if the library knows of one there."""


class Threads:
    def __init__(
        self, rest: Rest, own_id: str, find: Find, words: Words, *, hears_all: bool
    ) -> None:
        """`hears_all`: with the message content intent, words come also without a mention."""
        self._rest = rest
        self._own_id = own_id
        self._find = find
        self._words = words
        self._hears_all = hears_all
        self._told: Bounded[str, None] = Bounded()
        """Where it was said that others are there."""
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def turn(self, channel: str) -> asyncio.Lock:
        """What is heard in one thread is looked at in its order."""
        return self._turns.setdefault(channel, asyncio.Lock())

    def is_one(self, guild: str, channel: str) -> bool:
        """By the library's memory alone."""
        found = self._find(guild, channel)
        return (
            found is not None
            and found.type is discord.ChannelType.private_thread
            and str(found.owner_id) == self._own_id
        )

    async def room(self, guild: str, channel: str) -> Room | None:
        """None where it is not the two of them alone, or Discord does not say."""
        if not await self._is_for_two(channel):
            return None
        self._told.pop(channel)
        # SAFETY A6: its parent's own flag, as it stands now.
        known = self._find(guild, channel)
        is_gated = known is not None and getattr(known.parent, "nsfw", None) is True
        return alone_in(guild, channel, is_gated=is_gated)

    async def may_say(self, room: Room) -> bool:
        return await self._is_for_two(channel_of(room.id))

    async def tell_of_others(self, channel: str, author: Author) -> None:
        """Once, until they are alone again."""
        if channel not in self._told:
            self._told.put(channel, None)
            await self._say(channel, self._words(OTHERS, author))

    async def open(self, parent: str, user: str, author: Author) -> str | None:
        """The new thread, with this person in it; None where it could not be made."""
        make = Route("POST", "/channels/{channel_id}/threads", channel_id=parent)
        form = {"name": self._words(NAME, author), "type": PRIVATE, "invitable": False}
        made = await self._rest.ask(make, json={**form, "auto_archive_duration": FOR_A_WEEK})
        if not made:
            return None
        thread = str(made["id"])
        path = "/channels/{channel_id}/thread-members/{user_id}"
        _, code = await self._rest.attempt(Route("PUT", path, channel_id=thread, user_id=user))
        if code:
            return None
        await self._say(thread, self._words(BEGUN, author))
        if not self._hears_all:
            await self._say(thread, self._words(MENTION, author))
        return thread

    async def _is_for_two(self, channel: str) -> bool:
        route = Route("GET", "/channels/{channel_id}", channel_id=channel)
        found: Mapping[str, Any] = await self._rest.ask(route) or {}
        is_ours = found.get("type") == PRIVATE and str(found.get("owner_id")) == self._own_id
        is_locked = (found.get("thread_metadata") or {}).get("locked") is not False
        return is_ours and not is_locked and found.get("member_count") == 2

    async def _say(self, channel: str, text: str) -> None:
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel)
        await self._rest.ask(route, json={"content": text, "allowed_mentions": {"parse": []}})


def alone_in(guild: str, channel: str, *, is_gated: bool) -> Room:
    """A person's private room, under the id of a place in a community: a look without these eyes
    takes it for a room of many."""
    most = Rating.MATURE if is_gated else Rating.ROMANCE
    return Room(shared_room(guild, channel).id, True, community_id(guild), most=most)


def may_open(interaction: discord.Interaction) -> bool:
    """Whether the bot can open one in the channel of this press."""
    is_text = isinstance(interaction.channel, discord.TextChannel)
    may = interaction.app_permissions
    return is_text and may.create_private_threads and may.send_messages_in_threads
