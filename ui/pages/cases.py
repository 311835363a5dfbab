"""The list of cases, and a line to begin a new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from evidence.i18n import Texts
from evidence.model import Case
from ui import wording
from ui.desk import Desk
from ui.fields import Field
from ui.page import Page
from ui.rows import Row, RowList
from ui.widgets import Button, text


class CasesPage(Page):
    """What items are gathered for."""

    WAY = "cases"
    HELP = "cases"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._cases: Sequence[Case] = ()
        self._is_loaded = False
        self.new = Field()
        self.new_button = Button(desk, "main", "plus")
        self.new_button.clicked.connect(self.begin)
        self.new.line.returnPressed.connect(self.begin)
        self.new.row.addWidget(self.new_button)
        self.body.addWidget(self.new)
        self.empty = text("quiet")
        self.body.addWidget(self.empty)
        self.list = RowList(desk)
        self.list.opened.connect(lambda key: self.desk.go.show_case(key))
        self.body.addWidget(self.list, 1)
        self.filler = QWidget()
        self.body.addWidget(self.filler, 1)
        self.hint = text("small")
        self.body.addWidget(self.hint)

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.say_title(t("Cases"))
        self.new.name(t("A &new case"), t("A title that says something to you alone. It stays inside the vault."))
        self.new_button.setText(t("&Begin"))
        self.empty.setText(t("There is no case yet. One case holds everything that belongs together."))
        self.list.setAccessibleName(t("Cases"))
        self.hint.setText(t("A double click or Enter opens a case."))
        self._show()

    def enter(self) -> None:
        session = self.desk.session
        self.work(lambda _progress, _cancelled: session.cases(), self._loaded)

    def first_focus(self) -> QWidget:
        return self.list if self._cases else self.new.line

    def forget(self) -> None:
        super().forget()
        self._cases, self._is_loaded = (), False
        self.new.line.setText("")
        self._show()

    def begin(self) -> None:
        """Begin a case with the typed title and go to it."""
        title, session = self.new.line.text(), self.desk.session

        def done(case: Case) -> None:
            self.new.line.setText("")
            self.desk.go.show_case(case.id)

        self.work(lambda _progress, _cancelled: session.create_case(title), done, blocks=True)

    def say_repairs(self) -> None:
        """Say what was put right when the vault was opened after an interruption."""
        session = self.desk.session

        def done(repairs: Sequence[Any]) -> None:
            if repairs:
                self.say(
                    lambda t: (
                        t("The vault was put in order after an interruption. Nothing that was sealed is lost."),
                        "\n".join(wording.named(t, repair.code, **repair.params) for repair in repairs),
                    ),
                    kind="plain",
                )

        self.work(lambda _progress, _cancelled: session.repairs(), done)

    def _loaded(self, cases: Sequence[Case]) -> None:
        is_first = not self._is_loaded
        self._cases, self._is_loaded = cases, True
        self._show()
        if is_first and self.isVisible():
            self.first_focus().setFocus()

    def _show(self) -> None:
        t = self.desk.t
        self.list.show_rows(
            [
                Row(
                    case.id,
                    wording.safe(case.title),
                    t("begun on {time}", time=t.moment(case.created_at)),
                    t.plural("{n} exhibit", "{n} exhibits", case.item_count),
                    "cases",
                )
                for case in self._cases
            ]
        )
        self.list.setVisible(bool(self._cases))
        self.hint.setVisible(bool(self._cases))
        self.empty.setVisible(self._is_loaded and not self._cases)
        self.filler.setVisible(not self._cases)
        self.list.fit(2, 5)
