"""The drawn icons: one family of simple strokes, in the colour and size that a place needs."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from resources import FOLDER


@lru_cache(maxsize=128)
def _drawing(name: str) -> str:
    return (FOLDER / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def pixmap(name: str, colour: str, side: int, ratio: float = 1.0) -> QPixmap:
    """Icon ``name`` in ``colour`` (``#RRGGBB``), ``side`` pixels wide and high, sharp on a screen of this ratio."""
    renderer = QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour).encode()))
    made = QPixmap(round(side * ratio), round(side * ratio))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    renderer.render(painter, QRectF(0, 0, made.width(), made.height()))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def icon(name: str, colour: str, side: int, *, chosen: str = "", disabled: str = "") -> QIcon:
    """Icon ``name`` for a button: ``chosen`` is its colour when the button is checked, ``disabled`` when it is off."""
    made = QIcon()
    screens = {1.0, float(QGuiApplication.primaryScreen().devicePixelRatio())} if QGuiApplication.screens() else {1.0}
    for ratio in sorted(screens):
        made.addPixmap(pixmap(name, colour, side, ratio))
        if chosen:
            made.addPixmap(pixmap(name, chosen, side, ratio), QIcon.Mode.Normal, QIcon.State.On)
        if disabled:
            made.addPixmap(pixmap(name, disabled, side, ratio), QIcon.Mode.Disabled)
    return made


def mark(side: int = 256) -> QIcon:
    """The program's own mark: neutral on purpose."""
    made = QIcon()
    for size in (16, 32, 64, side):
        made.addPixmap(pixmap("mark", "#000000", size))
    return made
