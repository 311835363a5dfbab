"""A journey through the window without a person, and a clock on every event."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.sample import chat_picture, note_file
from app.window import make_window, real_doors
from evidence import session
from evidence.session.measuring import CHEAP_COST
from evidence.settings import Settings, save_settings

PASSPHRASE = "for measuring alone"  # noqa: S105  of a vault that is thrown away
_LIMIT_S = 60


class TimedApplication(QApplication):
    """Times every event that is delivered, from the outermost delivery on."""

    def __init__(self, arguments: Sequence[str]) -> None:
        super().__init__(list(arguments))
        self.took: dict[str, tuple[float, float]] = {}
        """Milliseconds on the wall of the slowest of its kind, and the processor's share of them, by what it was."""
        self.count = 0
        self.is_on = False
        self._depth = 0

    def notify(self, receiver: QObject, event: QEvent) -> bool:
        """Deliver one event."""
        if not self.is_on or self._depth:
            return bool(super().notify(receiver, event))
        kind, name = event.type(), type(receiver).__name__
        self._depth += 1
        began = time.perf_counter(), time.thread_time()
        try:
            return bool(super().notify(receiver, event))
        finally:
            took = 1000 * (time.perf_counter() - began[0]), 1000 * (time.thread_time() - began[1])
            self._depth -= 1
            self.count += 1
            label = event.words if isinstance(event, _Do) else f"{getattr(kind, 'name', kind)} of {name}"
            self.took[label] = max(self.took.get(label, (0.0, 0.0)), took)


class Walk:
    """The window over settings in ``folder``, and hands that use it."""

    def __init__(self, folder: Path, make: Callable[[list[str]], QApplication] = QApplication) -> None:
        self.application = make(["bench"])
        self.application.setStyle("Fusion")
        save_settings(folder / "settings.json", Settings(language="en", look="light"))
        doors = real_doors()._replace(create_vault=partial(session.create_vault, cost=CHEAP_COST))
        self.window = make_window(self.application, folder / "settings.json", folder / "vault", doors=doors)
        self.window.resize(1120, 760)
        self.window.show()
        self.rest()

    def rest(self) -> None:
        """Wait until nothing runs and everything is drawn."""
        end = time.monotonic() + _LIMIT_S
        QCoreApplication.processEvents()
        while self.window.desk.jobs.is_busy:
            if time.monotonic() > end:
                raise RuntimeError("the window did not come to rest")
            QTest.qWait(2)
        for _ in range(3):
            QCoreApplication.processEvents()

    def open(self, vault: Path, passphrase: str) -> None:
        """Open a vault as a person does."""
        self.window.show_start()
        self.window.start.place.line.setText(str(vault))
        self.window.start.secret.line.setText(passphrase)
        self.window.start.unlock()
        self.rest()

    def press(self, key: Qt.Key, times: int = 1) -> None:
        """Press a key where the keyboard is."""
        for _ in range(times):
            QTest.keyClick(self.window.windowHandle(), key)
            self.rest()


def timed_journey(folder: Path) -> dict[str, Any]:
    """Make a vault, bring things in, look at every page, change language and look, leave. Gives the slowest events.

    The window first makes the pages that most sittings come to, in the seconds after it is usable; that is timed too.
    """
    walk = Walk(folder, TimedApplication)
    application, window = walk.application, walk.window
    assert isinstance(application, TimedApplication)
    application.is_on = True
    while not window.is_ready:
        QTest.qWait(20)
    (folder / "chat.png").write_bytes(chat_picture())
    (folder / "note.txt").write_bytes(note_file())
    pages = 0

    def visit(show: Callable[[], object], name: str = "") -> None:
        """Through the queue of events, as a click or a key would come."""
        nonlocal pages
        words = name or getattr(show, "__name__", "a step").replace("_", " ")
        QCoreApplication.postEvent(runner, _Do(show, words))
        walk.rest()
        walk.press(Qt.Key.Key_Tab, 3)
        pages += 1

    runner = _Runner()
    visit(window.show_welcome)
    visit(window.show_create)
    create = window.create_page
    for line in (create.first.line, create.second.line):
        line.setText(PASSPHRASE)
    visit(create.make)
    create.written.setChecked(True)
    visit(create.key_card.later_button.click)
    window.cases.new.line.setText("Journey")
    visit(window.cases.begin)
    case_id = window.case.case_id
    visit(lambda: window.case.add_files([folder / "chat.png", folder / "note.txt"]), "add files")
    key = window.case.list.rows.rows[0].key
    for _turn in range(2):
        visit(window.show_cases)
        for show in (window.show_case, window.show_capture, window.show_package, window.show_handing):
            visit(partial(show, case_id), show.__name__.replace("_", " "))
        visit(lambda: window.show_exhibit(case_id, key), "show exhibit")
        visit(lambda: window.show_capture(case_id, kind="files"), "show capture")
        for plain in (window.show_upkeep, window.show_verify, window.show_settings):
            visit(plain)
        for sheet in (window.show_help, window.show_help_lines):
            visit(sheet)
            visit(window.close_sheet)
    changes: list[dict[str, Any]] = [{"language": "ko"}, {"look": "dark"}, {"text_percent": 200}, {"language": "en"}]
    for choices in changes:
        visit(partial(window.desk.change, **choices), f"change of {next(iter(choices))}")
    window.exit.make_ready()
    began = time.perf_counter()
    covered = [0.0]
    lock = window.lock

    def watched() -> None:
        covered[0] = 1000 * (time.perf_counter() - began)
        lock()

    window.lock = watched  # type: ignore[method-assign]
    visit(window.exit.leave)
    window.lock = lock  # type: ignore[method-assign]
    application.is_on = False
    worst = sorted(application.took.items(), key=lambda pair: -pair[1][0])[:12]
    window.close()
    return {
        "events": application.count, "pages": pages, "cover_ms": covered[0],
        "worst": [{"what": what, "ms": wall, "work_ms": work} for what, (wall, work) in worst],
    }  # fmt: skip


class _Do(QEvent):
    """Carries what is to be done."""

    def __init__(self, do: Callable[[], object], words: str) -> None:
        super().__init__(QEvent.Type.User)
        self.do, self.words = do, words


class _Runner(QObject):
    def event(self, event: QEvent) -> bool:
        if isinstance(event, _Do):
            event.do()
            return True
        return super().event(event)
