"""Builds the peers: llama.cpp's own programs, of the very version that llama-cpp-python carries.

Its source package holds llama.cpp whole. It is fetched and built once, natively for this machine,
into a folder that is never committed.
"""

import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.contest.players import BenchError

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / ".cache" / "llama-server"
PACKAGE = "llama-cpp-python"
TARGETS = ("llama-server", "llama-batched-bench")

_OPTIONS = {
    "CMAKE_BUILD_TYPE": "Release",
    "GGML_NATIVE": "ON",
    "BUILD_SHARED_LIBS": "OFF",
    "LLAMA_BUILD_COMMON": "ON",
    "LLAMA_BUILD_TOOLS": "ON",
    "LLAMA_BUILD_SERVER": "ON",
    "LLAMA_BUILD_TESTS": "OFF",
    "LLAMA_BUILD_EXAMPLES": "OFF",
    "LLAMA_BUILD_APP": "OFF",
    # Its page for browsers would have to be fetched; the bench needs none, and no TLS.
    "LLAMA_BUILD_UI": "OFF",
    "LLAMA_USE_PREBUILT_UI": "OFF",
    "LLAMA_OPENSSL": "OFF",
    "LLAMA_CURL": "OFF",
}
_NEEDED = {"cmake": "cmake", "c++": "g++"}


@dataclass(frozen=True, slots=True)
class Peers:
    server: Path
    batched_bench: Path


def build_peers() -> Peers:
    """What is there already is used, as long as it is of the installed version."""
    wanted = version(PACKAGE)
    built = [FOLDER / "bin" / target for target in TARGETS]
    stamp = FOLDER / "version"
    if all(path.exists() for path in built) and stamp.exists() and stamp.read_text() == wanted:
        return Peers(*built)
    _look_for_tools()
    log = FOLDER / "build.log"
    print(f"building llama-server {wanted}, once; this takes minutes, its log is {log}")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    source = _fetch(wanted, log)
    build = FOLDER / "build"
    options = [f"-D{name}={value}" for name, value in _OPTIONS.items()]
    _run(["cmake", "-S", str(source / "vendor" / "llama.cpp"), "-B", str(build), *options], log)
    jobs = str(os.cpu_count() or 1)
    _run(["cmake", "--build", str(build), "--parallel", jobs, "--target", *TARGETS], log)
    built[0].parent.mkdir()
    for path in built:
        shutil.copy2(build / "bin" / path.name, path)
    stamp.write_text(wanted)
    # Half a gigabyte which nobody needs again.
    shutil.rmtree(build)
    shutil.rmtree(source)
    return Peers(*built)


def _look_for_tools() -> None:
    for tool, package in _NEEDED.items():
        if shutil.which(tool) is None:
            raise BenchError(
                f"'{tool}' is missing, and the peers must be built. "
                f"On Debian or Ubuntu: sudo apt-get install {package}"
            )


def _fetch(wanted: str, log: Path) -> Path:
    download = [sys.executable, "-m", "pip", "download", f"{PACKAGE}=={wanted}"]
    _run([*download, "--no-binary", PACKAGE, "--no-deps", "--dest", str(FOLDER)], log)
    archive = next(FOLDER.glob("*.tar.gz"))
    with tarfile.open(archive) as packed:
        packed.extractall(FOLDER, filter="data")
    archive.unlink()
    return next(path for path in FOLDER.iterdir() if (path / "vendor").is_dir())


def _run(command: list[str], log: Path) -> None:
    with log.open("a") as told:
        code = subprocess.run(command, stdout=told, stderr=told, check=False).returncode
    if code:
        last = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise BenchError(f"{last}\n'{command[0]}' failed; the whole log is {log}")


if __name__ == "__main__":
    try:
        print(f"ready: {build_peers()}")
    except BenchError as exc:
        sys.exit(f"bench: {exc}")
