"""A checklist without a recording, photos of another screen, and the pointer, from the window."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from evidence.model import AcquisitionMethod, Case, MinorAnswer
from evidence.session import GUIDES, IMPORT_METHODS
from ui.hotkey import X11Hotkeys
from ui.main_window import MainWindow
from ui.minor import MinorSheet
from ui.pages.capture import METHODS, WAITS_S

LIMIT = 30_000


def answer_no(window: MainWindow) -> None:
    sheet = window.stack.currentWidget()
    assert isinstance(sheet, MinorSheet)
    sheet.answers[MinorAnswer.NO].click()


def test_a_walk_takes_a_picture_and_a_photo_and_skips(
    window: MainWindow, case: Case, qtbot: QtBot, settle: Callable[[], None], tmp_path: Path
) -> None:
    photo = tmp_path / "IMG_2.jpg"
    Image.new("RGB", (40, 30), "teal").save(photo)
    window.show_capture(case.id)
    window.capture.steps_button.click()
    page = window.steps
    assert window.stack.currentWidget() is page
    page.place.all_choice.setChecked(True)
    page.access.line.setText("I was added")
    page.begin_button.click()
    answer_no(window)
    settle()
    assert page.walk is not None
    assert "1 of 10" in page.step_title.text()
    assert page.answers.text() == "It answers: the address, or where it is · program and own account"

    page.said["app_version"].line.setText("Telegram 6.2")
    page.take_button.click()
    assert not window.isVisible()  # it hides before the screen is taken
    qtbot.waitUntil(lambda: page.walk is not None and len(page.walk.items) == 1, timeout=LIMIT)
    qtbot.waitUntil(window.isVisible, timeout=LIMIT)
    settle()
    assert "2 of 10" in page.step_title.text()
    assert "A-01" in page.came.text()
    page.said["chat_name"].line.setText("a room")
    page.next_button.click()  # nothing here: what was typed goes with the next
    assert "3 of 10" in page.step_title.text()
    page._take_photos([photo])
    settle()
    page.before_button.click()
    assert "3 of 10" in page.step_title.text()
    assert page.next_button.text() == "&Next step"
    page.said["chat_id"].line.setText("-100")
    page.end_button.click()
    settle()
    assert window.stack.currentWidget() is window.case

    first, second = (exhibit.item for exhibit in window.desk.session.exhibits(case.id))
    assert (first.source["guide"], first.source["guide_step"]) == ("telegram_room", "app")
    assert (first.source["said_app_version"], first.lawful_access) == ("Telegram 6.2", "I was added")
    assert second.method is AcquisitionMethod.PHOTO_OF_OTHER_SCREEN
    assert (second.source["guide_step"], second.source["said_chat_name"]) == ("room_id", "a room")
    assert [note.text for note in window.desk.session.notes(second.id)] == ["chat_id: -100"]
    assert page.walk is None


def test_locking_ends_a_walk(window: MainWindow, case: Case, qtbot: QtBot, settle: Callable[[], None]) -> None:
    window.show_steps(case.id)
    window.steps.guide.box.setCurrentIndex(len(GUIDES) - 1)
    window.steps.begin()
    answer_no(window)
    settle()
    window.steps.take()
    window.lock()  # while it hides
    qtbot.waitUntil(window.isVisible, timeout=LIMIT)
    settle()
    assert window.steps.walk is None
    assert window.steps.case_id == ""


def test_photos_and_files_from_others_say_so(
    window: MainWindow, case: Case, settle: Callable[[], None], tmp_path: Path
) -> None:
    assert tuple(METHODS) == IMPORT_METHODS
    page = window.capture
    for number, method in enumerate(METHODS):
        path = tmp_path / f"{number}.jpg"
        Image.new("RGB", (40 + number, 30), "teal").save(path)
        window.show_capture(case.id, kind="files")
        page.method.box.setCurrentIndex(number)
        assert page.photo_steps.isVisible() is (method is AcquisitionMethod.PHOTO_OF_OTHER_SCREEN)
        page._take_paths([path])
        page.take_button.click()
        answer_no(window)
        settle()
    assert "straight from the front" in page.photo_steps.text()
    assert [exhibit.item.method for exhibit in window.desk.session.exhibits(case.id)] == list(METHODS)
    window.show_capture(case.id, kind="files")
    assert page.method.box.currentIndex() == 0  # the next are files again


def test_the_pointer_is_drawn_when_wished(
    window: MainWindow, case: Case, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    window.show_capture(case.id)
    settle()
    page = window.capture
    assert not page.place.window_choice.isVisible()  # no window manager names any here
    page.place.all_choice.setChecked(True)
    page.pointer.setChecked(True)
    page.take()
    answer_no(window)
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.case and window.isVisible(), timeout=LIMIT)
    settle()
    (exhibit,) = window.desk.session.exhibits(case.id)
    assert exhibit.item.settings["cursor"] == "drawn"


@pytest.mark.skipif(shutil.which("xdotool") is None, reason="there is no xdotool on this computer")
def test_a_key_in_any_program_takes_the_picture(
    window: MainWindow, case: Case, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    """The window is away meanwhile; another key brings it back, and so does locking."""

    def wait_for_key() -> None:
        window.show_capture(case.id)
        settle()
        page.wait.box.setCurrentIndex(len(WAITS_S))
        page.place.all_choice.setChecked(True)
        page.take()
        answer_no(window)
        qtbot.waitUntil(lambda: not window.isVisible(), timeout=LIMIT)

    def press(letter: str) -> None:
        subprocess.run(["xdotool", "key", f"ctrl+alt+{letter}"], check=True)
        qtbot.waitUntil(window.isVisible, timeout=LIMIT)
        settle()

    page = window.capture
    wait_for_key()
    assert "Ctrl+Alt+C captures" in page.hidden.text()
    press("h")
    assert window.desk.session.exhibits(case.id) == []
    wait_for_key()
    press("c")
    assert [one.item.settings["extent"] for one in window.desk.session.exhibits(case.id)] == ["desktop"]
    other = X11Hotkeys("C")
    window.show_capture(case.id)
    page.take()
    answer_no(window)
    qtbot.waitUntil(page.message.isVisible, timeout=LIMIT)
    assert "no key is heard" in page.message.sentence.text()
    assert window.isVisible()
    other.close()
    wait_for_key()
    window.lock()
    qtbot.waitUntil(window.isVisible, timeout=LIMIT)
    settle()


def test_what_a_file_says_about_itself_is_shown_and_kept(
    window: MainWindow, case: Case, settle: Callable[[], None], tmp_path: Path
) -> None:
    photo, words = tmp_path / "IMG_3.jpg", tmp_path / "words.txt"
    exif = Image.Exif()
    exif[0x0110] = "Phone 12"  # model
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    Image.new("RGB", (64, 40), "teal").save(photo, exif=exif)
    words.write_text("nothing")
    made, text = window.desk.session.add_files(case.id, [photo, words], minor=MinorAnswer.NO)
    window.show_exhibit(case.id, text.id)
    settle()
    part = window.exhibit.inside
    window.exhibit.more_button.click()
    assert not part.isVisible()
    window.show_exhibit(case.id, made.id)
    settle()
    assert part.isVisible()
    assert not part.keep_button.isVisible()  # nothing is read before it is asked for
    part.read_button.click()
    settle()
    shown = [part.grid.itemAt(place).widget().accessibleName() for place in range(part.grid.count())]
    assert "Size in pixels: 64 × 40" in shown
    assert any(line.endswith(": Phone 12") for line in shown)
    assert part.place.isVisible()
    part.keep_button.click()
    settle()
    report = window.desk.session.exhibits(case.id)[2].item
    assert (report.method, report.source["derived_from"]) == (AcquisitionMethod.DERIVED, made.number)
    window.lock()
    settle()
    assert part.found is None
