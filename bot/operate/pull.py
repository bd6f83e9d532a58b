"""`parlour models pull`: fetches one GGUF file, from a hub or an address, whole or not at all.

It is a command of its own with nothing else to do while it waits, so it uses the standard
library's urllib, without a thread or a loop: redirects, certificates and proxies are seen to
there. The hub's library is asked only where a file lies, how long it is and what its hash is;
the bytes take the same way as everybody's, so that resuming and checking exist once.
"""

import contextlib
import fcntl
import hashlib
import http.client
import os
import re
import shutil
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from bot.operate.gguf import MAGIC, NotGguf, read_head

Progress = Callable[[int, int], None]
"""Told how many bytes of how many are here; the second is 0 where nobody said."""

_CHUNK = 1024 * 1024
_SILENCE_S = 30.0
_SPARE_BYTES = 64 * 1024 * 1024
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*\.gguf", re.IGNORECASE)
_BROKEN_LINE = (
    urllib.error.URLError,
    http.client.HTTPException,
    ssl.SSLError,
    TimeoutError,
    ConnectionError,
)
_SHA256 = re.compile("[0-9a-f]{64}")


class PullError(Exception):
    """What could not be fetched, why, and the mend, in one sentence."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file somewhere: what to call it, where it lies and what is known of it."""

    name: str
    address: str
    bytes: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Pulled:
    file: Path
    sha256: str
    was_there: bool


def pull(wanted: str, folder: Path, *, sha256: str = "", progress: Progress) -> Pulled:
    """`wanted` is `owner/repository/file.gguf` on a hub, or an http(s) address of a file."""
    if sha256 and not _SHA256.fullmatch(sha256.lower()):
        raise PullError("--sha256 takes the 64 hexadecimal digits that the model's page shows")
    source = _find(wanted)
    if sha256 and source.sha256 and source.sha256 != sha256.lower():
        raise PullError(f"{source.name}: the hub says sha256 {source.sha256}, which is another one")
    expected = sha256.lower() or source.sha256
    file = folder / source.name
    part = folder / f"{source.name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if file.exists():
            return _already_there(file, expected)
        with part.open("ab+") as stream:
            _only_we(stream, source.name)
            found = _fetch(source, stream, part, progress)
            if expected and found != expected:
                _discard(part)
                raise PullError(
                    f"{source.name}: its sha256 is {found} and {expected} was expected; "
                    "it was thrown away, fetch it from a source that you trust"
                )
            stream.flush()
            os.fsync(stream.fileno())
            read_head(part)
            part.rename(file)
            _discard(part)
    except NotGguf as exc:
        _discard(part)
        raise PullError(
            f"{source.name}: what came is no GGUF model: {exc}; none was kept"
        ) from None
    except _BROKEN_LINE as exc:
        raise PullError(f"{source.name}: {_why(exc)}") from None
    except OSError as exc:
        raise PullError(f"{file}: cannot be written ({exc.strerror}); mend that") from None
    return Pulled(file, found, was_there=False)


def _find(wanted: str) -> Source:
    if "://" not in wanted:
        return _find_on_hub(wanted)
    try:
        parts = urlsplit(wanted)
        host = parts.hostname
    except ValueError:
        raise PullError("this is no address: a bracket or a port in it is wrong") from None
    if parts.scheme not in ("http", "https") or not host:
        raise PullError(f"{parts.scheme}: is no way to fetch a model; only http and https are")
    name = unquote(parts.path.rpartition("/")[2])
    if not _FILE_NAME.fullmatch(name):
        raise PullError("the address does not end with the name of a .gguf file; give the file's")
    return Source(name, wanted)


def _find_on_hub(wanted: str) -> Source:
    owner, _, rest = wanted.partition("/")
    repository, _, path = rest.partition("/")
    name = path.rpartition("/")[2]
    if not (owner and repository and _FILE_NAME.fullmatch(name)):
        raise PullError(
            f"{wanted!r} names no file; write OWNER/REPOSITORY/FILE.gguf or an http(s) address"
        )
    try:
        # Imported here: only this command needs a hub, and most hosts never call it.
        import huggingface_hub as hub  # noqa: PLC0415 - see above
        from huggingface_hub import constants  # noqa: PLC0415 - too
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError  # noqa: PLC0415 - too
    except ImportError:
        raise PullError(
            "the package huggingface_hub is not installed; install it, or give an http(s) address"
        ) from None
    # SAFETY P5: it would tell what else is installed, and ask more than where the file lies.
    constants.HF_HUB_DISABLE_TELEMETRY = True
    try:
        address = hub.hf_hub_url(f"{owner}/{repository}", path)
        told = hub.get_hf_file_metadata(address, timeout=_SILENCE_S)
    except HfHubHTTPError as exc:
        raise PullError(
            f"{wanted}: the hub answered {exc.response.status_code}; see that the name is right, "
            "and for a model behind a licence that HF_TOKEN is set"
        ) from None
    except HFValidationError:
        raise PullError(f"{wanted!r} is no name that a hub can have") from None
    except Exception as exc:  # noqa: BLE001 - the hub's own client raises many kinds
        raise PullError(f"{wanted}: the hub does not answer ({type(exc).__name__})") from None
    etag = (told.etag or "").lower()
    return Source(name, told.location, told.size or 0, etag if _SHA256.fullmatch(etag) else "")


def _already_there(file: Path, expected: str) -> Pulled:
    with file.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if expected and found != expected:
        raise PullError(f"{file} is there with another sha256 ({found}); move it away first")
    return Pulled(file, found, was_there=True)


def _only_we(stream: BinaryIO, name: str) -> None:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise PullError(f"{name} is being fetched already; wait for that to end") from None


def _mark(part: Path) -> Path:
    """Keeps what the far side called its version: a rest is asked for only of that one."""
    return part.with_suffix(".part-of")


def _discard(part: Path) -> None:
    part.unlink(missing_ok=True)
    _mark(part).unlink(missing_ok=True)


def _fetch(source: Source, stream: BinaryIO, part: Path, progress: Progress) -> str:
    """Fills `stream` to the end and returns its sha256. What is here stays when the line breaks."""
    mark = _mark(part)
    have = stream.seek(0, os.SEEK_END)
    version = mark.read_text("latin-1") if mark.exists() else ""
    with _opened(source, have if version else 0, version) as answer:
        begin, total = _extent(answer, source, have)
        stream.truncate(begin)
        stream.seek(0)
        digest = hashlib.sha256()
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
        mark.write_text(_version(answer), "latin-1")
        free = shutil.disk_usage(mark.parent).free
        if total - begin + _SPARE_BYTES > free:
            raise PullError(
                f"{source.name}: {(total - begin) / 1e9:.1f} GB are to come and "
                f"{free / 1e9:.1f} GB are free; make room or set engine.models elsewhere"
            )
        have = begin
        while chunk := answer.read(_CHUNK if have else len(MAGIC)):
            if have == 0 and chunk != MAGIC:
                raise NotGguf("it does not begin with the word GGUF")
            stream.write(chunk)
            digest.update(chunk)
            have += len(chunk)
            progress(have, total)
    stream.flush()
    if have < total or have < len(MAGIC):
        raise PullError(
            f"{source.name}: the line broke at {have} of {total or 'unknown'} bytes; "
            "the same command goes on from there"
        )
    return digest.hexdigest()


@contextlib.contextmanager
def _opened(source: Source, have: int, version: str) -> Iterator[http.client.HTTPResponse]:
    # Only these handlers: a redirect to file: or ftp: finds nobody who would follow it.
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    request = urllib.request.Request(source.address, headers={"User-Agent": "parlour"})  # noqa: S310 - the handlers above are all there are
    if have:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", version)
    try:
        answer = opener.open(request, timeout=_SILENCE_S)
    except urllib.error.HTTPError as exc:
        exc.close()
        if exc.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            # Nothing is left to come, or it is another file now: the whole is asked for again.
            with _opened(source, 0, "") as whole:
                yield whole
            return
        raise
    assert isinstance(answer, http.client.HTTPResponse)
    with answer:
        if source.address.startswith("https:") and not (answer.url or "").startswith("https:"):
            raise PullError(f"{source.name}: its address leads from https to http; it was left")
        yield answer


def _extent(answer: http.client.HTTPResponse, source: Source, have: int) -> tuple[int, int]:
    """Where this answer begins in the file, and how long the file is (0: nobody said)."""
    length = answer.length or 0
    begin = 0
    if answer.status == http.client.PARTIAL_CONTENT:
        told = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", ""))
        if told is None or int(told[1]) != have:
            raise PullError(f"{source.name}: the far side sends a piece that was not asked for")
        begin = have
    total = begin + length if length else 0
    if source.bytes and total and total != source.bytes:
        raise PullError(
            f"{source.name}: it is {total} bytes long where the hub says {source.bytes}"
        )
    return begin, total or source.bytes


def _version(answer: http.client.HTTPResponse) -> str:
    """A weak tag does not promise the same bytes, so it is no ground to go on from."""
    etag = answer.headers.get("ETag", "")
    strong = "" if etag.startswith("W/") else etag
    return strong or answer.headers.get("Last-Modified", "")


def _why(exc: Exception) -> str:
    if isinstance(exc, urllib.error.HTTPError):
        if "infinite loop" in str(exc):
            return "its address leads in a circle; give the file's own"
        return f"the far side answered {exc.code}; see that the address is right"
    if isinstance(exc, urllib.error.URLError) and isinstance(exc.reason, str):
        return f"it cannot be fetched: {exc.reason}"
    if isinstance(exc, TimeoutError) or isinstance(getattr(exc, "reason", None), TimeoutError):
        return "the far side went silent; the same command goes on from there"
    return f"the line broke ({type(exc).__name__}); the same command goes on from there"
