"""The vault locks when the computer is left: real signals over a real, private message bus."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtDBus import QDBusConnection
from pytestqt.qtbot import QtBot

from ui.systemwatch import LOGIND, LOGIND_PATH, LinuxWatch, is_leaving

SPEAKER = """
import sys
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusVariant, QDBusVirtualObject

address, service, path, interface, name, kind = sys.argv[1:7]


class Manager(QDBusVirtualObject):
    def introspect(self, _path):
        return ""

    def handleMessage(self, message, connection):
        if message.member() != "Get" or message.arguments()[1:] != ["LidClosed"]:
            return False
        reply = message.createReply()
        reply.setArguments([QDBusVariant(kind == "lid")])
        return connection.send(reply)


app = QCoreApplication([])
bus = QDBusConnection.connectToBus(address, "speaker")
assert bus.registerService(service), bus.lastError().message()
manager = Manager()
assert bus.registerVirtualObject("/org/freedesktop/login1", manager)
message = QDBusMessage.createSignal(path, interface, name)
message.setArguments({"true": [True], "false": [False]}.get(kind, []))
assert bus.send(message)
QTimer.singleShot(1000, app.quit)
app.exec()
"""

Speak = Callable[[str, str, str, str, str], None]


@pytest.fixture
def address() -> Iterator[str]:
    """A message bus of this test's own."""
    if shutil.which("dbus-daemon") is None:
        pytest.skip("no dbus-daemon on this machine")
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address", "--nopidfile"], stdout=subprocess.PIPE, text=True
    )
    assert daemon.stdout is not None
    yield daemon.stdout.readline().strip()
    daemon.terminate()
    daemon.wait(5)
    daemon.stdout.close()


@pytest.fixture
def watch(qtbot: QtBot, address: str) -> Iterator[LinuxWatch]:
    """A watch that listens to the private bus as both system and session bus."""
    bus = QDBusConnection.connectToBus(address, "watch")
    parent = QObject()
    yield LinuxWatch(parent, bus, bus)
    QDBusConnection.disconnectFromBus("watch")


@pytest.fixture
def speak(address: str) -> Iterator[Speak]:
    """Sends one signal from another process that owns the service's name, and stays for questions."""
    speakers: list[subprocess.Popen[bytes]] = []

    def send(service: str, path: str, interface: str, name: str, kind: str) -> None:
        words = [sys.executable, "-c", SPEAKER, address, service, path, interface, name, kind]
        speakers.append(subprocess.Popen(words))

    yield send
    for speaker in speakers:
        assert speaker.wait(20) == 0


LEAVING = [
    (LOGIND, LOGIND_PATH, f"{LOGIND}.Manager", "PrepareForSleep", "true"),
    (LOGIND, f"{LOGIND_PATH}/session/_32", f"{LOGIND}.Session", "Lock", "nothing"),
    (LOGIND, LOGIND_PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged", "lid"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged", "true"),
]
STAYING = [
    (LOGIND, LOGIND_PATH, f"{LOGIND}.Manager", "PrepareForSleep", "false"),
    (LOGIND, LOGIND_PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged", "lid-open"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged", "false"),
    ("org.example.Stranger", LOGIND_PATH, f"{LOGIND}.Manager", "PrepareForSleep", "true"),
]


@pytest.mark.parametrize("signal", LEAVING, ids=lambda signal: signal[3])
def test_leaving_is_noticed(qtbot: QtBot, watch: LinuxWatch, speak: Speak, signal: tuple[str, ...]) -> None:
    assert watch.is_told()
    with qtbot.waitSignal(watch.left, timeout=15000):
        speak(*signal)


@pytest.mark.parametrize("signal", STAYING, ids=lambda signal: f"{signal[0]}-{signal[3]}")
def test_coming_back_and_strangers_lock_nothing(
    qtbot: QtBot, watch: LinuxWatch, speak: Speak, signal: tuple[str, ...]
) -> None:
    with qtbot.assertNotEmitted(watch.left, wait=2500):
        speak(*signal)


def test_without_a_bus_nothing_is_told(qtbot: QtBot) -> None:
    nowhere = QDBusConnection.connectToBus("unix:path=/nonexistent", "nowhere")
    parent = QObject()
    assert not LinuxWatch(parent, nowhere, nowhere).is_told()
    QDBusConnection.disconnectFromBus("nowhere")


@pytest.mark.parametrize(
    ("message", "parameter", "expected"),
    [(0x0218, 0x0004, True), (0x0218, 0x0012, False), (0x02B1, 0x0007, True), (0x02B1, 0x0008, False), (0x11, 0, True)],
)
def test_the_messages_of_windows(message: int, parameter: int, expected: bool) -> None:
    assert is_leaving(message, parameter) is expected
