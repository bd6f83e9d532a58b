"""Cases, appeals and reports, declared: what moderators do with them, and what people may ask for.

What a person is told of themselves is told where we are alone. Rules are declared in `ruling`.
"""

from dataclasses import dataclass

from bot.commands.declaration import Declares
from bot.commands.parameters import Kind, Parameter, Place, number, one_of, person
from bot.events import PersonId, Role
from bot.text import Text

LONGEST_REASON = 500
LONGEST_WORDS = 1_500


@dataclass(frozen=True, slots=True)
class Cases:
    state: str = ""
    below: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    number: str


@dataclass(frozen=True, slots=True)
class Note:
    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Uphold:
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Lift:
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Approve:
    person: PersonId
    is_taken_back: bool = False


@dataclass(frozen=True, slots=True)
class CaseLog:
    wish: str


@dataclass(frozen=True, slots=True)
class Why: ...


@dataclass(frozen=True, slots=True)
class Appeal:
    number: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class ReportReply:
    is_attached: bool
    words: str = ""


@dataclass(frozen=True, slots=True)
class ReportPerson:
    person: PersonId
    words: str


ModeratingCommand = (
    Cases | Case | Note | Uphold | Lift | Approve | CaseLog | Why | Appeal | ReportReply
    | ReportPerson
)  # fmt: skip
ModeratorsWords = Note | Uphold | Lift
"""What is said in these may be about what somebody else has said."""

REPORT_ABOUT = Text("tells moderators about a reply or a person; nobody is told that it was you")

_NUMBER = number("number", Text("the case's number"))
_REASON = Parameter(
    "reason", Kind.LINE, Text("why; the person is told it"), most_chars=LONGEST_REASON
)

MODERATING: tuple[Declares[ModeratingCommand], ...] = (
    Declares(
        "cases",
        Text("lists cases, newest first"),
        lambda values: Cases(values.get("state", ""), values.get("below", "")),
        parameters=(
            *one_of(
                "state",
                Text("which of them"),
                all=Text("all: every case"),
                open=Text("open: in force"),
                appealed=Text("appealed: waiting for an answer"),
                upheld=Text("upheld: looked at, and it stands"),
                lifted=Text("lifted: taken back"),
                expired=Text("expired: over by itself"),
            ),
            number("below", Text("only those with a smaller number"), is_required=False),
        ),
    ),
    Declares(
        "case",
        Text("shows one case and its story"),
        lambda values: Case(values["number"]),
        parameters=(_NUMBER,),
        least=Role.MODERATOR,
    ),
    Declares(
        "note",
        Text("adds a note to a case, for moderators only"),
        lambda values: Note(values["number"], values["text"]),
        parameters=(
            _NUMBER,
            Parameter("text", Kind.LINE, Text("the note"), most_chars=LONGEST_REASON),
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "uphold",
        Text("answers an appeal: the case stands"),
        lambda values: Uphold(values["number"], values["reason"]),
        parameters=(_NUMBER, _REASON),
        least=Role.MODERATOR,
    ),
    Declares(
        "lift",
        Text("takes a case back, with all that it brought about"),
        lambda values: Lift(values["number"], values["reason"]),
        parameters=(_NUMBER, _REASON),
        least=Role.MODERATOR,
    ),
    Declares(
        "approve",
        Text("lets somebody in where the rules ask for a moderator's yes"),
        lambda values: Approve(PersonId(values["person"]), is_taken_back="wish" in values),
        parameters=(
            person(Text("who may come in")),
            *one_of(
                "wish",
                Text("without it, it is a yes"),
                withdraw=Text("withdraw: takes the yes back"),
            ),
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "caselog",
        Text("has each new case told in this room, or no longer"),
        lambda values: CaseLog(values["wish"]),
        parameters=(
            Parameter(
                "wish",
                Kind.CHOICE,
                Text("whether"),
                choices=("here", "off"),
                meanings=(Text("here: in this room"), Text("off: nowhere")),
            ),
        ),
        least=Role.MODERATOR,
        place=Place.SHARED,
    ),
    Declares(
        "why",
        Text("says which rule of whom has stopped you, and how to appeal"),
        lambda _: Why(),
        place=Place.DIRECT,
    ),
    Declares(
        "appeal",
        Text("asks moderators to look at a case again; with words only if you add them"),
        lambda values: Appeal(values["number"], values.get("words", "")),
        parameters=(
            _NUMBER,
            Parameter(
                "words",
                Kind.LINE,
                Text("what you want them to read; nothing else is shown to them"),
                most_chars=LONGEST_WORDS,
                is_required=False,
            ),
        ),
        place=Place.DIRECT,
    ),
    Declares(
        "report reply",
        Text("reports the persona's latest reply to the moderators"),
        lambda values: ReportReply(
            is_attached=values["what"] == "attach", words=values.get("words", "")
        ),
        words=("report",),
        parameters=(
            Parameter(
                "what",
                Kind.CHOICE,
                Text("whether they may read it"),
                choices=("attach", "alone"),
                meanings=(
                    Text("attach: they can read that reply"),
                    Text("alone: without the reply"),
                ),
            ),
            Parameter(
                "words",
                Kind.LINE,
                Text("what is wrong with it"),
                most_chars=LONGEST_WORDS,
                is_required=False,
            ),
        ),
    ),
    Declares(
        "report person",
        Text("reports somebody of this room to the moderators"),
        lambda values: ReportPerson(PersonId(values["person"]), values["words"]),
        parameters=(
            person(Text("who it is about")),
            Parameter("words", Kind.LINE, Text("what happened"), most_chars=LONGEST_WORDS),
        ),
    ),
)
