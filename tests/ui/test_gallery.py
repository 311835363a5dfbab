"""Comparing two galleries: what is new, gone, and how much of the rest changed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image, ImageDraw


@pytest.fixture
def tool(repository: Path) -> ModuleType:
    """packaging/compare_pictures.py."""
    spec = importlib.util.spec_from_file_location("compare_pictures", repository / "packaging" / "compare_pictures.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two galleries."""
    previous, now = tmp_path / "previous", tmp_path / "now & then"
    for folder in (previous, now):
        folder.mkdir()
        for name in ("same", "little", "higher", "unseen"):
            Image.new("RGB", (100, 50), "white").save(folder / f"{name}-en.png")
    picture = Image.new("RGB", (100, 50), "white")
    ImageDraw.Draw(picture).rectangle((0, 0, 9, 4), "navy")
    picture.save(now / "little-en.png")
    Image.new("RGB", (100, 100), "white").save(now / "higher-en.png")
    Image.new("RGB", (100, 50), (250, 250, 250)).save(now / "unseen-en.png")
    Image.new("RGB", (10, 10)).save(now / "new-en.png")
    Image.new("RGB", (10, 10)).save(previous / "gone-en.png")
    return previous, now


def test_what_changed_is_named_the_most_changed_first(tool: ModuleType, folders: tuple[Path, Path]) -> None:
    changes = [(one.name, round(one.share, 3), one.is_new, one.is_gone) for one in tool.compare(*folders)]
    assert changes == [
        ("new-en.png", 1.0, True, False), ("gone-en.png", 1.0, False, True),
        ("higher-en.png", 0.5, False, False), ("little-en.png", 0.01, False, False),
    ]  # fmt: skip


def test_the_index_shows_both(folders: tuple[Path, Path], repository: Path) -> None:
    previous, now = folders
    command = [sys.executable, str(repository / "packaging" / "compare_pictures.py")]
    done = subprocess.run([*command, str(previous), str(now)], capture_output=True, text=True, check=True)
    assert "4 changed" in done.stdout
    page = (now / "compared.html").read_text("utf-8")
    assert "4 changed, 2 the same" in page and "1.00 %" in page and "50.00 %" in page
    assert '<img src="../previous/little-en.png" alt="before"><img src="little-en.png" alt="now">' in page
    assert subprocess.run([*command, str(now), str(now / "no")], capture_output=True, check=False).returncode == 2


def test_the_gallery_takes_a_page(repository: Path, tmp_path: Path) -> None:
    """The tool drives the window as it is."""
    command = [sys.executable, "packaging/gallery.py", str(tmp_path / "out"), "--languages", "en", "--looks", "light"]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":none"}
    subprocess.run([*command, "--percents", "100", "--only", "cases"], cwd=repository, check=True, env=environment)
    assert (tmp_path / "out" / "cases-en-light-100.png").stat().st_size > 1000
