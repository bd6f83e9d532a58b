"""What people do on the second peer: simcord's people, with the verbs of ours (`tests.discord.people`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simcord import GuildHandle, InteractionResult, MemberActor, UserHandle

from tests.discord.refusals import Body
from tests.second.places import Place, Shown

if TYPE_CHECKING:
    from tests.second.server import SecondPeer


class Guild:
    def __init__(self, handle: GuildHandle) -> None:
        self.handle = handle
        self.id = str(handle.id)


class Somebody:
    def __init__(self, peer: SecondPeer, user: UserHandle) -> None:
        self._peer = peer
        self.user = user
        self.member: MemberActor | None = None
        self.id = str(user.id)

    @property
    def dm(self) -> Place:
        return Place(self._peer.env, self.user.dm_channel)

    def _where(self, place: Place) -> UserHandle | MemberActor:
        """simcord has one kind of person in direct messages, and another in a guild."""
        if place.id == self.dm.id:
            return self.user
        return self._member()

    def sees(self, place: Place) -> list[Shown]:
        return place.shown_to(self.id)

    async def writes(self, place: Place, content: str) -> Shown:
        if place.id == self.dm.id:
            said = await self.user.send_dm(content)
        else:
            said = await self._member().send(place.handle, content)
        return next(one for one in place.shown if one.id == str(said.id))

    async def edits(self, place: Place, shown: Shown, content: str) -> None:
        await self._where(place).edit(shown.handle, content)

    async def deletes(self, place: Place, shown: Shown) -> None:
        await self._where(place).delete(shown.handle)

    async def reacts(self, place: Place, shown: Shown, emoji: str) -> None:
        await self._where(place).set_reaction(shown.handle, emoji, reacted=True)

    def part(self, shown: Shown, wanted: str) -> Body:
        """The button or select with this label or placeholder."""
        return next(
            part for part in shown.parts() if wanted in {part.get("label"), part.get("placeholder")}
        )

    async def presses(self, place: Place, shown: Shown, label: str) -> InteractionResult:
        custom_id = self.part(shown, label)["custom_id"]
        who = self._where(place)
        asked: InteractionResult = await who.click(shown.handle, custom_id=custom_id)
        return asked

    async def selects(
        self, place: Place, shown: Shown, placeholder: str, *values: object
    ) -> InteractionResult:
        """Values as simcord takes them: words, or what stands for a place or a role."""
        custom_id = self.part(shown, placeholder)["custom_id"]
        who = self._where(place)
        asked: InteractionResult = await who.select(shown.handle, values, custom_id=custom_id)
        return asked

    async def runs(self, name: str, place: Place, /, **given: Any) -> InteractionResult:
        if place.id == self.dm.id:
            asked: InteractionResult = await self.user.slash(name, **given)
            return asked
        return await self._member().slash(place.handle, name, **given)

    def _member(self) -> MemberActor:
        assert self.member is not None, "somebody of this guild"
        return self.member
