"""A prompt's parts -> token ids, such that a conversation that grows keeps its beginning.

Each piece of the template and each part is turned into tokens by itself. Only the template's
pieces may become control tokens. A reply that comes back gets the ids that were sampled for it.
"""

import re
from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Protocol

from bot.engine.base import Part, Speaker, is_raw
from bot.engine.template import ChatTemplate, Layout

_KEYS_KEPT = 4096


class Vocabulary(Protocol):
    @property
    def bos(self) -> int | None: ...

    def tokenize(self, text: str, *, special: bool) -> list[int]: ...

    def control_tokens(self) -> frozenset[int]: ...

    def user_defined(self, token: int) -> bool: ...

    def spelled(self, token: int) -> str: ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What was sampled, and where a token ended together with a character."""

    text: str
    ids: Sequence[int]
    marks: Sequence[tuple[int, int]]
    """(tokens, characters), growing."""


class Replies:
    """The ids of replies by key, bounded: what falls out is only computed again."""

    def __init__(self, tokens_per_key: int) -> None:
        self._tokens_per_key = tokens_per_key
        self._kept: OrderedDict[str, list[Reply]] = OrderedDict()

    def keep(self, key: str, reply: Reply) -> None:
        replies = self._kept.setdefault(key, [])
        self._kept.move_to_end(key)
        replies.append(Reply(reply.text, array("i", reply.ids), tuple(reply.marks)))
        while sum(len(kept.ids) for kept in replies) > self._tokens_per_key:
            del replies[0]
        if len(self._kept) > _KEYS_KEPT:
            self._kept.popitem(last=False)

    def forget(self, key: str) -> None:
        self._kept.pop(key, None)

    def begin(self, key: str, text: str) -> tuple[list[int], int]:
        """Ids for the longest beginning of this text that is known, and how long that is.

        A reply that was cut short comes back as the beginning of what was sampled.
        """
        best: tuple[list[int], int] = ([], 0)
        if not text:
            return best
        for reply in reversed(self._kept.get(key, ())):
            if reply.text.startswith(text):
                count, length = max(mark for mark in reply.marks if mark[1] <= len(text))
                if length > best[1]:
                    best = (list(reply.ids[:count]), length)
        return best


class PromptTokens:
    def __init__(self, vocabulary: Vocabulary, template: ChatTemplate, replies: Replies) -> None:
        self._vocabulary = vocabulary
        self._template = template
        self._replies = replies
        # A template has a handful of pieces, which come again in every turn.
        self._piece: Callable[[str], tuple[int, ...]] = lru_cache(maxsize=256)(self._piece_tokens)
        self._guarded: frozenset[int] = frozenset()
        self._guard(vocabulary.control_tokens() | self._undeclared_marks(self._template_tokens()))

    def prompt(self, key: str, parts: Sequence[Part]) -> tuple[list[int], int]:
        """The whole prompt, and how much of its beginning is shared by everybody."""
        if is_raw(parts):
            own = {i for p in parts if p.speaker == "template" for i in self._piece(p.text)}
            self._guard(self._undeclared_marks(own))
            return self._write(key, parts, tuple(range(len(parts))))
        return self._write(key, parts, self._template.layout(_speakers(parts)))

    def opening(self, key: str, parts: Sequence[Part]) -> tuple[list[int], int]:
        """What every prompt begins with in which the person goes on from these parts."""
        more = (*parts, Part("user", ""))
        layout = self._template.layout(_speakers(more))
        ids, card = self._write(key, more, layout[: layout.index(len(parts))])
        only_a_card = all(part.shared for part in parts)
        return (ids[:card], card) if only_a_card else (ids, card)

    def _write(self, key: str, parts: Sequence[Part], layout: Layout) -> tuple[list[int], int]:
        ids: list[int] = []
        card, shared = 0, True
        for piece in layout:
            if isinstance(piece, str):
                ids += self._piece(piece)
                continue
            text, speaker = parts[piece].text, parts[piece].speaker
            match speaker:
                case "template":
                    ids += self._piece(text)
                case "assistant":
                    ids += self._reply(key, text)
                case "system" | "user":
                    ids += self.plain(text)
            shared = shared and parts[piece].shared
            card = len(ids) if shared else card
        bos = self._vocabulary.bos
        if bos is None or ids[:1] == [bos]:
            return ids, card
        return [bos, *ids], card + 1 if card else 0

    def plain(self, text: str) -> list[int]:
        """Tokens of words: whatever they spell, none of them is a control token."""
        ids = self._vocabulary.tokenize(text, special=False)
        if self._guarded.isdisjoint(ids):
            return ids
        # The vocabulary found its mark in plain words. Cut in two, it is only letters.
        cuts = [0, *(found.start() + 1 for found in self._marks.finditer(text)), len(text)]
        pieces = [text[begin:end] for begin, end in pairwise(cuts)]
        ids = [i for piece in pieces for i in self._vocabulary.tokenize(piece, special=False)]
        return [token for token in ids if token not in self._guarded]

    def is_append_only(self) -> bool:
        """Whether a turn's tokens, with the reply, begin the tokens of the next turn."""
        talk = [
            Part("system", "A quiet room with a window."),
            Part("user", "Good morning."),
            Part("assistant", "The kettle is on."),
            Part("user", "Is there tea?"),
            Part("assistant", "Always."),
            Part("user", "Then I will stay."),
        ]
        turns = [self.prompt("", talk[:end])[0] for end in (2, 4, 6)]
        return all(
            later[: len(expected)] == expected
            for earlier, later, reply in zip(turns, turns[1:], talk[2::2], strict=False)
            for expected in [earlier + self.plain(reply.text)]
        )

    def _reply(self, key: str, text: str) -> list[int]:
        ids, length = self._replies.begin(key, text)
        return ids + self.plain(text[length:])

    def _piece_tokens(self, piece: str) -> tuple[int, ...]:
        return tuple(self._vocabulary.tokenize(piece, special=True))

    def _guard(self, tokens: frozenset[int]) -> None:
        """From now on none of these comes out of anybody's words."""
        if tokens - self._guarded:
            self._guarded |= tokens
            spelled = sorted(re.escape(self._vocabulary.spelled(i)) for i in self._guarded)
            self._marks = re.compile(f"(?={'|'.join(spelled)})")

    def _template_tokens(self) -> set[int]:
        layout = self._template.layout(("system", "user", "assistant", "user"))
        return {token for piece in layout if isinstance(piece, str) for token in self._piece(piece)}

    def _undeclared_marks(self, used: set[int]) -> frozenset[int]:
        """A template's marks that this vocabulary declares as ordinary, yet finds in any text."""
        return frozenset(
            token
            for token in used
            if self._vocabulary.user_defined(token)
            # Line breaks and the like are declared so too; they are no marks.
            and len(self._vocabulary.spelled(token).strip()) > 2
        )


def _speakers(parts: Sequence[Part]) -> tuple[Speaker, ...]:
    return tuple(part.speaker for part in parts)
