"""Rules -> a file, always in the same order and spelling, and the name of their version.

Reading it gives the same rules again. What stands at its default is left out.
"""

import json
from collections.abc import Iterable
from dataclasses import fields
from hashlib import sha256
from typing import Any

from bot.policy.community import shape
from bot.policy.community.checks import STANDING
from bot.policy.community.forms import KINDS, Form, name_of
from bot.policy.community.rule import Quota, Rule, RuleSet, Version, Where

WIDE = 96
VERSION_LETTERS = 12


def write_rules(rules: RuleSet) -> str:
    parts = [_block("", _different(shape.HEAD, rules, RuleSet()))]
    named = {duty.value: list(roles) for duty, roles in rules.duties}
    if named:
        parts.append(_block("[may]", sorted(named.items())))
    for quota in rules.quotas:
        rest = _different(shape.QUOTA[1:], quota, Quota())
        parts.append(_block("[[quota]]", [("who", quota.who), *rest]))
    parts += [_block("[[rule]]", _of_rule(rule)) for rule in rules.rules]
    return "\n".join(part for part in parts if part)


def version_of(rules: RuleSet) -> Version:
    """The same rules have the same name, in whatever order and spelling they came."""
    return Version(sha256(write_rules(rules).encode()).hexdigest()[:VERSION_LETTERS])


# --- Below ------------------------------------------------------------------------------------

_WHERE = frozenset(field.name for field in fields(Where))


def _of_rule(rule: Rule) -> Iterable[tuple[str, object]]:
    name = name_of(rule.check)
    kind = KINDS[name]
    yield "name", rule.name
    yield "kind", name
    empty = {field.name: field.default for field in fields(kind.of)}
    for form in kind.forms:
        value = getattr(rule.check, form.field)
        if value != empty[form.field]:
            yield form.key, form.write(value)
    if not isinstance(rule.check, STANDING):
        first, *further = shape.write_steps(rule.steps)
        yield from ((key, value) for key, value in first.items() if key != "hits")
        if further:
            yield "steps", further
        if rule.where.side is not Where().side:
            yield "side", rule.where.side.value
    done = {"name", "does", "steps", "pause_minutes", "side"}
    forms = [form for form in shape.of_rule(kind) if form.key not in done]
    plain = Rule(rule.name, rule.check)
    yield from _different([form for form in forms if form.field not in _WHERE], rule, plain)
    yield from _different([form for form in forms if form.field in _WHERE], rule.where, Where())


def _different(forms: Iterable[Form], of: Any, default: Any) -> list[tuple[str, object]]:
    values = [(form, getattr(of, form.field)) for form in forms]
    return [
        (form.key, form.write(value))
        for form, value in values
        if value != getattr(default, form.field)
    ]


def _block(head: str, entries: Iterable[tuple[str, object]]) -> str:
    lines = [f"{key} = {_value(value, key)}" for key, value in entries]
    return "\n".join(([head] if head else []) + lines) + "\n" if lines or head else ""


def _value(value: object, key: str = "") -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            # JSON's escapes are TOML's; one sign more has to be escaped there.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case dict():
            return f"{{{', '.join(f'{name} = {_value(one)}' for name, one in value.items())}}}"
        case list():
            entries = [_value(one) for one in value]
            short = f"[{', '.join(entries)}]"
            if len(f"{key} = {short}") <= WIDE:
                return short
            return "[\n" + "".join(f"    {entry},\n" for entry in entries) + "]"
        case _:
            raise TypeError(type(value).__name__)
