"""A folder that is watched, with files that really come and grow."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from evidence.capture import FolderWatch
from evidence.capture import watch as module
from evidence.errors import EvidenceError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "incoming"
    folder.mkdir()
    (folder / "old.jpg").write_bytes(b"old")
    return folder


def names(watch: FolderWatch) -> list[str]:
    return [path.name for path in watch.look()]


def test_what_comes_is_handed_over_once_when_it_rests(folder: Path) -> None:
    watch = FolderWatch(folder)
    assert names(watch) == []
    (folder / "b.jpg").write_bytes(b"1")
    (folder / "a.jpg").write_bytes(b"1")
    assert names(watch) == []
    assert names(watch) == ["a.jpg", "b.jpg"]
    assert names(watch) == []


def test_what_still_grows_is_waited_for(folder: Path) -> None:
    watch = FolderWatch(folder)
    for _ in range(3):
        with (folder / "film.mp4").open("ab") as stream:
            stream.write(b"more")
        assert names(watch) == []
    assert names(watch) == ["film.mp4"]


def test_a_download_counts_under_its_final_name(folder: Path) -> None:
    watch = FolderWatch(folder)
    (folder / "film.mp4").touch()
    (folder / "film.mp4.part").write_bytes(b"whole")
    assert names(watch) == names(watch) == []
    (folder / "film.mp4.part").replace(folder / "film.mp4")
    assert names(watch) == []
    assert names(watch) == ["film.mp4"]


def test_an_old_file_that_is_written_anew_and_one_that_comes_again(folder: Path) -> None:
    watch = FolderWatch(folder)
    (folder / "old.jpg").write_bytes(b"changed")
    assert names(watch) == []
    assert names(watch) == ["old.jpg"]
    (folder / "old.jpg").unlink()
    assert names(watch) == []
    (folder / "old.jpg").write_bytes(b"changed")
    assert names(watch) == []
    assert names(watch) == ["old.jpg"]


@pytest.mark.skipif(os.name != "posix", reason="POSIX files")
def test_links_pipes_and_folders_do_not_count(folder: Path) -> None:
    watch = FolderWatch(folder)
    (folder / "link").symlink_to("/etc/hostname")
    os.mkfifo(folder / "pipe")
    (folder / "inner").mkdir()
    (folder / "inner" / "a.jpg").write_bytes(b"x")
    assert names(watch) == names(watch) == []


def test_a_folder_that_is_gone_or_too_full_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = FolderWatch(folder)
    monkeypatch.setattr(module, "WATCH_LIMIT", 0)
    with pytest.raises(EvidenceError) as caught:
        watch.look()
    assert caught.value.code == "capture.too_many_files"
    monkeypatch.undo()
    (folder / "old.jpg").unlink()
    folder.rmdir()
    with pytest.raises(EvidenceError) as caught:
        watch.look()
    assert caught.value.code == "capture.file_missing"
    folder.write_bytes(b"a file")
    with pytest.raises(EvidenceError) as caught:
        FolderWatch(folder)
    assert caught.value.code == "capture.file_unreadable"
