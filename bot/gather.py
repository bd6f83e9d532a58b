"""All reading for policy, in one place: what is known about a message -> Facts.

What cannot be read stays None, and policy reads None as the stricter case.
"""

from datetime import datetime

from bot.commands.wishes import read_own, read_talk, read_zone
from bot.events import Rating
from bot.personas import Persona
from bot.policy.door import DOOR_VERSION
from bot.policy.facts import Facts
from bot.policy.rest import talk_on
from bot.scene import Habits, Scene
from bot.store.house import House
from bot.store.rows import DOOR, INSTANCE, Turn, Wishes
from bot.store.vault import Vault

RECENT_TURNS = 6


async def gather_facts(
    scene: Scene, house: House, habits: Habits, now: float, *, guard_ready: bool = False
) -> Facts:
    message, author, vault = scene.message, scene.message.author, scene.vault
    age = await house.age_record(author.id, INSTANCE, now)
    wishes = await vault.wishes() if vault else Wishes({}, {}, ())
    zone = read_zone(wishes, habits.utc_offset_s)
    turns = await _turns(scene)
    offset = datetime.fromtimestamp(now, zone).utcoffset()
    assert offset is not None, "a zone has an offset"
    return Facts(
        # What is said, also behind a command's sign: `/red` is a safe word, too.
        text=message.text.lstrip().removeprefix(scene.stage.platform.prefix),
        now=now,
        is_direct=message.room.is_direct,
        addresses_bot=message.addresses_bot,
        author_is_bot=author.is_bot,
        author_role=author.role,
        consented=await _consented(vault),
        age_level=age.level if age else None,
        least_age_level=scene.community.least_age_level,
        locked=await house.locked(author.id),
        sponsor_ceiling=scene.community.ceiling,
        persona_rating=scene.persona.rating,
        person_ceiling=Rating.ROMANCE,
        guard_ready=guard_ready,
        romance_closed=bool(wishes.marks.get(_closed(scene.persona))),
        own=read_own(wishes, talk_on(read_talk(wishes), now, zone), _read_by_engine(scene, turns)),
        disclosed_at=wishes.marks.get("disclosed at"),
        disclose_every_s=habits.disclose_every_s,
        utc_offset_s=offset.total_seconds(),
        region=habits.region,
        persona_name=scene.persona.name,
        recent=tuple(turn.text for turn in turns[-RECENT_TURNS:]),
    )


def is_in(facts: Facts) -> bool:
    return bool(facts.consented) and facts.age_level is not None and facts.locked is False


async def is_closed(vault: Vault | None, persona: Persona) -> bool:
    return bool(await vault.mark(_closed(persona))) if vault else False


async def close_romance(vault: Vault, persona: Persona) -> None:
    """SAFETY L3: for good, for this person with this persona; a new session changes nothing."""
    await vault.set_mark(_closed(persona), 1.0)


async def _consented(vault: Vault | None) -> bool:
    consent = await vault.consent(DOOR) if vault else None
    return consent is not None and consent.version == DOOR_VERSION


async def _turns(scene: Scene) -> tuple[Turn, ...]:
    if not scene.vault or not scene.session:
        return ()
    return await scene.vault.window(scene.session.id)


def _read_by_engine(scene: Scene, turns: tuple[Turn, ...]) -> tuple[str, ...]:
    """Where a person's limits may have been told: the session's head, and the notes of its turns."""
    return (scene.session.head if scene.session else "", *(turn.note for turn in turns))


def _closed(persona: Persona) -> str:
    return f"romance closed: {persona.id}"
