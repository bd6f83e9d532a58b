"""Keys: the master key, and the keys it wraps. Knows nothing of what the keys open.

The master key comes from a file or from the environment, never from a database. Every file of
the store has a random key of its own, kept only in wrapped form (AES-256-GCM). What is wrapped
is named as associated data, so that one wrapped key cannot be put in another's place.
"""

import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.store.rows import StoreError

KEY_BYTES = 32
NONCE_BYTES = 12
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class WrongKey(StoreError):
    """This master key did not wrap this."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class FileKey:
    """The raw key of one encrypted file."""

    secret: bytes

    def __repr__(self) -> str:
        return "FileKey(hidden)"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class MasterKey:
    secret: bytes

    def __repr__(self) -> str:
        return "MasterKey(hidden)"

    def wrap(self, key: FileKey, about: str) -> bytes:
        # A nonce drawn at random is safe here: one master key wraps thousands, not billions.
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.secret).encrypt(nonce, key.secret, about.encode())

    def unwrap(self, box: bytes, about: str) -> FileKey:
        nonce, sealed = box[:NONCE_BYTES], box[NONCE_BYTES:]
        try:
            return FileKey(AESGCM(self.secret).decrypt(nonce, sealed, about.encode()))
        except (InvalidTag, ValueError) as exc:
            raise WrongKey(
                f"the master key does not open {about}: give the key that was in use when it was made"
            ) from exc


def new_file_key() -> FileKey:
    return FileKey(secrets.token_bytes(KEY_BYTES))


def master_key_from_text(text: str, where: str = "the environment") -> MasterKey:
    """A key is written as 64 hexadecimal digits. The error never quotes what was found."""
    digits = text.strip()
    if not re.fullmatch(f"[0-9a-fA-F]{{{2 * KEY_BYTES}}}", digits):
        raise StoreError(
            f"the master key in {where} is not {2 * KEY_BYTES} hexadecimal digits "
            f"({len(digits)} characters were found): put the key back from your own copy"
        )
    return MasterKey(bytes.fromhex(digits))


def read_master_key(file: Path) -> MasterKey:
    try:
        with file.open("rb") as source:
            mode = os.fstat(source.fileno()).st_mode
            # More than a key needs, and never more: the path may name a device or a film.
            content = source.read(1024)
    except FileNotFoundError as exc:
        raise StoreError(
            f"there is no master key at {file}: put it there from your own copy, "
            f"or name the right file in keys.master_key_file"
        ) from exc
    except OSError as exc:
        raise StoreError(
            f"the master key at {file} cannot be read ({exc.strerror}): make it a file which this user owns"
        ) from exc
    if mode & OTHERS:
        raise StoreError(f"the master key at {file} can be read by others: run `chmod 600 {file}`")
    return master_key_from_text(content.decode("ascii", "replace"), str(file))


def make_master_key(file: Path) -> MasterKey:
    """Never in place of a file that is there: whatever it is, it may be a key."""
    key = MasterKey(secrets.token_bytes(KEY_BYTES))
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(file, key.secret.hex().encode() + b"\n")
    except OSError as exc:
        if not file.exists():
            raise StoreError(
                f"a master key cannot be written to {file} ({exc.strerror}): name another place in keys.master_key_file"
            ) from exc
        raise StoreError(
            f"{file} exists and is not overwritten: it may be the key to people's vaults"
        ) from exc
    return key


def write_new(file: Path, content: bytes) -> None:
    """All of it, on the disk, readable by its owner only; or no file at all."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        sync_folder(file.parent)
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """A new name is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
