"""Whole journeys, as a person makes them: with the keyboard alone, or by what the accessibility tree says alone.

``hands`` types into whatever has the focus and finds its way with Tab; ``reader`` knows nothing of the window but its
accessibility tree. Both are on a real X display where there is one. The window itself is that of tests/ui.
"""

from __future__ import annotations

import importlib.util
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from support.disk import Disk

from ui.main_window import MainWindow

_SPEC = importlib.util.spec_from_file_location(
    "journey_window", Path(__file__).resolve().parent.parent / "ui" / "conftest.py"
)
assert _SPEC is not None and _SPEC.loader is not None
_WINDOW = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_WINDOW)
PASSPHRASE = "four calm otters reading"
vault, doors, settings_file, window, settle = (
    _WINDOW.vault, _WINDOW.doors, _WINDOW.settings_file, _WINDOW.window, _WINDOW.settle,
)  # fmt: skip
opened = _WINDOW.opened
Key, Modifier = Qt.Key, Qt.KeyboardModifier
Role = QAccessible.Role
STEPS = 80


class Hands:
    """Two hands on a keyboard."""

    def __init__(self, window: MainWindow, settle: Callable[[], None], qtbot: QtBot) -> None:
        self._window, self._settle, self._qtbot = window, settle, qtbot

    def press(
        self, key: Key, held: Modifier = Modifier.NoModifier, *, times: int = 1, on: QWidget | None = None
    ) -> None:
        """A key as the system gives it: to a window."""
        handle = (on or self._window).windowHandle()
        assert handle is not None
        for _ in range(times):
            QTest.keyClick(handle, key, held)

    def write(self, words: str) -> None:
        """Type where the keyboard is."""
        where = QApplication.focusWidget()
        assert where is not None, "the keyboard is nowhere"
        self._qtbot.keyClicks(where, words)

    def to(self, name: str) -> None:
        """Go to the control of this name with Tab, and with the arrows within a group."""
        passed = []
        for _ in range(STEPS):
            where = QApplication.focusWidget()
            if where is not None and name_of(where) == name:
                return
            passed.append(name_of(where) if where is not None else "")
            self.press(Key.Key_Tab)
        pytest.fail(f"Tab does not come by {name!r}; it came by {sorted(set(passed))}")

    def use(self, name: str) -> None:
        """Go there and press it."""
        self.to(name)
        self.press(Key.Key_Return)

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something to come on the screen, and for everything to be quiet again."""
        self._qtbot.waitUntil(is_so, timeout=60_000)
        self._settle()


class Reader:
    """Sees the accessibility tree of one window, and acts through it."""

    def __init__(self, root: QWidget, settle: Callable[[], None], qtbot: QtBot) -> None:
        self._root, self._settle, self._qtbot = root, settle, qtbot

    def nodes(self) -> Iterator[QAccessibleInterface]:
        """What is shown, from the top."""
        waiting = [QAccessible.queryAccessibleInterface(self._root)]
        while waiting:
            node = waiting.pop()
            if node is None or not node.isValid():
                continue
            if node.state().invisible and node.role() != Role.ListItem:  # entries that are scrolled out are read too
                continue
            yield node
            waiting += [node.child(position) for position in reversed(range(node.childCount()))]

    def hears(self) -> str:
        """Every word on the screen."""
        return "\n".join(node.text(QAccessible.Text.Name) for node in self.nodes())

    def named(self, name: str, *roles: QAccessible.Role, takes_first: bool = False) -> QAccessibleInterface:
        """The one control of this name; the first of those that do the same, if that is said."""
        found = [
            node for node in self.nodes()
            if node.text(QAccessible.Text.Name) == name and node.role() in roles and not node.state().disabled
        ]  # fmt: skip
        assert len(found) == 1 or (found and takes_first), f"{len(found)} of {name!r} in:\n{self.hears()}"
        return found[0]

    def press(self, name: str, *roles: QAccessible.Role, takes_first: bool = False) -> None:
        """Press a button, or tick a box; ``roles`` where two controls have the same name."""
        any_role = (Role.Button, Role.PushButton, Role.CheckBox, Role.RadioButton)
        node = self.named(name, *(roles or any_role), takes_first=takes_first)
        action = node.actionInterface()
        wanted = QAccessibleActionInterface.pressAction()
        action.doAction(wanted if wanted in action.actionNames() else QAccessibleActionInterface.toggleAction())
        QTest.qWait(120)  # a button lets itself be seen pressed
        self._settle()

    def write(self, name: str, words: str) -> None:
        """Fill a line."""
        self.named(name, Role.EditableText).setText(QAccessible.Text.Value, words)
        self._settle()

    def choose(self, name: str) -> None:
        """Open the entry of a list whose name begins so: as a screen reader does, with the keyboard."""
        lists = [node for node in self.nodes() if node.role() == Role.List]
        for node in lists:
            for position in range(node.childCount()):
                if node.child(position).text(QAccessible.Text.Name).startswith(name):
                    node.actionInterface().doAction(QAccessibleActionInterface.setFocusAction())
                    handle = self._root.windowHandle()
                    QTest.keyClick(handle, Key.Key_Home)
                    for _ in range(position):
                        QTest.keyClick(handle, Key.Key_Down)
                    QTest.keyClick(handle, Key.Key_Return)
                    self._settle()
                    return
        pytest.fail(f"no entry {name!r} in:\n{self.hears()}")

    def until(self, words: str) -> None:
        """Wait until these words are on the screen."""
        self._qtbot.waitUntil(lambda: words in self.hears(), timeout=60_000)
        self._settle()


def name_of(widget: QWidget) -> str:
    """What a screen reader calls a widget."""
    node = QAccessible.queryAccessibleInterface(widget)
    return node.text(QAccessible.Text.Name) if node is not None else ""


@pytest.fixture
def hands(window: MainWindow, settle: Callable[[], None], qtbot: QtBot) -> Hands:
    """The keyboard."""
    return Hands(window, settle, qtbot)


@pytest.fixture
def reader(window: MainWindow, settle: Callable[[], None], qtbot: QtBot) -> Reader:
    """A screen reader on the main window."""
    return Reader(window, settle, qtbot)


@pytest.fixture
def ten_cases(opened: MainWindow, reader: Reader) -> list[str]:
    """A counsellor's ten cases, begun by the tree; their titles."""
    titles = [f"Person {number}" for number in range(1, 11)]
    for title in titles:
        reader.write("A new case", title)
        reader.press("Begin")
        reader.until("Add a link")
        reader.press("Cases")
        reader.until(title)
    return titles


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What screen readers were told to say."""
    said: list[str] = []
    # Also where another test has brought the name in already.
    for name in ["ui.banners", "ui.widgets", *(each for each in sys.modules if each.startswith("ui."))]:
        if hasattr(importlib.import_module(name), "announce"):
            monkeypatch.setattr(f"{name}.announce", lambda _widget, words: said.append(words))
    return said


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A small disk that really fills up."""
    made = Disk(tmp_path / "disk", size_mib=160)
    yield made
    made.close()


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever asks for a network fails the test."""

    def refuse(*_where: object) -> None:
        raise AssertionError("checking asked for a network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
