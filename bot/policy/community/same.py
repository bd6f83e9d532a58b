"""Whether somebody says the same again: by a digest, so that no words have to be kept.

It is of a text without case, accents, gaps and repeated letters, and keyed by whoever keeps it.
"""

from hashlib import blake2b

from bot.policy.matching import bare, plain

LETTERS = 16


def digest(text: str, key: bytes = b"") -> str:
    """The same for texts that a person would call the same. `key` is of the process, so that a
    digest says nothing to anybody else."""
    core = bare(text) if len(text) <= 200 else "".join(filter(str.isalnum, plain(text)))
    seen = core or plain(text).strip()
    return blake2b(seen.encode(), digest_size=LETTERS // 2, key=key).hexdigest()
