"""A score over time, drawn small: one line for each face, and the threshold. What it shows is said in words too."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from evidence.i18n import Texts, film_time, named_code, threshold
from evidence.model import FrameScore, ScoreReport
from ui.desk import Desk

STROKES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
"""Faces are told apart by the stroke and a number, not by a colour."""
HEIGHT = 150


class ScoreChart(QWidget):
    """One detector's output over a film. ``show_frames`` draws it; nothing of the film is seen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._frames: Sequence[FrameScore] = ()
        self._above: float | None = None
        self._caption = ""
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.relook()

    def show_report(self, t: Texts, report: ScoreReport, detector: str, words: str) -> None:
        """Draw what ``detector`` gave over time; ``words`` say the same to who cannot see it."""
        self._frames = [frame for frame in report.frames if frame.detector_id == detector]
        self._above = threshold(report, detector)
        self._caption = t("threshold")
        self.setAccessibleName(t("Score over time: {detector}", detector=named_code(t, "detector", detector)))
        self.setAccessibleDescription(words)
        self.setToolTip("")
        self.relook()
        self.update()

    def relook(self) -> None:
        """Follow the size of text."""
        self.setFixedHeight(self._desk.theme.px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._frames:
            return
        theme, p = self._desk.theme, self._desk.theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = theme.font("small")
        painter.setFont(font)
        words = QFontMetrics(font)
        levels = [frame.raw for frame in self._frames] + ([] if self._above is None else [self._above])
        low, high = min(levels), max(levels)
        margin = max((high - low) * 0.12, 0.1)
        low, high = low - margin, high + margin
        first, last = min(f.at_s for f in self._frames), max(f.at_s for f in self._frames)
        number = words.horizontalAdvance("00") + theme.px(6)
        room = QRectF(self.rect()).adjusted(2, 2, -number, -words.height() - theme.px(6))

        def place(at_s: float, raw: float) -> QPointF:
            across = (at_s - first) / (last - first) if last > first else 0.5
            return QPointF(
                room.left() + across * room.width(), room.bottom() - (raw - low) / (high - low) * room.height()
            )

        painter.setPen(QPen(QColor(p.line), 1))
        painter.drawRect(room)
        if self._above is not None:
            painter.setPen(QPen(QColor(p.care_edge), theme.px(1), Qt.PenStyle.DashLine))
            level = place(first, self._above).y()
            painter.drawLine(QPointF(room.left(), level), QPointF(room.right(), level))
            painter.setPen(QColor(p.quiet))
            over = level - theme.px(4) > room.top() + words.height()
            base = level - theme.px(4) if over else level + words.ascent() + theme.px(3)
            painter.drawText(QPointF(room.left() + theme.px(6), base), self._caption)
        for track in sorted({frame.track for frame in self._frames}):
            mine = sorted((frame for frame in self._frames if frame.track == track), key=lambda frame: frame.at_s)
            painter.setPen(QPen(QColor(p.accent), max(2, theme.px(2)), STROKES[track % len(STROKES)]))
            points = [place(frame.at_s, frame.raw) for frame in mine]
            painter.drawPolyline(points) if len(points) > 1 else None
            painter.setPen(QPen(QColor(p.accent), 1))
            painter.setBrush(QColor(p.accent))
            for point in points:
                painter.drawEllipse(point, theme.px(2), theme.px(2))
            painter.setPen(QColor(p.ink))
            painter.drawText(points[-1] + QPointF(theme.px(6), words.ascent() / 2), str(track + 1))
        painter.setPen(QColor(p.quiet))
        line = self.height() - words.descent() - 1
        painter.drawText(QPointF(room.left(), line), film_time(first))
        end = film_time(last)
        painter.drawText(QPointF(room.right() - words.horizontalAdvance(end), line), end)
        painter.end()
