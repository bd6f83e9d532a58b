"""Cross-signing of the bot's own account, against a homeserver on paper: what is uploaded, what is
kept, and when nothing is touched. Signatures are looked at with vodozemac."""

import json
from typing import Any

import pytest

from bot.platforms.matrix.trust.identity import KEPT_AS, Standing, last_standing
from bot.platforms.matrix.trust.keys import make_keys, seal, unseal
from bot.platforms.matrix.trust.ports import Answer
from tests.fakes import Drawer
from tests.matrix.signing import is_signed, sign
from tests.trust_help import BOT, Bench, make_device, publish_master

UPLOAD, SIGN = "/keys/device_signing/upload", "/keys/signatures/upload"


def key_in(bench: Bench, role: str) -> str:
    [key] = bench.homeserver.signing[f"{role}_keys"][BOT]["keys"].values()
    return str(key)


def is_verified(bench: Bench) -> bool:
    """As a client looks: the device by the self-signing key, that and the other by the master key,
    and the master key by the device."""
    signing, device = bench.homeserver.signing, bench.homeserver.devices[BOT][bench.device]
    master = key_in(bench, "master")
    by_master = all(
        is_signed(signing[f"{role}_keys"][BOT], BOT, master)
        for role in ("self_signing", "user_signing")
    )
    by_device = {**signing["master_keys"][BOT]}
    by_device["signatures"] = {
        BOT: {
            f"ed25519:{bench.own.ed25519}": by_device["signatures"][BOT][f"ed25519:{bench.device}"]
        }
    }
    return (
        by_master
        and is_signed(device, BOT, key_in(bench, "self_signing"))
        and is_signed(by_device, BOT, bench.own.ed25519)
    )


async def test_a_first_start_makes_the_account_verified() -> None:
    bench = Bench()
    trust = bench.trust()
    assert bench.trust().standing is Standing.NOT_LOOKED
    assert await trust.begin() is Standing.OURS
    assert trust.standing is Standing.OURS
    assert is_verified(bench)
    usages = {role: bench.homeserver.signing[f"{role}_keys"][BOT]["usage"] for role in
              ("master", "self_signing", "user_signing")}  # fmt: skip
    assert all(usage == [role] for role, usage in usages.items())
    secrets = json.loads(bench.drawer.kept[KEPT_AS])
    wire = json.dumps([body for _, body in bench.homeserver.asked])
    assert not any(secrets[role] in wire for role in usages), "no secret leaves the house"


async def test_a_restart_changes_nothing_and_uploads_nothing() -> None:
    bench = Bench()
    await bench.trust().begin()
    kept, before = dict(bench.drawer.kept), json.dumps(bench.homeserver.signing)
    bench.homeserver.asked.clear()
    assert await bench.trust().begin() is Standing.OURS
    assert bench.homeserver.paths() == ["/keys/query"]
    assert (bench.drawer.kept, json.dumps(bench.homeserver.signing)) == (kept, before)


async def test_a_new_device_after_a_lost_store_is_signed_with_the_kept_keys() -> None:
    bench = Bench()
    await bench.trust().begin()
    master = key_in(bench, "master")
    bench.device = "NEWDEVICE"
    bench.own, _ = make_device(bench.homeserver, BOT, "NEWDEVICE")
    assert await bench.trust().begin() is Standing.OURS
    assert is_verified(bench)
    assert key_in(bench, "master") == master


async def test_a_crash_between_keeping_and_publishing_is_made_good() -> None:
    bench = Bench()
    bench.homeserver.refuses[UPLOAD] = Answer(500, {})
    assert await bench.trust().begin() is Standing.REFUSED
    kept = bench.drawer.kept[KEPT_AS]
    bench.homeserver.refuses.clear()
    assert await bench.trust().begin() is Standing.OURS
    assert is_verified(bench)
    assert bench.drawer.kept[KEPT_AS] == kept


async def test_a_signature_that_was_not_taken_is_uploaded_at_the_next_start() -> None:
    bench = Bench()
    bench.homeserver.refuses[SIGN] = Answer(200, {"failures": {BOT: {"BOTDEVICE": {}}}})
    assert await bench.trust().begin() is Standing.REFUSED
    bench.homeserver.refuses.clear()
    assert await bench.trust().begin() is Standing.OURS
    assert is_verified(bench)


async def test_a_signature_that_is_forged_is_made_anew() -> None:
    bench = Bench()
    await bench.trust().begin()
    signatures = bench.homeserver.devices[BOT]["BOTDEVICE"]["signatures"][BOT]
    signatures[f"ed25519:{key_in(bench, 'self_signing')}"] = "A" * 86
    assert not is_verified(bench)
    assert await bench.trust().begin() is Standing.OURS
    assert is_verified(bench)


async def test_keys_that_are_not_ours_are_left_alone() -> None:
    bench = Bench()
    publish_master(bench.homeserver, BOT)
    before = json.dumps(bench.homeserver.signing)
    assert await bench.trust().begin() is Standing.NOT_OURS
    assert bench.homeserver.paths() == ["/keys/query"]
    assert json.dumps(bench.homeserver.signing) == before
    assert bench.drawer.kept == {"standing": b"NOT_OURS"}


async def test_keys_that_somebody_has_reset_are_left_alone_and_ours_are_kept() -> None:
    bench = Bench()
    await bench.trust().begin()
    kept = dict(bench.drawer.kept)
    publish_master(bench.homeserver, BOT)
    bench.homeserver.asked.clear()
    assert await bench.trust().begin() is Standing.NOT_OURS
    assert bench.homeserver.paths() == ["/keys/query"]
    assert bench.drawer.kept == kept | {"standing": b"NOT_OURS"}


async def test_by_the_operators_wish_and_with_the_password_they_are_replaced() -> None:
    bench = Bench()
    publish_master(bench.homeserver, BOT)
    bench.homeserver.password = "right"
    assert await bench.trust().begin(anew=True) is Standing.NEEDS_LOGIN
    assert await bench.trust().begin(anew=True, password="wrong") is Standing.WRONG_LOGIN
    assert await bench.trust().begin(anew=True, password="right") is Standing.OURS
    assert is_verified(bench)
    bench.homeserver.asked.clear()
    assert await bench.trust().begin(anew=True) is Standing.OURS
    assert bench.homeserver.paths() == ["/keys/query"], "what is ours already stays"


async def test_after_a_lost_house_new_keys_are_signed_by_the_device_as_the_old_ones_were() -> None:
    bench = Bench()
    await bench.trust().begin()
    bench.drawer.kept.clear()
    assert await bench.trust().begin() is Standing.NOT_OURS
    assert await bench.trust().begin(anew=True) is Standing.OURS
    assert is_verified(bench)


@pytest.mark.parametrize(
    ("flows", "standing"),
    [
        ([["m.login.sso"]], Standing.NEEDS_CONSENT),
        ([["m.oauth"]], Standing.NEEDS_CONSENT),
        ([["m.login.password", "m.login.email.identity"]], Standing.NEEDS_CONSENT),
        ([[]], Standing.NEEDS_CONSENT),
        ([], Standing.NEEDS_CONSENT),
        ([["m.login.sso"], ["m.login.password"]], Standing.NEEDS_LOGIN),
    ],
)
async def test_a_homeserver_that_wants_to_know_who_asks(
    flows: list[list[str]], standing: Standing
) -> None:
    bench = Bench()
    bench.homeserver.password, bench.homeserver.flows = "right", flows
    assert await bench.trust().begin() is standing
    assert bench.homeserver.signing == {}


async def test_what_two_steps_would_say_is_not_said_to_a_homeserver_that_wants_none() -> None:
    bench = Bench()
    await bench.trust().begin(password="right")
    assert "right" not in json.dumps([body for _, body in bench.homeserver.asked])


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, {}),
        Answer(200, {"device_keys": []}),
        Answer(404, {"errcode": "M_UNRECOGNIZED"}),
        Answer(502, {}),
        Answer(401, {"errcode": "M_UNKNOWN_TOKEN"}),
    ],
)
async def test_a_homeserver_that_does_not_answer_the_question(answer: Answer) -> None:
    bench = Bench()
    bench.homeserver.refuses["/keys/query"] = answer
    assert await bench.trust().begin() is Standing.SILENT
    assert bench.drawer.kept == {"standing": b"SILENT"}
    assert await last_standing(bench.drawer) is Standing.SILENT


@pytest.mark.parametrize("kept", [{}, {"standing": b""}, {"standing": b"\xff"}])
async def test_what_was_never_looked_at_is_said_to_be_so(kept: dict[str, bytes]) -> None:
    assert await last_standing(Drawer(**kept)) is Standing.NOT_LOOKED


async def test_a_homeserver_that_is_away_is_asked_at_the_next_start() -> None:
    bench = Bench()
    bench.homeserver.is_away = True
    assert await bench.trust().begin() is Standing.SILENT
    bench.homeserver.is_away = False
    assert await bench.trust().begin() is Standing.OURS


@pytest.mark.parametrize(
    "wrong", [None, {}, [], "x", 7, {BOT: None}, {BOT: []}, {BOT: {"keys": 1}}]
)
async def test_whatever_a_homeserver_makes_of_the_answer_nothing_breaks(wrong: Any) -> None:
    bench = Bench()
    query = {"device_keys": {BOT: bench.homeserver.devices[BOT]}, "master_keys": wrong}
    bench.homeserver.refuses["/keys/query"] = Answer(200, query | {"self_signing_keys": wrong})
    assert await bench.trust().begin() is Standing.OURS
    bench.homeserver.refuses["/keys/query"] = Answer(200, {"device_keys": {BOT: wrong}})
    assert await bench.trust().begin() is Standing.NO_DEVICE


@pytest.mark.parametrize(
    ("name", "value"),
    [("device_id", "OTHER"), ("user_id", "@other:x"), ("keys", {}), ("keys", None), ("keys", 5),
     ("signatures", {}), ("algorithms", ["m.more"])],
)  # fmt: skip
async def test_a_device_that_does_not_prove_itself_is_not_signed(name: str, value: Any) -> None:
    bench = Bench()
    bench.homeserver.devices[BOT]["BOTDEVICE"][name] = value
    assert await bench.trust().begin() is Standing.NO_DEVICE
    assert SIGN not in bench.homeserver.paths()


async def test_a_device_under_another_name_is_none() -> None:
    bench = Bench()
    device, private = make_device(bench.homeserver, BOT, "BOTDEVICE")
    thing = bench.homeserver.devices[BOT]["BOTDEVICE"]
    del thing["signatures"]
    thing["device_id"] = "OTHER"
    sign(thing, BOT, "BOTDEVICE", private)
    bench.own = device
    assert await bench.trust().begin() is Standing.NO_DEVICE


async def test_another_device_under_our_name_is_not_signed() -> None:
    """As after a lost store with the same device: the homeserver keeps the keys it had first."""
    bench = Bench()
    make_device(bench.homeserver, BOT, "BOTDEVICE")
    assert await bench.trust().begin() is Standing.OTHER_DEVICE
    assert bench.homeserver.paths() == ["/keys/query"]


@pytest.mark.parametrize("spoilt", [b"", b"{}", b"[]", b"7", b"\xff", b'{"user": 1}'])
async def test_damaged_keys_are_none_and_replace_nothing(spoilt: bytes) -> None:
    bench = Bench()
    await bench.trust().begin()
    bench.drawer.kept[KEPT_AS] = spoilt
    assert await bench.trust().begin() is Standing.NOT_OURS
    assert bench.drawer.kept[KEPT_AS] == spoilt


async def test_the_keys_of_another_account_are_none() -> None:
    bench = Bench()
    bench.drawer.kept[KEPT_AS] = seal(make_keys("@former:example.org"))
    assert await bench.trust().begin() is Standing.OURS
    assert unseal(bench.drawer.kept[KEPT_AS]).user == BOT


def test_secrets_do_not_show_in_a_log() -> None:
    keys = make_keys(BOT)
    assert not any(secret in repr(keys) for secret in (keys.master, keys.self_signing))


def test_each_sentence_names_a_mend_or_says_that_all_is_well() -> None:
    for standing in Standing:
        assert standing.value.startswith("matrix: ")
    assert len({standing.value for standing in Standing}) == len(Standing)
