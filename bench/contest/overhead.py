"""What the scheduler itself costs: the worker's own loop at 8 streams, outside llama.cpp's calls.

The loop runs here as it runs in the worker, over real pipes. Every function of llama.cpp's API is
timed at the place where the engine calls it, so that nothing of the engine need be known. What
counts are the steps that compute one token of each of 8 replies.

Run as a program, this file is the measured process: `python -m bench.contest.overhead MODEL TUNINGS`.
"""

import asyncio
import cProfile
import json
import os
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from time import perf_counter
from types import CodeType
from typing import Any

import llama_cpp.llama_cpp as lib

from bench.contest import talks
from bench.contest.players import BenchError, Measured
from bot.engine.base import Part, Prompt, Sampling
from bot.engine.setup import Setup
from bot.engine.tunings import Tunings
from bot.engine.wire import pack, prompt_to_json, sampling_to_json
from bot.engine.worker.pipes import Pipes
from bot.engine.worker.serving import serve

STREAMS = 8
REPLY_TOKENS = 100
LINES = 12


async def play(model: Path, tunings: Path, runs: int) -> Measured:
    measured = Measured()
    for _ in range(runs):
        told = await _ask(model, tunings)
        measured.add("overhead.share.ours", told["share"])
    measured.remarks.append(f"of {told['step_ms']:.1f} ms a step, over {told['steps']} steps")
    measured.remarks += (await _ask(model, tunings, "profile"))["profile"]
    return measured


async def _ask(model: Path, tunings: Path, *how: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", __name__, str(model), str(tunings), *how),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    told, _ = await process.communicate()
    if process.returncode:
        raise BenchError(f"the measured loop ended with code {process.returncode}")
    answer: dict[str, Any] = json.loads(told.splitlines()[-1])
    return answer


class _Clock:
    """Time within llama.cpp, and where it stood at each step of 8 streams."""

    def __init__(self) -> None:
        self.within_s = 0.0
        self._steps: list[tuple[float, float]] = []
        self._longest: list[tuple[float, float]] = []

    def watch(self) -> None:
        for name in dir(lib):
            call = getattr(lib, name)
            if name.startswith("llama_") and callable(call) and not isinstance(call, type):
                setattr(lib, name, self._timed(call, counts=name == "llama_decode"))

    def told(self) -> dict[str, float]:
        (begun, within_begun), (ended, within_ended) = self._longest[0], self._longest[-1]
        taken, steps = ended - begun, len(self._longest) - 1
        share = 1 - (within_ended - within_begun) / taken
        return {"share": share, "steps": steps, "step_ms": taken / steps * 1000}

    def _timed(self, call: Callable[..., Any], *, counts: bool) -> Callable[..., Any]:
        @wraps(call)
        def timed(*arguments: Any) -> Any:
            began = perf_counter()
            if counts:
                self._step(began, arguments[1].n_tokens)
            result = call(*arguments)
            self.within_s += perf_counter() - began
            return result

        return timed

    def _step(self, now: float, tokens: int) -> None:
        """Only steps in a row count: prompts are read between the others."""
        if tokens != STREAMS:
            self._steps = []
        self._steps.append((now, self.within_s))
        if len(self._steps) > len(self._longest):
            self._longest = self._steps


def run_loop(setup: Setup) -> None:
    """Eight requests go in, the loop ends when all have been answered."""
    reading, asking = os.pipe()
    hearing, writing = os.pipe()
    for number in range(STREAMS):
        prompt = Prompt(f"{number}", (Part("system", f"Person {number}."), *talks.song(number)))
        sampling = Sampling(temperature=0.0, repeat_penalty=1.0, max_tokens=REPLY_TOKENS)
        frame = {"id": number, "do": "generate", "model": "main", **prompt_to_json(prompt)}
        os.write(asking, pack({**frame, "sampling": sampling_to_json(sampling)}))

    def listen() -> None:
        ends = 0
        while ends < STREAMS:
            # Cheaper than reading frames: this thread shares the loop's interpreter.
            ends += os.read(hearing, 1 << 16).count(b'"work"')
        os.close(asking)

    listener = threading.Thread(target=listen)
    listener.start()
    loadings = setup.loadings(datetime.now(UTC).date().isoformat())
    known = Tunings(setup.tunings)
    try:
        serve([known.recall(loading) for loading in loadings], Pipes(reading, writing))
    except EOFError:
        listener.join()


def main() -> None:
    model, tunings, *how = sys.argv[1:]
    setup = Setup(model=Path(model), sequences=STREAMS, tunings=Path(tunings))
    if how:
        profile = cProfile.Profile()
        profile.runcall(run_loop, setup)
        print(json.dumps({"profile": _top_lines(profile)}))
    else:
        clock = _Clock()
        clock.watch()
        run_loop(setup)
        print(json.dumps(clock.told()))


def _top_lines(profile: cProfile.Profile) -> list[str]:
    """Where the loop's time goes; ctypes calls count for the function that makes them."""
    entries = sorted(profile.getstats(), key=lambda entry: -entry.inlinetime)[:LINES]
    return [
        f"{entry.inlinetime:7.3f} s  {entry.callcount:>8} calls  {_where(entry.code)}"
        for entry in entries
    ]


def _where(code: CodeType | str) -> str:
    if isinstance(code, str):
        return code
    return f"{Path(code.co_filename).name}:{code.co_name}"


if __name__ == "__main__":
    main()
