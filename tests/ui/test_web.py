"""A web page recorded from the window: what the site learns is said, a failed capture is shown and kept if wanted."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import segno
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from support.websites import Answer, Site

from evidence.model import Case
from ui.main_window import MainWindow

WORDS = "<!doctype html><title>Room</title><h1>A public room</h1><p>Invented words, and enough of them to be read."


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("HOLDFAST_PAGE_AS_ROOT", "1")
    with Site({"/room": WORDS, "/gone": Answer(b"<p>This post was deleted.", 404)}) as running:
        yield running


@pytest.fixture
def local(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' sites stand on this computer, which the program refuses unless it is told otherwise."""
    doors = window.desk.doors
    doors = doors._replace(load_page=partial(doors.load_page, allowed_hosts=["127.0.0.1"]))
    monkeypatch.setattr(window.desk, "doors", doors)


def test_a_page_is_recorded_and_sealed(
    case: Case, window: MainWindow, local: None, site: Site, qtbot: QtBot, settle: Callable[[], None],
    nobody_under_age: Callable[[], None],
) -> None:
    window.show_capture(case.id, kind="link")
    window.capture.url.line.setText(f"{site.url}/room")
    window.capture.web_button.click()
    page = window.web
    assert page.url.line.text() == f"{site.url}/room"
    assert "127.0.0.1" in page.notice_text.text() and "not encrypted" in page.notice_text.text()
    window.desk.change(language="fr")
    assert "apprendra\u00a0:" in page.notice_text.text(), "our own words are shown as they are"
    window.desk.change(language="en")
    assert site.asked == [], "nothing is sent before the button is pressed"
    page.note.set_words("what I saw")
    page.open_page()
    nobody_under_age()
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.case, timeout=60_000)
    settle()
    [exhibit] = _exhibits(window, qtbot, case)
    assert exhibit.item.source["capture_outcome"] == "captured"
    assert exhibit.item.note == "what I saw"


def test_a_failed_capture_is_shown_and_kept_only_when_wanted(
    case: Case, window: MainWindow, local: None, site: Site, qtbot: QtBot, settle: Callable[[], None],
    nobody_under_age: Callable[[], None],
) -> None:
    window.show_web(case.id, url=f"{site.url}/gone")
    page = window.web
    page.open_page()
    nobody_under_age()
    qtbot.waitUntil(lambda: page.failed.isVisible(), timeout=60_000)
    assert "not there" in page.failed_title.text() and "404" in page.failed_text.text()
    assert _exhibits(window, qtbot, case) == []
    qtbot.keyClick(page.keep_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.case, timeout=20_000)
    settle()
    [exhibit] = _exhibits(window, qtbot, case)
    assert exhibit.item.source["capture_outcome"] == "gone"


@pytest.mark.skipif(shutil.which("xdotool") is None, reason="there is no xdotool on this computer")
def test_the_person_may_look_first_and_say_when(
    case: Case, window: MainWindow, local: None, site: Site, qtbot: QtBot, settle: Callable[[], None],
    nobody_under_age: Callable[[], None],
) -> None:
    """The browser's window is a window of another process; it is driven like one."""
    own = {f"{int(window.winId())}"}
    window.show_web(case.id, url=f"{site.url}/room")
    window.web.seen.setChecked(True)
    window.web.open_page()
    nobody_under_age()
    found: list[str] = []

    def is_there() -> bool:
        said = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", "^Holdfast$"], capture_output=True, text=True
        )
        found[:] = [each for each in said.stdout.split() if each not in own]
        return bool(found) and len(site.asked) > 0

    qtbot.waitUntil(is_there, timeout=60_000)
    assert {path for path, _headers in site.asked} <= {"/room", "/favicon.ico"}
    before = sum(path == "/room" for path, _headers in site.asked)
    subprocess.run(["xdotool", "windowfocus", "--sync", found[0], "key", "F8"], check=True, timeout=20)
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.case, timeout=60_000)
    settle()
    [exhibit] = _exhibits(window, qtbot, case)
    assert sum(path == "/room" for path, _headers in site.asked) == before + 1, "loaded once more, and recorded"
    assert exhibit.item.source["capture_outcome"] == "captured"


def _exhibits(window: MainWindow, qtbot: QtBot, case: Case) -> list:
    found: list = []
    session = window.desk.session
    window.desk.jobs.start(
        lambda _progress, _cancelled: [session.exhibits(case.id)],
        found.extend,
        lambda problem: pytest.fail(repr(problem)),
    )
    qtbot.waitUntil(lambda: bool(found), timeout=10_000)
    return found[0]


def test_a_code_in_a_picture_becomes_a_link(
    case: Case, window: MainWindow, qtbot: QtBot, settle: Callable[[], None], tmp_path: Path
) -> None:
    path = tmp_path / "poster.png"
    segno.make("https://t.me/sample_room/7", error="m").save(path, scale=8, border=6)
    window.case.add_files([path])
    settle()
    window.show_exhibit(case.id, window.case.list.rows.rows[0].key)
    settle()
    codes = window.exhibit.codes
    assert not codes.isVisible(), "what few need is behind a button"
    window.exhibit.more_button.click()
    assert codes.isVisible() and not codes.take_button.isVisible()
    codes.read_button.click()
    qtbot.waitUntil(lambda: "t.me/sample_room/7" in codes.words.text(), timeout=30_000)
    codes.take_button.click()
    settle()
    [_picture, link] = _exhibits(window, qtbot, case)
    assert (link.item.source["username"], link.item.source["read_from"]) == ("sample_room", "A-01")
    assert not window.exhibit.visit_button.isVisible(), "a picture has no page"
    window.show_exhibit(case.id, link.item.id)
    settle()
    window.exhibit.visit_button.click()
    assert window.web.url.line.text() == "https://t.me/sample_room/7"
