"""The officer's window: real packages dropped onto it, read, printed, answered with a receipt. No vault is open."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from support.sample_package import Files, Recipe, World, write_folder, write_zip

from evidence.manifest import MANIFEST, REPORT
from evidence.model import Answer, ClaimName, VerificationReport
from evidence.session import WithPassphrase, hand_over
from evidence.verify import load_receipt
from ui.main_window import MainWindow
from ui.pages.verify import VerifyPage

Settle = Callable[[], None]


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def valid_files(world: World) -> Files:
    return Recipe(world).build()


@pytest.fixture
def page(window: MainWindow, settle: Settle) -> VerifyPage:
    """The page, reached from the start without a vault."""
    window.start.verify_button.click()
    settle()
    assert window.stack.currentWidget() is window.verify
    return window.verify


@pytest.fixture
def known(page: VerifyPage, settle: Settle, tmp_path: Path, world: World) -> VerifyPage:
    """The officer has the signer's certificate and the authority's root."""
    signer, root = tmp_path / "signer.pem", tmp_path / "root.pem"
    signer.write_bytes(world.signer.certificate.public_bytes(Encoding.PEM))
    root.write_bytes(world.pki.root_pem)
    page.more_button.setChecked(True)
    page.trust.set_words(str(signer))
    page.tsa_roots.set_words(str(root))
    settle()
    return page


def png(colour: tuple[int, int, int]) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(stream, "PNG")
    return stream.getvalue()


def drop(page: VerifyPage, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    page.dropEvent(
        QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )


def words(page: VerifyPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def answers(report: VerificationReport | None) -> dict[ClaimName, Answer]:
    assert report is not None
    return {claim.name: claim.answer for claim in report.claims}


def test_a_dropped_package_is_read_in_one_panel(
    known: VerifyPage, settle: Settle, tmp_path: Path, valid_files: Files
) -> None:
    assert "Holdfast, of 22 November 2026, roots: 4" in known.lists.text(), "the shipped list is named"
    for path in (write_zip(valid_files, tmp_path / "p.zip"), write_folder(valid_files, tmp_path / "p")):
        drop(known, path)
        settle()
        said = answers(known.report)
        assert {claim for claim, answer in said.items() if answer is not Answer.YES} == {ClaimName.ORIGIN}
        assert known.verdict.head.text() == "Everything that can be told from the package is “yes”."
        shown = words(known)
        assert "cannot tell: The site or person really sent this" in shown
        assert "data/" not in shown, "what is inside is not shown before it is asked for"
        assert not known.list.isVisible()
        assert known.details_button.hasFocus()
    known.details_button.click()
    details = known.details_text.text()
    assert "12. yes" in details
    assert "Intact:" in details
    assert "List of time-stamping authorities: Holdfast, of 22 November 2026, roots: 4" in details


def test_a_fingerprint_in_words_is_trust_and_what_came_along_is_not(
    page: VerifyPage, settle: Settle, tmp_path: Path, valid_files: Files
) -> None:
    folder = write_folder(valid_files, tmp_path / "p")
    drop(page, folder)
    settle()
    assert answers(page.report)[ClaimName.SIGNER] is Answer.CANNOT_TELL
    assert page.report is not None
    page.more_button.setChecked(True)
    page.fingerprint.line.setText(page.report.facts["signer_words"].upper())
    page.check()
    settle()
    assert answers(page.report)[ClaimName.SIGNER] is Answer.YES
    page.fingerprint.line.setText("")
    page.trust.set_words(str(folder / "proof" / "certificates.pem"))
    page.check()
    settle()
    assert page.report is None
    assert page.message.isVisible()


def test_what_is_wrong_or_missing_is_said_at_once(
    known: VerifyPage, settle: Settle, tmp_path: Path, valid_files: Files
) -> None:
    """A damaged package, a report alone, and a format that came after this program."""
    name = next(path for path in valid_files if path.startswith("data/"))
    drop(known, write_zip(valid_files | {name: b"other"}, tmp_path / "damaged.zip"))
    settle()
    assert answers(known.report)[ClaimName.COMPLETE] is Answer.NO
    assert known.verdict.head.text().startswith("At least one answer is “no”")
    assert name in words(known)

    (tmp_path / "report.pdf").write_bytes(valid_files[REPORT])
    drop(known, tmp_path / "report.pdf")
    settle()
    said = answers(known.report)
    assert said[ClaimName.SIGNED] is Answer.YES
    assert said[ClaimName.COMPLETE] is Answer.CANNOT_TELL
    known.contents_button.click()
    settle()
    assert known.message.isVisible()
    assert known.contents.list.rows.rows == []

    manifest = json.loads(valid_files[MANIFEST])
    manifest["version"] = 99
    drop(known, write_zip(valid_files | {MANIFEST: json.dumps(manifest).encode()}, tmp_path / "newer.zip"))
    settle()
    assert known.verdict.head.text() == (
        "The package is of a newer format than this program knows: check it with a newer version."
    )


def test_a_stick_with_many_is_a_table(
    known: VerifyPage, settle: Settle, qtbot: QtBot, tmp_path: Path, valid_files: Files
) -> None:
    stick = tmp_path / "stick"
    write_folder(valid_files, stick / "a")
    write_zip(valid_files, stick / "b.zip")
    write_zip(valid_files | {"02_items.csv": b"x"}, stick / "c.zip")
    (stick / "d.zip").write_bytes(b"PK\x03\x04 no package")
    (stick / "holiday.txt").write_text("not one")
    drop(known, stick)
    settle()
    rows = known.list.rows.rows
    assert [row.title for row in rows] == ["a", "b.zip", "c.zip", "d.zip"]
    assert [row.tag for row in rows] == ["yes", "yes", "no", "no"]
    assert known.list.hasFocus()
    assert "4 packages · all yes: 2 · with a no: 2" in known.summary.text()
    known.details_button.setChecked(True)
    qtbot.keyClick(known.list, Qt.Key.Key_Down)
    qtbot.keyClick(known.list, Qt.Key.Key_Down)
    settle()
    assert known.position == 2
    assert not known.details.isVisible()
    assert "02_items.csv" in words(known)

    drop(known, stick / "b.zip", stick / "a", tmp_path / "gone.zip")
    settle()
    assert [row.tag for row in known.list.rows.rows] == ["yes", "yes", "not opened"]
    assert known.others.text() == "and 2 more"
    assert "could not be opened: 1" in known.summary.text()


def test_an_encrypted_hand_over_is_opened_with_its_passphrase(
    known: VerifyPage, settle: Settle, tmp_path: Path, valid_files: Files
) -> None:
    package = write_zip(valid_files, tmp_path / "p.zip")
    [handed] = hand_over(package, tmp_path / "out", protection=WithPassphrase("calm otters read slowly"))
    before = sorted(tmp_path.rglob("*"))
    drop(known, handed.path)
    settle()
    assert known.locked.isVisible()
    assert known.passphrase.line.hasFocus()
    assert not known.message.isVisible(), "what is only locked is no problem"
    known.passphrase.line.setText("wrong")
    known.unlock_button.click()
    settle()
    assert known.message.isVisible()
    assert known.locked.isVisible()
    known.passphrase.line.setText("calm otters read slowly")
    known.check()
    settle()
    assert answers(known.report)[ClaimName.COMPLETE] is Answer.YES
    assert not known.locked.isVisible()
    known.contents_button.click()
    settle()
    assert known.contents.list.rows.rows
    assert sorted(tmp_path.rglob("*")) == before, "nothing was unpacked"
    known.desk.go.show_settings()
    assert known.passphrase.line.text() == ""


def test_what_is_inside_is_shown_when_asked_and_gone_when_left(
    known: VerifyPage, settle: Settle, qtbot: QtBot, tmp_path: Path, world: World
) -> None:
    """Names first, then a picture, blurred; without blur only while it is held; nothing of it is written."""
    originals = {"A-01": [("chat.png", png((200, 60, 40))), ("notes.txt", b"words")]}
    drop(known, write_zip(Recipe(world).with_(originals=originals).build(), tmp_path / "p.zip"))
    settle()
    before = sorted(tmp_path.rglob("*"))
    known.contents_button.click()
    settle()
    part = known.contents
    assert [row.title for row in part.list.rows.rows] == ["A-01  chat.png", "A-01  notes.txt"]
    assert not part.picture.isVisible()
    part.show_button.click()
    settle()
    assert part.picture.isVisible()
    assert part.picture.has_picture
    assert not part.picture.is_revealed
    part.picture.setFocus()
    qtbot.keyPress(part.picture, Qt.Key.Key_Space)
    settle()
    assert part.picture.is_revealed
    qtbot.keyRelease(part.picture, Qt.Key.Key_Space)
    assert not part.picture.is_revealed
    part.list.setFocus()
    qtbot.keyClick(part.list, Qt.Key.Key_Down)
    assert not part.picture.isVisible()
    qtbot.keyClick(part.list, Qt.Key.Key_Return)
    settle()
    assert not part.picture.has_picture
    assert known.message.sentence.text() == "There is no picture to show"
    assert sorted(tmp_path.rglob("*")) == before
    known.desk.go.show_settings()
    settle()
    assert part.list.rows.rows == []
    assert not part.isVisible()

    known.desk.go.show_verify()
    write_zip(Recipe(world).build(), tmp_path / "p.zip")
    known.contents_button.click()
    settle()
    assert known.message.isVisible(), "it is no longer the package that was checked"
    assert part.list.rows.rows == []


def test_the_report_is_printed_in_three_languages(
    known: VerifyPage, settle: Settle, tmp_path: Path, valid_files: Files
) -> None:
    drop(known, write_zip(valid_files, tmp_path / "p.zip"))
    settle()
    known.print_button.click()
    out = tmp_path / "out"
    out.mkdir()
    known.printing.place.line.setText(str(out))
    seen = set()
    for position, (language, title) in enumerate(
        [("ko", "확인 보고서"), ("en", "Verification report"), ("fr", "Rapport de vérification")]
    ):
        known.printing.report_language.box.setCurrentIndex(position)
        known.printing.save()
        settle()
        [path] = set(out.iterdir()) - seen
        seen.add(path)
        assert path.name in known.printing.saved.text()
        with pikepdf.open(path) as pdf:
            assert str(pdf.docinfo["/Title"]) == title
            assert str(pdf.Root.Lang) == language


def test_a_receipt_is_signed_with_a_new_key_and_then_with_the_same(
    known: VerifyPage, settle: Settle, tmp_path: Path, valid_files: Files
) -> None:
    drop(known, write_zip(valid_files, tmp_path / "p.zip"))
    settle()
    known.receipt_button.click()
    part, out = known.receipt, tmp_path / "out"
    out.mkdir()
    part.sign()
    assert part.receiver.line.hasFocus()
    assert known.message.sentence.text() == "Still missing: Who received it"
    part.receiver.line.setText("수사관 김")
    part.makes_key.setChecked(True)
    part.key.line.setText(str(out))
    part.place.line.setText(str(out))
    part.password.line.setText("a password")
    part.sign()
    settle()
    written = part.written
    assert written is not None, known.message.sentence.text()
    read = load_receipt(written.path)
    assert read.receipt.receiver == "수사관 김"
    assert read.words == written.words == part.words.text()
    assert part.password.line.text() == ""
    assert not part.makes_key.isChecked()
    part.password.line.setText("a password")
    part.sign()
    settle()
    again = part.written
    assert again is not None
    assert again.path != written.path
    assert again.certificate_sha256 == written.certificate_sha256
    part.password.line.setText("wrong")
    part.sign()
    settle()
    assert known.message.isVisible()
    assert len(list(out.glob("receipt-*.json"))) == 2


def test_checking_can_be_stopped(known: VerifyPage, qtbot: QtBot, settle: Settle, tmp_path: Path) -> None:
    big = tmp_path / "big"
    (big / "data").mkdir(parents=True)
    (big / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    with (big / "data" / "x.bin").open("wb") as stream:
        stream.truncate(3_000_000_000)
    drop(known, big)
    qtbot.waitUntil(lambda: known.working.bar.value() > 0, timeout=20_000)
    known.working.stop.click()
    settle()
    assert known.report is None
    assert known.message.sentence.text() == "Stopped. Nothing that was already kept is lost."


def test_locking_drops_everything(opened: MainWindow, settle: Settle, tmp_path: Path, valid_files: Files) -> None:
    opened.show_verify(write_zip(valid_files, tmp_path / "p.zip"))
    opened.verify.check()
    settle()
    opened.verify.contents_button.click()
    opened.verify.passphrase.line.setText("secret")
    settle()
    opened.lock()
    settle()
    assert opened.verify.report is None
    assert opened.verify.place.line.text() == ""
    assert opened.verify.passphrase.line.text() == ""
    assert opened.verify.contents.list.rows.rows == []
    assert not opened.verify.verdict.isVisible()


def test_a_receipt_comes_home_on_the_packages_page(
    opened: MainWindow, settle: Settle, qtbot: QtBot, tmp_path: Path
) -> None:
    opened.cases.new.line.setText("Messages")
    opened.cases.begin()
    qtbot.waitUntil(lambda: opened.stack.currentWidget() is opened.case, timeout=10_000)
    settle()
    case_id = opened.case.case_id
    (tmp_path / "words.txt").write_text("sample")
    opened.case.add_files([tmp_path / "words.txt"])
    settle()
    opened.show_package(case_id)
    settle()
    opened.package.place.line.setText(str(tmp_path / "out"))
    opened.package.make()
    settle()
    outcome = opened.package.outcome
    assert outcome is not None
    opened.show_verify(Path(outcome.made.zip_file))
    opened.verify.check()
    settle()
    opened.verify.receipt_button.click()
    part = opened.verify.receipt
    part.makes_key.setChecked(True)
    for field, typed in ((part.receiver, "Officer"), (part.key, tmp_path), (part.place, tmp_path)):
        field.line.setText(str(typed))
    part.sign()
    settle()
    assert part.written is not None
    opened.show_handing(case_id)
    settle()
    bring = opened.handing.receipts
    bring.bring()
    assert bring.place.line.hasFocus()
    bring.place.line.setText(str(part.written.path))
    bring.bring()
    settle()
    assert bring.read is not None, opened.handing.message.sentence.text()
    assert part.written.words == bring.words.text()
    assert "Officer" in bring.said.text()
    bring.bring()
    settle()
    assert bring.read is None
    assert opened.handing.message.property("kind") == "care"
    kinds: list[str] = []
    session = opened.desk.session
    opened.desk.jobs.start(
        lambda _p, _c: [event.kind.value for event in session.events(case_id)], kinds.extend, lambda _e: None
    )
    settle()
    assert kinds.count("RECEIPT") == 1
