"""A command -> its store calls and its answer.

What needs the engine or the platform is handed back as a value for the conversation to carry out.
A person's own commands are followed in `follow_own`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from bot import sentences
from bot.commands import admitting, ages, talking
from bot.commands.branching import UNDONE_HERE, shown_now
from bot.commands.declared import Command, Help
from bot.commands.desk import Answer, Desk, Greet, LikeAMessage, Outcome, Rewrite, Show
from bot.commands.duties import NOT_YOURS, may
from bot.commands.follow_accounts import linked
from bot.commands.follow_cases import follow_moderating
from bot.commands.follow_memory import INCOGNITO_IS
from bot.commands.follow_operating import follow_operating
from bot.commands.follow_own import follow_own
from bot.commands.follow_rules import follow_rules
from bot.commands.follow_story import follow_story
from bot.commands.moderating import ModeratingCommand
from bot.commands.operating import OperatingCommand
from bot.commands.own import OwnCommand
from bot.commands.ruling import RulesCommand
from bot.commands.stories import StoryCommand
from bot.commands.words import help_text
from bot.events import Rating
from bot.personas import Persona
from bot.policy.ceiling import Fall
from bot.policy.community.rule import Duty
from bot.store.rows import Exchange
from bot.text import Text, lines

_DUTIES: Mapping[type, Duty] = {
    admitting.Attest: Duty.APPROVE_AGE,
    admitting.Revoke: Duty.APPROVE_AGE,
    admitting.Unlock: Duty.APPROVE_AGE,
    admitting.Ceiling: Duty.CHANGE_RULES,
    admitting.Age: Duty.CHANGE_RULES,
}


async def follow(command: Command, desk: Desk) -> Outcome:  # noqa: C901, PLR0912 - one arm for each command: a table in the shape that the type checker proves complete
    if isinstance(command, OwnCommand):
        return await follow_own(command, desk)
    if isinstance(command, ModeratingCommand):
        return await follow_moderating(command, desk)
    if isinstance(command, OperatingCommand):
        return await follow_operating(command, desk)
    if isinstance(command, StoryCommand):
        return await follow_story(command, desk)
    if isinstance(command, RulesCommand):
        return await follow_rules(command, desk)
    if (duty := _DUTIES.get(type(command))) and not await may(duty, desk):
        return Answer(NOT_YOURS)
    match command:
        case Help(topic):
            return Answer(
                help_text(
                    desk.message.author.role,
                    desk.prefix,
                    topic,
                    is_direct=desk.message.room.is_direct,
                    age_restricted=desk.mature.is_offered,
                )
            )
        case talking.Begin():
            return _begin(desk) if desk.is_in else LikeAMessage()
        case talking.Persona() | talking.New() | talking.Again() | talking.Continue() if (
            desk.resting
        ):
            return Answer(desk.resting)
        case talking.Personas():
            return Answer(_list_personas(desk.personas))
        case talking.Persona(name):
            return _choose(name, desk)
        case talking.New():
            return _greet(desk.persona, desk) if desk.is_in else Answer(desk.not_in)
        case talking.Who():
            name, tagline = desk.persona.name, desk.persona.tagline
            who = sentences.WITH.format(name=name, tagline=tagline)
            return Answer(lines(who, INCOGNITO_IS) if desk.own.is_incognito else who, about=name)
        case talking.Where():
            where = sentences.WHERE.format(
                community=desk.name_of(desk.community.id),
                ceiling=desk.community.ceiling.name.lower(),
                own=desk.own_ceiling.name.lower(),
                open=desk.ceiling.name.lower(),
            )
            accounts = linked(desk)
            return Answer(lines(where, accounts) if accounts else where)
        case talking.Again():
            asked, answer = await _last_exchange(desk)
            return Rewrite(asked, answer) if asked else Answer(sentences.NO_REPLY_YET)
        case talking.Continue() if not desk.is_in:
            return Answer(desk.not_in)
        case talking.Continue():
            asked, answer = await _last_exchange(desk)
            if asked is None or answer is None:
                return Answer(sentences.NO_REPLY_YET)
            return Rewrite(asked, answer, goes_on=True)
        case talking.Back():
            return await _turn_page(desk, -1)
        case talking.Forward():
            return await _turn_page(desk, 1)
        case talking.Undo():
            return await _undo(desk)
        case talking.About():
            return Answer(sentences.ABOUT)
        case admitting.Ceiling(rating):
            return await _set_ceiling(rating, desk)
        case admitting.Unlock(person, reason):
            return await ages.unlock(person, reason, desk)
        case admitting.Attest(person, reason):
            return await ages.attest(person, reason, desk)
        case admitting.Revoke(person, reason):
            return await ages.revoke(person, reason, desk)
        case admitting.Age(what, level):
            return await ages.ask_for(what, level, desk)
        case admitting.Status():
            return Answer(
                sentences.STATUS.format(
                    community=desk.name_of(desk.community.id),
                    ceiling=desk.community.ceiling.name.lower(),
                    entry=ages.name_of(desk.community.least_age_level),
                    mature=ages.name_of(desk.community.least_mature_level),
                )
            )
        case _:
            assert_never(command)


def _list_personas(personas: Mapping[str, Persona]) -> Text:
    return lines(
        *(
            sentences.PERSONA.format(id=p.id, name=p.name, tagline=p.tagline)
            for p in personas.values()
        )
    )


def _choose(name: str, desk: Desk) -> Outcome:
    if not desk.is_in:
        return Answer(desk.not_in)
    wanted = name.strip().casefold()
    for persona in desk.personas.values():
        if wanted in (persona.id, persona.name.casefold()):
            return _greet(persona, desk)
    return Answer(sentences.NO_PERSONA.format(names=", ".join(desk.personas)))


def _begin(desk: Desk) -> Answer:
    against = desk.against(desk.persona)
    return Answer(against, is_alone=True) if against else Answer(sentences.ALREADY_IN)


def _greet(persona: Persona, desk: Desk) -> Outcome:
    """SAFETY M1: nobody greets who could not answer then."""
    against = desk.against(persona)
    return Answer(against, is_alone=True) if against else Greet(persona.id)


async def _last_exchange(desk: Desk) -> Exchange | tuple[None, None]:
    if not desk.is_in or desk.vault is None or desk.session is None:
        return None, None
    return await desk.vault.last_exchange(desk.session.id) or (None, None)


async def _turn_page(desk: Desk, step: int) -> Outcome:
    _, answer = await _last_exchange(desk)
    if answer is None or desk.vault is None:
        return Answer(sentences.NO_REPLY_YET)
    chosen = await desk.vault.choose(answer.id, step)
    if chosen is None:
        return Answer(sentences.NO_OTHER)
    text = await shown_now(chosen, desk, desk.vault)
    if text is None:
        await desk.vault.choose(chosen.id, -step)
        return Answer(sentences.NO_OTHER)
    return Show(replace(chosen, text=text))


async def _undo(desk: Desk) -> Outcome:
    undone = None
    if desk.is_in and desk.vault is not None and desk.session is not None:
        undone = await desk.vault.branches.undo(desk.session.id)
    if undone is None:
        return Answer(sentences.NO_REPLY_YET)
    return Answer(UNDONE_HERE.format(prefix=desk.prefix) if undone.stays else sentences.UNDONE)


async def _set_ceiling(rating: Rating, desk: Desk) -> Outcome:
    if rating is Rating.MATURE and desk.mature.for_all:
        return Answer(desk.mature.for_all)
    changed = replace(desk.community, ceiling=rating)
    await desk.house.communities.keep(changed, by=desk.message.author.id, now=desk.now)
    said = sentences.CEILING_SET.format(ceiling=rating.name.lower())
    return Answer(said, Fall(community=changed.id, to=rating))
