"""Configuration: who stands above whom, and what is said when something is wrong."""

import itertools
import re
import tomllib
from pathlib import Path

import pytest

from bot.config import ConfigError, known_keys, load_config, master_key_path
from bot.settings import Config, Keys, Section

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"


def refusal(
    tmp_path: Path,
    toml: str | bytes,
    environ: dict[str, str] | None = None,
    overrides: dict[str, object] | None = None,
) -> str:
    file = tmp_path / "config.toml"
    file.write_bytes(toml.encode() if isinstance(toml, str) else toml)
    with pytest.raises(ConfigError) as caught:
        load_config(file, environ=environ or {}, overrides=overrides or {})
    text = str(caught.value)
    assert "\n" not in text
    return text


def keys_of(values: dict[str, object], before: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in values.items():
        # A section holds keys; a table in a section is a key's value.
        if isinstance(value, dict) and not before:
            flat |= keys_of(value, f"{before}{name}.")
        else:
            flat[before + name] = value
    return flat


def example_with_every_comment_opened() -> dict[str, object]:
    """A line `# key = value` is an example value of a key whose default is "none"."""
    text = re.sub(r"(?m)^# (?=[a-z_]+ = )", "", EXAMPLE.read_text("utf-8"))
    return keys_of(tomllib.loads(text))


def test_the_example_has_every_key_and_no_other() -> None:
    assert sorted(example_with_every_comment_opened()) == sorted(known_keys())


def test_the_example_shows_the_defaults() -> None:
    shown = tomllib.loads(EXAMPLE.read_text("utf-8"))
    assert Config(**shown) == Config()
    left_out = set(known_keys()) - set(keys_of(shown))
    files = {"keys.master_key_file", "remote.key_file", "discord.token_file"}
    files |= {"matrix.password_file", "matrix.token_file"}
    assert left_out == files, "only a key without a default is commented out"


def test_every_key_of_the_example_has_a_sentence_above_it() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    for before, line in itertools.pairwise(lines):
        if re.match(r"(# )?[a-z_]+ = ", line):
            assert before.startswith("# ")
            assert before.endswith((".", ";", "both.")), line


def test_the_environment_changes_nothing_that_is_not_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PARLOUR_ENGINE__CONTEXT", "2048")
    assert Config().engine.context == 4096


def test_the_command_line_stands_above_the_environment_above_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[engine]\ncontext = 2048\nbatch = 64\nsequences = 2\n")
    config = load_config(
        file,
        environ={"PARLOUR_ENGINE__BATCH": "128", "PARLOUR_ENGINE__SEQUENCES": "3", "HOME": "/h"},
        overrides={"engine.sequences": 5, "engine.model": None},
    )
    assert config.engine.context == 2048
    assert config.engine.batch == 128
    assert config.engine.sequences == 5
    assert config.engine.model == "demo"


def test_without_a_file_the_defaults_hold_and_paths_stay_in_the_working_folder() -> None:
    assert load_config(None, environ={}, overrides={}) == Config()


def test_paths_of_the_file_and_defaults_lie_beside_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[engine]\nmodel = "mine/a.gguf"\nmodels = "/srv/models"\n')
    config = load_config(
        file, environ={"PARLOUR_PERSONAS__FOLDER": "people"}, overrides={"data": Path("elsewhere")}
    )
    assert config.engine.model == str(tmp_path / "mine/a.gguf")
    assert config.engine.models == Path("/srv/models")
    assert config.personas.folder == Path("people")
    assert config.data == Path("elsewhere")
    assert load_config(file, environ={}, overrides={}).data == tmp_path / "data"


def test_a_model_without_a_slash_is_a_name_and_stays_one(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[engine]\nmodel = "a.gguf"\n')
    assert load_config(file, environ={}, overrides={}).engine.model == "a.gguf"


def test_every_model_with_a_slash_is_a_path_beside_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[engine]\nguard = "./guard.gguf"\nembedding = "vectors"\n')
    engine = load_config(file, environ={}, overrides={}).engine
    assert (engine.guard, engine.embedding) == (str(tmp_path / "guard.gguf"), "vectors")


def test_a_tilde_is_the_home_of_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('data = "~/parlour"\n')
    config = load_config(file, environ={"HOME": "/home/ada"}, overrides={})
    assert config.data == Path("/home/ada/parlour")


@pytest.mark.parametrize(
    ("toml", "names"),
    [
        ('[engine]\nmodle = "x"\n', ["engine.modle", "did you mean engine.model?"]),
        ("[engin]\nbatch = 64\n", ["engin", "did you mean engine?"]),
        ("weather = 1\n", ["weather", "config.example.toml"]),
        ("[engine]\ncontext = 5\n", ["engine.context", "5", "1024"]),
        (
            '[engine]\nkind = "magic"\n',
            ["engine.kind", "'magic'", "'embedded', 'remote' or 'scripted'"],
        ),
        ('[engine]\nthreads = "many"\n', ["engine.threads", "'many'", "integer"]),
        ('engine = "demo"\n', ["engine", "'demo'", "a table: [engine]"]),
        ("[metrics]\nport = true\n", ["metrics.port", "True"]),
        ("[metrics]\nport = [1]\n", ["metrics.port", "a list"]),
        ("[store]\nidle_s = inf\n", ["store.idle_s", "inf", "finite"]),
        ("[store]\nidle_s = nan\n", ["store.idle_s", "nan"]),
        ('[care]\nregion = "Germany"\n', ["care.region", "'Germany'"]),
        ("[care]\ndisclose_every_h = 4\n", ["care.disclose_every_h", "4", "3"]),
        ('data = ""\n', ["data", "path"]),
        ("[personas]\nfolder = 3\n", ["personas.folder", "3", "it should be a path"]),
        ("data = 5\n", ["data", "5"]),
        ('[personas]\nfolder = ""\n', ["personas.folder", "path"]),
        ("[engine]\ncontext = 5\nbatch = 1\n", ["engine.context", "(and 1 more)"]),
        ("[engine\n", ["config.toml", "not TOML", "line 1"]),
        (b"data = '\xff'\n", ["config.toml", "byte 8", "UTF-8"]),
    ],
)
def test_what_is_wrong_in_the_file_is_named_with_its_mend(
    tmp_path: Path, toml: str | bytes, names: list[str]
) -> None:
    text = refusal(tmp_path, toml)
    assert "config.toml" in text
    for name in names:
        assert name in text


def test_a_key_name_with_a_line_break_stays_on_one_line(tmp_path: Path) -> None:
    refusal(tmp_path, '"two\\nlines" = 1\n')


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: there is no such file"):
        load_config(tmp_path / "nowhere.toml", environ={}, overrides={})
    with pytest.raises(ConfigError, match="this is a folder"):
        load_config(tmp_path, environ={}, overrides={})


def test_an_unknown_variable_is_named_and_its_value_is_not() -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(None, environ={"PARLOUR_MASTER_KEI": "c2VjcmV0"}, overrides={})
    assert "PARLOUR_MASTER_KEI" in str(caught.value)
    assert "did you mean PARLOUR_MASTER_KEY?" in str(caught.value)
    assert "c2VjcmV0" not in str(caught.value)


def test_a_variable_that_is_near_to_nothing_is_to_be_taken_away() -> None:
    with pytest.raises(ConfigError, match=r"PARLOUR_FOO: .* take it out of the environment"):
        load_config(None, environ={"PARLOUR_FOO": "1"}, overrides={})


def test_a_whole_section_in_one_variable_is_no_setting() -> None:
    with pytest.raises(ConfigError, match="PARLOUR_ENGINE: there is no such setting"):
        load_config(None, environ={"PARLOUR_ENGINE": '{"model": "x"}'}, overrides={})


def test_a_wrong_variable_is_named_as_it_was_written() -> None:
    with pytest.raises(ConfigError, match=r"metrics\.port from PARLOUR_METRICS__PORT: '99999'"):
        load_config(None, environ={"PARLOUR_METRICS__PORT": "99999"}, overrides={})
    with pytest.raises(ConfigError, match=r"engine\.batch from the command line: 1 "):
        load_config(None, environ={"PARLOUR_ENGINE__BATCH": "64"}, overrides={"engine.batch": 1})


def test_the_master_key_in_the_environment_is_known_and_kept_out_of_the_configuration() -> None:
    config = load_config(None, environ={"PARLOUR_MASTER_KEY": "c2VjcmV0"}, overrides={})
    assert "c2VjcmV0" not in repr(config)


@pytest.mark.parametrize(
    "toml",
    [
        '[keys]\nmaster_key = "c2VjcmV0"\n',
        '[keys]\nmaster_key_file = ["c2VjcmV0"]\n',
        'keys = "c2VjcmV0"\n',
    ],
)
def test_a_secret_in_the_wrong_place_is_not_repeated(tmp_path: Path, toml: str) -> None:
    text = refusal(tmp_path, toml)
    assert "keys" in text
    assert "c2VjcmV0" not in text


def test_the_master_key_lies_where_the_key_says_or_in_the_persons_own_configuration() -> None:
    own = Config(keys=Keys(master_key_file=Path("/k/master.key")))
    assert master_key_path(own, {}) == Path("/k/master.key")
    assert master_key_path(Config(), {"HOME": "/h"}) == Path("/h/.config/parlour/master.key")
    there = {"HOME": "/h", "XDG_CONFIG_HOME": "/x"}
    assert master_key_path(Config(), there) == Path("/x/parlour/master.key")
    assert master_key_path(Config(), there | {"XDG_CONFIG_HOME": "relative"}) == Path(
        "/h/.config/parlour/master.key"
    )


def test_a_loaded_value_cannot_be_changed() -> None:
    config = Config()
    with pytest.raises(ValueError, match="frozen"):
        config.engine.batch = 64
    assert all(
        section.model_config["frozen"] for _, section in config if isinstance(section, Section)
    )


def test_weights_are_by_communities_ids_and_within_bounds(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[communities.weights]\n"discord:17" = 2\n"matrix:!a:b.example" = 0.5\n')
    weights = load_config(file, environ={}, overrides={}).communities.weights
    assert weights == {"discord:17": 2.0, "matrix:!a:b.example": 0.5}
    for wrong in ('"discord:17" = 0', '"discord:17" = true', '"discord:17" = 1e9', '"tea" = 2'):
        text = refusal(tmp_path, f"[communities.weights]\n{wrong}\n")
        assert text.startswith("communities.weights"), text
