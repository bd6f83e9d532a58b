"""Personas: the four that come with the bot, the format, and every way to get a file wrong."""

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from bot.engine.base import Sampling
from bot.events import Rating
from bot.personas import Lore, Persona, PersonaError, card_text, fill, find_lore, load_personas
from bot.personas.lore import fold

ROOT = Path(__file__).parent.parent
OURS = load_personas(ROOT / "personas")
TABLES = ("sampling", "examples", "lore")

GOOD = """\
name = "Moss"
tagline = "A gardener."
rating = "romance"
card = "You are {{char}}, 50, a gardener."
voice = "slow and green."
greeting = "Hello {{user}}, I am {{char}}."

[[examples]]
person = "Is it spring?"
persona = "Nearly."

[[lore]]
keys = ["Rose", "climbing rose"]
text = "The rose is older than the wall."

[[lore]]
keys = ["well"]
text = "The well is dry."

[sampling]
temperature = 1
stop = ["\\n\\n"]
"""


def load(folder: Path, text: str = GOOD, name: str = "moss.toml") -> Persona:
    (folder / name).write_text(text, encoding="utf-8")
    return load_personas(folder)[Path(name).stem]


def refusal(folder: Path, text: str, name: str = "moss.toml") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(PersonaError) as caught:
        load_personas(folder)
    sentence = str(caught.value)
    assert sentence.startswith(str(folder)), "it names the file"
    assert sentence.endswith((".", "?"))
    assert "\n" not in sentence
    return sentence.removeprefix(str(folder / name))


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


# --- The four that come with the bot ---------------------------------------------------------


def test_four_personas_come_with_the_bot_and_suit_everybody() -> None:
    assert sorted(OURS) == ["halina", "night-clerk", "tock", "wren"]
    assert all(persona.rating is Rating.GENERAL for persona in OURS.values())


@pytest.mark.parametrize("persona", OURS.values(), ids=OURS)
def test_each_has_a_voice_examples_a_greeting_and_lore(persona: Persona) -> None:
    assert persona.voice
    assert "{{user}}" in persona.greeting
    assert len(persona.examples) >= 2
    assert len(persona.lore) >= 5
    assert persona.sampling != Sampling()


@pytest.mark.parametrize("persona", OURS.values(), ids=OURS)
def test_each_card_is_tight_enough_for_the_smallest_model(persona: Persona) -> None:
    # Measured with the demo model: between 1.3 and 1.4 tokens a word, so under 350 tokens.
    assert 100 <= len(card_text(persona).split()) <= 240


def test_every_key_of_the_format_is_shown_in_the_files_themselves() -> None:
    text = (ROOT / "personas" / "wren.toml").read_text(encoding="utf-8")
    keys = {*Persona.__dataclass_fields__, *Sampling.__dataclass_fields__, *TABLES}
    for key in keys - {"id", "grammar", "schema"}:
        assert re.search(rf"^(# )?(\[+)?{key}\b", text, re.MULTILINE), key


# --- The card is everybody's -----------------------------------------------------------------


@pytest.mark.parametrize("persona", OURS.values(), ids=OURS)
def test_no_macro_is_left_in_a_card(persona: Persona) -> None:
    assert "{{" not in card_text(persona)
    assert persona.name in card_text(persona)


def test_the_card_is_the_same_for_two_people_and_the_greeting_is_not(tmp_path: Path) -> None:
    moss = load(tmp_path)
    greetings = {fill(moss.greeting, char=moss.name, user=user) for user in ("Ada", "Bo")}
    assert greetings == {"Hello Ada, I am Moss.", "Hello Bo, I am Moss."}
    card = card_text(moss)
    assert card == card_text(load(tmp_path))
    assert "Ada" not in card
    assert card.startswith("You are Moss, 50, a gardener.\n\nHow Moss speaks: slow and green.")
    assert "Person: Is it spring?\nMoss: Nearly." in card


@pytest.mark.parametrize("key", ["card", "voice", "tagline"])
def test_nothing_of_one_person_may_stand_in_what_everybody_shares(tmp_path: Path, key: str) -> None:
    said = refusal(tmp_path, re.sub(rf'{key} = "', f'{key} = "{{{{user}}}} ', GOOD))
    assert said == f": '{key}' holds '{{{{user}}}}': only {{{{char}}}} may stand there."


def test_a_person_named_like_a_macro_stays_a_name() -> None:
    assert (
        fill("Hi {{user}} of {{ Char }}.", char="Moss", user="{{char}}") == "Hi {{char}} of Moss."
    )
    assert fill("{{random}}", char="Moss", user="Ada") == "{{random}}"


# --- Lore ------------------------------------------------------------------------------------

ROSE, WELL = "The rose is older than the wall.", "The well is dry."


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["A ROSE!"], (ROSE,)),
        (["the ｒｏｓｅ"], (ROSE,)),
        (["a climbing rose"], (ROSE,)),
        (["roses, primrose, farewell"], ()),
        (["the well", "a rose"], (ROSE, WELL)),
        ([], ()),
    ],
)
def test_lore_is_found_by_whole_words_and_told_in_the_files_order(
    tmp_path: Path, texts: list[str], found: tuple[str, ...]
) -> None:
    assert find_lore(load(tmp_path), texts) == found


def test_lore_keeps_to_its_budget_and_the_newest_text_comes_first(tmp_path: Path) -> None:
    moss = load(tmp_path)
    assert find_lore(moss, ["a rose", "the well"], (), len(ROSE)) == (WELL,)
    assert find_lore(moss, ["the well", "a rose"], (), len(ROSE)) == (ROSE,)
    assert find_lore(moss, ["the well", "a rose"], (), len(WELL)) == (WELL,)
    assert find_lore(moss, ["the well", "a rose"], (), 0) == ()


def test_lore_that_stands_in_the_window_is_told_again_only_when_a_trim_took_its_note(
    tmp_path: Path,
) -> None:
    moss = load(tmp_path)
    said = ["a rose", "it has thorns", "yes"]
    assert find_lore(moss, said, [f"[{ROSE} Be brief.]", ""]) == ()
    assert find_lore(moss, said, ["[Be brief.]", ""]) == (ROSE,)


@pytest.mark.parametrize(
    ("key", "text", "times"),
    [
        ("café", "at the CAFE", 1),
        ("cafe", "im Café", 1),
        ("grüße", "GRÜSSE", 1),
        ("灯台", "今夜の灯台は静かだ", 1),
        ("ランプ", "古いランプを", 1),
        ("ガラス", "カラス", 0),
        ("tool shed", "the tool shed", 1),
        ("room 9", "room 99", 0),
        ("u.s.", "uxsx", 0),
        ("박물관", "박물관에서", 1),
    ],
)
def test_keys_heed_neither_capitals_nor_accents_nor_borders_where_there_are_none(
    tmp_path: Path, key: str, text: str, times: int
) -> None:
    moss = replace(load(tmp_path), lore=(Lore((fold(key),), "It is so."),))
    assert find_lore(moss, [text]) == ("It is so.",) * times


# --- What can be wrong with a file -----------------------------------------------------------


def test_a_good_file_is_taken_as_it_is_written(tmp_path: Path) -> None:
    moss = load(tmp_path)
    assert (moss.id, moss.name, moss.rating) == ("moss", "Moss", Rating.ROMANCE)
    assert moss.sampling == Sampling(temperature=1.0, stop=("\n\n",))
    assert (moss.note, moss.adapter) == ("", None)


def test_every_way_of_drawing_words_can_be_set_but_a_grammar(tmp_path: Path) -> None:
    wanted = Sampling(
        temperature=0.5,
        top_k=10,
        top_p=0.5,
        min_p=0.25,
        repeat_penalty=1.5,
        repeat_last_n=128,
        presence_penalty=0.5,
        frequency_penalty=-0.5,
        dry_multiplier=0.75,
        dry_base=2.0,
        dry_allowed_length=3,
        xtc_probability=0.25,
        xtc_threshold=0.5,
        logit_bias=(("bean", 1.5), ("delve", -100.0)),
        max_tokens=100,
        seed=7,
        stop=("\n\n",),
    )
    kept = {"stop", "logit_bias", "grammar", "schema"}
    keys = [f"{f.name} = {getattr(wanted, f.name)}" for f in fields(Sampling) if f.name not in kept]
    keys += ["logit_bias.bean = 1.5", "logit_bias.delve = -100"]
    moss = load(tmp_path, changed("temperature = 1", "\n".join(keys)))
    assert moss.sampling == wanted


def test_a_word_that_the_floor_forbids_cannot_be_made_likelier_but_rarer(tmp_path: Path) -> None:
    schoolgirl = changed("temperature = 1", "logit_bias.schoolgirl = 5")
    assert "SAFETY" in refusal(tmp_path, schoolgirl)
    rarer = changed("temperature = 1", "logit_bias.schoolgirl = -100")
    assert load(tmp_path, rarer).sampling.logit_bias == (("schoolgirl", -100.0),)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("tagline", "taglin", "'taglin' is no key of a persona: do you mean 'tagline'?"),
        (
            'name = "Moss"',
            'hat = 1\nname = "Moss"',
            "'hat' is no key of a persona: the keys are name,",
        ),
        ("temperature", "heat", "'sampling.heat' is no key of a persona"),
        ('voice = "slow and green."', "", "'voice' is missing: add it."),
        ('person = "Is it spring?"', "", "'examples[1].person' is missing: add it."),
        ('text = "The well is dry."', "", "'lore[2].text' is missing: add it."),
        ('"Moss"', '"  "', "'name' is empty: fill it in."),
        ('"Moss"', '"\\u200b"', "'name' is empty: it has no character that can be seen."),
        ('"Moss"', f'"{"M" * 41}"', "'name' has 41 characters: shorten it to at most 40."),
        ('"Moss"', '"Mo\\u0007ss"', "'name' holds the control character U+0007: take it out."),
        ('"Moss"', '"Mo\\nss"', "'name' holds the control character U+000A: take it out."),
        ('"Moss"', '"{{char}}"', "'name' holds '{{char}}': only no macro may stand there."),
        ('"Moss"', "7", "'name' is 7: it should be a valid string."),
        (
            '"romance"',
            '"spicy"',
            "'rating' is 'spicy': it should be 'general', 'romance' or 'mature'.",
        ),
        ('"romance"', '"MATURE"', "'rating' is 'MATURE'"),
        ("a gardener.", "a {{random::x}}", "'card' holds '{{random::x}}': only {{char}} may"),
        ("slow and", "slow\\u202e and", "'voice' holds the control character U+202E"),
        ("temperature = 1", "temperature = 9", "'sampling.temperature' is 9: it should be less"),
        ("temperature = 1", "temperature = nan", "'sampling.temperature' is nan: it should be"),
        ("temperature = 1", 'temperature = "1"', "'sampling.temperature' is '1': it should be"),
        *(
            ("temperature = 1", f"{key} = {value}", f"'sampling.{key}' is {value}: it should be")
            for key, value in [
                ("repeat_last_n", -1),
                ("repeat_last_n", 5000),
                ("repeat_last_n", 1.5),
                ("presence_penalty", -3),
                ("frequency_penalty", 3),
                ("dry_multiplier", -1),
                ("dry_base", 0.5),
                ("dry_allowed_length", 0),
                ("xtc_probability", 2),
                ("xtc_threshold", 0.6),
            ]
        ),
        ("temperature = 1", 'logit_bias = ["bean"]', "'sampling.logit_bias' is ['bean']: it"),
        ("temperature = 1", "logit_bias.bean = 200", "'sampling.logit_bias.bean' is 200: it"),
        ("temperature = 1", "logit_bias.bean = nan", "'sampling.logit_bias.bean' is nan: it"),
        ("temperature = 1", 'logit_bias."" = 1', "'sampling.logit_bias' is empty: fill it in."),
        ("temperature = 1", 'grammar = "x"', "'sampling.grammar' is no key of a persona"),
        ("temperature = 1", 'schema = "{}"', "'sampling.schema' is no key of a persona"),
        ('["well"]', "[]", "'lore[2].keys' is empty: fill it in."),
        ('["well"]', '"well"', "'lore[2].keys' is 'well': it should be a valid list."),
        ('"Moss"', '"Moss', " is not TOML: Illegal character"),
    ],
)
def test_a_broken_file_is_refused_with_its_key_and_the_mend(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert said in refusal(tmp_path, changed(old, new))


def test_a_key_in_the_wrong_place_is_sent_to_the_right_one(tmp_path: Path) -> None:
    below = changed('greeting = "Hello {{user}}, I am {{char}}."\n', "") + 'greeting = "Hello."\n'
    assert refusal(tmp_path, below) == (
        ": 'sampling.greeting' stands in the wrong place: "
        "'greeting' belongs above the first line in [brackets]."
    )
    assert "'temperature' belongs under [sampling]." in refusal(
        tmp_path, "temperature = 1\n" + GOOD
    )
    assert "'person' belongs under [[examples]]." in refusal(tmp_path, GOOD + 'person = "a"\n')
    assert "'lore[2].person' stands in the wrong place" in refusal(
        tmp_path, changed('keys = ["well"]', 'keys = ["well"]\nperson = "a"')
    )


def test_a_card_that_would_fill_a_small_models_context_is_refused(tmp_path: Path) -> None:
    pair = f'[[examples]]\nperson = "a"\npersona = "{"b " * 900}"\n'
    assert "shorten them to at most 8,000." in refusal(tmp_path, GOOD + pair * 5)


@pytest.mark.parametrize("name", ["Moss.toml", "mo ss.toml", "möss.toml", f"{'m' * 41}.toml"])
def test_a_file_name_that_is_no_id_is_refused(tmp_path: Path, name: str) -> None:
    assert "is no id: name the file with at most 40 of" in refusal(tmp_path, GOOD, name)


def test_two_personas_of_one_name_are_refused(tmp_path: Path) -> None:
    load(tmp_path, GOOD, "fern.toml")
    said = refusal(tmp_path, changed("Moss", "MOSS"), "moss.toml")
    assert said == ": name 'MOSS' is taken by fern.toml: choose another."


def test_a_folder_without_a_persona_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".hidden.toml").write_text("an editor's leavings")
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(
            PersonaError, match=r"holds no persona: put at least one .toml file there"
        ):
            load_personas(folder)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "moss.toml").write_bytes(GOOD.replace("slow", "lângsam").encode("latin-1"))
    with pytest.raises(PersonaError, match=r"moss.toml is not UTF-8 text: save it as UTF-8"):
        load_personas(tmp_path)


def test_a_file_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "moss.toml").mkdir()
    with pytest.raises(PersonaError, match=r"moss.toml cannot be read: Is a directory"):
        load_personas(tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a gardener.", "a gardener, and 15 years old."),
        ("You are {{char}}, 50", "You are {{char}}, a schoolgirl"),
        ('"Nearly."', '"I am only fifteen years old."'),
        ("The well is dry.", "{{char}} is 16 years old and in love."),
        ('"Moss"', '"Schoolgirl Moss"'),
    ],
)
def test_no_field_of_a_romantic_persona_can_make_it_under_18(
    tmp_path: Path, old: str, new: str
) -> None:
    assert "SAFETY L" in refusal(tmp_path, changed(old, new))


# --- The manual ------------------------------------------------------------------------------


def manual_blocks() -> list[str]:
    text = (ROOT / "docs" / "personas.md").read_text(encoding="utf-8")
    return re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_every_example_in_the_manual_loads(tmp_path: Path) -> None:
    blocks = manual_blocks()
    assert len(blocks) >= 2
    for number, block in enumerate(blocks):
        folder = tmp_path / str(number)
        folder.mkdir()
        # A block that shows only a part stands on top of, or below, the smallest whole file.
        whole = block if re.search("^name =", block, re.MULTILINE) else f"{blocks[0]}\n{block}"
        load(folder, whole)
