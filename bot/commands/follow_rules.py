"""`rules …` followed: every change is a whole new version with who, when and what (SAFETY M4).

A change is made from the version that its moderator has seen: of two at once, the second is shown
what the first did, and says it again. One who is no moderator any more when it arrives changes
nothing: who may is looked at with each command.
"""

import tomllib
from collections.abc import Callable
from difflib import unified_diff
from typing import assert_never

from bot.commands import cards, files, rule_lines, ruling, stats
from bot.commands.desk import Answer, Desk, Outcome
from bot.commands.duties import NOT_YOURS, may
from bot.commands.read import Misread
from bot.commands.rule_lines import NoRule
from bot.commands.ruling import RulesCommand
from bot.files import File
from bot.policy.community.automod import read_automod
from bot.policy.community.compiled import compile_rules
from bot.policy.community.explain import explain
from bot.policy.community.presets import PRESETS, preset, preset_text
from bot.policy.community.problems import NotTaken
from bot.policy.community.reading import read_rules
from bot.policy.community.rule import Duty
from bot.policy.community.writing import write_rules
from bot.store.case_rows import NewVersion, Overtaken, RuleVersion
from bot.text import SILENCE, Text, lines, paragraphs, verbatim

PAGE = 10
LONGEST_SHOWN = 1_500
"""Characters of a difference or of rules; what is longer is handed over as a file."""
MOST_LISTED = 30

NO_RULES = Text(
    "This community has no rules of its own. `{prefix}rules presets` lists some to start from, and "
    "`{prefix}rules add` adds one."
)
HEAD = Text("Version {version}, {when}, by {name}: {note}")
LISTED = Text("{name}: {kind}, {action}")
LISTED_DRY = Text("{name}: {kind}, {action} (dry run)")
MORE = Text("And {count} more: `{prefix}rules export` hands over all of them.")
NO_RULE = Text("There is no rule of that name. `{prefix}rules show` lists them.")
NO_VERSION = Text("There is no such version. `{prefix}rules history` lists them.")
SAVED = Text("Version {version} holds from the next message on.")
SAME = Text("That changes nothing: the rules are like that already.")
OVERTAKEN = Text(
    "The rules have changed since you looked at them: version {version} holds, by {name}, {when}. "
    "This is what is different. Nothing of yours was taken; say it again to change what holds now."
)
DRY_ALL = Text("All of the rules are in a dry run: they act on nothing, and are counted.")
SOMEBODY = Text("somebody who has erased themselves")
PRESET = Text("`{name}`: {about}")
PRESET_HOW = Text(
    "`{prefix}rules presets NAME` shows one; with `confirm` behind it, it takes the place of the "
    "rules that hold. `{prefix}rules rollback` goes back."
)
NO_PRESET = Text("There are these: {names}.")
LEFT_OUT = Text("Taken from AutoMod, but for this:")
IN_THE_FILE = Text("It is long, so it stands in the file.")


async def follow_rules(command: RulesCommand, desk: Desk) -> Outcome:  # noqa: C901, PLR0912 - one arm for each command
    if not await may(Duty.CHANGE_RULES, desk):
        return Answer(NOT_YOURS)
    match command:
        case ruling.ShowRules(rule):
            return await _show(rule, desk)
        case ruling.AddRule(kind, does, what):
            return await _change(
                desk, lambda text: rule_lines.add(text, kind, does, what), f"add {kind}", adds=True
            )
        case ruling.EditRule(rule, key, value):
            return await _change(
                desk, lambda text: rule_lines.edit(text, rule, key, value), f"edit {rule} {key}"
            )
        case ruling.RemoveRule(rule):
            return await _change(desk, lambda text: rule_lines.remove(text, rule), f"remove {rule}")
        case ruling.DryRun(is_on, rule):
            note = f"dry-run {'on' if is_on else 'off'} {rule}".strip()
            return await _change(desk, lambda text: rule_lines.dry(text, rule, is_on=is_on), note)
        case ruling.TestRules(sentence):
            return await _test(sentence, desk)
        case ruling.History(below):
            return await _history(below, desk)
        case ruling.Diff(old, new):
            return await _diff(old, new, desk)
        case ruling.Rollback(version):
            return await _roll_back(version, desk)
        case ruling.ExportRules():
            return await _export(desk)
        case ruling.ImportRules(_):
            return await _import(desk)
        case ruling.Presets(name, is_sure):
            return await _presets(name, desk, is_sure=is_sure)
        case ruling.Stats():
            return await stats.tell(desk)
        case _:
            assert_never(command)


# --- Looking -------------------------------------------------------------------------------------


async def _show(rule: str, desk: Desk) -> Answer:
    newest = await _look(desk)
    if newest is None:
        return Answer(NO_RULES.format(prefix=desk.prefix))
    if rule:
        try:
            return Answer(verbatim(rule_lines.one(newest.text, rule)))
        except NoRule:
            return Answer(NO_RULE.format(prefix=desk.prefix))
    return Answer(paragraphs(_head(newest), lines(*_list(newest, desk))))


def _list(newest: RuleVersion, desk: Desk) -> list[Text]:
    file = tomllib.loads(newest.text)
    rules = file.get("rule", [])
    told = [DRY_ALL] if file.get("dry_run") else []
    for rule in rules[:MOST_LISTED]:
        frame = LISTED_DRY if rule.get("dry_run") else LISTED
        action = cards.ACTIONS.get(rule.get("does", "refuse"), SILENCE)
        told.append(frame.format(name=rule["name"], kind=rule["kind"], action=action))
    if len(rules) > MOST_LISTED:
        told.append(MORE.format(count=len(rules) - MOST_LISTED, prefix=desk.prefix))
    return told


async def _test(sentence: str, desk: Desk) -> Answer:
    """SAFETY M4: nothing is kept, and nothing happens."""
    newest = await desk.house.moderation.rules.newest(desk.community.id)
    if newest is None:
        return Answer(NO_RULES.format(prefix=desk.prefix))
    rules = compile_rules(desk.community.id, read_rules(newest.text))
    return Answer(lines(*explain(rules, sentence)))


async def _history(below: str, desk: Desk) -> Answer:
    book, community = desk.house.moderation.rules, desk.community.id
    if not below:
        await _look(desk)
    found = await book.history(community, below=_number(below) or None, most=PAGE)
    if not found:
        return Answer(NO_RULES.format(prefix=desk.prefix))
    return Answer(lines(*map(_head, found)))


async def _diff(old: str, new: str, desk: Desk) -> Answer:
    book, community = desk.house.moderation.rules, desk.community.id
    newest = await _look(desk)
    after = await book.version(community, _number(new)) if new else newest
    if after is None:
        return Answer(NO_VERSION.format(prefix=desk.prefix))
    number = _number(old) if old else after.version - 1
    before = await book.version(community, number)
    if before is None and number != 0:
        return Answer(NO_VERSION.format(prefix=desk.prefix))
    return _shown(_head(after), _difference(before, after), "rules-diff.txt")


async def _export(desk: Desk) -> Answer:
    newest = await _look(desk)
    if newest is None:
        return Answer(NO_RULES.format(prefix=desk.prefix))
    # The number says which version a later import was made from.
    text = f"# {_FROM}{newest.version}\n{newest.text}"
    file = File(f"rules-{newest.version}.toml", text.encode(), "application/toml")
    return Answer(_head(newest), file=file)


# --- Changing ------------------------------------------------------------------------------------


async def _change(
    desk: Desk, change: Callable[[str], str], note: str, *, adds: bool = False
) -> Answer:
    newest = await desk.house.moderation.rules.newest(desk.community.id)
    try:
        text = change(newest.text if newest else "")
    except NoRule:
        return Answer(NO_RULE.format(prefix=desk.prefix))
    return await _save(desk, newest, text, note, is_seen=adds)


async def _roll_back(version: str, desk: Desk) -> Answer:
    book, community = desk.house.moderation.rules, desk.community.id
    wanted = await book.version(community, _number(version))
    if wanted is None:
        return Answer(NO_VERSION.format(prefix=desk.prefix))
    newest = await book.newest(community)
    return await _save(desk, newest, wanted.text, f"rollback {wanted.version}")


async def _import(desk: Desk) -> Answer:
    text = await files.read_text(desk.message, ruling.MOST_FILE_BYTES)
    if isinstance(text, Misread):
        return Answer(text.say)
    book, community = desk.house.moderation.rules, desk.community.id
    newest = await book.newest(community)
    left: tuple[Text, ...] = ()
    if text.lstrip().startswith(("[{", "{")):
        try:
            taken = read_automod(text)
        except NotTaken as not_taken:
            return Answer(not_taken.say())
        text, left = write_rules(taken.rules), taken.left_out
    else:
        first = text.lstrip().split("\n", 1)[0].removeprefix("# ")
        if first.startswith(_FROM):
            # The file itself says what its writer had before them.
            book.look(desk.message.author.id, community, _number(first.removeprefix(_FROM)))
    answer = await _save(desk, newest, text, "import")
    return Answer(lines(answer.say, LEFT_OUT, *left), file=answer.file) if left else answer


async def _presets(name: str, desk: Desk, *, is_sure: bool) -> Answer:
    if not name:
        listed = (PRESET.format(name=one, about=about) for one, about in PRESETS.items())
        return Answer(lines(*listed, PRESET_HOW.format(prefix=desk.prefix)))
    if name not in PRESETS:
        return Answer(NO_PRESET.format(names=", ".join(PRESETS)))
    if not is_sure:
        return _shown(PRESETS[name], preset_text(name), f"rules-{name}.toml")
    newest = await desk.house.moderation.rules.newest(desk.community.id)
    return await _save(desk, newest, write_rules(preset(name)), f"preset {name}")


async def _save(
    desk: Desk, newest: RuleVersion | None, text: str, note: str, *, is_seen: bool = False
) -> Answer:
    """`is_seen`: it takes nothing away, so it may be made from a version nobody looked at."""
    book, community, by = desk.house.moderation.rules, desk.community.id, desk.message.author.id
    seen = book.seen(by, community)
    if newest is not None and seen != newest.version:
        is_own = newest.by == by
        if seen is not None or not (is_seen or is_own):
            return await _overtaken(desk, newest, seen)
    try:
        whole = write_rules(read_rules(text))
    except NotTaken as not_taken:
        return Answer(not_taken.say())
    if newest is not None and whole == newest.text:
        return Answer(SAME)
    held = newest.version if newest else 0
    added = await book.add(NewVersion(community, whole, held, by, note, desk.now))
    if isinstance(added, Overtaken):
        return await _overtaken(desk, added.newest, held)
    book.look(by, community, added.version)
    return _shown(SAVED.format(version=added.version), _difference(newest, added), "rules-diff.txt")


async def _overtaken(desk: Desk, newest: RuleVersion, seen: int | None) -> Answer:
    book, community = desk.house.moderation.rules, desk.community.id
    book.look(desk.message.author.id, community, newest.version)
    before = await book.version(community, seen) if seen else None
    told = OVERTAKEN.format(
        version=newest.version, name=newest.by or SOMEBODY, when=cards.moment(newest.at)
    )
    return _shown(told, _difference(before, newest), "rules-diff.txt")


# --- Small parts ---------------------------------------------------------------------------------

_FROM = "version "


async def _look(desk: Desk) -> RuleVersion | None:
    """The version that holds, which its moderator has seen from now on."""
    book, community = desk.house.moderation.rules, desk.community.id
    newest = await book.newest(community)
    if newest is not None:
        book.look(desk.message.author.id, community, newest.version)
    return newest


def _head(version: RuleVersion) -> Text:
    return HEAD.format(
        version=version.version,
        when=cards.moment(version.at),
        name=version.by or SOMEBODY,
        note=version.note,
    )


def _difference(before: RuleVersion | None, after: RuleVersion) -> str:
    old = before.text.splitlines() if before else []
    found = unified_diff(old, after.text.splitlines(), lineterm="", n=1)
    return "\n".join(line for line in found if not line.startswith(("---", "+++", "@@")))


def _shown(head: Text, body: str, name: str) -> Answer:
    if not body.strip():
        return Answer(head)
    if len(body) <= LONGEST_SHOWN:
        return Answer(paragraphs(head, verbatim(body)))
    return Answer(lines(head, IN_THE_FILE), file=File(name, body.encode(), "text/plain"))


def _number(typed: str) -> int:
    digits = typed.strip().removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdecimal() else 0
