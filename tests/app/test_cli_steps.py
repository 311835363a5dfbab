"""From the command line: a checklist with single pictures, photos of another screen, windows, what is copied."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.commands import Holdfast

ROOT = Path(__file__).parents[2]
LIMIT_S = 120

COPYING = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
application = QGuiApplication([])
clipboard = QGuiApplication.clipboard()
clipboard.setText("before")
QTimer.singleShot(0, lambda: print("ready", flush=True))
words = iter(sys.stdin.readline, "")
from PySide6.QtCore import QSocketNotifier
notifier = QSocketNotifier(0, QSocketNotifier.Type.Read)
notifier.activated.connect(lambda *_: (line := sys.stdin.readline()) and clipboard.setText(line.strip())
                           or (None if line else application.quit()))
application.exec()
"""


@pytest.fixture
def case(holdfast: Holdfast, tmp_path: Path, display: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str]:
    monkeypatch.setenv("DISPLAY", display)
    vault = tmp_path / "vault"
    holdfast("vault", "create", vault)
    return vault, holdfast("case", "create", vault, "--title", "봄")[1]["id"]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "IMG_1.jpg"
    Image.new("RGB", (60, 40), "teal").save(path)
    return path


def test_a_checklist_is_walked_with_single_pictures(
    case: tuple[Path, str], holdfast: Holdfast, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, case_id = case
    lines = ["app_version=Telegram 6.2", "", "s", "chat_id=-1001", f"photo {photo}", "shoe_size=40", "what", "b", "",
             "username=@left_over", "q"]  # fmt: skip
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
    code, made = holdfast(
        "capture", "steps", vault, "--case", case_id, "--guide", "telegram_room", "--region", "10,10,64,48",
        "--minor", "no", "--lawful-access", "I was added",
    )  # fmt: skip
    assert code == 0
    sources = [item["source"] for item in made["items"]]
    assert [item["method"] for item in made["items"]] == ["live_capture", "photo_of_other_screen", "live_capture"]
    assert [source["guide_step"] for source in sources] == ["app", "room_id", "room_id"]
    assert {source["guide"] for source in sources} == {"telegram_room"}
    assert (sources[0]["said_app_version"], sources[1]["said_chat_id"]) == ("Telegram 6.2", "-1001")
    assert "said_chat_id" not in sources[2]
    assert sources[0]["region"] == "10,10,64,48"
    assert made["steps"] == {"app": ["A-01"], "room_id": ["A-02", "A-03"]}
    assert made["skipped"][0] == "room"
    assert made["problems"] == ["capture.no_such_field", "cli.unknown_line"]
    assert "It answers: names and numbers of accounts, rooms and posts" in holdfast.said
    assert all(item["lawful_access"] == "I was added" for item in made["items"])
    assert holdfast("vault", "check", vault)[0] == 0


def test_photos_of_another_screen_say_so(case: tuple[Path, str], holdfast: Holdfast, photo: Path) -> None:
    vault, case_id = case
    words = ("capture", "file", vault, "--case", case_id, photo, "--minor", "no")
    _code, made = holdfast(*words, "--method", "photo_of_other_screen", "--guide", "phone", "--step", "time")
    (item,) = made["items"]
    assert item["method"] == "photo_of_other_screen"
    assert (item["source"]["guide"], item["source"]["guide_step"]) == ("phone", "time")
    assert holdfast(*words)[1]["items"][0]["method"] == "file_import"
    code, refused = holdfast(*words, "--guide", "phone", "--step", "room")
    assert (code, refused["error"]["code"]) == (2, "capture.no_such_step")


def test_the_pointer_and_a_window_that_is_not_there(case: tuple[Path, str], holdfast: Holdfast) -> None:
    vault, case_id = case
    words = ("capture", "screen", vault, "--case", case_id, "--minor", "no", "--region", "0,0,40,30")
    _code, made = holdfast(*words, "--pointer", "--guide", "x", "--step", "clock")
    assert made["items"][0]["settings"]["cursor"] == "drawn"
    assert made["items"][0]["source"]["guide_step"] == "clock"
    code, refused = holdfast(*words, "--window", "nowhere")
    assert (code, refused["error"]["code"]) == (2, "capture.no_such_window")
    assert holdfast("capture", "windows", vault=False) == (0, {"windows": []})
    assert holdfast.said == ""


def test_a_picture_waits_until_one_is_ready(case: tuple[Path, str], holdfast: Holdfast) -> None:
    vault, case_id = case
    words = ("capture", "screen", vault, "--case", case_id, "--minor", "no", "--region", "0,0,40,30")
    began = datetime.now(UTC).replace(microsecond=0)  # exhibits may name whole seconds
    _code, made = holdfast(*words, "--delay", "2")
    assert datetime.fromisoformat(made["items"][0]["acquired"]["at"]) >= began + timedelta(seconds=2)


def test_what_is_copied_elsewhere_is_taken_in(case: tuple[Path, str], secret: Path) -> None:
    """Two other programs on a real display: one that copies, and the command line itself."""
    vault, case_id = case
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "QT_LOGGING_RULES": "*=false"}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    command = [
        sys.executable, "-m", "app", "capture", "clipboard", str(vault), "--case", case_id, "--minor", "no",
        "--every", "0.05", "--seconds", str(LIMIT_S), "--passphrase-file", str(secret), "--json", "--language", "en",
    ]  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", COPYING], **pipes) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, **pipes) as ours:
            assert ours.stderr is not None
            _read_until(ours.stderr, "is taken in")
            other.stdin.write("t.me/a_room_seen_today\n")
            other.stdin.flush()
            _read_until(ours.stderr, "SHA-256")
            ours.send_signal(2)
            out, err = ours.communicate(timeout=LIMIT_S)
            assert "Traceback" not in err
        other.stdin.close()
        other.wait(LIMIT_S)
    (item,) = json.loads(out)["items"]
    assert (item["method"], item["files"][0]["name"]) == ("paste_import", "clipboard.txt")
    assert item["files"][0]["digests"]["size"] == len("t.me/a_room_seen_today")


def _read_until(stream: Any, words: str) -> None:
    for line in stream:
        if words in line:
            return
    raise AssertionError(f"{words!r} was never said")
