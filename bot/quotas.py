"""How much each person and community has used today: counted in memory, and kept by the day.

A crash forgets what was counted since it was written down last, which is little. Words are no part
of it. Of tokens those count that the model wrote for a person, as its engine says; where it does
not say, they are reckoned from what was shown.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.events import CommunityId, PersonId
from bot.policy.quotas import MINUTE_S, Used
from bot.store import usage
from bot.store.house import House

PEOPLE = 10_000
WRITE_AFTER = 10
"""So many messages of one person are counted before they are written down."""
TALKING_S = 600.0
"""Who has written so lately is in a talk."""
CHARS_PER_TOKEN = 4
_MOST_A_MINUTE = 1_000

Key = tuple[PersonId, CommunityId]


@dataclass(slots=True)
class _Count:
    day: str
    before: usage.Used
    """What lay in the house when this day's count began."""
    now: usage.Used = field(default_factory=usage.Used)
    unwritten: usage.Used = field(default_factory=usage.Used)
    times: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST_A_MINUTE))


class Bill:
    """What one reply takes, counted once: as the engine tells it, which may be after its end."""

    def __init__(self, spend: Callable[[int], None]) -> None:
        self._spend = spend
        self._is_told = False
        self._reckoned = 0

    def tell(self, tokens: int) -> None:
        """What the model has written; again for each try."""
        self._is_told = True
        self._spend(tokens - self._reckoned)
        self._reckoned = 0

    def reckon(self, shown: str) -> None:
        """At the end, until the engine tells."""
        if not self._is_told:
            self._reckoned = -(-len(shown) // CHARS_PER_TOKEN)
            self._spend(self._reckoned)


class Quotas:
    def __init__(self, house: House) -> None:
        self._house = house
        self._people: OrderedDict[Key, _Count] = OrderedDict()
        self._communities: dict[CommunityId, _Count] = {}
        self._talking: dict[CommunityId, OrderedDict[PersonId, float]] = {}

    async def by(self, person: PersonId, community: CommunityId, now: float) -> Used:
        count = await self._count(person, community, now)
        return _used(count, now)

    async def by_all(self, community: CommunityId, now: float, *, but: PersonId) -> Used:
        count = await self._count_all(community, now)
        talking = self._talking.get(community, OrderedDict())
        # Whose time lies far ahead wrote by a clock that was set back since.
        while talking and abs(now - next(iter(talking.values()))) >= TALKING_S:
            talking.popitem(last=False)
        used = _used(count, now)
        return Used(used.times, used.messages, used.tokens, len(talking.keys() - {but}))

    async def note(self, person: PersonId, community: CommunityId, now: float) -> None:
        """One message."""
        count, more = await self._count(person, community, now), usage.Used(1)
        for one in (count, await self._count_all(community, now)):
            one.now = _sum(one.now, more)
            one.times.append(now)
        talking = self._talking.setdefault(community, OrderedDict())
        talking[person] = now
        talking.move_to_end(person)
        count.unwritten = _sum(count.unwritten, more)
        if count.unwritten.messages >= WRITE_AFTER:
            await self._write(person, community, count)

    def spend(self, person: PersonId, community: CommunityId, tokens: int) -> None:
        """For a reply, on the day of its message; nothing where the community has no quotas, and
        so no count."""
        more = usage.Used(0, tokens)
        if count := self._people.get((person, community)):
            count.now, count.unwritten = _sum(count.now, more), _sum(count.unwritten, more)
            if by_all := self._communities.get(community):
                by_all.now = _sum(by_all.now, more)

    async def _count(self, person: PersonId, community: CommunityId, now: float) -> _Count:
        key, day = (person, community), _day(now)
        known = self._people.get(key)
        if known is None or known.day != day:
            if known is not None:
                await self._write(person, community, known)
            began = await self._house.moderation.usage.of(day, community, person)
            # Somebody in two rooms at once: the first count that was begun is the one.
            met = self._people.get(key)
            known = met if met is not None and met.day == day else _Count(day, began)
            self._people[key] = known
        self._people.move_to_end(key)
        while len(self._people) > PEOPLE:
            (other, where), gone = self._people.popitem(last=False)
            await self._write(other, where, gone)
        return known

    async def _count_all(self, community: CommunityId, now: float) -> _Count:
        known, day = self._communities.get(community), _day(now)
        if known is None or known.day != day:
            began = await self._house.moderation.usage.of_community(day, community)
            met = self._communities.get(community)
            known = met if met is not None and met.day == day else _Count(day, began)
            self._communities[community] = known
        return known

    async def _write(self, person: PersonId, community: CommunityId, count: _Count) -> None:
        more, count.unwritten = count.unwritten, usage.Used()
        if more.messages or more.tokens:
            await self._house.moderation.usage.add(count.day, community, person, more)


def _used(count: _Count, now: float) -> Used:
    total = _sum(count.before, count.now)
    recent = tuple(at for at in count.times if abs(now - at) < MINUTE_S)
    return Used(recent, total.messages, total.tokens)


def _sum(one: usage.Used, other: usage.Used) -> usage.Used:
    return usage.Used(one.messages + other.messages, one.tokens + other.tokens)


def _day(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).date().isoformat()
