"""Finding passages in a text however they are written: normal form, case, blanks, escapes.

Two ways that share little: :func:`find` walks the text letter by letter and says where a passage stands;
:func:`remains` reads the whole text anew, also without tags and escapes, and says whether one is still there.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

LEAST_LETTERS = 2
"""A passage shorter than this would be found everywhere."""

_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f\u1160-\u11ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\u3099\u309a\ud7b0-\ud7ff\ufe00-\ufe0f\ufe20-\ufe2f"
)
_LETTER = re.compile(
    r"(?P<json>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\u00[c-fC-F][0-9a-fA-F](?:\\u00[89abAB][0-9a-fA-F])+|\\u[0-9a-fA-F]{4})"
    r"|(?P<entity>&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});)"
    r"|(?P<percent>%[c-fC-F][0-9a-fA-F](?:%[89abAB][0-9a-fA-F])+|%[2-7][0-9a-fA-F])"
    rf"|(?s:.)[{_MARKS}]*"
)
_TAG = re.compile(r"<[^<>]*>")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_BYTES_AS_LETTERS = re.compile("[\x80-\xff]{2}[\x20-\xff]*")
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def letters_of(passage: str) -> int:
    """How many letters a passage has, blanks and invisible ones not counted."""
    return len(_whole_form(passage))


def find(text: str, passages: Sequence[str]) -> list[tuple[int, int]]:
    """Where one of ``passages`` stands in ``text``: start and end, in order, joined where they touch.

    A letter is taken with its marks, and an escape (``\\u…``, ``&…;``, ``%…``) whole, so that half of one never stays.
    """
    forms = [_decomposed(passage) for passage in passages]
    known: dict[str, str] = {}
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    edges: set[int] = {0}
    length = 0
    for match in _LETTER.finditer(text):
        letter = match[0]
        piece = known.get(letter)
        if piece is None:
            piece = known[letter] = _decomposed(_unescaped(match))
        pieces.append(piece)
        places += [match.span()] * len(piece)
        length += len(piece)
        edges.add(length)
    whole = "".join(pieces)
    found: list[tuple[int, int]] = []
    for form in forms:
        at = whole.find(form) if form else -1
        while at >= 0:
            end = at + len(form)
            if at in edges and end in edges:
                found.append((places[at][0], places[end - 1][1]))
            at = whole.find(form, at + 1)
    return _joined(found)


def remains(text: str, passages: Sequence[str]) -> str:
    """In which reading one of ``passages`` still stands in ``text``: ``plain``, ``without_tags``, ``unescaped``,
    ``percent``, ``json``, ``other_encoding``; empty when in none."""
    forms = [_whole_form(passage) for passage in passages]
    for name, reading in _readings(text):
        whole = _whole_form(reading)
        if any(form in whole for form in forms):
            return name
    return ""


def _readings(text: str) -> Iterator[tuple[str, str]]:
    yield "plain", text
    without_tags = _TAG.sub("", text)
    if without_tags != text:
        yield "without_tags", html.unescape(without_tags)
    if "&" in text:
        yield "unescaped", html.unescape(text)
    if "%" in text:
        yield "percent", unquote(text, errors="replace")
    decoded = text
    if "\\u" in text:
        decoded = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
        decoded = decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        yield "json", decoded
    for piece in _BYTES_AS_LETTERS.findall(decoded):  # some exports write the bytes of UTF-8 as letters
        yield "other_encoding", piece.encode("latin-1").decode("utf-8", "ignore")


def _unescaped(letter: re.Match[str]) -> str:
    text = letter[0]
    if letter["json"]:
        units = [int(unit, 16) for unit in _ESCAPE.findall(text)]
        if len(units) > 1 and max(units) <= 0xFF:
            return bytes(units).decode("utf-8", "replace")
        return "".join(map(chr, units)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if letter["entity"]:
        return html.unescape(text)
    return unquote(text, errors="replace") if letter["percent"] else text


def _decomposed(text: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in folded if unicodedata.category(letter) not in _UNSEEN)


def _whole_form(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(letter for letter in folded if unicodedata.category(letter) not in _UNSEEN)
    return unicodedata.normalize("NFKC", seen)


def _joined(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
