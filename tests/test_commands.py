"""Typed commands: what is one, what was meant for one, and what is talk."""

import ast
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import admitting, kept, own, talking
from bot.commands import declared as d
from bot.commands.parameters import Kind, Place
from bot.commands.read import Misread, fill, read
from bot.commands.ruling import AddRule, DryRun, ShowRules
from bot.commands.words import completions, form, help_text
from bot.events import PersonId, Rating, Role

COMMANDS = Path(d.__file__).parent
VALUES = {
    Kind.FILE: "rules.toml",
    Kind.WORD: "stop",
    Kind.LINE: "Wren",
    Kind.PERSON: "console:ada",
}


def read_as(
    text: str, role: Role = Role.MEMBER, *, is_direct: bool = True, prefix: str = "/"
) -> d.Command | Misread | None:
    return read(text, prefix=prefix, role=role, is_direct=is_direct)


def said(result: d.Command | Misread | None) -> str:
    assert isinstance(result, Misread), result
    return result.say


# --- The table ------------------------------------------------------------------------------


def test_every_command_is_declared_once_and_nothing_else_is() -> None:
    made = [
        type(c.make({p.name: p.choices[-1] if p.choices else VALUES[p.kind] for p in c.parameters}))
        for c in d.COMMANDS
    ]
    assert sorted(t.__name__ for t in made) == sorted(t.__name__ for t in get_args(d.Command))


def test_a_commands_fields_are_its_parameters() -> None:
    for command in d.COMMANDS:
        values = {
            p.name: p.choices[-1] if p.choices else VALUES[p.kind] for p in command.parameters
        }
        made = command.make(values)
        assert is_dataclass(made)
        assert len(fields(made)) == len(command.parameters), command.name


def test_a_group_is_one_thing_to_discord_and_to_who_reads_the_list() -> None:
    for group in d.GROUPS:
        inside = [command for command in d.COMMANDS if command.group == group]
        assert len(inside) > 1
        assert len({(c.least, c.place, c.is_age_restricted) for c in inside}) == 1, group
    assert {c.group for c in d.COMMANDS} - {""} == set(d.GROUPS)
    assert not set(d.GROUPS) & {c.name for c in d.COMMANDS}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/rules add words warn a, b", AddRule("words", "warn", "a, b")),
        ("/RULES  Add words warn a", AddRule("words", "warn", "a")),
        ("/rules\nadd words warn a", AddRule("words", "warn", "a")),
        ("/rules", ShowRules()),
        ("/rules show no-spoilers", ShowRules("no-spoilers")),
        ("/rules dry-run on", DryRun(True)),
    ],
)
def test_a_group_and_what_is_in_it_are_one_name(text: str, expected: d.Command) -> None:
    assert read_as(text, Role.MODERATOR, is_direct=True) == expected


def test_what_is_not_in_a_group_is_said_with_what_is_near() -> None:
    said = read_as("/rules ad words", Role.MODERATOR, is_direct=True)
    assert isinstance(said, Misread) and "/rules add" in said.say
    assert isinstance(read_as("/rules", Role.MEMBER, is_direct=True), Misread)
    told = help_text(Role.MODERATOR, "/", "rules", is_direct=True)
    assert "/rules rollback VERSION" in told
    assert "/rules add" in help_text(Role.MODERATOR, "/", "rules add", is_direct=True)
    assert "no command" in help_text(Role.MEMBER, "/", "rules add", is_direct=True)


def test_no_word_means_two_commands() -> None:
    words = [word for c in d.COMMANDS for word in (c.name, *c.words)]
    assert len(words) == len(set(words))
    bare = [word for c in d.COMMANDS for word in c.bare]
    assert len(bare) == len(set(bare))


def test_a_line_is_always_the_last_parameter_and_a_bare_command_needs_none() -> None:
    for command in d.COMMANDS:
        kinds = [p.kind for p in command.parameters]
        assert Kind.LINE not in kinds[:-1]
        if command.bare:
            assert not any(p.is_required for p in command.parameters)


def test_the_declarations_know_no_store_no_engine_and_no_asyncio() -> None:
    declarations = ("admitting.py", "declared.py", "memories.py", "own.py", "talking.py")
    for name in (*declarations, "declaration.py", "parameters.py", "read.py", "words.py"):
        for node in ast.walk(ast.parse((COMMANDS / name).read_text())):
            found = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            found += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for module in found:
                assert not module.startswith(("asyncio", "bot.store", "bot.engine")), name


# --- Reading --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/help", d.Help()),
        ("/help /Persona", d.Help("/Persona")),
        ("/begin", talking.Begin()),
        ("/START", talking.Begin()),
        ("  /Who  ", talking.Who()),
        ("／ｗｈｅｒｅ", talking.Where()),
        ("/ again", talking.Again()),
        ("/a\u200bgain!", talking.Again()),
        ("\u200f/again", talking.Again()),
        ("/persona Wren", talking.Persona("Wren")),
        ("/persona   The Old Lighthouse ", talking.Persona("The Old Lighthouse")),
        ("/persona help", talking.Persona("help")),
        ("/persona\nWren", talking.Persona("Wren")),
        ("/stop", own.Stop()),
        ("/stop please, at once", own.Stop()),
        ("/bye now", own.Goodbye()),
        ("/erase", kept.Erase(confirmed=False)),
        ("/erase CONFIRM", kept.Erase(confirmed=True)),
        ("/pause", own.Pause()),
        ("/unpause now", own.Resume()),
        ("/safeword blue harbour", own.Safeword("blue harbour")),
        ("/limits", own.Limits()),
        ("/limits HARD no Spiders", own.Limits("hard", "no Spiders")),
        ("/limit remove 2", own.Limits("remove", "2")),
        ("/break daily 60", own.Break("daily", "60")),
        ("/remind 20:00 stretch a little", own.Remind("20:00 stretch a little")),
        ("/tz Europe/Berlin", own.Timezone("Europe/Berlin")),
        ("/disclose", talking.About()),
    ],
)
def test_commands_are_read_in_any_case_width_and_spacing(text: str, command: d.Command) -> None:
    assert read_as(text) == command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/ceiling Romance", admitting.Ceiling(Rating.ROMANCE)),
        (
            "/unlock console:ada it was a line  in a play",
            admitting.Unlock(PersonId("console:ada"), "it was a line  in a play"),
        ),
        (
            "/unlock matrix:@ada:example.org a mistake",
            admitting.Unlock(PersonId("matrix:@ada:example.org"), "a mistake"),
        ),
        ("/unlock ada a mistake", admitting.Unlock(PersonId("ada"), "a mistake")),
        ("/status", admitting.Status()),
    ],
)
def test_moderators_commands_are_read_for_moderators_and_operators(
    text: str, command: d.Command
) -> None:
    assert read_as(text, Role.MODERATOR) == command
    assert read_as(text, Role.OPERATOR, is_direct=False) == command


def test_a_member_does_not_learn_of_moderators_commands() -> None:
    for text in ("/ceiling mature", "/ceilin", "/unlock", "/status", "/help unlock"):
        answer = read_as(text)
        say = (
            help_text(Role.MEMBER, "/", answer.topic, is_direct=True)
            if isinstance(answer, d.Help)
            else said(answer)
        )
        assert "no command called that" in say
        for word in ("/ceiling", "/unlock", "/status"):
            assert word not in say
    assert "unlock" not in help_text(Role.MEMBER, "/", is_direct=True)
    assert "unlock" in help_text(Role.MODERATOR, "/", is_direct=True)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "/", "//", "///", "/ ", "/ well then", "/path/to/somewhere", "/3", "/:)", "!stop",
        "hello /stop", "I said stop", "stop it", "goodbye", "Goodbye.", "red", "again", "who", "new",
        "undo", "erase it", "Leave!", "help me find the lantern", "Help!", "/" + "a" * 40, "…/stop",
    ],
)  # fmt: skip
def test_talk_stays_talk(text: str) -> None:
    assert read_as(text) is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("stop", own.Stop()),
        (" STOP! ", own.Stop()),
        ("Help", d.Help()),
        ("help?", d.Help()),
        ("Begin", talking.Begin()),
        ("leave", kept.Leave()),
        ("Pause", own.Pause()),
        ("resume", own.Resume()),
        ("mute!", own.Mute()),
        ("erase", kept.Erase(confirmed=False)),
        ("ｓｔｏｐ", own.Stop()),
    ],
)
def test_a_few_bare_words_count_where_they_are_the_whole_message(
    text: str, command: d.Command
) -> None:
    assert read_as(text) == command
    assert read_as(text, prefix="!") == command
    assert read_as(text, is_direct=False) is None


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("/persnoa Wren", "Did you mean one of these: /persona, /personas?"),
        ("/pers", "Did you mean one of these: /personas, /persona?"),
        ("/forwrad", "Did you mean one of these: /forward?"),
        ("/me waves", "without the / in front it counts as talk"),
        ("/persona", "NAME is missing: /persona NAME."),
        ("/persona " + "a" * 65, "NAME has at most 64 characters"),
        ("/undo 3", "more than it takes: /undo."),
        ("/erase now", "these words: confirm. It is written /erase [confirm]."),
    ],
)
def test_a_misreading_says_how_to_mend_it(text: str, mend: str) -> None:
    assert mend in said(read_as(text))


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("/ceiling", "RATING is missing: /ceiling general|romance|mature."),
        ("/ceiling spicy", "these words: general, romance, mature. It is written /ceiling"),
        ("/unlock @ada:example.org a play", "PERSON is written like console:ada"),
        ("/unlock console:ada", "REASON is missing: /unlock PERSON REASON."),
        ("/unlock console:ada " + "a" * 501, "REASON has at most 500 characters"),
    ],
)
def test_a_moderators_misreading_says_how_to_mend_it(text: str, mend: str) -> None:
    assert mend in said(read_as(text, Role.MODERATOR))


def test_what_belongs_into_a_direct_room_is_not_followed_in_a_shared_one() -> None:
    assert said(read_as("/undo", is_direct=False)) == "/undo works only where we are alone."
    assert read_as("!stop", is_direct=False, prefix="!") == own.Stop()


@given(st.text(alphabet=st.characters(categories=["Ll", "Lu", "Nd"]), max_size=25))
def test_what_is_said_back_never_repeats_what_was_typed(text: str) -> None:
    result = read_as("/qx" + text)
    assert result is None or "qx" not in said(result)


TYPED = st.sampled_from([word for c in d.COMMANDS for word in (c.name, *c.words)])


@given(
    st.text(max_size=200)
    | st.tuples(st.sampled_from(["", "/", "／", " / "]), TYPED, st.text(max_size=80)).map("".join)
    | st.tuples(TYPED, st.text(max_size=600)).map(lambda pair: "/" + " ".join(pair)),
    st.sampled_from(list(Role)),
    st.booleans(),
    st.sampled_from(["/", "!"]),
)
def test_reading_never_raises_and_answers_in_few_words(
    text: str,
    role: Role,
    is_direct: bool,  # noqa: FBT001 - hypothesis gives it
    prefix: str,
) -> None:
    result = read(text, prefix=prefix, role=role, is_direct=is_direct)
    if isinstance(result, Misread):
        assert 0 < len(result.say) < 300
    elif result is not None and role is Role.MEMBER:
        assert not isinstance(result, admitting.Ceiling | admitting.Unlock | admitting.Status)


def test_a_megabyte_is_read_as_what_its_beginning_says() -> None:
    assert read_as("/stop " + "please " * 150_000) == own.Stop()
    assert read_as("lantern " * 130_000) is None
    assert "at most" in said(read_as("/persona " + "a" * 1_000_000))


def test_values_chosen_in_a_platforms_own_form_are_checked_alike() -> None:
    unlock = next(c for c in d.COMMANDS if c.name == "unlock")
    values = {"person": "console:ada", "reason": "a play"}
    assert fill(unlock, values, prefix="/") == admitting.Unlock(PersonId("console:ada"), "a play")
    assert "REASON is missing" in said(fill(unlock, {**values, "reason": "  "}, prefix="/"))


# --- Help -----------------------------------------------------------------------------------


def test_help_lists_what_can_be_used_here_in_one_line_each() -> None:
    lines = help_text(Role.MEMBER, "!", is_direct=True).splitlines()
    assert "!persona NAME: begins to talk with another persona" in lines
    offered = d.commands_for(Role.MEMBER, is_direct=True)
    assert len(lines) == 1 + len({command.group or command.name for command in offered})
    assert all(len(line) <= 100 for line in lines)
    assert "undo" not in help_text(Role.MEMBER, "!", is_direct=False)


def test_help_explains_one_command_by_any_of_its_words() -> None:
    text = help_text(Role.MEMBER, "/", "/Retry", is_direct=True)
    assert text.startswith("/again: writes another answer")
    assert "Also: /retry, /swipe." in text
    assert "only where we are alone" in help_text(Role.MEMBER, "/", "undo", is_direct=False)
    assert "no command called that" in help_text(Role.MEMBER, "/", "dance", is_direct=True)


def test_every_form_that_help_shows_is_itself_a_command() -> None:
    for command in d.COMMANDS:
        written = " ".join(word for word in form(command).split() if word != "FILE")
        shown = written.replace("PERSON", "console:ada").replace("[", "").replace("]", "")
        shown = re.sub(r"([\w-]+\|)+", "", shown)
        result = read_as("/" + shown, Role.OPERATOR, is_direct=command.place != Place.SHARED)
        assert result is not None
        if Kind.FILE in [parameter.kind for parameter in command.parameters]:
            assert isinstance(result, Misread), "the file is missing"
            continue
        assert not isinstance(result, Misread), shown


def test_completions_are_whole_commands_with_their_line() -> None:
    offered = dict(completions(Role.MEMBER, "/", is_direct=True))
    assert offered["/stop"] == "stops what is being written, at once"
    assert "/ceiling" not in offered
