"""A picture of days as bars, as the bytes of a PNG: drawn here, so that nothing has to be installed
for it. It knows numbers and short labels; what they mean stands beside it in words.
"""

import struct
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, TOP, PLOT = 640, 12, 200
LEFT, GAP = 40, 6
ROW = 16
LONGEST_LABEL = 40

_PALETTE = (
    *("ffffff", "202020", "d8d8d8"),
    *("4269d0", "efb118", "ff725c", "6cc5b0", "3ca951", "ff8ab7", "a463f2", "97bbf5", "9c6b4e"),
    "9498a0",
)
_PAPER, _INK, _GRID, _FIRST, _DRY = 0, 1, 2, 3, len(_PALETTE) - 1
# Three by five dots for each sign: a digit for each row, read as three bits.
_SIGNS = {
    " ": "00000",
    "-": "00700",
    ".": "00002",
    ":": "02020",
    ",": "00024",
    "/": "11244",
    "(": "12221",
    ")": "42224",
    "%": "51245",
    "#": "57575",
    "_": "00007",
    "+": "02720",
    "?": "61202",
    "'": "22000",
    "0": "75557",
    "1": "26227",
    "2": "71747",
    "3": "71717",
    "4": "55711",
    "5": "74717",
    "6": "74757",
    "7": "71111",
    "8": "75757",
    "9": "75717",
    "A": "25755",
    "B": "65656",
    "C": "34443",
    "D": "65556",
    "E": "74647",
    "F": "74644",
    "G": "34553",
    "H": "55755",
    "I": "72227",
    "J": "11152",
    "K": "55655",
    "L": "44447",
    "M": "57755",
    "N": "65555",
    "O": "25552",
    "P": "65644",
    "Q": "25573",
    "R": "65655",
    "S": "34216",
    "T": "72222",
    "U": "55557",
    "V": "55552",
    "W": "55775",
    "X": "55255",
    "Y": "55222",
    "Z": "71247",
}
_ZOOM = 2
_SIGN_WIDTH = 4 * _ZOOM


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: how often each rule acted, in one order for all days, and the dry run beside it."""

    label: str
    parts: tuple[int, ...]
    dry: int = 0


def draw(bars: Sequence[Bar], legend: Sequence[str]) -> bytes:
    """The legend names the parts in their order, then the dry run, then what is only said."""
    height = TOP + PLOT + ROW + ROW * len(legend) + GAP
    page = _Page(WIDTH, height)
    most = max((max(sum(bar.parts), bar.dry) for bar in bars), default=0) or 1
    _scale(page, most)
    _bars(page, bars, most)
    parts = len(bars[0].parts) if bars else 0
    for at, text in enumerate(legend):
        top = TOP + PLOT + ROW + ROW * at
        if at <= parts:
            page.fill(LEFT, top, 10, 10, _DRY if at == parts else _colour(at))
        page.write(LEFT + 16, top, text)
    return page.png()


class _Page:
    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.rows = [bytearray([_PAPER]) * width for _ in range(height)]

    def fill(self, left: int, top: int, width: int, height: int, colour: int) -> None:
        for row in self.rows[max(top, 0) : top + height]:
            end = min(left + width, self.width)
            row[left:end] = bytes([colour]) * max(end - left, 0)

    def write(self, left: int, top: int, text: str) -> None:
        for sign in _plain(text):
            for down, digit in enumerate(_SIGNS.get(sign, _SIGNS["?"])):
                for right in range(3):
                    if int(digit) & (4 >> right):
                        dot = (left + right * _ZOOM, top + down * _ZOOM)
                        self.fill(*dot, _ZOOM, _ZOOM, _INK)
            left += _SIGN_WIDTH

    def png(self) -> bytes:
        """One byte for each dot, which names its colour."""
        head = struct.pack(">IIBBBBB", self.width, len(self.rows), 8, 3, 0, 0, 0)
        colours = b"".join(bytes.fromhex(colour) for colour in _PALETTE)
        dots = b"".join(b"\0" + bytes(row) for row in self.rows)
        parts = (
            (b"IHDR", head),
            (b"PLTE", colours),
            (b"IDAT", zlib.compress(dots, 9)),
            (b"IEND", b""),
        )
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _scale(page: _Page, most: int) -> None:
    for share in (0, 0.5, 1):
        number = round(most * share)
        level = TOP + PLOT - round(PLOT * number / most)
        page.fill(LEFT, level, page.width - LEFT - GAP, 1, _GRID)
        page.write(GAP, level - 5, str(number)[:4])


def _bars(page: _Page, bars: Sequence[Bar], most: int) -> None:
    wide = max((page.width - LEFT - GAP) // max(len(bars), 1), 4)
    for at, bar in enumerate(bars):
        left, below = LEFT + at * wide + 1, TOP + PLOT
        for number, count in enumerate(bar.parts):
            high = round(PLOT * count / most)
            page.fill(left, below - high, max(wide * 2 // 3 - 1, 1), high, _colour(number))
            below -= high
        high = round(PLOT * bar.dry / most)
        page.fill(left + wide * 2 // 3, TOP + PLOT - high, max(wide // 3 - 1, 1), high, _DRY)
        # A label for each week, counted from the newest day.
        if (len(bars) - 1 - at) % 7 == 0:
            page.write(min(left, page.width - 5 * _SIGN_WIDTH - GAP), TOP + PLOT + 3, bar.label)


def _colour(part: int) -> int:
    return min(_FIRST + part, _DRY - 1)


def _plain(text: str) -> str:
    """In the letters that there are here; accents are left off, and the rest is a question mark."""
    found = unicodedata.normalize("NFKD", text).upper()
    return "".join(sign for sign in found if not unicodedata.combining(sign))[:LONGEST_LABEL]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
