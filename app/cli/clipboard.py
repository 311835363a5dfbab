"""The clipboard, watched from a terminal: the system's own, by the toolkit that the window uses; nothing is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable

from evidence import session as verbs
from evidence.errors import EvidenceError
from evidence.model import Item


class ClipboardWatch:
    """Notices what is copied from when it is made; what was there before is left alone."""

    def __init__(self, take: Callable[[str, bytes | str, str], Item]) -> None:
        """``take`` seals content under a name and type. Raises :class:`EvidenceError` ``capture.no_display``."""
        verbs.screens()  # the toolkit would end the program where no display answers
        from PySide6.QtGui import QGuiApplication

        self._application = QGuiApplication.instance() or QGuiApplication([sys.argv[0] or "holdfast"])
        self._clipboard = QGuiApplication.clipboard()
        self._take = take
        self._has_changed = False
        self._clipboard.dataChanged.connect(self._changed)

    def look(self) -> tuple[list[Item], list[EvidenceError]]:
        """Seal what was copied since the last look: the newest alone, as a clipboard holds one thing."""
        from ui.clipboard import copied

        self._application.processEvents()
        if not self._has_changed:
            return [], []
        self._has_changed = False
        try:
            found = copied(self._clipboard)
            return ([self._take(*found)] if found is not None else []), []
        except EvidenceError as problem:
            return [], [problem]

    def _changed(self) -> None:
        self._has_changed = True
