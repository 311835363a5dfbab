"""The window, wired: application, settings, the session's doors, the runner."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Any

import ui  # noqa: F401  before everything else of ours: it gives Python its import statement back

# isort: split
from PySide6.QtCore import QTimer, QTranslator
from PySide6.QtWidgets import QApplication

from app.discretion import NEUTRAL_NAME, leave_out_of_screens, name_process
from app.paths import find_paths
from evidence.i18n import Texts
from evidence.settings import Settings, load_settings, save_settings
from ui import icons
from ui.autolock import WATCH_AFTER_MS, InputWatch
from ui.desk import Desk, Doors
from ui.jobs import Jobs
from ui.main_window import MainWindow

NAME = "Holdfast"


def run_window() -> int:
    """Open the window and stay until it is closed; returns the exit code."""
    paths = find_paths()
    application, window = start_window(paths.settings, paths.suggested_vault)
    from app.sessionend import keep_when_ended  # nothing is open yet that could be lost

    keep_when_ended(application, window)
    return application.exec()


def start_window(settings_file: Path, vault: Path) -> tuple[QApplication, MainWindow]:
    """The application and its window, shown. What nobody needs at once comes a moment later."""
    name_process()
    application = make_application(sys.argv[:1])
    window = make_window(application, settings_file, vault, begins=True)
    window.show()
    window.desk.leave_out_of_screens = leave_out_of_screens
    window.desk.is_left_out_of_screens = leave_out_of_screens(int(window.winId()))

    def watch() -> None:
        from ui.systemwatch import watch_system  # asks the buses of the system

        application.setWindowIcon(icons.mark())
        window.follow(watch_system(application, int(window.winId())))
        application.styleHints().colorSchemeChanged.connect(window.desk.follow_system)

    QTimer.singleShot(WATCH_AFTER_MS, window, watch)
    return application, window


def _look_for_garbage() -> None:
    """What stands by now stays: only what is made from here on is looked through (:func:`app.__main__.main`)."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def make_application(arguments: list[str]) -> QApplication:
    """The one Qt application of the process."""
    # Named here, Qt begins with this style; set later, it would make another first, and the binding a class of it.
    application = QApplication([*arguments, "-style", "fusion"])
    # Panels group windows under this name: it must fit the notes page that covers the window too.
    application.setApplicationName(NEUTRAL_NAME)
    application.setApplicationDisplayName(NAME)
    application.setWindowIcon(icons.mark(64))
    return application


def make_window(
    application: QApplication,
    settings_file: Path,
    vault: Path,
    *,
    doors: Doors | None = None,
    begins: bool = False,
) -> MainWindow:
    """The window with everything that it needs; closing it ends its threads. It ``begins`` with the first steps where
    no vault is yet."""

    def keep(settings: Settings) -> None:
        save_settings(settings_file, settings)

    desk = Desk(doors or real_doors(), Jobs(), load_settings(settings_file), keep, vault)
    translator = QTranslator(application)

    def speak() -> None:
        """Qt's own few words (the menu of a line, say) in the language of the window."""
        application.removeTranslator(translator)
        if desk.language == "en":  # what Qt speaks by itself
            return
        from PySide6.QtCore import QLibraryInfo

        place = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load(f"qtbase_{desk.language}", place):
            application.installTranslator(translator)

    # Nobody opens the menu of a line before the window is there.
    QTimer.singleShot(WATCH_AFTER_MS, translator, speak)
    # Every widget of every page is told: a moment after the words that can be seen have changed.
    desk.language_changed.connect(lambda: QTimer.singleShot(0, translator, speak))
    window = MainWindow(desk, InputWatch(application), begins=begins)
    window.all_made.connect(_look_for_garbage)
    return window


def real_doors() -> Doors:
    """The session's verbs that need no open vault.

    They are loaded at their first use, on a lane: the window is there before the cryptography is.
    """

    def create_vault(*given: Any, **named: Any) -> Any:
        from app.ports import program_ports
        from evidence import session

        return session.create_vault(*given, **{"ports": program_ports(), **named})

    def open_vault(*given: Any, **named: Any) -> Any:
        from app.ports import program_ports
        from evidence import session

        return session.open_vault(*given, **{"ports": program_ports(), **named})

    def check_packages(*given: Any, **named: Any) -> Any:
        from evidence import session

        return session.check_packages(*given, tsa_lists=tsa_lists(), **named)

    def tsa_lists() -> Any:
        from app.verify import lists

        return lists.tsa_lists()

    def screens() -> Any:
        from evidence import session

        return session.screens()

    def windows() -> Any:
        from evidence import session

        return session.windows()

    def access() -> Any:
        from evidence import session

        return session.screen_access()

    def restore_vault(*given: Any, **named: Any) -> Any:
        from evidence import session

        return session.restore_vault(*given, **named)

    def judge_passphrase(typed: str) -> Any:
        from evidence import session

        return session.judge_passphrase(typed)

    def rekey_vault(*given: Any, **named: Any) -> Any:
        from app.ports import program_ports
        from evidence import session

        return session.rekey_vault(*given, **{"ports": program_ports(), **named})

    def load_page(*given: Any, **named: Any) -> Any:
        from app import pages

        return pages.load_page(*given, **named)

    def make_practice(t: Texts) -> Any:
        from app.practice import make_practice

        return make_practice(t)

    return Doors(
        create_vault, open_vault, check_packages, tsa_lists, screens, restore_vault, judge_passphrase, rekey_vault,
        load_page, make_practice, windows, access,
    )  # fmt: skip
