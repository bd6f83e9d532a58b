"""SIGTERM: what is being written ends or is marked as cut, and nothing acknowledged is lost."""

import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.talk import DOOR, ROOT, command, environment, export, parse

QUESTION = "Tell me everything about the lighthouse, the sea and the island."


def stop_in_flight(data: Path, stop_s: str) -> tuple[str, list[dict[str, Any]]]:
    """What was printed after the signal, and the vault's turns."""
    with subprocess.Popen(
        command(data, model="demo"),
        cwd=ROOT,
        env={**environment(data), "PARLOUR_DISPATCH__STOP_S": stop_s},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write("\n".join([*DOOR, QUESTION]) + "\n")
        process.stdin.flush()
        while not process.stdout.readline().startswith("Wren: "):
            pass
        # The door's last words are out, so the question is what is being answered now, or next.
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        assert "Traceback" not in process.stderr.read()
        assert process.wait(timeout=60) == 0
    return rest, export(data)["turns"]


def answers_of(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [turn for turn in turns if turn["side"] == "persona"]


@pytest.mark.live
@pytest.mark.parametrize("stop_s", ["30", "0.01"])
def test_a_reply_in_flight_ends_or_is_cut_and_is_kept_as_it_was_shown(
    tmp_path: Path, stop_s: str
) -> None:
    rest, turns = stop_in_flight(tmp_path / "data", stop_s)
    answers = answers_of(turns)
    assert len(answers) <= 1
    assert not any(turn["state"] == "open" for turn in turns)
    kept = [answer["revisions"][-1]["text"].strip() for answer in answers]
    for said in parse(rest):
        if said.speaker == "Wren":
            assert said.text.splitlines()[0] in kept[0]
    if stop_s == "30" and parse(rest):
        assert answers[0]["state"] == "done"
