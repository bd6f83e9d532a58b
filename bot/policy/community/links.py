"""Links and invitations in a text. Knows how addresses are written, and none of them."""

from collections.abc import Iterator, Sequence
from functools import cache

from bot.policy.matching import Found, Pattern, for_now, pattern, plain


def strange_hosts(text: str, allowed: Sequence[str]) -> Iterator[Found]:
    """Every address whose host is none of these, nor lies under one."""
    for hit in _links(text):
        host = (hit.group(1) or hit.group(2) or "").removeprefix("www.").rstrip(".")
        if not any(host == one or host.endswith(f".{one}") for one in allowed):
            yield hit


@for_now
def invites(text: str) -> Sequence[Found]:
    return tuple(_INVITE.finditer(plain(text)))


@for_now
def _links(text: str) -> Sequence[Found]:
    return tuple(_link().finditer(plain(text)))


# A host without a scheme counts where its end is a common one: "see you at 5.Bring cake" is none.
_ENDS = r"(?:com|net|org|info|io|gg|me|tv|xyz|app|dev|co|shop|site|online|link|ly|de|at|ch|fr|es|pt|br|jp|uk|us|eu|ru|cn)"
_HOST = r"[\pL\pN](?:[\pL\pN-]*\.)+\pL{2,24}"


@cache  # It is large, and needed only where a rule looks for links.
def _link() -> Pattern:
    return pattern(
        rf"\b(?:h ?t ?t ?p ?s?|ftp|wss?)\s?:\s?/\s?/\s?(?:[^\s/@]*@)?({_HOST})",
        rf"(?:^|[^\w@.])((?:[\pL\pN][\pL\pN-]*\.)+{_ENDS})(?:$|[/?#:]|[^\w.-]|\.(?:\s|$))",
    )


_INVITE = pattern(
    r"\bdiscord\s?(?:\.\s?gg|(?:app)?\s?\.\s?com\s?/\s?invite|\.\s?me|\.\s?io)\s?/\s?[\w-]+",
    r"\bdsc\.gg/[\w-]+",
    r"\bmatrix\.to/#/",
    r"\b(?:t|telegram)\.me/(?:joinchat/|\+)?[\w-]+",
    r"\bchat\.whatsapp\.com/[\w-]+",
    r"(?:^|\s)[#!][\w.=-]+:[\w-]+\.[\w.-]+",
)
