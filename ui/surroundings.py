"""What a screen reader says on the way in: the name of the card that a control is in.

Screen readers say the names of the panels that the keyboard comes into, and a panel has none unless it is given one:
without it, a box *Nobody but me* is heard, and never the question. What stands at the top of a card is its name, so it
is read from there, whenever the keyboard comes in (as ``fieldset`` and ``legend`` in HTML; WCAG 2.2, 1.3.1). A page and
a question know their names (:meth:`ui.page.Page.say_title`, :class:`ui.widgets.Question`).
"""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from ui.widgets import Card


def name_surroundings(widget: QWidget | None) -> None:
    """Name the cards around ``widget``."""
    while widget is not None:
        if isinstance(widget, Card) and (words := _top(widget)) and widget.accessibleName() != words:
            widget.setAccessibleName(words)
        widget = widget.parentWidget()


def forget_surroundings(page: QWidget) -> None:
    """Take the names away again: a title may have come out of the vault."""
    for card in page.findChildren(Card):
        if card.accessibleName():
            card.setAccessibleName("")


def _top(card: Card) -> str:
    """The words that a card begins with; empty when it begins with something else."""
    first = card.inside.itemAt(0)
    label = first.widget() if first is not None else None
    return label.text() if isinstance(label, QLabel) else ""
