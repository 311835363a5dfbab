"""What happens to a picture on its way, made again for measuring. Runs in the child process.

Sizes and qualities are round figures for kinds of routes, not copies of any one service.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def _jpeg(rgb: Pixels, quality: int) -> Pixels:
    _, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    again = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.asarray(cv2.cvtColor(again, cv2.COLOR_BGR2RGB), np.uint8)


def _scaled(rgb: Pixels, factor: float, way: int) -> Pixels:
    return np.asarray(cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=way), np.uint8)


def _social(rgb: Pixels) -> Pixels:
    """Reduced and compressed twice, as a picture that was passed on."""
    return _jpeg(_jpeg(_scaled(rgb, 0.75, cv2.INTER_AREA), 75), 65)


def _screenshot(rgb: Pixels) -> Pixels:
    """Shown at another size and captured: two resizes, no compression."""
    return _scaled(_scaled(rgb, 1.25, cv2.INTER_LINEAR), 0.72, cv2.INTER_LINEAR)


def _video(rgb: Pixels) -> Pixels:
    """Softened and strongly compressed, as a frame of a clip."""
    return _jpeg(np.asarray(cv2.GaussianBlur(rgb, (0, 0), 0.7), np.uint8), 45)


CONDITIONS: dict[str, Callable[[Pixels], Pixels]] = {
    "clean": lambda rgb: rgb,
    "jpeg75": lambda rgb: _jpeg(rgb, 75),
    "jpeg50": lambda rgb: _jpeg(rgb, 50),
    "social": _social,
    "screenshot": _screenshot,
    "video": _video,
}
