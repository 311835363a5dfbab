"""The rule by which a threshold of *indicators* is set. It was written down before it was tried on anything, but
for two clauses, marked below, that came after looking and made it stricter.

A source's own threshold is the lowest at which, on persons in no training, all conditions together,

- at most 1 % of its faces lie above, and
- the upper end of the 95 % interval of that share, drawn by person, is at most 3 %, and
- at most 3 % lie above under each single condition.

So a single odd person, or a film of which every frame is alike, decides as much as one person should. The threshold of
several sources is the highest of theirs. To it comes the least margin with which each source, left out of the setting
in turn, would have stayed at 3 % or less: what the product meets is none of these sources.

After looking: where most persons were measured by models like the shipped one, fitted without them, those whom the
shipped one itself never saw stay at 3 % or less when they are taken alone. And where models were fitted without a whole
source, that source stays at 3 % or less with them: photographs of a kind that was in no training are what the product
meets most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

MOST = 0.01
"""Of a source's faces above its own threshold, all conditions together."""
MOST_UPPER = 0.03
"""The upper end of the interval of that share, and the most under a single condition."""
MOST_UNSEEN = 0.03
"""Of a source that set no threshold."""
MIN_FACES = 30
"""A source with fewer faces under a condition sets no threshold by it."""
ROUNDS = 400


@dataclass(frozen=True)
class Reals:
    """What a detector gave for the real faces of one source: one entry for each face under each condition."""

    scores: np.ndarray
    persons: Sequence[str]
    conditions: Sequence[str]

    def kept(self, is_kept: np.ndarray) -> Reals:
        places = np.flatnonzero(is_kept)
        return Reals(self.scores[places], [self.persons[i] for i in places], [self.conditions[i] for i in places])


def own_threshold(reals: Reals) -> float:
    """The lowest threshold that the rule allows to this source alone; minus infinity when it has too few faces."""
    if len(reals.scores) < MIN_FACES:
        return -np.inf
    names, person = np.unique(np.asarray(reals.persons), return_inverse=True)
    faces = np.bincount(person, minlength=len(names)).astype(float)
    drawn = np.random.default_rng(1).multinomial(len(names), np.full(len(names), 1 / len(names)), ROUNDS)
    weights = drawn @ faces
    conditions = np.asarray(reals.conditions)
    order = np.argsort(-reals.scores, kind="stable")
    hits = np.zeros(len(names))
    by_condition = {name: [0, int((conditions == name).sum())] for name in sorted(set(reals.conditions))}
    line = float(reals.scores[order[0]])
    for count, place in enumerate(order, 1):
        hits[person[place]] += 1
        by_condition[conditions[place]][0] += 1
        is_over = count > MOST * len(order) or any(
            many >= MIN_FACES and some > max(1, MOST_UPPER * many) for some, many in by_condition.values()
        )
        if is_over or np.percentile(drawn @ hits / weights, 97.5) > MOST_UPPER:
            break
        line = float(reals.scores[order[count]])
    return line


def joint_threshold(sources: Mapping[str, Reals]) -> float:
    """The highest of the sources' own."""
    return max((own_threshold(reals) for reals in sources.values()), default=-np.inf)


def margin_for_unseen(sources: Mapping[str, Reals]) -> float:
    """What must be added to the others' threshold so that each source left out stays at :data:`MOST_UNSEEN`."""
    margin = 0.0
    for name, reals in sources.items():
        others = joint_threshold({other: its for other, its in sources.items() if other != name})
        if len(reals.scores) >= MIN_FACES and np.isfinite(others):
            margin = max(margin, _exceeded_by(reals.scores, MOST_UNSEEN) - others)
    return margin


def unseen_shares(sources: Mapping[str, Reals]) -> dict[str, float]:
    """The share of each source above the threshold that the others set, without a margin."""
    return {
        name: float((reals.scores > joint_threshold({o: i for o, i in sources.items() if o != name})).mean())
        for name, reals in sources.items()
    }


def threshold(
    sources: Mapping[str, Reals],
    few: Mapping[str, Reals] | None = None,
    untrained: Mapping[str, Reals] | None = None,
) -> float:
    """The threshold that these sources set together, with the margin for those that are not among them.

    ``few``: the same sources' persons whom no part of the shipped model ever saw, where there are others, too.
    ``untrained``: what models like the shipped one, fitted without a source, gave for that source.
    """
    line = joint_threshold(sources) + margin_for_unseen(sources)
    for reals in (*(few or {}).values(), *(untrained or {}).values()):
        if len(reals.scores) >= MIN_FACES:
            line = max(line, _exceeded_by(reals.scores, MOST_UNSEEN))
    return line


def _exceeded_by(scores: np.ndarray, share: float) -> float:
    """The lowest of the scores that at most this share of them exceeds."""
    ordered = np.sort(scores)[::-1]
    return float(ordered[int(share * len(ordered))])
