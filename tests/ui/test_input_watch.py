"""Keys and mouse are seen in every window of the program, at the window, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from ui.autolock import InputWatch
from ui.main_window import MainWindow

FAR_MS = 3_600_000
Settle = Callable[[], None]


class Count:
    """The idle time of a window, and whether it began anew."""

    def __init__(self, watch: InputWatch) -> None:
        timers = watch.findChildren(QTimer)
        assert len(timers) == 1
        self._timer = timers[0]

    def began_anew(self, touch: Callable[[], object]) -> bool:
        """Whether ``touch`` lets the time be counted from the start."""
        self._timer.start(FAR_MS)
        self._timer.setInterval(FAR_MS)
        before = self._timer.id()
        touch()
        return self._timer.id() != before


@pytest.fixture
def count(window: MainWindow) -> Iterator[Count]:
    """Counting, far from its end."""
    window._watch.begin(FAR_MS / 60_000)
    yield Count(window._watch)
    window._watch.end()


def handle_of(widget: QWidget) -> QWindow:
    place = int(widget.window().winId())
    return next(each for each in QApplication.topLevelWindows() if int(each.winId()) == place)


def test_keys_and_mouse_in_the_window_count(window: MainWindow, count: Count) -> None:
    handle = handle_of(window)
    assert count.began_anew(lambda: QTest.keyClick(handle, Qt.Key.Key_Shift))
    assert count.began_anew(lambda: QTest.mouseMove(handle, QPoint(40, 300)))
    assert count.began_anew(lambda: QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=QPoint(500, 740)))
    assert not count.began_anew(lambda: window.show_settings())
    assert not count.began_anew(window.repaint)


def test_who_uses_the_keyboard_is_told_from_who_uses_the_mouse(window: MainWindow) -> None:
    handle = handle_of(window)
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=QPoint(500, 740))
    assert not window._watch.is_by_keyboard
    QTest.keyClick(handle, Qt.Key.Key_Tab)
    assert window._watch.is_by_keyboard


def test_the_list_of_a_choice_counts(window: MainWindow, count: Count, qtbot: QtBot, settle: Settle) -> None:
    window.show_settings()
    settle()
    box = window.settings.look.box
    box.showPopup()
    qtbot.waitUntil(lambda: box.view().isVisible(), timeout=5_000)
    popup = handle_of(box.view())
    assert popup is not handle_of(window)
    assert count.began_anew(lambda: QTest.mouseMove(popup, QPoint(12, 12)))
    assert count.began_anew(lambda: QTest.keyClick(popup, Qt.Key.Key_Down))
    box.hidePopup()


def test_a_question_of_the_program_counts_and_can_be_left(
    window: MainWindow, count: Count, qtbot: QtBot, settle: Settle
) -> None:
    box = QMessageBox(QMessageBox.Icon.NoIcon, "Notes", "There are changes that are not saved.", parent=window)
    box.open()
    qtbot.waitUntil(lambda: QApplication.focusWindow() is handle_of(box), timeout=5_000)
    assert count.began_anew(lambda: QTest.keyClick(handle_of(box), Qt.Key.Key_Shift))
    for _ in range(3):
        box.show()  # the first Escapes answer it
        QTest.keyClick(handle_of(box), Qt.Key.Key_Escape)
    assert not window.isVisible()
    assert not box.isVisible()
    settle()


def test_widgets_are_not_watched_one_by_one(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is shown sends thousands of events to its widgets; none of them is looked at."""
    seen: list[str] = []
    real = InputWatch.eventFilter

    def noted(self: InputWatch, watched: QWindow, event: object) -> bool:
        seen.append(type(watched).__name__)
        return real(self, watched, event)  # type: ignore[arg-type]

    monkeypatch.setattr(InputWatch, "eventFilter", noted)
    window.show_settings()
    window.show_verify()
    QTest.keyClick(handle_of(window), Qt.Key.Key_Shift)
    assert {name for name in seen if not name.endswith("Window")} == set()
    assert seen
