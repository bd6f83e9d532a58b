"""A talk through a pipe, as a script has it: lines in, `NAME: text` and `* text` out."""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any

ROOT = Path(__file__).parent.parent
DOOR = ("hello", "next", "next", "yes", "done")


@dataclass(frozen=True)
class Said:
    speaker: str
    """A persona's name, or `*` for the bot itself."""
    text: str


def command(data: Path, *, person: str = "ada", model: str = "scripted") -> list[str]:
    return [
        *(sys.executable, "-m", "bot", "chat", "--data", str(data)),
        *("--person", person, "--model", model),
    ]


def environment(data: Path) -> dict[str, str]:
    own = {k: v for k, v in os.environ.items() if not k.startswith("PARLOUR_")}
    return {
        **own,
        "PARLOUR_KEYS__MASTER_KEY_FILE": f"{data}.key",
        # Nothing is measured: what is fastest on a busy machine is no matter of these tests.
        "PARLOUR_ENGINE__THREADS": "1",
        "PARLOUR_ENGINE__FLASH_ATTENTION": "off",
    }


def talk(data: Path, lines: Sequence[str], **options: str) -> tuple[list[Said], str]:
    """Says the lines and waits for the end; what was said, and what stood on standard error."""
    done = subprocess.run(
        command(data, **options),
        cwd=ROOT,
        env=environment(data),
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return parse(done.stdout), done.stderr


def parse(output: str) -> list[Said]:
    said: list[Said] = []
    for line in output.splitlines():
        if line.startswith("  ") and said:
            said[-1] = Said(said[-1].speaker, f"{said[-1].text}\n{line[2:]}")
        elif line.startswith("* "):
            said.append(Said("*", line[2:]))
        elif ": " in line:
            speaker, text = line.split(": ", 1)
            said.append(Said(speaker, text))
    return said


def export(data: Path) -> dict[str, Any]:
    said, _ = talk(data, ["/export"])
    found: dict[str, Any] = json.loads(said[-1].text)
    return found


def talk_and_kill(
    data: Path, lines: Sequence[str], *, after_s: float, model: str = "scripted"
) -> list[Said]:
    """Kills the bot `after_s` behind its first word; what it had printed whole by then."""
    with subprocess.Popen(
        command(data, model=model),
        cwd=ROOT,
        env=environment(data),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n".join(["/who", *lines]) + "\n")
        process.stdin.flush()
        first = process.stdout.readline()
        killer = Timer(after_s, process.kill)
        killer.start()
        rest = process.stdout.read()
        killer.join()
    whole = rest[: rest.rfind("\n") + 1]
    return parse(first + whole)


@dataclass
class Tally:
    """What many kills have cost."""

    kills: int = 0
    shown: int = 0
    lost: int = 0
    doubled: int = 0


LONGEST_S = {"scripted": 0.12, "demo": 4.0}
"""Until when a kill may come: within a few answers of the engine."""


def kill_many(data: Path, rounds: int, chance: random.Random, *, model: str = "scripted") -> Tally:
    """Talks and kills at random moments, then reads the vault: was anything lost or doubled?"""
    talk(data, DOOR)
    shown: Counter[str] = Counter()
    for number in range(rounds):
        lines = [f"Message {number}-{part} about the tide." for part in range(8)]
        after_s = chance.uniform(0.0, LONGEST_S[model])
        said = talk_and_kill(data, lines, after_s=after_s, model=model)
        shown.update(one.text for one in said if one.speaker != "*")
    # The last start answers what the last kill left.
    said, _ = talk(data, ["/who"])
    shown.update(one.text for one in said if one.speaker != "*")
    turns = export(data)["turns"]
    answers = [turn for turn in turns if turn["side"] == "persona"]
    kept = {revision["text"].strip() for turn in answers for revision in turn["revisions"]}
    asked = Counter(turn["revisions"][-1]["text"] for turn in turns if turn["side"] == "person")
    answered = Counter(turn["answers"] for turn in answers)
    return Tally(
        kills=rounds,
        shown=sum(shown.values()),
        lost=sum(1 for text in shown if text not in kept),
        doubled=sum(1 for counts in (asked, answered) for n in counts.values() if n > 1),
    )
