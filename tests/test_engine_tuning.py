"""What is fastest on this machine is measured once, and kept."""

from collections.abc import Sequence
from mmap import mmap
from pathlib import Path

import pytest

from bot.engine.embedded import EmbeddedEngine
from bot.engine.setup import Setup
from bot.engine.tunings import Tunings
from bot.engine.wire import Tuning
from bot.engine.worker import calibrate
from bot.engine.worker.calibrate import fastest, usable_cores
from bot.engine.worker.context import Row
from tests import tiny_models


class Machine:
    """A clock that its contexts move on: so long does a token take with so many threads."""

    def __init__(self) -> None:
        self.now = 0.0

    def read(self) -> float:
        return self.now


class TimedContext:
    def __init__(
        self,
        machine: Machine,
        read_s: float,
        drawn_s: dict[int, float],
        *,
        together_s: float = 0.02,
    ) -> None:
        self.machine = machine
        self.read_s = read_s
        self.drawn_s = drawn_s
        self.together_s = together_s
        self.single = 1

    def threads(self, single: int, many: int) -> None:
        self.single = single

    def trim(self, sequence: int, length: int) -> int:
        return length

    def decode(self, rows: Sequence[Row]) -> None:
        drawing = len({row.sequence for row in rows}) == len(rows)
        taken_s = self.together_s if len(rows) > 1 else self.drawn_s[self.single]
        self.machine.now += taken_s if drawing else self.read_s * len(rows)

    def logits(self, row: int, tokens: Sequence[int]) -> list[float]:
        return [0.0]

    def save(self, sequence: int) -> mmap | None:
        return mmap(-1, 1)

    def restore(self, sequence: int, state: mmap) -> bool:
        return True


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(calibrate, "perf_counter", machine.read)
    return machine


def test_flash_attention_is_chosen_by_how_soon_a_reply_begins(machine: Machine) -> None:
    slow = TimedContext(machine, 0.005, {1: 0.01, 2: 0.01}, together_s=0.01)
    quick = TimedContext(machine, 0.002, {1: 0.02, 2: 0.02}, together_s=0.05)
    assert fastest({False: slow, True: quick}, 2, 4).flash_attention
    assert not fastest({False: quick, True: slow}, 2, 4).flash_attention


def test_and_where_a_crowd_can_come_by_how_fast_its_replies_grow(machine: Machine) -> None:
    reads = TimedContext(machine, 0.002, {1: 0.01, 2: 0.01}, together_s=0.05)
    draws = TimedContext(machine, 0.005, {1: 0.02, 2: 0.02}, together_s=0.01)
    assert fastest({False: reads, True: draws}, 2, 16).flash_attention
    assert not fastest({False: reads, True: draws}, 2, 9).flash_attention


def test_more_threads_are_taken_only_where_they_gain_something(machine: Machine) -> None:
    def chosen(drawn_s: dict[int, float]) -> int:
        return fastest({False: TimedContext(machine, 0.001, drawn_s)}, 8, 4).drawing_threads

    assert chosen({1: 0.02, 2: 0.011, 8: 0.004}) == 8
    assert chosen({1: 0.02, 2: 0.011, 8: 0.0105}) == 2
    assert chosen({1: 0.02, 2: 0.019, 8: 0.05}) == 1


def test_a_slow_machine_is_not_kept_waiting(machine: Machine) -> None:
    fastest({False: TimedContext(machine, 0.5, {1: 0.5, 2: 0.5}, together_s=2.0)}, 2, 4)
    # Half a second for each token: one round of each, and not three.
    assert machine.now < 60


def test_a_number_of_threads_that_was_asked_for_is_kept_to(machine: Machine) -> None:
    context = TimedContext(machine, 0.001, {3: 0.02})
    assert fastest({True: context}, 3, 4, fixed=3) == Tuning(3, 3, flash_attention=True)


def test_there_is_at_least_one_core() -> None:
    assert usable_cores() >= 1


def test_what_was_measured_is_kept_for_this_model_on_this_machine(tmp_path: Path) -> None:
    model = tmp_path / "m.gguf"
    model.write_bytes(b"GGUF")
    (loading,) = Setup(model=model).loadings("2026-01-01")
    tunings = Tunings(tmp_path / "tunings.json")
    assert tunings.recall(loading).tuning is None
    tunings.keep(loading, Tuning(2, 1, flash_attention=False))
    assert tunings.recall(loading).tuning == Tuning(2, 1, flash_attention=False)
    (other,) = Setup(model=model, kv_type="q8_0").loadings("2026-01-01")
    assert tunings.recall(other).tuning is None
    model.write_bytes(b"GGUF and more")
    assert tunings.recall(loading).tuning is None


@pytest.mark.parametrize("broken", ["", "[1]", "{", '{"x": 1}'])
def test_a_file_of_measures_that_cannot_be_read_only_costs_a_new_measure(
    broken: str, tmp_path: Path
) -> None:
    model = tmp_path / "m.gguf"
    model.write_bytes(b"GGUF")
    (loading,) = Setup(model=model).loadings("2026-01-01")
    file = tmp_path / "tunings.json"
    file.write_text(broken)
    assert Tunings(file).recall(loading).tuning is None
    Tunings(file).keep(loading, Tuning(2, 2, flash_attention=True))
    assert Tunings(file).recall(loading).tuning == Tuning(2, 2, flash_attention=True)
    Tunings(None).keep(loading, Tuning(2, 2, flash_attention=True))
    Tunings(tmp_path / "nowhere" / "x.json").keep(loading, Tuning(2, 2, flash_attention=True))


@pytest.mark.parametrize("damaged", ['"2"', "null", "0", "-4", "[]"])
def test_a_damaged_measure_is_measured_again(damaged: str, tmp_path: Path) -> None:
    model = tmp_path / "m.gguf"
    model.write_bytes(b"GGUF")
    (loading,) = Setup(model=model).loadings("2026-01-01")
    tunings = Tunings(tmp_path / "tunings.json")
    tunings.keep(loading, Tuning(2, 2, flash_attention=True))
    file = tmp_path / "tunings.json"
    file.write_text(file.read_text().replace("2,", f"{damaged},", 1))
    assert tunings.recall(loading).tuning is None


@pytest.mark.live
async def test_the_second_start_measures_nothing(tmp_path: Path) -> None:
    setup = Setup(model=tiny_models.llama(tmp_path), context=512, tunings=tmp_path / "tunings.json")
    engine = EmbeddedEngine(setup)
    await engine.start()
    first = engine.facts.tuning
    await engine.close()
    kept = (tmp_path / "tunings.json").read_text()
    # What stands there is believed: a second measure could hardly find this.
    (tmp_path / "tunings.json").write_text(
        kept.replace(f'"drawing_threads": {first.drawing_threads}', '"drawing_threads": 7')
    )
    engine = EmbeddedEngine(setup)
    await engine.start()
    assert engine.facts.tuning.drawing_threads == 7
    await engine.close()
