"""Canonical JSON and signatures, by the specification's examples and a second implementation."""

import json
from typing import Any

import pytest
import vodozemac
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.trust.canonical import (
    NotCanonical,
    add_signature,
    canonical,
    from_base64,
    is_signed,
    to_base64,
)
from tests.matrix import signing

EXAMPLES = [
    ("{}", "{}"),
    ('{"one": 1, "two": "Two"}', '{"one":1,"two":"Two"}'),
    ('{"b": "2", "a": "1"}', '{"a":"1","b":"2"}'),
    ('{"b":"2","a":"1"}', '{"a":"1","b":"2"}'),
    ('{"a": "日本語"}', '{"a":"日本語"}'),
    ('{"本": 2, "日": 1}', '{"日":1,"本":2}'),
    ('{"a": "\\u65E5"}', '{"a":"日"}'),
    ('{"a": null}', '{"a":null}'),
    ('{"a": -0, "b": 1e10}', '{"a":0,"b":10000000000}'),
    # The rest follows from the grammar.
    ('{"a": -0.0}', '{"a":0}'),
    ('{"a": [true, false, [], {}]}', '{"a":[true,false,[],{}]}'),
    ('{"a": "\\u0000\\b\\t\\n\\f\\r\\"\\\\\\/\\u001f\\u007f"}',
     '{"a":"\\u0000\\b\\t\\n\\f\\r\\"\\\\/\\u001f\x7f"}'),
    # By code points: what lies beyond the first plane comes after U+FFFD, where UTF-16 has it before.
    ('{"\\ud83d\\ude00": 1, "\\ufffd": 2}', '{"\ufffd":2,"😀":1}'),
    (f'{{"a": {2**53 - 1}, "b": {1 - 2**53}}}', f'{{"a":{2**53 - 1},"b":{1 - 2**53}}}'),
]  # fmt: skip


@pytest.mark.parametrize(("read", "written"), EXAMPLES)
def test_the_examples_of_the_specification(read: str, written: str) -> None:
    assert canonical(json.loads(read)) == written.encode()


DEEP: list[Any] = []
for _ in range(60):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "value",
    [1.5, float("nan"), float("inf"), 2**53, -(2**53), 1e300, {1: 2}, {"a": {None: 1}}, DEEP,
     {"a": b"raw"}, {"a": (1, 2)}, {"a": {1}}, "\ud800", {"\udfff": 1}],
    ids=lambda value: str(value)[:20].encode("ascii", "replace").decode(),
)  # fmt: skip
def test_what_has_no_one_form_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


values = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_whatever_is_written_reads_the_same_again(value: Any) -> None:
    assert json.loads(canonical(value)) == value


def test_signatures_are_those_that_others_make_and_look_at() -> None:
    private = Ed25519PrivateKey.generate()
    public = signing.public_part(private)
    plain = {"b": 1, "a": "日", "unsigned": {"age": 1}}
    ours = add_signature(plain, "@a:x", "K", lambda words: to_base64(private.sign(words)))
    theirs = dict(plain)
    signing.sign(theirs, "@a:x", "K", private)
    assert ours == theirs
    assert "signatures" not in plain, "a copy was signed"
    assert is_signed(theirs, "@a:x", "K", public)
    signature = vodozemac.Ed25519Signature.from_base64(ours["signatures"]["@a:x"]["ed25519:K"])
    vodozemac.Ed25519PublicKey.from_base64(public).verify_signature(
        b'{"a":"\xe6\x97\xa5","b":1}', signature
    )
    twice = add_signature(ours, "@b:x", "K", lambda words: to_base64(private.sign(words)))
    assert set(twice["signatures"]) == {"@a:x", "@b:x"} and is_signed(twice, "@a:x", "K", public)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"a": 2},
        {"signatures": None},
        {"signatures": {"@a:x": "K"}},
        {"signatures": {"@a:x": {"ed25519:K": 7}}},
        {"signatures": {"@a:x": {"ed25519:K": "?"}}},
        {"signatures": {"@a:x": {"ed25519:K": "AAAA"}}},
        {"signatures": {"@a:x": {"ed25519:K": "A" * 100_000}}},
        {"signatures": {"@a:x": {"ed25519:K": "日"}}},
        {"more": 0.5},
    ],
)
def test_what_is_no_signature_is_none(spoilt: dict[str, Any]) -> None:
    private = Ed25519PrivateKey.generate()
    thing = add_signature({"a": 1}, "@a:x", "K", lambda words: to_base64(private.sign(words)))
    public = signing.public_part(private)
    assert is_signed(thing, "@a:x", "K", public)
    assert not is_signed(thing | spoilt, "@a:x", "K", public)
    for other in ("", "?", "AAAA", signing.public_part(Ed25519PrivateKey.generate())):
        assert not is_signed(thing, "@a:x", "K", other)


def test_base64_is_written_bare_and_read_either_way() -> None:
    assert to_base64(b"a") == "YQ"
    assert from_base64("YQ") == from_base64("YQ==") == b"a"
    for text in ("Y", "Y Q", "Y-_Q", "日", "Y=Q"):
        with pytest.raises(ValueError, match=r"base64|ASCII"):
            from_base64(text)
