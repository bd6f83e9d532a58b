"""`privacy`, `export`, `erase` and `leave`, declared: what is kept of somebody, and its end."""

from dataclasses import dataclass

from bot.commands.declaration import Declares
from bot.commands.parameters import Place, one_of
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Privacy: ...


@dataclass(frozen=True, slots=True)
class Export:
    is_page: bool = False


@dataclass(frozen=True, slots=True)
class Erase:
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Leave: ...


KeptCommand = Privacy | Export | Erase | Leave

KEPT: tuple[Declares[KeptCommand], ...] = (
    Declares("privacy", Text("says what is kept, why, and for how long"), lambda _: Privacy()),
    Declares(
        "export",
        Text("gives you everything that is kept of you"),
        lambda values: Export(is_page=values.get("form") == "page"),
        parameters=one_of(
            "form",
            Text("as what"),
            data=Text("data: JSON, which import takes back"),
            page=Text("page: a page to read in any browser"),
        ),
        place=Place.DIRECT,
    ),
    Declares(
        "erase",
        Text("erases everything that is kept of you, for good"),
        lambda values: Erase(confirmed="sure" in values),
        bare=("erase",),
        parameters=one_of(
            "sure",
            Text("without it you are told what would go"),
            confirm=Text("confirm: erase everything now"),
        ),
    ),
    Declares(
        "leave",
        Text("closes the door behind you; what was said stays sealed until you erase it"),
        lambda _: Leave(),
        bare=("leave",),
    ),
)
