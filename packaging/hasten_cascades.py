"""Measure the bars of ``evidence.scoring.cascades.BARS``: how high a window on a face stands at each first stage.

    python packaging/hasten_cascades.py --set DIR

Each face of a labelled set is put, at a random size and more or less degraded, into a drawn landscape; every window
that the whole cascade then takes for a face is traced through the stages. A bar is the value that all but ``LET_GO`` of
these windows reach. Prints the table; the same set and versions give the same numbers.
"""

from __future__ import annotations

import argparse
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.bench.scoring_suites import landscape
from evidence.scoring.cascades import BARS, LET_GO
from evidence.scoring.labelled import read_set

STAGES = 8
"""So many stages get a bar: behind them, hardly a window is left."""


@dataclass
class Cascade:
    """What OpenCV's file says: rectangles by feature, and by stage its bar and its trees (nodes, leaves)."""

    side: int
    features: list[list[tuple[float, ...]]]
    stages: list[tuple[float, list[tuple[list[tuple[int, int, int, float]], list[float]]]]]


def read(path: Path) -> Cascade:
    """The first :data:`STAGES` stages of a cascade."""

    def numbers(node: ElementTree.Element, name: str) -> list[float]:
        return [float(value) for value in (node.findtext(name) or "").split()]

    top = ElementTree.parse(path).getroot()[0]
    features = [
        [tuple(float(value) for value in (rect.text or "").split()) for rect in feature.find("rects") or ()]
        for feature in top.find("features") or ()
    ]
    stages = []
    for stage in list(top.find("stages") or ())[:STAGES]:
        trees = []
        for tree in stage.find("weakClassifiers") or ():
            flat = numbers(tree, "internalNodes")
            nodes = [(int(a), int(b), int(c), d) for a, b, c, d in zip(*[iter(flat)] * 4, strict=True)]
            trees.append((nodes, numbers(tree, "leafValues")))
        stages.append((float(stage.findtext("stageThreshold") or ""), trees))
    return Cascade(int(top.findtext("width") or ""), features, stages)


def heights(told: Cascade, windows: np.ndarray) -> list[np.ndarray]:
    """For each stage, what each window (n x side x side) sums up to, as OpenCV computes it."""
    side = told.side
    inner = windows[:, 1:-1, 1:-1].astype(np.float64)
    area = (side - 2) ** 2
    spread = np.sqrt(np.maximum(area * (inner**2).sum((1, 2)) - inner.sum((1, 2)) ** 2, 1e-9))
    sums = np.pad(windows.astype(np.int64).cumsum(1).cumsum(2), ((0, 0), (1, 0), (1, 0)))

    def feature(number: int) -> np.ndarray:
        (x, y, w, h, _), *others = told.features[number]
        weighted = [(x, y, w, h, -sum(c * d * e for _, _, c, d, e in others) / (w * h)), *others]
        found = np.zeros(len(windows))
        for left, top, wide, high, weight in weighted:
            a, b, c, d = int(left), int(top), int(left + wide), int(top + high)
            found += weight * (sums[:, d, c] - sums[:, b, c] - sums[:, d, a] + sums[:, b, a])
        return found / spread

    def tree(nodes: list[tuple[int, int, int, float]], leaves: list[float], node: int = 0) -> np.ndarray:
        low, high, number, bar = nodes[node]
        ways = [np.full(len(windows), leaves[-way]) if way <= 0 else tree(nodes, leaves, way) for way in (low, high)]
        return np.where(feature(number) < bar, *ways)

    return [sum((tree(*each) for each in trees), np.zeros(len(windows))) for _, trees in told.stages]


def degraded(grey: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """As it came, compressed, darkened or lightened, or softened."""
    way = int(random.integers(4))
    if way == 1:
        return cv2.imdecode(cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(40, 80))])[1], 0)
    if way == 2:
        changed = 128 + (grey.astype(np.float64) - 128) * random.uniform(0.5, 1) + random.uniform(-40, 40)
        return np.clip(changed, 0, 255).astype(np.uint8)
    return cv2.GaussianBlur(grey, (0, 0), random.uniform(0.5, 0.015 * len(grey))) if way == 3 else grey


def windows_on_faces(folder: Path, path: Path, side: int) -> np.ndarray:
    """Every window of the labelled pictures that the cascade takes for a face; n x side x side."""
    cascade, random = cv2.CascadeClassifier(str(path)), np.random.default_rng(1)
    ground = cv2.resize(landscape(900, 1200)[..., 0], (600, 450), interpolation=cv2.INTER_AREA)
    found = []
    for sample in read_set(folder):
        face = cv2.imread(str(sample.path), cv2.IMREAD_GRAYSCALE)
        if face is None:
            continue
        face = degraded(np.ascontiguousarray(face[:, :: random.choice([-1, 1])]), random)
        wanted = 1.45 * side * 2 ** random.uniform(0, 1.1)  # the set's pictures are 1.35 times their faces
        small = cv2.resize(face, None, fx=wanted / len(face), fy=wanted / len(face), interpolation=cv2.INTER_AREA)
        high, wide = small.shape[0] + 16, small.shape[1] + 16
        top, left = int(random.integers(450 - high)), int(random.integers(600 - wide))
        picture = ground[top : top + high, left : left + wide].copy()
        picture[8:-8, 8:-8] = small
        while min(picture.shape) > side:
            seen = cascade.detectMultiScale(picture, 1.3, 0, minSize=(side, side), maxSize=(side, side))
            found += [picture[y : y + side, x : x + side] for x, y, _, _ in seen]
            size = (round(picture.shape[1] / 1.15), round(picture.shape[0] / 1.15))
            picture = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR_EXACT)
    return np.array(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", type=Path, required=True, metavar="DIR")
    folder = parser.parse_args().set
    for name in BARS:
        path = Path(cv2.__file__).parent / "data" / name
        told = read(path)
        windows = windows_on_faces(folder, path, told.side)
        reached = heights(told, windows)
        wrong = sum(int((each < bar - 1e-3).sum()) for (bar, _), each in zip(told.stages, reached, strict=True))
        bars = ", ".join(f"{np.quantile(each, LET_GO):.2f}" for each in reached)
        print(f"{name}: {len(windows)} windows, {wrong} that the stages would not let pass\n    ({bars}),")


if __name__ == "__main__":
    main()
