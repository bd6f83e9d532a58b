"""On Discord: what is remembered as a list to choose from, with buttons, a form, and a message's menu."""

from pathlib import Path

import pytest

from bot.commands import follow_facts, follow_story
from bot.commands.fact_lines import PAGE
from bot.engine.scripted import ScriptedEngine
from bot.languages.catalogue import say
from bot.platforms.discord.asked import NOT_FOR_YOU
from bot.platforms.discord.buttons import CHOOSE, DEEDS
from bot.platforms.discord.menus import FIELD
from bot.platforms.discord.native import MENUS
from tests.discord import DiscordServer, discord_server
from tests.discord.people import Person
from tests.discord.state import Asked, Shown
from tests.discord_help import Served, labels, said_in, serving

pytestmark = pytest.mark.live

TEA = "I drink my tea with honey."
REMEMBER = str(MENUS["Remember"])


async def answer(server: DiscordServer, asked: Asked) -> Shown:
    """What the asker is told of it."""
    await server.until(lambda: asked.original and asked.original.content, "an answer")
    assert asked.original is not None
    return asked.original


async def runs(server: DiscordServer, who: Person, name: str, **given: object) -> Shown:
    return await answer(server, await who.runs(name, who.dm, **given))


async def let_in(bot: Served, who: Person) -> None:
    await bot.let_in(who)
    await runs(bot.server, who, "/memory on")


def custom_ids(shown: Shown) -> list[str]:
    return [part["custom_id"] for part in shown.parts() if "custom_id" in part]


async def test_what_is_remembered_is_chosen_from_a_list_and_changed_by_buttons_and_a_form(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        ada = server.person("Ada")
        async with serving(server, tmp_path / "d", ScriptedEngine(), has_buttons=True) as bot:
            await let_in(bot, ada)
            await runs(server, ada, "/memory add", sentence=TEA)
            await runs(server, ada, "/memory add", sentence="The harbour is where I walk.")
            listed = await runs(server, ada, "/memory show")
            assert TEA in listed.content
            assert custom_ids(listed)
            assert not [one for one in custom_ids(listed) if "honey" in one or "harbour" in one]
            chosen = await answer(server, await ada.selects(ada.dm, listed, str(CHOOSE), "1"))
            assert TEA in chosen.content
            assert labels(chosen) == ["Edit", "Pin", "Forget"]
            form = await ada.presses(ada.dm, chosen, str(DEEDS["memory edit"]))
            filled = await ada.fills(form, **{FIELD: "I drink my tea with milk."})
            assert "#1: “I drink my tea with milk.”" in (await answer(server, filled)).content
            pinned = await ada.presses(ada.dm, chosen, str(DEEDS["memory pin"]))
            assert "Pinned" in (await answer(server, pinned)).content
        # Nothing is kept for a button: after a restart it does the same.
        async with serving(server, tmp_path / "d", ScriptedEngine(), has_buttons=True):
            gone = await ada.presses(ada.dm, chosen, str(DEEDS["memory forget"]))
            assert "Forgotten" in (await answer(server, gone)).content
            again = await ada.presses(ada.dm, chosen, str(DEEDS["memory pin"]))
            said = await answer(server, again)
            assert said.content == str(follow_facts.NO_SUCH.format(prefix="/"))
            still = await answer(server, await ada.selects(ada.dm, listed, str(CHOOSE), "2"))
            assert "harbour" in still.content


async def test_what_was_found_by_words_goes_by_one_press(tmp_path: Path) -> None:
    async with discord_server() as server:
        ada = server.person("Ada")
        async with serving(server, tmp_path / "d", ScriptedEngine(), has_buttons=True) as bot:
            await let_in(bot, ada)
            await runs(server, ada, "/memory add", sentence=TEA)
            asked = await runs(server, ada, "/memory forget", what="honey")
            assert TEA in asked.content
            pressed = await ada.presses(ada.dm, asked, str(DEEDS["memory forget"]))
            assert "Forgotten" in (await answer(server, pressed)).content
            assert "honey" not in (await runs(server, ada, "/memory show")).content


async def test_remember_this_is_in_the_menu_of_ones_own_words_and_the_personas(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        ada = server.person("Ada")
        engine = ScriptedEngine(lambda _: "The goat likes thistles.")
        async with serving(server, tmp_path / "d", engine, has_buttons=True) as bot:
            await let_in(bot, ada)
            before = len(said_in(ada.dm, server))
            own = await ada.writes(ada.dm, TEA)
            reply = (await bot.rests(ada, before + 1))[-1]
            kept = await answer(server, await ada.chooses(REMEMBER, ada.dm, own))
            assert f"#1: “{TEA}”" in kept.content
            kept = await answer(server, await ada.chooses(REMEMBER, ada.dm, reply))
            assert "thistles" in kept.content
            notice = await answer(server, await ada.chooses(REMEMBER, ada.dm, kept))
            assert notice.content == str(follow_facts.NO_MESSAGE.format(prefix="/"))


async def test_a_forged_choice_and_somebody_elses_list_come_to_nothing(tmp_path: Path) -> None:
    async with discord_server() as server:
        ada, ben = server.person("Ada"), server.person("Ben")
        async with serving(server, tmp_path / "d", ScriptedEngine(), has_buttons=True) as bot:
            await let_in(bot, ada)
            await let_in(bot, ben)
            await runs(server, ada, "/memory add", sentence=TEA)
            listed = await runs(server, ada, "/memory show")
            part = ada.part(listed, str(CHOOSE))
            forged = {"custom_id": part["custom_id"], "component_type": 3, "id": 1}
            for value in ("1 /erase confirm", "all confirm", "1\n/erase", ""):
                asked = ada.ask(3, forged | {"values": [value]}, ada.dm, on=listed)
                assert (await ada.answered(asked)).answer is not None
                await server.until(
                    lambda: ada.sees(ada.dm)[-1].content == str(NOT_FOR_YOU), "a refusal"
                )
            await ben.answered(ben.ask(3, forged | {"values": ["1"]}, ben.dm, on=listed))
            await server.until(lambda: ben.sees(ben.dm)[-1].content == str(NOT_FOR_YOU), "a no")
            assert TEA in (await runs(server, ada, "/memory show")).content


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("en-US", "I call her “Mara” (my sister), see: “the bees”."),
        ("de", "Der Zug „Nach Süden“ fährt um sieben; 🐝 wartet."),
        ("ja", "妹は「花子」です。京都に住んでいます。"),
        ("fr", "L’eau, « la mienne », et l’été #9."),
        ("es-ES", "Vivo en Cádiz, «la vieja»."),
        ("pt-BR", "Moro em Évora. " * 19),
    ],
)
async def test_the_form_to_edit_begins_with_what_is_kept(
    tmp_path: Path, locale: str, sentence: str
) -> None:
    kept = " ".join(sentence.split())
    async with discord_server() as server:
        ada = server.person("Ada")
        ada.locale = locale
        async with serving(server, tmp_path / "d", ScriptedEngine(), has_buttons=True) as bot:
            await let_in(bot, ada)
            await runs(server, ada, "/memory add", sentence=sentence)
            shown = await runs(server, ada, "/memory show", number="1")
            label = say(DEEDS["memory edit"], locale[:2])
            form = await ada.presses(ada.dm, shown, label)
            # As it stands there, and only sent.
            changed = await answer(server, await ada.fills(form))
            assert kept in changed.content


async def test_the_story_is_corrected_in_a_form_and_begun_anew_from_it(tmp_path: Path) -> None:
    async with discord_server() as server:
        ada = server.person("Ada")
        async with serving(server, tmp_path / "d", ScriptedEngine(), has_buttons=True) as bot:
            await let_in(bot, ada)
            none = await runs(server, ada, "/story show")
            assert labels(none) == ["Edit"]
            form = await ada.presses(ada.dm, none, "Edit")
            told = await ada.fills(form, **{FIELD: "We met on the pier.\nThe bees slept."})
            assert (await answer(server, told)).content == str(follow_story.KEPT)
            shown = await runs(server, ada, "/story show")
            assert labels(shown) == ["Edit", "Begin anew from it"]
            form = await ada.presses(ada.dm, shown, "Edit")
            await answer(server, await ada.fills(form))
            again = await runs(server, ada, "/story show")
            assert again.content == shown.content, "as it stood there"
            before = len(said_in(ada.dm, server))
            await ada.presses(ada.dm, again, "Begin anew from it")
            await server.until(
                lambda: [one for one in said_in(ada.dm, server)[before:] if "pier" in one.content],
                "the story, told again",
            )


async def test_a_long_list_is_turned_by_a_button(tmp_path: Path) -> None:
    async with discord_server() as server:
        ada = server.person("Ada")
        async with serving(server, tmp_path / "d", ScriptedEngine(), has_buttons=True) as bot:
            await let_in(bot, ada)
            for number in range(1, PAGE + 2):
                await runs(server, ada, "/memory add", sentence=f"This is sentence {number}.")
            listed = await runs(server, ada, "/memory show")
            assert "sentence 1." not in listed.content
            assert labels(listed) == ["Next page"]
            last = await answer(server, await ada.presses(ada.dm, listed, "Next page"))
            assert "sentence 1." in last.content
            assert labels(last) == []
