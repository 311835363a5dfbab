"""The first steps, the recovery key on paper, and practice that leaves nothing behind."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from evidence.i18n import LANGUAGES, texts
from ui.main_window import MainWindow
from ui.paper import draw_paper, plain
from ui.theme import LIGHT, Theme

Settle = Callable[[], None]
PASSPHRASE = "four calm otters reading"


def words_of(root: QWidget) -> str:
    return "\n".join(label.text() for label in root.findChildren(QLabel) if label.isVisible())


def test_the_first_steps_come_where_no_vault_is(window: MainWindow, vault: Path, settle: Settle) -> None:
    window.begin()
    assert window.stack.currentWidget() is window.welcome
    vault.mkdir()
    (vault / "slots.json").write_text("{}")
    window.show_start()
    window.begin()
    assert window.stack.currentWidget() is window.start


def test_answers_choose_advice_and_are_kept_nowhere(window: MainWindow, settle: Settle, settings_file: Path) -> None:
    window.show_welcome()
    page, before = window.welcome, settings_file.read_bytes()
    page.answers["watched"].setChecked(True)
    assert "Another computer may be safer" in words_of(page)
    assert "keys you press" in words_of(page)
    page.answers["alone"].setChecked(True)
    assert not page.answers["watched"].isChecked()
    assert "Another computer" not in words_of(page)
    page.answers["home"].setChecked(True)
    assert not page.answers["alone"].isChecked()
    page.skip_button.click()
    assert not any(box.isChecked() for box in page.answers.values())
    assert settings_file.read_bytes() == before


def test_advice_comes_into_sight_with_large_text(window: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    window.desk.change(text_percent=200, language="ko")
    window.resize(1366, 728)
    window.show_welcome()
    settle()
    page = window.welcome
    page.answers["home"].setChecked(True)
    assert page.advice is not None
    advice, box = page.advice, page.answers["home"]
    qtbot.waitUntil(lambda: advice.visibleRegion().boundingRect() == advice.rect())
    assert not box.visibleRegion().isEmpty(), "what was ticked stays in sight"


def test_the_language_can_be_chosen_before_anything_else(window: MainWindow, settings_file: Path) -> None:
    window.show_welcome()
    assert window.welcome.first_focus() is window.welcome.tongues["en"]
    window.welcome.tongues["ko"].click()
    assert window.welcome.heading.text() == "첫걸음"
    window.welcome.tongues["fr"].click()
    assert window.welcome.heading.text() == "Les premiers pas"


def test_the_steps_with_the_keyboard(
    window: MainWindow, qtbot: QtBot, press: Callable[..., None], tab_to: Callable[[QWidget], None]
) -> None:
    window.show_welcome()
    page = window.welcome
    tab_to(page.answers["unsure"])
    press(Qt.Key.Key_Space)
    tab_to(page.next_button)
    for step, words in ((1, "sends nothing by itself"), (2, "Esc three times"), (3, "practise first")):
        press(Qt.Key.Key_Return)
        qtbot.waitUntil(lambda step=step: page.step == step, timeout=5_000)  # type: ignore[misc]
        assert words in words_of(page)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.create_page, timeout=5_000)


def test_a_step_is_made_when_it_is_reached_and_fits_in(window: MainWindow, settle: Settle) -> None:
    """In the language and size that hold now, and before the ways on in the order of Tab."""
    window.show_welcome()
    page = window.welcome
    assert len(page.cards) == 1
    page.go_to(2)
    settle()
    assert [card.isVisible() for card in page.cards] == [False, False, True]
    following, order = page.try_button.nextInFocusChain(), []
    while following is not page.try_button:
        order.append(following)
        following = following.nextInFocusChain()
    assert order.index(page.next_button) < order.index(page.answers["alone"])
    window.desk.change(language="ko", text_percent=200)
    settle()
    page.go_to(3)
    settle()
    assert page.create_button.text() == window.desk.t("Make a &new vault")
    assert page.try_button.text() == window.desk.t("&Try it now")
    assert page.choice_text.font().pixelSize() == window.desk.theme.px(15)
    assert page.cards[3].inside.spacing() == window.desk.theme.gap(14)
    page.go_to(0)
    settle()
    assert [card.isVisible() for card in page.cards] == [True, False, False, False]


def test_leaving_can_be_tried(window: MainWindow, settle: Settle) -> None:
    window.show_welcome()
    window.welcome.go_to(2)
    window.welcome.try_button.click()
    assert not window.isVisible()
    window.exit.come_back()
    assert window.isVisible()
    settle()


@pytest.fixture
def made(window: MainWindow, qtbot: QtBot, settle: Settle) -> MainWindow:
    """A vault was just made, and its recovery key is shown."""
    page = window.create_page
    window.show_create()
    page.first.line.setText(PASSPHRASE)
    page.second.line.setText(PASSPHRASE)
    page.make()
    qtbot.waitUntil(lambda: bool(page.key.text()), timeout=20_000)
    return window


def test_the_paper_is_tried_before_going_on(made: MainWindow, settle: Settle) -> None:
    """What is wrong is said, without going on; what is right goes on, in any case and with look-alike letters."""
    card, key = made.create_page.key_card, made.create_page.key.text()
    assert key not in words_of(card) or card.frame.isVisible()
    assert not card.continue_button.isEnabled()
    card.written.setChecked(True)
    assert not card.key.isVisible()
    groups = key.split("-")
    card.fields[0].line.setText(groups[card.asked[0] - 1])
    card.fields[1].line.setText("0000" if groups[card.asked[1] - 1] != "0000" else "1111")
    card.continue_button.click()
    assert f"Group {card.asked[1]} is different" in words_of(card)
    assert made.stack.currentWidget() is made.create_page
    card.written.setChecked(False)
    assert card.key.isVisible()
    card.written.setChecked(True)
    for field, number in zip(card.fields, card.asked, strict=True):
        field.line.setText(f" {groups[number - 1].lower().replace('0', 'o').replace('1', 'l')} ")
    card.continue_button.click()
    settle()
    assert made.stack.currentWidget() is made.cases
    assert not card.key.text()
    assert not any(field.line.text() for field in card.fields)


def test_the_trial_can_wait(made: MainWindow, settle: Settle) -> None:
    made.create_page.written.setChecked(True)
    made.create_page.key_card.later_button.click()
    settle()
    assert made.stack.currentWidget() is made.cases


def test_without_a_printer_that_is_said(made: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    from PySide6.QtPrintSupport import QPrinterInfo

    monkeypatch.setattr(QPrinterInfo, "availablePrinterNames", list)
    made.create_page.key_card.print_button.click()
    assert "no printer" in words_of(made.create_page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_is_drawn_within_the_page(window: MainWindow, language: str) -> None:
    """Every group stands on it, no letter is cut off, and it says nothing of a purpose."""
    image = QImage(1000, 1414, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    key = "-".join(["4MR7", "WX2Z", "90QT"] * 3)
    draw_paper(painter, QRectF(60, 60, 880, 1294), texts(language), Theme(LIGHT, 100, language), key)  # type: ignore[arg-type]
    painter.end()
    dark = [
        (x, y) for x in range(0, 1000, 2) for y in range(0, 1414, 2) if image.pixelColor(x, y).lightness() < 128
    ]  # fmt: skip
    assert dark
    assert min(x for x, _ in dark) >= 58
    assert max(x for x, _ in dark) <= 942
    assert max(y for _, y in dark) < 1350


def test_look_alike_letters_are_the_same() -> None:
    assert plain("o1l-I ") == plain("0111")


def test_practice_leaves_nothing_behind(
    window: MainWindow, settle: Settle, qtbot: QtBot, home: Path, settings_file: Path
) -> None:
    """A case of drawn material in a vault of its own; locking throws it away, and leaving does too."""
    before = settings_file.read_bytes()
    for end in (window.lock, window.exit.leave):
        window.show_start()
        window.start.practice_button.click()
        qtbot.waitUntil(lambda: window.desk.is_open, timeout=20_000)
        settle()
        assert "nothing here is real" in words_of(window)
        folders = list(Path(tempfile.gettempdir()).glob("practice-*"))
        assert len(folders) == 1
        case_id = window.cases.list.rows.rows[0].key
        window.show_case(case_id)
        settle()
        assert len(window.case.list.rows.rows) == 3
        end()
        settle()
        assert not list(Path(tempfile.gettempdir()).glob("practice-*"))
        assert "nothing here is real" not in words_of(window)
        if end != window.lock:
            window.exit.come_back()
    assert settings_file.read_bytes() == before
