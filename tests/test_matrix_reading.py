"""What an event of Matrix says and what a room's state means; settings, secrets and what `check` says."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from bot.config import ConfigError
from bot.events import Role
from bot.operate.check import Level, check
from bot.operate.houses import look_at_house
from bot.operate.matrix import look_at_matrix, matrix_secrets
from bot.operate.platforms import require_platforms
from bot.platforms.matrix.html import as_html
from bot.platforms.matrix.places import POLICY, Place
from bot.platforms.matrix.reading import read_said, without_name
from bot.platforms.matrix.saying import edit, words
from bot.platforms.matrix.supervise import LONGEST_PAUSE_S, Pauses
from bot.settings import Config, Keys, MatrixSettings
from bot.store.house import House
from bot.store.keys import make_master_key
from tests.opening import open_without_house

ADA, MO = "@ada:example.org", "@mo:example.org"


def event(content: Any, kind: str = "m.room.message") -> dict[str, Any]:
    return {
        "type": kind,
        "event_id": "$one",
        "sender": ADA,
        "origin_server_ts": 1_000,
        "content": content,
    }


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"msgtype": "m.text", "body": " hello "}, "hello"),
        ({"msgtype": "m.emote", "body": "waves"}, "*waves*"),
        ({"msgtype": "m.notice", "body": "beep"}, None),
        ({"msgtype": "m.image", "body": "sea.png"}, ""),
        ({"msgtype": "m.image", "body": "look!", "filename": "sea.png"}, "look!"),
        ({"msgtype": "m.key.verification.request", "body": "verify"}, None),
        ({"msgtype": "m.text"}, None),
        ({"msgtype": "m.text", "body": 5}, None),
        ({"msgtype": "m.text", "body": "a", "formatted_body": "<b>another</b>"}, "a"),
        ("no table", None),
        (None, None),
    ],
)
def test_what_a_message_says(content: Any, text: str | None) -> None:
    said = read_said(event(content))
    assert (said.text if said else None) == text


def test_what_is_quoted_is_not_the_answer_and_a_quotation_alone_is_words() -> None:
    answer = {"m.in_reply_to": {"event_id": "$before"}}
    quoting = {"msgtype": "m.text", "body": "> <@mo:example.org> a\n> b\n\nmine"}
    said = read_said(event({**quoting, "m.relates_to": answer}))
    assert said and (said.text, said.reply_to) == ("mine", "$before")
    alone = read_said(event(quoting))
    assert alone and alone.text.startswith("> <@mo")


def test_an_edit_names_what_it_changes_and_says_what_is_new() -> None:
    new = {"msgtype": "m.text", "body": "better"}
    change = {"rel_type": "m.replace", "event_id": "$before"}
    said = read_said(
        event(
            {"msgtype": "m.text", "body": "* better", "m.new_content": new, "m.relates_to": change}
        )
    )
    assert said and said.is_edit
    assert (said.id, said.text) == ("$before", "better")
    assert read_said(event({**new, "m.relates_to": {"rel_type": "m.replace"}})) is None


def test_the_bots_name_in_front_is_taken_off() -> None:
    names = ("@parlour:example.org", "Parlour")
    assert without_name("Parlour: hello", names) == "hello"
    assert without_name("@parlour:example.org, hello", names) == "hello"
    assert without_name("Parlours are nice", names) == "Parlours are nice"
    assert without_name("hello Parlour", names) == "hello Parlour"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain words", ""),
        ("two\nlines", ""),
        ("a < b & c", ""),
        ("*hm*", "<em>hm</em>"),
        ("<script>x</script> **b**", "&lt;script&gt;x&lt;/script&gt; <strong>b</strong>"),
        ("[here](https://example.org)", ""),
        ("![x](https://example.org/x.png)", ""),
        ("<https://example.org>", ""),
    ],
)
def test_markdown_becomes_safe_html_or_nothing(text: str, html: str) -> None:
    assert as_html(text) == html


def test_an_edit_says_everything_twice_and_fits_into_an_event() -> None:
    content = edit("$one", "**a** word")
    assert content["body"] == "* **a** word"
    assert content["m.new_content"] == words("**a** word", is_persona=True)
    for signs in ("&" * 2900, "語" * 2900, "🌊" * 2900):
        text = f"**{signs}** end"
        long = edit("$one", text)
        assert long["m.new_content"]["body"] == text
        assert len(json.dumps(long)) <= 40_000, "a third more when it is encrypted, of 65,536"


def state(kind: str, content: Any, key: str = "", sender: str = MO) -> dict[str, Any]:
    return {"type": kind, "state_key": key, "sender": sender, "content": content}


def test_a8_who_may_set_the_policy_of_a_room_moderates_it() -> None:
    place = Place("!room")
    assert place.role_of(MO) is Role.MEMBER, "nothing is known"
    place.take(state("m.room.power_levels", {"users": {MO: 50}, "users_default": 0}))
    assert (place.role_of(MO), place.role_of(ADA)) == (Role.MODERATOR, Role.MEMBER)
    place.take(state("m.room.power_levels", {"users": {MO: 50}, "events": {POLICY: 100}}))
    assert place.role_of(MO) is Role.MEMBER
    place.take(state("m.room.power_levels", {"users": {MO: "100"}, "events": {POLICY: 100}}))
    assert place.role_of(MO) is Role.MODERATOR, "older rooms have levels as text"
    place.take(state("m.room.power_levels", "broken"))
    assert place.role_of(MO) is Role.MODERATOR, "what is broken says nothing"


def test_whoever_made_a_room_of_version_12_moderates_it_and_of_an_older_one_does_not() -> None:
    for version, role in (("12", Role.MODERATOR), ("11", Role.MEMBER), ("odd", Role.MEMBER)):
        place = Place("!room")
        place.take(state("m.room.create", {"room_version": version}))
        assert place.role_of(MO) is role


def test_a_room_that_was_encrypted_once_stays_so() -> None:
    place = Place("!room")
    place.take(state("m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"}))
    place.take(state("m.room.encryption", {}))
    assert place.is_encrypted


def test_who_is_invited_counts_as_there() -> None:
    place = Place("!room")
    for user, membership in ((ADA, "join"), (MO, "invite"), ("@gone:example.org", "leave")):
        place.take(state("m.room.member", {"membership": membership}, user))
    assert place.present == {ADA, MO}


def test_pauses_grow_differ_and_begin_anew() -> None:
    pauses = Pauses(1.0, spread=lambda least, most: most)
    assert [pauses.next_s() for _ in range(3)] == [1.25, 2.5, 5.0]
    assert pauses.next_s(at_least_s=60.0) == 60.0
    for _ in range(40):
        longest = pauses.next_s()
    assert longest == LONGEST_PAUSE_S * 1.25
    pauses.went_well()
    assert pauses.next_s() == 1.25


# --- What the operator sees -------------------------------------------------------------------


def config(**chosen: Any) -> Config:
    return Config(matrix=MatrixSettings(**chosen))


@pytest.mark.parametrize(
    ("chosen", "environ", "said"),
    [
        ({}, {}, "matrix.on"),
        ({"on": True}, {}, "matrix.homeserver"),
        (
            {"on": True, "homeserver": "https://example.org"},
            {"PARLOUR_MATRIX_PASSWORD": "a"},
            "matrix.user",
        ),
        (
            {"on": True, "homeserver": "https://example.org", "user": ADA},
            {"PARLOUR_MATRIX_PASSWORD": "a", "PARLOUR_MATRIX_TOKEN": "b"},
            "take one of them away",
        ),
    ],
)
async def test_what_is_missing_is_named(
    chosen: dict[str, Any], environ: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        require_platforms(config(**chosen), environ)
    with pytest.raises(ConfigError, match=said):
        async with open_without_house(config(**chosen), environ):
            raise AssertionError("nothing to open")


def test_a_password_may_have_spaces_and_a_file_without_one_is_named(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("correct horse battery\n")
    assert matrix_secrets(config(password_file=file, user=ADA), {}).password.count(" ") == 2
    file.write_text("")
    with pytest.raises(ConfigError, match=str(file)):
        matrix_secrets(config(password_file=file, user=ADA), {})
    with pytest.raises(ConfigError, match="cannot be read"):
        matrix_secrets(config(token_file=tmp_path / "nowhere"), {})


@pytest.mark.parametrize(
    ("chosen", "environ", "said", "has_mend"),
    [
        ({}, {}, "switched off", False),
        ({"on": True}, {}, "without a homeserver", True),
        ({"on": True, "homeserver": "http://example.org"}, {}, "without TLS", True),
        ({"on": True, "homeserver": "http://localhost:8008"}, {}, "parlour login matrix", False),
        (
            {"on": True, "homeserver": "https://example.org"},
            {},
            "name yourself in matrix.op",
            False,
        ),
        (
            {"on": True, "homeserver": "https://example.org", "user": ADA},
            {"PARLOUR_MATRIX_PASSWORD": "a secret"},
            "there is a password",
            False,
        ),
    ],
)
def test_check_tells_how_matrix_stands(
    chosen: dict[str, Any], environ: dict[str, str], said: str, *, has_mend: bool
) -> None:
    found = list(look_at_matrix(config(**chosen), environ))
    assert any(said in what and bool(mend) is has_mend for what, mend in found)
    assert "a secret" not in str(found)


async def test_check_shows_what_is_said_of_matrix() -> None:
    findings = await check(config(on=True), {}, now=1_800_000_000.0, quick=True)
    (found,) = [one for one in findings if "without a homeserver" in one.what]
    assert found.level is Level.FAIL


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (None, "was not looked at yet"),
        (b"OURS", "is signed by its account"),
        (b"NOT_OURS", "matrix.replace_keys has the bot replace them"),
    ],
)
async def test_check_tells_of_trust_as_it_was_seen_last(
    tmp_path: Path, standing: bytes | None, said: str
) -> None:
    chosen = Config(
        data=tmp_path / "data",
        keys=Keys(master_key_file=tmp_path / "key"),
        matrix=MatrixSettings(on=True, homeserver="https://example.org", replace_keys=True),
    )
    key = make_master_key(tmp_path / "key")
    house = await House.open(chosen.data, key, open_vaults=1, idle_s=1.0, clock=time.time)
    if standing:
        await house.locker.of("matrix").keep("standing", standing)
    await house.close()
    found = await look_at_house(chosen, {}, 1.0)
    assert any(said in what for _, what, _ in found)
    assert any("replaced at each start" in what and mend for _, what, mend in found)
    assert not any(is_bad for is_bad, _, _ in found)
