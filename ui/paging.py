"""Lists that are longer than anyone reads: rows come in pages, when they are about to be seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from ui.page import Page
from ui.rows import PENDING, Row, RowList

PAGE = 100
"""Rows that are read at once."""

Fetch = Callable[[int, int], Sequence[Row]]
"""From a row on, at most so many: runs on the lane of the vault."""


class Pager(QObject):
    """Fills a :class:`ui.rows.RowList` page by page through its page's jobs."""

    def __init__(self, page: Page, rows: RowList) -> None:
        super().__init__()
        self._page, self._list = page, rows
        self._fetch: Fetch | None = None
        self._asked: set[int] = set()
        self._turn = 0
        rows.rows.wanted.connect(self._want)

    def begin(self, total: int, first: Sequence[Row], fetch: Fetch) -> None:
        """Show ``total`` rows, of which the first are there; ``fetch`` gets the others."""
        self._turn += 1
        self._fetch = fetch
        self._asked = {0}
        self._list.show_rows([*first, *[PENDING] * (total - len(first))])

    def forget(self) -> None:
        """Drop every row."""
        self._turn += 1
        self._fetch, self._asked = None, set()
        self._list.show_rows([])

    def _want(self, row: int) -> None:
        start, fetch, turn = row // PAGE * PAGE, self._fetch, self._turn
        if fetch is None or start in self._asked:
            return
        self._asked.add(start)

        def done(rows: Sequence[Row]) -> None:
            if turn == self._turn:
                self._list.rows.fill(start, rows)

        self._page.work(lambda _progress, _cancelled: fetch(start, PAGE), done)
