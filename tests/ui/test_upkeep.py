"""Looking after the vault in the window: ways to open it, check, backup, keep less, hand over. On a real session."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot
from support.pki import TestPki
from support.tsa import LoopbackTsa

from evidence.errors import EvidenceError
from evidence.model import Answer, Case, EventKind
from evidence.session import Given, open_vault
from evidence.store import Argon2Cost, keeper
from ui.main_window import MainWindow
from ui.pages import way
from ui.paper import PaperCard, groups

PASSPHRASE = "four calm otters reading"
NEW = "seven pale lanterns humming"
CHEAP = Argon2Cost(memory_kib=8 * 1024, passes=1, lanes=1)
Settle = Callable[[], None]


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase that is added costs as little to try as the first one of these tests."""
    monkeypatch.setattr(keeper, "tuned_cost", lambda: CHEAP)


@pytest.fixture
def upkeep(opened: MainWindow, settle: Settle) -> MainWindow:
    """The window with the page of the vault."""
    opened.show_upkeep()
    settle()
    return opened


@pytest.fixture
def item_id(case: Case, window: MainWindow, settle: Settle, tmp_path: Path) -> str:
    """A picture in the case; its id."""
    stream = io.BytesIO()
    Image.new("RGB", (320, 240), (40, 140, 90)).save(stream, "PNG")
    (tmp_path / "drawing.png").write_bytes(stream.getvalue())
    window.case.add_files([tmp_path / "drawing.png"])
    settle()
    return window.case.list.rows.rows[0].key


@pytest.fixture
def packaged(item_id: str, case: Case, window: MainWindow, settle: Settle, tmp_path: Path) -> Path:
    """A package of the case, as folder and ZIP; the ZIP."""
    window.show_package(case.id)
    settle()
    window.package.place.line.setText(str(tmp_path / "out"))
    window.package.make()
    settle()
    assert window.package.outcome is not None, window.package.message.sentence.text()
    return Path(window.package.outcome.made.zip_file)


@pytest.fixture
def private_key(upkeep: MainWindow, settle: Settle) -> X25519PrivateKey:
    """A counsellor's key; its public half opens copies of the vault."""
    private = X25519PrivateKey.generate()
    pem = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    session = upkeep.desk.session
    upkeep.desk.jobs.start(
        lambda _p, _c: session.unlock_methods.add_public_key(pem, by=Given(passphrase=PASSPHRASE)),
        lambda _added: None,
        lambda problem: pytest.fail(repr(problem)),
    )
    settle()
    return private


def kinds(window: MainWindow) -> list[str]:
    return [slot.kind for slot in window.upkeep.slots]


def change(window: MainWindow, settle: Settle, secret: str = PASSPHRASE) -> None:
    """Give the present passphrase and make the change of the shown form."""
    window.way.present.secret.line.setText(secret)
    window.way.do()
    settle()


def opens(window: MainWindow, settle: Settle, vault: Path, given: Given) -> bool:
    """Whether the locked vault opens with this."""
    window.lock()
    settle()
    outcome: list[object] = []

    def attempt(_progress: object, _cancelled: object) -> bool:
        open_vault(vault, given=given).lock()
        return True

    window.desk.jobs.start(attempt, outcome.append, outcome.append)
    settle()
    assert outcome[0] is True or isinstance(outcome[0], EvidenceError), outcome
    return outcome[0] is True


def test_it_is_reached_from_the_settings_with_the_keyboard(
    opened: MainWindow, qtbot: QtBot, settle: Settle, press: Callable[..., None], tab_to: Callable[[QWidget], None]
) -> None:
    opened.show_settings()
    settle()
    tab_to(opened.settings.upkeep_button)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.stack.currentWidget() is opened.upkeep, timeout=5_000)
    settle()
    assert kinds(opened) == ["passphrase", "recovery_key"]
    tab_to(opened.upkeep.adding[way.SHARES])
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.stack.currentWidget() is opened.way, timeout=5_000)
    press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: opened.stack.currentWidget() is opened.upkeep, timeout=5_000)


def test_another_passphrase_is_added(upkeep: MainWindow, settle: Settle, vault: Path) -> None:
    upkeep.upkeep.adding[way.PASSPHRASE].click()
    settle()
    upkeep.way.new.first.line.setText(NEW)
    upkeep.way.new.second.line.setText(NEW)
    upkeep.way.own_words.line.setText("for my sister")
    settle()
    change(upkeep, settle)
    assert upkeep.stack.currentWidget() is upkeep.upkeep
    assert upkeep.upkeep.message.isVisible()
    assert kinds(upkeep).count("passphrase") == 2
    assert any("for my sister" in row.detail for row in upkeep.upkeep.list.rows.rows)
    assert not upkeep.way.new.first.line.text()
    assert opens(upkeep, settle, vault, Given(passphrase=NEW))


def test_the_present_secret_is_asked_for_again(upkeep: MainWindow, settle: Settle, qapp: QApplication) -> None:
    """An unlocked window on a table is not enough."""
    upkeep.show_way(way.RECOVERY_KEY)
    settle()
    upkeep.way.do()
    settle()
    assert upkeep.way.present.secret.line.hasFocus()
    change(upkeep, settle, "not the passphrase")
    assert upkeep.way.message.sentence.text() == upkeep.desk.t.error(EvidenceError("vault.wrong_passphrase"))[0]
    assert not upkeep.way.written_card.isVisible()
    assert not upkeep.way.present.secret.line.text()
    upkeep.show_upkeep()
    settle()
    assert len(kinds(upkeep)) == 2


@pytest.mark.parametrize(("kind", "count"), [(way.RECOVERY_KEY, 1), (way.SHARES, 3)])
def test_what_must_be_written_down_is_shown_once(
    upkeep: MainWindow, settle: Settle, vault: Path, kind: str, count: int
) -> None:
    upkeep.show_way(kind)
    settle()
    change(upkeep, settle)
    page = upkeep.way
    card = page.written_card
    shown = [paper.words.text() for paper in card.papers if paper.isVisible()]
    assert len(shown) == count
    assert not card.continue_button.isEnabled()
    card.written.setChecked(True)
    assert not any(paper.isVisible() for paper in card.papers), "it is typed from the paper"
    card.fields[0].line.setText("not it")
    card.continue_button.click()
    assert upkeep.stack.currentWidget() is page and "is different" in card.outcome.text()
    tried(card)
    settle()
    assert upkeep.stack.currentWidget() is upkeep.upkeep
    everything = " ".join(label.text() for label in upkeep.findChildren(QLabel))
    assert all(words not in everything for words in shown)
    given = Given(recovery_key=shown[0]) if count == 1 else Given(shares=[shown[0], shown[2]])
    assert opens(upkeep, settle, vault, given)


def test_locking_drops_what_is_shown_once(upkeep: MainWindow, settle: Settle) -> None:
    upkeep.show_way(way.SHARES)
    settle()
    change(upkeep, settle)
    assert upkeep.way.written_card.papers[0].words.text()
    upkeep.lock()
    settle()
    assert not any(paper.words.text() for paper in upkeep.way.written_card.papers)
    assert not upkeep.upkeep.list.rows.rows


def test_a_counsellors_key_is_compared_before_it_is_added(
    upkeep: MainWindow, settle: Settle, vault: Path, tmp_path: Path
) -> None:
    private = X25519PrivateKey.generate()
    pem = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    (tmp_path / "key.pem").write_bytes(pem)
    page = upkeep.way
    upkeep.show_way(way.PUBLIC_KEY)
    settle()
    assert not page.do_button.isEnabled()
    page.pem.line.setText(str(tmp_path / "key.pem"))
    settle()
    assert page.finger_words.isVisible()
    fingerprint = page.finger_words.text().replace(" ", "")
    assert len(fingerprint) == 64
    page.compared.setChecked(True)
    change(upkeep, settle)
    assert upkeep.stack.currentWidget() is upkeep.upkeep
    assert upkeep.upkeep.slots[-1].fingerprint == fingerprint
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    assert opens(upkeep, settle, vault, Given(private_key=secret))


def test_a_file_that_is_no_key_is_said_calmly(upkeep: MainWindow, settle: Settle, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("no key")
    upkeep.show_way(way.PUBLIC_KEY)
    settle()
    upkeep.way.pem.line.setText(str(tmp_path / "key.pem"))
    settle()
    assert upkeep.way.message.sentence.text() == upkeep.desk.t.error(EvidenceError("vault.public_key_unusable"))[0]
    assert not upkeep.way.do_button.isEnabled()


def test_the_passphrase_is_changed(upkeep: MainWindow, settle: Settle, vault: Path) -> None:
    upkeep.upkeep.list.setCurrentIndex(upkeep.upkeep.list.rows.index(0))
    upkeep.upkeep.change_button.click()
    settle()
    upkeep.way.new.first.line.setText(NEW)
    upkeep.way.new.second.line.setText(NEW)
    change(upkeep, settle)
    assert upkeep.stack.currentWidget() is upkeep.upkeep
    assert not opens(upkeep, settle, vault, Given(passphrase=PASSPHRASE))
    assert opens(upkeep, settle, vault, Given(passphrase=NEW))


def test_guessing_is_made_slower(
    upkeep: MainWindow, settle: Settle, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = upkeep.upkeep
    (before,) = (slot.cost for slot in page.slots if slot.kind == "passphrase")
    assert before is not None
    for cost, said in (
        (before, "A guess takes about a second here already. Nothing changed."),
        (replace(before, passes=5), "Guessing this passphrase takes longer now."),
    ):
        monkeypatch.setattr("evidence.store.keeper.tuned_cost", lambda measured=cost: measured)
        page.list.setCurrentIndex(page.list.rows.index(0))
        page.strengthen_button.click()
        settle()
        assert not upkeep.way.present.by_key.isVisible(), "a random key is not guessed"
        change(upkeep, settle)
        assert upkeep.stack.currentWidget() is page
        assert page.message.sentence.text() == said
    assert "5 passes for a guess" in page.list.rows.rows[0].detail + page.list.rows.rows[1].detail
    upkeep.show_way(way.REVOKE, page.slots[0])
    settle()
    assert upkeep.way.present.by_key.isVisible()
    assert opens(upkeep, settle, vault, Given(passphrase=PASSPHRASE))


def test_a_way_is_taken_away_and_the_last_one_stays(upkeep: MainWindow, settle: Settle) -> None:
    page = upkeep.upkeep
    page.list.setCurrentIndex(page.list.rows.index(1))
    assert not page.change_button.isEnabled(), "a recovery key is not a passphrase"
    page.revoke_button.click()
    settle()
    change(upkeep, settle)
    assert kinds(upkeep) == ["passphrase"]
    assert not page.revoke_button.isEnabled()
    assert page.last_text.isVisible()


def test_the_way_that_was_given_cannot_be_taken_away(upkeep: MainWindow, settle: Settle) -> None:
    upkeep.upkeep.list.setCurrentIndex(upkeep.upkeep.list.rows.index(0))
    upkeep.upkeep.revoke_button.click()
    settle()
    change(upkeep, settle)
    assert upkeep.way.message.sentence.text() == upkeep.desk.t.error(EvidenceError("vault.last_slot"))[0]


def tried(card: PaperCard) -> None:
    """Say that it stands on paper, and type from there what is asked for."""
    card.written.setChecked(True)
    for field, (paper, number) in zip(card.fields, card.questions, strict=True):
        field.line.setText(groups(card.papers[paper].words.text())[number - 1].upper())
    card.continue_button.click()


@pytest.fixture
def rekey(upkeep: MainWindow, item_id: str, settle: Settle) -> MainWindow:
    """The window with the page of a new master key; the vault holds something."""
    upkeep.show_upkeep()
    settle()
    upkeep.upkeep.rekey_button.click()
    settle()
    return upkeep


def renew(window: MainWindow, settle: Settle, secret: str = PASSPHRASE) -> None:
    """Give the present passphrase, and make the new key."""
    window.rekey.present.secret.line.setText(secret)
    window.rekey.make()
    settle()


def test_a_new_master_key_is_made_from_the_window(rekey: MainWindow, settle: Settle, vault: Path) -> None:
    page, t = rekey.rekey, rekey.desk.t
    assert page.goes.text() == way.slot_words(t, page.slots[1])
    assert page.stays.text().splitlines()[0] == way.slot_words(t, page.slots[0])
    page.present.by_key.setChecked(True)
    assert page.goes.text() == way.slot_words(t, page.slots[0])
    page.present.by_passphrase.setChecked(True)
    old = (vault / "slots.json").read_bytes()
    renew(rekey, settle)
    assert page.key_card.isVisible(), page.message.sentence.text()
    assert (vault / "slots.json").read_bytes() != old
    assert not rekey.desk.is_open
    assert rekey.lock_way.isVisible()
    assert page.written.hasFocus()
    assert not page.key_card.continue_button.isEnabled()
    shown = page.key.text()
    rekey.show_settings()
    rekey.settings.back.click()
    assert rekey.stack.currentWidget() is page, "the key can be found again until it is written down"
    assert page.key.text() == shown
    tried(page.key_card)
    settle()
    assert rekey.stack.currentWidget() is rekey.upkeep
    assert rekey.upkeep.message.isVisible()
    assert kinds(rekey) == ["passphrase", "recovery_key"]
    assert shown not in " ".join(label.text() for label in rekey.findChildren(QLabel))
    assert opens(rekey, settle, vault, Given(recovery_key=shown))


def test_a_new_master_key_by_the_recovery_key_shows_none(upkeep: MainWindow, settle: Settle, vault: Path) -> None:
    """The key on paper stays; the passphrase goes, and that was said before."""
    upkeep.show_way(way.RECOVERY_KEY)
    settle()
    change(upkeep, settle)
    paper = upkeep.way.written_card.key.text()
    upkeep.show_rekey()
    settle()
    page = upkeep.rekey
    page.present.by_key.setChecked(True)
    assert upkeep.desk.t("The one that you give here; the others of its kind not") in page.stays.text()
    renew(upkeep, settle, paper)
    assert upkeep.stack.currentWidget() is upkeep.upkeep
    assert kinds(upkeep) == ["recovery_key"]
    assert not opens(upkeep, settle, vault, Given(passphrase=PASSPHRASE))
    assert opens(upkeep, settle, vault, Given(recovery_key=paper))


def test_a_wrong_secret_makes_no_new_key_and_the_vault_stays_open(
    rekey: MainWindow, settle: Settle, vault: Path
) -> None:
    old = (vault / "slots.json").read_bytes()
    rekey.rekey.make()
    assert rekey.rekey.present.secret.line.hasFocus()
    renew(rekey, settle, "not the passphrase")
    assert rekey.stack.currentWidget() is rekey.rekey
    assert rekey.rekey.message.sentence.text() == rekey.desk.t.error(EvidenceError("vault.wrong_passphrase"))[0]
    assert rekey.rekey.present.secret.line.hasFocus()
    assert (vault / "slots.json").read_bytes() == old
    rekey.show_cases()
    settle()
    assert len(rekey.cases.list.rows.rows) == 1


def test_damage_makes_no_new_key_and_the_vault_is_open_again(rekey: MainWindow, settle: Settle, vault: Path) -> None:
    for sealed in (vault / "objects").rglob("*"):
        if sealed.is_file():
            sealed.unlink()
    old = (vault / "slots.json").read_bytes()
    renew(rekey, settle)
    assert rekey.rekey.message.isVisible()
    assert not rekey.rekey.key_card.isVisible()
    assert (vault / "slots.json").read_bytes() == old
    rekey.show_cases()
    settle()
    assert len(rekey.cases.list.rows.rows) == 1
    assert opens(rekey, settle, vault, Given(passphrase=PASSPHRASE))


@pytest.mark.parametrize("locks", [False, True])
def test_stopping_a_new_key_leaves_a_vault_that_opens(
    rekey: MainWindow, settle: Settle, vault: Path, locks: bool
) -> None:
    """By the button, the vault is open again under its old key; by locking, it is locked, whichever key it has."""
    page = rekey.rekey
    page.present.secret.line.setText(PASSPHRASE)
    page.make()
    assert not page.back.isVisible()
    assert not rekey.desk.is_open
    if locks:
        rekey.lock()
    else:
        page.working.stop.click()
    settle()
    assert rekey.desk.is_open is not locks
    assert not page.key_card.isVisible()
    assert not page.key.text()
    assert (rekey.stack.currentWidget() is rekey.start) is locks
    assert opens(rekey, settle, vault, Given(passphrase=PASSPHRASE))


def test_what_does_not_open_again_is_locked_and_said(rekey: MainWindow, settle: Settle, vault: Path) -> None:
    def fail(*_given: object, **_named: object) -> NoReturn:
        raise EvidenceError("vault.open_elsewhere")

    rekey.desk.doors = rekey.desk.doors._replace(rekey_vault=fail, open_vault=fail)
    renew(rekey, settle)
    assert rekey.stack.currentWidget() is rekey.start
    assert rekey.start.message.sentence.text() == rekey.desk.t.error(EvidenceError("vault.open_elsewhere"))[0]
    assert not rekey.desk.is_open
    assert opens(rekey, settle, vault, Given(passphrase=PASSPHRASE))


def test_locking_drops_the_new_recovery_key(rekey: MainWindow, settle: Settle, vault: Path) -> None:
    renew(rekey, settle)
    assert rekey.rekey.key.text()
    rekey.lock()
    settle()
    assert not rekey.rekey.key.text()
    assert not rekey.rekey.slots
    assert opens(rekey, settle, vault, Given(passphrase=PASSPHRASE))


def test_checking_holds_the_vault_against_a_package(packaged: Path, window: MainWindow, settle: Settle) -> None:
    window.show_upkeep()
    settle()
    window.upkeep.earlier.line.setText(str(packaged))
    window.upkeep.check()
    settle()
    t = window.desk.t
    assert window.upkeep.result_title.text() == t("Everything is as it was sealed.")
    assert t("It contains everything that the earlier package stands for.") in window.upkeep.result_text.text()
    window.desk.change(language="ko")
    assert window.upkeep.result_title.text() == window.desk.t("Everything is as it was sealed.")
    window.upkeep.earlier.line.setText(str(packaged.parent))
    window.upkeep.check()
    settle()
    assert window.upkeep.message.isVisible()
    assert not window.upkeep.result.isVisible()


def test_damage_is_said_and_mended_from_the_backup(
    item_id: str, window: MainWindow, settle: Settle, vault: Path, tmp_path: Path
) -> None:
    page = window.upkeep
    window.show_upkeep()
    settle()
    before = page.place.hint.text()
    page.backup()
    assert page.place.hint.text() == "Choose the folder of the backup first."
    assert page.place.line.hasFocus()
    assert page.place.line.accessibleDescription() == page.place.hint.text()
    page.backup()
    page.place.line.setText(str(tmp_path / "backup"))
    assert page.place.hint.text() == before, "what was asked for is there"
    page.backup()
    settle()
    assert page.result_title.text() == window.desk.t("The backup is made.")
    [sealed] = [path for path in (vault / "objects").rglob("*") if path.is_file()]
    damaged = bytearray(sealed.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    sealed.chmod(0o600)
    sealed.write_bytes(damaged)
    page.check()
    settle()
    assert page.result_title.text() == window.desk.t("The vault is damaged.")
    assert "A-01" in page.result_text.text()
    assert page.result.property("kind") == "care"
    page.mend()
    settle()
    assert page.result_title.text() == window.desk.t("Everything is as it was sealed.")
    assert "A-01" in page.result_text.text()


def test_a_stopped_backup_goes_on_later(
    item_id: str, window: MainWindow, settle: Settle, tmp_path: Path, qtbot: QtBot
) -> None:
    page = window.upkeep
    window.show_upkeep()
    settle()
    page.place.line.setText(str(tmp_path / "backup"))
    page.backup()
    page.working.stop.click()
    settle()
    stopped = page.message.isVisible() and "Stopped" in page.message.sentence.text()
    assert stopped or page.result.isVisible()
    page.backup()
    settle()
    assert page.result_title.text() == window.desk.t("The backup is made.")


def test_a_vault_is_made_from_a_backup(
    item_id: str, window: MainWindow, settle: Settle, tmp_path: Path, vault: Path
) -> None:
    window.show_upkeep()
    settle()
    window.upkeep.place.line.setText(str(tmp_path / "backup"))
    window.upkeep.backup()
    settle()
    window.lock()
    settle()
    shutil.rmtree(vault)
    window.start.restore_button.click()
    settle()
    page = window.restore
    page.backup.line.setText(str(tmp_path / "backup"))
    page.place.line.setText(str(vault))
    page.present.secret.line.setText("not the passphrase")
    page.make()
    settle()
    assert page.message.isVisible()
    page.present.secret.line.setText(PASSPHRASE)
    page.make()
    settle()
    assert page.result.isVisible(), page.message.sentence.text()
    page.continue_button.click()
    settle()
    assert window.stack.currentWidget() is window.cases
    assert [row.title for row in window.cases.list.rows.rows] == ["Messages in October"]


def test_a_stopped_restore_is_no_vault_and_goes_on(
    item_id: str, window: MainWindow, settle: Settle, tmp_path: Path
) -> None:
    backup, place, page = tmp_path / "backup", tmp_path / "again", window.restore
    window.show_upkeep()
    settle()
    window.upkeep.place.line.setText(str(backup))
    window.upkeep.backup()
    settle()
    window.lock()
    settle()
    window.show_restore()
    page.backup.line.setText(str(backup))
    page.place.line.setText(str(place))
    page.present.secret.line.setText(PASSPHRASE)
    page.make()
    assert page.working.stop.isVisible()
    page.working.stop.click()
    settle()
    assert "Stopped" in page.message.sentence.text()
    assert not place.joinpath("slots.json").exists()
    page.present.secret.line.setText(PASSPHRASE)
    page.make()
    settle()
    assert page.result.isVisible(), page.message.sentence.text()


def test_two_shares_open_the_vault_again(upkeep: MainWindow, settle: Settle, press: Callable[..., None]) -> None:
    upkeep.show_way(way.SHARES)
    settle()
    change(upkeep, settle)
    shares = [paper.words.text() for paper in upkeep.way.written_card.papers]
    upkeep.way.written_card.written.setChecked(True)
    upkeep.way.written_card.later_button.click()
    settle()
    upkeep.lock()
    settle()
    start = upkeep.start
    start.opening.by_shares.setChecked(True)
    first, second = (share.line for share in start.opening.shares)
    first.setFocus()
    first.setText(shares[2])
    press(Qt.Key.Key_Return)
    assert second.hasFocus()
    start.unlock()
    assert second.hasFocus(), "one share is not enough"
    second.setText("these are no words of a share")
    start.unlock()
    settle()
    assert start.message.sentence.text() == start.desk.t.error(EvidenceError("vault.share_mistyped", number=2))[0]
    assert not first.text()
    assert first.hasFocus()
    first.setText(shares[2])
    press(Qt.Key.Key_Return)
    second.setText(shares[0])
    press(Qt.Key.Key_Return)
    settle()
    assert upkeep.desk.is_open, start.message.sentence.text()
    assert not second.text()
    upkeep.show_way(way.RECOVERY_KEY)
    settle()
    upkeep.way.present.by_shares.setChecked(True)
    for line, words in zip(upkeep.way.present.shares, shares[:2], strict=True):
        line.line.setText(words)
    upkeep.way.do()
    settle()
    assert upkeep.way.written_card.isVisible(), upkeep.way.message.sentence.text()


def test_a_private_key_opens_a_backup(
    upkeep: MainWindow, settle: Settle, tmp_path: Path, private_key: X25519PrivateKey
) -> None:
    """The counsellor's side: her key makes a vault of the copy that she was given, and opens it afterwards."""
    (tmp_path / "private.pem").write_bytes(
        private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"pw")
        )
    )
    upkeep.upkeep.place.line.setText(str(tmp_path / "backup"))
    upkeep.upkeep.backup()
    settle()
    upkeep.lock()
    settle()
    upkeep.show_restore()
    page = upkeep.restore
    page.backup.line.setText(str(tmp_path / "backup"))
    page.place.line.setText(str(tmp_path / "theirs"))
    page.present.by_file.setChecked(True)
    page.make()
    assert page.present.file.line.hasFocus()
    for path, password, code in (
        ("nothing.pem", "", "vault.private_key_unusable"),
        ("private.pem", "", "vault.private_key_locked"),
        ("private.pem", "no", "vault.private_key_locked"),
    ):
        page.present.file.line.setText(str(tmp_path / path))
        page.present.password.line.setText(password)
        page.make()
        settle()
        assert page.message.sentence.text() == page.desk.t.error(EvidenceError(code))[0]
    page.present.password.line.setText("pw")
    page.make()
    settle()
    assert page.result.isVisible(), page.message.sentence.text()
    page.continue_button.click()
    settle()
    assert upkeep.stack.currentWidget() is upkeep.cases


@pytest.mark.parametrize(("step", "kept"), [(0, "copy"), (1, "digest"), (2, "nothing")])
def test_less_is_kept_after_a_second_step(
    item_id: str, case: Case, window: MainWindow, settle: Settle, step: int, kept: str
) -> None:
    part = window.exhibit.keep_less
    window.show_exhibit(case.id, item_id)
    settle()
    assert part.kept == "full"
    part.wanted.box.setCurrentIndex(step)
    part.begin_button.click()
    settle()
    assert part.asking.isVisible()
    assert part.leave_button.hasFocus()
    assert all(words.text() for _name, words in part.parts)
    part.leave_button.click()
    settle()
    assert not part.asking.isVisible()
    assert part.kept == "full"
    part.begin_button.click()
    settle()
    part.reason.line.setText("asked for by the person in it")
    part.erase_button.click()
    settle()
    assert part.kept == kept, window.exhibit.message.sentence.text()
    said = window.desk.t("The custody log says so, and keeps the digital fingerprints.")
    assert window.exhibit.message.advice.text() == said
    assert not part.asking.isVisible()
    assert window.exhibit.picture.has_picture == (kept == "copy")
    assert {event.kind for event in window.exhibit._events} & {EventKind.REDUCED, EventKind.DESTROYED}


def test_a_package_is_handed_over_with_a_passphrase_shown_once(
    packaged: Path, window: MainWindow, settle: Settle, tmp_path: Path
) -> None:
    window.package.hand_button.click()
    settle()
    page = window.handing
    assert page.package.line.text() == str(packaged)
    page.hand_over()
    assert page.place.line.hasFocus()
    page.place.line.setText(str(tmp_path / "stick"))
    page.hand_over()
    settle()
    assert page.result.isVisible(), page.message.sentence.text()
    passphrase = page.secret.text()
    assert len(passphrase.split()) == 8
    written = [path for path in (tmp_path / "stick").iterdir() if path.is_file()]
    assert len(written) == 1
    assert written[0].read_bytes()[:2] == b"PK"
    assert not page.done_button.isEnabled()
    assert page.is_written.hasFocus()
    page.is_written.setChecked(True)
    page.done_button.click()
    settle()
    assert passphrase not in " ".join(label.text() for label in window.findChildren(QLabel))
    page.hand_over()
    settle()
    assert page.message.isVisible(), "nothing is written over"
    page.by_key.setChecked(True)
    page.keys.set_words("not a key")
    page.place.line.setText(str(tmp_path / "other"))
    page.hand_over()
    settle()
    assert page.message.sentence.text() == window.desk.t.error(EvidenceError("package.bad_recipient"))[0]


def test_a_package_is_handed_over_to_a_key_in_parts(
    packaged: Path, case: Case, window: MainWindow, settle: Settle, tmp_path: Path
) -> None:
    window.show_handing(case.id)
    settle()
    page = window.handing
    page.by_key.setChecked(True)
    assert page.keys.isVisible()
    page.keys.set_words(_age_key())
    page.pieces.box.setCurrentIndex(1)
    page.place.line.setText(str(tmp_path / "stick"))
    page.hand_over()
    settle()
    assert page.result.isVisible(), page.message.sentence.text()
    assert not page.secret.isVisible()
    assert [path.name.endswith(".001") for path in (tmp_path / "stick").iterdir()] == [True]


def test_proof_of_time_is_added_later_without_a_network(
    packaged: Path, case: Case, window: MainWindow, settle: Settle
) -> None:
    window.show_handing(case.id)
    settle()
    page = window.handing
    assert not page.ask_time.isEnabled(), "no authority is chosen"
    page.upgrade()
    settle()
    assert page.result.isVisible(), page.message.sentence.text()
    assert page.result_title.text() == window.desk.t("There was nothing new to add.")
    page.done_button.click()
    page.package.line.setText("")
    page.upgrade()
    assert page.package.hint.text() == "Choose a package first."


def test_proof_of_time_is_added_later_by_an_authority(
    packaged: Path, case: Case, window: MainWindow, settle: Settle
) -> None:
    """A real authority on loopback answers; what it signed is in the package afterwards, and the package verifies."""
    pki, session = TestPki(), window.desk.session
    with LoopbackTsa(pki.tsa()) as tsa:
        window.desk.jobs.start(
            lambda _p, _c: session.set_tsas([tsa.url]), lambda _v: None, lambda problem: pytest.fail(repr(problem))
        )
        settle()
        window.show_handing(case.id)
        settle()
        page = window.handing
        assert page.ask_time.isEnabled()
        assert not tsa.requests, "nothing was asked before the person said so"
        page.ask_time.setChecked(True)
        page.upgrade()
        settle()
        assert page.result.isVisible(), page.message.sentence.text()
        assert page.result_title.text() == window.desk.t("Proof of time was added.")
        assert tsa.requests
    with zipfile.ZipFile(packaged) as archive:
        added = [name for name in archive.namelist() if name.endswith(".tsr")]
    assert added
    window.show_verify(packaged)
    window.verify.check()
    settle()
    report = window.verify.report
    assert report is not None, window.verify.message.sentence.text()
    assert all(claim.answer is not Answer.NO for claim in report.claims)


def test_advice_on_a_passphrase_is_the_vaults_own(window: MainWindow, settle: Settle) -> None:
    window.show_create()
    new = window.create_page.new
    new.first.line.setText("password1234")
    settle()
    weak = new.advice.text()
    assert window.desk.t.code("name", "passphrase.advice.common") in weak
    new.first.line.setText(PASSPHRASE)
    settle()
    assert new.advice.text() != weak
    window.desk.change(language="ko")
    assert new.advice.text().isascii() is False


def _age_key() -> str:
    """A key that a receiver could have made."""
    import pyrage

    return str(pyrage.x25519.Identity.generate().to_public())
