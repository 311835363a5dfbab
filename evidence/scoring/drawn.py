"""Drawn faces: no picture of a person. Good for asking whether a detector and the quality gate behave at all."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]

_SKINS: tuple[Colour, ...] = ((206, 166, 140), (232, 196, 172), (172, 124, 96), (120, 82, 62), (88, 60, 48))


def draw_face(
    side: int, canvas: tuple[int, int] | None = None, at: tuple[float, float] = (0.5, 0.5), *, person: int = 0,
    is_flat: bool = False,
) -> Pixels:  # fmt: skip
    """A drawn face about ``side`` pixels high and wide, on a plain ground, softened and with noise as of a camera.

    ``person`` varies skin, light, proportions and noise. ``is_flat`` leaves softness and noise away: a drawing that
    looks like one.
    """
    unit = side / 100
    height, width = canvas or (int(side * 1.8), int(side * 1.8))
    picture = np.full((height, width, 3), (150, 160, 170), np.uint8)
    paint_face(picture, int(width * at[0]), int(height * at[1]), unit, person=person)
    if is_flat:
        return picture
    random = np.random.default_rng(person + 1)
    picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), max(0.6, unit * 0.9)), np.uint8)
    light = np.linspace(1 - 0.02 * (person % 5), 1 + 0.02 * (person % 7), width)[None, :, None]
    return np.clip(picture * light + random.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)


def paint_face(picture: Pixels, x: int, y: int, unit: float, *, person: int = 0) -> None:
    """Paint one face into a picture; ``unit`` is a hundredth of its side."""
    skin = np.array(_SKINS[person % len(_SKINS)])
    wide = 1 + 0.03 * ((person + 1) % 3 - 1)
    apart, low = 19 + person % 4 - 1.5 * bool(person), 42 + person % 3

    def oval(dx: float, dy: float, a: float, b: float, colour: Colour | NDArray[np.int_]) -> None:
        centre = (int(x + dx * unit), int(y + dy * unit))
        axes = (max(1, int(a * unit)), max(1, int(b * unit)))
        red, green, blue = (int(np.clip(value, 0, 255)) for value in colour)
        cv2.ellipse(picture, centre, axes, 0, 0, 360, (red, green, blue), -1, cv2.LINE_AA)

    oval(0, 8, 44 * wide, 60, skin)
    oval(0, -35, 44 * wide, 28, (60, 45, 40))
    oval(0, -14, 38 * wide, 20, skin + 6)
    for sign in (-1, 1):
        oval(sign * apart, -14, 13, 3.2, skin // 3 + 2)
        oval(sign * apart, -4, 13, 8, skin - 52)
        oval(sign * apart, -3, 9, 4.5, (235, 230, 228))
        oval(sign * apart, -3, 4.5, 4.5, (40, 30, 28))
        oval(sign * 27, 18, 11, 9, skin + np.array([12, 4, 8]))
    oval(0, 10, 5, 18, skin + 18)
    oval(0, 24, 9, 5, skin - 32)
    oval(-4, 27, 2.4, 1.8, skin // 3)
    oval(4, 27, 2.4, 1.8, skin // 3)
    oval(0, low, 16, 5.5, (160, 70, 70))
    oval(0, low, 15, 1.2, (70, 30, 30))
