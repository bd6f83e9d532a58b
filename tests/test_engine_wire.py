"""Frames survive any cutting; what is none is refused without its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.base import Part, Prompt, Sampling
from bot.engine.wire import (
    LONGEST_FRAME,
    Unpacker,
    WireError,
    pack,
    parts_from_json,
    prompt_to_json,
    sampling_from_json,
    sampling_to_json,
)


@given(st.lists(st.dictionaries(st.text(), st.text()), max_size=5), st.integers(1, 9))
def test_frames_arrive_whole_however_the_pipe_cuts_them(
    frames: list[dict[str, str]], size: int
) -> None:
    data = b"".join(map(pack, frames))
    unpacker = Unpacker()
    cuts = [data[at : at + size] for at in range(0, len(data), size)]
    assert [frame for cut in cuts for frame in unpacker.feed(cut)] == frames


def test_half_a_surrogate_pair_and_a_zero_character_travel() -> None:
    prompt = Prompt("discord:1", (Part("user", "half \ud83c zero \x00"),))
    (frame,) = Unpacker().feed(pack(prompt_to_json(prompt)))
    assert parts_from_json(frame) == prompt.parts


def test_sampling_travels_unchanged() -> None:
    sampling = Sampling(seed=7, stop=("\nYou:",))
    (frame,) = Unpacker().feed(pack(sampling_to_json(sampling)))
    assert sampling_from_json(frame) == sampling


@pytest.mark.parametrize("body", [b"not json, but words", b"[1]", b"\xff\xfe"])
def test_what_is_no_object_is_refused_without_its_words(body: bytes) -> None:
    with pytest.raises(WireError) as refused:
        Unpacker().feed(len(body).to_bytes(4) + body)
    assert "words" not in str(refused.value)


def test_an_endless_frame_is_refused_before_it_is_collected() -> None:
    with pytest.raises(WireError):
        Unpacker().feed((LONGEST_FRAME + 1).to_bytes(4))
