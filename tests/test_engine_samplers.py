"""How words are drawn: every setting shown by what it does to the demo model's reply."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.engine.base import Sampling
from bot.engine.worker.context import Context, Row, Shape
from bot.engine.worker.grammar import Grammar, SamplingError, grammar_text
from bot.engine.worker.samplers import Sampler
from tests.engine_help import demo_model

CALM = Sampling(temperature=0.0, repeat_penalty=1.0, max_tokens=16)
LIVELY = Sampling(temperature=1.5, top_k=0, top_p=1.0, min_p=0.0, repeat_penalty=1.0, max_tokens=8)
ASKED = "<|im_start|>user\nName a fruit that grows on a tree.<|im_end|>\n<|im_start|>assistant\n"
LOOP = "one two three four one two three four one two three four one two three four one two"
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "likes": {"type": "array", "items": {"type": "string"}},
        "mood": {"enum": ["calm", "merry"]},
        "age": {"type": "integer"},
    },
    "required": ["name", "likes", "mood", "age"],
}

few = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
seeds = st.integers(0, 2**32 - 1)


class Writer:
    """Draws replies of the demo model, one after the other, in one sequence."""

    def __init__(self) -> None:
        self.model = demo_model()
        self.context = Context(self.model, Shape(context=1024, sequences=1, batch=256, threads=1))

    def ids(self, sampling: Sampling, text: str = ASKED) -> list[int]:
        """With the end's own token, where the model came to one."""
        prompt = self.model.tokenize(text, special=True)
        sampler = self.context.sampler(sampling, prompt)
        self._read(prompt, 0)
        row, written = len(prompt) - 1, list[int]()
        while len(written) < sampling.max_tokens:
            written.append(sampler.sample(row))
            if self.model.is_end(written[-1]):
                break
            self._read(written[-1:], len(prompt) + len(written) - 1)
            row = 0
        sampler.close()
        return written

    def text(self, sampling: Sampling, text: str = ASKED) -> str:
        return b"".join(map(self.model.piece, self.ids(sampling, text))).decode("utf-8", "replace")

    def firsts(self, sampling: Sampling, count: int, text: str = ASKED) -> set[int]:
        """The first tokens of replies with different seeds."""
        prompt = self.model.tokenize(text, special=True)
        self._read(prompt, 0)
        drawn = set()
        for seed in range(count):
            sampler = self.context.sampler(replace(sampling, seed=seed), prompt)
            drawn.add(sampler.sample(len(prompt) - 1))
            sampler.close()
        return drawn

    def likeliest(self, count: int, text: str = ASKED) -> list[int]:
        prompt = self.model.tokenize(text, special=True)
        self._read(prompt, 0)
        logits = self.context.logits(len(prompt) - 1, range(49_152))
        return sorted(range(49_152), key=logits.__getitem__, reverse=True)[:count]

    def _read(self, ids: list[int], begin: int) -> None:
        if begin == 0:
            self.context.trim(0, 0)
        last = len(ids) - 1
        self.context.decode(
            [Row(0, begin + at, token, output=at == last) for at, token in enumerate(ids)]
        )


@pytest.fixture(scope="module")
def writer() -> Iterator[Writer]:
    writer = Writer()
    yield writer
    writer.context.close()


pytestmark = pytest.mark.live


def test_the_same_seed_draws_the_same_words_and_another_seed_others(writer: Writer) -> None:
    first = writer.ids(replace(LIVELY, seed=7))
    assert writer.ids(replace(LIVELY, seed=7)) == first
    assert writer.ids(replace(LIVELY, seed=8)) != first


def test_without_a_seed_chance_decides(writer: Writer) -> None:
    assert len({tuple(writer.ids(LIVELY)) for _ in range(3)}) == 3


def test_the_largest_seed_is_a_seed_like_any_other(writer: Writer) -> None:
    largest = replace(LIVELY, seed=2**32 - 1)
    assert writer.ids(largest) == writer.ids(largest)


def test_without_warmth_the_likeliest_word_is_drawn(writer: Writer) -> None:
    assert writer.firsts(CALM, 3) == {writer.likeliest(1)[0]}


def test_one_of_the_k_likeliest_words_is_drawn(writer: Writer) -> None:
    drawn = writer.firsts(replace(LIVELY, temperature=5.0, top_k=3), 60)
    assert drawn == set(writer.likeliest(3))


def test_a_high_floor_or_a_low_share_leaves_the_likeliest_word_alone(writer: Writer) -> None:
    likeliest = {writer.likeliest(1)[0]}
    assert writer.firsts(replace(LIVELY, min_p=0.99), 20) == likeliest
    assert writer.firsts(replace(LIVELY, top_p=0.01), 20) == likeliest
    assert len(writer.firsts(LIVELY, 20)) > 1


def test_a_word_that_is_weighed_down_is_gone_in_both_spellings(writer: Writer) -> None:
    assert writer.text(CALM).lower().count("fruit") > 1
    weighed = tuple((word, -100.0) for word in ("fruit", "Fruit", "fruits", "Fruits"))
    assert "fruit" not in writer.text(replace(CALM, logit_bias=weighed)).lower()


def test_a_word_that_is_weighed_up_is_everywhere(writer: Writer) -> None:
    assert writer.text(replace(CALM, logit_bias=(("pear", 100.0),))).count("pear") >= 10


def test_a_word_of_many_tokens_cannot_be_weighed_and_is_named(writer: Writer) -> None:
    for word in ("fruitcakeishness", "<|im_end|>", ""):
        with pytest.raises(SamplingError, match=f"logit_bias: '{word.replace('|', '.')}'"):
            writer.ids(replace(CALM, logit_bias=((word, 1.0),)))


def test_a_penalty_on_repetition_ends_a_loop_and_looks_back_only_so_far(writer: Writer) -> None:
    looping = writer.text(CALM, LOOP)
    assert looping.count("one two") > 3
    for held_back in (
        replace(CALM, repeat_penalty=2.0),
        replace(CALM, presence_penalty=20.0),
        replace(CALM, frequency_penalty=5.0),
    ):
        assert writer.text(held_back, LOOP).count("one two") < 2
        assert writer.text(replace(held_back, repeat_last_n=0), LOOP) == looping


def test_dry_ends_a_loop_that_the_likeliest_words_fall_into(writer: Writer) -> None:
    looping = writer.text(CALM, LOOP)
    dry = replace(CALM, dry_multiplier=2.0)
    assert writer.text(dry, LOOP).count("one two") < 3 < looping.count("one two")
    assert writer.text(replace(dry, dry_allowed_length=60), LOOP) == looping


def test_xtc_passes_over_the_likeliest_words(writer: Writer) -> None:
    likeliest = writer.likeliest(1)[0]
    warm = replace(LIVELY, temperature=1.0, xtc_threshold=0.02)
    assert likeliest in writer.firsts(warm, 40)
    passed_over = writer.firsts(replace(warm, xtc_probability=1.0), 40)
    assert likeliest not in passed_over
    assert passed_over


@pytest.mark.parametrize(
    "sampling",
    [
        replace(CALM, repeat_penalty=1.3),
        replace(LIVELY, top_k=40, repeat_penalty=1.3, seed=5),
        replace(LIVELY, top_k=5, presence_penalty=3.0, dry_multiplier=1.0, seed=5),
    ],
    ids=["calm", "lively", "dry"],
)
def test_weighing_only_the_likeliest_tokens_changes_no_word(
    writer: Writer, sampling: Sampling, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = writer.ids(sampling)
    monkeypatch.setattr("bot.engine.worker.samplers._first_cut", lambda _: 0)
    assert writer.ids(sampling) == quick


@few
@given(seed=seeds)
def test_a_grammar_of_two_words_gives_one_of_them(writer: Writer, seed: int) -> None:
    within = replace(LIVELY, grammar='root ::= "yes" | "no"', seed=seed)
    ids = writer.ids(within)
    assert b"".join(map(writer.model.piece, ids)) in {b"yes", b"no"}
    assert writer.model.is_end(ids[-1])


def test_a_grammar_leaves_the_models_own_words_where_it_allows_them(writer: Writer) -> None:
    free = replace(CALM, max_tokens=8)
    assert writer.ids(replace(free, grammar="root ::= [^<]*")) == writer.ids(free)


@few
@given(seed=seeds, room=st.integers(32, 60))
def test_a_schema_gives_json_that_fits_also_where_the_room_ends(
    writer: Writer, seed: int, room: int
) -> None:
    drawn = replace(LIVELY, top_k=40, schema=json.dumps(SCHEMA), seed=seed, max_tokens=room)
    said = writer.text(drawn)
    found = json.loads(said)
    assert list(found) == ["name", "likes", "mood", "age"]
    assert isinstance(found["name"], str)
    assert isinstance(found["age"], int)
    assert all(isinstance(liked, str) for liked in found["likes"])
    assert found["mood"] in {"calm", "merry"}


@few
@given(seed=seeds)
@pytest.mark.parametrize("grammar", ["", 'root ::= ("<" | ">" | "|" | [a-z_])+ .*'])
def test_no_control_token_is_drawn_into_a_text_however_likely_it_is(
    writer: Writer, grammar: str, seed: int
) -> None:
    marks = {token for token in writer.model.control_tokens() if not writer.model.is_end(token)}
    turn_ends = "<|im_start|>user\nGood day<|im_end|>\n"
    assert writer.likeliest(1, turn_ends)[0] in marks
    drawn = replace(LIVELY, temperature=0.7, seed=seed, grammar=grammar, max_tokens=4)
    assert marks.isdisjoint(writer.ids(drawn, turn_ends))


def test_a_string_of_a_schema_holds_no_raw_line_break(writer: Writer) -> None:
    model = writer.model
    quote, letter, line_break = (model.tokenize(text, special=False)[0] for text in '"a\n')
    grammar = Grammar(model, grammar_text("", '{"type": "string"}'), [])
    grammar.accept(quote)
    assert grammar.allows(letter)
    assert not grammar.allows(line_break)
    grammar.close()


def test_a_grammar_that_wants_a_control_token_ends_the_reply_instead(writer: Writer) -> None:
    ids = writer.ids(replace(CALM, grammar='root ::= "x" <|im_start|> "y"'))
    assert [writer.model.piece(token) for token in ids[:-1]] == [b"x"]
    assert writer.model.is_end(ids[-1])


def test_a_grammar_that_nothing_fits_ends_the_reply(writer: Writer) -> None:
    assert all(map(writer.model.is_end, writer.ids(replace(CALM, grammar="root ::= [z-a]"))))


@pytest.mark.parametrize(
    "grammar",
    [
        "words",
        'start ::= "x"',
        "root ::= missing",
        'root ::= "open',
        'root ::= (("x")',
        'root ::= root "x" | "y"',
        'root ::= other\nother ::= root "x"',
        'root ::= gap root "x" | "y"\ngap ::= maybe maybe\nmaybe ::= "" | "y"',
        "root ::= " + "(" * 50_000 + '"x"' + ")" * 50_000,
        "root ::= " + "(" * 1_000 + '"x"' + ")" * 1_000,
        'root ::= "x"{5,2}',
        'root ::= ("x"? "y"*)+',
        'root ::= "x"{99999999999999999999}',
        "root ::= " + '"x"? ' * 300,
        "\n".join(
            ["root ::= r0", *(f"r{i} ::= r{i + 1} r{i + 1}" for i in range(30)), 'r30 ::= "x"?']
        ),
        'root ::= "\0"',
        "root ::= <[99999999999]>",
    ],
)
def test_a_grammar_that_cannot_be_used_is_refused_and_the_process_lives(
    writer: Writer, grammar: str
) -> None:
    with pytest.raises(SamplingError, match="grammar") as refused:
        Sampler(writer.context._pointer, writer.model, replace(CALM, grammar=grammar))
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    "schema", ["{", "[]", '{"type": "nonsense"}', '{"$ref": "https://example.org/x"}', "[" * 9_000]
)
def test_a_schema_that_cannot_be_read_is_refused(schema: str) -> None:
    with pytest.raises(SamplingError, match="schema"):
        grammar_text("", schema)


def test_a_grammar_and_a_schema_together_are_refused() -> None:
    with pytest.raises(SamplingError, match="both"):
        grammar_text('root ::= "x"', "{}")


@pytest.mark.parametrize(
    "grammar",
    [
        "",
        'root ::= "x"',
        'root ::= item ("," item)* # a list\nitem ::= [^,\\]]+ | "" | "\\"" | "("',
        'root ::= "{" (one two? | two)? "}"\none ::= "1"{2,5}\ntwo ::= "2"{0,3}',
        "root ::= " + "a | " * 500 + "a\na ::= .",
    ],
)
def test_a_grammar_that_can_be_used_is_left_alone(grammar: str) -> None:
    grammar_text(grammar, "")
