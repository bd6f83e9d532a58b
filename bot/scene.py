"""One message with everything around it, while it is being answered."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from bot import sentences
from bot.commands.wishes import LANGUAGE
from bot.dispatch import Arrival, Stage
from bot.events import (
    HOME,
    AgeLevel,
    CommunityId,
    Edited,
    EventId,
    Message,
    PersonId,
    Pick,
    Rating,
    Room,
    Say,
    TurnId,
    Voice,
)
from bot.files import File
from bot.guests import Guests
from bot.personas import Persona
from bot.policy.door import Terms
from bot.speech import Speech, nonce_of
from bot.store.house import House
from bot.store.rows import Community, Look, Session, Wishes
from bot.store.vault import Vault
from bot.text import Text

NO_WISHES = Wishes({}, {}, (), {})
"""Of who has no vault."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What the operator chose for every conversation."""

    default_persona: str
    reply_tokens: int
    region: str
    disclose_every_s: float
    utc_offset_s: float
    least_age_level: AgeLevel = AgeLevel.SELF_ATTESTED
    """What the operator asks of everybody; a community may ask for more."""
    least_mature_level: AgeLevel = AgeLevel.PLATFORM
    allows_mature: bool = False
    is_listed: bool = False
    """SAFETY A7: in an app directory."""
    allowed: frozenset[str] = frozenset()
    """The communities that are served; none named: all."""
    denied: frozenset[str] = frozenset()

    keep_days: int = 0
    """SAFETY P6: what was said longer ago goes; 0: nothing does by itself."""

    def serves(self, community: CommunityId) -> bool:
        """By the operator's lists; a community that is on both is not served."""
        return community not in self.denied and (not self.allowed or community in self.allowed)

    def least_age(self, community: Community) -> AgeLevel:
        return max(self.least_age_level, community.least_age_level)

    def ceiling(self, community: Community) -> Rating:
        most = Rating.MATURE if self.allows_mature and not self.is_listed else Rating.ROMANCE
        return min(most, community.ceiling)

    def terms(self, community: Community, name: str) -> Terms:
        return Terms(name, self.ceiling(community), self.least_age(community))

    language: str = "en"
    """For who has chosen none and whose platform names none."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a message is answered with: read once, and the same until its answer is over."""

    message: Message
    turn: TurnId | None
    """None where nothing is kept: the author has no vault yet."""
    stage: Stage
    community: Community
    persona: Persona
    vault: Vault | None
    look: Look | None
    """What stood in the vault when the message's turn came."""
    session: Session | None
    speech: Speech
    person: PersonId
    """Whose account the author is."""
    is_guest: bool | None
    """Of the community, by what the platform says; None where it does not say (SAFETY A11)."""

    @property
    def wishes(self) -> Wishes:
        return self.look.wishes if self.look else NO_WISHES

    @property
    def nonce(self) -> str:
        return nonce_of(self.message)

    @property
    def is_deleted(self) -> bool:
        """The person has deleted the message while it waited."""
        return self.turn is not None and self.look is not None and self.look.turn is None

    async def settle(self) -> None:
        """The message needs no reply: what is kept of it goes."""
        if self.vault and self.turn is not None:
            await self.vault.settle(self.turn)

    async def notice(self, text: Text, name: str = "notice", choices: tuple[str, ...] = ()) -> None:
        """`choices` are words that fit as an answer, in the language of the text."""
        await self.speech.notice(self.message, self.stage, text, name, choices)

    async def introduce(self) -> None:
        """Says with whom the person is talking."""
        persona = self.persona
        who = sentences.WITH.format(name=persona.name, tagline=persona.tagline)
        await self.speech.notice(self.message, self.stage, who, "who", about=persona.name)

    async def answer(
        self,
        text: Text,
        file: File | None,
        about: str,
        *,
        is_alone: bool,
        commands: tuple[str, ...] = (),
        picks: tuple[Pick, ...] = (),
    ) -> None:
        """What a command comes to. Where the file cannot be handed over, that is said in its place."""
        if is_alone:
            await self.alone(text, sentences.ALONE_PLEASE)
            return
        say = self.speech.notice
        said = partial(say, self.message, self.stage, text, "notice", file=file, about=about)
        shown = await said(commands=commands, picks=picks)
        if shown is None and file is not None:
            await self.notice(sentences.FILE_NOT_TAKEN, name="no file")

    async def alone(self, text: Text, otherwise: Text, name: str = "notice") -> None:
        """For its reader's eyes only, also where others read along; where it cannot reach them so,
        `otherwise` is said, in sight of everybody."""
        if not text:
            return
        shown = await self.speech.notice(self.message, self.stage, text, name, alone=True)
        if shown is None and not self.message.room.is_direct:
            await self.notice(otherwise, name=f"{name}-aloud")

    def speak_in(self, language: str) -> None:
        """From the next notice on; to be kept in the vault, where there is one."""
        self.speech.note(self.message.author.id, language)

    async def speak(self, text: str, name: str) -> EventId | None:
        """The persona's words that exist already: a greeting, an earlier answer."""
        message, nonce, who = self.message, f"{self.nonce}-{name}", self.persona.name
        say = Say(message.room, text, nonce, Voice.PERSONA, who, message.id)
        return await self.stage.platform.do(say)


async def set_scene(
    arrival: Arrival,
    stage: Stage,
    vault: Vault | None,
    *,
    speech: Speech,
    house: House,
    personas: Mapping[str, Persona],
    habits: Habits,
    guests: Guests,
    ahead: bool = False,
) -> Scene:
    """`ahead` of a message: nobody waits for it."""
    message = arrival.message
    community = await house.communities.of(sponsor_of(message.author.id, message.room, house))
    look = await vault.look(message.room, message.id, community.id) if vault else None
    turn = arrival.turn
    if look and look.turn and turn is not None:
        # With the words and the number that it has by now: it may have been edited while it
        # waited, and its vault may have been joined to another.
        message, turn = replace(message, text=look.turn.text), look.turn.id
    if look:
        speech.note(message.author.id, look.wishes.settings.get(LANGUAGE, ""))
    session = look.session if look else None
    # A session belongs to its sponsor (SAFETY P3) and to its persona, whose file may be gone.
    if session and (session.sponsor != community.id or session.persona not in personas):
        session = None
    default = personas[habits.default_persona]
    last = look.last_persona if look else None
    return Scene(
        message=message,
        turn=turn,
        stage=stage,
        community=community,
        persona=personas.get(last, default) if last else default,
        vault=vault,
        look=look,
        session=session,
        speech=speech,
        person=vault.person if vault else house.links.person_of(message.author.id),
        is_guest=not message.room.is_direct
        or await guests.is_guest(stage.platform, message.author.id, community.id, ahead=ahead),
    )


def sponsor_of(account: PersonId, room: Room, house: House) -> CommunityId:
    """Whose rules hold: in a direct room, those of whom the person chose to be a guest."""
    is_told = not room.is_direct or room.is_their_choice
    chosen = None if is_told else house.links.sponsor_of(account)
    return chosen or room.sponsor or HOME


def as_message(edited: Edited) -> Message:
    return Message(edited.id, edited.room, edited.author, edited.text, edited.at)
