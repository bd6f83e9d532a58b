"""Rules by command: whatever a file of rules can have can be typed behind `rules add`, and comes to
the same file; what is unclear is named with its mend."""

import tomllib

import pytest
from hypothesis import given

from bot.commands.declared import COMMANDS
from bot.commands.rule_lines import add, edit, one
from bot.commands.rule_words import ACTIONS, SET
from bot.commands.words import find_command
from bot.events import Role
from bot.policy.community.forms import KINDS
from bot.policy.community.reading import read_rules
from bot.policy.community.rule import Rule, RuleSet
from bot.policy.community.writing import write_rules
from tests.conftest import Parlour
from tests.fakes import noticed
from tests.rule_files import any_rule

TYPED = [
    ("words", "warn", "spoiler, the ending", "words = ['spoiler', 'the ending']\ndoes = 'warn'"),
    ("words", "refuse", '"a=b", "c, d"', "words = ['a=b', 'c, d']"),
    (
        "words",
        "steer",
        "spoiler*, the ending, hint=Lead back to the story. spared=no spoilers",
        (
            "words = ['spoiler*', 'the ending']\nspared = ['no spoilers']\ndoes = 'steer'\n"
            "hint = 'Lead back to the story.'"
        ),
    ),
    (
        "words",
        "warn",
        (
            "spoiler steps=[{hits=2, does='pause', pause_minutes=30}] window_hours=48 "
            "say=Please, not here: tea only. tells=true spares=power 50, 17"
        ),
        (
            "words = ['spoiler']\ndoes = 'warn'\nwindow_hours = 48\ntells = true\n"
            "steps = [{hits=2, does='pause', pause_minutes=30}]\nspares = ['17', 'power 50']\n"
            "say = 'Please, not here: tea only.'"
        ),
    ),
    ("words", "mask", "1984", "words = ['1984']\ndoes = 'mask'"),
    ("patterns", "mask", r"\d{3,}, side=\S+", "patterns = ['\\d{3,}, side=\\S+']\ndoes = 'mask'"),
    (
        "patterns",
        "refuse",
        'say="No numbers." patterns=x name=[a-z]+',
        "patterns = ['x name=[a-z]+']\nsay = 'No numbers.'",
    ),
    (
        "patterns",
        "refuse",
        "patterns=['a+b', 'b+c'] spared=abc",
        "patterns = ['a+b', 'b+c']\nspared = ['abc']",
    ),
    (
        "topics",
        "pause",
        "gore, politics pause_minutes=5 at_ratings=general",
        (
            "topics = ['gore', 'politics']\ndoes = 'pause'\npause_minutes = 5\n"
            "at_ratings = ['general']"
        ),
    ),
    ("topics", "pause", "gore", "topics = ['gore']\ndoes = 'pause'\npause_minutes = 60"),
    ("own-topic", "warn", "asks for homework", "sentence = 'asks for homework'\ndoes = 'warn'"),
    ("own-topic", "refuse", "sentence=12345678", "sentence = '12345678'"),
    ("links", "refuse", "", ""),
    ("links", "refuse", "example.org, example.com", "allowed = ['example.org', 'example.com']"),
    ("invites", "revoke", "rooms=shared", "does = 'revoke'\nrooms = 'shared'"),
    ("languages", "refuse", "en, de", "spoken = ['en', 'de']"),
    ("length", "refuse", "400 dry_run=true", "most = 400\ndry_run = true"),
    ("flood", "pause", "6 in 10", "messages=6\nseconds=10\ndoes='pause'\npause_minutes=60"),
    ("flood", "refuse", "6 seconds=10", "messages = 6\nseconds = 10"),
    ("repetition", "refuse", "seconds=60 times=3", "times = 3\nseconds = 60"),
    ("personas", SET, "only=wren, tock", "only = ['wren', 'tock']"),
    ("personas", SET, 'never=["tock"] spares=moderator', "never=['tock']\nspares=['moderator']"),
    ("ceiling", SET, "romance", "rating = 'romance'"),
    (
        "ceiling",
        SET,
        "rating=general with_personas=wren",
        "rating = 'general'\nwith_personas = ['wren']",
    ),
    ("quiet-hours", SET, "22:00 to 07:00", "from = '22:00'\nto = '07:00'"),
    (
        "quiet-hours",
        SET,
        "From=22:00, To=07:00 say=Good night.",
        "from = '22:00'\nto = '07:00'\nsay = 'Good night.'",
    ),
    ("session-length", SET, "90", "minutes = 90"),
    ("least-age", SET, "entry=platform mature=verified", "entry='platform'\nmature='verified'"),
    (
        "entry",
        SET,
        "roles=17, 18 power_level=50 account_days=30 approval=true",
        "roles = ['17', '18']\npower_level = 50\naccount_days = 30\napproval = true",
    ),
]


@pytest.mark.parametrize(("kind", "does", "what", "lines"), TYPED)
def test_m4_what_is_typed_comes_to_the_same_as_what_is_imported(
    kind: str, does: str, what: str, lines: str
) -> None:
    typed = write_rules(read_rules(add("", kind, does, what)))
    imported = f"[[rule]]\nname = '{kind}-1'\nkind = '{kind}'\n{lines}\n"
    assert typed == write_rules(read_rules(imported))


def test_every_kind_and_every_action_is_among_what_is_typed_and_offered() -> None:
    assert {kind for kind, *_ in TYPED} == set(KINDS)
    assert {does for _, does, *_ in TYPED} == {*ACTIONS, SET}
    command = find_command("rules add", Role.MODERATOR)
    assert command in COMMANDS and command is not None
    kind, does, _ = command.parameters
    assert (kind.choices, does.choices) == (tuple(KINDS), (*ACTIONS, SET))
    for parameter in (kind, does):
        pairs = zip(parameter.meanings, parameter.choices, strict=True)
        assert all(meaning.startswith(f"{choice}:") for meaning, choice in pairs)


@given(any_rule())
def test_m4_every_rule_that_a_file_can_hold_can_be_typed_with_its_keys(rule: Rule) -> None:
    written = write_rules(RuleSet((rule,)))
    (read,) = tomllib.loads(written)["rule"]
    lines = written.removeprefix("[[rule]]\n").split("\n")
    what = [line for line in lines if not line.startswith(("kind = ", "does = "))]
    typed = add("", read["kind"], read.get("does", SET), "\n".join(what))
    assert write_rules(read_rules(typed)) == written


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("ceiling refuse romance", "write `set` in the place of `refuse`"),
        ("words set spoiler", "write what happens: steer, mask, refuse"),
        ("ceiling set high", "general, romance, mature"),
        ("ceiling set romance rating=general", "`rating` was given twice"),
        ("words warn does=mask spoiler", "`does` was given twice"),
        ("personas set wren", "as in `only=…`. These are known here: only, never, name"),
        ("personas set", "Fill in one of these: only, never"),
        ("quiet-hours set form=22:00 to=07:00", "There is no `form` here"),
        ("quiet-hours set 22:00", "add to"),
        ("quiet-hours set from=22:00 to=7 pm", "time of day, such as 22:30"),
        ("least-age set platform", "as in `entry=…`"),
        ("entry set approval=yes", "true or false"),
        ("entry set does=warn approval=true", "There is no `does` here"),
        ("session-length set 2", "from 5 to 1440"),
        ("words steer spoiler", "needs a `hint`"),
        ("words steer spoiler side=output hint=Stay calm.", "`steer` goes with"),
        ("words warn spoiler tels=true", "There is no `tels` here"),
        ("invites refuse all of them", "These are known here: name"),
        (f"topics warn gore steps={'[' * 1_500}", "list in square brackets"),
        ("ceiling romance", "steer, mask, refuse, warn, pause, revoke, set"),
    ],
)
async def test_m4_what_is_unclear_is_named_with_its_mend_and_nothing_is_taken(
    parlour: Parlour, line: str, says: str
) -> None:
    said = noticed(await parlour.paper.say(f"/rules add {line}", "mo", Role.MODERATOR))
    assert says in said
    assert await parlour.house.moderation.rules.newest(parlour.paper.tea) is None


async def test_a_moderator_sets_quiet_hours_by_a_line_and_they_hold(parlour: Parlour) -> None:
    await parlour.let_in()
    line = "/rules add quiet-hours set 00:00 to 23:59 name=all day say=Another day."
    assert "Version 1 holds" in noticed(await parlour.paper.say(line, "mo", Role.MODERATOR))
    assert "Another day." in noticed(await parlour.paper.say("good evening"))
    said = await parlour.paper.say("/rules show all-day", "mo", Role.MODERATOR)
    assert 'from = "00:00"' in noticed(said)


def test_m4_a_line_is_edited_as_it_is_added() -> None:
    text = add("", "personas", SET, "only=wren")
    assert 'only = ["tock", "wren"]' in one(
        edit(text, "personas-1", "only", "tock, wren"), "personas-1"
    )
    assert 'only = ["tock, wren"]' in one(
        edit(text, "personas-1", "only", '"tock, wren"'), "personas-1"
    )
    assert "spares" not in edit(
        edit(text, "personas-1", "spares", "17"), "personas-1", "spares", '""'
    )
    assert edit(text, "personas-1", "only", "[" * 2_000)
