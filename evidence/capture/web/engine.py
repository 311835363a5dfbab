"""The near end of the browser's process: starts it, gives it one request, and gathers what it says.

The process holds no key, knows no vault, gets an environment of its own in a private folder (in memory where the
system offers that) that is emptied afterwards, and is ended when its time is over.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from evidence.capture.clock import Clock, read_clock
from evidence.capture.web.gathering import Gathering
from evidence.capture.web.limits import PageLimits
from evidence.capture.web.record import PageRecord, PageRequest
from evidence.errors import CancelledError, EvidenceError
from evidence.media import child_command
from evidence.media.wire import WireError, receive, send

ENGINE_MODULE = "app.browser.child"
"""The module whose ``main()`` is the browser: it needs Qt, which nothing here may import."""
PAGE_TOUCHED = "page_touched"
"""The step that is reported while the person uses the browser's window: somebody is there."""
_POLL_S = 0.05
_KEPT_NAMES = ("SYSTEMROOT", "WINDIR", "LD_LIBRARY_PATH", "TZ", "LANG", "LC_ALL", "PATH", "FONTCONFIG_PATH")
_SHOWN_NAMES = ("DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "XDG_SESSION_TYPE", "QT_SCALE_FACTOR")
_HOME_NAMES = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME",
               "XDG_STATE_HOME", "TMPDIR", "TEMP", "TMP")  # fmt: skip


class PageBrowser(Protocol):
    """Whatever loads a page and writes everything down."""

    def capture(
        self, request: PageRequest, limits: PageLimits, *, clock: Clock = read_clock,
        progress: Callable[[float, str], None] = lambda _share, _step: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> PageRecord:  # fmt: skip
        """Load and record one page."""
        ...


class EngineProcess:
    """A browser in a process of its own, started for each capture and ended with it.

    An ordinary user's browser always runs in Chromium's sandbox. ``may_run_as_root`` is the tests' own switch: as root
    there is no sandbox, and without the switch the capture is refused.
    """

    def __init__(self, command: list[str] | None = None, *, may_run_as_root: bool = False) -> None:
        self._command = command or child_command(ENGINE_MODULE)
        self._may_run_as_root = may_run_as_root

    def capture(
        self, request: PageRequest, limits: PageLimits, *, clock: Clock = read_clock,
        progress: Callable[[float, str], None] = lambda _share, _step: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> PageRecord:  # fmt: skip
        """Load and record the page that ``request`` names.

        What came until the engine died or its time was over is given all the same, with ``is_complete`` False.
        Raises :class:`EvidenceError` ``capture.page_as_root``, ``capture.page_engine_missing`` or
        ``capture.page_engine_failed`` (nothing came at all), and :class:`CancelledError`.
        """
        is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        if is_root and not self._may_run_as_root:
            raise EvidenceError("capture.page_as_root")
        gathering = Gathering(PageRecord(request=request, started=clock()), limits)
        with _private_folder() as folder, self._process(request, folder) as process:
            watch = _Watch(process, None if request.is_shown else limits.whole_s, cancelled)
            try:
                self._talk(process, request, limits, gathering, sandbox=not is_root, progress=progress)
            except (WireError, OSError) as problem:
                if watch.ended == "cancelled":
                    raise CancelledError from problem
                if not gathering.record.exchanges and watch.ended != "time":
                    raise EvidenceError("capture.page_engine_failed") from problem
                gathering.record.marks = ("engine_ended" if watch.ended == "time" else "engine_gave_up",)
            finally:
                watch.stop()
        if cancelled():
            raise CancelledError
        return gathering.record

    def _talk(
        self, process: subprocess.Popen[bytes], request: PageRequest, limits: PageLimits, gathering: Gathering, *,
        sandbox: bool, progress: Callable[[float, str], None],
    ) -> None:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        send(
            process.stdin,
            {
                "url": request.url,
                "accept_language": request.languages,
                "viewport": list(request.viewport),
                "allowed_hosts": list(request.allowed_hosts),
                "trusted_roots": [each.hex() for each in request.trusted_roots],
                "is_shown": request.is_shown,
                "language": request.language,
                "text_percent": request.text_percent,
                "sandbox": sandbox,
                "limits": asdict(limits),
            },
        )
        count = 0
        while True:
            message, body = receive(process.stdout, limits.total_bytes + limits.response_bytes)
            if message.get("kind") == "closed":
                raise CancelledError
            if message.get("kind") == "touched":
                progress(0.0, PAGE_TOUCHED)
                continue
            if gathering.take(message, bytes(body)):
                return
            count += 1
            # Nobody knows how much there is to come; it only ever moves on.
            progress(0.9 * (1 - 1 / (1 + count / 40)), "page_loading")

    @contextmanager
    def _process(self, request: PageRequest, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
        try:
            process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder,
                env=_environment(folder, is_shown=request.is_shown),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0), start_new_session=True,
            )  # fmt: skip
        except OSError as problem:
            raise EvidenceError("capture.page_engine_missing") from problem
        try:
            yield process
        finally:
            _end(process)


class _Watch:
    """Ends the process when its time is over or the person cancels."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float | None, cancelled: Callable[[], bool]) -> None:
        self.ended = ""
        self._process = process
        self._until = None if seconds is None else time.monotonic() + seconds
        self._cancelled = cancelled
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="page-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No more watching."""
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(_POLL_S):
            if self._cancelled():
                self.ended = "cancelled"
            elif self._until is not None and time.monotonic() > self._until:
                self.ended = "time"
            if self.ended:
                with suppress(OSError):
                    self._process.kill()
                return


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and the helpers that it started."""
    if sys.platform == "win32":
        process.kill()  # its helpers end with it: they are in its job
    else:
        import signal

        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    process.wait()


@contextmanager
def _private_folder() -> Iterator[Path]:
    """A folder for nobody else, in memory where the system has such a place; removed with all that is in it."""
    memory = Path("/dev/shm")  # noqa: S108  a folder of our own is made in it
    where = str(memory) if sys.platform == "linux" and os.access(memory, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="hf-", dir=where))
    try:
        yield folder
    finally:
        for _ in range(20):
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break
            time.sleep(0.05)


def _environment(folder: Path, *, is_shown: bool) -> dict[str, str]:
    """What the browser needs to start, and nothing about the person."""
    kept = {name: os.environ[name] for name in _KEPT_NAMES if name in os.environ}
    kept |= {name: str(folder) for name in _HOME_NAMES}
    kept |= {"QT_LOGGING_RULES": "*=false", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    if sys.platform == "linux":
        if is_shown:
            kept |= {name: os.environ[name] for name in _SHOWN_NAMES if name in os.environ}
        else:
            kept |= {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(folder)}
    return kept
