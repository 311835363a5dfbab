"""Redacting in the window: with the mouse, with the keyboard, and then into a package."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSpinBox

from evidence.model import Case, EventKind, Fill, MarkedArea, RedactionKind
from ui.main_window import MainWindow
from ui.pages.redact import RedactPage

Settle = Callable[[], None]


@pytest.fixture
def keys(case: Case, window: MainWindow, settle: Settle, tmp_path: Path) -> list[str]:
    """A case with a picture of 640 x 480 and a text."""
    picture, words = tmp_path / "picture.png", tmp_path / "words.txt"
    Image.linear_gradient("L").resize((640, 480)).convert("RGB").save(picture)
    words.write_text("one secret line\nanother\n", encoding="utf-8")
    window.show_case(case.id)
    settle()
    window.case.add_files([picture, words])
    settle()
    return [row.key for row in window.case.list.rows.rows]


@pytest.fixture
def page(case: Case, window: MainWindow, settle: Settle, keys: list[str]) -> RedactPage:
    """The page of the picture."""
    window.show_exhibit(case.id, keys[0])
    settle()
    window.exhibit.redact_button.click()
    settle()
    return window.redact


def at(page: RedactPage, x: int, y: int) -> QPoint:
    place = page.picture.place()
    scale = place.width() / 640
    return QPoint(round(place.x() + x * scale), round(place.y() + y * scale))


def test_dragging_shows_and_covers(page: RedactPage, case: Case, keys: list[str], settle: Settle) -> None:
    assert page.kind is RedactionKind.PICTURE and not page.keep_button.isEnabled()
    QTest.mousePress(page.picture, Qt.MouseButton.LeftButton, pos=at(page, 100, 100))
    settle()
    assert page.picture.is_revealed
    QTest.mouseMove(page.picture, at(page, 200, 180))
    QTest.mouseRelease(page.picture, Qt.MouseButton.LeftButton, pos=at(page, 200, 180))
    settle()
    assert not page.picture.is_revealed
    [area] = page.areas
    assert abs(area.x - 100) <= 2 and abs(area.width - 100) <= 3 and area.fill is Fill.BLACK
    assert area.widened(640, 480) == (64, 64, 256, 192)
    page.keep()
    settle()
    assert page.areas == [] and page.found is not None and len(page.found.copies) == 1
    kinds = [event.kind for event in page.desk.session.events(case.id, keys[0])]
    assert kinds == [EventKind.ACQUIRED, EventKind.REVEALED, EventKind.COMMITTED, EventKind.REDACTED]
    assert page.message.isVisible()
    page.take_back()
    settle()
    assert page.found.copies == [] and page.no_copies.isVisible()


def test_a_press_alone_shows_and_covers_nothing(page: RedactPage, settle: Settle) -> None:
    QTest.mousePress(page.picture, Qt.MouseButton.LeftButton, pos=at(page, 100, 100))
    settle()
    QTest.mouseRelease(page.picture, Qt.MouseButton.LeftButton, pos=at(page, 100, 100))
    assert page.areas == [] and not page.picture.is_revealed


def test_the_keyboard_does_all_of_it(page: RedactPage, settle: Settle) -> None:
    picture = page.picture
    picture.setFocus()
    before = picture.box
    QTest.keyClick(picture, Qt.Key.Key_Right)
    QTest.keyClick(picture, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert picture.box.x() == before.x() + 12 and picture.box.height() == before.height() + 12
    QTest.keyPress(picture, Qt.Key.Key_Space)
    settle()
    assert picture.is_revealed
    QTest.keyRelease(picture, Qt.Key.Key_Space)
    assert not picture.is_revealed
    QTest.keyClick(picture, Qt.Key.Key_Return)
    box = picture.box
    assert page.areas == [MarkedArea(box.x(), box.y(), box.width(), box.height())]
    for field, value in zip(page.sides, (0, 470, 9999, 10), strict=True):
        assert isinstance(field.edit, QSpinBox)
        field.edit.setValue(value)
    assert (picture.box.y(), picture.box.width()) == (470, 640)
    page.fill.box.setCurrentIndex(1)
    page.cover_button.click()
    assert page.areas[1] == MarkedArea(0, 470, 640, 10, Fill.FLAT)
    page.marks.setCurrentIndex(page.marks.model().index(0, 0))
    page.uncover_button.click()
    assert [area.fill for area in page.areas] == [Fill.FLAT]


def test_passages_are_replaced_and_a_slip_is_said(
    window: MainWindow, case: Case, keys: list[str], settle: Settle
) -> None:  # fmt: skip
    window.show_redact(case.id, keys[1])
    settle()
    page = window.redact
    assert page.kind is RedactionKind.TEXT and not page.picture_card.isVisible()
    page.passages.set_words("secert")
    page.keep()
    settle()
    assert page.message.isVisible() and page.passages.words() == "secert"
    page.passages.set_words("SECRET\n\nanother")
    page.keep()
    settle()
    assert page.found is not None and page.found.copies[0].facts["passages"] == "2"
    assert page.passages.words() == ""


def test_a_package_hands_the_copy_over(page: RedactPage, window: MainWindow, case: Case, keys: list[str],
                                       settle: Settle) -> None:  # fmt: skip
    page.cover(10, 10, 20, 20)
    page.keep()
    settle()
    window.show_package(case.id)
    settle()
    package = window.package
    package.list.setCurrentIndex(package.list.model().index(0, 0))
    assert package.handed_over.isVisible() and package.handed_over.isEnabled()
    package.handed_over.box.setCurrentIndex(1)
    package.handed_over.box.activated.emit(1)
    assert package._choices().redacted == frozenset({keys[0]})
    package.list.setCurrentIndex(package.list.model().index(1, 0))
    assert not package.handed_over.isEnabled() and package.handed_over.box.currentIndex() == 0


def test_locking_forgets_everything(page: RedactPage, window: MainWindow, settle: Settle) -> None:
    page.cover(10, 10, 20, 20)
    page.passages.set_words("secret")
    window.lock()
    settle()
    assert (page.item_id, page.areas, page.found, page.passages.words()) == ("", [], None, "")
    assert page.picture.box.isEmpty()


def test_as_often_as_wanted_it_stays_blurred_and_covers_all_the_same(
    page: RedactPage, case: Case, keys: list[str], settle: Settle
) -> None:
    place = page.desk.session.place
    place.set_limit(1)
    page.looking.reason.line.setText("to cover the face")

    def hold() -> bool:
        QTest.mousePress(page.picture, Qt.MouseButton.LeftButton, pos=at(page, 100, 100))
        settle()
        is_shown = page.picture.is_revealed
        QTest.mouseMove(page.picture, at(page, 200, 180))
        QTest.mouseRelease(page.picture, Qt.MouseButton.LeftButton, pos=at(page, 200, 180))
        settle()
        return is_shown

    assert hold() and "1 original was shown today. You wanted to be asked after 1." in page.looking.count.text()
    assert page.looking.more_button.isVisible(), "it is said before the next look"
    assert not hold() and len(page.areas) == 2
    page.looking.more_button.click()
    assert not page.looking.more_button.isVisible()
    assert hold()
    assert [event.facts["reason"] for event in place.looks(case.id)] == ["to cover the face"] * 2
    page.leave()
    assert page.looking.more_button.isVisible(), "another time it is asked again"
