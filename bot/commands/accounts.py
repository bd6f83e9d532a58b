"""`link`, `unlink` and `sponsor`, declared: which accounts are one person, and whose guest each is."""

from dataclasses import dataclass

from bot.commands.declaration import Declares
from bot.commands.parameters import Kind, Parameter, Place, one_of
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Link:
    code: str = ""
    """Empty: one is to be shown."""
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class Unlink: ...


@dataclass(frozen=True, slots=True)
class Sponsor:
    name: str = ""


AccountCommand = Link | Unlink | Sponsor

ACCOUNTS: tuple[Declares[AccountCommand], ...] = (
    Declares(
        "link",
        Text("joins two accounts of yours: shows a code here, to be typed there"),
        lambda values: Link(values.get("code", ""), is_sure="sure" in values),
        parameters=(
            Parameter(
                "code",
                Kind.WORD,
                Text("the code that your other account shows"),
                is_required=False,
            ),
            *one_of(
                "sure",
                Text("without it you are told what it would do"),
                confirm=Text("confirm: join them now"),
            ),
        ),
        place=Place.DIRECT,
    ),
    Declares(
        "unlink",
        Text("parts your accounts again"),
        lambda _: Unlink(),
        place=Place.DIRECT,
    ),
    Declares(
        "sponsor",
        Text("lists the communities whose guest you can be, or chooses one"),
        lambda values: Sponsor(values.get("name", "")),
        bare=("sponsor",),
        parameters=(
            Parameter(
                "name",
                Kind.LINE,
                Text("the community's name"),
                most_chars=264,
                is_required=False,
            ),
        ),
        place=Place.DIRECT,
    ),
)
