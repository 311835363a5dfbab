"""What is missing in a field, said at the field."""

from __future__ import annotations

from ui.fields import Field
from ui.page import Page
from ui.widgets import announce


def ask_for(page: Page, field: Field, words: str) -> None:
    """Go to ``field`` and say below it what is missing in it, until something is typed there."""
    hint = field.hint
    before = hint.text()
    if before != words:

        def put_back(_typed: str) -> None:
            field.line.textChanged.disconnect(asked)
            _show(field, before if hint.text() == words else hint.text(), "small")

        asked = field.line.textChanged.connect(put_back)
        _show(field, words, "label")
    field.edit.setFocus()
    page.area.ensureWidgetVisible(field)
    announce(field, words)


def _show(field: Field, words: str, kind: str) -> None:
    hint = field.hint
    hint.setProperty("kind", kind)
    hint.style().unpolish(hint)
    hint.style().polish(hint)
    hint.setText(words)
    hint.setVisible(bool(words))
    field.edit.setAccessibleDescription(words)
