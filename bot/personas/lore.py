"""Which entries of a persona's lore a message brings along: found by string match. Pure.

An entry that was told stands in the window, with the note of its turn, and is not told again while
it stands there. Once a trim has taken that note, the entry comes again as long as the talk still
is about it: that is why the last few turns are read, and not the message alone.
"""

import re
import unicodedata
from collections.abc import Sequence

from bot.personas.persona import Persona

LORE_BYTES = 600
"""Three to a token, in whatever script: about 200 tokens of one note."""

# Thai to Burmese, Khmer, kana, Han and Hangul: words stand there without spaces between them.
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
    r"\U00020000-\U0003134f"
)
_BORDER = rf"[^\W{_UNSPACED}]"
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_STARTS_SPACED = re.compile(rf"{_BORDER}")
_ENDS_SPACED = re.compile(rf"{_BORDER}\Z")


def find_lore(
    persona: Persona, said: Sequence[str], window: Sequence[str] = (), most_bytes: int = LORE_BYTES
) -> tuple[str, ...]:
    """The entries that what was `said` (newest last) speaks of, in the file's order, without those
    which a note of the `window` holds already.

    Where the budget does not hold them all, those of newer words come first.
    """
    found: set[int] = set()
    told = "\n".join(note for note in window if note)
    for text in reversed(said):
        folded = fold(text)
        for number, entry in enumerate(persona.lore):
            size = len(entry.text.encode())
            if number in found or size > most_bytes:
                continue
            if any(_has(folded, key) for key in entry.keys) and entry.text not in told:
                found.add(number)
                most_bytes -= size
    return tuple(persona.lore[number].text for number in sorted(found))


def fold(text: str) -> str:
    """One spelling for capitals, widths and accents."""
    if text.isascii():
        return text.lower()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    # Kana keep their marks, which are no accents: they are put together again.
    return unicodedata.normalize("NFC", plain)


def _has(folded: str, key: str) -> bool:
    """As a whole word where words have borders."""
    if key not in folded:
        return False
    before = rf"(?<!{_BORDER})" if _STARTS_SPACED.match(key) else ""
    behind = rf"(?!{_BORDER})" if _ENDS_SPACED.search(key) else ""
    return re.search(rf"{before}{re.escape(key)}{behind}", folded) is not None
