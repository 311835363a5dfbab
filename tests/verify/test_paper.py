"""The printed verification report: whole, embedded, in three languages."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from support.sample_package import Files

from app.verify.command import main
from app.verify.fonts import find_font
from evidence.errors import EvidenceError
from evidence.i18n import Language, texts
from evidence.model import VerificationReport
from evidence.verify import Trust
from evidence.verify.paper import render_pdf
from evidence.verify.untrusted.pdftext import words_of

Verify = Callable[..., VerificationReport]


@pytest.fixture(scope="module")
def font() -> Path:
    try:
        return find_font()
    except EvidenceError:
        pytest.skip("there is no Korean font on this computer")


def words(pdf: bytes) -> str:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return words_of(document)


def test_it_says_what_the_text_says(language: Language, font: Path, verify_files: Verify, valid_files: Files) -> None:
    t = texts(language)
    damaged = {path: data for path, data in valid_files.items() if path != "02_items.csv"}
    for report in (verify_files(valid_files), verify_files(damaged, Trust())):
        text = words(render_pdf([report], t, font))
        for claim in report.claims:
            assert t.code("name", f"claim.{claim.name.value}").replace(" ", "") in text.replace("\xa0", "")
        assert report.facts["manifest_sha256"] in text
        assert ("02_items.csv" in text) == bool(report.damaged)


def test_every_font_is_embedded(font: Path, verify_files: Verify, valid_files: Files) -> None:
    data = render_pdf([verify_files(valid_files, Trust())], texts("ko"), font)
    with pikepdf.open(io.BytesIO(data)) as document:
        found = [each for each in document.objects if isinstance(each, pikepdf.Dictionary) and "/BaseFont" in each]
        assert found
        assert all("/FontFile2" in each.FontDescriptor for each in found)


def test_hostile_names_and_many_of_them_are_printed_safely(
    font: Path, verify_files: Verify, valid_files: Files
) -> None:
    report = verify_files(valid_files | {"evil\x1b<b>\u202e&.txt": b""})
    many = replace(report, damaged=tuple(f"data/{'x' * 300}/{number}" for number in range(500)))
    text = words(render_pdf([report, many], texts("en"), font))
    assert "evil\\x1b<b>\\u202e&.txt" in text
    assert "and300more" in text


def test_a_report_is_never_written_over(tmp_path: Path, font: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from support.sample_package import Recipe, World, write_zip

    package = write_zip(Recipe(World()).build(), tmp_path / "p.zip")
    target = tmp_path / "report.pdf"
    assert main([str(package), "--report", str(target)]) == 3
    assert target.read_bytes().startswith(b"%PDF")
    assert main([str(package), "--report", str(target)]) == 2
    assert main([str(package), "--report", str(tmp_path / "no" / "where.pdf")]) == 2
    assert "report.pdf" in capsys.readouterr().err


def test_what_is_no_font_is_an_error(tmp_path: Path, verify_files: Verify, valid_files: Files) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"not a font")
    with pytest.raises(EvidenceError, match="bad_font"):
        render_pdf([verify_files(valid_files)], texts("en"), tmp_path / "broken.ttf")
