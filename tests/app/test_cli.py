"""The command line from end to end, in the same process: words in, exit code and JSON out."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from support.commands import PASSPHRASE, Holdfast
from support.pki import TestPki
from support.tsa import LoopbackTsa

from app.cli import run
from app.sample import chat_picture
from evidence.timestamps import KnownAuthority


@pytest.fixture
def case(holdfast: Holdfast, tmp_path: Path) -> tuple[Path, str]:
    """A vault with one case."""
    vault = tmp_path / "vault"
    code, made = holdfast("vault", "create", vault, "--role", "counsellor")
    assert code == 0
    assert len(made["signer"]["words"].split()) == 12
    code, case = holdfast("case", "create", vault, "--title", "봄")
    assert code == 0
    return vault, case["id"]


@pytest.fixture
def tsa() -> Iterator[LoopbackTsa]:
    """A real authority on the loopback address."""
    with LoopbackTsa(TestPki().tsa()) as running:
        yield running


def test_well_known_authorities_are_asked_when_told_so(
    case: tuple[Path, str], holdfast: Holdfast, tsa: LoopbackTsa, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, case_id = case
    monkeypatch.setattr("evidence.session.known_authorities", lambda: (KnownAuthority("Test", tsa.url),))
    holdfast("capture", "link", vault, "--case", case_id, "https://t.me/sample/1")
    code, stamped = holdfast("timestamp", vault, "--known")
    assert (code, stamped["pending"]) == (0, 0)
    assert holdfast("timestamp", vault)[1]["error"]["code"] == "timestamps.none_chosen"


def test_the_whole_line(case: tuple[Path, str], holdfast: Holdfast, tsa: LoopbackTsa, tmp_path: Path) -> None:
    vault, case_id = case
    picture = tmp_path / "chat.png"
    picture.write_bytes(chat_picture())
    code, added = holdfast("capture", "file", "--minor=no", vault, "--case", case_id, picture, "--note", "as I saw it")
    assert (code, added["items"][0]["number"]) == (0, "A-01")
    code, added = holdfast("capture", "link", vault, "--case", case_id, "https://t.me/sample/1")
    assert (code, added["items"][0]["method"]) == (0, "link_note")
    code, stamped = holdfast("timestamp", vault, "--tsa", tsa.url, "--remember")
    assert (code, stamped["pending"]) == (0, 0)
    code, scored = holdfast("score", vault, "--case", case_id, "--item", "A-01")
    assert code == 0
    assert scored["scores"][0]["band"] in {
        "inconclusive", "not_assessable", "no_indicators_found", "indicators_of_manipulation",
    }  # fmt: skip
    code, listed = holdfast("items", vault, "--case", case_id)
    assert (code, len(listed["exhibits"])) == (0, 2)
    out = tmp_path / "out"
    code, made = holdfast("package", vault, "--case", case_id, "--out", out, "--ask-time")
    assert (code, made["has_trusted_time"]) == (0, True)
    certificate, root = Path(made["folder"]) / "proof" / "certificates.pem", tmp_path / "root.pem"
    root.write_bytes(tsa.responder.keys.root.public_bytes(Encoding.PEM))
    code, told = holdfast("verify", made["zip_file"], vault=False)
    assert code == 3  # nobody is trusted yet
    code, told = holdfast("verify", made["zip_file"], "--trust", certificate, "--tsa-root", root, vault=False)
    assert code == 0, told
    code, checked = holdfast("vault", "check", vault)
    assert (code, checked["findings"]) == (0, [])


def test_a_flipped_byte_is_a_no(case: tuple[Path, str], holdfast: Holdfast, tmp_path: Path) -> None:
    vault, case_id = case
    text = tmp_path / "words.txt"
    text.write_text("invented words")
    holdfast("capture", "file", "--minor=no", vault, "--case", case_id, text)
    _code, made = holdfast("package", vault, "--case", case_id, "--out", tmp_path / "out", "--no-zip")
    [original] = (Path(made["folder"]) / "data").rglob("words.txt")
    original.write_text("Invented words")
    code, told = holdfast("verify", made["folder"], vault=False)
    assert code == 1
    assert any("words.txt" in path for path in told["packages"][0]["damaged"])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("case", "list", "{vault}-missing"), "vault.not_a_vault"),
        (("items", "{vault}", "--case", "nope"), "case.unknown"),
        (("capture", "file", "--minor=no", "{vault}", "--case", "{case}", "{vault}/none.txt"), "capture.file_missing"),
        (("score", "{vault}", "--case", "{case}", "--item", "A-77"), "item.unknown"),
        (("package", "{vault}", "--case", "{case}", "--out", "{vault}/out"), "package.no_exhibits"),
        (("timestamp", "{vault}"), "timestamps.none_chosen"),
        (("capture", "link", "{vault}", "--case", "{case}", "javascript:alert(1)"), "capture.link_scheme"),
        (("nonsense",), "cli.usage"),
        (("capture", "screen", "--minor=no", "{vault}", "--case", "{case}", "--region", "1,2"), "cli.usage"),
        (("capture", "screen", "--minor=no", "{vault}", "--case", "{case}", "--delay", "nan"), "cli.usage"),
        (("capture", "screen", "--minor=no", "{vault}", "--case", "{case}", "--delay", "3601"), "cli.usage"),
    ],
)
def test_what_cannot_be_done_is_said(
    case: tuple[Path, str], holdfast: Holdfast, words: tuple[str, ...], expected: str
) -> None:
    vault, case_id = case
    code, said = holdfast(*(word.format(vault=vault, case=case_id) for word in words), vault=words[0] != "nonsense")
    assert (code, said["error"]["code"]) == (2, expected)
    assert said["error"]["sentence"] and said["error"]["advice"]


def test_a_wrong_passphrase(case: tuple[Path, str], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("something else")
    assert run(["case", "list", str(case[0]), "--passphrase-file", str(wrong), "--language", "ko"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 2


def test_the_passphrase_comes_from_standard_input(
    case: tuple[Path, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{PASSPHRASE}\r\nrest".encode())))
    assert run(["case", "list", str(case[0]), "--passphrase-file", "-", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["cases"]) == 1


def test_without_a_terminal_the_passphrase_is_not_guessed(
    case: tuple[Path, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert run(["case", "list", str(case[0]), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "cli.no_terminal"


def test_score_file_keeps_nothing(holdfast: Holdfast, tmp_path: Path) -> None:
    picture = tmp_path / "chat.png"
    picture.write_bytes(chat_picture())
    before = sorted(path.name for path in tmp_path.iterdir())
    code, said = holdfast("score-file", picture, vault=False)
    assert code == 0
    assert said["scores"][0]["item_id"] == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_region_may_begin_left_of_the_first_monitor(case: tuple[Path, str], holdfast: Holdfast) -> None:
    words = ("capture", "screen", "--minor=no", case[0], "--case", case[1], "--region", "-10,0,20,10")
    _code, said = holdfast(*words)
    assert said.get("error", {}).get("code") != "cli.usage"


def test_names_of_files_do_not_steer_the_terminal(
    case: tuple[Path, str], holdfast: Holdfast, tmp_path: Path, capsys: pytest.CaptureFixture[str], secret: Path
) -> None:
    trick = tmp_path / "\x1b[2Jfoo\u202egnp.exe"
    trick.write_text("words")
    code, added = holdfast("capture", "file", "--minor=no", case[0], "--case", case[1], trick)
    assert (code, added["items"][0]["files"][0]["name"]) == (0, trick.name)
    assert run(["items", str(case[0]), "--case", case[1], "--passphrase-file", str(secret)]) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said and "\u202e" not in said
    assert "\\x1b[2J" in said


def test_an_unexpected_fault_is_said_without_a_traceback(
    case: tuple[Path, str], holdfast: Holdfast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_session: object) -> None:
        raise RuntimeError("secret content")

    monkeypatch.setattr("evidence.session.session.Session.cases", broken)
    code, said = holdfast("case", "list", case[0])
    assert (code, said["error"]["code"]) == (2, "internal.unexpected")
    assert "secret content" not in json.dumps(said)


@pytest.mark.parametrize("language", ["ko", "en", "fr"])
def test_help_speaks_the_language(capsys: pytest.CaptureFixture[str], language: str) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["--help", "--language", language])
    assert ended.value.code == 0
    words = {"ko": "보관함", "en": "vault", "fr": "coffre"}[language]
    assert words in capsys.readouterr().out
