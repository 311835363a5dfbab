"""Capturing from the command line in a Wayland session: from the words to the sealed exhibit."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from support.commands import Holdfast
from support.portal import CAST, Answer, Desktop

from app.cli import run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Wayland is a matter of Linux")


@pytest.fixture
def case(holdfast: Holdfast, tmp_path: Path) -> tuple[Path, str]:
    vault = tmp_path / "vault"
    holdfast("vault", "create", vault)
    return vault, holdfast("case", "create", vault, "--title", "봄")[1]["id"]


def test_from_the_words_to_the_sealed_exhibit(
    desktop_here: Desktop, case: tuple[Path, str], holdfast: Holdfast, capsys: pytest.CaptureFixture[str]
) -> None:
    vault, case_id = case
    code, made = holdfast("capture", "screen", "--minor=no", vault, "--case", case_id, "--screen", 2)
    item = made["items"][0]
    assert code == 0
    assert item["source"]["screen"] == "2"
    assert item["source"]["system_copy"] == "removed"
    assert "left_behind" not in made
    assert desktop_here.left() == []
    code, made = holdfast("capture", "screen", "--minor=no", "--ask", vault, "--case", case_id)
    assert made["items"][0]["settings"]["extent"] == "asked"
    assert holdfast("vault", "check", vault)[0] == 0
    assert run(["items", str(vault), "--case", case_id, "--passphrase-file", str(vault.parent / "passphrase.txt")]) == 0
    capsys.readouterr()


def test_a_copy_that_stays_is_told_and_nothing_of_its_place_is_sealed(
    desktop_here: Desktop, case: tuple[Path, str], holdfast: Holdfast
) -> None:
    def shoot(arguments: list[Any]) -> Answer:
        found = desktop_here.shoot(arguments)
        os.link(desktop_here.pictures / "Screenshot 1.png", desktop_here.pictures / "second.png")
        return found

    desktop_here.portals.answers["Screenshot"] = shoot
    vault, case_id = case
    code, made = holdfast("capture", "screen", "--minor=no", vault, "--case", case_id)
    said = holdfast.said
    assert (code, made["left_behind"]) == (0, [str(desktop_here.pictures / "Screenshot 1.png")])
    assert str(desktop_here.pictures / "Screenshot 1.png") in said
    assert str(desktop_here.pictures) not in json.dumps(made["items"])


@pytest.mark.parametrize(("answer", "code"), [(1, "capture.portal_cancelled"), (2, "capture.portal_denied")])
def test_refused(
    desktop_here: Desktop, case: tuple[Path, str], holdfast: Holdfast, answer: int, code: str
) -> None:  # fmt: skip
    desktop_here.answer((answer, {}))
    vault, case_id = case
    exit_code, made = holdfast("capture", "screen", "--minor=no", vault, "--case", case_id)
    assert (exit_code, made["error"]["code"]) == (2, code)
    assert holdfast("items", vault, "--case", case_id)[1]["exhibits"] == []


def test_a_window_of_another_program_is_not_told(
    desktop_here: Desktop, case: tuple[Path, str], holdfast: Holdfast
) -> None:
    words = ("capture", "screen", "--minor=no", case[0], "--case", case[1], "--window", "Telegram")
    assert holdfast(*words)[1]["error"]["code"] == "capture.windows_not_told"
    assert desktop_here.portals.calls == []


def test_recording_is_refused_in_one_sentence(
    desktop_here: Desktop, case: tuple[Path, str], holdfast: Holdfast
) -> None:
    vault, case_id = case
    del desktop_here.portals.versions[CAST]
    words = ("capture", "record", "--minor=no", vault, "--case", case_id, "--seconds", "1")
    code, made = holdfast(*words)
    assert (code, made["error"]["code"]) == (2, "capture.no_recording_here")
    assert holdfast("items", vault, "--case", case_id)[1]["exhibits"] == []


def test_the_way_and_the_monitors_are_said(
    desktop_here: Desktop, holdfast: Holdfast, capsys: pytest.CaptureFixture[str]
) -> None:
    code, made = holdfast("screens", vault=False)
    assert code == 0
    assert made["access"]["way"] == "portal"
    assert [each["name"] for each in made["screens"]] == ["DP-1", "eDP-1"]
    assert run(["screens", "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert "may ask you first" in said
    assert "not told by this system" in said
    assert "Monitor 2: 150 × 120 at -150,-20  eDP-1" in said
    assert desktop_here.portals.calls == []
