"""What is typed behind `rules add`, as the lines of a rule in a file. Pure.

Which keys a kind of rule has stands in the one table (`policy/community/forms.py`). What each may
hold is for where every file is read: what does not fit is taken as it stands, and named there.
"""

import re
import tomllib
from typing import Any

from bot.policy.community import shape, values
from bot.policy.community.checks import STANDING
from bot.policy.community.forms import KINDS, Kind, required
from bot.policy.community.problems import NotTaken, Problem
from bot.policy.community.rule import Action
from bot.text import Text

PAUSE_MINUTES = 60
"""Of a rule that was added by a command; `rules edit` changes it."""
SET = "set"
"""In the place of what happens, for what only says how things stand."""
ACTIONS = tuple(values.name(action) for action in Action)

STANDS = Text(
    "`{kind}` says how things stand, and nothing is done to anybody: write `set` in the place of "
    "`{does}`."
)
HAPPENS = Text(
    "`set` goes with what says how things stand: {kinds}. With `{kind}`, write what happens: "
    "{actions}."
)
WHICH_KEY = Text("Write what each value is for, as in `{key}=…`. These are known here: {keys}.")
NO_KEY = Text(
    "There is no `{key}` here. These are known: {keys}. What is meant as text goes between "
    "quotation marks."
)
TWICE = Text("`{key}` was given twice. Write it once.")


def entries(kind: str, does: str, what: str) -> dict[str, Any]:
    """All but kind and name, which may be among them; `NotTaken` where it is unclear what is
    meant."""
    form = KINDS[kind]
    if (form.of in STANDING) is not (does == SET):
        raise _not_clear(_clash(kind, does))
    keys = tuple(one.key for one in (*form.forms, *shape.of_rule(form)))
    bare, keyed = _split(what.strip(), keys)
    rule: dict[str, Any] = {} if does == SET else {"does": does}
    for key, typed in (*_bare(form, keys, bare), *keyed):
        if key not in keys:
            raise _not_clear(NO_KEY.format(key=key, keys=", ".join(keys)))
        if key in rule:
            raise _not_clear(TWICE.format(key=key))
        rule[key] = value(key, typed)
    if does == values.name(Action.PAUSE):
        rule.setdefault("pause_minutes", PAUSE_MINUTES)
    return rule


def value(key: str, typed: str) -> object:
    """As TOML where it is that, and else as it was meant: words with commas between, or text."""
    found = _toml(typed)
    alone = found[0] if found is not None and len(found) == 1 else None
    if key == _TO_THE_END:
        # A pattern may hold a comma and begin with a bracket or a quotation mark.
        is_list = isinstance(alone, list) and all(isinstance(one, str) for one in alone)
        return alone if is_list else [typed]
    if key in _LISTS:
        if isinstance(alone, list):
            return alone
        if found is not None and all(isinstance(one, str) for one in found):
            return [one for one in found if one]
        return [part for one in typed.split(",") if (part := one.strip())]
    if isinstance(alone, str):
        return alone
    # What looks like a number may be meant as text: a sentence that is one.
    return alone if isinstance(alone, bool | int | list) and key not in _TEXTS else typed


# --- Below ---------------------------------------------------------------------------------------

_FORMS = [one for kind in KINDS.values() for one in (*kind.forms, *shape.of_rule(kind))]
_LISTS = {one.key for one in _FORMS if one.write in (list, values.names)} - {"steps"}
_TEXTS = {one.key for one in _FORMS if one.write is str}
_TO_THE_END = "patterns"
_KEY = re.compile(r"(?<!\S)([a-z_]{2,20}) ?[=\uff1d]", re.IGNORECASE)
_BETWEEN = re.compile(r"\s+(?:in|to)\s+")
_OPENS = ("[", "{", '"', "'")


def _split(typed: str, keys: tuple[str, ...]) -> tuple[str, list[tuple[str, str]]]:
    """What stands before the first `key=`, and each key with what follows up to the next."""
    found = [(one[1].casefold(), one.start(), one.end()) for one in _KEY.finditer(typed)]
    if _TO_THE_END in keys and not (found and found[0][1] == 0 and found[0][0] in keys):
        return typed, []
    starts = [("", 0, 0), *found]
    ends = [*(start for _, start, _ in found), len(typed)]
    parts, at = [], 0
    while at < len(starts):
        key, _, begins = starts[at]
        cuts = [typed[begins:end].strip() for end in ends[at:]]
        many, cut = _one_value(key, cuts)
        parts.append((key, cut))
        at += many
    return parts[0][1], parts[1:]


def _one_value(key: str, cuts: list[str]) -> tuple[int, str]:
    """Which of these, each longer than the one before, is the whole value, counted from 1."""
    if key == _TO_THE_END:
        # Nothing in a pattern is a key, unless it stands in a list as in a file.
        listed = (n for n, cut in enumerate(cuts, 1) if cut.startswith("[") and _toml(cut))
        many = next(listed, len(cuts))
        return many, cuts[many - 1]
    # What is in quotation marks or brackets may hold what looks like a key.
    cuts = [cut.rstrip(",") for cut in cuts]
    many = next((n for n, cut in enumerate(cuts, 1) if not cut.startswith(_OPENS) or _toml(cut)), 1)
    return many, cuts[many - 1]


def _bare(kind: Kind, keys: tuple[str, ...], typed: str) -> list[tuple[str, str]]:
    """Without a key it is what the kind needs, or all that it has: `6 in 10`, `22:00 to 07:00`."""
    if not typed:
        return []
    meant = required(kind) or tuple(form.key for form in kind.forms)
    if not meant or (len(meant) > 1 and not required(kind)):
        raise _not_clear(WHICH_KEY.format(key=keys[0], keys=", ".join(keys)))
    return list(zip(meant, _BETWEEN.split(typed, len(meant) - 1), strict=False))


def _toml(typed: str) -> list[Any] | None:
    try:
        read = tomllib.loads(f"value = [{typed}]")
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    found: list[Any] = read["value"]
    return found if len(read) == 1 else None


def _clash(kind: str, does: str) -> Text:
    if does != SET:
        return STANDS.format(kind=kind, does=does)
    kinds = ", ".join(name for name, one in KINDS.items() if one.of in STANDING)
    return HAPPENS.format(kinds=kinds, kind=kind, actions=", ".join(ACTIONS))


def _not_clear(mend: Text) -> NotTaken:
    return NotTaken((Problem(mend),))
