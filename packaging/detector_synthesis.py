"""What the synthesis specialist is trained on: faces rendered again (pairs), and draws of faces that a generator drew.

For the second kind there are no pairs: the two labels come from different places, so whatever tells those places
apart (size, sharpness, compression, light) would be learned in place of the synthesis. Every picture therefore passes
the same wide draw of them.
"""

from __future__ import annotations

import cv2
import numpy as np
from detector_fakes import Degradation, Face, tight_crop
from detector_rerender import rerendered_pair

REALS, GENERATORS = ("ffhq", "ytf", "yonsei"), ("sdfd", "tpdne")


class RerenderedPairs:
    """Endless batches of reals, then the same rendered again; batch ``i`` is the same on every run."""

    def __init__(self, faces: list[Face], pairs: int, first: int, last: int, size: int, seed: int) -> None:
        self.faces: dict[str, list[Face]] = {}
        for face in faces:
            self.faces.setdefault(face.source, []).append(face)
        self.pairs, self.first, self.last, self.size, self.seed = pairs, first, last, size, seed

    def __len__(self) -> int:
        return self.last - self.first

    def __getitem__(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        if step >= len(self):
            raise IndexError
        sources = sorted(self.faces)
        made = [
            # Each source in turn: none is drawn more often because it is large.
            rerendered_pair(self.faces[sources[i % len(sources)]], [self.seed, self.first + step, 2, i], self.size)
            for i in range(self.pairs)
        ]
        pictures = np.stack([real for real, _ in made] + [fake for _, fake in made])
        return pictures[..., ::-1].transpose(0, 3, 1, 2).copy(), np.repeat([0.0, 1.0], self.pairs).astype(np.float32)


def one_draw(pixels: np.ndarray, points: np.ndarray | None, random: np.random.Generator, size: int) -> np.ndarray:
    """One picture under the shared draw: cut and size first, so that no source keeps its own."""
    pixels = tight_crop(pixels, points, random.uniform(0.85, 1.1))
    side = int(2 ** random.uniform(np.log2(56), np.log2(200)))
    if min(pixels.shape[:2]) > side:
        pixels = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
    draw = random.random()
    if draw < 0.25:
        soft = cv2.GaussianBlur(pixels, (0, 0), random.uniform(0.7, 1.6))
        amount = random.uniform(0.2, 1.2)
        pixels = cv2.addWeighted(pixels, 1 + amount, soft, -amount, 0)
    elif draw < 0.5:
        pixels = cv2.GaussianBlur(pixels, (0, 0), random.uniform(0.4, 1.4))
    values = pixels.astype(np.float32)
    values = values * random.uniform(0.85, 1.15, 3) + random.uniform(-12, 12, 3)
    grey = values.mean(axis=2, keepdims=True)
    values = grey + (values - grey) * random.uniform(0.5, 1.4)
    pixels = np.clip(values, 0, 255).astype(np.uint8)
    picture = Degradation(int(random.integers(2**31)))(pixels, size)
    if random.random() < 0.4:
        # A hidden part keeps the network from resting on one trait.
        height = int(size * random.uniform(0.15, 0.45))
        top, left = random.integers(0, size - height, 2)
        picture[top : top + height, left : left + height] = random.integers(0, 256, 3)
    return picture
