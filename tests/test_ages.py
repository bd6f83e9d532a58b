"""How well an age is founded: signs, moderators, the operator, and what is asked for (SAFETY A2, A3,
A4), on the whole bot and on the command line."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot import sentences
from bot.config import ConfigError, load_config
from bot.events import AgeLevel, AgeSeen, AgeSign, CommunityId, PersonId, Role
from bot.operate.ages import PROOF_SEEN, Asked, Deed, speak_for
from bot.policy.dates import names_a_date
from bot.policy.door_rules import NOT_ENOUGH
from bot.store.house import House
from bot.store.keys import make_master_key, read_master_key
from bot.store.rows import DOOR, INSTANCE, AgeRecord
from tests.conftest import HABITS, Parlour, running
from tests.fakes import Clock, noticed, spoken, writes
from tests.mature_help import grown

ADA = PersonId("paper:ada")
TEA = CommunityId("paper:tea")
YEAR_H = 24 * 366
NOW = Clock().now


async def moderate(parlour: Parlour, text: str, person: str = "mo") -> str:
    return noticed(await parlour.paper.say(text, person, Role.MODERATOR))


async def tell(parlour: Parlour, *, is_held: bool, sign: AgeSign = AgeSign.ROLE) -> None:
    about = parlour.paper.message("")
    seen = AgeSeen(about.room, about.author, sign, is_held=is_held)
    await parlour.conversation.take_sign(seen)


async def level(parlour: Parlour, scope: str = TEA) -> AgeLevel | None:
    record = await parlour.house.age_record(ADA, scope, parlour.clock())
    return record.level if record else None


# --- What is asked for ----------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["platform", "moderator", "verified"])
async def test_a4_the_door_says_what_is_missing_and_how_to_get_it(
    parlour: Parlour, asked: str
) -> None:
    await moderate(parlour, f"/age entry {asked}")
    for answer in ("hello", "next", "next", "yes"):
        await parlour.paper.say(answer)
    missing = NOT_ENOUGH[AgeLevel[asked.upper()]]
    shown = await parlour.paper.say("done")
    assert noticed(shown) == missing
    assert not spoken(shown), "nobody is greeted who could not answer"
    assert noticed(await parlour.paper.say("how is the evening")) == missing
    assert not parlour.scripted.prompts


async def test_a4_the_operators_least_level_holds_in_every_community(tmp_path: Path) -> None:
    strict = replace(HABITS, least_age_level=AgeLevel.MODERATOR)
    async with running(tmp_path / "data", writes("Good evening."), habits=strict) as parlour:
        await parlour.let_in()
        await moderate(parlour, "/age entry self-attested")
        assert noticed(await parlour.paper.say("hello")) == NOT_ENOUGH[AgeLevel.MODERATOR]
        await moderate(parlour, "/attest ada known for years")
        assert spoken(await parlour.paper.say("hello")) == ["Good evening."]


async def test_a_community_that_asks_for_more_ends_what_is_being_written(tmp_path: Path) -> None:
    async with grown(tmp_path / "data") as bot:
        await bot.parlour.let_in()
        room = await bot.ask_and_hold("how is the evening")
        assert "moderator" in await bot.moderate("/age entry moderator")
        await bot.paper.rest(room)
        assert bot.paper.shown[-1].text == sentences.FELL


async def test_a_community_cannot_let_ones_own_word_open_mature(parlour: Parlour) -> None:
    said = await moderate(parlour, "/age mature self-attested")
    assert said == sentences.MATURE_NEEDS_MORE
    assert "platform for mature" in await moderate(parlour, "/status")


# --- Signs of a platform --------------------------------------------------------------------------


async def test_a4_a_role_counts_while_it_is_held_and_in_its_community_only(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await tell(parlour, is_held=True)
    assert await level(parlour) is AgeLevel.PLATFORM
    assert await level(parlour, "paper:chess") is AgeLevel.SELF_ATTESTED
    await tell(parlour, is_held=False)
    assert await level(parlour) is AgeLevel.SELF_ATTESTED


async def test_a_role_that_is_lost_takes_no_other_sign_along(parlour: Parlour) -> None:
    await parlour.let_in()
    for sign in AgeSign:
        await tell(parlour, is_held=True, sign=sign)
    await tell(parlour, is_held=False)
    assert await level(parlour) is AgeLevel.PLATFORM


async def test_a_sign_runs_out_after_twelve_months_at_most(parlour: Parlour) -> None:
    await parlour.let_in()
    await tell(parlour, is_held=True)
    parlour.clock.pass_hours(YEAR_H)
    assert await level(parlour) is None


async def test_of_somebody_who_is_not_in_or_is_locked_no_sign_is_kept(parlour: Parlour) -> None:
    await tell(parlour, is_held=True)
    assert await parlour.house.age_records(ADA) == ()
    await parlour.let_in()
    await parlour.paper.say("I am 15 years old")
    await tell(parlour, is_held=True)
    assert await parlour.house.age_records(ADA) == ()


# --- A named moderator ----------------------------------------------------------------------------


async def test_a3_a_moderators_word_is_written_down_with_name_reason_and_date(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    assert "paper:ada" in await moderate(parlour, "/attest ada we have met for years")
    assert await level(parlour) is AgeLevel.MODERATOR
    exported = json.loads(noticed(await parlour.paper.say("/export")))
    (note,) = exported["attestations"]
    assert (note["by"], note["reason"]) == ("paper:mo", "we have met for years")
    assert note["at"] == parlour.clock()
    assert set(exported["age_records"][0]) == {
        "scope", "level", "method", "attester", "at", "expires", "policy_version",
    }  # fmt: skip
    await moderate(parlour, "/revoke ada it was somebody else")
    assert await level(parlour) is AgeLevel.SELF_ATTESTED
    assert "No moderator" in await moderate(parlour, "/revoke ada it was somebody else")


async def test_a_revoked_word_ends_what_it_had_let_in(tmp_path: Path) -> None:
    async with grown(tmp_path / "data") as bot:
        await bot.parlour.let_in()
        await bot.moderate("/age entry moderator")
        await bot.moderate("/attest ada known for years")
        room = await bot.ask_and_hold("how is the evening")
        await bot.moderate("/revoke ada a mix-up")
        await bot.paper.rest(room)
        assert bot.paper.shown[-1].text == sentences.FELL
        assert await bot.say("go on") == NOT_ENOUGH[AgeLevel.MODERATOR]


async def test_nobody_attests_their_own_age_and_no_member_anybodys(parlour: Parlour) -> None:
    await parlour.let_in()
    refused = noticed(await parlour.paper.say("/attest ada it is me", "ada", Role.MODERATOR))
    assert refused == sentences.NOT_YOUR_OWN_AGE
    assert "no command" in noticed(await parlour.paper.say("/attest ada she is", "bob"))
    assert await level(parlour) is AgeLevel.SELF_ATTESTED


async def test_a2_attesting_opens_no_lock_and_after_the_lock_all_is_said_again(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await moderate(parlour, "/attest ada known for years")
    await parlour.paper.say("I am 15 years old")
    assert "locked" in await moderate(parlour, "/attest ada known for years")
    assert await parlour.house.locked(ADA)
    await moderate(parlour, "/unlock ada a line of a play")
    assert not await parlour.house.locked(ADA)
    assert await level(parlour) is None
    assert "1 of 4" in noticed(await parlour.paper.say("hello"))


REASONS = [
    ("we have met for years", False),
    ("she is on our board", False),
    ("a regular of 10 years", False),
    ("born in May", True),
    ("her passport says 1990", True),
    ("3.5.90 on the card", True),
    ("the 3rd of May", True),
    ("May 3", True),
]


@pytest.mark.parametrize(("reason", "is_refused"), REASONS)
async def test_a3_no_reason_holds_a_date_of_birth(
    parlour: Parlour,
    reason: str,
    is_refused: bool,  # noqa: FBT001 - a table's column
) -> None:
    assert names_a_date(reason) is is_refused
    await parlour.let_in()
    said = await moderate(parlour, f"/attest ada {reason}")
    assert (said == sentences.REASON_NAMES_A_DATE) is is_refused
    assert (await level(parlour) is AgeLevel.MODERATOR) is not is_refused


# --- The operator, on the command line ------------------------------------------------------------


async def house_in(folder: Path) -> None:
    """A house with one person, who has given their own word."""
    key = read_master_key(folder / "key") if (folder / "key").exists() else None
    key = key or make_master_key(folder / "key")
    house = await House.open(folder / "data", key, open_vaults=1, idle_s=1.0, clock=Clock())
    own = AgeRecord(INSTANCE, AgeLevel.SELF_ATTESTED, DOOR, "tea", NOW, NOW + 86_400, "1")
    await house.attest(ADA, own)
    await house.close()


async def speak(folder: Path, deed: Deed, asked: Asked, level: str | None = None) -> str:
    environ = {"HOME": str(folder), "PARLOUR_KEYS__MASTER_KEY_FILE": str(folder / "key")}
    config = load_config(None, environ=environ, overrides={"data": folder / "data"})
    return await speak_for(deed, asked, level, config, environ)


async def looked_up(folder: Path) -> tuple[list[AgeLevel], list[str]]:
    key = read_master_key(folder / "key")
    house = await House.open(folder / "data", key, open_vaults=1, idle_s=1.0, clock=Clock())
    records, notes = await house.age_records(ADA), await house.attestations(ADA)
    await house.close()
    return [one.level for one in records], [f"{one.by}: {one.reason}" for one in notes]


async def test_a4_the_operator_says_that_a_proof_was_seen_and_takes_it_back(tmp_path: Path) -> None:
    await house_in(tmp_path)
    await speak(tmp_path, "attest", Asked(ADA, "Kim"), "verified")
    levels, notes = await looked_up(tmp_path)
    assert sorted(levels) == [AgeLevel.SELF_ATTESTED, AgeLevel.VERIFIED]
    assert notes == [f"Kim: {PROOF_SEEN}"]
    await speak(tmp_path, "revoke", Asked(ADA, "Kim", "not the same person"))
    levels, notes = await looked_up(tmp_path)
    assert levels == [AgeLevel.SELF_ATTESTED]
    assert notes[-1] == "Kim: not the same person"


async def test_a2_the_operator_opens_a_lock_by_name_and_with_a_reason(tmp_path: Path) -> None:
    await house_in(tmp_path)
    house = await House.open(
        tmp_path / "data", read_master_key(tmp_path / "key"), open_vaults=1, idle_s=1.0,
        clock=Clock(),
    )  # fmt: skip
    await house.lock(ADA, "A2", 1.0)
    await house.close()
    with pytest.raises(ConfigError, match="unlock"):
        await speak(tmp_path, "attest", Asked(ADA, "Kim", "known"), "moderator")
    await speak(tmp_path, "unlock", Asked(ADA, "Kim", "a line of a play"))
    with pytest.raises(ConfigError, match="not locked"):
        await speak(tmp_path, "unlock", Asked(ADA, "Kim", "a line of a play"))


@pytest.mark.parametrize(
    ("asked", "level", "named"),
    [
        (Asked("ada", "Kim", "known"), "moderator", "person"),
        (Asked(ADA, " ", "known"), "moderator", "--by"),
        (Asked(ADA, "Kim", ""), "moderator", "--reason"),
        (Asked(ADA, "Kim", "born in May"), "moderator", "A3"),
        (Asked(ADA, "Kim", "her passport"), "verified", "A3"),
        (Asked(ADA, "Kim", "known", "tea"), "moderator", "--community"),
    ],
)
async def test_what_the_operator_has_left_out_or_may_not_write_is_named(
    tmp_path: Path, asked: Asked, level: str, named: str
) -> None:
    await house_in(tmp_path)
    with pytest.raises(ConfigError, match=named):
        await speak(tmp_path, "attest", asked, level)
    assert await looked_up(tmp_path) == ([AgeLevel.SELF_ATTESTED], [])


async def test_without_a_house_there_is_nobody_to_speak_for(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no house"):
        await speak(tmp_path, "attest", Asked(ADA, "Kim", "known"), "moderator")
