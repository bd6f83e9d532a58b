"""People are told of new devices of theirs: once, not in a storm, and not again after a restart."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.trust.devices import (
    MOST_WATCHED,
    Look,
    Seen,
    look,
)
from bot.platforms.matrix.trust.sentences import MANY_NEW_DEVICES, NEW_DEVICE, NEW_DEVICES
from bot.text import Text
from tests.trust_help import ADA, BOT, NOW, Bench


def tags(names: str) -> dict[str, str]:
    """Devices of one letter, each with a tag of its own."""
    return {name: f"tag-{name}" for name in names}


def seen(names: str, *told_at: float) -> Seen:
    return Seen(frozenset(tags(names).values()), told_at)


@pytest.mark.parametrize(
    ("before", "there", "after", "told"),
    [
        (None, "", None, None),
        (None, "A", seen("A"), None),
        (None, "ABC", seen("ABC"), None),
        (seen("A"), "A", seen("A"), None),
        (seen("A"), "AB", seen("AB", NOW), NEW_DEVICE.format(devices="B")),
        (seen("A"), "B", seen("B", NOW), NEW_DEVICE.format(devices="B")),
        (seen("A"), "CBA", seen("ABC", NOW), NEW_DEVICES.format(devices="B, C")),
        (seen("A"), "ABCDEF", seen("ABCDEF", NOW), NEW_DEVICES.format(devices="B, C, D, E, F")),
        (seen("A"), "ABCDEFG", seen("ABCDEFG", NOW), MANY_NEW_DEVICES.format(count=6)),
        # Gone is gone, in silence; who comes back is new.
        (seen("AB"), "A", seen("A"), None),
        (seen("AB"), "", None, None),
        (seen(""), "A", seen("A", NOW), NEW_DEVICE.format(devices="A")),
        # Twice within an hour is fine, a fourth time waits, and what is old is forgotten.
        (seen("A", NOW - 9, NOW - 8), "AB", seen("AB", NOW - 9, NOW - 8, NOW), NEW_DEVICE.format(devices="B")),
        (seen("A", NOW - 3600, NOW - 8, NOW - 7), "AB", seen("AB", NOW - 8, NOW - 7, NOW), NEW_DEVICE.format(devices="B")),
        (seen("A", NOW + 9), "AB", seen("AB", NOW), NEW_DEVICE.format(devices="B")),
        (seen("A", NOW - 9, NOW - 8, NOW - 7), "AB", seen("A", NOW - 9, NOW - 8, NOW - 7), "later"),
        (seen("AC", NOW - 9, NOW - 8, NOW - 7), "AB", seen("A", NOW - 9, NOW - 8, NOW - 7), "later"),
    ],
)  # fmt: skip
def test_what_is_told_of_whom(
    before: Seen | None, there: str, after: Seen | None, told: Text | str | None
) -> None:
    found = look(before, tags(there), NOW)
    if after is None:
        assert found is None
    elif isinstance(told, Text) or told is None:
        assert found == Look(after, told)
    else:
        assert found == Look(after, later=True)


def test_a_flood_is_bounded() -> None:
    many = {f"D{n}": f"{n:05}" for n in range(5_000)}
    first = look(Seen(frozenset({"00000"})), many, NOW)
    assert first is not None
    assert len(first.seen.tags) == MOST_WATCHED
    assert first.tell == MANY_NEW_DEVICES.format(count=MOST_WATCHED - 1)
    again = look(first.seen, many, NOW)
    assert again == Look(first.seen)


@given(st.text(max_size=500))
def test_a_device_cannot_speak_through_its_id(device: str) -> None:
    found = look(seen("A"), {**tags("A"), device: "other"}, NOW)
    assert found is not None and found.tell is not None
    shown = found.tell.values["devices"]
    assert isinstance(shown, str) and 0 < len(shown) <= 40
    assert shown == "?" or re.fullmatch("[A-Za-z0-9-]+", shown)


async def test_a_person_is_told_once_and_not_after_a_restart() -> None:
    bench = Bench()
    trust = bench.trust()
    bench.has(ADA, "ONE")
    await trust.devices_changed(ADA)
    assert bench.told == []
    bench.has(ADA, "TWO")
    for each in (trust, trust, bench.trust()):
        await each.devices_changed(ADA)
    assert bench.told == [(ADA, NEW_DEVICE.format(devices="TWO"))]


async def test_the_same_name_with_another_key_is_another_device() -> None:
    bench = Bench()
    trust = bench.trust()
    bench.has(ADA, "ONE")
    await trust.devices_changed(ADA)
    bench.has(ADA, "ONE")
    await trust.devices_changed(ADA)
    assert bench.told == [(ADA, NEW_DEVICE.format(devices="ONE"))]


async def test_each_person_is_on_their_own_and_the_bot_is_told_nothing() -> None:
    bench = Bench()
    trust = bench.trust()
    for user in (ADA, "@bo:example.org", BOT):
        bench.has(user, "ONE")
        await trust.devices_changed(user)
        bench.has(user, "TWO")
    await trust.devices_changed(ADA)
    await trust.devices_changed(BOT)
    assert [user for user, _ in bench.told] == [ADA]


async def test_what_could_not_be_said_is_said_later() -> None:
    bench = Bench()
    trust = bench.trust()
    bench.has(ADA, "ONE")
    await trust.devices_changed(ADA)
    bench.has(ADA, "TWO")
    bench.cannot_tell = True
    await trust.devices_changed(ADA)
    bench.cannot_tell = False
    await trust.look_at_clock()
    assert bench.told == []
    bench.now += 601
    await trust.look_at_clock()
    await trust.look_at_clock()
    assert bench.told == [(ADA, NEW_DEVICE.format(devices="TWO"))]


async def test_a_homeserver_that_cannot_say_is_asked_again_and_nobody_is_forgotten() -> None:
    bench = Bench()
    trust = bench.trust()
    bench.has(ADA, "ONE")
    await trust.devices_changed(ADA)
    bench.homeserver.is_away = True
    await trust.devices_changed(ADA)
    bench.homeserver.is_away = False
    there = bench.homeserver.devices.pop(ADA)
    bench.now += 601
    await trust.look_at_clock()
    bench.homeserver.devices[ADA] = there
    await trust.devices_changed(ADA)
    assert bench.told == []


async def test_a_storm_is_told_in_a_few_sentences_and_ends_with_all_told() -> None:
    bench = Bench()
    trust = bench.trust()
    bench.has(ADA, "ONE")
    await trust.devices_changed(ADA)
    for number in range(50):
        bench.has(ADA, f"D{number}")
        await trust.devices_changed(ADA)
    assert len(bench.told) == 3
    bench.now += 3_600
    await trust.look_at_clock()
    assert [text for _, text in bench.told[3:]] == [MANY_NEW_DEVICES.format(count=47)]
    await trust.devices_changed(ADA)
    await trust.look_at_clock()
    assert len(bench.told) == 4


async def test_a_storm_is_not_lost_in_a_restart() -> None:
    bench = Bench()
    trust = bench.trust()
    bench.has(ADA, "ONE")
    await trust.devices_changed(ADA)
    for number in range(4):
        bench.has(ADA, f"D{number}")
        await trust.devices_changed(ADA)
    bench.now += 3_600
    await bench.trust().devices_changed(ADA)
    assert bench.told[3:] == [(ADA, NEW_DEVICE.format(devices="D3"))]


async def test_what_is_kept_names_nobody_and_is_gone_when_somebody_is_erased() -> None:
    bench = Bench()
    trust = bench.trust()
    bench.has(ADA, "SECRETIVE")
    await trust.devices_changed(ADA)
    kept = json.dumps({name: value.decode("latin-1") for name, value in bench.drawer.kept.items()})
    assert not any(word in kept for word in (ADA, "ada", "example", "SECRETIVE", "key-1"))
    await trust.forget(ADA)
    await trust.forget("@nobody:example.org")
    assert set(bench.drawer.kept) == {"devices-key"}
    bench.has(ADA, "TWO")
    await trust.devices_changed(ADA)
    assert bench.told == [], "the first sight of somebody is silent"


@pytest.mark.parametrize("spoilt", [b"", b"{", b"[]", b"7", b"{}", b'{"tags": 1, "told_at": []}',
                                    b'{"tags": [], "told_at": ["x"]}', b"\xff"])  # fmt: skip
async def test_what_is_damaged_was_never_seen(spoilt: bytes) -> None:
    bench = Bench()
    trust = bench.trust()
    bench.has(ADA, "ONE")
    await trust.devices_changed(ADA)
    [name] = set(bench.drawer.kept) - {"devices-key"}
    bench.drawer.kept[name] = spoilt
    bench.has(ADA, "TWO")
    await trust.devices_changed(ADA)
    assert bench.told == []
    bench.has(ADA, "THREE")
    await trust.devices_changed(ADA)
    assert bench.told == [(ADA, NEW_DEVICE.format(devices="THREE"))]
