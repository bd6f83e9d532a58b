"""The catalogues beside the code: `make languages` writes each anew, in the order of the code, and
lists what is missing in which language.

What has a translation keeps it, what is new comes with an empty one, what no line of the code says
any more is left out. What the sentences are is read from the code: every `Text("…")`.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "bot" / "languages"


def sentences() -> dict[str, str]:
    """Every sentence, with the file where it stands first."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "bot").rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        for sentence in _sentences_in(path.read_text("utf-8"), where):
            found.setdefault(sentence, where)
    return found


def codes() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.po")))


def read(code: str) -> polib.POFile:
    return polib.pofile(str(FOLDER / f"{code}.po"), wrapwidth=100)


def write_anew(code: str) -> list[str]:
    """What is missing."""
    before, after = read(code), polib.POFile(wrapwidth=100)
    after.header, after.metadata = before.header, before.metadata
    for sentence, where in sentences().items():
        entry = before.find(sentence) or polib.POEntry(msgid=sentence)
        entry.occurrences = [(where, "")]
        after.append(entry)
    after.save(str(FOLDER / f"{code}.po"))
    return [entry.msgid for entry in after if not entry.translated()]


def _sentences_in(code: str, where: str) -> Iterator[str]:
    tree = ast.parse(code)
    if not any(_brings_text(node) for node in ast.walk(tree)):
        return
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "Text"
        ):
            match node.args:
                case [ast.Constant(str(sentence))] if not node.keywords:
                    yield sentence
                case _:
                    raise ValueError(
                        f"{where}:{node.lineno}: Text stands around a whole sentence as it is "
                        "written; what is the same in every language is `verbatim`"
                    )


def _brings_text(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "bot.text"


def main() -> int:
    missing = {code: write_anew(code) for code in codes()}
    for code, names in missing.items():
        for name in names:
            print(f"bot/languages/{code}.po: no translation of: {name}")
    return 1 if any(missing.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
