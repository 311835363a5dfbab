"""Keys that a system hears for us: a portal over a real message bus, and Windows as its documentation says."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from support.portal import SHORTCUTS, Answer, FakePortals, Speaker

from evidence.bus import Variant
from evidence.bus.portal import PATH, SESSION
from ui.hotkey import Hotkeys, X11Hotkeys
from ui.hotkeys_asked import PortalHotkeys, WindowsHotkeys, open_hotkeys
from ui.jobs import Jobs

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the portals are a matter of Linux")
NAMES = {"M": "Mark this moment", "P": "Pause or go on"}


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.cancel_all()
    made.close()


@pytest.fixture
def portals(bus_address: str) -> Iterator[FakePortals]:
    made = FakePortals(bus_address, answers={"BindShortcuts": granted})
    yield made
    made.close()


def granted(arguments: list[Any]) -> Answer:
    """The person agrees, and takes another key for the second."""
    found = [
        ("M", {"description": Variant("s", "x"), "trigger_description": Variant("s", "Ctrl+Alt+M")}),
        ("P", {"trigger_description": Variant("s", "Super+F9")}),
        ("stranger", {"trigger_description": Variant("s", "Q")}),
    ]
    assert [name for name, _facts in arguments[1]] == ["M", "P"]
    return 0, {"shortcuts": Variant("a(sa{sv})", found)}


def activate(portals: FakePortals, name: str, session: str = "") -> None:
    ((handle, who),) = portals.sessions.items()
    portals.emit(PATH, SHORTCUTS, "Activated", "osta{sv}", [session or handle, name, 7, {}], who)


@on_linux
class TestPortal:
    def heard(self, jobs: Jobs, portals: FakePortals, qtbot: QtBot) -> tuple[PortalHotkeys, list[str]]:
        keys = PortalHotkeys(jobs, NAMES, portals.address)
        came: list[str] = []
        keys.pressed.connect(came.append)
        assert keys.heard == ""
        qtbot.waitUntil(lambda: keys.heard == "MP", timeout=60_000)
        return keys, came

    def test_they_are_heard_by_the_names_that_the_desktop_gives(
        self, jobs: Jobs, portals: FakePortals, qtbot: QtBot
    ) -> None:
        keys, came = self.heard(jobs, portals, qtbot)
        assert keys.words == {"M": "Ctrl+Alt+M", "P": "Super+F9"}
        wanted = portals.calls[-1][1][1]
        assert wanted[0] == ("M", {"description": "Mark this moment", "preferred_trigger": "CTRL+ALT+m"})
        for name in ("M", "stranger", "P"):
            activate(portals, name)
        qtbot.waitUntil(lambda: came == ["M", "P"], timeout=60_000)
        keys.close()
        assert keys.heard == ""

    def test_strangers_and_other_sessions_press_nothing(self, jobs: Jobs, portals: FakePortals, qtbot: QtBot) -> None:
        keys, came = self.heard(jobs, portals, qtbot)
        stranger = Speaker(portals.address)
        ((handle, who),) = portals.sessions.items()
        stranger.signal(who, PATH, SHORTCUTS, "Activated", "osta{sv}", [handle, "M", 7, {}])
        stranger.connection.call_bus("GetId", "", [])  # it is there
        activate(portals, "M", f"{handle}x")
        activate(portals, "P")
        qtbot.waitUntil(lambda: came == ["P"], timeout=60_000)
        stranger.connection.close()
        keys.close()

    def test_the_desktop_ends_it(self, jobs: Jobs, portals: FakePortals, qtbot: QtBot) -> None:
        keys, _came = self.heard(jobs, portals, qtbot)
        ((handle, who),) = portals.sessions.items()
        portals.emit(handle, SESSION, "Closed", "a{sv}", [{}], who)
        qtbot.waitUntil(lambda: keys.heard == "", timeout=60_000)
        keys.close()

    @pytest.mark.parametrize("answer", [(1, {}), (2, {}), (0, {}), (0, {"shortcuts": Variant("as", ["M"])})])
    def test_refused_or_of_no_use(
        self, jobs: Jobs, portals: FakePortals, qtbot: QtBot, answer: Answer
    ) -> None:  # fmt: skip
        portals.answers["BindShortcuts"] = lambda _arguments: answer
        keys = PortalHotkeys(jobs, NAMES, portals.address)
        qtbot.waitUntil(lambda: not jobs.is_busy, timeout=60_000)
        assert keys.heard == ""
        keys.close()

    def test_no_such_portal(self, jobs: Jobs, portals: FakePortals, qtbot: QtBot) -> None:
        del portals.versions[SHORTCUTS]
        for address in (portals.address, ""):
            keys = PortalHotkeys(jobs, NAMES, address)
            qtbot.waitUntil(lambda: not jobs.is_busy, timeout=60_000)
            assert keys.heard == ""

    def test_closed_before_the_person_answers(self, jobs: Jobs, portals: FakePortals, qtbot: QtBot) -> None:
        portals.answers["BindShortcuts"] = lambda _arguments: None
        keys = PortalHotkeys(jobs, NAMES, portals.address)
        qtbot.waitUntil(lambda: bool(portals.calls) and portals.calls[-1][0] == "BindShortcuts", timeout=60_000)
        keys.close()
        qtbot.waitUntil(lambda: not jobs.is_busy, timeout=60_000)
        assert portals.wait_closed()


class User32:
    """Answers as the documentation says that Windows does; ``taken``: letters that another program has."""

    class _Call:
        def __init__(self, act: Any) -> None:
            self.act = act

        def __call__(self, *given: Any) -> int:
            return int(self.act(*given))

    def __init__(self, taken: str = "") -> None:
        self.registered: dict[int, tuple[int, int]] = {}
        self._taken = taken
        self.RegisterHotKey = self._Call(self._register)
        self.UnregisterHotKey = self._Call(lambda _window, key: self.registered.pop(key) is not None)

    def _register(self, window: object, key: int, modifiers: int, code: int) -> bool:
        if window is not None or chr(code) in self._taken:
            return False
        self.registered[key] = (modifiers, code)
        return True


def test_windows_hears_and_gives_back(qapp: QApplication) -> None:
    system = User32(taken="P")
    keys = WindowsHotkeys("MP", system)
    came: list[str] = []
    keys.pressed.connect(came.append)
    assert keys.heard == "M"
    ((key, found),) = system.registered.items()
    assert found == (0x0001 | 0x0002 | 0x4000, ord("M"))
    assert keys.take(0x0312, key)
    assert not keys.take(0x0312, key + 1)
    assert not keys.take(0x0100, key)
    assert came == ["M"]
    keys.close()
    assert system.registered == {}
    assert keys.heard == ""


@on_linux
def test_which_way(jobs: Jobs, display: str) -> None:
    assert type(open_hotkeys(jobs, NAMES, {}, platform="darwin")) is Hotkeys
    for environ in ({"WAYLAND_DISPLAY": "wayland-0"}, {"XDG_SESSION_TYPE": "wayland", "DISPLAY": display}):
        keys = open_hotkeys(jobs, NAMES, environ, platform="linux")
        assert isinstance(keys, PortalHotkeys)
        keys.close()
    keys = open_hotkeys(jobs, NAMES, {"DISPLAY": ":9999"}, platform="linux")
    assert isinstance(keys, X11Hotkeys)
    assert keys.heard == ""
