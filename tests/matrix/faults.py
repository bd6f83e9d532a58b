"""What the proxy does to a request, and which requests it is done to; values only."""

import json
import re
from dataclasses import dataclass
from typing import Any

_VERSION = re.compile(r"^/_matrix/(?:client|media)/[^/?]+")


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the account."""

    method: str
    path: str
    """From after the version on, ids quoted as they were sent."""
    query: str
    token: str
    body: bytes
    reached: bool
    """Whether Synapse heard of it."""
    status: int | None
    """What the client was answered; None when it was cut off."""

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answered by the proxy; Synapse does not hear of it."""

    status: int
    body: dict[str, Any] | None = None
    """Without it the answer is a page, as web servers before Synapse give it."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection ends without an answer, before or after Synapse did what it was asked."""

    reached: bool


Fault = Refuse | Cut


def path_of(raw: str) -> str:
    return _VERSION.sub("", raw.partition("?")[0])


def fits(route: str, method: str, path: str) -> bool:
    """`PUT /rooms/{}/send/{}/{}` with `{}` for one part of a path each; `*` is every request."""
    if route == "*":
        return True
    wanted, _, shape = route.partition(" ")
    parts = "[^/]+".join(map(re.escape, shape.split("{}")))
    return wanted == method and re.fullmatch(parts, path) is not None
