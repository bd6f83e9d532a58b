"""SAFETY A4: what a platform sees of an adult becomes an age record in its community, and goes
when the platform sees it no more. It keeps that there was a sign, and nothing of what it showed.
Of linked accounts the signs are one: what one of them loses is lost, until it is seen again.
"""

from bot.commands.ages import AGE_POLICY, RECORD_S, fall_after
from bot.events import (
    HOME,
    AgeGates,
    AgeLevel,
    AgeSeen,
    AgeSign,
    CommunityId,
    Message,
    PersonId,
    Rating,
    RoomId,
    platform_of,
)
from bot.policy.ceiling import Fall
from bot.scene import Habits
from bot.store.house import House
from bot.store.rows import AgeRecord


async def take_sign(
    seen: AgeSeen | AgeGates, house: House, habits: Habits, now: float
) -> Fall | None:
    """What falls with a sign that is gone."""
    if isinstance(seen, AgeGates):
        # SAFETY A6: of whom it was is known by a hash only, so everybody's reply ends that is above.
        gone = await house.revoke_ages_through(seen.community, AgeSign.NSFW, seen.rooms)
        is_less = gone or seen.has_lost
        return Fall(community=seen.community, to=Rating.ROMANCE) if is_less else None
    person, scope = seen.author.id, seen.room.sponsor or HOME
    if seen.is_held:
        await _keep_sign(person, scope, seen.sign, house, now)
        return None
    if not await house.revoke_age(person, scope, seen.sign):
        return None
    community = await house.communities.of(scope)
    return await fall_after(person, community, habits.least_age(community), house, now)


async def keep_sign_of(message: Message, community: CommunityId, house: House, now: float) -> None:
    """What came with this very message, if anything did. A role speaks in the community that gives
    it, and not in one that the person has chosen since."""
    if message.sign is not None:
        is_role, giver = message.sign is AgeSign.ROLE, message.room.sponsor or HOME
        scope = giver if is_role else community
        await _keep_sign(
            message.author.id, scope, message.sign, house, now, through=message.through
        )


async def _keep_sign(
    person: PersonId,
    scope: CommunityId,
    sign: AgeSign,
    house: House,
    now: float,
    *,
    through: RoomId | None = None,
) -> None:
    """Of somebody who is not in nothing is kept, and no sign speaks against a lock (SAFETY A2)."""
    async with house.vault(person) as vault:
        if vault is None or await house.locked(person):
            return
    record = AgeRecord(
        scope=scope,
        level=AgeLevel.PLATFORM,
        method=sign,
        attester=through or platform_of(person),
        at=now,
        expires=now + RECORD_S,
        policy_version=AGE_POLICY,
    )
    await house.attest(person, record)
