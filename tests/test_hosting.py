"""The files for hosting, read as a careful operator would: no engine runs them here."""

import fnmatch
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.config import load_config

ROOT = Path(__file__).parents[1]


def steps(text: str) -> list[tuple[str, str]]:
    """A Dockerfile's instructions with their words, comments away and lines joined."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    found = [line.strip().split(maxsplit=1) for line in joined.splitlines() if line.strip()]
    return [(name.upper(), " ".join(rest)) for name, *rest in found]


DOCKERFILE = steps((ROOT / "Dockerfile").read_text("utf-8"))


def words_of(name: str) -> list[str]:
    return [words for step, words in DOCKERFILE if step == name]


def last_stage() -> list[tuple[str, str]]:
    begin = max(number for number, (name, _) in enumerate(DOCKERFILE) if name == "FROM")
    return DOCKERFILE[begin:]


def unit() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (ROOT / "deploy" / "parlour.service").read_text("utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_the_image_runs_as_an_ordinary_user() -> None:
    [user] = [words for name, words in last_stage() if name == "USER"]
    assert user.split(":")[0].isdecimal(), "a number, so that the host can give it folders"
    assert int(user.split(":")[0]) >= 1000


def test_the_image_is_built_of_files_that_are_there_and_not_kept_out() -> None:
    let_in = [
        line[1:]
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    ]
    for words in words_of("COPY"):
        *sources, _target = shlex.split(words)
        if sources[0].startswith("--from="):
            continue
        for source in sources:
            assert (ROOT / source).exists(), source
            assert any(fnmatch.fnmatch(source, one) for one in let_in), source


def test_nothing_is_fetched_by_address() -> None:
    assert not words_of("ADD")
    assert not any("://" in words for _, words in DOCKERFILE)


def test_the_base_images_are_plain_names() -> None:
    images = [words.partition("=")[2] for words in words_of("ARG") if "IMAGE" in words]
    assert images == ["python:3.11-slim", "python:3.11-slim"]
    assert all(re.match(r"\$\{(BUILD|RUN)_IMAGE\}", words) for words in words_of("FROM"))


def test_no_secret_can_get_into_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in ignored, "all that is not named stays out"
    for name in ("data", "models", "config.toml", ".git", "."):
        assert f"!{name}" not in ignored
    assert not any("MASTER_KEY=" in words for _, words in DOCKERFILE)


def test_the_image_says_how_it_is_and_what_it_runs() -> None:
    [health] = words_of("HEALTHCHECK")
    assert '"parlour", "check", "--quick"' in health
    assert words_of("ENTRYPOINT") == ['["parlour"]']


def test_the_settings_of_the_image_and_the_unit_are_settings_that_exist() -> None:
    [image] = [words for name, words in last_stage() if name == "ENV"]
    for assignments in (image.split(), unit()["Environment"]):
        environ = dict(one.split("=", maxsplit=1) for one in assignments)
        ours = {name: value for name, value in environ.items() if name.startswith("PARLOUR_")}
        assert len(ours) >= 4
        config = load_config(None, environ=ours, overrides={})
        assert config.keys.master_key_file is not None
        assert not config.keys.master_key_file.is_relative_to(config.data)


def test_the_compose_file_keeps_the_root_read_only_and_the_container_small() -> None:
    text = (ROOT / "compose.yaml").read_text("utf-8")
    for line in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", "core: 0"):
        assert line in text
    assert "ports:" not in text, "nothing of it listens"
    written = re.findall(r"- \./parlour/\w+:(/[\w/]+)\n", text)
    assert written == ["/data", "/models"]
    assert "/run/key:ro" in text


def test_the_unit_gives_the_service_as_little_as_it_needs() -> None:
    keys = unit()
    assert keys["User"] != ["root"]
    for key, value in {
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "LimitCORE": "0",
        "CapabilityBoundingSet": "",
    }.items():
        assert keys[key] == [value]
    assert keys["LoadCredential"] == ["master.key:/etc/parlour/master.key"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    text = (ROOT / "deploy" / "parlour.service").read_text("utf-8")
    # The program and its user are not installed here; systemd would rightly say so.
    text = re.sub(r"(?m)^ExecStart=\S+.*$", "ExecStart=/bin/true", text)
    text = re.sub(r"(?m)^(User|Group)=parlour$", r"\1=daemon", text)
    copy = tmp_path / "parlour.service"
    copy.write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", copy], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
