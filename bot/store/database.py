"""One encrypted file: opened, asked, closed. Knows nothing of what stands in it.

Every file has a thread of its own (aiosqlite). A transaction is one function that runs on that
thread from BEGIN to COMMIT, so two can never mix, and a task that is cancelled while it waits
cannot leave a half: what it asked for is done whole, or not at all.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, Literal, ParamSpec, TypeVar

import aiosqlite
import sqlcipher3

from bot.store.keys import FileKey
from bot.store.migrations import Step, migrate, version_of
from bot.store.rows import Gone, StoreError

P = ParamSpec("P")
T = TypeVar("T")

Durable = Literal["process", "power"]
"""What a commit outlives. "process": a `kill -9` loses nothing (the write-ahead log is with the
operating system), a power cut may lose the last commits, since the log last went to the disk, but
never tears the file. "power": the log goes to the disk with every commit, and nothing is lost."""

SYNCHRONOUS = {"process": "NORMAL", "power": "FULL"}
PAGES_KB = 2000
"""At most so much of a file is held in memory while it is open. The library as it is built would
hold four times that of every vault, and of 256 two gigabytes; recall among 10,000 turns then reads
sixteen pages more, which nobody feels."""
STEPS = 1000
"""Of SQLite, between two looks whether to stop: less than a millisecond."""


class Database:
    def __init__(self, file: Path, line: aiosqlite.Connection) -> None:
        self.file = file
        self._line = line
        self._closed = False

    @classmethod
    async def open(
        cls, file: Path, key: FileKey, steps: tuple[Step, ...], *, durable: Durable
    ) -> "Database":
        """The file must be there and must be whole."""

        def connector() -> sqlite3.Connection:
            return _connect(file, key, steps, durable, new=False)

        return cls(file, await _line(connector))

    @classmethod
    async def make(
        cls, file: Path, key: FileKey, steps: tuple[Step, ...], *, durable: Durable
    ) -> "Database":
        """A new file; one that is there is taken only when it is empty or never got its tables."""

        def connector() -> sqlite3.Connection:
            return _connect(file, key, steps, durable, new=True)

        return cls(file, await _line(connector))

    async def write(
        self,
        work: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """`work` in one transaction: all of it stays, or nothing."""
        return await self.read(lambda db: in_transaction(db, lambda: work(db, *args, **kwargs)))

    async def write_lightly(
        self,
        work: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """As `write`, without waiting for the disk: what a power cut may take."""

        def lightly(db: sqlite3.Connection) -> T:
            before = db.execute("PRAGMA synchronous").fetchone()[0]
            db.execute("PRAGMA synchronous = NORMAL")
            try:
                return in_transaction(db, lambda: work(db, *args, **kwargs))
            finally:
                db.execute(f"PRAGMA synchronous = {int(before)}")

        return await self.read(lightly)

    async def read(
        self,
        work: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """`work` on the file's thread. It sees one state: nothing else runs there meanwhile."""

        # A closure without arguments: aiosqlite writes what it calls into its debug log, and
        # arguments are people's words.
        def job() -> T:
            try:
                return work(self._line._conn, *args, **kwargs)  # noqa: SLF001 - as below
            except (sqlcipher3.Error, OSError) as exc:
                raise translated(exc, self.file) from exc

        if self._closed:
            raise Gone(f"{self.file} was closed meanwhile")
        # aiosqlite has no public way to run one function on its thread, and several calls with
        # awaits between them are what lets transactions mix and cancellation cut them.
        result: T = await self._line._execute(job)  # type: ignore[no-untyped-call]  # noqa: SLF001 - the type: aiosqlite leaves it out
        return result

    async def rewrite(self, stop: Callable[[], bool]) -> bool:
        """The whole file anew, so that no old byte is left in it; False where it was to stop before
        its end. Then the file is as it was. The last part, most of the time, cannot be stopped."""

        def rewritten(db: sqlite3.Connection) -> bool:
            if stop():
                return False
            db.set_progress_handler(stop, STEPS)
            try:
                rewrite(db)
            except sqlcipher3.OperationalError as exc:
                if exc.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                    raise
                return False
            finally:
                db.set_progress_handler(None, 0)
            return True

        return await self.read(rewritten)

    def close_soon(self) -> asyncio.Future[None]:
        """Closes behind what is queued already. The future must be awaited before the loop ends."""
        self._closed = True
        future = self._line.stop()
        assert future is not None, "there is a running loop, so there is a future"
        return future

    async def close(self) -> None:
        if not self._closed:
            # Shielded: a thread whose loop is gone has nobody to tell that it is done.
            await asyncio.shield(self.close_soon())


async def _line(connector: Callable[[], sqlite3.Connection]) -> aiosqlite.Connection:
    line = aiosqlite.Connection(connector, iter_chunk_size=64)
    try:
        return await line
    except BaseException:
        # The thread is ending, and aiosqlite offers nothing to wait for. If the loop ended first
        # (a refusal at the start), the thread would die with a traceback on people's screens.
        line._thread.join()  # noqa: SLF001 - as said; some milliseconds at most
        raise


def in_transaction(db: sqlite3.Connection, work: Callable[[], T]) -> T:
    db.execute("BEGIN IMMEDIATE")
    try:
        result = work()
        db.execute("COMMIT")
    except BaseException:
        # A full disk makes SQLite roll back by itself.
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return result


def sound(text: str) -> str:
    """Half a surrogate pair cannot be written to any file; it becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def empty_log(db: sqlite3.Connection) -> None:
    """Takes what was deleted out of the write-ahead log too."""
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def rewrite(db: sqlite3.Connection) -> None:
    """The whole file anew, so that what was deleted is in no page of it: pages that SQLite has
    balanced keep old bytes in their free middle, also with `secure_delete`."""
    db.execute("VACUUM")
    empty_log(db)


def _connect(
    file: Path, key: FileKey, steps: tuple[Step, ...], durable: Durable, *, new: bool
) -> sqlite3.Connection:
    # SQLite would make a missing or an empty file into a new database, and words would be lost
    # without a sound.
    if not new and (not file.is_file() or file.stat().st_size == 0):
        raise StoreError(f"{file} is missing or empty: put the copy of a backup back")
    db: sqlite3.Connection | None = None
    try:
        if new:
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        db = sqlcipher3.connect(str(file), isolation_level=None)
        _prepare(db, file, key, durable, new=new)
        migrate(db, steps, file)
        if new:
            # From here on the file itself is whole, also without its log.
            empty_log(db)
    except BaseException as exc:
        if db is not None:
            db.close()
        if isinstance(exc, sqlcipher3.Error | OSError):
            raise translated(exc, file) from exc
        raise
    return db


def _prepare(
    db: sqlite3.Connection, file: Path, key: FileKey, durable: Durable, *, new: bool
) -> None:
    db.execute(f"PRAGMA key = \"x'{key.secret.hex()}'\"")
    # The first look at the file: a wrong key, a cut file and garbage are all found here.
    db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if not new and version_of(db) == 0:
        raise StoreError(f"{file} holds nothing: put the copy of a backup back")
    mode = db.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode[0] != "wal":
        raise StoreError(f"{file} cannot have a write-ahead log: use a local disk")
    db.execute(f"PRAGMA synchronous = {SYNCHRONOUS[durable]}")
    db.execute(f"PRAGMA cache_size = -{PAGES_KB}")
    db.execute("PRAGMA foreign_keys = ON")
    # What is deleted is overwritten, not only unlinked.
    db.execute("PRAGMA secure_delete = ON")


def translated(exc: Exception, file: Path) -> StoreError:
    """A fault in one sentence. SQLite's own text stays out of it: it may quote what it was given."""
    if isinstance(exc, OSError):
        return StoreError(
            f"{file} cannot be used ({exc.strerror}): look at its folder and its owner"
        )
    code = getattr(exc, "sqlite_errorcode", 0) & 0xFF
    name = getattr(exc, "sqlite_errorname", type(exc).__name__)
    match code:
        case sqlite3.SQLITE_FULL:
            said = "the disk is full: free some space; what was kept before is safe"
        case sqlite3.SQLITE_IOERR:
            said = f"the disk does not take or give what it should ({name}): look at its space and its health"
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            said = "the file is cut or damaged: put the copy of a backup back; it was left as it is"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            said = "the file cannot be written: make its folder writable for this user"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            said = "another program has the file open: close that one"
        case _:
            said = (
                f"the database refused ({name}): this is a fault of the program, please report it"
            )
    return StoreError(f"{file}: {said}")
