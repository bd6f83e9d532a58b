"""Names are found in what people write, without a model, and known again in a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.memory.names import names_asked, names_in

TOLD = [
    ("My sister Ann is coming on Sunday.", "ann"),
    ("my sister's name is ann", "ann"),
    ("my dog is called rex and he barks", "rex"),
    ("my cat's named mittens", "mittens"),
    ("Ann is my sister", "ann"),
    ("Ann, my sister, sings", "ann"),
    ("Mary Anne Smith is my teacher.", "mary anne smith"),
    ("Mein Hund heißt Rex und ich mag ihn.", "rex"),
    ("Meine Schwester Anna wohnt am Meer.", "anna"),
    ("Das Dorf Orm liegt am Meer.", "orm"),
    ("Mi hermana se llama Lucía.", "lucia"),
    ("Mi perro Toby duerme.", "toby"),
    ("Mon chien s'appelle Médor.", "medor"),
    ("Ma sœur Anne chante.", "anne"),
    ("Minha irmã Inês canta.", "ines"),
    ("Minha tia do farol chama-se Greta.", "greta"),
    ("妹のアンナは元気です。", "アンナ"),
    ("犬の名前はポチです。", "ポチ"),
    ("叔母の名前はMaraです。", "mara"),
]
MENTIONED = [
    ("I met Mara and Tilda at the lake.", ["mara", "tilda"]),
    ("Yesterday Ole came by.", ["ole"]),
    ("Mara said that it rains.", ["mara"]),
    ("I read “The Night Train” today.", ["the night train"]),
    ("Ludwig van Beethoven wrote it.", ["ludwig van beethoven", "ludwig", "beethoven"]),
    ("Dr. Miller came, and Mrs Vale.", ["miller", "vale"]),
    ("Ich war gestern mit Anna im Kino.", ["anna"]),
    ("Ayer vi a Lucía.", ["lucia"]),
    ("Hier j'ai vu Chloé.", ["chloe"]),
    ("Ontem vi o João.", ["joao"]),
    ("田中さんとアンナちゃんに会った。", ["アンナ", "田中"]),
    ("Вчера я видел Машу.", ["машу"]),
]
NONE = [
    "I AM SO TIRED",
    "my sister called yesterday",
    "I think that Monday in May is fine, Thanks!",
    "Der Hund schläft im Garten, und ich trinke Tee mit der Zeitung.",
    "Coffee is nice. Rain is not.",
    "コーヒーを飲んだ。お母さんと皆さんに会った。",
    "🙂🙂🙂",
    "",
]


@pytest.mark.parametrize(("text", "name"), TOLD)
def test_a_name_is_told_where_it_is_said_whose_it_is(text: str, name: str) -> None:
    assert {one.name: one.tells for one in names_in(text)}.get(name) is True


@pytest.mark.parametrize(("text", "names"), MENTIONED)
def test_a_name_is_mentioned_where_a_capital_can_be_nothing_else(
    text: str, names: list[str]
) -> None:
    assert [one.name for one in names_in(text)] == names
    assert not any(one.tells for one in names_in(text))


@pytest.mark.parametrize("text", NONE)
def test_usual_words_are_no_names(text: str) -> None:
    assert names_in(text) == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("how is ANN?", "ann"),
        ("What does Ann’s dog do?", "ann"),
        ("Wann ist Annas Geburtstag?", "anna"),
        ("and mary anne smith", "mary anne smith"),
        ("アンナは元気ですか", "アンナ"),
        ("LUCIA?", "lucia"),
        ("and did Will come?", "will"),
    ],
)
def test_a_name_is_asked_for_in_any_case_and_place(text: str, name: str) -> None:
    assert name in names_asked(text)


@pytest.mark.parametrize("text", ["I will come.", "Will you come?", "may I?", "so am I. May I?"])
def test_usual_words_ask_for_nobody(text: str) -> None:
    assert not {"will", "may"} & set(names_asked(text))


@given(st.text(max_size=300))
def test_whatever_is_written_is_looked_through(text: str) -> None:
    for one in names_in(text):
        assert one.name.strip()
    assert all(name.strip() for name in names_asked(text))
