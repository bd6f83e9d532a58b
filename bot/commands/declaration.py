"""What a command declares of itself. Values only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.commands.parameters import Parameter, Place
from bot.events import Role
from bot.text import Text

C = TypeVar("C", covariant=True)  # noqa: PLC0105 - a value that is only read gives what it holds


@dataclass(frozen=True, slots=True)
class Declares(Generic[C]):
    name: str
    """One word, or two: `rules add` is `add` of the group `rules`."""
    about: Text
    """One line, as help and completion show it."""
    make: Callable[[Mapping[str, str]], C]
    """From the parameters' values, checked; an optional one may be missing."""
    words: tuple[str, ...] = ()
    """Other names for it."""
    bare: tuple[str, ...] = ()
    """In a direct room these count without the prefix, where they are the whole message."""
    parameters: tuple[Parameter, ...] = ()
    least: Role = Role.MEMBER
    place: Place = Place.BOTH
    is_age_restricted: bool = False
    """SAFETY A5, A7: a platform that can gives it to adults only, and one that is listed in an app
    directory does not have it."""
    takes_more: bool = False
    """True where words too many must not stand in the way: `/stop please` stops."""

    @property
    def group(self) -> str:
        """Empty for a command that stands alone."""
        return self.name.rpartition(" ")[0]

    @property
    def last(self) -> str:
        """Its name within the group."""
        return self.name.rpartition(" ")[2]

    def may(self, role: Role) -> bool:
        return role >= self.least

    def fits(self, *, is_direct: bool) -> bool:
        return self.place in (Place.BOTH, Place.DIRECT if is_direct else Place.SHARED)
