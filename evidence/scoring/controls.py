"""Controls of the benchmark: what can know nothing of manipulation must not tell real from fake.

Runs without any decoder: the spectrum and the control's logits come from the child process.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evidence.scoring.measuring import Measured
from evidence.scoring.score import SHUFFLED
from evidence.scoring.statistics import Values, auc, logistic

MAX_CONTROL = 0.60
"""A control that can know nothing must stay below this area, else no headline is given."""
CONTROLS = ("random_weights", "labels_shuffled", "size_and_spectrum_only")
"""The controls that must have been run before there is a headline."""
LEAST = 10
"""A pair of sources with fewer scored pictures on a side gives no control."""
_SHUFFLES = 20


def controls_of(rows: Sequence[Measured], pack_ids: Sequence[str]) -> dict[str, float]:
    """The mean area of each control over the matched pairs of sources (over the whole set when none is matched).

    With shuffled weights, an area below one half counts as its mirror image: those have no direction of their own.
    The classifier of size and spectrum is never judged on persons whom it has seen.
    """
    found: dict[str, list[float]] = {name: [] for name in CONTROLS}
    for kept in matched_rows(rows) or [list(rows)]:
        labels = np.array([row.sample.is_fake for row in kept], np.float64)
        if min(labels.sum(), len(labels) - labels.sum()) < LEAST:
            continue
        for pack in pack_ids:
            if all(pack + SHUFFLED in row.logits for row in kept):
                area = _area(np.array([row.logits[pack + SHUFFLED] for row in kept]), labels)
                found["random_weights"].append(max(area, 1 - area))
            if all(pack in row.logits for row in kept):
                found["labels_shuffled"].append(_shuffled(np.array([row.logits[pack] for row in kept]), labels))
        if (guessed := _source_only(kept, labels)) is not None:
            found["size_and_spectrum_only"].append(guessed)
    return {name: round(float(np.mean(areas)), 4) for name, areas in found.items() if areas}


def matched_rows(rows: Sequence[Measured]) -> list[list[Measured]]:
    """The scored pictures of each fake source together with those of the real source that it belongs to."""
    scored = [row for row in rows if row.logits]
    pairs = {(row.sample.source, row.sample.matched) for row in scored if row.sample.is_fake and row.sample.matched}
    return [
        [row for row in scored if row.sample.source == (fake if row.sample.is_fake else real)]
        for fake, real in sorted(pairs)
    ]


def _area(values: Values, labels: Values) -> float:
    return auc(values[labels == 0], values[labels == 1])


def _shuffled(values: Values, labels: Values) -> float:
    """The mean over several shuffles: what remains is an error of the measuring itself."""
    random = np.random.default_rng(7)
    return float(np.mean([_area(values, random.permutation(labels)) for _ in range(_SHUFFLES)]))


def _source_only(rows: Sequence[Measured], labels: Values) -> float | None:
    """A classifier of size and mean spectrum, asked about the half of the persons from whom it did not learn."""
    if not all(row.traits for row in rows):
        return None
    traits = np.array([row.traits for row in rows])
    traits = (traits - traits.mean(0)) / (traits.std(0) + 1e-9)
    half = np.array([sum(row.sample.group.encode()) % 2 == 0 for row in rows])
    guesses, is_fair = np.zeros(len(rows)), True
    for learned in (half, ~half):
        is_fair &= 5 < learned.sum() < len(rows) - 5 and 0 < labels[learned].mean() < 1
        if not is_fair:
            return None
        weights = logistic(traits[learned], labels[learned])
        guesses[~learned] = traits[~learned] @ weights[:-1] + weights[-1]
    return _area(guesses, labels)
