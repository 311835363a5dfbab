"""Small files for an upload form. A part of the packages' page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QSpinBox, QVBoxLayout, QWidget

from evidence.i18n import Texts
from evidence.model import Exposure
from ui import wording
from ui.chooser import PlaceField
from ui.fields import Choice, Field
from ui.flow import FlowLayout
from ui.jobs import Lane
from ui.widgets import Button, Card, text

if TYPE_CHECKING:
    from evidence.session import HandedFile
    from ui.page import Page

MEGABYTE = 1_000_000


class UploadSet(QWidget):
    """Where to, how large, how the pictures look. ``forms`` gives the chosen package; ``when_allowed`` goes on where it
    may be handed over; ``done`` gets the files."""

    def __init__(
        self, page: Page, forms: Callable[[], list[Path]], when_allowed: Callable[[Path, Callable[[], None]], None],
        done: Callable[[Sequence[HandedFile]], None],
    ) -> None:  # fmt: skip
        super().__init__()
        self._page, self._forms, self._when_allowed, self._done = page, forms, when_allowed, done
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        self.title, card = text("heading"), Card()
        self.about = text()
        self.place = PlaceField(page.desk)
        self.limit = QSpinBox()
        self.limit.setRange(1, 4000)
        self.limit.lineEdit().setTextMargins(8, 0, 0, 0)
        self.limit_field = Field(self.limit)
        self.looks = Choice(len(Exposure))
        self.write_button = Button(page.desk, "", "package")
        self.write_button.clicked.connect(self.write)
        row = FlowLayout(gap=10)
        row.addWidget(self.write_button)
        for part in (self.about, self.place, self.limit_field, self.looks):
            card.inside.addWidget(part)
        card.inside.addLayout(row)
        column.addWidget(self.title)
        column.addWidget(card)

    def retranslate(self, t: Texts) -> None:
        """Say its words in the language of ``t``."""
        self.title.setText(t("For an upload form"))
        self.about.setText(
            t("Writes the report, the lists and the proof in small files, and small copies of the pictures. The copies "
              "are not evidence by themselves; a list says which original each one shows.")
        )  # fmt: skip
        self.place.name(t("Where to put the small files"))
        self.place.retranslate(t)
        self.limit_field.name(t("&Most megabytes of one file"), t("It is remembered for the next time."))
        self.looks.name(t("How the pict&ures look"))
        for position, exposure in enumerate(Exposure):
            self.looks.box.setItemText(position, wording.begun(t.code("name", f"exposure.{exposure}")))
        self.write_button.setText(t("Write small &files"))

    def enter(self) -> None:
        """The page is shown: offer the limit of the settings."""
        self.limit.setValue(self._page.desk.settings.upload_limit_mb)

    def forget(self) -> None:
        """Drop what was typed."""
        self.place.line.setText("")

    def write(self) -> None:
        """Write the files."""
        page, forms = self._page, self._forms()
        if not forms:
            return
        if not self.place.line.text().strip():
            self.place.line.setFocus()
            page.say(lambda t: (t("Choose where to put the package."), ""), kind="plain")
            return
        out, limit = self.place.path(), self.limit.value()
        exposure, language = list(Exposure)[self.looks.box.currentIndex()], page.desk.language
        if limit != page.desk.settings.upload_limit_mb:
            page.desk.change(upload_limit_mb=limit)

        def make(progress: Callable[[float, str], None], cancelled: Callable[[], bool]) -> Sequence[HandedFile]:
            from evidence.session import make_upload_set

            return make_upload_set(
                forms[0], out, limit=limit * MEGABYTE, exposure=exposure, language=language, progress=progress,
                cancelled=cancelled,
            )  # fmt: skip

        def allowed() -> None:
            page.work(make, self._done, label=page.desk.t("Writing and reading back"), lane=Lane.PARALLEL)

        self._when_allowed(forms[0], allowed)
