"""SAFETY A4: who has the power that their community gives to adults only, and who has it no more.

Seen whenever it is asked whether somebody is there, and when a community changes its levels; told
when it changes, and again after a while to those who may have come in since. It knows no age.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.events import AgeSeen, AgeSign, Author
from bot.platforms.bounded import Bounded
from bot.platforms.matrix.chosen import Choices
from bot.platforms.matrix.lists import Source
from bot.platforms.matrix.names import person_id, shared_room
from bot.platforms.matrix.places import Place
from bot.platforms.matrix.rooms import Rooms

AGAIN_S = 30.0
MOST = 10_000


@dataclass(frozen=True, slots=True)
class _Told:
    is_held: bool
    least: int
    at: float


class Trusted:
    def __init__(
        self,
        rooms: Rooms,
        choices: Choices,
        tell: Callable[[AgeSeen], None],
        now: Callable[[], float],
    ) -> None:
        self._rooms = rooms
        self._choices = choices
        self._tell = tell
        self._now = now
        self._told: Bounded[tuple[str, str], _Told] = Bounded(MOST)

    def saw(self, user: str, community: str) -> None:
        if (place := self._rooms.place(community)) is not None:
            self._see(place, user)

    def take_state(self, room: str, source: Source) -> None:
        """New levels: whoever was trusted may be so no more."""
        place = self._rooms.place(room)
        if source.get("type") == "m.room.power_levels" and place is not None:
            self._see_all(replace(place, power=source.get("content") or {}))

    def chose(self, community: str) -> None:
        if (place := self._rooms.place(community)) is not None:
            self._see_all(place)

    def _see_all(self, place: Place) -> None:
        for (community, user), told in self._told.latest(MOST):
            if community == place.id and told.is_held:
                self._see(place, user)

    def _see(self, place: Place, user: str) -> None:
        chosen = self._choices.known(place.id)
        if chosen is None or chosen.trusted is None:
            return
        least, now, told = chosen.trusted, self._now(), self._told.get((place.id, user))
        is_held = least > 0 and place.level_of(user) >= least
        is_same = told and (told.is_held, told.least) == (is_held, least)
        if told and is_same and (not is_held or now - told.at < AGAIN_S):
            return
        self._told.put((place.id, user), _Told(is_held, least, now))
        where, author = shared_room(place.id, place.id), Author(person_id(user), "")
        self._tell(AgeSeen(where, author, AgeSign.ROLE, is_held))
