"""Reads LoCoMo (ten long conversations, questions, and the turns that hold the evidence), which lies
wherever who measures has put it. No row of it is printed, kept or committed.

A turn is what was said with the caption of the picture that was shown, if one was. Left out are the
questions that have no answer in the talk (category 5), and those whose evidence names no turn.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.recall_vaults import Said
from bot.store.rows import Side

UNANSWERABLE = 5
_WHEN = re.compile(r"(\d+):(\d+) (am|pm) on (\d+ \w+), (\d{4})")


@dataclass(frozen=True, slots=True)
class Asked:
    text: str
    evidence: frozenset[int]
    """Of the talk's turns, from 0."""


@dataclass(frozen=True, slots=True)
class Talk:
    names: dict[Side, str]
    said: list[Said]
    asked: list[Asked]


def read(file: Path) -> list[Talk]:
    return [_talk(sample) for sample in json.loads(file.read_text())]


def _talk(sample: dict[str, object]) -> Talk:
    conversation, questions = sample["conversation"], sample["qa"]
    assert isinstance(conversation, dict)
    assert isinstance(questions, list)
    names = {Side.PERSON: conversation["speaker_a"], Side.PERSONA: conversation["speaker_b"]}
    said: list[Said] = []
    turns: dict[str, int] = {}
    numbers = [int(name[8:]) for name in conversation if re.fullmatch(r"session_\d+", name)]
    for session in sorted(numbers):
        at = _when(conversation[f"session_{session}_date_time"])
        for turn in conversation[f"session_{session}"]:
            side = Side.PERSON if turn["speaker"] == names[Side.PERSON] else Side.PERSONA
            text = f"{turn['text']} {turn.get('blip_caption', '')}".strip()
            turns[turn["dia_id"]] = len(said)
            said.append(Said(session, side, text, at))
    asked = []
    for one in questions:
        found = re.findall(r"D:?(\d+:\d+)", " ".join(one["evidence"]))
        evidence = frozenset(turns[f"D{name}"] for name in found if f"D{name}" in turns)
        if evidence and one["category"] != UNANSWERABLE:
            asked.append(Asked(one["question"], evidence))
    return Talk(names, said, asked)


def _when(told: str) -> float:
    hit = _WHEN.fullmatch(told)
    assert hit is not None, "a session begins at a time like 1:56 pm on 8 May, 2023"
    hour, minute, half, day, year = hit.groups()
    told = f"{day} {year} {hour}:{minute} {half} +0000"
    return datetime.strptime(told, "%d %B %Y %I:%M %p %z").timestamp()
