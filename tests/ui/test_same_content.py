"""What comes in again is said in the case and on the exhibit's page, in each language."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from evidence.i18n import LANGUAGES
from evidence.model import Case
from ui.main_window import MainWindow


@pytest.mark.parametrize(
    ("language", "said", "named"),
    [
        ("en", "A-02 has the same content as A-01.", "The same content: A-01"),
        ("fr", "La pièce A-02 a le même contenu que A-01.", "Même contenu: A-01"),
        ("ko", "증거물 A-02: A-01 증거물과 내용이 같습니다.", "내용이 같은 증거물: A-01"),
    ],
)
def test_what_comes_in_again_is_said(
    language: str,
    said: str,
    named: str,
    opened: MainWindow,
    case: Case,
    settle: Callable[[], None],
    tmp_path: Path,
) -> None:
    assert language in LANGUAGES
    opened.desk.change(language=language)
    path = tmp_path / "chat.txt"
    path.write_bytes(b"the same")
    opened.case.add_files([path])
    settle()
    assert "A-01" not in opened.case.message.advice.text()
    opened.case.add_files([path])
    settle()
    assert said in opened.case.message.advice.text()
    exhibits = opened.desk.session.exhibits(case.id)
    opened.show_exhibit(case.id, exhibits[1].item.id)
    settle()
    names = [label.accessibleName() for label in opened.exhibit.findChildren(QLabel)]
    assert named in names
