"""Before media comes in, and after: the question, the record without media, and holding back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from evidence.model import Case, EventKind, MinorAnswer
from ui.main_window import MainWindow
from ui.minor import MinorSheet

Settle = Callable[[], None]


@pytest.mark.parametrize("answer", [MinorAnswer.UNSURE, MinorAnswer.YES])
def test_any_answer_but_no_leads_to_a_record_without_media(
    case: Case, window: MainWindow, settle: Settle, tmp_path: Path, answer: MinorAnswer
) -> None:
    """The file named is not there: opening it would be a problem that is said."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "not there.png"))])
    window.case.take_in(data)
    sheet = window.stack.currentWidget()
    assert isinstance(sheet, MinorSheet)
    sheet.answers[answer].click()
    settle()
    page = window.without
    assert window.stack.currentWidget() is page
    page.keep()
    settle()
    assert "Nothing is written down yet" in page.message.sentence.text()
    page.address.line.setText("https://t.me/room/3")
    page.accounts.line.setText("@someone")
    page.seen.line.setText("Monday evening")
    page.keep()
    settle()
    assert window.stack.currentWidget() is window.case
    [row] = window.case.list.rows.rows
    item = window.desk.session.exhibit(row.key).item
    assert item.settings == {"minor_possible": answer.value, "media_taken": "no"}
    assert page.address.line.text() == "", "words are not left on a page"


def test_nothing_is_ticked_beforehand_and_not_now_changes_nothing(
    case: Case,
    window: MainWindow,
    qtbot: QtBot,
    settle: Settle,
    tab_to: Callable[[QWidget], None],
    press: Callable[..., None],
) -> None:
    window.show_capture(case.id)
    settle()
    window.capture.take()
    sheet = window.stack.currentWidget()
    assert isinstance(sheet, MinorSheet)
    heights = {button.height() for button in sheet.answers.values()}
    assert len(heights) == 1 and not any(button.isDefault() for button in sheet.answers.values())
    tab_to(sheet.back)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.capture, timeout=5_000)
    assert window.desk.session.exhibits(case.id) == []


def test_places_to_turn_to_are_those_that_were_seen(case: Case, window: MainWindow, settle: Settle) -> None:
    window.show_without_media(case.id, MinorAnswer.YES)
    settle()
    lines = window.without.turn_to.lines
    said = [lines.itemAt(number).widget().text() for number in range(lines.count())]  # type: ignore[union-attr]
    assert any("ecrm.police.go.kr" in line for line in said)
    assert any("cybertip" in line for line in said)
    assert not any("Check before calling." in line for line in said)
    window.desk.change(language="fr")
    said = [lines.itemAt(number).widget().text() for number in range(lines.count())]  # type: ignore[union-attr]
    own = [line for line in said if "(France)" in line]
    assert own, "where none of one's own country was seen, those that must be checked first stand there"
    assert all(line.endswith("À vérifier avant d’appeler.") for line in own)


def test_an_exhibit_is_held_back_from_its_page(case: Case, window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), (90, 120, 130)).save(tmp_path / "drawn.png")
    window.case.add_files([tmp_path / "drawn.png"], minor=MinorAnswer.NO)
    settle()
    key = window.case.list.rows.rows[0].key
    window.show_exhibit(case.id, key)
    settle()
    page = window.exhibit
    assert page.picture_card.isVisible()
    page.hold_back.ask()
    page.hold_back.leave()
    assert not window.desk.session.guard.holds(key)
    page.hold_back.ask()
    page.hold_back.yes.setChecked(True)
    page.hold_back.reason.line.setText("it says so")
    page.hold_back.hold_button.click()
    settle()
    assert page.hold_back.is_held and page.hold_back.turn_to.isVisible()
    assert not page.picture_card.isVisible()
    event = window.desk.session.events(case.id, key)[-1]
    assert (event.kind, event.facts["answer"]) == (EventKind.QUARANTINED, "yes")
    page.reveal()
    settle()
    assert not page.picture.is_revealed
    assert "held back" in page.message.sentence.text()
