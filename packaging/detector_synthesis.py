"""Training batches for the synthesis specialist: faces rendered again (pairs), and faces that a generator drew.

For the second kind there are no pairs: the two labels come from different places, so whatever tells those places
apart (size, sharpness, compression, light) would be learned in place of the synthesis. Every picture therefore passes
the same wide draw of size, sharpness and compression, and real sources are drawn in fixed shares, the sharp ones most
often.
"""

from __future__ import annotations

import cv2
import numpy as np
from detector_fakes import Degradation, Face, tight_crop
from detector_rerender import rerendered_pair

REAL_SHARES = {"ffhq": 0.5, "ytf": 0.25, "yonsei": 0.25}
FAKE_SHARES = {"sdfd": 0.6, "tpdne": 0.4}


class SynthesisBatches:
    """Endless batches; batch ``i`` is the same on every run.

    First come ``rerendered`` reals, then the same rendered again, then ``pairs`` reals and ``pairs`` generated faces.
    """

    def __init__(
        self, rows: list[dict[str, object]], left_out: set[str], pairs: int, first: int, last: int, size: int,
        seed: int, rerendered: int = 0,
    ) -> None:  # fmt: skip
        self.rerendered = rerendered
        self.faces: dict[str, list[Face]] = {}
        for row in rows:
            is_usable = row["label"] == "real" and row["points"] is not None and row["share"] != "calibration"
            if is_usable and row["source"] not in left_out:
                face = Face(row["pixels"], row["points"], row["source"], row["group"])
                self.faces.setdefault(face.source, []).append(face)
        self.pools = []
        for label, shares in (("real", REAL_SHARES), ("fake", FAKE_SHARES)):
            pools = {
                source: [
                    (row["pixels"], row["points"]) for row in rows
                    if row["source"] == source and row["label"] == label and row["share"] in ("train", "validation")
                ]
                for source in shares if source not in left_out
            }  # fmt: skip
            weights = np.array([shares[source] for source in pools])
            self.pools.append((list(pools.values()), weights / weights.sum()))
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
            for i in range(self.rerendered)
        ]
        pictures = [real for real, _ in made] + [fake for _, fake in made]
        for label, (pools, weights) in enumerate(self.pools):
            for i in range(self.pairs):
                random = np.random.default_rng([self.seed, self.first + step, label, i])
                pool = pools[random.choice(len(pools), p=weights)]
                pictures.append(one_draw(*pool[random.integers(len(pool))], random, self.size))
        stack = np.stack(pictures)[..., ::-1].transpose(0, 3, 1, 2).copy()
        labels = np.repeat([0.0, 1.0, 0.0, 1.0], [self.rerendered, self.rerendered, self.pairs, self.pairs])
        return stack, labels.astype(np.float32)


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
