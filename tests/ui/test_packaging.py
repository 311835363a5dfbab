"""Packages through the window: the draft that is read first, keys of one's own, a second signature."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    pkcs12,
)
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from support.pki import SignerKeys, TestPki

from evidence.model import Case, Exposure
from ui.main_window import MainWindow
from ui.pages.draft import DraftSheet
from ui.signing import FILE, PAIR, TOKEN, VAULT

PASSWORD = "open sesame"


@pytest.fixture
def keys() -> SignerKeys:
    """Someone's key with a certificate of a test authority."""
    return TestPki().signer()


@pytest.fixture
def key_file(tmp_path: Path, keys: SignerKeys) -> Path:
    """The same as a PKCS #12 file."""
    path = tmp_path / "me.p12"
    path.write_bytes(pkcs12.serialize_key_and_certificates(
        b"me", keys.key, keys.certificate, list(keys.chain), BestAvailableEncryption(PASSWORD.encode())
    ))  # fmt: skip
    return path


@pytest.fixture
def ready(opened: MainWindow, case: Case, tmp_path: Path, settle: Callable[[], None], qtbot: QtBot) -> MainWindow:
    """The page that makes packages, of a case with one exhibit."""
    path = tmp_path / "words.txt"
    path.write_text("invented words", encoding="utf-8")
    session = opened.desk.session
    opened.desk.jobs.start(
        lambda _progress, _cancelled: session.add_files(case.id, [path]), lambda _items: None, pytest.fail
    )
    settle()
    opened.show_package(case.id)
    settle()
    opened.package.place.line.setText(str(tmp_path / "out"))
    return opened


def test_a_draft_is_read_page_by_page_before_anything_is_signed(
    ready: MainWindow, settle: Callable[[], None], press: Callable[..., None], tmp_path: Path, qtbot: QtBot
) -> None:
    page = ready.package
    page._exposure = {exhibit.item.id: Exposure.FULL for exhibit in page._exhibits}
    page.draft_button.click()
    settle()
    sheet = ready.stack.currentWidget()
    assert isinstance(sheet, DraftSheet)
    qtbot.waitUntil(lambda: sheet.pages > 0, timeout=10_000)
    settle()
    assert sheet.pages > 5 and "Page 1 of" in sheet.leaf.accessibleName()
    assert "Messages in October" in sheet.leaf.accessibleName()
    first = sheet.leaf.pixmap().toImage()
    press(Qt.Key.Key_PageDown)
    settle()
    second = sheet.leaf.pixmap().toImage()
    assert sheet.number == 1 and second.size() == first.size() and second != first
    assert {first.pixelColor(x, y).name() for x in (0, 9) for y in (0, 9)} == {"#ffffff"}
    assert not (tmp_path / "out").exists()
    sheet.back.click()
    settle()
    assert ready.stack.currentWidget() is page


def test_a_key_file_signs(
    ready: MainWindow, settle: Callable[[], None], key_file: Path, keys: SignerKeys, tmp_path: Path
) -> None:
    page = ready.package
    page.key.choose(FILE)
    page.make()
    settle()
    assert page.outcome is None and page.message.isVisible()
    page.key.file.line.setText(str(key_file))
    page.key.secret.line.setText("wrong")
    page.make()
    settle()
    assert page.outcome is None and "password" in page.message.sentence.text()
    page.key.secret.line.setText(PASSWORD)
    page.make()
    settle()
    assert page.outcome is not None
    assert page.outcome.made.signer_fingerprint == hashlib.sha256(keys.certificate_der).hexdigest()
    assert page.key.secret.line.text() == ""
    ready.lock()
    settle()
    assert page.key.kind == VAULT and page.key.file.line.text() == ""


@pytest.mark.parametrize("kind", [FILE, PAIR])
def test_a_second_person_signs(
    ready: MainWindow, settle: Callable[[], None], key_file: Path, keys: SignerKeys, tmp_path: Path, kind: int
) -> None:
    ready.package.make()
    settle()
    outcome = ready.package.outcome
    assert outcome is not None
    ready.show_handing(ready.package.case_id, outcome.made.package_id)
    settle()
    page = ready.handing
    page.second.sign()
    settle()
    assert "already" in page.message.sentence.text()
    page.second.key.choose(kind)
    if kind == FILE:
        page.second.key.file.line.setText(str(key_file))
    else:
        certificate, private = tmp_path / "signCert.der", tmp_path / "signPri.key"
        certificate.write_bytes(keys.certificate_der)
        private.write_bytes(
            keys.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD.encode()))
        )
        page.second.key.file.line.setText(str(certificate))
        page.second.sign()
        settle()
        assert page.message.isVisible()
        page.second.key.second.line.setText(str(private))
    page.second.key.secret.line.setText(PASSWORD)
    page.second.sign()
    settle()
    assert "proof/manifest.json.cosigned-1.p7s" in page.result_text.text()
    assert (Path(outcome.made.folder) / "proof/manifest.json.cosigned-1.p7s").exists()


def test_a_token_that_is_not_there_is_said(ready: MainWindow, settle: Callable[[], None], tmp_path: Path) -> None:
    page = ready.package
    page.key.choose(TOKEN)
    page.key.file.line.setText(str(tmp_path / "nowhere.so"))
    page.make()
    settle()
    assert page.outcome is None and page.message.isVisible()
    assert list(tmp_path.glob("out/*")) == []


def test_a_page_is_never_wider_than_the_window(ready: MainWindow, settle: Callable[[], None], qtbot: QtBot) -> None:
    ready.desk.change(text_percent=200)
    ready.package.draft_button.click()
    settle()
    sheet = ready.stack.currentWidget()
    assert isinstance(sheet, DraftSheet)
    qtbot.waitUntil(lambda: sheet.pages > 0 and not ready.desk.jobs.is_busy, timeout=10_000)
    assert sheet.leaf.pixmap().width() / sheet.leaf.pixmap().devicePixelRatio() <= sheet.area.viewport().width()
    ready.resize(900, 760)
    qtbot.waitUntil(
        lambda: sheet.leaf.pixmap().width() / sheet.leaf.pixmap().devicePixelRatio() <= sheet.area.viewport().width(),
        timeout=10_000,
    )


def test_small_files_for_an_upload_form(ready: MainWindow, settle: Callable[[], None], tmp_path: Path) -> None:
    ready.package.make()
    settle()
    ready.show_handing(ready.package.case_id)
    settle()
    page = ready.handing
    page.list.setCurrentIndex(page.list.rows.index(0))
    page.upload.write()
    settle()
    assert page.handed is None and page.message.isVisible()
    page.upload.place.line.setText(str(tmp_path / "upload"))
    page.upload.limit.setValue(2)
    page.upload.write()
    settle()
    assert page.handed is not None and "00_files.csv" in page.result_text.text()
    assert ready.desk.settings.upload_limit_mb == 2 and not page.secret.isVisible()


def test_notes_are_chosen_one_by_one(ready: MainWindow, case: Case, settle: Callable[[], None]) -> None:
    session, page = ready.desk.session, ready.package
    exhibit = page._exhibits[0].item
    assert not page.notes.isVisible()
    session.place.add_note(case.id, "about <b>the case</b>")
    session.add_note(exhibit.id, "about the exhibit")
    ready.show_package(case.id)
    settle()
    assert page.notes.isVisible() and page.notes.chosen() == frozenset()
    rows = page.notes.list.rows.rows
    assert [(row.title, row.tag) for row in rows] == [
        ("about <b>the case</b>", "about the case"), ("about the exhibit", "A-01"),
    ]  # fmt: skip
    page.notes.list.clicked.emit(page.notes.list.rows.index(1))
    page.make()
    settle()
    assert page.outcome is not None
    manifest = json.loads((Path(page.outcome.made.folder) / "proof" / "manifest.json").read_bytes())
    assert [note["text"] for note in manifest["notes"]] == ["about the exhibit"]
    ready.show_verify(Path(page.outcome.made.folder))
    ready.verify.check()
    settle()
    inside = ready.verify.contents
    assert not inside.notes.isVisible()
    ready.verify.contents_button.click()
    settle()
    assert [(row.title, row.tag) for row in inside.notes.rows.rows] == [("about the exhibit", "A-01")]
    assert inside.notes.isVisible() and inside.note_text.text() == "about the exhibit"
    ready.verify.contents_button.click()
    assert inside.note_text.text() == ""
    ready.show_package(case.id)
    settle()
    page._again()
    page.list.clicked.emit(page.list.rows.index(0))
    assert [row.title for row in page.notes.list.rows.rows] == ["about <b>the case</b>"]
    ready.lock()
    settle()
    assert page.notes.list.rows.rows == []
