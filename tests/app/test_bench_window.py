"""The benchmark of the window, small: every figure is measured, whatever it is here."""

from __future__ import annotations

import pytest

from app.bench.window import measure


def test_the_window_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    shares: list[float] = []
    bench = measure(lambda share, _step: shares.append(share), exhibits=30, runs=1)
    names = [row.what for row in bench.rows]
    assert names[0] == "start to a usable window"
    assert any(name.startswith("slowest answer to one event of") for name in names)
    assert any("30 exhibits" in name for name in names)
    assert all(row.ours > 0 for row in bench.rows)
    assert shares == sorted(shares)
