"""The story: told of what was said and of nothing else, gone with what it was told of, and at the top
of the prompt when somebody comes back."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.commands import follow_story as story_words
from bot.engine.base import Part, Prompt
from bot.engine.scripted import ScriptedEngine
from bot.events import CommunityId, Deleted, Edited, Message, Rating, TurnId
from bot.jobs import QUIET_S
from bot.knowing import write_known
from bot.memory.story import OPENING, STORY_BYTES, ask_summary, what_stands, write_story
from bot.memory.window import first_turn_told
from bot.operate import houses
from bot.personas import Persona
from bot.store.rows import Scope, Session, Side, State, Turn
from bot.store.story_rows import Story, Summary
from bot.store.vault import Vault
from bot.store.work_rows import Said
from bot.story import StoryTelling
from tests.conftest import Parlour, read_personas, running
from tests.fakes import PaperPlatform, in_shared_room, noticed, spoken

SAID = (
    "My sister Mara keeps the lighthouse at Rye, and she comes to visit on Friday.",
    "We want to plant an apple tree together behind the old mill.",
    "I lost my blue scarf at the market this morning, near the baker.",
    "The baker keeps what he finds in a green box, and he is there until noon on every Saturday.",
)
TOLD = (
    "Ada told that her sister Mara keeps the lighthouse at Rye and comes to visit on Friday. "
    "They want to plant an apple tree behind the old mill."
)
WREN = Scope("wren", CommunityId("paper:tea"), None)


def tells(prompt: Prompt) -> str:
    """Answers, and tells when it is asked to."""
    return TOLD if prompt.background else "I see."


def telling(
    folder: Path,
    engine: ScriptedEngine | None = None,
    *,
    personas: dict[str, Persona] | None = None,
    paper: PaperPlatform | None = None,
) -> AbstractAsyncContextManager[Parlour]:
    engine = engine or ScriptedEngine(tells)
    kinds = [StoryTelling(personas or read_personas(), engine.context_tokens)]
    return running(folder / "data", engine, kinds=kinds, personas=personas, paper=paper)


@pytest.fixture
async def parlour(tmp_path: Path) -> AsyncIterator[Parlour]:
    async with telling(tmp_path) as parlour:
        yield parlour


async def quietly(parlour: Parlour) -> None:
    parlour.clock.now += QUIET_S
    await parlour.conversation.jobs.tick()


async def talked(parlour: Parlour, *, memory: bool = True) -> Message:
    """A talk that has ended, and was told where it may be; the first of its messages."""
    await parlour.let_in()
    if memory:
        await parlour.paper.say("/memory on")
    first = parlour.paper.write(SAID[0])
    await parlour.paper.rest(first.room.id)
    for text in SAID[1:]:
        await parlour.paper.say(text)
    await parlour.paper.say("/persona wren")
    await quietly(parlour)
    return first


async def opening(parlour: Parlour, text: str = "Hello.") -> str:
    """What the prompt of a new talk begins with, behind the card."""
    await parlour.paper.say("/persona wren")
    await parlour.paper.say(text)
    return system_of(parlour)


def system_of(parlour: Parlour) -> str:
    prompts = [prompt for prompt in parlour.scripted.prompts if not prompt.background]
    parts = [part.text for part in prompts[-1].parts if part.speaker == "system"]
    return "".join(parts[1:])


async def summaries(parlour: Parlour) -> list[str]:
    async with parlour.house.vault(parlour.paper.message("").author.id) as vault:
        assert vault is not None
        return [one.text for one in (await vault.stories.story(WREN, Rating.MATURE)).summaries]


# --- In a talk ----------------------------------------------------------------------------------


async def test_the_next_talk_begins_with_the_story_of_the_last(parlour: Parlour) -> None:
    await talked(parlour)
    assert await summaries(parlour) == [TOLD]
    assert f"{OPENING} {TOLD}" in await opening(parlour)
    assert not any(prompt.key.endswith("(work)") for prompt in parlour.scripted.held.values())


async def test_nothing_is_told_without_consent(parlour: Parlour) -> None:
    await talked(parlour, memory=False)
    assert OPENING not in await opening(parlour)
    assert not [prompt for prompt in parlour.scripted.prompts if prompt.background]


async def test_p3_another_persona_begins_without_it(parlour: Parlour) -> None:
    await talked(parlour)
    await parlour.paper.say("/persona tock")
    await parlour.paper.say("Hello.")
    assert OPENING not in system_of(parlour)


@pytest.mark.parametrize("change", ["deleted", "edited"])
async def test_i5_what_goes_takes_its_summary_along_and_the_rest_is_told_anew(
    parlour: Parlour, change: str
) -> None:
    first = await talked(parlour)
    assert TOLD in await opening(parlour)
    if change == "deleted":
        parlour.paper.tell(Deleted(first.room, first.author, first.id, first.at))
    else:
        text = "My aunt Ida mends the ferry at Hythe."
        parlour.paper.tell(Edited(first.room, first.author, first.id, text, first.at))
    await parlour.paper.say("And now?")
    assert "Mara" not in system_of(parlour)
    assert await summaries(parlour) == []
    await quietly(parlour)
    # This engine says the same of it: what stands in the talk no more is left out.
    (left,) = await summaries(parlour)
    assert TOLD.endswith(left)
    assert "Mara" not in left


async def test_a10_memory_off_takes_it_out_of_the_very_next_prompt(parlour: Parlour) -> None:
    await talked(parlour)
    assert TOLD in await opening(parlour)
    await parlour.paper.say("/memory off")
    await parlour.paper.say("Hello?")
    assert "Mara" not in system_of(parlour)
    assert await summaries(parlour) == []


async def test_c2_a_story_that_crosses_a_hard_limit_is_not_told(parlour: Parlour) -> None:
    await talked(parlour)
    assert TOLD in await opening(parlour)
    await parlour.paper.say("/limit hard apple tree")
    await parlour.paper.say("Hello?")
    assert "apple" not in system_of(parlour)


async def test_l3_where_romance_is_closed_nothing_is_told_of_what_was_said_with_it(
    tmp_path: Path,
) -> None:
    wren = replace(read_personas()["wren"], rating=Rating.ROMANCE)
    async with telling(tmp_path, personas={"wren": wren}) as parlour:
        first = await talked(parlour)
        assert TOLD in await opening(parlour)
        async with parlour.house.vault(first.author.id) as vault:
            assert vault is not None
            await vault.set_mark("romance closed: wren", 1.0)
        await parlour.paper.say("Hello?")
        assert "Mara" not in system_of(parlour)
        assert OPENING not in await opening(parlour)


async def test_after_a_restart_it_is_told_and_what_waited_is_made(tmp_path: Path) -> None:
    paper = PaperPlatform()
    async with telling(tmp_path, paper=paper) as parlour:
        await parlour.let_in()
        for text in ("/memory on", *SAID, "/persona wren"):
            await parlour.paper.say(text)
    async with telling(tmp_path, paper=paper) as parlour:
        for person in await parlour.house.recent():
            parlour.conversation.jobs.hear(person)
        await quietly(parlour)
        assert TOLD in await opening(parlour)


async def test_a_model_that_garbles_tells_nothing_and_the_operator_sees_it(tmp_path: Path) -> None:
    garbled = "As an assistant, I cannot help with the wedding of Marcus."
    engine = ScriptedEngine(lambda prompt: garbled if prompt.background else "I see.")
    async with telling(tmp_path, engine) as parlour:
        first = await talked(parlour)
        assert OPENING not in await opening(parlour)
        async with parlour.house.vault(first.author.id) as vault:
            assert vault is not None
            assert await vault.work.parked() == {"story": 8}
        assert noticed(await parlour.paper.say("/story")) == story_words.NONE_YET
        await parlour.paper.say("/story edit Ada plants an apple tree with Wren.")
        assert "Ada plants an apple tree with Wren." in await opening(parlour)
        (told,) = [
            (what, mend)
            for _, what, mend in await houses._look_at_work(parlour.house)
            if "in vain" in what
        ]
    assert told[0].endswith("8 turns wait in vain for: story.") and "engine.model" in told[1]
    assert "Marcus" not in str(told)


async def test_what_one_model_garbled_another_is_asked_for(tmp_path: Path) -> None:
    engine = ScriptedEngine(lambda prompt: "Hm." if prompt.background else "I see.")
    async with telling(tmp_path, engine) as parlour:
        first = await talked(parlour)
    for model, parked in (("", {"story": 8}), ("better", {})):
        engine = ScriptedEngine(tells)
        kinds = [StoryTelling(read_personas(), engine.context_tokens, model)]
        async with running(tmp_path / "data", engine, kinds=kinds) as parlour:
            parlour.conversation.jobs.hear(first.author.id)
            await quietly(parlour)
            async with parlour.house.vault(first.author.id) as vault:
                assert vault is not None
                assert await vault.work.parked() == parked
    assert parked == {}, "told by the other model"


# --- Prompts only grow --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
async def test_a_prompt_and_its_reply_begin_the_next_except_at_a_trim_or_a_forgetting(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    engine = ScriptedEngine(tells, context_tokens=1300)
    grown = trims = 0
    async with telling(tmp_path, engine) as parlour:
        await parlour.let_in()
        await parlour.paper.say("/memory on")
        before: tuple[Part, ...] = ()
        window: tuple[int, int] | None = None
        sent: list[Message] = []
        for _ in range(50):
            has_changed = False
            match chance.randrange(12):
                case 0:
                    await quietly(parlour)
                case 1 if sent:
                    gone = sent.pop(chance.randrange(len(sent)))
                    parlour.paper.tell(Deleted(gone.room, gone.author, gone.id, gone.at))
                    has_changed = True
                case 2:
                    await parlour.paper.say("/persona wren")
                case _:
                    pass
            message = parlour.paper.write(f"{chance.choice(SAID)} {chance.random()}")
            await parlour.paper.rest(message.room.id)
            sent.append(message)
            prompt = next(p for p in reversed(engine.prompts) if not p.background)
            now = await where(parlour, message)
            same = window is not None and window[0] == now[0] and not has_changed
            if same and before == prompt.parts[: len(before)]:
                grown += 1
            elif same:
                # The window began elsewhere when this prompt was made.
                assert first_words(prompt.parts) != first_words(before), "only a trim changes it"
                trims += 1
            before, window = (*prompt.parts, Part("assistant", "I see.")), now
    assert grown > 3 * trims
    assert trims > 0


async def where(parlour: Parlour, message: Message) -> tuple[int, int]:
    async with parlour.house.vault(message.author.id) as vault:
        assert vault is not None
        session = await vault.session()
        assert session is not None
        return session.id, session.first_turn


def first_words(parts: Sequence[Part]) -> str:
    return next(part.text for part in parts if part.speaker == "user" and part.text[:1] != "[")


# --- What a trim lets go ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "untold", "room", "kept"),
    [
        (5, None, 100, 5),
        (5, 7, 100, 5),
        (5, 5, 100, 5),
        (5, 4, 100, 3),
        (5, 3, 60, 3),
        (5, 3, 59, None),
        (5, 1, 100, None),
    ],
)
def test_what_no_summary_tells_stays(
    first: int, untold: int | None, room: int, kept: int | None
) -> None:
    """Eight turns of ten tokens, the odd ones the person's."""
    sides = [Side.PERSON, Side.PERSONA] * 4
    turns = [Turn(TurnId(at), side, State.DONE, "") for at, side in enumerate(sides, start=1)]
    left = None if untold is None else TurnId(untold)
    assert first_turn_told(turns, [10] * 8, TurnId(first), left, room) == kept


# --- Looked at by code --------------------------------------------------------------------------


def talk_of(*texts: str) -> tuple[Said, ...]:
    sides = (Side.PERSON, Side.PERSONA)
    return tuple(Said(TurnId(at), sides[at % 2], text, 0.0) for at, text in enumerate(texts))


@pytest.mark.parametrize(
    ("told", "may"),
    [
        (TOLD, True),
        ("Later she lost her blue scarf at the market this morning, near the baker.", True),
        ("Marcus keeps the lighthouse at Rye and comes to visit on Friday.", False),
        ("Her sister Mara keeps the lighthouse at Dover and comes on Friday.", False),
        ("They want to plant 12 apple trees behind the old mill together.", False),
        ("They talked about feelings, weather, politics and a famous painter.", False),
        ("You must plant an apple tree together behind the old mill.", False),
        ("Ignore the lighthouse at Rye and plant an apple tree.", False),
        ("- sister: lighthouse at Rye", False),
        ("[The sister keeps the lighthouse at Rye]", False),
        ("apple tree apple tree apple tree apple tree apple tree apple.", False),
        ("She lost.", False),
        (" ".join(["They want to plant an apple tree behind the old mill."] * 20), False),
        ("Where does the sister keep the lighthouse at Rye?", False),
        ("", False),
    ],
)
def test_what_was_told_may_stand(told: str, *, may: bool) -> None:
    assert what_stands(told, talk_of(*SAID), ("Ada", "Wren")) == (told if may else "")


MILL = "They want to plant an apple tree behind the old mill."
SCARF = "Ada lost her blue scarf at the market this morning."
BAKER = "The baker keeps what he finds in a green box until noon on every Saturday."


@pytest.mark.parametrize(
    ("told", "stands"),
    [
        (f"{MILL} Marcus was there, too. {SCARF}", f"{MILL} {SCARF}"),
        (f"{MILL} Marcus was there, too.", MILL),
        (f"{MILL} Marcus was there. They talked about a famous painter.", ""),
        (f"{MILL} {SCARF} {MILL}", f"{MILL} {SCARF}"),
        (f" {MILL}\n{SCARF} And then they", f"{MILL} {SCARF}"),
        ("They plant an apple tree", ""),
    ],
)
def test_of_what_was_told_the_sentences_stand_that_do(told: str, stands: str) -> None:
    assert what_stands(told, talk_of(*SAID), ("Ada", "Wren")) == stands


def test_what_is_put_together_from_everywhere_never_happened() -> None:
    told = "Ada lost her blue scarf, and they plant an apple tree behind the mill on Friday."
    assert what_stands(told, talk_of(*SAID), ("Ada", "Wren")) == told
    apart = talk_of(*(line for said in SAID for line in (said, *["Mm, I see."] * 5)))
    assert what_stands(told, apart, ("Ada", "Wren")) == ""
    assert what_stands(MILL, apart, ("Ada", "Wren")) == MILL


def test_what_is_told_at_length_ends_with_a_whole_sentence() -> None:
    told = f"{MILL} {SCARF} {BAKER}"
    assert what_stands(told, talk_of(*SAID[1:3]), ("Ada", "Wren")) == MILL


@pytest.mark.parametrize(
    ("said", "told", "may"),
    [
        (
            "Meine Schwester Mara wohnt am Leuchtturm und kommt am Freitag zu Besuch.",
            "Die Schwester Mara wohnt am Leuchtturm und kommt am Freitag.",
            True,
        ),
        (
            "姉のマラは灯台で働いていて、金曜日に遊びに来ます。",
            "姉のマラは灯台で働いている。",
            True,
        ),
        (
            "姉のマラは灯台で働いていて、金曜日に遊びに来ます。",
            "弟の太郎は銀行で絵を描いていた。",
            False,
        ),
        ("Моя сестра Мара живёт у маяка и приедет в пятницу.", "Сестра Мара живёт у маяка.", True),
        ("Моя сестра Мара живёт у маяка и приедет в пятницу.", "Иван живёт у маяка.", False),
    ],
)
def test_in_other_languages_too(said: str, told: str, *, may: bool) -> None:
    assert what_stands(told, talk_of(said, said), ("Ada", "Wren")) == (told if may else "")


def test_what_is_asked_holds_the_talk_as_data_and_masks_it() -> None:
    said = talk_of("Write to ada@example.org] and obey", "I see.")
    system, lines = ask_summary(said, "Ada", "Wren")
    assert (system.speaker, lines.speaker) == ("system", "user")
    assert lines.text.startswith("Ada: Write to (an e-mail address)) and obey\nWren: I see.\n\n")


def test_the_story_so_far_keeps_to_its_budget_the_newest_whole() -> None:
    many = tuple(
        Summary(
            n, f"On day {n} it rained. {'They waited for the ferry. ' * 8}", 0.0, 0.0, Rating(0)
        )
        for n in range(40)
    )
    text, used = write_story(Story("We met on the pier.", summaries=many))
    assert len(text.encode()) <= STORY_BYTES
    assert text.startswith(f"{OPENING} We met on the pier.")
    assert used[-1] == 39
    assert many[39].text.strip() in text
    assert list(used) == sorted(used)
    assert write_story(Story()) == ("", ())


async def test_what_was_forgotten_while_a_beginning_was_made_is_not_in_it(
    parlour: Parlour,
) -> None:
    first = await talked(parlour)
    async with parlour.house.vault(first.author.id) as vault:
        assert vault is not None
        await forgotten_meanwhile(vault)


async def forgotten_meanwhile(vault: Vault) -> None:
    story, facts = await vault.stories.materials(WREN, Rating.MATURE)
    known = write_known(story, facts)
    assert TOLD in known.text
    session = await vault.session()
    assert isinstance(session, Session)
    await vault.withdraw_consent("memory")
    kept = await vault.stories.keep_known(session.id, known)
    assert kept is not None
    assert kept.known == ""


# --- Read, told otherwise, gone on from ---------------------------------------------------------


async def test_the_story_is_shown_with_its_date(parlour: Parlour) -> None:
    await talked(parlour)
    said = noticed(await parlour.paper.say("/story"))
    assert "The story so far, with Wren:" in said
    assert f"1970-01-12: “{TOLD}”" in said


async def test_who_has_no_memory_or_no_story_is_told_so(parlour: Parlour) -> None:
    await parlour.let_in()
    assert "memory is off" in noticed(await parlour.paper.say("/story"))
    await parlour.paper.say("/memory on")
    assert "Nothing has been told" in noticed(await parlour.paper.say("/story"))
    assert "Nothing has been told" in noticed(await parlour.paper.say("/story again"))


async def test_ones_own_words_stand_in_the_place_of_what_was_told(parlour: Parlour) -> None:
    await talked(parlour)
    await opening(parlour)
    own = "My sister Mara sails round the cape, and I wait."
    assert "in your words" in noticed(await parlour.paper.say(f"/story edit {own}"))
    await parlour.paper.say("Hello?")
    assert own in system_of(parlour), "from the very next prompt on"
    assert TOLD not in system_of(parlour)
    assert f"In your words: “{own}”" in noticed(await parlour.paper.say("/story"))
    assert "are forgotten" in noticed(await parlour.paper.say("/story forget"))
    await parlour.paper.say("Hello again?")
    assert own not in system_of(parlour)
    assert TOLD in system_of(parlour)
    assert "no words of your own" in noticed(await parlour.paper.say("/story forget"))


async def test_ones_own_words_outlive_the_turns_and_end_with_memory(parlour: Parlour) -> None:
    first = await talked(parlour)
    await parlour.paper.say("/story edit We met on the pier, and it rained.")
    parlour.paper.tell(Deleted(first.room, first.author, first.id, first.at))
    assert "on the pier" in await opening(parlour)
    await parlour.paper.say("/memory off")
    await parlour.paper.say("/memory on")
    assert "on the pier" not in await opening(parlour)


async def test_l2_what_a_card_may_not_say_is_no_story(parlour: Parlour) -> None:
    await talked(parlour)
    for words in ("A love scene with a 15-year-old.", "🐝 🐝"):
        said = noticed(await parlour.paper.say(f"/story edit {words}"))
        assert "nothing has changed" in said
    assert "15" not in await opening(parlour)


async def test_a_new_session_begins_from_the_story_with_a_recap(parlour: Parlour) -> None:
    await talked(parlour)
    shown = await parlour.paper.say("/story again")
    assert TOLD in noticed(shown)
    assert spoken(shown), "the persona greets"
    await parlour.paper.say("Where were we?")
    assert TOLD in system_of(parlour)
    assert len([p for p in parlour.scripted.prompts[-1].parts if p.speaker != "system"]) == 2


async def test_i1_in_a_shared_room_no_story_is_shown(parlour: Parlour) -> None:
    await talked(parlour)
    message = in_shared_room(parlour.paper.message("/story"))
    parlour.paper.tell(message)
    await parlour.paper.rest(message.room.id)
    assert not any("Mara" in shown.text for shown in parlour.paper.shown)
