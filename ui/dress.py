"""Puts the look on a part of the window: its style sheet, its icons, its white space. Once for each look.

A style sheet of the whole application would be worked through for every widget of every page whenever the look, the
language or the size of text changes; with many pages that takes a second. So each page wears its own, and one that is
not shown changes when it is shown.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ui.page import Page
from ui.theme import Theme
from ui.widgets import Button, Icon

WORN = "worn"


def dress(part: QWidget | None, theme: Theme) -> None:
    """Let ``part`` and all that is in it follow the look, unless it does already."""
    sheet = theme.stylesheet()
    if part is None or part.property(WORN) == sheet:
        return
    part.setProperty(WORN, sheet)
    part.setStyleSheet(sheet)
    for button in part.findChildren(Button):
        button.relook(theme)
    for icon in part.findChildren(Icon):
        icon.relook(theme)
    if isinstance(part, Page):
        part.relook(theme)
