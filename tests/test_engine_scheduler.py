"""Who is computed when, and what is never computed again, with a model that is forced."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.shares import ONE_GROUP, Share
from bot.engine.spelling import Spelling
from bot.engine.wire import Cuts
from bot.engine.worker.holding import Holding
from bot.engine.worker.jobs import Job, Writing
from bot.engine.worker.pace import Pace
from bot.engine.worker.prefix import tokens
from bot.engine.worker.scheduler import Scheduler
from bot.engine.worker.states import States
from bot.engine.worker.tokens import Replies
from tests.engine_help import ForcedDrawing, ForcedModel

PAUSE_S = 1.0
SECONDS_A_TOKEN = 0.01


class Bench:
    """A scheduler, what it computes and what it tells; time passes by the token."""

    def __init__(
        self,
        sequences: int = 2,
        reply_tokens: int = 3,
        *,
        states_bytes: int = 1_000_000,
        cuts: Cuts = "anywhere",
    ) -> None:
        self.model = ForcedModel(cuts=cuts)
        self.reply_tokens = reply_tokens
        self.states = States(states_bytes)
        self.told: list[dict[str, Any]] = []
        self.holding = Holding(self.model, sequences, self.states, cuts)
        self.scheduler = Scheduler(
            self.model,
            self.holding,
            Replies(10_000),
            pace=Pace(PAUSE_S),
            clock=lambda: SECONDS_A_TOKEN * sum(map(len, self.model.steps)),
            tell=self.told.append,
        )
        self.drawings: list[ForcedDrawing] = []

    def ask(
        self,
        number: int,
        key: str,
        ids: Sequence[int],
        max_tokens: int = 100,
        *,
        person: str = "",
        card: int = 0,
        adapter: str | None = None,
        background: bool = False,
        stop: tuple[str, ...] = (),
        share: Share = ONE_GROUP,
    ) -> Job:
        drawing = ForcedDrawing(self.reply_tokens)
        self.drawings.append(drawing)
        job = Job(
            number,
            key,
            person or key,
            tokens(ids),
            card,
            adapter,
            background=background,
            share=share,
        )
        job.writing = Writing(drawing, Spelling(stop), max_tokens)
        self.scheduler.add(job)
        return job

    def warm(self, number: int, key: str, ids: Sequence[int], card: int = 0) -> None:
        self.scheduler.add(Job(number, key, key, tokens(ids), card))

    def judge(self, number: int, key: str, ids: Sequence[int], *, background: bool = False) -> None:
        job = Job(number, key, key, tokens(ids), background=background)
        job.choices = (3, 4)
        self.scheduler.add(job)

    def run(self) -> None:
        for _ in range(10_000):
            if self.scheduler.idle:
                assert all(drawing.closed for drawing in self.drawings)
                return
            self.scheduler.step()
        raise AssertionError("it never ends")

    def steps(self, count: int) -> None:
        for _ in range(count):
            self.scheduler.step()

    def ends(self) -> list[int]:
        return [frame["id"] for frame in self.told if "work" in frame]

    def work(self, number: int) -> dict[str, int]:
        return next(f["work"] for f in self.told if f["id"] == number and "work" in f)

    def computed(self, number: int) -> int:
        return self.work(number)["computed_tokens"]

    def rows(self, sequence: int) -> int:
        return sum(row.sequence == sequence for step in self.model.steps for row in step)


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
    assert bench.computed(2) == 3
    assert bench.work(2)["reused_tokens"] == 53


def test_the_last_token_of_a_known_prompt_is_computed_again_and_no_other() -> None:
    bench = Bench()
    bench.warm(1, "ada", range(10, 60))
    bench.run()
    bench.ask(2, "ada", range(10, 60))
    bench.run()
    assert bench.computed(2) == 1


def test_the_same_words_of_another_person_are_computed_anew() -> None:
    bench = Bench(sequences=1)
    bench.ask(1, "ada", range(10, 60))
    bench.run()
    bench.ask(2, "bob", range(10, 60))
    bench.run()
    assert bench.computed(2) == 50


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
    assert bench.computed(1) == 1000


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
    assert bench.computed(3) == 50


@pytest.mark.parametrize("reply_tokens", [0, 1])
def test_a_reply_that_ends_at_once_is_an_answer_too(reply_tokens: int) -> None:
    bench = Bench(reply_tokens=reply_tokens)
    bench.ask(1, "ada", range(10, 20))
    bench.run()
    assert bench.work(1)["reply_tokens"] == reply_tokens


def test_only_ends_of_prompts_and_words_of_replies_give_an_output() -> None:
    bench = Bench(sequences=3, reply_tokens=10)
    for number, key in enumerate(("ada", "bob", "cy")):
        bench.ask(number, key, range(10, 100 + number * 200))
    bench.run()
    for sequence in range(3):
        rows = [row for step in bench.model.steps for row in step if row.sequence == sequence]
        assert sum(row.output for row in rows) == 11


def test_a_cancelled_reply_is_not_computed_any_further() -> None:
    bench = Bench(reply_tokens=100)
    bench.ask(1, "ada", range(10, 20))
    bench.steps(4)
    before = bench.rows(0)
    bench.scheduler.cancel(1)
    bench.run()
    assert bench.rows(0) == before
    assert bench.work(1)["reply_tokens"] == 4


def test_a_cancelled_prompt_stops_within_one_bite_and_keeps_what_it_has() -> None:
    bench = Bench()
    bench.ask(1, "ada", range(10, 1010))
    bench.steps(1)
    bench.scheduler.cancel(1)
    bench.run()
    bite = bench.rows(0)
    assert 0 < bite < 1000
    bench.ask(2, "ada", range(10, 1010))
    bench.run()
    assert bench.work(2)["reused_tokens"] == bite


def test_a_reply_ends_at_its_limit_and_at_a_stop_string() -> None:
    bench = Bench(reply_tokens=50)
    bench.ask(1, "ada", range(10, 20), max_tokens=7)
    bench.ask(2, "bob", range(10, 20), max_tokens=20, stop=("aaa",))
    bench.run()
    assert bench.work(1)["reply_tokens"] == 7
    assert bench.work(2)["reply_tokens"] == 3


def test_a_judgement_takes_one_pass() -> None:
    bench = Bench()
    bench.judge(1, "ada", range(10, 20))
    bench.scheduler.step()
    assert bench.told[-1]["logits"] == [3.0, 4.0]
    assert len(bench.model.steps) == 1


def test_forgetting_drops_everything_of_a_key_wherever_it_lies_and_nothing_of_others() -> None:
    bench = Bench(sequences=1, reply_tokens=50)
    for number, key in enumerate(("ada", "bob")):
        bench.ask(number, key, range(10, 60))
        bench.run()
    bench.ask(2, "bob", range(10, 90))
    bench.steps(1)
    bench.scheduler.forget("ada")
    bench.scheduler.forget("bob")
    assert "forgotten" in next(f["error"] for f in bench.told if f["id"] == 2 and "error" in f)
    assert len(bench.states) == 0
    assert not bench.model.held[0]
    for number, key in enumerate(("ada", "bob"), start=3):
        bench.ask(number, key, range(10, 60))
        bench.run()
        assert bench.computed(number) == 50


# --- Pauses -----------------------------------------------------------------------------------


def test_replies_get_a_token_in_every_step_while_a_long_prompt_is_read() -> None:
    bench = Bench(reply_tokens=400)
    bench.ask(1, "ada", [10, 11])
    bench.steps(1)
    bench.ask(2, "bob", range(10, 1010))
    sizes: list[int] = []
    while 2 not in bench.ends():
        before = len(bench.model.steps)
        bench.steps(1)
        # A call for what is being written, and one for what is being read.
        written, *read = bench.model.steps[before:]
        assert [row.sequence for row in written] == [0]
        sizes += [len(call) for call in read]
        # The bites follow what a token takes here, so that nobody stands still for longer.
        assert (1 + sum(map(len, read))) * SECONDS_A_TOKEN <= PAUSE_S
        if bench.rows(1) == 1000:
            break
    assert min(sizes[3:9]) * SECONDS_A_TOKEN > PAUSE_S * 0.7


def test_a_short_prompt_is_read_at_once_beside_a_long_one() -> None:
    bench = Bench(sequences=3, reply_tokens=400)
    bench.ask(1, "ada", [10, 11])
    bench.steps(3)
    bench.ask(2, "bob", range(10, 3010))
    bench.steps(5)
    bench.ask(3, "cy", range(10, 20))
    bench.steps(1)
    assert bench.rows(2) == 10


def test_sequences_are_computed_in_the_order_of_their_numbers_whoever_is_deeper() -> None:
    bench = Bench(sequences=4, reply_tokens=40)
    for number, length in enumerate((40, 10, 30, 20)):
        bench.ask(number, f"person {number}", range(10, 10 + length))
    bench.steps(20)
    # llama.cpp would compute any other order in four pieces, at more than twice the time.
    together = [[row.sequence for row in call] for call in bench.model.steps if len(call) == 4]
    assert together
    assert all(order == [0, 1, 2, 3] for order in together)


def test_who_comes_gets_a_sequence_beside_those_that_work() -> None:
    bench = Bench(sequences=6, reply_tokens=200)
    for number in range(6):
        bench.ask(number, f"before {number}", [10, 11], 1)
    bench.run()
    bench.ask(10, "before 4", [10, 11])
    bench.steps(1)
    bench.ask(11, "ada", [10, 11])
    bench.ask(12, "bob", [10, 11])
    bench.steps(3)
    assert [row.sequence for row in bench.model.steps[-1]] == [2, 3, 4]


def test_who_comes_back_finds_their_state_even_where_it_was_the_next_to_be_dropped() -> None:
    bench = Bench(sequences=1, states_bytes=4 * 30)
    bench.ask(1, "ada", range(10, 30))
    bench.run()
    # Bob's talk takes the place of Ada's in the states just when hers is wanted.
    bench.ask(2, "bob", range(10, 30))
    bench.ask(3, "ada", range(10, 32))
    bench.run()
    assert bench.computed(3) == 2


def test_shallow_talks_do_not_pay_for_a_deep_one_where_that_costs_more_than_the_weights() -> None:
    for weights_in_cells, calls in ((100.0, [[0], [1, 2]]), (1e9, [[0, 1, 2]])):
        bench = Bench(sequences=3, reply_tokens=400)
        bench.model.weights_in_cells = weights_in_cells
        bench.ask(1, "deep", range(10, 1010))
        bench.ask(2, "ada", range(10, 20))
        bench.ask(3, "bob", range(10, 20))
        while len(bench.model.held.get(0, ())) < 1003:
            bench.steps(1)
        before = len(bench.model.steps)
        bench.steps(1)
        found = [sorted(row.sequence for row in call) for call in bench.model.steps[before:]]
        assert sorted(found) == calls


# --- People ------------------------------------------------------------------------------------


def test_a_person_with_ten_waiting_requests_delays_nobody() -> None:
    bench = Bench(sequences=2)
    for number in range(10):
        bench.ask(number, f"ada {number}", range(10, 20), person="ada")
    bench.ask(10, "bob", range(10, 20))
    bench.ask(11, "cy", range(10, 20))
    bench.run()
    assert bench.ends()[:4] == [0, 10, 11, 1]
    assert sorted(bench.ends()) == list(range(12))


def test_a_place_counts_the_people_before_and_not_their_requests() -> None:
    bench = Bench(sequences=1, reply_tokens=50)
    for number in range(5):
        bench.ask(number, f"ada {number}", range(10, 20), person="ada")
    bench.ask(5, "bob", range(10, 20))
    bench.ask(6, "cy", range(10, 20))
    bench.steps(1)
    places = [bench.scheduler.place(key) for key in ("ada 0", "bob", "cy", "ada 1", "nobody")]
    assert places == [0, 1, 2, 2, 0]


def test_a_person_who_goes_away_gives_their_place_up() -> None:
    bench = Bench(sequences=1, reply_tokens=50)
    for number, key in enumerate(("ada", "bob", "cy")):
        bench.ask(number, key, range(10, 20))
    bench.steps(1)
    bench.scheduler.cancel(1)
    assert bench.scheduler.place("cy") == 1
    bench.run()
    assert bench.ends() == [1, 0, 2]


# --- What nobody waits for ---------------------------------------------------------------------


def test_background_work_yields_at_once_and_goes_on_where_it_was() -> None:
    bench = Bench(sequences=1, reply_tokens=30)
    bench.ask(1, "story", range(10, 60), background=True)
    bench.steps(10)
    bench.ask(2, "ada", range(100, 150))
    bench.run()
    assert bench.ends() == [2, 1]
    assert bench.work(1)["reply_tokens"] == bench.work(2)["reply_tokens"] == 30
    # It was put away and brought back: nothing of it was computed twice.
    assert bench.computed(1) == 50
    assert sum(map(len, bench.model.steps)) == 50 + 30 + 50 + 30


def test_background_work_that_was_dropped_meanwhile_is_read_again_and_goes_on() -> None:
    bench = Bench(sequences=1, reply_tokens=30, states_bytes=0)
    bench.ask(1, "story", range(10, 60), background=True)
    bench.steps(10)
    bench.ask(2, "ada", range(100, 150))
    bench.run()
    pieces = [frame["piece"] for frame in bench.told if frame["id"] == 1 and "piece" in frame]
    assert pieces == ["a"] * 30


def test_a_judgement_that_nobody_waits_for_yields_too() -> None:
    bench = Bench(sequences=2, reply_tokens=5)
    bench.judge(1, "guard", range(10, 3000), background=True)
    bench.steps(2)
    bench.ask(2, "ada", range(100, 150))
    bench.run()
    assert bench.ends() == [2, 1]


def test_the_newest_warming_of_a_talk_replaces_the_older_and_a_request_does_both() -> None:
    bench = Bench()
    bench.warm(1, "ada", range(10, 2010))
    bench.warm(2, "ada", range(10, 3010))
    bench.ask(3, "ada", range(10, 60))
    bench.run()
    assert [bool(frame.get("replaced")) for frame in bench.told if "work" in frame] == [
        True,
        True,
        False,
    ]
    assert sum(map(len, bench.model.steps)) == 50 + 3


def test_a_warming_of_what_is_held_computes_nothing_and_takes_nothing_away() -> None:
    both: tuple[Cuts, ...] = ("anywhere", "never")
    for cuts in both:
        bench = Bench(cuts=cuts)
        bench.ask(1, "ada", range(10, 60))
        bench.run()
        bench.warm(2, "ada", range(10, 40))
        bench.run()
        assert bench.computed(2) == 0
        bench.ask(3, "ada", [*bench.model.held[0], 5, 6])
        bench.run()
        assert bench.computed(3) == 2


def test_a_warming_of_a_talk_that_was_changed_drops_what_was_said_there() -> None:
    bench = Bench()
    bench.ask(1, "ada", range(10, 60))
    bench.run()
    bench.warm(2, "ada", [*range(10, 30), 7, 8])
    bench.run()
    assert bench.model.held[0] == [*range(10, 30), 7, 8]


# --- Cards -------------------------------------------------------------------------------------


def test_a_card_is_computed_once_and_a_newcomer_only_computes_what_is_theirs() -> None:
    bench = Bench(sequences=2)
    card = range(1000, 1800)
    bench.ask(1, "ada", [*card, *range(10, 30)], card=800)
    bench.run()
    bench.ask(2, "bob", [*card, *range(40, 60)], card=800)
    bench.run()
    assert (bench.computed(1), bench.computed(2)) == (820, 20)
    assert bench.model.held[1][:820] == [*card, *range(40, 60)]


def test_a_card_is_computed_when_nobody_waits_and_then_by_nobody() -> None:
    bench = Bench()
    bench.warm(1, "", range(1000, 1800), card=800)
    bench.run()
    bench.ask(2, "bob", [*range(1000, 1800), 5, 6], card=800)
    bench.run()
    assert bench.computed(2) == 2


def test_people_who_come_together_wait_for_one_computation_of_the_card() -> None:
    bench = Bench(sequences=4)
    for number in range(4):
        bench.ask(number, f"p{number}", [*range(1000, 1800), number, 9], card=800)
    bench.run()
    assert sum(bench.computed(number) for number in range(4)) == 800 + 4 * 2


def test_who_waits_for_a_card_goes_on_when_its_reader_goes_away() -> None:
    bench = Bench(sequences=2)
    bench.ask(1, "ada", [*range(1000, 1800), 5], card=800)
    bench.ask(2, "bob", [*range(1000, 1800), 6], card=800)
    bench.steps(2)
    bench.scheduler.cancel(1)
    bench.run()
    assert bench.computed(2) == 801


def test_nothing_but_the_card_goes_from_one_person_to_another() -> None:
    bench = Bench(sequences=1)
    words = [*range(1000, 1100), *range(10, 60)]
    bench.ask(1, "ada", words, card=100)
    bench.run()
    bench.ask(2, "bob", words, card=100)
    bench.run()
    assert bench.work(2)["reused_tokens"] == 100


# --- States that rest --------------------------------------------------------------------------


def test_who_comes_back_computes_only_what_is_new_however_many_were_there() -> None:
    bench = Bench(sequences=2)
    a = ord("a")
    for number in range(8):
        bench.ask(number, f"p{number}", range(10 + number, 60 + number))
        bench.run()
    for number in range(8):
        bench.ask(10 + number, f"p{number}", [*range(10 + number, 60 + number), a, a, a, 5, 6])
        bench.run()
    assert [bench.computed(10 + number) for number in range(8)] == [2] * 8


def test_the_bound_of_the_states_is_kept_and_the_least_used_goes_first() -> None:
    one = 4 * 53
    bench = Bench(sequences=1, states_bytes=3 * one)
    for number in range(6):
        bench.ask(number, f"p{number}", range(10 + number, 60 + number))
        bench.run()
        assert bench.states.bytes <= 3 * one
    assert [bench.states.holds(f"p{number}") for number in range(6)] == [False] * 3 + [True] * 3


def test_copies_are_made_while_nobody_waits_so_that_a_newcomer_needs_none() -> None:
    bench = Bench(sequences=2)
    for number in range(2):
        bench.ask(number, f"p{number}", range(10, 60))
        bench.run()
    saves = bench.model.saves
    assert saves == 1
    bench.ask(3, "newcomer", range(10, 60))
    bench.steps(1)
    assert bench.model.saves == saves


def test_a_state_is_used_with_the_adapter_only_that_it_was_computed_with() -> None:
    bench = Bench(sequences=1)
    bench.ask(1, "ada", range(10, 60), adapter="wren")
    bench.run()
    bench.ask(2, "ada", range(10, 60), adapter="tock")
    bench.run()
    bench.ask(3, "bob", range(10, 60), card=40, adapter="wren")
    bench.run()
    bench.ask(4, "cy", range(10, 60), card=40)
    bench.run()
    assert [bench.computed(number) for number in (1, 2, 3, 4)] == [50, 50, 50, 50]


# --- Models that cannot be cut -----------------------------------------------------------------


def test_a_model_that_cannot_be_cut_goes_on_from_where_it_is() -> None:
    bench = Bench(cuts="never")
    a = ord("a")
    bench.ask(1, "ada", range(10, 60))
    bench.run()
    bench.ask(2, "ada", [*range(10, 60), a, a, a, 5, 6, 7])
    bench.run()
    assert bench.computed(2) == 3


def test_a_model_that_cannot_be_cut_begins_a_changed_talk_at_its_card() -> None:
    bench = Bench(cuts="never")
    bench.ask(1, "ada", range(10, 60), card=40)
    bench.run()
    bench.ask(2, "ada", range(10, 60), card=40)
    bench.run()
    assert bench.computed(2) == 10
    assert bench.model.held[0][:50] == list(range(10, 60))


def test_a_copy_that_cannot_be_cut_is_gone_on_from_or_left_alone() -> None:
    a = ord("a")
    for changed, computed in ((False, 2), (True, 11)):
        bench = Bench(sequences=1, cuts="unless copied")
        bench.ask(1, "ada", range(10, 60), card=40)
        bench.run()
        bench.ask(2, "bob", range(100, 150))
        bench.run()
        goes_on = [*range(10, 60), a, a, a, 5, 6]
        bench.ask(3, "ada", [*goes_on[:50], 7] if changed else goes_on, card=40)
        bench.run()
        assert bench.computed(3) == computed
        # What has been computed since is no copy and may be cut.
        end = 51 if changed else 55
        bench.ask(4, "ada", [*bench.model.held[0][:end], 8, 9], card=40)
        bench.run()
        assert bench.computed(4) == 2
        # And into what was copied nobody cuts: it is read again from the card on. The changed talk
        # was, and nothing of it but the card is a copy.
        bench.ask(5, "ada", [*range(10, 55), 8, 9], card=40)
        bench.run()
        assert bench.computed(5) == (2 if changed else 7)


# --- Adapters ----------------------------------------------------------------------------------


def test_sequences_with_one_adapter_are_computed_together() -> None:
    bench = Bench(sequences=4, reply_tokens=20)
    for number, adapter in enumerate(("wren", "tock", "wren", "tock")):
        bench.ask(number, f"p{number}", range(10, 30), adapter=adapter)
    bench.run()
    for step, used in zip(bench.model.steps, bench.model.adapters, strict=True):
        assert {row.sequence % 2 for row in step} == {0 if used == "wren" else 1}


def test_adapters_are_switched_as_seldom_as_the_pause_allows() -> None:
    bench = Bench(sequences=2, reply_tokens=300)
    bench.ask(1, "ada", [10, 11], 300, adapter="wren")
    bench.ask(2, "bob", [10, 11], 300, adapter="tock")
    bench.run()
    switches = sum(
        a != b for a, b in zip(bench.model.adapters, bench.model.adapters[1:], strict=False)
    )
    # 602 tokens at a hundredth of a second: a switch each second, and both end.
    assert 4 <= switches <= 7
    stretch = longest = 0
    for name in bench.model.adapters[:500]:
        stretch = stretch + 1 if name == "wren" else 0
        longest = max(longest, stretch)
    assert longest * SECONDS_A_TOKEN <= PAUSE_S + 3 * SECONDS_A_TOKEN


# --- Anything, in any order ----------------------------------------------------------------------

PEOPLE = st.sampled_from(["ada", "bob", "cy", "dee"])
ORDERS = st.one_of(
    st.tuples(st.just("ask"), PEOPLE, st.integers(1, 300), st.booleans()),
    st.tuples(st.just("warm"), PEOPLE, st.integers(1, 300), st.booleans()),
    st.tuples(st.just("judge"), PEOPLE, st.integers(1, 300), st.booleans()),
    st.tuples(st.just("step"), PEOPLE, st.integers(1, 12), st.booleans()),
    st.tuples(st.just("cancel"), PEOPLE, st.integers(0, 60), st.booleans()),
    st.tuples(st.just("forget"), PEOPLE, st.integers(0, 1), st.booleans()),
    st.tuples(st.just("break"), PEOPLE, st.integers(0, 1), st.booleans()),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(ORDERS, max_size=60),
    st.sampled_from(["anywhere", "unless copied", "never"]),
    st.sampled_from([0, 700, 1_000_000]),
)
def test_whatever_happens_every_request_ends_once_and_no_sequence_is_left_taken(
    orders: list[tuple[str, str, int, bool]], cuts: Cuts, states_bytes: int
) -> None:
    bench = Bench(sequences=2, reply_tokens=5, states_bytes=states_bytes, cuts=cuts)
    asked = 0
    for do, who, number, background in orders:
        # Each person has words of their own behind the card that all share.
        ids = [*range(1000, 1040), *range(ord(who[0]) * 100, ord(who[0]) * 100 + number)]
        match do:
            case "ask":
                asked += 1
                adapter = "wren" if background else None
                bench.ask(asked, who, ids, card=40, adapter=adapter, background=number % 3 == 0)
            case "warm":
                asked += 1
                bench.warm(asked, who, ids, card=40)
            case "judge":
                asked += 1
                bench.judge(asked, who, ids, background=background)
            case "step":
                bench.steps(number)
            case "cancel":
                bench.scheduler.cancel(number)
            case "forget":
                bench.scheduler.forget(who)
            case _:
                bench.model.breaks_next = True
        assert bench.states.bytes <= states_bytes
        assert_nobody_holds_anothers_words(bench)
    bench.model.breaks_next = False
    bench.run()
    assert sorted(bench.ends()) == list(range(1, asked + 1))
    assert not any(slot.busy for slot in bench.holding.slots)
    for slot in bench.holding.slots:
        assert list(slot.tokens) == bench.model.held.get(slot.number, [])


def assert_nobody_holds_anothers_words(bench: Bench) -> None:
    for slot in bench.holding.slots:
        if slot.key is not None:
            own = ord(slot.key[0]) * 100
            assert all(
                token in range(1000, 1040) or token in range(own, own + 300) or token == ord("a")
                for token in slot.tokens
            )


# --- Communities ----------------------------------------------------------------------------------


def crowd(bench: Bench, share: Share, people: int, length: int) -> list[Job]:
    """So many people of one community, each with three requests."""
    at = len(bench.drawings)
    return [
        bench.ask(
            at + number,
            f"{share.of} {number % people} {number}",
            range(10, 10 + length),
            person=f"{share.of} {number % people}",
            share=share,
        )
        for number in range(3 * people)
    ]


def taken(jobs: Sequence[Job]) -> int:
    return sum(job.computed + len(job.reply) for job in jobs)


@pytest.mark.parametrize(
    ("weights", "lengths"),
    [((1.0, 1.0), (40, 400)), ((1.0, 3.0), (60, 60)), ((2.0, 1.0), (300, 50))],
)
def test_of_a_full_machine_each_community_gets_its_part_in_tokens(
    weights: tuple[float, float], lengths: tuple[int, int]
) -> None:
    bench = Bench(sequences=4, reply_tokens=20)
    tea, sea = (
        crowd(bench, Share(of, weight), 400, length)
        for of, weight, length in zip(("tea", "sea"), weights, lengths, strict=True)
    )
    bench.steps(600)
    done = taken(tea), taken(sea)
    assert min(done) > 1000
    # Whoever has a sequence keeps it to the end of their reply, so parts meet within some replies.
    assert done[0] / done[1] == pytest.approx(weights[0] / weights[1], rel=0.15)


def test_a_community_alone_is_as_fast_as_without_any_others_and_owes_nothing_later() -> None:
    alone, among = Bench(sequences=2), Bench(sequences=2)
    crowd(alone, ONE_GROUP, 6, 50)
    long = crowd(among, Share("tea", 0.1), 6, 50)
    alone.steps(10)
    among.steps(10)
    assert [len(step) for step in among.model.steps] == [len(step) for step in alone.model.steps]
    # Whoever comes now has no more of it than whoever was there.
    before = taken(long)
    late = crowd(among, Share("sea", 0.1), 6, 50)
    among.run()
    assert taken(late) == taken(long)
    first = next(one for one in among.ends() if one >= len(long))
    assert among.ends().index(first) <= before // 50 + 3


def test_nobody_starves_beside_a_community_that_weighs_a_thousand_times_as_much() -> None:
    bench = Bench(sequences=1)
    heavy = crowd(bench, Share("tea", 1000.0), 100, 20)
    light = bench.ask(9999, "ben", range(10, 30), share=Share("sea", 1.0))
    bench.run()
    place = bench.ends().index(9999)
    assert place < len(heavy)
    assert len(light.reply) == 3


def test_inside_a_community_people_take_turns_and_one_with_many_requests_delays_nobody() -> None:
    bench = Bench(sequences=1)
    share = Share("tea")
    for number in range(4):
        bench.ask(number, "ada", range(10, 20), share=share)
    bench.ask(4, "ben", range(10, 20), share=share)
    bench.ask(5, "eve", range(10, 20), share=Share("sea"))
    bench.run()
    assert bench.ends() == [0, 5, 4, 1, 2, 3]


def test_places_are_told_as_they_will_be_given() -> None:
    bench = Bench(sequences=1)
    for number, (key, of) in enumerate(
        [("ada", "tea"), ("ben", "tea"), ("cleo", "tea"), ("dora", "sea"), ("eve", "sea")]
    ):
        bench.ask(number, key, range(10, 20), share=Share(of))
    bench.scheduler.step()
    told = {key: bench.scheduler.place(key) for key in ("ada", "ben", "cleo", "dora", "eve")}
    bench.run()
    names = ("ada", "ben", "cleo", "dora", "eve")
    assert sorted(told, key=lambda key: told[key]) == [names[number] for number in bench.ends()]
