"""The benchmark runs and says what it measured; how fast this computer is, is not for a test to judge."""

from __future__ import annotations

from app.bench.vault import measure


def test_it_measures_everything() -> None:
    steps: list[float] = []
    bench = measure(
        lambda share, _step: steps.append(share), large=(2, 1 << 20), small=(5, 1000), exhibits=1100, runs=1
    )
    units = [row.unit for row in bench.rows]
    assert units[:4] == ["MB/s", "MB/s", "MB/s", "files/s"]
    assert {"ms", "MiB"} <= set(units)
    assert all(row.ours > 0 for row in bench.rows)
    assert steps == sorted(steps)
