"""A real window on a real display, over a real session in a temporary folder. Only the passphrase is cheap to try."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app import pages
from app.practice import make_practice
from app.verify.lists import tsa_lists
from app.window import make_window
from evidence import session
from evidence.model import Case, Examiner, MinorAnswer, OperatorRole
from evidence.session import Session
from evidence.settings import Settings, save_settings
from evidence.store import Argon2Cost
from ui.desk import Doors
from ui.main_window import MainWindow
from ui.minor import MinorSheet

CHEAP = Argon2Cost(memory_kib=8 * 1024, passes=1, lanes=1)
PASSPHRASE = "four calm otters reading"


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """Where the window offers to put the vault."""
    return tmp_path / "vault"


@pytest.fixture
def doors() -> Doors:
    """The session's own verbs, with a key that is cheap to derive."""
    return Doors(
        create_vault=partial(session.create_vault, cost=CHEAP),
        open_vault=session.open_vault,
        check_packages=partial(session.check_packages, tsa_lists=tsa_lists()),
        tsa_lists=tsa_lists,
        screens=session.screens,
        restore_vault=session.restore_vault,
        judge_passphrase=session.judge_passphrase,
        rekey_vault=partial(session.rekey_vault, cost=CHEAP),
        load_page=pages.load_page,
        make_practice=make_practice,
        windows=session.windows,
        access=session.screen_access,
    )


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    """The settings of the window under test: English."""
    path = tmp_path / "settings.json"
    save_settings(path, Settings(language="en", look="light"))
    return path


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot, doors: Doors, vault: Path, settings_file: Path) -> Iterator[MainWindow]:
    """The main window, shown and active."""
    QAccessible.setActive(True)
    qapp.setStyle("Fusion")
    made = make_window(qapp, settings_file, vault, doors=doors)
    made.resize(1120, 760)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    qtbot.waitUntil(lambda: made._watch.is_watching, timeout=10_000)  # it begins once the window is drawn
    yield made
    made.close()
    made.deleteLater()
    qapp.processEvents()


@pytest.fixture
def settle(window: MainWindow, qtbot: QtBot) -> Callable[[], None]:
    """Wait until nothing runs any more and everything has its place."""

    def wait() -> None:
        qtbot.waitUntil(lambda: not window.desk.jobs.is_busy, timeout=30_000)
        for _ in range(4):
            QCoreApplication.sendPostedEvents()
            QCoreApplication.processEvents()

    return wait


@pytest.fixture
def opened(window: MainWindow, doors: Doors, vault: Path, qtbot: QtBot, settle: Callable[[], None]) -> MainWindow:
    """The window with an open vault that holds nothing yet. The vault is made on the serial lane, whose it is."""
    made: list[Session] = []
    window.desk.jobs.start(
        lambda _progress, _cancelled: doors.create_vault(vault, PASSPHRASE, examiner=Examiner(OperatorRole.VICTIM))[0],
        made.append,
        lambda problem: pytest.fail(repr(problem)),
    )
    qtbot.waitUntil(lambda: bool(made), timeout=20_000)
    window.opened(made[0])
    settle()
    return window


@pytest.fixture
def case(opened: MainWindow, qtbot: QtBot, settle: Callable[[], None]) -> Case:
    """A case in the open vault, and the window shows it."""
    opened.cases.new.line.setText("Messages in October")
    opened.cases.begin()
    qtbot.waitUntil(lambda: opened.stack.currentWidget() is opened.case, timeout=10_000)
    settle()
    found = opened.case.case
    assert found is not None
    return found


@pytest.fixture
def nobody_under_age(window: MainWindow) -> Callable[[], None]:
    """Answer the question that stands before all media: nobody in it is under age."""

    def answer() -> None:
        sheet = window.stack.currentWidget()
        assert isinstance(sheet, MinorSheet), "nobody asked"
        sheet.answers[MinorAnswer.NO].click()

    return answer


@pytest.fixture
def press(qtbot: QtBot, qapp: QApplication) -> Callable[..., None]:
    """Press a key where the keyboard is, as a person would."""

    def strike(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        where = qapp.focusWidget()
        assert where is not None, "the keyboard is nowhere"
        qtbot.keyClick(where, key, modifier)

    return strike


@pytest.fixture
def write(qtbot: QtBot, qapp: QApplication) -> Callable[[str], None]:
    """Type words where the keyboard is."""

    def type_words(words: str) -> None:
        where = qapp.focusWidget()
        assert where is not None, "the keyboard is nowhere"
        qtbot.keyClicks(where, words)

    return type_words


@pytest.fixture
def tab_to(qapp: QApplication, press: Callable[..., None]) -> Callable[[QWidget], None]:
    """Reach a control with the Tab key alone; fails when that is not possible."""

    def reach(wanted: QWidget) -> None:
        for _ in range(60):
            if qapp.focusWidget() is wanted:
                return
            press(Qt.Key.Key_Tab)
        pytest.fail(f"cannot be reached with Tab: {wanted.accessibleName() or wanted}")

    return reach
