"""The door, and the sessions behind it: how a person comes in, is greeted, and goes."""

from collections.abc import Callable
from dataclasses import replace
from secrets import randbits

from bot import sentences
from bot.age_signs import keep_sign_of
from bot.commands.follow_memory import INCOGNITO_BEGINS
from bot.commands.wishes import LANGUAGE, MATURE_IN
from bot.events import AgeLevel, PersonId, Rating, RoomId
from bot.languages.names import list_languages
from bot.naming import name_community
from bot.personas import fill
from bot.policy.cards import check_card
from bot.policy.door import (
    DOOR_VERSION,
    INTIMATE,
    MEMORY,
    Door,
    Entered,
    Left,
    answer_door,
    offer,
    open_door,
)
from bot.policy.door_rules import not_enough
from bot.policy.facts import Decision
from bot.prompt import write_head
from bot.scene import Habits, Scene
from bot.store.house import House
from bot.store.rows import DOOR, INSTANCE, AgeRecord, Consent, Session
from bot.strangers import Strangers
from bot.text import SILENCE, Text, paragraphs

AGE_RECORD_S = 365 * 86_400.0
DOORS_OPEN = 10_000
NAMELESS = "my guest"


class Sessions:
    def __init__(self, house: House, habits: Habits, clock: Callable[[], float]) -> None:
        self._house = house
        self._habits = habits
        self._clock = clock
        # In memory only: a door that a restart closes is opened again by the next word, and until
        # somebody is in, nothing of theirs is kept.
        self._doors: dict[tuple[PersonId, RoomId], Door] = {}
        self._entering: set[PersonId] = set()
        self._strangers = Strangers(clock)

    def is_silent(self, scene: Scene, decision: Decision) -> bool:
        """To a message that is not to be answered from the talk: one that was missed, or one of
        many of somebody who is not in. What brings something about is told of (SAFETY A2)."""
        message, told = scene.message, self._strangers.may_be_told
        if message.is_past or scene.vault is not None or decision.effects:
            return message.is_past
        return not told(message.author.id, message.room.id, is_direct=message.room.is_direct)

    async def at_the_door(self, scene: Scene) -> None:
        """A person has a door in each of their rooms: who answers, answers what they read there.
        The first that they come through is the one that counts."""
        at = (scene.message.author.id, scene.message.room.id)
        community = scene.community
        terms = self._habits.terms(community, name_community(scene.stage.platform, community.id))
        language = scene.speech.language_of(scene.message.author)
        door = self._doors.get(at)
        if door is None and await self._has_come_in(scene):
            await scene.notice(sentences.ALREADY_IN, name="door")
            return
        if door is None:
            if len(self._doors) >= DOORS_OPEN:
                del self._doors[next(iter(self._doors))]
            self._doors[at], say = open_door(terms)
            hint = sentences.LANGUAGE_HINT.format(
                names=list_languages(), prefix=scene.stage.platform.prefix
            )
            choices = offer(self._doors[at], language)
            await scene.notice(paragraphs(say, hint), name="door", choices=choices)
            return
        step, say = answer_door(door, scene.message.text, terms, language=language)
        match step:
            case Door():
                self._doors[at] = step
                await scene.notice(say, name="door", choices=offer(step, language))
            case Left():
                self.close_door(scene.message.author.id)
                await scene.notice(say, name="door")
            case Entered():
                self.close_door(scene.message.author.id)
                await self._let_in(scene, step, say)

    def close_door(self, person: PersonId) -> None:
        """In every room of theirs, and of every account."""
        accounts = self._house.links.accounts_of(person)
        for at in [at for at in self._doors if at[0] in accounts]:
            del self._doors[at]

    async def greet(self, scene: Scene, recap: Text = SILENCE) -> None:
        """A new session, opened by the persona; before that, what it goes on from."""
        persona = scene.persona
        greeting = fill(persona.greeting, char=persona.name, user=_name(scene))
        # The greeting stands in the session's head, so it is in the vault before it is shown.
        await self.begin(scene, greeting)
        await scene.introduce()
        if recap:
            await scene.notice(recap, name="recap")
        if persona.negotiates:
            prefix = scene.stage.platform.prefix
            await scene.notice(sentences.NEGOTIATE.format(prefix=prefix), name="negotiate")
        await scene.speak(greeting, name="greeting")

    async def begin(self, scene: Scene, greeting: str = "") -> Session:
        assert scene.vault is not None, "only who is in has sessions"
        session = await scene.vault.begin_session(
            persona=scene.persona.id,
            sponsor=scene.community.id,
            now=self._clock(),
            head=write_head(person_name=_name(scene), greeting=greeting),
            seed=randbits(63),
            shared=scene.message.room.shared,
        )
        if session.is_incognito:
            prefix = scene.stage.platform.prefix
            await scene.notice(INCOGNITO_BEGINS.format(prefix=prefix), name="incognito")
        return session

    async def _has_come_in(self, scene: Scene) -> bool:
        """Through another door, while this message was being read."""
        person = self._house.links.person_of(scene.message.author.id)
        if person in self._entering:
            return True
        if await self._house.age_record(person, INSTANCE, self._clock()) is None:
            return False
        async with self._house.vault(person) as vault:
            consent = await vault.consent(DOOR) if vault else None
        return consent is not None and consent.version == DOOR_VERSION

    async def _let_in(self, scene: Scene, entered: Entered, welcome: Text) -> None:
        person = self._house.links.person_of(scene.message.author.id)
        self._entering.add(person)
        try:
            await self._enter(person, scene, entered, welcome)
        finally:
            self._entering.discard(person)

    async def _enter(self, person: PersonId, scene: Scene, entered: Entered, welcome: Text) -> None:
        now = self._clock()
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
        if scene.message.room.is_their_choice:
            # Its rules go with them from now on, also where many communities have the bot.
            await self._house.links.choose_sponsor(scene.message.author.id, scene.community.id)
        # What came with this very message was kept of nobody until now.
        await keep_sign_of(scene.message, scene.community.id, self._house, now)
        async with self._house.vault(person) as vault:
            assert vault is not None, "just made"
            await vault.set_mark("disclosed at", now)
            await vault.set_setting(LANGUAGE, scene.speech.chosen(scene.message.author.id))
            # What was chosen now stands, and nothing that was chosen before.
            await vault.set_setting(MATURE_IN, "")
            # To withdraw one forgets what was kept by it, so what is agreed to again only stays.
            for kind in {MEMORY, INTIMATE} - entered.consents:
                await vault.withdraw_consent(kind)
            for kind in sorted(entered.consents):
                await vault.give_consent(Consent(kind, entered.version, now))
            # Last: until this is written, nobody is in.
            await vault.give_consent(Consent(DOOR, entered.version, now))
            age = await self._house.age_record(person, scene.community.id, now)
            least = self._habits.least_age(scene.community)
            if age is None or age.level < least:
                # They are through the door, and no persona greets who could not answer her.
                say = not_enough(least, scene.stage.platform.name)
                await scene.notice(say, name="welcome")
                return
            await scene.notice(welcome, name="welcome")
            await self.greet(replace(scene, vault=vault))


def _name(scene: Scene) -> str:
    """A name goes into the prompt, so it is checked like a card (SAFETY L2)."""
    name = scene.message.author.name
    return name if check_card(Rating.ROMANCE, [name]) is None else NAMELESS
