"""One message with everything around it, and the operator's habits. Values only."""

from dataclasses import dataclass
from hashlib import blake2s

from bot.dispatch import Stage
from bot.events import Message, Say, TurnId, Voice
from bot.personas import Persona
from bot.store.rows import Community, Session
from bot.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Habits:
    """What the operator chose for every conversation."""

    default_persona: str
    reply_tokens: int
    region: str
    disclose_every_s: float
    utc_offset_s: float


@dataclass(frozen=True, slots=True)
class Scene:
    """One message while it is being answered."""

    message: Message
    turn: TurnId | None
    """None where nothing is kept: the author has no vault yet."""
    stage: Stage
    community: Community
    persona: Persona
    vault: Vault | None
    session: Session | None

    @property
    def nonce(self) -> str:
        return nonce_of(self.message)

    async def notice(self, text: str, name: str = "notice") -> None:
        await notice(self.message, self.stage, text, name)

    async def speak(self, text: str, name: str) -> None:
        """The persona's words that exist already: a greeting, an earlier answer."""
        room, nonce = self.message.room, f"{self.nonce}-{name}"
        await self.stage.platform.do(Say(room, text, nonce, Voice.PERSONA, self.persona.name))


async def notice(message: Message, stage: Stage, text: str, name: str) -> None:
    """The bot speaks as itself. Of each name, a message has one notice at most."""
    await stage.platform.do(Say(message.room, text, f"{nonce_of(message)}-{name}", Voice.NOTICE))


def nonce_of(message: Message) -> str:
    """The same after a crash, so that what is sent again is shown only once."""
    name = f"{message.room.id}\0{message.id}"
    return blake2s(name.encode(errors="replace"), digest_size=8).hexdigest()
