"""SAFETY A2, A3, A4: a named moderator speaks for somebody's age, takes that back, or opens a lock;
and what a community asks for. Who, when and why are written down; never a proof.

The operator does the same on the command line (`bot/operate/ages.py`), with these functions.
"""

from dataclasses import replace

from bot import sentences
from bot.commands.desk import Answer, Desk
from bot.events import AgeLevel, PersonId, Rating, platform_of
from bot.policy.ceiling import Fall
from bot.policy.dates import names_a_date
from bot.store.house import House
from bot.store.rows import AgeRecord, Attestation, Community

AGE_POLICY = "1"
"""Of the rules by which others speak for an age; each record carries it."""
RECORD_S = 365 * 86_400.0
MODERATOR = "moderator"


async def attest(typed: PersonId, reason: str, desk: Desk) -> Answer:
    person, moderator = whole(typed, desk), desk.message.author.id
    if desk.locked or _is_own(person, desk):
        return Answer(sentences.NOT_YOUR_OWN_AGE)
    if names_a_date(reason):
        return Answer(sentences.REASON_NAMES_A_DATE)
    record = write_record(
        AgeLevel.MODERATOR, desk.community.id, method=MODERATOR, by=moderator, now=desk.now
    )
    kept = await desk.house.attest_by_name(person, record, reason)
    return Answer((sentences.ATTESTED if kept else sentences.LOCKED_SO_NOT).format(person=person))


async def revoke(typed: PersonId, reason: str, desk: Desk) -> Answer:
    person = whole(typed, desk)
    if names_a_date(reason):
        return Answer(sentences.REASON_NAMES_A_DATE)
    scope = desk.community.id
    note = Attestation(scope, None, desk.message.author.id, reason, desk.now)
    if not await desk.house.revoke_age_by_name(person, (MODERATOR,), note):
        return Answer(sentences.NOT_ATTESTED.format(person=person))
    fall = await fall_after(person, desk.community, desk.least_age_level, desk.house, desk.now)
    return Answer(sentences.REVOKED.format(person=person), fall)


async def unlock(typed: PersonId, reason: str, desk: Desk) -> Answer:
    person, moderator = whole(typed, desk), desk.message.author.id
    if desk.locked or _is_own(person, desk):
        return Answer(sentences.NOT_YOUR_OWN)
    opened = await desk.house.unlock(person, moderator=moderator, reason=reason, now=desk.now)
    return Answer((sentences.UNLOCKED if opened else sentences.NOT_LOCKED).format(person=person))


async def ask_for(what: str, level: AgeLevel, desk: Desk) -> Answer:
    """The least level that the community asks for, to come in or for MATURE."""
    community = desk.community
    if what == "entry":
        changed, to = replace(community, least_age_level=level), None
    elif level is AgeLevel.SELF_ATTESTED:
        return Answer(sentences.MATURE_NEEDS_MORE)
    else:
        changed, to = replace(community, least_mature_level=level), Rating.ROMANCE
    await desk.house.communities.keep(changed, by=desk.message.author.id, now=desk.now)
    said = sentences.ENTRY_ASKS if what == "entry" else sentences.MATURE_ASKS
    return Answer(said.format(level=name_of(level)), Fall(community=community.id, to=to))


def write_record(level: AgeLevel, scope: str, *, method: str, by: str, now: float) -> AgeRecord:
    return AgeRecord(
        scope=scope,
        level=level,
        method=method,
        attester=by,
        at=now,
        expires=now + RECORD_S,
        policy_version=AGE_POLICY,
    )


async def fall_after(
    person: PersonId, community: Community, least: AgeLevel, house: House, now: float
) -> Fall:
    """What is left to somebody of whose age something was just taken back."""
    record = await house.age_record(person, community.id, now)
    is_enough = record is not None and record.level >= least
    return Fall(person, community.id, Rating.ROMANCE if is_enough else None)


def name_of(level: AgeLevel) -> str:
    """As it is typed: `self-attested`."""
    return level.name.lower().replace("_", "-")


def _is_own(person: PersonId, desk: Desk) -> bool:
    """Also on another account of the moderator's."""
    return person in desk.house.links.accounts_of(desk.message.author.id)


def whole(person: PersonId, desk: Desk) -> PersonId:
    """With the platform's name in front, which a moderator may leave out."""
    if ":" in person:
        return person
    return PersonId(f"{platform_of(desk.message.author.id)}:{person}")
