"""`memory …` and `incognito`, declared: what is remembered of a person, and what they do with it. All
of it where we are alone (INVARIANT I1).
"""

from dataclasses import dataclass

from bot.commands.declaration import Declares
from bot.commands.parameters import Kind, Parameter, Place, one_of
from bot.text import Text

LONGEST_FACT = 300


@dataclass(frozen=True, slots=True)
class Remembered:
    number: str = ""
    """Of the one fact that is asked for; empty for the list."""


@dataclass(frozen=True, slots=True)
class MemoryPage:
    number: str


@dataclass(frozen=True, slots=True)
class Search:
    words: str


@dataclass(frozen=True, slots=True)
class AddFact:
    sentence: str


@dataclass(frozen=True, slots=True)
class EditFact:
    number: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PinFact:
    what: str
    """Its number, or a sentence that is kept as it is."""


@dataclass(frozen=True, slots=True)
class UnpinFact:
    number: str


@dataclass(frozen=True, slots=True)
class Forget:
    what: str


@dataclass(frozen=True, slots=True)
class ShareFact:
    number: str
    persona: str


@dataclass(frozen=True, slots=True)
class RememberThis:
    words: str = ""
    """Empty: the message that this answers, or what was said last."""


@dataclass(frozen=True, slots=True)
class MemoryOn: ...


@dataclass(frozen=True, slots=True)
class MemoryIntimate: ...


@dataclass(frozen=True, slots=True)
class MemoryOff: ...


@dataclass(frozen=True, slots=True)
class Keep:
    days: str = ""
    """Empty: how long it is now."""


@dataclass(frozen=True, slots=True)
class Incognito:
    wish: str = ""


FactCommand = (
    Remembered | MemoryPage | Search | AddFact | EditFact | PinFact | UnpinFact | Forget
    | ShareFact | RememberThis
)  # fmt: skip
MemoryCommand = FactCommand | MemoryOn | MemoryIntimate | MemoryOff | Keep | Incognito

ABOUT = Text("what is remembered from one conversation to the next")

_NUMBER = Parameter("number", Kind.WORD, Text("its number, as in the list"), most_chars=12)
_SENTENCE = Parameter("sentence", Kind.LINE, Text("the whole sentence"), most_chars=LONGEST_FACT)

MEMORIES: tuple[Declares[MemoryCommand], ...] = (
    Declares(
        "memory show",
        Text("shows what is remembered, with dates and where it came from"),
        lambda values: Remembered(values.get("number", "")),
        words=("memory",),
        parameters=(
            Parameter(
                "number",
                Kind.WORD,
                Text("of one of them, to see all about it"),
                most_chars=12,
                is_required=False,
            ),
        ),
        place=Place.DIRECT,
    ),
    Declares(
        "memory page",
        Text("shows a further page of what is remembered"),
        lambda values: MemoryPage(values["number"]),
        parameters=(Parameter("number", Kind.WORD, Text("which page"), most_chars=12),),
        place=Place.DIRECT,
    ),
    Declares(
        "memory search",
        Text("finds what is remembered by its words"),
        lambda values: Search(values["words"]),
        parameters=(
            Parameter("words", Kind.LINE, Text("some words of it, or a date"), most_chars=200),
        ),
        place=Place.DIRECT,
    ),
    Declares(
        "memory add",
        Text("remembers a sentence of yours"),
        lambda values: AddFact(values["sentence"]),
        parameters=(_SENTENCE,),
        place=Place.DIRECT,
    ),
    Declares(
        "memory edit",
        Text("puts another sentence in the place of one that is remembered"),
        lambda values: EditFact(values["number"], values["sentence"]),
        parameters=(_NUMBER, _SENTENCE),
        place=Place.DIRECT,
    ),
    Declares(
        "memory pin",
        Text("keeps one in mind before all others, as it is, also addresses and numbers in it"),
        lambda values: PinFact(values["what"]),
        parameters=(
            Parameter(
                "what", Kind.LINE, Text("its number, or a new sentence"), most_chars=LONGEST_FACT
            ),
        ),
        place=Place.DIRECT,
    ),
    Declares(
        "memory unpin",
        Text("keeps it like the others again"),
        lambda values: UnpinFact(values["number"]),
        parameters=(_NUMBER,),
        place=Place.DIRECT,
    ),
    Declares(
        "memory forget",
        Text("forgets something for good, with the words that it came from"),
        lambda values: Forget(values["what"]),
        parameters=(
            Parameter(
                "what",
                Kind.LINE,
                Text("a number, words to look for, since yesterday, or all"),
                most_chars=200,
            ),
        ),
        place=Place.DIRECT,
    ),
    Declares(
        "memory share",
        Text("tells another persona of one that is remembered"),
        lambda values: ShareFact(values["number"], values["persona"]),
        words=("share",),
        parameters=(_NUMBER, Parameter("persona", Kind.LINE, Text("with which persona"))),
        place=Place.DIRECT,
    ),
    Declares(
        "remember",
        Text("remembers the message that it answers, or your last words"),
        lambda values: RememberThis(values.get("words", "")),
        parameters=(
            Parameter(
                "words",
                Kind.LINE,
                Text("or a sentence, like memory add"),
                most_chars=LONGEST_FACT,
                is_required=False,
            ),
        ),
        place=Place.DIRECT,
    ),
    Declares(
        "memory on",
        Text("remembers what matters of our talks from now on"),
        lambda _: MemoryOn(),
        place=Place.DIRECT,
    ),
    Declares(
        "memory intimate",
        Text("remembers intimate things, too"),
        lambda _: MemoryIntimate(),
        place=Place.DIRECT,
    ),
    Declares(
        "memory off",
        Text("remembers nothing, and forgets what was remembered"),
        lambda _: MemoryOff(),
        place=Place.DIRECT,
        takes_more=True,
    ),
    Declares(
        "memory keep",
        Text("says and sets how long what we say is kept"),
        lambda values: Keep(values.get("days", "")),
        parameters=(
            Parameter(
                "days",
                Kind.LINE,
                Text("as in 30 days, or always"),
                most_chars=40,
                is_required=False,
            ),
        ),
        place=Place.DIRECT,
    ),
    Declares(
        "incognito",
        Text("begins a session that keeps nothing beyond itself, or ends it"),
        lambda values: Incognito(values.get("wish", "")),
        parameters=one_of(
            "wish",
            Text("whether"),
            on=Text("on: nothing that we say is kept"),
            off=Text("off: what was said goes, and we talk as before"),
        ),
        place=Place.DIRECT,
    ),
)
