"""How long it takes to capture: each part of the capture has a module that adds its rows."""

from __future__ import annotations

from collections.abc import Callable

from app.bench.pages import add_pages
from app.bench.rows import Bench
from app.bench.screens import add_screens


def run(progress: Callable[[float, str], None]) -> Bench:
    """Measure the capture of the screen, recordings, and the capture of a web page."""
    bench = Bench("capture")
    add_pages(bench, lambda share, step: progress(0.5 * share, step))  # first: as root it is refused, and at once
    add_screens(bench, lambda share, step: progress(0.5 + 0.5 * share, step))
    return bench
