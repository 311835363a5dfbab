"""What ends a program from outside ends its long acts calmly: what was recorded is sealed, whatever was inherited."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.commands import Holdfast
from support.waiting import until

from app.cli.console import Console
from app.cli.ending import CalmEnd, unwinding

ROOT = Path(__file__).parents[2]
LIMIT_S = 120
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals like these")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    assert {number: signal.getsignal(number) for number in numbers} == before, "the handlers were not put back"


@pytest.mark.parametrize(("name", "who"), [("SIGINT", "person"), ("SIGTERM", "system"), ("SIGHUP", "system")])
def test_a_signal_is_only_noted(name: str, who: str) -> None:
    if not hasattr(signal, name):
        pytest.skip("this system has no such signal")
    with CalmEnd() as ending:
        assert ending.wait(0)
        signal.raise_signal(getattr(signal, name))
        assert ending.is_asked
        assert ending.ended_by == who
        assert not ending.wait(3600)
        assert ending.waiting_for(lambda: pytest.fail("nobody waits any more")) is None


@posix
def test_who_waits_is_woken() -> None:
    """The hour is not over when the test is."""

    def end() -> None:
        while not ending._is_waiting:
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    with CalmEnd() as ending:
        thread = threading.Thread(target=end)
        thread.start()
        assert not ending.wait(3600)
        thread.join()


def test_ctrl_c_twice_means_it() -> None:
    with CalmEnd():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@posix
def test_a_hang_up_that_was_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with unwinding(), CalmEnd() as ending:
            signal.raise_signal(signal.SIGHUP)
            assert not ending.is_asked
    finally:
        signal.signal(signal.SIGHUP, before)


@posix
def test_outside_of_long_acts_the_first_unwinds_and_no_other_disturbs() -> None:
    ended: list[str] = []

    def act() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGHUP)
            ended.append("cleaned up")

    with pytest.raises(KeyboardInterrupt), unwinding():
        act()
    assert ended == ["cleaned up"]


def test_another_thread_hears_none() -> None:
    def run() -> None:
        with unwinding(), CalmEnd() as ending:
            said.append(ending.wait(0))

    said: list[bool] = []
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert said == [True]


@pytest.fixture
def case(holdfast: Holdfast, tmp_path: Path) -> tuple[Path, str]:
    vault = tmp_path / "vault"
    holdfast("vault", "create", vault)
    return vault, holdfast("case", "create", vault, "--title", "봄")[1]["id"]


@posix
def test_a_recording_is_sealed(
    case: tuple[Path, str], holdfast: Holdfast, display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    vault, case_id = case

    def end() -> None:
        until(lambda: list((vault / "objects" / "new").glob("*.tail0")))  # it goes on
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=end)
    thread.start()
    code, made = holdfast("capture", "record", vault, "--case", case_id, "--minor", "no", "--region", "0,0,64,48")
    thread.join()
    assert code == 0
    assert (made["item"]["source"]["ended_by"], made["item"]["source"]["completeness"]) == ("system", "complete")


def test_what_was_scrolled_until_then_is_sealed(
    case: tuple[Path, str], holdfast: Holdfast, display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    vault, case_id = case
    monkeypatch.setattr(Console, "progress", lambda *_: signal.raise_signal(signal.SIGINT))
    words = ("--region", "0,0,64,48", "--seconds", 3600, "--minor", "no")
    code, made = holdfast("capture", "scroll", vault, "--case", case_id, *words)
    assert code == 0
    (item,) = made["items"]
    assert (item["source"]["completeness"], item["source"]["scroll_pictures"]) == ("partial", "1")


def test_what_a_checklist_brought_stays(
    case: tuple[Path, str], holdfast: Holdfast, display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    vault, case_id = case

    class Typed(io.StringIO):
        def readline(self, _size: int = -1, /) -> str:
            return super().readline() or str(signal.raise_signal(signal.SIGTERM))

    monkeypatch.setattr("sys.stdin", Typed("\n"))
    words = ("--guide", "x", "--region", "0,0,64,48", "--minor", "no")
    code, made = holdfast("capture", "steps", vault, "--case", case_id, *words)
    assert (code, len(made["items"])) == (0, 1)


@posix
def test_a_terminal_that_closes_costs_nothing(
    case: tuple[Path, str], holdfast: Holdfast, secret: Path, tmp_path: Path
) -> None:
    """The program is the leader of its terminal's session, as the only program of a terminal's window is."""
    vault, case_id = case
    folder = tmp_path / "downloads"
    folder.mkdir()
    ours, theirs = os.openpty()
    leading = "import fcntl, os, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    command = [
        sys.executable, "-c", f"{leading}os.execv(sys.executable, sys.argv[1:])", sys.executable, "-m", "app",
        "capture", "watch", vault, "--case", case_id, "--minor", "no", "--passphrase-file", secret, folder,
        "--every", "0.05", "--language", "en",
    ]  # fmt: skip
    with subprocess.Popen([*map(str, command)], cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        while b"being watched" not in said:
            said += os.read(ours, 4096)
        (folder / "room.txt").write_text("what came")
        while b"A-01" not in said:
            said += os.read(ours, 4096)
        os.close(ours)
        assert process.wait(LIMIT_S) == 0
    assert [one["item"]["number"] for one in holdfast("items", vault, "--case", case_id)[1]["exhibits"]] == ["A-01"]
