"""What of a community's words and patterns a text holds, in every normalised view of it.

One automaton and one RE2 set for all of its rules. Rules are numbers here; other kinds of rules
have files of their own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from bot.policy.community.checks import Check, Patterns, Words
from bot.policy.community.patterns import Patterns as Found
from bot.policy.community.patterns import one
from bot.policy.community.wording import Listed, Span, Wording, inside
from bot.policy.matching import LONGEST, views


@dataclass(frozen=True, slots=True)
class Find:
    """What one rule found in one view, for `rules test` and for masks; kept nowhere."""

    view: str
    span: Span
    pattern: str = ""

    @property
    def words(self) -> str:
        start, end = self.span
        return self.view[start:end]


class Finder:
    __slots__ = ("_patterns", "_patterns_of", "_raw", "_set", "_wording")

    def __init__(self, checks: Iterable[tuple[int, Check]]) -> None:
        listed: list[Listed] = []
        self._patterns: list[str] = []
        self._patterns_of: list[int] = []
        for rule, check in checks:
            match check:
                case Words(words, harmless):
                    listed += [Listed(phrase, rule) for phrase in words]
                    listed += [Listed(phrase, rule, is_spared=True) for phrase in harmless]
                case Patterns(patterns, harmless):
                    self._patterns += patterns
                    self._patterns_of += [rule] * len(patterns)
                    listed += [Listed(phrase, rule, is_spared=True) for phrase in harmless]
                case _:
                    pass
        self._wording = Wording(listed)
        self._set = Found(self._patterns)
        self._raw = not all(pattern.isascii() for pattern in self._patterns)

    def rules(self, text: str) -> frozenset[int]:
        """Which rules' words or patterns are there."""
        found: set[int] = set()
        for view in self.looked_at(text):
            found |= self._in(view).keys()
        return frozenset(found)

    def finds(self, text: str, rule: int) -> Sequence[Find]:
        """What exactly one rule found, view by view."""
        return [
            Find(view, span, pattern)
            for view in self.looked_at(text)
            for span, pattern in self.spans(view, rule)
        ]

    def spans(self, view: str, rule: int) -> Sequence[tuple[Span, str]]:
        """Where one rule found something in one view, and by which pattern."""
        said, spared = self._said(view)
        harmless = spared.get(rule, ())
        spans = [(span, "") for span in said.get(rule, ())]
        for at in self._set.found(view):
            if self._patterns_of[at] == rule:
                pattern = self._patterns[at]
                spans += [
                    ((hit.start(), hit.end()), pattern) for hit in one(pattern).finditer(view)
                ]
        return [(span, pattern) for span, pattern in spans if not inside(span, harmless)]

    def looked_at(self, text: str) -> tuple[str, ...]:
        seen = views(text)
        # Views have no accents and one alphabet: patterns with other letters see the text, too.
        return (*seen, _as_written(text)) if self._raw and not text.isascii() else seen

    def may_begin(self, text: str) -> bool:
        """Whether a listed phrase could be half said at the end of it."""
        return any(self._wording.may_begin(_on_one_line(view)) for view in views(text))

    @property
    def bytes(self) -> int:
        return self._wording.bytes + self._set.bytes

    # --- Below: one view ------------------------------------------------------------------

    def _in(self, view: str) -> Mapping[int, object]:
        said, spared = self._said(view)
        found: dict[int, object] = {
            rule: spans
            for rule, spans in said.items()
            if rule not in spared or any(not inside(span, spared[rule]) for span in spans)
        }
        for at in self._set.found(view):
            rule = self._patterns_of[at]
            if rule in found:
                continue
            if rule not in spared or self._unspared(self._patterns[at], view, spared[rule]):
                found[rule] = at
        return found

    def _said(self, view: str) -> tuple[dict[int, list[Span]], dict[int, list[Span]]]:
        said: dict[int, list[Span]] = {}
        spared: dict[int, list[Span]] = {}
        for rule, is_spared, span in self._wording.find(_on_one_line(view)):
            (spared if is_spared else said).setdefault(rule, []).append(span)
        return said, spared

    def _unspared(self, pattern: str, view: str, spared: Sequence[Span]) -> bool:
        hits = one(pattern).finditer(view)
        return any(not inside((hit.start(), hit.end()), spared) for hit in hits)


def _on_one_line(view: str) -> str:
    return view.replace("\n", " ")


def _as_written(text: str) -> str:
    cut = text if len(text) <= LONGEST else text[: LONGEST // 2] + "\n" + text[-LONGEST // 2 :]
    return normalize("NFKC", cut).encode("utf-8", "ignore").decode()
