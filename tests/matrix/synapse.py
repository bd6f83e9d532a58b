"""A real Synapse as a process of ours on loopback: started, lost and brought back as a test says.

It knows nothing of people and rooms. `tools/setup synapse` installs it; it is only ever run.
"""

import asyncio
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.matrix.settings import Settings, write_settings

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".cache" / "synapse" / "bin" / "python"
TIED = Path(__file__).with_name("tied.py")
READY_WITHIN_S = 120.0


class NotReady(Exception):
    """Synapse is not installed, or did not start; it says what to do or where to look."""


class Homeserver:
    """One Synapse with a folder of its own; what it keeps outlives a restart."""

    def __init__(self, folder: Path, settings: Settings | None = None) -> None:
        self.folder = folder
        self.settings = dict(settings or {})
        self.secret = secrets.token_hex(16)
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._ear: socket.socket | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "it does not run"
        return self._process.pid

    def start(self) -> None:
        """Comes back when it answers. In a coroutine use `restart`, which does not block."""
        self._spawn()
        self._wait_until_ready()

    async def restart(self, settings: Settings | None = None) -> None:
        """As an operator does it: asked to end, started again; `settings` replace what they name."""
        self.settings |= settings or {}
        if self._process is not None:
            self._process.terminate()
            # One that is paused would not hear of it.
            self.resume()
            await asyncio.to_thread(self._process.wait)
        # Here and not in a thread: the kernel would take the end of that thread for ours.
        self._spawn()
        await asyncio.to_thread(self._wait_until_ready)

    def kill(self) -> None:
        """As a machine that loses its power: nothing is said to anybody."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """It takes connections and answers nobody, until `resume`."""
        os.kill(self.pid, signal.SIGSTOP)
        # The signal is on its way; this comes back when it has arrived.
        os.waitid(os.P_PID, self.pid, os.WSTOPPED)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def end(self) -> None:
        self.kill()
        if self._ear is not None:
            self._ear.close()
            self._ear = None

    def _spawn(self) -> None:
        if not PYTHON.exists():
            raise NotReady("Synapse is not installed: run 'tools/setup synapse'")
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = write_settings(self.folder, self.port, self.secret, self.settings)
        self._ear = self._ear or _ear()
        command = [PYTHON, "-m", "synapse.app.homeserver", "--config-path", settings]
        with (self.folder / "homeserver.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-S", str(TIED), str(os.getpid()), *map(str, command)],
                cwd=self.folder,
                env={
                    "PATH": os.environ.get("PATH", ""),
                    "NOTIFY_SOCKET": "@" + self._ear.getsockname()[1:].decode(),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _wait_until_ready(self) -> None:
        """Synapse tells systemd when it listens; here we are the one who is told. Then it is asked."""
        assert self._process is not None
        assert self._ear is not None
        for _ in range(int(READY_WITHIN_S * 2)):
            try:
                said = self._ear.recv(4096)
            except TimeoutError:
                if self._process.poll() is not None:
                    break
                continue
            # What an earlier run of it said is still in the queue after a kill.
            if b"READY=1" in said and f"MAINPID={self.pid}".encode() in said:
                with urllib.request.urlopen(f"{self.url}/_matrix/client/versions", timeout=60):
                    return
        self.kill()
        raise NotReady(f"Synapse did not start; its last words:\n{self.last_words()}")

    def last_words(self, lines: int = 20) -> str:
        log = self.folder / "homeserver.log"
        return "\n".join(log.read_text("utf-8", "replace").splitlines()[-lines:])


def _free_port() -> int:
    """Below those that the kernel gives to connections: nobody takes it while Synapse is away."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise NotReady("no port between 20000 and 32000 is free on 127.0.0.1")


def _ear() -> socket.socket:
    """An abstract socket (Linux): it has no file, so no path can be too long for it."""
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ear.bind("\0parlour-synapse-" + secrets.token_hex(8))
    ear.settimeout(0.5)
    return ear
