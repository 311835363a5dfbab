"""What a screen reader, large text and the keyboard find on every page."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QStyle,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QWidget,
)
from pytestqt.qtbot import QtBot
from support.pages import failed_page
from support.sample_package import Recipe, World, write_zip

from evidence.i18n import LANGUAGES
from evidence.model import Case, MinorAnswer
from evidence.session import AddedMethod, Checked, HandedFile, ScreenAccess, WithPassphrase, hand_over
from ui.main_window import MainWindow
from ui.page import Page
from ui.pages.handing import Handed
from ui.rooms import ROOMS
from ui.theme import contrast

CONTROLS = {
    QAccessible.Role.PushButton, QAccessible.Role.CheckBox, QAccessible.Role.RadioButton, QAccessible.Role.ComboBox,
    QAccessible.Role.EditableText, QAccessible.Role.List, QAccessible.Role.ProgressBar, QAccessible.Role.Button,
    QAccessible.Role.ListItem,
}  # fmt: skip
WRAPPED = int(Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextShowMnemonic)
OFFICER = ("details_button", "contents_button", "print_button", "receipt_button")
SIZES = {100: (1120, 760), 200: (1440, 960)}


@pytest.fixture
def pages(
    case: Case, window: MainWindow, qtbot: QtBot, settle: Callable[[], None], tmp_path: Path
) -> list[tuple[str, Callable[[], None]]]:
    """Every state of every page worth looking at, by name, with what shows it. There is one exhibit of each kind."""
    picture, words = tmp_path / "a picture with a rather long name that goes on.png", tmp_path / "words.txt"
    Image.new("RGB", (64, 48), (90, 120, 130)).save(picture)
    words.write_text("sample")
    window.case.add_files([picture, words], note="what I saw")
    settle()
    window.desk.session.place.add_note(case.id, "what happened, in rather many words " * 4)
    key = window.case.list.rows.rows[0].key

    def chooser() -> None:
        window.show_capture(case.id, kind="files")
        window.capture.choose_button.click()

    def web_failed() -> None:
        window.show_web(case.id)
        window.web.show_failed(failed_page())

    def trouble() -> None:
        window.show_verify(tmp_path / "nothing")
        window.verify.check()

    found: dict[tuple[Path, ...], Sequence[Checked]] = {}

    def checked(*paths: Path, part: str = "") -> Callable[[], None]:
        def show() -> None:
            page = window.verify
            window.show_verify(paths[0])
            if paths not in found:  # checking itself is the same in every language
                page._name(paths)
                page.check()
                settle()
                found[paths] = page.found
            page._checked(found[paths])
            if part:
                getattr(page, part).click()

        return show

    package, sealed = (
        write_zip(Recipe(World()).build(), tmp_path / "a package with a rather long name.zip"),
        tmp_path / "e",
    )
    [locked] = hand_over(package, sealed, protection=WithPassphrase("four calm otters reading"))

    def filters() -> None:
        window.show_case(case.id)
        window.case.sieve.more_button.setChecked(True)

    def less() -> None:
        window.show_exhibit(case.id, key)
        settle()
        window.exhibit.keep_less.ask()

    def more() -> None:
        window.show_exhibit(case.id, key)
        window.exhibit.more_button.setChecked(True)

    def covered_parts() -> None:
        window.show_redact(case.id, key)
        settle()
        window.redact.cover(3, 3, 20, 20)

    def minor() -> None:
        window.show_capture(case.id)
        window.capture.take()

    def portal(page: Any) -> None:
        settle()
        page.place._take_access(ScreenAccess("portal", asks=True, writes_copy=True, chooses_film=True))

    def portal_screen() -> None:
        window.show_capture(case.id)
        portal(window.capture)

    def portal_record() -> None:
        window.show_record(case.id)
        portal(window.record)

    def photos() -> None:
        window.show_capture(case.id, kind="files")
        window.capture.method.box.setCurrentIndex(1)

    def steps() -> None:
        window.steps.walk = None
        window.show_steps(case.id)

    def walking() -> None:
        window.show_steps(case.id)
        window.steps._begin()
        settle()

    def holding() -> None:
        window.show_exhibit(case.id, key)
        settle()
        window.exhibit.hold_back.ask()

    def upkeep() -> None:
        window.show_upkeep()
        settle()
        window.upkeep.check()

    def written() -> None:
        window.show_way("shares")
        window.way.changed(AddedMethod(window.upkeep.slots[0], ("calm otters reading " * 11, "b", "c")))

    def by_shares() -> None:
        window.show_rekey()
        window.rekey.present.choose("shares")

    def rekeyed() -> None:
        window.show_rekey()
        window.rekey.show_key("calm otters reading " * 8)

    def handed() -> None:
        window.show_handing(case.id)
        settle()
        file = HandedFile(tmp_path / "a package with a rather long name that goes on.zip.zip", 4096, "5" * 64)
        window.handing.show_handed(Handed([file], "eight words that are shown once and never again"))

    return [
        ("cases", window.show_cases),
        ("case", lambda: window.show_case(case.id)),
        ("case filters", filters),
        ("capture screen", lambda: window.show_capture(case.id)),
        ("capture files", lambda: window.show_capture(case.id, kind="files")),
        ("capture link", lambda: window.show_capture(case.id, kind="link")),
        *((room.key, partial(window.show_room, case.id, room.key)) for room in ROOMS),
        ("minor", minor),
        ("without media", lambda: window.show_without_media(case.id, MinorAnswer.YES)),
        ("holding back", holding),
        ("web", lambda: window.show_web(case.id, url="http://example.org/a/rather/long/address?with=parameters")),
        ("web failed", web_failed),
        ("record", lambda: window.show_record(case.id)),
        ("photos of a phone", photos),
        ("capture through a portal", portal_screen),
        ("record through a portal", portal_record),
        ("steps", steps),
        ("steps walking", walking),
        ("watch", lambda: window.show_watch(case.id)),
        ("detectors", window.show_detectors),
        ("loose", partial(window.show_loose, case.id)),
        ("chooser", chooser),
        ("exhibit", lambda: window.show_exhibit(case.id, key)),
        ("more of an exhibit", more),
        ("package", lambda: window.show_package(case.id)),
        ("verify", window.show_verify),
        ("verified", checked(package)),
        *((part, checked(package, part=part)) for part in OFFICER),
        ("many", checked(package, locked.path, tmp_path / "nothing.zip")),
        ("locked", checked(locked.path)),
        ("trouble", trouble),
        ("settings", window.show_settings),
        ("keep less", less),
        ("redact picture", covered_parts),
        ("redact text", lambda: window.show_redact(case.id, window.case.list.rows.rows[1].key)),
        ("upkeep", upkeep),
        ("rekey", window.show_rekey),
        ("rekey by shares", by_shares),
        ("rekeyed", rekeyed),
        *(
            (kind, partial(window.show_way, kind))
            for kind in ("passphrase", "recovery_key", "public_key", "strengthen", "revoke")
        ),
        ("shares", written),
        ("handing", lambda: window.show_handing(case.id)),
        ("handed", handed),
        ("help", partial(over, window, window.show_help)),
        ("help lines", partial(over, window, window.show_help_lines)),
    ]


def over(window: MainWindow, show: Callable[[], None]) -> None:
    """A sheet over the settings."""
    window.show_settings()
    show()
    QTest.qWait(50)


def unnamed(root: QWidget) -> list[str]:
    """Controls that a screen reader could only call by their kind."""
    found = []
    for node in walk(QAccessible.queryAccessibleInterface(root)):
        if node.role() in CONTROLS and not node.text(QAccessible.Text.Name).strip() and not node.state().invisible:
            found.append(f"{node.role().name}: {node.object()}")
    return found


def walk(node: QAccessibleInterface | None) -> Iterator[QAccessibleInterface]:
    """The accessibility tree, what is shown of it."""
    if node is None or not node.isValid() or node.state().invisible:
        return
    yield node
    for position in range(node.childCount()):
        yield from walk(node.child(position))


def clipped(root: QWidget) -> list[str]:
    """Words that do not fit into the widget that shows them."""
    found = []
    for label in root.findChildren(QLabel):
        if not label.isVisible() or not label.text():
            continue
        if label.wordWrap():
            words = label.fontMetrics().boundingRect(
                QRect(0, 0, label.contentsRect().width(), 100_000), WRAPPED, label.text()
            )
            if words.height() > label.height() + 2 or words.width() > label.width() + 1:
                found.append(f"label {label.text()!r}: {words.size()} in {label.size()}")
        elif label.sizeHint().width() > label.width() + 1:
            found.append(f"label {label.text()!r}")
    for button in root.findChildren(QAbstractButton):
        if button.isVisible() and button.text():
            needed = (
                button.fontMetrics().boundingRect(QRect(), int(Qt.TextFlag.TextShowMnemonic), button.text()).width()
            )
            if isinstance(button, QCheckBox | QRadioButton):
                option = QStyleOptionButton()
                button.initStyleOption(option)
                element = (
                    QStyle.SubElement.SE_CheckBoxContents
                    if isinstance(button, QCheckBox)
                    else QStyle.SubElement.SE_RadioButtonContents
                )
                room = button.style().subElementRect(element, option, button).width()
            else:
                icon = 0 if button.icon().isNull() else button.iconSize().width() + 4
                room = button.width() - icon
            if needed > room:
                found.append(f"button {button.text()!r}: {needed} in {room}")
    for box in root.findChildren(QComboBox):
        choice = QStyleOptionComboBox()
        box.initStyleOption(choice)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = box.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, choice, part, box).width()
        needed = box.fontMetrics().horizontalAdvance(box.currentText())
        if box.isVisible() and needed > room:
            found.append(f"choice {box.currentText()!r}: {needed} in {room}")
    for line in root.findChildren(QLineEdit):
        if line.isVisible() and line.height() < line.fontMetrics().height():
            found.append(f"line {line.accessibleName()!r}")
    return found


def covered(root: QWidget) -> list[str]:
    """Words and controls that overlap their neighbours."""
    found = []
    shown = [
        w for w in root.findChildren(QWidget) if w.isVisible() and isinstance(w, QLabel | QAbstractButton | QLineEdit)
    ]
    boxes = [
        (w, area_of(w), QRect(w.mapTo(root, QPoint(0, 0)), w.size())) for w in shown if w.size().width() > 1
    ]  # fmt: skip
    for position, (one, area, box) in enumerate(boxes):
        for other, its_area, its in boxes[position + 1 :]:
            if one.isAncestorOf(other) or other.isAncestorOf(one):
                continue
            # What is scrolled out of its own area is under nothing; within one area all of it counts.
            seen, its_seen = (box, its) if area is its_area else (within(root, area, box), within(root, its_area, its))
            if seen.intersects(its_seen):
                found.append(f"{_words(one)} over {_words(other)}")
    return found


def area_of(widget: QWidget) -> QAbstractScrollArea | None:
    """The scroll area that ``widget`` stands in."""
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QAbstractScrollArea):
        above = above.parentWidget()
    return above


def within(root: QWidget, area: QAbstractScrollArea | None, box: QRect) -> QRect:
    """What of ``box`` is not scrolled out of ``area``."""
    if area is None:
        return box
    port = area.viewport()
    return box.intersected(QRect(port.mapTo(root, QPoint(0, 0)), port.size()))


TARGET = 24
"""Pixels of the least target (WCAG 2.2, 2.5.8)."""


def small(root: QWidget) -> list[str]:
    """Controls that are hard to hit."""
    return [
        f"{_words(widget)!r} is {widget.width()} x {widget.height()}"
        for widget in root.findChildren(QWidget)
        if isinstance(widget, QAbstractButton | QLineEdit | QComboBox | QAbstractItemView)
        and widget.isVisible()
        and not isinstance(widget.parent(), QComboBox | QAbstractSpinBox)
        and min(widget.width(), widget.height()) < TARGET
    ]


def faint(root: QWidget, least: float = 4.5) -> list[str]:
    """Words whose darkest and lightest pixels are too near to each other, measured on what is drawn."""
    found = []
    image = root.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    ratio = image.devicePixelRatio()
    rows = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    pixels = rows[:, : image.width()]
    for widget in root.findChildren(QWidget):
        if not isinstance(widget, QLabel | QAbstractButton) or not widget.isVisible() or not _words_of(widget).strip():
            continue
        box = within(root, area_of(widget), QRect(widget.mapTo(root, QPoint(0, 0)), widget.size()))
        if isinstance(widget, QLabel) and not widget.pixmap().isNull():
            continue
        drawn = box.intersected(root.rect())
        if drawn.height() < widget.height() or drawn.width() < 8:
            continue  # scrolled away, in part at least
        inner = drawn.adjusted(3, 3, -3, -3)
        left, top, right, bottom = (
            round(side * ratio) for side in (inner.left(), inner.top(), inner.right() + 1, inner.bottom() + 1)
        )
        values, counts = np.unique(pixels[top:bottom, left:right], return_counts=True)
        if not len(values):
            continue
        ground = f"#{int(values[counts.argmax()]) & 0xFFFFFF:06x}"
        best = max(contrast(ground, f"#{int(value) & 0xFFFFFF:06x}") for value in values)
        if best < least:
            found.append(f"{_words_of(widget)[:40]!r}: {best:.1f} to 1")
    return found


def _words_of(widget: QWidget) -> str:
    return str(getattr(widget, "text", lambda: "")())


def problems_of(root: QWidget) -> list[str]:
    """Everything that is wrong with what is shown."""
    return [*unnamed(root), *clipped(root), *covered(root), *shared_mnemonics(root), *cut_off(root), *small(root)]


def cut_off(root: QWidget) -> list[str]:
    """Pages that are wider than their window: reading them would need scrolling in two directions."""
    return [
        f"{type(page).__name__} is {page.area.widget().width()} wide in {page.area.viewport().width()}"
        for page in root.findChildren(Page)
        if page.isVisible() and page.area.widget().width() > page.area.viewport().width()
    ]


def _words(widget: QWidget) -> str:
    return str(getattr(widget, "text", lambda: "")() or widget.accessibleName() or widget)


@pytest.mark.parametrize("percent", SIZES)
def test_every_page_in_every_language_is_named_and_whole(
    window: MainWindow, pages: list[tuple[str, Callable[[], None]]], settle: Callable[[], None], qapp: QApplication,
    percent: int,
) -> None:  # fmt: skip
    """No unnamed control, no clipped or covered words, in Korean, English and French."""
    window.resize(*SIZES[percent])
    problems = []
    for language in LANGUAGES:
        window.desk.change(text_percent=percent, language=language)
        for name, show in pages:
            show()
            settle()
            for problem in problems_of(window):
                problems.append(f"{language} {name}: {problem}")
    assert not problems, "\n".join(problems)


def test_pages_before_a_vault_is_open_are_named_and_whole(
    window: MainWindow, settle: Callable[[], None], qapp: QApplication
) -> None:
    """The start and the making of a vault, at both sizes of text."""
    problems = []
    for (percent, size), language in itertools.product(SIZES.items(), LANGUAGES):
        window.resize(*size)
        window.desk.change(text_percent=percent, language=language)
        for show in (
            *(partial(welcomed, window, step) for step in range(4)), partial(on_paper, window, False),
            partial(on_paper, window, True), window.show_start, partial(by, window, "shares"),
            partial(by, window, "public_key"), window.show_create,
            window.show_restore, partial(by, window, "shares", restores=True),
            partial(by, window, "public_key", restores=True), window.show_verify, window.show_settings,
        ):  # fmt: skip
            show()
            settle()
            problems += [f"{language} {percent}: {problem}" for problem in problems_of(window)]
            window.create_page.forget()
    assert not problems, "\n".join(problems)


def by(window: MainWindow, kind: str, *, restores: bool = False) -> None:
    """The start, or the page that restores, asking for another kind of secret than a passphrase."""
    (window.show_restore if restores else window.show_start)()
    secret = window.restore.present if restores else window.start.opening
    secret.choose(kind)


def welcomed(window: MainWindow, step: int) -> None:
    """One of the first steps, with the most advice."""
    window.show_welcome()
    for who in ("home", "managed", "watched"):
        window.welcome.answers[who].setChecked(True)
    window.welcome.go_to(step)


def on_paper(window: MainWindow, is_asked: bool) -> None:
    """The recovery key, shown or asked for."""
    page = window.create_page
    page.forget()
    window.show_create()
    page.form.hide()
    page.key_card.show_key("-".join(["4MR7"] * 9))
    page.key_card.show()
    page.written.setChecked(is_asked)


def is_tab_stop(widget: QWidget) -> bool:
    """Whether Tab must stop there; in a group it stops once, and the arrows do the rest."""
    if not widget.isVisible() or not widget.isEnabled() or not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return False
    is_in_group = isinstance(widget, QAbstractButton) and widget.group() is not None
    return not is_in_group and not isinstance(widget.parent(), QComboBox | QAbstractSpinBox)


@pytest.mark.parametrize("look, percent", [("light", 100), ("dark", 100), ("contrast", 200)])
def test_every_word_can_be_told_from_its_ground(
    window: MainWindow, pages: list[tuple[str, Callable[[], None]]], settle: Callable[[], None], look: str, percent: int
) -> None:
    """On every page, on what is really drawn; high contrast with large text, where nothing may be cut either."""
    window.resize(*SIZES[percent])
    window.desk.change(look=look, text_percent=percent, language="fr" if percent == 200 else "ko")
    problems = []
    for name, show in [*pages, ("start", window.show_settings)]:
        show()
        settle()
        problems += [f"{name}: {problem}" for problem in faint(window, 7 if look == "contrast" else 4.5)]
        if look == "contrast":
            problems += [f"{name}: {problem}" for problem in problems_of(window)]
    assert not problems, "\n".join(problems)


def test_every_control_can_be_reached_with_the_keyboard(
    window: MainWindow,
    pages: list[tuple[str, Callable[[], None]]],
    settle: Callable[[], None],
    press: Callable[..., None],
    qapp: QApplication,
) -> None:
    """Tab, and the arrows within a group, come by every control, and the focus is seen on each."""
    problems = []
    for name, show in pages:
        show()
        settle()
        page = window.stack.currentWidget()
        assert isinstance(page, Page)
        wanted = {widget for widget in window.findChildren(QWidget) if is_tab_stop(widget)}
        seen: list[QWidget] = []
        while (focus := qapp.focusWidget()) is not None and focus not in seen:
            seen.append(focus)
            if not window.ring.isVisible() or window.ring.width() < focus.width():
                problems.append(f"{name}: no ring around {_words(focus)}")
            press(Qt.Key.Key_Tab)
        problems += [f"{name}: cannot reach {_words(widget)}" for widget in wanted - set(seen)]
    assert not problems, "\n".join(problems)


def test_a_screen_reader_hears_where_it_is(window: MainWindow, case: Case) -> None:
    """What leads to a page is a button that says when its page is shown; one of several is a radio button."""
    QAccessible.setActive(True)
    window.show_settings()
    found = {way: QAccessible.queryAccessibleInterface(way) for way in (window.cases_way, window.settings_way)}
    assert {node.role() for node in found.values()} == {QAccessible.Role.Button}
    said = [node.text(QAccessible.Text.Description) for node in found.values()]
    assert said == ["Cases", "This page is shown now."], "without words of its own it is described by its tool tip"
    window.desk.change(language="fr")
    assert found[window.settings_way].text(QAccessible.Text.Description) == "Cette page est affichée."
    window.show_room(case.id, "notes")
    assert found[window.settings_way].text(QAccessible.Text.Description) == "Réglages"
    rooms = window.room("notes").bar.ways
    nodes = {key: QAccessible.queryAccessibleInterface(way) for key, way in rooms.items()}
    assert {node.role() for node in nodes.values()} == {QAccessible.Role.RadioButton}
    assert [key for key, node in nodes.items() if node.state().checked] == ["notes"]


def shared_mnemonics(root: QWidget) -> list[str]:
    """Alt and a letter must mean one thing; a letter that no keyboard has with Alt is no help."""
    found = []
    taken: dict[str, str] = {}
    for widget in (*root.findChildren(QAbstractButton), *root.findChildren(QLabel)):
        words = widget.text().replace("&&", "")
        if not widget.isVisible() or "&" not in words or (isinstance(widget, QLabel) and widget.buddy() is None):
            continue
        letter = words[words.index("&") + 1].upper()
        if not letter.isascii() or not letter.isalpha():
            found.append(f"{words!r} has no letter")
        if letter in taken:
            found.append(f"{letter}: {taken[letter]!r} and {words!r}")
        taken[letter] = words
    return found


def test_the_walk_notices_what_it_is_for(qtbot: QtBot) -> None:
    """A nameless button, cut words, words over words and a letter with two meanings are each found."""
    QAccessible.setActive(True)
    root = QWidget()
    qtbot.addWidget(root)
    root.resize(400, 300)
    nameless = QPushButton(root)
    nameless.setGeometry(0, 0, 40, 30)
    cut = QLabel("words that are far too long for this little place", root)
    cut.setWordWrap(True)
    cut.setGeometry(0, 50, 60, 14)
    over = QLabel("over it", root)
    over.setGeometry(10, 55, 80, 20)
    first, second = QPushButton("&Open", root), QPushButton("N&ot now", root)
    first.setGeometry(0, 120, 150, 40)
    second.setGeometry(0, 180, 150, 40)
    tiny, pale = QPushButton("x", root), QLabel("hardly to be seen", root)
    tiny.setGeometry(200, 120, 20, 20)
    pale.setGeometry(200, 180, 160, 30)
    pale.setStyleSheet("color: #D8D8D8; background: #FFFFFF;")
    root.show()
    assert len(small(root)) == 1
    assert [problem for problem in faint(root) if "hardly to be seen" in problem]
    assert len(unnamed(root)) == 1
    assert any("far too long" in problem for problem in clipped(root))
    assert len(covered(root)) == 1
    assert len(shared_mnemonics(root)) == 1
