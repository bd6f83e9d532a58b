"""Who is computed when, and what is never computed again, with a model that is forced."""

from collections.abc import Sequence
from typing import Any

import pytest

from bot.engine.scheduler import BITE, BITE_BESIDE_REPLIES, Job, Scheduler
from bot.engine.sequences import Slots
from bot.engine.tokens import Replies
from bot.events import Sampling
from tests.engine_help import ForcedModel


class Bench:
    """A scheduler, what it computes and what it tells."""

    def __init__(self, sequences: int = 2, reply_tokens: int = 3) -> None:
        self.model = ForcedModel(reply_tokens)
        self.told: list[dict[str, Any]] = []
        self.scheduler = Scheduler(self.model, Slots(sequences), Replies(10_000), self.told.append)

    def ask(self, number: int, key: str, ids: Sequence[int], max_tokens: int = 100) -> None:
        sampling = Sampling(max_tokens=max_tokens)
        self.scheduler.add(Job(number, key, list(ids), sampling=sampling))

    def warm(self, number: int, key: str, ids: Sequence[int]) -> None:
        self.scheduler.add(Job(number, key, list(ids)))

    def run(self) -> None:
        for _ in range(1000):
            if self.scheduler.idle:
                return
            self.scheduler.step()
        raise AssertionError("it never ends")

    def ends(self) -> list[int]:
        return [frame["id"] for frame in self.told if "work" in frame]

    def work(self, number: int) -> dict[str, int]:
        return next(f["work"] for f in self.told if f["id"] == number and "work" in f)

    def computed(self, sequence: int) -> list[int]:
        return [row.token for step in self.model.steps for row in step if row.sequence == sequence]


def test_a_prompt_that_grew_computes_only_what_is_new() -> None:
    bench = Bench()
    bench.ask(1, "ada", range(10, 60))
    bench.run()
    a = ord("a")
    bench.ask(2, "ada", [*range(10, 60), a, a, a, 5, 6, 7])
    bench.run()
    assert bench.work(1) == {
        "prompt_tokens": 50,
        "reused_tokens": 0,
        "computed_tokens": 50,
        "reply_tokens": 3,
    }
    assert bench.work(2)["computed_tokens"] == 3
    assert bench.work(2)["reused_tokens"] == 53


def test_the_last_token_of_a_known_prompt_is_computed_again_and_no_other() -> None:
    bench = Bench()
    bench.warm(1, "ada", range(10, 60))
    bench.run()
    bench.ask(2, "ada", range(10, 60))
    bench.run()
    assert bench.work(2)["computed_tokens"] == 1


def test_the_same_words_of_another_person_are_computed_anew() -> None:
    bench = Bench(sequences=1)
    bench.ask(1, "ada", range(10, 60))
    bench.run()
    bench.ask(2, "bob", range(10, 60))
    bench.run()
    assert bench.work(2)["computed_tokens"] == 50
    assert bench.model.trims[-1] == (0, 0)


def test_a_newcomer_gets_the_sequence_that_was_used_least_recently() -> None:
    bench = Bench(sequences=2)
    for number, key in enumerate(("ada", "bob", "ada", "cy", "ada")):
        bench.ask(number, key, range(10, 60))
        bench.run()
    assert bench.work(4)["computed_tokens"] == 1
    bench.ask(5, "bob", range(10, 60))
    bench.run()
    assert bench.work(5)["computed_tokens"] == 50


def test_requests_of_one_key_follow_each_other_and_do_not_hold_up_the_rest() -> None:
    bench = Bench(sequences=2, reply_tokens=5)
    bench.ask(1, "ada", range(10, 20))
    bench.ask(2, "ada", range(10, 20))
    bench.ask(3, "bob", range(10, 20))
    bench.run()
    assert bench.ends() == [1, 3, 2]


def test_requests_wait_for_a_sequence_in_the_order_in_which_they_came() -> None:
    bench = Bench(sequences=1)
    for number, key in enumerate(("ada", "bob", "cy", "dee")):
        bench.ask(number, key, range(10, 20))
    bench.run()
    assert bench.ends() == [0, 1, 2, 3]


def test_replies_get_a_token_in_every_step_while_a_long_prompt_is_read() -> None:
    bench = Bench(reply_tokens=40)
    bench.ask(1, "ada", [10, 11])
    bench.scheduler.step()
    bench.ask(2, "bob", range(10, 810))
    for _ in range(20):
        bench.scheduler.step()
    beside = bench.model.steps[1:]
    assert all(sum(row.sequence == 0 for row in step) == 1 for step in beside)
    assert all(sum(row.sequence == 1 for row in step) == BITE_BESIDE_REPLIES for step in beside)


def test_positions_follow_each_other_in_every_sequence_and_only_ends_give_an_output() -> None:
    bench = Bench(sequences=3, reply_tokens=10)
    for number, key in enumerate(("ada", "bob", "cy")):
        bench.ask(number, key, range(10, 100 + number * 200))
    bench.run()
    for sequence in range(3):
        rows = [row for step in bench.model.steps for row in step if row.sequence == sequence]
        assert [row.position for row in rows] == list(range(len(rows)))
        assert sum(row.output for row in rows) == 11


def test_a_cancelled_reply_is_not_computed_any_further() -> None:
    bench = Bench(reply_tokens=100)
    bench.ask(1, "ada", range(10, 20))
    for _ in range(4):
        bench.scheduler.step()
    before = len(bench.computed(0))
    bench.scheduler.cancel(1)
    bench.run()
    assert len(bench.computed(0)) == before
    assert bench.work(1)["reply_tokens"] == 4


def test_a_cancelled_prompt_stops_within_one_bite_and_keeps_what_it_has() -> None:
    bench = Bench()
    bench.ask(1, "ada", range(10, 1010))
    bench.scheduler.step()
    bench.scheduler.cancel(1)
    bench.run()
    assert len(bench.computed(0)) == BITE
    bench.ask(2, "ada", range(10, 1010))
    bench.run()
    assert bench.work(2)["reused_tokens"] == BITE


def test_warming_waits_until_nobody_else_does_and_gives_way_at_once() -> None:
    bench = Bench(sequences=1)
    bench.warm(1, "ada", range(10, 1010))
    bench.scheduler.step()
    bench.ask(2, "bob", range(10, 20))
    bench.run()
    assert bench.ends() == [2, 1]


def test_warming_that_was_interrupted_goes_on_where_it_was() -> None:
    bench = Bench(sequences=2)
    bench.warm(1, "ada", range(10, 1010))
    bench.scheduler.step()
    bench.ask(2, "bob", range(10, 20))
    bench.run()
    assert bench.work(1)["computed_tokens"] == 1000


def test_forgetting_drops_the_state_and_ends_what_was_asked_under_that_key() -> None:
    bench = Bench(reply_tokens=50)
    bench.ask(1, "ada", range(10, 60))
    bench.ask(2, "bob", range(10, 60))
    for _ in range(3):
        bench.scheduler.step()
    bench.scheduler.forget("ada")
    assert "forgotten" in next(f["error"] for f in bench.told if f["id"] == 1 and "error" in f)
    assert bench.model.trims[-1] == (0, 0)
    bench.run()
    bench.ask(3, "ada", range(10, 60))
    bench.run()
    assert bench.work(3)["computed_tokens"] == 50


def test_a_broken_batch_is_told_to_all_in_it_and_their_states_are_not_trusted_again() -> None:
    bench = Bench(reply_tokens=5)
    bench.ask(1, "ada", range(10, 60))
    bench.ask(2, "bob", range(10, 60))
    bench.scheduler.step()
    bench.model.breaks_next = True
    bench.scheduler.step()
    assert [frame["id"] for frame in bench.told if "error" in frame] == [1, 2]
    bench.ask(3, "ada", range(10, 60))
    bench.run()
    assert bench.work(3)["computed_tokens"] == 50


def test_a_reply_ends_at_its_limit_and_at_a_stop_string() -> None:
    bench = Bench(reply_tokens=50)
    bench.ask(1, "ada", range(10, 20), max_tokens=7)
    bench.run()
    assert bench.work(1)["reply_tokens"] == 7
    bench.scheduler.add(
        Job(2, "ada", list(range(10, 20)), sampling=Sampling(max_tokens=20, stop=("aaa",)))
    )
    bench.run()
    assert bench.work(2)["reply_tokens"] == 3


def test_a_judgement_takes_one_pass() -> None:
    bench = Bench()
    bench.scheduler.add(Job(1, "ada", list(range(10, 20)), choices=(3, 4)))
    bench.scheduler.step()
    assert bench.told[-1]["logits"] == [3.0, 4.0]
    assert bench.scheduler.idle


@pytest.mark.parametrize("reply_tokens", [0, 1])
def test_a_reply_that_ends_at_once_is_an_answer_too(reply_tokens: int) -> None:
    bench = Bench(reply_tokens=reply_tokens)
    bench.ask(1, "ada", range(10, 20))
    bench.run()
    assert bench.work(1)["reply_tokens"] == reply_tokens
