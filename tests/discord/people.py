"""What people do, and what Discord itself keeps from them before the bot hears of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.discord.forms import filled
from tests.discord.interactions import (
    COMMAND,
    COMPLETION,
    COMPONENT,
    SUBMIT,
    Interactions,
)
from tests.discord.limits import ANSWER_WITHIN_S, ATTACHMENTS, FILE
from tests.discord.messages import Messages
from tests.discord.offers import (
    ON_MESSAGE,
    ON_PERSON,
    PICKS_PERSON,
    PICKS_WORDS,
    NotOffered,
    given_to,
    named,
    offered,
    owners,
    resolved,
)
from tests.discord.reactions import may_react, reacts
from tests.discord.refusals import Body, Refused
from tests.discord.state import THREAD_PRIVATE, THREAD_PUBLIC, Asked, Channel, Shown
from tests.discord.threads import join, speaking, start, wake
from tests.discord.wire import allowed, channel_payload, may, member_payload
from tests.discord.world import World

VOICE_MESSAGE = 1 << 13


@dataclass(eq=False)
class Person:
    id: str
    world: World
    messages: Messages
    interactions: Interactions
    locale: str = "en-US"
    adult: bool = True
    installed: bool = False
    """Whether this person has the app with them, in guilds too where it is not."""
    asked: list[Asked] = field(default_factory=list)

    @property
    def dm(self) -> Channel:
        return self.world.dm(self.id)

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    def closes_messages(self) -> None:
        self.world.closed.add(self.id)

    def opens_messages(self) -> None:
        self.world.closed.discard(self.id)

    def sees(self, channel: Channel) -> list[Shown]:
        """With the ephemeral ones that are for this person."""
        if channel.guild is None:
            return channel.shown_to(self.id) if self.id in channel.people else []
        return channel.shown_to(self.id) if may(channel, self.id, "view_channel") else []

    async def writes(
        self,
        channel: Channel,
        content: str,
        *,
        to: Shown | None = None,
        file: tuple[str, bytes] | None = None,
        files: Sequence[tuple[str, bytes]] = (),
    ) -> Shown:
        if channel.guild is not None and not may(
            channel, self.id, "view_channel", speaking(channel)
        ):
            raise NotOffered(f"a person may not write in #{channel.name}")
        try:
            wake(self.world, channel, self.id)
        except Refused as refused:
            raise NotOffered(str(refused)) from None
        body: Body = {"content": content}
        given = [*([file] if file else []), *files]
        if len(given) > ATTACHMENTS or any(len(inside) > FILE for _, inside in given):
            raise NotOffered("so many or so large files are not taken")
        self.messages.store(body, {f"files[{at}]": one for at, one in enumerate(given)})
        if to is not None:
            body["message_reference"] = {"message_id": to.id}
        return self.messages.post(channel, self.world.users[self.id], body)

    async def speaks(self, channel: Channel, sound: bytes) -> Shown:
        """Page "Message" (Voice Messages)."""
        made = self.world.keep_file("voice-message.ogg", sound)
        made |= {"content_type": "audio/ogg", "duration_secs": 1.0, "waveform": "AAAA"}
        body: Body = {"content": "", "flags": VOICE_MESSAGE, "attachments": [made]}
        return self.messages.post(channel, self.world.users[self.id], body)

    async def opens_thread(self, parent: Channel, name: str, *, private: bool = False) -> Channel:
        """With this person alone in it."""
        kind = THREAD_PRIVATE if private else THREAD_PUBLIC
        if not may(parent, self.id, f"create_{'private' if private else 'public'}_threads"):
            raise NotOffered(f"a person may not open this thread in #{parent.name}")
        return start(self.world, parent, {"name": name}, kind, self.id)

    async def adds(self, thread: Channel, other: str) -> None:
        """Somebody, or the bot by `server.application`."""
        join(self.world, thread, other, by=self.id)

    async def edits(self, channel: Channel, shown: Shown, content: str) -> None:
        if channel.archived:
            raise NotOffered("an archived thread is not changed")
        self.messages.change(channel, shown, {"content": content})

    async def deletes(self, channel: Channel, shown: Shown) -> None:
        self.messages.take_away(channel, shown)

    async def reacts(self, channel: Channel, shown: Shown, emoji: str) -> None:
        if channel.guild is not None and not may_react(channel, shown, self.id, emoji):
            raise NotOffered("a person may not react here")
        reacts(self.world, channel, shown, self.id, emoji)

    async def unreacts(self, channel: Channel, shown: Shown, emoji: str) -> None:
        reacts(self.world, channel, shown, self.id, emoji, away=True)

    async def types(self, channel: Channel) -> None:
        told: Body = {
            "channel_id": channel.id,
            "user_id": self.id,
            "timestamp": int(self.world.now()),
        }
        guild = channel.guild.id if channel.guild else None
        self.world.tell("TYPING_START", told | ({"guild_id": guild} if guild else {}), guild)

    def part(self, shown: Shown, wanted: str) -> Body:
        """The button or select with this label or custom id."""
        for part in shown.parts():
            if wanted in {part.get("label"), part.get("custom_id"), part.get("placeholder")}:
                if part.get("disabled"):
                    raise NotOffered(f"{wanted!r} is switched off")
                return part
        raise NotOffered(f"there is no {wanted!r} under this message")

    async def presses(self, channel: Channel, shown: Shown, wanted: str) -> Asked:
        part = self.part(shown, wanted)
        data = {"custom_id": part["custom_id"], "component_type": part["type"], "id": 1}
        return self.ask(COMPONENT, data, channel, on=shown)

    async def selects(self, channel: Channel, shown: Shown, wanted: str, *values: str) -> Asked:
        part = self.part(shown, wanted)
        data: Body = {"custom_id": part["custom_id"], "component_type": part["type"], "id": 1}
        if not part.get("min_values", 1) <= len(values) <= part.get("max_values", 1):
            raise NotOffered("so many cannot be chosen")
        if part["type"] == PICKS_WORDS and not set(values) <= {
            one["value"] for one in part["options"]
        }:
            raise NotOffered("there is no such option")
        data["values"] = list(values)
        if part["type"] != PICKS_WORDS:
            data["resolved"] = resolved(self.world, part["type"], channel, values)
        return self.ask(COMPONENT, data, channel, on=shown)

    async def runs(self, name: str, channel: Channel, /, **given: Any) -> Asked:
        return self.ask(COMMAND, given_to(self, name, channel, given), channel)

    async def completes(self, name: str, channel: Channel, focused: str, /, **given: Any) -> Asked:
        """What is typed into an option, before it is sent."""
        return self.ask(COMPLETION, given_to(self, name, channel, given, focused), channel)

    async def chooses(self, name: str, channel: Channel, shown: Shown) -> Asked:
        """A command of a message's menu."""
        command, _ = offered(self, name, channel, ON_MESSAGE)
        data = named(command) | {"target_id": shown.id}
        data["resolved"] = {"messages": {shown.id: shown.data}}
        return self.ask(COMMAND, data, channel)

    async def chooses_person(self, name: str, channel: Channel, other: str) -> Asked:
        """A command of a person's menu."""
        command, _ = offered(self, name, channel, ON_PERSON)
        who = resolved(self.world, PICKS_PERSON, channel, (other,))
        data = named(command) | {"target_id": other, "resolved": who}
        return self.ask(COMMAND, data, channel)

    async def fills(self, asked: Asked, /, **given: Any) -> Asked:
        """Sends a modal; its parts are named by custom id: texts, choices, ids, files."""
        modal = await self.world.until(lambda: asked.modal, "a modal")
        data = filled(self.world, modal, asked.channel, given)
        return self.ask(SUBMIT, data, asked.channel, on=asked.on)

    def ask(self, kind: int, data: Body, channel: Channel, on: Shown | None = None) -> Asked:
        world = self.world
        event: Body = {
            "id": world.new_id(),
            "application_id": world.application,
            "type": kind,
            "data": data,
            "channel_id": channel.id,
            "channel": channel_payload(world, channel),
            "token": f"token-{world.new_id()}",
            "version": 1,
            "locale": self.locale,
            "entitlements": [],
            "attachment_size_limit": 10 << 20,
            "app_permissions": str(allowed(channel, world.application)),
            "context": 1 if channel.guild is None else 0,
            "authorizing_integration_owners": owners(self, channel, self.registered(data)),
        }
        if channel.guild is None:
            event["user"] = world.users[self.id]
        else:
            member = member_payload(world, channel.guild, self.id)
            event["member"] = member | {"permissions": str(allowed(channel, self.id))}
            event |= {"guild_id": channel.guild.id, "guild_locale": "en-US"}
        if on is not None:
            event["message"] = on.data
        asked = Asked(event["id"], event["token"], event, self.id, channel, world.now(), on)
        world.asked[asked.token] = asked
        self.asked.append(asked)
        world.tell("INTERACTION_CREATE", event, channel.guild.id if channel.guild else None)
        return asked

    def registered(self, data: Body) -> Body | None:
        """The command that is asked for; None where it is a component or a modal."""
        every = [one for kept in self.world.commands.values() for one in kept]
        return next((one for one in every if one["id"] == data.get("id")), None)

    def failed(self) -> list[Asked]:
        """What is shown as failed: unanswered after three seconds of the server's clock."""
        late = self.world.now() - ANSWER_WITHIN_S
        return [one for one in self.asked if one.answer is None and one.at < late]

    async def answered(self, asked: Asked) -> Asked:
        await self.world.until(lambda: asked.answer, "an answer to an interaction")
        return asked
