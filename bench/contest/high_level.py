"""llama-cpp-python's high-level class as a player, in a process of its own.

Run as a program, this file is that process: a request a line comes in, its pieces go out.
"""

import asyncio
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.contest.players import Arrivals, Heard, messages
from bot.engine.base import Prompt


class HighLevel:
    def __init__(self, model: Path, *, context: int) -> None:
        self._command = [sys.executable, "-m", __name__, str(model), str(context)]
        self._process: asyncio.subprocess.Process | None = None

    @property
    def name(self) -> str:
        return "high_level"

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def close(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            await self._process.wait()

    async def ask(self, prompt: Prompt, tokens: int, arrivals: Arrivals | None = None) -> Heard:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"messages": messages(prompt.parts), "tokens": tokens}
        arrivals = arrivals or Arrivals()
        arrivals.begin()
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        pieces: list[str] = []
        while "piece" in (told := json.loads(await self._process.stdout.readline())):
            arrivals.hear()
            pieces.append(told["piece"])
        return Heard("".join(pieces), arrivals.first_s, reply_tokens=len(pieces), **told)

    async def prepare(self, prompt: Prompt) -> None:
        pass

    async def rest(self) -> None:
        pass


def answer_lines(model: str, context: int) -> None:
    # Only this process wants it; and it is used as untyped, since its types promise too little.
    llama: Any = import_module("llama_cpp").Llama(model, n_ctx=context, verbose=False)
    computed: list[int] = []
    compute = llama.eval

    def count_and_compute(tokens: Any) -> None:
        computed.append(len(tokens))
        compute(tokens)

    # The class does not tell how much of a prompt it computes: all but what began the last one.
    llama.eval = count_and_compute
    for line in sys.stdin:
        request = json.loads(line)
        computed.clear()
        prompt_tokens = 0
        stream = llama.create_chat_completion(
            request["messages"], max_tokens=request["tokens"], temperature=0, stream=True
        )
        for event in stream:
            prompt_tokens = prompt_tokens or llama.n_tokens
            piece = event["choices"][0]["delta"].get("content", "")
            if piece:
                _tell({"piece": piece})
        _tell({"prompt_tokens": prompt_tokens, "computed_tokens": computed[0]})


def _tell(value: dict[str, Any]) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    answer_lines(sys.argv[1], int(sys.argv[2]))
