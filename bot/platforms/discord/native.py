"""The table of commands -> Discord's application commands, and the one call that registers them.

A command keeps its English name in every language: it is what every text of the bot tells people
to write, what they type on other platforms, and what they tell each other. What it does, what its
options are and what can be chosen is said in the person's own language.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord.http import Route

from bot.commands.declared import COMMANDS, GROUPS, Declaration
from bot.commands.parameters import Kind, Parameter, Place
from bot.events import Role
from bot.languages.catalogue import say
from bot.languages.names import LANGUAGES
from bot.platforms.discord import setting_up
from bot.platforms.discord.asker import SUB_COMMAND
from bot.platforms.discord.menus import asks_in_form
from bot.platforms.discord.names import person_id
from bot.platforms.discord.suggestions import SUGGESTED
from bot.text import Text

Body = dict[str, Any]

SLASH, ON_MESSAGE = 1, 3

STRING, USER, ATTACHMENT = 3, 6, 11
_TYPES = {Kind.PERSON: USER, Kind.FILE: ATTACHMENT}
"""Of options that are no text."""
GUILD, BOT_DM = 0, 1
GUILD_INSTALL, USER_INSTALL = 0, 1
MANAGE_GUILD = str(1 << 5)
LONGEST_OPTION = 6000
MOST_MENUS = 5

FORGET, EDIT, REPORT, BRANCH, REMEMBER = "Forget", "Edit", "Report", "Branch", "Remember"
MENUS: Mapping[str, Text] = {
    REMEMBER: Text("Remember this"),
    FORGET: Text("Forget this message"),
    EDIT: Text("Edit this answer"),
    REPORT: Text("Report this answer"),
    BRANCH: Text("Branch from here"),
}
"""What can be chosen on a message, by the name that its event goes by; Discord takes five."""

_LOCALES = {
    "de": ("de",),
    "fr": ("fr",),
    "es": ("es-ES", "es-419"),
    "pt": ("pt-BR",),
    "ja": ("ja",),
}
"""Discord's names for our languages. English is what stands where nothing is translated."""
assert {*_LOCALES, "en"} == set(LANGUAGES)


def application_commands(*, is_listed: bool) -> list[Body]:
    """Everything to be registered. `is_listed`: in an app directory, which takes nothing that is
    age-restricted (SAFETY A7)."""
    drawn = [one for one in COMMANDS if _is_drawn(one, is_listed=is_listed)]
    alone = [_command(one, draw_options(one)) for one in drawn if not one.group]
    return [*alone, *_groups(drawn), _setup(), *map(_menu, MENUS.values())]


def differs(ours: list[Body], theirs: list[Body]) -> bool:
    """Whether Discord has anything else than this; what it adds of its own is passed over."""
    return _by_name(ours) != _by_name(theirs)


async def register(client: discord.Client, *, is_listed: bool) -> frozenset[int]:
    """Tells Discord what has changed, if anything has. The ids of what it restricts by age: a sign
    counts only from these (SAFETY A5), whatever a command is called."""
    ours, application = application_commands(is_listed=is_listed), client.application_id
    assert application is not None, "a client that is logged in knows its application"
    path = "/applications/{application}/commands"
    asked = Route("GET", path, application=application)
    have: list[Body] = await client.http.request(asked, params={"with_localizations": "true"})
    if differs(ours, have):
        told = Route("PUT", path, application=application)
        have = await client.http.request(told, json=ours)
    return frozenset(int(one["id"]) for one in have if one.get("nsfw") is True)


def as_typed(command: Declaration, values: Mapping[str, str], prefix: str) -> str:
    """What somebody would have written: the commands are read in one place for all platforms. A
    line stands last and is taken whole, so nothing has to be quoted."""
    written = (
        person_id(value) if parameter.kind is Kind.PERSON else value
        for parameter in command.parameters
        # A file comes beside the words, and what an option holds of it is a number only.
        if parameter.kind is not Kind.FILE and (value := values.get(parameter.name))
    )
    return " ".join((prefix + command.name, *written))


def find_menu(name: str) -> str | None:
    """What was chosen on a message, by the English name that Discord sends."""
    return next((menu for menu, text in MENUS.items() if text == name), None)


# --- Below: one command -----------------------------------------------------------------------


def _is_drawn(command: Declaration, *, is_listed: bool) -> bool:
    """Discord shows everything in direct messages to everybody, so what is not for everybody is
    drawn in guilds only; an operator's commands are typed."""
    if command.is_age_restricted and is_listed:
        return False
    if command.least is Role.MODERATOR:
        return command.fits(is_direct=False)
    return command.least is Role.MEMBER


def _groups(drawn: Sequence[Declaration]) -> list[Body]:
    """Each group as one command with its subcommands; who may, and where, is the same for all."""
    names = dict.fromkeys(one.group for one in drawn if one.group)
    return [_group(name, [one for one in drawn if one.group == name]) for name in names]


def _group(name: str, commands: Sequence[Declaration]) -> Body:
    inside = [
        {
            "type": SUB_COMMAND,
            "name": one.last,
            **_described(one.about),
            "options": draw_options(one),
        }
        for one in commands
    ]
    return _command(commands[0], inside) | {"name": name, **_described(GROUPS[name])}


def _command(command: Declaration, options: list[Body]) -> Body:
    body: Body = {
        "type": SLASH,
        "name": command.name,
        **_described(command.about),
        "options": options,
        "contexts": _contexts(command),
        # A person's own installation brings a command into every guild that they are in, also
        # where nobody has asked the bot in: so only what is used in direct messages.
        "integration_types": [GUILD_INSTALL, USER_INSTALL]
        if command.place is Place.DIRECT
        else [GUILD_INSTALL],
        "nsfw": command.is_age_restricted,
    }
    if command.least is Role.MODERATOR:
        body["default_member_permissions"] = MANAGE_GUILD
    return body


def _setup() -> Body:
    """Discord's own, and in no table: elsewhere there is nothing that it could set up."""
    return {
        "type": SLASH,
        "name": setting_up.NAME,
        **_described(setting_up.ABOUT),
        "options": [],
        "contexts": [GUILD],
        "integration_types": [GUILD_INSTALL],
        "default_member_permissions": MANAGE_GUILD,
    }


def _menu(text: Text) -> Body:
    return {
        "type": ON_MESSAGE,
        "name": str(text),
        "name_localizations": _in_all_languages(text),
        "contexts": [BOT_DM],
        "integration_types": [GUILD_INSTALL, USER_INSTALL],
    }


def _contexts(command: Declaration) -> list[int]:
    everywhere = [
        *([GUILD] if command.fits(is_direct=False) else []),
        *([BOT_DM] if command.fits(is_direct=True) else []),
    ]
    return everywhere if command.least is Role.MEMBER else [GUILD]


def draw_options(command: Declaration) -> list[Body]:
    return [draw_option(command, parameter) for parameter in command.parameters]


def draw_option(command: Declaration, parameter: Parameter) -> Body:
    body: Body = {
        "type": _TYPES.get(parameter.kind, STRING),
        "name": parameter.name,
        **_described(parameter.about),
        # A form asks for what was left out.
        "required": parameter.is_required and not asks_in_form(command),
    }
    if parameter.kind is Kind.CHOICE:
        shown = zip(parameter.choices, parameter.meanings, strict=True)
        body["choices"] = [
            {"name": str(text), "name_localizations": _in_all_languages(text), "value": value}
            for value, text in shown
        ]
    elif parameter.kind not in _TYPES:
        body |= {"min_length": 1, "max_length": min(parameter.most_chars, LONGEST_OPTION)}
        body["autocomplete"] = (command.name, parameter.name) in SUGGESTED
    return body


def _described(text: Text) -> Body:
    return {"description": str(text), "description_localizations": _in_all_languages(text)}


def _in_all_languages(text: Text) -> dict[str, str]:
    return {
        locale: say(text, language) for language, locales in _LOCALES.items() for locale in locales
    }


# --- Below: what Discord has ------------------------------------------------------------------

_OPTION_KEYS = (
    *("type", "name", "name_localizations", "description", "description_localizations"),
    *("required", "choices", "min_length", "max_length", "autocomplete", "value"),
    "options",
)
_COMMAND_KEYS = (
    *("type", "name", "name_localizations", "description", "description_localizations"),
    *("options", "nsfw", "default_member_permissions", "contexts", "integration_types"),
)


def _by_name(commands: list[Body]) -> dict[tuple[int, str], Body]:
    return {(one.get("type", SLASH), one["name"]): _plain(one, _COMMAND_KEYS) for one in commands}


def _plain(body: Mapping[str, Any], keys: tuple[str, ...]) -> Body:
    """Without what is empty or off, which Discord may leave out or send along."""
    plain = {key: body[key] for key in keys if body.get(key)}
    for inner in ("options", "choices"):
        if inner in plain:
            plain[inner] = [_plain(one, _OPTION_KEYS) for one in plain[inner]]
    for unordered in ("contexts", "integration_types"):
        if unordered in plain:
            plain[unordered] = sorted(plain[unordered])
    return plain
