"""The verifier's benchmark runs, on small sizes."""

from __future__ import annotations

from app.bench.verify import measure


def test_it_measures_every_row() -> None:
    bench = measure(lambda _share, _step: None, large=(1, 1 << 20), small=2, runs=1)
    document = bench.document()
    assert document["name"] == "verify"
    assert len(document["rows"]) >= 4
    assert all(row["ours"] > 0 for row in document["rows"])
