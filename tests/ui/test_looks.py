"""Whatever is shown wears the look that holds now: at once what is seen, the rest when it is shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ui import desk as desk_module
from ui.main_window import MainWindow
from ui.page import Page, spread
from ui.theme import DARK, LIGHT, SIZES, Theme, is_dark_here

Settle = Callable[[], None]


def sizes_of(root: QWidget) -> set[int]:
    """The sizes of all letters that are seen in a part of the window."""
    parts = [*root.findChildren(QLabel), *root.findChildren(QPushButton)]
    return {part.font().pixelSize() for part in parts if part.isVisible() and part.text()}


def allowed(theme: Theme) -> set[int]:
    return {theme.px(size) for size in SIZES.values()}


def test_pages_that_are_not_shown_follow_when_they_are(window: MainWindow, settle: Settle) -> None:
    """Larger and back, and pages that were made before, between and after."""
    shows = (window.show_start, window.show_welcome, window.show_verify, window.show_settings)
    for percent in (200, 100):
        window.desk.change(text_percent=percent)
        settle()
        for show in shows:
            show()
            settle()
            page = window.stack.currentWidget()
            assert isinstance(page, Page)
            theme = window.desk.theme
            assert sizes_of(page)
            for part in (page, window.side, window.foot):
                assert sizes_of(part) <= allowed(theme), (part, percent)
            assert page.column.maximumWidth() == theme.px(page.COLUMN)
            assert page.body.spacing() == theme.gap(16)


def test_what_stands_around_the_page_follows_by_itself(window: MainWindow, settle: Settle) -> None:
    window.desk.change(look="dark", text_percent=200)
    settle()
    for part in (window.side, window.foot):
        assert sizes_of(part) <= allowed(window.desk.theme)
        assert part.styleSheet() == window.desk.theme.around()
    assert window.side.grab().toImage().pixelColor(2, window.side.height() // 2) == QColor(DARK.side)
    window.desk.change(look="light")
    settle()
    assert window.side.grab().toImage().pixelColor(2, window.side.height() // 2) == QColor(LIGHT.side)


def test_a_message_that_is_made_late_fits_in(window: MainWindow, settle: Settle) -> None:
    """Above what scrolls, as wide as that, with the white space and words of the moment; its control comes first."""
    window.desk.change(text_percent=200, language="ko")
    window.show_verify()
    page = window.verify
    assert "message" not in page.__dict__
    assert "working" not in page.__dict__
    page.say(lambda t: (t("Kept."), ""))
    page.working.begin("…", can_stop=True)
    settle()
    tops = [each.mapTo(page, each.rect().topLeft()).y() for each in (page.message, page.working, page.area)]
    assert tops == sorted(tops)
    assert not page.area.isAncestorOf(page.message)
    assert page.message.height() <= page.message.heightForWidth(page.message.width())
    page.forget_message()
    settle()
    assert page.working.mapTo(page, page.working.rect().topLeft()).y() == tops[0], "what is closed leaves no gap"
    assert page.message.inside.contentsMargins().left() == window.desk.theme.gap(16)
    assert page.message.close_button.accessibleName() == window.desk.t("Close this message")
    assert page.working.stop.text() == window.desk.t("Stop")
    assert page.message.sentence.textFormat() == Qt.TextFormat.PlainText
    assert page.message.sentence.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByKeyboard
    order, following = [], page.back.nextInFocusChain()
    while following is not page.back:
        order.append(following)
        following = following.nextInFocusChain()
    controls = (page.message.close_button, page.working.stop)
    assert max(order.index(each) for each in controls) < order.index(page.place.line)


@pytest.fixture
def system(qapp: QApplication) -> Callable[[str], None]:
    """Sets the palette that windows have before the program gives them one."""

    def be(ground: str) -> None:
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Window, QColor(ground))
        qapp.setPalette(palette)

    return be


def test_the_look_of_the_computer_is_told_by_its_own_word_once_a_look_is_put_on(
    qapp: QApplication, system: Callable[[str], None]
) -> None:
    """The program's own colours never count as the computer's."""
    before = qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark
    for ground in ("#000000", "#FFFFFF"):
        system(ground)
        assert is_dark_here() == before


def test_a_window_that_looks_as_the_computer_is_set_follows_it(
    window: MainWindow, settle: Settle, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.desk.change(look="system")
    monkeypatch.setattr(desk_module, "is_dark_here", lambda: True)
    with qtbot.waitSignal(window.desk.look_changed, timeout=5_000):
        window.desk.follow_system()
    settle()
    assert window.desk.theme.palette is DARK
    assert window.side.styleSheet() == window.desk.theme.around()
    window.desk.change(look="light")
    monkeypatch.setattr(desk_module, "is_dark_here", lambda: False)
    window.desk.follow_system()
    assert window.desk.theme.palette is LIGHT


def test_rows_of_a_grid_keep_their_distance(window: MainWindow, qapp: QApplication) -> None:
    """White space that differs along and across comes back as it was, however often the size of text changes."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(8)
    for percent, across, along in ((100, 20, 8), (200, 30, 12), (100, 20, 8)):
        window.desk.change(text_percent=percent)
        spread(grid, window.desk.theme)
        assert (grid.horizontalSpacing(), grid.verticalSpacing()) == (across, along)
