"""Looking for signs in the background: the window stays free, it can be stopped, and nothing is ever shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from evidence.model import (
    Band,
    Case,
    DetectorRun,
    ErrorRates,
    EventKind,
    FrameScore,
    MinorAnswer,
    ProvenanceFact,
    ScoreReport,
)
from ui.main_window import MainWindow
from ui.pages.scores import ScoresPage
from ui.scorecard import ScorePart

Settle = Callable[[], None]


@pytest.fixture
def keys(case: Case, window: MainWindow, settle: Settle, tmp_path: Path) -> Sequence[str]:
    """Ids of three exhibits: two pictures, one text."""
    for name in ("one.png", "two.png"):
        Image.new("RGB", (64, 48), (90, 120, 130)).save(tmp_path / name)
    (tmp_path / "words.txt").write_text("sample")
    window.case.add_files(sorted([*tmp_path.glob("*.png"), tmp_path / "words.txt"]), minor=MinorAnswer.NO)
    settle()
    return [row.key for row in window.case.list.rows.rows]


def page_of(window: MainWindow, case: Case, settle: Settle) -> ScoresPage:
    window.case.score_button.click()
    settle()
    page = window.stack.currentWidget()
    assert isinstance(page, ScoresPage)
    return page


def test_it_goes_on_while_another_page_is_shown(
    case: Case, window: MainWindow, settle: Settle, qtbot: QtBot, keys: Sequence[str]
) -> None:
    page = page_of(window, case, settle)
    assert page.list.rows.checked == set(keys)  # what was not looked at yet is ticked
    page.look_button.click()
    assert page.run.is_running
    assert page.going_on.isVisible()
    assert window.score_way.isVisible()
    window.show_cases()
    qtbot.waitUntil(lambda: not page.run.is_running, timeout=120_000)
    settle()
    assert not window.score_way.isVisible()
    window.show_room(case.id, "scores")
    settle()
    assert {row.tag for row in page.list.rows.rows} == {"not assessable"}
    assert "not assessable: 3" in page.counted.text()
    assert page.list.rows.checked == set()
    session = window.desk.session
    kinds: list[EventKind] = []
    window.desk.jobs.start(
        lambda _p, _c: [event.kind for event in session.events(case.id)], kinds.extend, lambda problem: None
    )
    settle()
    assert kinds.count(EventKind.SCORED) == 3
    assert EventKind.REVEALED not in kinds


def test_it_can_be_stopped_and_locking_ends_it(
    case: Case, window: MainWindow, settle: Settle, qtbot: QtBot, keys: Sequence[str]
) -> None:
    page = page_of(window, case, settle)
    page.look()
    page.stop_button.click()
    settle()
    assert not page.run.is_running
    assert "Stopped" in page.message.sentence.text()
    assert page.look_button.isEnabled()
    page.tick("all")
    page.look()
    window.lock()
    settle()
    assert not page.run.is_running
    assert page.list.rows.rows == []


def test_what_is_held_back_is_never_ticked(
    case: Case, window: MainWindow, settle: Settle, keys: Sequence[str]
) -> None:
    session = window.desk.session
    window.desk.jobs.start(
        lambda _p, _c: session.guard.hold_back(keys[0], MinorAnswer.UNSURE), lambda _v: None, lambda problem: None
    )
    settle()
    page = page_of(window, case, settle)
    held = {row.key for row in page.list.rows.rows if row.icon == "lock"}
    assert keys[0] in held
    page.tick("all")
    assert not page.list.rows.checked & held
    page.tick("")
    page.look()
    assert "Tick at least one" in page.message.sentence.text()


def test_keyboard_ticks_and_opens(
    case: Case, window: MainWindow, settle: Settle, qtbot: QtBot, keys: Sequence[str]
) -> None:
    page = page_of(window, case, settle)
    page.tick("")
    page.list.setFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_Space)
    assert page.list.rows.checked == {page.list.current_key()}
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    settle()
    assert window.stack.currentWidget() is window.exhibit


def clip() -> ScoreReport:
    """A score of a film with two faces."""
    run = DetectorRun("swap-small", "1", "0" * 64, 3.0, 0.8, Band.INDICATORS, None)
    frames = [FrameScore(second, track, "swap-small", second / 4 + track) for track in (0, 1) for second in range(10)]
    return ScoreReport(
        item_id="i", original_sha256="0" * 64, band=Band.INDICATORS, reasons=("above_threshold",),
        provenance=(ProvenanceFact("generator.name", "ComfyUI", "lead"), ProvenanceFact("c2pa.absent", "", "context")),
        faces=(), detectors=(run,), not_examined=("body", "audio"), scored_at=datetime(2026, 1, 1, tzinfo=UTC),
        settings={"thresholds.swap-small": "-,2.6570"}, frames=tuple(frames),
    )  # fmt: skip


def test_a_film_is_said_in_words_and_drawn(window: MainWindow, qtbot: QtBot) -> None:
    part = ScorePart(window.desk)
    qtbot.addWidget(part)
    part.retranslate(window.desk.t)
    part.show_report(clip())
    part.resize(700, 900)
    part.show()
    words = part.time.text()
    assert "one sample" in words
    assert "Face 2: looked at in 10 pictures, from 0:00.0 to 0:09.0" in words
    assert "0:09.0: face 2, output 3.25, above the threshold 2.66" in words
    assert "face 1, output 2.25, not above" in words
    chart = part.charts.itemAt(1).widget()
    assert chart is not None
    assert chart.accessibleDescription() == words
    assert "swaps" in chart.accessibleName() or "swap" in chart.accessibleName()
    drawn = chart.grab().toImage()
    colours = {drawn.pixelColor(x, y).name() for x in range(0, drawn.width(), 2) for y in range(0, drawn.height(), 2)}
    assert window.desk.theme.palette.accent.lower() in colours
    facts = [part.facts.itemAt(row).widget().text() for row in range(part.facts.count())]  # type: ignore[union-attr]
    assert facts[0].startswith("Leads")
    assert any("ComfyUI" in fact for fact in facts)
    assert facts[-2].startswith("Looked for and not there")
    part.show_report(None)
    assert not part.time.isVisible()


def test_illustrations_are_behind_the_blur(
    case: Case, window: MainWindow, settle: Settle, qtbot: QtBot, keys: Sequence[str]
) -> None:
    window.show_exhibit(case.id, keys[0])
    settle()
    card = window.exhibit.illustrations
    window.exhibit.more_button.click()
    assert card.isVisible()
    assert not card.picture.isVisible()  # nothing is drawn before someone asks
    card.choice.box.setCurrentIndex(card.choice.box.count() - 1)
    card.draw_button.click()
    settle()
    assert card.picture.isVisible()
    assert not card.picture.is_revealed
    card.picture.setFocus()
    qtbot.keyPress(card.picture, Qt.Key.Key_Space)
    settle()
    assert card.picture.is_revealed
    qtbot.keyRelease(card.picture, Qt.Key.Key_Space)
    assert not card.picture.is_revealed
    kinds: list[EventKind] = []
    session = window.desk.session
    window.desk.jobs.start(
        lambda _p, _c: [event.kind for event in session.events(case.id, keys[0])], kinds.extend, lambda problem: None
    )
    settle()
    assert kinds.count(EventKind.REVEALED) == 1
    card.keep_button.click()
    settle()
    assert "A-04" in window.exhibit.message.sentence.text()
    card.choice.box.setCurrentIndex(0)  # a map of a picture without a face
    card.draw_button.click()
    settle()
    assert "no face" in card.state.text()
    assert not card.keep_button.isVisible()
    window.show_cases()
    settle()
    assert not card.picture.has_picture


def test_french_spaces_are_not_written_out(window: MainWindow, qtbot: QtBot) -> None:
    window.desk.change(language="fr")
    part = ScorePart(window.desk)
    qtbot.addWidget(part)
    part.retranslate(window.desk.t)
    rates = ErrorRates(0.01, 0.0, 0.03, 0.2, 0.1, 0.3, "drawn", 12345)
    run = DetectorRun("swap-small", "1", "0" * 64, 1.0, 0.5, Band.INCONCLUSIVE, rates)
    part.show_report(replace(clip(), detectors=(run,)))
    shown = [part.facts.itemAt(row).widget().text() for row in range(part.facts.count())]  # type: ignore[union-attr]
    assert "12\u202f345" in part.rates.text()
    assert not any("\\x" in words or "\\u" in words for words in (*shown, part.rates.text(), part.time.text()))


def test_files_outside_the_vault_are_forgotten(
    case: Case, window: MainWindow, settle: Settle, keys: Sequence[str], tmp_path: Path
) -> None:
    page_of(window, case, settle).loose_button.click()
    page = window.loose
    page.place.line.setText(str(tmp_path / "one.png"))
    page.look_button.click()
    settle()
    assert [row.title for row in page.list.rows.rows] == ["one.png"]
    assert page.part.band.text() == "Not assessable"
    page.place.line.setText(str(tmp_path / "nothing.png"))
    page.look()
    settle()
    assert "nothing.png" in page.list.rows.rows[0].title
    assert not page.part.isVisible()
    page.back.click()
    settle()
    assert window.stack.currentWidget() is window.room("scores")
    assert page.list.rows.rows == []
