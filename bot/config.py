"""config.toml and the environment -> one frozen value. `config.example.toml` is the manual.

The command line stands above the environment, the environment above the file, the file above
the defaults. An unknown key, a wrong value or a missing file becomes one `ConfigError`, which
names the key, what was found and the mend. Nothing here looks into a file that a key names,
except config.toml itself: secrets are read by those who need them.
"""

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import EnvSettingsSource

from bot.settings import ENVIRONMENT_PREFIX, NESTING, Config, Section, is_path

MASTER_KEY_VARIABLE = "PARLOUR_MASTER_KEY"
"""The master key itself, as text. It is no key of config.toml: a secret does not go there."""
DISCORD_TOKEN_VARIABLE = "PARLOUR_DISCORD_TOKEN"  # noqa: S105 - a name, not a token
"""The bot's token, as text; like the master key no key of config.toml."""
MATRIX_PASSWORD_VARIABLE = "PARLOUR_MATRIX_PASSWORD"  # noqa: S105 - likewise
MATRIX_TOKEN_VARIABLE = "PARLOUR_MATRIX_TOKEN"  # noqa: S105 - likewise

_SECRETS = (
    MASTER_KEY_VARIABLE,
    DISCORD_TOKEN_VARIABLE,
    MATRIX_PASSWORD_VARIABLE,
    MATRIX_TOKEN_VARIABLE,
)

# A name in the models folder, or a path where there is a slash in it.
_MODELS = frozenset({"engine.model", "engine.guard", "engine.embedding"})


class ConfigError(Exception):
    """One sentence: which key, what was found, what would be right."""


def load_config(
    file: Path | None, *, environ: Mapping[str, str], overrides: Mapping[str, object]
) -> Config:
    """`overrides` come from the command line under dotted names; None means "not given".

    A relative path in the file, or one left at its default, is relative to the file's folder;
    in the environment, on the command line or without a file, to the working folder.
    """
    from_file = {} if file is None else _beside(file.parent, _read_toml(file))
    from_environment = _read_environment(environ)
    from_command_line = _nested({k: v for k, v in overrides.items() if v is not None})
    values = _merged(_merged(from_file, from_environment), from_command_line)
    try:
        return Config(**_at_home(values, environ.get("HOME", "")))
    except ValidationError as exc:
        first, *others = exc.errors(include_url=False)
        name = ".".join(str(part) for part in first["loc"])
        if _holds(from_command_line, name):
            where = "from the command line"
        elif _holds(from_environment, name):
            where = f"from {_variable(name)}"
        else:
            where = f"in {file}"
        more = f" (and {len(others)} more)" if others else ""
        raise ConfigError(_one_line(f"{name} {where}: {_complaint(name, first)}{more}")) from None


def known_keys() -> tuple[str, ...]:
    """Every key that config.toml may hold, dotted: `engine.model`."""
    return tuple(_fields())


def master_key_path(config: Config, environ: Mapping[str, str]) -> Path:
    """Outside the data folder, so that a copy of the one never brings the other along."""
    if config.keys.master_key_file is not None:
        return config.keys.master_key_file
    folder = environ.get("XDG_CONFIG_HOME", "")
    # The XDG standard says that a relative folder is to be ignored.
    if folder.startswith("/"):
        return Path(folder) / "parlour" / "master.key"
    return Path(environ.get("HOME") or Path.home()) / ".config" / "parlour" / "master.key"


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        problem = "there is no such file; copy config.example.toml there, or name another"
    except IsADirectoryError:
        problem = "this is a folder; name the file in it, as in config.toml"
    except UnicodeDecodeError as exc:
        problem = f"byte {exc.start} is not UTF-8; save it as UTF-8 text"
    except tomllib.TOMLDecodeError as exc:
        problem = f"this is not TOML: {exc}; mend that place"
    except OSError as exc:
        problem = f"it cannot be read ({exc.strerror}); see who owns it and where it leads"
    raise ConfigError(_one_line(f"{file}: {problem}"))


def _read_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    ours = {k.upper(): v for k, v in environ.items() if k.upper().startswith(ENVIRONMENT_PREFIX)}
    known = [*map(_variable, known_keys()), *_SECRETS]
    for variable in sorted(ours):
        # A value is never shown here: it may be a secret under a misspelt name.
        if variable not in known:
            mend = _nearest(variable, known, cutoff=0.75) or "take it out of the environment"
            raise ConfigError(_one_line(f"{variable}: there is no such setting; {mend}"))
    source = EnvSettingsSource(Config)
    source.env_vars = {k.lower(): v for k, v in ours.items()}
    return source()


def _variable(name: str) -> str:
    return ENVIRONMENT_PREFIX + name.replace(".", NESTING).upper()


def _fields() -> dict[str, FieldInfo]:
    """Of every key by its dotted name."""
    fields: dict[str, FieldInfo] = {}
    for name, field in Config.model_fields.items():
        if isinstance(field.default, Section):
            inside = type(field.default).model_fields
            fields |= {f"{name}.{key}": inner for key, inner in inside.items()}
        else:
            fields[name] = field
    return fields


def _beside(folder: Path, values: dict[str, Any]) -> dict[str, Any]:
    """The file's values with every relative path, defaults too, made relative to its folder."""
    for name, field in _fields().items():
        section, _, key = name.rpartition(".")
        inside = values.setdefault(section, {}) if section else values
        if not isinstance(inside, dict):
            continue
        value = inside.get(key, field.default)
        a_path = is_path(field.annotation) or (name in _MODELS and "/" in str(value))
        if a_path and isinstance(value, str | Path) and value and str(value)[:2] != "~/":
            inside[key] = str(folder / value)
    return values


def _at_home(values: dict[str, Any], home: str) -> dict[str, Any]:
    """`~/` is how people write their home; the shell does not see what stands in a file."""
    at_home = dict(values)
    for name, value in values.items():
        if isinstance(value, dict):
            at_home[name] = _at_home(value, home)
        elif home and isinstance(value, str) and value.startswith("~/"):
            at_home[name] = home + value[1:]
    return at_home


def _nested(dotted: Mapping[str, object]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in dotted.items():
        section, _, key = name.rpartition(".")
        (nested.setdefault(section, {}) if section else nested)[key] = value
    return nested


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = below | above
    for name, section in above.items():
        if isinstance(section, dict) and isinstance(below.get(name), dict):
            merged[name] = _merged(below[name], section)
    return merged


def _holds(values: dict[str, Any], name: str) -> bool:
    section, _, key = name.rpartition(".")
    inside = values.get(section) if section else values
    return isinstance(inside, dict) and key in inside


def _complaint(name: str, error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        # Its value is not shown: it may be a secret that was put into the wrong place.
        near = _nearest(name, [*known_keys(), *Config.model_fields])
        return "there is no such key; " + (near or "config.example.toml has all that there are")
    found = error["input"]
    if re.search("key|secret|token|password", name):
        shown = "what stands there"
    elif isinstance(found, dict | list):
        shown = "a table" if isinstance(found, dict) else "a list"
    else:
        shown = repr(found)[:60]
    should = re.sub("^(Value error, |Input |String )", "", error["msg"])
    if error["type"] == "model_type":
        should = f"should be a table: [{name}]"
    elif error["type"] == "path_type":
        should = "should be a path"
    return f"{shown} does not fit, it {should}"


def _nearest(name: str, known: list[str], cutoff: float = 0.6) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=cutoff)
    return f"did you mean {near[0]}?" if near else ""


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)
