"""What Discord refuses of answers to interactions: too late, twice, of the wrong kind, too long.

The pages are "Receiving and Responding" and "Component Reference"; numbers are written out here.
"""

from typing import Any

import pytest

from tests.discord import Person
from tests.discord.asking import Asking, asking, places
from tests.discord.state import Asked

pytestmark = pytest.mark.live

Form = dict[str, Any]
REPLY, DEFER, UPDATE, CHOICES, MODAL = 4, 5, 7, 8, 9
INPUT: Form = {"type": 4, "custom_id": "t", "style": 1}
FIRST = "data.components.0.component"


async def ran(asks: Asking, anna: Person) -> Asked:
    option = {"type": 3, "name": "p", "description": "d", "autocomplete": True}
    command = {"name": "n", "description": "d", "options": [option]}
    await asks.sends("PUT", f"/applications/{asks.server.application}/commands", [command])
    return await anna.runs("/n", anna.dm)


def callback(asked: Asked) -> str:
    return f"/interactions/{asked.id}/{asked.token}/callback"


def label(part: Form, number: int = 0, **more: Any) -> Form:
    part = part | {"custom_id": f"{part['custom_id']}{number}"}
    return {"type": 18, "label": "l", "component": part} | more


def modal(*parts: Form, **more: Any) -> Form:
    shown = list(parts) or [label(INPUT)]
    return {"title": "t", "custom_id": "c", "components": shown} | more


LABELS = [label(INPUT, number) for number in range(6)]
TWINS = [{"type": 18, "label": "l", "component": INPUT}] * 2
PICK: Form = {"type": 3, "custom_id": "s", "options": [{"label": "l", "value": "v"}]}
OLD_ROW: Form = {"type": 1, "components": [INPUT]}


@pytest.mark.parametrize(
    ("form", "place"),
    [
        (modal(title="t" * 46), "data.title"),
        (modal(custom_id="c" * 101), "data.custom_id"),
        (modal(components=[]), "data.components"),
        (modal(*LABELS), "data.components"),
        (modal(*TWINS), "data.components.1.component.custom_id"),
        (modal(label(INPUT, label="l" * 46)), "data.components.0.label"),
        (modal(label(INPUT, description="d" * 101)), "data.components.0.description"),
        (modal(label(INPUT | {"value": "v" * 4001})), f"{FIRST}.value"),
        (modal(label(INPUT | {"placeholder": "p" * 101})), f"{FIRST}.placeholder"),
        (modal(label(INPUT | {"max_length": 4001})), f"{FIRST}.max_length"),
        (modal(label(INPUT | {"max_length": 0})), f"{FIRST}.max_length"),
        (modal(label(INPUT | {"min_length": 4001})), f"{FIRST}.min_length"),
        (modal(label(INPUT | {"custom_id": "c" * 101})), f"{FIRST}.custom_id"),
        (modal(label(INPUT | {"type": 2})), f"{FIRST}.type"),
        (modal(label(PICK | {"disabled": True})), f"{FIRST}.disabled"),
        (modal(OLD_ROW), "data.components.0.components.0.label"),
    ],
)
async def test_a_modal_that_breaks_a_rule_is_refused_and_its_place_named(
    form: Form, place: str
) -> None:
    """Pages "Receiving and Responding" (Modal) and "Component Reference" (Label, Text Input)."""
    async with asking() as asks:
        asked = await ran(asks, asks.server.person("Anna"))
        error = await asks.refused("POST", callback(asked), {"type": MODAL, "data": form})
        assert (error.status, error.code, places(error)) == (400, 50035, [place])
        await asks.sends("POST", callback(asked), {"type": MODAL, "data": modal()})


async def test_a_modal_at_its_limits_is_taken() -> None:
    full = INPUT | {"value": "v" * 4000, "placeholder": "p" * 100, "max_length": 4000}
    parts = [label(full, number, label="l" * 45, description="d" * 100) for number in range(5)]
    async with asking() as asks:
        asked = await ran(asks, asks.server.person("Anna"))
        form = modal(*parts, title="t" * 45, custom_id="c" * 100)
        await asks.sends("POST", callback(asked), {"type": MODAL, "data": form})
        assert asked.modal == form


async def test_an_answer_comes_once_and_within_three_seconds() -> None:
    """Codes 40060 and 10062 of "Opcodes and Status Codes"."""
    reply = {"type": REPLY, "data": {"content": "x"}}
    async with asking() as asks:
        anna = asks.server.person("Anna")
        asked = await ran(asks, anna)
        asks.server.pass_time(2)
        await asks.sends("POST", callback(asked), reply)
        error = await asks.refused("POST", callback(asked), reply)
        assert (error.status, error.code) == (400, 40060)
        late = await ran(asks, anna)
        asks.server.pass_time(4)
        error = await asks.refused("POST", callback(late), reply)
        assert (error.status, error.code) == (404, 10062)
        error = await asks.refused("POST", "/interactions/1/none/callback", reply)
        assert (error.status, error.code) == (404, 10062)
        assert [m.content for m in anna.dm.shown] == ["x"]


async def test_a_refused_answer_leaves_the_interaction_open() -> None:
    async with asking() as asks:
        anna = asks.server.person("Anna")
        asked = await ran(asks, anna)
        for data, code in (({"content": "x" * 2001}, 50035), ({}, 50006)):
            error = await asks.refused("POST", callback(asked), {"type": REPLY, "data": data})
            assert error.code == code
        await asks.sends("POST", callback(asked), {"type": REPLY, "data": {"content": "x"}})


async def test_follow_ups_need_an_answer_and_a_living_token() -> None:
    """Page "Receiving and Responding" (Followup Messages): fifteen minutes."""
    async with asking() as asks:
        asked = await ran(asks, asks.server.person("Anna"))
        hook = f"/webhooks/{asks.server.application}/{asked.token}"
        assert (await asks.refused("POST", hook, {"content": "x"})).code == 10015
        await asks.sends("POST", callback(asked), {"type": DEFER})
        await asks.sends("POST", hook, {"content": "x"})
        asks.server.pass_time(14 * 60)
        await asks.sends("PATCH", f"{hook}/messages/@original", {"content": "y"})
        assert (await asks.refused("POST", hook, {"content": ""})).code == 50006
        asks.server.pass_time(2 * 60)
        error = await asks.refused("PATCH", f"{hook}/messages/@original", {"content": "z"})
        assert (error.status, error.code) == (401, 50027)


@pytest.mark.parametrize("kind", [1, UPDATE, CHOICES, 6, 3])
async def test_a_command_is_not_answered_as_a_component_would_be(kind: int) -> None:
    """Page "Receiving and Responding" (Interaction Callback Type)."""
    async with asking() as asks:
        asked = await ran(asks, asks.server.person("Anna"))
        error = await asks.refused("POST", callback(asked), {"type": kind, "data": {}})
        assert (error.code, places(error)) == (50035, ["type"])


async def test_a_filled_modal_is_not_answered_by_a_modal() -> None:
    async with asking() as asks:
        anna = asks.server.person("Anna")
        asked = await ran(asks, anna)
        await asks.sends("POST", callback(asked), {"type": MODAL, "data": modal()})
        filled = await anna.fills(asked, t0="words")
        error = await asks.refused("POST", callback(filled), {"type": MODAL, "data": modal()})
        assert (error.code, places(error)) == (50035, ["type"])


@pytest.mark.parametrize(
    ("choices", "place"),
    [
        ([{"name": "n", "value": "v"}] * 26, "data.choices"),
        ([{"name": "n" * 101, "value": "v"}], "data.choices.0.name"),
        ([{"name": "n", "value": "v" * 101}], "data.choices.0.value"),
    ],
)
async def test_suggestions_over_a_limit_are_refused(choices: list[Form], place: str) -> None:
    """Page "Receiving and Responding" (Autocomplete)."""
    async with asking() as asks:
        anna = asks.server.person("Anna")
        await ran(asks, anna)
        asked = await anna.completes("/n", anna.dm, "p", p="so")
        form = {"type": CHOICES, "data": {"choices": choices}}
        error = await asks.refused("POST", callback(asked), form)
        assert (error.code, places(error)) == (50035, [place])
        most = {"type": CHOICES, "data": {"choices": [{"name": "n", "value": "v"}] * 25}}
        await asks.sends("POST", callback(asked), most)
        assert len(asked.choices) == 25
