"""A command -> its store calls and its answer.

What needs the engine or the platform is handed back as a value for the conversation to carry out.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import assert_never

from bot import sentences
from bot.commands import declared
from bot.commands.declared import Command
from bot.commands.words import help_text
from bot.events import Message, PersonId, Rating, name_in, platform_of
from bot.personas import Persona
from bot.policy.screen import Screen
from bot.store.house import House
from bot.store.rows import DOOR, INSTANCE, Community, Session, Turn
from bot.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command may look at."""

    message: Message
    prefix: str
    house: House
    vault: Vault | None
    session: Session | None
    persona: Persona
    personas: Mapping[str, Persona]
    community: Community
    is_in: bool
    locked: bool
    ceiling: Rating
    romance_closed: bool
    now: float


@dataclass(frozen=True, slots=True)
class Answer:
    say: str


@dataclass(frozen=True, slots=True)
class Farewell:
    """The person has left: the session is over."""

    say: str


@dataclass(frozen=True, slots=True)
class LikeAMessage:
    """To be decided like anything else that is said: the door, a goodbye."""


@dataclass(frozen=True, slots=True)
class Greet:
    """A new session with this persona."""

    persona: str


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Another answer to the same message."""

    asked: Turn
    answer: Turn | None
    """None where the engine failed to give one."""


@dataclass(frozen=True, slots=True)
class Show:
    """This answer of before."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class Erase:
    """The vault goes, once it is let go of."""


Outcome = Answer | Farewell | LikeAMessage | Greet | Rewrite | Show | Erase


async def follow(command: Command, desk: Desk) -> Outcome:  # noqa: C901, PLR0912 - one arm for each command: a table in the shape that the type checker proves complete
    match command:
        case declared.Help(topic):
            role, is_direct = desk.message.author.role, desk.message.room.is_direct
            return Answer(help_text(role, is_direct=is_direct, prefix=desk.prefix, topic=topic))
        case declared.Begin():
            return Answer(sentences.ALREADY_IN) if desk.is_in else LikeAMessage()
        case declared.Goodbye():
            return LikeAMessage()
        case declared.Personas():
            return Answer(_list_personas(desk.personas))
        case declared.Persona(name):
            return _choose(name, desk)
        case declared.New():
            return Greet(desk.persona.id) if desk.is_in else Answer(sentences.NOT_IN)
        case declared.Who():
            return Answer(
                sentences.WITH.format(name=desk.persona.name, tagline=desk.persona.tagline)
            )
        case declared.Where():
            return Answer(
                sentences.WHERE.format(
                    community=name_in(desk.community.id),
                    ceiling=desk.community.ceiling.name.lower(),
                )
            )
        case declared.Again():
            asked, answer = await _last_exchange(desk)
            return Rewrite(asked, answer) if asked else Answer(sentences.NO_REPLY_YET)
        case declared.Back():
            return await _turn_page(desk, -1)
        case declared.Forward():
            return await _turn_page(desk, 1)
        case declared.Undo():
            return await _undo(desk)
        case declared.Stop():
            # Its arrival has stopped the writing already.
            return Answer(sentences.STOPPED)
        case declared.About():
            return Answer(sentences.ABOUT)
        case declared.Privacy():
            return Answer(sentences.PRIVACY)
        case declared.Safeword():
            return Answer(sentences.SAFE_WORD)
        case declared.Export():
            return await _export(desk)
        case declared.Erase(confirm):
            if desk.vault is None:
                return Answer(sentences.NOTHING_TO_ERASE)
            return Erase() if confirm else Answer(sentences.ERASE_WHAT.format(prefix=desk.prefix))
        case declared.Leave():
            return await _leave(desk)
        case declared.Ceiling(rating):
            return await _set_ceiling(rating, desk)
        case declared.Unlock(person, reason):
            return await _unlock(person, reason, desk)
        case declared.Status():
            return Answer(
                sentences.STATUS.format(
                    community=name_in(desk.community.id),
                    ceiling=desk.community.ceiling.name.lower(),
                    age_level=desk.community.least_age_level.name.lower().replace("_", "-"),
                )
            )
        case _:
            assert_never(command)


async def _leave(desk: Desk) -> Outcome:
    if desk.vault is None:
        return Farewell(sentences.LEFT_THE_DOOR)
    await desk.vault.withdraw_consent(DOOR)
    await desk.vault.end_session(desk.now)
    return Farewell(sentences.LEFT.format(prefix=desk.prefix))


def _list_personas(personas: Mapping[str, Persona]) -> str:
    return "\n".join(f"{p.id} - {p.name}: {p.tagline}" for p in personas.values())


def _choose(name: str, desk: Desk) -> Outcome:
    if not desk.is_in:
        return Answer(sentences.NOT_IN)
    wanted = name.strip().casefold()
    for persona in desk.personas.values():
        if wanted in (persona.id, persona.name.casefold()):
            return Greet(persona.id)
    return Answer(sentences.NO_PERSONA.format(names=", ".join(desk.personas)))


async def _last_exchange(desk: Desk) -> tuple[Turn, Turn | None] | tuple[None, None]:
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
    # It may stem from a time when more was allowed (SAFETY A9).
    name, closed = desk.persona.name, desk.romance_closed
    screen = Screen(desk.ceiling, persona_name=name, romance_closed=closed)
    text = screen.feed(chosen.text) + screen.finish()
    if screen.blocked:
        await desk.vault.choose(answer.id, -step)
        return Answer(sentences.NO_OTHER)
    return Show(replace(chosen, text=text))


async def _undo(desk: Desk) -> Outcome:
    exchange = [turn.id for turn in await _last_exchange(desk) if turn]
    if not exchange or desk.vault is None:
        return Answer(sentences.NO_REPLY_YET)
    await desk.vault.drop(exchange)
    return Answer(sentences.UNDONE)


async def _export(desk: Desk) -> Outcome:
    if desk.vault is None:
        return Answer(sentences.NOTHING_TO_ERASE)
    person = desk.message.author.id
    age = await desk.house.age_record(person, INSTANCE, desk.now)
    everything = {
        **await desk.vault.export(),
        "age_record": asdict(age) if age else None,
        "locked": await desk.house.locked(person),
    }
    return Answer(json.dumps(everything, ensure_ascii=False, indent=1))


async def _set_ceiling(rating: Rating, desk: Desk) -> Outcome:
    if rating is Rating.MATURE:
        return Answer(sentences.NO_MATURE)
    changed = replace(desk.community, ceiling=rating)
    await desk.house.set_community(changed, by=desk.message.author.id, now=desk.now)
    return Answer(sentences.CEILING_SET.format(ceiling=rating.name.lower()))


async def _unlock(person: PersonId, reason: str, desk: Desk) -> Outcome:
    moderator = desk.message.author.id
    if ":" not in person:
        person = PersonId(f"{platform_of(moderator)}:{person}")
    if desk.locked or person == moderator:
        return Answer(sentences.NOT_YOUR_OWN)
    opened = await desk.house.unlock(person, moderator=moderator, reason=reason, now=desk.now)
    return Answer((sentences.UNLOCKED if opened else sentences.NOT_LOCKED).format(person=person))
