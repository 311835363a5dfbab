"""Writing text onto a canvas: which font has a character, how wide a run is, where a line must break."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from evidence.package.report.fonts import Typeface
from evidence.package.report.text import Measure, is_plain, printable, wrap

# Streams stay binary: nobody sends a PDF through a 7-bit channel any more. The report alone uses reportlab here.
rl_config.useA85 = 0


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of text looks. ``size`` and ``leading`` in points; ``grey`` from 0 (black) to 1 (white)."""

    size: float
    leading: float
    bold: bool = False
    grey: float = 0.0


class Pen:
    """Writes text in one typeface."""

    def __init__(self, typeface: Typeface) -> None:
        self._fonts = {bold: typeface.fonts(bold) for bold in (False, True)}
        self._widths = {bold: typeface.widths(bold) for bold in (False, True)}
        self._known = self._widths[False].keys() & self._widths[True].keys()
        self._plain = {code for code in self._known if is_plain(code)} | {0x0A}
        self._measures: dict[Style, Measure] = {}
        self._names: dict[tuple[str, int], str] = {}
        for font in {*self._fonts[False], *self._fonts[True]}:
            pdfmetrics.registerFont(font)
        self.first_font = str(self._fonts[False][0].fontName)

    def clean(self, text: str) -> str:
        """``text`` as it can be printed in both cuts of the typeface; see :func:`printable`."""
        if text.isascii() and text.isprintable():
            return text
        if self._plain.issuperset(map(ord, text)) and unicodedata.is_normalized("NFC", text):
            return text
        return printable(text, self._known)

    def measure(self, style: Style) -> Measure:
        """Widths of text in ``style``."""
        if style not in self._measures:
            default = float(self._fonts[style.bold][0].face.defaultWidth)
            self._measures[style] = Measure(self._widths[style.bold], default, style.size)
        return self._measures[style]

    def lines(self, text: str, style: Style, width: float) -> list[str]:
        """``text`` made printable and broken to ``width`` points."""
        clean = self.clean(text)
        measure = self.measure(style)
        if "\n" not in clean and measure(clean) <= width:
            return [clean]
        return wrap(clean, width, measure)

    def write(
        self, canvas: Canvas, x: float, y: float, text: str, style: Style, *, marks: tuple[str, str] = ("", "")
    ) -> None:
        """One line of clean text with its base line beginning at ``x``, ``y``, between the operators ``marks``.

        The operators are written here: reportlab's own text objects take five times as long.
        """
        if not text:
            return
        document = canvas._doc  # type: ignore[attr-defined]
        operators = [f"{marks[0]} BT {style.grey:.2f} g 1 0 0 1 {x:.2f} {y:.2f} Tm"]
        for font, run in self._runs(text, self._fonts[style.bold]):
            for subset, data in font.splitString(run, document):
                name = self._names.get((font.fontName, subset))
                if name is None:
                    name = self._names[font.fontName, subset] = font.getSubsetInternalName(subset, document)
                operators.append(f"{name} {style.size:g} Tf <{data.hex()}> Tj")
        operators.append(f"ET {marks[1]}")
        canvas._code.append(" ".join(operators))  # type: ignore[attr-defined]

    @staticmethod
    def _runs(text: str, fonts: tuple[TTFont, ...]) -> list[tuple[TTFont, str]]:
        """``text`` in runs, each with the first of ``fonts`` that has its characters."""
        if "\\" not in text and (text.isascii() or fonts[0].face.charWidths.keys() >= set(map(ord, text))):
            return [(fonts[0], text)]
        runs: list[tuple[TTFont, str]] = []
        for character in text:
            # Korean typefaces draw a backslash as a won sign: another one, where there is one, is asked first.
            order = (*fonts[1:], fonts[0]) if character == "\\" else fonts
            font = next((each for each in order if ord(character) in each.face.charWidths), fonts[0])
            if runs and runs[-1][0] is font:
                runs[-1] = (font, runs[-1][1] + character)
            else:
                runs.append((font, character))
        return runs
