"""Which of several addresses a conversation goes to, and which of them are well. Pure.

Where a conversation was answered last, its prompt is already computed: it stays there as long
as that address is well. Nobody learns the key from where it goes: the choice hangs on a secret
of this process, and nothing of it is sent.
"""

from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b

_KEYS_KEPT = 10_000
_LONGEST_PAUSE_S = 60.0
# An answer with an error may be one request's own fault; three in a row are not.
_MISSES = 3


class Health:
    """Judged by real requests first; a light question only ends a pause, it proves little."""

    def __init__(self, first_pause_s: float) -> None:
        self._first_pause_s = first_pause_s
        self._misses = 0
        self.pause_s = first_pause_s
        """How long to leave it alone before it is asked again."""
        self.aside = False

    def well(self) -> None:
        """It has answered somebody."""
        self._misses = 0
        self.pause_s = self._first_pause_s
        self.aside = False

    def missed(self, *, gone: bool) -> bool:
        """It failed; whether that puts it aside now."""
        self._misses += 1
        if self.aside or not (gone or self._misses >= _MISSES):
            return False
        self.aside = True
        return True

    def still_away(self) -> None:
        self.pause_s = min(_LONGEST_PAUSE_S, self.pause_s * 2)

    def back(self) -> None:
        """It answers light questions. The next pause is longer unless real requests succeed."""
        self.still_away()
        self.aside = False


class Stickiness:
    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._kept: OrderedDict[str, str] = OrderedDict()

    def choose(self, key: str, addresses: Sequence[str]) -> str:
        """One of these; the one of last time if it is among them.

        Otherwise the highest by a keyed hash: when an address goes, only its own conversations
        move.
        """
        kept = self._kept.get(key)
        chosen = kept if kept in addresses else max(addresses, key=lambda a: self._rank(key, a))
        assert chosen is not None
        self._kept[key] = chosen
        self._kept.move_to_end(key)
        if len(self._kept) > _KEYS_KEPT:
            self._kept.popitem(last=False)
        return chosen

    def forget(self, key: str) -> None:
        self._kept.pop(key, None)

    def secret_name(self, key: str) -> str:
        """A name for this key that tells nothing of it, the same until the process ends."""
        return blake2b(key.encode(), key=self._secret, digest_size=16).hexdigest()

    def _rank(self, key: str, address: str) -> bytes:
        return blake2b(f"{address}\0{key}".encode(), key=self._secret, digest_size=8).digest()
