"""Where a small window can stand without being in what is recorded of the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QGuiApplication, QScreen

if TYPE_CHECKING:
    from ui.shapes import Area, Monitor

MARGIN = 16


def read_area(words: str) -> tuple[int, int, int, int] | None:
    """``x,y,w,h`` as a recording says it; None for anything else."""
    try:
        left, top, width, height = (int(part) for part in words.split(","))
    except ValueError:
        return None
    return left, top, width, height


def spot_beside(
    area: tuple[int, int, int, int] | None, size: QSize, monitors: Sequence[Monitor], screens: Sequence[QScreen] = ()
) -> QPoint | None:
    """The upper left corner for a window of ``size``: on a screen that is not recorded, else to the right or left of
    the recorded ``area`` (in pixels of the desktop), at the lower edge. None where it would be in the picture."""
    if area is None:
        return None
    places = [
        (screen.availableGeometry(), _on(screen.geometry(), area, _match(screen, position, monitors)))
        for position, screen in enumerate(screens or QGuiApplication.screens())
    ]
    for room, taken in places:
        if not taken.intersects(room) and room.width() >= size.width() + MARGIN:
            return QPoint(room.right() - size.width() - MARGIN, room.bottom() - size.height() - MARGIN)
    for room, taken in places:
        low = room.bottom() - size.height() - MARGIN
        if room.right() - taken.right() >= size.width() + 2 * MARGIN:
            return QPoint(room.right() - size.width() - MARGIN, low)
        if taken.left() - room.left() >= size.width() + 2 * MARGIN:
            return QPoint(room.left() + MARGIN, low)
    return None


def _match(screen: QScreen, position: int, monitors: Sequence[Monitor]) -> Area | None:
    """The monitor as the system names it in pixels, which is this screen of the toolkit."""
    place = screen.geometry()
    same = [one for one in monitors if (one.region.left, one.region.top) == (place.x(), place.y())]
    if same:
        return same[0].region
    return monitors[position].region if position < len(monitors) else None


def _on(screen: QRect, area: tuple[int, int, int, int], monitor: Area | None) -> QRect:
    """``area`` in the toolkit's own units, which differ from pixels where the screen is scaled."""
    left, top, width, height = area
    if monitor is None or not screen.width():
        return QRect(left, top, width, height)
    ratio = monitor.width / screen.width()
    return QRect(
        screen.x() + round((left - monitor.left) / ratio), screen.y() + round((top - monitor.top) / ratio),
        round(width / ratio), round(height / ratio),
    )  # fmt: skip
