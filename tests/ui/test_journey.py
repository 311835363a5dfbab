"""The whole main job through the window, with the keyboard alone."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from evidence.model import Answer, ClaimName, MinorAnswer
from ui.chooser import Chooser
from ui.main_window import MainWindow
from ui.minor import MinorSheet

PASSPHRASE = "four calm otters reading"


def test_the_main_job_with_the_keyboard_alone(
    window: MainWindow,
    qtbot: QtBot,
    qapp: QApplication,
    press: Callable[..., None],
    write: Callable[[str], None],
    tab_to: Callable[[QWidget], None],
    settle: Callable[[], None],
    vault: Path,
    tmp_path: Path,
) -> None:
    """Create, lock, unlock, add a file, capture the screen, write a link down, look, package, verify."""
    control = Qt.KeyboardModifier.ControlModifier

    def shown(page: QWidget) -> None:
        qtbot.waitUntil(lambda: window.stack.currentWidget() is page, timeout=20_000)
        settle()

    def nobody_under_age() -> None:
        """Answer the question before media comes in, with the keyboard."""
        qtbot.waitUntil(lambda: isinstance(window.stack.currentWidget(), MinorSheet), timeout=5_000)
        sheet = window.stack.currentWidget()
        assert isinstance(sheet, MinorSheet)
        tab_to(sheet.answers[MinorAnswer.NO])
        press(Qt.Key.Key_Return)

    # A vault.
    tab_to(window.start.create_button)
    press(Qt.Key.Key_Return)
    shown(window.create_page)
    create = window.create_page
    tab_to(create.first.line)
    write(PASSPHRASE)
    tab_to(create.second.line)
    write(PASSPHRASE)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(create.key.text()), timeout=20_000)
    recovery_key = create.key.text()
    tab_to(create.written)
    press(Qt.Key.Key_Space)
    assert not create.key.isVisible()
    for field, number in zip(create.key_card.fields, create.key_card.asked, strict=True):
        tab_to(field.line)
        write(recovery_key.split("-")[number - 1].lower())
    press(Qt.Key.Key_Return)
    shown(window.cases)

    # Lock, and open again with the recovery key, then with the passphrase.
    press(Qt.Key.Key_L, control)
    shown(window.start)
    assert not window.desk.is_open
    assert not create.key.text()
    for secret, choice in ((recovery_key, window.start.by_key), (PASSPHRASE, window.start.by_passphrase)):
        tab_to(window.start.by_key if choice is window.start.by_passphrase else window.start.by_passphrase)
        if not choice.isChecked():
            press(Qt.Key.Key_Right if choice is window.start.by_key else Qt.Key.Key_Left)
        assert choice.isChecked()
        tab_to(window.start.secret.line)
        write(secret)
        press(Qt.Key.Key_Return)
        shown(window.cases)
        if choice is window.start.by_key:
            press(Qt.Key.Key_L, control)
            shown(window.start)

    # A case.
    tab_to(window.cases.new.line)
    write("Messages in October")
    press(Qt.Key.Key_Return)
    shown(window.case)

    # A file, through the chooser.
    folder = tmp_path / "found"
    folder.mkdir()
    picture = io.BytesIO()
    Image.new("RGB", (320, 240), (120, 160, 150)).save(picture, "PNG")
    (folder / "drawing.png").write_bytes(picture.getvalue())
    tab_to(window.case.files_button)
    press(Qt.Key.Key_Return)
    shown(window.capture)
    tab_to(window.capture.choose_button)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(window.stack.currentWidget(), Chooser), timeout=5_000)
    chooser = window.stack.currentWidget()
    assert isinstance(chooser, Chooser)
    tab_to(chooser.where.line)
    press(Qt.Key.Key_A, control)
    write(str(folder))
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [row.title for row in chooser.entries.rows.rows] == ["drawing.png"], timeout=5_000)
    tab_to(chooser.entries)
    press(Qt.Key.Key_Space)
    tab_to(chooser.take)
    press(Qt.Key.Key_Return)
    shown(window.capture)
    qtbot.waitUntil(lambda: "drawing.png" in window.capture.files_list.text(), timeout=5_000)
    tab_to(window.capture.take_button)
    press(Qt.Key.Key_Return)
    nobody_under_age()
    shown(window.case)
    qtbot.waitUntil(lambda: len(window.case.list.rows.rows) == 1, timeout=10_000)

    # The whole screen.
    tab_to(window.case.screen_button)
    press(Qt.Key.Key_Return)
    shown(window.capture)
    tab_to(window.capture.place.region_choice)
    press(Qt.Key.Key_Down)
    assert window.capture.place.all_choice.isChecked()
    tab_to(window.capture.take_button)
    press(Qt.Key.Key_Return)
    nobody_under_age()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=5_000)
    qtbot.waitUntil(lambda: window.isVisible() and len(window.case.list.rows.rows) == 2, timeout=20_000)
    qtbot.waitUntil(lambda: qapp.activeWindow() is window, timeout=5_000)
    settle()

    # A link.
    tab_to(window.case.link_button)
    press(Qt.Key.Key_Return)
    shown(window.capture)
    tab_to(window.capture.url.line)
    write("https://example.org/room/17")
    tab_to(window.capture.take_button)
    press(Qt.Key.Key_Return)
    shown(window.case)
    qtbot.waitUntil(lambda: len(window.case.list.rows.rows) == 3, timeout=10_000)

    # One exhibit.
    tab_to(window.case.list)
    press(Qt.Key.Key_Home)
    press(Qt.Key.Key_Return)
    shown(window.exhibit)
    assert window.exhibit.heading.text().startswith("A-01")
    press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    shown(window.case)

    # The package.
    tab_to(window.case.package_button)
    press(Qt.Key.Key_Return)
    shown(window.package)
    assert len(window.package.list.rows.checked) == 3
    tab_to(window.package.place.line)
    write(str(tmp_path / "out"))
    tab_to(window.package.make_button)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.package.result.isVisible() or window.package.message.isVisible(), timeout=60_000)
    assert window.package.result.isVisible(), window.package.message.sentence.text()

    # The check.
    tab_to(window.package.check_button)
    press(Qt.Key.Key_Return)
    shown(window.verify)
    tab_to(window.verify.check_button)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.verify.report is not None or window.verify.message.isVisible(), timeout=60_000)
    report = window.verify.report
    assert report is not None, window.verify.message.sentence.text()
    answers = {claim.name: claim.answer for claim in report.claims}
    assert Answer.NO not in answers.values()
    assert answers[ClaimName.COMPLETE] is Answer.YES
    assert answers[ClaimName.ORIGIN] is Answer.CANNOT_TELL
