"""What every benchmark prints, and how it measures."""

from __future__ import annotations

import operator
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

_COMPARE: dict[str, Callable[[float, float], bool]] = {"at least": operator.ge, "at most": operator.le}


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement; ``ratio`` is ours divided by the peer's."""

    what: str
    ours: float
    peer: float | None
    peer_name: str
    unit: str
    ratio: float | None
    goal: str
    """``at least X`` or ``at most X`` of the ratio (of ours, without a peer); empty when there is no goal."""

    @property
    def meets(self) -> bool:
        """Whether the goal is met; without a goal always."""
        if not self.goal:
            return True
        words, _, number = self.goal.rpartition(" ")
        value = self.ours if self.ratio is None else self.ratio
        return _COMPARE[words](value, float(number))


@dataclass(slots=True)
class Bench:
    """The rows of one benchmark."""

    name: str
    rows: list[Row] = field(default_factory=list)

    def versus(self, what: str, *, ours: float, peer: float, peer_name: str, unit: str, goal: str = "") -> None:
        """Add a row with a peer: the ratio is ours divided by the peer's."""
        self.rows.append(Row(what, ours, peer, peer_name, unit, ours / peer, goal))

    def alone(self, what: str, *, ours: float, unit: str, goal: str = "") -> None:
        """Add a row without a peer."""
        self.rows.append(Row(what, ours, None, "", unit, None, goal))

    def document(self) -> dict[str, Any]:
        """The whole as ``--json`` prints it."""
        machine = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
        rows = [{**asdict(row), "meets": row.meets} for row in self.rows]
        return {"name": self.name, "machine": machine, "rows": rows}


def measured(work: Callable[[], object]) -> float:
    """Seconds on the wall that ``work`` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def medians_in_turn(ours: Callable[[], object], peer: Callable[[], object], runs: int = 5) -> tuple[float, float]:
    """Median seconds of both, run in turn, so that a machine whose speed drifts is fair to both. One warm-up each."""
    ours()
    peer()
    pairs = [(measured(ours), measured(peer)) for _ in range(runs)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)
