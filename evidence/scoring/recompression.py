"""Whether a JPEG file was compressed before: what an earlier quantisation leaves in the histograms of its coefficients.

Quantising with a step, then with another, leaves some values too often and others never (Popescu and Farid 2004). What
they would look like after one compression is read from the same picture, moved by four pixels, where the grid of the
earlier one is lost (Lukas and Fridrich 2003). Runs in the child process. Every messenger and every editor compresses
again: that a file was is no sign of manipulation. Cropping or resizing in between hides it, and so do equal steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evidence.scoring.containers import Container

SIDE = 640
"""At most so many pixels across and down are looked at, in the middle of the picture."""
LEAST_BLOCKS = 400
MODES = tuple(range(1, 9))
"""Low frequencies that are looked at, by their place in the zigzag."""
TOP = 24
"""Quantised values above this are counted together."""
LEAST_EXPLAINED = 0.30
"""Share of the misfit that an earlier compression must explain; the tests measure what it is worth."""
LEAST_GAIN = 0.012
"""What it must explain at least, for each frequency: drawn windows and letters never fit well."""

_ZIGZAG = [
    (0, 1),
    (1, 0),
    (2, 0),
    (1, 1),
    (0, 2),
    (0, 3),
    (1, 2),
    (2, 1),
    (3, 0),
    (4, 0),
    (3, 1),
    (2, 2),
    (1, 3),
    (0, 4),
]
Plane = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Recompression:
    """What was measured: how much of the misfit an earlier compression explains (0 to 1) and, as a mean for each
    frequency, how much that is; and the libjpeg quality that explains it best."""

    explained: float
    gain: float
    quality: int

    @property
    def is_seen(self) -> bool:
        """Whether an earlier compression with other steps is seen."""
        return self.explained > LEAST_EXPLAINED and self.gain > LEAST_GAIN


def measure_recompression(
    data: bytes | bytearray, container: Container, tables: dict[int, list[int]]
) -> Recompression | None:
    """Look for an earlier compression in a JPEG file; None when it cannot be told: too small, too flat, no table.

    ``tables`` are the luminance tables of libjpeg by quality, in zigzag order. Raises nothing.
    """
    steps = container.quantisation.get(0)
    luminance = _luminance(data)
    if not steps or luminance is None:
        return None
    seen, free = _coefficients(luminance), _coefficients(luminance[4:-4, 4:-4])
    if len(seen) < LEAST_BLOCKS:
        return None
    noise = np.random.Generator(np.random.PCG64(7)).normal(0, 0.29, len(free))
    qualities = sorted(tables)
    single, by_quality = 0.0, np.zeros(len(qualities))
    used = 0
    for mode in MODES:
        step = steps[mode]
        row, column = _ZIGZAG[mode - 1]
        told = _histogram(np.rint(seen[:, row, column] / step))
        if told[1:].sum() < 0.02 or told[3:].sum() < 0.002:
            continue
        used += 1
        reference = free[:, row, column]
        alone = _misfit(told, _histogram(np.rint((reference + noise) / step)))
        single += alone
        known: dict[int, float] = {}
        for place, quality in enumerate(qualities):
            earlier = tables[quality][mode]
            if earlier not in known:
                known[earlier] = alone if earlier in (1, step) else _misfit(
                    told, _histogram(np.rint((np.rint(reference / earlier) * earlier + noise) / step))
                )  # fmt: skip
            by_quality[place] += known[earlier]
    if used < 3 or single <= 0:
        return None
    best = int(np.argmin(by_quality))
    return Recompression(float(1 - by_quality[best] / single), float(single - by_quality[best]) / used, qualities[best])


def _luminance(data: bytes | bytearray) -> Plane | None:
    """The Y plane as the decoder gives it, cut to whole blocks around the middle."""
    try:
        with Image.open(BytesIO(data), formats=("JPEG",)) as image:
            if image.mode not in ("RGB", "L") or image.info.get("adobe_transform", 1) == 0:
                return None  # no plane of its own holds the luminance
            image.draft("L", image.size)  # of colours, nothing is decoded
            width, height = (side // 8 * 8 for side in image.size)
            left, top = (max(0, (side - SIDE) // 16 * 8) for side in (width, height))
            part = image.crop((left, top, min(width, left + SIDE), min(height, top + SIDE)))
            luminance = np.asarray(part.convert("L"))
    except (OSError, SyntaxError, ValueError, TypeError, IndexError, KeyError, EOFError, AttributeError):
        return None
    return np.asarray(luminance, np.float64) - 128


def _coefficients(luminance: Plane) -> Plane:
    """Blocks x 8 x 8, the discrete cosine transform of ITU-T T.81, A.3.3."""
    height, width = luminance.shape
    blocks = luminance.reshape(height // 8, 8, width // 8, 8).swapaxes(1, 2).reshape(-1, 8, 8)
    k, n = np.meshgrid(np.arange(8), np.arange(8), indexing="ij")
    basis = np.cos((2 * n + 1) * k * np.pi / 16) * np.where(k == 0, np.sqrt(0.125), 0.5)
    return np.asarray(basis @ blocks @ basis.T)


def _histogram(values: Plane) -> Plane:
    """Shares of the absolute values 0, 1, 2 …"""
    counts = np.bincount(np.minimum(np.abs(values), TOP).astype(np.intp), minlength=TOP + 1)
    return counts / max(len(values), 1)


def _misfit(one: Plane, two: Plane) -> float:
    """How far two histograms are apart: the square of their Hellinger distance."""
    return float(((np.sqrt(one) - np.sqrt(two)) ** 2).sum())
