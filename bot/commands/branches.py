"""`branch` and `branches`, declared: a talk that goes on from an earlier message, with what came after
it set aside."""

from dataclasses import dataclass

from bot.commands.declaration import Declares
from bot.commands.parameters import Kind, Parameter
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Branch:
    back: str = ""
    """As it was typed: how many of the person's messages; empty for the message that this is a reply
    to, or else for the last one."""


@dataclass(frozen=True, slots=True)
class Branches:
    which: str = ""
    """A number, or `forget` and a number; empty for the list."""


BranchCommand = Branch | Branches

BRANCHES: tuple[Declares[BranchCommand], ...] = (
    Declares(
        "branch",
        Text("goes on from an earlier message, and sets aside what came after it"),
        lambda values: Branch(values.get("back", "")),
        parameters=(
            Parameter(
                "back",
                Kind.WORD,
                Text("how many of your messages to go back, if it is no reply to one"),
                is_required=False,
            ),
        ),
    ),
    Declares(
        "branches",
        Text("lists the branches of our talk, goes back to one, or forgets one"),
        lambda values: Branches(values.get("which", "")),
        parameters=(
            Parameter(
                "which",
                Kind.LINE,
                Text("a number of the list, or forget and a number"),
                is_required=False,
            ),
        ),
    ),
)
