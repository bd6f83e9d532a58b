"""MATURE: open where everything that it needs is there, and closed by each that is taken back
(SAFETY A5, A7, A8, A9, L10)."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from bot import sentences
from bot.commands.declared import COMMANDS, commands_for
from bot.events import AgeGates, AgeLevel, AgeSign, Rating, Role, Voice
from bot.policy import mature
from bot.policy.ceiling import ceiling
from bot.policy.facts import Facts
from bot.scene import Habits
from bot.text import SILENCE
from tests.conftest import HABITS
from tests.fakes import noticed, spoken
from tests.mature_help import ALLOWS, PROBE, Grown, grown
from tests.policy_facts import facts

BELOW = (None, Rating.GENERAL, Rating.ROMANCE)
# Of each thing that MATURE needs: as it has to be, everything else that it can be, and what is said.
NEEDS: dict[str, tuple[Any, tuple[Any, ...], str]] = {
    "is_listed": (False, (True,), mature.LISTED),
    "operator_allows_mature": (True, (False,), mature.OPERATOR),
    "guard_ready": (True, (False,), mature.GUARD),
    "locked": (False, (True, None), mature.LOCKED),
    "is_direct": (True, (False, None), mature.ROOM),
    "sponsor_ceiling": (Rating.MATURE, BELOW, mature.COMMUNITY),
    "persona_rating": (Rating.MATURE, BELOW, mature.PERSONA),
    "romance_closed": (False, (True, None), mature.STORY),
    "age_level": (
        AgeLevel.PLATFORM,
        (None, AgeLevel.SELF_ATTESTED),
        mature.AGE[AgeLevel.MODERATOR],
    ),
    "person_ceiling": (Rating.MATURE, BELOW, mature.PERSON),
}
COMPLETE = {name: met for name, (met, _, _) in NEEDS.items()}


def circumstances(**changes: Any) -> Facts:
    return facts("hello", **(COMPLETE | changes))


def combinations() -> Iterator[dict[str, Any]]:
    """Every need met or not, each in every way in which it cannot be met."""
    every = [(met, *unmet) for met, unmet, _ in NEEDS.values()]
    for values in product(*every):
        yield dict(zip(NEEDS, values, strict=True))


def test_a9_and_l10_over_all_combinations_mature_is_open_in_exactly_one() -> None:
    start = facts("hello")
    is_open = [
        values for values in combinations() if ceiling(replace(start, **values)) is Rating.MATURE
    ]
    assert is_open == [COMPLETE]


def test_it_opens_in_exactly_one_and_on_discord_by_its_own_command_alone() -> None:
    for platform, sign, opens in (
        ("discord", AgeSign.NSFW, 1),
        ("discord", AgeSign.ROLE, 0),
        ("discord", None, 0),
        ("", None, 0),
        ("console", None, 1),
        ("matrix", None, 1),
    ):
        start = facts("/mature", platform=platform, sign=sign)
        lacks = [
            mature.missing_to_open(replace(start, **values))
            for values in combinations()
            if values["person_ceiling"] is Rating.ROMANCE and values["is_direct"] is not False
        ]
        assert lacks.count(SILENCE) == opens, (platform, sign)


def test_a6_in_an_age_restricted_channel_all_is_asked_but_with_whom_one_talks_alone() -> None:
    for sign, opens in ((AgeSign.NSFW, True), (AgeSign.ROLE, False), (None, False)):
        start = facts("/mature", platform="discord", sign=sign)
        for values in combinations():
            if values["person_ceiling"] is not Rating.ROMANCE or values["is_direct"] is not False:
                continue
            there = {"is_direct": True, "persona_rating": Rating.MATURE, "romance_closed": False}
            has_all = values | there | {"person_ceiling": Rating.MATURE} == COMPLETE
            lacks = mature.missing_to_open(replace(start, **values))
            assert (lacks == SILENCE) == (opens and has_all), values
            assert ceiling(replace(start, **values)) is Rating.GENERAL, "and nothing there"


@pytest.mark.parametrize("name", NEEDS)
def test_each_need_that_is_not_met_closes_it_and_is_named_in_one_sentence(name: str) -> None:
    _, unmet, sentence = NEEDS[name]
    for value in unmet:
        without = circumstances(**{name: value})
        assert ceiling(without) < Rating.MATURE
        assert mature.missing(without) == sentence
        if name != "person_ceiling":
            assert mature.missing_to_open(without) == sentence


def test_no_two_needs_are_told_in_the_same_words() -> None:
    told = [mature.SIGN, *mature.AGE.values(), *(sentence for _, _, sentence in NEEDS.values())]
    assert len(set(told)) == len(told) - 1, "the level of MODERATOR stands in both"


@pytest.mark.parametrize("asked", AgeLevel)
@pytest.mark.parametrize("entry", AgeLevel)
@pytest.mark.parametrize("has", AgeLevel)
def test_a4_the_strictest_level_counts_and_ones_own_word_never_opens_it(
    asked: AgeLevel, entry: AgeLevel, has: AgeLevel
) -> None:
    now = circumstances(age_level=has, least_mature_level=asked, least_age_level=entry)
    is_open = ceiling(now) is Rating.MATURE
    assert is_open is (has >= max(asked, entry) and has > AgeLevel.SELF_ATTESTED)


def test_a5_and_a7_mature_is_the_only_age_restricted_command_and_is_not_there_when_listed() -> None:
    assert [command.name for command in COMMANDS if command.is_age_restricted] == ["mature"]
    offered = commands_for(Role.OPERATOR, is_direct=True, age_restricted=False)
    assert "mature" not in [command.name for command in offered]


# --- On the whole bot -----------------------------------------------------------------------------


async def test_a5_on_discord_no_text_opens_it_and_the_age_restricted_command_does(
    tmp_path: Path,
) -> None:
    async with grown(tmp_path / "data") as bot:
        await bot.parlour.let_in()
        await bot.moderate("/ceiling mature")
        await bot.moderate("/attest ada known for years")
        assert await bot.say("/mature") == mature.SIGN
        assert not await bot.is_open()
        assert await bot.command_of_adults("/mature") == mature.OPEN.format(prefix="/")
        assert await bot.is_open()
        assert "open with this persona now is mature" in await bot.say("/where")


async def test_a8_where_a_platform_has_no_sign_a_named_moderators_word_is_asked_for(
    tmp_path: Path,
) -> None:
    async with grown(tmp_path / "data", platform="matrix") as bot:
        await bot.parlour.let_in()
        await bot.moderate("/ceiling mature")
        assert await bot.say("/mature") == mature.AGE[AgeLevel.MODERATOR]
        await bot.moderate("/attest ada known for years")
        assert "mature is open" in await bot.say("/mature")
        assert await bot.is_open()


async def test_what_was_opened_in_one_community_is_closed_in_another(tmp_path: Path) -> None:
    async with grown(tmp_path / "data") as bot:
        await bot.open()
        async with bot.parlour.house.vault(bot.paper.message("").author.id) as vault:
            assert vault is not None
            kept = await vault.wishes()
            assert kept.settings["mature in"].endswith("discord:tea")
            await vault.set_setting("mature in", kept.settings["mature in"].replace("tea", "chess"))
        assert not await bot.is_open()


@pytest.mark.parametrize(
    ("habits", "say"),
    [
        (replace(ALLOWS, is_listed=True), "There is no command called that."),
        (HABITS, mature.OPERATOR),
    ],
)
async def test_a7_the_operators_no_holds_for_everybody(
    tmp_path: Path, habits: Habits, say: str
) -> None:
    async with grown(tmp_path / "data", habits=habits) as bot:
        await bot.parlour.let_in()
        refused = mature.LISTED if habits.is_listed else mature.OPERATOR
        assert await bot.moderate("/ceiling mature") == refused
        assert say in await bot.command_of_adults("/mature")
        assert not await bot.is_open()
        assert ("/mature:" in await bot.say("/help")) is not habits.is_listed


async def test_l10_without_a_guard_neither_a_community_nor_a_person_opens_it(
    tmp_path: Path,
) -> None:
    async with grown(tmp_path / "data", has_guard=False) as bot:
        await bot.parlour.let_in()
        assert await bot.moderate("/ceiling mature") == mature.GUARD
        assert await bot.command_of_adults("/mature") == mature.GUARD


async def test_a_host_who_has_set_nothing_has_no_mature(tmp_path: Path) -> None:
    async with grown(tmp_path / "data", habits=HABITS) as bot:
        await bot.open()
        assert not await bot.is_open()


# --- Taken back -----------------------------------------------------------------------------------


async def person_lowers(bot: Grown) -> None:
    assert await bot.say("/romance") == sentences.OWN_ROMANCE.format(prefix="/")


async def community_lowers(bot: Grown) -> None:
    await bot.moderate("/ceiling romance")


async def community_asks_for_more(bot: Grown) -> None:
    await bot.moderate("/age mature verified")


async def sign_is_gone(bot: Grown) -> None:
    await bot.sees(AgeSign.NSFW, is_held=False)


async def persona_changes(bot: Grown) -> None:
    await bot.say("/persona halina")


async def guard_dies(bot: Grown) -> None:
    async def broken(_: object) -> None:
        raise TimeoutError

    bot.judge.before = broken


async def year_passes(bot: Grown) -> None:
    bot.parlour.clock.pass_hours(24 * 366)


async def leaves_and_comes_back(bot: Grown) -> None:
    await bot.say("/leave")
    await bot.parlour.let_in()


@pytest.mark.parametrize(
    "happens",
    [
        person_lowers,
        community_lowers,
        community_asks_for_more,
        sign_is_gone,
        persona_changes,
        year_passes,
        leaves_and_comes_back,
    ],
)
async def test_a9_whoever_takes_one_back_has_closed_it_with_the_next_message(
    tmp_path: Path, happens: Callable[[Grown], Awaitable[None]]
) -> None:
    async with grown(tmp_path / "data") as bot:
        await bot.open()
        assert await bot.is_open()
        await happens(bot)
        assert not await bot.is_open()


async def lowers_it_here(bot: Grown) -> None:
    bot.paper.write("/romance")


async def lowers_it_elsewhere(bot: Grown) -> None:
    await bot.paper.rest(bot.write_elsewhere("/romance"))


async def is_locked_elsewhere(bot: Grown) -> None:
    await bot.paper.rest(bot.write_elsewhere("I am 15 years old"))


async def leaves_elsewhere(bot: Grown) -> None:
    await bot.paper.rest(bot.write_elsewhere("/leave"))


@pytest.mark.parametrize(
    "happens",
    [
        lowers_it_here,
        lowers_it_elsewhere,
        is_locked_elsewhere,
        leaves_elsewhere,
        community_lowers,
        community_asks_for_more,
        sign_is_gone,
    ],
)
async def test_a9_a_reply_in_flight_ends_at_once(
    tmp_path: Path, happens: Callable[[Grown], Awaitable[None]]
) -> None:
    async with grown(tmp_path / "data") as bot:
        await bot.open()
        before = len(bot.paper.shown)
        room = await bot.ask_and_hold("how is the evening")
        await happens(bot)
        # The engine still holds its next word back, and never gives it.
        await bot.paper.rest(room)
        said = [one for one in bot.paper.shown[before:] if one.room == room]
        assert "".join(spoken(said)).count("The lamp is lit.") <= 1
        if happens is not lowers_it_here:
            assert sentences.FELL in noticed(said)


async def test_a_reply_that_may_be_written_goes_on_while_others_fall(tmp_path: Path) -> None:
    async with grown(tmp_path / "data") as bot:
        await bot.open()
        await bot.say("/romance")
        room = await bot.ask_and_hold("how is the evening")
        await bot.moderate("/ceiling romance")
        await bot.sees(AgeSign.NSFW, is_held=False)
        bot.hold.set()
        await bot.paper.rest(room)
        (reply,) = [one for one in bot.paper.shown if one.text.startswith("The lamp")]
        assert reply.voice is Voice.PERSONA
        assert reply.text.count("The lamp is lit.") == 8


async def test_l6_a_guard_that_dies_in_mature_sends_nothing(tmp_path: Path) -> None:
    async with grown(tmp_path / "data") as bot:
        await bot.open()
        await guard_dies(bot)
        shown = await bot.paper.say("how is the evening")
        assert not spoken(shown)


async def test_a6_a_private_room_goes_no_further_than_its_platform_lets_it(tmp_path: Path) -> None:
    async with grown(tmp_path / "data") as bot:
        await bot.open()
        assert await bot.is_open()
        asked = len(bot.parlour.scripted.prompts)
        message = bot.paper.message(PROBE)
        room = replace(message.room, most=Rating.ROMANCE)
        bot.paper.tell(replace(message, room=room))
        await bot.paper.rest(room.id)
        assert len(bot.parlour.scripted.prompts) == asked


async def test_a6_a_restriction_that_is_taken_away_ends_what_is_being_written(
    tmp_path: Path,
) -> None:
    async with grown(tmp_path / "data") as bot:
        await bot.open()
        room = await bot.ask_and_hold(PROBE)
        still = AgeGates(bot.paper.tea, frozenset())
        await bot.parlour.conversation.take_sign(still)
        assert bot.parlour.dispatch.is_at_work(room), "it came through none, and none was lost"
        await bot.parlour.conversation.take_sign(replace(still, has_lost=True))
        # The engine is held: nothing but the change ends it.
        await bot.paper.rest(room)
        bot.hold.set()
        assert await bot.is_open()
