"""Sheets lie over the page: they ask or tell something, and the page comes back as it was."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget
from shiboken6 import isValid

from ui.early import focus_on
from ui.page import Page


class Sheets:
    """Those that lie over a page of ``stack``, the uppermost last. ``prepare`` gets one ready to be seen, ``focus``
    brings the keyboard to it."""

    def __init__(
        self, stack: QStackedWidget, prepare: Callable[[QWidget], None], focus: Callable[[Page], None]
    ) -> None:
        self._stack, self._prepare, self._focus = stack, prepare, focus
        self._laid: list[tuple[Page, QWidget | None, QWidget | None]] = []

    @property
    def pages(self) -> list[Page]:
        """The sheets that lie there now."""
        return [sheet for sheet, _under, _focused in self._laid]

    def lay(self, sheet: Page) -> None:
        """Lay one over what is shown."""
        self._laid.append((sheet, self._stack.currentWidget(), QApplication.focusWidget()))
        self._stack.addWidget(sheet)
        self._prepare(sheet)
        self._stack.setCurrentWidget(sheet)
        self._focus(sheet)

    def take_away(self) -> None:
        """Take the uppermost away; the keyboard is where it was before."""
        if not self._laid:
            return
        sheet, under, focused = self._laid.pop()
        if under is not None:
            self._prepare(under)
            self._stack.setCurrentWidget(under)
        self._stack.removeWidget(sheet)
        sheet.deleteLater()
        if under is None:
            return
        if focused is not None and isValid(focused) and under.isAncestorOf(focused) and focused.isVisible():
            focus_on(focused)
        elif isinstance(under, Page):
            self._focus(under)

    def take_all_away(self) -> None:
        """Only the page is left."""
        while self._laid:
            self.take_away()
