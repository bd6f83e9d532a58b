"""The bytes of sampled tokens -> text that may be shown, token by token. Pure.

A token may hold a part of a character: nothing is shown before the character is whole.
A stop string may be spread over tokens: what could be its beginning is held until that is known.
"""

import codecs


class Spelling:
    def __init__(self, stop: tuple[str, ...]) -> None:
        self._stop = tuple(s for s in stop if s)
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._tokens = 0
        self._shown = 0
        self.text = ""
        """Everything spelled so far, held text and stop string included."""
        self.marks: list[tuple[int, int]] = [(0, 0)]
        """(tokens, characters) wherever a token ended together with a character."""
        self.stopped = False

    def feed(self, piece: bytes) -> str:
        """One token's bytes; the text that can be shown now."""
        searched_from = max(0, len(self.text) - max(map(len, self._stop), default=0) + 1)
        self.text += self._decoder.decode(piece)
        self._tokens += 1
        if not self._decoder.getstate()[0]:
            self.marks.append((self._tokens, len(self.text)))
        found = [at for s in self._stop if (at := self.text.find(s, searched_from)) >= 0]
        if found:
            self.stopped = True
            return self._show(min(found))
        return self._show(len(self.text) - self._held())

    def finish(self) -> str:
        """What was held for a stop string that did not come; half a character is dropped."""
        return "" if self.stopped else self._show(len(self.text))

    def _show(self, end: int) -> str:
        # A stop string may begin before what is shown only if `_held` let it through: it does not.
        shown = self.text[self._shown : end]
        self._shown = max(self._shown, end)
        return shown

    def _held(self) -> int:
        """How many characters at the end could begin a stop string."""
        longest = max(map(len, self._stop), default=1) - 1
        return next(
            (
                length
                for length in range(min(longest, len(self.text)), 0, -1)
                if any(s.startswith(self.text[-length:]) for s in self._stop)
            ),
            0,
        )
