"""The operator's own commands, declared. Where platforms know nobody as the operator, they do not
exist; in the terminal they do.
"""

from dataclasses import dataclass

from bot.commands.declaration import Declares
from bot.commands.parameters import person
from bot.events import PersonId, Role
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Block:
    person: PersonId


@dataclass(frozen=True, slots=True)
class Unblock:
    person: PersonId


@dataclass(frozen=True, slots=True)
class Overview: ...


OperatingCommand = Block | Unblock | Overview

_PERSON = person(Text("who it is"))

OPERATING: tuple[Declares[OperatingCommand], ...] = (
    Declares(
        "block",
        Text("blocks somebody in every community of this machine"),
        lambda values: Block(PersonId(values["person"])),
        parameters=(_PERSON,),
        least=Role.OPERATOR,
    ),
    Declares(
        "unblock",
        Text("opens a block again"),
        lambda values: Unblock(PersonId(values["person"])),
        parameters=(_PERSON,),
        least=Role.OPERATOR,
    ),
    Declares(
        "overview",
        Text("counts the cases of each community, without anybody's words or names"),
        lambda _: Overview(),
        least=Role.OPERATOR,
    ),
)
