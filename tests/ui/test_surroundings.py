"""What a screen reader says on the way to a control: page, card and question, as the accessibility tree has them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from evidence.capture import Region, Screen
from evidence.model import Case
from ui.main_window import MainWindow
from ui.surroundings import name_surroundings
from ui.widgets import Card, text

Way = tuple[Callable[[MainWindow, str], None], Callable[[MainWindow], QWidget], list[str]]
WAYS: dict[str, Way] = {
    "who uses the computer": (
        lambda window, _case: window.show_welcome(), lambda window: window.welcome.answers["home"],
        ["The first steps", "Who else can use this computer, or see what you do on it?"],
    ),
    "language": (
        lambda window, _case: window.show_welcome(), lambda window: window.welcome.tongues["en"],
        ["The first steps", "Language"],
    ),
    "who works with the vault": (
        lambda window, _case: window.show_create(), lambda window: next(iter(window.create_page.roles.values())),
        ["A new vault", "Who will work with it?"],
    ),
    "what becomes of watched files": (
        lambda window, case: window.show_watch(case), lambda window: next(iter(window.watching.after.values())),
        ["Watch a folder", "Afterwards, the plain files"],
    ),
    "what a recording shows": (
        lambda window, case: window.show_record(case), lambda window: window.record.place.all_choice,
        ["Record the screen", "What to record"],
    ),
}  # fmt: skip


def around(widget: QWidget) -> list[str]:
    """The names of the panels around a control, the outermost first."""
    names: list[str] = []
    interface = QAccessible.queryAccessibleInterface(widget).parent()
    while interface is not None and interface.role() != QAccessible.Role.Window:
        name = interface.text(QAccessible.Text.Name)
        # The role of a panel; what is no panel has no name that would be said.
        assert not name or interface.role() in (QAccessible.Role.Border, QAccessible.Role.LayeredPane), name
        names.append(name)
        interface = interface.parent()
    return [name for name in reversed(names) if name]


@pytest.mark.parametrize("way", WAYS)
def test_the_question_is_said_on_the_way_in(
    way: str, case: Case, window: MainWindow, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    show, control, expected = WAYS[way]
    qtbot.waitUntil(lambda: window._watch.is_watching)
    show(window, case.id)
    settle()
    control(window).setFocus()
    names = around(control(window))
    assert [name for name in names if name in expected] == expected, names


def test_a_page_that_changes_its_heading_changes_its_name(
    case: Case, window: MainWindow, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    qtbot.waitUntil(lambda: window._watch.is_watching)
    window.show_case(case.id)
    settle()
    window.case.back.setFocus()
    assert window.case.accessibleName() == window.case.heading.text() == case.title
    window.desk.change(language="ko")
    window.show_settings()
    settle()
    window.settings.back.setFocus()
    window.settings.language.box.setFocus()
    assert window.settings.accessibleName() == window.settings.heading.text() == "설정"


def test_a_monitor_that_is_found_later_comes_after_the_other_choices(
    case: Case, window: MainWindow, settle: Callable[[], None]
) -> None:
    window.show_capture(case.id)
    settle()
    place = window.capture.place
    place._take_screens([Screen(1, Region(0, 0, 640, 480)), Screen(2, Region(640, 0, 640, 480))])
    chain, widget = [], place.region_choice.nextInFocusChain()
    while widget is not place.region_choice:
        chain.append(widget)
        widget = widget.nextInFocusChain()
    wanted = [place.all_choice, *place.monitor_choices, window.capture.note.edit]
    assert sorted(wanted, key=chain.index) == wanted


def test_the_names_of_cards_are_forgotten_when_the_vault_is_locked(case: Case, window: MainWindow) -> None:
    window.show_case(case.id)
    card, inside = Card(), QLineEdit()
    words = text("heading")
    words.setText(case.title)
    card.inside.addWidget(words)
    card.inside.addWidget(inside)
    window.case.body.addWidget(card)
    name_surroundings(inside)
    assert card.accessibleName() == case.title
    window.lock()
    assert card.accessibleName() == window.case.accessibleName() == ""
