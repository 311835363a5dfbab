"""What the pages do besides the straight line: errors, revealing, pasting, locking, changing language."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QImage, QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from evidence.errors import CancelledError, EvidenceError
from evidence.i18n import LANGUAGES, Texts
from evidence.model import Case, EventKind
from evidence.session import known_authorities
from ui.errors import tell
from ui.main_window import MainWindow
from ui.region import RegionCover
from ui.wording import safe

Settle = Callable[[], None]


def picture(colour: tuple[int, int, int] = (40, 140, 90), size: tuple[int, int] = (320, 240)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def exhibit(case: Case, window: MainWindow, settle: Settle, tmp_path: Path) -> str:
    """A picture in the case, shown on its page; its id."""
    path = tmp_path / "drawing.png"
    path.write_bytes(picture())
    window.case.add_files([path])
    settle()
    item_id = window.case.list.rows.rows[0].key
    window.show_exhibit(case.id, item_id)
    settle()
    return item_id


def events(window: MainWindow, case_id: str, settle: Settle) -> list[EventKind]:
    found: list[EventKind] = []
    session = window.desk.session
    window.desk.jobs.start(
        lambda _p, _c: [event.kind for event in session.events(case_id)], found.extend, lambda e: pytest.fail(repr(e))
    )
    settle()
    return found


def test_a_wrong_passphrase_is_said_calmly(opened: MainWindow, settle: Settle) -> None:
    opened.lock()
    settle()
    start = opened.start
    start.secret.line.setText("not the passphrase")
    start.unlock()
    settle()
    assert start.message.isVisible()
    assert start.message.sentence.text() == opened.desk.t.error(EvidenceError("vault.wrong_passphrase"))[0]
    assert start.message.advice.text()
    assert start.secret.line.text() == ""
    assert start.secret.line.hasFocus()
    assert not opened.desk.is_open


def test_a_vault_that_is_not_there_is_said_calmly(window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    window.start.place.line.setText(str(tmp_path / "nowhere"))
    window.start.secret.line.setText("x")
    window.start.unlock()
    settle()
    assert window.start.message.isVisible()
    assert window.stack.currentWidget() is window.start


def test_long_work_can_be_stopped_and_leaves_nothing_behind(
    case: Case, window: MainWindow, qtbot: QtBot, settle: Settle, tmp_path: Path
) -> None:
    big = tmp_path / "big.bin"
    with big.open("wb") as stream:
        stream.truncate(400_000_000)
    window.case.add_files([big])
    assert window.case.working.isVisible()
    assert not window.case.content.isEnabled()
    assert window.case.working.stop.hasFocus()
    qtbot.waitUntil(lambda: window.case.working.bar.value() > 0, timeout=20_000)
    qtbot.keyClick(window.case.working.stop, Qt.Key.Key_Space)
    settle()
    assert not window.case.working.isVisible()
    assert window.case.content.isEnabled()
    assert window.case.message.isVisible()
    assert window.case.message.property("kind") == "plain"
    assert not window.case.list.rows.rows


def test_what_takes_an_instant_is_not_asked_for_twice(opened: MainWindow, settle: Settle) -> None:
    opened.cases.new.line.setText("Once")
    opened.cases.begin()
    opened.cases.new_button.click()
    settle()
    opened.show_cases()
    settle()
    assert [row.title for row in opened.cases.list.rows.rows] == ["Once"]


def test_time_authorities_are_kept_and_a_wrong_one_is_refused(opened: MainWindow, settle: Settle) -> None:
    opened.show_settings()
    settle()
    assert opened.settings.tsas.words() == ""
    opened.settings.tsas.set_words("not an address")
    opened.settings.keep()
    settle()
    assert opened.settings.message.property("kind") == "care"
    opened.settings.tsas.set_words("http://127.0.0.1:9/tsa")
    opened.settings.person.line.setText("Kim")
    opened.settings.keep()
    settle()
    opened.show_cases()
    opened.show_settings()
    settle()
    assert opened.settings.tsas.words() == "http://127.0.0.1:9/tsa"
    assert opened.settings.person.line.text() == "Kim"


def test_well_known_authorities_are_put_in_and_nothing_is_kept_by_that(opened: MainWindow, settle: Settle) -> None:
    opened.show_settings()
    settle()
    opened.settings.tsas.set_words("http://127.0.0.1:9/tsa")
    opened.settings.known_button.click()
    opened.settings.known_button.click()
    lines = opened.settings.tsas.words().splitlines()
    assert lines[0] == "http://127.0.0.1:9/tsa"
    assert lines[1:] == [each.address for each in known_authorities()]
    assert opened.desk.session.tsas() == []
    opened.settings.keep()
    settle()
    assert opened.desk.session.tsas() == lines


def test_a_time_authority_that_does_not_answer_is_said_calmly(case: Case, window: MainWindow, settle: Settle) -> None:
    session = window.desk.session
    window.desk.jobs.start(
        lambda _p, _c: session.set_tsas(["http://127.0.0.1:9/tsa"]), lambda _v: None, lambda e: pytest.fail(repr(e))
    )
    window.case.timestamp()
    settle()
    assert window.case.message.property("kind") == "care"
    assert window.case.message.advice.text()


def test_a_problem_is_said_again_in_the_new_language(window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    window.start.place.line.setText(str(tmp_path / "nowhere"))
    window.start.secret.line.setText("x")
    window.start.unlock()
    settle()
    english = window.start.message.sentence.text()
    window.desk.change(language="ko")
    assert window.start.message.sentence.text() not in ("", english)


def test_a_bug_is_said_without_its_text(texts: Texts, caplog: pytest.LogCaptureFixture) -> None:
    """The message of an unexpected exception may hold content of evidence."""
    told = tell(texts, ValueError("secret words"))
    assert "secret" not in told.sentence + told.advice + caplog.text
    assert "ValueError" in caplog.text
    assert not tell(texts, CancelledError()).is_problem


def test_revealing_lasts_as_long_as_the_key_is_held_and_is_logged(
    exhibit: str, case: Case, window: MainWindow, qtbot: QtBot, settle: Settle
) -> None:
    shown = window.exhibit.picture
    assert shown.has_picture
    shown.setFocus()
    qtbot.keyPress(shown, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: shown.is_revealed, timeout=10_000)
    qtbot.keyRelease(shown, Qt.Key.Key_Space)
    assert not shown.is_revealed
    settle()
    assert events(window, case.id, settle).count(EventKind.REVEALED) == 1


def test_revealing_ends_when_the_focus_goes_or_the_mouse_lets_go(
    exhibit: str, window: MainWindow, qtbot: QtBot, settle: Settle
) -> None:
    shown = window.exhibit.picture
    qtbot.mousePress(shown, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shown.is_revealed, timeout=10_000)
    qtbot.mouseRelease(shown, Qt.MouseButton.LeftButton)
    assert not shown.is_revealed
    shown.setFocus()
    qtbot.keyPress(shown, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: shown.is_revealed, timeout=10_000)
    window.exhibit.back.setFocus()
    assert not shown.is_revealed
    settle()


def test_what_comes_after_letting_go_is_not_shown(
    exhibit: str, window: MainWindow, qtbot: QtBot, settle: Settle
) -> None:
    shown = window.exhibit.picture
    shown.setFocus()
    qtbot.keyPress(shown, Qt.Key.Key_Space)
    qtbot.keyRelease(shown, Qt.Key.Key_Space)
    settle()
    assert not shown.is_revealed


def test_leaving_the_page_drops_the_picture(exhibit: str, case: Case, window: MainWindow, settle: Settle) -> None:
    window.show_case(case.id)
    settle()
    assert not window.exhibit.picture.has_picture


def test_a_note_is_kept_and_shown(exhibit: str, window: MainWindow, settle: Settle) -> None:
    window.exhibit.note.set_words("They wrote at 21:10.")
    window.exhibit.add_note()
    settle()
    words = [label.text() for label in window.exhibit.findChildren(QLabel) if label.isVisible()]
    assert "They wrote at 21:10." in words
    assert not window.exhibit.note.words()


def test_locking_drops_everything_that_came_out_of_the_vault(
    exhibit: str, window: MainWindow, qtbot: QtBot, settle: Settle
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert window.stack.currentWidget() is window.start
    settle()
    words = " ".join(widget.text() for widget in window.findChildren(QLabel))
    assert "drawing" not in words
    assert "October" not in words
    assert not window.case.list.rows.rows
    assert not window.cases.list.rows.rows
    assert not window.exhibit.picture.has_picture


def test_the_vault_locks_when_nothing_is_touched(opened: MainWindow, qtbot: QtBot) -> None:
    opened._watch.begin(0.002)
    qtbot.waitUntil(lambda: not opened.desk.is_open, timeout=5_000)
    assert opened.stack.currentWidget() is opened.start


def test_work_that_ends_after_locking_is_dropped(
    case: Case, window: MainWindow, settle: Settle, tmp_path: Path
) -> None:
    path = tmp_path / "words.txt"
    path.write_text("sample")
    window.case.add_files([path])
    window.lock()
    settle()
    assert window.stack.currentWidget() is window.start
    assert not window.case.list.rows.rows
    assert not window.case.message.isVisible()


@pytest.mark.parametrize("kind", ["picture", "text", "file", "link", "nothing"])
def test_pasting(
    case: Case,
    window: MainWindow,
    settle: Settle,
    nobody_under_age: Settle,
    qapp: QApplication,
    tmp_path: Path,
    kind: str,
) -> None:
    data = QMimeData()
    if kind == "picture":
        data.setImageData(QImage.fromData(picture()))
    elif kind == "text":
        data.setText("words that were sent to me")
    elif kind == "file":
        (tmp_path / "a.txt").write_text("sample")
        data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.txt"))])
    elif kind == "link":
        data.setText("https://example.org/room")
    window.case.take_in(data)
    if kind in ("picture", "file"):
        assert not window.desk.jobs.is_busy, "something was taken before the answer"
        nobody_under_age()
    settle()
    if kind == "link":
        assert window.stack.currentWidget() is window.capture
        assert window.capture.url.line.text() == "https://example.org/room"
    elif kind == "nothing":
        assert window.case.message.isVisible()
        assert not window.case.list.rows.rows
    else:
        assert len(window.case.list.rows.rows) == 1


def test_files_can_be_dropped(
    case: Case, window: MainWindow, settle: Settle, nobody_under_age: Settle, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("sample")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.txt"))])
    drop = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        QEvent.Type.Drop,
    )  # fmt: skip
    window.case.dropEvent(drop)
    nobody_under_age()
    settle()
    assert len(window.case.list.rows.rows) == 1


def test_a_title_from_outside_stays_text(case: Case, window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    """Neither markup nor characters that turn the direction of writing have an effect."""
    name = "<b>bold<\u2044b>\u202egnp.exe"
    (tmp_path / name).write_text("sample")
    window.case.add_files([tmp_path / name])
    settle()
    row = window.case.list.rows.rows[0]
    assert "\u202e" not in row.title
    assert "\\u202e" in row.title
    tip = window.case.list.rows.data(window.case.list.rows.index(0), Qt.ItemDataRole.ToolTipRole)
    assert "<b>" not in tip


def test_invisible_characters_are_spelled_out() -> None:
    assert safe("a\u202eb\u200bc\x07") == "a\\u202eb\\u200bc\\x07"
    assert safe("두 줄\n글") == "두 줄\n글"


def test_a_region_is_chosen_with_the_mouse_and_its_pixels_are_kept(
    case: Case, window: MainWindow, qtbot: QtBot, qapp: QApplication, settle: Settle, nobody_under_age: Settle
) -> None:
    """A window shows a drawing; the exhibit's pixels equal what was shown."""
    drawing = QImage(200, 120, QImage.Format.Format_RGB32)
    for x in range(200):
        for y in range(120):
            drawing.setPixelColor(x, y, _colour(x, y))
    shown = QLabel()
    shown.setWindowFlag(Qt.WindowType.FramelessWindowHint)
    shown.setPixmap(_pixmap(drawing))
    shown.setStyleSheet("padding: 0; border: none; background: #000000;")
    shown.setGeometry(1400, 700, 200, 120)
    qtbot.addWidget(shown)
    shown.show()
    window.show_capture(case.id)
    settle()
    assert window.capture.place.region_choice.isChecked()
    window.capture.take()
    nobody_under_age()
    cover = _cover(qtbot, qapp)
    qtbot.mousePress(cover, Qt.MouseButton.LeftButton, pos=QPoint(1400, 700))
    qtbot.mouseMove(cover, QPoint(1500, 760))
    qtbot.mouseMove(cover, QPoint(1600, 820))
    qtbot.mouseRelease(cover, Qt.MouseButton.LeftButton, pos=QPoint(1600, 820))
    qtbot.waitUntil(lambda: window.isVisible() and len(window.case.list.rows.rows) == 1, timeout=15_000)
    settle()
    kept: list[bytes] = []
    session, item_id = window.desk.session, window.case.list.rows.rows[0].key

    def read(_progress: object, _cancelled: object) -> bytes:
        with session._store.open_object(session.exhibit(item_id).item.files[0].object_id) as stream:
            return stream.read()

    window.desk.jobs.start(read, kept.append, lambda problem: pytest.fail(repr(problem)))
    settle()
    found = Image.open(io.BytesIO(kept[0])).convert("RGB")
    assert found.size == (200, 120)
    wrong = [
        (x, y) for x in range(200) for y in range(120) if found.getpixel((x, y)) != _colour(x, y).getRgb()[:3]
    ]  # fmt: skip
    assert not wrong


def test_a_region_is_chosen_with_the_keyboard(
    case: Case, window: MainWindow, qtbot: QtBot, qapp: QApplication, settle: Settle, nobody_under_age: Settle
) -> None:
    ended: list[int] = []
    qapp.lastWindowClosed.connect(lambda: ended.append(1))
    window.show_capture(case.id)
    settle()
    window.capture.take()
    nobody_under_age()
    cover = _cover(qtbot, qapp)
    before = cover.region()
    qtbot.keyClick(cover, Qt.Key.Key_Right)
    qtbot.keyClick(cover, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(cover, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert cover.region() == (before[0] + 10, before[1] - 1, before[2] - 10, before[3])
    qtbot.keyClick(cover, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.isVisible() and len(window.case.list.rows.rows) == 1, timeout=15_000)
    settle()
    assert not ended, "the program would have ended while its window was hidden"


def test_leaving_the_region_brings_the_window_back(
    case: Case, window: MainWindow, qtbot: QtBot, qapp: QApplication, settle: Settle, nobody_under_age: Settle
) -> None:
    window.show_capture(case.id)
    settle()
    window.capture.take()
    nobody_under_age()
    qtbot.keyClick(_cover(qtbot, qapp), Qt.Key.Key_Escape)
    qtbot.waitUntil(window.isVisible, timeout=5_000)
    assert window.stack.currentWidget() is window.capture


def test_the_window_says_nothing_about_its_purpose(window: MainWindow) -> None:
    assert window.windowTitle() == "Holdfast"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_changes_while_running_and_is_kept(window: MainWindow, settings_file: Path, language: str) -> None:
    window.start.tongues[language].click()
    assert window.desk.language == language
    assert window.start.open_button.text() == window.desk.t("&Open")
    assert f'"language": "{language}"' in settings_file.read_text()


def _cover(qtbot: QtBot, qapp: QApplication) -> RegionCover:
    covers: list[QWidget] = []

    def is_there() -> bool:
        covers[:] = [w for w in qapp.topLevelWidgets() if isinstance(w, RegionCover) and w.isVisible()]
        return bool(covers)

    qtbot.waitUntil(is_there, timeout=10_000)
    cover = covers[0]
    assert isinstance(cover, RegionCover)
    return cover


def _colour(x: int, y: int) -> QColor:
    return QColor(x, 2 * y, (x * y) % 256)


def _pixmap(image: QImage) -> QPixmap:
    return QPixmap.fromImage(image)
