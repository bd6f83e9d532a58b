"""Whether a moderator may do this here. The platform says who is a moderator, at each message; what
the community's rules say of it can only narrow that.
"""

from bot.commands.desk import Desk
from bot.events import Author, CommunityId, Role
from bot.policy.community.problems import NotTaken
from bot.policy.community.reading import read_rules
from bot.policy.community.rule import Duty, RuleSet
from bot.store.house import House
from bot.text import Text

NOT_YOURS = Text(
    "In this community that is for others among its moderators: its rules say so under `may`."
)
_POWER = "power "


async def may(duty: Duty, desk: Desk) -> bool:
    """INVARIANT I3: roles that the platform does not tell are not held. The operator may always,
    so that no community can lock itself out."""
    return await may_there(duty, desk.message.author, desk.community.id, desk.house)


async def may_there(duty: Duty, author: Author, community: CommunityId, house: House) -> bool:
    if author.role >= Role.OPERATOR:
        return True
    if author.role < Role.MODERATOR:
        return False
    allowed = dict((await rules_of(community, house)).duties).get(duty, ())
    held = author.roles or frozenset()
    return not allowed or any(one in held or _has_power(one, author.power_level) for one in allowed)


async def rules_of(community: CommunityId, house: House) -> RuleSet:
    """Those that hold; of a version that no longer reads (of a newer program), nothing is known:
    what it narrows is narrowed by it no more, and what it forbids policy refuses (INVARIANT I3)."""
    newest = await house.moderation.rules.newest(community)
    try:
        return read_rules(newest.text) if newest else RuleSet()
    except NotTaken:
        return RuleSet()


def _has_power(name: str, level: int | None) -> bool:
    asked = name.removeprefix(_POWER)
    if level is None or not name.startswith(_POWER) or not asked.lstrip("-").isdecimal():
        return False
    return level >= int(asked)
