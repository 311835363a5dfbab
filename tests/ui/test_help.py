"""Help where it is needed, and people to turn to, from every page, without losing what was typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from evidence.directory import help_lines
from evidence.i18n import LANGUAGES, texts
from evidence.model import Case
from ui.book import Book
from ui.helping import GENERAL, GLOSSARY, TOPICS
from ui.main_window import MainWindow
from ui.pages.help import HelpSheet
from ui.pages.helplines import HelpLinesSheet

Settle = Callable[[], None]


def words_of(root: QWidget) -> str:
    return "\n".join(label.text() for label in root.findChildren(QLabel) if label.isVisible())


def test_f1_tells_about_the_page_and_gives_it_back(
    window: MainWindow, press: Callable[..., None], tab_to: Callable[[QWidget], None], write: Callable[[str], None],
    settle: Settle, qapp: QApplication,
) -> None:  # fmt: skip
    window.show_create()
    tab_to(window.create_page.person.line)
    write("half a na")
    press(Qt.Key.Key_F1)
    sheet = window.stack.currentWidget()
    assert isinstance(sheet, HelpSheet)
    assert TOPICS["create"].points[0] in words_of(sheet)
    assert "Esc three times" in words_of(sheet)
    assert GLOSSARY[0][0] in words_of(sheet)
    press(Qt.Key.Key_F1)
    assert window.stack.currentWidget() is sheet
    sheet.topic.box.setCurrentIndex(list(TOPICS).index("verify"))
    assert TOPICS["verify"].points[0] in words_of(sheet)
    press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    settle()
    assert window.stack.currentWidget() is window.create_page
    assert qapp.focusWidget() is window.create_page.person.line
    write("me")
    assert window.create_page.person.line.text() == "half a name"


def test_help_lies_over_the_chooser_too(window: MainWindow, settle: Settle, press: Callable[..., None]) -> None:
    window.show_create()
    window.create_page.place.choose_button.click()
    settle()
    chooser = window.stack.currentWidget()
    press(Qt.Key.Key_F1)
    window.show_help_lines()
    assert isinstance(window.stack.currentWidget(), HelpLinesSheet)
    window.close_sheet()
    window.close_sheet()
    assert window.stack.currentWidget() is chooser
    window.show_start()
    assert not window.sheets.pages
    settle()


def test_every_page_has_a_topic(window: MainWindow, case: Case) -> None:
    names = [name for name, made in vars(Book).items() if hasattr(made, "func")]
    topics = {name: getattr(window, name).HELP for name in names}
    assert not {name: topic for name, topic in topics.items() if topic not in TOPICS}
    assert not [name for name, topic in topics.items() if topic == GENERAL]


def test_places_that_help_stand_in_the_foot_of_every_page(window: MainWindow, qtbot: QtBot, settle: Settle) -> None:
    for show in (window.show_start, window.show_create, window.show_verify, window.show_settings):
        show()
        assert window.lines_way.isVisible()
    window.lines_way.click()
    sheet = window.stack.currentWidget()
    assert isinstance(sheet, HelpLinesSheet)
    qtbot.waitUntil(lambda: len(sheet.cards) == len(help_lines("en")), timeout=5_000)
    settle()
    said = words_of(sheet)
    assert "02-735-8994" in said
    assert said.count("Check before calling.") == sum(
        line.must_be_checked(sheet._today) for line in help_lines("en")
    )  # fmt: skip
    sheet.country.box.setCurrentIndex(sheet.country.box.findText("France"))
    assert "3018" in words_of(sheet)
    assert "02-735-8994" not in words_of(sheet)
    window.desk.change(language="ko")
    assert "도움받을 수 있는 곳" in words_of(sheet)
    settle()


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_is_filled_in(language: str) -> None:
    """No English is left in another language's help, and the placeholder for the keys is known."""
    t = texts(language)  # type: ignore[arg-type]
    said = [words for topic in TOPICS.values() for words in (topic.title, *topic.points)]
    said += [words for entry in GLOSSARY for words in entry]
    if language != "en":
        assert not [words for words in said if t(words) == words and words not in ("Original", "Signature", "Score")]
    assert isinstance(t(TOPICS["leaving"].points[0], keys="X"), str)
