"""What llama.cpp's memory really does for each kind of model: the scheduler relies upon these facts.

They are asked of llama.cpp itself, so that a new version of it which behaves otherwise fails here.
"""

import ctypes
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import llama_cpp.llama_cpp as lib
import numpy as np
import pytest

from tests import tiny_models
from tests.engine_help import demo_path
from tests.tiny_models import WIDTH, WINDOW

pytestmark = pytest.mark.live

ATTENDING = (tiny_models.llama, tiny_models.sliding)
RECURRING = (tiny_models.recurrent, tiny_models.hybrid)
TALKING = ATTENDING + RECURRING

CHANCE = random.Random(1)
HISTORY = [CHANCE.randrange(100, 49_000) for _ in range(300)]
FOLLOWING = [CHANCE.randrange(100, 49_000) for _ in range(5)]
ROOM = 512
CLOSE = 4e-3
"""Of the logits' spread: flash attention rounds to a thousandth; another past makes many times
as much."""

Logits = np.ndarray[tuple[int], np.dtype[np.float32]]

State = ctypes.Array[ctypes.c_uint8]


class Talks:
    """Four sequences of a model, with nothing between the test and llama.cpp."""

    def __init__(self, model: ctypes.c_void_p, **wanted: object) -> None:
        params = lib.llama_context_default_params()
        params.n_ctx, params.n_seq_max = 4 * ROOM, 4
        params.n_batch, params.n_ubatch = ROOM, 64
        params.n_threads = params.n_threads_batch = 1
        params.kv_unified = False
        params.flash_attn_type = lib.LLAMA_FLASH_ATTN_TYPE_DISABLED
        for name, value in wanted.items():
            setattr(params, name, value)
        self.pointer = lib.llama_init_from_model(model, params)
        assert self.pointer
        self.memory = lib.llama_get_memory(self.pointer)
        self._words = lib.llama_vocab_n_tokens(lib.llama_model_get_vocab(model))
        self._batch = lib.llama_batch_init(ROOM, 0, 1)

    def close(self) -> None:
        lib.llama_batch_free(self._batch)
        lib.llama_free(self.pointer)

    def read(self, sequence: int, ids: list[int], begin: int = 0) -> Logits:
        self._compute([(sequence, begin + at, token) for at, token in enumerate(ids)])
        values = lib.llama_get_logits_ith(self.pointer, len(ids) - 1)
        return np.ctypeslib.as_array(values, (self._words,)).copy()

    def vectors(self, texts: dict[int, list[int]]) -> dict[int, Logits]:
        self._compute(
            [(of, at, token) for of, ids in texts.items() for at, token in enumerate(ids)]
        )
        return {
            of: np.ctypeslib.as_array(
                lib.llama_get_embeddings_seq(self.pointer, of), (WIDTH,)
            ).copy()
            for of in texts
        }

    def anew(self, ids: list[int]) -> Logits:
        """What follows these, computed in an empty sequence."""
        self.drop(3)
        self.read(3, ids)
        return self.read(3, FOLLOWING, len(ids))

    def cut(self, sequence: int, length: int) -> bool:
        return bool(lib.llama_memory_seq_rm(self.memory, sequence, length, -1))

    def drop(self, sequence: int) -> bool:
        return bool(lib.llama_memory_seq_rm(self.memory, sequence, -1, -1))

    def first(self, sequence: int) -> int:
        return int(lib.llama_memory_seq_pos_min(self.memory, sequence))

    def state(self, sequence: int) -> State:
        size = lib.llama_state_seq_get_size(self.pointer, sequence)
        state: State = (ctypes.c_uint8 * size)()
        assert lib.llama_state_seq_get_data(self.pointer, state, size, sequence) == size
        return state

    def restore(self, sequence: int, state: State) -> int:
        return int(lib.llama_state_seq_set_data(self.pointer, state, len(state), sequence))

    def _compute(self, rows: list[tuple[int, int, int]]) -> None:
        batch = self._batch
        batch.n_tokens = len(rows)
        for at, (sequence, position, token) in enumerate(rows):
            batch.token[at], batch.pos[at], batch.n_seq_id[at] = token, position, 1
            batch.seq_id[at][0] = sequence
            batch.logits[at] = not self.memory or at == len(rows) - 1
        assert lib.llama_decode(self.pointer, batch) == 0


@lib.llama_log_callback  # type: ignore[untyped-decorator] # llama_cpp ships no types
def unheard(level: int, text: bytes, _: object) -> None:
    """llama.cpp's log is long, and pytest would print all of it."""


@pytest.fixture(scope="module", autouse=True)
def quiet() -> None:
    lib.llama_log_set(unheard, ctypes.c_void_p(0))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tiny")


@contextmanager
def talks(path: Path, **wanted: object) -> Iterator[Talks]:
    model = _loaded(path)
    opened = Talks(model, **wanted)
    yield opened
    opened.close()
    lib.llama_model_free(model)


def _loaded(path: Path) -> ctypes.c_void_p:
    lib.llama_backend_init()
    model: ctypes.c_void_p | None = lib.llama_model_load_from_file(
        str(path).encode(), lib.llama_model_default_params()
    )
    assert model is not None, f"{path.name} cannot be loaded"
    return model


def same(found: Logits, expected: Logits) -> bool:
    return bool(np.abs(found - expected).max() < CLOSE * expected.std())


Maker = Callable[[Path], Path]
each_kind = pytest.mark.parametrize("make", TALKING, ids=lambda make: make.__name__)
each_attending = pytest.mark.parametrize("make", ATTENDING, ids=lambda make: make.__name__)
each_recurring = pytest.mark.parametrize("make", RECURRING, ids=lambda make: make.__name__)

FLASH = {"flash_attn_type": lib.LLAMA_FLASH_ATTN_TYPE_ENABLED}
QUANTISED = FLASH | {"type_k": lib.GGML_TYPE_Q8_0, "type_v": lib.GGML_TYPE_Q8_0}
each_cache = pytest.mark.parametrize(
    "cache", [{}, FLASH, QUANTISED], ids=["plain", "flash", "quantised"]
)


@each_kind
def test_old_words_tell_and_the_same_words_tell_the_same(make: Maker, folder: Path) -> None:
    with talks(make(folder)) as model:
        expected = model.anew(HISTORY)
        assert np.array_equal(model.anew(HISTORY), expected)
        assert not same(model.anew(HISTORY[:250] + HISTORY[251:]), expected)


@each_attending
@each_cache
def test_what_attends_can_be_cut_at_its_end(
    make: Maker, cache: dict[str, object], folder: Path
) -> None:
    with talks(make(folder), **cache) as model:
        for left in (299, 200, 40):
            model.drop(0)
            model.read(0, HISTORY)
            assert model.cut(0, left)
            assert same(model.read(0, FOLLOWING, left), model.anew(HISTORY[:left]))


@each_recurring
def test_what_recurs_cannot_be_cut_but_stays_whole_when_that_is_tried(
    make: Maker, folder: Path
) -> None:
    with talks(make(folder)) as model:
        model.read(0, HISTORY)
        assert not model.cut(0, len(HISTORY) - 1)
        assert same(model.read(0, FOLLOWING, len(HISTORY)), model.anew(HISTORY))


@each_kind
def test_a_sequence_that_was_dropped_leaves_no_trace(make: Maker, folder: Path) -> None:
    with talks(make(folder)) as model:
        model.read(0, HISTORY[::-1])
        assert model.drop(0)
        model.read(0, HISTORY)
        assert same(model.read(0, FOLLOWING, len(HISTORY)), model.anew(HISTORY))
        assert model.cut(0, 0)
        assert model.first(0) == -1


@each_kind
@each_cache
def test_a_state_comes_back_exactly_in_any_sequence_also_onto_another_talk(
    make: Maker, cache: dict[str, object], folder: Path
) -> None:
    with talks(make(folder), **cache) as model:
        model.read(0, HISTORY)
        state = model.state(0)
        expected = model.read(0, FOLLOWING, len(HISTORY))
        model.read(1, HISTORY[:100])
        for sequence in (1, 2):
            assert model.restore(sequence, state) == len(state)
            found = model.read(sequence, FOLLOWING, len(HISTORY))
            assert np.array_equal(found, expected)


@each_kind
def test_a_whole_copy_is_a_talk_of_its_own(make: Maker, folder: Path) -> None:
    with talks(make(folder)) as model:
        model.read(0, HISTORY)
        model.read(1, HISTORY[:100])
        lib.llama_memory_seq_cp(model.memory, 0, 1, -1, -1)
        copied = model.read(1, FOLLOWING, len(HISTORY))
        assert same(copied, model.anew(HISTORY))
        assert np.array_equal(model.read(0, FOLLOWING, len(HISTORY)), copied)


@each_kind
def test_half_a_state_is_refused_and_nothing_is_left_of_it(make: Maker, folder: Path) -> None:
    with talks(make(folder)) as model:
        model.read(0, HISTORY)
        state = model.state(0)
        half = (ctypes.c_uint8 * (len(state) // 2)).from_buffer_copy(state, 0)
        assert model.restore(1, half) == 0
        assert model.first(1) == -1


def test_a_sliding_windows_state_can_be_gone_on_from_but_not_be_cut(folder: Path) -> None:
    with talks(tiny_models.sliding(folder)) as model:
        model.read(0, HISTORY)
        left = len(HISTORY) - 20
        model.restore(1, model.state(0))
        # llama.cpp says that the cut went well, and goes on with a past that is not there:
        # only the first position tells.
        assert model.cut(1, left)
        assert model.first(1) > left - WINDOW
        assert not same(model.read(1, FOLLOWING, left), model.anew(HISTORY[:left]))


def test_a_small_cache_of_a_sliding_window_loses_what_a_cut_would_need(folder: Path) -> None:
    history = HISTORY * 2
    with talks(tiny_models.sliding(folder), swa_full=False, n_ctx=8 * ROOM, n_batch=ROOM * 2) as it:
        it.read(0, history[:500])
        it.read(0, history[500:], 500)
        assert it.cut(0, 60)
        assert it.first(0) != 0


def test_an_embedding_model_reads_several_texts_at_once_and_keeps_nothing(folder: Path) -> None:
    wanted = {"embeddings": True, "n_ubatch": ROOM}
    with talks(tiny_models.embedding(folder), **wanted) as model:
        assert not model.memory
        both = model.vectors({0: HISTORY[:50], 1: HISTORY[50:60]})
        alone = model.vectors({2: HISTORY[:50]})[2]
        assert same(both[0], alone)
        assert not same(both[1], alone)


def test_an_adapter_fits_the_demo_model_or_is_refused(folder: Path) -> None:
    demo = _loaded(demo_path())
    for make, fits in (
        (tiny_models.adapter, True),
        (tiny_models.adapter_of_other_shape, False),
        (tiny_models.adapter_of_other_kind, False),
    ):
        assert bool(lib.llama_adapter_lora_init(demo, str(make(folder)).encode())) == fits
    lib.llama_model_free(demo)


def test_an_adapter_changes_what_is_computed_and_leaves_no_trace_when_taken_off(
    folder: Path,
) -> None:
    demo = _loaded(demo_path())
    adapter = lib.llama_adapter_lora_init(demo, str(tiny_models.adapter(folder)).encode())
    model = Talks(demo)
    without = model.anew(HISTORY[:20])
    one, scale = (lib.llama_adapter_lora_p_ctypes * 1)(adapter), (ctypes.c_float * 1)(1.0)
    assert lib.llama_set_adapters_lora(model.pointer, one, 1, scale) == 0
    assert not same(model.anew(HISTORY[:20]), without)
    assert lib.llama_set_adapters_lora(model.pointer, one, 0, scale) == 0
    assert np.array_equal(model.anew(HISTORY[:20]), without)
    model.close()
    lib.llama_model_free(demo)
