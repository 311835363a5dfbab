"""Which key signs: the vault's own, one in a file, a certificate with its key in two files, or one in a token."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from evidence.i18n import Texts
from ui.chooser import PlaceField
from ui.desk import Desk
from ui.fields import Choice, SecretField
from ui.widgets import text

if TYPE_CHECKING:
    from evidence.session import PackageSigner

KINDS = VAULT, FILE, PAIR, TOKEN = range(4)


class SigningKey(QWidget):
    """The choice, and the fields that it needs."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.choice = Choice(len(KINDS))
        self.choice.box.activated.connect(lambda _position: self._show())
        self.file, self.second = PlaceField(desk, wants="file"), PlaceField(desk, wants="file")
        self.secret = SecretField(desk)
        self.hint = text("small")
        for part in (self.choice, self.file, self.second, self.secret, self.hint):
            column.addWidget(part)
        self._desk = desk
        self._show()

    @property
    def kind(self) -> int:
        """Which of :data:`KINDS` is chosen."""
        return self.choice.box.currentIndex()

    def choose(self, kind: int) -> None:
        """Choose one of :data:`KINDS`."""
        self.choice.box.setCurrentIndex(kind)
        self._show()

    def retranslate(self, t: Texts) -> None:
        """Say its words in the language of ``t``."""
        self.choice.name(t("Key that signs"))
        for kind, words in enumerate(
            (t("This vault’s own key"), t("A key file (.p12 or .pfx)"),
             t("A certificate with its key in two files"), t("A card, stick or other token"))
        ):  # fmt: skip
            self.choice.box.setItemText(kind, words)
        self.second.name(t("File with the encrypted key"), t("Often called signPri.key."))
        self.secret.show_button.setText(t("Show"))
        self.secret.show_button.setAccessibleName(t("Show what is typed"))
        self._show()

    def focus_missing(self) -> bool:
        """Bring the keyboard to a field that is still empty; whether there was one."""
        for field, needed in ((self.file, self.kind != VAULT), (self.second, self.kind == PAIR)):
            if needed and not field.line.text().strip():
                field.line.setFocus()
                return True
        return False

    def take(self) -> AbstractContextManager[PackageSigner | None]:
        """What opens the chosen key, on a lane; None in it stands for the vault's own. The password's line is empty
        afterwards.

        Entering it raises as :func:`evidence.session.open_signer`.
        """
        from evidence.session import OwnKey, open_signer

        secret, first, second = self.secret.take(), self.file.path(), self.second.path()
        if self.kind == FILE:
            return open_signer(OwnKey(secret, file=first))
        if self.kind == PAIR:
            return open_signer(OwnKey(secret, pair=(first, second)))
        if self.kind == TOKEN:
            return open_signer(OwnKey(secret, module=first))
        return nullcontext(None)

    def forget(self) -> None:
        """Empty it."""
        self.secret.forget()
        self.file.line.setText("")
        self.second.line.setText("")
        self.choose(VAULT)

    def _show(self) -> None:
        t, kind = self._desk.t, self.kind
        names = {
            FILE: (t("File with the key and its certificate"), ""),
            PAIR: (t("File with the certificate"), t("Often called signCert.der.")),
            TOKEN: (t("The token’s PKCS #11 module"), t("A library that the maker of the token gives out.")),
        }
        self.file.name(*names.get(kind, names[FILE]))
        self.file.retranslate(t)
        self.second.retranslate(t)
        self.secret.name(t("PIN of the token") if kind == TOKEN else t("Password of the signing key"))
        self.file.setVisible(kind != VAULT)
        self.second.setVisible(kind == PAIR)
        self.secret.setVisible(kind != VAULT)
        self.hint.setText(t("The log stays under the vault’s key, and each of the two keys names the other."))
        self.hint.setVisible(kind != VAULT)
