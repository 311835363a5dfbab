"""The vault on the command line: ways to unlock, backup, restore, check."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pyzipper
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import x25519

from app.cli import run
from app.sample import chat_picture
from evidence.store import FLOOR

Holdfast = Callable[..., tuple[int, Any]]


@pytest.fixture
def holdfast(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Holdfast:
    """Runs a command with --json; gives the exit code and the document."""
    for module in ("vault", "keeper"):
        monkeypatch.setattr(f"evidence.store.{module}.tuned_cost", lambda: FLOOR)

    def call(*words: object) -> tuple[int, Any]:
        code = run([*(str(word) for word in words), "--json", "--language", "fr"])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, json.loads(said.out)

    return call


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a small text file."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def vault(tmp_path: Path, holdfast: Holdfast, file: Callable[[str, str], Path]) -> tuple[Path, Path]:
    """A new vault and the file with its passphrase."""
    secret = file("secret.txt", "first words that fit together\n")
    assert holdfast("vault", "create", tmp_path / "vault", "--passphrase-file", secret)[0] == 0
    return tmp_path / "vault", secret


def test_shares_open_the_vault_two_by_two(
    vault: tuple[Path, Path], holdfast: Holdfast, file: Callable[[str, str], Path]
) -> None:
    path, secret = vault
    code, said = holdfast("vault", "unlock-methods", "add-shares", path, "--passphrase-file", secret)
    assert (code, len(said["written"])) == (0, 3)
    shares = [file(f"share{number}.txt", words) for number, words in enumerate(said["written"])]
    code, said = holdfast("case", "list", path, "--share-file", shares[2], "--share-file", shares[0])
    assert (code, said["cases"]) == (0, [])
    code, said = holdfast("case", "list", path, "--share-file", shares[1])
    assert (code, said["error"]["code"]) == (2, "vault.shares_too_few")


def test_a_centre_opens_with_its_key(
    vault: tuple[Path, Path], holdfast: Holdfast, tmp_path: Path, file: Callable[[str, str], Path]
) -> None:
    path, secret = vault
    key = x25519.X25519PrivateKey.generate()
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"of the centre"),
        )
    )
    public.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    words = ("vault", "unlock-methods", "add-public-key", path, public, "--label", "센터", "--passphrase-file", secret)
    code, said = holdfast(*words)
    assert (code, said["added"]["label"]) == (0, "센터")
    password = file("password.txt", "of the centre")
    assert holdfast("case", "list", path, "--key-file", private, "--key-password-file", password)[0] == 0
    assert holdfast("case", "list", path, "--key-file", private)[1]["error"]["code"] == "vault.private_key_locked"


def test_a_changed_passphrase_replaces_the_old_one(
    vault: tuple[Path, Path], holdfast: Holdfast, file: Callable[[str, str], Path]
) -> None:
    path, secret = vault
    new = file("new.txt", "second words that fit")
    words = ("vault", "unlock-methods", "change-passphrase", path, "--passphrase-file", secret)
    assert holdfast(*words, "--new-passphrase-file", new)[0] == 0
    assert holdfast("case", "list", path, "--passphrase-file", new)[0] == 0
    code, said = holdfast("case", "list", path, "--passphrase-file", secret)
    assert (code, said["error"]["code"]) == (2, "vault.wrong_passphrase")


def test_guessing_becomes_slower(
    vault: tuple[Path, Path],
    holdfast: Holdfast,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, secret = vault
    words = ("vault", "unlock-methods", "strengthen", path, "--passphrase-file", secret)
    code, said = holdfast(*words)
    assert (code, said["added"]) == (0, None), "this computer measured the same"
    dearer = replace(FLOOR, passes=4)
    monkeypatch.setattr("evidence.store.keeper.tuned_cost", lambda: dearer)
    code, said = holdfast(*words)
    assert (code, said["added"]["cost"]["passes"]) == (0, 4)
    assert holdfast("case", "list", path, "--passphrase-file", secret)[0] == 0
    assert run([*map(str, words), "--language", "en"]) == 0
    assert "67.1\u00a0MB of memory and 4 passes for a guess" in capsys.readouterr().out
    key = holdfast("vault", "unlock-methods", "add-recovery-key", path, "--passphrase-file", secret)[1]["written"][0]
    (path.parent / "key.txt").write_text(key)
    code, said = holdfast("vault", "unlock-methods", "strengthen", path, "--recovery-key-file", path.parent / "key.txt")
    assert (code, said["error"]["code"]) == (2, "cli.needs_passphrase")


def test_advice_on_a_new_passphrase_and_no_more_than_advice(
    tmp_path: Path, holdfast: Holdfast, file: Callable[[str, str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    for text, is_advised in (("password", True), ("fourteen lanterns beside quiet harbour walls", False)):
        words = ["vault", "create", str(tmp_path / text), "--passphrase-file", str(file("p.txt", text))]
        assert run([*words, "--language", "en"]) == 0
        assert ("easy to guess" in capsys.readouterr().err.lower()) is is_advised


def test_the_last_way_in_stays(vault: tuple[Path, Path], holdfast: Holdfast) -> None:
    path, secret = vault
    _code, said = holdfast("vault", "unlock-methods", "list", path, "--passphrase-file", secret)
    slots = {slot["kind"]: slot["id"] for slot in said["methods"]}
    code, _said = holdfast(
        "vault", "unlock-methods", "revoke", path, slots["recovery_key"], "--passphrase-file", secret
    )
    assert code == 0
    code, said = holdfast("vault", "unlock-methods", "revoke", path, slots["passphrase"], "--passphrase-file", secret)
    assert (code, said["error"]["code"]) == (2, "vault.last_slot")


def test_a_backup_is_restored_and_checks(
    vault: tuple[Path, Path], holdfast: Holdfast, tmp_path: Path, file: Callable[[str, str], Path]
) -> None:
    path, secret = vault
    _code, case = holdfast("case", "create", path, "--title", "one", "--passphrase-file", secret)
    words = ("capture", "file", "--minor=no", path, "--case", case["id"], "--passphrase-file", secret)
    holdfast(*words, file("a.txt", "first"))
    code, said = holdfast("vault", "backup", path, tmp_path / "copy", "--passphrase-file", secret)
    assert (code, said["copied"]) == (0, 1)
    holdfast(*words, file("b.txt", "second"))
    code, said = holdfast("vault", "backup", path, tmp_path / "copy", "--passphrase-file", secret)
    assert (code, said["copied"], said["present"]) == (0, 1, 1)
    code, said = holdfast("vault", "restore", tmp_path / "copy", tmp_path / "again", "--passphrase-file", secret)
    assert (code, said["copied"]) == (0, 2)
    code, said = holdfast("vault", "check", tmp_path / "again", "--passphrase-file", secret)
    assert (code, said["objects"], said["findings"]) == (0, 2, [])


def test_a_damaged_original_is_named_by_exhibit(
    vault: tuple[Path, Path], holdfast: Holdfast, file: Callable[[str, str], Path]
) -> None:
    path, secret = vault
    _code, case = holdfast("case", "create", path, "--title", "one", "--passphrase-file", secret)
    holdfast(
        "capture", "file", "--minor=no", path, "--case", case["id"], "--passphrase-file", secret, file("a.txt", "first")
    )
    [sealed] = [found for found in (path / "objects").rglob("*") if found.is_file()]
    content = bytearray(sealed.read_bytes())
    content[-1] ^= 1
    sealed.write_bytes(content)
    code, said = holdfast("vault", "check", path, "--passphrase-file", secret)
    assert code == 1
    assert any("A-01" in json.dumps(finding) for finding in said["findings"])


def test_two_secrets_at_once_are_refused(vault: tuple[Path, Path], holdfast: Holdfast) -> None:
    path, secret = vault
    code, said = holdfast("case", "list", path, "--passphrase-file", secret, "--recovery-key-file", secret)
    assert (code, said["error"]["code"]) == (2, "cli.several_secrets")


def test_text_output_says_the_recovery_key_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence.store.vault.tuned_cost", lambda: FLOOR)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("조용한 강가의 등불 일곱\n".encode())))
    assert run(["vault", "create", str(tmp_path / "v"), "--passphrase-file", "-", "--language", "ko"]) == 0
    said = capsys.readouterr().out
    assert "복구 키" in said
    assert "조용한" not in said


def test_keeping_less_is_logged_and_cannot_be_undone(
    vault: tuple[Path, Path], holdfast: Holdfast, file: Callable[[str, str], Path], tmp_path: Path
) -> None:
    path, secret = vault
    _code, case = holdfast("case", "create", path, "--title", "one", "--passphrase-file", secret)
    picture = tmp_path / "chat.png"
    picture.write_bytes(chat_picture())
    words = ("--case", case["id"], "--passphrase-file", secret)
    holdfast("capture", "file", "--minor=no", path, *words, picture, file("a.txt", "first"))
    code, said = holdfast("keep", path, *words, "--item", "A-01", "--only", "copy", "--reason", "asked for")
    assert (code, said["kept"]) == (0, {"A-01": "copy"})
    code, said = holdfast("keep", path, *words, "--item", "A-02", "--only", "copy")
    assert (code, said["error"]["code"]) == (2, "keep.no_copy")
    assert holdfast("keep", path, *words, "--item", "A-02", "--only", "nothing")[0] == 0
    code, said = holdfast("keep", path, *words, "--item", "A-02", "--only", "digest")
    assert (code, said["error"]["code"]) == (2, "vault.kept_less_already")
    code, said = holdfast("keep", path, *words)
    assert said["kept"] == {"A-01": "copy", "A-02": "nothing"}
    code, said = holdfast("vault", "check", path, "--passphrase-file", secret)
    assert (code, said["findings"]) == (0, [])


def test_a_new_master_key_leaves_everything_readable(
    vault: tuple[Path, Path], holdfast: Holdfast, file: Callable[[str, str], Path]
) -> None:
    path, secret = vault
    _code, case = holdfast("case", "create", path, "--title", "one", "--passphrase-file", secret)
    holdfast(
        "capture", "file", "--minor=no", path, "--case", case["id"], "--passphrase-file", secret, file("a.txt", "first")
    )
    code, said = holdfast("vault", "rekey", path, "--passphrase-file", secret)
    assert (code, [slot["kind"] for slot in said["dropped"]]) == (0, ["recovery_key"])
    key = file("key.txt", said["recovery_key"])
    code, said = holdfast("vault", "check", path, "--recovery-key-file", key)
    assert (code, said["objects"], said["findings"]) == (0, 1, [])


def test_an_older_vault_that_was_put_back_is_noticed(
    vault: tuple[Path, Path], holdfast: Holdfast, file: Callable[[str, str], Path], tmp_path: Path
) -> None:
    path, secret = vault
    _code, case = holdfast("case", "create", path, "--title", "one", "--passphrase-file", secret)
    words = ("--case", case["id"], "--passphrase-file", secret)
    holdfast("capture", "file", "--minor=no", path, *words, file("a.txt", "first"))
    older = tmp_path / "older"
    shutil.copytree(path, older)
    _code, made = holdfast("package", path, *words, "--out", tmp_path / "out")
    for form in (made["folder"], made["zip_file"]):
        assert holdfast("vault", "check", path, "--known", form, "--passphrase-file", secret)[0] == 0
        code, said = holdfast("vault", "check", older, "--known", form, "--passphrase-file", secret)
        assert (code, len(said["findings"]) > 0) == (1, True)


def test_a_damaged_original_is_mended_from_the_backup(
    vault: tuple[Path, Path], holdfast: Holdfast, file: Callable[[str, str], Path], tmp_path: Path
) -> None:
    path, secret = vault
    _code, case = holdfast("case", "create", path, "--title", "one", "--passphrase-file", secret)
    holdfast(
        "capture", "file", "--minor=no", path, "--case", case["id"], "--passphrase-file", secret, file("a.txt", "first")
    )
    holdfast("vault", "backup", path, tmp_path / "copy", "--passphrase-file", secret)
    [sealed] = [found for found in (path / "objects").rglob("*") if found.is_file()]
    sealed.unlink()
    code, said = holdfast("vault", "mend", path, tmp_path / "copy", "--passphrase-file", secret)
    assert (code, len(said["mended"]), said["damaged"]) == (0, 1, [])
    assert holdfast("vault", "check", path, "--passphrase-file", secret)[0] == 0


def test_a_package_is_handed_over_encrypted(
    vault: tuple[Path, Path], holdfast: Holdfast, file: Callable[[str, str], Path], tmp_path: Path
) -> None:
    path, secret = vault
    _code, case = holdfast("case", "create", path, "--title", "one", "--passphrase-file", secret)
    words = ("--case", case["id"], "--passphrase-file", secret)
    holdfast("capture", "file", "--minor=no", path, *words, file("a.txt", "first"))
    _code, made = holdfast("package", path, *words, "--out", tmp_path / "out", "--no-folder")
    code, said = holdfast(
        "package", "hand-over", made["zip_file"], "--out", tmp_path / "stick", "--new-passphrase", "--volume-mb", "1"
    )
    assert (code, len(said["passphrase"].split())) == (0, 8)
    with pyzipper.AESZipFile(said["files"][0]["path"]) as archive:
        archive.setpassword(said["passphrase"].encode())
        [name] = archive.namelist()
        assert archive.read(name) == Path(made["zip_file"]).read_bytes()


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "The same content as A-01"), ("fr", "Même contenu que A-01"), ("ko", "다음 증거물과 내용이 같음: A-01")],
)
def test_what_comes_in_again_is_said(
    language: str,
    said: str,
    vault: tuple[Path, Path],
    holdfast: Holdfast,
    file: Callable[[str, str], Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    place, secret = vault
    opening = ("--passphrase-file", str(secret))
    case = holdfast("case", "create", place, "--title", "사건", *opening)[1]["id"]
    first, again = file("a.txt", "the same"), file("b.txt", "the same")
    added = holdfast("capture", "file", "--minor=no", place, first, "--case", case, *opening)[1]["items"]
    assert [item["same_content_as"] for item in added] == [[]]
    words = ["capture", "file", "--minor=no", str(place), str(again), "--case", case, *opening, "--language", language]
    assert run(words) == 0
    assert said in capsys.readouterr().out
    added = holdfast("capture", "link", place, "https://example.org/x", "--case", case, *opening)[1]["items"]
    assert [item["same_content_as"] for item in added] == [[]]
    added = holdfast("capture", "file", "--minor=no", place, again, "--case", case, *opening)[1]["items"]
    assert [item["same_content_as"] for item in added] == [["A-01", "A-02"]]
    listed = holdfast("items", place, "--case", case, *opening)[1]["exhibits"]
    assert [one["item"]["same_content_as"] for one in listed] == [
        ["A-02", "A-04"],
        ["A-01", "A-04"],
        [],
        ["A-01", "A-02"],
    ]
