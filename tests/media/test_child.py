"""The child process is fed bad children on purpose: one that dies, hangs, lies, floods or writes to disk."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from io import BytesIO
from pathlib import Path

import pytest

from evidence.errors import CancelledError, EvidenceError
from evidence.media import CHILD_WORD, MediaLimits, MediaWorker, child_command
from evidence.media.pictures import decode_image

ROOT = Path(__file__).resolve().parent.parent.parent
PREAMBLE = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
import os, time
from evidence.errors import EvidenceError
from evidence.media.worker import serve
from evidence.media.wire import send
"""


def child(body: str) -> MediaWorker:
    """A worker whose job ``decode`` is ``body``."""
    indented = "\n".join("    " + line for line in body.strip().splitlines())
    source = f"{PREAMBLE}\ndef job(request, body, limits):\n{indented}\nserve(lambda: {{'decode': job}})\n"
    return MediaWorker(command=[sys.executable, "-I", "-c", source])


def code(worker: MediaWorker, limits: MediaLimits | None = None) -> str:
    with worker, pytest.raises(EvidenceError) as caught:
        decode_image(BytesIO(b"x" * 100), worker=worker, limits=limits)
    return caught.value.code


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("os._exit(3)", "media.decoder_crashed"),
        ("os.kill(os.getpid(), 9)", "media.decoder_crashed"),
        ("raise RuntimeError('a bug')", "media.decoder_crashed"),
        ("print('noise'); return {}, b''", "media.decoder_crashed"),
        ("return {'width': 5, 'height': 5, 'notes': []}, b'short'", "media.decoder_crashed"),
        ("return {'width': -5, 'height': -5, 'notes': []}, b'x' * 75", "media.decoder_crashed"),
        ("return {'width': 1, 'height': 1, 'notes': 'no list'}, b'xyz'", "media.decoder_crashed"),
        ("return {'error': 'vault.not_ours', 'params': {}}, b''", "media.decoder_crashed"),
        ("return {'error': ['media.'], 'params': 3}, b''", "media.decoder_crashed"),
        ("raise EvidenceError('media.undecodable', media_type='image/x')", "media.undecodable"),
    ],
)  # fmt: skip
def test_bad_children(body: str, expected: str) -> None:
    assert code(child(body)) == expected


def test_flood_is_cut_off() -> None:
    flood = "return {'width': 1, 'height': 1}, b'x' * 5000000"
    assert code(child(flood), MediaLimits(max_output_bytes=1000)) == "media.decoder_crashed"


def test_hang_is_ended_in_time() -> None:
    start = time.monotonic()
    assert code(child("time.sleep(60)"), MediaLimits(time_s=0.3)) == "media.out_of_time"
    assert time.monotonic() - start < 50  # it did not wait for the child


def test_cancel_ends_the_child() -> None:
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with child("time.sleep(60)") as worker, pytest.raises(CancelledError):
        decode_image(BytesIO(b"x"), worker=worker, cancelled=stop.is_set)


def test_a_dead_child_is_replaced() -> None:
    with child("if bytes(body) == b'die':\n    os._exit(1)\nreturn {'width': 1, 'height': 1}, b'abc'") as worker:
        for _ in range(2):
            with pytest.raises(EvidenceError, match="decoder_crashed"):
                worker.request("decode", BytesIO(b"die"), MediaLimits())
            answer, body = worker.request("decode", BytesIO(b"live"), MediaLimits())
            assert (answer["width"], bytes(body)) == (1, b"abc")


@pytest.mark.skipif(sys.platform != "linux", reason="limits of POSIX")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("bytearray(2 << 30)", "media.out_of_memory"),
        ("open('planted.tmp', 'w').write('plain')\nreturn {}, b''", "media.decoder_crashed"),
    ],
)
def test_limits_of_the_system(body: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert code(child(body), MediaLimits(memory_bytes=1 << 30)) == expected
    assert all(path.stat().st_size == 0 for path in tmp_path.iterdir())


def test_a_missing_program_is_said() -> None:
    assert code(MediaWorker(command=["/nonexistent/program"])) == "media.decoder_missing"
    assert code(MediaWorker(command=[sys.executable, "-c", "raise SystemExit(1)"])) == "media.decoder_missing"


def test_the_same_child_serves_a_batch() -> None:
    with child("return {'width': os.getpid(), 'height': 1}, b''") as worker:
        answers = {worker.request("decode", BytesIO(b""), MediaLimits())[0]["width"] for _ in range(5)}
    assert len(answers) == 1


def test_the_child_knows_nothing_about_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED_SECRET", "1")
    with child("return {'seen': list(os.environ)}, b''") as worker:
        answer, _ = worker.request("decode", BytesIO(b""), MediaLimits())
    assert "PLANTED_SECRET" not in answer["seen"]


def test_a_frozen_program_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert child_command("evidence.media.worker") == [sys.executable, CHILD_WORD, "evidence.media.worker"]


def test_the_parent_does_not_load_the_decoder() -> None:
    source = "import sys; import evidence.media; sys.exit('evidence.media.decoding' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", source], cwd=ROOT, check=False).returncode == 0
