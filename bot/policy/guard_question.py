"""What a question to a guard model is made of. Pure values, and the words for each criterion.

Only marks may become control tokens; people's words stay text, and what could look like a mark
or like somebody's turn in them is broken up. How the pieces are put together is for
`guard_formats.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from bot.policy.guard import Criterion, Exchange, Meaning


class Kind(Enum):
    MARK = "mark"
    """The model's own control tokens around messages."""
    OURS = "ours"
    WORDS = "words"
    """Of people or of the engine: never anything but text."""
    BEGUN = "begun"
    """The beginning of the answer."""


@dataclass(frozen=True, slots=True)
class Piece:
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    pieces: tuple[Piece, ...]
    choices: tuple[str, ...]
    """Each begins with another token, in every vocabulary of its family."""
    meanings: tuple[Meaning, ...]

    @property
    def whole(self) -> str:
        return "".join(piece.text for piece in self.pieces)


def ours(text: str) -> Piece:
    return Piece(Kind.OURS, text)


def mark(text: str) -> Piece:
    return Piece(Kind.MARK, text)


def begun(text: str) -> Piece:
    return Piece(Kind.BEGUN, text)


def words(text: str) -> Piece:
    """On one line, so that nobody imitates a turn; for the judgement only (SAFETY L9)."""
    return Piece(Kind.WORDS, _FRAME.sub(r"\g<0> ", " ".join(text.split())))


def said(exchange: Exchange, person: str, engine: str) -> tuple[Piece, ...]:
    """What is judged, with the names that this family gives to both sides."""
    asked = (ours(person), words(exchange.asked))
    if exchange.written is None:
        return asked
    return (*asked, ours(engine), words(exchange.written))


@dataclass(frozen=True, slots=True)
class About:
    title: str
    what: str
    """Follows "content that"."""


ABOUT: Mapping[Criterion, About] = MappingProxyType(
    {
        Criterion.UNDER_18: About(
            "Sexual or Romantic Content Involving Minors",
            "is sexual or romantic and involves anybody under 18, or anybody described as a child "
            "or as childlike",
        ),
        Criterion.FORCED: About(
            "Forced Sexual Content",
            "is sexual and involves somebody who does not agree to it, or an animal",
        ),
        Criterion.REAL_PERSON: About(
            "Sexual Content About Real People",
            "is sexual and is about a real person who can be identified",
        ),
        Criterion.HARM: About(
            "Instructions for Serious Harm",
            "gives or seeks instructions for seriously hurting people, such as for making weapons "
            "or explosives",
        ),
        Criterion.SEXUAL: About("Sexual Content", "is sexually explicit or describes sexual acts"),
    }
)

# Where a mark could begin: <|end|>, </s>, <END CONVERSATION>, [INST]. "I <3 you" is none.
_FRAME = re.compile(r"[<\[](?=[/|｜A-Za-z])")
