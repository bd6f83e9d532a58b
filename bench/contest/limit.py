"""llama-batched-bench: what this library can do on this machine at best, with nothing around it."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from bench.contest.players import BenchError


class Limit:
    def __init__(self, binary: Path, model: Path, flags: Sequence[str]) -> None:
        self._command = [str(binary), "-m", str(model), "--output-format", "jsonl", *flags]

    async def tokens_per_s(self, *, streams: int, prompt_tokens: int, reply_tokens: int) -> float:
        """Tokens of all replies by the time that prompts and replies take together."""
        sizes = {
            "-c": streams * (prompt_tokens + reply_tokens),
            "-npp": prompt_tokens,
            "-ntg": reply_tokens,
            "-npl": streams,
        }
        process = await asyncio.create_subprocess_exec(
            *self._command,
            *(str(word) for size in sizes.items() for word in size),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told, _ = await process.communicate()
        rows = [json.loads(line) for line in told.splitlines() if line.startswith(b'{"n_kv_max"')]
        if not rows:
            raise BenchError(f"llama-batched-bench told no result (code {process.returncode})")
        return streams * reply_tokens / float(rows[0]["t"])
