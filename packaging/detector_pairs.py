"""Measure a swap detector on manipulations made here, of persons in no training and no choice: the card's first table.

    python packaging/detector_pairs.py --work DIR --model MODEL.onnx [--above THRESHOLD]

Runs in the product's own environment. ``DIR/faces.pickle`` is what ``train_detectors.py prepare`` made; the pairs are
the same on every run, whichever model is asked.
"""

from __future__ import annotations

import argparse
import pickle
import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from detector_fakes import Face, make_pair

from evidence.scoring.detector import MirroredDetector, OnnxDetector
from evidence.scoring.statistics import auc, cluster_interval

SEED, PLACE, PAIRS, SIZE = 20260101, 77, 600, 128


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--above", type=float, default=float("inf"))
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    rows = pickle.loads((arguments.work / "faces.pickle").read_bytes())
    faces = [
        Face(row["pixels"], row["points"], row["source"], row["group"])
        for row in rows
        if row["label"] == "real" and row["share"] == "calibration" and row["source"] != "yonsei"
        and row["points"] is not None
    ]  # fmt: skip
    detector = MirroredDetector(OnnxDetector(arguments.model.read_bytes()))
    seeds = [[SEED, PLACE, i] for i in range(PAIRS)]
    persons = [faces[np.random.default_rng(seed).integers(len(faces))].group for seed in seeds]
    for name, is_strong in (("none", False), ("as in training", True)):
        made = [make_pair(faces, seed, SIZE, strong=is_strong) for seed in seeds]
        real, fake = (
            np.concatenate([
                detector.logits(np.stack([pair[side][..., ::-1] for pair in made[i : i + 50]]).transpose(0, 3, 1, 2)
                                .astype(np.float32) / np.float32(255))
                for i in range(0, PAIRS, 50)
            ]).astype(np.float64)
            for side in (0, 1)
        )  # fmt: skip
        methods = np.array([pair[2] for pair in made])
        both = np.column_stack([real, fake])
        low, high = cluster_interval(lambda v: auc(v[0][:, 0], v[0][:, 1]), [both], [persons])
        apart = {way: auc(real[methods == way], fake[methods == way]) for way in ("swap", "self_blend")}
        print(
            f"degradation {name}: AUC {auc(real, fake):.4f} ({low:.4f}–{high:.4f}), right direction "
            f"{(fake > real).mean():.4f}, swaps {apart['swap']:.4f}, self-blends {apart['self_blend']:.4f}; "
            f"above {arguments.above}: fakes {(fake > arguments.above).mean():.4f}, "
            f"reals {(real > arguments.above).mean():.4f}"
        )


if __name__ == "__main__":
    main()
