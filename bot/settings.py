"""Every setting, its bounds and its default, as frozen values. `config.example.toml` is the manual.

Where values come from is for `config.py`.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

ENVIRONMENT_PREFIX = "PARLOUR_"
NESTING = "__"


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _not_what_it_cannot_mean(cls, value: object, info: ValidationInfo) -> object:
        return _meant(value, cls.model_fields[info.field_name or ""].annotation)


class Keys(Section):
    master_key_file: Path | None = None


class Store(Section):
    open_vaults: Annotated[int, Field(ge=1, le=10_000)] = 256
    idle_s: Annotated[float, Field(gt=0)] = 300.0


class EngineSettings(Section):
    kind: Literal["embedded", "remote", "scripted"] = "embedded"
    model: Annotated[str, Field(min_length=1)] = "demo"
    models: Path = Path("models")
    context: Annotated[int, Field(ge=1024, le=1_048_576)] = 4096
    sequences: Annotated[int, Field(ge=1, le=256)] = 4
    threads: Annotated[int, Field(ge=0, le=1024)] = 0
    batch: Annotated[int, Field(ge=32, le=8192)] = 512
    gpu_layers: Annotated[int, Field(ge=-1)] = 0
    gpu_main: Annotated[int, Field(ge=0)] = 0
    gpu_split: Literal["none", "layer", "row"] = "layer"
    gpu_shares: tuple[Annotated[float, Field(ge=0)], ...] = ()
    flash_attention: Literal["measured", "on", "off"] = "measured"
    kv_type: Literal["f16", "q8_0", "q4_0"] = "f16"
    longest_pause_s: Annotated[float, Field(gt=0, le=60)] = 0.25
    states_mb: Annotated[int, Field(ge=0, le=1_048_576)] = 512
    adapters: Path = Path("adapters")
    guard: str = ""
    embedding: str = ""
    reply_tokens: Annotated[int, Field(ge=16, le=8192)] = 256


class RemoteSettings(Section):
    addresses: tuple[Annotated[str, Field(pattern="^https?://")], ...] = ()
    api: Literal["chat", "completion"] = "chat"
    model: str = ""
    key_file: Path | None = None
    guard_addresses: tuple[Annotated[str, Field(pattern="^https?://")], ...] = ()
    guard_model: str = ""
    context: Annotated[int, Field(ge=1024, le=1_048_576)] = 4096
    at_once: Annotated[int, Field(ge=1, le=10_000)] = 16
    connect_s: Annotated[float, Field(gt=0, le=600)] = 5.0
    first_token_s: Annotated[float, Field(gt=0, le=3600)] = 120.0
    between_tokens_s: Annotated[float, Field(gt=0, le=3600)] = 30.0


class GuardSettings(Section):
    format: Literal[
        "",
        "llama-guard-3",
        "llama-guard-4",
        "granite-guardian-3.2",
        "granite-guardian-3.3",
        "shieldgemma",
        "qwen3guard",
    ] = ""
    asked_from: Literal["general", "romance", "mature"] = "mature"
    within_s: Annotated[float, Field(gt=0, le=60)] = 2.0


class PersonaSettings(Section):
    folder: Path = Path("personas")
    default: Annotated[str, Field(min_length=1)] = "wren"


class Door(Section):
    entry: Literal["self-attested", "platform", "moderator", "verified"] = "self-attested"
    mature: Literal["closed", "platform", "moderator", "verified"] = "closed"
    listed: bool = False


class Communities(Section):
    allow: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    deny: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    weights: dict[
        Annotated[str, Field(pattern="^[a-z]+:.+$")],
        Annotated[float, Field(ge=0.01, le=1000, strict=True)],
    ] = {}


class Dispatch(Section):
    waiting: Annotated[int, Field(ge=1, le=1000)] = 8
    rooms: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    stop_s: Annotated[float, Field(gt=0, le=600)] = 10.0


class CareSettings(Section):
    language: Literal["en", "de", "fr", "es", "pt", "ja"] = "en"
    region: Annotated[str, Field(pattern="^([A-Z]{2})?$")] = ""
    disclose_every_h: Annotated[float, Field(gt=0, le=3)] = 3.0
    protocol: Path = Path("protocol.md")


class MemorySettings(Section):
    keep_days: Annotated[int, Field(ge=0, le=3650)] = 0


class Console(Section):
    page_chars: Annotated[int, Field(ge=200, le=100_000)] = 4000


class DiscordSettings(Section):
    on: bool = False
    token_file: Path | None = None
    members: bool = False
    message_content: bool = False
    operators: tuple[Annotated[str, Field(pattern="^[0-9]{15,20}$")], ...] = ()
    sponsor: Annotated[str, Field(pattern="^([0-9]{15,20})?$")] = ""


class MatrixSettings(Section):
    on: bool = False
    homeserver: Annotated[str, Field(pattern=r"^(https?://[^\s/?#]+)?/?$")] = ""
    user: Annotated[str, Field(pattern=r"^(@[^\s:]+:\S+)?$")] = ""
    password_file: Path | None = None
    token_file: Path | None = None
    device_name: Annotated[str, Field(min_length=1, max_length=100)] = "Parlour"
    operators: tuple[Annotated[str, Field(pattern=r"^@[^\s:]+:\S+$")], ...] = ()
    rooms_by: Literal["anybody", "operators"] = "operators"
    sponsor: Annotated[str, Field(pattern=r"^([!#]\S+)?$")] = ""
    policy_lists: tuple[Annotated[str, Field(pattern=r"^[!#]\S+$")], ...] = ()
    edit_gap_s: Annotated[float, Field(ge=0.2, le=60)] = 1.5
    answer_missed_s: Annotated[float, Field(ge=0, le=86_400)] = 600.0
    replace_keys: bool = False
    operator_confirms: bool = False


class Metrics(Section):
    port: Annotated[int, Field(ge=0, le=65535)] = 0


class Config(BaseSettings):
    """`Config()` is the defaults; only `load_config` reads a file or the environment."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX,
        env_nested_delimiter=NESTING,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
    )

    data: Path = Path("data")
    keys: Keys = Keys()
    store: Store = Store()
    engine: EngineSettings = EngineSettings()
    remote: RemoteSettings = RemoteSettings()
    guard: GuardSettings = GuardSettings()
    personas: PersonaSettings = PersonaSettings()
    door: Door = Door()
    communities: Communities = Communities()
    dispatch: Dispatch = Dispatch()
    care: CareSettings = CareSettings()
    memory: MemorySettings = MemorySettings()
    console: Console = Console()
    discord: DiscordSettings = DiscordSettings()
    matrix: MatrixSettings = MatrixSettings()
    metrics: Metrics = Metrics()

    @field_validator("data", mode="before")
    @classmethod
    def _not_what_it_cannot_mean(cls, value: object) -> object:
        return _meant(value, Path)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The library would read the process's environment behind our back; we hand it over."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


def _meant(value: object, kind: object) -> object:
    """Refuses what pydantic would bend into shape: true as the number 1, nothing as a path."""
    if isinstance(value, bool) and kind is not bool:
        raise ValueError("should be no true or false")
    if value == "" and is_path(kind):
        raise ValueError("should be a path and not empty")
    return value


def is_path(kind: object) -> bool:
    return kind is Path or kind == Path | None
