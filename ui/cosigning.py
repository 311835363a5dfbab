"""A second person's signature. A part of the packages' page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from evidence.i18n import Texts
from ui.flow import FlowLayout
from ui.jobs import Cancelled, Progress
from ui.signing import SigningKey
from ui.widgets import Button, Card, text

if TYPE_CHECKING:
    from evidence.session import PackageCoSigned
    from ui.page import Page


class CoSigning(QWidget):
    """Choose the key, check, sign. ``forms`` gives the chosen package; ``done`` gets the signature."""

    def __init__(self, page: Page, forms: Callable[[], list[Path]], done: Callable[[PackageCoSigned], None]) -> None:
        super().__init__()
        self._page, self._forms, self._done = page, forms, done
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        self.title, card = text("heading"), Card()
        self.about = text()
        self.key = SigningKey(page.desk)
        self.sign_button = Button(page.desk, "", "key")
        self.sign_button.clicked.connect(self.sign)
        row = FlowLayout(gap=10)
        row.addWidget(self.sign_button)
        card.inside.addWidget(self.about)
        card.inside.addWidget(self.key)
        card.inside.addLayout(row)
        column.addWidget(self.title)
        column.addWidget(card)

    def retranslate(self, t: Texts) -> None:
        """Say its words in the language of ``t``."""
        self.title.setText(t("Sign as well"))
        self.about.setText(
            t("For a second person: a counsellor, for instance. The package is checked first; what was signed before "
              "stays as it is. A package of this vault needs another key than the vault’s own.")
        )  # fmt: skip
        self.key.retranslate(t)
        self.sign_button.setText(t("&Sign as well"))

    def forget(self) -> None:
        """Drop what was typed."""
        self.key.forget()

    def sign(self) -> None:
        """Put the signature into all forms of the package."""
        page, forms = self._page, self._forms()
        if not forms:
            return
        if self.key.focus_missing():
            page.say(lambda t: (t("Choose the files of the key that signs."), ""), kind="plain")
            return
        session, opened = page.desk.session, self.key.take()

        def sign(progress: Progress, cancelled: Cancelled) -> PackageCoSigned:
            from evidence.session import co_sign_package

            with opened as signer:
                if signer is None:
                    return session.co_sign_package(forms, progress=progress, cancelled=cancelled)
                return co_sign_package(forms, signer, progress=progress, cancelled=cancelled)

        page.work(sign, self._done, label=page.desk.t("Checking and signing"))
