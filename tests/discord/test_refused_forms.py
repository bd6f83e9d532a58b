"""What Discord refuses of components, modals and commands, and what it takes at the limit.

Each row names the page of Discord's documentation that says it; numbers are written out here.
"""

from typing import Any

import pytest

from tests.discord.asking import asking, places

pytestmark = pytest.mark.live

Form = dict[str, Any]
ROW, BUTTON = "Component Reference: Action Row", "Component Reference: Button"
SELECT, OPTION = "Component Reference: String Select", "Component Reference: Select Option"
CUSTOM_ID, TEXT = "Component Reference: Custom ID", "Component Reference: Text Input"
LEGACY = "Component Reference: Legacy Message Component Behavior"
V2 = "Component Reference: What is a Component"
COMMANDS = "Application Commands: Registering a Command"
COMMAND, NAMING = "Application Commands: Command Structure", "Application Commands: Naming"
PARAMETER = "Application Commands: Option Structure"
CHOICE = "Application Commands: Option Choice Structure"
SIZE = "Application Commands: Slash Commands"


def button(custom_id: str = "a", **more: Any) -> Form:
    return {"type": 2, "style": 1, "label": "b", "custom_id": custom_id} | more


def link(**more: Any) -> Form:
    return {"type": 2, "style": 5, "label": "b", "url": "https://example.org"} | more


def select(number: int = 1, **more: Any) -> Form:
    made = [{"label": str(one), "value": str(one)} for one in range(number)]
    return {"type": 3, "custom_id": "s", "options": made} | more


def option(**more: Any) -> Form:
    return select(options=[{"label": "l", "value": "v"} | more])


def rows(*parts: Form) -> Form:
    return {"content": "x", "components": [{"type": 1, "components": [part]} for part in parts]}


def row(*parts: Form) -> Form:
    return {"content": "x", "components": [{"type": 1, "components": list(parts)}]}


def premium(**more: Any) -> Form:
    return {"type": 2, "style": 6, "sku_id": "1"} | more


FIRST, ROW0 = "components.0.components.0", "components.0.components"
MANY = [button(str(number)) for number in range(6)]
COMPONENTS: list[tuple[str, Form, str]] = [
    (LEGACY, rows(*MANY), "components"),
    (LEGACY, {"content": "x", "components": [button()]}, "components.0.type"),
    (ROW, row(*MANY), ROW0),
    (ROW, row(select(), select(custom_id="t")), ROW0),
    (ROW, row(select(), button()), ROW0),
    (TEXT, row({"type": 4, "custom_id": "t", "style": 1, "label": "l"}), f"{FIRST}.type"),
    (CUSTOM_ID, row(button("c" * 101)), f"{FIRST}.custom_id"),
    (CUSTOM_ID, row(button("")), f"{FIRST}.custom_id"),
    (CUSTOM_ID, row(button(), button()), f"{ROW0}.1.custom_id"),
    (CUSTOM_ID, rows(button(), button()), "components.1.components.0.custom_id"),
    (BUTTON, row(button(label="l" * 81)), f"{FIRST}.label"),
    (BUTTON, row(button(style=7)), f"{FIRST}.style"),
    (BUTTON, row(button(url="https://example.org")), f"{FIRST}.url"),
    (BUTTON, row(link(url="")), f"{FIRST}.url"),
    (BUTTON, row(link(url="https://example.org/" + "u" * 493)), f"{FIRST}.url"),
    (BUTTON, row(link(custom_id="a")), f"{FIRST}.custom_id"),
    (BUTTON, row(premium(sku_id="")), f"{FIRST}.sku_id"),
    (BUTTON, row(premium(custom_id="a")), f"{FIRST}.custom_id"),
    (BUTTON, row(premium(label="l")), f"{FIRST}.label"),
    (BUTTON, row(premium(url="https://example.org")), f"{FIRST}.url"),
    (BUTTON, row(button(sku_id="1")), f"{FIRST}.sku_id"),
    (SELECT, row(select(26)), f"{FIRST}.options"),
    (SELECT, row(select(custom_id="c" * 101)), f"{FIRST}.custom_id"),
    (SELECT, row(select(placeholder="p" * 151)), f"{FIRST}.placeholder"),
    (SELECT, row(select(min_values=26)), f"{FIRST}.min_values"),
    (SELECT, row({"type": 5, "custom_id": "s", "max_values": 26}), f"{FIRST}.max_values"),
    (OPTION, row(option(label="l" * 101)), f"{FIRST}.options.0.label"),
    (OPTION, row(option(value="v" * 101)), f"{FIRST}.options.0.value"),
    (OPTION, row(option(description="d" * 101)), f"{FIRST}.options.0.description"),
    (V2, {"content": "x", "flags": 1 << 15, "components": []}, "content"),
    (V2, {"flags": 1 << 15, "components": [{"type": 10, "content": "t"}] * 41}, "components"),
]
TAKEN: list[tuple[str, Form]] = [
    (LEGACY, rows(*MANY[:5])),
    (ROW, row(*MANY[:5])),
    (CUSTOM_ID, row(button("c" * 100))),
    (BUTTON, row(button(label="l" * 80), link(url="https://example.org/" + "u" * 492))),
    (BUTTON, row(premium())),
    (SELECT, row(select(25, placeholder="p" * 150, min_values=0, max_values=25))),
    (OPTION, row(option(label="l" * 100, value="v" * 100, description="d" * 100))),
    (V2, {"flags": 1 << 15, "components": [{"type": 10, "content": "t"}] * 40}),
]


@pytest.mark.parametrize(("page", "form", "place"), COMPONENTS)
async def test_a_component_over_a_limit_is_refused_and_its_place_named(
    page: str, form: Form, place: str
) -> None:
    async with asking() as asks:
        room = asks.server.person("Anna").dm
        error = await asks.refused("POST", f"/channels/{room.id}/messages", form)
        assert (error.status, error.code, places(error)) == (400, 50035, [place]), page


@pytest.mark.parametrize(("page", "form"), TAKEN)
async def test_components_at_their_limit_are_taken(page: str, form: Form) -> None:
    async with asking() as asks:
        room = asks.server.person("Anna").dm
        told = await asks.sends("POST", f"/channels/{room.id}/messages", form)
        assert [one.id for one in room.shown] == [told["id"]], page


def slash(**more: Any) -> Form:
    return {"name": "n", "description": "d"} | more


def parameter(**more: Any) -> Form:
    return {"type": 3, "name": "p", "description": "d"} | more


def takes(**more: Any) -> Form:
    return slash(options=[parameter(**more)])


def choices(number: int) -> list[Form]:
    return [{"name": str(one), "value": str(one)} for one in range(number)]


def parameters(number: int) -> list[Form]:
    return [parameter(name=f"p{one}") for one in range(number)]


HEAVY = [
    parameter(name=f"p{one}", choices=[{"name": "c" * 100, "value": "v" * 100}] * 25)
    for one in range(2)
]
ORDER = [parameter(name="may"), parameter(name="must", required=True)]
OF_COMMANDS: list[tuple[str, list[Form], str]] = [
    (NAMING, [slash(name="n" * 33)], "0.name"),
    (NAMING, [slash(name="")], "0.name"),
    (NAMING, [slash(name="Upper")], "0.name"),
    (NAMING, [slash(name="two words")], "0.name"),
    (NAMING, [slash(name_localizations={"de": "Groß"})], "0.name_localizations.de"),
    (NAMING, [takes(name="Upper")], "0.options.0.name"),
    (COMMAND, [slash(description="d" * 101)], "0.description"),
    (COMMAND, [slash(description="")], "0.description"),
    (COMMAND, [slash(type=3, description="d")], "0.description"),
    (COMMAND, [slash(options=parameters(26))], "0.options"),
    (PARAMETER, [takes(description="d" * 101)], "0.options.0.description"),
    (PARAMETER, [slash(options=[parameter(), parameter()])], "0.options.1.name"),
    (PARAMETER, [slash(options=ORDER)], "0.options.1"),
    (PARAMETER, [takes(choices=choices(26))], "0.options.0.choices"),
    (PARAMETER, [takes(choices=choices(1), autocomplete=True)], "0.options.0.autocomplete"),
    (PARAMETER, [takes(type=5, autocomplete=True)], "0.options.0.autocomplete"),
    (PARAMETER, [takes(type=6, choices=choices(1))], "0.options.0.choices"),
    (PARAMETER, [takes(max_length=6001)], "0.options.0.max_length"),
    (CHOICE, [takes(choices=[{"name": "c" * 101, "value": "v"}])], "0.options.0.choices.0.name"),
    (CHOICE, [takes(choices=[{"name": "c", "value": "v" * 101}])], "0.options.0.choices.0.value"),
    (COMMANDS, [slash(), slash()], "1.name"),
    (SIZE, [slash(options=HEAVY)], "0"),
]


def of_kind(kind: int, number: int) -> list[Form]:
    more = {"description": "d"} if kind == 1 else {}
    return [{"type": kind, "name": f"n{one}", **more} for one in range(number)]


@pytest.mark.parametrize(("page", "commands", "place"), OF_COMMANDS)
async def test_a_command_that_breaks_a_rule_is_refused_and_its_place_named(
    page: str, commands: list[Form], place: str
) -> None:
    async with asking() as asks:
        path = f"/applications/{asks.server.application}/commands"
        error = await asks.refused("PUT", path, commands)
        assert (error.status, error.code, places(error)) == (400, 50035, [place]), page
        assert await asks.sends("GET", path) == []


@pytest.mark.parametrize(("kind", "most"), [(1, 100), (2, 15), (3, 15)])
async def test_of_each_kind_of_command_there_are_so_many(kind: int, most: int) -> None:
    """Page "Application Commands" (Registering a Command)."""
    async with asking() as asks:
        path = f"/applications/{asks.server.application}/commands"
        assert len(await asks.sends("PUT", path, of_kind(kind, most))) == most
        error = await asks.refused("PUT", path, of_kind(kind, most + 1))
        assert (error.status, error.code) == (400, 30032)


@pytest.mark.parametrize(
    ("page", "commands"),
    [
        (NAMING, [slash(name="n" * 32, description="d" * 100)]),
        (NAMING, [slash(name="größe-2_a", name_localizations={"hi": "नमस्ते", "th": "สวัสดี"})]),
        (PARAMETER, [slash(options=parameters(25)), slash(name="m", options=ORDER[::-1])]),
        (CHOICE, [takes(choices=choices(25))]),
        (CHOICE, [takes(choices=[{"name": "c" * 100, "value": "v" * 100}])]),
        (COMMANDS, [slash(), {"type": 2, "name": "n"}, {"type": 3, "name": "With Words"}]),
    ],
)
async def test_commands_at_their_limit_are_taken(page: str, commands: list[Form]) -> None:
    async with asking() as asks:
        path = f"/applications/{asks.server.application}/commands"
        made = await asks.sends("PUT", path, commands)
        assert [one["name"] for one in made] == [one["name"] for one in commands], page
