"""Encrypted hand-overs: opened where the secret is there, verified as usual, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest
import pyzipper
from support.sample_package import LATER, Files, write_zip

from app.verify.command import main
from evidence.errors import EvidenceError
from evidence.package import ForRecipients, WithAgePassphrase, WithPassphrase, hand_over
from evidence.verify import Parser, Trust, Unlock, verify_package
from evidence.verify.container import sealed

PASSPHRASE = "eight words 여덟 단어"


@pytest.fixture
def package(tmp_path: Path, valid_files: Files) -> Path:
    return write_zip(valid_files | {"data/A-01/large.bin": bytes(range(256)) * 9000}, tmp_path / "package.zip")


@pytest.fixture
def aes(package: Path, tmp_path: Path) -> Path:
    return hand_over(package, tmp_path / "out", protection=WithPassphrase(PASSPHRASE))[0].path


def _code(path: Path, unlock: Unlock, trust: Trust, parser: Parser) -> str:
    with pytest.raises(EvidenceError) as caught:
        verify_package(path, trust=trust, now=LATER, parser=parser, unlock=unlock)
    return caught.value.code


def test_aes_gives_the_same_bytes_from_anywhere(package: Path, aes: Path) -> None:
    plain = package.read_bytes()
    with sealed.open_aes_zip(aes, PASSPHRASE) as stream:
        assert stream.read() == plain
        for position in (0, 1, 15, 16, 17, 4095, 1 << 20, len(plain) - 3):
            stream.seek(position)
            assert stream.read(40) == plain[position : position + 40]
        assert stream.seek(0, 2) == len(plain)
        assert stream.read(1) == b""


def test_both_forms_are_verified_as_usual(
    tmp_path: Path, valid_files: Files, trust: Trust, parser: Parser, capsys: pytest.CaptureFixture[str]
) -> None:
    package = write_zip(valid_files, tmp_path / "package.zip")
    identity = pyrage.x25519.Identity.generate()
    [aes] = hand_over(package, tmp_path / "out", protection=WithPassphrase(PASSPHRASE))
    [age] = hand_over(package, tmp_path / "out", protection=ForRecipients((str(identity.to_public()),)))
    [age_words] = hand_over(package, tmp_path / "words", protection=WithAgePassphrase(PASSPHRASE))
    before = sorted(tmp_path.rglob("*"))
    report = verify_package(age_words.path, trust=trust, now=LATER, parser=parser, unlock=Unlock(PASSPHRASE))
    assert {claim.answer.value for claim in report.claims if claim.name.value != "origin"} == {"yes"}
    assert _code(age_words.path, Unlock("another passphrase"), trust, parser) == "verify.wrong_passphrase"
    unlock = Unlock(PASSPHRASE, (f"# mine\n{identity}\n".encode(),))
    for path in (aes.path, age.path):
        report = verify_package(path, trust=trust, now=LATER, parser=parser, unlock=unlock)
        answers = {claim.answer.value for claim in report.claims if claim.name.value != "origin"}
        assert answers == {"yes"}, path
    assert sorted(tmp_path.rglob("*")) == before
    assert PASSPHRASE not in repr(unlock)
    secret = tmp_path / "secret.txt"
    secret.write_text(PASSPHRASE + "\n", encoding="utf-8")
    assert main([str(aes.path), "--passphrase-file", str(secret)]) in (1, 3)  # the sample was made for another day
    assert main([str(aes.path)]) == 2
    assert main([str(age.path), "--identity", str(tmp_path / "none")]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_what_does_not_open_is_refused(package: Path, aes: Path, tmp_path: Path, trust: Trust, parser: Parser) -> None:
    unlock = Unlock(PASSPHRASE)
    assert _code(aes, Unlock(), trust, parser) == "verify.encrypted"
    assert _code(aes, Unlock("another passphrase"), trust, parser) == "verify.wrong_passphrase"
    data = bytearray(aes.read_bytes())
    data[len(data) // 2] ^= 1
    broken = tmp_path / "broken.aes.zip"
    broken.write_bytes(data)
    assert _code(broken, unlock, trust, parser) == "verify.encrypted_damaged"
    other = tmp_path / "other.zip"
    with pyzipper.AESZipFile(other, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(PASSPHRASE.encode())
        archive.writestr("a.zip", package.read_bytes())
        archive.writestr("b.zip", b"")
    assert _code(other, unlock, trust, parser) == "verify.other_encryption"


def test_age_that_does_not_open_is_refused(
    package: Path, tmp_path: Path, trust: Trust, parser: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, stranger = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    [age] = hand_over(package, tmp_path / "out", protection=ForRecipients((str(mine.to_public()),)))
    unlock = Unlock(identities=(str(mine).encode(),))
    assert _code(age.path, Unlock(), trust, parser) == "verify.encrypted"
    assert _code(age.path, Unlock(identities=(str(stranger).encode(),)), trust, parser) == "verify.not_for_us"
    for nonsense in (b"", b"AGE-SECRET-KEY-1X", b"\xff", b"-----BEGIN X-----\n"):
        assert _code(age.path, Unlock(identities=(nonsense,)), trust, parser) == "verify.bad_identity"
    monkeypatch.setattr(sealed, "MAX_IN_MEMORY", 1000)
    assert _code(age.path, unlock, trust, parser) == "verify.encrypted_too_large"
    monkeypatch.undo()
    cut = tmp_path / "cut.age"
    cut.write_bytes(age.path.read_bytes()[:-100])
    assert _code(cut, unlock, trust, parser) == "verify.not_for_us"
