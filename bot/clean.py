"""Text as it arrives -> text that can be kept, matched and shown. Pure.

Nothing here judges what is said: it only takes away what no reader could have meant.
"""

import unicodedata
from dataclasses import replace

from bot.events import Message
from bot.files import LONGEST_FILE_NAME, MOST_ATTACHED, Attached

LONGEST_MESSAGE = 20_000

_KEPT_CONTROLS = "\n\t"
# Overrides reorder what a reader sees against what is stored; the marks LRM and RLM do not, and
# Arabic and Hebrew need them.
_BIDI_OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_NAME_CHARS = 40
_ENDING_CHARS = 10
_MARKUP = str.maketrans(dict.fromkeys("\\`*_~|<>[]@", " "))
_LINE_MARKS = "#-+=. "
# Emoji and some scripts are written with them.
_JOINERS = "\u200c\u200d"


def clean_text(text: str) -> str:
    """Lone surrogates become U+FFFD; controls and direction overrides go."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.isprintable():
        return text
    return "".join(_clean(char) for char in text)


def clean_name(name: str) -> str:
    """One short line; never empty."""
    line = " ".join(clean_text(name).split())[:_NAME_CHARS].strip()
    return line or "someone"


def clean_title(title: str) -> str:
    """What a community is called, as one short line that draws nothing: without the signs that a
    platform reads as markup, a mention or a link. Empty where nothing is left to read."""
    text = clean_text(title).replace("://", " ").translate(_MARKUP)
    seen = "".join(char for char in text if char in _JOINERS or unicodedata.category(char) != "Cf")
    line = " ".join(seen.split()).lstrip(_LINE_MARKS)[:_NAME_CHARS].strip()
    return line if line.strip(_JOINERS) else ""


def clean_file_name(name: str) -> str:
    """One short line without a folder, its ending kept; never empty."""
    plain = clean_text(name[-4 * LONGEST_FILE_NAME :]).replace("\\", "/").rpartition("/")[2]
    seen = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    line = " ".join(seen.split()).strip(". ")
    if len(line) > LONGEST_FILE_NAME:
        stem, dot, ending = line.rpartition(".")
        ending = ending[:_ENDING_CHARS] if dot else ""
        line = f"{(stem or line)[: LONGEST_FILE_NAME - len(ending) - 1].rstrip()}{dot}{ending}"
    return line or "file"


def clean_message(message: Message, longest: int = LONGEST_MESSAGE) -> Message:
    """The message with at most `longest` characters and one more, which shows that it was longer."""
    author = replace(message.author, name=clean_name(message.author.name))
    attached = tuple(_with_clean_name(one) for one in message.attached[:MOST_ATTACHED])
    text = clean_text(message.text[: longest + 1])
    # Whatever else the platform told stays as it told it.
    return replace(message, author=author, text=text, attached=attached)


def _with_clean_name(attached: Attached) -> Attached:
    return replace(attached, name=clean_file_name(attached.name))


def _clean(char: str) -> str:
    if char in _KEPT_CONTROLS:
        return char
    if char in _BIDI_OVERRIDES:
        return ""
    match unicodedata.category(char):
        case "Cc":
            return ""
        case "Cs":
            return "\N{REPLACEMENT CHARACTER}"
        case _:
            return char
