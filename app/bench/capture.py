"""How long it takes to capture: each part of the capture has a module that adds its rows."""

from __future__ import annotations

from collections.abc import Callable

from app.bench.pages import add_pages
from app.bench.rows import Bench


def run(progress: Callable[[float, str], None]) -> Bench:
    """Measure the capture of a web page."""
    bench = Bench("capture")
    add_pages(bench, progress)
    return bench
