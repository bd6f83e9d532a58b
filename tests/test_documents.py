"""The documents name only what is there: tests, files, the numbers of SAFETY.md, dependencies."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
NUMBERS = [
    f"{group}{number}"
    for group, most in (("A", 11), ("L", 10), ("C", 6), ("H", 7), ("P", 7), ("M", 9))
    for number in range(1, most + 1)
]

_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
_TEST = re.compile(r"`(test_\w+)(…?)`")
_FUNCTION = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)
_PATH = re.compile(r"(?<![\w./])(?:bot|tests|docs|bench|tools|personas)/[\w./*-]*")
_CODE = re.compile(r"`([^`\n]+)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_a_page_names_exists(page: Path) -> None:
    there = [name for file in ROOT.glob("tests/**/test_*.py") for name in _tests(file)]
    for name, more in _TEST.findall(_prose(page)):
        found = [one for one in there if one == name or (more and one.startswith(name))]
        assert found, f"{page.name} names {name}, which is in no file of tests/"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    for target in _LINK.findall(_prose(page)):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    for path in _paths(_prose(page)):
        found = any(ROOT.glob(path.rstrip("/")))
        assert found or path in _still_to_come(), f"{page.name} names {path}"


def test_safety_has_a_row_for_every_number_and_says_how_it_stands() -> None:
    rows = re.findall(r"^\| ([A-Z]\d+) \|.*?\| (\w+) \|", _safety(), re.MULTILINE)
    assert [number for number, _ in rows] == NUMBERS
    assert {state for _, state in rows} <= {"holds", "partly", "later"}


def test_what_holds_names_something_that_shows_it() -> None:
    for row in _safety().splitlines():
        if "| holds |" in row:
            assert _CODE.search(row) or list(_paths(row)), row


def test_every_dependency_has_its_sentence_in_architecture() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(name for names in extras.values() for name in names)]
    architecture = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    for name in wanted:
        row = rf"^\|[^|\n]*(?:\| )?{re.escape(name)} \| \S.+ \|$"
        assert re.search(row, architecture, re.MULTILINE), f"ARCHITECTURE.md says nothing of {name}"


def _tests(file: Path) -> list[str]:
    return _FUNCTION.findall(file.read_text("utf-8"))


def _prose(page: Path) -> str:
    """Without the fenced blocks: what stands in them is typed, not promised."""
    return _FENCED.sub("", page.read_text("utf-8"))


def _paths(text: str) -> list[str]:
    """In backticks, or bare as SAFETY.md names its files; not inside an address or a link."""
    bare = _LINK.sub("]", text)
    return [path.rstrip(".") for path in _PATH.findall(bare)]


def _safety() -> str:
    return (ROOT / "SAFETY.md").read_text("utf-8")


def _still_to_come() -> set[str]:
    """The rooms that ARCHITECTURE.md lays out for later parts."""
    architecture = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    _, _, after = architecture.partition("\n## What is to come")
    return set(_paths(after.partition("\n## ")[0]))
