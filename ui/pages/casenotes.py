"""Notes about a case: facts, with the time of writing. They stay in the vault unless they are chosen for a package."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout

from evidence.i18n import Texts
from evidence.model import Note
from ui import wording
from ui.desk import Desk
from ui.fields import TextField
from ui.flow import FlowLayout
from ui.rooms import CaseRoom
from ui.theme import Theme
from ui.widgets import Button, Card, discard, text

MOST = 200
"""So many are shown, the newest."""


class CaseNotesPage(CaseRoom):
    """A place to write, and what was written."""

    KEY = "notes"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._notes: Sequence[Note] = ()
        card = Card()
        self.note = TextField()
        self.keep_button, self.undo_button = Button(desk, "main", "note"), Button(desk)
        self.keep_button.clicked.connect(self.keep)
        self.undo_button.clicked.connect(self.undo)
        row = FlowLayout(gap=8)
        row.addWidget(self.keep_button)
        row.addWidget(self.undo_button)
        card.inside.addWidget(self.note)
        card.inside.addLayout(row)
        self.body.addWidget(card)
        self.hint = text("small")
        self.body.addWidget(self.hint)
        self.written = QVBoxLayout()
        self.written.setSpacing(10)
        self.list_card = Card()
        self.list_card.inside.addLayout(self.written)
        self.body.addWidget(self.list_card)
        self.body.addStretch(1)
        self._show()

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.note.name(t("&What happened"), t("In your own words: what, when, who was there. Facts, no guesses."))
        self.keep_button.setText(t("&Keep the note"))
        self.undo_button.setText(t("&Undo the last change"))
        self.hint.setText(
            t(
                "The time of writing is noted. Notes stay in this vault; one goes into a package only where you choose "
                "it on the page of the package."
            )
        )
        self._show()

    def relook(self, theme: Theme) -> None:
        super().relook(theme)
        if hasattr(self, "note"):
            self.note.set_height(theme.px(120))

    def read_in(self) -> None:
        session, case_id = self.desk.session, self.case_id

        def read(_progress: object, _cancelled: object) -> tuple[list[Note], str]:
            return session.place.notes(case_id), session.place.can_undo(case_id)

        def done(found: tuple[list[Note], str]) -> None:
            if case_id == self.case_id:
                self._notes = found[0]
                self.undo_button.setVisible(found[1] == "note")
                self._show()

        self.work(read, done)

    def leave(self) -> None:
        super().leave()
        self.note.forget()

    def forget(self) -> None:
        super().forget()
        self.note.forget()
        self._notes = ()
        self._show()

    def keep(self) -> None:
        """Keep the note."""
        session, case_id, words = self.desk.session, self.case_id, self.note.words()

        def write(_progress: object, _cancelled: object) -> None:
            session.place.add_note(case_id, words)

        def done(_nothing: object) -> None:
            self.note.forget()
            self.say(lambda t: (t("The note is kept."), ""))
            self.enter()

        self.work(write, done, blocks=True)

    def undo(self) -> None:
        """Take the last note back; the log keeps that there was one."""
        session, case_id = self.desk.session, self.case_id

        def done(kind: str) -> None:
            self.say(lambda t: (t.code("name", f"undone.{kind}"), ""))
            self.enter()

        self.work(lambda _progress, _cancelled: session.place.undo(case_id), done, blocks=True)

    def _show(self) -> None:
        t = self.desk.t
        while self.written.count():
            entry = self.written.takeAt(0)
            widget = entry.widget() if entry is not None else None
            if widget is not None:
                widget.hide()
                discard(widget)
        self.list_card.setVisible(bool(self._notes))
        for note in reversed(self._notes[-MOST:]):
            words, when = text("body", selectable=True), text("small")
            words.setText(wording.safe(note.text))
            when.setText(f"{t.moment(note.written_at)} · {t.code('name', f'role.{note.author}')}")
            self.written.addWidget(words)
            self.written.addWidget(when)
