"""The words of a PDF, as its fonts say they are to be read (ISO 32000-1, 9.10: ToUnicode)."""

from __future__ import annotations

import re
from typing import Any

import pikepdf

_MAX_TEXT = 16 << 20
_MAX_OPERATIONS = 2_000_000
_MAX_DEPTH = 4
_SHOWS_TEXT = frozenset({"Tj", "TJ", "'", '"'})
_WANTED = "Tf Tj TJ ' \" Do"
"""Nothing else is taken out of a page: what draws lines and colours is most of it."""
_SECTION = re.compile(rb"begin(bfchar|bfrange|codespacerange)(.*?)end\1", re.DOTALL)
_TOKEN = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])")


class _Font:
    """How one font's codes read."""

    def __init__(self, font: Any) -> None:
        self._mapping: dict[int, str] = {}
        self._width = 2 if font.get("/Subtype") == "/Type0" else 1
        stream = font.get("/ToUnicode")
        self._has_map = isinstance(stream, pikepdf.Stream)
        if isinstance(stream, pikepdf.Stream):
            self._read_map(stream.read_bytes())
        self._one_byte = {code: self._mapping.get(code, "") for code in range(256)}

    def read(self, data: bytes) -> str:
        """The text of a string shown in this font; codes without a meaning are left out."""
        if self._width == 1:
            if not self._has_map:
                return data.decode("cp1252", errors="ignore")
            return data.decode("latin-1").translate(self._one_byte)
        codes = (int.from_bytes(data[at : at + self._width], "big") for at in range(0, len(data), self._width))
        return "".join(self._mapping.get(code, "") for code in codes)

    def _read_map(self, data: bytes) -> None:
        for kind, body in _SECTION.findall(data):
            tokens = _tokens(body)
            if kind == b"codespacerange" and tokens and isinstance(tokens[0], bytes):
                self._width = max(1, min(len(tokens[0]), 4))
            elif kind == b"bfchar":
                for code, text in zip(tokens[::2], tokens[1::2], strict=False):
                    if isinstance(code, bytes) and isinstance(text, bytes):
                        self._mapping[int.from_bytes(code, "big")] = _utf16(text)
            elif kind == b"bfrange":
                self._read_ranges(tokens)

    def _read_ranges(self, tokens: list[bytes | list[bytes]]) -> None:
        for low, high, target in zip(tokens[::3], tokens[1::3], tokens[2::3], strict=False):
            if not isinstance(low, bytes) or not isinstance(high, bytes):
                continue
            first, last = int.from_bytes(low, "big"), min(int.from_bytes(high, "big"), 0xFFFF)
            for step, code in enumerate(range(first, last + 1)):
                if isinstance(target, list):
                    if step < len(target):
                        self._mapping[code] = _utf16(target[step])
                elif target:
                    value = int.from_bytes(target, "big") + step
                    self._mapping[code] = _utf16(value.to_bytes(len(target) + 1, "big")[-len(target) :])


def words_of(pdf: pikepdf.Pdf) -> str:
    """All text of all pages in the order in which it is drawn, without blanks: layout must not matter."""
    parts: list[str] = []
    budget = [_MAX_OPERATIONS]
    fonts: dict[tuple[int, int], _Font] = {}
    for page in pdf.pages:
        _read_content(page.obj, page.obj.get("/Resources"), fonts, parts, budget, 0)
        if sum(map(len, parts)) > _MAX_TEXT:
            break
    return re.sub(r"\s+", "", "".join(parts))[:_MAX_TEXT]


def _read_content(
    content: Any, resources: Any, fonts: dict[tuple[int, int], _Font], parts: list[str], budget: list[int], depth: int
) -> None:
    if resources is None or depth > _MAX_DEPTH:
        return
    font: _Font | None = None
    by_name: dict[str, _Font | None] = {}
    for instruction in pikepdf.parse_content_stream(content, _WANTED):
        budget[0] -= 1
        if budget[0] < 0:
            raise ValueError("too many operations")
        operator, operands = str(instruction.operator), instruction.operands
        if operator == "Tf" and operands:
            name = str(operands[0])
            if name not in by_name:
                by_name[name] = _font(resources, name, fonts)
            font = by_name[name]
        elif operator in _SHOWS_TEXT and font is not None and operands:
            shown = operands[-1]
            strings = shown if isinstance(shown, pikepdf.Array) else [shown]
            parts.extend(font.read(bytes(each)) for each in strings if isinstance(each, pikepdf.String))
        elif operator == "Do" and operands:
            form = resources.get("/XObject", pikepdf.Dictionary()).get(str(operands[0]))
            if isinstance(form, pikepdf.Stream) and form.get("/Subtype") == "/Form":
                _read_content(form, form.get("/Resources", resources), fonts, parts, budget, depth + 1)


def _font(resources: Any, name: str, fonts: dict[tuple[int, int], _Font]) -> _Font | None:
    found = resources.get("/Font", pikepdf.Dictionary()).get(name)
    if not isinstance(found, pikepdf.Dictionary):
        return None
    key = found.objgen
    if key == (0, 0):
        return _Font(found)
    if key not in fonts:
        fonts[key] = _Font(found)
    return fonts[key]


def _tokens(body: bytes) -> list[bytes | list[bytes]]:
    tokens: list[bytes | list[bytes]] = []
    inner: list[bytes] | None = None
    for digits, opening, closing in _TOKEN.findall(body):
        if opening:
            inner = []
        elif closing:
            if inner is not None:
                tokens.append(inner)
            inner = None
        else:
            clean = re.sub(rb"\s+", b"", digits)
            value = bytes.fromhex((clean + b"0" * (len(clean) % 2)).decode("ascii"))
            if inner is None:
                tokens.append(value)
            else:
                inner.append(value)
    return tokens


def _utf16(data: bytes) -> str:
    return data.decode("utf-16-be", errors="ignore")
