"""What a screen reader says on the way in: the name of the page, of the card and of the question that a control is in.

Screen readers say the names of the panels that the keyboard comes into, and a panel has none unless it is given one:
without it, a box *Nobody but me* is heard, and never the question. What stands at the top of a panel is its name, so it
is read from there, whenever the keyboard comes in (ARIA in HTML, ``fieldset`` and ``legend``; WCAG 2.2, 1.3.1).
"""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from ui.page import Page
from ui.widgets import Card


def name_surroundings(widget: QWidget | None) -> None:
    """Name the panels around ``widget``."""
    while widget is not None:
        title = _title(widget)
        if title is not None and widget.accessibleName() != title.text():
            widget.setAccessibleName(title.text())
        widget = widget.parentWidget()


def _title(panel: QWidget) -> QLabel | None:
    """The words at its top; None for what has none, or has a name of its own."""
    if isinstance(panel, Page):
        return panel.heading
    if not isinstance(panel, Card):
        return None
    first = panel.inside.itemAt(0)
    label = first.widget() if first is not None else None
    return label if isinstance(label, QLabel) else None
