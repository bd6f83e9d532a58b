"""Planted things among small talk are found again; `make bench-memory` asks about all of them."""

import json
from pathlib import Path

from bench import locomo, planted
from bench.memory import PLACE, ask_planted, note_of_planted, on_locomo
from bench.recall_vaults import Said, fill, vault_at
from bot.memory.question import Question
from bot.memory.recall import recall
from bot.store.rows import Side


async def test_nine_in_ten_planted_things_are_among_the_first_eight(tmp_path: Path) -> None:
    talk = planted.plant(seed=11, filler=1_500, questions=100)
    async with vault_at(tmp_path / "vault.db") as (vault, database):
        await fill(vault, database, talk.said)
        found = {asked: await ask_planted(vault, talk, asked) for asked in talk.asked}
        notes = {
            asked: await note_of_planted(vault, talk, asked)
            for asked in talk.asked
            if asked.stale is not None
        }
    hits = [asked.answer in turns for asked, turns in found.items()]
    assert sum(hits) >= 0.9 * len(hits)
    kinds = {asked.kind for asked in talk.asked}
    assert len(kinds) == 10, "every kind is asked about"
    assert notes
    for asked, note in notes.items():
        assert asked.stale is not None
        assert talk.said[asked.stale].text not in note, "what held before is not told"
        assert talk.said[asked.answer].text.split(": ")[-1] in note, "what holds now is"


def test_the_planted_talk_is_the_same_for_the_same_seed() -> None:
    one, two = (planted.plant(seed=3, filler=100, questions=20) for _ in range(2))
    assert one == two
    assert one != planted.plant(seed=4, filler=100, questions=20)
    for asked in one.asked:
        assert asked.stale is None or asked.stale < asked.answer


async def test_two_people_with_the_same_words_find_only_their_own(tmp_path: Path) -> None:
    for name in ("Mara", "Tilda"):
        async with vault_at(tmp_path / f"{name}.db") as (vault, database):
            await fill(vault, database, [Said(1, Side.PERSON, f"My aunt is called {name}.", 1.0)])
    for name in ("Mara", "Tilda"):
        async with vault_at(tmp_path / f"{name}.db") as (vault, _):
            found = await recall(vault, Question({"aunt": 1.0}), PLACE, most=8, budget_s=60.0)
            (turn,) = found.turns
            assert turn.text == f"My aunt is called {name}."


async def test_the_share_of_the_evidence_is_the_mean_over_questions(tmp_path: Path) -> None:
    """Of a file in LoCoMo's form, made up here."""
    lines = [f"A day of rain, number {number}." for number in range(40)]
    lines[3], lines[30] = "My kite is red.", "My canoe is green."
    turns = [
        {"speaker": "Ada" if n % 2 else "Wren", "dia_id": f"D1:{n + 1}", "text": text}
        for n, text in enumerate(lines)
    ]
    questions = [
        {"question": "The kite?", "evidence": ["D1:4"], "category": 4},
        {"question": "The canoe?", "evidence": ["D1:31; D1:1"], "category": 1},
        {"question": "Nothing?", "evidence": ["D1:1"], "category": 5},
        {"question": "Of no turn?", "evidence": ["D9:9"], "category": 1},
    ]
    conversation = {
        "speaker_a": "Ada",
        "speaker_b": "Wren",
        "session_1": turns,
        "session_1_date_time": "1:56 pm on 8 May, 2023",
    }
    file = tmp_path / "talks.json"
    file.write_text(json.dumps([{"conversation": conversation, "qa": questions}]))
    figures = await on_locomo(locomo.read(file), tmp_path)
    assert figures["locomo.questions"] == 2
    assert figures["locomo.r5"] == 75.0
