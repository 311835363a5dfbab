"""The near end of the parsers' child process: starts it, feeds it, and ends it when it is too slow or dead."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec

from evidence.verify.untrusted.messages import LENGTH_BYTES, READY, Answer, Failure, Request, decode_answer, encode

_ROOT = Path(__file__).resolve().parent.parent.parent.parent
_BOOT = "import sys,importlib;sys.path.insert(0,sys.argv[1]);importlib.import_module(sys.argv[2]).main()"
_CHILD = "evidence.verify.untrusted.child"
_CHILD_WORD = "--child"
_MAX_ANSWER = 64 << 20
_MAX_REQUESTS = 2000


class Parser(Protocol):
    """Whoever answers requests."""

    def ask(self, request: Request) -> Answer:
        """Never raises for anything that the request's bytes do."""
        ...

    def close(self) -> None:
        """End whatever runs."""
        ...


class InProcessParser:
    """Answers in this process, without limits: for the tests of the parsers."""

    def ask(self, request: Request) -> Answer:
        """See :class:`Parser`."""
        from evidence.verify.untrusted.handlers import answer

        return answer(request)

    def close(self) -> None:
        """Nothing runs."""


class ChildParser:
    """One child process, started at once and used for many packages; not for several threads.

    ``time_limit_s`` bounds each request; a child that needs longer is killed and the answer is a :class:`Failure`.
    """

    def __init__(self, time_limit_s: float = 60.0, command: list[str] | None = None) -> None:
        self._time_limit_s = time_limit_s
        self._command = command or child_command()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ready = False
        self._requests = 0
        self._start()

    def ask(self, request: Request) -> Answer:
        """See :class:`Parser`."""
        if self._process is None or self._process.poll() is not None or self._requests >= _MAX_REQUESTS:
            self._stop()
            self._start()
        process = self._process
        if process is None:
            return Failure("crashed", "not_started")
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            process.kill()

        timer = threading.Timer(self._time_limit_s, expire)
        timer.daemon = True
        timer.start()
        try:
            return self._exchange(process, request)
        except (OSError, EOFError, ValueError, msgspec.MsgspecError) as problem:
            self._stop()
            return Failure("too_slow") if expired.is_set() else Failure("crashed", type(problem).__name__)
        finally:
            timer.cancel()

    def close(self) -> None:
        """End the child."""
        self._stop()

    def _exchange(self, process: subprocess.Popen[bytes], request: Request) -> Answer:
        assert process.stdin is not None
        assert process.stdout is not None
        if not self._is_ready:
            if process.stdout.read(len(READY)) != READY:
                raise EOFError
            self._is_ready = True
        self._requests += 1
        process.stdin.write(encode(request))
        process.stdin.flush()
        head = process.stdout.read(LENGTH_BYTES)
        length = int.from_bytes(head, "big")
        if len(head) < LENGTH_BYTES or length > _MAX_ANSWER:
            raise EOFError
        data = process.stdout.read(length)
        if len(data) < length:
            raise EOFError
        answer = decode_answer(data)
        if isinstance(answer, Failure) and answer.kind == "too_greedy":
            self._stop()  # its memory may be in pieces
        return answer

    def _start(self) -> None:
        self._is_ready, self._requests = False, 0
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_bare_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError:
            self._process = None

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(OSError):
            process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        process.wait()


def child_command() -> list[str]:
    """How the child is started: from a checkout with this Python, from a frozen program by itself."""
    if getattr(sys, "frozen", False):
        return [sys.executable, _CHILD_WORD, _CHILD]
    return [sys.executable, "-I", "-c", _BOOT, str(_ROOT), _CHILD]


def _bare_environment() -> dict[str, str]:
    """What a child needs to start, and nothing about the person."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    if getattr(sys, "frozen", False):  # where a frozen program has unpacked itself: the child need not do it again
        kept |= {name: value for name, value in os.environ.items() if name.startswith("_PYI_")}
    return kept | {"PYTHONUTF8": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
