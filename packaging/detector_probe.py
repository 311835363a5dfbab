"""Heads on what EfficientNet-Lite0 sees, its published weights left as they are: the part that knows generators.

Training all weights on some hundred generated faces taught the network its sources (a generator left out was not found
at all). A linear head for each generator, on unchanged features, has less to learn by heart, and many draws of the same
pictures under other sizes, sharpness and compression leave it little of the source to go by.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from detector_fakes import Degradation, tight_crop
from detector_lite import EARLY, LiteNet
from detector_synthesis import GENERATORS, REALS, one_draw

if TYPE_CHECKING:
    import torch

DRAWS = {"ffhq": 12, "sdfd": 12, "tpdne": 12, "yonsei": 8, "ytf": 2}
"""Draws of each picture; the large source needs fewer."""
PERSON_FOLDS = 10
SOFTNESS, WEIGHT = 0.1, 5000
"""Of the square of the weights (a Gaussian prior's variance), and the pictures that all sources count as together."""


def probe(
    rows: list[dict[str, object]], published: Path, left_out: set[str], size: int, seed: int, folds: int = 0
) -> list[LiteNet]:
    """Fit a head for each generator, on persons outside the calibration share; then so many times again, each time
    without a fold of those persons, who can so be measured, too."""
    import torch

    generators = [source for source in GENERATORS if source not in left_out]
    reals = [source for source in REALS if source not in left_out]
    net = LiteNet(EARLY)
    net.begin_from(published)
    net.eval()
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    kept: dict[str, list[tuple[int, torch.Tensor]]] = {source: [] for source in [*reals, *generators]}
    for number, row in enumerate(rows):
        source = str(row["source"])
        is_used = source in (generators if row["label"] == "fake" else reals)
        if not is_used or row["share"] == "calibration":
            continue
        plain = Degradation(0, strong=False)(tight_crop(row["pixels"], row["points"], 0.98), size)
        draws = [
            one_draw(row["pixels"], row["points"], np.random.default_rng([seed, 5, number, i]), size)
            for i in range(DRAWS[source])
        ]
        stack = np.stack([plain, *draws])[..., ::-1].transpose(0, 3, 1, 2).copy()
        with torch.no_grad():
            features = net.features(torch.from_numpy(stack).float().div_(255))
        kept[source].append((fold_of(source, str(row["group"])), features))
    nets = []
    for fold in range(-1, folds):
        features = {
            source: torch.cat([each for its, each in found if its != fold]) for source, found in kept.items()
        }  # fmt: skip
        nets.append(_with_heads(features, reals, generators, published))
        print(fold, {source: len(found) for source, found in features.items()}, flush=True)
    return nets


def fold_of(source: str, group: str) -> int:
    """The fold of a person outside the calibration share."""
    return hashlib.sha256(f"fold/{source}/{group}".encode()).digest()[0] % PERSON_FOLDS


def _with_heads(features: dict[str, torch.Tensor], reals: list[str], generators: list[str], published: Path) -> LiteNet:
    """The published stages with a fitted head for each generator."""
    import torch

    net = LiteNet(EARLY, len(generators))
    net.begin_from(published)
    net.eval()
    every = torch.cat(list(features.values()))
    middle, spread = every.mean(0), every.std(0) + 1e-6
    with torch.no_grad():
        net.settle.running_mean.copy_(middle)
        net.settle.running_var.copy_(spread**2 - net.settle.eps)
    for head, generator in zip(net.heads, generators, strict=True):
        used = [((features[source] - middle) / spread, 0.0) for source in reals]
        used.append(((features[generator] - middle) / spread, 1.0))
        values = _fit(used)
        with torch.no_grad():
            head.weight.copy_(values[None, :-1])
            head.bias.copy_(values[-1:])
    return net


def _fit(groups: list[tuple[torch.Tensor, float]]) -> torch.Tensor:
    """Logistic regression; each label weighs the same, and within a label each group."""
    import torch

    inputs = torch.cat([found for found, _ in groups])
    targets = torch.cat([torch.full((len(found),), label) for found, label in groups])
    labels = [label for _, label in groups]
    weights = torch.cat([
        torch.full((len(found),), WEIGHT * 0.5 / labels.count(label) / len(found)) for found, label in groups
    ])  # fmt: skip
    values = torch.zeros(inputs.shape[1] + 1, requires_grad=True)
    search = torch.optim.LBFGS([values], max_iter=300, line_search_fn="strong_wolfe")

    def cost() -> torch.Tensor:
        search.zero_grad()
        logits = inputs @ values[:-1] + values[-1]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, targets, weights, reduction="sum")
        loss = loss + (values[:-1] ** 2).sum() / (2 * SOFTNESS)
        loss.backward()
        return loss

    search.step(cost)
    return values.detach()
