"""DESIGN's arrows, kept by reading every import. A broken one is named with its file and line."""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BOT = ROOT / "bot"

PURE = [
    "events.py",
    "files.py",
    "clean.py",
    "histories",
    "languages/names.py",
    "sentences.py",
    "text.py",
    "drafts.py",
    "patience.py",
    "prompt.py",
    "engine/base.py",
    "engine/remote/addresses.py",
    "engine/remote/answers.py",
    "engine/remote/asking.py",
    "engine/remote/dialect.py",
    "engine/remote/messages.py",
    "engine/remote/sse.py",
    "engine/worker/adapters.py",
    "engine/worker/gbnf.py",
    "engine/worker/line.py",
    "engine/worker/pace.py",
    "engine/worker/prefix.py",
    "engine/spelling.py",
    "engine/template.py",
    "commands/admitting.py",
    "commands/declaration.py",
    "commands/declared.py",
    "commands/pages.py",
    "commands/memories.py",
    "commands/own.py",
    "commands/parameters.py",
    "commands/read.py",
    "commands/talking.py",
    "memory/about.py",
    "memory/common.py",
    "memory/dates.py",
    "memory/extraction.py",
    "memory/masking.py",
    "memory/notes.py",
    "memory/phrases",
    "memory/question.py",
    "memory/ranking.py",
    "memory/readers.py",
    "memory/rules.py",
    "memory/slots.py",
    "memory/statements.py",
    "memory/story.py",
    "memory/words.py",
    "memory/name_words.py",
    "memory/names.py",
    "personas/lore.py",
    "personas/persona.py",
    "platforms/bounded.py",
    "platforms/signs.py",
    "platforms/discord/names.py",
    "platforms/matrix/filter.py",
    "platforms/matrix/html.py",
    "platforms/matrix/lists.py",
    "platforms/matrix/places.py",
    "platforms/matrix/reading.py",
    "platforms/matrix/sentences.py",
    "platforms/matrix/steps.py",
    "platforms/discord/reading.py",
    "platforms/matrix/trust/admission.py",
    "platforms/matrix/trust/canonical.py",
    "platforms/matrix/trust/devices.py",
    "platforms/matrix/trust/keys.py",
    "platforms/matrix/trust/sas.py",
    "platforms/matrix/trust/steps.py",
    "platforms/matrix/trust/theirs.py",
    "platforms/matrix/trust/verification.py",
    "commands/words.py",
    "policy",
    "store/fact_rows.py",
    "store/card_rows.py",
    "store/rows.py",
    "store/story_rows.py",
]
"""What must not know the world: it gets `now` and returns values."""

WORLD = {
    "aiosqlite",
    "asyncio",
    "discord",
    "http",
    "llama_cpp",
    "logging",
    "nio",
    "os",
    "random",
    "secrets",
    "socket",
    "sqlcipher3",
    "sqlite3",
    "subprocess",
    "threading",
    "time",
    "urllib",
    "uuid",
}

ONE_DOOR = {
    "aiosqlite": ["store"],
    "sqlcipher3": ["store"],
    "sqlite3": ["store"],
    "aiohttp": ["engine/remote", "platforms"],
    "llama_cpp": ["engine/worker"],
    "jinja2": ["engine"],
    "polib": ["languages/catalogue.py"],
    "numpy": ["engine/worker", "memory/meaning.py", "policy/classifier.py"],
    "discord": ["platforms/discord"],
    "nio": ["platforms/matrix"],
    "readline": ["platforms/console"],
    "huggingface_hub": ["operate"],
    "prometheus_client": ["operate/exposition.py"],
    "re2": ["policy"],
    "rich": ["operate/check.py", "operate/once.py", "platforms/console"],
}
"""A library of the outside world, and the only rooms where it may be imported."""

AT_EVERY_START = {
    *("aiosqlite", "sqlcipher3", "cryptography", "ahocorasick", "numpy", "re2"),
    *("pydantic", "pydantic_core", "pydantic_settings", "annotated_types", "dotenv"),
    *("typing_extensions", "typing_inspection"),
}
"""The store, the rules that read every message, the configuration; and what those bring."""

ENVIRONMENT = ["__main__.py", "config.py"]

MAY_SEE = {
    "events.py": ["bot.files"],
    "files.py": [],
    "text.py": [],
    "policy": ["bot.events", "bot.policy", "bot.text"],
    "platforms": [
        "bot.events",
        "bot.files",
        "bot.drafts",
        "bot.platforms",
        "bot.commands.declared",
        "bot.commands.parameters",
        "bot.languages",
        "bot.text",
    ],
    "engine": ["bot.engine"],
    "store": ["bot.events", "bot.store", "bot.text"],
    "languages": ["bot.languages", "bot.text"],
    "histories": ["bot.clean", "bot.histories", "bot.store.rows", "bot.text"],
    "commands": [
        "bot.commands",
        "bot.events",
        "bot.files",
        "bot.histories",
        "bot.languages.names",
        "bot.personas",
        "bot.policy",
        "bot.sentences",
        "bot.store",
        "bot.text",
    ],
    "memory": ["bot.engine.base", "bot.events", "bot.memory", "bot.prompt", "bot.store"],
    "drafts.py": [],
    "prompt.py": ["bot.engine.base", "bot.events", "bot.store.rows"],
}
"""What of ours a room may import."""

FOUR = ("bot.policy.decide", "bot.store", "bot.engine", "bot.platforms")
BUILDERS = ["__main__.py", "operate"]


@dataclass(frozen=True)
class Import:
    file: str
    line: int
    module: str


@cache
def read_bot(bot: Path) -> Mapping[str, tuple[ast.AST, ...]]:
    """Of each file, all that stands in it."""
    return {
        path.relative_to(bot).as_posix(): tuple(ast.walk(ast.parse(path.read_text())))
        for path in sorted(bot.rglob("*.py"))
    }


def imports() -> Iterator[Import]:
    for name, nodes in read_bot(BOT).items():
        for node in nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(name, node.lineno, alias.name)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"bot/{name}:{node.lineno}: imports are written out in full"
                module = node.module or ""
                if module == "bot":
                    for alias in node.names:
                        yield Import(name, node.lineno, f"bot.{alias.name}")
                else:
                    yield Import(name, node.lineno, module)


def lies_in(file: str, rooms: list[str]) -> bool:
    return any(file == room or file.startswith((f"{room}/", f"{room}.py")) for room in rooms)


def begins_with(module: str, names: list[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


def broken_arrows() -> Iterator[str]:
    for found in imports():
        where = f"bot/{found.file}:{found.line}"
        top = found.module.split(".", maxsplit=1)[0]
        if lies_in(found.file, PURE) and top in WORLD:
            yield f"{where}: a pure file imports {found.module} (arrow 1)"
        if top in ONE_DOOR and not lies_in(found.file, ONE_DOOR[top]):
            yield f"{where}: {top} is imported outside its one door (arrow 2)"
        for room, seen in MAY_SEE.items():
            ours = found.module.startswith("bot.") and lies_in(found.file, [room])
            if ours and not begins_with(found.module, seen):
                yield f"{where}: {room} may not see {found.module} (arrows 3 to 5)"


def test_no_arrow_is_broken() -> None:
    assert not list(broken_arrows())


def test_the_environment_is_read_in_one_place() -> None:
    """`os.environ` and `os.getenv` stand in the files that may look at the environment only."""
    for name, nodes in read_bot(BOT).items():
        if lies_in(name, ENVIRONMENT):
            continue
        for node in nodes:
            if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}:
                own = isinstance(node.value, ast.Name) and node.value.id == "os"
                assert not own, f"bot/{name}:{node.lineno}: reads the environment (arrow 2)"


def test_no_pure_file_asks_for_the_time() -> None:
    """`datetime` may be imported for its values; what it says of now may not be asked."""
    for name, nodes in read_bot(BOT).items():
        if not lies_in(name, PURE):
            continue
        for node in nodes:
            if isinstance(node, ast.Attribute):
                clock = node.attr in {"now", "today", "utcnow"}
                of = node.value.id if isinstance(node.value, ast.Name) else ""
                assert not (clock and of in {"date", "datetime"}), f"bot/{name}:{node.lineno}"


def test_only_the_conversation_joins_policy_store_engine_and_platform() -> None:
    seen: dict[str, set[str]] = {}
    for found in imports():
        kinds = {kind for kind in FOUR if begins_with(found.module, [kind])}
        seen.setdefault(found.file, set()).update(kinds)
    joining = [file for file, kinds in seen.items() if len(kinds) >= 3]
    assert [file for file in joining if not lies_in(file, BUILDERS)] == ["conversation.py"]


def test_a_platforms_library_is_imported_only_when_it_is_switched_on() -> None:
    for found in imports():
        if found.module.startswith("bot.platforms.") and found.module != "bot.platforms.base":
            rooms = ["operate/logins.py", "operate/matrix.py", "operate/platforms.py"]
            allowed = ["__main__.py", *rooms, "platforms"]
            assert lies_in(found.file, allowed), f"bot/{found.file}:{found.line}: {found.module}"


def test_modules_stay_small() -> None:
    """A file over the ceiling has two subjects."""
    too_long = {
        path.relative_to(BOT).as_posix(): lines
        for path in BOT.rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 310
    }
    assert not too_long


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("policy/floor.py", "import time"),
        ("conversation.py", "import aiosqlite"),
        ("platforms/console.py", "from bot.store.house import House"),
        ("store/house.py", "from bot.policy.decide import decide"),
        ("policy/floor.py", "from bot.personas import Persona"),
    ],
)
def test_a_broken_arrow_is_named_with_its_file_and_line(
    file: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / file
    broken.parent.mkdir(parents=True, exist_ok=True)
    broken.write_text(f'"""A file that breaks an arrow."""\n\n{line}\n')
    monkeypatch.setattr("tests.test_architecture.BOT", tmp_path)
    (message,) = list(broken_arrows())
    assert message.startswith(f"bot/{file}:3:")


def test_a_start_imports_no_library_that_nobody_has_switched_on() -> None:
    """Arrow 6: of a piped chat; a platform, a terminal, monitoring and a model bring their own."""
    ask = "import sys, bot.__main__, bot.platforms.console; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True
    )
    # What begins with a dash belongs to one of the others, or to the Python itself.
    imported = {name.partition(".")[0] for name in done.stdout.split() if name[0] != "_"}
    theirs = packages_distributions().keys() - sys.stdlib_module_names - {"bot"}
    assert imported & theirs == AT_EVERY_START


def test_what_a_start_reads_in_is_not_looked_through_for_garbage() -> None:
    ask = (
        "import gc; looks = []; import bot.__main__;"
        "gc.callbacks.append(lambda phase, _: looks.append(phase)); held = [[] for _ in range(2000)];"
        "print(bool(looks), gc.get_freeze_count() > 10 * (len(gc.get_objects()) - len(held)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True"], "it is looked for, and not among what is kept"
