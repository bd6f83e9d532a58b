"""On which line of a TOML file something stands, so that a mistake can be named with its line.

`tomllib` tells places of syntax errors only. This knows tables and keys, and no values.
"""

import re
from collections.abc import Mapping

Place = tuple[str, int, str]
"""A table's name, which one of that name (from 0), and a key; an empty key is the table itself."""


def places(text: str) -> Mapping[Place, int]:
    found: dict[Place, int] = {}
    count: dict[str, int] = {}
    table, at, inside = "", 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        if inside:
            # Within a text of several lines, nothing is a key.
            inside = "" if inside in line else inside
            continue
        if header := _TABLE.match(line):
            table = header[1].strip()
            at = count.get(table, -1) + 1
            count[table] = at
            found[table, at, ""] = number
        elif key := _KEY.match(line):
            found.setdefault((table, at, key[1].strip("\"'")), number)
        for quotes in ('"""', "'''"):
            if line.count(quotes) % 2 == 1:
                inside = quotes
    return found


_TABLE = re.compile(r"""\s*\[{1,2}([\w\s."'-]+?)\]{1,2}\s*(?:#.*)?$""")
_KEY = re.compile(r"""\s*([\w-]+|"[^"]*"|'[^']*')\s*=""")
