"""config.toml and the environment -> one frozen value. `config.example.toml` is the manual.

An unknown key, a wrong value or a missing file becomes one `ConfigError`, which names the key,
what was found and the mend.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

ENVIRONMENT_PREFIX = "PARLOUR_"
NESTING = "__"


class ConfigError(Exception):
    """One sentence: which key, what was found, what would be right."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Keys(Section):
    master_key_file: Path | None = None


class Store(Section):
    open_vaults: Annotated[int, Field(ge=1, le=10_000)] = 64
    idle_s: Annotated[float, Field(gt=0)] = 300.0


class EngineSettings(Section):
    kind: Literal["embedded", "scripted"] = "embedded"
    model: str = "demo"
    context: Annotated[int, Field(ge=1024, le=1_048_576)] = 4096
    sequences: Annotated[int, Field(ge=1, le=256)] = 4
    threads: Annotated[int, Field(ge=0, le=1024)] = 0
    batch: Annotated[int, Field(ge=32, le=8192)] = 512
    gpu_layers: Annotated[int, Field(ge=-1)] = 0
    reply_tokens: Annotated[int, Field(ge=16, le=8192)] = 256


class PersonaSettings(Section):
    folder: Path = Path("personas")
    default: str = "wren"


class Dispatch(Section):
    waiting: Annotated[int, Field(ge=1, le=1000)] = 8
    rooms: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    stop_s: Annotated[float, Field(gt=0, le=600)] = 10.0


class CareSettings(Section):
    region: Annotated[str, Field(pattern="^([A-Z]{2})?$")] = ""
    disclose_every_h: Annotated[float, Field(gt=0, le=3)] = 3.0


class Console(Section):
    page_chars: Annotated[int, Field(ge=200, le=100_000)] = 4000


class Metrics(Section):
    port: Annotated[int, Field(ge=0, le=65535)] = 0


class Config(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX,
        env_nested_delimiter=NESTING,
        extra="forbid",
        frozen=True,
    )

    data: Path = Path("data")
    keys: Keys = Keys()
    store: Store = Store()
    engine: EngineSettings = EngineSettings()
    personas: PersonaSettings = PersonaSettings()
    dispatch: Dispatch = Dispatch()
    care: CareSettings = CareSettings()
    console: Console = Console()
    metrics: Metrics = Metrics()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment stands above the file."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings
