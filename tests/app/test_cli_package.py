"""Packages from the command line: a draft to read, keys of other kinds, a second signature."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from support.pki import TestPki

from app.cli import run
from evidence.store import FLOOR

Holdfast = Callable[..., tuple[int, Any]]


@pytest.fixture
def holdfast(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Holdfast:
    """Runs a command with --json; gives the exit code and the document."""
    monkeypatch.setattr("evidence.store.vault.tuned_cost", lambda: FLOOR)

    def call(*words: object) -> tuple[int, Any]:
        code = run([*(str(word) for word in words), "--json", "--language", "en"])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, json.loads(said.out)

    return call


@pytest.fixture
def words(holdfast: Holdfast, tmp_path: Path) -> list[object]:
    """A vault with one case and one exhibit, as the words that name them."""
    secret, text = tmp_path / "passphrase.txt", tmp_path / "words.txt"
    secret.write_text("seven lanterns by the river\n", encoding="utf-8")
    text.write_text("invented words", encoding="utf-8")
    vault = tmp_path / "vault"
    holdfast("vault", "create", vault, "--passphrase-file", secret)
    _code, case = holdfast("case", "create", vault, "--title", "one", "--passphrase-file", secret)
    found: list[object] = [vault, "--case", case["id"], "--passphrase-file", secret]
    holdfast("capture", "file", "--minor=no", *found, text)
    return found


def test_a_draft_is_written_once_and_for_the_owner_alone(
    holdfast: Holdfast, words: list[object], tmp_path: Path
) -> None:
    draft = tmp_path / "draft.pdf"
    code, said = holdfast("package", *words, "--draft", draft)
    assert (code, said["draft"]) == (0, str(draft))
    assert draft.read_bytes().startswith(b"%PDF-")
    if os.name == "posix":
        assert draft.stat().st_mode & 0o077 == 0
    code, said = holdfast("package", *words, "--draft", draft)
    assert (code, said["error"]["code"]) == (2, "cli.file_exists")
    code, said = holdfast("package", *words, "--draft", tmp_path / "nowhere" / "draft.pdf")
    assert (code, said["error"]["code"]) == (2, "cli.file_not_written")
    code, said = holdfast("package", *words)
    assert (code, said["error"]["code"]) == (2, "cli.usage")


def test_a_key_file_signs_and_the_log_says_so(holdfast: Holdfast, words: list[object], tmp_path: Path) -> None:
    pki = TestPki()
    keys = pki.signer()
    key, password, root = tmp_path / "me.p12", tmp_path / "password.txt", tmp_path / "root.pem"
    key.write_bytes(serialize_key_and_certificates(
        b"me", keys.key, keys.certificate, list(keys.chain), BestAvailableEncryption(b"open sesame")
    ))  # fmt: skip
    password.write_text("open sesame\n")
    root.write_bytes(pki.root_pem)
    signing = ("--sign-with", key, "--sign-with-password-file", password)
    code, made = holdfast("package", *words, "--out", tmp_path / "out", *signing)
    assert (code, made["signer_fingerprint"]) == (0, hashlib.sha256(keys.certificate_der).hexdigest())
    _code, told = holdfast("verify", made["folder"], "--trust", root)
    [package] = told["packages"]
    assert {claim["name"] for claim in package["claims"] if claim["answer"] != "yes"} == {"time", "clock", "origin"}
    assert package["facts"]["log_signer_sha256"] != package["facts"]["signer_sha256"]
    assert holdfast("vault", "check", words[0], *words[3:], "--known", made["folder"])[0] == 0
    password.write_text("wrong\n")
    code, said = holdfast("package", *words, "--out", tmp_path / "out", *signing)
    assert (code, said["error"]["code"]) == (2, "package.bad_key_file")


def test_each_picture_appears_as_chosen(holdfast: Holdfast, words: list[object], tmp_path: Path) -> None:
    draft = tmp_path / "draft.pdf"
    assert holdfast("package", *words, "--draft", draft, "--exposure-of", "A-01=grey")[0] == 0
    code, said = holdfast("package", *words, "--draft", tmp_path / "b.pdf", "--exposure-of", "A-09=grey")
    assert (code, said["error"]["code"]) == (2, "item.unknown")
    code, said = holdfast("package", *words, "--draft", tmp_path / "b.pdf", "--exposure-of", "A-01=loud")
    assert (code, said["error"]["code"]) == (2, "cli.bad_exposure")


def test_a_counsellor_signs_as_well(holdfast: Holdfast, words: list[object], tmp_path: Path) -> None:
    keys = TestPki().signer()
    key, password, certificate = tmp_path / "me.p12", tmp_path / "password.txt", tmp_path / "me.der"
    key.write_bytes(serialize_key_and_certificates(
        b"me", keys.key, keys.certificate, None, BestAvailableEncryption(b"open sesame")
    ))  # fmt: skip
    password.write_text("open sesame\n")
    certificate.write_bytes(keys.certificate_der)
    _code, made = holdfast("package", *words, "--out", tmp_path / "out")
    signing = ("--sign-with", key, "--sign-with-password-file", password)
    code, said = holdfast("package", "co-sign", made["folder"], made["zip_file"], *signing)
    assert (code, said["path"]) == (0, "proof/manifest.json.cosigned-1.p7s")
    _code, told = holdfast("verify", made["zip_file"], "--trust", certificate)
    assert told["packages"][0]["facts"]["cosigner.1.trusted"] == "yes"
    code, said = holdfast("package", "co-sign", made["folder"], *signing)
    assert (code, said["error"]["code"]) == (2, "package.already_signed")
    other = tmp_path / "other"
    holdfast("vault", "create", other, *words[3:])
    code, said = holdfast("package", "co-sign", made["folder"], made["zip_file"], "--vault", other, *words[3:])
    assert (code, said["path"]) == (0, "proof/manifest.json.cosigned-2.p7s")
    code, told = holdfast("verify", made["zip_file"], "--fingerprint", made["signer_fingerprint"])
    assert (code, told["packages"][0]["facts"]["cosigner.2.sha256"]) == (3, said["certificate_sha256"])
    code, said = holdfast("package", "co-sign", made["folder"], "--vault", words[0], *words[3:])
    assert (code, said["error"]["code"]) == (2, "package.already_signed")
    (Path(made["folder"]) / "02_items.csv").write_text("other")
    code, said = holdfast("package", "co-sign", made["folder"], *signing)
    assert (code, said["error"]["code"]) == (2, "package.not_sound")


def test_a_token_that_is_not_there_is_said(holdfast: Holdfast, tmp_path: Path) -> None:
    pin = tmp_path / "pin.txt"
    pin.write_text("246810\n")
    words = ("package", "co-sign", tmp_path, "--sign-with-password-file", pin)
    code, said = holdfast(*words, "--token", tmp_path / "nowhere.so")
    assert code == 2 and said["error"]["code"] in ("package.no_token", "package.no_token_support")
    code, said = holdfast(*words)
    assert (code, said["error"]["code"]) == (2, "cli.usage")
    code, said = holdfast(*words, "--token", "x.so", "--sign-with", "y.p12")
    assert (code, said["error"]["code"]) == (2, "cli.usage")


def test_small_files_for_an_upload_form(holdfast: Holdfast, words: list[object], tmp_path: Path) -> None:
    _code, made = holdfast("package", *words, "--out", tmp_path / "out")
    code, said = holdfast("package", "upload-set", made["zip_file"], "--out", tmp_path / "up", "--limit-mb", "1")
    assert code == 0 and {Path(file["path"]).name for file in said["files"]} > {"00_files.csv", "04_manifest.json"}
    sealing = ("--out", tmp_path / "sealed", "--new-age-passphrase")
    code, said = holdfast("package", "hand-over", made["zip_file"], *sealing)
    assert code == 0 and said["passphrase"].count(" ") == 7
    secret = tmp_path / "secret.txt"
    secret.write_text(said["passphrase"] + "\n")
    code, told = holdfast("verify", said["files"][0]["path"], "--passphrase-file", secret)
    assert (code, len(told["packages"])) == (3, 1)
