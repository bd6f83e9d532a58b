"""The remote engine against the real ones: llama.cpp's own server, and llama-cpp-python's."""

import asyncio
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from importlib.util import find_spec
from math import hypot
from pathlib import Path
from typing import Any

import aiohttp
import llama_cpp
import pytest
import pytest_asyncio

from bot.engine.base import EngineError, Part, Prompt, PromptTooLong, Sampling
from bot.engine.remote import RemoteEngine
from bot.engine.remote.messages import without_marks
from tests.engine_help import CALM, demo_path, reply, talk

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

LLAMA_SERVER = Path(__file__).parent.parent / ".cache" / "llama-server" / "bin" / "llama-server"
OF_LLAMA_CPP_PYTHON = ("uvicorn", "fastapi", "sse_starlette", "starlette_context")
CONTEXT = 1024
# One thread: two that wait for each other on a busy machine are slower by far.
ALONE = ("-t", "1", "--no-webui")


@asynccontextmanager
async def served(command: Sequence[str], door: str) -> AsyncIterator[str]:
    """The address of a process of ours that serves, until it is ended by its number."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        async with asyncio.timeout(60), aiohttp.ClientSession() as session:
            while not await _opens(session, address + door):
                assert process.poll() is None, "it ended while it was starting"
                # Another program tells nobody when it is ready.
                await asyncio.sleep(0.05)
        yield address
    finally:
        process.kill()
        process.wait()


async def _opens(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


@asynccontextmanager
async def started(address: str, **settings: Any) -> AsyncIterator[RemoteEngine]:
    engine = RemoteEngine([address], context=4096, **settings)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def llama_server() -> AsyncIterator[str]:
    if not LLAMA_SERVER.exists():
        pytest.skip("llama-server is not built; `make bench-peers` builds it")
    flags = ["-c", str(2 * CONTEXT), "-np", "2", "--metrics", *ALONE]
    command = [str(LLAMA_SERVER), "-m", str(demo_path()), *flags]
    async with served(command, "/health") as address:
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def llama_cpp_python() -> AsyncIterator[str]:
    if missing := [name for name in OF_LLAMA_CPP_PYTHON if find_spec(name) is None]:
        pytest.skip(f"llama-cpp-python's server lacks {', '.join(missing)}; install the dev extra")
    flags = ["--n_ctx", str(CONTEXT), "--n_batch", "64", "--logits_all", "true"]
    flags += ["--interrupt_requests", "false", "--n_threads", "1"]
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(demo_path()), *flags]
    async with served(command, "/v1/models") as address:
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(llama_server: str) -> AsyncIterator[RemoteEngine]:
    async with started(llama_server) as engine:
        yield engine


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def other(llama_cpp_python: str) -> AsyncIterator[RemoteEngine]:
    async with started(llama_cpp_python) as engine:
        yield engine


async def counted(address: str, what: str) -> int:
    """One of llama-server's own counters."""
    async with aiohttp.ClientSession() as session, session.get(f"{address}/metrics") as response:
        found = re.search(rf"^llamacpp:{what} (\d+)", await response.text(), re.MULTILINE)
    assert found is not None
    return int(found[1])


# --- llama-server -------------------------------------------------------------------------------


async def test_llama_server_tells_what_it_is(engine: RemoteEngine) -> None:
    (known,) = engine.known
    assert (known.kind, known.slots, known.context) == ("llama-server", 2, CONTEXT)
    assert (known.manners.system, known.manners.needs_opener) == ("anywhere", False)
    assert engine.context_tokens == CONTEXT


async def test_llama_server_talks(engine: RemoteEngine) -> None:
    said = ["Hello! What grows here?"]
    for question in ("And roses?", "Tell me of the pond. 🌱", "Good night."):
        said.append(await reply(engine, Prompt("talk", talk(*said))))
        assert said[-1].strip()
        said.append(question)
    prompt = Prompt("again", talk("Hello!"))
    assert await reply(engine, prompt) == await reply(engine, prompt)


async def test_llama_server_computes_a_turns_new_tokens_only_and_warms(
    engine: RemoteEngine, llama_server: str
) -> None:
    history = talk("A long story, please. " * 20, "There was a lighthouse.")
    prompt = Prompt("warm", history)
    before = await counted(llama_server, "prompt_tokens_total")
    await engine.warm(prompt)
    async with asyncio.timeout(30):
        while (warmed := await counted(llama_server, "prompt_tokens_total")) == before:
            await asyncio.sleep(0.02)
    assert warmed - before > 100
    await reply(engine, replace(prompt, parts=(*history, Part("user", "And then?"))))
    assert await counted(llama_server, "prompt_tokens_total") - warmed < 30


async def test_llama_server_goes_on_with_a_begun_reply(engine: RemoteEngine) -> None:
    said = await reply(engine, Prompt("begun", talk("How are you?", "I am well, and")))
    assert not said.startswith("I am well")
    assert said.strip()


async def test_closing_a_reply_stops_llama_server(engine: RemoteEngine, llama_server: str) -> None:
    before = await counted(llama_server, "tokens_predicted_total")
    for number in range(4):
        prompt = Prompt(f"closed{number}", talk("Count as far as you can."))
        long = Sampling(max_tokens=800, logit_bias=(("<|im_end|>", -100.0),))
        async with aclosing(engine.generate(prompt, long)) as pieces:
            await anext(pieces)
    # It has two places only: both are free again.
    assert await reply(engine, Prompt("after", talk("Hello!")))
    assert await counted(llama_server, "tokens_predicted_total") - before < 400


async def test_llama_server_judges(engine: RemoteEngine, llama_server: str) -> None:
    question = "Is the sky blue? Answer Yes or No."
    shares = await engine.judge(Prompt("judge", talk(question)), ("Yes", "No"))
    assert sum(shares) == pytest.approx(1)
    assert min(shares) > 0
    async with started(llama_server, api="completion") as completing:
        again = await completing.judge(Prompt("judge", talk(question)), ("Yes", "No"))
    # The same prompt by another way: the same likelihoods, but for rounding between batches.
    assert again == pytest.approx(shares, abs=0.05)


async def test_llama_server_keeps_to_grammars_schemas_stops_and_biases(
    engine: RemoteEngine,
) -> None:
    prompt = Prompt("form", talk("Tea or coffee?"))
    assert await reply(engine, prompt, replace(CALM, grammar='root ::= "tea" | "coffee"')) in {
        "tea",
        "coffee",
    }
    schema = '{"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]}'
    assert re.fullmatch(
        r'\{\s*"a"\s*:\s*(true|false)\s*\}',
        await reply(engine, prompt, replace(CALM, schema=schema)),
    )
    plain = await reply(engine, prompt)
    word = plain.split()[2]
    assert await reply(engine, prompt, replace(CALM, stop=(word,))) == plain.partition(word)[0]
    first = plain.split()[0]
    assert not (
        await reply(engine, prompt, replace(CALM, logit_bias=((first, -100.0),)))
    ).startswith(first)
    with pytest.raises(EngineError, match="400") as refused:
        await reply(engine, prompt, replace(CALM, grammar="root ::= ((("))
    assert "root" not in str(refused.value)


async def test_llama_server_counts_tokens_and_refuses_what_does_not_fit(
    engine: RemoteEngine,
) -> None:
    model = llama_cpp.Llama(str(demo_path()), vocab_only=True, verbose=False)
    text = "Hello, what grows here? <|im_end|> 🌱"
    expected = model.tokenize(text.encode(), add_bos=False, special=False)
    model.close()
    assert await engine.count_tokens(text) == len(expected)
    with pytest.raises(PromptTooLong) as refused:
        await reply(engine, Prompt("long", talk("word " * 1200)))
    assert refused.value.tokens > 1200
    assert refused.value.room == CONTEXT - CALM.max_tokens


async def test_no_special_token_of_the_model_survives_in_words(llama_server: str) -> None:
    model = llama_cpp.Llama(str(demo_path()), vocab_only=True, verbose=False)
    vocabulary = model._model.vocab
    special = {
        token: llama_cpp.llama_vocab_get_text(vocabulary, token).decode()
        for token in range(model.n_vocab())
        if llama_cpp.llama_vocab_is_control(vocabulary, token)
    }
    model.close()
    assert len(special) > 10

    async def tokens(text: str) -> set[int]:
        body = {"content": text, "parse_special": True}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{llama_server}/tokenize", json=body) as response,
        ):
            return set((await response.json())["tokens"])

    typed = " and ".join(special.values())
    assert await tokens(typed) >= set(special)
    assert (await tokens(without_marks(typed))).isdisjoint(special)


async def test_a_completion_in_chatml_is_the_same_talk(llama_server: str) -> None:
    async with started(llama_server, api="completion") as completing:
        prompt = Prompt("chatml", talk("Hello!"))
        said = await reply(completing, prompt)
        assert said.strip()
        assert "<|" not in said
        async with started(llama_server) as chatting:
            assert await reply(chatting, prompt) == said


async def test_llama_server_makes_vectors_when_it_was_started_for_it(
    engine: RemoteEngine,
) -> None:
    with pytest.raises(EngineError, match="501"):
        await engine.embed(("a rose",))
    flags = ["-c", "512", "-np", "1", "--embeddings", "--pooling", "mean", *ALONE]
    command = [str(LLAMA_SERVER), "-m", str(demo_path()), *flags]
    async with served(command, "/health") as address, started(address) as measuring:
        rose, pond = await measuring.embed(("a rose", "a pond"))
        assert hypot(*rose) == pytest.approx(1)
        assert rose != pond


async def test_a_llama_server_that_dies_takes_nothing_with_it() -> None:
    if not LLAMA_SERVER.exists():
        pytest.skip("llama-server is not built; `make bench-peers` builds it")
    flags = ["-c", "512", "-np", "1", *ALONE]
    command = [str(LLAMA_SERVER), "-m", str(demo_path()), *flags]
    async with served(command, "/health") as address:
        engine = RemoteEngine([address], first_pause_s=0.05)
        await engine.start()
        pieces = engine.generate(Prompt("a", talk("Count.")), replace(CALM, max_tokens=400))
        await anext(pieces)
    with pytest.raises(EngineError):
        async for _ in pieces:
            pass
    with pytest.raises(EngineError, match=r"cannot be reached|closed the connection"):
        await reply(engine, Prompt("a", talk("Hello!")))
    await engine.close()


# --- llama-cpp-python's own server --------------------------------------------------------------


async def test_llama_cpp_pythons_server_talks_one_after_the_other(other: RemoteEngine) -> None:
    (known,) = other.known
    assert (known.kind, known.slots) == ("llama-cpp-python", 1)
    short = replace(CALM, max_tokens=8)
    async with asyncio.TaskGroup() as group:
        said = [
            group.create_task(reply(other, Prompt(f"key{number}", talk("Hello!")), short))
            for number in range(3)
        ]
    assert {one.result() for one in said} == {said[0].result()}
    assert said[0].result().strip()


async def test_llama_cpp_pythons_server_judges_and_keeps_to_forms(other: RemoteEngine) -> None:
    prompt = Prompt("judge", talk("Is the sky blue? Answer Yes or No."))
    shares = await other.judge(prompt, ("Yes", "No"))
    assert sum(shares) == pytest.approx(1)
    assert await reply(other, prompt, replace(CALM, grammar='root ::= "tea"')) == "tea"
    assert not (
        await reply(other, prompt, replace(CALM, max_tokens=4, logit_bias=(("The", -100.0),)))
    ).startswith("The")


async def test_llama_cpp_pythons_server_refuses_what_does_not_fit_with_the_numbers(
    other: RemoteEngine,
) -> None:
    # Ours is set to four times of what it has, so only the other side can know.
    assert other.context_tokens == 4096
    long = Prompt("long", talk("word " * 1200))
    with pytest.raises(PromptTooLong) as refused:
        await other.judge(long, ("Yes", "No"))
    assert refused.value.room == CONTEXT
    assert refused.value.tokens > 1200
    # It finds out too late to say so in a stream, and breaks off.
    with pytest.raises(EngineError, match="broke its reply off"):
        await reply(other, long)
    with pytest.raises(EngineError, match="completion"):
        await reply(other, Prompt("begun", talk("Hello!", "I am")))
