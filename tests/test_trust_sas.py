"""Pictures, numbers and proofs, computed a second time from the specification's own formulas."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.trust.canonical import to_base64
from bot.platforms.matrix.trust.pictures import PICTURES
from bot.platforms.matrix.trust.sas import (
    Side,
    agree,
    commitment,
    decimals,
    is_proof,
    make_secret,
    picture_numbers,
    proofs,
    public_part,
    shown,
)

# A key pair, the other side's public key and the shared secret of RFC 7748, 6.1.
ADAS_PUBLIC = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
BOTS_SECRET = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"
BOTS_PUBLIC = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
SHARED = bytes.fromhex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")
PUBLISHED = "74e10cc6eb5e71633456e5872335a4250c2befbb7396660908ac43341379532d"
ADA, BOT = Side("@ada:x", "ADA"), Side("@bot:x", "BOT")


def b64(hexadecimal: str) -> str:
    return to_base64(bytes.fromhex(hexadecimal))


def hkdf(shared: bytes, info: str, length: int) -> bytes:
    """RFC 5869 in three lines, without a salt, for up to 32 bytes."""
    key = hmac.digest(bytes(32), shared, "sha256")
    return hmac.digest(key, info.encode() + b"\x01", "sha256")[:length]


def test_both_sides_agree_as_in_the_rfc() -> None:
    assert public_part(bytes.fromhex(BOTS_SECRET)) == b64(BOTS_PUBLIC)
    assert agree(bytes.fromhex(BOTS_SECRET), b64(ADAS_PUBLIC)) == SHARED


def test_no_two_secrets_are_alike() -> None:
    assert len({make_secret() for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "theirs", ["", "?", "AAAA", b64("00" * 32), b64("01" + "00" * 31), b64("ff" * 31), "A" * 9000]
)
def test_a_key_that_gives_a_secret_anybody_knows_is_none(theirs: str) -> None:
    with pytest.raises(ValueError, match=r"base64|32 bytes|shared key"):
        agree(bytes.fromhex(BOTS_SECRET), theirs)


@pytest.mark.parametrize(
    ("raw", "numbers", "threes"),
    [
        ("000000000000", (0, 0, 0, 0, 0, 0, 0), (1000, 1000, 1000)),
        ("ffffffffffff", (63, 63, 63, 63, 63, 63, 63), (9191, 9191, 9191)),
        # Only the first 42 bits, and 39 of the first 40, count.
        ("00000000003f", (0, 0, 0, 0, 0, 0, 0), (1000, 1000, 1000)),
        ("0000000001c0", (0, 0, 0, 0, 0, 0, 7), (1000, 1000, 1000)),
        ("040208400842", (1, 0, 8, 8, 16, 0, 33), (1128, 3081, 1004)),
        ("800000000000", (32, 0, 0, 0, 0, 0, 0), (5096, 1000, 1000)),
        ("000800000000", (0, 0, 32, 0, 0, 0, 0), (1001, 1000, 1000)),
        ("000700000000", (0, 0, 28, 0, 0, 0, 0), (1000, 8168, 1000)),
        ("000000000200", (0, 0, 0, 0, 0, 0, 8), (1000, 1000, 1001)),
    ],
)
def test_known_bytes_give_known_pictures_and_numbers(
    raw: str, numbers: tuple[int, ...], threes: tuple[int, int, int]
) -> None:
    assert picture_numbers(bytes.fromhex(raw)) == numbers
    assert decimals(bytes.fromhex(raw)[:5]) == threes


@given(st.binary(min_size=6, max_size=6))
def test_any_bytes_give_what_the_specification_writes_down(raw: bytes) -> None:
    """Pictures "similar to how one would base64 encode something"; numbers by its formulas."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    letters = base64.b64encode(raw).decode()[:7]
    assert picture_numbers(raw) == tuple(alphabet.index(letter) for letter in letters)
    b0, b1, b2, b3, b4 = raw[:5]
    assert decimals(raw[:5]) == (
        (b0 << 5 | b1 >> 3) + 1000,
        ((b1 & 0x7) << 10 | b2 << 2 | b3 >> 6) + 1000,
        ((b3 & 0x3F) << 7 | b4 >> 1) + 1000,
    )


def test_the_table_is_the_specifications() -> None:
    """By the hash of number, name and code points in lines, taken from the published table."""
    rows = [
        f"{number} {name} {''.join(f'U+{ord(sign):04X}' for sign in picture)}"
        for number, (picture, name) in enumerate(PICTURES)
    ]
    assert hashlib.sha256("\n".join(rows).encode()).hexdigest() == PUBLISHED


def test_what_is_shown_binds_names_keys_and_transaction() -> None:
    seen = shown(SHARED, (ADA, "a-key"), (BOT, "b-key"), "$t")
    info = "MATRIX_KEY_VERIFICATION_SAS|@ada:x|ADA|a-key|@bot:x|BOT|b-key|$t"
    raw = hkdf(SHARED, info, 6)
    assert seen.pictures == tuple(PICTURES[number] for number in picture_numbers(raw))
    assert seen.numbers == decimals(raw[:5])
    others = {
        shown(SHARED, began, accepted, transaction)
        for began, accepted, transaction in (
            ((ADA, "a-key"), (BOT, "b-key"), "$t"),
            ((BOT, "b-key"), (ADA, "a-key"), "$t"),
            ((ADA, "b-key"), (BOT, "a-key"), "$t"),
            ((ADA, "a-key"), (BOT, "b-key"), "$u"),
            ((Side("@ada:y", "ADA"), "a-key"), (BOT, "b-key"), "$t"),
            ((Side("@ada:x", "OTHER"), "a-key"), (BOT, "b-key"), "$t"),
        )
    }
    assert len(others) == 6 and seen in others
    assert len(seen.pictures) == 7 and len(seen.numbers) == 3


def test_proofs_are_those_of_the_specification() -> None:
    keys = {"ed25519:ZZ": "zz", "ed25519:BOT": "bot"}
    of_keys, of_names = proofs(SHARED, keys, BOT, ADA, "$t")
    info = "MATRIX_KEY_VERIFICATION_MAC@bot:xBOT@ada:xADA$t"
    for name, key in keys.items():
        right = hmac.digest(hkdf(SHARED, info + name, 32), key.encode(), "sha256")
        assert of_keys[name] == base64.b64encode(right).decode().rstrip("=")
    names = hmac.digest(hkdf(SHARED, info + "KEY_IDS", 32), b"ed25519:BOT,ed25519:ZZ", "sha256")
    assert of_names == base64.b64encode(names).decode().rstrip("=")
    assert is_proof(of_names + "=", of_names)
    assert not is_proof("日", of_names) and not is_proof("", of_names)


def test_the_commitment_covers_the_key_and_all_of_the_start() -> None:
    start = {"b": [1], "a": "日", "m.relates_to": {"event_id": "$t"}}
    whole = 'KEY{"a":"日","b":[1],"m.relates_to":{"event_id":"$t"}}'
    right = base64.b64encode(hashlib.sha256(whole.encode()).digest()).decode()
    assert commitment("KEY", start) == right.rstrip("=")
