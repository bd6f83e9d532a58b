"""The engine with models of every kind: what each can do is used, and what it cannot is not tried."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from bot.engine.base import AdapterUnusable, EngineError, Prompt, PromptTooLong, Sampling
from bot.engine.embedded import EmbeddedEngine
from bot.engine.setup import Setup
from bot.engine.wire import Cuts, KvType, Work
from tests import tiny_models
from tests.engine_help import demo_path, reply, talk

pytestmark = pytest.mark.live

Maker = Callable[[Path], Path]
KINDS: dict[Maker, Cuts] = {
    tiny_models.llama: "anywhere",
    tiny_models.sliding: "unless copied",
    tiny_models.recurrent: "never",
    tiny_models.hybrid: "never",
}
each_kind = pytest.mark.parametrize("make", list(KINDS), ids=lambda make: make.__name__)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@asynccontextmanager
async def running(
    model: Path,
    *,
    guard: Path | None = None,
    embedding: Path | None = None,
    adapters: dict[str, Path] | None = None,
    kv_type: KvType = "f16",
    sequences: int = 2,
) -> AsyncIterator[EmbeddedEngine]:
    setup = Setup(
        model=model,
        guard=guard,
        embedding=embedding,
        adapters=adapters or {},
        context=2048,
        sequences=sequences,
        threads=1,
        flash_attention="off",
        kv_type=kv_type,
    )
    engine = EmbeddedEngine(setup)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


def work(engine: EmbeddedEngine) -> Work:
    assert engine.last_work is not None
    return engine.last_work


@each_kind
async def test_a_talk_that_grows_computes_its_new_tokens_only(make: Maker, folder: Path) -> None:
    async with running(make(folder)) as engine:
        assert engine.facts.cuts == KINDS[make]
        said = ["Good morning."]
        answer = await reply(engine, Prompt("ada", talk(*said)))
        for words in ("And the roses?", "Then I will stay.", "Good night."):
            said.append(answer)
            await engine.warm(Prompt("ada", talk(*said)))
            await engine.rest()
            said.append(words)
            answer = await reply(engine, Prompt("ada", talk(*said)))
            # The message, and what the template puts behind it.
            assert work(engine).computed_tokens <= await engine.count_tokens(words) + 6


@each_kind
async def test_who_comes_back_after_others_goes_on_as_if_nobody_had_been_there(
    make: Maker, folder: Path
) -> None:
    answers = []
    # With room for everybody nobody is put away: the same sums, in the same order.
    for sequences in (2, 8):
        async with running(make(folder), sequences=sequences) as engine:
            said = ["My name is Ada."]
            said.append(await reply(engine, Prompt("ada", talk(*said))))
            await engine.warm(Prompt("ada", talk(*said)))
            await engine.rest()
            for number in range(3):
                await reply(engine, Prompt(f"other {number}", talk("A quite different talk.")))
            answers.append(await reply(engine, Prompt("ada", talk(*said, "Who am I?"))))
            assert work(engine).computed_tokens <= await engine.count_tokens("Who am I?") + 6
    assert answers[0] == answers[1]


@each_kind
async def test_another_answer_is_what_it_would_have_been_without_the_first(
    make: Maker, folder: Path
) -> None:
    async with running(make(folder)) as engine:
        prompt = Prompt("ada", talk("Tell me of the sea."))
        first = await reply(engine, prompt)
        again = await reply(engine, prompt)
        assert first[:8] == again[:8]
        expected = {"anywhere": 1, "unless copied": 1}.get(KINDS[make])
        card = work(engine).prompt_tokens - work(engine).computed_tokens
        assert work(engine).computed_tokens == expected or (expected is None and card > 0)


async def test_what_is_held_in_fewer_bits_is_a_state_like_any_other(folder: Path) -> None:
    sizes: dict[KvType, Work] = {}
    for kv_type in ("f16", "q8_0"):
        async with running(demo_path(), kv_type=kv_type, sequences=1) as engine:
            said = ["Hello", await reply(engine, Prompt("ada", talk("Hello")))]
            await reply(engine, Prompt("bob", talk("Hello")))
            assert await reply(engine, Prompt("ada", talk(*said, "And now?")))
            sizes[kv_type] = work(engine)
    assert sizes["f16"].reused_tokens > 20
    assert sizes["q8_0"].reused_tokens > 20


# --- Several models --------------------------------------------------------------------------------


async def test_the_guard_judges_and_the_main_model_talks(folder: Path) -> None:
    main, guard = tiny_models.llama(folder), tiny_models.llama(folder, seed=77)
    prompt = Prompt("ada", talk("Is this kind?"))
    choices = ("Yes", "No")
    async with running(main) as engine:
        by_main = await engine.judge(prompt, choices)
        said = await reply(engine, prompt)
    async with running(guard) as engine:
        by_guard = await engine.judge(prompt, choices)
    assert by_main != pytest.approx(by_guard)
    async with running(main, guard=guard) as engine:
        assert await engine.judge(prompt, choices) == pytest.approx(by_guard, abs=1e-3)
        assert (await reply(engine, prompt))[:8] == said[:8]


async def test_a_stream_goes_on_while_the_guard_and_the_embedding_model_work(folder: Path) -> None:
    async with running(
        tiny_models.llama(folder),
        guard=tiny_models.llama(folder, seed=77),
        embedding=tiny_models.embedding(folder),
    ) as engine:
        endless = Sampling(max_tokens=1500, temperature=1.5)
        async with aclosing(engine.generate(Prompt("ada", talk("Hello")), endless)) as pieces:
            await anext(pieces)
            judged, vectors, _ = await asyncio.gather(
                engine.judge(Prompt("g", talk("word " * 400)), ("Yes", "No")),
                engine.embed(tuple(f"text number {n}" for n in range(20))),
                anext(pieces),
            )
        assert sum(judged) == pytest.approx(1)
        assert len(vectors) == 20


async def test_a_vector_has_a_length_of_one_and_depends_on_its_text_alone(folder: Path) -> None:
    async with running(
        tiny_models.llama(folder), embedding=tiny_models.embedding(folder)
    ) as engine:
        texts = ("the harbour at night", "a kettle", "the harbour at night")
        first, other, again = await engine.embed(texts)
        assert sum(value * value for value in first) == pytest.approx(1)
        assert first == pytest.approx(again)
        assert first != pytest.approx(other)
        assert await engine.embed(()) == ()
        with pytest.raises(PromptTooLong):
            await engine.embed(("word " * 3000,))


# --- Adapters --------------------------------------------------------------------------------------


async def test_an_adapter_changes_what_its_persona_says_and_nobody_elses_words(
    folder: Path,
) -> None:
    adapters = {"velvet": tiny_models.adapter(folder, strength=3.0)}
    parts = talk("Tell me about the pond.")
    async with running(demo_path(), adapters=adapters) as engine:
        plain = await reply(engine, Prompt("a", parts))
        velvet = await reply(engine, Prompt("b", parts, adapter="velvet"))
        both = await asyncio.gather(
            reply(engine, Prompt("c", parts)), reply(engine, Prompt("d", parts, adapter="velvet"))
        )
        assert velvet[:8] != plain[:8]
        assert [text[:8] for text in both] == [plain[:8], velvet[:8]]
        with pytest.raises(EngineError, match="'silk' is not loaded"):
            await reply(engine, Prompt("e", parts, adapter="silk"))


@pytest.mark.parametrize(
    "make", [tiny_models.adapter_of_other_shape, tiny_models.adapter_of_other_kind]
)
async def test_an_adapter_that_does_not_fit_is_refused_at_the_start_by_name(
    make: Maker, folder: Path
) -> None:
    with pytest.raises(AdapterUnusable, match="velvet") as refused:
        async with running(demo_path(), adapters={"velvet": make(folder)}):
            pass
    assert refused.value.adapter == "velvet"
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("role", ["guard", "embedding"])
async def test_a_second_model_that_is_none_is_refused_by_its_own_name(
    role: str, folder: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "second.gguf"
    broken.write_bytes(tiny_models.llama(folder).read_bytes()[:5000])
    with pytest.raises(EngineError, match=r"second\.gguf"):
        async with running(
            tiny_models.llama(folder),
            guard=broken if role == "guard" else None,
            embedding=broken if role == "embedding" else None,
        ):
            pass
