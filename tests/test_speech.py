"""In which language a person is spoken to: what they chose, what their platform says, what the
instance says, in this order; for everything that the bot itself says."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import sentences
from bot.engine.scripted import ScriptedEngine
from bot.events import Author, Edited, Message, PersonId, Role, Say, Voice
from bot.languages.catalogue import say
from bot.languages.names import LANGUAGES
from bot.policy import care, crisis, door, door_rules
from bot.policy.door_words import ANSWERS, Answer
from bot.reminders import Reminders
from bot.speech import PEOPLE, Speech
from bot.store.rows import StoreError
from tests.conftest import HABITS, Parlour, running
from tests.fakes import Held, Shown, noticed, spoken

OTHERS = [code for code in LANGUAGES if code != "en"]
NAMES = ", ".join(LANGUAGES.values())


def from_platform(parlour: Parlour, text: str, language: str | None) -> Message:
    message = parlour.paper.message(text)
    return replace(message, author=replace(message.author, language=language))


async def tell(parlour: Parlour, text: str, language: str | None) -> list[Shown]:
    """Somebody whose platform says this of their language."""
    before = len(parlour.paper.shown)
    message = from_platform(parlour, text, language)
    parlour.paper.tell(message)
    await parlour.paper.rest(message.room.id)
    return parlour.paper.shown[before:]


def first(code: str, answer: Answer) -> str:
    return ANSWERS[code][answer].split(" | ")[0]


async def come_in(parlour: Parlour, language: str) -> list[Shown]:
    """By the words of their language, which the platform says."""
    shown: list[Shown] = []
    answers = (Answer.NEXT, Answer.NEXT, Answer.YES, Answer.DONE)
    for text in ("hello", *(first(language, answer) for answer in answers)):
        shown += await tell(parlour, text, language)
    return shown


# --- Where the language comes from ------------------------------------------------------------


@pytest.mark.parametrize("code", OTHERS)
async def test_the_door_is_walked_in_each_language_and_the_language_stays(
    code: str, parlour: Parlour
) -> None:
    shown = await come_in(parlour, code)
    words = noticed(shown)
    for page in (door.WHO_THIS_IS, door.CONFIRM, door.WELCOME):
        assert say(page, code) in words
        assert page not in words
    assert spoken(shown), "the persona greets, in its own words"
    assert say(sentences.ALREADY_IN, code) in noticed(await tell(parlour, "/begin", code))


async def test_whatever_is_said_names_the_message_that_it_is_said_to(parlour: Parlour) -> None:
    """A platform that has to close what a person has asked knows by it what the answer is."""
    for text in ("hello", "next", "next", "yes", "done", "/who", "The tide comes in.", "/again"):
        before = len(parlour.paper.actions)
        message = parlour.paper.write(text)
        await parlour.paper.rest(message.room.id)
        said = [one for one in parlour.paper.actions[before:] if isinstance(one, Say)]
        assert said and {one.answers for one in said} == {message.id}


async def test_the_door_offers_its_answers_in_the_language_of_its_screens(
    parlour: Parlour,
) -> None:
    await tell(parlour, "hallo", "de")
    for words in (("weiter", "leave"), ("weiter", "zurück", "leave"), ("ja", "nein", "zurück")):
        (said,) = [one for one in parlour.paper.actions if isinstance(one, Say)][-1:]
        assert said.choices == words
        await tell(parlour, words[0], "de")
    await tell(parlour, "fertig", "de")
    said = [one for one in parlour.paper.actions if isinstance(one, Say)][-1]
    assert said.voice is Voice.PERSONA and said.choices == ()


@pytest.mark.parametrize("code", OTHERS)
async def test_english_words_open_the_door_in_each_language(code: str, parlour: Parlour) -> None:
    for text in ("hello", "next", "next", "yes"):
        assert not spoken(await tell(parlour, text, code))
    assert spoken(await tell(parlour, "done", code))


async def test_another_languages_yes_does_not_open_the_door(parlour: Parlour) -> None:
    for text in ("hello", "next", "next"):
        await parlour.paper.say(text)
    assert noticed(await parlour.paper.say("はい")) == door.AGAIN_CONFIRM
    assert noticed(await parlour.paper.say("oui")) == door.AGAIN_CONFIRM


async def test_what_a_person_chose_stands_above_what_the_platform_says(parlour: Parlour) -> None:
    await parlour.let_in()
    assert noticed(await tell(parlour, "/pause", "fr")) == say(sentences.PAUSE_BEGUN, "fr")
    assert noticed(await tell(parlour, "/language german", "fr")) == say(
        sentences.LANGUAGE_SET, "de"
    )
    assert noticed(await tell(parlour, "/resume", "fr")) == say(sentences.RESUMED, "de")


async def test_the_first_page_names_every_language_and_one_is_chosen_before_the_door(
    parlour: Parlour,
) -> None:
    assert f"{NAMES}: `/language NAME`" in noticed(await parlour.paper.say("hello"))
    chosen = noticed(await parlour.paper.say("/language 日本語"))
    assert chosen == say(sentences.LANGUAGE_SET_AT_DOOR, "ja")
    assert "4" in noticed(await parlour.paper.say("次へ"))
    for text in ("次へ", "はい", "完了"):
        shown = await parlour.paper.say(text)
    assert say(door.WELCOME, "ja") in noticed(shown)
    assert '"language"' in noticed(await parlour.paper.say("/export"))


async def test_what_was_chosen_is_known_after_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path / "data", ScriptedEngine()) as parlour:
        await parlour.let_in()
        await parlour.paper.say("/language pt")
    async with running(tmp_path / "data", ScriptedEngine()) as parlour:
        assert noticed(await parlour.paper.say("/about")) == say(sentences.ABOUT, "pt")


async def test_the_instances_language_is_for_who_has_none(tmp_path: Path) -> None:
    async with running(tmp_path / "data", ScriptedEngine(), language="es") as parlour:
        assert say(door.WHO_THIS_IS, "es") in noticed(await parlour.paper.say("hello"))
        assert say(door.WHAT_HOLDS_HERE, "es")[:10] in noticed(await parlour.paper.say("siguiente"))
        assert noticed(await tell(parlour, "/about", "zh-CN")) == say(sentences.ABOUT, "es")
        assert noticed(await tell(parlour, "/about", "en-GB")) == sentences.ABOUT


async def test_a_vault_that_knows_nothing_of_languages_is_spoken_to_in_english(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    person = PersonId("paper:ada")
    async with parlour.house.vault(person) as vault:
        assert vault is not None
        assert "language" not in (await vault.wishes()).settings
    said = noticed(await parlour.paper.say("/language"))
    assert said == sentences.LANGUAGE_IS.format(names=NAMES, prefix="/")
    async with parlour.house.vault(person) as vault:
        assert vault is not None
        await vault.set_setting("language", "a language of a later version")
    assert noticed(await parlour.paper.say("/about")) == sentences.ABOUT


@pytest.mark.parametrize("typed", ["klingon", "../de", "{names}", "x" * 60, "de\u202e", "` `"])
async def test_a_language_that_is_not_spoken_here_changes_nothing(
    typed: str, parlour: Parlour
) -> None:
    await parlour.let_in()
    await parlour.paper.say("/language fr")
    said = noticed(await parlour.paper.say(f"/language {typed}"))
    if typed.startswith("de"):
        assert said == say(sentences.LANGUAGE_SET, "de")
    else:
        assert said == say(sentences.LANGUAGE_UNKNOWN.format(names=NAMES), "fr")
        assert typed not in said
        assert noticed(await parlour.paper.say("/about")) == say(sentences.ABOUT, "fr")


async def test_two_people_are_each_spoken_to_in_their_own(parlour: Parlour) -> None:
    for person, code in (("ada", "de"), ("bo", "ja")):
        await parlour.let_in(person)
        await parlour.paper.say(f"/language {code}", person)
    for person, code in (("ada", "de"), ("bo", "ja")):
        assert noticed(await parlour.paper.say("/about", person)) == say(sentences.ABOUT, code)


async def test_who_erased_everything_is_told_so_in_their_language_which_is_then_forgotten(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await parlour.paper.say("/language fr")
    receipt = noticed(await parlour.paper.say("/erase confirm"))
    assert receipt.startswith(say(sentences.ERASED, "fr"))
    assert "Ton coffre" in receipt
    assert noticed(await parlour.paper.say("/about")) == sentences.ABOUT


def test_what_is_remembered_of_who_chose_what_has_a_bound() -> None:
    speech = Speech("en")
    people = [PersonId(f"paper:{number}") for number in range(PEOPLE + 5)]
    for person in people:
        speech.note(person, "de")
    assert speech.language_of(Author(people[-1], "")) == "de"
    assert speech.language_of(Author(people[0], "")) == "en"


# --- Everything that is said ------------------------------------------------------------------


@pytest.mark.parametrize("code", OTHERS)
async def test_no_command_answers_in_english(code: str, parlour: Parlour) -> None:
    """What is the same in every language is a persona's own: its name, its line, its card."""
    await parlour.let_in("ada")
    await parlour.let_in("bo")
    await parlour.paper.say(f"/language {code}", "ada")
    typed = [
        *("/help", "/help limits", "/help erase", "/where", "/about", "/safeword", "/safeword off"),
        *("/safeword please", "/safeword again", "/safeword wren", "/safeword tangerine"),
        *("/limits", "/limits hard spiders", "/limits soft rain", "/limits", "/limits remove 9"),
        *("/limits hard", "/limits hard the", "/limits remove all", "/checkin on", "/checkin off"),
        *("/break", "/break 45", "/break off", "/break daily 60", "/break daily off", "/break x"),
        *("/quiet", "/quiet 22:00-07:00", "/quiet x", "/quiet off", "/remind", "/remind x"),
        *("/remind 20:00 stretch", "/remind daily 21:00 stretch", "/remind", "/remind off 9"),
        *("/timezone", "/timezone Berlin", "/timezone x", "/mute", "/memory", "/memory on"),
        *("/memory intimate", "/privacy", "/language", "/language x", "/again", "/back", "/undo"),
        *("/persona nobody", "/erase", "/pause", "hello", "/resume", "/resume", "/stop", "/begin"),
        *("/nothing", "/undo 3", "/persona", "/ceiling spicy", "/erase now", "/goodbye", "red"),
        *("/status", "/ceiling romance", "/ceiling mature", "/unlock paper:cy by mistake"),
        *("yellow", "are you human?", "I want to die", "x" * 20_001, "/leave", "/erase confirm"),
    ]
    for text in typed:
        english = noticed(await parlour.paper.say(text, "bo", Role.MODERATOR)).split("\n")
        other = noticed(await parlour.paper.say(text, "ada", Role.MODERATOR)).split("\n")
        assert len(other) == len(english), text
        for theirs, ours in zip(other, english, strict=True):
            assert theirs != ours or not ours, text


async def test_the_crisis_answer_is_in_the_persons_language(parlour: Parlour) -> None:
    said = noticed(await tell(parlour, "I want to die", "fr"))
    assert said.startswith(say(crisis.KIND, "fr"))
    assert said.endswith(say(crisis.AFTER, "fr"))


async def test_a_refusal_is_in_the_persons_language(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("/language de")
    assert noticed(await parlour.paper.say("I am 15 years old")) == say(door_rules.YOUNG, "de")


async def test_h1_the_disclosure_is_in_the_persons_language(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("/language es")
    parlour.clock.pass_hours(30)
    assert say(care.DISCLOSURE, "es") in noticed(await parlour.paper.say("how is the tide?"))


async def test_an_edit_that_cannot_be_kept_is_told_in_the_persons_language(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await parlour.paper.say("/language ja")
    message = parlour.paper.write("how is the tide?")
    await parlour.paper.rest(message.room.id)
    before = len(parlour.paper.shown)
    edited = Edited(message.room, message.author, message.id, "x" * 20_001, message.at + 1)
    parlour.paper.tell(edited)
    await parlour.paper.until_shown(Voice.NOTICE, count=notices(parlour.paper.shown) + 1)
    assert noticed(parlour.paper.shown[before:]) == say(sentences.EDIT_REFUSED, "ja")


async def test_a_reminder_is_in_the_persons_language_or_what_their_platform_said(
    parlour: Parlour,
) -> None:
    parlour.clock.now = datetime(2027, 1, 15, 12, 0, tzinfo=UTC).timestamp()
    reminders = Reminders(
        parlour.house,
        [parlour.paper],
        is_at_work=parlour.dispatch.is_at_work,
        habits=replace(HABITS, language="es"),
        clock=parlour.clock,
    )
    await parlour.let_in()
    for hour, typed, language, code in (
        *((13, "/about", None, "es"), (14, "/about", "fr-CA", "fr")),
        (15, "/language ja", "fr-CA", "ja"),
    ):
        await tell(parlour, typed, language)
        await tell(parlour, f"/remind {hour}:00 stretch", language)
        before = len(parlour.paper.shown)
        parlour.clock.pass_hours(1)
        await reminders.tick()
        text = sentences.REMINDER.format(time=f"{hour}:00", text="stretch")
        assert noticed(parlour.paper.shown[before:]) == say(text, code)


async def test_an_apology_is_in_the_persons_language(tmp_path: Path) -> None:
    async def breaks(_count: int) -> None:
        raise RuntimeError("something that nobody thought of")

    async with running(tmp_path / "data", ScriptedEngine(before_piece=breaks)) as parlour:
        await parlour.let_in()
        await parlour.paper.say("/language fr")
        said = noticed(await parlour.paper.say("how is the tide?"))
        assert said == say(sentences.BROKEN, "fr")


async def test_a_store_that_fails_is_told_in_the_persons_language(
    parlour: Parlour, monkeypatch: pytest.MonkeyPatch
) -> None:
    await parlour.let_in()
    await parlour.paper.say("/language de")

    async def fails(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr("bot.conversation.bear", fails)
    said = noticed(await parlour.paper.say("how is the tide?"))
    assert said == say(sentences.STORE_BROKEN, "de")


async def test_who_is_turned_away_is_told_so_in_their_language(tmp_path: Path) -> None:
    held = Held(at=0)
    async with running(tmp_path / "data", held.engine, waiting=2) as parlour:
        await parlour.let_in()
        await parlour.paper.say("/language de")
        before = notices(parlour.paper.shown)
        message = parlour.paper.write("the first")
        await held.reached.wait()
        for number in range(20):
            parlour.paper.write(f"message {number}")
        await parlour.paper.until_shown(Voice.NOTICE, count=before + 1)
        held.go()
        await parlour.paper.rest(message.room.id)
        told = [one.text for one in parlour.paper.shown if one.voice is Voice.NOTICE][before:]
        assert say(sentences.TOO_MANY.format(count=2), "de") in told


def notices(shown: list[Shown]) -> int:
    return sum(one.voice is Voice.NOTICE for one in shown)
