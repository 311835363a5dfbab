"""File names that every system can hold."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.package.names import MAX_BYTES, safe_file_name, unique_file_name
from evidence.package.tables import safe_cell


@pytest.mark.parametrize(
    ("found", "safe"),
    [
        ("화면.png", "화면.png"),
        ("CON.txt", "_CON.txt"),
        ("con .txt", "_con .txt"),
        ("com1", "_com1"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("  dots. . ", "dots"),
        ("100%.txt", "100_.txt"),
        ("line\nbreak.txt", "linebreak.txt"),
        ("\u3164", "file"),
        ("", "file"),
        ("...", "file"),
        ("가".encode().decode() + "나.txt", "가나.txt"),
    ],
)
def test_unsafe_names_are_made_safe(found: str, safe: str) -> None:
    assert safe_file_name(found) == safe


def test_a_decomposed_name_is_composed() -> None:
    assert safe_file_name(unicodedata.normalize("NFD", "한글.txt")) == "한글.txt"


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_file_name("가" * 300 + ".jpeg")
    assert name.endswith(".jpeg")
    assert len(name.encode()) <= MAX_BYTES


def test_names_that_a_file_system_takes_for_the_same_are_told_apart() -> None:
    taken: set[str] = set()
    names = [unique_file_name(name, taken) for name in ("a.JPG", "A.jpg", "Ａ.jpg", "a.JPG", "ﬁ.txt", "fi.txt")]
    assert names == ["a.JPG", "A (2).jpg", "Ａ (3).jpg", "a (4).JPG", "ﬁ.txt", "fi (2).txt"]


@given(st.lists(st.text(max_size=200), max_size=8))
def test_no_name_escapes_or_collides(found: list[str]) -> None:
    taken: set[str] = set()
    names = [unique_file_name(name, taken) for name in found]
    assert len({unicodedata.normalize("NFKC", name.casefold()) for name in names}) == len(names)
    for name in names:
        assert name
        assert len(name.encode()) <= MAX_BYTES
        assert not set(name) & set('/\\:*?"<>|%\0')
        assert name == unicodedata.normalize("NFC", name)
        assert name[-1] not in ". "
        assert name not in (".", "..")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", " =1"])
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    assert safe_cell(cell).startswith("'")
    assert safe_cell("2026-11-21") == "2026-11-21"
