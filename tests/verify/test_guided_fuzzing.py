"""The readers for some seconds under coverage-guided fuzzing; for longer: ``python tests/verify/fuzzing.py``."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris is not here: it has wheels for Linux alone"
)
FUZZING = Path(__file__).with_name("fuzzing.py")
RUNS = 800


def fuzz(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(FUZZING), *words], capture_output=True, text=True, check=False)


def test_a_short_run_finds_nothing(tmp_path: Path) -> None:
    done = fuzz("--runs", str(RUNS), "--seed", "1", "--findings", str(tmp_path))
    assert list(tmp_path.iterdir()) == [], done.stderr[-2000:]
    assert done.returncode == 0, done.stderr[-2000:]
    assert f"Done {RUNS} runs" in done.stderr
