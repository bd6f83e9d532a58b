"""`rules …` followed: every change is a whole new version with who, when and what (SAFETY M4).

A change is made from the version that its moderator has seen: of two at once, the second is shown
what the first did, and says it again. One who is no moderator any more when it arrives changes
nothing: who may is looked at with each command.
"""

from collections.abc import Callable
from typing import assert_never

from bot.commands import cards, files, rule_lines, rule_pages, ruling, stats
from bot.commands.desk import Answer, Desk, Outcome
from bot.commands.duties import NOT_YOURS, may
from bot.commands.parameters import read_number
from bot.commands.read import Misread
from bot.commands.rule_lines import NoRule
from bot.commands.ruling import RulesCommand
from bot.policy.community.automod import read_automod
from bot.policy.community.presets import PRESETS, preset, preset_text
from bot.policy.community.problems import NotTaken
from bot.policy.community.reading import read_rules
from bot.policy.community.rule import Duty
from bot.policy.community.writing import write_rules
from bot.store.case_rows import NewVersion, Overtaken, RuleVersion
from bot.text import Text, lines

SAVED = Text("Version {version} holds from the next message on.")
SAME = Text("That changes nothing: the rules are like that already.")
OVERTAKEN = Text(
    "The rules have changed since you looked at them: version {version} holds, by {name}, {when}. "
    "This is what is different. Nothing of yours was taken; say it again to change what holds now."
)
PRESET = Text("`{name}`: {about}")
PRESET_HOW = Text(
    "`{prefix}rules presets NAME` shows one; with `confirm` behind it, it takes the place of the "
    "rules that hold. `{prefix}rules rollback` goes back."
)
NO_PRESET = Text("There are these: {names}.")
LEFT_OUT = Text("Taken from AutoMod, but for this:")


async def follow_rules(command: RulesCommand, desk: Desk) -> Outcome:  # noqa: C901, PLR0912 - one arm for each command
    if not await may(Duty.CHANGE_RULES, desk):
        return Answer(NOT_YOURS)
    match command:
        case ruling.ShowRules(rule):
            return await rule_pages.show(rule, desk)
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
            return await rule_pages.test(sentence, desk)
        case ruling.History(below):
            return await rule_pages.history(below, desk)
        case ruling.Diff(old, new):
            return await rule_pages.diff(old, new, desk)
        case ruling.Rollback(version):
            return await _roll_back(version, desk)
        case ruling.ExportRules():
            return await rule_pages.export(desk)
        case ruling.ImportRules(_):
            return await _import(desk)
        case ruling.Presets(name, is_sure):
            return await _presets(name, desk, is_sure=is_sure)
        case ruling.Stats():
            return await stats.tell(desk)
        case _:
            assert_never(command)


# --- Below ---------------------------------------------------------------------------------------


async def _change(
    desk: Desk, change: Callable[[str], str], note: str, *, adds: bool = False
) -> Answer:
    newest = await desk.house.moderation.rules.newest(desk.community.id)
    try:
        text = change(newest.text if newest else "")
    except NoRule:
        return Answer(rule_pages.NO_RULE.format(prefix=desk.prefix))
    except NotTaken as not_taken:
        return Answer(not_taken.say())
    return await _save(desk, newest, text, note, is_seen=adds)


async def _roll_back(version: str, desk: Desk) -> Answer:
    book, community = desk.house.moderation.rules, desk.community.id
    wanted = await book.version(community, read_number(version))
    if wanted is None:
        return Answer(rule_pages.NO_VERSION.format(prefix=desk.prefix))
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
        if first.startswith(rule_pages.FROM):
            # The file itself says what its writer had before them.
            number = read_number(first.removeprefix(rule_pages.FROM))
            book.look(desk.message.author.id, community, number)
    answer = await _save(desk, newest, text, "import")
    return Answer(lines(answer.say, LEFT_OUT, *left), file=answer.file) if left else answer


async def _presets(name: str, desk: Desk, *, is_sure: bool) -> Answer:
    if not name:
        listed = (PRESET.format(name=one, about=about) for one, about in PRESETS.items())
        return Answer(lines(*listed, PRESET_HOW.format(prefix=desk.prefix)))
    if name not in PRESETS:
        return Answer(NO_PRESET.format(names=", ".join(PRESETS)))
    if not is_sure:
        return rule_pages.hand_over(PRESETS[name], preset_text(name), f"rules-{name}.toml")
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
    return rule_pages.hand_over(
        SAVED.format(version=added.version), rule_pages.difference(newest, added), "rules-diff.txt"
    )


async def _overtaken(desk: Desk, newest: RuleVersion, seen: int | None) -> Answer:
    book, community = desk.house.moderation.rules, desk.community.id
    book.look(desk.message.author.id, community, newest.version)
    before = await book.version(community, seen) if seen else None
    told = OVERTAKEN.format(
        version=newest.version, name=newest.by or rule_pages.SOMEBODY, when=cards.moment(newest.at)
    )
    return rule_pages.hand_over(told, rule_pages.difference(before, newest), "rules-diff.txt")
