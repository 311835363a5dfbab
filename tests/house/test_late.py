"""What is heavy is read when it is needed, and not before: a fresh window, on the way to which nothing of it may come.

The gain is kept by names, because no test may assert a time. What costs how much: ``holdfast bench window``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_FOR_A_WINDOW = frozenset({
    "aiohttp", "asyncio", "av", "babel", "c2pa", "concurrent", "cryptography", "cv2", "evidence.capture",
    "evidence.media", "evidence.model", "evidence.package", "evidence.scoring", "evidence.session", "evidence.store",
    "evidence.timestamps", "evidence.verify", "importlib.resources", "msgspec", "numpy", "onnxruntime", "pikepdf",
    "PIL", "platform", "pyhanko", "pyrage", "pyzipper", "PySide6.QtDBus", "PySide6.QtMultimedia", "PySide6.QtNetwork",
    "PySide6.QtWebEngineCore", "PySide6.QtWebSockets", "reportlab", "sqlcipher3", "ssl", "warcio",
})  # fmt: skip
"""Until the window is drawn."""
NOT_FOR_PAGES = frozenset({
    "aiohttp", "asyncio", "av", "c2pa", "cryptography", "cv2", "evidence.capture", "evidence.media",
    "evidence.package", "evidence.scoring", "evidence.session", "evidence.store", "evidence.timestamps",
    "evidence.verify", "numpy", "onnxruntime", "pikepdf", "PIL", "pyhanko", "pyrage", "pyzipper",
    "PySide6.QtWebEngineCore", "PySide6.QtWebSockets", "reportlab", "sqlcipher3", "ssl", "warcio",
})  # fmt: skip
"""Until a vault is opened."""
START = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from app.window import start_window
application, window = start_window(Path(sys.argv[2], "settings.json"), Path(sys.argv[2], "vault"))

def shown():
    handle = window.windowHandle()
    if handle is None or not handle.isExposed():
        soon(shown)
        return
    print("window", *sys.modules)
    print("state", window.is_ready, type(window.stack.currentWidget()).__name__, "feature" in __import__.__name__)
    window.all_read.connect(read)

def read():
    print("pages", *sys.modules)
    window.close()

def soon(what):
    from PySide6.QtCore import QTimer
    QTimer.singleShot(1, what)

soon(shown)
raise SystemExit(application.exec())
"""


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The modules of a fresh process when its window is drawn, and when its pages are read."""
    folder = tmp_path_factory.mktemp("late")
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8"}
    command = [sys.executable, "-I", "-c", START, str(ROOT), str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "state False WelcomePage False" in done.stdout, done.stdout[-200:]  # the first page, nothing read ahead
    return {words[0]: set(words[1:]) for words in map(str.split, done.stdout.splitlines())}


def read_already(modules: set[str], heavy: frozenset[str]) -> list[str]:
    """Those of ``heavy`` that are among ``modules``, with a module of each."""
    return sorted(f"{name}: {module}" for name in heavy for module in modules if module == name)


@pytest.mark.parametrize(("when", "heavy"), [("window", NOT_FOR_A_WINDOW), ("pages", NOT_FOR_PAGES)])
def test_nothing_heavy_is_read_before_it_is_needed(
    modules: dict[str, set[str]], when: str, heavy: frozenset[str]
) -> None:
    assert not read_already(modules[when], heavy), read_already(modules[when], heavy)
    assert "PySide6.QtWidgets" in modules[when]


def test_a_heavy_module_would_be_noticed() -> None:
    assert read_already({"evidence.session", "json"}, NOT_FOR_A_WINDOW)


def test_the_names_of_heavy_modules_are_real() -> None:
    """A name that nothing has would never be found."""
    from importlib.util import find_spec

    optional = {"PySide6.QtMultimedia"}
    assert [name for name in NOT_FOR_A_WINDOW | NOT_FOR_PAGES if name not in optional and find_spec(name) is None] == []
