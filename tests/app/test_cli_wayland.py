"""Capturing from the command line in a Wayland session: from the words to the sealed exhibit."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.portal import CAST, Answer, Desktop

from app.cli import run
from evidence.store import FLOOR

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Wayland is a matter of Linux")
Holdfast = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def desktop(bus_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desktop]:
    """The session that the command line finds itself in."""
    made = Desktop(bus_address, tmp_path)
    for name, value in made.environ.items():
        monkeypatch.setenv(name, value)
    yield made
    made.close()


@pytest.fixture
def holdfast(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Holdfast:
    """Runs a command with --json; gives the exit code, the document, and what was said on the way."""
    monkeypatch.setattr("evidence.store.vault.tuned_cost", lambda: FLOOR)
    secret = tmp_path / "passphrase.txt"
    secret.write_text("seven lanterns by the river\n", encoding="utf-8")

    def call(*words: object, vault: bool = True) -> tuple[int, Any, str]:
        more = ["--passphrase-file", str(secret)] if vault else []
        code = run([*(str(word) for word in words), "--json", "--language", "en", *more])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, json.loads(said.out), said.err

    return call


@pytest.fixture
def case(holdfast: Holdfast, tmp_path: Path) -> tuple[Path, str]:
    vault = tmp_path / "vault"
    holdfast("vault", "create", vault)
    return vault, holdfast("case", "create", vault, "--title", "봄")[1]["id"]


def test_from_the_words_to_the_sealed_exhibit(
    desktop: Desktop, case: tuple[Path, str], holdfast: Holdfast, capsys: pytest.CaptureFixture[str]
) -> None:
    vault, case_id = case
    code, made, _said = holdfast("capture", "screen", "--minor=no", vault, "--case", case_id, "--screen", 2)
    item = made["items"][0]
    assert code == 0
    assert item["source"]["screen"] == "2"
    assert item["source"]["system_copy"] == "removed"
    assert "left_behind" not in made
    assert desktop.left() == []
    code, made, _said = holdfast("capture", "screen", "--minor=no", "--ask", vault, "--case", case_id)
    assert made["items"][0]["settings"]["extent"] == "asked"
    assert holdfast("vault", "check", vault)[0] == 0
    assert run(["items", str(vault), "--case", case_id, "--passphrase-file", str(vault.parent / "passphrase.txt")]) == 0
    capsys.readouterr()


def test_a_copy_that_stays_is_told_and_nothing_of_its_place_is_sealed(
    desktop: Desktop, case: tuple[Path, str], holdfast: Holdfast
) -> None:
    def shoot(arguments: list[Any]) -> Answer:
        found = desktop.shoot(arguments)
        os.link(desktop.pictures / "Screenshot 1.png", desktop.pictures / "second.png")
        return found

    desktop.portals.answers["Screenshot"] = shoot
    vault, case_id = case
    code, made, said = holdfast("capture", "screen", "--minor=no", vault, "--case", case_id)
    assert (code, made["left_behind"]) == (0, [str(desktop.pictures / "Screenshot 1.png")])
    assert str(desktop.pictures / "Screenshot 1.png") in said
    assert str(desktop.pictures) not in json.dumps(made["items"])


@pytest.mark.parametrize(("answer", "code"), [(1, "capture.portal_cancelled"), (2, "capture.portal_denied")])
def test_refused(
    desktop: Desktop, case: tuple[Path, str], holdfast: Holdfast, answer: int, code: str
) -> None:  # fmt: skip
    desktop.answer((answer, {}))
    vault, case_id = case
    exit_code, made, _said = holdfast("capture", "screen", "--minor=no", vault, "--case", case_id)
    assert (exit_code, made["error"]["code"]) == (2, code)
    assert holdfast("items", vault, "--case", case_id)[1]["exhibits"] == []


def test_a_window_of_another_program_is_not_told(desktop: Desktop, case: tuple[Path, str], holdfast: Holdfast) -> None:
    words = ("capture", "screen", "--minor=no", case[0], "--case", case[1], "--window", "Telegram")
    assert holdfast(*words)[1]["error"]["code"] == "capture.windows_not_told"
    assert desktop.portals.calls == []


def test_recording_is_refused_in_one_sentence(desktop: Desktop, case: tuple[Path, str], holdfast: Holdfast) -> None:
    vault, case_id = case
    del desktop.portals.versions[CAST]
    words = ("capture", "record", "--minor=no", vault, "--case", case_id, "--seconds", "1")
    code, made, _said = holdfast(*words)
    assert (code, made["error"]["code"]) == (2, "capture.no_recording_here")
    assert holdfast("items", vault, "--case", case_id)[1]["exhibits"] == []


def test_the_way_and_the_monitors_are_said(
    desktop: Desktop, holdfast: Holdfast, capsys: pytest.CaptureFixture[str]
) -> None:
    code, made, _said = holdfast("screens", vault=False)
    assert code == 0
    assert made["access"]["way"] == "portal"
    assert [each["name"] for each in made["screens"]] == ["DP-1", "eDP-1"]
    assert run(["screens", "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert "may ask you first" in said
    assert "not told by this system" in said
    assert "Monitor 2: 150 × 120 at -150,-20  eDP-1" in said
    assert desktop.portals.calls == []
