"""The far end of a recording on Wayland: a process of its own, in which Qt lets the desktop cast a screen to us.

Qt speaks with the portal ``org.freedesktop.portal.ScreenCast`` and with PipeWire; the person chooses the monitor in the
system's own window. Pictures go to the near end (:mod:`evidence.capture.cast`) when it asks for one, over the pipe and
nowhere else. A picture counts only after the portal has granted all three steps: where there is no portal, Qt would
fall back on other ways, which a Wayland desktop answers with nothing or black.
"""

from __future__ import annotations

import ctypes
import os
import resource
from contextlib import suppress
from typing import Any, BinaryIO

from PySide6.QtCore import SLOT, QObject, QSocketNotifier, QTimer, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtMultimedia import QMediaCaptureSession, QScreenCapture, QVideoFrame, QVideoFrameFormat, QVideoSink

from evidence.media.wire import WireError, receive, send

SERVICE = "org.freedesktop.portal.Desktop"
_STEPS = 3
"""A session is made, its source is selected, it is started."""
_STRAIGHT = (
    QVideoFrameFormat.PixelFormat.Format_BGRX8888, QVideoFrameFormat.PixelFormat.Format_BGRA8888,
    QVideoFrameFormat.PixelFormat.Format_BGRA8888_Premultiplied,
)  # fmt: skip
PIPEWIRE = "libpipewire-0.3.so.0"


class Caster(QObject):
    """Keeps the last picture that came, and answers the near end."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO, *, is_asked: bool) -> None:
        super().__init__()
        self._requests, self._answers = requests, answers
        self._granted = 0 if is_asked else _STEPS
        self._last: QVideoFrame | None = None
        self._is_waited_for = self._has_shown = False
        self._ended = ""
        self._capture, self._session, self._sink = QScreenCapture(), QMediaCaptureSession(), QVideoSink()
        self._session.setScreenCapture(self._capture)
        self._session.setVideoSink(self._sink)
        self._sink.videoFrameChanged.connect(self._take)
        self._capture.errorOccurred.connect(lambda _error, _words: self._end("failed"))
        bus = QDBusConnection.sessionBus()
        if is_asked:
            for interface, name, slot in (
                ("org.freedesktop.portal.Request", "Response", "answered"),
                ("org.freedesktop.portal.Session", "Closed", "closed"),
            ):
                # PySide6 wants what SLOT gives, which is text, where its own annotations say bytes.
                bus.connect(SERVICE, "", interface, name, self, SLOT(f"{slot}(QDBusMessage)"))  # type: ignore[call-overload]
        self._notifier = QSocketNotifier(requests.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._asked)

    def start(self) -> None:
        """Ask the desktop."""
        self._capture.setActive(True)

    @Slot(QDBusMessage)
    def answered(self, message: QDBusMessage) -> None:
        """The portal answered one step."""
        code = (message.arguments() or [2])[0]
        if code == 0:
            self._granted += 1
        else:
            self._end("cancelled" if code == 1 else "denied")

    @Slot(QDBusMessage)
    def closed(self, _message: QDBusMessage) -> None:
        """The desktop, or the person in the desktop's own panel, ended it."""
        self._end("closed")

    def _take(self, frame: QVideoFrame) -> None:
        if frame.isValid() and self._granted >= _STEPS:
            self._last = frame
            if self._is_waited_for:
                self._is_waited_for = False
                self._hand_over()

    def _asked(self) -> None:
        """The near end wants a picture, or is gone."""
        try:
            receive(self._requests, 0)
        except (WireError, OSError):
            QGuiApplication.quit()
            return
        if self._ended:
            self._tell({"ended": self._ended})
        elif self._last is None and not self._has_shown:
            self._is_waited_for = True
        else:
            self._hand_over()

    def _hand_over(self) -> None:
        frame, self._last = self._last, None
        if frame is None:
            self._tell({"same": True})
            return
        found = _pixels(frame)
        if found is None:
            self._is_waited_for = True
            self._end("failed")
            return
        self._has_shown = True
        width, height, data = found
        self._tell({"width": width, "height": height}, data)

    def _end(self, how: str) -> None:
        """Nothing comes any more; the near end is told when it asks."""
        if not self._ended:
            self._ended = how
            self._last = None
            if self._is_waited_for:
                self._is_waited_for = False
                self._tell({"ended": how})
            self._capture.setActive(False)

    def _tell(self, message: dict[str, Any], body: Any = b"") -> None:
        try:
            send(self._answers, message, [body] if len(body) else [])
        except OSError:
            os._exit(0)


def _pixels(frame: QVideoFrame) -> tuple[int, int, Any] | None:
    """Width, height, and the rows as blue, green, red and one more byte; None for what cannot be read."""
    width, height = frame.width(), frame.height()
    if frame.pixelFormat() in _STRAIGHT and frame.map(QVideoFrame.MapMode.ReadOnly):
        try:
            stride, data = frame.bytesPerLine(0), bytes(frame.bits(0))
        finally:
            frame.unmap()
        if len(data) >= stride * (height - 1) + 4 * width:
            if stride == 4 * width:
                return width, height, data[: 4 * width * height]
            return width, height, b"".join(data[row * stride : row * stride + 4 * width] for row in range(height))
    image = frame.toImage().convertToFormat(QImage.Format.Format_RGB32)
    if image.isNull():
        return None
    return image.width(), image.height(), bytes(image.constBits())  # four bytes a pixel: rows without a gap


def main() -> None:
    """Entry point of the child process."""
    answers, requests = os.fdopen(os.dup(1), "wb"), os.fdopen(os.dup(0), "rb", buffering=0)
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(quiet, descriptor)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # what the screen shows is written nowhere
    try:
        request, _ = receive(requests, 0)
    except WireError:
        return
    is_asked = request.get("asked") is not False
    if is_asked and not _has_pipewire():
        send(answers, {"ended": "missing"})
        return
    application = QGuiApplication([])
    caster = Caster(requests, answers, is_asked=is_asked)
    QTimer.singleShot(0, caster.start)
    application.exec()
    answers.flush()
    os._exit(0)  # Qt's threads hold nothing that must be written


def _has_pipewire() -> bool:
    """Whether the library is there; Qt would go on without it, by ways that show nothing here."""
    try:
        ctypes.CDLL(PIPEWIRE)
    except OSError:
        return False
    return True
