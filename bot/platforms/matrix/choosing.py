"""What follows from an answer of a set-up: Matrix's own choices of a community are kept, the panel is
put up, lists are followed, the rules are published.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.events import EventId
from bot.platforms.base import RulesOf
from bot.platforms.matrix.barring import Barring
from bot.platforms.matrix.chosen import Choices, Chosen
from bot.platforms.matrix.line import Line
from bot.platforms.matrix.names import community_id, quoted
from bot.platforms.matrix.publishing import Publishing
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.steps import Answer, how_it_stands
from bot.platforms.matrix.trusted import Trusted
from bot.text import SILENCE, Text

PANEL = Text(
    "Here is the door to private conversations with personas. They are played by software, and they "
    "are for adults. React with {sign}, or write `{prefix}begin`: I open an encrypted room for the "
    "two of us, and what comes next is said there."
)
SIGN = "🚪"

ENTRANCE_SET = Text("The panel's room is {room}. The panel stands there once you put it up.")
ENTRANCE_NONE = Text("There is no room for the panel now. A panel that stands stays.")
TRUSTED_SET = Text(
    "Whoever has the power {power} or more here is an adult by your word. Who loses it is one no "
    "more."
)
TRUSTED_NONE = Text("No power level speaks for anybody's age here now.")
LISTS_SET = Text("Whoever is on one of these lists is refused here: {lists}.")
LISTS_NONE = Text("No policy list of this community's own holds now.")
LIST_NOT_JOINED = Text("I cannot join the list {room}. Nothing has changed.")
OPERATORS_MISSING = Text("A list of the operator's cannot be joined, so it does not hold: {lists}.")
NOT_OURS = Text(
    "I find no room {room} in this community. Please invite me there first, or name another one."
)
IS_UP = Text("The panel stands in {room}.")
CHOOSE_FIRST = Text("There is no room for the panel yet, so none is put up.")
NOT_PUT_UP = Text("I could not write in {room}. Please see that I may send messages there.")
DAMAGED = Text("What was set up here cannot be read any more. Please choose everything anew.")

Say = Callable[[str, Text], Awaitable[EventId | None]]
"""A notice in a room, to all."""


class Choosing:
    def __init__(
        self,
        line: Line,
        rooms: Rooms,
        choices: Choices,
        *,
        barring: Barring,
        trusted: Trusted,
        publishing: Publishing,
        rules_of: RulesOf,
        say: Say,
        react: Callable[[str, EventId, str], Awaitable[None]],
        prefix: str,
    ) -> None:
        self._line = line
        self._rooms = rooms
        self._choices = choices
        self._barring = barring
        self._trusted = trusted
        self._publishing = publishing
        self._rules_of = rules_of
        self._say = say
        self._react = react
        self._prefix = prefix

    async def how_it_stands(self, room: str) -> list[Text]:
        community = self._rooms.community_of(room)
        rules = await self._rules_of(community_id(community))
        chosen = await self._choices.of(community)
        told = [DAMAGED] if self._choices.is_damaged(community) else []
        if rules.summary:
            told.append(how_it_stands(rules.summary))
        if chosen.entrance:
            told.append(ENTRANCE_SET.format(room=chosen.entrance))
        if chosen.trusted:
            told.append(TRUSTED_SET.format(power=chosen.trusted))
        if chosen.lists:
            told.append(LISTS_SET.format(lists=", ".join(chosen.lists)))
        if self._barring.missing:
            told.append(OPERATORS_MISSING.format(lists=", ".join(self._barring.missing)))
        return told

    async def choose(self, room: str, step: str, answer: Answer) -> tuple[Text, bool]:
        """What is told, and whether the step is done. Raises what the store raises."""
        community = self._rooms.community_of(room)
        match step:
            case "entrance":
                return await self._choose_entrance(community, answer, room)
            case "trusted":
                await self._change(community, lambda was: replace(was, trusted=answer.power))
                self._trusted.chose(community)
                power = answer.power
                return (TRUSTED_SET.format(power=power) if power else TRUSTED_NONE), True
            case "lists":
                return await self._choose_lists(community, answer.rooms)
            case _:
                return (await self._put_up(community) if answer.word == "yes" else SILENCE), True

    async def publish(self, room: str) -> Text:
        return await self._publishing.publish(self._rooms.community_of(room))

    # --- Below -------------------------------------------------------------------------------

    async def _change(self, community: str, changed: Callable[[Chosen], Chosen]) -> Chosen:
        return await self._choices.change(community, changed)

    async def _choose_entrance(
        self, community: str, answer: Answer, here: str
    ) -> tuple[Text, bool]:
        one = here if answer.word == "here" else ""
        if answer.rooms:
            found = await self._find(community, answer.rooms[0])
            if found is None:
                return NOT_OURS.format(room=answer.rooms[0]), False
            one = found
        await self._change(community, lambda was: replace(was, entrance=one))
        return (ENTRANCE_SET.format(room=one) if one else ENTRANCE_NONE), True

    async def _find(self, community: str, named: str) -> str | None:
        """A room of this community that has the bot."""
        if named.startswith("#"):
            answer = await self._line.find(f"/directory/room/{quoted(named)}")
            named = str(answer.body.get("room_id")) if answer and answer.is_fine else ""
        place = self._rooms.place(named)
        is_ours = place is not None and named in self._rooms.rooms_of(community)
        return named if is_ours and place is not None and not place.is_space else None

    async def _choose_lists(self, community: str, wanted: tuple[str, ...]) -> tuple[Text, bool]:
        found = []
        for one in wanted:
            room = await self._barring.follow(one)
            if room is None:
                return LIST_NOT_JOINED.format(room=one), False
            found.append(room)
        await self._change(community, lambda was: replace(was, lists=tuple(found)))
        self._barring.chose(community)
        return (LISTS_SET.format(lists=", ".join(wanted)) if found else LISTS_NONE), True

    async def _put_up(self, community: str) -> Text:
        """The newest panel is the only one."""
        chosen = await self._choices.of(community)
        if not chosen.entrance:
            return CHOOSE_FIRST
        words = PANEL.format(sign=SIGN, prefix=self._prefix)
        made = await self._say(chosen.entrance, words)
        if made is None:
            return NOT_PUT_UP.format(room=chosen.entrance)
        before: list[Chosen] = []

        def stands(was: Chosen) -> Chosen:
            before.append(was)
            return replace(was, panel=str(made), panel_in=was.entrance)

        await self._change(community, stands)
        await self._react(chosen.entrance, made, SIGN)
        if (old := before[0]).panel:
            path = f"/rooms/{quoted(old.panel_in)}/redact/{quoted(old.panel)}/{quoted(old.panel)}"
            await self._line.attempt("PUT", path, {})
        return IS_UP.format(room=chosen.entrance)
