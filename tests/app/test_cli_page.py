"""``capture page`` from the command line: a page of a real server becomes an exhibit that a stranger can check."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from support.pki import TestPki
from support.websites import Site, server_tls

from app.cli import run
from evidence.store import FLOOR

Holdfast = Callable[..., tuple[int, Any]]
PAGE = "<!doctype html><title>A room</title><h1>Public room</h1><p>Invented words in a public room, quite a few.</p>"


@pytest.fixture
def holdfast(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Holdfast:
    """Runs a command with --json; gives the exit code and the document."""
    monkeypatch.setattr("evidence.store.vault.tuned_cost", lambda: FLOOR)
    monkeypatch.setenv("HOLDFAST_PAGE_AS_ROOT", "1")

    def call(*words: object) -> tuple[int, Any]:
        code = run([*(str(word) for word in words), "--json", "--language", "en"])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, json.loads(said.out)

    return call


@pytest.fixture
def words(holdfast: Holdfast, tmp_path: Path) -> list[object]:
    """A vault with one case, as the words that name them."""
    secret = tmp_path / "passphrase.txt"
    secret.write_text("seven lanterns by the river\n", encoding="utf-8")
    vault = tmp_path / "vault"
    holdfast("vault", "create", vault, "--passphrase-file", secret)
    _code, case = holdfast("case", "create", vault, "--title", "one", "--passphrase-file", secret)
    return [vault, "--case", case["id"], "--passphrase-file", secret]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Site, Path]]:
    """A forum with TLS, and the certificate of the authority behind it."""
    pki, root = TestPki(), tmp_path / "root.pem"
    root.write_bytes(pki.root_pem)
    with Site({"/room": PAGE}, tls=server_tls(pki, tmp_path)) as running:
        yield running, root


def test_a_page_becomes_an_exhibit_that_a_stranger_can_check(
    holdfast: Holdfast, words: list[object], site: tuple[Site, Path], tmp_path: Path
) -> None:
    running, root = site
    open_it = ["--yes", "--allow-local", "127.0.0.1", "--trust", root]
    code, said = holdfast("capture", "page", "--minor=no", *words, f"{running.url}/room", *open_it)
    assert (code, said["outcome"]) == (0, "captured"), said
    [item] = said["items"]
    assert item["source"]["certificate_subject"] == "CN=sample site"
    assert item["source"]["served_and_rendered"] == "same_text"
    code, made = holdfast("package", *words, "--out", tmp_path / "out", "--no-folder")
    assert code == 0
    with ZipFile(made["zip_file"]) as archive:
        names = [name for name in archive.namelist() if "/data/" in name]
    assert {Path(name).suffix for name in names} >= {".wacz", ".png", ".pdf", ".html", ".txt", ".pem", ".json"}
    assert run(["verify", made["zip_file"]]) == 3, "nothing is wrong, not everything can be told"


def test_nothing_is_sent_before_it_was_said_and_agreed(
    holdfast: Holdfast, words: list[object], site: tuple[Site, Path]
) -> None:
    running, _root = site
    code, said = holdfast("capture", "page", "--minor=no", *words, f"{running.url}/room", "--allow-local", "127.0.0.1")
    assert (code, said["error"]["code"]) == (2, "capture.page_not_confirmed")
    assert running.asked == []
    for address, wrong in (("tg://resolve?domain=room", "capture.page_scheme"), ("file:///etc", "capture.link_scheme")):
        code, said = holdfast("capture", "page", "--minor=no", *words, address, "--yes")
        assert (code, said["error"]["code"]) == (2, wrong)


def test_a_failed_capture_is_called_failed_and_kept_only_when_asked(
    holdfast: Holdfast, words: list[object], site: tuple[Site, Path], tmp_path: Path
) -> None:
    running, _root = site
    where = [*words, f"{running.url}/room", "--yes", "--allow-local", "127.0.0.1"]
    code, said = holdfast("capture", "page", "--minor=no", *where)
    assert (code, said["outcome"], said["failed"]) == (2, "certificate_error", True)
    code, said = holdfast("items", *words)
    assert said["exhibits"] == []
    code, said = holdfast("capture", "page", "--minor=no", *where, "--keep-failed")
    assert (code, said["items"][0]["source"]["capture_outcome"]) == (0, "certificate_error")
    code, made = holdfast("package", *words, "--out", tmp_path / "out", "--no-folder")
    with ZipFile(made["zip_file"]) as archive:
        [table] = [archive.read(name).decode("utf-8-sig") for name in archive.namelist() if name.endswith("_items.csv")]
        [report] = [archive.read(name) for name in archive.namelist() if name.endswith("_report.pdf")]
    assert "failed: the site's certificate is not valid" in table, "and the package says it too"
    (tmp_path / "report.pdf").write_bytes(report)
    command = ["pdftotext", tmp_path / "report.pdf", "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Outcome of this capture: failed" in text
