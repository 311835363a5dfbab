"""What is handed over arrives as it was made, or not at all."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pyrage
import pytest
import pyzipper

from evidence.errors import CancelledError, EvidenceError
from evidence.package import ForRecipients, HandedFile, WithAgePassphrase, WithPassphrase, hand_over, new_passphrase
from evidence.package.handover import read_back

MIB = 1 << 20
SECRET = "eight words nobody would guess"


@pytest.fixture
def zip_file(tmp_path: Path) -> Path:
    path = tmp_path / "holdfast-20261121-00000000.zip"
    path.write_bytes(os.urandom(3 * MIB + 17))
    return path


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    return tmp_path / "stick"


def joined(files: tuple[HandedFile, ...]) -> bytes:
    return b"".join(file.path.read_bytes() for file in files)


def test_a_plain_copy_is_read_back(zip_file: Path, stick: Path) -> None:
    seen: list[float] = []
    (handed,) = hand_over(zip_file, stick, progress=lambda share, _step: seen.append(share))
    assert handed.path.read_bytes() == zip_file.read_bytes()
    assert handed.sha256 == hashlib.sha256(zip_file.read_bytes()).hexdigest()
    assert handed.size == zip_file.stat().st_size
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_only_the_receiver_opens_an_age_file(zip_file: Path, stick: Path) -> None:
    receiver, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    (handed,) = hand_over(zip_file, stick, protection=ForRecipients((str(receiver.to_public()),)))
    assert handed.path.name == f"{zip_file.name}.age"
    data = handed.path.read_bytes()
    assert data.startswith(b"age-encryption.org/v1\n")
    assert pyrage.decrypt(data, [receiver]) == zip_file.read_bytes()
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(data, [other])


def test_age_takes_a_passphrase_too(zip_file: Path, stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (handed,) = hand_over(zip_file, stick, protection=WithAgePassphrase(SECRET))
    assert pyrage.passphrase.decrypt(handed.path.read_bytes(), SECRET) == zip_file.read_bytes()
    with pytest.raises(EvidenceError, match=r"package\.weak_passphrase"):
        hand_over(zip_file, stick / "weak", protection=WithAgePassphrase("short"))
    monkeypatch.setattr("evidence.package.handover.MAX_AGE_PASSPHRASE", MIB)
    with pytest.raises(EvidenceError, match=r"package\.too_large_for_age"):
        hand_over(zip_file, stick / "large", protection=WithAgePassphrase(SECRET))
    assert list((stick / "large").iterdir()) == []


@pytest.mark.parametrize("volume_size", [None, MIB])
def test_only_the_passphrase_opens_the_zip(zip_file: Path, stick: Path, volume_size: int | None) -> None:
    handed = hand_over(zip_file, stick, protection=WithPassphrase(SECRET), volume_size=volume_size)
    whole = stick / "whole.zip"
    whole.write_bytes(joined(handed))
    with pyzipper.AESZipFile(whole) as archive:
        (entry,) = archive.infolist()
        assert entry.filename == zip_file.name
        assert entry.wz_aes_version == 2
        assert entry.wz_aes_strength == 3  # AES-256
        assert archive.read(entry, pwd=SECRET.encode()) == zip_file.read_bytes()
        with pytest.raises(RuntimeError):
            archive.read(entry, pwd=b"another passphrase")


def test_volumes_join_to_the_whole(zip_file: Path, stick: Path) -> None:
    handed = hand_over(zip_file, stick, volume_size=MIB)
    assert [file.path.suffix for file in handed] == [".001", ".002", ".003", ".004"]
    assert [file.size for file in handed] == [MIB, MIB, MIB, 17]
    assert joined(handed) == zip_file.read_bytes()
    for file in handed:
        assert hashlib.sha256(file.path.read_bytes()).hexdigest() == file.sha256


def test_a_damaged_medium_is_noticed(zip_file: Path, stick: Path) -> None:
    (handed,) = hand_over(zip_file, stick)
    with handed.path.open("r+b") as stream:
        stream.seek(5)
        stream.write(b"\0\1\2")
    with pytest.raises(EvidenceError, match=r"package\.not_written"):
        read_back(handed)


def test_nothing_is_written_over_and_nothing_half_made_is_left(zip_file: Path, stick: Path) -> None:
    stick.mkdir()
    taken = stick / f"{zip_file.name}.003"
    taken.write_bytes(b"mine")
    with pytest.raises(EvidenceError, match=r"package\.already_there"):
        hand_over(zip_file, stick, volume_size=MIB)
    assert [path.name for path in stick.iterdir()] == [taken.name]
    assert taken.read_bytes() == b"mine"
    count = 0

    def cancelled() -> bool:
        nonlocal count
        count += 1
        return count > 2

    receiver = ForRecipients((str(pyrage.x25519.Identity.generate().to_public()),))
    for protection in (None, WithPassphrase(SECRET), receiver):
        count = 0
        with pytest.raises(CancelledError):
            hand_over(zip_file, stick, protection=protection, cancelled=cancelled)
        assert [path.name for path in stick.iterdir()] == [taken.name]


def test_what_is_refused(zip_file: Path, stick: Path) -> None:
    for protection, code in (
        (ForRecipients(()), "bad_recipient"),
        (ForRecipients(("age1nonsense",)), "bad_recipient"),
        (ForRecipients(("ssh-ed25519 nonsense",)), "bad_recipient"),
        (WithPassphrase("short"), "weak_passphrase"),
    ):
        with pytest.raises(EvidenceError, match=rf"package\.{code}"):
            hand_over(zip_file, stick, protection=protection)
    with pytest.raises(EvidenceError, match=r"package\.small_volume"):
        hand_over(zip_file, stick, volume_size=10)
    with pytest.raises(EvidenceError, match=r"package\.cannot_write"):
        hand_over(zip_file, zip_file)


def test_a_made_passphrase_is_long_and_new() -> None:
    one, two = new_passphrase(), new_passphrase()
    assert len(one.split()) == 8
    assert one != two


def test_a_made_passphrase_has_no_word_that_hurts() -> None:
    words = {word for _ in range(400) for word in new_passphrase().split()}
    assert not words & {"victim", "violence", "shame", "webcam", "intimate"}
    assert len(words) > 800, "what is left is drawn from in full"
