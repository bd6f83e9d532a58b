"""The door, and the sessions behind it: how a person comes in, is greeted, and goes."""

from collections.abc import Callable
from dataclasses import replace
from secrets import randbits

from bot import sentences
from bot.events import AgeLevel, PersonId, Rating, name_in
from bot.personas import fill
from bot.policy.cards import check_card
from bot.policy.door import DOOR_VERSION, Door, Entered, Left, answer_door, open_door
from bot.prompt import write_head
from bot.scene import Scene
from bot.store.house import House
from bot.store.rows import DOOR, INSTANCE, AgeRecord, Consent, Session

AGE_RECORD_S = 365 * 86_400.0
DOORS_OPEN = 10_000
NAMELESS = "my guest"


class Sessions:
    def __init__(self, house: House, clock: Callable[[], float]) -> None:
        self._house = house
        self._clock = clock
        # In memory only: a door that a restart closes is opened again by the next word, and until
        # somebody is in, nothing of theirs is kept.
        self._doors: dict[PersonId, Door] = {}

    async def at_the_door(self, scene: Scene) -> None:
        person = scene.message.author.id
        door = self._doors.get(person)
        if door is None:
            if len(self._doors) >= DOORS_OPEN:
                del self._doors[next(iter(self._doors))]
            name = name_in(scene.community.id)
            self._doors[person], say = open_door(name, scene.community.ceiling)
            await scene.notice(say, name="door")
            return
        step, say = answer_door(door, scene.message.text)
        match step:
            case Door():
                self._doors[person] = step
                await scene.notice(say, name="door")
            case Left():
                self.close_door(person)
                await scene.notice(say, name="door")
            case Entered():
                self.close_door(person)
                await self._let_in(scene, say)

    def close_door(self, person: PersonId) -> None:
        self._doors.pop(person, None)

    async def greet(self, scene: Scene) -> None:
        """A new session, opened by the persona."""
        persona = scene.persona
        greeting = fill(persona.greeting, char=persona.name, user=_name(scene))
        # The greeting stands in the session's head, so it is in the vault before it is shown.
        await self.begin(scene, greeting)
        who = sentences.WITH.format(name=persona.name, tagline=persona.tagline)
        await scene.notice(who, name="who")
        await scene.speak(greeting, name="greeting")

    async def begin(self, scene: Scene, greeting: str = "") -> Session:
        assert scene.vault is not None, "only who is in has sessions"
        return await scene.vault.begin_session(
            persona=scene.persona.id,
            sponsor=scene.community.id,
            now=self._clock(),
            head=write_head(person_name=_name(scene), greeting=greeting),
            seed=randbits(63),
        )

    async def _let_in(self, scene: Scene, welcome: str) -> None:
        person, now = scene.message.author.id, self._clock()
        if scene.vault is None:
            await self._house.make_vault(person)
        record = AgeRecord(
            scope=INSTANCE,
            level=AgeLevel.SELF_ATTESTED,
            method=DOOR,
            attester=str(scene.community.id),
            at=now,
            expires=now + AGE_RECORD_S,
            policy_version=DOOR_VERSION,
        )
        await self._house.attest(person, record)
        async with self._house.vault(person) as vault:
            assert vault is not None, "just made"
            await vault.set_mark("disclosed at", now)
            # Last: until this is written, nobody is in.
            await vault.give_consent(Consent(DOOR, DOOR_VERSION, now))
            await scene.notice(welcome, name="welcome")
            await self.greet(replace(scene, vault=vault))


def _name(scene: Scene) -> str:
    """A name goes into the prompt, so it is checked like a card (SAFETY L2)."""
    name = scene.message.author.name
    return name if check_card(Rating.ROMANCE, [name]) is None else NAMELESS
