"""One person with several accounts, in the store: joined, parted, locked, erased, killed midway."""

import asyncio
import json
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands import wishes
from bot.dispatch import Arrival, Stage
from bot.events import AgeLevel, CommunityId, EventId, PersonId
from bot.guests import Guests
from bot.scene import set_scene
from bot.speech import Speech
from bot.store import migrations
from bot.store.accounts import CODE_S, MOST_TRIES
from bot.store.house import House
from bot.store.rows import DOOR, INSTANCE, AgeRecord, Consent, Limit, Reminder
from bot.store.vectors import MODEL
from tests.conftest import HABITS, read_personas
from tests.fakes import Clock, PaperPlatform
from tests.store_help import ADA, BEN, ROOM, begin, exchange, house_in, message, open_for

CLEO = PersonId("matrix:@cleo:example.org")
DAY = 86_400.0


def record(level: AgeLevel = AgeLevel.SELF_ATTESTED, days: float = 300) -> AgeRecord:
    return AgeRecord(INSTANCE, level, DOOR, "tea", 1.0, 1.0 + days * DAY, "1")


def reminder(text: str) -> Reminder:
    return Reminder(600, is_daily=True, text=text, due=9.0, room=ROOM.id, sponsor=None)


async def link(house: House, shower: PersonId, typer: PersonId, now: float = 10.0) -> bool:
    return await house.links.join(typer, await house.links.make_code(shower, now), now)


async def settle_in(house: House, person: PersonId, words: str) -> None:
    """Somebody who is in, has talked, and has a reply in the making and a message waiting."""
    await house.make_vault(person)
    async with house.vault(person) as vault:
        assert vault is not None
        session = await begin(vault)
        await exchange(vault, session, f"{words} 1", f"{words} one", f"{words} answer")
        turn = await vault.take_in(message(f"{words} 2", f"{words} two", person))
        assert turn is not None
        reply = await open_for(vault, session, turn)
        await vault.keep_shown(reply, [f"{words} half"])
        await vault.sent(reply, 0, EventId(f"{words} page"))
        assert await vault.take_in(message(f"{words} 3", f"{words} three", person))
        await vault.give_consent(Consent(DOOR, "1", 1.0))
        await vault.add_limit(Limit(f"{words} limit", is_hard=True, may_be_told=True), 9)
        await vault.add_reminder(reminder(words), 9)


async def texts(house: House, account: PersonId) -> list[str]:
    async with house.vault(account) as vault:
        assert vault is not None
        exported: Any = await vault.export()
    return [turn["revisions"][-1]["text"] for turn in exported["turns"]]


def said_by(words: str) -> list[str]:
    return [f"{words} {part}" for part in ("one", "answer", "two", "half", "three")]


# --- Joining ------------------------------------------------------------------------------------


async def test_two_accounts_are_one_person_and_nothing_that_was_said_is_lost(
    tmp_path: Path,
) -> None:
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        await settle_in(house, BEN, "lamp")
        assert await link(house, ADA, BEN)
        for account in (ADA, BEN):
            assert sorted(await texts(house, account)) == sorted(said_by("tide") + said_by("lamp"))
            assert house.links.accounts_of(account) == (ADA, BEN)
        async with house.vault(BEN) as vault:
            assert vault is not None
            assert vault.person == ADA
            assert await vault.left_open() == ()
            waiting = [(one.message.author.id, one.message.text) for one in await vault.waiting()]
            assert sorted(waiting) == [(ADA, "tide three"), (BEN, "lamp three")]
            assert {limit.text for limit in await vault.limits()} == {"tide limit", "lamp limit"}
            kept = [(one.text, one.account) for one in await vault.reminders()]
            assert kept == [("tide", None), ("lamp", BEN)]
            session = await vault.session()
            assert session is not None
            window = [turn.text for turn in await vault.window(session.id)]
            assert window == said_by("tide")[:4]
    assert len(list((tmp_path / "vaults").iterdir())) == 1
    async with house_in(tmp_path) as house:
        assert len(await texts(house, BEN)) == 10


async def test_a_new_account_without_a_vault_comes_to_the_one_that_is_there(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        await house.attest(ADA, record())
        assert await link(house, ADA, CLEO)
        assert await texts(house, CLEO) == await texts(house, ADA)
        assert await house.age_record(CLEO, INSTANCE, 20.0) == record()
        async with house.vault(CLEO) as vault:
            assert vault is not None
            assert await vault.consent(DOOR)


async def test_a_third_account_and_one_with_accounts_of_its_own_join_the_same_person(
    tmp_path: Path,
) -> None:
    dora = PersonId("console:dora")
    async with house_in(tmp_path) as house:
        for person, words in ((ADA, "tide"), (BEN, "lamp")):
            await settle_in(house, person, words)
        assert await link(house, ADA, CLEO)
        assert await link(house, BEN, dora)
        assert await link(house, CLEO, dora)
        for account in (ADA, BEN, CLEO, dora):
            assert house.links.person_of(account) == ADA
            assert len(await texts(house, account)) == 10
        assert not await link(house, ADA, dora), "they are one already"


async def test_of_everything_that_binds_the_stricter_holds(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        for person in (ADA, BEN):
            await house.make_vault(person)
        await house.attest(ADA, record(AgeLevel.MODERATOR, days=300))
        await house.attest(BEN, record(AgeLevel.SELF_ATTESTED, days=20))
        marks: dict[str, tuple[float | None, float | None, float | None]] = {
            "romance closed: wren": (None, 1.0, 1.0),
            "romance closed: tock": (1.0, None, 1.0),
            wishes.PAUSED: (None, 1.0, 1.0),
            wishes.CHECK_IN: (0.0, 1.0, 1.0),
            wishes.BREAK_AFTER: (3600.0, 1800.0, 1800.0),
            "daily": (0.0, 600.0, 600.0),
            "daily after": (None, 0.0, None),
            wishes.TOLD_OF_DAY: (5.0, None, None),
            "talk today": (60.0, 30.0, 90.0),
            "disclosed at": (9.0, 4.0, 4.0),
        }
        for column, person in enumerate((ADA, BEN)):
            async with house.vault(person) as vault:
                assert vault is not None
                given = {name: row[column] for name, row in marks.items()}
                await vault.set_marks({n: value for n, value in given.items() if value is not None})
                await vault.add_limit(Limit("spiders", bool(column), may_be_told=True), 9)
                for kind in (DOOR, "memory", "intimate memory")[: 3 - column]:
                    await vault.give_consent(Consent(kind, "1", 1.0))
                await vault.set_setting(wishes.SAFE_WORD, f"word {column}")
        assert await link(house, ADA, BEN)
        async with house.vault(BEN) as vault:
            assert vault is not None
            found = (await vault.wishes()).marks
            assert {name: found.get(name) for name in marks} == {n: r[2] for n, r in marks.items()}
            assert [(one.text, one.is_hard) for one in await vault.limits()] == [("spiders", True)]
            given_now = [await vault.consent(k) for k in (DOOR, "memory", "intimate memory")]
            assert [one is not None for one in given_now] == [True, True, False]
            assert (await vault.wishes()).settings[wishes.SAFE_WORD] == "word 0"
        age = await house.age_record(BEN, INSTANCE, 2.0)
        assert age == record(AgeLevel.SELF_ATTESTED, days=20)


async def test_a_consent_to_other_words_is_asked_anew(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        for person, version in ((ADA, "2"), (BEN, "1")):
            await house.make_vault(person)
            async with house.vault(person) as vault:
                assert vault is not None
                await vault.give_consent(Consent(DOOR, version, 1.0))
        assert await link(house, ADA, BEN)
        async with house.vault(ADA) as vault:
            assert vault is not None
            assert await vault.consent(DOOR) is None


MADE_ANEW = {
    *("scopes", "words", "named", "work", "summaries", "summarised", "known_from"),
    *("vectors", "signs"),
}
"""By a job, from what is queued for it."""
OF_WHAT_IS_MADE_ANEW = {
    *("scope", "spot", "words"),
    *("superseded_by", "valid_to"),
    *("known", "known_rating"),
}


def merging_source() -> str:
    files = sorted((Path(__file__).parent.parent / "bot/store").glob("*merging.py"))
    return "".join(file.read_text() for file in files)


def test_every_table_of_a_vault_is_merged() -> None:
    """A table that a later version adds is lost by a join until `merging` knows it."""
    source = merging_source()
    for step in migrations.VAULT:
        for statement in step:
            if statement.startswith("CREATE TABLE"):
                table = statement.split()[2]
                if table in MADE_ANEW:
                    continue
                assert f"other.{table}" in source, f"{table} is not merged when accounts are joined"


async def test_of_which_model_vectors_are_is_what_holds_for_those_that_stay(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        for person, model in ((ADA, 7.0), (BEN, 9.0)):
            await house.make_vault(person)
            async with house.vault(person) as vault:
                assert vault is not None
                await vault.set_mark(MODEL, model)
        assert await link(house, ADA, BEN)
        async with house.vault(ADA) as vault:
            assert vault is not None
            assert await vault.mark(MODEL) == 7.0


def test_every_column_of_a_vault_is_merged() -> None:
    source = merging_source()
    words = set(re.findall(r"\w+", source))
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrations.migrate(db, migrations.VAULT, Path("vault"))
    tables = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    for (table,) in tables:
        if table in MADE_ANEW:
            continue
        columns = {row[1] for row in db.execute(f"PRAGMA table_info({table})").fetchall()}
        columns -= OF_WHAT_IS_MADE_ANEW
        assert columns <= words, f"of {table} not all is merged: {columns - words}"
    db.close()


async def test_a_message_that_waited_through_a_join_is_found_under_its_new_number(
    tmp_path: Path,
) -> None:
    """Its old number means another turn in the vault that it lies in now."""
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        await settle_in(house, BEN, "lamp")
        said = message("late", "Good evening.", BEN)
        async with house.vault(BEN) as vault:
            assert vault is not None
            turn = await vault.take_in(said)
        assert await link(house, ADA, BEN)
        async with house.vault(BEN) as vault:
            assert vault is not None
            scene = await set_scene(
                Arrival(said, turn),
                Stage(PaperPlatform()),
                vault,
                speech=Speech("en"),
                house=house,
                personas=read_personas(),
                habits=HABITS,
                guests=Guests(Clock()),
            )
            waiting = {one.turn: one.message.text for one in await vault.waiting()}
    assert scene.message.text == "Good evening."
    assert scene.turn is not None
    assert waiting[scene.turn] == "Good evening."


async def test_whoever_looks_for_the_vault_during_the_join_finds_one(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        await settle_in(house, BEN, "lamp")
        code = await house.links.make_code(ADA, 10.0)

        async def look() -> bool:
            async with house.vault(BEN) as vault:
                return vault is not None

        joining = asyncio.ensure_future(house.links.join(BEN, code, 11.0))
        looks = []
        while not joining.done():
            looks.append(asyncio.ensure_future(look()))
            await asyncio.sleep(0)
        assert await joining
        assert all(await asyncio.gather(*looks))


# --- Codes --------------------------------------------------------------------------------------


async def test_a_code_is_used_once(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        code = await house.links.make_code(ADA, 10.0)
        assert await house.links.join(BEN, code.lower().replace("-", " "), 11.0)
        assert not await house.links.join(CLEO, code, 12.0)


async def test_of_two_who_use_one_code_at_once_one_is_joined(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        await settle_in(house, BEN, "lamp")
        code = await house.links.make_code(ADA, 10.0)
        joined = await asyncio.gather(*(house.links.join(one, code, 11.0) for one in (BEN, CLEO)))
        assert sorted(joined) == [False, True]
        assert len(house.links.accounts_of(ADA)) == 2


async def test_two_who_join_each_other_at_once_are_one_person(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        for person, words in ((ADA, "tide"), (BEN, "lamp")):
            await settle_in(house, person, words)
        of_ada = await house.links.make_code(ADA, 10.0)
        of_ben = await house.links.make_code(BEN, 10.0)
        joined = await asyncio.gather(
            house.links.join(BEN, of_ada, 11.0), house.links.join(ADA, of_ben, 11.0)
        )
        assert sorted(joined) == [False, True]
        assert len(await texts(house, ADA)) == 10


@pytest.mark.parametrize("later", [CODE_S, CODE_S + 1, -1.0])
async def test_a_code_ends_after_ten_minutes_and_with_a_clock_set_back(
    tmp_path: Path, later: float
) -> None:
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        code = await house.links.make_code(ADA, 1000.0)
        assert not await house.links.join(BEN, code, 1000.0 + later)
        assert house.links.person_of(BEN) == BEN


async def test_a_secret_is_tried_a_few_times_and_then_the_code_is_void(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        code = await house.links.make_code(ADA, 10.0)
        for _ in range(MOST_TRIES - 1):
            assert await house.links.shown_by(code[:5] + "0000-0000", 11.0) is None
        assert await house.links.shown_by(code, 11.0) == ADA
        assert await house.links.shown_by(code[:5] + "0000-0000", 11.0) is None
        assert await house.links.shown_by(code, 11.0) is None


async def test_a_new_code_takes_the_place_of_the_old_and_none_joins_oneself(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        old, new = [await house.links.make_code(ADA, 10.0) for _ in range(2)]
        assert not await house.links.join(BEN, old, 11.0)
        assert not await house.links.join(ADA, new, 11.0)
        for odd in ("", "-", "\x00" * 50, "é" * 12, "0" * 5000):
            assert not await house.links.join(BEN, odd, 11.0)
        assert await house.links.join(BEN, new, 11.0)


async def test_a_code_of_somebody_who_has_erased_themselves_is_void(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        code = await house.links.make_code(ADA, 10.0)
        await house.erase(ADA, 11.0)
        assert not await house.links.join(BEN, code, 12.0)


async def test_no_code_can_be_read_in_any_row(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        code = await house.links.make_code(ADA, 10.0)
        rows = await house._db.read(lambda db: db.execute("SELECT * FROM codes").fetchall())
        held = b"".join(value for row in rows for value in row if isinstance(value, bytes))
        assert rows
        for part in (code, code.replace("-", ""), code[:4], code[5:9], code[10:]):
            assert part.encode() not in held


# --- Parting, locks, erasing --------------------------------------------------------------------


async def test_parted_the_vault_stays_and_the_other_begins_anew(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        await house.attest(ADA, record())
        await settle_in(house, BEN, "lamp")
        assert await link(house, ADA, BEN)
        await house.links.choose_sponsor(BEN, CommunityId("console:tea"))
        assert await house.links.part(BEN) == (BEN,)
        assert len(await texts(house, ADA)) == 10
        assert await house.age_record(ADA, INSTANCE, 20.0)
        async with house.vault(BEN) as vault:
            assert vault is None
        assert await house.age_record(BEN, INSTANCE, 20.0) is None
        assert house.links.sponsor_of(BEN) is None
        assert await house.links.part(ADA) == ()


async def test_whoever_has_the_vault_parts_from_all_others(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        for other in (BEN, CLEO):
            assert await link(house, ADA, other)
        assert await house.links.part(ADA) == (BEN, CLEO)
        assert house.links.accounts_of(ADA) == (ADA,)


async def test_erasing_one_erases_both_and_a_lock_stays_on_both(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        assert await link(house, ADA, BEN)
        await house.lock(BEN, "A2", 11.0)
        receipt = await house.erase(BEN, 12.0)
        assert any("accounts" in line for line in receipt.gone)
        assert any("lock" in line for line in receipt.stays)
    assert not list((tmp_path / "vaults").iterdir())
    async with house_in(tmp_path) as house:
        assert [await house.locked(one) for one in (ADA, BEN)] == [True, True]
        assert house.links.accounts_of(ADA) == (ADA,)


async def test_a_locked_person_is_locked_under_the_other_account_too(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        await house.lock(CLEO, "A2", 1.0)
        assert await link(house, ADA, CLEO)
        assert await house.locked(ADA)
        await house.links.part(CLEO)
        assert [await house.locked(one) for one in (ADA, CLEO)] == [True, True]


ACCOUNTS = (ADA, BEN, CLEO)


class Model:
    """Who was ever one person with somebody locked is locked, until a moderator opens it for the
    person, as they are joined at that time."""

    def __init__(self) -> None:
        self.locked: set[PersonId] = set()
        self.groups: dict[PersonId, set[PersonId]] = {one: {one} for one in ACCOUNTS}

    async def come_in(self, house: House, one: PersonId, _: PersonId) -> None:
        await house.make_vault(one)

    async def link(self, house: House, one: PersonId, two: PersonId) -> None:
        if await link(house, one, two):
            both = self.groups[one] | self.groups[two]
            self.groups.update(dict.fromkeys(both, both))
            self.locked |= both if both & self.locked else set()

    async def part(self, house: House, one: PersonId, _: PersonId) -> None:
        for parted in await house.links.part(one):
            self.groups[one] -= {parted}
            for each in ACCOUNTS:
                self.groups[each] = self.groups[each] - {parted}
            self.groups[parted] = {parted}

    async def lock(self, house: House, one: PersonId, _: PersonId) -> None:
        await house.lock(one, "A2", 5.0)
        self.locked |= self.groups[one]

    async def erase(self, house: House, one: PersonId, _: PersonId) -> None:
        await house.erase(one, 6.0)
        self.groups.update({each: {each} for each in self.groups[one]})

    async def unlock(self, house: House, one: PersonId, _: PersonId) -> None:
        await house.unlock(one, "mo", "a mistake", 7.0)
        self.locked -= self.groups[one]

    async def check(self, house: House) -> None:
        for each in ACCOUNTS:
            assert await house.locked(each) == (each in self.locked)
            assert set(house.links.accounts_of(each)) == self.groups[each]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("link", "part", "lock", "erase", "unlock", "come_in", "restart")),
        st.sampled_from(ACCOUNTS),
        st.sampled_from(ACCOUNTS),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_in_whatever_order_no_lock_ever_gets_looser(
    steps: list[tuple[str, PersonId, PersonId]],
) -> None:
    async def live(folder: Path) -> None:
        model, todo = Model(), list(steps)
        while todo:
            async with house_in(folder) as house:
                await model.check(house)
                while todo and (step := todo.pop(0))[0] != "restart":
                    await getattr(model, step[0])(house, *step[1:])
                    await model.check(house)

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live(Path(folder)))


# --- Killed midway ------------------------------------------------------------------------------

KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from bot.store import accounts, folder, links, merging
from tests.conftest import HABITS, PERSONAS
from tests.fakes import Clock, PaperPlatform
from tests.store_help import ADA, BEN, house_in

def killing(owner, name, after):
    work = getattr(owner, name)
    def kill(*args, **kwargs):
        result = work(*args, **kwargs) if after else None
        os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(owner, name, kill)

POINTS = {
    "in the join": lambda: killing(accounts, "join", True),
    "after the join": lambda: killing(links.Links, "merge_into", False),
    "in the merge": lambda: killing(merging, "merge_marks", True),
    "after the merge": lambda: killing(links.Links, "_merged_now", False),
    "after the ledger's line": lambda: killing(folder.Folder, "note_erased", True),
    "before the file goes": lambda: killing(folder.Folder, "remove_vault", False),
    "after the file went": lambda: killing(folder.Folder, "remove_vault", True),
}

async def main(where, point):
    async with house_in(where) as open_house:
        code = await open_house.links.make_code(ADA, 10.0)
        POINTS[point]()
        await open_house.links.join(BEN, code, 11.0)
        async with open_house.vault(BEN):
            pass

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.parametrize(
    ("point", "after"),
    [
        ("in the join", "apart"),
        ("after the join", "joined"),
        ("in the merge", "joined"),
        ("after the merge", "joined"),
        ("after the ledger's line", "joined"),
        ("before the file goes", "joined"),
        ("after the file went", "joined"),
    ],
)
async def test_killed_between_any_two_steps_they_are_joined_or_not_and_never_half(
    tmp_path: Path, point: str, after: str
) -> None:
    is_joined = after == "joined"
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        await settle_in(house, BEN, "lamp")
        await house.lock(BEN, "A2", 2.0)
    child = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), point], check=False, capture_output=True
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    for _ in range(2):
        async with house_in(tmp_path) as house:
            assert (house.links.person_of(BEN) == ADA) is is_joined
            both = said_by("tide") + said_by("lamp")
            for account, own in ((ADA, "tide"), (BEN, "lamp")):
                expected = both if is_joined else said_by(own)
                assert sorted(text for text in await texts(house, account) if text) == sorted(
                    text for text in expected if is_joined or "half" not in text
                )
            assert await house.locked(ADA) is is_joined
            assert await house.locked(BEN)
    assert len(list((tmp_path / "vaults").glob("*.db"))) == (1 if is_joined else 2)


async def test_erased_after_a_join_that_nobody_has_looked_at_nothing_of_either_is_left(
    tmp_path: Path,
) -> None:
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        await settle_in(house, BEN, "lamp")
        assert await link(house, ADA, BEN)
        await house.erase(ADA, 12.0)
    assert not list((tmp_path / "vaults").iterdir())
    lines = (tmp_path / "ledger.jsonl").read_text().splitlines()
    assert len({json.loads(line)["erased"] for line in lines}) == 2


async def test_what_waits_is_answered_on_the_account_it_came_from(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await settle_in(house, ADA, "tide")
        assert await link(house, ADA, CLEO)
        async with house.vault(CLEO) as vault:
            assert vault is not None
            assert await vault.take_in(message("late", "Good evening.", CLEO))
            authors = [one.message.author.id for one in await vault.waiting()]
    assert authors == [ADA, CLEO]
