"""A data folder that a bot runs in already: whatever else the operator types goes through its
socket, or is refused by name and changes nothing."""

import argparse
import asyncio
import hashlib
import os
import sys
from pathlib import Path

from bot.arguments import make_parser
from tests.conftest import PERSONAS, running
from tests.fakes import spoken, writes
from tests.talk import ROOT, environment

PERSON = ("console:ada", "--by", "Mo", "--reason", "known")
REFUSED: dict[str, tuple[str, ...]] = {
    "chat": ("--person", "ada", "--model", "scripted"),
    "run": (),
    "login": ("matrix", "--token"),
    "referrals": ("2026",),
    "attest": PERSON,
    "revoke": PERSON,
    "unlock": PERSON,
}
"""Each with what has to be typed behind it."""
GOES_THROUGH = {"matrix"}
"""Asked of the bot that runs: tests/test_trust_operator.py and its neighbours."""
NEEDS_NO_FOLDER = {"init", "models", "protocol", "check"}
CONFIG = f"""
[personas]
folder = "{PERSONAS}"
[engine]
kind = "scripted"
[discord]
on = true
[matrix]
on = true
homeserver = "http://127.0.0.1:1"
user = "@parlour:example.org"
"""


async def other(folder: Path, data: Path, *words: str) -> tuple[int | None, str, str]:
    """In a process of its own: how it ended, and what it said."""
    began = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", words[0], "--data", str(data), *words[1:]),
        cwd=folder,
        env={**environment(data), "PYTHONPATH": str(ROOT), "PARLOUR_DISCORD_TOKEN": "a.b.c"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(120):
        said, told = await began.communicate(b"hello\n")
    return began.returncode, said.decode(), told.decode()


def contents(data: Path) -> dict[str, str]:
    files = [one for one in data.rglob("*") if one.is_file() and not one.name.endswith("-shm")]
    return {str(one): hashlib.sha256(one.read_bytes()).hexdigest() for one in files}


def test_every_command_is_named_here() -> None:
    (parsers,) = [
        one for one in make_parser()._actions if isinstance(one, argparse._SubParsersAction)
    ]
    assert set(parsers.choices) == REFUSED.keys() | GOES_THROUGH | NEEDS_NO_FOLDER


async def test_what_would_open_the_folder_too_is_refused_by_name(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (tmp_path / "config.toml").write_text(CONFIG, "utf-8")
    async with running(data, writes("Hm.")) as parlour:
        await parlour.let_in()
        before = contents(data)
        code, _, told = await other(tmp_path, data, "protocol", "--contact", "care@example.org")
        assert code == 0, told
        ends = await asyncio.gather(*(other(tmp_path, data, one, *REFUSED[one]) for one in REFUSED))
        for command, (code, said, told) in zip(REFUSED, ends, strict=True):
            assert (code, said) == (2, ""), f"{command}: {told}"
            assert f"{data} is in use by process {os.getpid()}" in told, command
        _, said, told = await other(tmp_path, data, "check")
        assert f"{data} is in use: a bot runs there." in said + told, "it looks no further"
        assert contents(data) == before
        assert spoken(await parlour.paper.say("Are you there?")) == ["Hm."]
