"""Shows the sample picture on the screen for the moment in which the practice run captures it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from evidence.errors import EvidenceError

SETTLE_MS = 400


@contextmanager
def shown_on_screen(picture: bytes) -> Iterator[tuple[int, int, int, int]]:
    """A frameless window above all others with ``picture`` (PNG) in it; gives its region in pixels of the desktop.

    Raises :class:`EvidenceError` ``capture.no_display`` where there is no screen.
    """
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        raise EvidenceError("capture.no_display")
    from PySide6.QtCore import Qt  # a practice run without a screen works without Qt
    from PySide6.QtGui import QPixmap
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QLabel

    application = QApplication.instance() or QApplication([])
    pixmap = QPixmap()
    pixmap.loadFromData(picture)
    window = QLabel()
    window.setWindowFlags(Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
    window.setPixmap(pixmap)
    window.setFixedSize(pixmap.size())
    window.move(40, 40)
    window.show()
    try:
        QTest.qWaitForWindowExposed(window)
        QTest.qWait(SETTLE_MS)
        ratio = window.devicePixelRatio()
        corner = window.mapToGlobal(window.rect().topLeft())
        sides = (corner.x(), corner.y(), window.width(), window.height())
        x, y, width, height = (round(side * ratio) for side in sides)
        yield x, y, width, height
    finally:
        window.close()
        application.processEvents()
