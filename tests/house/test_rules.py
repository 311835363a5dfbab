"""What the repository promises about itself."""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from app.cli.parser import build_parser
from app.cli.run import Parser
from evidence.version import VERSION

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SOURCES = [path for folder in ("app", "evidence", "ui") for path in sorted((ROOT / folder).rglob("*.py"))]


def repository_files() -> list[Path]:
    """Every text file that belongs to the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is not a checkout")
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in files if path.suffix not in (".png", ".ttf", ".onnx", ".otf") and path.is_file()]


def locked(name: str) -> dict[str, list[str]]:
    """The versions that a lock file names, by package; one package may have several, for different systems."""
    found: dict[str, list[str]] = {}
    for line in (ROOT / name).read_text("utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", line):
            found.setdefault(match[1].lower().replace("_", "-"), []).append(match[2])
        else:
            assert re.fullmatch(r"\s*(--hash=sha256:[0-9a-f]{64}( \\)?)?", line) or line.startswith((" ", "#")), line
    return found


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        ("requirements.lock", PROJECT["project"]["dependencies"]),
        ("requirements-dev.lock", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_the_lock_files_hold_what_the_project_asks_for(lock, requirements):
    versions = locked(lock)
    for requirement in map(Requirement, requirements):
        held = versions.get(requirement.name.lower().replace("_", "-"))
        assert held, f"{requirement} is not locked"
        assert all(requirement.specifier.contains(version) for version in held), f"{requirement}: {held}"


def test_every_locked_package_has_a_digest_and_tests_run_on_what_ships():
    run, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    assert run.items() <= dev.items()
    for name in ("requirements.lock", "requirements-dev.lock"):
        blocks = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / name).read_text("utf-8"))
        assert all("--hash=sha256:" in block for block in blocks if "==" in block)


def test_no_file_names_a_package_index():
    """Where packages come from is this computer's setting, not ours."""
    parts = ["py" + "pi.org", "python" + "hosted", "npm" + "js.org", "--index" + "-url", "--find" + "-links"]
    names = re.compile("|".join(parts))
    assert not [path for path in repository_files() if names.search(path.read_text("utf-8", "replace"))]


def test_nothing_shadows_a_library():
    assert not (ROOT / "packaging" / "__init__.py").exists()
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_the_version_is_stated_once():
    assert "version" not in PROJECT["project"]
    assert PROJECT["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "evidence.version.VERSION"}
    stating = re.compile(rf"(?<![\d.]){re.escape(VERSION)}(?![\d.])")
    assert [path.name for path in SOURCES if stating.search(path.read_text("utf-8"))] == ["version.py"]


def test_every_code_and_text_stands_in_three_languages(catalogues):
    assert catalogues.problems() == []


def test_a_code_without_its_sentences_is_noticed(catalogues, monkeypatch):
    messages, codes = catalogues.marked_in_code()
    monkeypatch.setattr(catalogues, "marked_in_code", lambda: (messages | {"Not said yet"}, codes | {"room.new"}))
    found = [line for line in catalogues.problems() if "room.new" in line or "Not said yet" in line]
    assert len(found) == 8  # error and advice in three languages, the text in the two that are not in the code


def test_a_korean_particle_that_does_not_fit_is_noticed(catalogues):
    assert catalogues.misfits("암호 문구을 적고 보관함를 열어 사진와 함께") == ["구을", "함를", "진와"]
    assert catalogues.misfits("암호 문구를 적고 보관함을 열어 나와 함께, 더 나을 때, 가을") == []


NETWORK_MODULES = {"aiohttp", "urllib.request", "http.client", "requests", "socket", "PySide6.QtNetwork",
                   "PySide6.QtWebEngineCore", "PySide6.QtWebEngineWidgets", "PySide6.QtWebSockets"}  # fmt: skip
NETWORK_ROOMS = ("evidence/timestamps/", "app/browser/", "evidence/bus/")
"""The only places that speak over a network: one sends digests to the authorities that the person chose, one is the
browser that is started for the capture of a page that the person asked for. The last one opens local sockets alone: see
the test below."""


def imported_modules(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_only_the_time_stamps_and_the_browser_speak_over_a_network():
    speaking = [
        str(path.relative_to(ROOT)) for path in SOURCES
        if imported_modules(path) & NETWORK_MODULES and not path.relative_to(ROOT).as_posix().startswith(NETWORK_ROOMS)
    ]  # fmt: skip
    assert speaking == []


def test_the_desktops_own_programs_are_spoken_to_over_local_sockets_alone():
    for path in (ROOT / "evidence" / "bus").glob("*.py"):
        opened = re.findall(r"socket\.socket\(([^)]*)\)", path.read_text("utf-8"))
        assert all("AF_UNIX" in arguments for arguments in opened)
        assert "AF_INET" not in path.read_text("utf-8")
        assert "create_connection" not in path.read_text("utf-8")


def parsers_below(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with its parser: ``("vault", "create")`` and so on."""
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        yield path, parser
    for action in inner:
        for word, below in action.choices.items():
            yield from parsers_below(below, (*path, word))


def test_the_documents_name_commands_that_exist(texts):
    commands = dict(parsers_below(build_parser(texts, Parser)))
    named = set()
    for document in ROOT.glob("*.md"):
        for line in re.findall(r"^python3 start\.py ([a-z].*)$", document.read_text("utf-8"), re.M):
            words = re.split(r"\s{2,}", line)[0].split()
            if words[0] == "test":
                continue
            path = next((tuple(words[:n]) for n in (3, 2, 1) if tuple(words[:n]) in commands), None)
            assert path is not None, f"{document.name}: {line}"
            named.add(path[:2])
            options = {option for action in commands[path]._actions for option in action.option_strings}
            assert {word for word in words if word.startswith("-")} <= options, f"{document.name}: {line}"
    assert len(named) > 10


def test_links_between_the_documents_lead_somewhere():
    for path in ROOT.glob("*.md"):
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text("utf-8")):
            assert target.startswith("https://") or (ROOT / target).exists(), f"{path.name}: {target}"


def test_qt_keeps_its_count_of_none(qapp):
    """PySide6 6.12.0 loses references to None on Python 3.11 until the interpreter dies; this build must not."""
    from PySide6.QtCore import QModelIndex, QRect
    from PySide6.QtGui import QColor, QImage, QPainter, QStandardItem, QStandardItemModel

    image = QImage(64, 64, QImage.Format.Format_RGB32)
    model = QStandardItemModel()

    def work() -> None:
        painter = QPainter(image)
        for side in range(1, 60):
            painter.fillRect(QRect(0, 0, side, side), QColor(side, side, side))
            painter.drawLine(0, 0, side, side)
            painter.drawText(0, side, "x")
        painter.end()
        model.clear()
        for row in range(20):
            model.appendRow(QStandardItem(str(row)))
            model.setData(model.index(row, 0), None)
            model.data(model.index(row, 0))
            model.rowCount(QModelIndex())

    work()
    before = sys.getrefcount(None)
    for _ in range(10):
        work()
    assert sys.getrefcount(None) > before - 100
