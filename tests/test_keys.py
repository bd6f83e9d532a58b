"""Keys: made once, read carefully, never shown."""

import stat
from pathlib import Path

import pytest

from bot.store.keys import (
    WrongKey,
    make_master_key,
    master_key_from_text,
    new_file_key,
    read_master_key,
)
from bot.store.rows import StoreError


def test_a_new_master_key_is_read_back_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "master.key"
    made = make_master_key(file)
    assert read_master_key(file).secret == made.secret
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_file_in_the_way_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    file.write_text("something else")
    with pytest.raises(StoreError, match=r"master\.key exists and is not overwritten"):
        make_master_key(file)
    assert file.read_text() == "something else"


def test_a_key_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        make_master_key(in_the_way / "master.key")


def test_a_missing_key_is_named_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"no master key at .*gone\.key.*from your own copy"):
        read_master_key(tmp_path / "gone.key")


def test_a_key_that_others_can_read_is_refused_with_the_command_to_run(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    make_master_key(file)
    file.chmod(0o640)
    with pytest.raises(StoreError, match=f"chmod 600 {file}"):
        read_master_key(file)


@pytest.mark.parametrize("content", ["", "ab", "g" * 64, "a" * 65, "a" * 5000, "\x00\xff" * 32])
def test_garbage_is_no_key_and_is_not_quoted(tmp_path: Path, content: str) -> None:
    file = tmp_path / "master.key"
    file.write_bytes(content.encode("latin-1"))
    file.chmod(0o600)
    with pytest.raises(StoreError, match="not 64 hexadecimal digits") as refusal:
        read_master_key(file)
    assert not content or content not in str(refusal.value).replace(str(file), "")


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        read_master_key(tmp_path)


def test_a_key_from_the_environment_may_end_with_a_newline() -> None:
    assert master_key_from_text("0F" * 32 + "\n").secret == b"\x0f" * 32


def test_a_wrapped_key_opens_only_with_its_master_key_and_under_its_own_name() -> None:
    master, other, key = (
        master_key_from_text("a" * 64),
        master_key_from_text("b" * 64),
        new_file_key(),
    )
    box = master.wrap(key, "vault 1")
    assert key.secret not in box
    assert master.unwrap(box, "vault 1").secret == key.secret
    for wrong_master, wrong_box, wrong_name in (
        (other, box, "vault 1"),
        (master, box, "vault 2"),
        (master, box[:-1], "vault 1"),
        (master, box[:5], "vault 1"),
        (master, b"", "vault 1"),
    ):
        with pytest.raises(WrongKey):
            wrong_master.unwrap(wrong_box, wrong_name)


def test_keys_do_not_show_themselves() -> None:
    for key in (master_key_from_text("ab" * 32), new_file_key()):
        shown = f"{key} {key!r} {[key]}"
        assert key.secret.hex() not in shown
        assert repr(key.secret) not in shown
        assert "hidden" in shown
