"""Several remote engines as one: where a conversation goes, who waits, what is warmed."""

import asyncio
from dataclasses import replace

import pytest

from bot.engine.base import EngineError, Prompt
from bot.engine.remote import RemoteEngine
from bot.engine.remote.dialect import Kind
from tests.engine_help import reply, talk
from tests.remote_help import (
    HELLO,
    FakeRemote,
    Refusal,
    engine_for,
    home_first,
    listening,
)

# --- Several addresses --------------------------------------------------------------------------


async def test_a_conversation_stays_with_one_address_and_people_are_spread() -> None:
    remotes = [FakeRemote(), FakeRemote()]
    async with engine_for(*remotes) as engine:
        for _ in range(3):
            for number in range(12):
                await reply(engine, Prompt(f"key{number}", talk(f"I am {number}.")))
    seen = [{one.body["messages"][1]["content"] for one in remote.words()} for remote in remotes]
    assert seen[0].isdisjoint(seen[1])
    assert all(seen)


async def test_keys_and_people_are_never_sent() -> None:
    remotes = [FakeRemote("vllm"), FakeRemote("llama-server")]
    async with engine_for(*remotes) as engine:
        for number in range(6):
            prompt = Prompt(f"discord:lantern/{number}", talk("Hi"), person="discord:lantern")
            await reply(engine, prompt)
    sent = repr([remote.asked for remote in remotes])
    assert "lantern" not in sent


async def test_a_failing_address_is_put_aside_and_taken_back_when_it_answers() -> None:
    remotes = [FakeRemote(), FakeRemote()]
    async with engine_for(*remotes) as engine:
        first, other = await home_first(engine, remotes)
        first.down = True
        assert await reply(engine, HELLO) == "Good evening."
        asked = len(first.words())
        assert await reply(engine, HELLO) == "Good evening."
        # It was not asked for words again, only whether it is well.
        assert len(first.words()) == asked
        await first.until(lambda: first.count("/health") >= 2)
        first.down = False
        props = first.count("/props")
        await first.until(lambda: first.count("/props") > props)
        assert len(other.words()) == 2
        # The conversation has moved, and stays where its prompt is computed now.
        await reply(engine, HELLO)
        assert len(other.words()) == 3


async def test_one_that_was_down_at_the_start_is_taken_in_later() -> None:
    remotes = [FakeRemote(), FakeRemote()]
    remotes[0].down = True
    async with engine_for(*remotes) as engine:
        assert len(engine.known) == 1
        remotes[0].down = False
        remotes[1].down = True
        # Nobody waits for the next look at its health when there is no one else.
        assert await reply(engine, HELLO) == "Good evening."
        assert len(engine.known) == 2


async def test_who_answers_somebody_is_well_whatever_was_before() -> None:
    remotes = [FakeRemote(), FakeRemote()]
    async with engine_for(*remotes, first_pause_s=3600) as engine:
        for remote in remotes:
            remote.refusals = [Refusal(502)]
        with pytest.raises(EngineError, match="502"):
            await reply(engine, HELLO)
        for number in range(12):
            await reply(engine, Prompt(f"key{number}", talk("Hi")))
    # The first that answered gets everybody; the other one is still aside.
    assert sorted(len(remote.words()) for remote in remotes) == [1, 13]


async def test_people_who_wait_at_a_failing_address_go_to_the_other_one() -> None:
    remotes = [FakeRemote(), FakeRemote()]
    async with engine_for(*remotes, at_once=1) as engine:
        first, _ = await home_first(engine, remotes)
        held = first.hold[0] = asyncio.Event()
        first.says = lambda _: [b""]
        prompts = [replace(HELLO, person=person) for person in ("ada", "ben", "cleo")]
        async with asyncio.TaskGroup() as group:
            replies = [group.create_task(reply(engine, prompt)) for prompt in prompts]
            await first.until(lambda: first.at_work == 1)
            held.set()
        assert [one.result() for one in replies] == ["Good evening."] * 3
        assert len(first.words()) == 1


async def test_when_nobody_answers_at_the_start_each_is_named() -> None:
    remotes = [FakeRemote(), FakeRemote()]
    for remote in remotes:
        remote.down = True
    async with listening(*remotes) as addresses:
        with pytest.raises(EngineError) as failed:
            await RemoteEngine(addresses).start()
        assert all(address.removeprefix("http://") in str(failed.value) for address in addresses)


# --- Back-pressure ------------------------------------------------------------------------------


async def test_no_more_than_so_many_are_asked_at_once_and_each_knows_their_place() -> None:
    remote = FakeRemote()
    held = remote.hold[0] = asyncio.Event()
    async with engine_for(remote, at_once=2) as engine:
        async with asyncio.TaskGroup() as group:
            for number in range(6):
                prompt = Prompt(f"key{number}", talk("Hi"), person=f"person{number}")
                group.create_task(reply(engine, prompt))
            await remote.until(lambda: remote.at_work == 2)
            places = [await engine.place(f"key{number}") for number in range(6)]
            assert places == [0, 0, 0, 1, 2, 3]
            held.set()
        assert remote.most_at_work == 2
        assert await engine.place("key5") == 0


@pytest.mark.parametrize("kind", ["llama-server", "llama-cpp-python"])
async def test_no_more_are_sent_than_can_be_answered_at_the_same_moment(kind: Kind) -> None:
    remote = FakeRemote(kind)
    remote.slots = 1
    remote.hold[0] = asyncio.Event()
    async with engine_for(remote, at_once=16) as engine:
        async with asyncio.TaskGroup() as group:
            for number in range(3):
                group.create_task(reply(engine, Prompt(f"key{number}", talk("Hi"))))
            await remote.until(lambda: remote.at_work == 1)
            assert [await engine.place(f"key{number}") for number in range(3)] == [0, 0, 1]
            remote.hold[0].set()
        assert remote.most_at_work == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("when", ["0", "Thu, 01 Jan 2026 00:00:00 GMT"])
async def test_retry_after_is_waited_for_at_the_same_address(status: int, when: str) -> None:
    remotes = [FakeRemote(), FakeRemote()]
    async with engine_for(*remotes) as engine:
        first, _ = await home_first(engine, remotes)
        first.refusals = [Refusal(status, headers={"Retry-After": when})] * 2
        assert await reply(engine, HELLO) == "Good evening."
        assert len(first.words()) == 3


async def test_who_asks_for_too_much_time_is_passed_over() -> None:
    remotes = [FakeRemote(), FakeRemote()]
    async with engine_for(*remotes, first_token_s=30) as engine:
        for remote in remotes:
            remote.refusals = [Refusal(429, headers={"Retry-After": "3600"})]
        with pytest.raises(EngineError, match="too much to do"):
            await reply(engine, HELLO)
        assert [len(remote.words()) for remote in remotes] == [1, 1]


async def test_nobody_is_sent_to_an_engine_that_has_asked_for_time() -> None:
    remote = FakeRemote()
    async with engine_for(remote, first_token_s=30) as engine:
        remote.refusals = [Refusal(429, headers={"Retry-After": "3600"})]
        with pytest.raises(EngineError, match="too much to do"):
            await reply(engine, HELLO)
        waiting = asyncio.create_task(reply(engine, Prompt("ben", talk("Hi"))))
        # Whole trips there and back, in which the other one would have gone, too.
        for _ in range(5):
            await engine.count_tokens("a")
        assert len(remote.words()) == 1
        waiting.cancel()


async def test_background_work_waits_for_those_who_wait() -> None:
    remote = FakeRemote()
    held = remote.hold[0] = asyncio.Event()
    async with engine_for(remote, at_once=1) as engine, asyncio.TaskGroup() as group:
        group.create_task(reply(engine, Prompt("ada", talk("first"))))
        await remote.until(lambda: remote.at_work == 1)
        group.create_task(reply(engine, Prompt("ben", talk("last"), background=True)))
        group.create_task(reply(engine, Prompt("cleo", talk("next"))))
        await asyncio.sleep(0)
        held.set()
    assert [one.body["messages"][1]["content"] for one in remote.words()] == [
        "first",
        "next",
        "last",
    ]


# --- Warming and forgetting ---------------------------------------------------------------------


async def test_warming_computes_the_prompt_where_that_can_be() -> None:
    remote = FakeRemote()
    async with engine_for(remote) as engine:
        await engine.warm(HELLO)
        await remote.until(lambda: len(remote.words()) == 1 and remote.at_work == 0)
        body = remote.words()[0].body
        assert (body["max_tokens"], body["cache_prompt"], "stream" in body) == (0, True, False)
        await reply(engine, HELLO)
        assert remote.words()[1].body["messages"] == body["messages"]


async def test_elsewhere_nothing_is_warmed() -> None:
    remote = FakeRemote("vllm")
    async with engine_for(remote) as engine:
        await engine.warm(HELLO)
        await reply(engine, HELLO)
    assert len(remote.words()) == 1


async def test_warming_gives_way_to_whoever_waits_and_to_its_own_prompt() -> None:
    remote = FakeRemote()
    held = remote.hold[0] = asyncio.Event()
    async with engine_for(remote, at_once=1) as engine:
        for prompt in (HELLO, Prompt("ben", talk("Hi"))):
            await engine.warm(HELLO)
            await remote.until(lambda: remote.at_work == 1)
            waiting = asyncio.create_task(reply(engine, prompt))
            # What was being warmed is let go, and the reply is at work in its place.
            await remote.until(lambda: bool(remote.words()[-1].body.get("stream")))
            held.set()
            assert await waiting == "Good evening."
            held.clear()
        assert remote.left == 2


async def test_a_prompt_that_is_asked_for_is_warmed_no_longer() -> None:
    remote = FakeRemote()
    remote.hold[0] = asyncio.Event()
    async with engine_for(remote, at_once=4) as engine:
        await engine.warm(HELLO)
        await remote.until(lambda: remote.at_work == 1)
        waiting = asyncio.create_task(reply(engine, HELLO))
        await remote.until(lambda: remote.left == 1)
        remote.hold[0].set()
        assert await waiting == "Good evening."


async def test_closing_ends_what_is_being_warmed() -> None:
    remote = FakeRemote()
    remote.hold[0] = asyncio.Event()
    async with engine_for(remote) as engine:
        for number in range(100):
            await engine.warm(Prompt(f"key{number}", talk("Hi")))
        await remote.until(lambda: remote.at_work == 3)
        await engine.close()
        assert not [task for task in asyncio.all_tasks() if "Engine._warm" in repr(task)]
    await remote.until(lambda: remote.at_work == 0)
    assert remote.left == 3


async def test_what_is_forgotten_is_not_warmed_and_has_no_place() -> None:
    remote = FakeRemote()
    remote.hold[0] = asyncio.Event()
    async with engine_for(remote) as engine:
        await engine.warm(HELLO)
        await remote.until(lambda: remote.at_work == 1)
        await engine.forget(HELLO.key)
        await remote.until(lambda: remote.left == 1)
