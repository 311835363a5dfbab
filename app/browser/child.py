"""The far end of the pipe: reads one request, sets the process up for it, and lets a sitting answer.

What is set up before Qt is loaded: no core file, standard output and error go nowhere (the protocol keeps descriptors
of its own), one way out through the relay, no sandbox only where the near end says so in as many words.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import BinaryIO

from evidence.media.wire import Message, WireError, receive, send

_FLAGS = (
    "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-domain-reliability",
    "--disable-sync", "--disable-breakpad", "--no-pings", "--disable-quic", "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-features=MediaRouter,OptimizationHints,Translate,AutofillServerCommunication,InterestFeedContentSuggestions",
    "--proxy-bypass-list=<-loopback>", "--autoplay-policy=user-gesture-required", "--mute-audio",
)  # fmt: skip


class Pipe:
    """Frames to the near end, one at a time."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def __call__(self, message: Message, body: bytes) -> None:
        """Send one. The process ends when nobody listens any more."""
        with self._lock:
            try:
                send(self._stream, message, [body] if body else [])
            except OSError:
                os._exit(0)


def main() -> None:
    """Entry point of the child process."""
    answers, requests = os.fdopen(os.dup(1), "wb"), os.fdopen(os.dup(0), "rb")
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(quiet, descriptor)
    _no_core_file()
    tell = Pipe(answers)
    try:
        request, _ = receive(requests, 0)
    except WireError:
        return
    _serve(request, tell)
    answers.flush()
    # Qt's engine takes its time to come down and holds nothing that must be written.
    os._exit(0)


def _serve(request: Message, tell: Pipe) -> None:
    from app.browser.proxy import Relay

    allowed = request["allowed_hosts"]
    limits = request["limits"]
    assert isinstance(allowed, list) and isinstance(limits, dict)
    with Relay([str(each) for each in allowed], int(limits["wire_bytes"])) as relay:
        flags = [*_FLAGS, f"--proxy-server=socks5://127.0.0.1:{relay.port}"]
        if request["sandbox"] is not True:
            flags.append("--no-sandbox")
        os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = " ".join(flags)
        from PySide6.QtWidgets import QApplication

        from app.browser.sitting import Sitting

        application = QApplication(["holdfast"])
        application.setQuitOnLastWindowClosed(False)
        sitting = Sitting(request, relay, tell)
        tell({"kind": "ready"}, b"")
        url = str(request["url"])
        if request["is_shown"] is True:
            from evidence.i18n import texts

            url = sitting.show_first(url, texts(str(request["language"])))
        else:
            sitting.view.show()
        if url:
            sitting.record(url)
        else:
            tell({"kind": "closed"}, b"")
        sitting.close()


def _no_core_file() -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
