"""SAFETY A4, A11: how long what a platform said of somebody's communities is believed."""

import asyncio

import pytest

from bot.events import CommunityId, PersonId
from bot.guests import HOLDS_S, MOMENT_S, Guests
from tests.fakes import Clock, PaperPlatform

ADA = PersonId("paper:ada")
HARBOUR, MARKET = CommunityId("paper:harbour"), CommunityId("paper:market")


class Town(PaperPlatform):
    """Says where somebody is, when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.places[ADA] = (HARBOUR,)
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def communities(self, person: PersonId) -> tuple[CommunityId, ...] | None:
        found = await super().communities(person)
        await self.may_answer.wait()
        return found


@pytest.mark.parametrize(
    ("passed_s", "sponsor", "asks"),
    [
        (0.0, HARBOUR, 0),
        (HOLDS_S - 1, HARBOUR, 0),
        (HOLDS_S, HARBOUR, 1),
        (0.0, MARKET, 0),
        (MOMENT_S - 1, MARKET, 0),
        (MOMENT_S, MARKET, 1),
        (-1.0, HARBOUR, 1),
        (-1.0, MARKET, 1),
    ],
)
async def test_a_yes_is_believed_for_a_minute_and_a_no_for_a_moment(
    passed_s: float, sponsor: CommunityId, asks: int
) -> None:
    clock, town = Clock(), Town()
    guests = Guests(clock)
    await guests.is_guest(town, ADA, HARBOUR)
    clock.now += passed_s
    assert await guests.is_guest(town, ADA, sponsor) is (sponsor == HARBOUR)
    assert len(town.asked) == 1 + asks


def test_what_is_believed_is_never_older_than_the_rule_allows() -> None:
    assert HOLDS_S <= 60.0, "SAFETY A4"


async def test_where_somebody_is_is_looked_up_whenever_that_is_asked() -> None:
    town = Town()
    guests = Guests(Clock())
    assert await guests.communities(town, ADA) == (HARBOUR,)
    town.places[ADA] = (MARKET,)
    assert await guests.communities(town, ADA) == (MARKET,)
    assert await guests.is_guest(town, ADA, MARKET) is True
    assert town.asked == [ADA, ADA]


async def test_no_answer_is_no_and_is_asked_for_again() -> None:
    town = Town()
    town.places[ADA] = None
    guests = Guests(Clock())
    assert await guests.is_guest(town, ADA, HARBOUR) is None
    assert await guests.communities(town, ADA) is None
    assert town.asked == [ADA, ADA]


async def test_who_left_while_it_was_asked_is_asked_about_again() -> None:
    town = Town()
    guests = Guests(Clock())
    town.may_answer.clear()
    asking = asyncio.ensure_future(guests.is_guest(town, ADA, HARBOUR))
    while not town.asked:
        await asyncio.sleep(0)
    guests.left(ADA)
    town.places[ADA] = ()
    town.may_answer.set()
    await asking
    assert await guests.is_guest(town, ADA, HARBOUR) is False
