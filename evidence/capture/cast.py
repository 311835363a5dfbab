"""The near end of a recording on Wayland: starts the process that the desktop casts a screen to, and asks it.

The process (``app.screencast``) needs Qt, which nothing here may import. It holds no key; what it says is checked. The
person chooses a monitor in the system's own window before the first picture comes.
"""

from __future__ import annotations

import select
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import numpy as np

from evidence.bus import session_address
from evidence.capture.film import RawFrame
from evidence.errors import CancelledError, EvidenceError
from evidence.media import child_command
from evidence.media.wire import Message, WireError, receive, send

CAST_MODULE = "app.screencast"
_LOOK_S = 0.1
_ANSWER_S = 20.0
"""How long a picture may take once the first one has come."""
_MOST_SIDE = 16_384
_KEPT_NAMES = (
    "LD_LIBRARY_PATH", "TZ", "LANG", "LC_ALL", "PATH", "HOME", "XDG_RUNTIME_DIR", "XDG_SESSION_TYPE",
    "XDG_CURRENT_DESKTOP", "SPA_PLUGIN_DIR", "PIPEWIRE_MODULE_DIR", "PIPEWIRE_CONFIG_DIR",
)  # fmt: skip


class Cast:
    """Pictures of a screen, as long as it is open. Belongs to one thread at a time."""

    def __init__(
        self, environ: Mapping[str, str], *, command: list[str] | None = None, platform: str = "offscreen",
        is_asked: bool = True,
    ) -> None:  # fmt: skip
        """Start the process. ``platform`` and ``is_asked`` are for tests on a display that needs no asking.

        Raises :class:`EvidenceError` ``capture.no_recording_here``.
        """
        kept = {name: environ[name] for name in _KEPT_NAMES if name in environ}
        kept |= {"DBUS_SESSION_BUS_ADDRESS": session_address(environ), "QT_QPA_PLATFORM": platform}
        kept |= {"QT_LOGGING_RULES": "*=false", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        if platform != "offscreen":
            kept["DISPLAY"] = environ.get("DISPLAY", "")
        try:
            self._process = subprocess.Popen(
                command or child_command(CAST_MODULE), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, env=kept, start_new_session=True,
            )  # fmt: skip
        except OSError as problem:
            raise EvidenceError("capture.no_recording_here") from problem
        self._last: RawFrame | None = None
        try:
            self._say({"asked": is_asked})
        except EvidenceError:
            self.close()
            raise

    def begin(self, limit_s: float, cancelled: Callable[[], bool] = lambda: False) -> RawFrame:
        """Wait until the person has chosen, and the first picture has come.

        Raises :class:`EvidenceError` ``capture.no_recording_here``, ``capture.portal_…``, ``capture.screen_failed``
        and :class:`CancelledError`.
        """
        return self._look(limit_s, cancelled)

    def look(self) -> RawFrame:
        """The screen as it is now. Raises ``capture.screen_failed`` when it is cast no more."""
        return self._look(_ANSWER_S, lambda: False)

    def close(self) -> None:
        """End it; the desktop shows no more that the screen is cast."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _say(self, message: Message) -> None:
        assert self._process.stdin is not None
        try:
            send(self._process.stdin, message)
        except (OSError, ValueError) as problem:
            raise EvidenceError("capture.screen_failed") from problem

    def _look(self, limit_s: float, cancelled: Callable[[], bool]) -> RawFrame:
        self._say({"look": True})
        message, body = self._answer(limit_s, cancelled)
        if "ended" in message:
            raise _error(message["ended"])
        if message.get("same") is True and self._last is not None:
            return self._last
        width, height = message.get("width"), message.get("height")
        if not isinstance(width, int) or not isinstance(height, int) or not _fits(width, height, len(body)):
            raise EvidenceError("capture.screen_failed")
        self._last = RawFrame(width, height, bytes(body))
        return self._last

    def _answer(self, limit_s: float, cancelled: Callable[[], bool]) -> tuple[Message, bytearray]:
        pipe, until = self._process.stdout, time.monotonic() + limit_s
        assert pipe is not None
        while not select.select([pipe], [], [], _LOOK_S)[0]:
            if cancelled():
                raise CancelledError
            if time.monotonic() > until and self._last is None:
                raise EvidenceError("capture.portal_time")
            if time.monotonic() > until:
                raise EvidenceError("capture.screen_failed")
        try:
            return receive(pipe, 4 * _MOST_SIDE * _MOST_SIDE)
        except (WireError, OSError, ValueError) as problem:
            if self._last is None:
                raise EvidenceError("capture.no_recording_here") from problem
            raise EvidenceError("capture.screen_failed") from problem


def cut(frame: RawFrame, left: int, top: int, width: int, height: int) -> RawFrame:
    """A part of a picture, in its own pixels."""
    pixels = np.frombuffer(frame.bgra, dtype=np.uint8).reshape(frame.height, frame.width, 4)
    part = pixels[top : top + height, left : left + width]
    return RawFrame(int(part.shape[1]), int(part.shape[0]), part.tobytes())


def _fits(width: int, height: int, size: int) -> bool:
    return 0 < width <= _MOST_SIDE and 0 < height <= _MOST_SIDE and size == 4 * width * height


def _error(how: object) -> EvidenceError:
    if how == "missing":
        return EvidenceError("capture.no_recording_here")
    if how == "cancelled":
        return EvidenceError("capture.portal_cancelled")
    if how == "denied":
        return EvidenceError("capture.portal_denied")
    return EvidenceError("capture.screen_failed")
