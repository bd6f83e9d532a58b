"""What stands in the way is said in one sentence, with the mend, and nothing is overwritten."""

import asyncio
import hashlib
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.store import house_steps, migrations
from bot.store.database import Database
from bot.store.keys import new_file_key
from bot.store.rows import StoreError
from tests.store_help import ADA, BEN, arrive, begin, exchange, house_in, master, message, vault_in


async def furnish(folder: Path) -> Path:
    """A house with one vault of some pages; the vault's file is returned."""
    async with vault_in(folder) as vault:
        session = await begin(vault)
        for number in range(20):
            await exchange(vault, session, f"e{number}", "Some words. " * 100)
    (file,) = (folder / "vaults").iterdir()
    return file


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file() and file.name != "lock"
    }


async def refused(folder: Path, match: str, digit: str = "a") -> None:
    before = fingerprint(folder)
    with pytest.raises(StoreError, match=match) as refusal:
        async with house_in(folder, key=master(digit)):
            pass
    assert str(folder) in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert fingerprint(folder) == before


async def test_a_wrong_master_key_is_refused_and_nothing_is_overwritten(tmp_path: Path) -> None:
    await furnish(tmp_path)
    await refused(tmp_path, "master key does not open .*the key that was in use", digit="b")
    async with house_in(tmp_path) as house, house.vault(ADA) as vault:
        assert vault is not None


async def test_a_missing_house_key_is_refused_and_no_new_one_is_made(tmp_path: Path) -> None:
    await furnish(tmp_path)
    (tmp_path / "house.key").unlink()
    await refused(tmp_path, r"house\.key is missing")
    (tmp_path / "house.db").unlink()
    await refused(tmp_path, r"house\.key is missing")


async def test_a_damaged_house_key_is_refused(tmp_path: Path) -> None:
    await furnish(tmp_path)
    for content in (b"", b"abc", b"\xff\xfe", b"00" * 60):
        (tmp_path / "house.key").write_bytes(content)
        await refused(tmp_path, r"house\.key")


async def test_a_new_house_key_beside_an_old_house_is_refused(tmp_path: Path) -> None:
    await furnish(tmp_path / "old")
    await furnish(tmp_path / "new")
    (tmp_path / "new" / "house.key").rename(tmp_path / "old" / "house.key")
    await refused(tmp_path / "old", r"house\.db: the file is cut or damaged")


async def test_a_missing_house_is_not_made_anew(tmp_path: Path) -> None:
    await furnish(tmp_path)
    (tmp_path / "house.db").unlink()
    await refused(tmp_path, r"house\.db is missing or empty")


@pytest.mark.parametrize("how_far", ["the key", "an empty house", "the whole house"])
async def test_a_first_start_that_was_cut_off_begins_again(tmp_path: Path, how_far: str) -> None:
    async with house_in(tmp_path):
        pass
    (tmp_path / "house.key").rename(tmp_path / "house.key.new")
    if how_far == "the key":
        (tmp_path / "house.db").unlink()
    elif how_far == "an empty house":
        os.truncate(tmp_path / "house.db", 0)
    async with vault_in(tmp_path) as vault:
        await arrive(vault, "e1")
    async with house_in(tmp_path) as house, house.vault(ADA) as found:
        assert found is not None
        assert len(await found.waiting()) == 1


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.9])
async def test_a_house_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    await furnish(tmp_path)
    os.truncate(tmp_path / "house.db", int((tmp_path / "house.db").stat().st_size * share))
    await refused(tmp_path, r"house\.db.* put the copy of a backup back")


@pytest.mark.parametrize("share", [0.0, 0.01, 0.25, 0.5, 0.9])
async def test_a_vault_cut_short_is_refused_and_the_others_live_on(
    tmp_path: Path, share: float
) -> None:
    file = await furnish(tmp_path)
    os.truncate(file, int(file.stat().st_size * share))
    before = file.read_bytes()
    async with house_in(tmp_path) as house:
        with pytest.raises(StoreError, match="put the copy of a backup back") as refusal:
            async with house.vault(ADA):
                pass
        assert str(file) in str(refusal.value)
        await house.make_vault(BEN)
        async with house.vault(BEN) as vault:
            assert vault is not None
            await vault.take_in(message("e1", person=BEN))
        assert file.read_bytes() == before
        # Erasing does not need what it erases to be whole.
        assert (await house.erase(ADA, 1.0)).gone
    assert not file.exists()


async def test_a_missing_or_foreign_vault_is_refused(tmp_path: Path) -> None:
    file = await furnish(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(b"These are no pages of a database. " * 1000)
    async with house_in(tmp_path) as house:
        with pytest.raises(StoreError, match="cut or damaged"):
            async with house.vault(ADA):
                pass
        file.unlink()
        with pytest.raises(StoreError, match="missing or empty"):
            async with house.vault(ADA):
                pass
        assert not file.exists()
        file.write_bytes(whole)
        async with house.vault(ADA) as vault:
            assert vault is not None


async def test_a_newer_database_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = (*house_steps.HOUSE, ("CREATE TABLE later (x TEXT)",))
    with monkeypatch.context() as newer:
        newer.setattr(house_steps, "HOUSE", later)
        await furnish(tmp_path)
    await refused(tmp_path, "newer program")


async def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(StoreError, match=r"data cannot be written .*a folder that this user owns"):
        async with house_in(tmp_path / "data"):
            pass
    assert (tmp_path / "data").read_text() == "not a folder"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system of no writer")
async def test_a_folder_where_nobody_can_write_is_refused() -> None:
    # Modes do not stop the superuser, who may run these tests; /proc takes no new name from anyone.
    with pytest.raises(StoreError, match="cannot be written"):
        async with house_in(Path("/proc/self/parlour")):
            pass


@pytest.mark.skipif(os.geteuid() == 0, reason="modes do not stop the superuser")
async def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    await furnish(tmp_path)
    tmp_path.chmod(0o500)
    (tmp_path / "house.db").chmod(0o400)
    try:
        await refused(tmp_path, "cannot be written")
    finally:
        tmp_path.chmod(0o700)


async def test_two_processes_do_not_share_a_folder(tmp_path: Path) -> None:
    other = """
import asyncio, sys
from pathlib import Path
from bot.store.rows import StoreError
from tests.store_help import house_in
async def main():
    async with house_in(Path(sys.argv[1])):
        pass
try:
    asyncio.run(main())
except StoreError as exc:
    print(exc)
"""
    command = [sys.executable, "-c", other, str(tmp_path)]
    async with vault_in(tmp_path) as vault:
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert f"{tmp_path} is in use by process {os.getpid()}" in said
        await arrive(vault, "e1")
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == ""


async def test_a_full_disk_is_a_sentence_and_what_was_kept_is_safe(tmp_path: Path) -> None:
    async with vault_in(tmp_path) as vault:
        await arrive(vault, "e1")
        # SQLite's own bound gives the fault that a full disk gives.
        await vault._db.read(lambda db: db.execute("PRAGMA max_page_count = 1").fetchall())
        with pytest.raises(StoreError, match="the disk is full: free some space"):
            await vault.take_in(message("e2", "Long words. " * 10_000))
        assert len(await vault.waiting()) == 1
        await vault._db.read(lambda db: db.execute("PRAGMA max_page_count = 100000").fetchall())
        await arrive(vault, "e2", "Long words. " * 10_000)
        assert len(await vault.waiting()) == 2


async def test_a_disk_that_takes_no_more_is_a_sentence(tmp_path: Path) -> None:
    # A file that may not grow, in a process of its own: the fault comes from the system.
    child = """
import asyncio, resource, sys
from pathlib import Path
from bot.store.rows import StoreError
from tests.store_help import arrive, vault_in
async def main():
    async with vault_in(Path(sys.argv[1])) as vault:
        await arrive(vault, "e1")
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        try:
            await arrive(vault, "e2", "x" * 400_000)
        except StoreError as exc:
            print(exc)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        await arrive(vault, "e3")
        print(len(await vault.waiting()))
asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", child, str(tmp_path)], check=True, capture_output=True, text=True
    )
    sentence, count = done.stdout.splitlines()
    assert "look at its space" in sentence or "disk is full" in sentence
    assert count == "2"


async def test_the_text_of_a_fault_holds_no_words(tmp_path: Path) -> None:
    database = await Database.make(
        tmp_path / "x.db", new_file_key(), migrations.VAULT, durable="process"
    )
    with pytest.raises(StoreError, match="fault of the program") as fault:
        await database.write(lambda db: db.execute("SELECT marmalade FROM nowhere"))
    assert "marmalade" not in str(fault.value)
    await database.close()


async def test_no_words_and_no_keys_reach_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="aiosqlite")
    async with vault_in(tmp_path) as vault:
        session = await begin(vault)
        await exchange(vault, session, "e1", "marmalade", "lighthouse")
        assert len(await vault.window(session.id)) == 2
    assert "executing" in caplog.text
    for word in ("marmalade", "lighthouse", "a" * 64, "x'"):
        assert word not in caplog.text


def test_a_refusal_at_the_start_ends_its_threads(tmp_path: Path) -> None:
    # A thread that outlives the loop dies with a traceback, which pytest turns into a failure.
    async def start() -> None:
        async with house_in(tmp_path):
            pass

    asyncio.run(start())
    os.truncate(tmp_path / "house.db", 100)
    before = threading.active_count()
    for _ in range(20):
        with pytest.raises(StoreError):
            asyncio.run(start())
        assert threading.active_count() == before
