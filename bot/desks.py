"""What a command is given to look at, of a message, its facts and what was decided."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from bot.commands.desk import Desk, Imports, Mature
from bot.events import Rating
from bot.guests import Guests
from bot.looking_up import look_up
from bot.naming import find_called, name_community, tell_apart
from bot.personas import Persona
from bot.policy import door_rules, mature
from bot.policy.care import resting
from bot.policy.community.standing import against_session
from bot.policy.community.written import Written
from bot.policy.facts import Decision, Facts, Own
from bot.scene import Habits, Scene
from bot.store.house import House
from bot.text import SILENCE, Text


def set_desk(
    scene: Scene,
    facts: Facts,
    decision: Decision,
    *,
    house: House,
    personas: Mapping[str, Persona],
    habits: Habits,
    guests: Guests,
    imports: Imports,
) -> Desk:
    account, platform = scene.message.author.id, scene.stage.platform
    return Desk(
        message=scene.message,
        prefix=scene.stage.platform.prefix,
        house=house,
        vault=scene.vault,
        session=scene.session,
        persona=scene.persona,
        personas=personas,
        community=scene.community,
        not_in=_not_in(facts),
        against=partial(_against, facts),
        locked=facts.locked is not False,
        ceiling=decision.ceiling,
        own_ceiling=facts.person_ceiling or Rating.GENERAL,
        least_age_level=facts.least_age_level,
        mature=Mature(
            is_offered=mature.is_offered(facts),
            to_open=mature.missing_to_open(facts),
            for_all=mature.missing_for_all(facts),
        ),
        romance_closed=facts.romance_closed is not False,
        own=facts.own or Own(),
        written=Written(facts),
        resting=resting(facts),
        words=partial(_words, scene),
        speak_in=scene.speak_in,
        remembers=look_up(scene, facts, decision),
        keep_days=habits.keep_days,
        home_offset_s=habits.utc_offset_s,
        now=facts.now,
        communities=partial(guests.communities, platform, account),
        name_of=partial(name_community, platform),
        labels=partial(tell_apart, platform),
        called=partial(find_called, platform),
        terms_of=lambda one: habits.terms(one, name_community(platform, one.id)),
        imports=imports,
    )


# --- Below ------------------------------------------------------------------------------------


def _words(scene: Scene, text: Text) -> str:
    return scene.speech.words(text, scene.message.author)


def _not_in(facts: Facts) -> Text:
    """Nobody is invited to begin who could not (SAFETY A11, M1)."""
    missing = door_rules.missing(facts)
    held = facts.member is not None and facts.member.is_revoked is not False
    return (against_session(facts) if missing and held else SILENCE) or missing


def _against(facts: Facts, persona: Persona) -> Text:
    return against_session(replace(facts, persona_id=persona.id, persona_rating=persona.rating))
