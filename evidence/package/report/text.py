"""Making any text printable and breaking it into lines that fit."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Set

# A long run without spaces (a link, a number) may be broken after these.
_BREAK_AFTER = frozenset("/\\?&=-_.,:;@#%+|)")
# No line begins with these (Korean and European line breaking).
_NOT_FIRST = frozenset(".,:;!?)]}»”’%…·、。」』〉》·")
_SPACES = {0x09: " ", 0x0B: "\n", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}


def is_plain(code: int) -> bool:
    """Whether a character can be printed as it is: no control or format character, no odd space."""
    category = unicodedata.category(chr(code))
    return category[0] != "C" and (category[0] != "Z" or code == 0x20)


def printable(text: str, known: Set[int]) -> str:
    """``text`` with nothing in it that a reader cannot see or the font cannot show; it has the ``known`` characters.

    NFC; line ends become ``\\n``; odd spaces become plain ones; control, bidirectional and missing characters are
    spelled out as ``[U+202E]``, so that nothing is hidden and no empty box is printed.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if text.isascii() and text.isprintable():
        return text
    return "".join(_sign(character, known) for character in text)


def _sign(character: str, known: Set[int]) -> str:
    code = ord(character)
    if character == "\n":
        return character
    if code in _SPACES:
        return _SPACES[code]
    category = unicodedata.category(character)
    if category == "Zs":
        # Babel writes French numbers with a narrow no-break space that many fonts lack.
        return "\u00a0" if code in (0xA0, 0x202F, 0x2007) and 0xA0 in known else " "
    if category[0] != "C" and code in known:
        return character
    return f"[U+{code:04X}]"


class Measure:
    """Widths of text in one font at one size, in points."""

    def __init__(self, widths: Mapping[int, float], default: float, size: float) -> None:
        self._widths = widths
        self._default = default
        self._scale = size / 1000

    def __call__(self, text: str) -> float:
        """Width of ``text`` in points."""
        widths, default = self._widths, self._default
        return sum([widths.get(code, default) for code in map(ord, text)]) * self._scale


def wrap(text: str, width: float, measure: Measure) -> list[str]:
    """``text`` in lines of at most ``width`` points: broken at spaces, and inside a run only when it must be."""
    lines: list[str] = []
    space = measure(" ")
    for paragraph in text.split("\n"):
        line, used = "", 0.0
        for word in paragraph.split(" "):
            size = measure(word)
            if line and used + space + size <= width:
                line, used = f"{line} {word}", used + space + size
                continue
            if not line and size <= width:
                line, used = line + word, used + size
                continue
            if size <= width:
                lines.append(line)
                line, used = word, size
                continue
            # A run longer than a line: begin it on this line if a good part of it fits.
            room = width - used - space if line else width
            begins_here = room > width / 3 and measure(word[0]) <= room
            pieces = _pieces(word, room if begins_here else 0.0, width, measure)
            if pieces[0]:
                line = f"{line} {pieces[0]}" if line else pieces[0]
            if line:
                lines.append(line)
            lines += pieces[1:-1]
            line = pieces[-1] if len(pieces) > 1 else ""
            used = measure(line)
        lines.append(line)
    return lines


def _pieces(word: str, first: float, width: float, measure: Measure) -> list[str]:
    """``word`` cut to fit: the first piece into ``first`` points (empty when 0), the others into ``width``."""
    pieces: list[str] = [] if first else [""]
    start, room = 0, first or width
    while start < len(word):
        end, used = start, 0.0
        while end < len(word):
            step = measure(word[end])
            if used + step > room and end > start:
                break
            used += step
            end += 1
        if end < len(word):
            end = _good_break(word, start, end)
        pieces.append(word[start:end])
        start, room = end, width
    return pieces


def _good_break(word: str, start: int, end: int) -> int:
    """Where to cut before ``end``: after a separator in the last third, and not before a closing sign."""
    earliest = start + max(1, (end - start) * 2 // 3)
    for position in range(end, earliest - 1, -1):
        if word[position - 1] in _BREAK_AFTER and word[position] not in _NOT_FIRST:
            return position
    while end - start > 1 and word[end] in _NOT_FIRST:
        end -= 1
    return end
