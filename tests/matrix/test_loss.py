"""What breaks: the line, the homeserver, the bot itself, the token; and that nothing is said twice."""

import asyncio
from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.events import PersonId, Say
from bot.platforms.matrix.filter import TIMELINE
from bot.platforms.matrix.names import shared_room
from bot.platforms.matrix.opening import open_matrix
from tests.fakes import Drawer, Held
from tests.matrix.people import People, people_of
from tests.matrix.person import ENCRYPTED, WITHIN_S, Person
from tests.matrix.proxy import Proxy
from tests.matrix.serving import Served, make_ground, serving, setup
from tests.matrix.setting_up import until_bot
from tests.matrix.synapse import Homeserver
from tests.matrix.test_talk import LAMP, SEND

pytestmark = pytest.mark.live

SYNC = "GET /sync"


async def test_what_was_missed_is_read_in_order_and_nothing_is_answered_twice(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ground, ada = await make_ground(people), await people.person("ada")
    data, engine = tmp_path / "data", ScriptedEngine()
    async with serving(people, data, engine, ground=ground) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "Before")
        await bot.says(ada, room, "You said: Before")
    for number in range(3):
        await ada.write(room, f"Missed {number}")
    engine = ScriptedEngine()
    async with serving(people, data, engine, ground=ground, through=proxy.url) as bot:
        await bot.says(ada, room, "You said: Missed 2")
        assert "since=" in proxy.of(SYNC)[0].query, "it goes on from where it was"
        await ada.write(room, "After")
        await bot.says(ada, room, "You said: After")
        said = [one.body for one in bot.said(ada, room)]
        assert said.count("You said: Before") == 1
        window = [part.text for part in engine.prompts[-1].parts]
        missed = [text for text in window if text.startswith("Missed")]
        assert missed == ["Missed 0", "Missed 1", "Missed 2"]


async def test_of_what_is_too_old_only_the_newest_is_answered_however_much_it_is(
    people: People, tmp_path: Path
) -> None:
    """More than one sync tells, so what fell between two is fetched, too."""
    ground, ada = await make_ground(people), await people.person("ada")
    data = tmp_path / "data"
    async with serving(people, data, ScriptedEngine(), ground=ground) as bot:
        room = await bot.let_in(ada)
    for number in range(TIMELINE + 10):
        await ada.write(room, f"Missed {number}")
    engine = ScriptedEngine(context_tokens=100_000)
    async with serving(people, data, engine, ground=ground, answer_missed_s=-1e12) as bot:
        await bot.says(ada, room, f"You said: Missed {TIMELINE + 9}")
        before = {one.body for one in bot.said(ada, room) if one.body.startswith("You said")}
        assert before == {f"You said: Missed {TIMELINE + 9}"}
        window = [part.text for part in engine.prompts[-1].parts]
        missed = [text for text in window if text.startswith("Missed")]
        assert missed == [f"Missed {number}" for number in range(TIMELINE + 10)]


async def test_a_reply_that_a_stop_of_the_bot_cut_is_answered_once_after_it(
    people: People, tmp_path: Path
) -> None:
    ground, ada = await make_ground(people), await people.person("ada")
    data, held = tmp_path / "data", Held(LAMP, at=0)
    async with serving(people, data, held.engine, ground=ground) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "Good evening")
        await held.reached.wait()
        await ada.write(room, "and a question")
        # Ended in the middle, as by a power cut: nothing is closed in order.
        bot.running.cancel()
        await asyncio.wait([bot.running])
    async with serving(people, data, ScriptedEngine(), ground=ground) as bot:
        await bot.says(ada, room, "You said: and a question")
        await ada.write(room, "Thank you")
        await bot.says(ada, room, "You said: Thank you")
        said = [one.body for one in bot.said(ada, room)]
        assert said.count("You said: and a question") == 1


async def test_a_last_edit_that_never_arrived_is_sent_by_the_start_after_a_crash(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ground, ada = await make_ground(people), await people.person("ada")
    data, held = tmp_path / "data", Held(LAMP, at=4)
    async with serving(people, data, held.engine, ground=ground, through=proxy.url) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "Good evening")
        await held.reached.wait()
        shown = await ada.until(
            lambda: next((o for o in bot.said(ada, room) if LAMP.startswith(o.body)), None),
            "first words",
        )
        proxy.fail(SEND, 403, times=99)
        held.go()
        async with bot.house.vault(PersonId(f"matrix:{ada.id}")) as vault:
            assert vault is not None
            session = await vault.session()
            assert session is not None
            while LAMP not in [one.text for one in await vault.window(session.id)]:
                pass
        # As a kill leaves it: the vault is not noted as closed.
        bot.house.leave_unfinished(PersonId(f"matrix:{ada.id}"))
    assert [one.body for one in bot.said(ada, room)].count(LAMP) == 0
    proxy.mend()
    async with serving(people, data, ScriptedEngine(), ground=ground) as bot:
        assert (await ada.sees(room, LAMP, sender=bot.id)).event == shown.event


async def test_a_homeserver_that_is_started_again_in_mid_reply_loses_none_of_it(
    people: People, tmp_path: Path
) -> None:
    held = Held(LAMP, at=6)
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", held.engine) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "Good evening")
        await held.reached.wait()
        await people.homeserver.restart()
        held.go()
        await ada.sees(room, LAMP, sender=bot.id)
        await ada.write(room, "Still there?")
        # The engine says the same to everything.
        await ada.until(
            lambda: [one.body for one in bot.said(ada, room)].count(LAMP) == 2, "a second answer"
        )


async def test_cut_lines_lost_answers_and_broken_answers_double_nothing(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine(), through=proxy.url) as bot:
        room = await bot.let_in(ada)
        for number in range(3):
            proxy.lose_answer(SEND)
            proxy.fail(SEND, 502)
            proxy.cut(SYNC)
            proxy.fail(SYNC, 503)
            proxy.lose_answer(SYNC)
            await ada.write(room, f"Number {number}")
            await bot.says(ada, room, f"You said: Number {number}")
        said = [one.body for one in bot.said(ada, room) if one.body.startswith("You said")]
        assert said == [f"You said: Number {number}" for number in range(3)]


async def test_what_waits_for_a_slow_homeserver_arrives_in_order(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine(), through=proxy.url) as bot:
        room = await bot.let_in(ada)
        with proxy.delay(SEND):
            await ada.write(room, "Slowly")
            await proxy.until(lambda: proxy.waiting(SEND), "a message on its way")
        await bot.says(ada, room, "You said: Slowly")


async def test_keys_that_the_homeserver_did_not_take_are_shared_again(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    """The library calls them shared all the same, and nobody could read what follows."""
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine(), through=proxy.url) as bot:
        room = await bot.meets(ada)
        proxy.fail("PUT /sendToDevice/{}/{}", 502, times=2)
        await ada.write(room, "hello")
        await bot.says(ada, room, "1 of 4")


async def test_a_dead_token_ends_the_bot_with_its_mend_and_asks_no_more(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine(), through=proxy.url) as bot:
        await bot.let_in(ada)
        proxy.end_tokens()
        proxy.fail("POST /refresh", 403, times=99)
        before = proxy.count(SYNC)
        await bot.keeper.write(bot.home, "so that the long poll ends")
        await asyncio.wait([bot.running])
        assert "parlour login matrix" in bot.platform.trouble
        assert proxy.count(SYNC) <= before + 2


@pytest.mark.parametrize("soft", [True, False])
async def test_a_token_that_ends_is_renewed_and_kept(
    people: People, proxy: Proxy, tmp_path: Path, *, soft: bool
) -> None:
    ground, ada = await make_ground(people), await people.person("ada")
    data = tmp_path / "data"
    async with serving(people, data, ScriptedEngine(), ground=ground, through=proxy.url) as bot:
        room = await bot.let_in(ada)
        device = bot.platform.client.device_id
        proxy.end_tokens(soft_logout=soft)
        await ada.write(room, "Still there?")
        await bot.says(ada, room, "You said: Still there?")
    assert proxy.count("POST /refresh") == 1
    async with serving(people, data, ScriptedEngine(), ground=ground) as bot:
        await ada.write(room, "And now?")
        await bot.says(ada, room, "You said: And now?")
        assert bot.platform.client.device_id == device


async def test_what_met_a_room_that_was_being_encrypted_is_taken_away(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ada, words = await people.person("ada"), "PUT /rooms/{}/send/{}/{}"
    async with serving(people, tmp_path / "data", ScriptedEngine(), through=proxy.url) as bot:
        await bot.let_in(ada)
        keeper, home, mention = bot.keeper, bot.home, {"m.mentions": {"user_ids": [bot.id]}}
        await ada.write(home, f"{bot.id}: before", **mention)
        await bot.says(keeper, home, "You said: before")
        place = bot.platform.rooms.place(home)
        assert place is not None
        with proxy.delay(words):
            await ada.write(home, f"{bot.id}: meanwhile", **mention)
            await proxy.until(lambda: proxy.waiting(words), "words on their way")
            await keeper.set_state(home, "m.room.encryption", ENCRYPTED["content"])
            await until_bot(bot, lambda: place.is_encrypted, "know it")
        wire = people.wire_of(keeper)

        async def clear() -> list[str]:
            """What the bot has said there in clear text, since it was encrypted."""
            found = await wire.events(home)
            [began] = [n for n, one in enumerate(found) if one["type"] == "m.room.encryption"]
            mine = [one for one in found[began:] if one["sender"] == bot.id]
            return [one["content"].get("body") for one in mine if one["type"] == "m.room.message"]

        # As long as the words themselves are still to come.
        async with asyncio.timeout(WITHIN_S):
            while not (said := await clear()) or any(said):
                await keeper.type(home)
        assert said == [None]
        await ada.until(lambda: ada.client.rooms[home].encrypted, "that it is encrypted")
        await ada.knows(home, keeper)
        await ada.write(home, f"{bot.id}: after", **mention)
        await bot.says(ada, home, "You said: after")
        assert any("You said: before" in one.body for one in bot.said(keeper, home))
        assert not any(await clear())


async def test_a_session_that_ended_is_taken_up_again_by_the_password_as_the_same_device(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ground, ada = await make_ground(people), await people.person("ada")
    data = tmp_path / "data"
    async with serving(people, data, ScriptedEngine(), ground=ground, through=proxy.url) as bot:
        room, device = await bot.let_in(ada), bot.platform.client.device_id
        logins = proxy.count("POST /login")
        # The homeserver is away for a moment, just then.
        proxy.fail("POST /refresh", 502)
        proxy.fail("POST /refresh", 403, times=99)
        proxy.end_tokens(soft_logout=True)
        await ada.write(room, "Still there?")
        await bot.says(ada, room, "You said: Still there?")
        assert proxy.count("POST /login") == logins + 1
        assert bot.platform.client.device_id == device and not bot.platform.trouble
    async with serving(people, data, ScriptedEngine(), ground=ground, password="") as bot:
        await ada.write(room, "And now?")
        await bot.says(ada, room, "You said: And now?")
        assert bot.platform.client.device_id == device


async def test_where_the_password_is_not_taken_any_more_it_ends_with_its_mend(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine(), through=proxy.url) as bot:
        await bot.let_in(ada)
        logins = proxy.count("POST /login")
        for route in ("POST /refresh", "POST /login"):
            proxy.fail(route, 403, times=99)
        proxy.end_tokens(soft_logout=True)
        await bot.keeper.write(bot.home, "so that the long poll ends")
        await asyncio.wait([bot.running])
        assert "parlour login matrix" in bot.platform.trouble
        assert proxy.count("POST /login") == logins + 1


async def test_tokens_that_live_a_second_are_renewed_in_time(tmp_path: Path) -> None:
    homeserver = Homeserver(tmp_path / "synapse", {"refreshable_access_token_lifetime": "1s"})
    try:
        await homeserver.restart()
        async with people_of(homeserver, tmp_path) as people:
            ada = await people.person("ada")
            async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
                room = await bot.let_in(ada)
                first = bot.platform.client.access_token
                number = 0
                while bot.platform.client.access_token == first or number < 3:
                    number += 1
                    await ada.write(room, f"Number {number}")
                    await bot.says(ada, room, f"You said: Number {number}")
                assert not bot.platform.trouble
    finally:
        homeserver.end()


async def test_nothing_is_written_into_a_room_of_which_it_is_not_known_whether_it_is_encrypted(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine(), through=proxy.url) as bot:
        await bot.let_in(ada)
        asked = {"m.mentions": {"user_ids": [bot.id]}}
        await ada.write(bot.home, "hello", **asked)
        await _is_whole(bot, ada, "hello")
        proxy.fail("GET /rooms/{}/state/m.room.encryption", 502, times=2)
        await ada.write(bot.home, "and again", **asked)
        await _is_whole(bot, ada, "and again")
        # Switched on behind the bot's back: what it says next is sealed, or not said.
        with proxy.delay(SYNC):
            await ada.write(bot.home, "so that the bot asks for what is next")
            await proxy.until(lambda: proxy.waiting(SYNC), "a sync that waits")
            await bot.keeper.set_state(
                bot.home, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"}
            )
            where = shared_room(bot.home, bot.home)
            assert await bot.platform.do(Say(where, "Sealed at once", "a nonce")) is not None
        await ada.until(lambda: ada.client.rooms[bot.home].encrypted, "that it is encrypted")
        await ada.write(bot.home, "sealed", **asked)
        await _is_whole(bot, ada, "sealed")
        wire = await people.wire_of(ada).events(bot.home)
    switched = next(n for n, e in enumerate(wire) if e["type"] == "m.room.encryption")
    after = [e for e in wire[switched + 1 :] if e["sender"] == bot.id and "state_key" not in e]
    said = [e for e in after if e["type"] != "m.reaction"]
    assert len(said) >= 2
    assert {e["type"] for e in said} == {"m.room.encrypted"}


async def _is_whole(bot: Served, person: Person, text: str) -> None:
    """What answers it stands there to its end, so nothing of it is on its way any more."""

    def found() -> bool:
        said = [one.body for one in bot.said(person, bot.home)]
        return any(one.endswith(f"You said: {text}") for one in said)

    await person.until(found, f"the whole answer to {text!r}")


async def test_where_encryption_is_missing_it_does_not_open(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.platforms.matrix.device.ENCRYPTION_ENABLED", False)
    account = await people.account("parlour")
    with pytest.raises(Exception, match=r"encryption is not installed.*parlour\[matrix\]"):
        async with open_matrix(setup(people, account, tmp_path), Drawer()):
            raise AssertionError("nothing to open")
