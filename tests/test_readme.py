"""The README's commands, with the real model."""

import ctypes
import re
import subprocess
from pathlib import Path

import pytest

from tests.talk import ROOT, Said, command, environment, parse, talk

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000


def readme_lines() -> list[str]:
    """The lines of the README's own session."""
    text = (ROOT / "README.md").read_text()
    found = re.search(r"```text lines\n(.*?)```", text, re.DOTALL)
    assert found, "README.md holds the session's lines in a block that begins with ```text lines"
    return found[1].splitlines()


def assert_a_whole_session(said: list[Said]) -> None:
    """Through the door, a talk, the safe word and a goodbye."""
    notices = [one.text for one in said if one.speaker == "*"]
    persona = [one.text for one in said if one.speaker == "Wren"]
    assert "software, not with a human" in notices[0]
    assert len(persona) >= 2, "a greeting and an answer"
    assert all(persona)
    assert "scene ends" in notices[-2]
    assert "Goodbye" in notices[-1]
    assert said[-1].speaker == "*"


@pytest.mark.live
def test_the_lines_in_the_readme_drive_a_whole_session_with_the_real_model(tmp_path: Path) -> None:
    said, errors = talk(tmp_path / "data", readme_lines(), model="demo")
    assert_a_whole_session(said)
    assert "small and silly" in errors


@pytest.mark.live
def test_p5_a_whole_session_runs_where_there_is_no_network_at_all(tmp_path: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)

    def leave_the_network() -> None:
        # Not even loopback is up in a new network namespace.
        if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "unshare")

    data = tmp_path / "data"
    try:
        done = subprocess.run(
            command(data, model="demo"),
            cwd=ROOT,
            env=environment(data),
            input="\n".join(readme_lines()) + "\n",
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            preexec_fn=leave_the_network,
        )
    except subprocess.SubprocessError:
        pytest.skip("this machine lets nobody make a network namespace (kernel setting)")
    assert done.returncode == 0, done.stderr
    assert_a_whole_session(parse(done.stdout))


def test_every_make_target_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", (ROOT / "README.md").read_text()))
    assert named
    assert named <= targets
