"""What is recorded of the age of somebody with several accounts: joined, parted (SAFETY A2, A3, A4)."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot import sentences
from bot.events import AgeLevel, AgeSign, CommunityId, PersonId, Role
from bot.store.house import House
from bot.store.house_steps import HOUSE
from bot.store.rows import DOOR, INSTANCE, AgeRecord, Attestation
from tests.conftest import Parlour
from tests.fakes import noticed, spoken
from tests.store_help import ADA, BEN, house_in
from tests.test_linking import link as link_on_paper
from tests.test_links import link

TEA, MO = "console:tea", "console:mo"
DAY = 86_400.0
NOW = 20.0


def own_word(days: float = 300) -> AgeRecord:
    return AgeRecord(INSTANCE, AgeLevel.SELF_ATTESTED, DOOR, TEA, 1.0, 1.0 + days * DAY, "1")


def confirmed(by: str = MO, scope: str = TEA) -> AgeRecord:
    return AgeRecord(scope, AgeLevel.MODERATOR, "moderator", by, 2.0, 2.0 + 300 * DAY, "1")


def role() -> AgeRecord:
    return AgeRecord(TEA, AgeLevel.PLATFORM, AgeSign.ROLE, "console", 2.0, 2.0 + 300 * DAY, "1")


async def both_come_in(house: House) -> None:
    for person in (ADA, BEN):
        await house.make_vault(person)
        await house.attest(person, own_word())


async def level(house: House, person: PersonId) -> AgeLevel | None:
    record = await house.age_record(person, TEA, NOW)
    return record.level if record else None


@pytest.mark.parametrize("spoken_for", [ADA, BEN])
async def test_a4_what_was_attested_for_one_account_holds_for_the_person(
    tmp_path: Path, spoken_for: PersonId
) -> None:
    async with house_in(tmp_path) as house:
        await both_come_in(house)
        assert await house.attest_by_name(spoken_for, confirmed(), "known for years")
        assert await link(house, ADA, BEN)
        for account in (ADA, BEN):
            assert await level(house, account) is AgeLevel.MODERATOR
            assert [one.by for one in await house.attestations(account)] == [MO]
        note = Attestation(TEA, None, MO, "a mix-up", NOW)
        assert await house.revoke_age_by_name(BEN, ("moderator",), note)
        assert await level(house, ADA) is AgeLevel.SELF_ATTESTED
        await house.erase(ADA, NOW)
        assert await house.attestations(BEN) == ()
        assert await house.age_records(BEN) == ()


async def test_a4_of_the_same_in_both_the_lower_counts_until_the_sooner_ends(
    tmp_path: Path,
) -> None:
    async with house_in(tmp_path) as house:
        await both_come_in(house)
        await house.attest(BEN, own_word(days=30))
        await house.attest(ADA, replace(role(), level=AgeLevel.VERIFIED))
        await house.attest(BEN, role())
        assert await link(house, ADA, BEN)
        assert await level(house, ADA) is AgeLevel.PLATFORM
        assert await house.age_record(ADA, INSTANCE, 31 * DAY + 2) is None


async def test_a4_the_others_own_word_is_no_word_of_who_has_given_none(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await both_come_in(house)
        await house.revoke_age(ADA, INSTANCE, DOOR)
        assert await link(house, ADA, BEN)
        for account in (ADA, BEN):
            assert await level(house, account) is None


@pytest.mark.parametrize(("lost", "kept"), [(ADA, BEN), (BEN, ADA)])
async def test_a4_what_was_taken_back_for_one_account_is_gone_for_the_other(
    tmp_path: Path, lost: PersonId, kept: PersonId
) -> None:
    async with house_in(tmp_path) as house:
        await both_come_in(house)
        for account in (lost, kept):
            assert await house.attest_by_name(account, confirmed(), "known for years")
        note = Attestation(TEA, None, MO, "a mix-up", 3.0)
        assert await house.revoke_age_by_name(lost, ("moderator",), note)
        assert await link(house, ADA, BEN)
        assert await level(house, ADA) is AgeLevel.SELF_ATTESTED
        # A moderator who looks again may say it again.
        assert await house.attest_by_name(BEN, confirmed(), "looked again")
        assert await level(house, ADA) is AgeLevel.MODERATOR


@pytest.mark.parametrize(("by", "of"), [(ADA, BEN), (BEN, ADA)])
async def test_a4_nobody_has_spoken_for_themselves_with_another_account(
    tmp_path: Path, by: PersonId, of: PersonId
) -> None:
    async with house_in(tmp_path) as house:
        await both_come_in(house)
        assert await house.attest_by_name(of, confirmed(by=by), "known for years")
        assert await link(house, ADA, BEN)
        assert await level(house, of) is AgeLevel.SELF_ATTESTED


@pytest.mark.parametrize("parts", [ADA, BEN])
async def test_a4_parted_only_ones_own_word_stays_and_others_speak_again(
    tmp_path: Path, parts: PersonId
) -> None:
    async with house_in(tmp_path) as house:
        await both_come_in(house)
        assert await house.attest_by_name(BEN, confirmed(), "known for years")
        await house.attest(ADA, role())
        proof = replace(confirmed(by="Olga", scope=INSTANCE), level=AgeLevel.VERIFIED)
        assert await house.attest_by_name(ADA, replace(proof, method="proof"), "seen")
        assert await link(house, ADA, BEN)
        assert await house.links.part(parts) == (BEN,)
        assert await house.age_records(ADA) == (own_word(),)
        assert await house.age_records(BEN) == ()
        assert await house.attest_by_name(ADA, confirmed(), "known for years")
        assert await level(house, ADA) is AgeLevel.MODERATOR
        assert await level(house, BEN) is None


async def test_a4_who_was_never_linked_loses_nothing_by_parting(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await both_come_in(house)
        await house.attest(ADA, role())
        assert await house.links.part(ADA) == ()
        assert await level(house, ADA) is AgeLevel.PLATFORM


@pytest.mark.parametrize("locked", [ADA, BEN])
async def test_a2_a_join_with_somebody_locked_takes_every_age_record_of_both(
    tmp_path: Path, locked: PersonId
) -> None:
    async with house_in(tmp_path) as house:
        await both_come_in(house)
        for account in (ADA, BEN):
            assert await house.attest_by_name(account, confirmed(), "known for years")
        await house.lock(locked, "A2", 3.0)
        assert await link(house, ADA, BEN)
        for account in (ADA, BEN):
            assert await house.locked(account)
            assert await house.age_records(account) == ()
            assert not await house.attest_by_name(account, confirmed(), "known for years")
        await house.links.part(BEN)
        assert not await house.attest_by_name(BEN, confirmed(), "known for years")


def test_every_table_of_the_house_that_knows_a_person_has_its_part_in_joining() -> None:
    """A table that a later version adds has to be joined, parted and erased, too: see `accounts`,
    `people.erase_person` and `ages.unite`. What it comes to stands here."""
    known = {
        "vaults": "merged",
        "unmerged": "until it is merged",
        "accounts": "says it",
        "alarms": "the sooner",
        "codes": "used up",
        "guests": "stays with each account",
        "locks": "on each account",
        "unlocks": "stays with each account",
        "age_records": "united",
        "attestations": "united",
        "holds": "on each account",
        "rule_hits": "stay with each account, and all count",
        "approvals": "stay with each account, and all count",
        "usage": "stays with each account, and all counts",
        "case_log": "names nobody",
        "case_people": "stay with each account",
        "case_words": "stay with each account",
    }
    found = set[str]()
    for step in HOUSE:
        for statement in step:
            if statement.startswith("CREATE TABLE"):
                table, columns = statement.split("(", 1)
                name = table.split()[2].removesuffix("_by_method")
                words = columns.replace("(", " ").split()
                if {"who", "person", "account"} & set(words):
                    found.add(name)
    assert found == set(known)


# --- On the whole bot ----------------------------------------------------------------------------


async def test_a4_no_moderator_speaks_for_another_account_of_their_own(parlour: Parlour) -> None:
    for person in ("ada", "ben"):
        await parlour.let_in(person)
    await link_on_paper(parlour)
    said = await parlour.paper.say("/attest ben known for years", "ada", Role.MODERATOR)
    assert noticed(said) == sentences.NOT_YOUR_OWN_AGE


async def test_a4_a_community_that_asks_for_more_is_satisfied_by_either_until_they_part(
    parlour: Parlour,
) -> None:
    for person in ("ada", "ben"):
        await parlour.let_in(person)
    await link_on_paper(parlour)
    await parlour.paper.say("/age entry moderator", "mo", Role.MODERATOR)
    assert not spoken(await parlour.paper.say("how is the evening"))
    await parlour.paper.say("/attest ben known for years", "mo", Role.MODERATOR)
    assert spoken(await parlour.paper.say("how is the evening"))
    told = noticed(await parlour.paper.say("/unlink", "ben"))
    assert "what others have confirmed of your age is gone for both" in told
    assert not spoken(await parlour.paper.say("how is the evening"))


async def test_a4_a_role_speaks_in_the_community_that_gives_it_and_not_in_a_chosen_one(
    parlour: Parlour,
) -> None:
    ada, chess = PersonId("paper:ada"), CommunityId("paper:chess")
    parlour.paper.places[ada] = (parlour.paper.tea, chess)
    await parlour.let_in()
    await parlour.paper.say("/sponsor chess")
    for sign, scope in ((AgeSign.ROLE, parlour.paper.tea), (AgeSign.NSFW, chess)):
        message = replace(parlour.paper.message("hello"), sign=sign)
        parlour.paper.tell(message)
        await parlour.paper.rest(message.room.id)
        records = await parlour.house.age_records(ada)
        assert [one.scope for one in records if one.method == sign] == [scope]
