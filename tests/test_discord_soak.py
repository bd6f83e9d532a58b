"""The account of the long run on Discord counts what goes wrong: made here by hand, without a bot."""

import random

import pytest

from bench.discord_account import account, acknowledged
from bench.discord_crowd import PERSONA, UNKNOWN, Crowd, Somebody, Written, reply_to
from bot.policy import door_rules
from tests.discord import DiscordServer, discord_server
from tests.discord.state import Shown

pytestmark = pytest.mark.live


class Hands:
    """Somebody writes, and what the bot would say is put there by hand."""

    def __init__(self, server: DiscordServer) -> None:
        self.server = server
        self.crowd = Crowd(server, random.Random(1))
        self.anna = Somebody(server.person("Anna"))
        self.crowd.everybody.append(self.anna)

    async def writes(self, text: str) -> Written:
        shown = await self.anna.person.writes(self.anna.person.dm, text)
        self.anna.written.append(Written(shown, shown.at, [text]))
        return self.anna.written[-1]

    def says(self, content: str, flags: int = PERSONA) -> Shown:
        bot = self.server.world.users[self.server.application]
        body = {"content": content, "flags": flags}
        return self.server.messages.post(self.anna.person.dm, bot, body)

    def revises(self, shown: Shown, content: str) -> None:
        self.server.messages.change(self.anna.person.dm, shown, {"content": content})


async def test_what_was_answered_once_and_whole_costs_nothing() -> None:
    async with discord_server() as server:
        hands = Hands(server)
        await hands.writes("one.")
        shown = hands.says("You said:")
        server.pass_time(1.0)
        hands.revises(shown, "You said: one. the tide")
        server.pass_time(1.0)
        hands.revises(shown, reply_to("one."))
        told = account(hands.crowd, kills=())
        assert (told.messages, told.answers) == (1, 1)
        assert (told.unanswered, told.doubled, told.not_whole) == (0, 0, 0)
        assert 0.9 < told.edits_a_second <= 1.0


async def test_what_was_cut_before_it_names_its_message_is_no_answer_to_one_that_has_its_own() -> (
    None
):
    async with discord_server() as server:
        hands = Hands(server)
        first = await hands.writes("one.")
        hands.says(reply_to("one."))
        # Changed while it was answered: answered once more, until something newer came.
        first.texts.append("one. changed")
        first.wants_no_whole = True
        await hands.writes("two.")
        hands.says("You")
        hands.says(reply_to("two."))
        told = account(hands.crowd, kills=())
        assert (told.unanswered, told.doubled, told.not_whole) == (0, 0, 0)


async def test_a_lost_a_doubled_and_a_broken_answer_are_each_counted() -> None:
    async with discord_server() as server:
        hands = Hands(server)
        await hands.writes("one.")
        await hands.writes("two.")
        hands.says(reply_to("two."))
        hands.says(reply_to("two."))
        await hands.writes("three.")
        cut = hands.says("You said: three. the tide")
        told = account(hands.crowd, kills=())
        assert (told.unanswered, told.doubled, told.not_whole) == (1, 1, 1)
        killed = account(Crowd(server, random.Random(1), [_anew(hands.anna)]), kills=(cut.at,))
        assert (killed.not_whole, killed.cut_by_kills) == (0, 1)


@pytest.mark.parametrize(("cut", "doubled"), [(2, 0), (3, 1)])
async def test_an_answer_cut_before_it_names_its_message_goes_where_one_is_wanted(
    cut: int, doubled: int
) -> None:
    async with discord_server() as server:
        hands = Hands(server)
        first = await hands.writes("one.")
        hands.says(reply_to("one."))
        first.agains += 1
        await hands.writes("two.")
        for _ in range(cut):
            hands.says("You")
        assert account(hands.crowd, kills=()).doubled == doubled


@pytest.mark.parametrize(
    ("heard", "found_out_after", "ends", "costs"),
    [
        ("late", 1.0, "whole", (0, 0, 1)),
        ("at once", 1.0, "whole", (1, 1, 0)),
        ("late", 60.0, "whole", (1, 1, 0)),
        ("late", 1.0, "cut", (0, 1, 1)),
    ],
)
async def test_an_answer_that_gives_way_because_an_earlier_deletion_was_found_out_late_is_no_second_one(
    heard: str, found_out_after: float, ends: str, costs: tuple[int, int, int]
) -> None:
    async with discord_server() as server:
        hands = Hands(server)
        first = await hands.writes("one.")
        hands.says(reply_to("one."))
        server.pass_time(20.0)
        began = server.world.now()
        first.changed_at.append(began + 0.5 if heard == "late" else began - 15.0)
        server.pass_time(5.0)
        lost = ((began, server.world.now()),)
        await hands.writes("two.")
        server.pass_time(found_out_after)
        hands.says("You said: two. the tide")
        server.pass_time(1.0)
        hands.says(reply_to("two.") if ends == "whole" else "You said: two.")
        told = account(hands.crowd, (), lost)
        assert (told.doubled, told.not_whole, told.written_anew) == costs


async def test_what_was_missed_and_answered_behind_a_newer_message_is_answered() -> None:
    async with discord_server() as server:
        hands = Hands(server)
        await hands.writes("one.")
        newer = await hands.writes("two.")
        hands.says("You")
        hands.says("You")
        newer.agains += 1
        told = account(hands.crowd, kills=(server.world.now(),))
        assert (told.unanswered, told.doubled) == (0, 0)


async def test_what_the_bot_could_not_take_in_is_not_what_the_talk_ends_with() -> None:
    async with discord_server() as server:
        hands = Hands(server)
        first = await hands.writes("one.")
        hands.says(reply_to("one."))
        second = await hands.writes("two.")
        assert hands.anna.last_kept() is second
        hands.says(f"{UNKNOWN} before we talk. Please wait.", flags=0)
        assert hands.anna.last_kept() is first
        assert str(door_rules.UNKNOWN).startswith(UNKNOWN), "as the bot says it"


async def test_what_the_bot_says_itself_in_place_of_an_answer_is_told_apart() -> None:
    async with discord_server() as server:
        hands = Hands(server)
        await hands.writes("one.")
        hands.says("So many people are talking.", flags=0)
        told = account(hands.crowd, kills=())
        assert told.unanswered == 0
        assert dict(told.answered_by_the_bot_itself) == {"So many people are talking.": 1}


async def test_an_interaction_without_an_answer_is_late_and_in_a_fault_told_apart() -> None:
    async with discord_server() as server:
        hands = Hands(server)
        hands.says("words")
        server.world.commands[""] = [{"id": "5", "name": "who", "type": 1, "options": []}]
        asked = await hands.anna.person.runs("/who", hands.anna.person.dm)
        hands.crowd.asked.append(asked)
        told = acknowledged(hands.crowd, lost=())
        assert (told.late, told.late_while_lost) == (1, 0)
        assert told.examples == [f"late: who (at {asked.at:.2f})"]
        told = acknowledged(hands.crowd, lost=((asked.at - 1.0, asked.at + 1.0),))
        assert (told.late, told.late_while_lost) == (0, 1)
        told = acknowledged(hands.crowd, lost=((asked.at - 0.1, asked.at + 0.1),))
        assert (told.late, told.late_while_lost) == (1, 0)


def _anew(somebody: Somebody) -> Somebody:
    """As before the account matched answers to it."""
    return Somebody(
        somebody.person, [Written(one.shown, one.at, one.texts) for one in somebody.written]
    )
