"""`import`: an export taken back, another program's history taken in, nothing twice, nothing by
halves, and nothing that a person was not before; `export` as a page."""

import asyncio
import html
import io
import itertools
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.commands import follow_import
from bot.events import Message, Rating, Say
from bot.files import Attached, Unread
from bot.histories.reading import read_history
from bot.histories.values import History
from bot.importing import AT_ONCE, BETWEEN, Importing, take_next
from bot.memory.notes import OPENING
from bot.memory.question import Question
from bot.memory.recall import Place, recall
from bot.policy.door import DOOR_VERSION
from bot.remembering import catch_up
from bot.retention import Retention
from bot.store import imports, indexing
from bot.store.database import in_transaction
from bot.store.house import House
from bot.store.imports import PIECE, Incoming, IncomingTalk
from bot.store.migrations import VAULT, migrate
from bot.store.rows import Consent, Scope, Side
from tests.conftest import Parlour
from tests.fakes import Clock, noticed, spoken
from tests.store_help import ADA, house_in
from tests.talk import DOOR, talk

HEADER = {"user_name": "Ada", "character_name": "Wren", "chat_metadata": {}}


def attached(content: str | bytes, name: str = "talk.jsonl") -> Attached:
    data = content.encode() if isinstance(content, str) else content

    async def read(most: int) -> bytes | Unread:
        return data if len(data) <= most else Unread.TOO_LARGE

    return Attached(name, len(data), "text/plain", read)


async def hand_in(parlour: Parlour, content: str | bytes, person: str = "ada") -> str:
    plain = parlour.paper.message("/import", person)
    message: Message = replace(plain, attached=(attached(content),))
    before = len(parlour.paper.shown)
    parlour.paper.tell(message)
    await parlour.paper.rest(message.room.id)
    return noticed([s for s in parlour.paper.shown[before:] if s.room == message.room.id])


def tavern(count: int, text: str = "Line {} of an old talk about tea.") -> str:
    rows: list[Mapping[str, object]] = [HEADER]
    for n in range(count):
        day, minute = divmod(n, 1000)
        date = f"2024-01-{day % 28 + 1:02}T{minute // 60:02}:{minute % 60:02}:{day // 28:02}Z"
        who = {"name": "Ada", "is_user": True} if n % 2 == 0 else {"name": "Wren", "is_user": False}
        rows.append({**who, "send_date": date, "mes": text.format(n)})
    return "\n".join(json.dumps(row) for row in rows)


async def says_now(parlour: Parlour, text: str) -> None:
    """Years after what `tavern` tells of."""
    message = replace(parlour.paper.message(text), at=1_800_000_000.0)
    parlour.paper.tell(message)
    await parlour.paper.rest(message.room.id)


async def exported(parlour: Parlour, person: str = "ada") -> dict[str, Any]:
    await parlour.paper.say("/export", person)
    say = [one for one in parlour.paper.actions if isinstance(one, Say) and one.file][-1]
    assert say.file is not None
    found: dict[str, Any] = json.loads(say.file.content)
    return found


def said(data: Mapping[str, Any]) -> list[tuple[str, str, str, float, list[str]]]:
    """Of every talk, what was said, whatever its numbers are."""
    personas = {row["id"]: row["persona"] for row in data["sessions"]}
    return sorted(
        (
            personas[turn["session"]],
            turn["side"],
            next(r["text"] for r in turn["revisions"] if r["step"] == turn["chosen"]),
            turn["at"],
            [r["text"] for r in turn["revisions"]],
        )
        for turn in data["turns"]
        if turn["session"]
    )


async def rest(parlour: Parlour, person: str = "ada") -> str:
    """Until nothing waits any more; what `import` says then."""
    async with asyncio.timeout(60):
        while "All of it is done" not in (
            told := noticed(await parlour.paper.say("/import", person))
        ):
            await asyncio.sleep(0)
    return told


def notes(parlour: Parlour) -> list[str]:
    return [part.text for part in parlour.scripted.prompts[-1].parts if OPENING in part.text]


async def test_an_export_comes_back_after_an_erase_and_is_recalled(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("/memory on")
    await parlour.paper.say("/limits hard spiders")
    await parlour.paper.say("My sister Mara keeps the lighthouse.")
    await parlour.paper.say("/memory add My boat is blue.")
    await parlour.paper.say("/again")
    before = await exported(parlour)
    await parlour.paper.say("/erase confirm")
    await parlour.let_in()
    await parlour.paper.say("/memory on")
    shown = await hand_in(parlour, json.dumps(before, indent=1))
    assert (
        "file: 2, from" in shown
        and "With Wren: 2." in shown
        and "Limits of yours in it: 1." in shown
    )
    assert said(await exported(parlour)) == [], "nothing is taken before the yes"
    assert "Taken: 2 of 2." in noticed(await parlour.paper.say("/import yes"))
    after = await exported(parlour)
    assert said(after) == said(before)
    assert len(said(after)[1][4]) == 2, "every answer is there"
    assert [limit["text"] for limit in after["limits"]] == ["spiders"]
    own = [fact["sentence"] for fact in after["facts"] if fact["origin"] == "person"]
    assert own == ["My boat is blue."]
    learned = [fact["sentence"] for fact in after["facts"] if fact["origin"] == "rule"]
    assert learned == ["My sister Mara keeps the lighthouse."], "as from what is said here"
    await parlour.paper.say("Where does my sister Mara work?")
    (note,) = notes(parlour)
    assert "My sister Mara keeps the lighthouse." in note


async def homes(parlour: Parlour) -> list[tuple[str, bool]]:
    """Where they live, and whether it holds."""
    facts = (await exported(parlour))["facts"]
    return [(one["value"], one["valid_to"] is None) for one in facts if one["slot"] == "home"]


@pytest.mark.parametrize("said_before", ["I live in Bruges.", "I live in Ghent."])
async def test_what_comes_in_ends_nothing_that_was_said_since(
    parlour: Parlour, said_before: str
) -> None:
    await parlour.let_in()
    await parlour.paper.say("/memory on")
    await says_now(parlour, said_before)
    await says_now(parlour, "I live in Bruges.")
    before = await homes(parlour)
    assert before[-1] == ("Bruges", True)
    await hand_in(parlour, tavern(2, "I live in Ghent."))
    assert "Taken: 2 of 2." in noticed(await parlour.paper.say("/import yes"))
    assert await homes(parlour) == before
    await says_now(parlour, "I live in Ghent.")
    assert (await homes(parlour))[-1] == ("Ghent", True)


async def test_what_came_in_holds_until_something_else_is_said(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("/memory on")
    await hand_in(parlour, tavern(2, "I live in Ghent."))
    await parlour.paper.say("/import yes")
    assert await homes(parlour) == [("Ghent", True)]
    await says_now(parlour, "I live in Bruges.")
    assert await homes(parlour) == [("Ghent", False), ("Bruges", True)]


async def test_p6_what_comes_in_is_looked_at_for_its_age_though_nothing_was_due(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await parlour.paper.say("/memory keep 30 days")
    await says_now(parlour, "The lamp is lit.")
    retention = Retention(
        parlour.house,
        keep_days=0,
        forget=parlour.conversation.forget_computed,
        clock=parlour.clock,
    )
    for _ in range(24):
        parlour.clock.pass_hours(1)
        await retention.tick()
    await hand_in(parlour, tavern(2))
    await parlour.paper.say("/import yes")
    assert "old talk about tea" in str(said(await exported(parlour)))
    parlour.clock.pass_hours(1)
    await retention.tick()
    assert "old talk about tea" not in str(said(await exported(parlour)))


async def test_nothing_is_doubled_when_it_is_taken_twice(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("Hello there.")
    export = await exported(parlour)
    for file in (json.dumps(export), tavern(6)):
        for _ in range(2):
            await hand_in(parlour, file)
            told = noticed(await parlour.paper.say("/import yes"))
        assert "Taken: 0 of" in told and "There already: 0" not in told
    assert len(said(await exported(parlour))) == len(said(export)) + 6


async def test_a10_a2_a_file_gives_nobody_what_they_had_not(parlour: Parlour) -> None:
    await parlour.let_in()
    before = await exported(parlour)
    forged = before | {
        "consents": [{"kind": kind, "version": DOOR_VERSION, "at": 1.0} for kind in ("memory", "intimate memory")],
        "marks": [{"name": "ceiling", "value": 2.0}, {"name": "paused", "value": 1.0}],
        "settings": [{"name": "mature in", "value": "1 paper:tea"}],
        "age_records": [{"scope": "instance", "level": 3, "method": "verified"}],
        "limits": [{"text": "spiders", "is_hard": 1}],
    }  # fmt: skip
    await hand_in(parlour, json.dumps(forged))
    await parlour.paper.say("/import yes")
    after = await exported(parlour)
    for kept in ("consents", "settings", "age_records", "locked"):
        assert after[kept] == before[kept], kept
    names = {mark["name"] for mark in after["marks"]}
    assert not names & {"ceiling", "paused"}


async def test_l3_what_was_closed_stays_closed(parlour: Parlour) -> None:
    await parlour.let_in()
    export = await exported(parlour)
    export["marks"].append({"name": "romance closed: wren", "value": 1.0})
    export["limits"].append({"text": "spiders", "is_hard": 1})
    await hand_in(parlour, json.dumps(export))
    await parlour.paper.say("/import yes")
    marks = (await exported(parlour))["marks"]
    assert {"name": "romance closed: wren", "value": 1.0} in marks


async def test_what_may_not_be_kept_is_left_out_and_counted(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("/memory on")
    texts = ["A love scene with a 15-year-old.", "I am 15 years old.", "The kettle sings."]
    rows = [
        {"is_user": True, "send_date": 1_700_000_000 + n, "mes": text}
        for n, text in enumerate(texts)
    ]
    file = "\n".join(json.dumps(row) for row in [HEADER, *rows])
    assert "file: 3, from" in await hand_in(parlour, file)
    told = noticed(await parlour.paper.say("/import yes"))
    assert "Taken: 1 of 3." in told and "may not keep them: 2." in told
    assert [text for _, _, text, _, _ in said(await exported(parlour))] == ["The kettle sings."]


async def test_what_was_romantic_comes_up_only_where_romance_may(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("/memory on")
    line = "Under the willow I kissed you, my love."
    rows = [HEADER, {"is_user": True, "send_date": 1_700_000_000, "mes": line}]
    await hand_in(parlour, "\n".join(json.dumps(row) for row in rows))
    await parlour.paper.say("/import yes")
    await parlour.paper.say("Do you remember the willow?")
    assert notes(parlour) == [], "wren is a general persona"
    async with parlour.house.vault(parlour.paper.message("").author.id) as vault:
        assert vault is not None
        assert len((await vault.export())["turns"]) >= 1  # type: ignore[arg-type]  # rows


async def test_a_wrong_line_is_named_and_nothing_waits(parlour: Parlour) -> None:
    await parlour.let_in()
    told = await hand_in(parlour, tavern(3) + "\n{broken")
    assert "Nothing was taken" in told and "Line 5:" in told
    assert "no file of yours" in noticed(await parlour.paper.say("/import yes"))


async def test_a_file_that_is_too_large_is_told_its_bound_and_the_mend(
    parlour: Parlour, monkeypatch: pytest.MonkeyPatch
) -> None:
    await parlour.let_in()
    monkeypatch.setattr(follow_import, "MOST_BYTES", 2048)
    told = await hand_in(parlour, tavern(100))
    assert "at most 2 KiB" in told and "zipped, or as several files" in told
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("talk.jsonl", tavern(100))
    assert "file: 100, from" in await hand_in(parlour, packed.getvalue())


async def test_the_preview_names_days_and_personas_and_no_forgets_it(parlour: Parlour) -> None:
    await parlour.let_in()
    told = await hand_in(parlour, tavern(4).replace('"Wren"', '"Tock"'))
    assert "file: 4, from 2024-01-01 to 2024-01-01." in told and "With Tock: 4." in told
    assert "not chosen memory" in told
    stranger = await hand_in(parlour, tavern(4).replace('"Wren"', '"Somebody"'))
    assert "With Wren: 4." in stranger, "who is not here is played by the persona of now"
    assert noticed(await parlour.paper.say("/import no")) == follow_import.FORGOTTEN
    assert "no file of yours" in noticed(await parlour.paper.say("/import yes"))
    assert "Attach a file" in noticed(await parlour.paper.say("/import"))


async def test_a_file_that_is_not_agreed_to_is_forgotten_after_a_while(parlour: Parlour) -> None:
    await parlour.let_in()
    await hand_in(parlour, tavern(4))
    parlour.clock.pass_hours(1)
    assert "no file of yours" in noticed(await parlour.paper.say("/import yes"))


async def test_one_persons_file_is_nobody_elses(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.let_in("ben")
    await hand_in(parlour, tavern(4))
    assert "no file of yours" in noticed(await parlour.paper.say("/import yes", "ben"))
    await parlour.paper.say("/import yes")
    assert said(await exported(parlour, "ben")) == []


async def test_a_long_history_is_taken_while_messages_are_answered(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("/memory on")
    count = AT_ONCE + 4 * PIECE
    await hand_in(parlour, tavern(count))
    assert f"of {count}." in noticed(await parlour.paper.say("/import yes"))
    assert spoken(await parlour.paper.say("Are you there?")) == ["You said: Are you there?"]
    assert f"Taken: {count} of {count}." in await rest(parlour)
    assert len(said(await exported(parlour))) == count + 2
    assert spoken(await parlour.paper.say("And now?"))
    window = [part.text for part in parlour.scripted.prompts[-1].parts]
    assert not any(text.startswith("Line ") for text in window), "it is in no window"


async def test_what_came_in_does_not_choose_the_persona(parlour: Parlour) -> None:
    await parlour.let_in()
    await hand_in(parlour, tavern(4).replace('"Wren"', '"Tock"'))
    await parlour.paper.say("/import yes")
    await parlour.paper.say("/leave")
    for answer in ("hello", "next", "next", "yes", "done"):
        await parlour.paper.say(answer)
    assert "Wren" in noticed(await parlour.paper.say("/who"))


async def test_no_stops_what_is_being_taken_and_what_was_taken_stays(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await staged(house, 4 * PIECE)
        await take(house, 1)
        async with house.vault(ADA) as vault:
            assert vault is not None
            assert await vault.imports.stop()
            assert await vault.imports.next() is None
            progress = await vault.imports.progress()
            assert progress is not None and progress.taken == PIECE and progress.is_over
            assert not await vault.imports.stop()


def test_a_terminal_takes_a_history_from_a_path_and_gives_a_page(tmp_path: Path) -> None:
    file = tmp_path / "my talk.jsonl"
    file.write_text(tavern(4), "utf-8")
    lines = [*DOOR, f"/import < '{file}'", "/import yes", "/export page"]
    told = "\n".join(one.text for one in talk(tmp_path / "data", lines)[0] if one.speaker == "*")
    assert "Messages in that file: 4" in told and "Taken: 4 of 4." in told
    assert "<!DOCTYPE html>" in told and "Line 0 of an old talk about tea." in told


# --- Crashes ----------------------------------------------------------------------------------


async def staged(house: House, count: int) -> None:
    await house.make_vault(ADA)
    history = read_history(tavern(count), UTC, Clock()())
    assert isinstance(history, History)
    (talk,) = history.talks
    async with house.vault(ADA) as vault:
        assert vault is not None
        await vault.give_consent(Consent("memory", DOOR_VERSION, 0.0))
        lines = [Incoming(one.side, one.texts, one.chosen, one.at) for one in talk.lines]
        await vault.imports.stage([IncomingTalk("wren", None, None, lines)], 1.0)


async def take(house: House, most: int) -> None:
    async with house.vault(ADA) as vault:
        assert vault is not None
        for _ in range(most):
            await take_next(vault)
        # What was taken right before a cut is indexed when nobody waits.
        while await catch_up(vault):
            pass


async def contents(house: House) -> str:
    async with house.vault(ADA) as vault:
        assert vault is not None
        export = await vault.export()
        question = Question({"tea": 1.0})
        place = Place(Scope("wren", None, None), Rating.GENERAL, None)
        found = await recall(vault, question, place, most=4, budget_s=60.0)
        return json.dumps([export["sessions"], export["turns"], export["imports"]]) + str(found)


@pytest.mark.parametrize("after", range(4))
async def test_i7_wherever_it_was_cut_the_next_start_goes_on_to_the_same_end(
    tmp_path: Path, after: int
) -> None:
    async with house_in(tmp_path / "whole") as house:
        await staged(house, 3 * PIECE)
        await take(house, 4)
        whole = await contents(house)
    async with house_in(tmp_path / "cut") as house:
        await staged(house, 3 * PIECE)
        await take(house, after)
        house.leave_unfinished(ADA)
    async with house_in(tmp_path / "cut") as house:
        importing = asyncio.create_task(Importing(house, Clock()).run())
        async with asyncio.timeout(60), house.vault(ADA) as vault:
            assert vault is not None
            while await vault.imports.next() is not None:
                await asyncio.sleep(0)
        importing.cancel()
        with suppress(asyncio.CancelledError):
            await importing
        await take(house, 1)
        assert await contents(house) == whole


def test_i7_a_piece_is_taken_whole_or_not_at_all() -> None:
    """A fault at each of its statements leaves it waiting as it was."""
    for fault in range(1, 40):
        db = sqlite3.connect(":memory:", isolation_level=None)
        db.execute("PRAGMA foreign_keys = ON")
        migrate(db, VAULT, Path("vault"))
        line = Incoming(Side.PERSON, ("One.", "Two."), 0, 5.0)
        talks = [IncomingTalk("wren", None, None, [line, replace(line, at=6.0)])]
        imports.stage(db, talks, 1.0)
        piece = imports.next_piece(db)
        assert piece is not None
        counting = Counting(db, fault)
        rated = [Rating.GENERAL] * 2
        try:
            in_transaction(counting, partial(imports.take, counting, piece, rated))  # type: ignore[arg-type]  # it is a connection as far as is asked
        except sqlite3.OperationalError:
            assert imports.next_piece(db) == piece
            assert db.execute("SELECT count(*) FROM turns").fetchone() == (0,)
        else:
            assert imports.next_piece(db) is None
            assert db.execute("SELECT count(*) FROM turns").fetchone() == (2,)
            db.close()
            return
        db.close()
    raise AssertionError("more statements than were tried")


def test_a_line_of_a_long_history_costs_what_one_of_a_short_one_costs() -> None:
    """Counted in steps of SQLite: what looks through all that was taken has more of them each time."""
    short, long = steps_of_the_last_piece(4 * PIECE), steps_of_the_last_piece(24 * PIECE)
    assert long["taking"] < 1.5 * short["taking"]
    assert long["looking what to index"] < 1.5 * short["looking what to index"]


def steps_of_the_last_piece(count: int) -> dict[str, int]:
    """Of a talk without a pause."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db, VAULT, Path("vault"))
    db.execute("INSERT INTO consents VALUES ('memory', ?, 0)", (DOOR_VERSION,))
    sides = itertools.cycle(Side)
    said = [Incoming(next(sides), (f"Line {n}.",), 0, float(n)) for n in range(count)]
    imports.stage(db, [IncomingTalk("wren", None, None, said)], 1.0)
    steps: dict[str, int] = {}

    def counted(name: str, work: Callable[[], object]) -> None:
        def one() -> None:
            steps[name] += 1

        steps[name] = 0
        db.set_progress_handler(one, 1)
        work()
        db.set_progress_handler(None, 0)

    while (piece := imports.next_piece(db)) is not None:
        rated = [Rating.GENERAL] * len(piece.lines)
        counted("taking", partial(imports.take, db, piece, rated))
        assert indexing.catch_up(db, str.split, PIECE - 1) == PIECE - 1
        # One is left, so that what is counted is most of all how it is found.
        counted("looking what to index", partial(indexing.catch_up, db, str.split, PIECE))
    db.close()
    return steps


async def test_after_a_long_pause_a_further_session_begins(tmp_path: Path) -> None:
    rows = [
        {"is_user": n % 2 == 0, "send_date": 1_700_000_000 + n * 60 + (n // 4) * 50_000, "mes": f"{n}."}
        for n in range(8)
    ]  # fmt: skip
    history = read_history("\n".join(map(json.dumps, [HEADER, *rows])), UTC, 2e9)
    assert isinstance(history, History)
    async with house_in(tmp_path) as house:
        await house.make_vault(ADA)
        async with house.vault(ADA) as vault:
            assert vault is not None
            await Importing(house, Clock()).begin(vault, history)
            turns: Any = (await vault.export())["turns"]
    sessions = [turn["session"] for turn in turns]
    assert sessions == [1] * 4 + [2] * 4
    answered = [turn["answers"] for turn in turns if turn["side"] == Side.PERSONA]
    assert answered == [1, 3, 5, 7]


async def test_it_steps_aside_while_somebody_is_answered(tmp_path: Path) -> None:
    looks: list[int] = []

    def is_at_work() -> bool:
        looks.append(1)
        return len(looks) % 3 != 0

    async with house_in(tmp_path) as house:
        await staged(house, AT_ONCE + PIECE)
        house.leave_unfinished(ADA)
    async with house_in(tmp_path) as house:
        importing = asyncio.create_task(Importing(house, Clock(), is_at_work=is_at_work).run())
        async with asyncio.timeout(60), house.vault(ADA) as vault:
            assert vault is not None
            while await vault.imports.next() is not None:
                await asyncio.sleep(0)
        importing.cancel()
        with suppress(asyncio.CancelledError):
            await importing
    assert len(looks) >= (AT_ONCE + PIECE) // BETWEEN, "it looks all the time who is answered"


class Counting:
    """A connection that breaks at one of its statements."""

    def __init__(self, db: sqlite3.Connection, fault: int) -> None:
        self._db, self._left = db, fault

    def _breaks(self) -> bool:
        self._left -= 1
        return self._left == 0

    def execute(self, *args: Any) -> sqlite3.Cursor:
        if args[0] not in {"BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"} and self._breaks():
            raise sqlite3.OperationalError("the disk is full")
        return self._db.execute(*args)

    def executemany(self, *args: Any) -> sqlite3.Cursor:
        if self._breaks():
            raise sqlite3.OperationalError("the disk is full")
        return self._db.executemany(*args)

    @property
    def in_transaction(self) -> bool:
        return self._db.in_transaction


# --- The page ---------------------------------------------------------------------------------


async def page(parlour: Parlour) -> str:
    await parlour.paper.say("/export page")
    say = [one for one in parlour.paper.actions if isinstance(one, Say) and one.file][-1]
    assert say.file is not None and say.file.name == "parlour-export.html"
    return say.file.content.decode()


async def test_the_page_has_every_word_and_none_of_it_is_markup(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("/limits hard spiders")
    evil = "<script>alert(1)</script> & <img src=http://example.org/a.png>"
    await parlour.paper.say(evil)
    await parlour.paper.say("/again")
    data = await exported(parlour)
    shown = await page(parlour)
    assert html.escape(evil) in shown
    assert "spiders" in shown and "Wren" in shown and "2027-01-15" in shown
    elements = re.findall(r"<([a-z]+)", shown)
    assert not set(elements) & {"script", "img", "link", "iframe", "object", "a"}
    assert "default-src 'none'" in shown
    for table, rows in data.items():
        for row in rows if isinstance(rows, list) else []:
            for value in row.values() if isinstance(row, dict) else []:
                if isinstance(value, str) and table != "turns":
                    assert html.escape(json.dumps(value)[1:-1]) in shown or value in shown, table


async def test_the_page_is_in_the_persons_language(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("/language de")
    assert "<h1>Was über dich gespeichert ist</h1>" in await page(parlour)
