"""A file of rules, changed by one line: what a command asks for, as TOML. Pure.

It knows how a file is laid out and not what a rule may hold, and what is typed is for
`rule_words.py`: whatever comes out is read as any other file is, and every mistake named there.
"""

import json
import tomllib
from collections.abc import Mapping
from typing import Any

from bot.commands import rule_words
from bot.commands.rule_words import PAUSE_MINUTES


class NoRule(Exception):
    """There is none of that name."""


def add(text: str, kind: str, does: str, what: str) -> str:
    """Under a name that is free (`words-1`), unless one is given."""
    file = tomllib.loads(text)
    taken = {slug(rule["name"]) for rule in _rules(file)}
    name = next(one for n in range(1, len(taken) + 2) if (one := f"{kind}-{n}") not in taken)
    rule = {"name": name, "kind": kind, **rule_words.entries(kind, does, what)}
    file["rule"] = [*_rules(file), rule]
    return write(file)


def edit(text: str, name: str, key: str, value: str) -> str:
    """An empty list or text takes the line away."""
    file = tomllib.loads(text)
    rule = _find(file, name)
    rule[key] = rule_words.value(key, value)
    if rule[key] in ("", []) and key != "name":
        del rule[key]
    if key == "does":
        # What a pause alone has comes and goes with it.
        rule.pop("pause_minutes", None)
        if rule["does"] == "pause":
            rule["pause_minutes"] = PAUSE_MINUTES
    return write(file)


def remove(text: str, name: str) -> str:
    file = tomllib.loads(text)
    gone = _find(file, name)
    file["rule"] = [rule for rule in _rules(file) if rule is not gone]
    return write(file)


def dry(text: str, name: str, *, is_on: bool) -> str:
    """Of one rule, or of all where there is no name."""
    file = tomllib.loads(text)
    (_find(file, name) if name else file)["dry_run"] = is_on
    return write(file)


def one(text: str, name: str) -> str:
    """One rule, as it stands in the file."""
    return _block("", _find(tomllib.loads(text), name)).strip()


def slug(name: str) -> str:
    """As it is typed: one word."""
    return "-".join(name.casefold().split())


def write(file: Mapping[str, Any]) -> str:
    head = {key: value for key, value in file.items() if key not in ("rule", "quota", "may")}
    parts = [_block("", head)]
    parts += [_block("[may]", file["may"])] if file.get("may") else []
    parts += [_block(f"[[{key}]]", one) for key in ("quota", "rule") for one in file.get(key, ())]
    return "\n".join(part for part in parts if part)


def _rules(file: Mapping[str, Any]) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = file.get("rule", [])
    return rules


def _find(file: Mapping[str, Any], name: str) -> dict[str, Any]:
    for rule in _rules(file):
        if slug(rule["name"]) == slug(name):
            return rule
    raise NoRule(name)


def _block(head: str, entries: Mapping[str, Any]) -> str:
    told = [f"{key} = {_written(value)}" for key, value in entries.items()]
    return "\n".join(([head] if head else []) + told) + "\n" if told or head else ""


def _written(value: object) -> str:
    match value:
        case list():
            return f"[{', '.join(map(_written, value))}]"
        case dict():
            return f"{{{', '.join(f'{key} = {_written(one)}' for key, one in value.items())}}}"
        case str():
            # JSON's escapes are TOML's; one sign more has to be escaped there.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case _:
            return json.dumps(value, default=str)
