"""What is heavy is read when it is needed, and not before: a fresh window, on the way to which nothing of it may come.

The gain is kept by names, because no test may assert a time. What costs how much: ``holdfast bench window``.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_FOR_A_WINDOW = frozenset({
    "aiohttp", "asyncio", "av", "babel", "c2pa", "concurrent", "cryptography", "cv2", "evidence.capture",
    "evidence.i18n.facts", "evidence.i18n.scores", "evidence.media", "evidence.model", "evidence.package",
    "evidence.scoring", "evidence.session", "evidence.store", "evidence.timestamps", "evidence.verify",
    "importlib.resources", "msgspec", "numpy", "onnxruntime", "pikepdf", "PIL", "platform", "pyhanko", "pyrage",
    "pyzipper", "PySide6.QtDBus", "PySide6.QtMultimedia", "PySide6.QtNetwork", "PySide6.QtWebEngineCore",
    "PySide6.QtWebSockets", "reportlab", "sqlcipher3", "ssl", "ui.banners", "ui.fields", "ui.lines", "warcio",
})  # fmt: skip
"""Until the window is drawn."""
NOT_FOR_PAGES = frozenset({
    "aiohttp", "asyncio", "av", "c2pa", "cryptography", "cv2", "evidence.capture.screen", "evidence.capture.tool",
    "evidence.media", "evidence.package", "evidence.scoring", "evidence.session.opening", "evidence.session.session",
    "evidence.store", "evidence.timestamps",
    "evidence.verify", "numpy", "onnxruntime", "pikepdf", "PIL", "pyhanko", "pyrage", "pyzipper",
    "PySide6.QtWebEngineCore", "PySide6.QtWebSockets", "reportlab", "sqlcipher3", "ssl", "warcio",
})  # fmt: skip
"""Until a vault is opened."""
NOT_FOR_A_VAULT = frozenset({
    "aiohttp", "asyncio", "av", "c2pa", "cv2", "evidence.package.build", "evidence.verify.verify", "numpy",
    "onnxruntime", "pikepdf", "PIL", "pyhanko", "pyrage", "pyzipper", "reportlab", "rfc3161_client", "segno",
})  # fmt: skip
"""Until something is packaged, scored, checked, looked at or taken."""
VAULT = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from evidence import session
from evidence.model import Examiner, OperatorRole
from evidence.session.measuring import CHEAP_COST
vault = Path(sys.argv[2], "vault")
made, _key = session.create_vault(vault, "four otters", examiner=Examiner(OperatorRole.VICTIM), cost=CHEAP_COST)
made.create_case("October")
made.lock()
with session.open_vault(vault, given=session.Given(passphrase="four otters")) as opened:
    assert [case.title for case in opened.cases()] == ["October"]
    print("vault", *sys.modules)
"""
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
    import PySide6.QtCore
    print("window", *sys.modules, *(["PySide6.QtCore.Qt"] if "Qt" in vars(PySide6.QtCore) else []))
    print("state", window.is_ready, type(window.stack.currentWidget()).__name__, "feature" in __import__.__name__)
    window.all_made.connect(read)

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
    """The modules of a fresh process when its window is drawn, and when its pages are read; of another with a vault."""
    folder = tmp_path_factory.mktemp("late")
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8"}
    said = ""
    for code in (START, VAULT):
        command = [sys.executable, "-I", "-c", code, str(ROOT), str(folder)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        said += done.stdout
    assert "state False WelcomePage False" in said, said[-200:]  # the first page, nothing read ahead
    return {words[0]: set(words[1:]) for words in map(str.split, said.splitlines())}


def read_already(modules: set[str], heavy: frozenset[str]) -> list[str]:
    """Those of ``heavy`` that are among ``modules``, with a module of each."""
    return sorted(f"{name}: {module}" for name in heavy for module in modules if module == name)


@pytest.mark.parametrize(
    ("when", "heavy"), [("window", NOT_FOR_A_WINDOW), ("pages", NOT_FOR_PAGES), ("vault", NOT_FOR_A_VAULT)]
)
def test_nothing_heavy_is_read_before_it_is_needed(
    modules: dict[str, set[str]], when: str, heavy: frozenset[str]
) -> None:
    assert not read_already(modules[when], heavy), read_already(modules[when], heavy)
    assert {"PySide6.QtWidgets", "sqlcipher3"} & modules[when]


def test_a_heavy_module_would_be_noticed() -> None:
    assert read_already({"evidence.session", "json"}, NOT_FOR_A_WINDOW)


def test_the_namespace_of_qt_is_not_named_before_it_is_needed(modules: dict[str, set[str]]) -> None:
    """Naming it makes a hundred enumerations at once (``ui/early.py``); the trap that sees it works."""
    assert "PySide6.QtCore.Qt" not in modules["window"]
    code = "import PySide6.QtCore as core; print('Qt' in vars(core)); core.Qt; print('Qt' in vars(core))"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["False", "True"]


EARLY_EVENTS = frozenset({"closeEvent", "enterEvent", "eventFilter", "keyPressEvent"})
"""Handlers that nothing calls before the window is drawn."""


def test_no_event_reaches_python_before_the_window_is_drawn(modules: dict[str, set[str]]) -> None:
    """The first one makes the enumeration of all kinds of event: 2 ms of the start."""
    found = {
        f"{module}: {node.name}"
        for module in modules["window"]
        if module.startswith("ui.") and module != "ui.pages"
        for node in ast.walk(ast.parse(Path(*(ROOT, *module.split("."))).with_suffix(".py").read_bytes()))
        if isinstance(node, ast.FunctionDef) and (node.name.endswith("Event") or node.name in ("event", "eventFilter"))
    }
    assert len(found) >= 4
    assert {name for name in found if name.split(": ")[1] not in EARLY_EVENTS} == set()


def test_the_names_of_heavy_modules_are_real() -> None:
    """A name that nothing has would never be found."""
    from importlib.util import find_spec

    names = (NOT_FOR_A_WINDOW | NOT_FOR_PAGES | NOT_FOR_A_VAULT) - {"PySide6.QtMultimedia"}  # not on every system
    assert [name for name in names if find_spec(name) is None] == []



LATE_ROOMS = sorted(path for path in (ROOT / "evidence").glob("*/__init__.py") if "later(" in path.read_text("utf-8"))


@pytest.mark.parametrize("path", LATE_ROOMS, ids=lambda path: path.parent.name)
def test_a_room_gives_late_what_it_shows_to_the_type_checker(path: Path) -> None:
    """The same names from the same places, each of them there, none hidden by a module of the same name."""
    room = f"evidence.{path.parent.name}"
    tree = ast.parse(path.read_bytes())
    shown = {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    given: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in ast.literal_eval(node).items():
                place = key if key.startswith("evidence.") else f"{room}.{key}"
                given |= dict.fromkeys(value.split(), place)
    module = importlib.import_module(room)
    assert given == shown
    at_once = {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert sorted({*given} | at_once - {"TYPE_CHECKING", "later"}) == sorted(module.__all__)
    assert not set(given) & {inside.name for inside in pkgutil.iter_modules(module.__path__)}
    assert all(getattr(module, name) is getattr(importlib.import_module(place), name) for name, place in given.items())
    with pytest.raises(AttributeError, match="otters"):
        module.otters  # noqa: B018
