"""What is asked in a set-up, step by step, and how an answer is read. Pure.

An answer is a word, a number or the sign of one; rooms are named by their id or alias. Ratings and
levels are the words of the commands that set them.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from bot.commands.declared import COMMANDS
from bot.platforms.matrix.chosen import MOST_LISTS, STRONGEST
from bot.platforms.signs import NUMBERS, plain
from bot.text import Text, lines, paragraphs, verbatim

_SIGNS = {"➡": "next", "⬅": "back", "⏹": "stop"}
_ROOM = re.compile(r"[!#]\S{1,254}")


class Control(Enum):
    NEXT = "next"
    BACK = "back"
    AGAIN = "again"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    asks: Text
    options: tuple[tuple[str, Text], ...]
    """The word for each, and what it says."""
    takes: str = ""
    """What else fits: a `room`, `rooms`, a `power`."""


@dataclass(frozen=True, slots=True)
class Answer:
    word: str = ""
    rooms: tuple[str, ...] = ()
    power: int = 0


def _options(command: str, parameter: int, *, without: str = "") -> tuple[tuple[str, Text], ...]:
    """As the command's own declaration has them."""
    declared = next(one for one in COMMANDS if one.name == command).parameters[parameter]
    both = zip(declared.choices, declared.meanings, strict=True)
    return tuple((word, meaning) for word, meaning in both if word != without)


STEPS = (
    Step(
        "entrance",
        Text(
            "In which room shall people come in? The panel stands there. Another room of this "
            "community is named by its address (`#…` or `!…`)."
        ),
        (("here", Text("here: this room")), ("none", Text("none: no panel"))),
        takes="room",
    ),
    Step("ceiling", Text("How far may conversations go?"), _options("ceiling", 0)),
    Step("entry", Text("How well must an age be founded to come in?"), _options("age", 1)),
    Step(
        "mature",
        Text("How well must it be founded to open mature, where that exists?"),
        _options("age", 1, without="self-attested"),
    ),
    Step(
        "trusted",
        Text(
            "Do you give a power level to adults only? `power 10` says that whoever has 10 or more "
            "here is an adult by your word; who loses it is one no more."
        ),
        (("nobody", Text("nobody: no power level speaks for an age")),),
        takes="power",
    ),
    Step(
        "reports",
        Text(
            "Shall each case and report be told in this room, without anybody's words? Best in one "
            "that moderators alone read."
        ),
        _options("caselog", 0),
    ),
    Step(
        "lists",
        Text(
            "Which policy lists hold here? Name their rooms (`#…` or `!…`), one after the other: "
            "whoever is on one of them is refused."
        ),
        (("none", Text("none: no list")),),
        takes="rooms",
    ),
    Step(
        "panel",
        Text("Shall the panel be put up now, in the place of an older one?"),
        (("yes", Text("yes: put it up")), ("no", Text("no: leave it as it is"))),
    ),
)

QUESTION = Text("Set-up, step {number} of {most}: {asks}")
OPTION = Text("{number}. {option}")
HOW = Text(
    "Answer with the word, its number, or a reaction to this message. `next` keeps what there is, "
    "`back` goes back, `again` asks again, `stop` ends the set-up."
)


def question(number: int) -> Text:
    step = STEPS[number]
    asked = QUESTION.format(number=number + 1, most=len(STEPS), asks=step.asks)
    options = [OPTION.format(number=n, option=say) for n, (_, say) in enumerate(step.options, 1)]
    return paragraphs(asked, lines(*options), HOW)


def signs(number: int) -> Sequence[str]:
    return (*NUMBERS[: len(STEPS[number].options)], "➡️")


def read_sign(number: int, sign: str) -> Answer | Control | None:
    if (word := _SIGNS.get(plain(sign))) is not None:
        return Control(word)
    known = {plain(one): at for at, one in enumerate(NUMBERS)}
    at, options = known.get(plain(sign), len(NUMBERS)), STEPS[number].options
    return Answer(options[at][0]) if at < len(options) else None


def read_words(number: int, text: str) -> Answer | Control | None:
    """None for what is no answer to this step."""
    step, typed = STEPS[number], text.strip().casefold().removeprefix("!")
    if typed in {control.value for control in Control}:
        return Control(typed)
    words = {word: word for word, _ in step.options}
    words |= {str(at): word for at, (word, _) in enumerate(step.options, 1)}
    if typed in words:
        return Answer(words[typed])
    named = text.replace(",", " ").split()
    if step.takes in ("room", "rooms") and named and all(map(_ROOM.fullmatch, named)):
        most = 1 if step.takes == "room" else MOST_LISTS
        return Answer(rooms=tuple(dict.fromkeys(named))) if len(named) <= most else None
    power = typed.removeprefix("power").strip()
    if step.takes == "power" and typed.startswith("power") and power.isascii() and power.isdigit():
        level = int(power[:4])
        return Answer(power=level) if 0 < level <= STRONGEST else None
    return None


MOST_BYTES = 16_384
"""Of a file."""
NO_TABLE = Text(
    "I cannot read that file: it should be TOML of at most {most} KB. Nothing has changed."
)
NOT_FITTING = Text("In the file, `{name}` says nothing that fits there. Nothing has changed.")
UNKNOWN = Text("The file has a name that I do not know. There are: {names}. Nothing has changed.")


def read_file(content: bytes) -> tuple[tuple[Step, Answer], ...] | Text:
    """The steps that it answers, in their order; or what is wrong with it, without its words."""
    try:
        found = tomllib.loads(content.decode())
    except ValueError:
        return NO_TABLE.format(most=MOST_BYTES // 1024)
    names = [step.name for step in STEPS]
    if not set(found) <= set(names):
        return UNKNOWN.format(names=", ".join(names))
    read = []
    for number, step in enumerate(STEPS):
        if step.name not in found:
            continue
        answer = read_words(number, _typed(found[step.name]))
        if not isinstance(answer, Answer):
            return NOT_FITTING.format(name=step.name)
        read.append((step, answer))
    return tuple(read)


def _typed(value: object) -> str:
    """As somebody would write it."""
    match value:
        case bool():
            return ""
        case int():
            return f"power {value}"
        case list():
            return " ".join(map(str, value)) or "none"
        case _:
            return str(value)


def how_it_stands(summary: Mapping[str, str]) -> Text:
    """The community's own, as the house has it."""
    return STANDS.format(**{name: verbatim(word) for name, word in summary.items()})


STANDS = Text(
    "As it stands: conversations go up to {ceiling}, coming in asks for {entry}, mature for {mature}."
)
