"""A history through the commands that people type, in a process of its own, as `make bench-history`
measures it with 100,000 turns: taken, recalled, exported, forgotten, and nobody else unanswered."""

from pathlib import Path

import pytest

from bench import history, planted


@pytest.mark.live
def test_a_history_is_taken_recalled_exported_and_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "BETWEEN_LOOKS_S", 0.5)
    talk = planted.plant(filler=100)
    file = tmp_path / "history.jsonl"
    file.write_text(history.as_tavern(talk), "utf-8")
    figures = history.taken(tmp_path, talk, file)
    assert float(str(figures["recall.r8"])) >= 0.9
    assert figures["export.turns"] == len(talk.said)
    assert figures["forgotten"] == len(talk.said)
