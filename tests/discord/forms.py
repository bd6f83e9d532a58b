"""A modal as a person fills it: what its own rules refuse, and the data that is submitted.

Pages "Component Reference" and "Receiving and Responding" (Modal Submit Data).
"""

from typing import Any

from tests.discord import limits
from tests.discord.offers import PICKS_WORDS, NotOffered, resolved
from tests.discord.refusals import Body
from tests.discord.state import Channel
from tests.discord.world import World

ROW, TEXT_INPUT, LABEL, FILES, RADIO, BOXES, BOX = 1, 4, 18, 19, 21, 22, 23
SELECTS = {PICKS_WORDS, 5, 6, 7, 8}


def filled(world: World, modal: Body, channel: Channel, given: Body) -> Body:
    """Every part by its custom id: a text, one or several chosen, files, or a yes."""
    parts: list[Body] = []
    found: Body = {}
    unknown = set(given)
    for part in modal["components"]:
        if part["type"] not in {ROW, LABEL}:
            parts.append({"type": part["type"], "id": 1})
            continue
        inner = part.get("component") or part["components"][0]
        name = inner["custom_id"]
        unknown.discard(name)
        one, more = answer(world, inner, channel, given.get(name))
        for kind, whole in more.items():
            found.setdefault(kind, {}).update(whole)
        one |= {"type": inner["type"], "custom_id": name, "id": 2}
        inside = {"component": one} if part["type"] == LABEL else {"components": [one]}
        parts.append({"type": part["type"], "id": 1} | inside)
    if unknown:
        raise NotOffered(f"the form does not ask for {sorted(unknown)}")
    data: Body = {"custom_id": modal["custom_id"], "components": parts}
    return data | ({"resolved": found} if found else {})


def answer(world: World, part: Body, channel: Channel, given: Any) -> tuple[Body, Body]:
    """What is submitted of one part, and who and what its ids are."""
    kind, name = part["type"], part["custom_id"]
    if kind == TEXT_INPUT:
        return {"value": text(part, given if given is not None else part.get("value") or "")}, {}
    if kind == BOX:
        return {"value": bool(part.get("default") if given is None else given)}, {}
    if given is None:
        given = [one["value"] for one in part.get("options") or [] if one.get("default")]
    single = isinstance(given, str) or (kind == FILES and isinstance(given, tuple))
    chosen = [given] if single else list(given)
    least, most = bounds(part)
    if not least <= len(chosen) <= most:
        raise NotOffered(f"{name!r} does not take so many")
    if part.get("options") and not set(chosen) <= {one["value"] for one in part["options"]}:
        raise NotOffered(f"{name!r} has no such option")
    if kind == RADIO:
        return {"value": chosen[0] if chosen else None}, {}
    if kind == FILES:
        if any(len(content) > limits.FILE for _, content in chosen):
            raise NotOffered("so large a file is not taken")
        made = [world.keep_file(*one) for one in chosen]
        ids = [one["id"] for one in made]
        return {"values": ids}, {"attachments": {one["id"]: one for one in made}}
    if kind in SELECTS - {PICKS_WORDS}:
        return {"values": chosen}, resolved(world, kind, channel, tuple(chosen))
    return {"values": chosen}, {}


def bounds(part: Body) -> tuple[int, int]:
    """How many may be chosen: one, unless the part says more; of boxes all."""
    least, most = part.get("min_values"), part.get("max_values")
    if not part.get("required", True):
        least = 0
    if part["type"] == BOXES and most is None:
        most = len(part["options"])
    return 1 if least is None else least, 1 if most is None else most


def text(part: Body, value: str) -> str:
    name = part["custom_id"]
    short = len(value) < (part.get("min_length") or 0) and (value or part.get("required", True))
    if (part.get("required", True) and not value) or short:
        raise NotOffered(f"{name!r} must be filled")
    if len(value) > (part.get("max_length") or limits.TEXT_INPUT):
        raise NotOffered(f"{name!r} takes fewer characters")
    return value
