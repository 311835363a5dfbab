"""The design system: colours, type scale, spacing, and the style sheet made of them.

Quiet and warm: paper and ink, one deep sea green for what can be done, ochre for what needs attention. Every pair of
text and ground has a contrast of at least 4.5 to 1, every border of a control and every focus ring at least 3 to 1
(WCAG 2.2, 1.4.3 and 1.4.11); tests compute it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette

from resources import FOLDER

LATIN = ["Segoe UI", "SF Pro Text", "Helvetica Neue", "Inter", "Noto Sans", "Cantarell", "Ubuntu", "DejaVu Sans"]
KOREAN = [
    "Pretendard", "Malgun Gothic", "Apple SD Gothic Neo", "Noto Sans CJK KR", "Noto Sans KR", "NanumBarunGothic",
    "NanumGothic",
]  # fmt: skip
MONOSPACE = ["Cascadia Mono", "SF Mono", "Consolas", "Menlo", "Noto Sans Mono", "DejaVu Sans Mono", "NanumGothicCoding"]


class Palette(NamedTuple):
    """The colours of one look, as ``#RRGGBB``, by what they are for."""

    ground: str
    """Behind everything."""
    surface: str
    """Cards, fields, lists."""
    side: str
    """The bar with the ways to the pages."""
    ink: str
    quiet: str
    """Text of second rank."""
    line: str
    """Hair lines that carry no meaning."""
    edge: str
    """Borders of controls."""
    accent: str
    accent_hover: str
    on_accent: str
    soft: str
    """Ground of what is chosen."""
    soft_ink: str
    soft_edge: str
    """Border of what is chosen: seen where the grounds alone would hardly differ."""
    focus: str
    care: str
    """Ground of what needs attention."""
    care_ink: str
    care_edge: str
    good: str
    good_ink: str
    good_edge: str
    is_dark: bool


LIGHT = Palette(
    ground="#F7F5F1", surface="#FFFFFF", side="#EDEAE3", ink="#25231F", quiet="#5B564E", line="#DFDAD0", edge="#8A847A",
    accent="#2F6260", accent_hover="#254F4D", on_accent="#FFFFFF", soft="#DCE8E5", soft_ink="#1E4644",
    soft_edge="#DCE8E5", focus="#1F5FA8", care="#FAF0DC", care_ink="#523C10", care_edge="#9A6F1D", good="#E4EEE1",
    good_ink="#27452A", good_edge="#4F7D52", is_dark=False,
)  # fmt: skip
DARK = Palette(
    ground="#1F1E1C", surface="#2A2826", side="#191816", ink="#EFEBE4", quiet="#BCB6AB", line="#3B3935", edge="#88827A",
    accent="#8CC3BB", accent_hover="#A5D3CC", on_accent="#12201E", soft="#2E403D", soft_ink="#CFE7E2",
    soft_edge="#2E403D", focus="#8FBDF2", care="#3D3320", care_ink="#F2DFB5", care_edge="#C79A45", good="#27352A",
    good_ink="#CBE3CB", good_edge="#7FAE80", is_dark=True,
)  # fmt: skip
CONTRAST = Palette(
    ground="#000000", surface="#000000", side="#000000", ink="#FFFFFF", quiet="#FFFFFF", line="#FFFFFF", edge="#FFFFFF",
    accent="#FFE14D", accent_hover="#FFFFFF", on_accent="#000000", soft="#1F3B3B", soft_ink="#FFFFFF",
    soft_edge="#FFFFFF", focus="#5CE1FF", care="#000000", care_ink="#FFE14D", care_edge="#FFE14D", good="#000000",
    good_ink="#9CFF9C", good_edge="#9CFF9C", is_dark=True,
)  # fmt: skip

#: Sizes of text in pixels at 100 %.
SIZES = {"title": 26, "heading": 18, "lead": 16, "body": 15, "small": 13, "mono": 14}


def palette_for(look: str, *, is_dark_here: bool) -> Palette:
    """The colours for ``light``, ``dark``, ``contrast`` or ``system`` (as the computer is set)."""
    if look == "system":
        return DARK if is_dark_here else LIGHT
    return {"light": LIGHT, "dark": DARK, "contrast": CONTRAST}[look]


def is_dark_here() -> bool:
    """Whether the computer is set to dark windows. Before the program puts on a look of its own, the palette of its
    windows tells that; the better question names ``Qt`` (:mod:`ui.early`)."""
    found = QGuiApplication.palette()
    if not found.isBrushSet(QPalette.ColorGroup.Active, QPalette.ColorRole.Window):
        return found.color(QPalette.ColorRole.Window).lightness() < 128
    from PySide6.QtCore import Qt

    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


class Theme:
    """One look at one size of text."""

    def __init__(self, palette: Palette, percent: int = 100, language: str = "en") -> None:
        self.palette = palette
        self.percent = percent
        self.language = language
        # Letters of one language come from one font: a Korean font may lack an accent, a Latin one has no Hangul.
        self.families = KOREAN + LATIN if language == "ko" else LATIN + KOREAN

    def px(self, at_hundred: float) -> int:
        """Pixels at this size of text, from pixels at 100 %."""
        return max(1, round(at_hundred * self.percent / 100))

    def gap(self, at_hundred: float) -> int:
        """White space grows more slowly than text, so that large text keeps its room."""
        return max(1, round(at_hundred * (100 + (self.percent - 100) * 0.5) / 100))

    def font(self, kind: str = "body", *, bold: bool = False) -> QFont:
        """The font of one step of the type scale (a name of ``SIZES``)."""
        font = QFont()
        font.setFamilies(MONOSPACE if kind == "mono" else self.families)
        font.setPixelSize(self.px(SIZES[kind]))
        font.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
        return font

    def qpalette(self) -> QPalette:
        """The same colours for what Qt draws by itself."""
        p, made = self.palette, QPalette()
        role = QPalette.ColorRole
        colours = {
            role.Window: p.ground, role.WindowText: p.ink, role.Base: p.surface, role.AlternateBase: p.side,
            role.Text: p.ink, role.Button: p.surface, role.ButtonText: p.ink, role.Highlight: p.accent,
            role.HighlightedText: p.on_accent, role.ToolTipBase: p.surface, role.ToolTipText: p.ink,
            role.PlaceholderText: p.quiet, role.Link: p.accent, role.LinkVisited: p.accent, role.Mid: p.edge,
            role.Dark: p.edge, role.Light: p.line, role.BrightText: p.ink,
        }  # fmt: skip
        for part, colour in colours.items():
            made.setColor(part, QColor(colour))
        for part in (role.WindowText, role.Text, role.ButtonText):
            made.setColor(QPalette.ColorGroup.Disabled, part, QColor(p.quiet))
        return made

    def stylesheet(self) -> str:
        """The style sheet of a page, and of any window of its own."""
        return self.around() + _stylesheet(self.palette, self.percent, self.language, "window")

    def around(self) -> str:
        """The style sheet of what stands around a page: labels and buttons alone, worked through in a third of the
        time."""
        return _stylesheet(self.palette, self.percent, self.language, "around")

    def _filled_in(self, name: str) -> str:
        names = self.palette._asdict()
        shade = "dark" if self.palette.is_dark else "light"
        icons = str(FOLDER / "icons").replace("\\", "/")
        template = (FOLDER / "styles" / f"{name}.qss").read_text(encoding="utf-8")
        for name, value in sorted(names.items(), key=lambda pair: -len(pair[0])):
            template = template.replace(f"@{name}", str(value))
        for name in SIZES:
            template = template.replace(f"$text-{name}", f"{self.px(SIZES[name])}px")
        for number in (32, 30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 7, 6, 5, 4, 3, 2, 1):
            template = template.replace(f"${number}px", f"{self.px(number)}px")
        others = {
            "icons": icons,
            "shade": shade,
            "families": ", ".join(f'"{family}"' for family in self.families),
            "monospace": ", ".join(f'"{family}"' for family in MONOSPACE),
            "round": f"{self.px(20) // 2 + 1}px",
        }
        for name, value in others.items():
            template = template.replace(f"%{name}%", value)
        return template


@lru_cache(maxsize=16)
def _stylesheet(palette: Palette, percent: int, language: str, name: str) -> str:
    return Theme(palette, percent, language)._filled_in(name)


def contrast(first: str, second: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
