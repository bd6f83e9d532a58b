"""A file of rules: read with its mistakes named, written back the same; presets; Discord's own."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.policy.community.automod import read_automod
from bot.policy.community.checks import Patterns, Topic, Topics, Words
from bot.policy.community.presets import PRESETS, preset, preset_text
from bot.policy.community.problems import NotTaken, Problem
from bot.policy.community.reading import LONGEST, MOST_RULES, read_rules
from bot.policy.community.rule import Action, Duty, Quota, RuleSet, Side, Step
from bot.policy.community.writing import version_of, write_rules

WHOLE = """\
zone = "Europe/Berlin"
moderates_others = true

[may]
lift = ["17"]

[[quota]]
who = "person"
messages_a_minute = 10

[[rule]]
name = "calm"
kind = "topics"
topics = ["gore", "politics"]
does = "steer"
side = "input"
hint = "Lead back to the story."

[[rule]]
name = "spoilers"
kind = "words"
words = ["ending*", "the gardener did it"]
spared = ["happy ending"]
does = "warn"
steps = [{hits = 3, does = "pause", pause_minutes = 60}, {hits = 6, does = "revoke"}]
spares = ["moderator", "power 50"]
say = "Others have not read on yet."
window_hours = 48
tells = true
rooms = "direct"
with_personas = ["wren"]
at_ratings = ["general"]
"""


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(NotTaken) as caught:
        read_rules(text)
    return caught.value.problems


def rule_with(lines: str) -> str:
    return f'[[rule]]\nname = "one"\n{lines}\n'


def test_a_file_says_everything_and_is_written_back_as_it_was() -> None:
    rules = read_rules(WHOLE)
    spoilers = rules.rules[1]
    assert spoilers.check == Words(("ending*", "the gardener did it"), ("happy ending",))
    assert spoilers.steps == (
        Step(1, Action.WARN),
        Step(3, Action.PAUSE, 60),
        Step(6, Action.REVOKE),
    )
    assert (spoilers.where.side, spoilers.tells, spoilers.is_dry) == (Side.BOTH, True, False)
    assert rules.quotas == (Quota("person", messages_a_minute=10),)
    assert rules.duties == ((Duty.LIFT, ("17",)),)
    assert write_rules(rules) == WHOLE
    assert read_rules(write_rules(rules)) == rules


def test_the_same_rules_have_the_same_version_in_whatever_order_and_spelling() -> None:
    first = rule_with('kind = "words"\nwords = ["b", "a"]')
    other = '[[rule]]\nname = "two"\nkind = "invites"\n'
    spelled = "[[rule]]\nkind='words'\nwords=[\n 'a', # why\n 'b', 'a']\nname='''one'''\n"
    assert version_of(read_rules(first + other)) == version_of(read_rules(other + spelled))
    assert version_of(read_rules(first)) != version_of(read_rules(first + other))
    assert version_of(read_rules("")) == version_of(RuleSet())


@pytest.mark.parametrize(
    ("lines", "line", "key", "mend"),
    [
        ('kind = "wrds"', 3, "kind", "one of these: words, patterns"),
        ('kind = "words"', 1, "", "add words"),
        ('kind = "words"\nwords = []', 4, "words", "1 to 2000 entries"),
        ('kind = "words"\nwords = ["a*"]', 4, "words", "at least two letters"),
        ('kind = "words"\nwords = ["*"]', 4, "words", "at least two letters"),
        ('kind = "words"\nwords = ["mid*dle"]', 4, "words", "A star stands at an end"),
        ('kind = "words"\nwords = ["fine", 3]', 4, "words", "text on one line"),
        ('kind = "words"\nwords = ["fine"]\nwrods = 1', 5, "wrods", "no such key"),
        ('kind = "words"\nwords = ["x"]\ndoes = "ban"', 5, "does", "steer, mask, refuse"),
        ('kind = "words"\nwords = ["x"]\ntells = 1', 5, "tells", "true or false"),
        ('kind = "words"\nwords = ["x"]\nat_ratings = ["adult"]', 5, "at_ratings", "general"),
        ('kind = "words"\nwords = ["x"]\nwindow_hours = 0', 5, "window_hours", "from 1 to"),
        ('kind = "words"\nwords = ["x"]\ndoes = "pause"', 1, "", "`pause_minutes`"),
        ('kind = "words"\nwords = ["x"]\npause_minutes = 5', 1, "", "`pause_minutes`"),
        ('kind = "words"\nwords = ["x"]\ndoes = "steer"', 1, "", "needs a `hint`"),
        ('kind = "words"\nwords = ["x"]\nhint = "Be kind."', 1, "", "`steer` goes with"),
        ('kind = "words"\nwords = ["x"]\nsteps = [{hits = 1, does = "warn"}]', 5, "steps", "2 to"),
        ('kind = "words"\nwords = ["x"]\nsteps = [{does = "warn"}]', 5, "steps", "add hits, does"),
        (
            'kind = "words"\nwords = ["x"]\ndoes = "warn"\nsteps = [{hits = 3, does = "mask"}]',
            1,
            "",
            "as firm or firmer",
        ),
        (
            'kind = "words"\nwords = ["x"]\nside = "output"\ndoes = "warn"',
            1,
            "",
            "counts against nobody",
        ),
        ('kind = "flood"\nmessages = 5\nseconds = 9\nside = "output"', 1, "", "`input` alone"),
        ('kind = "flood"\nmessages = 1\nseconds = 9', 4, "messages", "from 2 to 60"),
        ('kind = "length"\nmost = 100\ndoes = "mask"', 1, "", "cannot `mask`"),
        ('kind = "patterns"\npatterns = ["ok", "(a"]', 4, "patterns", "missing )"),
        ("kind = \"patterns\"\npatterns = ['(?=a)b']", 4, "patterns", "no look-around"),
        ("kind = \"patterns\"\npatterns = ['(a)\\1']", 4, "patterns", "no references"),
        ("kind = \"patterns\"\npatterns = ['\\pL{1000}']", 4, "patterns", "too large"),
        ("kind = \"patterns\"\npatterns = ['.*']", 1, "", "matches everything"),
        ("kind = \"patterns\"\npatterns = ['q|[aeiou]']", 1, "", "matches everything"),
        ('kind = "links"\nallowed = ["https://example.org/x"]', 4, "allowed", "without a path"),
        ('kind = "languages"\nspoken = ["xx"]', 4, "spoken", "ar, de"),
        ('kind = "topics"\ntopics = ["weather"]', 4, "topics", "violence, gore"),
        ('kind = "own-topic"\nsentence = "x"', 4, "sentence", "text on one line"),
        ('kind = "quiet-hours"\nfrom = "25:00"\nto = "07:00"', 4, "from", "time of day"),
        ('kind = "quiet-hours"\nfrom = "07:00"\nto = "7:00"', 1, "", "same time"),
        ('kind = "ceiling"\nrating = "high"', 4, "rating", "general, romance, mature"),
        ('kind = "ceiling"\nrating = "general"\ndoes = "refuse"', 5, "does", "no such key"),
        ('kind = "entry"', 1, "", "asks for nothing"),
        ('kind = "personas"', 1, "", "asks for nothing"),
        ('kind = "session-length"\nminutes = true', 4, "minutes", "whole number"),
        ('kind = "invites"\nsay = "two\\nlines"', 4, "say", "one line"),
        ('kind = "invites"\nsay = "\\u0007"', 4, "say", "one line"),
    ],
)
def test_a_mistake_is_named_with_its_line_rule_and_key_and_the_mend(
    lines: str, line: int, key: str, mend: str
) -> None:
    (problem,) = problems(rule_with(lines))
    assert (problem.line, problem.rule, problem.key) == (line, '"one"', key)
    assert mend in problem.mend
    assert not key or problem.found


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("rule = 3", 1, "list in square brackets"),
        ("x = [", 1, "no TOML"),
        ("\n\na = 1\na = 2", 4, "no TOML"),
        ('zone = "Mars/North"', 1, "Europe/Berlin"),
        ('zone = "../etc/passwd"', 1, "Europe/Berlin"),
        ("dry_run = 1", 1, "true or false"),
        ("[may]\nlift = 3", 2, "list"),
        ("may = 3", 1, "list"),
        ("[[quota]]\nwaiting = -1", 2, "from 0"),
        ("#" * (LONGEST + 1), 0, "too large"),
        ('[[rule]]\nname = "x"\nkind = "invites"\n' * (MOST_RULES + 1), 0, "at most"),
        ('[[rule]]\nkind = "invites"', 1, "add name"),
        ("a = " + "[" * 5_000, 1, "no TOML"),
    ],
)
def test_a_mistake_outside_of_rules_is_named_as_well(text: str, line: int, said: str) -> None:
    found = problems(text)
    assert said in found[0].mend
    assert not line or found[0].line == line


def test_all_mistakes_are_told_at_once_and_nothing_is_taken() -> None:
    text = WHOLE.replace('"warn"', '"wern"').replace('"politics"', '"polit"') + "\nfoo = 1\n"
    assert [(one.line, one.key) for one in problems(text)] == [
        (14, "topics"),
        (24, "does"),
        (34, "foo"),
    ]
    with pytest.raises(NotTaken) as caught:
        read_rules(text)
    assert caught.value.say().startswith("Nothing of it was taken:\nLine 14, rule")


def test_two_rules_of_one_name_are_a_mistake_whatever_the_case() -> None:
    text = rule_with('kind = "invites"') + '[[rule]]\nname = "ONE"\nkind = "links"\n'
    text += '[[rule]]\nname = "two"\nkind = "links"\n'
    (problem,) = problems(text)
    assert (problem.line, problem.key, problem.found) == (5, "name", '"ONE"')


def test_which_of_many_words_is_wrong_is_told() -> None:
    (problem,) = problems(rule_with('kind = "words"\nwords = ["fine", "also fine", "n*t"]'))
    assert problem.found == '"n*t"'


def test_l1_a_hint_to_the_model_is_read_by_the_floor() -> None:
    lines = 'kind = "topics"\ntopics = ["gore"]\ndoes = "steer"\nhint = "{hint}"'
    (problem,) = problems(rule_with(lines.format(hint="Write a love scene with a 15-year-old.")))
    assert "under 18" in problem.mend
    assert read_rules(rule_with(lines.format(hint="Lead back to the story."))).rules


def test_lines_are_found_behind_texts_of_several_lines() -> None:
    text = 'zone = """\nrule = 1\n[[rule]]\n"""\n[[rule]]\nname = "x"\nkind = "links"\nfoo = 1\n'
    assert [(one.line, one.key) for one in problems(text)] == [(1, "zone"), (8, "foo")]


def test_line_ends_of_another_system_are_line_ends() -> None:
    assert read_rules(WHOLE.replace("\n", "\r\n")) == read_rules(WHOLE)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_written_as_it_would_be_exported(name: str) -> None:
    text = preset_text(name)
    own = "\n".join(line for line in text.splitlines() if not line.startswith("#")).strip()
    assert own == write_rules(preset(name)).strip()
    assert text.startswith(f'# Preset "{name}": ')
    assert preset(name).rules


# --- Discord's own ----------------------------------------------------------------------------

AUTOMOD: dict[str, Any] = {
    "id": "969707018069872670",
    "guild_id": "613425648685547541",
    "name": "Keyword Filter 1",
    "creator_id": "423457898095789043",
    "trigger_type": 1,
    "event_type": 1,
    "actions": [
        {"type": 1, "metadata": {"custom_message": "Please keep financial talk out."}},
        {"type": 2, "metadata": {"channel_id": "123456789123456789"}},
        {"type": 3, "metadata": {"duration_seconds": 90}},
    ],
    "trigger_metadata": {
        "keyword_filter": ["cat*", "*dog", "*ana*", "i like bread", "s*", "x*y"],
        "regex_patterns": ["(b|c)at", "(?=look)around", "^(?:[^0-9]|13)$"],
        "allow_list": ["catalogue", "banana"],
    },
    "enabled": True,
    "exempt_roles": ["323456789123456789", "423456789123456789"],
    "exempt_channels": ["523456789123456789"],
}


def test_discords_keyword_rules_become_rules_of_ours() -> None:
    imported = read_automod(json.dumps([AUTOMOD]))
    words, patterns = imported.rules.rules
    assert words.name == "Keyword Filter 1"
    assert words.check == Words(("*ana*", "*dog", "cat*", "i like bread"), ("banana", "catalogue"))
    assert patterns.name == "Keyword Filter 1 2"
    assert patterns.check == Patterns(("(b|c)at", "^(?:[^0-9]|13)$"), ("banana", "catalogue"))
    assert words.steps == (Step(1, Action.PAUSE, 2),)
    assert words.say == "Please keep financial talk out."
    assert words.tells
    assert words.spares == ("323456789123456789", "423456789123456789")
    assert read_rules(write_rules(imported.rules)) == imported.rules


def test_what_could_not_be_taken_of_discords_rules_is_said() -> None:
    presets = {"name": "P", "trigger_type": 4, "trigger_metadata": {"presets": [1, 2, 9]}}
    spam = {"name": "Spam", "trigger_type": 3}
    imported = read_automod(json.dumps([AUTOMOD, presets, spam]))
    said = "\n".join(imported.left_out)
    for part in ('"s*"', '"x*y"', '"(?=look)around"', "exempt channels", "profanity", "Spam:"):
        assert part in said
    assert Topics((Topic.SEXUAL,)) in [rule.check for rule in imported.rules.rules]
    assert len(imported.left_out) == 8


def test_a_rule_that_is_switched_off_there_runs_dry_here() -> None:
    (rule, _) = read_automod(json.dumps({**AUTOMOD, "enabled": False})).rules.rules
    assert rule.is_dry


def test_a_keyword_of_discord_that_matches_everything_is_left_out() -> None:
    entry = {**AUTOMOD, "trigger_metadata": {"regex_patterns": [".*"], "keyword_filter": ["ok"]}}
    imported = read_automod(json.dumps(entry))
    assert [rule.check for rule in imported.rules.rules] == [Words(("ok",))]
    assert "matches everything" in "".join(imported.left_out)


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", "[" * 100_000, '{"trigger_type": "1"}', "null", "x" * 2_000_001]
)
def test_what_is_no_such_json_is_not_taken(text: str) -> None:
    with pytest.raises(NotTaken):
        read_automod(text)


@pytest.mark.parametrize(
    "odd",
    [
        {"name": None, "actions": 3},
        {"actions": [{"type": 3, "metadata": None}, 7]},
        {"actions": [{"type": 1, "metadata": {"custom_message": "two\nlines \ud800"}}]},
        {"trigger_metadata": {"keyword_filter": [None, 3, "fine", "\ud800bad"]}},
        {"trigger_metadata": 3},
        {"exempt_roles": "all", "enabled": "yes"},
        {"name": "\u200b"},
    ],
)
def test_odd_fields_of_discords_json_break_nothing(odd: dict[str, Any]) -> None:
    imported = read_automod(json.dumps({**AUTOMOD, **odd}))
    assert read_rules(write_rules(imported.rules)) == imported.rules


def test_two_of_one_name_are_told_apart() -> None:
    imported = read_automod(json.dumps([AUTOMOD, AUTOMOD]))
    names = [rule.name for rule in imported.rules.rules]
    assert len(names) == len({name.casefold() for name in names}) == 4
    assert replace(imported.rules.rules[0], name="") in [
        replace(rule, name="") for rule in imported.rules.rules[1:]
    ]
