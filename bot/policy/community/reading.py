"""A file of rules -> values, or everything that is wrong with it (`NotTaken`).

Nothing is taken where one line is wrong. The way back is `writing.py`; what each kind of rule may
hold stands in `forms.py`.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.policy.community import problems as say
from bot.policy.community import shape, width
from bot.policy.community.checks import Patterns, Words
from bot.policy.community.forms import KINDS, Form, make, required
from bot.policy.community.places import Place, places
from bot.policy.community.problems import NotTaken, Problem, Unfit, as_found
from bot.policy.community.rule import Quota, Rule, RuleSet
from bot.text import Text, verbatim

LONGEST = 1_000_000
"""Characters."""
MOST_RULES = 500
MOST_QUOTAS = 100
MOST_WORDS = 20_000
MOST_PATTERNS = 1_000
"""Of all rules together."""


def read_rules(text: str) -> RuleSet:
    if len(text) > LONGEST:
        raise NotTaken((Problem(say.TOO_LARGE.format(most=LONGEST)),))
    try:
        parsed = tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise NotTaken((_no_toml(error, text),)) from error
    reader = _Reader(places(text))
    found = reader.file(parsed)
    if reader.problems:
        raise NotTaken(tuple(sorted(reader.problems, key=lambda one: one.line)))
    return found


# --- Below ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reader:
    lines: Mapping[Place, int]
    problems: list[Problem] = field(default_factory=list)

    def file(self, parsed: dict[str, Any]) -> RuleSet:
        head = self.table(parsed, shape.HEAD, ("", 0), known=("rule", "quota", "may"))
        may = parsed.get("may", {})
        duties = self.table(may, shape.DUTIES, ("may", 0)) if self.is_table(may, "may") else {}
        quotas = [
            (at, Quota(**self.table(entry, shape.QUOTA, ("quota", at))))
            for at, entry in self.entries(parsed, "quota", MOST_QUOTAS)
        ]
        rules = [
            (at, rule)
            for at, entry in self.entries(parsed, "rule", MOST_RULES)
            if (rule := self.rule(entry, at)) is not None
        ]
        self.no_twin("rule", "name", [(at, rule.name) for at, rule in rules])
        self.no_twin("quota", "who", [(at, quota.who) for at, quota in quotas])
        self.not_too_many([rule for _, rule in rules])
        named = sorted(duties.items(), key=lambda one: str(one[0]))
        return RuleSet(
            tuple(sorted((rule for _, rule in rules), key=lambda one: one.name)),
            tuple(sorted((quota for _, quota in quotas), key=lambda one: one.who)),
            tuple((shape.duty(key), roles) for key, roles in named if roles),
            **head,
        )

    def rule(self, entry: dict[str, Any], at: int) -> Rule | None:
        before = len(self.problems)
        where, called = ("rule", at), _called(entry, at)
        kind_name = entry.get("kind")
        if not isinstance(kind_name, str) or kind_name not in KINDS:
            mend = say.one_of(tuple(KINDS))
            self.wrong(mend, where, "kind", kind_name, rule=called)
            return None
        kind = KINDS[kind_name]
        forms = (*shape.of_rule(kind), *kind.forms)
        found = self.table(entry, forms, where, known=("kind",), rule=called)
        needed = [key for key in ("name", *required(kind)) if key not in entry]
        if needed:
            keys = verbatim(", ".join(needed))
            self.wrong(say.MISSING.format(keys=keys), where, rule=called)
        if len(self.problems) > before:
            return None
        own = {form.field: found.pop(form.field) for form in kind.forms if form.field in found}
        try:
            rule = shape.rule(make(kind, own), found)
        except Unfit as unfit:
            self.wrong(unfit.mend, where, rule=called)
            return None
        if width.is_everything(rule.check):
            self.wrong(say.MATCHES_EVERYTHING, where, rule=called)
            return None
        return rule

    def table(
        self,
        entry: dict[str, Any],
        forms: tuple[Form, ...],
        where: tuple[str, int],
        *,
        known: tuple[str, ...] = (),
        rule: str = "",
    ) -> dict[str, Any]:
        """What could be read of it; the rest is among the problems."""
        by_key = {form.key: form for form in forms}
        found: dict[str, Any] = {}
        for key, value in entry.items():
            form = by_key.get(key)
            if form is None:
                if key not in known:
                    keys = verbatim(", ".join((*by_key, *known)))
                    self.wrong(say.UNKNOWN_KEY.format(known=keys), where, key, value, rule=rule)
                continue
            try:
                found[form.field] = form.read(value)
            except Unfit as unfit:
                seen = value if unfit.found is None else unfit.found
                self.wrong(unfit.mend, where, key, seen, rule=rule)
        return found

    def entries(self, parsed: dict[str, Any], name: str, most: int) -> list[tuple[int, Any]]:
        listed = parsed.get(name, [])
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            mend = say.LIST_WANTED.format(least=0, most=most)
            self.wrong(mend, ("", 0), name, listed)
            return []
        if len(listed) > most:
            self.wrong(say.TOO_MANY.format(most=most), (name, most))
            return []
        return list(enumerate(listed))

    def is_table(self, value: object, name: str) -> bool:
        if not isinstance(value, dict):
            self.wrong(
                say.LIST_WANTED.format(least=0, most=len(shape.DUTIES)), ("", 0), name, value
            )
        return isinstance(value, dict)

    def no_twin(self, table: str, key: str, names: list[tuple[int, str]]) -> None:
        seen: set[str] = set()
        for at, name in names:
            if name.casefold() in seen:
                self.wrong(say.TWICE, (table, at), key, name, rule=as_found(name))
            seen.add(name.casefold())

    def not_too_many(self, rules: list[Rule]) -> None:
        words = sum(len(r.check.words) for r in rules if isinstance(r.check, Words))
        patterns = sum(len(r.check.patterns) for r in rules if isinstance(r.check, Patterns))
        for name, many, most in (
            ("words", words, MOST_WORDS),
            ("patterns", patterns, MOST_PATTERNS),
        ):
            if many > most:
                self.wrong(say.TOO_MANY.format(most=most), ("", 0), name, many)

    def wrong(
        self,
        mend: Text,
        where: tuple[str, int],
        key: str = "",
        found: object = None,
        *,
        rule: str = "",
    ) -> None:
        table, at = where
        line = self.lines.get((table, at, key)) or self.lines.get((table, at, ""), 0)
        shown = as_found(found) if key and found is not None else NOTHING if key else ""
        self.problems.append(Problem(mend, line, rule, key, shown))


NOTHING = "—"


def _called(entry: dict[str, Any], at: int) -> str:
    name = entry.get("name")
    return as_found(name) if isinstance(name, str) and name.strip() else str(at + 1)


def _no_toml(error: Exception, text: str) -> Problem:
    found = _LINE.search(str(error))
    line = int(found[1]) if found else text.rstrip().count("\n") + 1
    why = verbatim(str(error) if isinstance(error, ValueError) else type(error).__name__)
    return Problem(say.NO_TOML.format(why=why), line)


_LINE = re.compile(r"at line (\d+)")
