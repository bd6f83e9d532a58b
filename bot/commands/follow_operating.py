"""The operator's commands followed: blocks, and how each community stands in numbers."""

from typing import assert_never

from bot.commands.ages import whole
from bot.commands.desk import Answer, Desk
from bot.commands.operating import Block, OperatingCommand, Overview, Unblock
from bot.policy.ceiling import Fall
from bot.store.case_rows import CaseState
from bot.text import Text, lines

BLOCKED = Text("{person} is blocked in every community of this machine.")
UNBLOCKED = Text("{person} is blocked no more.")
NOT_BLOCKED = Text("{person} was not blocked.")
NOTHING = Text("No community has rules or cases yet.")
STANDING = Text(
    "{community}: rules in version {version}; cases {total}, of these in force or over {open}, "
    "appealed {appealed}, upheld {upheld}, lifted {lifted}; the chain ends with {last}"
)


async def follow_operating(command: OperatingCommand, desk: Desk) -> Answer:
    strikes = desk.house.moderation.strikes
    match command:
        case Block(typed):
            person = whole(typed, desk)
            await strikes.block(person, desk.now)
            # SAFETY A11: with the next event, and what is being written at once.
            fall = Fall(desk.house.links.person_of(person))
            return Answer(BLOCKED.format(person=person), fall)
        case Unblock(typed):
            person = whole(typed, desk)
            was = await strikes.unblock(person)
            return Answer((UNBLOCKED if was else NOT_BLOCKED).format(person=person))
        case Overview():
            return await _overview(desk)
        case _:
            assert_never(command)


async def _overview(desk: Desk) -> Answer:
    cases = desk.house.moderation.cases
    standings = [await cases.standings(one) for one in await cases.communities()]
    if not standings:
        return Answer(NOTHING)
    told = [
        STANDING.format(
            community=desk.name_of(one.community),
            version=one.version,
            total=sum(one.cases.values()),
            open=one.cases.get(CaseState.OPEN, 0),
            appealed=one.cases.get(CaseState.APPEALED, 0),
            upheld=one.cases.get(CaseState.UPHELD, 0),
            lifted=one.cases.get(CaseState.LIFTED, 0),
            last=one.last or "-",
        )
        for one in standings
    ]
    return Answer(lines(*told))
