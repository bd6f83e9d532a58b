"""The table of commands as Discord shows it: taken whole by a strict peer, in six languages, seen
by whom it is for, and read as if it had been typed."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bot.commands.declared import COMMANDS, GROUPS, Declaration
from bot.commands.parameters import Kind, Parameter, Place
from bot.commands.read import Misread, fill, read
from bot.events import AgeSign, Message, Role
from bot.platforms.discord import native
from bot.platforms.discord.native import (
    MANAGE_GUILD,
    MENUS,
    MOST_MENUS,
    application_commands,
    as_typed,
    differs,
)
from bot.platforms.discord.suggestions import MOST, SUGGESTED
from tests.discord import DiscordServer, NotOffered, discord_server
from tests.discord.check_commands import check_commands
from tests.discord.people import Person
from tests.discord_small import tiny

NAME = re.compile(r"[-_'\w]{1,32}")
BY_NAME = {command.name: command for command in COMMANDS}
TYPED_TOO = [command for command in COMMANDS if command.least < Role.OPERATOR]
DRAWN = application_commands(is_listed=False)
SLASH = [body for body in DRAWN if body["type"] == native.SLASH]


def every_part(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield body
    for part in (*body.get("options", ()), *body.get("choices", ())):
        yield from every_part(part)


# --- What Discord is told ---------------------------------------------------------------------


@pytest.mark.parametrize("body", DRAWN, ids=lambda body: body["name"])
def test_discord_takes_every_command_each_named_here_where_it_does_not(
    body: dict[str, Any],
) -> None:
    check_commands([body])
    if body["type"] == native.SLASH:
        for part in (body, *body["options"]):
            assert NAME.fullmatch(part["name"]) and part["name"] == part["name"].lower()
    for part in every_part(body):
        for key in ("name", "description"):
            told = [part.get(key, ""), *part.get(f"{key}_localizations", {}).values()]
            assert max(map(len, told)) <= 100, part


def test_the_whole_table_is_drawn_within_discords_numbers() -> None:
    check_commands(DRAWN)
    assert len(SLASH) <= 100 and len(DRAWN) - len(SLASH) <= min(5, MOST_MENUS)
    alone = [command.name for command in TYPED_TOO if not command.group]
    assert [body["name"] for body in SLASH] == [*alone, *GROUPS, "setup"]


def test_every_choice_says_what_it_means() -> None:
    for command in COMMANDS:
        for parameter in command.parameters:
            assert len(parameter.meanings) == len(parameter.choices), command.name
            for choice, meaning in zip(parameter.choices, parameter.meanings, strict=True):
                assert meaning.startswith(f"{choice}: "), command.name


def test_names_are_the_same_everywhere_and_all_else_is_told_in_six_languages() -> None:
    for body in SLASH:
        assert "name_localizations" not in body
        for part in every_part(body):
            key = "description" if "description" in part else "name"
            told = part[f"{key}_localizations"]
            assert set(told) == {"de", "es-ES", "es-419", "fr", "ja", "pt-BR"}
            assert told["es-ES"] == told["es-419"]
            assert part[key] not in told.values()


def test_a_choice_begins_with_its_word_in_every_language() -> None:
    """What the bot's sentences tell people to write is what they see in the list."""
    for body in SLASH:
        for option in body["options"]:
            for choice in option.get("choices", ()):
                for told in (choice["name"], *choice["name_localizations"].values()):
                    assert re.match(rf"{choice['value']}[:：]", told.replace(" :", ":"))


def test_a5_only_mature_is_age_restricted_and_a7_it_is_not_there_when_listed() -> None:
    assert [body["name"] for body in DRAWN if body.get("nsfw")] == ["mature"]
    listed = application_commands(is_listed=True)
    assert {body["name"] for body in DRAWN} - {body["name"] for body in listed} == {"mature"}
    assert not any(body.get("nsfw") for body in listed)


def test_moderators_commands_are_for_who_manages_a_guild_and_not_in_direct_messages() -> None:
    for body in SLASH:
        named = (one for one in COMMANDS if (one.group or one.name) == body["name"])
        command = next(named, None)
        if command is None or command.least is Role.MODERATOR:
            assert body["default_member_permissions"] == MANAGE_GUILD
            assert body["contexts"] == [native.GUILD]
        else:
            assert "default_member_permissions" not in body
            assert (native.BOT_DM in body["contexts"]) == (command.place is not Place.SHARED)
            assert (native.GUILD in body["contexts"]) == (command.place is not Place.DIRECT)


def test_what_is_used_alone_comes_with_a_persons_own_installation_too() -> None:
    for body in DRAWN:
        is_alone = body["contexts"] == [native.BOT_DM]
        assert body["integration_types"] == ([0, 1] if is_alone else [0])


# --- Registered once --------------------------------------------------------------------------


def puts(server: DiscordServer) -> int:
    return sum(1 for one in server.requests if one.route.startswith("PUT"))


async def test_what_has_not_changed_is_not_registered_again() -> None:
    async with discord_server() as server:
        async with tiny(server) as client:
            assert puts(server) == 1
            first = client.restricted
        async with tiny(server) as client:
            assert puts(server) == 1
            assert client.restricted == first and len(first or ()) == 1
        async with tiny(server, is_listed=True) as client:
            assert puts(server) == 2
            assert client.restricted == frozenset()


def test_what_discord_adds_or_leaves_out_is_no_difference_and_a_word_is() -> None:
    theirs = [
        {key: value for key, value in body.items() if value} | {"id": "1", "version": "2"}
        for body in reversed(DRAWN)
    ]
    assert not differs(DRAWN, theirs)
    assert differs(DRAWN, theirs[1:])
    changed = [{**theirs[0], "description": "something else"}, *theirs[1:]]
    assert differs(DRAWN, changed)
    for number, body in enumerate(SLASH):
        for option in body["options"]:
            other = [*SLASH]
            told = {**option, "description_localizations": {}}
            other[number] = {**body, "options": [told]}
            assert differs(SLASH, other), body["name"]


# --- As typed ---------------------------------------------------------------------------------

LINES = [
    "a quiet evening",
    "\"quoted\" and 'so'",
    "two\nlines",
    "  ends  ",
    "- dashes -- x=y",
    "ü 🌊",
]


def some_values(parameter: Parameter) -> list[str]:
    match parameter.kind:
        case Kind.CHOICE:
            return list(parameter.choices)
        case Kind.PERSON:
            return ["123456789012345678"]
        case Kind.WORD:
            return ["30", "daily", "off"]
        case Kind.LINE:
            return LINES
        case Kind.FILE:
            # Beside the words: what an option holds of it is a number.
            return []


def ways(command: Declaration) -> Iterator[dict[str, str]]:
    """Each value of each parameter, with those before it; and the command with none."""
    if not any(parameter.is_required for parameter in command.parameters):
        yield {}
    begun: dict[str, str] = {}
    for number, parameter in enumerate(command.parameters):
        rest = command.parameters[number + 1 :]
        for value in some_values(parameter):
            if not any(one.is_required for one in rest):
                yield begun | {parameter.name: value}
        if parameter.kind is not Kind.FILE:
            begun[parameter.name] = some_values(parameter)[0]


def is_direct(command: Declaration) -> bool:
    return command.place is not Place.SHARED


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_native_command_is_read_as_the_same_command_as_its_values_are(
    command: Declaration,
) -> None:
    for values in ways(command):
        text = as_typed(command, values, "/")
        got = read(text, prefix="/", role=Role.OPERATOR, is_direct=is_direct(command))
        ours = {
            name: f"discord:{value}" if value.isdigit() and len(value) > 9 else value
            for name, value in values.items()
        }
        expected = fill(command, ours, prefix="/")
        assert not isinstance(expected, Misread), values
        assert got == expected, text


def test_a_later_value_without_the_one_before_it_is_answered_and_not_guessed() -> None:
    text = as_typed(BY_NAME["limits"], {"words": "spiders"}, "/")
    got = read(text, prefix="/", role=Role.MEMBER, is_direct=True)
    assert isinstance(got, Misread) and "hard, soft, add, remove" in got.say


async def where(server: DiscordServer, command: Declaration, anna: Person) -> Any:
    if command.least is Role.MEMBER and is_direct(command):
        return anna.dm
    return server.channel(server.guild("Harbour", owner=anna), "talk")


@pytest.mark.live
@pytest.mark.parametrize("command", TYPED_TOO, ids=lambda command: command.name)
async def test_every_command_comes_through_discord_as_it_would_be_typed(
    command: Declaration,
) -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna", locale="de")
        place = await where(server, command, anna)
        for values in ways(command):
            client.heard.clear()
            asked = await anna.runs(f"/{command.name}", place, **values)
            await anna.answered(asked)
            if asked.modal is not None:
                continue
            await server.until(lambda: client.heard)
            (event,) = client.heard
            assert isinstance(event, Message)
            assert event.text == as_typed(command, values, "/")
            assert event.author.id == f"discord:{anna.id}" and event.author.language == "de"
            assert event.room.is_direct is (place.guild is None)
            assert event.sign is (AgeSign.NSFW if command.is_age_restricted else None)


# --- Seen by whom it is for -------------------------------------------------------------------


@pytest.mark.live
async def test_members_are_not_offered_what_moderators_are() -> None:
    async with discord_server() as server:
        anna, ben = server.person("Anna"), server.person("Ben")
        guild = server.guild("Harbour", owner=ben)
        place = server.channel(guild, "talk")
        server.joins(guild, anna)
        async with tiny(server) as client:
            with pytest.raises(NotOffered, match="permissions"):
                await anna.runs("/status", place)
            with pytest.raises(NotOffered, match="context"):
                await ben.runs("/status", ben.dm)
            await ben.answered(await ben.runs("/status", place))
            await anna.answered(await anna.runs("/help", place))
            await server.until(lambda: len(client.heard) == 2)
            said = [event for event in client.heard if isinstance(event, Message)]
            roles = {message.author.name: message.author.role for message in said}
            assert roles == {"Ben": Role.MODERATOR, "Anna": Role.MEMBER}


@pytest.mark.live
async def test_a5_the_sign_comes_with_the_restricted_command_alone() -> None:
    """Not with its name as text, and not before Discord has confirmed that it is restricted."""
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        await anna.runs("/mature", anna.dm)
        await server.until(lambda: client.heard)
        await anna.writes(anna.dm, "/mature")
        await server.until(lambda: len(client.heard) == 2)
        client.asked.trust(frozenset())
        await anna.runs("/mature", anna.dm)
        await server.until(lambda: len(client.heard) == 3)
        signs = [event.sign for event in client.heard if isinstance(event, Message)]
        assert signs == [AgeSign.NSFW, None, None]


@pytest.mark.live
async def test_a7_where_it_is_listed_nobody_is_offered_mature() -> None:
    async with discord_server() as server, tiny(server, is_listed=True):
        anna = server.person("Anna")
        with pytest.raises(NotOffered, match="no command"):
            await anna.runs("/mature", anna.dm)


# --- Suggestions ------------------------------------------------------------------------------


@pytest.mark.live
async def test_what_is_known_to_all_is_suggested_while_somebody_types() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        for command, option, typed, first in [
            ("/persona", "name", "wr", {"name": "Wren", "value": "wren"}),
            ("/help", "command", "per", {"name": "personas", "value": "personas"}),
            ("/timezone", "zone", "berlin", {"name": "Europe/Berlin", "value": "Europe/Berlin"}),
            ("/language", "name", "deu", {"name": "Deutsch", "value": "Deutsch"}),
        ]:
            asked = await anna.completes(command, anna.dm, option, **{option: typed})
            assert (await anna.answered(asked)).choices[0] == first
        everything = await anna.answered(
            await anna.completes("/help", anna.dm, "command", command="")
        )
        assert len(everything.choices) == MOST
        nothing = await anna.answered(await anna.completes("/persona", anna.dm, "name", name="zzz"))
        assert nothing.choices == [] and client.heard == []


@pytest.mark.live
async def test_members_are_suggested_no_command_of_moderators() -> None:
    async with discord_server() as server:
        anna, ben = server.person("Anna"), server.person("Ben")
        guild = server.guild("Harbour", owner=ben)
        place = server.channel(guild, "talk")
        server.joins(guild, anna)
        async with tiny(server):
            for person, names in ((anna, []), (ben, ["unlock"])):
                asked = await person.completes("/help", place, "command", command="unl")
                await person.answered(asked)
                assert [choice["value"] for choice in asked.choices] == names


def test_every_suggestion_belongs_to_an_option_that_takes_words() -> None:
    for name, option in SUGGESTED:
        (parameter,) = [one for one in BY_NAME[name].parameters if one.name == option]
        assert parameter.kind in (Kind.WORD, Kind.LINE)


def test_the_menus_are_on_messages_and_in_direct_messages_only() -> None:
    menus = [body for body in DRAWN if body["type"] == native.ON_MESSAGE]
    assert [menu["name"] for menu in menus] == [str(text) for text in MENUS.values()]
    assert all(menu["contexts"] == [native.BOT_DM] for menu in menus)
