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


def sentences(root: Path = ROOT) -> dict[str, str]:
    """Every sentence, with the file where it stands first."""
    found: dict[str, str] = {}
    for path in sorted((root / "bot").rglob("*.py")):
        where = path.relative_to(root).as_posix()
        for sentence in _sentences_in(path.read_text("utf-8"), where):
            found.setdefault(sentence, where)
    return found


def codes() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.po")))


def read(code: str) -> polib.POFile:
    return polib.pofile(str(FOLDER / f"{code}.po"), wrapwidth=100)


def anew(code: str) -> polib.POFile:
    """With exactly the sentences of today."""
    before, after = read(code), polib.POFile(wrapwidth=100)
    after.header, after.metadata = before.header, before.metadata
    for sentence, where in sentences().items():
        entry = before.find(sentence) or polib.POEntry(msgid=sentence)
        entry.occurrences = [(where, "")]
        after.append(entry)
    return after


def missing(catalogue: polib.POFile) -> list[str]:
    return [entry.msgid for entry in catalogue if not entry.translated()]


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
    is_complete = True
    for code in codes():
        catalogue = anew(code)
        catalogue.save(str(FOLDER / f"{code}.po"))
        for sentence in missing(catalogue):
            is_complete = False
            sys.stdout.write(f"bot/languages/{code}.po: no translation of: {sentence}\n")
    return 0 if is_complete else 1


if __name__ == "__main__":
    sys.exit(main())
