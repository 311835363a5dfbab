"""What was found out about one exhibit: the facts of the file first and apart, then the score in words."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from evidence.i18n import (
    Texts,
    band_lines,
    clip_lines,
    detector_lines,
    meaning_lines,
    named_code,
    provenance_lines,
)
from evidence.model import ScoreReport
from ui import wording
from ui.desk import Desk
from ui.flow import FlowLayout
from ui.scorechart import ScoreChart
from ui.widgets import Card, discard, text


class ScorePart(QWidget):
    """Two cards. Nothing of the exhibit is shown; ``buttons`` is a row for the page's own buttons."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._report: ScoreReport | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        self.facts_title, self.facts_card, self.facts = text("heading"), Card(), QVBoxLayout()
        self.facts.setSpacing(6)
        self.facts_hint = text("small")
        self.facts_card.inside.addLayout(self.facts)
        self.facts_card.inside.addWidget(self.facts_hint)
        self.title, self.card = text("heading"), Card()
        self.band, self.reasons = text("label"), text("body", selectable=True)
        self.meaning = text("body", selectable=True)
        self.rates_title, self.rates = text("label"), text("small", selectable=True)
        self.time_title, self.charts, self.time = text("label"), QVBoxLayout(), text("small", selectable=True)
        self.unseen_title, self.unseen = text("label"), text("body", selectable=True)
        self.buttons = FlowLayout(gap=8)
        for part in (self.band, self.reasons, self.meaning, self.rates_title, self.rates, self.time_title):
            self.card.inside.addWidget(part)
        self.card.inside.addLayout(self.charts)
        for part in (self.time, self.unseen_title, self.unseen):
            self.card.inside.addWidget(part)
        self.card.inside.addLayout(self.buttons)
        for widget in (self.facts_title, self.facts_card, self.title, self.card):
            column.addWidget(widget)
        self._show()

    def retranslate(self, t: Texts) -> None:
        """Say every word in the language of ``t``."""
        self.facts_title.setText(t("What the file says about itself"))
        self.facts_hint.setText(
            t("Whoever made a file could write anything there: it supports, it proves nothing. Messengers take most of "
              "it away when a picture is sent as a photo; ask for the original, sent as a file.")
        )  # fmt: skip
        self.title.setText(t("Signs of manipulation"))
        self.rates_title.setText(t("How often the detectors are wrong"))
        self.time_title.setText(t("Over time"))
        self.unseen_title.setText(t("Not examined"))
        self._show()

    def show_report(self, report: ScoreReport | None) -> None:
        """Show a score, or that there is none yet."""
        self._report = report
        self._show()

    def _show(self) -> None:
        t, report = self._desk.t, self._report
        _empty(self.facts)
        _empty(self.charts)
        if report is None:
            self.band.setText(t("Not looked at yet."))
        for part in (self.facts_title, self.facts_card):
            part.setVisible(report is not None and bool(report.provenance))
        for part in (self.reasons, self.meaning, self.unseen_title, self.unseen):
            part.setVisible(report is not None)
        for part in (self.rates_title, self.rates):
            part.setVisible(report is not None and bool(report.detectors))
        for part in (self.time_title, self.time):
            part.setVisible(report is not None and bool(report.frames))
        if report is None:
            return
        for line in provenance_lines(t, report.provenance):
            is_fact = line.startswith(" ")
            label = text("body" if is_fact else "label", selectable=is_fact)
            label.setText(line.strip())
            self.facts.addWidget(label)
        band, *reasons = band_lines(t, report)
        self.band.setText(wording.begun(band))
        self.reasons.setText("\n".join(reasons))
        self.meaning.setText("\n".join(meaning_lines(t, report)))
        self.rates.setText("\n".join(line.strip() for line in detector_lines(t, report)))
        self.unseen.setText("\n".join(named_code(t, "not_examined", name) for name in report.not_examined))
        words = "\n".join(line.strip() for line in clip_lines(t, report))
        self.time.setText(words)
        for detector in dict.fromkeys(frame.detector_id for frame in report.frames):
            caption, chart = text("small"), ScoreChart(self._desk)
            caption.setText(named_code(t, "detector", detector))
            chart.show_report(t, report, detector, words)
            self.charts.addWidget(caption)
            self.charts.addWidget(chart)


def _empty(layout: QVBoxLayout) -> None:
    while layout.count():
        entry = layout.takeAt(0)
        widget = entry.widget() if entry is not None else None
        if widget is not None:
            widget.hide()
            discard(widget)
