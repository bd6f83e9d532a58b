"""Verification by pictures, the other side of it played with vodozemac: how it goes well, and what
becomes of everything that is wrong, late, twice, forged or too much."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.trust import Trust, tell_in_log
from bot.platforms.matrix.trust.admission import Admission
from bot.platforms.matrix.trust.pictures import PICTURES
from bot.platforms.matrix.trust.sentences import COMPARE
from tests.matrix.signing import is_signed
from tests.trust_help import ADA, BOT, NOW, Bench, Json, Other, publish_master, to_pictures

ROOM_OR_NOT = pytest.mark.parametrize("room", ["!r", ""])


def pictures_of(established: Any) -> tuple[tuple[str, str], ...]:
    return tuple(PICTURES[number] for number in established.emoji_indices)


def own_keys(bench: Bench) -> dict[str, str]:
    master = bench.homeserver.signing.get("master_keys", {}).get(BOT, {}).get("keys", {})
    return {"ed25519:BOTDEVICE": bench.own.ed25519, **master}


# How it goes well


@ROOM_OR_NOT
async def test_somebody_verifies_the_bot(room: str) -> None:
    bench = Bench()
    trust = bench.trust()
    await trust.begin()
    other = Other(bench, room=room)
    seen = await to_pictures(trust, other)
    [comparing] = bench.shown
    assert comparing.shown.pictures == pictures_of(seen)
    assert comparing.shown.numbers == seen.decimals
    assert (comparing.user, comparing.device) == (ADA, "ADASDEVICE")
    assert other.steps() == ["ready", "accept", "key"]
    assert trust.comparing() == (comparing,)
    await trust.take(other.mac(), room)
    assert other.steps() == ["ready", "accept", "key", "mac", "done"]
    assert other.is_convinced(own_keys(bench)) and len(own_keys(bench)) == 2
    await trust.take(other.event("done", {}), room)
    assert other.steps()[-1] == "done"
    assert trust.comparing() == ()


async def test_the_bot_never_vouches_before_the_other_side_does() -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench)
    await to_pictures(trust, other)
    bench.now += 500
    await trust.look_at_clock()
    assert other.steps() == ["ready", "accept", "key"]


async def test_in_a_room_it_is_said_once_whom_to_compare_with() -> None:
    bench = Bench()
    trust = bench.trust()
    other, silent = Other(bench), Other(bench, "@bo:example.org", "BO", room="")
    await to_pictures(trust, other)
    await to_pictures(trust, silent)
    assert bench.rooms.said == [("!r", COMPARE)]


async def test_a_persons_keys_are_not_signed() -> None:
    bench = Bench()
    publish_master(bench.homeserver, ADA)
    trust = bench.trust()
    await trust.begin()
    other = Other(bench)
    bench.homeserver.asked.clear()
    await to_pictures(trust, other)
    await trust.take(other.mac(), "!r")
    assert other.steps()[-1] == "done"
    assert bench.homeserver.paths() == ["/keys/query"]


async def test_a_person_may_vouch_for_their_master_key_alone() -> None:
    bench = Bench()
    publish_master(bench.homeserver, ADA)
    trust, other = bench.trust(), Other(bench)
    await to_pictures(trust, other)
    other.keys = bench.homeserver.signing["master_keys"][ADA]["keys"]
    await trust.take(other.mac(), "!r")
    assert other.steps()[-1] == "done"


async def test_keys_that_the_bot_does_not_know_do_no_harm_beside_one_that_it_knows() -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench)
    await to_pictures(trust, other)
    other.keys["ed25519:NEWER"] = "newer"
    await trust.take(other.mac(), "!r")
    assert other.steps()[-1] == "done"


async def test_older_clients_begin_between_devices_without_a_request() -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench, room="")
    await trust.take(other.start())
    await trust.take(other.key())
    other.establish()
    await trust.take(other.mac())
    assert other.steps() == ["accept", "key", "mac", "done"]


async def test_a_key_may_come_padded() -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench)
    await trust.take(other.request(), "!r")
    await trust.take(other.start(), "!r")
    await trust.take(other.event("key", {"key": other.key()["content"]["key"] + "="}), "!r")
    seen = other.establish()
    assert bench.shown[0].shown.pictures == pictures_of(seen)


async def test_without_cross_signing_the_bot_vouches_for_its_device() -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench)
    await to_pictures(trust, other)
    await trust.take(other.mac(), "!r")
    assert other.is_convinced({"ed25519:BOTDEVICE": bench.own.ed25519})


async def test_two_people_at_once_do_not_meet() -> None:
    bench = Bench()
    trust = bench.trust()
    ada, bo = Other(bench), Other(bench, "@bo:example.org", "BODEVICE", room="!s")
    for step in ("request", "start", "key"):
        for one in (ada, bo):
            await trust.take(getattr(one, step)(), one.room)
    first, second = pictures_of(ada.establish()), pictures_of(bo.establish())
    assert [one.shown.pictures for one in bench.shown] == [first, second]
    await trust.take(bo.mac(), "!s")
    await trust.take(ada.mac(), "!r")
    assert ada.steps()[-1] == bo.steps()[-1] == "done"


# The operator's word


async def test_where_the_operator_confirms_nothing_is_vouched_for_before() -> None:
    bench = Bench()
    trust, other = bench.trust(operator_confirms=True), Other(bench)
    await to_pictures(trust, other)
    await trust.take(other.mac(), "!r")
    assert other.steps() == ["ready", "accept", "key"]
    await trust.confirm(bench.shown[0].number + 1)
    assert other.steps() == ["ready", "accept", "key"], "of that number there is none"
    await trust.confirm(bench.shown[0].number)
    assert other.steps() == ["ready", "accept", "key", "mac", "done"]
    await trust.confirm(bench.shown[0].number)
    assert other.steps().count("mac") == 1


async def test_the_operator_may_be_the_first() -> None:
    bench = Bench()
    trust, other = bench.trust(operator_confirms=True), Other(bench)
    await to_pictures(trust, other)
    await trust.confirm(bench.shown[0].number)
    assert other.steps()[-1] == "mac"
    await trust.confirm(bench.shown[0].number)
    await trust.take(other.mac(), "!r")
    assert other.steps() == ["ready", "accept", "key", "mac", "done"]


@pytest.mark.parametrize("operator_confirms", [True, False])
async def test_who_sees_other_pictures_ends_it(*, operator_confirms: bool) -> None:
    bench = Bench()
    trust, other = bench.trust(operator_confirms=operator_confirms), Other(bench)
    await to_pictures(trust, other)
    await trust.refuse(bench.shown[0].number)
    assert other.code == "m.mismatched_sas"
    await trust.take(other.mac(), "!r")
    assert other.steps() == ["ready", "accept", "key", "cancel"]


async def test_before_there_is_something_to_compare_nothing_can_be_confirmed() -> None:
    bench = Bench()
    trust, other = bench.trust(operator_confirms=True), Other(bench)
    await trust.take(other.request(), "!r")
    for number in range(3):
        await trust.confirm(number)
    assert other.steps() == ["ready"]


@pytest.mark.parametrize("operator_confirms", [True, False])
async def test_another_device_of_the_bots_account_is_signed_by_the_operators_word_only(
    *, operator_confirms: bool
) -> None:
    bench = Bench()
    trust = bench.trust(operator_confirms=operator_confirms)
    await trust.begin()
    other = Other(bench, BOT, "SECOND", room="")
    await to_pictures(trust, other)
    await trust.take(other.mac())
    [comparing] = bench.shown
    assert comparing.is_own_account and other.steps()[-1] == "key"
    second = bench.homeserver.devices[BOT]["SECOND"]
    [middle] = bench.homeserver.signing["self_signing_keys"][BOT]["keys"].values()
    assert not is_signed(second, BOT, middle)
    await trust.confirm(comparing.number)
    assert other.steps()[-1] == "done"
    assert is_signed(second, BOT, middle)


async def test_what_is_signed_is_the_device_that_was_compared(caplog: Any) -> None:
    """Not what the homeserver shows under its name by then."""
    bench = Bench()
    trust = bench.trust(operator_confirms=True)
    await trust.begin()
    other = Other(bench, BOT, "SECOND", room="")
    await to_pictures(trust, other)
    await trust.take(other.mac())
    true = dict(bench.homeserver.devices[BOT].pop("SECOND"))
    Other(bench, BOT, "SECOND", room="")
    await trust.confirm(bench.shown[0].number)
    _, uploaded = bench.homeserver.asked[-1]
    assert uploaded[BOT]["SECOND"]["keys"] == true["keys"]


def test_the_log_names_a_device_and_nobody_and_shows_no_pictures(caplog: Any) -> None:
    from bot.platforms.matrix.trust.sas import Side, shown
    from bot.platforms.matrix.trust.verifications import Comparing

    seen = shown(b"s" * 32, (Side(ADA, "A"), "k"), (Side(BOT, "B"), "l"), "$t")
    with caplog.at_level("INFO"):
        tell_in_log(Comparing(3, ADA, "ADASDEVICE", False, seen, NOW))
    assert "verification 3" in caplog.text and "ADASDEVICE" in caplog.text
    assert not any(f"{picture} {name}" in caplog.text for picture, name in seen.pictures)
    assert ADA not in caplog.text


# What is wrong


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        ({"method": "m.reciprocate.v1"}, "m.unknown_method"),
        ({"method": 7}, "m.unknown_method"),
        ({"hashes": ["md5"]}, "m.unknown_method"),
        ({"hashes": "sha256"}, "m.unknown_method"),
        ({"hashes": ["x"] * 51 + ["sha256"]}, "m.unknown_method"),
        ({"key_agreement_protocols": ["curve25519"]}, "m.unknown_method"),
        ({"message_authentication_codes": ["hkdf-hmac-sha256"]}, "m.unknown_method"),
        ({"message_authentication_codes": None}, "m.unknown_method"),
        ({"short_authentication_string": ["smell", {}]}, "m.unknown_method"),
        ({"short_authentication_string": {"emoji": 1}}, "m.unknown_method"),
        ({"from_device": None}, "m.invalid_message"),
        ({"from_device": "A" * 256}, "m.invalid_message"),
        ({"from_device": "A\nB"}, "m.invalid_message"),
        ({"from_device": "ANOTHER"}, "m.unexpected_message"),
        ({"more": 0.5}, "m.invalid_message"),
        ({"more": 2**60}, "m.invalid_message"),
        ({"more": "\ud800"}, "m.invalid_message"),
    ],
)
@ROOM_OR_NOT
async def test_a_start_that_is_wrong(spoilt: Json, code: str, room: str) -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench, room=room)
    await trust.take(other.request(), room)
    await trust.take(other.start(**spoilt), room)
    assert (other.steps(), other.code) == (["ready", "cancel"], code)


@pytest.mark.parametrize(
    "key", [None, 7, "", "?", "AAAA", "A" * 43, "A" * 90_000, ["A"], "日" * 43]
)
async def test_a_key_that_is_none(key: Any) -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench)
    await trust.take(other.request(), "!r")
    await trust.take(other.start(), "!r")
    await trust.take(other.event("key", {"key": key}), "!r")
    assert other.code == "m.invalid_message"
    assert bench.shown == []


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        ({"mac": None}, "m.invalid_message"),
        ({"mac": []}, "m.invalid_message"),
        ({"mac": {}}, "m.invalid_message"),
        ({"mac": {"ed25519:ADASDEVICE": 7}}, "m.invalid_message"),
        ({"mac": {"ed25519:ADASDEVICE": "A" * 300}}, "m.invalid_message"),
        ({"mac": {f"ed25519:{n}": "A" for n in range(51)}}, "m.invalid_message"),
        ({"keys": None}, "m.invalid_message"),
        ({"keys": "A" * 70_000}, "m.invalid_message"),
        ({"mac": {"ed25519:ADASDEVICE": "A" * 43}}, "m.key_mismatch"),
        ({"mac": {"ed25519:ADASDEVICE": "日"}}, "m.key_mismatch"),
        ({"keys": "A" * 43}, "m.key_mismatch"),
    ],
)
@pytest.mark.parametrize("operator_confirms", [True, False])
async def test_proofs_that_are_wrong(spoilt: Json, code: str, *, operator_confirms: bool) -> None:
    bench = Bench()
    trust, other = bench.trust(operator_confirms=operator_confirms), Other(bench)
    await to_pictures(trust, other)
    await trust.take(other.mac(**spoilt), "!r")
    assert (other.steps(), other.code) == (["ready", "accept", "key", "cancel"], code)
    await trust.confirm(bench.shown[0].number)
    assert other.steps()[-1] == "cancel"


async def test_proofs_of_keys_that_nobody_knows_prove_nothing() -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench)
    await to_pictures(trust, other)
    other.keys = {"ed25519:NEWER": "newer"}
    await trust.take(other.mac(), "!r")
    assert other.code == "m.key_mismatch"


async def test_a_key_that_changed_since_the_beginning_is_not_believed() -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench)
    await to_pictures(trust, other)
    del bench.homeserver.devices[ADA]
    other.keys = Other(bench).keys
    await trust.take(other.mac(), "!r")
    assert other.code == "m.key_mismatch"


async def test_a_left_out_name_is_found_out() -> None:
    bench = Bench()
    publish_master(bench.homeserver, ADA)
    trust, other = bench.trust(), Other(bench)
    await to_pictures(trust, other)
    other.keys |= bench.homeserver.signing["master_keys"][ADA]["keys"]
    event = other.mac()
    event["content"]["mac"].pop("ed25519:ADASDEVICE")
    await trust.take(event, "!r")
    assert other.code == "m.key_mismatch"


async def test_a_device_that_bears_the_name_of_a_master_key_is_refused() -> None:
    bench = Bench()
    publish_master(bench.homeserver, ADA)
    [master] = bench.homeserver.signing["master_keys"][ADA]["keys"].values()
    Other(bench, device=master)
    other = Other(bench)
    trust = bench.trust()
    await trust.take(other.request(), "!r")
    assert other.code == "m.unexpected_message"


# Out of order, twice, late


ORDERS = [
    (("key",), "m.unexpected_message"),
    (("mac",), "m.unexpected_message"),
    (("done",), "m.unexpected_message"),
    (("start", "mac"), "m.unexpected_message"),
    (("start", "done"), "m.unexpected_message"),
    (("start", "key", "done"), "m.unexpected_message"),
    (("start", "another start"), "m.unexpected_message"),
    (("start", "key", "another key"), "m.unexpected_message"),
    (("start", "key", "mac", "another key"), ""),
    (("start", "start", "key", "key", "mac", "mac"), ""),
    (("request", "start", "request", "key", "request"), ""),
    (("ready", "accept", "start", "nonsense", "key"), ""),
]


@pytest.mark.parametrize(("order", "code"), ORDERS, ids=lambda one: "-".join(one) or "fine")
async def test_steps_in_any_order(order: tuple[str, ...], code: str) -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench)
    twin = Other(bench)
    twin.transaction = other.transaction
    made: dict[str, Json] = {"request": other.request(), "start": other.start()}
    made |= {"key": other.key(), "another key": twin.key()}
    made |= {"another start": other.event("start", {**made["start"]["content"], "more": 1})}
    await trust.take(made["request"], "!r")
    for step in order:
        if step not in made:
            if step == "mac" and "key" in other.steps():
                other.establish()
                made["mac"] = other.mac()
            else:
                made[step] = other.event(step, {"mac": {"ed25519:X": "A"}, "keys": "A"})
        await trust.take(made[step], "!r")
    assert other.code == code
    assert not [step for step in set(other.steps()) if other.steps().count(step) > 1]


async def test_what_is_over_is_not_begun_again() -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench)
    events = [other.request(), other.start(), other.key()]
    for event in events:
        await trust.take(event, "!r")
    other.establish()
    events.append(other.mac())
    await trust.take(events[-1], "!r")
    before = other.steps()
    for event in [*events, other.event("done", {})]:
        await trust.take(event, "!r")
    assert other.steps() == before
    assert len(bench.shown) == 1


@pytest.mark.parametrize("after", range(4))
@ROOM_OR_NOT
async def test_whoever_ends_it_is_not_answered(after: int, room: str) -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench, room=room)
    for event in (other.request, other.start, other.key)[:after]:
        await trust.take(event(), room)
    before = other.steps()
    await trust.take(other.event("cancel", {"code": "m.user", "reason": "x" * 70_000}), room)
    await trust.take(other.start(), room) if room else None
    assert other.steps() == before
    assert trust.comparing() == ()


async def test_ten_minutes_are_enough() -> None:
    bench = Bench()
    trust, other = bench.trust(operator_confirms=True), Other(bench)
    await to_pictures(trust, other)
    bench.now += 599
    await trust.look_at_clock()
    assert other.code == ""
    bench.now += 2
    await trust.look_at_clock()
    await trust.look_at_clock()
    assert (other.steps()[-1], other.code) == ("cancel", "m.timeout")
    assert other.steps().count("cancel") == 1
    await trust.confirm(bench.shown[0].number)
    assert other.steps()[-1] == "cancel"


@pytest.mark.parametrize(
    ("age", "answered"), [(599, True), (601, False), (-299, True), (-301, False)]
)
@ROOM_OR_NOT
async def test_a_request_from_another_time_is_none(
    age: float, room: str, *, answered: bool
) -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench, room=room)
    event = other.request()
    bench.now += age
    await trust.take(event, room)
    assert bool(other.steps()) is answered


# Who may begin


@pytest.mark.parametrize(
    "more",
    [
        {"to": "@somebody:example.org"},
        {"to": None},
        {"methods": ["m.qr_code.scan.v1"]},
        {"methods": "m.sas.v1"},
        {"methods": None},
        {"from_device": ""},
        {"from_device": 7},
        {"from_device": "A" * 256},
        {"from_device": "NOBODYS"},
        {"msgtype": "m.text"},
    ],
)
async def test_a_request_that_is_not_for_us_to_follow_is_left_alone(more: Json) -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench)
    await trust.take(other.request(**more), "!r")
    assert other.steps() == []


async def test_in_a_room_a_request_is_a_message() -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench)
    content = {**other.request()["content"], "timestamp": int(NOW * 1000)}
    await trust.take(other.event("request", content), "!r")
    assert other.steps() == []


@pytest.mark.parametrize("stamp", [None, "now", True, 1.5, -1, 2**2000, []])
async def test_a_request_without_a_time_is_none(stamp: Any) -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench, room="")
    await trust.take(other.request(timestamp=stamp))
    assert other.steps() == []


async def test_the_bots_own_words_in_a_room_are_no_request() -> None:
    bench = Bench()
    trust = bench.trust()
    mine = Other(bench, BOT, "SECOND")
    await trust.take(mine.request(), "!r")
    itself = Other(bench, BOT, "BOTDEVICE", room="")
    await trust.take(itself.request())
    assert (mine.steps(), itself.steps()) == ([], [])


async def test_nobody_goes_on_in_somebody_elses_verification() -> None:
    bench = Bench()
    trust, ada = bench.trust(), Other(bench)
    mallory = Other(bench, "@mallory:example.org", "MALLORY")
    mallory.transaction = ada.transaction
    await trust.take(ada.request(), "!r")
    await trust.take(mallory.start(), "!r")
    await trust.take(mallory.event("cancel", {"code": "m.user"}), "!r")
    assert ada.steps() == ["ready"]
    await trust.take(ada.start(), "!other")
    elsewhere = ada.start()
    elsewhere["content"]["transaction_id"] = ada.transaction
    await trust.take(elsewhere)
    assert ada.steps() == ["ready"], "what began in a room goes on in that room"
    await trust.take(ada.start(), "!r")
    assert ada.steps() == ["ready", "accept"]


async def test_two_at_once_from_one_device_end_both() -> None:
    bench = Bench()
    trust, first, second = bench.trust(), Other(bench), Other(bench)
    await trust.take(first.request(), "!r")
    await trust.take(second.request(), "!r")
    assert first.code == second.code == "m.unexpected_message"
    third = Other(bench)
    await trust.take(third.request(), "!r")
    assert third.steps() == ["ready"]


async def test_one_who_asks_on_and_on_is_asked_after_a_few_times_only() -> None:
    bench = Bench()
    trust = bench.trust()
    for _ in range(40):
        other = Other(bench)
        await trust.take(other.request(), "!r")
        await trust.take(other.event("cancel", {"code": "m.user"}), "!r")
    assert bench.homeserver.paths().count("/keys/query") == 5
    bench.now += 601
    other = Other(bench)
    await trust.take(other.request(), "!r")
    assert other.steps() == ["ready"]


async def test_a_storm_of_many_is_bounded_and_passes() -> None:
    bench = Bench()
    trust = bench.trust()
    crowd = [Other(bench, f"@{n}:example.org", "D") for n in range(30)]
    for one in crowd:
        await trust.take(one.request(), "!r")
    assert [bool(one.steps()) for one in crowd] == [True] * 8 + [False] * 22
    bench.now += 601
    await trust.look_at_clock()
    late = Other(bench, "@late:example.org", "D")
    await trust.take(late.request(), "!r")
    assert late.steps() == ["ready"]


def test_so_many_of_all_and_no_more() -> None:
    admission = Admission()
    admitted = [admission.admits(f"@{n}:x", NOW + n, are_open=0) for n in range(60)]
    assert admitted == [True] * 50 + [False] * 10
    assert admission.admits("@late:x", NOW + 601, are_open=0)


# Whatever comes


async def test_a_homeserver_that_is_away_ends_nothing_but_the_verification() -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench)
    bench.homeserver.is_away = True
    await trust.take(other.request(), "!r")
    assert other.steps() == []
    bench.homeserver.is_away, bench.rooms.is_away = False, True
    await trust.take(Other(bench).request(), "!r")
    between = Other(bench, "@bo:example.org", "BO", room="")
    await trust.take(between.request())
    bench.homeserver.is_away = True
    await trust.take(between.start())
    assert between.steps() == ["ready"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "type", "sender", "event_id", "origin_server_ts", "content", "from_device", "methods", "to",
    "method", "hashes", "key_agreement_protocols", "message_authentication_codes",
    "short_authentication_string", "m.relates_to", "transaction_id", "timestamp", "key", "mac",
    "keys", "code", "msgtype",
)  # fmt: skip


@given(st.sampled_from(range(4)), st.sampled_from(FIELDS), anything, st.sampled_from(["!r", ""]))
async def test_anything_in_any_field_breaks_nothing(
    at: int, name: str, value: Any, room: str
) -> None:
    bench = Bench()
    trust, other = bench.trust(), Other(bench, room=room)
    await _go(trust, other, at)
    events = [
        other.request(),
        other.start(),
        other.key(),
        other.event("mac", {"mac": {}, "keys": "A"}),
    ]
    event = events[at]
    (event if name in event else event["content"])[name] = value
    await trust.take(event, other.room)
    # Somebody else's goes well all the same.
    bo = Other(bench, "@bo:example.org", "BO")
    await to_pictures(trust, bo)
    await trust.take(bo.mac(), "!r")
    assert bo.steps()[-1] == "done"


async def _go(trust: Trust, other: Other, steps: int) -> None:
    for event in (other.request, other.start, other.key)[:steps]:
        await trust.take(event(), other.room)


@given(st.dictionaries(st.sampled_from(FIELDS), anything))
async def test_any_event_at_all_breaks_nothing(event: Json) -> None:
    bench = Bench()
    trust = bench.trust()
    for room in ("", "!r"):
        await trust.take(event, room)
    assert (bench.rooms.sent, bench.homeserver.asked) == ([], [])
