"""Whose community is next where a machine is full: each has a part by its weight, in tokens.

A community's account is what was computed for its people, divided by its weight; whose account is
lowest comes next. Nobody saves up: who begins to wait has at least as much on their account as
the one who was let in last, so that a community which was alone owes nothing to one that comes,
and nobody can be kept waiting for what was computed while they were away. Pure bookkeeping; it
knows communities by names that mean nothing to it.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

FIRST_GUESS = 128.0
"""Tokens of a request, while none has ended."""
_TRUST = 0.1
"""How far one request moves what is expected of the next."""


@dataclass(frozen=True, slots=True)
class Share:
    of: str = ""
    """A community; empty: of people without one, who are one group."""
    weight: float = 1.0


ONE_GROUP = Share()


def share_of(community: str, weights: Mapping[str, float] | None) -> Share:
    """Without weights no communities are told apart; one that has none of its own has 1."""
    return ONE_GROUP if weights is None else Share(community, weights.get(community, 1.0))


class Sharing(Hashable, Protocol):
    @property
    def share(self) -> Share: ...


Request = TypeVar("Request", bound=Sharing)


@dataclass(slots=True)
class _Open:
    """What was put down for a request before it began, and what it has taken."""

    ahead: float
    took: int = 0


class Shares(Generic[Request]):
    def __init__(self) -> None:
        self._accounts: dict[str, float] = {}
        self._open: dict[Request, _Open] = {}
        self._let_in_at = 0.0
        """The account of the one who was let in last, before it was."""
        self._expected = FIRST_GUESS

    def line_up(self, share: Share) -> None:
        """Somebody of a community waits of which nobody did."""
        self._accounts[share.of] = max(self._account(share.of), self._let_in_at)

    def ordered(self, waiting: Iterable[Request]) -> list[Request]:
        """Given first come first; each counted as though those before it had been let in."""
        before: Counter[str] = Counter()
        keyed = []
        for at, one in enumerate(waiting):
            nth = before[one.share.of]
            before[one.share.of] += 1
            due = self._account(one.share.of) + nth * self._expected / one.share.weight
            keyed.append((due, at, one))
        keyed.sort(key=lambda known: known[:2])
        return [one for _, _, one in keyed]

    def begin(self, one: Request) -> None:
        # Put down at once, or all free places would go to whoever is lowest.
        self._let_in_at = max(self._let_in_at, self._account(one.share.of))
        self._open[one] = _Open(self._expected)
        self._put_down(one.share, self._expected)

    def took(self, one: Request, tokens: int) -> None:
        """Of what was let in, and of nothing else: what nobody waits for is nobody's."""
        if known := self._open.get(one):
            known.took += tokens
            self._put_down(one.share, tokens - min(known.ahead, tokens))
            known.ahead -= min(known.ahead, tokens)

    def end(self, one: Request) -> None:
        if known := self._open.pop(one, None):
            self._put_down(one.share, -known.ahead)
            self._expected += _TRUST * (known.took - self._expected)
            self._expected = max(1.0, self._expected)

    def close(self) -> None:
        """Nobody is there: whoever comes next begins anew."""
        self._accounts.clear()
        self._let_in_at = 0.0

    def _account(self, of: str) -> float:
        return self._accounts.get(of, self._let_in_at)

    def _put_down(self, share: Share, tokens: float) -> None:
        self._accounts[share.of] = self._account(share.of) + tokens / share.weight
