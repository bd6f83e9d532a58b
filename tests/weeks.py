"""A week of a community, as its people write it, on any platform: presets, edits, hits, steps,
appeals, going back, the picture. What comes of it is told in words that know no platform.

On paper it is known when the bot rests, so what is said there is what the others are waited for by.
"""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bot.events import CommunityId, PersonId, Role, Say
from bot.platforms.discord.names import community_id as discord_community
from bot.platforms.matrix.names import community_id, person_id
from bot.store.case_lists import Wanted
from bot.store.house import House
from tests import discord_help, evenings
from tests.conftest import Parlour
from tests.discord.people import Person as OnDiscordPerson
from tests.discord.state import Channel
from tests.evenings import Said, Side, T, plain
from tests.fakes import Clock, in_shared_room
from tests.matrix import serving as matrix
from tests.matrix.person import Person

HOUR = 3_600.0
DAY = 24 * HOUR
MODERATORS = ("mo", "nell")
PEOPLE = ("ada", "ben")

Step = tuple[str, str] | float
"""Who writes what, or how long nobody writes."""


def _by(who: str, *texts: str) -> list[Step]:
    return [(who, text) for text in texts]


STEPS = "[{hits=2, does='pause', pause_minutes=30}, {hits=3, does='revoke'}]"
DOOR = ("hello", "next", "next", "yes", "done")
WEEK: tuple[Step, ...] = (
    *_by("ada", *DOOR),
    *_by("ben", *DOOR),
    # Monday: rules, and the first hit.
    *_by("mo", "{p}rules", "{p}rules presets", "{p}rules presets ordinary confirm"),
    *_by("mo", "{p}rules add words warn spoiler*, the ending", "{p}rules add patterns refuse .*"),
    *_by("mo", f"{{p}}rules edit words-1 steps {STEPS}", "{p}rules test a sp0iler?"),
    *_by("ada", "a spoiler: the quince did it", "{p}why"),
    DAY,
    # Tuesday: a pause, an appeal, and it is lifted with what it did.
    *_by("ada", "the ending is a wedding", "good evening", "{p}why"),
    *_by("ada", "{p}appeal 2 it was another book", "{p}appeal 2 please"),
    *_by("mo", "{p}cases appealed", "{p}case 2", "{p}note 2 looks like a quotation"),
    *_by("mo", "{p}lift 2 so it was"),
    *_by("ada", "good evening", "{p}cases"),
    DAY,
    # Wednesday: two at once, and a change holds from the next message on.
    *_by("nell", "{p}rules show"),
    *_by("mo", "{p}rules edit words-1 words finale*"),
    *_by("nell", "{p}rules remove words-1", "{p}rules show words-1"),
    *_by("ada", "a spoiler"),
    DAY,
    # Thursday: a dry run.
    *_by("mo", "{p}rules dry-run on words-1"),
    *_by("ada", "the finale"),
    *_by("mo", "{p}rules dry-run off words-1"),
    DAY,
    # Friday: each time firmer, until the door is closed; an appeal is upheld.
    *_by("ben", "the finale"),
    HOUR,
    *_by("ben", "that finale"),
    HOUR,
    *_by("ben", "which finale?"),
    *_by("ben", "good evening", "I want to die", "{p}appeal 5"),
    *_by("mo", "{p}uphold 5 three times is enough"),
    *_by("ben", "{p}why", "good evening"),
    DAY,
    # Saturday: back to what was.
    *_by("mo", "{p}rules history", "{p}rules rollback 3"),
    *_by("ada", "a spoiler"),
    HOUR,
    *_by("ada", "good evening"),
    *_by("nell", "{p}cases", "{p}cases lifted"),
    DAY,
    # Sunday: what it came to.
    *_by("mo", "{p}rules stats", "{p}rules diff 3 4"),
)


class Played(Side, Protocol):
    """One person's side of the week; those of a platform share house and clock."""

    clock: Clock
    who: str

    @property
    def place(self) -> object:
        """Where they read; of who reads in one place there is one."""

    def pictures(self) -> int:
        """How many they were shown."""


@dataclass
class Left:
    """What the week has left behind, without ids."""

    cases: list[Any] = field(default_factory=list)
    counts: list[Any] = field(default_factory=list)
    versions: list[Any] = field(default_factory=list)
    faults: tuple[Any, ...] = ()


Told = list[dict[str, list[Said]]]
"""For each line what everybody was told."""


async def play(
    sides: Mapping[str, Played], as_on: Told | None = None, *, only: bool = False
) -> Told:
    """`as_on` is how long to wait; without it everybody rests when a line is written. `only`: who
    writes is the one who is told anything, as at a terminal."""
    told: Told = []
    lines = iter(as_on or ())
    for step in WEEK:
        if isinstance(step, float):
            next(iter(sides.values())).clock.now += step
            continue
        who, line = step
        before = {name: len(side.said()) for name, side in sides.items()}
        await sides[who].write(line.replace("{p}", sides[who].prefix))
        expected = next(lines, None)
        if expected is not None:
            # Who sits in the same room reads the same there.
            for name in [who] if only else sides:
                is_there = sides[name].place == sides[who].place
                wanted = expected[who if is_there else name]
                await _until(sides[name], before[name], wanted, step)
        told.append({name: _plain(side, before[name]) for name, side in sides.items()})
    return told


async def _until(side: Played, before: int, expected: list[Said], step: Step) -> None:
    try:
        await side.until(lambda: _plain(side, before) == expected)
    except (AssertionError, TimeoutError):
        said = _plain(side, before)
        raise AssertionError(f"{step}: {side.who} was told {said} and not {expected}") from None


def _plain(side: Played, after: int) -> list[Said]:
    # A terminal cannot show a picture, and says what it is.
    shown = [one for one in side.said()[after:] if not re.fullmatch(r"\[\S+: \d+ bytes\]", one[1])]
    return [
        (voice, re.sub(r"somebody \(\w+\)", "somebody", text)) for voice, text in plain(shown, side)
    ]


async def left_behind(side: Played) -> Left:
    moderation, community = side.house.moderation, side.community
    named = {PersonId(own): called for own, called in side.names.items()}
    page = await moderation.cases.page(Wanted(community, most=100), side.clock.now)
    versions = await moderation.rules.history(community, most=100)
    return Left(
        [
            (
                c.number,
                c.rule,
                c.version,
                c.action,
                c.state,
                c.at,
                c.until,
                named.get(c.person or PersonId("")),
            )
            for c in page
        ],
        [
            (c.day, c.rule, c.is_dry, c.count)
            for c in await moderation.rules.counts(community, "2027-01-01")
        ],
        [(v.version, v.text, v.note, v.at, named.get(v.by or PersonId(""))) for v in versions],
        await moderation.cases.faults(),
    )


async def lose_a_case(house: House, community: CommunityId) -> tuple[CommunityId, int]:
    """As somebody does it who has the file and its key; what is found of it."""
    gone = "DELETE FROM case_log WHERE number = 3 AND community = ?"
    await house._db.write(lambda db: db.execute(gone, (community,)).rowcount)
    (fault,) = await house.moderation.cases.faults()
    return fault


class OnPaper:
    prefix = "/"

    def __init__(self, parlour: Parlour, who: str) -> None:
        self.house, self.clock = parlour.house, parlour.clock
        self.who = self.place = who
        self._paper = parlour.paper
        self._role = Role.MODERATOR if who in MODERATORS else Role.MEMBER
        self.person = PersonId(f"paper:{who}")
        self.community = parlour.paper.tea
        self._paper.called[self.community] = "Harbour"
        self.names: Mapping[str, str] = {
            **{f"paper:{one}": one.upper() for one in (*PEOPLE, *MODERATORS)},
            **{one.title(): one.upper() for one in PEOPLE},
        }

    async def write(self, text: str) -> None:
        message = self._paper.message(text, self.who, self._role)
        if self._role is Role.MODERATOR:
            message = in_shared_room(message)
        self._paper.tell(message)
        await self._paper.rest(message.room.id)

    def said(self) -> list[Said]:
        shown = [one for one in self._paper.shown if one.room == f"paper:{self.who}"]
        return [(one.voice == "persona", one.text) for one in shown]

    def pictures(self) -> int:
        said = [one for one in self._paper.actions if isinstance(one, Say)]
        return sum(one.file is not None and one.file.name.endswith(".png") for one in said)

    async def until(self, done: Any) -> None:
        assert done()


# --- At terminals -----------------------------------------------------------------------------


class AtTerminal(evenings.AtTerminal):
    who: str
    place: object

    def pictures(self) -> int:
        return sum("rules.png" in text for _, text in self.said())


@asynccontextmanager
async def at_terminals(folder: Path) -> AsyncIterator[dict[str, AtTerminal]]:
    names = {f"console:{one.title()}": one.upper() for one in (*PEOPLE, *MODERATORS)}
    names |= {one.title(): one.upper() for one in PEOPLE}
    roles = {one.title(): Role.MEMBER for one in PEOPLE}
    roles |= {one.title(): Role.MODERATOR for one in MODERATORS}
    async with evenings.at_terminals(folder, roles, AtTerminal) as sides:
        for side in sides.values():
            side.names = names
            side.who = side.place = side.person.removeprefix("console:").lower()
        yield {side.who: side for side in sides.values()}


# --- On Discord -------------------------------------------------------------------------------


class OnDiscord:
    """Moderators write in one channel, people alone with the bot."""

    prefix = "/"

    def __init__(
        self,
        bot: discord_help.Served,
        who: str,
        person: OnDiscordPerson,
        place: Channel,
        ids: Mapping[str, str],
    ) -> None:
        self.house, self.clock, self.who = bot.house, bot.clock, who
        self._server = bot.server
        self._person, self.place = person, place
        self.person = PersonId(f"discord:{person.id}")
        self.community: CommunityId = discord_community(discord_help.home(bot.server).id)
        self.names: Mapping[str, str] = {**ids, **{one.title(): one.upper() for one in PEOPLE}}

    async def write(self, text: str) -> None:
        called = "" if self.place is self._person.dm else f"<@{self._server.application}> "
        await self._person.writes(self.place, called + text)

    def said(self) -> list[Said]:
        shown = discord_help.said_in(self.place, self._server)
        return [(bool(one.flags & 4), one.content) for one in shown]

    def pictures(self) -> int:
        shown = discord_help.said_in(self.place, self._server)
        files = [file for one in shown for file in one.data.get("attachments", ())]
        return sum(file["filename"].endswith(".png") for file in files)

    async def until(self, done: T) -> None:
        await self._server.until(done, "the same as elsewhere")


# --- On Matrix --------------------------------------------------------------------------------


class OnMatrix:
    """Moderators write in the community's room, people alone with the bot."""

    prefix = "!"

    def __init__(
        self, bot: matrix.Served, who: str, person: Person, place: str, names: Mapping[str, str]
    ) -> None:
        self.house, self.clock, self.who = bot.house, bot.clock, who
        self._bot, self._person, self.place = bot, person, place
        self.person = person_id(person.id)
        self.community: CommunityId = community_id(bot.home)
        self.names = names

    async def write(self, text: str) -> None:
        users = [self._bot.id] if self.place == self._bot.home else []
        await self._person.write(self.place, text, **{"m.mentions": {"user_ids": users}})

    def said(self) -> list[Said]:
        return [
            (one.kind == "m.text", one.body) for one in self._bot.said(self._person, self.place)
        ]

    def pictures(self) -> int:
        shown = self._bot.said(self._person, self.place)
        return sum(str(one.content.get("filename", "")).endswith(".png") for one in shown)

    async def until(self, done: T) -> None:
        await self._person.until(done, "the same as elsewhere")
