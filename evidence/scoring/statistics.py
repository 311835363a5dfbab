"""The figures of the benchmark: areas, rates at thresholds, and intervals that respect persons."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def auc(reals: Values, fakes: Values) -> float:
    """Area under the ROC curve by ranks (Mann and Whitney), ties shared; ``nan`` when one side is empty."""
    if not len(reals) or not len(fakes):
        return float("nan")
    ordered = np.sort(reals)
    below = np.searchsorted(ordered, fakes, "left")
    not_above = np.searchsorted(ordered, fakes, "right")
    return float((below + not_above).sum() / (2.0 * len(reals) * len(fakes)))


def true_positive_at(reals: Values, fakes: Values, false_positive: float) -> float:
    """Share of the fakes above the threshold that this share of the reals exceeds."""
    if not len(reals) or not len(fakes):
        return float("nan")
    return float((fakes > conformal_threshold(reals, false_positive)).mean())


def conformal_threshold(reals: Values, false_positive: float) -> float:
    """The threshold that a further real face of the same source exceeds with at most this probability.

    Split conformal prediction (Vovk et al. 2005): the k-th smallest of n, k = ceil((n + 1)(1 - rate)); with too few
    faces for the rate, the highest of them.
    """
    if not len(reals):
        return float("inf")
    place = int(np.ceil((len(reals) + 1) * (1.0 - false_positive)))
    return float(np.sort(reals)[min(place, len(reals)) - 1])


def brier(chances: Values, labels: Values) -> float:
    """Mean squared error of chances (0 to 1) against labels (0 or 1), both labels weighing the same (Brier 1950)."""
    return float(np.average((chances - labels) ** 2, weights=_even(labels)))


def log_loss(chances: Values, labels: Values) -> float:
    """Mean negative logarithm of the chance given to the true label, both labels weighing the same; chances of 0 and 1
    count as one in a million."""
    kept = np.clip(chances, 1e-6, 1 - 1e-6)
    return float(-np.average(labels * np.log(kept) + (1 - labels) * np.log(1 - kept), weights=_even(labels)))


def reliability(chances: Values, labels: Values, *, bins: int = 10) -> list[dict[str, float]]:
    """By bins of equal width: their bounds, how many reals and fakes, the mean chance and the share of fakes, both
    labels weighing the same. Empty bins are left out."""
    weights = _even(labels)
    places = np.minimum((chances * bins).astype(np.intp), bins - 1)
    rows = []
    for place in range(bins):
        kept = places == place
        if kept.any():
            rows.append({
                "from": place / bins, "to": (place + 1) / bins,
                "reals": int((labels[kept] == 0).sum()), "fakes": int((labels[kept] == 1).sum()),
                "promised": round(float(np.average(chances[kept], weights=weights[kept])), 4),
                "found": round(float(np.average(labels[kept], weights=weights[kept])), 4),
            })  # fmt: skip
    return rows


def calibration_error(chances: Values, labels: Values, *, bins: int = 10) -> float:
    """How far chances lie from what they promise, by bins of equal width, both labels weighing the same (the expected
    calibration error of Naeini et al. 2015)."""
    weights = _even(labels)
    places = np.minimum((chances * bins).astype(np.intp), bins - 1)
    gaps = np.bincount(places, weights * (chances - labels), bins)
    return float(np.abs(gaps).sum() / weights.sum())


def _even(labels: Values) -> Values:
    """Weights that make zeros and ones weigh the same. Both must be there."""
    return np.asarray(np.where(labels > 0, 0.5 / labels.sum(), 0.5 / (len(labels) - labels.sum())))


def cluster_interval(
    figure: Callable[[Sequence[Values]], float],
    values: Sequence[Values],
    groups: Sequence[Sequence[str]],
    *,
    rounds: int = 300,
    seed: int = 1,
) -> tuple[float, float]:
    """95 % percentile bootstrap of ``figure`` over several samples, drawing whole groups (persons, clips)."""
    random = np.random.default_rng(seed)
    members: list[list[NDArray[np.intp]]] = []
    for names in groups:
        by_name: dict[str, list[int]] = {}
        for place, name in enumerate(names):
            by_name.setdefault(name, []).append(place)
        members.append([np.array(places) for places in by_name.values()])
    drawn = []
    for _ in range(rounds):
        sample = []
        for each, clusters in zip(values, members, strict=True):
            if not clusters:
                return float("nan"), float("nan")
            chosen = random.integers(len(clusters), size=len(clusters))
            sample.append(each[np.concatenate([clusters[i] for i in chosen])])
        drawn.append(figure(sample))
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def share_interval(hits: int, of: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    if not of:
        return 0.0, 1.0
    z = 1.959964
    share = hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * np.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def logistic(features: Values, labels: Values, *, penalty: float = 1e-2, steps: int = 50) -> Values:
    """Weights of a small logistic regression with an intercept in last place (Newton's method, ridge penalty)."""
    design = np.column_stack([features, np.ones(len(features))])
    weights = np.zeros(design.shape[1])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (chance - labels) / len(labels) + penalty * np.r_[weights[:-1], 0]
        curve = (design.T * (chance * (1 - chance))) @ design / len(labels) + penalty * np.eye(len(weights))
        change = np.linalg.solve(curve, slope)
        weights = weights - change
        if np.abs(change).max() < 1e-8:
            break
    return np.asarray(weights)
