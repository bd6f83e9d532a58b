"""All reading for policy, in one place: what is known about a message -> Facts.

What cannot be read stays None, and policy reads None as the stricter case.
"""

from bot.events import Rating
from bot.personas import Persona
from bot.policy.door import DOOR_VERSION
from bot.policy.facts import Facts
from bot.scene import Habits, Scene
from bot.store.house import House
from bot.store.rows import DOOR, INSTANCE
from bot.store.vault import Vault

RECENT_TURNS = 6


async def gather_facts(scene: Scene, house: House, habits: Habits, now: float) -> Facts:
    message, author, vault = scene.message, scene.message.author, scene.vault
    age = await house.age_record(author.id, INSTANCE, now)
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
        romance_closed=await is_closed(vault, scene.persona),
        disclosed_at=await vault.mark("disclosed at") if vault else None,
        disclose_every_s=habits.disclose_every_s,
        utc_offset_s=habits.utc_offset_s,
        region=habits.region,
        persona_name=scene.persona.name,
        recent=await _recent_texts(scene),
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


async def _recent_texts(scene: Scene) -> tuple[str, ...]:
    if not scene.vault or not scene.session:
        return ()
    turns = await scene.vault.window(scene.session.id)
    return tuple(turn.text for turn in turns[-RECENT_TURNS:])


def _closed(persona: Persona) -> str:
    return f"romance closed: {persona.id}"
