"""What every test stands on: a home of its own, a display of its own, and no patience for warnings.

- ``HOME``, the XDG folders and the temporary folder are fresh for each test.
- Tests with a window, and those that ask for ``display``, get a virtual screen of this run (never the person's own).
- An unexpected warning of Qt, or a log record of level warning or above, fails the test. A test that expects log
  records asks for ``caplog``.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import hypothesis
import pytest

from evidence.i18n import LANGUAGES, Language, Texts
from evidence.i18n import texts as catalogue_of

if TYPE_CHECKING:
    from support.portal import Desktop

ROOT = Path(__file__).resolve().parent.parent
SCREEN = (1920, 1080)

# No test asserts how long something takes: a busy computer must not turn one red.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


def load_tool(name: str) -> ModuleType:
    """A module of packaging/, which is a folder of tools and no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "packaging" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pytest_configure(config: pytest.Config) -> None:
    """Compile the text catalogues once per run, before any worker reads them."""
    if hasattr(config, "workerinput"):
        return
    catalogues = load_tool("catalogues")
    for language in LANGUAGES:
        target = ROOT / "resources" / "locale" / language / "LC_MESSAGES" / "holdfast.mo"
        wanted = catalogues.compiled(language)
        if not target.exists() or target.read_bytes() != wanted:
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(wanted)
            part.replace(target)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def catalogues() -> ModuleType:
    """packaging/catalogues.py."""
    return load_tool("catalogues")


@pytest.fixture
def texts() -> Texts:
    """The English texts."""
    return catalogue_of("en")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    """Each language in turn."""
    chosen: Language = request.param
    return chosen


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test, so that nothing is read from or left in the person's own."""
    folder = tmp_path_factory.mktemp("home")
    places = {
        "HOME": folder,
        "USERPROFILE": folder,
        "XDG_CONFIG_HOME": folder / ".config",
        "XDG_DATA_HOME": folder / ".local" / "share",
        "XDG_STATE_HOME": folder / ".local" / "state",
        "XDG_CACHE_HOME": folder / ".cache",
        "XDG_RUNTIME_DIR": folder / "run",
        "APPDATA": folder / "AppData" / "Roaming",
        "LOCALAPPDATA": folder / "AppData" / "Local",
        "TMPDIR": folder / "tmp",
        "TEMP": folder / "tmp",
        "TMP": folder / "tmp",
    }
    for name, place in places.items():
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        monkeypatch.setenv(name, str(place))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {record.levelname}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_unexpected_log_records(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logs a warning or worse, unless it asked for ``caplog``."""
    records = _Records()
    logging.getLogger().addHandler(records)
    yield
    logging.getLogger().removeHandler(records)
    if records.lines and "caplog" not in request.fixturenames:
        pytest.fail("unexpected log records:\n" + "\n".join(records.lines), pytrace=False)


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """A real X display of 1920x1080 pixels that belongs to this run alone; its name, ``:7``.

    Only where there is X: elsewhere the tests that need it are skipped.
    """
    xvfb = shutil.which("Xvfb")
    if sys.platform != "linux" or xvfb is None:
        pytest.skip("there is no Xvfb on this computer")
    with _virtual_screen(xvfb) as name, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPLAY", name)
        patch.delenv("WAYLAND_DISPLAY", raising=False)
        patch.delenv("XAUTHORITY", raising=False)
        yield name


@pytest.fixture
def bus_address() -> Iterator[str]:
    """A message bus (D-Bus) of this test's own."""
    if shutil.which("dbus-daemon") is None:
        pytest.skip("there is no dbus-daemon on this computer")
    from support.portal import private_bus

    with private_bus() as address:
        yield address


@pytest.fixture
def desktop(bus_address: str, tmp_path: Path) -> Iterator[Desktop]:
    """A Wayland desktop's own services, on a message bus of this test's own."""
    from support.portal import Desktop

    made = Desktop(bus_address, tmp_path)
    yield made
    made.close()


@pytest.fixture
def desktop_here(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    """The same, and what the program finds itself in; its windows stay on the display that they have."""
    for name, value in desktop.environ.items():
        monkeypatch.setenv(name, value)
    return desktop


class _virtual_screen:
    """A running Xvfb that chose a free display number by itself."""

    def __init__(self, xvfb: str) -> None:
        self._command = [xvfb, "-screen", "0", f"{SCREEN[0]}x{SCREEN[1]}x24", "-nolisten", "tcp", "-noreset"]

    def __enter__(self) -> str:
        read_end, write_end = os.pipe()
        self._process = subprocess.Popen(
            [*self._command, "-displayfd", str(write_end)], pass_fds=[write_end],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(write_end)
        with open(read_end, "rb") as stream:  # noqa: PTH123  a pipe has no path
            number = stream.readline().strip().decode()
        if not number:
            pytest.fail("Xvfb did not start", pytrace=False)
        return f":{number}"

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)


@pytest.fixture(scope="session")
def qapp_cls(request: pytest.FixtureRequest) -> Iterator[type]:
    """The application class of the window tests; on Linux they run on ``display``."""
    from PySide6.QtWidgets import QApplication

    if sys.platform == "linux" and "QT_QPA_PLATFORM" not in os.environ:
        request.getfixturevalue("display")
        os.environ["QT_QPA_PLATFORM"] = "xcb"
    yield QApplication
    if (application := QApplication.instance()) is not None:
        application.shutdown()  # before the display goes: a broken connection would end the whole run
