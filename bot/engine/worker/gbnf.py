"""Faults of a grammar that llama.cpp does not find itself, and dies of or computes on for ever.

It reads GBNF as far as that needs; everything else that may be wrong is left to llama.cpp, which
refuses it. Pure.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_MOST_CHARS = 65_536
_MOST_NESTED = 200
_MOST_WAYS = 64

_TOKEN = re.compile(
    r"""(?P<gap> \s+ | \#[^\n]* )
    | (?P<empty> "" )
    | (?P<plain> "(?:[^"\\]|\\.)*" | \[(?:[^\]\\]|\\.)*\] | !?<[^>]*> | \. )
    | (?P<defines> ::= )
    | (?P<repeats> [*+?] | \{[^}]*\} )
    | (?P<bracket> [()|] )
    | (?P<name> [\w-]+ )""",
    re.VERBOSE | re.DOTALL,
)
_COUNTS = re.compile(r"\{\s*(\d{1,18})\s*(,?)\s*(\d{0,18})\s*\}")

Token = tuple[str, str]
"""The kind, and what is written."""


@dataclass(slots=True)
class Item:
    """One step of a sequence: a rule by its name, alternatives in brackets, or plain characters."""

    part: "str | Alternatives | None"
    skippable: bool = False
    repeated: bool = False


Alternatives = list[list[Item]]
Rules = Mapping[str, Alternatives]


def find_fault(grammar: str) -> str:
    """What is wrong and how to mend it; nothing where nothing was found."""
    if len(grammar) > _MOST_CHARS:
        return f"it has {len(grammar):,} characters: make it shorter than {_MOST_CHARS:,}"
    tokens = list(_tokens(grammar))
    if (nested := _nesting(tokens)) > _MOST_NESTED:
        return f"it is nested {nested} deep: give inner parts rules of their own"
    for kind, text in tokens:
        if kind == "repeats" and _counts_backwards(text):
            return f"the repetition {text} counts backwards: write the smaller number first"
    rules = _read(tokens)
    empty = _rules_that_may_be_empty(rules)
    for name, alternatives in rules.items():
        if _repeats_nothing(alternatives, empty):
            return f"rule '{name}' repeats something that may be empty: make that necessary"
    order, circle = _leftmost_first(rules, empty)
    if circle:
        return f"rule '{circle}' can begin with itself: put something before that"
    ways: dict[str, int] = {}
    for name in order:
        ways[name] = _ways(rules[name], ways, empty)
        if ways[name] > _MOST_WAYS:
            return (
                f"rule '{name}' can begin in more than {_MOST_WAYS} ways, since so many parts "
                "of it may be left out: make some of them necessary"
            )
    return ""


def _tokens(grammar: str) -> Iterator[Token]:
    at = 0
    while found := _TOKEN.match(grammar, at):
        at = found.end()
        if found.lastgroup and found.lastgroup != "gap":
            yield found.lastgroup, found.group()


def _nesting(tokens: list[Token]) -> int:
    depth = deepest = 0
    for _, text in tokens:
        depth += (text == "(") - (text == ")")
        deepest = max(deepest, depth)
    return deepest


def _counts_backwards(text: str) -> bool:
    counts = _COUNTS.fullmatch(text)
    return bool(counts and counts[3]) and counts is not None and int(counts[3]) < int(counts[1])


def _read(tokens: list[Token]) -> Rules:
    starts = [at - 1 for at, (kind, _) in enumerate(tokens) if kind == "defines" and at]
    rules: dict[str, Alternatives] = {}
    for begin, end in zip(starts, [*starts[1:], len(tokens)], strict=False):
        # A rule that is defined twice is what its last definition says, as llama.cpp has it.
        rules[tokens[begin][1]] = _alternatives(iter(tokens[begin + 2 : end]))
    return rules


def _alternatives(tokens: Iterator[Token]) -> Alternatives:
    """Up to the closing bracket, or the end."""
    read: Alternatives = [[]]
    for kind, text in tokens:
        if kind == "repeats":
            if read[-1]:
                read[-1][-1].skippable |= text[0] in "*?" or bool(re.match(r"\{\s*0+\D", text))
                read[-1][-1].repeated |= text != "?"
        elif text == ")" and kind == "bracket":
            break
        elif text == "|" and kind == "bracket":
            read.append([])
        elif text == "(" and kind == "bracket":
            read[-1].append(Item(_alternatives(tokens)))
        else:
            parts: dict[str, str | Alternatives] = {"name": text, "empty": [[]]}
            read[-1].append(Item(parts.get(kind)))
    return read


def _rules_that_may_be_empty(rules: Rules) -> set[str]:
    empty: set[str] = set()
    while more := {name for name in rules.keys() - empty if _may_be_empty(rules[name], empty)}:
        empty |= more
    return empty


def _may_be_empty(alternatives: Alternatives, empty: set[str]) -> bool:
    return any(all(_may_skip(item, empty) for item in sequence) for sequence in alternatives)


def _may_skip(item: Item, empty: set[str]) -> bool:
    return item.skippable or _holds_nothing(item, empty)


def _holds_nothing(item: Item, empty: set[str]) -> bool:
    if item.part is None:
        return False
    if isinstance(item.part, str):
        return item.part in empty
    return _may_be_empty(item.part, empty)


def _repeats_nothing(alternatives: Alternatives, empty: set[str]) -> bool:
    return any(
        (item.repeated and _holds_nothing(item, empty))
        or (isinstance(item.part, list) and _repeats_nothing(item.part, empty))
        for sequence in alternatives
        for item in sequence
    )


def _beginnings(sequence: list[Item], empty: set[str]) -> Iterator[Item]:
    """What a sequence can begin with: its first item, and while that may be left out, the next."""
    for item in sequence:
        yield item
        if not _may_skip(item, empty):
            return


def _names_first(alternatives: Alternatives, empty: set[str]) -> Iterator[str]:
    for sequence in alternatives:
        for item in _beginnings(sequence, empty):
            if isinstance(item.part, str):
                yield item.part
            elif item.part is not None:
                yield from _names_first(item.part, empty)


def _leftmost_first(rules: Rules, empty: set[str]) -> tuple[list[str], str]:
    """The rules, each after those that it can begin with; or one that can begin with itself."""
    order: list[str] = []
    done: set[str] = set()
    for start in rules:
        path = [] if start in done else [(start, _names_first(rules[start], empty))]
        open_rules = {name for name, _ in path}
        while path:
            name, first = path[-1]
            following = next((other for other in first if other in rules and other not in done), "")
            if following in open_rules:
                return order, following
            if following:
                path.append((following, _names_first(rules[following], empty)))
                open_rules.add(following)
            else:
                path.pop()
                open_rules.discard(name)
                done.add(name)
                order.append(name)
    return order, ""


def _ways(alternatives: Alternatives, known: Mapping[str, int], empty: set[str]) -> int:
    return max(
        sum(_item_ways(item, known, empty) for item in _beginnings(sequence, empty))
        for sequence in alternatives
    )


def _item_ways(item: Item, known: Mapping[str, int], empty: set[str]) -> int:
    if item.part is None:
        return 1
    if isinstance(item.part, str):
        return known.get(item.part, 1)
    return _ways(item.part, known, empty)
