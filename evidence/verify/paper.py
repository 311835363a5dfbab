"""The verification report on paper: one package after the other, for printing and for the file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, KeepTogether, PageBreak, PageTemplate, Paragraph, Spacer, Table

from evidence.digest import fingerprint_groups
from evidence.errors import EvidenceError
from evidence.i18n import Texts
from evidence.model import Answer, ClaimName, VerificationReport
from evidence.verify.render import cosignatures, list_lines, reading_help, reasons_for, safe, sentence

_MARGIN = 18 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_DAMAGED_SHOWN = 200
_REASONS_SHOWN = 12


def render_pdf(reports: Sequence[VerificationReport], t: Texts, font: Path) -> bytes:
    """The reports as a PDF in the TrueType font at ``font``, embedded; characters that it lacks are spelled out.

    Raises :class:`EvidenceError` ``verify.bad_font``.
    """
    face = _load(font)
    output = io.BytesIO()
    document = BaseDocTemplate(
        output, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN,
        title=t("Verification report"), initialFontName=face.fontName, invariant=1, lang=t.language,
    )  # fmt: skip
    frame = Frame(_MARGIN, _MARGIN, _WIDTH, A4[1] - 2 * _MARGIN, 0, 0, 0, 0)
    footer = reports[0].facts.get("manifest_sha256", "") if len(reports) == 1 else ""
    document.addPageTemplates(PageTemplate("page", [frame]))
    paper = _Paper(t, face)
    story: list[Any] = []
    for position, report in enumerate(reports):
        story += ([PageBreak()] if position else []) + paper.story(report)
    document.build(story, canvasmaker=partial(_NumberedCanvas, face.fontName, paper.clean(footer)))
    return output.getvalue()


class _Paper:
    """The parts of the page, in one language and font."""

    def __init__(self, t: Texts, face: Any) -> None:
        self.t = t
        self._known = face.face.charWidths
        # The font is named everywhere: reportlab would name its own, which is not embedded.
        self._grid = [*_GRID, ("FONT", (0, 0), (-1, -1), face.fontName)]
        base: dict[str, Any] = {"fontName": face.fontName, "bulletFontName": face.fontName}
        base |= {"wordWrap": "CJK"} if t.language == "ko" else {}
        self._title = ParagraphStyle("title", fontSize=18, leading=24, spaceAfter=8, **base)
        self._head = ParagraphStyle("head", fontSize=11, leading=16, spaceBefore=8, spaceAfter=3, **base)
        self._body = ParagraphStyle("body", fontSize=9, leading=13, **base)
        self._small = ParagraphStyle("small", fontSize=8, leading=11, leftIndent=6, **base)

    def story(self, report: VerificationReport) -> list[Any]:
        """Everything about one package."""
        t = self.t
        parts: list[Any] = [self._p(t("Verification report"), self._title), self._facts(report), Spacer(1, 8)]
        parts.append(self._claims(report))
        for check in cosignatures(report):
            parts.append(self._p(sentence(t, "check", check.reason, check.params), self._body))
        if report.damaged:
            parts.append(self._p(t("Not as it was when the package was made:"), self._head))
            parts += [self._p(path, self._small) for path in report.damaged[:_DAMAGED_SHOWN]]
            if len(report.damaged) > _DAMAGED_SHOWN:
                more = len(report.damaged) - _DAMAGED_SHOWN
                parts.append(self._p(t.plural("and {n} more", "and {n} more", more), self._small))
        parts.append(Spacer(1, 8))
        parts += [self._p(line, self._body) for line in (*list_lines(report, t), *reading_help(report, t))]
        parts.append(KeepTogether([Spacer(1, 14), self._signatures()]))
        return parts

    def clean(self, text: str) -> str:
        """``text`` with nothing invisible in it and nothing that the font cannot show."""
        return "".join(
            character if ord(character) in self._known or character == " " else f"[U+{ord(character):04X}]"
            for character in safe(text)
        )

    def _facts(self, report: VerificationReport) -> Table:
        t, facts = self.t, report.facts
        rows = [
            (t("What was checked"), report.path),
            (t("Number of the package"), report.package_id),
            (t("Fingerprint of the list of contents (SHA-256)"), fingerprint_groups(facts.get("manifest_sha256", ""))),
            (t("Fingerprint of the signer’s key (SHA-256)"), fingerprint_groups(facts.get("signer_sha256", ""))),
            (t("The same in words"), facts.get("signer_words", "")),
            (t("Checked at"), t.moment(report.verified_at)),
            (t("Checked with"), report.verifier),
        ]
        cells: list[list[Any]] = [
            [self._p(name, self._small), self._p(value, self._body)] for name, value in rows if value
        ]
        return Table(cells, colWidths=[_WIDTH * 0.27, _WIDTH * 0.73], style=self._grid)

    def _claims(self, report: VerificationReport) -> Table:
        t = self.t
        cells: list[list[Any]] = []
        for claim in report.claims:
            said = [self._p(t.code("name", f"claim.{claim.name.value}"), self._body)]
            said.append(self._p(sentence(t, "claim", claim.reason, claim.params), self._small))
            if claim.answer is not Answer.YES or claim.name is ClaimName.METHOD:
                for check in reasons_for(report, claim)[:_REASONS_SHOWN]:
                    reason = sentence(t, "check", check.reason, check.params)
                    said.append(self._p(f"{check.number}. {reason}", self._small))
            answer = t.code("name", f"answer.{claim.answer.value}").upper()
            cells.append([self._p(answer, self._head), said])
        return Table(cells, colWidths=[_WIDTH * 0.2, _WIDTH * 0.8], style=self._grid)

    def _signatures(self) -> Table:
        t = self.t
        names = (t("Handed over by"), t("Received by"), t("Date and time"))
        cells: list[list[Any]] = [[self._p(name, self._small) for name in names], [[], [], []]]
        return Table(cells, colWidths=[_WIDTH / 3] * 3, rowHeights=[16, 44], style=self._grid)

    def _p(self, text: str, style: ParagraphStyle) -> Paragraph:
        return Paragraph(escape(self.clean(text)), style)


_GRID: Any = [
    ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
]


class _NumberedCanvas(Canvas):
    """Writes *page of pages* and the package's fingerprint below every page, when their number is known."""

    def __init__(self, font: str, footer: str, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._font = font
        self._footer = footer
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        """Keep the page until all are there."""
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]  # what Canvas.showPage does after writing the page

    def save(self) -> None:
        """Write all pages."""
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self.setFont(self._font, 7)
            self.drawString(_MARGIN, 10 * mm, self._footer)
            self.drawRightString(A4[0] - _MARGIN, 10 * mm, f"{number} / {len(self._pages)}")
            super().showPage()
        super().save()


def _load(path: Path) -> Any:
    name = f"verify-{path.stem}"
    try:
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(path)))
        found: Any = pdfmetrics.getFont(name)
    except (TTFError, OSError, ValueError) as problem:
        raise EvidenceError("verify.bad_font", path=path) from problem
    return found
