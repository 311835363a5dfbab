"""Signs of manipulation in a case: choose exhibits, look for them in the background, read what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar

from evidence.i18n import Texts, named_code
from evidence.model import Band, Exhibit, ScoreReport
from ui import wording
from ui.desk import Desk
from ui.flow import FlowLayout
from ui.rooms import CaseRoom
from ui.rows import Row, RowList
from ui.scorecard import ScorePart
from ui.scorerun import ScoreRun
from ui.widgets import Button, Card, announce, text

Found = tuple[Sequence[Exhibit], frozenset[str]]


class ScoresPage(CaseRoom):
    """A list with ticks, one button that looks, and below it what is known of the exhibit that the keyboard is on."""

    KEY = "scores"
    HELP = "scores"
    changed = Signal()
    """It began to look or ended: the window says so at its side."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._exhibits: dict[str, Exhibit] = {}
        self._held: frozenset[str] = frozenset()
        self.run = ScoreRun(self)
        self.run.moved.connect(self._moved)
        self.run.scored.connect(self._scored)
        self.lead = text("lead")
        self.body.addWidget(self.lead)

        self.going_on = Card("plain")
        self.state, self.progress = text("label"), QProgressBar()
        self.progress.setTextVisible(False)
        self.stop_button = Button(desk, "", "cross")
        self.stop_button.clicked.connect(self.run.stop)
        stop_row = FlowLayout(gap=8)
        stop_row.addWidget(self.stop_button)
        self.going_on.inside.addWidget(self.state)
        self.going_on.inside.addWidget(self.progress)
        self.going_on.inside.addLayout(stop_row)
        self.body.addWidget(self.going_on)

        self.counted = text("body")
        self.body.addWidget(self.counted)
        choosing = FlowLayout(gap=8)
        self.new_button, self.all_button = Button(desk, "choice", "plus"), Button(desk, "choice", "check")
        self.none_button = Button(desk, "choice", "cross")
        for button, which in ((self.new_button, "new"), (self.all_button, "all"), (self.none_button, "")):
            button.setCheckable(False)
            button.clicked.connect(lambda _checked=False, what=which: self.tick(what))
            choosing.addWidget(button)
        self.body.addLayout(choosing)
        self.list = RowList(desk, is_checkable=True)
        self.list.opened.connect(lambda key: self.desk.go.show_exhibit(self.case_id, key))
        self.list.rows.ticked.connect(self._show_state)
        self.list.selectionModel().currentChanged.connect(lambda _now, _before: self._show_current())
        self.body.addWidget(self.list)
        self.hint = text("small")
        self.body.addWidget(self.hint)
        row = FlowLayout(gap=8)
        self.look_button = Button(desk, "main", "score")
        self.look_button.clicked.connect(self.look)
        row.addWidget(self.look_button)
        self.loose_button = Button(desk, "", "folder")
        self.loose_button.clicked.connect(lambda: self.desk.go.show_loose(self.case_id))
        row.addWidget(self.loose_button)
        self.body.addLayout(row)
        self.about = text("label")
        self.body.addWidget(self.about)
        self.part = ScorePart(desk)
        self.body.addWidget(self.part)
        self.body.addStretch(1)
        self._show()

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.lead.setText(
            t("Detectors look for traces of altered faces, on this computer. Nothing is shown, nothing is sent, and "
              "you need not look. It goes on while you do something else.")
        )  # fmt: skip
        self.stop_button.setText(t("Sto&p looking"))
        self.new_button.setText(t("Tick those &not looked at yet"))
        self.all_button.setText(t("Tick a&ll"))
        self.none_button.setText(t("Tick n&one"))
        self.list.setAccessibleName(t("Exhibits"))
        self.hint.setText(t("A click or Space ticks an exhibit, Enter opens it. No picture is shown in this list."))
        self.look_button.setText(t("Look for si&gns of manipulation"))
        self.loose_button.setText(t("Files outside the vault…"))
        self.part.retranslate(t)
        self._show()

    def read_in(self) -> None:
        session, case_id = self.desk.session, self.case_id

        def read(_progress: object, _cancelled: object) -> Found:
            return session.exhibits(case_id), session.guard.held_back(case_id)

        def done(found: Found) -> None:
            if case_id == self.case_id:
                is_first = not self._exhibits
                self._exhibits = {exhibit.item.id: exhibit for exhibit in found[0]}
                self._held = found[1]
                self._show()
                if is_first and not self.run.is_running:
                    self.tick("new")

        self.work(read, done)

    def open_case(self, case_id: str) -> None:
        """Show this case; a run that goes on in another one goes on."""
        if case_id != self.case_id:
            self.forget_message()
            self.bar.forget()
            self.case_id, self.case = case_id, None
            self.say_title("")
            self._drop()

    def forget(self) -> None:
        self.run.end()
        super().forget()
        self._drop()

    def tick(self, which: str) -> None:
        """Tick ``all``, those that are ``new``, or none."""
        rows = self.list.rows
        rows.checked.clear()
        rows.checked |= {
            key for key, exhibit in self._exhibits.items()
            if which and key not in self._held and (which == "all" or exhibit.score is None)
        }  # fmt: skip
        if rows.rows:
            rows.dataChanged.emit(rows.index(0), rows.index(len(rows.rows) - 1))
        self._show_state()

    def look(self) -> None:
        """Begin with what is ticked."""
        ticked = [key for key in self._exhibits if key in self.list.rows.checked]
        if not ticked:
            self.say(lambda t: (t("Tick at least one exhibit."), ""), kind="plain")
            return
        self.forget_message()
        self.run.begin(self.case_id, ticked)
        announce(self, self.state.text())
        self.stop_button.setFocus()

    def _moved(self) -> None:
        run = self.run
        if not run.is_running and run.total and self.desk.is_open:
            done, skipped, was_stopped = run.done - run.passed_over, run.passed_over, run.was_stopped
            self.say(lambda t: _outcome(t, done, skipped, was_stopped=was_stopped), kind="plain")
            run.total = 0
        self._show_state()
        self.changed.emit()

    def _scored(self, report: ScoreReport) -> None:
        known = self._exhibits.get(report.item_id)
        if known is not None:
            self._exhibits[report.item_id] = Exhibit(item=known.item, score=report)
            self.list.rows.checked.discard(report.item_id)
            place = list(self._exhibits).index(report.item_id)
            self.list.rows.fill(place, [self._row(self._exhibits[report.item_id])])
            if self.list.current_key() == report.item_id:
                self._show_current()

    def _drop(self) -> None:
        self._exhibits, self._held = {}, frozenset()
        self.list.rows.checked.clear()
        self._show()

    def _show(self) -> None:
        self.list.show_rows([self._row(exhibit) for exhibit in self._exhibits.values()])
        self.list.fit(2, 7)
        self._show_state()
        self._show_current()

    def _row(self, exhibit: Exhibit) -> Row:
        t, item, score = self.desk.t, exhibit.item, exhibit.score
        if item.id in self._held:
            return Row(item.id, wording.title(item), "", t.code("name", "event.QUARANTINED"), "lock")
        if score is None:
            return Row(item.id, wording.title(item), t("Not looked at yet."), "", wording.icon_of(item))
        why = " · ".join(named_code(t, "reason", reason) for reason in score.reasons)
        band = t.code("name", f"band.{score.band}")
        return Row(item.id, wording.title(item), why, band, wording.icon_of(item))

    def _show_state(self) -> None:
        t, run = self.desk.t, self.run
        has_any = bool(self._exhibits)
        self.going_on.setVisible(run.is_running)
        if run.is_running:
            words = t("Looking for signs of manipulation: {done} of {total} done", done=t.number(run.done),
                      total=t.number(run.total))  # fmt: skip
            self.state.setText(words)
            self.progress.setAccessibleName(words)
            self.progress.setRange(0, max(run.total, 1))
            self.progress.setValue(run.done)
        for part in (self.list, self.hint, self.look_button, self.new_button, self.all_button, self.none_button,
                     self.counted, self.about, self.part):  # fmt: skip
            part.setVisible(has_any)
        self.look_button.setEnabled(not run.is_running)
        bands = Counter(exhibit.score.band for exhibit in self._exhibits.values() if exhibit.score is not None)
        unseen = len(self._exhibits) - bands.total()
        said = [
            t("{where}: {words}", where=t.code("name", f"band.{band}"), words=t.number(bands[band]))
            for band in Band
            if bands[band]
        ]
        if unseen:
            said.append(t("not looked at yet: {n}", n=t.number(unseen)))
        self.counted.setText(" · ".join(said))

    def _show_current(self) -> None:
        exhibit = self._exhibits.get(self.list.current_key())
        self.about.setText(wording.title(exhibit.item) if exhibit is not None else "")
        self.part.show_report(exhibit.score if exhibit is not None else None)


def _outcome(t: Texts, done: int, skipped: int, *, was_stopped: bool) -> tuple[str, str]:
    """What a run came to, and that it is a lead."""
    sentence = t.plural("{n} exhibit was looked at.", "{n} exhibits were looked at.", done)
    if was_stopped:
        sentence = f"{t('Stopped. Nothing that was already kept is lost.')} {sentence}"
    advice = t("A score is a lead for the investigation, not evidence of falsity.")
    if skipped:
        more = t.plural("{n} was passed over: it is held back, no longer kept, or damaged.",
                        "{n} were passed over: they are held back, no longer kept, or damaged.", skipped)  # fmt: skip
        advice = f"{more} {advice}"
    return sentence, advice
