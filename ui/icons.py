"""The drawn icons: one family of simple strokes, in the colour and size that a place needs."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from resources import FOLDER


@lru_cache(maxsize=128)
def _drawing(name: str) -> str:
    return (FOLDER / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def _empty(width: int, height: int) -> QImage:
    """A picture that can be seen through; to fill one would name ``Qt`` (:mod:`ui.early`)."""
    return QImage(bytes(4 * width * height), width, height, QImage.Format.Format_ARGB32_Premultiplied).copy()


@lru_cache(maxsize=256)
def _shape(name: str, pixels: int, pad: int) -> QImage:
    """The drawing as it stands in its file, black where a place gives the colour."""
    made = _empty(pixels + pad, pixels)
    painter = QPainter(made)
    QSvgRenderer(QByteArray(_drawing(name).encode())).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    return made


@lru_cache(maxsize=256)
def _flat(colour: str, width: int, height: int) -> QPixmap:
    made = QPixmap(width, height)
    made.fill(QColor(colour))  # a brush or a pen would name Qt too
    return made


@lru_cache(maxsize=1024)
def _coloured(name: str, colour: str, pixels: int, pad: int) -> QImage:
    shape = _shape(name, pixels, pad)
    if "currentColor" not in _drawing(name):
        return shape
    made = QImage(shape)
    painter = QPainter(made)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.drawPixmap(0, 0, _flat(colour, made.width(), made.height()))
    painter.end()
    return made


def pixmap(name: str, colour: str, side: int, ratio: float = 1.0, pad: int = 0) -> QPixmap:
    """Icon ``name`` in ``colour`` (``#RRGGBB``), ``side`` pixels wide and high and ``pad`` wider at its right, sharp on
    a screen of this ratio.

    Each is drawn once: pages show the same few again and again.
    """
    made = QPixmap.fromImage(_coloured(name, colour, round(side * ratio), round(pad * ratio)))
    made.setDevicePixelRatio(ratio)
    return made


def icon(name: str, colour: str, side: int, *, chosen: str = "", disabled: str = "", pad: int = 0) -> QIcon:
    """Icon ``name`` for a button: ``chosen`` is its colour when the button is checked, ``disabled`` when it is off;
    ``pad`` pixels are left free at its right, towards the words."""
    made = QIcon()
    screens = {1.0, float(QGuiApplication.primaryScreen().devicePixelRatio())} if QGuiApplication.screens() else {1.0}
    for ratio in sorted(screens):
        made.addPixmap(pixmap(name, colour, side, ratio, pad))
        if chosen:
            made.addPixmap(pixmap(name, chosen, side, ratio, pad), QIcon.Mode.Normal, QIcon.State.On)
        if disabled:
            made.addPixmap(pixmap(name, disabled, side, ratio, pad), QIcon.Mode.Disabled)
    return made


def mark(*sides: int) -> QIcon:
    """The program's own mark, neutral on purpose, in these sizes or in all that a system may ask for."""
    made = QIcon()
    for size in sides or (16, 32, 64, 256):
        made.addPixmap(pixmap("mark", "#000000", size))
    return made
