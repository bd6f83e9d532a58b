"""The data folder: who owns it, the house's wrapped key, the ledger. Knows no SQL.

lock          held by the process that owns the folder, with its number inside
house.key     the house's key, wrapped by the master key
house.db      the house
vaults/ID.db  one for each person
ledger.jsonl  what a restore must not undo; no backup holds it
"""

import fcntl
import json
import os
from pathlib import Path

from bot.store.keys import FileKey, MasterKey, WrongKey, new_file_key, sync_folder, write_new
from bot.store.rows import InUse, StoreError

HOUSE_KEY_ABOUT = "house"


class Folder:
    """Owned from `take` until `release`, or until the process ends in whatever way."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self.house = path / "house.db"
        self.house_key = path / "house.key"
        self.vaults = path / "vaults"
        self.ledger = path / "ledger.jsonl"
        self._unconfirmed = path / "house.key.new"
        self._handle = handle

    @classmethod
    def take(cls, path: Path) -> "Folder":
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            (path / "vaults").mkdir(mode=0o700, exist_ok=True)
            handle = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as exc:
            raise StoreError(
                f"the data folder {path} cannot be written ({exc.strerror}): "
                f"make it a folder that this user owns, or name another"
            ) from exc
        try:
            _own(path, handle)
        except BaseException:
            os.close(handle)
            raise
        return cls(path, handle)

    def release(self) -> None:
        # The file stays: taking its name away would let two processes lock two files.
        os.close(self._handle)

    def vault(self, vault_id: str) -> Path:
        return self.vaults / f"{vault_id}.db"

    def open_house_key(self, master: MasterKey) -> FileKey | None:
        """None in a new folder. Refuses what looks like a part of a store; overwrites nothing."""
        if self.house_key.exists():
            return self._unwrap(self.house_key, master)
        in_first_start = self._unconfirmed.exists() or not self.house.exists()
        if in_first_start and not any(self.vaults.iterdir()):
            return None
        raise StoreError(
            f"{self.house_key} is missing, and without it nothing in {self.path} can be opened: "
            f"put the copy of a backup back; nothing was changed"
        )

    def first_house_key(self, master: MasterKey) -> FileKey:
        """Written under another name until the house is whole: a crash begins again from here."""
        if self._unconfirmed.exists():
            return self._unwrap(self._unconfirmed, master)
        key = new_file_key()
        box = master.wrap(key, HOUSE_KEY_ABOUT).hex().encode() + b"\n"
        try:
            write_new(self._unconfirmed, box)
        except OSError as exc:
            raise _unwritable(self._unconfirmed, exc) from exc
        return key

    def confirm_house_key(self) -> None:
        """The house is whole."""
        if not self._unconfirmed.exists():
            return
        try:
            self._unconfirmed.rename(self.house_key)
            sync_folder(self.path)
        except OSError as exc:
            raise _unwritable(self.house_key, exc) from exc

    def _unwrap(self, file: Path, master: MasterKey) -> FileKey:
        try:
            box = bytes.fromhex(file.read_text("ascii"))
        except (OSError, ValueError) as exc:
            raise StoreError(
                f"{file} cannot be read or is damaged: put the copy of a backup back"
            ) from exc
        try:
            return master.unwrap(box, HOUSE_KEY_ABOUT)
        except WrongKey as exc:
            raise StoreError(
                f"the master key does not open {file}: give the key that was in use when "
                f"{self.path} was made; nothing was changed"
            ) from exc

    def note_erased(self, vault_id: str, now: float) -> None:
        line = json.dumps({"erased": vault_id, "at": now}) + "\n"
        handle = os.open(self.ledger, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a+b") as ledger:
            # A crash may have left half a line, which must not swallow this one.
            if ledger.seek(0, os.SEEK_END) and os.pread(handle, 1, ledger.tell() - 1) != b"\n":
                ledger.write(b"\n")
            ledger.write(line.encode())
            ledger.flush()
            os.fsync(handle)
        sync_folder(self.path)

    def erased(self) -> tuple[str, ...]:
        """Half a line was never acknowledged: that erasing had not begun."""
        if not self.ledger.exists():
            return ()
        lines = self.ledger.read_text("utf-8", "replace").splitlines()
        return tuple(found for line in lines if (found := _erased_in(line)) is not None)

    def remove_vault(self, vault_id: str) -> None:
        file = self.vault(vault_id)
        for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
            file.with_name(name).unlink(missing_ok=True)
        sync_folder(self.vaults)


def _own(path: Path, handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        owner = os.pread(handle, 20, 0).decode("ascii", "replace").strip() or "unknown"
        raise InUse(
            f"the data folder {path} is in use by process {owner}: stop that one first, "
            f"or name another folder"
        ) from exc
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    except OSError as exc:
        raise _unwritable(path / "lock", exc) from exc


def _unwritable(file: Path, exc: OSError) -> StoreError:
    return StoreError(
        f"{file} cannot be written ({exc.strerror}): look at the disk's space and the folder's owner"
    )


def _erased_in(line: str) -> str | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    found = entry.get("erased") if isinstance(entry, dict) else None
    return found if isinstance(found, str) else None
