"""The worker process: how it begins, how it ends, what it cannot do."""

import asyncio
import os
import random
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio

from bot.engine.base import EngineError, Prompt, Sampling
from bot.engine.child import scrubbed
from bot.engine.embedded import EmbeddedEngine, pause_after
from bot.engine.setup import Setup
from tests import tiny_models
from tests.engine_help import CALM, demo_path, reply, talk

pytestmark = pytest.mark.live

ENDLESS = Sampling(max_tokens=400)
# Only reached when something is broken.
PATIENCE_S = 60


def build(model: Path, context: int = 512) -> EmbeddedEngine:
    return EmbeddedEngine(quick(model, context=context))


def quick(model: Path, *, context: int = 512, gpu_layers: int = 0) -> Setup:
    """Nothing is measured at the start."""
    return Setup(
        model=model,
        context=context,
        sequences=2,
        threads=1,
        batch=64,
        flash_attention="off",
        gpu_layers=gpu_layers,
    )


@pytest_asyncio.fixture
async def engine() -> AsyncIterator[EmbeddedEngine]:
    engine = build(demo_path())
    await engine.start()
    yield engine
    await engine.close()


def kill_worker(engine: EmbeddedEngine, with_signal: signal.Signals = signal.SIGKILL) -> None:
    assert engine.worker_pid is not None
    os.kill(engine.worker_pid, with_signal)


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGABRT])
async def test_a_worker_killed_in_mid_reply_is_told_to_all_and_the_next_request_is_answered(
    engine: EmbeddedEngine, by: signal.Signals
) -> None:
    async def write(key: str, *, kill: bool) -> None:
        async with aclosing(engine.generate(Prompt(key, talk("Hello")), ENDLESS)) as pieces:
            async for _ in pieces:
                if kill:
                    kill_worker(engine, by)

    ends = await asyncio.gather(
        write("a", kill=True),
        write("b", kill=False),
        write("waits for a sequence", kill=False),
        engine.judge(Prompt("d", talk("Hello")), ("Yes", "No")),
        return_exceptions=True,
    )
    assert all(isinstance(end, EngineError) for end in ends)
    assert by.name in str(ends[0])
    assert await reply(engine, Prompt("a", talk("Hello")), CALM)
    assert engine.last_work is not None and engine.last_work.reused_tokens == 0


async def test_a_worker_killed_at_random_moments_under_load_loses_no_request_and_no_room(
    tmp_path: Path,
) -> None:
    chance = random.Random(7)
    engine = build(tiny_models.llama(tmp_path))
    await engine.start()
    ends: list[str] = []

    async def ask(number: int) -> None:
        prompt = Prompt(f"p{number % 8}", talk("Hello " * (number % 40 + 1)), person=f"p{number}")
        for _ in range(30):
            try:
                text = await reply(engine, prompt, Sampling(max_tokens=12, seed=number))
            except EngineError:
                continue
            ends.append(text)
            return

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(number)) for number in range(48)]
        for _ in range(6):
            # So many answers later; a machine that is slow is killed as often.
            wanted = len(ends) + chance.randrange(1, 6)
            while len(ends) < wanted and not all(task.done() for task in tasks):
                await asyncio.sleep(0)
            if engine.worker_pid is not None:
                kill_worker(engine)
    assert len(ends) == 48
    await engine.rest()
    assert not engine._answers
    # As many as there is room for are still answered side by side.
    await asyncio.gather(*(ask(number) for number in range(16)))
    assert len(ends) == 64
    await engine.close()


async def test_a_worker_that_keeps_dying_is_started_with_growing_pauses(
    engine: EmbeddedEngine,
) -> None:
    for _ in range(3):
        await engine.count_tokens("")
        kill_worker(engine)
        with pytest.raises(EngineError):
            await engine.judge(Prompt("x", talk("Hello")), ("Yes", "No"))
    assert await engine.count_tokens("Hello there") == 2
    pauses = [pause_after(deaths) for deaths in range(20)]
    assert pauses[:2] == [0, 0]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 30


async def test_closing_tells_those_who_wait_and_ends_the_process() -> None:
    engine = build(demo_path())
    await engine.start()
    pid = engine.worker_pid
    assert pid is not None
    async with aclosing(engine.generate(Prompt("a", talk("Hello")), ENDLESS)) as pieces:
        await anext(pieces)
        await engine.close()
        with pytest.raises(EngineError):
            async for _ in pieces:
                pass
    assert engine.worker_pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(EngineError, match="not running"):
        await engine.count_tokens("x")


async def test_an_engine_that_was_not_started_says_so() -> None:
    engine = build(demo_path())
    with pytest.raises(EngineError, match="not running"):
        await engine.count_tokens("x")
    with pytest.raises(EngineError, match="not been started"):
        _ = engine.facts
    await engine.close()


@pytest.mark.parametrize(
    ("kept", "says"),
    [(0, "is no model"), (4, "not usable"), (1_000_000, "not usable"), (90_000_000, "not usable")],
)
async def test_a_model_that_was_cut_short_is_refused_in_one_sentence(
    tmp_path: Path, kept: int, says: str
) -> None:
    cut = tmp_path / "cut.gguf"
    with demo_path().open("rb") as whole:
        cut.write_bytes(whole.read(kept))
    engine = build(cut)
    with pytest.raises(EngineError, match=says) as refused:
        await engine.start()
    await engine.close()
    assert "cut.gguf" in str(refused.value)
    assert "\n" not in str(refused.value)


async def test_a_text_a_folder_and_a_missing_file_are_refused_in_one_sentence(
    tmp_path: Path,
) -> None:
    text = tmp_path / "notes.gguf"
    text.write_text("Buy tea.")
    for path, says in (
        (text, "is no model"),
        (tmp_path, "cannot be read"),
        (tmp_path / "none.gguf", "cannot be read"),
    ):
        with pytest.raises(EngineError, match=says) as refused:
            await build(path).start()
        assert "tea" not in str(refused.value)


async def test_a_context_that_no_memory_can_hold_is_refused_in_one_sentence() -> None:
    engine = build(demo_path(), context=8_000_000)
    with pytest.raises(EngineError, match=r"not usable") as refused:
        await engine.start()
    await engine.close()
    assert "\n" not in str(refused.value)


async def test_a_gpu_that_this_build_cannot_use_is_refused_by_name() -> None:
    import llama_cpp.llama_cpp as lib

    if lib.llama_supports_gpu_offload():
        pytest.skip("this build can use one")
    engine = EmbeddedEngine(quick(demo_path(), gpu_layers=5))
    with pytest.raises(EngineError, match="gpu_layers"):
        await engine.start()
    await engine.close()


async def test_cancelling_the_start_leaves_no_process_behind() -> None:
    engine = build(demo_path())
    async with asyncio.TaskGroup() as group:
        starting = group.create_task(engine.start())
        # Yields until the process is there: it still has its model to load.
        while engine.worker_pid is None:
            await asyncio.sleep(0)
        pid = engine.worker_pid
        starting.cancel()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    await engine.close()


PARENT = """
import asyncio, sys
from contextlib import aclosing
from pathlib import Path
from bot.engine.base import Part, Prompt
from bot.engine.embedded import EmbeddedEngine
from bot.engine.setup import Setup
from bot.engine.base import Sampling

async def main():
    engine = EmbeddedEngine(Setup(model=Path(sys.argv[1]), context=512, threads=1, flash_attention="off"))
    await engine.start()
    loaded = sorted({"llama_cpp", "numpy", "jinja2"} & set(sys.modules))
    print(engine.worker_pid, *loaded, flush=True)
    prompt = Prompt("a", (Part("user", "Hello"),))
    async with aclosing(engine.generate(prompt, Sampling(max_tokens=400))) as pieces:
        async for _ in pieces:
            print("piece", flush=True)

asyncio.run(main())
"""


def test_a_parent_killed_in_mid_reply_takes_its_worker_along_and_never_loaded_the_library() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(demo_path())], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        (pid,) = parent.stdout.readline().split()
        worker = os.pidfd_open(int(pid))
        assert parent.stdout.readline() == "piece\n"
        parent.kill()
    try:
        # Readable once the process has ended.
        assert select.select([worker], [], [], PATIENCE_S)[0]
    finally:
        os.close(worker)


LOCKED = """
import resource, socket, subprocess, sys, os
from bot.engine.worker.cell import lock_down
lock_down(may_write=False)
for name, escape in {
    "socket": lambda: socket.socket(),
    "pair": lambda: socket.socketpair(),
    "lookup": lambda: socket.getaddrinfo("localhost", 80),
    "program": lambda: subprocess.run(["true"]),
    "shell": lambda: os.system("true"),
    "fork": lambda: os.fork(),
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "file": lambda: open(sys.argv[1], "w").write("words") and 0 or os.fsync(1),
}.items():
    try:
        escape()
        print(name)
    except OSError:
        pass
print(resource.getrlimit(resource.RLIMIT_CORE))
import ctypes
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
raise ValueError("private words")
"""


def test_the_worker_can_open_no_socket_start_no_program_and_write_no_file(tmp_path: Path) -> None:
    target = tmp_path / "leak"
    done = subprocess.run(
        [sys.executable, "-c", LOCKED, str(target)], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == ["(0, 0)", "0"]
    assert target.read_bytes() == b""
    assert "private words" not in done.stderr
    assert "FAULT: ValueError" in done.stderr


def test_the_worker_is_given_no_key_of_ours() -> None:
    ours = {"PARLOUR_KEYS": "secret", "DISCORD_TOKEN": "secret", "LANG": "C.UTF-8", "HOME": "/x"}
    passed = scrubbed(ours)
    assert "secret" not in passed.values()
    assert passed["LANG"] == "C.UTF-8"
    assert "HOME" not in passed


def test_how_long_threads_spin_is_the_operators_to_say() -> None:
    assert "GOMP_SPINCOUNT" not in scrubbed({})
    assert scrubbed({"GOMP_SPINCOUNT": "77"})["GOMP_SPINCOUNT"] == "77"
