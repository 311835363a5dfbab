"""Puts the look on a part of the window: its style sheet, its icons, its white space. Once for each look.

A style sheet of the whole application would be worked through for every widget of every page whenever the look, the
language or the size of text changes; with many pages that takes a second. So each page wears its own, and one that is
not shown changes when it is shown.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ui.page import Page, wear
from ui.theme import Theme
from ui.widgets import Button, Icon


def dress(part: QWidget | None, theme: Theme, *, is_around: bool = False) -> None:
    """Let ``part`` and all that is in it follow the look, unless it does already. What stands ``is_around`` the pages
    needs little of the style sheet."""
    if part is None:
        return
    if wear(part, theme.around() if is_around else theme.stylesheet()):
        for button in part.findChildren(Button):
            button.relook(theme)
        for icon in part.findChildren(Icon):
            icon.relook(theme)
    # A page wears its style sheet from the start; its white space is right once everything is in it.
    if isinstance(part, Page) and part.spread_for != part.styleSheet():
        part.spread_for = part.styleSheet()
        part.relook(theme)
