"""What people do on the second peer: simcord's people, with the verbs of ours (`tests.discord.people`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simcord import GuildHandle, InteractionResult, MemberActor, UserHandle

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
        return Place(self._peer.backend, self.user.dm_channel)

    def _where(self, place: Place) -> UserHandle | MemberActor:
        """simcord has one kind of person in direct messages, and another in a guild."""
        if place.id == self.dm.id:
            return self.user
        assert self.member is not None, "somebody of this guild"
        return self.member

    def sees(self, place: Place) -> list[Shown]:
        return place.shown_to(self.id)

    async def writes(self, place: Place, content: str) -> Shown:
        if place.id == self.dm.id:
            said = await self.user.send_dm(content)
        else:
            assert self.member is not None, "somebody of this guild"
            said = await self.member.send(place.handle, content)
        return next(one for one in place.shown if one.id == str(said.id))

    async def edits(self, place: Place, shown: Shown, content: str) -> None:
        await self._where(place).edit(shown.message, content)

    async def deletes(self, place: Place, shown: Shown) -> None:
        await self._where(place).delete(shown.message)

    async def reacts(self, place: Place, shown: Shown, emoji: str) -> None:
        await self._where(place).set_reaction(shown.message, emoji, reacted=True)

    async def presses(self, place: Place, shown: Shown, label: str) -> InteractionResult:
        asked: InteractionResult = await self._where(place).click(shown.message, label=label)
        return asked

    async def runs(self, name: str, place: Place, /, **given: Any) -> InteractionResult:
        if place.id == self.dm.id:
            return await self.user.slash(name, **given)
        assert self.member is not None, "somebody of this guild"
        return await self.member.slash(place.handle, name, **given)

    async def fills(self, asked: InteractionResult, /, **given: Any) -> InteractionResult:
        """Sends a modal; its parts are named by custom id."""
        await self._peer.until(lambda: asked.modal, "a modal")
        who = self.member or self.user
        filled: InteractionResult = await who.submit_modal(asked, given)
        return filled
