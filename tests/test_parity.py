"""docs/parity.md, row by row: what can be done where, how, and what shows it."""

import re
from pathlib import Path

import pytest

from bot.commands.declared import COMMANDS

ROOT = Path(__file__).parent.parent
PLATFORMS = ("console", "Discord", "Matrix")
EVENINGS = "tests/matrix/test_parity.py"
# On paper: what is typed is read in one place for all.
WEEK, REWORD = "tests/test_week.py", "tests/test_reword.py"
SHOWS = {
    # What is the same for every platform is tried on paper, and a terminal has it from there.
    "console": (
        *("tests/test_console.py", "tests/test_files.py", "tests/test_linking.py"),
        *(EVENINGS, WEEK, REWORD, "tests/test_importing.py"),
    ),
    "Discord": ("tests/test_discord_", EVENINGS),
    "Matrix": ("tests/matrix/", "tests/test_matrix_", WEEK, REWORD),
}
"""In which files a platform is tried."""

_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_DASH = "—"


def rows() -> list[list[str]]:
    page = (ROOT / "docs" / "parity.md").read_text("utf-8")
    lines = [line.strip("| \n").split(" | ") for line in page.splitlines() if line.startswith("|")]
    return [line for line in lines if line[0] != "what" and not line[0].startswith("---")]


def is_there(cell: str) -> bool:
    return not cell.startswith(_DASH)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_each_row_says_how_it_is_done_on_each_platform_and_names_what_shows_it(
    row: list[str],
) -> None:
    what, *cells, shown_by = row
    assert len(cells) == len(PLATFORMS), what
    named = _NAMED.findall(shown_by)
    assert "".join(f"`{file}::{name}`" for file, name in named) == shown_by.replace(" ", "")
    for file, name in named:
        assert f"def {name}(" in (ROOT / file).read_text("utf-8"), f"{file} has no {name}"
    for platform, cell in zip(PLATFORMS, cells, strict=True):
        if is_there(cell):
            assert cell.strip(), f"{what}: how on {platform}?"
            tried = [file for file, _ in named if file.startswith(SHOWS[platform])]
            assert tried, f"{what}: no test on {platform}"
        else:
            assert len(cell.removeprefix(_DASH).split()) > 3, f"{what}: why not on {platform}?"


def test_every_command_stands_in_a_row() -> None:
    named = {word for what, *_ in rows() for word in re.findall(r"`([a-z][a-z -]*)`", what)}
    assert {command.name for command in COMMANDS} <= named


def test_the_page_is_read_whole() -> None:
    page = (ROOT / "docs" / "parity.md").read_text("utf-8")
    # Two tables, each with a head of two lines.
    assert len(rows()) == sum(line.startswith("|") for line in page.splitlines()) - 4
