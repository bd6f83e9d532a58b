"""docs/session.svg: a picture of a session that runs now, with the real model."""

import io
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.talk import Said, talk  # noqa: E402 - found only once the path is set

LINES = (
    "hello",
    "next",
    "next",
    "yes",
    "done",
    "What can you see from the window tonight?",
    "Are you a real person?",
    "red",
    "goodbye",
)
WIDTH = 92


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        said, _ = talk(Path(folder, "data"), LINES, model="demo")
    page = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    page.print(Text("$ parlour chat --person ada", style="bold"))
    for line, answers in zip(LINES, _answers(said), strict=True):
        page.print(Text(f"you: {line}"))
        for answer in answers:
            page.print(_drawn(answer))
    svg = page.export_svg(title="Parlour")
    # The fonts would be fetched from elsewhere; the reader's own will do.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    (ROOT / "docs" / "session.svg").write_text(svg.replace("Fira Code, ", ""))


def _answers(said: list[Said]) -> list[list[Said]]:
    """One group for each line: the door's entry brings three at once, all others one."""
    groups, rest = [], list(said)
    for line in LINES:
        count = 3 if line == "yes" else 1
        groups.append(rest[:count])
        rest = rest[count:]
    return groups


def _drawn(answer: Said) -> Text:
    if answer.speaker == "*":
        return Text(f"* {answer.text}", style="dim italic")
    return Text.assemble((f"{answer.speaker}: ", "bold cyan"), answer.text)


if __name__ == "__main__":
    main()
