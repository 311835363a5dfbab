"""A benchmark is said in the language of the reader, its goals too; what was measured keeps its technical name."""

from __future__ import annotations

from app.bench.rows import Bench
from app.cli.wording import bench_lines
from evidence.i18n import texts


def _bench() -> Bench:
    bench = Bench("window")
    bench.versus("start", ours=3.0, peer=2.0, peer_name="an empty window", unit="ms", at_most=1.5)
    bench.alone("pace", ours=8.0, unit="files/s", at_least=10)
    bench.alone("size", ours=4.0, unit="MiB")
    return bench


def test_goals_are_met_or_not() -> None:
    assert [row.meets for row in _bench().rows] == [True, False, True]
    assert [row["goal"] for row in _bench().document()["rows"]] == [{"at_most": 1.5}, {"at_least": 10}, None]


def test_goals_are_said_in_the_language_of_the_reader() -> None:
    english = "      3 ms; an empty window 2 ms; ratio 1.5; goal: at most 1.5 (met)"
    assert english in bench_lines(texts("en"), [_bench()])
    assert "      8 files/s; 목표: 10 이상 (미달)" in bench_lines(texts("ko"), [_bench()])
    assert "      8 files/s; objectif\u00a0: au moins 10 (non atteint)" in bench_lines(texts("fr"), [_bench()])
