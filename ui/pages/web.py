"""A web page as its site serves it: say what the site learns, record it, keep it if it shows what was asked for."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from evidence.errors import EvidenceError
from evidence.i18n import Texts, named_fact
from evidence.model import Item, MinorAnswer
from evidence.session import LoadedPage, notice_lines, page_notice
from ui import wording
from ui.desk import Desk
from ui.fields import Field, TextField
from ui.flow import FlowLayout
from ui.jobs import Lane
from ui.lines import Lines
from ui.minor import ask_minor
from ui.page import Page
from ui.theme import Theme
from ui.widgets import Button, Card, text

TOUCHED = "page_touched"
SHOWN = ("capture_marks", "final_url", "page_title", "http_status", "redirects", "server_ip", "certificate_subject",
         "certificate_errors", "served_and_rendered")  # fmt: skip


class WebPage(Page):
    """An address, what opening it means, and one button. A capture that failed is shown, and kept only if wanted."""

    HELP = "capture"

    WAY = "cases"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.case_id = ""
        self._loaded: LoadedPage | None = None
        self.back.clicked.connect(lambda: self.desk.go.show_case(self.case_id))

        self.asks = Card()
        self.url = Field()
        self.url.line.textChanged.connect(lambda _text: self._show_notice())
        self.url.line.returnPressed.connect(self.open_page)
        self.asks.inside.addWidget(self.url)
        group = QButtonGroup(self)
        self.unseen, self.seen = QRadioButton(), QRadioButton()
        for choice in (self.unseen, self.seen):
            group.addButton(choice)
            self.asks.inside.addWidget(choice, 0, Qt.AlignmentFlag.AlignLeft)
        self.unseen.setChecked(True)
        self.access, self.note = Field(), TextField()
        self.asks.inside.addWidget(self.access)
        self.asks.inside.addWidget(self.note)
        self.body.addWidget(self.asks)

        self.notice = Card("care")
        self.notice_title, self.notice_text = text("label"), Lines()
        self.notice.inside.addWidget(self.notice_title)
        self.notice.inside.addWidget(self.notice_text)
        row = FlowLayout(gap=10)
        self.open_button, self.leave_button = Button(desk, "main", "check"), Button(desk)
        self.open_button.clicked.connect(self.open_page)
        self.leave_button.clicked.connect(lambda: self.desk.go.show_case(self.case_id))
        row.addWidget(self.open_button)
        row.addWidget(self.leave_button)
        self.notice.inside.addLayout(row)
        self.body.addWidget(self.notice)

        self.failed = Card()
        self.failed_title, self.failed_text = text("label"), text("body", selectable=True)
        self.failed_hint = text("small")
        for part in (self.failed_title, self.failed_text, self.failed_hint):
            self.failed.inside.addWidget(part)
        ways = FlowLayout(gap=10)
        self.again_button, self.keep_button = Button(desk, "main"), Button(desk)
        self.drop_button = Button(desk)
        self.again_button.clicked.connect(self._ask_again)
        self.keep_button.clicked.connect(lambda: self._keep(keeps_failed=True))
        self.drop_button.clicked.connect(lambda: self.desk.go.show_case(self.case_id))
        for button in (self.again_button, self.keep_button, self.drop_button):
            ways.addWidget(button)
        self.failed.inside.addLayout(ways)
        self.body.addWidget(self.failed)
        self.body.addStretch(1)
        self._show_state()

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back to the case"))
        self.say_title(t("Record a web page"))
        self.url.name(
            t("Address of the &page"),
            t("Recorded are what the site sends, what is shown, and how the two differ."),
        )
        self.unseen.setText(t("Record it &without showing it to me"))
        self.seen.setText(t("&Show it to me first: I want to look, or log in"))
        self.access.name(
            t("How you could see &it, if you want"),
            t("For example: it was sent to me, I was added to the room, it is public."),
        )
        self.note.name(t("A &note, if you want"), t("What you saw, in your own words: facts, no guesses."))
        self.notice_title.setText(t("Before anything is sent"))
        self.open_button.setText(t("Open and &record"))
        self.leave_button.setText(t("N&ot now"))
        self.failed_hint.setText(
            t("Nothing was kept. You can keep it as it is: it is then marked as a failed capture everywhere.")
        )
        self.again_button.setText(t("&Try again"))
        self.keep_button.setText(t("&Keep it as a failed capture"))
        self.drop_button.setText(t("&Drop it"))
        self._show_notice()
        self._show_failed()

    def relook(self, theme: Theme) -> None:
        super().relook(theme)
        if hasattr(self, "note"):
            self.note.set_height(theme.px(76))

    def open_for(self, case_id: str, url: str) -> None:
        """Record a page for this case."""
        self.case_id = case_id
        self.url.line.setText(url)
        self._drop_loaded()

    def first_focus(self) -> QWidget:
        return self.url.line

    def leave(self) -> None:
        super().leave()
        self._drop_words()

    def forget(self) -> None:
        super().forget()
        self.case_id = ""
        self._drop_words()

    def open_page(self) -> None:
        """Ask whether someone under age could be on the page; only then is it opened."""
        url = self.url.line.text().strip()
        try:
            page_notice(url)
        except EvidenceError as problem:
            self.say_problem(problem)
            self.url.line.setFocus()
            return
        ask_minor(self.desk, self.case_id, self.record, address=url)

    def record(self) -> None:
        """Open the page and record it: the network is used from here on."""
        url, t = self.url.line.text().strip(), self.desk.t
        percent = self.desk.settings.text_percent
        is_shown, language, load = self.seen.isChecked(), self.desk.language, self.desk.doors.load_page

        def done(loaded: LoadedPage) -> None:
            self._loaded = loaded
            if loaded.outcome.is_failed:
                self.show_failed(loaded)
            else:
                self._keep()

        label = t("Use the window that opens. It is closed when you are done.") if is_shown else t("Recording the page")
        job = self.work(
            lambda progress, cancelled: load(
                url, language=language, is_shown=is_shown, text_percent=percent, progress=progress, cancelled=cancelled
            ),
            done,
            label=label,
            lane=Lane.PARALLEL,
        )
        moved = job.on_progress

        def report(share: float, step: str) -> None:
            if step == TOUCHED:
                self.desk.touched.emit()
            elif moved is not None:
                moved(share, step)

        job.on_progress = report

    def show_failed(self, loaded: LoadedPage) -> None:
        """Say why a capture failed, and leave the choice."""
        self._loaded = loaded
        self._show_state()
        self.again_button.setFocus()

    def _keep(self, *, keeps_failed: bool = False) -> None:
        loaded, session, case_id = self._loaded, self.desk.session, self.case_id
        if loaded is None:
            return
        note, access = self.note.words(), self.access.line.text().strip()

        def done(item: Item) -> None:
            self._drop_words()
            self.desk.go.show_case(self.case_id)
            self.desk.go.said_in_case([item])

        self.work(
            lambda progress, cancelled: session.keep_page(
                case_id, loaded, keeps_failed=keeps_failed, note=note, lawful_access=access,
                minor=MinorAnswer.NO, progress=progress, cancelled=cancelled,
            ),
            done,
            label=self.desk.t("Sealing"),
        )  # fmt: skip

    def _ask_again(self) -> None:
        self._drop_loaded()
        self.url.line.setFocus()

    def _drop_loaded(self) -> None:
        self._loaded = None
        self._show_state()

    def _drop_words(self) -> None:
        self.url.line.setText("")
        self.note.forget()
        self.access.line.setText("")
        self._drop_loaded()

    def _show_state(self) -> None:
        has_failed = self._loaded is not None and self._loaded.outcome.is_failed
        for part in (self.asks, self.notice):
            part.setVisible(not has_failed)
        self.failed.setVisible(has_failed)
        self._show_failed()

    def _show_notice(self) -> None:
        t = self.desk.t
        try:
            lines = notice_lines(t, page_notice(self.url.line.text().strip()))
        except EvidenceError:
            lines = [t("Opening a page uses the network. What its site will learn is said here.")]
        self.notice_text.show_lines(lines)

    def _show_failed(self) -> None:
        if self._loaded is None:
            self.failed_title.setText("")
            self.failed_text.setText("")
            self.failed_text.hide()
            return
        t, facts = self.desk.t, self._loaded.facts
        self.failed_title.setText(wording.begun(named_fact(t, "capture_outcome", facts["capture_outcome"])[1]))
        found = [wording.fact(t, key, facts[key]) for key in SHOWN if facts.get(key)]
        self.failed_text.setText("\n".join(t("{where}: {words}", where=name, words=value) for name, value in found))
        self.failed_text.setVisible(bool(found))
