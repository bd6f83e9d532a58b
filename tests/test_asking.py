"""The operator's way to a bot that runs: its owner alone, one question at a time, and it never stops the
bot."""

import asyncio
import socket
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.config import ConfigError
from bot.operate.asking import SOCKET, NobodyAnswers, answering, ask
from bot.operate.verifying import look_at_verifications, verify


async def echo(question: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"heard": question["say"]}


async def test_who_asks_is_answered_and_afterwards_nobody_is(tmp_path: Path) -> None:
    async with answering(tmp_path, echo):
        assert await ask(tmp_path, {"say": "tide"}) == {"heard": "tide"}
    assert not list(tmp_path.iterdir())
    with pytest.raises(NobodyAnswers):
        await ask(tmp_path, {"say": "tide"})


async def test_its_owner_alone_may_open_it(tmp_path: Path) -> None:
    async with answering(tmp_path, echo):
        mode = stat.S_IMODE((tmp_path / SOCKET).stat().st_mode)
        assert mode & (stat.S_IRWXG | stat.S_IRWXO) == 0


async def test_what_a_bot_that_was_killed_has_left_is_in_nobodys_way(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / SOCKET))
    with pytest.raises(NobodyAnswers):
        await ask(tmp_path, {"say": "tide"})
    async with answering(tmp_path, echo):
        assert await ask(tmp_path, {"say": "tide"}) == {"heard": "tide"}


@pytest.mark.parametrize("line", [b"{", b"[1]\n", b"", b'{"say"', b"x" * 100_000 + b"\n"])
async def test_what_is_no_question_ends_that_connection_and_nothing_else(
    tmp_path: Path, line: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with answering(tmp_path, echo):
        reader, writer = await asyncio.open_unix_connection(tmp_path / SOCKET)
        writer.write(line)
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
        assert await ask(tmp_path, {"say": "tide"}) == {"heard": "tide"}
    assert "was not answered" in caplog.text


async def test_where_no_socket_can_be_the_bot_runs_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    deep = tmp_path / ("very" * 20) / ("deep" * 20)
    deep.mkdir(parents=True)
    async with answering(deep, echo):
        pass
    assert "cannot be made" in caplog.text


async def test_without_a_bot_there_is_nothing_to_verify(tmp_path: Path) -> None:
    assert await look_at_verifications(tmp_path) == []
    with pytest.raises(ConfigError, match="no bot that serves Matrix runs there"):
        await verify(tmp_path, "list", None)
