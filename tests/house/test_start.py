"""start.py, with the real steps on a small program."""

from __future__ import annotations

import ast
import os
import shutil
import struct
import subprocess
import sys
import venv
from pathlib import Path

import pytest

UNFINISHED = "set-up.unfinished"


def test_one_start_sets_everything_up_and_the_next_adds_nothing(checkout, tmp_path):
    elsewhere = tmp_path / "evidence"
    elsewhere.mkdir()
    (elsewhere / "json.py").write_text("raise SystemExit('a file of the working folder was run')")
    result = checkout.start("verify", "a b", "--json", cwd=elsewhere)
    answer = checkout.answer(result)
    assert answer["words"] == ["verify", "a b", "--json"]
    assert answer["folder"] == str(elsewhere)
    assert answer["version"] == "1.0"
    assert answer["utf8"] == 1
    assert "Setting up" in result.stderr
    assert (checkout.root / "resources" / "locale" / "ko" / "LC_MESSAGES" / "holdfast.mo").read_bytes() == b"one"

    before = os.times()
    second = checkout.start("items", index=False)
    after = os.times()
    assert checkout.answer(second)["words"] == ["items"]
    # Seconds of work, not on the wall: a busy computer must not fail the test. Windows does not count them.
    assert after.children_user + after.children_system - before.children_user - before.children_system < 1
    assert second.stderr == ""

    (checkout.root / "resources" / "locale" / "ko" / "base.po").write_text("two", "utf-8")
    checkout.answer(checkout.start("items", index=False))
    assert (checkout.root / "resources" / "locale" / "ko" / "LC_MESSAGES" / "holdfast.mo").read_bytes() == b"two"

    checkout.publish("2.0")
    assert checkout.answer(checkout.start("items"))["version"] == "2.0"

    moved = checkout.root.with_name("moved")
    checkout.root.rename(moved)
    assert checkout.answer(type(checkout)(moved, checkout.index).start("items"))["version"] == "2.0"


def test_an_interrupted_set_up_is_repaired(checkout):
    half_made = checkout.root / ".venv"
    (half_made / "bin").mkdir(parents=True)
    (half_made / UNFINISHED).touch()
    (half_made / "set-up.json").write_text("{", "utf-8")
    assert checkout.answer(checkout.start("items"))["version"] == "1.0"
    assert not (half_made / UNFINISHED).exists()


@pytest.mark.skipif(os.name == "nt", reason="an environment's Python is a link on POSIX only")
def test_a_broken_environment_is_made_again(checkout, environment):
    folder = checkout.root / ".venv"
    assert not environment.is_usable(folder)
    venv.create(folder, symlinks=True)  # someone else's, without pip
    assert not environment.is_usable(folder)
    python = folder / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    assert not environment.is_usable(folder)

    assert checkout.answer(checkout.start("items"))["version"] == "1.0"
    assert environment.is_usable(folder)
    (folder / UNFINISHED).touch()  # as a set-up that was killed while it installed
    assert not environment.is_usable(folder)


def test_what_cannot_be_installed_is_said_and_the_next_start_goes_on(checkout):
    result = checkout.start("items", index=False)
    assert result.returncode == 2
    assert "check the network connection" in result.stderr

    wheel = next(checkout.index.glob("*.whl"))
    right = wheel.read_bytes()
    wheel.write_bytes(right + b"\0")
    swapped = checkout.start("items")
    assert swapped.returncode == 2
    assert "HASH" in swapped.stderr
    assert "Traceback" not in result.stderr + swapped.stderr
    assert result.stdout + swapped.stdout == ""

    wheel.write_bytes(right)
    assert checkout.answer(checkout.start("items"))["version"] == "1.0"


def test_what_the_system_refuses_is_said(checkout):
    (checkout.root / ".set-up.lock").mkdir()  # what cannot be opened for writing, not even by root
    result = checkout.start("items")
    assert result.returncode == 2
    assert "can be written to" in result.stderr
    assert "Traceback" not in result.stderr


def test_old_pythons_can_read_the_first_lines(repository):
    """The oldest grammar that Python's own parser still knows; Python 2 differs in none of what is used here."""
    source = (repository / "start.py").read_text("utf-8")
    ast.parse(source, feature_version=(3, 4))
    assert not any(isinstance(node, ast.JoinedStr | ast.AnnAssign) for node in ast.walk(ast.parse(source)))
    imported = [node for node in ast.parse(source).body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [alias.name for node in imported for alias in node.names] == ["os", "sys"]


def test_old_pythons_are_told_so(repository):
    """Every old one that this computer has; the grammar is tested above where it has none."""
    for name in ("python2.7", "python3.6", "python3.8", "python3.9", "python3.10"):
        python = shutil.which(name)
        if python is None or subprocess.run([python, "-c", ""], capture_output=True).returncode:
            continue
        result = subprocess.run([python, str(repository / "start.py"), "demo"], capture_output=True, text=True)
        assert result.returncode == 2
        assert "needs Python 3.11 or newer" in result.stderr
        assert "Traceback" not in result.stderr


def font(*, outlines: bytes, hangul: bool) -> bytes:
    """The head of a TrueType font: a table directory and an OS/2 table."""
    tables = [(b"OS/2", 12 + 32), (outlines, 12 + 32 + 58)]
    head = b"\0\1\0\0" + struct.pack(">H6x", len(tables))
    head += b"".join(struct.pack(">4s4xII", tag, offset, 58) for tag, offset in tables)
    ranges = (0, 1 << 24 if hangul else 0, 0, 0)
    return head + bytes(42) + struct.pack(">4I", *ranges) + bytes(58)


@pytest.mark.parametrize(
    ("data", "is_good"),
    [
        (font(outlines=b"glyf", hangul=True), True),
        (font(outlines=b"glyf", hangul=False), False),
        (font(outlines=b"CFF ", hangul=True), False),
        (font(outlines=b"glyf", hangul=True)[:30], False),
        (b"ttcf" + bytes(8) + struct.pack(">I", 16) + font(outlines=b"glyf", hangul=True), False),
        (b"", False),
    ],
)
def test_only_a_font_that_a_report_can_embed_counts(system_libraries, tmp_path, data, is_good):
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "font.ttf").write_bytes(data)
    assert system_libraries.has_korean_font([tmp_path]) is is_good


def test_what_is_missing_is_named_with_the_command_that_brings_it(system_libraries, monkeypatch):
    missing = {"libxcb-cursor.so.0": "libxcb-cursor0", system_libraries.FONT: "fonts-nanum"}
    monkeypatch.setattr(system_libraries, "is_debian", lambda: True)
    advice = system_libraries.advice(missing)
    assert "sudo apt-get install -y --no-install-recommends fonts-nanum libxcb-cursor0" in advice
    monkeypatch.setattr(system_libraries, "is_debian", lambda: False)
    monkeypatch.setattr(system_libraries.shutil, "which", lambda name: "/usr/bin/dnf" if name == "dnf" else None)
    advice = system_libraries.advice(missing)
    assert "sudo dnf install 'libxcb-cursor.so.0()(64bit)'" in advice
    assert "NanumGothic" in advice
    monkeypatch.setattr(system_libraries.shutil, "which", lambda name: None)
    assert "package manager" in system_libraries.advice(missing)


@pytest.mark.skipif(sys.platform != "linux", reason="the other systems bring what Qt needs")
def test_what_this_computer_lacks_is_found_by_loading(system_libraries, monkeypatch):
    monkeypatch.setitem(system_libraries.LIBRARIES, "libnot-there.so.9", "libnot-there9")
    monkeypatch.setitem(system_libraries.TOOLS, "not-there", "not-there")
    missing, _ = system_libraries.what_is_missing(Path(sys.executable), with_tests=True)
    assert missing["libnot-there.so.9"] == "libnot-there9"
    assert missing["not-there"] == "not-there"
    assert "libc.so.6" not in missing


@pytest.mark.skipif(sys.platform != "linux", reason="the other systems bring what Qt needs")
def test_where_nothing_may_be_installed_the_advice_is_the_error(system_libraries, environment, monkeypatch):
    monkeypatch.setitem(system_libraries.LIBRARIES, "libnot-there.so.9", "libnot-there9")
    monkeypatch.setattr(system_libraries, "can_install", lambda: False)
    monkeypatch.setattr(system_libraries, "is_debian", lambda: True)
    with pytest.raises(environment.SetupError, match="libnot-there9"):
        system_libraries.prepare(Path(sys.executable), with_tests=False)
