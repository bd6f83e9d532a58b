"""Where the long walk through memory takes place: people write and wait, time passes, and what they
have done to what is remembered is noted, so that it can be looked for.
"""

import itertools
import random
import re
from collections.abc import Iterable
from dataclasses import replace

from bench.memory_minds import ENDED, NOTHING, Account, Kept, Mind, Said, read_kept
from bench.memory_stage import Stage, make_canary
from bot.events import AgeSign, CommunityId, EventId, Message, PersonId, Rating, Role, Room, RoomId
from bot.files import Attached, Unread
from tests.fakes import Clock, PaperPlatform, noticed

PEOPLE = (("discord", "ada"), ("matrix", "ada"), ("discord", "ben"))
MODERATOR = "mo"
DOOR = ("hello", "next", "next", "yes", "done")
_OPEN = re.compile(r"with this persona now is (\w+)")
_HOUR_S = 3600.0


class Seen(AssertionError):
    """Something was where it must not be: the operation after which, and where; never a word."""


class World:
    def __init__(self, seed: int) -> None:
        self.chance, self.clock = random.Random(seed), Clock()
        self._numbers = itertools.count(1)
        self._stage: Stage | None = None
        self.minds = [Mind([one], one) for one in map(_account, PEOPLE)]
        self.gone: dict[str, str] = {}
        """What was forgotten, and how."""
        self.done, self.doing = 0, ""
        self.fresh = ""
        """The words of the message that was written last."""
        self.may_lose = False
        """Whether what is done now may take away more than is known here."""

    def open(self, stage: Stage) -> None:
        """Once more, with the same people."""
        self._stage = stage
        for name, paper in stage.platforms.items():
            people = [name_ for platform, name_ in PEOPLE if platform == name]
            for person in (*people, MODERATOR):
                author = PersonId(f"{name}:{person}")
                paper.places[author] = (paper.tea, lake_of(paper))

    @property
    def stage(self) -> Stage:
        assert self._stage is not None, "it is open"
        return self._stage

    def paper_of(self, mind: Mind) -> PaperPlatform:
        return self.stage.platforms[mind.account.platform]

    # --- Written ------------------------------------------------------------------------------

    def canary(self) -> str:
        return make_canary(next(self._numbers))

    def message(self, mind: Mind, text: str) -> Message:
        """As it would come from them now, alone with the bot or where they are."""
        account = mind.account
        plain = self.paper_of(mind).message(text, account.name)
        room = Room(plain.room.id, is_direct=True, sponsor=account.sponsor)
        if mind.place:
            room = Room(mind.place, is_direct=False, sponsor=account.sponsor)
        # No event's number comes twice, also after a restart.
        id_ = EventId(f"w{next(self._numbers)}")
        return replace(plain, id=id_, room=room, at=self.clock())

    async def send(self, mind: Mind, message: Message) -> str:
        """What the bot itself says to it."""
        paper = self.paper_of(mind)
        before = len(paper.shown)
        self.fresh = message.text
        paper.tell(message)
        await paper.rest(message.room.id)
        return noticed([one for one in paper.shown[before:] if one.room == message.room.id])

    async def say(self, mind: Mind, text: str, file: str = "") -> str:
        message = self.message(mind, text)
        if file:
            message = replace(message, attached=(_attached(file.encode()),))
        return await self.send(mind, message)

    async def say_as_adult(self, mind: Mind, text: str) -> None:
        await self.send(mind, replace(self.message(mind, text), sign=AgeSign.NSFW))

    async def moderate(self, mind: Mind, text: str) -> None:
        """Somebody else says it, who may, in the community whose guest they are."""
        plain = self.paper_of(mind).message(text, MODERATOR, Role.MODERATOR)
        room = Room(plain.room.id, is_direct=True, sponsor=mind.account.sponsor)
        await self.send(mind, replace(plain, room=room, id=EventId(f"w{next(self._numbers)}")))

    async def come_in(self, mind: Mind) -> None:
        for answer in DOOR:
            await self.say(mind, answer)
        mind.is_in, mind.under = True, None
        # Who chooses nothing at the door has chosen anew.
        await self.settle(mind)
        if self.chance.random() < 0.8:
            await self.say(mind, "/memory on")
            if self.chance.random() < 0.5:
                await self.say(mind, "/memory intimate")
        await self.settle(mind)

    async def pass_hours(self, hours: float) -> None:
        """In steps, as a clock goes that the bot looks at now and then."""
        while hours > 0:
            self.clock.pass_hours(min(hours, 1.0))
            hours -= 1.0
            await self.stage.tick()

    # --- Noted --------------------------------------------------------------------------------

    async def open_to(self, mind: Mind) -> Rating:
        """Told by the bot: what is open is not memory's business."""
        if mind.under is None:
            found = _OPEN.search(await self.say(mind, "/where"))
            mind.under = Rating[found[1].upper()] if found else Rating.GENERAL
        return mind.under

    def note(self, mind: Mind, canary: str, what: str, message: Message | None = None) -> Said:
        rating = Rating.GENERAL if mind.under is None else mind.under
        kept = mind.remembers and (rating < Rating.MATURE or mind.is_intimate)
        here = mind.here if message else ENDED
        is_private = mind.place is None and not (mind.incognito and message)
        said = Said(
            canary=canary.lower(),
            what=what,
            scope=mind.scope,
            here=here,
            rating=rating,
            is_kept=kept and is_private,
            at=self.clock(),
            message=message,
        )
        mind.said[said.canary] = said
        return said

    def forget(self, mind: Mind, words: Iterable[str], how: str = "") -> None:
        for canary in list(words):
            if (one := mind.said.pop(canary, None)) is not None:
                told = f"{one.what}, forgotten by {how or self.doing} at {self.done}"
                self.gone |= dict.fromkeys((canary, *one.past), told)

    def never(self, canary: str) -> None:
        """It was said, and not taken."""
        self.gone[canary.lower()] = f"not taken by {self.doing} at {self.done}"

    async def kept(self, mind: Mind) -> Kept:
        """Of the vault, what an export gives."""
        async with self.stage.parlour.house.vault(mind.key) as vault:
            return read_kept(await vault.export()) if vault else NOTHING

    async def is_open(self, mind: Mind) -> bool:
        """Whether a session is, here, as whose guest they are now."""
        async with self.stage.parlour.house.vault(mind.key) as vault:
            session = await vault.session() if vault else None
        return session is not None and session.sponsor == mind.account.sponsor

    async def settle(self, mind: Mind) -> None:
        """What the vault says of session and consents; what ended with them is forgotten."""
        async with self.stage.parlour.house.vault(mind.key) as vault:
            if vault is None:
                return
            session = await vault.session()
            mind.remembers = await vault.consent("memory") is not None
            mind.is_intimate = await vault.consent("intimate memory") is not None
        for one in mind.said.values():
            if not mind.remembers or (one.rating >= Rating.MATURE and not mind.is_intimate):
                one.is_kept = False
        if not mind.remembers:
            # SAFETY A10: what was nowhere but in memory is nowhere now.
            only = [one.canary for one in mind.said.values() if one.what in {"a fact", "a story"}]
            self.forget(mind, only, "the end of memory")
        if mind.incognito and (session is None or session.id != mind.incognito):
            ended = [one.canary for one in mind.said.values() if one.here == mind.incognito]
            self.forget(mind, ended, "the end of incognito")
            mind.incognito = 0
        if session is not None:
            if (mind.session, mind.scope) != (session.id, (session.persona, session.sponsor)):
                mind.under = None
            mind.session = session.id
            mind.scope = (session.persona, str(session.sponsor))
            mind.incognito = session.id if session.is_incognito else 0


def lake_of(paper: PaperPlatform) -> CommunityId:
    return CommunityId(f"{paper.name}:lake")


def place_of(account: Account) -> RoomId:
    """Where others read along, in the community whose guest they are."""
    return RoomId(f"{account.sponsor}/talk")


def _account(one: tuple[str, str]) -> Account:
    platform, name = one
    return Account(platform, name, CommunityId(f"{platform}:tea"))


def _attached(content: bytes) -> Attached:
    async def read(most: int) -> bytes | Unread:
        return content if len(content) <= most else Unread.TOO_LARGE

    return Attached("talk.jsonl", len(content), "text/plain", read)
