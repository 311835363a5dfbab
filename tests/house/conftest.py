"""A small program with the real start.py, its packages coming from a folder: no network is needed."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

APP = """
import json, os, sys
import dependency
json.dump({"words": sys.argv[1:], "folder": os.getcwd(), "version": dependency.VERSION, "path": sys.path,
           "utf8": sys.flags.utf8_mode}, sys.stdout)
raise SystemExit(3)
"""
COMPILER = """
import pathlib, sys
assert sys.argv[1:] == ["compile"]
for po in pathlib.Path(__file__).resolve().parent.parent.glob("resources/locale/*/*.po"):
    target = po.parent / "LC_MESSAGES" / "holdfast.mo"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(po.read_bytes())
"""


@dataclass(frozen=True)
class Checkout:
    """A folder with start.py, and a package index that is a folder."""

    root: Path
    index: Path

    def start(self, *words: str, cwd: Path | None = None, index: bool = True) -> subprocess.CompletedProcess[str]:
        """Run start.py with ``words``; without ``index`` nothing can be installed."""
        environment = {
            **os.environ, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.index if index else self.root / "nowhere"),
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, str(self.root / "start.py"), *words],
            cwd=cwd or self.root, env=environment, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    def publish(self, version: str) -> None:
        """Put a package of this version on the index and lock its digest."""
        wheel = self.index / f"dependency-{version}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            info = f"dependency-{version}.dist-info"
            archive.writestr("dependency.py", f"VERSION = {version!r}\n")
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: dependency\nVersion: {version}\n")
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{info}/RECORD", f"dependency.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        for lock in ("requirements.lock", "requirements-dev.lock"):
            (self.root / lock).write_text(f"dependency=={version} --hash=sha256:{digest}\n", "utf-8")

    def answer(self, result: subprocess.CompletedProcess[str]) -> dict[str, object]:
        """What the small program printed."""
        assert result.returncode == 3, result.stderr
        answer: dict[str, object] = json.loads(result.stdout)
        return answer


@pytest.fixture
def checkout(tmp_path: Path, repository: Path) -> Checkout:
    """A checkout that was never set up; its path has a space and Korean letters."""
    root = tmp_path / "새 폴더"
    (root / "packaging").mkdir(parents=True)
    shutil.copy(repository / "start.py", root)
    for name in ("environment.py", "system_libraries.py"):
        shutil.copy(repository / "packaging" / name, root / "packaging")
    (root / "packaging" / "catalogues.py").write_text(COMPILER, "utf-8")
    (root / "app").mkdir()
    (root / "app" / "__main__.py").write_text(APP, "utf-8")
    (root / "resources" / "locale" / "ko").mkdir(parents=True)
    (root / "resources" / "locale" / "ko" / "base.po").write_text("one", "utf-8")
    (tmp_path / "index").mkdir()
    made = Checkout(root, tmp_path / "index")
    made.publish("1.0")
    return made


@pytest.fixture
def tools(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the modules of packaging/ import one another, as start.py does."""
    monkeypatch.syspath_prepend(str(repository / "packaging"))


@pytest.fixture
def environment(tools: None) -> ModuleType:
    """packaging/environment.py."""
    return importlib.import_module("environment")


@pytest.fixture
def system_libraries(tools: None) -> ModuleType:
    """packaging/system_libraries.py."""
    return importlib.import_module("system_libraries")
