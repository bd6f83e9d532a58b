"""`parlour check`: what it finds, and that each finding says what to do."""

import io
import resource
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from bot.events import CommunityId
from bot.guarding import Standing
from bot.operate.check import Finding, Level, check, print_findings
from bot.operate.guards import TESTED, keep_test
from bot.operate.protocol import publish
from bot.settings import (
    CareSettings,
    Config,
    Door,
    EngineSettings,
    GuardSettings,
    Keys,
    MemorySettings,
    PersonaSettings,
    RemoteSettings,
)
from bot.store.case_rows import NewCase
from bot.store.house import House
from bot.store.keys import make_master_key

NOW = datetime(2026, 11, 21, tzinfo=UTC).timestamp()
PERSONA = """
name = "Robin"
tagline = "A quiet gardener"
rating = "general"
card = "Robin keeps a small garden and likes to talk about it."
voice = "Short and warm sentences."
greeting = "Hello there."
"""


@dataclass
class Place:
    """A folder with everything in order, to break one thing at a time."""

    root: Path
    model: str = "demo"
    context: int = 4096
    default: str = "robin"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def key(self) -> Path:
        return self.root / "key" / "master.key"

    @property
    def config(self) -> Config:
        return Config(
            data=self.data,
            care=CareSettings(protocol=self.root / "protocol.md"),
            keys=Keys(master_key_file=self.key),
            personas=PersonaSettings(folder=self.root / "personas", default=self.default),
            engine=EngineSettings(
                model=self.model, models=self.root / "models", context=self.context
            ),
        )

    async def look(
        self,
        environ: dict[str, str] | None = None,
        *,
        config: Config | None = None,
        now: float = NOW,
        quick: bool = False,
    ) -> list[Finding]:
        return await check(config or self.config, environ or {}, now=now, quick=quick)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    here = Place(tmp_path)
    here.data.mkdir(mode=0o700)
    (tmp_path / "personas").mkdir()
    (tmp_path / "personas" / "robin.toml").write_text(PERSONA)
    make_master_key(here.key)
    publish(here.config, "care@example.org")
    return here


@pytest.fixture(autouse=True)
def no_core() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


def failing(findings: list[Finding]) -> list[str]:
    return [finding.what for finding in findings if finding.level is Level.FAIL]


def warned(findings: list[Finding]) -> list[str]:
    return [finding.what for finding in findings if finding.level is Level.WARN]


def told(findings: list[Finding]) -> str:
    return "\n".join(f"{finding.what} {finding.mend}" for finding in findings)


@pytest.mark.live
async def test_a_place_in_order_has_only_the_demo_model_to_warn_of(place: Place) -> None:
    findings = await place.look()
    assert failing(findings) == []
    assert warned(findings) == ["The demo model is small and silly."]
    assert "context 8192" in told(findings)
    assert "SAFETY L10" in told(findings)


@pytest.mark.parametrize(
    ("engine", "keep_days", "wanted"),
    [
        (EngineSettings(), 0, ("names no model", "demo model is too small", "until they have it")),
        (
            EngineSettings(model="mine.gguf", embedding="small.gguf"),
            30,
            ("by its meaning with small.gguf", "the model is asked for more", "30 days at most"),
        ),
        (
            EngineSettings(kind="remote", embedding="small.gguf"),
            0,
            ("the remote servers for vectors", "the model is asked for more"),
        ),
        (EngineSettings(kind="scripted"), 0, ("names no model", "no model is there")),
    ],
)
async def test_what_memory_does_here_is_said(
    place: Place, engine: EngineSettings, keep_days: int, wanted: tuple[str, ...]
) -> None:
    memory = MemorySettings(keep_days=keep_days)
    config = place.config.model_copy(update={"engine": engine, "memory": memory})
    said = told(await place.look(config=config, quick=True))
    assert [one for one in wanted if one not in said] == []


@pytest.mark.live
async def test_before_the_first_start_nothing_is_missing(place: Place) -> None:
    place.data.rmdir()
    place.key.unlink()
    findings = await place.look()
    assert failing(findings) == []
    assert "the first start makes" in told(findings)
    assert not place.data.exists()
    assert not place.key.exists()


async def test_a_house_opens_with_its_key_and_not_with_another(place: Place) -> None:
    from bot.store.keys import read_master_key

    house = await House.open(
        place.data, read_master_key(place.key), open_vaults=1, idle_s=60.0, clock=lambda: NOW
    )
    await house.close()
    assert "The house opens" in told(await place.look())
    before = (place.data / "house.db").read_bytes()
    place.key.unlink()
    make_master_key(place.key)
    findings = await place.look()
    assert failing(findings)
    assert "The house opens" not in told(findings)
    assert (place.data / "house.db").read_bytes() == before
    assert not failing(await place.look(quick=True)), "quick leaves the house alone"


async def test_m7_a_case_that_was_taken_away_is_found(place: Place) -> None:
    from bot.store.keys import read_master_key

    key = read_master_key(place.key)
    tea = CommunityId("console:tea")

    async def open_house() -> House:
        return await House.open(
            place.data, key, open_vaults=1, idle_s=1.0, clock=lambda: 1_800_000_000.0
        )

    house = await open_house()
    for _ in range(3):
        await house.moderation.cases.open(NewCase(tea, "no spoilers", 1, "warn", 1.0))
    await house.close()
    assert "3 cases, a whole chain" in told(await place.look())
    house = await open_house()
    gone = "DELETE FROM case_log WHERE number = 2"
    await house._db.write(lambda db: db.execute(gone))
    await house.close()
    findings = await place.look()
    assert "console:tea are not as they were written, from case 3 on" in told(findings)
    assert failing(findings)


async def test_a_house_in_which_a_bot_runs_is_no_fault(place: Place) -> None:
    from bot.store.keys import read_master_key

    house = await House.open(
        place.data, read_master_key(place.key), open_vaults=1, idle_s=60.0, clock=lambda: NOW
    )
    findings = await place.look()
    await house.close()
    assert "a bot runs there" in told(findings)
    assert not failing(findings)


async def test_a_house_without_its_key_is_named(place: Place) -> None:
    (place.data / "house.db").write_bytes(b"sealed")
    place.key.unlink()
    assert f"there is no master key at {place.key}" in told(await place.look())


async def test_a_key_that_others_can_read_is_refused(place: Place) -> None:
    place.key.chmod(0o644)
    assert "can be read by others: run `chmod 600" in told(await place.look())


async def test_a_key_beside_the_data_is_refused(place: Place) -> None:
    key = place.data / "master.key"
    make_master_key(key)
    config = place.config.model_copy(update={"keys": Keys(master_key_file=key)})
    assert any(
        "inside the data folder" in what for what in failing(await place.look(config=config))
    )


async def test_the_key_in_the_environment_is_read_and_never_shown(place: Place) -> None:
    secret = place.key.read_text().strip()
    place.key.unlink()
    findings = await place.look({"PARLOUR_MASTER_KEY": secret})
    assert "comes from PARLOUR_MASTER_KEY" in told(findings)
    assert secret not in told(findings)
    broken = await place.look({"PARLOUR_MASTER_KEY": secret[:-1] + "x"})
    assert failing(broken)
    assert secret[:20] not in told(broken)


async def test_a_data_folder_that_others_can_open_is_warned_of(place: Place) -> None:
    place.data.chmod(0o755)
    findings = await place.look()
    assert f"{place.data} is open to other users." in warned(findings)
    assert f"chmod 700 {place.data}" in told(findings)


async def test_a_data_folder_that_is_a_file_is_named(place: Place) -> None:
    place.data.rmdir()
    place.data.write_text("not a folder")
    assert f"{place.data} is no folder." in failing(await place.look())


async def test_a_data_folder_that_cannot_be_written_to_is_named(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(**_where: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("tempfile.TemporaryFile", read_only)
    assert f"{place.data} cannot be written to (Read-only file system)." in failing(
        await place.look()
    )


@pytest.mark.parametrize(
    ("free", "level"), [(10**12, Level.OK), (500_000_000, Level.WARN), (1_000_000, Level.FAIL)]
)
async def test_room_on_the_disk_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch, free: int, level: Level
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=free))
    [finding] = [one for one in await place.look() if "are free under" in one.what]
    assert finding.level is level


async def test_a_broken_persona_is_named(place: Place) -> None:
    (place.root / "personas" / "robin.toml").write_text("name = 5\n")
    assert any("robin.toml" in what for what in failing(await place.look()))


async def test_a_default_persona_that_is_not_there_is_named_with_those_that_are(
    place: Place,
) -> None:
    place.default = "wren"
    findings = await place.look()
    assert "personas.default is 'wren', which is not there." in failing(findings)
    assert "choose one of: robin." in told(findings)


async def test_a_model_that_is_none_fails(place: Place) -> None:
    (place.root / "models").mkdir()
    (place.root / "models" / "m.gguf").write_bytes(b"a picture")
    place.model = "m"
    assert any("m.gguf is no GGUF model" in what for what in failing(await place.look()))


@pytest.mark.live
async def test_a_context_beyond_the_model_is_warned_of(place: Place) -> None:
    place.context = 16_384
    assert any("made for 8192" in what for what in warned(await place.look()))


def guarded(place: Place, guard: str = "demo", **settings: str) -> Config:
    engine = place.config.engine.model_copy(update={"guard": guard})
    update = {"engine": engine, "guard": GuardSettings.model_validate(settings)}
    return place.config.model_copy(update=update)


@pytest.mark.live
async def test_l10_without_a_guard_it_says_why_nothing_above_romance_opens(place: Place) -> None:
    assert "(SAFETY L10): no guard model is configured." in told(await place.look())


@pytest.mark.live
async def test_l10_a_guard_that_nobody_knows_how_to_ask_is_warned_of(place: Place) -> None:
    findings = await place.look(config=guarded(place))
    assert any("demo is none that Parlour knows how to ask" in what for what in warned(findings))
    assert "guard.format" in told(findings)


@pytest.mark.live
async def test_l10_a_guard_that_failed_its_self_test_is_named_with_what_it_could_not_tell(
    place: Place,
) -> None:
    config = guarded(place, format="qwen3guard")
    assert "its self-test comes with the next start" in told(await place.look(config=config))
    keep_test(config, Standing(ready=False, why="it did not see: under 18"))
    findings = await place.look(config=config)
    assert any("it did not see: under 18" in what for what in warned(findings))
    keep_test(config, Standing(ready=True))
    assert "passed its self-test on" in told(await place.look(config=config))
    asked_otherwise = guarded(place, format="shieldgemma")
    assert "with the next start" in told(await place.look(config=asked_otherwise))
    (place.data / TESTED).write_text("[1, 2")
    assert "with the next start" in told(await place.look(config=config))


@pytest.mark.live
async def test_a_guard_that_is_to_be_asked_and_is_not_there_fails(place: Place) -> None:
    config = guarded(place, guard="", asked_from="romance")
    assert "guard.asked_from: there is no guard model to ask." in failing(
        await place.look(config=config)
    )


@pytest.mark.live
async def test_a_missing_guard_model_fails_once_wherever_the_engine_is(place: Place) -> None:
    beside = guarded(place, guard="none-such")
    remote = RemoteSettings(addresses=("http://127.0.0.1:9",))
    engine = beside.engine.model_copy(update={"kind": "remote"})
    elsewhere = beside.model_copy(update={"engine": engine, "remote": remote})
    for config in (beside, elsewhere):
        named = [what for what in failing(await place.look(config=config)) if "none-such" in what]
        assert len(named) == 1


async def test_a_guard_elsewhere_is_named_with_where_words_go(place: Place) -> None:
    remote = RemoteSettings(
        addresses=("http://127.0.0.1:9",),
        guard_addresses=("http://127.0.0.1:8",),
        guard_model="Qwen3Guard-Gen-4B",
    )
    engine = place.config.engine.model_copy(update={"kind": "remote"})
    config = place.config.model_copy(update={"engine": engine, "remote": remote})
    findings = await place.look(config=config)
    assert any("http://127.0.0.1:9, http://127.0.0.1:8" in what for what in warned(findings))
    assert "Qwen3Guard-Gen-4B is asked as qwen3guard" in told(findings)


async def test_crisis_lines_older_than_a_year_are_warned_of(place: Place) -> None:
    assert "The crisis lines were checked since" in told(await place.look())
    in_two_years = NOW + 2 * 366 * 86_400
    findings = await place.look(now=in_two_years)
    assert any("oldest crisis line" in what for what in warned(findings))


async def test_c6_a_page_that_is_missing_is_warned_of_with_the_words_that_mend_it(
    place: Place,
) -> None:
    page = place.root / "elsewhere.md"
    config = place.config.model_copy(update={"care": CareSettings(protocol=page)})
    assert any("protocol page" in what for what in warned(await place.look(config=config)))
    assert "parlour protocol --contact" in told(await place.look(config=config))
    publish(config, "care@example.org")
    assert not any("protocol page" in what for what in warned(await place.look(config=config)))
    page.write_text(page.read_text().replace("no crisis service", "a crisis service"))
    assert any("something else" in what for what in warned(await place.look(config=config)))


@pytest.mark.parametrize(
    ("door", "why"),
    [(Door(mature="platform"), "L10"), (Door(mature="platform", listed=True), "A7")],
)
async def test_mature_that_was_asked_for_and_cannot_be_is_warned_of(
    place: Place, door: Door, why: str
) -> None:
    config = place.config.model_copy(update={"door": door})
    assert any(why in what and "door." in what for what in warned(await place.look(config=config)))
    closed = await place.look()
    assert not any("door.mature" in what for what in warned(closed))


async def test_a_core_dump_is_warned_of(place: Place) -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if hard == 0:
        pytest.skip("this machine allows no core dumps at all")
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    assert any("core dump" in what for what in warned(await place.look()))


def test_findings_are_printed_with_their_mend_and_failures_are_the_exit_code() -> None:
    console = Console(record=True, width=200, file=io.StringIO())
    findings = [
        Finding(Level.OK, "All is well."),
        Finding(Level.WARN, "[odd] name.", "rename it."),
    ]
    assert print_findings(findings, console) == 0
    shown = console.export_text()
    assert "ok   All is well.\n" in shown
    assert "warn [odd] name. Mend: rename it.\n" in shown
    assert print_findings([*findings, Finding(Level.FAIL, "No.")], console) == 1
