"""What a page asks of Qt on the way to the first one, without the namespace ``Qt``.

``Qt`` in Python holds a hundred enumerations, and the binding makes all of them when one is named: 13 ms, a tenth of
the start. The meta-object of a widget takes the numbers of the same values, by the names of its properties.
So nothing that is read before the window is drawn names ``Qt`` at the top of its module (``tests/house/test_late.py``).
"""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

_PLAIN_TEXT = 0
_NO_FOCUS = 0
_BY_MOUSE, _BY_KEYBOARD = 1, 2


def plain_text(label: QLabel) -> None:
    """Show the words of a label as they are, whatever marks stand in them (``Qt.TextFormat.PlainText``)."""
    label.setProperty("textFormat", _PLAIN_TEXT)


def selectable(label: QLabel) -> None:
    """Let words be selected by mouse and keyboard (``Qt.TextInteractionFlag``)."""
    label.setProperty("textInteractionFlags", _BY_MOUSE | _BY_KEYBOARD)


def no_focus(widget: QWidget) -> None:
    """The keyboard never stops there (``Qt.FocusPolicy.NoFocus``)."""
    widget.setProperty("focusPolicy", _NO_FOCUS)


def focus_on(widget: QWidget) -> None:
    """Bring the keyboard there, as the Tab key would; before anything is shown there is nobody to tell why."""
    if not widget.isVisible():
        widget.setFocus()
        return
    from PySide6.QtCore import Qt

    widget.setFocus(Qt.FocusReason.TabFocusReason)
