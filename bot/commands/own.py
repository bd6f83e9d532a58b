"""A person's own commands: what they may ask for themselves, anywhere and at any time.

None asks twice but `erase`. Those that show what somebody has kept to themselves are answered
where we are alone (INVARIANT I1).
"""

from dataclasses import dataclass

from bot.commands.accounts import ACCOUNTS, AccountCommand
from bot.commands.branches import BRANCHES, BranchCommand
from bot.commands.declaration import Declares
from bot.commands.histories import HISTORIES, HistoryCommand
from bot.commands.kept import KEPT, KeptCommand
from bot.commands.memories import MEMORIES, MemoryCommand
from bot.commands.parameters import Kind, Parameter, Place, one_of
from bot.text import Text

# --- What a command is, once it is read -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stop: ...


@dataclass(frozen=True, slots=True)
class Pause: ...


@dataclass(frozen=True, slots=True)
class Resume: ...


@dataclass(frozen=True, slots=True)
class Goodbye: ...


@dataclass(frozen=True, slots=True)
class Safeword:
    word: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    verb: str = ""
    """Empty for the list of all."""
    words: str = ""


@dataclass(frozen=True, slots=True)
class CheckIn:
    wish: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    what: str = ""
    minutes: str = ""


@dataclass(frozen=True, slots=True)
class Quiet:
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Remind:
    when: str = ""


@dataclass(frozen=True, slots=True)
class Mute: ...


@dataclass(frozen=True, slots=True)
class Timezone:
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    name: str = ""
    """As it was typed; empty to see which there are."""


@dataclass(frozen=True, slots=True)
class General: ...


@dataclass(frozen=True, slots=True)
class Romance: ...


@dataclass(frozen=True, slots=True)
class Mature: ...


@dataclass(frozen=True, slots=True)
class Reword:
    words: str


OwnCommand = (
    Stop | Pause | Resume | Goodbye | Safeword | Limits | CheckIn | Break | Quiet | Remind | Mute
    | Timezone | Language | General | Romance | Mature | Reword
    | MemoryCommand | AccountCommand | BranchCommand | HistoryCommand | KeptCommand
)  # fmt: skip

# --- The table --------------------------------------------------------------------------------


def _optional(name: str, kind: Kind, about: Text, most: int = 64) -> Parameter:
    return Parameter(name, kind, about, most_chars=most, is_required=False)


OWN: tuple[Declares[OwnCommand], ...] = (
    Declares(
        "stop",
        Text("stops what is being written, at once"),
        lambda _: Stop(),
        bare=("stop", "stop.", "stop!"),
        takes_more=True,
    ),
    Declares(
        "pause",
        Text("answers nothing and keeps nothing until you say resume"),
        lambda _: Pause(),
        bare=("pause",),
        takes_more=True,
    ),
    Declares(
        "resume",
        Text("goes on after a pause"),
        lambda _: Resume(),
        words=("unpause",),
        bare=("resume",),
        takes_more=True,
    ),
    Declares(
        "goodbye",
        Text("ends the talk for now"),
        lambda _: Goodbye(),
        words=("bye",),
        takes_more=True,
    ),
    Declares(
        "safeword",
        Text("explains the word that ends a scene at once; sets one of your own"),
        lambda values: Safeword(values.get("word", "")),
        words=("safe",),
        parameters=(
            _optional("word", Kind.LINE, Text("a word of your own; off takes it away"), most=40),
        ),
    ),
    Declares(
        "limits",
        Text("lists what you do not want, adds to it, takes from it"),
        lambda values: Limits(values.get("verb", ""), values.get("words", "")),
        words=("limit",),
        parameters=(
            *one_of(
                "verb",
                Text("what to do"),
                hard=Text("hard: never at all"),
                soft=Text("soft: only gently"),
                add=Text("add: never at all, like hard"),
                remove=Text("remove: by its number, or all"),
            ),
            _optional(
                "words", Kind.LINE, Text("the limit in your words, or its number"), most=20_000
            ),
        ),
        place=Place.DIRECT,
    ),
    Declares(
        "checkin",
        Text("asks how you are after a scene that the safe word ended"),
        lambda values: CheckIn(values.get("wish", "")),
        parameters=one_of(
            "wish",
            Text("whether"),
            on=Text("on: asks you afterwards"),
            off=Text("off: no question"),
        ),
    ),
    Declares(
        "break",
        Text("suggests breaks after so many minutes; daily sets the most talk in a day"),
        lambda values: Break(values.get("what", ""), values.get("minutes", "")),
        words=("breaks",),
        parameters=(
            _optional("what", Kind.WORD, Text("minutes, off, or daily")),
            _optional("minutes", Kind.WORD, Text("after daily: minutes, or off")),
        ),
    ),
    Declares(
        "quiet",
        Text("sets the hours in which no reminder comes"),
        lambda values: Quiet(values.get("hours", "")),
        parameters=(_optional("hours", Kind.LINE, Text("as in 22:00-07:00, or off")),),
    ),
    Declares(
        "remind",
        Text("reminds you once, or daily, at a time of yours"),
        lambda values: Remind(values.get("when", "")),
        words=("reminders",),
        parameters=(
            _optional(
                "when",
                Kind.LINE,
                Text("as in 20:00 stretch, daily 20:00 stretch, or off"),
                most=20_000,
            ),
        ),
        place=Place.DIRECT,
    ),
    Declares(
        "mute",
        Text("ends all reminders"),
        lambda _: Mute(),
        bare=("mute", "mute.", "mute!"),
        takes_more=True,
    ),
    Declares(
        "timezone",
        Text("sets the clock of your days, quiet hours and reminders"),
        lambda values: Timezone(values.get("zone", "")),
        words=("tz",),
        parameters=(_optional("zone", Kind.LINE, Text("as in Europe/Berlin, or +02:00")),),
    ),
    Declares(
        "language",
        Text("says and changes the language in which the bot itself speaks to you"),
        lambda values: Language(values.get("name", "")),
        words=("lang",),
        bare=("language",),
        parameters=(_optional("name", Kind.LINE, Text("as in Deutsch, or de")),),
    ),
    *MEMORIES,
    Declares(
        "general",
        Text("keeps our talk to what is for anybody: no persona courts you"),
        lambda _: General(),
        takes_more=True,
    ),
    Declares(
        "romance",
        Text("lets our talk go as far as romance, and closes mature"),
        lambda _: Romance(),
        takes_more=True,
    ),
    Declares(
        "mature",
        Text("opens what is for adults only, where everything that it needs is there"),
        lambda _: Mature(),
        is_age_restricted=True,
    ),
    Declares(
        "reword",
        Text("puts your own words in the place of the last answer"),
        lambda values: Reword(values["words"]),
        parameters=(
            Parameter(
                "words", Kind.LINE, Text("the whole answer, as it should be"), most_chars=4000
            ),
        ),
        place=Place.DIRECT,
    ),
    *BRANCHES,
    *ACCOUNTS,
    *HISTORIES,
    *KEPT,
)
