"""Whether a rule holds here: in this room, with this persona, at this rating, for this person.

INVARIANT I3: it holds unless it is known that it does not.
"""

from bot.events import Rating, Role
from bot.policy.community.rule import MODERATOR, Member, Rooms, Rule, Side
from bot.policy.facts import Facts

POWER = "power "


def holds(rule: Rule, facts: Facts, side: Side) -> bool:
    where = rule.where
    if where.side is not Side.BOTH and where.side is not side:
        return False
    if where.rooms is Rooms.DIRECT and facts.is_direct is False:
        return False
    if where.rooms is Rooms.SHARED and facts.is_direct is True:
        return False
    persona = facts.persona_id
    if where.personas and persona is not None and persona not in where.personas:
        return False
    rating = wished_rating(facts) if where.ratings else None
    if rating is not None and rating not in where.ratings:
        return False
    # What the engine writes is everybody's to read, whoever asked.
    return side is Side.OUTPUT or not is_spared(rule, facts)


def wished_rating(facts: Facts) -> Rating | None:
    """How far persona, community and person let it go, before anything else lowers it: a rule for
    one rating must not lapse because a guard fell silent."""
    known = (facts.persona_rating, facts.sponsor_ceiling, facts.person_ceiling)
    ratings = [rating for rating in known if rating is not None]
    return min(ratings) if len(ratings) == len(known) else None


def is_spared(rule: Rule, facts: Facts) -> bool:
    return any(has_role(name, facts) for name in rule.spares)


def has_role(name: str, facts: Facts) -> bool:
    member = facts.member or Member()
    if name == MODERATOR:
        return facts.author_role >= Role.MODERATOR
    if name.startswith(POWER) and name.removeprefix(POWER).lstrip("-").isdecimal():
        level = int(name.removeprefix(POWER))
        return member.power_level is not None and member.power_level >= level
    return member.roles is not None and name in member.roles
