"""Files: what may come, what goes out, and what becomes of those that are none of it."""

import json
import os
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from bot import sentences
from bot.clean import clean_file_name, clean_message
from bot.commands.declaration import Declares
from bot.commands.declared import Declaration, Help
from bot.commands.files import (
    FILE_BROKEN,
    FILE_GONE,
    NOT_TEXT,
    as_json,
    decode,
    read_bytes,
    read_text,
)
from bot.commands.parameters import Kind, Parameter
from bot.commands.read import Misread, fill
from bot.events import Action, EventId, Message, Role, Say
from bot.files import LONGEST_FILE_NAME, MOST_ATTACHED, MOST_FILE_BYTES, Attached, File, Unread
from bot.platforms.console.files import as_answer, take_file
from bot.platforms.console.seat import Seat
from bot.text import Text
from tests.conftest import Parlour, running
from tests.fakes import PaperPlatform, noticed, spoken, writes

KIB = 1024
FILE = Parameter("file", Kind.FILE, Text("the rules"), most_bytes=2 * KIB)


def attached(
    content: bytes | Unread, name: str = "rules.toml", size: int | None = None
) -> Attached:
    async def read(_most: int) -> bytes | Unread:
        return content

    told = len(content) if isinstance(content, bytes) else 0
    return Attached(name, told if size is None else size, "text/plain", read)


def takes(*parameters: Parameter) -> Declaration:
    return Declares(
        "import",
        Text("takes a file"),
        lambda values: Help(repr(dict(values))),
        parameters=parameters,
    )


# --- Names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "clean"),
    [
        ("rules.toml", "rules.toml"),
        ("../../etc/rules.toml", "rules.toml"),
        ("C:\\Users\\ada\\rules.toml", "rules.toml"),
        ("ru\x00le\ns\x1b[31m.toml", "rule s[31m.toml"),
        ("sgp.\u202etoml", "sgp.toml"),
        ("zero\u200bwidth.txt", "zerowidth.txt"),
        ("..", "file"),
        ("", "file"),
        ("/", "file"),
        (" two   words .txt ", "two words .txt"),
        ("\ud83d.txt", "\ufffd.txt"),
    ],
)
def test_a_files_name_is_one_short_line_without_a_folder(named: str, clean: str) -> None:
    assert clean_file_name(named) == clean


def test_a_long_name_keeps_its_ending() -> None:
    clean = clean_file_name("é" * 300 + ".json")
    assert len(clean) == LONGEST_FILE_NAME and clean.endswith("é.json")
    assert len(clean_file_name("a." + "b" * 300)) <= LONGEST_FILE_NAME
    assert len(clean_file_name("b" * 300)) <= LONGEST_FILE_NAME


def test_a_message_keeps_its_first_files_under_clean_names() -> None:
    paper = PaperPlatform()
    many = tuple(attached(b"x", name=f"a/{n}.txt") for n in range(MOST_ATTACHED + 3))
    message = clean_message(_with(paper, "look", *many))
    assert [one.name for one in message.attached] == [f"{n}.txt" for n in range(MOST_ATTACHED)]


@pytest.mark.parametrize("name", ["", ".", "a/b", "a\\b", "a\nb", 'a"b', "x" * 81])
def test_a_file_that_goes_out_has_a_plain_name(name: str) -> None:
    with pytest.raises(ValueError, match="a file's name"):
        File(name, b"x", "text/plain")


def test_a_file_that_goes_out_has_a_bounded_size() -> None:
    assert File("a.txt", b"x" * MOST_FILE_BYTES, "text/plain").text is not None
    for content in (b"", b"x" * (MOST_FILE_BYTES + 1)):
        with pytest.raises(ValueError, match=r"a\.txt"):
            File("a.txt", content, "text/plain")


# --- A command that asks for one --------------------------------------------------------------


def test_a_command_gets_the_files_name_and_the_rest_of_the_line() -> None:
    line = Parameter("note", Kind.LINE, Text("a note"), is_required=False)
    got = fill(takes(FILE, line), {"note": "as agreed"}, prefix="/", attached=[attached(b"x")])
    assert got == Help("{'file': 'rules.toml', 'note': 'as agreed'}")


def test_without_a_file_a_command_says_how_one_is_handed_over() -> None:
    got = fill(takes(FILE), {}, prefix="/")
    assert isinstance(got, Misread)
    assert "FILE is missing: attach it to the same message" in got.say and "/import FILE" in got.say


def test_a_file_that_may_be_left_out_may_be_left_out() -> None:
    optional = Parameter("file", Kind.FILE, Text("the rules"), is_required=False)
    assert fill(takes(optional), {}, prefix="/") == Help("{}")


def test_two_files_or_one_that_is_too_large_are_refused_before_anything_is_fetched() -> None:
    two = fill(takes(FILE), {}, prefix="/", attached=[attached(b"x"), attached(b"y")])
    assert isinstance(two, Misread) and "one file at a time" in two.say
    large = fill(takes(FILE), {}, prefix="/", attached=[attached(b"x", size=2 * KIB + 1)])
    assert isinstance(large, Misread) and "at most 2 KiB" in large.say
    just_so = fill(takes(FILE), {}, prefix="/", attached=[attached(b"x", size=2 * KIB)])
    assert isinstance(just_so, Help)


# --- What is in one ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        ("kind = 'Güte'".encode(), "kind = 'Güte'"),
        ("kind".encode("utf-8-sig"), "kind"),
        ("Güte 🌊".encode("utf-16"), "Güte 🌊"),
        ("Güte".encode("utf-16-be").join((b"\xfe\xff", b"")), "Güte"),
    ],
)
def test_text_is_read_as_editors_save_it(content: bytes, text: str) -> None:
    assert decode(content) == text


@pytest.mark.parametrize(
    "content", ["Güte".encode("latin-1"), b"\x89PNG\r\n\x1a\n", b"a\0b", b"\xff\xfea"]
)
def test_what_is_no_text_is_refused(content: bytes) -> None:
    assert decode(content) == Misread(NOT_TEXT)


async def test_a_file_is_read_with_a_bound_whatever_the_platform_does() -> None:
    paper = PaperPlatform()
    assert await read_bytes(_with(paper, "/import", attached(b"x" * 9)), 9) == b"x" * 9
    # Told as small, and larger when it is read.
    got = await read_text(_with(paper, "/import", attached(b"x" * 3 * KIB, size=1)), 2 * KIB)
    assert isinstance(got, Misread) and "at most 2 KiB" in got.say


async def test_a_file_that_cannot_be_read_is_told_as_what_it_is() -> None:
    paper = PaperPlatform()
    assert await read_text(_with(paper, "/import"), KIB) == Misread(FILE_GONE)
    for why, say in ((Unread.GONE, FILE_GONE), (Unread.BROKEN, FILE_BROKEN)):
        assert await read_text(_with(paper, "/import", attached(why)), KIB) == Misread(say)
    too_large = await read_text(_with(paper, "/import", attached(Unread.TOO_LARGE)), KIB)
    assert isinstance(too_large, Misread) and "at most 1 KiB" in too_large.say


def test_names_and_contents_are_in_no_representation() -> None:
    shown = repr(attached(b"secret words", name="secret.txt")) + repr(File("a.txt", b"se", "x/y"))
    assert "secret" not in shown and "b'se'" not in shown


# --- One that goes out ------------------------------------------------------------------------


def test_what_is_too_large_for_a_file_is_zipped() -> None:
    small = as_json("parlour-export", {"turns": ["ü"]})
    assert small is not None and small.name == "parlour-export.json"
    assert json.loads(small.content) == {"turns": ["ü"]}
    large = as_json("parlour-export", {"turns": ["the tide " * 1_000_000]})
    assert large is not None and large.name == "parlour-export.zip" and large.text is None
    with zipfile.ZipFile(BytesIO(large.content)) as archive:
        inside = json.loads(archive.read("parlour-export.json"))
    assert len(inside["turns"][0]) == 9_000_000


def test_what_is_too_large_all_the_same_is_no_file() -> None:
    assert as_json("parlour-export", {"turns": [os.urandom(8 * 1024 * KIB).hex() * 2]}) is None


async def test_an_export_is_handed_over_as_a_file_beside_a_sentence(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("/export")
    (say,) = [one for one in parlour.paper.actions if isinstance(one, Say) and one.file]
    assert say.text == sentences.EXPORTED and say.file is not None
    assert "sessions" in json.loads(say.file.content)


class NoFiles(PaperPlatform):
    """A place where nothing can be attached."""

    async def do(self, action: Action) -> EventId | None:
        if isinstance(action, Say) and action.file is not None:
            return None
        return await super().do(action)


@pytest.fixture
async def without_files(tmp_path: Path) -> AsyncIterator[Parlour]:
    async with running(tmp_path / "data", writes("Hm."), paper=NoFiles()) as parlour:
        yield parlour


async def test_where_no_file_can_be_handed_over_that_is_said(without_files: Parlour) -> None:
    await without_files.let_in()
    assert noticed(await without_files.paper.say("/export")) == sentences.FILE_NOT_TAKEN


async def test_what_is_attached_to_talk_is_neither_read_nor_kept(parlour: Parlour) -> None:
    await parlour.let_in()

    async def never(_most: int) -> bytes | Unread:
        raise AssertionError("nobody asked for it")

    letter = Attached("a letter to Rose.txt", 3, "text/plain", never)
    message = _with(parlour.paper, "What do you think of it?", letter)
    parlour.paper.tell(message)
    await parlour.paper.rest(message.room.id)
    assert spoken(parlour.paper.shown)[-1] == "You said: What do you think of it?"
    assert "Rose" not in noticed(await parlour.paper.say("/export"))


# --- In a terminal ----------------------------------------------------------------------------

TAKE_FILES = frozenset({"import"})


async def test_a_line_in_a_terminal_hands_in_the_file_that_it_ends_with(tmp_path: Path) -> None:
    there = tmp_path / "my rules.toml"
    there.write_bytes(b"kind = true")
    typed = PaperPlatform().message(f"/import all < '{there}'")
    message = take_file(typed, TAKE_FILES)
    assert message.text == "/import all"
    (one,) = message.attached
    assert (one.name, one.size) == ("my rules.toml", 11)
    assert await one.read(11) == b"kind = true"
    assert await one.read(10) is Unread.TOO_LARGE


@pytest.mark.parametrize("name", ["/import", "/rules import", "/RULES  Import"])
async def test_every_command_that_takes_a_file_takes_it_at_a_console(
    tmp_path: Path, name: str
) -> None:
    """Typed or through a pipe: what is read at a console comes from its seat."""
    there = tmp_path / "rules.toml"
    there.write_bytes(b"kind = true")
    seat = Seat.take(
        person="mo", community="tea", role=Role.MODERATOR, new_id=lambda: "1", clock=lambda: 0.0
    )
    message = seat.message(f"{name} < {there}")
    (one,) = message.attached
    assert (message.text, await one.read(11)) == (name, b"kind = true")
    assert not seat.message(f"/rules add patterns refuse a < {there}").attached


@pytest.mark.parametrize("text", ["I < you", "/limits hard a < b", "/import", "/"])
def test_a_sign_in_talk_or_in_another_command_is_a_word(text: str) -> None:
    typed = PaperPlatform().message(text)
    message = take_file(typed, TAKE_FILES)
    assert (message.text, message.attached) == (text, ())


async def test_what_is_no_plain_file_is_told_as_gone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("nowhere", "pipe", ".", "n\0l"):
        message = take_file(PaperPlatform().message(f"/import < {tmp_path / name}"), TAKE_FILES)
        assert await message.attached[0].read(KIB) is Unread.GONE, name


def test_a_terminal_shows_text_and_names_what_is_none() -> None:
    message = PaperPlatform().message("/export")
    said = Say(message.room, "Here.", "n")
    assert as_answer(said, File("a.json", b'{"a": 1}', "application/json")).text == '{"a": 1}'
    picture = as_answer(said, File("a.png", b"\x89PNG", "image/png"))
    assert picture.text == "[a.png: 4 bytes]" and picture.nonce != said.nonce
    large = as_json("a", {"turns": ["the tide " * 1_000_000]})
    assert (
        large is not None and json.loads(as_answer(said, large).text)["turns"][0][:8] == "the tide"
    )


def _with(paper: PaperPlatform, text: str, *files: Attached) -> Message:
    return replace(paper.message(text), attached=files)
