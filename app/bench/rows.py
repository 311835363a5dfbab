"""What every benchmark prints, and how it measures."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement; ``ratio`` is ours divided by the peer's."""

    what: str
    ours: float
    peer: float | None
    peer_name: str
    unit: str
    ratio: float | None
    at_most: float | None = None
    at_least: float | None = None
    """The goal, for the ratio (for ours, without a peer); neither, when there is none."""

    @property
    def meets(self) -> bool:
        """Whether the goal is met; without a goal always."""
        value = self.ours if self.ratio is None else self.ratio
        is_low_enough = self.at_most is None or value <= self.at_most
        return is_low_enough and (self.at_least is None or value >= self.at_least)


@dataclass(slots=True)
class Bench:
    """The rows of one benchmark."""

    name: str
    rows: list[Row] = field(default_factory=list)

    def versus(
        self, what: str, *, ours: float, peer: float, peer_name: str, unit: str, at_most: float | None = None,
        at_least: float | None = None,
    ) -> None:  # fmt: skip
        """Add a row with a peer: the ratio is ours divided by the peer's."""
        self.rows.append(Row(what, ours, peer, peer_name, unit, ours / peer, at_most, at_least))

    def alone(
        self, what: str, *, ours: float, unit: str, at_most: float | None = None, at_least: float | None = None
    ) -> None:
        """Add a row without a peer."""
        self.rows.append(Row(what, ours, None, "", unit, None, at_most, at_least))

    def document(self) -> dict[str, Any]:
        """The whole as ``--json`` prints it."""
        machine = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
        rows = []
        for row in self.rows:
            said = asdict(row)
            goal = {name: number for name in ("at_most", "at_least") if (number := said.pop(name)) is not None}
            rows.append({**said, "goal": goal or None, "meets": row.meets})
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
