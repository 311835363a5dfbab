"""The program is ended from outside: the desktop's session ends, or a signal says so. What goes on is sealed first.

Qt's loop hears no signals of Python: they are written into a pipe that it listens to. On Windows there are none for a
window; there, and where a desktop manages sessions, Qt asks before the session ends (``commitDataRequest``), and the
system waits for the answer.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication

from ui.main_window import MainWindow


def keep_when_ended(application: QApplication, window: MainWindow) -> None:
    """From now on the vault is locked, and with it what is being recorded is sealed, before the program ends."""
    application.commitDataRequest.connect(lambda _manager: window.lock_now())
    if sys.platform != "win32":
        _listen(application, window)


def _listen(application: QApplication, window: MainWindow) -> None:
    read_end, write_end = os.pipe()
    for descriptor in (read_end, write_end):
        os.set_blocking(descriptor, False)

    def heard() -> None:
        with suppress(OSError):
            os.read(read_end, 64)
        window.end()
        application.quit()

    notifier = QSocketNotifier(read_end, QSocketNotifier.Type.Read, application)
    notifier.activated.connect(heard)
    signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        number = getattr(signal, name)
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
