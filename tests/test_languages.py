"""The catalogues: every sentence in every language, none left over, and each says the same.

What the sentences are is read from the code, so that a new one fails here by itself:
`make languages` lists it, docs/languages.md says what then.
"""

import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from bot.languages import catalogue as catalogue_module
from bot.languages.catalogue import catalogue, say
from bot.languages.names import LANGUAGES, first_known, name_language
from bot.policy import care, crisis
from bot.policy.crisis import REACHES, crisis_words
from bot.policy.door_words import ANSWERS, Answer, read_answer
from bot.settings import CareSettings
from bot.text import Text, lines, paragraphs, verbatim
from tests.catalogues import ROOT, anew, codes, missing, read, sentences

SENTENCES = sentences()
OTHERS = [code for code in LANGUAGES if code != "en"]

_TYPED = re.compile(r"`([^`]*)`")
_NUMBER = re.compile(r"\d+")
_PLACE = re.compile(r"\{\w+\}")


def typed_in(template: str, language: str) -> Counter[str]:
    """What the sentence tells people to type; at the door, which answer it is."""
    words = Counter(_TYPED.findall(template))
    return Counter({read_answer(word, language) or word: many for word, many in words.items()})


def is_layout(template: str) -> bool:
    """Nothing but places and what is typed: that may look the same everywhere."""
    rest = _PLACE.sub("", _TYPED.sub("", template))
    return not any(sign.isalpha() for sign in rest)


# --- The catalogues ---------------------------------------------------------------------------


@pytest.mark.parametrize("code", OTHERS)
def test_no_sentence_is_missing_and_none_is_left_over(code: str) -> None:
    new = anew(code)
    assert not missing(new), "`make languages` lists these; docs/languages.md says what then"
    kept = (ROOT / "bot" / "languages" / f"{code}.po").read_text("utf-8")
    assert kept == f"{new}".rstrip("\n") + "\n", "`make languages` brings it up to date"


def test_every_language_has_its_catalogue_its_setting_and_its_answers_at_the_door() -> None:
    assert codes() == tuple(sorted(OTHERS))
    setting = CareSettings.model_fields["language"].annotation
    assert sorted(get_args(setting)) == sorted(LANGUAGES)
    assert sorted(ANSWERS) == sorted(LANGUAGES)


def test_a_sentence_of_a_new_file_is_found_and_one_that_is_no_whole_sentence_is_refused(
    tmp_path: Path,
) -> None:
    new = tmp_path / "bot" / "new.py"
    new.parent.mkdir()
    new.write_text('from bot.text import Text\n\n\nSAY = Text(\n    "Well, "\n    "well."\n)\n')
    assert sentences(tmp_path) == {"Well, well.": "bot/new.py"}
    for glued in ('Text(f"Well, {NAME}.")', 'Text("Well, " + NAME)', "Text(NAME)"):
        new.write_text(f'from bot.text import Text\n\nNAME = "Ada"\nSAY = {glued}\n')
        with pytest.raises(ValueError, match=r"bot/new\.py:4: Text stands around a whole sentence"):
            sentences(tmp_path)


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_same_places_the_same_words_to_type_and_the_same_numbers(
    code: str,
) -> None:
    for sentence in SENTENCES:
        translation = catalogue(code)[sentence]
        assert Counter(_PLACE.findall(translation)) == Counter(_PLACE.findall(sentence))
        assert typed_in(translation, code) == typed_in(sentence, "en"), translation
        numbers = Counter(_NUMBER.findall(unicodedata.normalize("NFKC", translation)))
        assert not Counter(_NUMBER.findall(sentence)) - numbers, translation


@pytest.mark.parametrize("code", OTHERS)
def test_no_translation_is_one_by_accident(code: str) -> None:
    for sentence in SENTENCES:
        check_is_translated(sentence, catalogue(code)[sentence], code)


def check_is_translated(sentence: str, translation: str, code: str) -> None:
    assert is_layout(sentence) or translation != sentence
    assert translation == translation.strip()
    assert translation.count("\n") == sentence.count("\n")
    assert "  " not in translation
    if len(sentence) > 20:
        least, most = (0.2, 1.2) if code == "ja" else (0.55, 1.9)
        assert least < len(translation) / len(sentence) < most
    if code == "ja" and not is_layout(sentence):
        assert any("ぁ" <= sign <= "ヿ" or "一" <= sign <= "鿿" for sign in translation)


@pytest.mark.parametrize("code", OTHERS)
def test_two_sentences_that_differ_are_not_translated_alike(code: str) -> None:
    by_translation: dict[str, list[str]] = {}
    for entry in read(code):
        by_translation.setdefault(entry.msgstr, []).append(entry.msgid)
    # The same is said in fewer or in other words in English, or to another person.
    alike = [found for found in by_translation.values() if len(found) > 1]
    assert not [found for found in alike if not any(is_layout(one) for one in found)]


# --- What is said -----------------------------------------------------------------------------


def test_a_text_is_said_with_all_its_parts() -> None:
    limit = Text("{number}: {text} (soft)").format(number=3, text="{name} and `red`")
    text = paragraphs(lines(Text("Stopped."), limit), verbatim("Stopped."))
    assert text == "Stopped.\n3: {name} and `red` (soft)\n\nStopped."
    assert say(text, "en") == text
    assert say(text, "de") == "Angehalten.\n3: {name} and `red` (nur sanft)\n\nStopped."


def test_a_text_among_the_values_is_said_in_the_same_language() -> None:
    told = Text("- {text}").format(text=Text("What was recorded about your age."))
    assert say(told, "es") == "- Lo que estaba anotado sobre tu edad."


@pytest.mark.parametrize("code", [*OTHERS, "xx", "../de", ""])
def test_what_has_no_translation_is_said_in_english(code: str) -> None:
    assert say(Text("Nobody has said this before, {name}.").format(name="Ada"), code) == (
        "Nobody has said this before, Ada."
    )


@pytest.mark.parametrize(
    "damaged",
    [
        b"\xff\xfe nothing of this can be read",
        b'msgid "Stopped."\nno such line\n',
        b'msgid "Stopped."\nmsgstr "Halt, {name}!"\n',
        b'msgid "Stopped."\nmsgstr "Halt {"\n',
        b'#, fuzzy\nmsgid "Stopped."\nmsgstr "Halt."\n',
        b'msgid "Stopped."\nmsgstr ""\n',
    ],
)
def test_a_damaged_catalogue_keeps_nothing_back(
    damaged: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "de.po").write_bytes(damaged)
    monkeypatch.setattr(catalogue_module, "files", lambda _: tmp_path)
    catalogue.cache_clear()
    try:
        assert say(Text("Stopped."), "de") == "Stopped."
    finally:
        catalogue.cache_clear()


@pytest.mark.parametrize("code", OTHERS)
def test_in_a_crisis_every_language_names_the_same_lines_and_numbers(code: str) -> None:
    for country in {line.country for line in crisis.lines()} | {""}:
        english, said = crisis_words(country), say(crisis_words(country), code)
        assert _NUMBER.findall(said) == _NUMBER.findall(english)
        assert "findahelpline.com" in said
        assert len(said.split("\n")) == len(english.split("\n"))
        for line in crisis.lines():
            assert (line.name in said) is (line.name in english)
    for reach in REACHES.values():
        assert say(reach, code) != reach
    assert say(crisis.KIND, code) != crisis.KIND


@pytest.mark.parametrize(
    ("code", "software", "human"),
    [
        ("de", "Software", "Menschen"),
        ("fr", "logiciel", "être humain"),
        ("es", "programa", "ser humano"),
        ("pt", "programa", "ser humano"),
        ("ja", "ソフトウェア", "人間"),
    ],
)
def test_h1_every_language_says_that_this_is_software_for_adults_maybe_not_for_some_minors(
    code: str, software: str, human: str
) -> None:
    adults = {"de": "Erwachsene", "fr": "adultes", "es": "adultas", "pt": "adultas", "ja": "成人"}
    minors = {"de": "Minderjährige", "fr": "mineurs", "es": "menores", "pt": "menores"}
    said = say(care.DISCLOSURE, code)
    for word in (software, human, adults[code], minors.get(code, "未成年")):
        assert word in said


# --- Languages' names, and words at the door --------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        *(("de", "de"), ("DE", "de"), ("de-AT", "de"), ("de_CH", "de"), ("Deutsch", "de")),
        *(("german", "de"), ("allemand", "de"), ("alemán", "de"), ("aleman", "de")),
        *(("alemão", "de"), ("ドイツ語", "de"), ("ｄｅ", "de"), (" Deutsch! ", "de")),
        *(("English", "en"), ("英語", "en"), ("Englisch", "en"), ("FRANÇAIS", "fr")),
        *(("castellano", "es"), ("pt-BR", "pt"), ("português", "pt"), ("にほんご", "ja")),
        *(("日本語", "ja"), ("ja-JP", "ja"), ("zh-CN", None), ("klingon", None), ("", None)),
        *(("-", None), ("deutschland", None), ("x" * 100_000, None), ("de\0", "de")),
        *(("{names}", None), ("../de", None), ("'; DROP TABLE settings", None), ("\ud800", None)),
    ],
)
def test_a_language_is_known_by_its_code_and_its_name_in_any_of_the_six(
    typed: str, code: str | None
) -> None:
    assert name_language(typed) == code


def test_the_first_language_that_the_bot_can_speak_is_taken() -> None:
    assert first_known("", None, "zh-TW", "pt-BR", "de") == "pt"
    assert first_known("", None, "zh-TW") == "en"


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_answer_at_the_door_means_one_thing_beside_english_too(code: str) -> None:
    for answer, phrases in ANSWERS[code].items():
        for phrase in phrases.split(" | "):
            assert read_answer(phrase, code) is answer, phrase
            assert read_answer(f" {phrase.upper()}! ", code) is answer, phrase


@pytest.mark.parametrize("code", OTHERS)
def test_a_yes_of_a_language_that_is_not_spoken_here_is_no_yes(code: str) -> None:
    yes = next(iter(ANSWERS[code][Answer.YES].split(" | ")))
    assert read_answer(yes, code) is Answer.YES
    for other in LANGUAGES:
        own = [phrase for phrase in ANSWERS[other][Answer.YES].split(" | ") if phrase == yes]
        assert (read_answer(yes, other) is Answer.YES) is bool(own)


def test_a_mark_between_two_japanese_words_is_passed_over() -> None:
    assert read_answer("はい、同意します。", "ja") is Answer.YES
    assert read_answer("はい、でもまだ17歳です", "ja") is None
