"""The near end of the child process: starts it, feeds it, and ends it when it is too slow, too greedy or dead."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from evidence.errors import CancelledError, EvidenceError
from evidence.media.jobobject import Job, bound
from evidence.media.limits import MediaLimits
from evidence.media.wire import CHUNK, Message, WireError, receive, send

CHILD_WORD = "--child"
"""First argument with which a frozen program starts itself as a child; the module name follows."""

_ROOT = Path(__file__).resolve().parent.parent.parent
_BOOT = "import sys,importlib;sys.path.insert(0,sys.argv[1]);importlib.import_module(sys.argv[2]).main()"
_MAX_FILES_PER_CHILD = 200
_START_S = 60.0
MOST_MEMORY = 4 << 30
"""Bytes that a child may commit on Windows, whatever it does; a request may ask for less."""
_POLL_S = 0.05


def child_command(module: str) -> list[str]:
    """The command that runs ``module.main()`` in a child, from a checkout or from a frozen program."""
    if getattr(sys, "frozen", False):
        return [sys.executable, CHILD_WORD, module]
    return [sys.executable, "-I", "-c", _BOOT, str(_ROOT), module]


class MediaWorker:
    """One child process, started when first needed and used for many files.

    Use as a context manager, or call :meth:`close`. Safe to use from several threads; one request runs at a time.
    ``module`` names the module whose ``main()`` the child runs; ``command`` replaces the whole command line.
    """

    def __init__(self, module: str = "evidence.media.worker", command: list[str] | None = None) -> None:
        self._command = command or child_command(module)
        self._process: ChildProcess | None = None
        self._files = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child. The worker may be used again: it then starts a new one."""
        with self._lock:
            self._stop()

    def request(
        self,
        job: str,
        stream: BinaryIO,
        limits: MediaLimits,
        cancelled: Callable[[], bool] = lambda: False,
        **options: object,
    ) -> tuple[Message, bytearray]:
        """Send the rest of ``stream`` to the child and wait for its answer.

        What comes back was made from untrusted bytes: the caller checks its shape. ``cancelled`` may be called from
        another thread. Raises :class:`EvidenceError` ``media.too_large``, ``media.out_of_time``,
        ``media.out_of_memory``, ``media.decoder_crashed``, ``media.decoder_missing`` or what the job itself answers,
        and :class:`CancelledError`.
        """
        with self._lock:
            if cancelled():
                raise CancelledError
            message: Message = {"job": job, "limits": asdict(limits), **options}
            try:
                process = self._running(cancelled)
                self._files += 1
                if process.job is not None:
                    process.job.limit(min(limits.memory_bytes, MOST_MEMORY))
                with Watch(process, limits.time_s, cancelled) as watch:
                    answer, body = _exchange(process, message, _chunks(stream, limits, watch), limits, watch)
            except BaseException:
                # A request that ended half-way leaves the pipes out of step.
                self._stop()
                raise
            if self._files >= _MAX_FILES_PER_CHILD or answer.get("error") == "media.out_of_memory":
                self._stop()
        if "error" in answer:
            raise error_of(answer)
        return answer, body

    def _running(self, cancelled: Callable[[], bool]) -> ChildProcess:
        """The child, ready for work."""
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._process = start_child(self._command, cancelled)
        return self._process

    def _stop(self) -> None:
        process, self._process, self._files = self._process, None, 0
        if process is not None:
            stop_child(process)


class ChildProcess(subprocess.Popen[bytes]):
    """A child with the job object that bounds it, where the system has such."""

    job: Job | None = None


def start_child(command: list[str], cancelled: Callable[[], bool] = lambda: False) -> ChildProcess:
    """A child that is ready for work. Raises :class:`EvidenceError` ``media.decoder_missing``, and
    :class:`CancelledError`; then none is left."""
    try:
        process = ChildProcess(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=_bare_environment(), creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
    except OSError as problem:
        raise EvidenceError("media.decoder_missing") from problem
    process.job = bound(getattr(process, "_handle", 0), MOST_MEMORY)  # before the child is handed its first byte
    assert process.stdout is not None
    try:
        with Watch(process, _START_S, cancelled) as watch:
            try:
                receive(process.stdout, 0)
            except (WireError, OSError) as problem:
                if watch.ended == "cancelled":
                    raise CancelledError from problem
                raise EvidenceError("media.decoder_missing") from problem
    except BaseException:
        stop_child(process)
        raise
    return process


def stop_child(process: subprocess.Popen[bytes]) -> None:
    """End a child at once."""
    with suppress(OSError):
        process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    process.wait()
    if isinstance(process, ChildProcess) and process.job is not None:
        process.job.close()


def _exchange(
    process: subprocess.Popen[bytes], message: Message, chunks: Iterable[bytes], limits: MediaLimits, watch: Watch
) -> tuple[Message, bytearray]:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with suppress(BrokenPipeError):  # the child died: the missing answer tells
            send(process.stdin, message, chunks)
        watch.alive()
        return receive(process.stdout, limits.max_output_bytes, watch.alive)
    except (WireError, OSError) as problem:
        if watch.ended == "cancelled":
            raise CancelledError from problem
        if watch.ended == "time":
            raise EvidenceError("media.out_of_time", seconds=f"{limits.time_s:g}") from problem
        raise EvidenceError("media.decoder_crashed") from problem


class Watch:
    """Kills the child when its time is over or the person cancels; the waiting thread then sees its pipe end."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float, cancelled: Callable[[], bool]) -> None:
        self.ended = ""
        self._process = process
        self._seconds = seconds
        self._cancelled = cancelled
        self._done = threading.Event()
        self._until = time.monotonic() + seconds
        self._thread = threading.Thread(target=self._run, name="media-watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def alive(self) -> None:
        """The child moved: its time begins anew."""
        self._until = time.monotonic() + self._seconds

    def _run(self) -> None:
        while not self._done.wait(_POLL_S):
            if self._cancelled():
                self.ended = "cancelled"
            elif time.monotonic() > self._until:
                self.ended = "time"
            if self.ended:
                with suppress(OSError):
                    self._process.kill()
                return


def _chunks(stream: BinaryIO, limits: MediaLimits, watch: Watch) -> Iterator[bytes]:
    total = 0
    while chunk := stream.read(CHUNK):
        total += len(chunk)
        if total > limits.max_file_bytes:
            raise EvidenceError("media.too_large", most=limits.max_file_bytes)
        yield chunk
        watch.alive()


def error_of(answer: Message) -> EvidenceError:
    """The child's error. Its words are not trusted: the code must be one of ours, the parameters short text."""
    code = str(answer.get("error", ""))
    params = answer.get("params", {})
    if not code.startswith(("media.", "scoring.")) or len(code) > 60 or not isinstance(params, dict):
        return EvidenceError("media.decoder_crashed")
    return EvidenceError(code, **{str(name)[:40]: str(value)[:200] for name, value in params.items()})


def _bare_environment() -> dict[str, str]:
    """What a child needs to start, and nothing about the person."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH", "TZ") if name in os.environ}
    # One thread everywhere: the same input gives the same output, and no thread pool is needed under the limits.
    return kept | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONUTF8": "1"}
