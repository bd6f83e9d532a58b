"""The house: vaults opened and closed, age records, locks, communities, erasing."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest

from bot.events import AgeLevel, CommunityId, PersonId, Rating
from bot.store import house_steps
from bot.store.database import Database
from bot.store.keys import new_file_key
from bot.store.migrations import VAULT
from bot.store.rows import INSTANCE, AgeRecord, Attestation, Community, Gone, Referral, StoreError
from bot.store.vault import Vault
from tests.store_help import (
    ADA,
    BEN,
    NAME,
    Clock,
    arrive,
    begin,
    exchange,
    house_in,
    message,
    vault_in,
)

DAY = 86_400.0


def record(scope: str = INSTANCE, at: float = 0.0, days: float = 365) -> AgeRecord:
    return AgeRecord(scope, AgeLevel.SELF_ATTESTED, "door", "self", at, at + days * DAY, "1")


def spoken_for(level: AgeLevel, scope: str, method: str, by: str = "paper:mo") -> AgeRecord:
    return AgeRecord(scope, level, method, by, 0.0, 365 * DAY, "1")


# --- Vaults --------------------------------------------------------------------------------------


async def test_a_person_without_a_vault_has_none(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house, house.vault(ADA) as vault:
        assert vault is None


async def test_words_outlive_the_process_that_took_them_in(tmp_path: Path) -> None:
    async with vault_in(tmp_path) as vault:
        session = await begin(vault)
        await exchange(vault, session, "e1")
    async with vault_in(tmp_path) as vault:
        assert len(await vault.window(session.id)) == 2


async def test_a_vault_made_twice_is_the_same_vault(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await asyncio.gather(*(house.make_vault(ADA) for _ in range(5)))
        async with house.vault(ADA) as vault:
            assert vault is not None
            await arrive(vault, "e1")
        await house.make_vault(ADA)
        async with house.vault(ADA) as vault:
            assert vault is not None
            assert len(await vault.waiting()) == 1
    assert len(list((tmp_path / "vaults").iterdir())) == 1


async def test_a_vault_in_use_stays_open_and_the_unused_beyond_the_bound_are_closed(
    tmp_path: Path,
) -> None:
    people = [PersonId(f"console:{number}") for number in range(5)]
    async with house_in(tmp_path, open_vaults=2) as house:
        for person in people:
            await house.make_vault(person)
        async with house.vault(people[0]) as held:
            assert held is not None
            for person in people[1:]:
                async with house.vault(person) as vault:
                    assert vault is not None
                    await vault.set_mark("seen", 1.0)
            await house.close_idle()
            assert open_files(tmp_path) == 2
            await held.set_mark("seen", 1.0)
        async with house.vault(people[1]) as vault:
            assert vault is not None
            assert await vault.mark("seen") == 1.0


async def test_an_idle_vault_is_closed_and_opens_again(tmp_path: Path) -> None:
    clock = Clock()
    async with house_in(tmp_path, clock=clock, idle_s=60.0) as house:
        await house.make_vault(ADA)
        async with house.vault(ADA) as vault:
            assert vault is not None
            await vault.set_mark("seen", 1.0)
            clock.now += 61
            await house.close_idle()
            assert open_files(tmp_path) == 1
        clock.now += 59
        await house.close_idle()
        assert open_files(tmp_path) == 1
        clock.now += 2
        await house.close_idle()
        assert open_files(tmp_path) == 0
        async with house.vault(ADA) as vault:
            assert vault is not None
            assert await vault.mark("seen") == 1.0


async def test_an_open_file_holds_few_of_its_pages_in_memory(tmp_path: Path) -> None:
    # Two megabytes at most, of a house as of a vault; the library alone would hold eight.
    def bound(db: sqlite3.Connection) -> int:
        kilobytes: int = -db.execute("PRAGMA cache_size").fetchone()[0]
        return kilobytes

    for name, steps in (("house", house_steps.HOUSE), ("vault", VAULT)):
        key = new_file_key()
        for opening in (Database.make, Database.open):
            database = await opening(tmp_path / name, key, steps, durable="process")
            try:
                assert await database.read(bound) == 2000
            finally:
                await database.close()


async def test_many_tasks_share_few_vaults(tmp_path: Path) -> None:
    people = [PersonId(f"console:{number}") for number in range(6)]

    async with house_in(tmp_path, open_vaults=1, idle_s=0.001) as house:

        async def talk(person: PersonId, event: str) -> None:
            async with house.vault(person) as vault:
                assert vault is not None
                assert await vault.take_in(message(event, person=person))

        await asyncio.gather(*(house.make_vault(person) for person in people))
        async with asyncio.TaskGroup() as group:
            for number in range(60):
                group.create_task(talk(people[number % 6], f"e{number}"))
        for person in people:
            async with house.vault(person) as vault:
                assert vault is not None
                assert len(await vault.waiting()) == 10
        assert len(await house.left_open()) == 0


async def test_a_house_closed_in_good_order_left_nothing_open(tmp_path: Path) -> None:
    async with vault_in(tmp_path) as vault:
        await arrive(vault, "e1")
    async with house_in(tmp_path) as house:
        assert await house.left_open() == ()
    assert {file.suffix for file in (tmp_path / "vaults").iterdir()} == {".db"}


# --- Age records and locks -----------------------------------------------------------------------


async def test_an_age_record_is_found_until_it_expires_or_is_revoked(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await house.attest(ADA, record())
    async with house_in(tmp_path) as house:
        assert await house.age_record(ADA, INSTANCE, 364 * DAY) == record()
        assert await house.age_record(ADA, INSTANCE, 365 * DAY) is None
        assert await house.age_record(BEN, INSTANCE, 1.0) is None
        assert await house.revoke_age(ADA, INSTANCE, "door")
        assert not await house.revoke_age(ADA, INSTANCE, "door")
        assert await house.age_record(ADA, INSTANCE, 1.0) is None


async def test_a_communitys_record_counts_there_only_and_beside_ones_own_word(
    tmp_path: Path,
) -> None:
    confirmed = spoken_for(AgeLevel.MODERATOR, "tea", "moderator")
    async with house_in(tmp_path) as house:
        assert await house.attest_by_name(ADA, confirmed, "known for years")
        assert await house.age_record(ADA, "tea", 1.0) is None, "it needs her own word beside it"
        await house.attest(ADA, record(days=30))
        assert await house.age_record(ADA, "tea", 1.0) == confirmed
        assert await house.age_record(ADA, "chess", 1.0) == record(days=30)
        assert await house.age_record(ADA, INSTANCE, 1.0) == record(days=30)
        assert await house.age_record(ADA, "tea", 31 * DAY) is None, "her own word has run out"


async def test_what_speaks_for_an_age_is_taken_back_alone(tmp_path: Path) -> None:
    role = spoken_for(AgeLevel.PLATFORM, "tea", "trusted role")
    async with house_in(tmp_path) as house:
        await house.attest(ADA, record())
        await house.attest(ADA, role)
        assert await house.attest_by_name(
            ADA, spoken_for(AgeLevel.MODERATOR, "tea", "moderator"), "known for years"
        )
        note = Attestation("tea", None, "paper:mo", "a mix-up", 2.0)
        assert await house.revoke_age_by_name(ADA, ("moderator",), note)
        assert await house.age_record(ADA, "tea", 3.0) == role
        assert not await house.revoke_age_by_name(ADA, ("moderator",), note)
        assert [one.level for one in await house.attestations(ADA)] == [AgeLevel.MODERATOR, None]
        # Who says it at the door again keeps what others have said.
        await house.attest(ADA, record(at=1.0))
        assert await house.age_record(ADA, "tea", 3.0) == role


async def test_a_year_later_neither_a_record_nor_who_wrote_it_is_kept(tmp_path: Path) -> None:
    clock = Clock()
    async with house_in(tmp_path, clock=clock) as house:
        await house.attest(ADA, record())
        confirmed = spoken_for(AgeLevel.MODERATOR, "tea", "moderator")
        assert await house.attest_by_name(ADA, confirmed, "known for years")
    async with house_in(tmp_path, clock=clock) as house:
        assert len(await house.age_records(ADA)) == 2
    clock.now += 367 * DAY
    async with house_in(tmp_path, clock=clock) as house:
        assert await house.age_records(ADA) == ()
        assert await house.attestations(ADA) == ()


@pytest.mark.parametrize(("by", "reason"), [("", "known"), (" ", "known"), ("mo", " ")])
async def test_nobody_speaks_for_an_age_without_a_name_and_a_reason(
    tmp_path: Path, by: str, reason: str
) -> None:
    async with house_in(tmp_path) as house:
        await house.attest(ADA, record())
        with pytest.raises(StoreError, match="give both"):
            await house.attest_by_name(
                ADA, spoken_for(AgeLevel.VERIFIED, INSTANCE, "proof", by=by), reason
            )
        assert await house.age_record(ADA, INSTANCE, 1.0) == record()
        assert await house.attestations(ADA) == ()


async def test_a2_a_lock_takes_every_age_record_and_nobody_attests_it_away(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await house.attest(ADA, record())
        await house.lock(ADA, "said so", 1.0)
        assert await house.age_records(ADA) == ()
        confirmed = spoken_for(AgeLevel.VERIFIED, INSTANCE, "proof")
        assert not await house.attest_by_name(ADA, confirmed, "a proof was seen")
        assert await house.locked(ADA)
        assert await house.age_records(ADA) == ()


async def test_an_age_record_of_a_clock_set_back_far_counts_for_nothing(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await house.attest(ADA, record())
        made = record().at
        assert await house.age_record(ADA, "entry", made - DAY / 2) == record()
        assert await house.age_record(ADA, "entry", made - 2 * DAY) is None
        assert await house.age_record(ADA, "entry", made + 1) == record()


@pytest.mark.parametrize("days", [367, 10_000, 0, -1, float("inf"), float("nan")])
async def test_an_age_record_lasts_twelve_months_at_most(tmp_path: Path, days: float) -> None:
    async with house_in(tmp_path) as house:
        with pytest.raises(StoreError, match="twelve months"):
            await house.attest(ADA, record(days=days))
        assert await house.age_record(ADA, INSTANCE, 1.0) is None


async def test_a_lock_opens_only_by_a_named_moderator_with_a_reason(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        assert not await house.locked(ADA)
        await house.lock(ADA, "said so", 1.0)
        await house.lock(ADA, "said so again", 2.0)
        assert await house.locked(ADA)
        for moderator, reason in (("mo", " "), ("", "a mistake")):
            with pytest.raises(StoreError, match="give both"):
                await house.unlock(ADA, moderator, reason, 3.0)
        assert await house.locked(ADA)
        assert await house.unlock(ADA, "mo", "a mistake", 3.0)
        assert not await house.locked(ADA)
        assert not await house.unlock(ADA, "mo", "a mistake", 4.0)


async def test_a_community_has_defaults_until_it_is_set(tmp_path: Path) -> None:
    id_ = CommunityId("c")
    changed = Community(id_, ceiling=Rating.GENERAL, least_age_level=AgeLevel.MODERATOR)
    async with house_in(tmp_path) as house:
        assert await house.communities.of(id_) == Community(id_)
        await house.communities.keep(changed, "mo", 1.0)
    async with house_in(tmp_path) as house:
        assert await house.communities.of(id_) == changed


async def test_referrals_are_counted_by_day_and_kind_and_year(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        for day in ("2026-01-31", "2026-01-31", "2025-12-31"):
            await house.referrals.count(day, "crisis")
        assert await house.referrals.of(2026) == (Referral("2026-01-31", "crisis", 2),)
        assert await house.referrals.of(2024) == ()


# --- Erasing -------------------------------------------------------------------------------------


async def test_erasing_leaves_no_file_and_no_row_but_a_lock(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await house.make_vault(ADA)
        await house.make_vault(BEN)
        async with house.vault(BEN) as vault:
            assert vault is not None
            await arrive(vault, "e1")
        await house.lock(BEN, "said so", 1.0)
        await house.attest(BEN, record())
        receipt = await house.erase(BEN, 5.0)
        assert receipt.person == BEN
        assert any("vault" in line for line in receipt.gone)
        assert any("age" in line for line in receipt.gone)
        assert any("lock" in line for line in receipt.stays)
        assert await house.locked(BEN)
        assert await house.age_record(BEN, INSTANCE, 2.0) is None
        async with house.vault(BEN) as vault:
            assert vault is None
        assert open_files(tmp_path) == 0
        assert len(list((tmp_path / "vaults").iterdir())) == 1
        assert (await house.erase(BEN, 6.0)).gone == ()
    (line,) = (tmp_path / "ledger.jsonl").read_text().splitlines()
    assert set(json.loads(line)) == {"erased", "at"}
    # Not Ada, whose name a random hexadecimal number may spell.
    assert "ben" not in line


async def test_erasing_works_while_others_use_the_vault_or_wait_for_it(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await house.make_vault(ADA)

        async def use(vault: Vault) -> None:
            while True:
                await vault.set_mark("seen", 1.0)

        async def look() -> bool:
            async with house.vault(ADA) as found:
                return found is None

        async with house.vault(ADA) as vault:
            assert vault is not None
            user = asyncio.ensure_future(use(vault))
            await vault.mark("seen")
            erasing = asyncio.ensure_future(house.erase(ADA, 1.0))
            await asyncio.sleep(0)
            looking = [asyncio.ensure_future(look()) for _ in range(3)]
            assert len((await erasing).gone) == 1
            assert await asyncio.gather(*looking) == [True] * 3
            with pytest.raises(Gone):
                await user
        # Who comes back is new.
        await house.make_vault(ADA)
        async with house.vault(ADA) as vault:
            assert vault is not None
            assert await vault.mark("seen") is None


async def test_an_erasing_cut_off_after_the_ledger_is_finished_at_the_next_start(
    tmp_path: Path,
) -> None:
    async with vault_in(tmp_path) as vault:
        await arrive(vault, "e1")
    (file,) = (tmp_path / "vaults").iterdir()
    # The ledger's line is there, then half a line of another: nothing else was done.
    (tmp_path / "ledger.jsonl").write_text(f'{{"erased": "{file.stem}", "at": 1.0}}\n{{"era')
    async with house_in(tmp_path) as house:
        async with house.vault(ADA) as found:
            assert found is None
        assert list((tmp_path / "vaults").iterdir()) == []
        await house.make_vault(BEN)
        await house.erase(BEN, 2.0)
    lines = (tmp_path / "ledger.jsonl").read_text().splitlines()
    assert len(lines) == 3
    assert json.loads(lines[2])["at"] == 2.0


async def test_words_and_names_are_readable_in_no_file(tmp_path: Path) -> None:
    said, answered, noted = "marmalade sandwich", "lighthouse keeper", "thunder outside"
    async with house_in(tmp_path) as house:
        await house.make_vault(ADA)
        async with house.vault(ADA) as vault:
            assert vault is not None
            session = await begin(vault)
            await exchange(vault, session, "e1", said, answered)
            turn = await arrive(vault, "e2", said)
            await vault.open_reply(session=session.id, answers=turn, nonce="n", note=noted, now=1.0)
            # While all is open, with everything in the write-ahead logs.
            files = [file for file in tmp_path.rglob("*") if file.is_file()]
            assert sum(file.name.endswith("-wal") for file in files) == 2
            content = b"".join(file.read_bytes() for file in files)
    content += b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for secret in (said, answered, noted, str(ADA), NAME, "SQLite format"):
        assert secret.encode() not in content


async def test_only_the_owner_may_read_the_folder_and_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    async with vault_in(folder):
        for path in [folder, *folder.rglob("*")]:
            assert path.stat().st_mode & 0o077 == 0, path


def open_files(folder: Path) -> int:
    """A vault has its log beside it for as long as it is open and was written to."""
    return len(list((folder / "vaults").glob("*-wal")))
