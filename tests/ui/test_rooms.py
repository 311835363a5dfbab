"""The rooms of a case: overview, exhibits in pages, timeline, notes, consents; and enough for today."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from evidence.errors import EvidenceError
from evidence.model import Case, Kind, Purpose
from ui.asking import AskSheet
from ui.main_window import MainWindow
from ui.pages.casenotes import CaseNotesPage
from ui.pages.consents import ConsentsPage
from ui.pages.overview import OverviewPage
from ui.pages.timeline import TimelinePage
from ui.paging import PAGE
from ui.rooms import EXHIBITS, ROOMS
from ui.rows import PENDING, Row, RowList

Settle = Callable[[], None]


def test_every_room_is_reached_from_every_other(case: Case, window: MainWindow, settle: Settle) -> None:
    window.case.add_files([])
    for room in ROOMS:
        window.show_room(case.id, room.key)
        settle()
        page = window.stack.currentWidget()
        bar = window.case.bar if room.key == EXHIBITS else page.bar  # type: ignore[union-attr]
        assert [key for key, way in bar.ways.items() if way.isChecked()] == [room.key]
        assert "bring something in" in bar.next_step.text()
        assert page.heading.text() == "Messages in October"  # type: ignore[union-attr]


def test_enough_for_today_locks_and_says_so(case: Case, window: MainWindow, settle: Settle) -> None:
    window.show_room(case.id, "overview")
    settle()
    window.enough_way.click()
    settle()
    assert not window.desk.is_open
    assert "Everything is kept" in window.start.message.sentence.text()


def test_search_and_tags_in_the_list(
    case: Case, window: MainWindow, settle: Settle, tmp_path: Path, qtbot: QtBot
) -> None:
    for name in ("딥페이크 유포 화면.txt", "협박 메시지.txt", "other.txt"):
        (tmp_path / name).write_text(name)
    window.case.add_files(sorted(tmp_path.glob("*.txt")))
    settle()
    session, rows = window.desk.session, window.case.list.rows
    session.place.set_tags(rows.rows[0].key, ["첫날"])
    for words, expected in (("유포", 1), ("협", 1), ("없음", 0), ("txt", 3), ("", 3)):
        window.case.sieve.words.line.setText(words)
        window.case.search_now()
        settle()
        assert len(rows.rows) == expected, words
    assert window.case.sieve.tag.isVisibleTo(window.case.sieve.choices)
    window.case.sieve.tag.box.setCurrentIndex(1)
    window.case.search_now()
    settle()
    assert len(rows.rows) == 1
    assert window.case.found.text() == "1 exhibit was found."
    window.case.grid_button.click()
    settle()
    assert len(rows.rows) == 1


def test_notes_are_kept_dated_and_taken_back(case: Case, window: MainWindow, settle: Settle) -> None:
    window.show_room(case.id, "notes")
    settle()
    page = window.room("notes")
    assert isinstance(page, CaseNotesPage)
    page.note.set_words("It began on Monday.")
    page.keep()
    settle()
    assert [note.text for note in window.desk.session.place.notes(case.id)] == ["It began on Monday."]
    assert page.note.words() == "" and page.undo_button.isVisible()
    page.undo()
    settle()
    assert window.desk.session.place.notes(case.id) == []


def test_consents_are_given_and_taken_back(case: Case, window: MainWindow, settle: Settle) -> None:
    window.show_room(case.id, "consents")
    settle()
    page = window.room("consents")
    assert isinstance(page, ConsentsPage)
    _name, _what, stands, give, other = page.cards[Purpose.POLICE]
    assert stands.text() == "not answered"
    assert give.sizeHint().height() == other.sizeHint().height() and give.property("kind") == other.property("kind")
    other.click()
    settle()
    assert not window.desk.session.consents.of(case.id, Purpose.POLICE).said_at
    give.click()
    settle()
    assert window.desk.session.consents.of(case.id, Purpose.POLICE).is_given
    assert other.text() == "Take it back"
    other.click()
    settle()
    assert window.desk.session.consents.of(case.id, Purpose.POLICE).is_withdrawn
    assert "stays with those who have it" in page.message.advice.text()


def test_overview_and_timeline(case: Case, window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    window.case.add_files([tmp_path / "a.txt"])
    settle()
    window.desk.session.place.set_shown_time(window.case.list.rows.rows[0].key, "2026-10-03")
    window.show_room(case.id, "overview")
    settle()
    overview = window.room("overview")
    assert isinstance(overview, OverviewPage)
    assert "proof of time" in overview.next_text.text()
    assert "No original" in overview.looks.itemAt(0).widget().text()  # type: ignore[union-attr]
    overview.undo()
    settle()
    assert window.desk.session.place.shown_time(window.case.list.rows.rows[0].key) is None
    window.show_room(case.id, "timeline")
    settle()
    timeline = window.room("timeline")
    assert isinstance(timeline, TimelinePage)
    [row] = timeline.list.rows.rows
    assert "A-01" in row.detail
    timeline.list.opened.emit(row.key)
    settle()
    assert window.stack.currentWidget() is window.exhibit


def test_rows_come_when_they_are_looked_at(case: Case, window: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    """A hundred thousand exhibits: only what is seen is read, and no step of scrolling reads more than a few pages."""
    count, asked = 100_000, []

    def fetch(start: int, most: int) -> Sequence[Row]:
        asked.append(start)
        return [Row(f"k{at}", f"A-{at:02d}  title", "detail") for at in range(start + 1, start + most + 1)]

    page = window.case
    page.list.setVisible(True)
    page.pager.begin(count, fetch(0, PAGE), fetch)
    settle()
    bar, most = page.list.verticalScrollBar(), 0
    qtbot.waitUntil(lambda: bar.maximum() > 20 * count, timeout=30_000)  # laid out piece by piece
    for share in range(1, 41):
        before = len(asked)
        bar.setValue(bar.maximum() * share // 40)
        page.list.viewport().repaint()
        settle()
        most = max(most, len(asked) - before)
    assert page.list.rows.rows[-1].key == f"k{count}"
    assert len(asked) < 90, "what nobody looks at is not read"
    assert most <= 3
    assert sum(row is PENDING for row in page.list.rows.rows) > 90_000


def test_a_package_for_the_police_asks_for_its_consent(
    case: Case, window: MainWindow, settle: Settle, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("a")
    window.case.add_files([tmp_path / "a.txt"])
    settle()
    window.show_package(case.id)
    settle()
    page, session = window.package, window.desk.session
    assert page.recipient.box.currentIndex() == 0, "nothing is chosen beforehand"
    page.place.line.setText(str(tmp_path / "out"))
    page.recipient.box.setCurrentIndex(1)
    page.make()
    settle()
    sheet = window.stack.currentWidget()
    assert isinstance(sheet, AskSheet)
    sheet.no_button.click()
    settle()
    assert not (tmp_path / "out").exists() and not session.consents.of(case.id, Purpose.POLICE).is_given
    page.make()
    settle()
    sheet = window.stack.currentWidget()
    assert isinstance(sheet, AskSheet)
    sheet.yes_button.click()
    settle()
    assert page.outcome is not None and page.outcome.made.recipient == "police"
    session.consents.withdraw(case.id, Purpose.POLICE)
    with pytest.raises(EvidenceError, match="withdrawn"):
        session.consents.require_handing(case.id, "police")


def test_more_looks_than_wanted_are_asked_about(case: Case, window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), (90, 120, 130)).save(tmp_path / "drawn.png")
    window.case.add_files([tmp_path / "drawn.png"])
    settle()
    session, key = window.desk.session, window.case.list.rows.rows[0].key
    session.place.set_limit(1)
    window.show_exhibit(case.id, key)
    settle()
    page = window.exhibit
    page.looking.reason.line.setText("to describe it")
    page.reveal()
    settle()
    page.reveal()
    settle()
    sheet = window.stack.currentWidget()
    assert isinstance(sheet, AskSheet)
    assert len(session.place.looks(case.id)) == 1
    sheet.yes_button.click()
    page.reveal()
    settle()
    assert [event.facts["reason"] for event in session.place.looks(case.id)] == ["to describe it"] * 2


def test_title_tags_and_time_from_the_exhibit(case: Case, window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    window.case.add_files([tmp_path / "a.txt"])
    settle()
    place, key = window.desk.session.place, window.case.list.rows.rows[0].key
    window.show_exhibit(case.id, key)
    settle()
    shelf = window.exhibit.shelf
    shelf.name.line.setText("첫 메시지")
    shelf.tags.line.setText("협박, 첫날")
    shelf.shown.line.setText("2026-10-03 21:14")
    shelf.zone.line.setText("Asia/Seoul")
    shelf.keep()
    settle()
    assert window.exhibit.heading.text() == "A-01  첫 메시지"
    assert place.tags(key) == ("첫날", "협박")
    entry = place.shown_time(key)
    assert entry is not None and entry.is_zone_known
    shelf.undo()
    settle()
    assert place.shown_time(key) is None
    shelf.shown.line.setText("some day")
    shelf.keep()
    settle()
    assert "not understood" in window.exhibit.message.sentence.text()


def test_the_list_can_stand_side_by_side(window: MainWindow, qtbot: QtBot) -> None:
    rows = RowList(window.desk)
    qtbot.addWidget(rows)
    rows.resize(1000, 400)
    rows.show_rows([Row(str(at), f"A-{at:02d}", "detail") for at in range(1, 10)])
    rows.become(is_grid=True)
    rows.show()
    boxes = [rows.visualRect(rows.rows.index(at)) for at in range(3)]
    assert boxes[0].top() == boxes[1].top() and boxes[1].left() > boxes[0].left()
    assert pytest.approx(boxes[0].width()) == boxes[1].width()


def _filled(window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    for name in ("한 장.txt", "둘째 장.txt", "third.txt"):
        (tmp_path / name).write_text(name)
    window.case.add_files([tmp_path / name for name in ("한 장.txt", "둘째 장.txt", "third.txt")])
    settle()


def test_what_was_found_is_said_in_words(case: Case, window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    _filled(window, settle, tmp_path)
    page, place = window.case, window.desk.session.place
    place.set_tags(page.list.rows.rows[2].key, ["첫날"])
    place.add_note(case.id, "첫날 저녁에 시작됨")
    window.desk.session.add_link(case.id, "https://t.me/+AbCdEfGhIjKl")
    for words, detail in (("첫날", "Tag: 첫날"), ("AbCd", "Title: t.me/+AbCdEfGhIjKl")):
        page.sieve.words.line.setText(words)
        page.search_now()
        settle()
        assert [row.detail.split(" · ")[0] for row in page.list.rows.rows] == [detail]
    page.sieve.words.line.setText("첫날")
    page.search_now()
    settle()
    assert [row.title for row in page.found_notes.rows.rows] == ["첫날 저녁에 시작됨"]
    page.found_notes.opened.emit(page.found_notes.rows.rows[0].key)
    settle()
    assert window.stack.currentWidget() is window.room("notes")
    window.lock()
    settle()
    assert page.found_notes.rows.rows == [] and page.sieve.words.line.text() == ""


def test_filters_open_and_close(case: Case, window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    _filled(window, settle, tmp_path)
    page = window.case
    window.desk.session.add_link(case.id, "https://t.me/+AbCdEfGhIjKl")
    assert not page.sieve.choices.isVisible()
    page.sieve.more_button.click()
    assert page.sieve.choices.isVisible()
    for choice, position, count in (
        (page.sieve.kind, 1 + list(Kind).index(Kind.LINK), 1),
        (page.sieve.band, 1, 4),
        (page.sieve.standing, 1, 0),
        (page.sieve.method, 1, 0),
    ):
        choice.box.setCurrentIndex(position)
        choice.box.activated.emit(position)
        settle()
        assert len(page.list.rows.rows) == count, choice.label.text()
        page.sieve.all_button.click()
        settle()
        assert len(page.list.rows.rows) == 4 and page.sieve.choices.isVisible()


def test_the_order_is_changed_with_keys_and_taken_back(
    case: Case, window: MainWindow, settle: Settle, tmp_path: Path, press: Callable[..., None]
) -> None:
    _filled(window, settle, tmp_path)
    page = window.case

    def order() -> list[str]:
        return [row.title[:4] for row in page.list.rows.rows]

    page.enter()
    settle()
    page.list.setFocus()
    page.list.setCurrentIndex(page.list.rows.index(2))
    press(Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert order() == ["A-01", "A-03", "A-02"] and page.list.currentIndex().row() == 1
    page.ordering.down_button.click()
    settle()
    assert order() == ["A-01", "A-02", "A-03"] and page.list.currentIndex().row() == 2
    page.ordering.down_button.click()  # it is the last one
    settle()
    page.list.setCurrentIndex(page.list.rows.index(0))
    page.ordering.down_button.click()
    settle()
    assert order() == ["A-02", "A-01", "A-03"] and page.ordering.number_button.isVisible()
    page.ordering.undo_button.click()
    settle()
    assert order() == ["A-01", "A-02", "A-03"]
    page.ordering.up_button.click()
    settle()
    page.ordering.number_button.click()
    settle()
    assert order() == ["A-01", "A-02", "A-03"] and not page.ordering.number_button.isVisible()
    window.show_package(case.id)
    settle()
    assert [row.key for row in window.package.list.rows.rows] == [row.key for row in page.list.rows.rows]
