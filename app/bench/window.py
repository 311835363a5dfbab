"""The window: its start against an empty one, the slowest answers to events in a journey, how fast it is covered,
memory with many exhibits. Each is measured in a process of its own.

On a display, if there is one; without, Qt draws into memory.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.bench.rows import Bench
from evidence.session.measuring import measure_large_vault

EXHIBITS = 10_000
_RUNS = 15
_WORST = 5
_ROOT = Path(__file__).resolve().parent.parent.parent


def run(progress: Callable[[float, str], None]) -> Bench:
    """Measure in a folder of its own in the temporary folder."""
    return measure(progress, exhibits=EXHIBITS, runs=_RUNS)


def measure(progress: Callable[[float, str], None], *, exhibits: int, runs: int) -> Bench:
    """The same with another number of exhibits and of starts."""
    bench = Bench("window")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        ours, empty = _starts(folder, runs, lambda share: progress(0.4 * share, "start"))
        for what, index in (("start to a usable window", 0), ("the same, work of the processor", 1)):
            bench.versus(
                what, ours=1000 * statistics.median(one[index] for one in ours),
                peer=1000 * statistics.median(one[index] for one in empty), peer_name="an empty PySide6 window",
                unit="ms", at_most=1.5,
            )  # fmt: skip
        progress(0.5, "journey")
        journey = _child("journey", folder)
        over = f"slowest answer to one event of {journey['events']} in a journey over {journey['pages']} pages"
        for place, one in enumerate(journey["worst"][:_WORST]):
            bench.alone(
                f"{over if not place else 'next'}: {one['what']}", ours=one["ms"], unit="ms",
                at_most=None if place else 50,
            )  # fmt: skip
            bench.alone("the processor's share of it", ours=one["work_ms"], unit="ms")
        bench.alone("from the last key to a covered window", ours=journey["cover_ms"], unit="ms", at_most=50)
        progress(0.7, "memory")
        measure_large_vault(folder / "big", exhibits=exhibits, events_each=1, progress=lambda _share, _step: None)
        memory = _child("memory", folder)
        if memory["rows"] < exhibits:  # a few more were measured on top
            raise RuntimeError(f"the case shows {memory['rows']} exhibits")
        bench.alone(
            f"memory of the process with {exhibits} exhibits shown", ours=memory["mib"], unit="MiB", at_most=250
        )
    return bench


def _starts(
    folder: Path, runs: int, progress: Callable[[float], None]
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Seconds on the wall and of the processor until the window is usable: ours and an empty one, in turn."""
    found: dict[str, list[tuple[float, float]]] = {"ours": [], "empty": []}
    for turn in range(runs + 1):
        for kind, times in found.items():
            began = time.perf_counter()
            with _started(kind, folder) as process:
                assert process.stdout is not None
                line = process.stdout.readline()
                wall = time.perf_counter() - began
                process.stdout.read()
            if process.returncode != 0:
                raise RuntimeError(f"the window ended with {process.returncode}")
            if turn:  # the first was a warm-up
                times.append((wall, float(json.loads(line)["cpu_s"])))
        progress((turn + 1) / (runs + 1))
    return found["ours"], found["empty"]


def _child(kind: str, folder: Path) -> dict[str, Any]:
    with _started(kind, folder) as process:
        said, _ = process.communicate(timeout=600)
    if process.returncode != 0:
        raise RuntimeError(f"{kind} ended with {process.returncode}")
    document: dict[str, Any] = json.loads(said.splitlines()[-1])
    return document


def _started(kind: str, folder: Path) -> subprocess.Popen[str]:
    environment = dict(os.environ)
    if sys.platform == "linux" and not ({"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"} & set(environment)):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    words = [sys.executable, "-I", str(Path(__file__).with_name("window_child.py")), kind, str(folder)]
    return subprocess.Popen(words, cwd=_ROOT, env=environment, stdout=subprocess.PIPE, text=True)
