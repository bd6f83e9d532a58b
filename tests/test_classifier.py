"""Three scores from a small file of weights: what they stand for, and what never moves them."""

import gzip
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import safety
from bot.events import Rating
from bot.policy import classifier
from bot.policy.crisis import told_plainly
from bot.policy.decide import decide
from bot.policy.facts import Care, Effect, Outcome
from bot.policy.floor import refuses_by_rules
from bot.policy.matching import forget_views
from bot.policy.screen import Screen
from tests.policy_facts import facts

TOOLS = Path(__file__).parent.parent / "tools"
MOST_MB = 5
ORDINARY = [
    "",
    "!!! ... ???",
    "Hello there, how was your day?",
    "The lamp turned over the water, and she set the kettle on.",
    "He kissed her softly under the lighthouse, and they danced until the morning.",
    "I had a bad day at work and I am so tired of these meetings.",
    "My grandmother died last year, and I miss her very much.",
    "I took my daughter to school, and then we baked bread.",
    "The dragon killed two knights before the gate fell.",
    "How do I kill a process that hangs?",
    "My doctor says that the rash on my skin will be gone in a week.",
]


@pytest.fixture(autouse=True)
def _no_views_are_kept() -> Iterator[None]:
    yield
    forget_views()


def test_the_weights_are_a_small_file_that_holds_numbers_only() -> None:
    raw = files("bot.policy").joinpath("data/classifier.npz")
    with raw.open("rb") as file, np.load(file, allow_pickle=False) as kept:
        assert all(kept[name].dtype.kind in "if" for name in kept.files)
    assert len(raw.read_bytes()) < MOST_MB * 1_000_000


@settings(deadline=None)  # The machine may be busy.
@given(text=st.text(max_size=400))
def test_every_text_has_three_scores_between_none_and_all(text: str) -> None:
    found = classifier.scores(text)
    assert all(0 <= score <= 1 for score in (found.sexual, found.self_harm, found.minor))
    assert classifier.scores(text) == found
    forget_views()


def test_a_text_that_grows_in_its_view_has_scores_too() -> None:
    assert 0 <= classifier.scores("\ufdfa" * 20_000).sexual <= 1


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_reach_no_mark(text: str) -> None:
    found, marks = classifier.scores(text), classifier.marks()
    assert found.sexual < marks.sexual
    assert found.self_harm < marks.self_harm


@pytest.mark.parametrize(
    ("masked", "plain"),
    [
        ("ｔｈｅ ｌａｍｐ ａｎｄ ｔｈｅ ｓｅａ", "the lamp and the sea"),
        ("the l\u200bamp and the s\u200bea", "the lamp and the sea"),
        ("thе lаmp аnd thе sеа", "the lamp and the sea"),
        ("THE LAMP, and the SEA!", "the lamp and the sea"),
    ],
)
def test_a_mask_changes_no_score(masked: str, plain: str) -> None:
    assert classifier.scores(masked) == classifier.scores(plain)


def test_a_mask_that_may_be_meant_lowers_no_score() -> None:
    plain = classifier.scores("the lamp and the sea")
    spaced = classifier.scores("the l a m p and the sea")
    assert spaced.sexual >= plain.sexual
    assert spaced.self_harm >= plain.self_harm


def test_the_same_words_have_the_same_places_wherever_they_stand() -> None:
    alone = classifier.grams(" lamp over ")
    among = classifier.grams(" once the lamp over water turned ")
    assert set(alone.words) <= set(among.words)
    assert set(alone.letters) <= set(among.letters)
    assert len(alone.words) == 2


def test_what_no_rule_names_is_refused_by_its_score() -> None:
    text = "They undressed each other slowly, and she moaned as he pulled her into bed."
    assert not refuses_by_rules(text)
    decision = decide(facts(text))
    assert decision.outcome is Outcome.REFUSE
    assert "sexual_content" in {verdict.rule for verdict in decision.verdicts}


def test_what_no_pattern_names_is_pointed_to_help_by_its_score() -> None:
    text = "everything hurts, i am worthless and hopeless, suicide seems the only way out for me"
    assert not told_plainly(text)
    assert [verdict.care for verdict in decide(facts(text)).care] == [Care.CRISIS]


@pytest.mark.parametrize(
    ("sexual", "minor", "closes"), [(1, 1, True), (1, 0, False), (0, 1, False)]
)
def test_a_sexual_score_closes_romance_only_with_a_young_one(
    monkeypatch: pytest.MonkeyPatch, sexual: float, minor: float, *, closes: bool
) -> None:
    given = classifier.Scores(sexual=sexual, self_harm=0, minor=minor)
    monkeypatch.setattr(classifier, "scores", lambda _: given)
    decision = decide(facts("The lamp turned over the water."))
    assert (Effect.CLOSE_ROMANCE in decision.effects) is closes
    assert (decision.outcome is Outcome.REFUSE) is bool(sexual)
    asks = decide(facts("A teacher asks: what should I do about this report?"))
    assert Effect.CLOSE_ROMANCE not in asks.effects, "SAFETY L8"


def test_the_screen_stops_what_only_the_score_finds_and_shows_no_word_past_it() -> None:
    calm = "The rain went on. "
    text = "They undressed each other slowly, and she moaned as he pulled her into bed. Then tea."
    screen = Screen(Rating.ROMANCE, persona_name="Wren")
    shown = screen.feed(calm) + screen.feed(text) + screen.finish()
    assert screen.blocked is not None
    assert screen.blocked.rule == "sexual_content"
    assert shown.startswith(calm)
    assert not classifier.looks_sexual(shown), "all that was shown stood below the mark"


def test_the_training_reads_even_lines_only_and_the_evaluation_odd_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"prompt": f"row {number}", "S": number % 3 == 0} for number in range(10)]
    with gzip.open(tmp_path / safety.MODERATION, "wt") as file:
        file.write("\n".join(json.dumps(row) for row in rows))
    prompts = [f'{number},"prompt {number}",safe' for number in range(10)]
    (tmp_path / safety.XSTEST).write_text("\n".join(["id,prompt,label", *prompts]))
    monkeypatch.syspath_prepend(TOOLS)
    import train_classifier

    trained = train_classifier.read(tmp_path)
    learned = [text for text in trained.texts if text.startswith(("row", "prompt"))]
    assert learned == [
        f"{kind} {number}" for kind in ("row", "prompt") for number in range(0, 10, 2)
    ]
    assert [row.text for row in safety.read_moderation(tmp_path)] == [
        f"row {number}" for number in range(1, 10, 2)
    ]
    assert safety.read_xstest(tmp_path) == [f"prompt {number}" for number in range(1, 10, 2)]
    unknown = train_classifier.UNKNOWN
    assert trained.labels["sexual"][:5].tolist() == [1, 0, 0, 1, 0]
    assert trained.labels["self_harm"][:5].tolist() == [unknown] * 5


def test_the_weights_of_features_say_what_the_shares_of_rows_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(TOOLS)
    import train_classifier

    texts = [" the lamp turned ", " the sea is calm ", " a lamp by the sea "]
    words = train_classifier.block([classifier.grams(text).words for text in texts])
    shares = np.array([0.5, -1.0, 2.0])
    said = train_classifier.kernel(words) @ shares
    weights = train_classifier.unfold(words, shares)
    folded = [weights[row].sum() / root for row, root in zip(words.rows, words.roots, strict=True)]
    assert np.allclose(said, folded)


def test_the_interval_is_wilsons() -> None:
    low, high = safety.wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert safety.wilson(0, 0) == (0.0, 1.0)


def test_a_row_without_any_known_label_is_free_and_a_missing_label_is_unknown() -> None:
    free = safety.Row("a lamp", {"S": 0, "SH": None})
    assert free.is_free
    assert not safety.Row("a lamp", {"S": None, "SH": 1}).is_free
