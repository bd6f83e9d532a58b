"""The remote engine's pure parts: streams, messages, answers, dialects, health, and whose turn."""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.base import EngineError, Part, Prompt, Sampling
from bot.engine.remote.addresses import Health, Stickiness
from bot.engine.remote.answers import (
    AnswerError,
    judged,
    likelihoods,
    read_piece,
    too_long,
    vectors,
)
from bot.engine.remote.asking import base_fields, to_judge
from bot.engine.remote.counting import estimate
from bot.engine.remote.dialect import Kind, Known, adapter_fields, sampling_fields
from bot.engine.remote.messages import Echo, Manners, as_chatml, as_messages, without_marks
from bot.engine.remote.sse import LONGEST_EVENT, Events, StreamError
from tests.engine_help import talk

KINDS: tuple[Kind, ...] = ("llama-server", "vllm", "llama-cpp-python", "other")


# --- Streams ------------------------------------------------------------------------------------


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.integers(1, 200), max_size=6))
def test_a_stream_may_be_split_anywhere(cuts: list[int]) -> None:
    stream = ': a comment\r\nevent: x\ndata: {"a":\r\ndata: "🌱é"}\r\n\r\n\ndata:two\n\n'.encode()
    events, at, found = Events(), 0, list[str]()
    for cut in [*cuts, len(stream)]:
        found += events.feed(stream[at : at + cut])
        at += cut
    assert found == ['{"a":\n"🌱é"}', "two"]


def test_an_event_without_an_end_and_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(StreamError, match="no end"):
        list(Events().feed(b"data: " + b"x" * LONGEST_EVENT))
    with pytest.raises(StreamError, match="UTF-8") as refused:
        list(Events().feed(b"data: \xff hush\n\n"))
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("data", ["{", "[]", '{"error": {"message": "hush"}}', "[" * 100_000])
def test_an_event_that_is_no_piece_is_an_error_without_its_words(data: str) -> None:
    with pytest.raises(AnswerError) as refused:
        read_piece(data)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    ("choice", "text", "finished"),
    [
        ({"delta": {"role": "assistant", "content": None}, "finish_reason": None}, "", False),
        ({"delta": {"content": " a"}}, " a", False),
        ({"text": "b", "finish_reason": "length"}, "b", True),
        ({"delta": {}, "finish_reason": "stop"}, "", True),
    ],
)
def test_pieces_of_chats_and_of_completions_are_read(
    *, choice: object, text: str, finished: bool
) -> None:
    piece = read_piece(json.dumps({"choices": [choice]}))
    assert (piece.text, piece.finished) == (text, finished)
    assert read_piece('{"choices": [], "usage": {}}').text == ""


@pytest.mark.parametrize(
    ("event", "wrote"),
    [
        ('{"timings": {"predicted_n": 7}}', 7),
        ('{"usage": {"completion_tokens": 9}, "timings": {"predicted_n": 7}}', 9),
        ('{"usage": {"completion_tokens": null}, "timings": []}', None),
        ('{"usage": {"completion_tokens": "many"}}', None),
        ('{"usage": {"completion_tokens": -3}}', None),
        ("{}", None),
    ],
)
def test_how_much_was_written_is_read_where_it_is_told(event: str, wrote: int | None) -> None:
    assert read_piece(event).wrote == wrote


# --- Messages -----------------------------------------------------------------------------------

MARKS = (
    "<|im_end|>",
    "<|im_start|>system",
    "</s>",
    "<s>",
    "<start_of_turn>",
    "<<SYS>>",
    "<｜User｜>",
    "<|",
    "[INST]",
    "[/INST]",
    "[gMASK]",
    "[TOOL_CALLS]",
    "[@BOS@]",
    "<unused12>",
    "<think>",
    "<__media__>",
)


@pytest.mark.parametrize("mark", MARKS)
def test_a_typed_mark_is_broken_up_in_a_chat_and_in_a_completion(mark: str) -> None:
    parts = talk(f"before {mark} after", f"so {mark}", "well", card=f"A card. {mark}")
    for message in as_messages(parts, Manners()):
        assert mark not in message["content"]
    assert mark not in as_chatml(parts).replace("<|im_start|>", "").replace("<|im_end|>", "")
    assert as_chatml(parts).count("<|im_start|>") == len(parts) + 1
    assert as_chatml(parts).count("<|im_end|>") == len(parts)


def test_a_mark_that_two_parts_spell_together_is_broken_up() -> None:
    parts = [Part("user", "a <|im_"), Part("user", "end|> b <|im_start"), Part("user", "|>c [IN")]
    (message,) = as_messages([*parts, Part("user", "ST]")], Manners())
    assert not any(mark in message["content"] for mark in MARKS)


@pytest.mark.parametrize(
    "text", ["1 < 2 and 3 > 2", "<3", "[sic] [1] *smiles*", "a <b", "I <- you"]
)
def test_ordinary_signs_stay_as_they_are(text: str) -> None:
    assert without_marks(text) == text


def test_parts_of_one_speaker_become_one_message() -> None:
    parts = [
        Part("system", "A card.", shared=True),
        Part("system", " A head."),
        Part("user", "Hi"),
        Part("user", " there"),
        Part("system", "A note."),
        Part("user", "You?"),
    ]
    said = [(m["role"], m["content"]) for m in as_messages(parts, Manners())]
    card = ("system", "A card. A head.")
    assert said == [card, ("user", "Hi there"), ("system", "A note."), ("user", "You?")]
    said = [(m["role"], m["content"]) for m in as_messages(parts, Manners("first"))]
    assert said == [card, ("user", "Hi there\n\nA note.\n\nYou?")]
    said = [(m["role"], m["content"]) for m in as_messages(parts, Manners("none"))]
    assert said == [("user", "A card. A head.\n\nHi there\n\nA note.\n\nYou?")]


def test_a_persona_that_greets_first_gets_an_opener_where_one_is_needed() -> None:
    parts = [Part("system", "A card."), Part("assistant", "Hello."), Part("user", "Hi")]
    roles = [m["role"] for m in as_messages(parts, Manners("first", needs_opener=True))]
    assert roles == ["system", "user", "assistant", "user"]
    assert len(as_messages(parts, Manners("first"))) == 3


def test_chatml_that_ends_in_a_reply_is_left_open() -> None:
    assert as_chatml([Part("user", "Hi")]).endswith("Hi<|im_end|>\n<|im_start|>assistant\n")
    assert as_chatml([Part("user", "Hi"), Part("assistant", "Oh")]).endswith("assistant\nOh")


@pytest.mark.parametrize(
    ("pieces", "new"),
    [
        (["Oh hello there", "!"], " there!"),
        (["Oh", " hel", "lo", " you"], " you"),
        (["Oh dear"], "Oh dear"),
        ([" there"], " there"),
        (["Oh"], "Oh"),
    ],
)
def test_a_beginning_that_is_said_again_is_taken_out_once(pieces: list[str], new: str) -> None:
    echo = Echo("Oh hello")
    assert "".join([*(echo.feed(piece) for piece in pieces), echo.finish()]) == new


# --- Dialects -----------------------------------------------------------------------------------

RICH = Sampling(
    temperature=-1,
    top_k=0,
    dry_multiplier=0.8,
    xtc_probability=0.1,
    logit_bias=(("rose", 2.0),),
    seed=-1,
    stop=("a", "", "b", "c", "d", "e"),
)
OPENAI = {"max_tokens", "temperature", "top_p", "presence_penalty", "frequency_penalty"}
OPENAI |= {"seed", "stop"}


def test_each_kind_is_sent_what_it_understands_and_nothing_else() -> None:
    fields = {kind: sampling_fields(Known(kind, "m"), RICH, {"rose": 2.0}) for kind in KINDS}
    assert set(fields["other"]) == OPENAI
    assert fields["other"]["stop"] == ["a", "b", "c", "d"]
    assert fields["vllm"]["stop"] == ["a", "b", "c", "d", "e"]
    own = {kind: set(fields[kind]) - OPENAI for kind in KINDS}
    assert own["vllm"] == {"top_k", "min_p", "repetition_penalty", "logit_bias"}
    assert fields["vllm"]["top_k"] == -1
    assert {"dry_multiplier", "xtc_probability", "repeat_last_n", "min_p"} <= own["llama-server"]
    assert fields["llama-server"]["logit_bias"] == [["rose", 2.0]]
    assert fields["llama-cpp-python"]["logit_bias_type"] == "tokens"
    for kind in KINDS:
        assert fields[kind]["temperature"] == 0
        assert 0 <= fields[kind]["seed"] < 2**31
    assert "seed" not in sampling_fields(Known("other", "m"), Sampling(), {})


def test_a_form_is_asked_for_in_each_kinds_words_and_never_left_out() -> None:
    form = Sampling(grammar='root ::= "a"')
    asked = {kind: Known(kind, "m", version=(0, 12)) for kind in KINDS}
    assert sampling_fields(asked["llama-server"], form, {})["grammar"] == form.grammar
    assert sampling_fields(asked["llama-cpp-python"], form, {})["grammar"] == form.grammar
    new = sampling_fields(asked["vllm"], form, {})
    assert new["structured_outputs"] == {"grammar": form.grammar}
    old = sampling_fields(Known("vllm", "m", version=(0, 10)), form, {})
    assert old["guided_grammar"] == form.grammar
    with pytest.raises(EngineError, match="takes no grammar"):
        sampling_fields(asked["other"], form, {})
    with pytest.raises(EngineError, match="not both"):
        sampling_fields(asked["vllm"], replace(form, schema="{}"), {})


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_sent_as_a_response_format(kind: Kind) -> None:
    fields = sampling_fields(Known(kind, "m"), Sampling(schema='{"type": "object"}'), {})
    wanted = fields["response_format"]
    schema = wanted["schema"] if kind == "llama-cpp-python" else wanted["json_schema"]["schema"]
    assert schema == {"type": "object"}
    with pytest.raises(EngineError, match="no JSON") as refused:
        sampling_fields(Known(kind, "m"), Sampling(schema="hush"), {})
    assert "hush" not in str(refused.value)


def test_adapters_are_named_to_each_kind_in_its_way() -> None:
    ours = Known("llama-server", "m", adapters={"wren": 0, "owl": 1})
    scales = [{"id": 0, "scale": 0.0}, {"id": 1, "scale": 1.0}]
    assert adapter_fields(ours, "owl", "it") == {"model": "m", "lora": scales}
    # Without an adapter all are switched off: they may have been started at full scale.
    assert {one["scale"] for one in adapter_fields(ours, None, "it")["lora"]} == {0.0}
    vllm = Known("vllm", "m", adapters={"owl": "owl"})
    assert adapter_fields(vllm, "owl", "it") == {"model": "owl"}
    with pytest.raises(EngineError, match="'fox'"):
        adapter_fields(vllm, "fox", "it")


def test_a_begun_reply_is_continued_where_that_can_be() -> None:
    prompt = Prompt("k", (*talk("Hi"), Part("assistant", "Oh")))
    fields = base_fields(prompt, Known("vllm", "m"), api="chat", name="it", salt="s")
    assert fields["continue_final_message"] is True
    assert fields["add_generation_prompt"] is False
    for kind in ("llama-cpp-python", "other"):
        with pytest.raises(EngineError, match="completion"):
            base_fields(prompt, Known(kind, "m"), api="chat", name="it", salt="s")
        fields = base_fields(prompt, Known(kind, "m"), api="completion", name="it", salt="s")
        assert fields["prompt"].endswith("Oh")


def test_what_is_computed_for_one_person_is_kept_apart_where_that_can_be() -> None:
    prompt = Prompt("k", talk("Hi"))
    fields = base_fields(prompt, Known("vllm", "m"), api="chat", name="it", salt="s")
    assert fields["cache_salt"] == "s"


# --- Answers ------------------------------------------------------------------------------------


def test_choices_are_judged_by_the_longest_beginning_that_is_listed() -> None:
    listed = [("Yes", math.log(0.5)), (" Yes", math.log(0.1)), ("Y", math.log(0.2))]
    listed += [("un", math.log(0.15)), ("\n", math.log(0.05))]
    yes, unsafe = judged(listed, ("Yes", "unsafe"))
    assert yes == pytest.approx(0.6 / 0.75)
    assert yes + unsafe == pytest.approx(1)


def test_a_choice_that_is_not_listed_is_below_all_that_are() -> None:
    listed = [("Yes", math.log(0.9)), ("Maybe", math.log(0.02))]
    yes, no = judged(listed, ("Yes", "No"))
    assert no == pytest.approx(0.01 / 0.91)
    assert yes > no


def test_no_verdict_is_made_up() -> None:
    listed = [("Perhaps", -0.1), ("s", -2.0)]
    with pytest.raises(EngineError, match="none of the choices"):
        judged(listed, ("Yes", "No"))
    with pytest.raises(EngineError, match="same token"):
        judged(listed, ("safe", "sure"))
    with pytest.raises(EngineError, match="no likelihoods"):
        judged([], ("Yes", "No"))
    with pytest.raises(EngineError, match="are none"):
        judged([("Yes", -9999), ("No", -9999)], ("Yes", "No"))


def test_likelihoods_that_are_none_do_no_harm() -> None:
    top = {"a": 10**400, "b": -(10**400), "c": math.inf, "d": -math.inf, "e": math.nan, "f": "x"}
    listed = likelihoods({"choices": [{"logprobs": {"top_logprobs": [top]}}]})
    assert listed == [("a", 0.0), ("b", -9999.0), ("c", 0.0), ("d", -9999.0)]
    assert judged(listed, ("a", "b")) == (1.0, 0.0)


def test_likelihoods_are_read_from_chats_and_both_sorts_of_completions() -> None:
    top = [{"token": "a", "logprob": -1}, {"token": "b", "logprob": -2.5}, {"token": 3}]
    chat = {"choices": [{"logprobs": {"content": [{"top_logprobs": top}]}}]}
    old = {"choices": [{"logprobs": {"top_logprobs": [{"a": -1, "b": -2.5}]}}]}
    assert likelihoods(chat) == likelihoods(old) == [("a", -1.0), ("b", -2.5)]
    for nothing in (None, {}, {"choices": [{"logprobs": None}]}, {"choices": "x"}):
        assert likelihoods(nothing) == []


@pytest.mark.parametrize(
    ("error", "numbers"),
    [
        (
            {"type": "exceed_context_size_error", "n_prompt_tokens": 3031, "n_ctx": 1024},
            (3031, 1024),
        ),
        (
            {
                "code": "context_length_exceeded",
                "message": "This model's maximum context length is 512 tokens, however you "
                "requested 700 tokens (600 in your prompt; 100 for the completion).",
            },
            (700, 512),
        ),
        (
            {
                "code": 400,
                "message": "This model's maximum context length is 4096 tokens. However, your "
                "request has 5000 input tokens. Please reduce the length.",
            },
            (5000, 4096),
        ),
        ({"code": "context_length_exceeded", "message": None}, (7, 9)),
    ],
)
def test_a_refusal_because_of_the_context_is_read_with_its_numbers(
    error: dict[str, object], numbers: tuple[int, int]
) -> None:
    found = too_long({"error": error}, tokens=7, room=9)
    assert found is not None
    assert (found.tokens, found.room) == numbers


def test_other_refusals_are_no_matter_of_length() -> None:
    others: list[object] = [None, [], {"error": "x"}, {"error": {"message": "no"}}, {"detail": ""}]
    for answer in others:
        assert too_long(answer) is None


def test_vectors_come_in_order_and_of_length_one() -> None:
    data = [{"index": 1, "embedding": [0, 2]}, {"index": 0, "embedding": [3, 4]}]
    assert vectors({"data": data}, 2) == ((0.6, 0.8), (0.0, 1.0))
    for bad in ([0, 0], ["x"], None, [math.inf], [10**400]):
        with pytest.raises(AnswerError):
            vectors({"data": [{"embedding": bad}]}, 1)
    with pytest.raises(AnswerError, match="as many"):
        vectors({"data": []}, 1)


@settings(deadline=None)  # the machine may be busy
@given(st.text(max_size=60))
def test_an_estimate_is_a_third_of_the_letters_and_every_other_byte(text: str) -> None:
    data = text.encode()
    assert -(-len(data) // 3) <= estimate(text) <= len(data)


def test_an_estimate_is_on_the_large_side_without_being_wasteful() -> None:
    text = "The garden is quiet in the evening and the pond lies still under the trees"
    words = len(text.split())
    assert words < estimate(text) <= 2 * words
    assert estimate("🌱1234") == 8


# --- Addresses ----------------------------------------------------------------------------------


def test_pauses_grow_until_somebody_was_really_answered() -> None:
    health = Health(1.0)
    assert health.missed(gone=True) is True
    assert health.missed(gone=True) is False
    health.still_away()
    assert (health.aside, health.pause_s) == (True, 2.0)
    health.back()
    assert (health.aside, health.pause_s) == (False, 4.0)
    for _ in range(10):
        health.still_away()
    assert health.pause_s == 60.0
    health.well()
    assert health.pause_s == 1.0


def test_an_engine_that_answers_with_errors_is_put_aside_at_the_third() -> None:
    health = Health(1.0)
    assert [health.missed(gone=False) for _ in range(3)] == [False, False, True]


def test_a_conversation_stays_where_it_is_and_only_those_of_a_lost_address_move() -> None:
    sticky = Stickiness(b"secret")
    addresses = ["a", "b", "c"]
    keys = [f"key{number}" for number in range(60)]
    first = {key: sticky.choose(key, addresses) for key in keys}
    assert set(first.values()) == set(addresses)
    second = {key: sticky.choose(key, ["a", "b"]) for key in keys}
    assert all(second[key] == first[key] for key in keys if first[key] != "c")
    # Back again: whoever has moved has a prompt computed there, and stays.
    assert {key: sticky.choose(key, addresses) for key in keys} == second
    for key in keys:
        sticky.forget(key)
    assert {key: sticky.choose(key, addresses) for key in keys} == first


def test_where_a_key_goes_and_its_name_elsewhere_hang_on_a_secret() -> None:
    names = {Stickiness(secret).secret_name("ada") for secret in (b"one", b"two")}
    assert len(names) == 2
    assert "ada" not in "".join(names)


def test_what_is_asked_of_a_judge_is_one_token_and_its_rivals() -> None:
    known = Known("other", "m")
    assert to_judge({}, known, "chat")["top_logprobs"] == 20
    assert to_judge({}, known, "completion")["logprobs"] == 5
    assert to_judge({}, known, "chat")["max_tokens"] == 1
