"""How far two runs of tokens are the same. Pure."""

from array import array
from collections.abc import Sequence
from typing import TypeAlias

Tokens: TypeAlias = "array[int]"
"""Token ids, four bytes each."""

_STRIDE = 64


def common(held: Tokens, wanted: Tokens) -> int:
    """The length of their longest common beginning."""
    most = min(len(held), len(wanted))
    at = 0
    # Whole strides are compared by the machine, and only the one that differs token by token.
    while at < most and held[at : at + _STRIDE] == wanted[at : at + _STRIDE]:
        at += _STRIDE
    return next((i for i in range(at, most) if held[i] != wanted[i]), most)


def tokens(ids: Sequence[int] = ()) -> Tokens:
    return array("i", ids)
