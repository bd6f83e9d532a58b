"""All reading for policy, in one place: what is known about a message -> Facts.

What cannot be read stays None, and policy reads None as the stricter case.
"""

from dataclasses import replace
from datetime import datetime

from bot.commands.wishes import read_ceiling, read_own, read_talk, read_zone
from bot.events import PersonId, platform_of
from bot.personas import Persona
from bot.policy.community.rule import Member
from bot.policy.door import DOOR_VERSION
from bot.policy.facts import Facts
from bot.policy.rest import talk_on
from bot.rulings import Rulings, member_of
from bot.scene import Habits, Scene
from bot.store.house import House
from bot.store.rows import DOOR, Community, Turn, Wishes

RECENT_TURNS = 6


async def gather_facts(
    scene: Scene,
    house: House,
    habits: Habits,
    now: float,
    *,
    rulings: Rulings,
    guard_ready: bool = False,
) -> Facts:
    message, author = scene.message, scene.message.author
    wishes = scene.wishes
    standing = await read_standing(
        author.id, wishes, scene.community, house=house, habits=habits, now=now
    )
    zone = read_zone(wishes, habits.utc_offset_s)
    turns = scene.look.turns if scene.look and scene.session else ()
    offset = datetime.fromtimestamp(now, zone).utcoffset()
    assert offset is not None, "a zone has an offset"
    # Its quotas are known with its rules.
    rules = await rulings.rules_of(scene.community.id)
    is_in = standing.consented is True
    not_now = await rulings.not_now(scene, habits, now, is_in=is_in)
    return replace(
        standing,
        # What is said, also behind a command's sign: `/red` is a safe word, too.
        text=message.text.lstrip().removeprefix(scene.stage.platform.prefix),
        is_direct=message.room.is_direct,
        addresses_bot=message.addresses_bot,
        author_is_bot=author.is_bot,
        author_role=author.role,
        platform=platform_of(author.id),
        sign=message.sign,
        is_guest=scene.is_guest,
        sponsor_ceiling=min(scene.community.ceiling, message.room.most),
        persona_rating=scene.persona.rating,
        person_ceiling=read_ceiling(wishes, scene.community.id),
        guard_ready=guard_ready,
        operator_allows_mature=habits.allows_mature,
        is_listed=habits.is_listed,
        romance_closed=bool(wishes.marks.get(romance_closed(scene.persona))),
        own=read_own(wishes, talk_on(read_talk(wishes), now, zone), _read_by_engine(scene, turns)),
        disclosed_at=wishes.marks.get("disclosed at"),
        disclose_every_s=habits.disclose_every_s,
        utc_offset_s=offset.total_seconds(),
        region=habits.region,
        persona_name=scene.persona.name,
        persona_id=scene.persona.id,
        rules=rules,
        member=replace(
            standing.member or Member(),
            roles=author.roles,
            power_level=author.power_level,
            account_since=author.since,
            sent=rulings.sent_by(author.id, scene.community.id),
            session_s=now - scene.session.began if scene.session else 0.0,
        ),
        digest_key=rulings.key,
        not_now=not_now,
        recent=tuple(turn.text for turn in turns[-RECENT_TURNS:]),
    )


async def read_standing(
    person: PersonId,
    wishes: Wishes,
    community: Community,
    *,
    house: House,
    habits: Habits,
    now: float,
) -> Facts:
    """All that says whether somebody is in this community (`door_rules.is_in`), and no more."""
    age, locked, strikes = await house.standing(person, community.id, now)
    return Facts(
        text="",
        now=now,
        consented=has_agreed(wishes),
        age_level=age.level if age else None,
        least_age_level=habits.least_age(community),
        least_mature_level=max(habits.least_mature_level, community.least_mature_level),
        locked=locked,
        member=member_of(strikes),
    )


def has_agreed(wishes: Wishes) -> bool:
    """SAFETY A10: to the door's text that stands now; a new text asks again."""
    return wishes.consents.get(DOOR) == DOOR_VERSION


def romance_closed(persona: Persona) -> str:
    """The mark of SAFETY L3: for good, for this person with this persona; a new session changes
    nothing."""
    return f"romance closed: {persona.id}"


def _read_by_engine(scene: Scene, turns: tuple[Turn, ...]) -> tuple[str, ...]:
    """Where a person's limits may have been told: the session's head, and the notes of its turns."""
    return (scene.session.head if scene.session else "", *(turn.note for turn in turns))
