"""The benchmark of capture runs, and says what it should."""

from __future__ import annotations

from app.bench.rows import Bench
from app.bench.screens import measure


def test_its_rows() -> None:
    bench = Bench("capture")
    measure(bench, lambda _share, _step: None, seconds=1.5, grabs=1)
    rows = {row.what.rpartition(": ")[2]: row for row in bench.rows}
    assert rows["pace"].ours > 1
    assert rows["size"].ours > 0
    assert bench.rows[0].at_most == 300
