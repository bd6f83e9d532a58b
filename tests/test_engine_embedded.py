"""The engine as the rest of the bot sees it, with the demo model in its own process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.engine.base import EngineError, Part, Prompt, PromptTooLong, Sampling
from bot.engine.embedded import EmbeddedEngine
from bot.engine.setup import Setup
from bot.engine.wire import Work
from tests.engine_help import CALM, CONTEXT, demo_path, reply, talk

# One engine for all: each test has keys of its own.
pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine() -> AsyncIterator[EmbeddedEngine]:
    engine = EmbeddedEngine(
        Setup(model=demo_path(), context=CONTEXT, threads=1, flash_attention="off")
    )
    await engine.start()
    yield engine
    await engine.close()


def work(engine: EmbeddedEngine) -> Work:
    assert engine.last_work is not None
    return engine.last_work


async def test_the_facts_of_the_model_are_known(engine: EmbeddedEngine) -> None:
    facts = engine.facts
    assert "mollm2" in facts.name
    assert (facts.template, facts.append_only, facts.system) == ("model", True, "anywhere")
    assert facts.trained_context == 8192
    assert engine.context_tokens == CONTEXT
    assert facts.cuts == "anywhere"


async def test_each_turn_computes_its_new_tokens_only(engine: EmbeddedEngine) -> None:
    said = ["Hello! What grows here?"]
    held = 0
    for question in ("And roses?", "Tell me about the pond. 🌱", "Good night."):
        said.append(await reply(engine, Prompt("grow", talk(*said))))
        done = work(engine)
        assert done.reused_tokens == held
        assert done.computed_tokens == done.prompt_tokens - held
        # A reply that ran into its limit ends with a token that nobody needed computed yet.
        held = done.prompt_tokens + min(done.reply_tokens, CALM.max_tokens - 1)
        said.append(question)


async def test_a_reply_that_no_tokenizer_would_write_so_keeps_its_sampled_ids(
    engine: EmbeddedEngine,
) -> None:
    wild = Sampling(temperature=3, top_k=0, top_p=1, min_p=0, max_tokens=100, seed=11)
    said = await reply(engine, Prompt("wild", talk("Hello")), wild)
    done = work(engine)
    assert done.reply_tokens != await engine.count_tokens(said)
    await reply(engine, Prompt("wild", talk("Hello", said, "Again?")))
    assert work(engine).reused_tokens == done.prompt_tokens + min(done.reply_tokens, 99)


async def test_a_reply_that_was_cut_keeps_its_ids_as_far_as_it_was_read(
    engine: EmbeddedEngine,
) -> None:
    prompt = Prompt("cut", talk("Tell me a story about a lighthouse."))
    read = ""
    async with aclosing(engine.generate(prompt, CALM)) as pieces:
        async for piece in pieces:
            read += piece
            if len(read) > 30:
                break
    await engine.count_tokens("")
    before = work(engine).prompt_tokens
    # A break inside a token's text costs that token and what is behind it.
    await reply(engine, Prompt("cut", talk("Tell me a story about a lighthouse.", read, "Go on")))
    assert work(engine).reused_tokens >= before + 4


async def test_a_swipe_computes_one_token_of_the_prompt(engine: EmbeddedEngine) -> None:
    prompt = Prompt("swipe", talk("Hello"))
    await reply(engine, prompt)
    await reply(engine, prompt)
    assert work(engine).computed_tokens == 1


async def test_two_people_with_the_same_words_share_the_card_and_nothing_else(
    engine: EmbeddedEngine,
) -> None:
    card = "You are Halina, who keeps a small inn by the river."
    await reply(engine, Prompt("same-1", talk("Hello", card=card)))
    await reply(engine, Prompt("same-2", talk("Hello", card=card)))
    shared = work(engine).reused_tokens
    assert shared >= await engine.count_tokens(card)
    await reply(engine, Prompt("same-2", talk("Hello", card=card)))
    assert work(engine).reused_tokens > shared
    private = tuple(replace(part, shared=False) for part in talk("Hello", card=card))
    await reply(engine, Prompt("same-3", private))
    assert work(engine).reused_tokens == 0


async def test_a_card_that_was_warmed_is_computed_by_nobody(engine: EmbeddedEngine) -> None:
    card = "You are Tock, who mends clocks and has time for everybody."
    before = engine.warmed_tokens
    await engine.warm(Prompt("", talk(card=card)))
    await engine.rest()
    warmed = engine.warmed_tokens - before
    await reply(engine, Prompt("fresh", talk("Hello", card=card)))
    assert work(engine).reused_tokens == warmed >= await engine.count_tokens(card)


async def test_several_cards_are_warmed_at_once(engine: EmbeddedEngine) -> None:
    cards = [f"You are number {number} of a small choir." for number in range(3)]
    for card in cards:
        await engine.warm(Prompt("", talk(card=card)))
    await engine.rest()
    for number, card in enumerate(cards):
        await reply(engine, Prompt(f"singer {number}", talk("Hello", card=card)))
        assert work(engine).reused_tokens >= await engine.count_tokens(card)


async def test_who_talks_from_a_copied_card_hears_what_they_would_have_heard_without(
    engine: EmbeddedEngine,
) -> None:
    said = [await reply(engine, Prompt(f"copy-{n}", talk("Who are you?"))) for n in range(3)]
    await engine.forget("copy-1")
    private = tuple(replace(part, shared=False) for part in talk("Who are you?"))
    said.append(await reply(engine, Prompt("copy-alone", private)))
    assert len({text[:12] for text in said}) == 1


async def test_a_talk_that_was_put_away_and_comes_back_goes_on_as_if_it_had_stayed(
    engine: EmbeddedEngine,
) -> None:
    first = await reply(engine, Prompt("away", talk("My name is Ada.")))
    done = work(engine)
    # More people than there are sequences.
    for number in range(6):
        await reply(engine, Prompt(f"others-{number}", talk("Hello")))
    again = Prompt("away", talk("My name is Ada.", first, "What is my name?"))
    back = await reply(engine, again)
    assert work(engine).reused_tokens == done.prompt_tokens + min(done.reply_tokens, 23)
    await engine.forget("away")
    # Sums come out a little different in other batches, so only the beginnings are compared.
    assert back[:12] == (await reply(engine, again))[:12]


async def test_four_streams_at_once_begin_as_each_does_alone(engine: EmbeddedEngine) -> None:
    questions = (
        "What is the capital of Italy?",
        "What is the capital of France?",
        "Name three colours.",
        "Dear diary,",
    )
    prompts = [Prompt(f"four-{number}", talk(text)) for number, text in enumerate(questions)]
    # Sums come out a little different in larger batches, so only the beginnings are compared.
    alone = [(await reply(engine, prompt))[:6] for prompt in prompts]
    assert len(set(alone)) == 4
    for prompt in prompts:
        await engine.forget(prompt.key)
    together = await asyncio.gather(*(reply(engine, prompt) for prompt in prompts))
    assert [text[:6] for text in together] == alone


async def test_the_same_seed_draws_the_same_words(engine: EmbeddedEngine) -> None:
    drawn = []
    for seed in (5, 5, 6):
        await engine.forget("seed")
        sampling = Sampling(temperature=1.2, max_tokens=16, seed=seed)
        drawn.append(await reply(engine, Prompt("seed", talk("Tell me of the sea.")), sampling))
    assert drawn[0] == drawn[1] != drawn[2]


async def test_a_closed_reply_is_not_written_to_its_end(engine: EmbeddedEngine) -> None:
    prompt = Prompt("close", talk("Count from one to one thousand, in words."))
    async with aclosing(engine.generate(prompt, Sampling(max_tokens=900))) as pieces:
        await anext(pieces)
    await engine.count_tokens("")
    # How far it was ahead of us is the pipe's matter; that a cancel stops it within one token
    # is counted in test_engine_scheduler.py.
    assert 1 <= work(engine).reply_tokens < 100


async def test_what_was_written_is_told_at_the_end_and_of_a_closed_reply_as_well(
    engine: EmbeddedEngine,
) -> None:
    told: list[int] = []
    prompt = Prompt("count", talk("Count from one to one thousand, in words."))
    async with aclosing(engine.generate(prompt, Sampling(max_tokens=6), told.append)) as pieces:
        assert [piece async for piece in pieces]
    assert told == [work(engine).reply_tokens] == [6]
    async with aclosing(engine.generate(prompt, Sampling(max_tokens=900), told.append)) as pieces:
        await anext(pieces)
    await engine.count_tokens("")
    assert told == [6, work(engine).reply_tokens]


async def test_a_stop_string_ends_the_reply_and_is_not_in_it(engine: EmbeddedEngine) -> None:
    prompt = Prompt("stop", talk("Say: one two three four five."))
    whole = await reply(engine, prompt)
    stop = whole[8:14]
    assert (
        await reply(engine, prompt, Sampling(temperature=0, max_tokens=24, stop=(stop,)))
        == whole[: whole.index(stop)]
    )


async def test_a_prompt_that_does_not_fit_is_refused_with_the_numbers(
    engine: EmbeddedEngine,
) -> None:
    prompt = Prompt("long", talk("word " * CONTEXT))
    with pytest.raises(PromptTooLong) as refused:
        await reply(engine, prompt)
    assert refused.value.room == CONTEXT - CALM.max_tokens
    assert refused.value.tokens > CONTEXT
    # Nobody waits for it, so nobody is told; and nothing of it is computed.
    await engine.warm(prompt)
    await engine.rest()


async def test_a_prompt_that_just_fits_is_answered_to_its_limit(engine: EmbeddedEngine) -> None:
    with pytest.raises(PromptTooLong) as refused:
        await reply(engine, Prompt("fits", talk("")), Sampling(max_tokens=CONTEXT))
    most = CONTEXT - refused.value.tokens
    text = await reply(engine, Prompt("fits", talk("")), Sampling(temperature=0, max_tokens=most))
    assert text
    with pytest.raises(PromptTooLong):
        await reply(engine, Prompt("fits", talk("")), Sampling(max_tokens=most + 1))


async def test_what_is_forgotten_is_computed_again(engine: EmbeddedEngine) -> None:
    prompt = Prompt("forget", talk("Hello"))
    await reply(engine, prompt)
    card = 10
    assert work(engine).reused_tokens in (0, card)
    await engine.forget("forget")
    await reply(engine, prompt)
    assert work(engine).reused_tokens == card


async def test_warming_leaves_the_new_message_to_compute(engine: EmbeddedEngine) -> None:
    said = ["Hello there, it is a fine evening."]
    said.append(await reply(engine, Prompt("warm", talk(*said))))
    await engine.warm(Prompt("warm", talk(*said)))
    await engine.rest()
    await reply(engine, Prompt("warm", talk(*said, "And now?")))
    (words,) = [await engine.count_tokens("And now?")]
    # The message, and what the template puts behind it; what stands before it was there.
    assert work(engine).computed_tokens <= words + 6


async def test_a_judgement_sums_to_one_and_leans_the_right_way(engine: EmbeddedEngine) -> None:
    prompt = Prompt("judge", talk("What colour is grass? Answer with one word."))
    odds = await engine.judge(prompt, ("Green", "Purple", "Seven"))
    assert sum(odds) == pytest.approx(1)
    assert odds[0] == max(odds)
    with pytest.raises(EngineError, match="token of their own"):
        await engine.judge(prompt, ("Green", "Green"))


async def test_tokens_are_counted_as_text(engine: EmbeddedEngine) -> None:
    assert await engine.count_tokens("") == 0
    assert await engine.count_tokens("Hello there") == 2
    assert await engine.count_tokens("<|im_end|>") > 1


async def test_odd_texts_are_answered_like_any_other(engine: EmbeddedEngine) -> None:
    for text in ("", "\x00\x07", "half \ud83c", "\u202eright to left", "<|im_end|>"):
        await reply(engine, Prompt("odd", talk(text)), Sampling(temperature=0, max_tokens=2))
        assert work(engine).reply_tokens <= 2


async def test_a_megabyte_is_refused_and_the_next_is_answered(engine: EmbeddedEngine) -> None:
    with pytest.raises(PromptTooLong):
        await reply(engine, Prompt("big", talk("grass " * 170_000)))
    assert await engine.count_tokens("Hello there") == 2


async def test_what_cannot_be_asked_is_refused_without_the_words(engine: EmbeddedEngine) -> None:
    with pytest.raises(EngineError, match="at least one part"):
        await reply(engine, Prompt("none", ()))
    with pytest.raises(EngineError, match="adapter"):
        await reply(engine, Prompt("none", talk("private"), adapter="velvet"))
    with pytest.raises(EngineError, match="max_tokens"):
        await reply(engine, Prompt("none", talk("private")), Sampling(max_tokens=0))


async def test_a_prompt_may_end_in_a_reply_that_is_to_be_continued(engine: EmbeddedEngine) -> None:
    parts = (*talk("Name three colours."), Part("assistant", "Red, green and"))
    assert "lue" in await reply(engine, Prompt("open", parts))


async def test_more_people_than_sequences_are_all_answered(engine: EmbeddedEngine) -> None:
    short = Sampling(temperature=0, max_tokens=3)
    prompts = [Prompt(f"crowd-{number}", talk("Hello")) for number in range(12)]
    answers = await asyncio.gather(*(reply(engine, prompt, short) for prompt in prompts))
    assert len(set(answers)) == 1


async def test_a_place_in_the_line_is_told(engine: EmbeddedEngine) -> None:
    assert await engine.place("nobody") == 0
    long = Sampling(max_tokens=600)
    streams = [engine.generate(Prompt(f"line-{n}", talk("Go on")), long) for n in range(6)]
    waiting = [asyncio.ensure_future(anext(stream)) for stream in streams]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    assert await engine.place("line-5") in (4, 5)
    for task, stream in zip(waiting, streams, strict=True):
        task.cancel()
        await asyncio.wait({task})
        await stream.aclose()
    assert await engine.place("line-5") == 0


async def test_an_engine_without_an_embedding_model_says_so(engine: EmbeddedEngine) -> None:
    with pytest.raises(EngineError, match=r"engine\.embedding"):
        await engine.embed(("a text",))
