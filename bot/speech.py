"""The one place where the bot's own words leave: a text becomes words in the person's language.

What a person has chosen stands in their vault; it is noted here whenever that is read, so that a
refusal or an apology need not open a vault first. It does not know what is said, or why.
"""

from hashlib import blake2s

from bot.dispatch import Stage
from bot.events import Author, EventId, Message, PersonId, Pick, Say
from bot.files import File
from bot.languages.catalogue import say
from bot.languages.names import first_known
from bot.text import Text

PEOPLE = 10_000


class Speech:
    def __init__(self, home: str) -> None:
        """`home` is for whoever has chosen nothing and whose platform says nothing."""
        self._home = home
        # In memory only; who is forgotten here for others' sake is noted with their next message.
        self._chosen: dict[PersonId, str] = {}

    def note(self, person: PersonId, language: str) -> None:
        """What they have chosen; empty where they have not."""
        self._chosen.pop(person, None)
        if language:
            if len(self._chosen) >= PEOPLE:
                del self._chosen[next(iter(self._chosen))]
            self._chosen[person] = language

    def chosen(self, person: PersonId) -> str:
        return self._chosen.get(person, "")

    def language_of(self, author: Author) -> str:
        return first_known(self.chosen(author.id), author.language, self._home)

    def words(self, text: Text, author: Author) -> str:
        return say(text, self.language_of(author))

    async def notice(  # noqa: PLR0917 - a message, where it goes, and what it is made of
        self,
        message: Message,
        stage: Stage,
        text: Text,
        name: str,
        choices: tuple[str, ...] = (),
        file: File | None = None,
        *,
        alone: bool = False,
        about: str = "",
        commands: tuple[str, ...] = (),
        picks: tuple[Pick, ...] = (),
    ) -> EventId | None:
        """The bot speaks as itself. Of each name, a message has one notice at most. None: it was
        not delivered. `about` is the name of a persona whom it introduces."""
        notice = Say(
            message.room,
            self.words(text, message.author),
            f"{nonce_of(message)}-{name}",
            name=about,
            answers=message.id,
            choices=choices,
            file=file,
            commands=commands,
            picks=picks,
            alone=message.author.id if alone else None,
        )
        return await stage.platform.do(notice)


def nonce_of(message: Message) -> str:
    """The same after a crash, so that what is sent again is shown only once."""
    cut = "" if message.cut_at is None else f"\0{message.cut_at}"
    name = f"{message.room.id}\0{message.id}{cut}"
    return blake2s(name.encode(errors="replace"), digest_size=8).hexdigest()
