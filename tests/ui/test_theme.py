"""The design system keeps its promises: contrast, size, and advice in plain words."""

from __future__ import annotations

import re
import sys

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter
from pytestqt.qtbot import QtBot

from evidence.i18n import LANGUAGES
from ui import icons
from ui.rows import elided
from ui.theme import CONTRAST, DARK, LIGHT, Palette, Theme, contrast

TEXT_ON = [
    ("ink", "ground"), ("ink", "surface"), ("ink", "side"), ("quiet", "ground"), ("quiet", "surface"),
    ("quiet", "side"), ("on_accent", "accent"), ("on_accent", "accent_hover"), ("accent", "ground"),
    ("accent", "surface"), ("soft_ink", "soft"), ("care_ink", "care"), ("good_ink", "good"),
]  # fmt: skip
SHAPE_ON = [
    ("edge", "surface"), ("edge", "ground"), ("focus", "ground"), ("focus", "surface"), ("focus", "side"),
    ("focus", "soft"), ("care_edge", "care"), ("good_edge", "good"), ("accent", "soft"),
]  # fmt: skip


@pytest.mark.parametrize("palette", [LIGHT, DARK, CONTRAST], ids=["light", "dark", "contrast"])
def test_every_pair_has_enough_contrast(palette: Palette) -> None:
    """Text 4.5 to 1, borders of controls and the focus 3 to 1 (WCAG 2.2, 1.4.3, 1.4.11, 2.4.13)."""
    weak = [(one, two) for one, two in TEXT_ON if contrast(getattr(palette, one), getattr(palette, two)) < 4.5]
    weak += [(one, two) for one, two in SHAPE_ON if contrast(getattr(palette, one), getattr(palette, two)) < 3]
    assert not weak


def test_what_is_chosen_has_a_border_in_the_look_of_high_contrast() -> None:
    assert contrast(CONTRAST.soft_edge, CONTRAST.soft) >= 3 and contrast(CONTRAST.soft_edge, CONTRAST.surface) >= 3


def test_contrast_is_computed_as_wcag_says() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_style_sheet_is_filled_in(qtbot: QtBot, percent: int, language: str) -> None:
    sheet = re.sub(r"/\*.*?\*/", "", Theme(LIGHT, percent, language).stylesheet())
    assert len(sheet) > 5_000
    assert not {"@", "$", "%"} & set(sheet)


@pytest.mark.parametrize("name", ["cases", "screen", "verify", "lock", "settings", "package", "key", "check"])
def test_icons_are_drawn_in_the_colour_that_is_asked_for(qtbot: QtBot, name: str) -> None:
    image = icons.pixmap(name, "#2F6260", 24).toImage()
    drawn = [image.pixelColor(x, y) for x in range(24) for y in range(24) if image.pixelColor(x, y).alpha() > 250]
    assert drawn
    wanted = QColor("#2F6260")
    for colour in drawn:
        assert abs(colour.red() - wanted.red()) + abs(colour.green() - wanted.green()) <= 2


def test_painting_does_not_lose_references_to_none(qtbot: QtBot) -> None:
    """Some releases of the Qt binding did, until the interpreter died (immortal since Python 3.12)."""
    image = QImage(64, 64, QImage.Format.Format_RGB32)
    before = sys.getrefcount(None)
    painter = QPainter(image)
    for step in range(500):
        painter.fillRect(QRect(step % 60, 0, 4, 4), QColor("#2F6260"))
        painter.setPen(QColor("#25231F"))
        painter.drawText(QRect(0, 0, 60, 20), Qt.AlignmentFlag.AlignLeft, "x")
    painter.end()
    assert abs(sys.getrefcount(None) - before) < 200


def test_words_that_do_not_fit_two_lines_say_so(qtbot: QtBot) -> None:
    metrics = QFontMetrics(QFont())
    room = QSize(metrics.horizontalAdvance("four calm otters read"), 2 * metrics.lineSpacing())
    assert elided(metrics, "four calm otters read quietly", room) == "four calm otters read quietly"
    cut = elided(metrics, "four calm otters read quietly " * 3, room)
    assert cut.startswith("four calm otters read") and cut.endswith("…") and len(cut) < 60
    assert elided(metrics, "", room) == ""
