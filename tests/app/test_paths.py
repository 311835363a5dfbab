"""Where the program keeps what is its own."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from app import paths as paths_module
from app import sessionend, window
from app.paths import find_paths


def test_everything_lies_in_the_persons_own_folders(home: Path) -> None:
    paths = find_paths()
    for place in (paths.settings, paths.log, paths.suggested_vault):
        assert place.is_relative_to(home)
        assert not place.exists()
    assert not paths.is_portable


def test_the_names_tell_nothing(home: Path) -> None:
    paths = find_paths()
    names = {
        part for place in (paths.settings, paths.log, paths.suggested_vault) for part in place.relative_to(home).parts
    }
    assert names - {".config", ".local", "state", "share", "AppData", "Local", "Roaming", "Library"} <= {
        "Holdfast", "settings.json", "log", "log.txt", "vault", "Logs", "Application Support", "Preferences",
    }  # fmt: skip


@pytest.mark.parametrize("value", [None, "", "  ", "relative/place", "/somewhere/else", "~/x"])
def test_on_linux_they_are_where_every_program_looks(
    home: Path, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    """The same as the library says that is asked on other systems."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    ours = paths_module._own_folders()
    monkeypatch.setattr(paths_module, "_SYSTEM", "another")
    assert ours == paths_module._own_folders()


def test_a_stick_keeps_everything_on_itself(tmp_path: Path) -> None:
    assert not find_paths(tmp_path).is_portable
    (tmp_path / "holdfast-data").mkdir()
    paths = find_paths(tmp_path)
    assert paths.is_portable
    assert {paths.settings.parent, paths.log.parent, paths.suggested_vault.parent} == {tmp_path / "holdfast-data"}


@pytest.mark.parametrize("content", [b"", b"text"])
def test_a_file_of_that_name_changes_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "holdfast-data").write_bytes(content)
    assert not find_paths(tmp_path).is_portable


def test_the_window_keeps_its_choices_on_the_stick_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "holdfast-data").mkdir()
    given: list[Path] = []

    def start(*places: Path) -> tuple[SimpleNamespace, None]:
        given.extend(places)
        return SimpleNamespace(exec=lambda: 0), None

    monkeypatch.setattr(window, "find_paths", lambda: find_paths(tmp_path))
    monkeypatch.setattr(window, "start_window", start)
    monkeypatch.setattr(sessionend, "keep_when_ended", lambda *_given: None)
    assert window.run_window() == 0
    assert given == [tmp_path / "holdfast-data" / "settings.json", tmp_path / "holdfast-data" / "vault"]
