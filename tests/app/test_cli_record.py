"""Recording from the command line on a real display: sealed as it is encoded, packed, checked, playable."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest
from support.commands import Holdfast
from support.waiting import until

from app.cli.console import Console

ROOT = Path(__file__).parents[2]


@pytest.fixture
def case(holdfast: Holdfast, tmp_path: Path, display: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str]:
    monkeypatch.setenv("DISPLAY", display)
    vault = tmp_path / "vault"
    holdfast("vault", "create", vault)
    return vault, holdfast("case", "create", vault, "--title", "봄")[1]["id"]


def test_three_seconds_become_an_exhibit_that_anyone_can_play(
    case: tuple[Path, str], holdfast: Holdfast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, case_id = case
    monkeypatch.setattr("sys.stdin", io.StringIO("profile opened\nlink copied\n"))
    code, made = holdfast(
        "capture", "record", "--minor=no", vault, "--case", case_id, "--region", "100,50,640,360", "--seconds", "1.5",
        "--marks", "--lawful-access", "my own account", "--guide", "telegram_room", "--said", "username=@some_room",
    )  # fmt: skip
    item = made["item"]
    assert code == 0
    assert item["method"] == "screen_recording"
    assert item["files"][0]["media_type"] == "video/mp4"
    assert (item["source"]["completeness"], item["source"]["ended_by"]) == ("complete", "time")
    assert re.fullmatch(r"\d\.\d{3} profile opened; \d\.\d{3} link copied", item["source"]["marks"])
    assert item["source"]["guide"] == "telegram_room"
    assert item["source"]["said_username"] == "@some_room"
    assert holdfast("vault", "check", vault)[0] == 0
    code, packed = holdfast("package", vault, "--case", case_id, "--out", tmp_path / "out", "--no-zip")
    assert code == 0
    # Nothing is no; whose key it is, and since when, cannot be told.
    assert holdfast("verify", packed["folder"], vault=False)[0] == 3
    (film,) = (Path(packed["folder"]) / "data" / "A-01").iterdir()
    with av.open(str(film)) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (640, 360)
        assert container.streams.video[0].codec_context.name == "h264"
        frames = sum(1 for _ in container.decode(video=0))
    assert frames == int(item["source"]["film_frames"])

    code, stills = holdfast("still", vault, "--case", case_id, "--item", "A-01", "--at", "0.5", "--at", "99")
    assert code == 0
    first, last = (still["source"] for still in stills["items"])
    assert (first["derived_from"], first["derived_from_sha256"]) == ("A-01", item["files"][0]["digests"]["sha256"])
    assert stills["items"][0]["method"] == "derived"
    assert 0 <= float(first["film_time_s"]) <= 0.5
    assert last["film_frame"] == str(frames - 1)
    code, said = holdfast("still", vault, "--case", case_id, "--item", "A-02", "--at", "0")
    assert (code, said["error"]["code"]) == (2, "film.none")
    _code, packed = holdfast("package", vault, "--case", case_id, "--out", tmp_path / "again", "--no-zip")
    assert holdfast("verify", packed["folder"], vault=False)[0] == 3


def test_no_monitor_with_that_number_is_said_before_anything_begins(case: tuple[Path, str], holdfast: Holdfast) -> None:
    vault, case_id = case
    words = (vault, "--case", case_id, "--screen", "7", "--seconds", "1")
    code, said = holdfast("capture", "record", "--minor=no", *words)
    assert (code, said["error"]["code"]) == (2, "capture.no_such_screen")
    assert holdfast("items", vault, "--case", case_id)[1]["exhibits"] == []


@pytest.fixture
def running(case: tuple[Path, str], secret: Path, display: str) -> Iterator[subprocess.Popen[bytes]]:
    """A recording in a process of its own that has run for some seconds, started with Ctrl+C ignored: so shells start
    what runs in the background."""
    vault, case_id = case
    ignoring = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    process = subprocess.Popen(
        [sys.executable, "-c", f"{ignoring}os.execv(sys.executable, sys.argv[1:])",
         sys.executable, "-m", "app", "capture", "record", "--minor=no", str(vault), "--case", case_id,
         "--region", "0,0,320,200", "--passphrase-file", str(secret), "--json"],
        cwd=ROOT, env={**os.environ, "DISPLAY": display}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    folder = vault / "objects" / "new"
    until(lambda: list(folder.glob("*.tail0")))
    sizes: set[int] = set()  # each second adds a record to the journal, however slow the computer is
    until(lambda: sizes.add(sum(path.stat().st_size for path in folder.glob("*.tail*"))) or len(sizes) >= 6)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_recording_is_a_partial_exhibit_at_the_next_start(
    case: tuple[Path, str], running: subprocess.Popen[bytes], holdfast: Holdfast, tmp_path: Path
) -> None:
    vault, case_id = case
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    code, listed = holdfast("items", vault, "--case", case_id)
    (exhibit,) = listed["exhibits"]
    source = exhibit["item"]["source"]
    assert code == 0
    assert (source["completeness"], source["ended_by"]) == ("partial", "interruption")
    _code, packed = holdfast("package", vault, "--case", case_id, "--out", tmp_path / "out", "--no-zip")
    assert holdfast("verify", packed["folder"], vault=False)[0] == 3
    (film,) = (Path(packed["folder"]) / "data" / "A-01").iterdir()
    with av.open(str(film)) as container:
        *_, last = container.decode(video=0)
    assert last.time >= 1.0


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts differ")
def test_an_interrupt_ends_it_and_keeps_it(case: tuple[Path, str], running: subprocess.Popen[bytes]) -> None:
    running.send_signal(signal.SIGINT)
    out, _err = running.communicate(timeout=30)
    assert running.returncode == 0
    assert json.loads(out)["item"]["source"]["ended_by"] == "person"


def test_a_checklist_can_be_read_without_a_vault(holdfast: Holdfast) -> None:
    assert len(holdfast("guide", vault=False)[1]["guides"]) == 7
    code, one = holdfast("guide", "kakaotalk", vault=False)
    assert code == 0
    assert one["steps"][0]["said"] == ["app_version", "account_used"]
    assert holdfast("guide", "nowhere", vault=False)[1]["error"]["code"] == "capture.no_such_guide"


@pytest.fixture
def downloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Path], object]], Path]:
    """A folder into which a file comes once it is watched; what is given is done with it when the file is sealed."""

    def made(once_sealed: Callable[[Path], object]) -> Path:
        folder = tmp_path / "downloads"
        folder.mkdir()
        real = Console.say

        def say(self: Console, line: str) -> None:
            real(self, line)
            if "being watched" in line:
                (folder / "room.txt").write_text("what came")
            elif "SHA-256" in line:
                once_sealed(folder)

        monkeypatch.setattr(Console, "say", say)
        return folder

    return made


def test_a_watched_folder_is_taken_in(
    case: tuple[Path, str], holdfast: Holdfast, downloads: Callable[[Callable[[Path], object]], Path]
) -> None:
    vault, case_id = case
    folder = downloads(lambda _folder: signal.raise_signal(signal.SIGINT))
    code, found = holdfast(
        "capture", "watch", vault, "--case", case_id, folder, "--every", "0.05", "--remove", "--minor", "no"
    )
    assert (code, found["problems"]) == (0, [])
    assert [item["files"][0]["name"] for item in found["items"]] == ["room.txt"]
    assert list(folder.iterdir()) == []


def test_a_watched_folder_that_goes_away_is_said_and_what_came_before_too(
    case: tuple[Path, str], holdfast: Holdfast, downloads: Callable[[Callable[[Path], object]], Path]
) -> None:
    vault, case_id = case
    folder = downloads(lambda watched: watched.rename(watched.with_name("gone")))
    code, found = holdfast("capture", "watch", vault, "--case", case_id, folder, "--every", "0.05", "--minor", "no")
    assert (code, found["problems"]) == (2, ["capture.file_missing"])
    assert [item["files"][0]["name"] for item in found["items"]] == ["room.txt"]
