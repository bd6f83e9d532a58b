"""What a community's moderators are offered while they type: the names of its rules, and the numbers
of cases that wait or hold, each with its rule and its day. Nobody's words and nobody's name.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from bot.commands.duties import may_there, rules_of
from bot.commands.rule_lines import slug
from bot.events import Author, CommunityId
from bot.platforms.base import Named, Offered
from bot.policy.community.rule import Duty
from bot.store.case_lists import Wanted
from bot.store.case_rows import CaseState
from bot.store.house import House
from bot.store.rows import StoreError

MOST = 100
"""The newest: of more, the rest is typed."""
_DUTIES = {Offered.RULES: Duty.CHANGE_RULES, Offered.CASES: Duty.SEE_CASES}


async def offer(
    house: House, clock: Callable[[], float], what: Offered, community: CommunityId, author: Author
) -> tuple[Named, ...]:
    """A store that is gone or broken offers nothing: what is typed without help goes as well."""
    try:
        if not await may_there(_DUTIES[what], author, community, house):
            return ()
        if what is Offered.RULES:
            rules = (await rules_of(community, house)).rules
            return tuple((rule.name, slug(rule.name)) for rule in rules)
        return await _cases(house, community, clock())
    except StoreError:
        return ()


async def _cases(house: House, community: CommunityId, now: float) -> tuple[Named, ...]:
    """Those that somebody waits for first."""
    found = [
        case
        for state in (CaseState.APPEALED, CaseState.OPEN)
        for case in await house.moderation.cases.page(Wanted(community, None, state, MOST), now)
    ]
    return tuple((f"{one.number}: {one.rule}, {_day(one.at)}", str(one.number)) for one in found)


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
