"""The benchmarks: ours and a named peer, on the same bytes, in the same run, as ratios."""

from app.bench.rows import Bench, Row, measured, medians_in_turn
from app.bench.run import NAMES, run_bench

__all__ = ["NAMES", "Bench", "Row", "measured", "medians_in_turn", "run_bench"]
