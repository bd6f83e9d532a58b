"""A file's words -> the history in them, whichever of the known forms it has. Pure."""

import json
from datetime import tzinfo

from bot.histories.exported import read_export
from bot.histories.tavern import read_tavern
from bot.histories.values import History, NotTaken


def read_history(text: str, zone: tzinfo, now: float) -> History | NotTaken:
    first = text.lstrip().partition("\n")[0].strip()
    if first == "{" or _is_export(first):
        return read_export(text, now)
    return read_tavern(text, zone, now)


def _is_export(line: str) -> bool:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and "turns" in row
