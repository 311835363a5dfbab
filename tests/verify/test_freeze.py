"""What goes into the stand-alone verifier. It is not built here: a build that lies in build/verifier is looked into."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from evidence.verify.untrusted import worker

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def freeze() -> ModuleType:
    spec = spec_from_file_location("freeze_verifier", ROOT / "packaging" / "freeze_verifier.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_hidden_module_is_there(freeze: ModuleType) -> None:
    for name in freeze.HIDDEN:
        if name.startswith("evidence."):
            assert (ROOT / Path(*name.split("."))).with_suffix(".py").is_file(), name
    untrusted = (ROOT / "evidence" / "verify" / "untrusted").glob("*.py")
    imported_late = {"child", "handlers", "signature", "report", "tokens", "chain"}
    assert imported_late <= {path.stem for path in untrusted}
    assert {f"evidence.verify.untrusted.{name}" for name in imported_late} <= set(freeze.HIDDEN)


def test_strangers_are_named(freeze: ModuleType) -> None:
    inside = ["evidence.verify", "numpy.core", "cv2", "cv2/x.so", "PySide6\\QtCore.dll", "uids", "evidence.storehouse"]
    assert freeze.strangers(inside) == ["numpy.core", "cv2", "cv2/x.so", "PySide6\\QtCore.dll"]


def test_a_build_holds_no_vault_window_or_detector(freeze: ModuleType) -> None:
    listed = sorted((ROOT / "build" / "verifier").glob("holdfast-verify*.contents.txt"))
    if not listed:
        pytest.skip("the verifier was not built here")
    names = listed[0].read_text(encoding="utf-8").splitlines()
    assert "evidence.verify.untrusted.child" in names
    assert freeze.strangers(names) == []


def test_a_frozen_program_starts_itself_for_the_parsers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_PYI_ARCHIVE_FILE", "/somewhere")
    monkeypatch.setenv("SECRET", "x")
    assert not {"_PYI_ARCHIVE_FILE", "SECRET"} & set(worker._bare_environment())
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert worker.child_command() == [sys.executable, "--child", "evidence.verify.untrusted.child"]
    assert worker._bare_environment()["_PYI_ARCHIVE_FILE"] == "/somewhere"
    assert "SECRET" not in worker._bare_environment()


def test_the_parsers_start_without_what_is_left_out() -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]; import freeze_verifier as f\n"
        "sys.modules.update(dict.fromkeys((*f.FORBIDDEN, *f.UNUSED)))\n"
        "from io import BytesIO; import evidence.verify.untrusted.child as c; c.serve(BytesIO(), BytesIO())\n"
        "import app.verify.command, evidence.verify.paper, evidence.verify.container.sealed\n"
    )
    words = [sys.executable, "-c", code, str(ROOT), str(ROOT / "packaging")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
