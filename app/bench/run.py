"""Find a benchmark by name and run it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from app.bench.rows import Bench
from evidence.errors import EvidenceError

NAMES: tuple[str, ...] = ("vault", "package", "verify", "window", "capture")
"""Each is a module of this package with ``run(progress) -> Bench``."""


def run_bench(name: str, progress: Callable[[float, str], None]) -> Bench:
    """Run one benchmark. Raises ``bench.unknown``."""
    if name not in NAMES:
        raise EvidenceError("bench.unknown", name=name, names=", ".join(NAMES))
    module = import_module(f"app.bench.{name}")
    return cast(Bench, module.run(progress))
