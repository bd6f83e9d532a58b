"""What moderators read of their rules: a list, one rule, a trial, the history, a difference, a file.

Whoever has looked has seen a version, and may change it. Changes are `follow_rules`.
"""

import tomllib
from difflib import unified_diff

from bot.commands import cards, rule_lines
from bot.commands.desk import Answer, Desk
from bot.commands.parameters import read_number
from bot.commands.rule_lines import NoRule
from bot.files import File
from bot.policy.community.compiled import compile_rules
from bot.policy.community.explain import explain
from bot.policy.community.reading import read_rules
from bot.store.case_rows import RuleVersion
from bot.text import SILENCE, Text, lines, paragraphs, verbatim

PAGE = 10
LONGEST_SHOWN = 1_500
"""Characters of a difference or of rules; what is longer is handed over as a file."""
MOST_LISTED = 30
FROM = "version "
"""In an exported file, before the number of the version that a later import was made from."""

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
DRY_ALL = Text("All of the rules are in a dry run: they act on nothing, and are counted.")
SOMEBODY = Text("somebody who has erased themselves")
IN_THE_FILE = Text("It is long, so it stands in the file.")


async def show(rule: str, desk: Desk) -> Answer:
    newest = await look(desk)
    if newest is None:
        return Answer(NO_RULES.format(prefix=desk.prefix))
    if rule:
        try:
            return Answer(verbatim(rule_lines.one(newest.text, rule)))
        except NoRule:
            return Answer(NO_RULE.format(prefix=desk.prefix))
    return Answer(paragraphs(_head(newest), lines(*_list(newest, desk))))


async def test(sentence: str, desk: Desk) -> Answer:
    """SAFETY M4: nothing is kept, and nothing happens."""
    newest = await desk.house.moderation.rules.newest(desk.community.id)
    if newest is None:
        return Answer(NO_RULES.format(prefix=desk.prefix))
    rules = compile_rules(desk.community.id, read_rules(newest.text))
    return Answer(lines(*explain(rules, sentence)))


async def history(below: str, desk: Desk) -> Answer:
    book, community = desk.house.moderation.rules, desk.community.id
    if not below:
        await look(desk)
    found = await book.history(community, below=read_number(below) or None, most=PAGE)
    if not found:
        return Answer(NO_RULES.format(prefix=desk.prefix))
    return Answer(lines(*map(_head, found)))


async def diff(old: str, new: str, desk: Desk) -> Answer:
    book, community = desk.house.moderation.rules, desk.community.id
    newest = await look(desk)
    after = await book.version(community, read_number(new)) if new else newest
    if after is None:
        return Answer(NO_VERSION.format(prefix=desk.prefix))
    number = read_number(old) if old else after.version - 1
    before = await book.version(community, number)
    if before is None and number != 0:
        return Answer(NO_VERSION.format(prefix=desk.prefix))
    return hand_over(_head(after), difference(before, after), "rules-diff.txt")


async def export(desk: Desk) -> Answer:
    newest = await look(desk)
    if newest is None:
        return Answer(NO_RULES.format(prefix=desk.prefix))
    # The number says which version a later import was made from.
    text = f"# {FROM}{newest.version}\n{newest.text}"
    file = File(f"rules-{newest.version}.toml", text.encode(), "application/toml")
    return Answer(_head(newest), file=file)


# --- What changes need, too ----------------------------------------------------------------------


async def look(desk: Desk) -> RuleVersion | None:
    """The version that holds, which its moderator has seen from now on."""
    book, community = desk.house.moderation.rules, desk.community.id
    newest = await book.newest(community)
    if newest is not None:
        book.look(desk.message.author.id, community, newest.version)
    return newest


def difference(before: RuleVersion | None, after: RuleVersion) -> str:
    old = before.text.splitlines() if before else []
    found = unified_diff(old, after.text.splitlines(), lineterm="", n=1)
    return "\n".join(line for line in found if not line.startswith(("---", "+++", "@@")))


def hand_over(head: Text, body: str, name: str) -> Answer:
    if not body.strip():
        return Answer(head)
    if len(body) <= LONGEST_SHOWN:
        return Answer(paragraphs(head, verbatim(body)))
    return Answer(lines(head, IN_THE_FILE), file=File(name, body.encode(), "text/plain"))


# --- Below ---------------------------------------------------------------------------------------


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


def _head(version: RuleVersion) -> Text:
    return HEAD.format(
        version=version.version,
        when=cards.moment(version.at),
        name=version.by or SOMEBODY,
        note=version.note,
    )
