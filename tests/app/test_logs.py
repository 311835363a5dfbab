"""The log: off, or on without a word of content. Run in a process of its own, as a person's program is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MARKER = "geheim-비밀-7f3a"
SPEAKS = f"""
import logging, sys
from pathlib import Path
from app.logs import log_code, log_uncaught, start_logging
from evidence.errors import EvidenceError
start_logging(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
log_uncaught()
logger = logging.getLogger("some.library")
logger.warning("opened %s", "{MARKER}")
logger.error("{MARKER}", extra={{"code": "{MARKER}", "numbers": {{"n": "{MARKER}"}}}})
logging.getLogger("{MARKER[:6]}").debug("{MARKER}")
log_code(logging.getLogger("evidence.capture"), "capture.done", files=3)
try:
    log_code(logger, "{MARKER} no code")
except ValueError:
    pass
try:
    try:
        open("/{MARKER}")
    except OSError as problem:
        raise EvidenceError("capture.file_missing", name="{MARKER}") from problem
except EvidenceError:
    logger.exception("failed on {MARKER}")
logger.warning("%s %s", "{MARKER}")
raise RuntimeError("{MARKER}")
"""


def run(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SPEAKS, *arguments], cwd=repository, capture_output=True, text=True, check=False
    )


def test_without_a_file_nothing_is_said_anywhere(repository: Path, home: Path) -> None:
    before = sorted(home.rglob("*"))
    done = run(repository)
    assert (done.stdout, done.stderr) == ("", "")
    assert sorted(home.rglob("*")) == before


def test_with_a_file_codes_and_places_are_said_and_no_content(repository: Path, tmp_path: Path) -> None:
    path = tmp_path / "logs" / "log.txt"
    done = run(repository, str(path))
    text = path.read_text("utf-8")
    assert (done.stdout, done.stderr) == ("", "")
    assert MARKER not in text and "비밀" not in text and "geheim" not in text
    assert " INFO evidence.capture " in text and "capture.done files=3" in text
    assert "evidence.errors.EvidenceError capture.file_missing" in text
    assert "builtins.FileNotFoundError" in text
    assert "CRITICAL uncaught" in text and "builtins.RuntimeError" in text
    assert len([line for line in text.splitlines() if " WARNING some.library " in line]) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX rights")
def test_only_the_own_account_can_read_it(repository: Path, tmp_path: Path) -> None:
    path = tmp_path / "logs" / "log.txt"
    run(repository, str(path))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_log_that_cannot_be_opened_stops_nothing(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    done = run(repository, str(tmp_path / "file" / "log.txt"))
    assert (done.stdout, done.stderr) == ("", "")


def test_it_does_not_grow_for_ever(repository: Path, tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    code = """
import logging, sys
from pathlib import Path
from app.logs import log_code, start_logging
start_logging(Path(sys.argv[1]))
for number in range(20_000):
    log_code(logging.getLogger("a.b"), "some.code", number=number)
"""
    subprocess.run([sys.executable, "-c", code, str(path)], cwd=repository, check=True)
    assert sum(each.stat().st_size for each in tmp_path.iterdir()) <= 1_000_000
    assert path.read_text().endswith("number=19999\n")
