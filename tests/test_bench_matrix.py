"""What the bench of Matrix takes for clear text."""

from typing import Any

import pytest

from bench.matrix import is_clear

SEALED = {"algorithm": "a", "ciphertext": "c", "sender_key": "k", "session_id": "s"}
EDIT = {"m.relates_to": {"rel_type": "m.replace", "event_id": "$one"}}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("m.room.encrypted", SEALED),
        ("m.room.encrypted", SEALED | EDIT),
        ("m.room.encrypted", {}),
        ("m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$", "key": "+"}}),
        ("m.room.redaction", {"redacts": "$one"}),
    ],
)
def test_what_holds_ids_and_ciphertext_only_is_not_clear(
    kind: str, content: dict[str, Any]
) -> None:
    assert not is_clear(kind, content)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("m.room.message", {"msgtype": "m.text", "body": "Good evening"}),
        ("m.room.encrypted", SEALED | {"body": "Good evening"}),
        ("m.room.encrypted", SEALED | {"m.relates_to": {"body": "Good evening"}}),
        ("m.reaction", {"m.relates_to": {}, "body": "Good evening"}),
        ("m.reaction", {"body": "Good evening"}),
        ("m.room.redaction", {"redacts": "$one", "reason": "Good evening"}),
    ],
)
def test_whatever_else_stands_there_is_clear(kind: str, content: dict[str, Any]) -> None:
    assert is_clear(kind, content)
