"""Files: real files, real pipes, real changes while they are read."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from support.errors import code_of
from support.waiting import until

from evidence.capture import Clock, FolderLimits, acquire_file, acquire_files, list_folder
from evidence.model import Acquisition, AcquisitionMethod

BytesOf = Callable[[Acquisition], bytes]
posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX files")


def test_each_path_becomes_one_acquisition(tmp_path: Path, clock: Clock, bytes_of: BytesOf) -> None:
    contents = {"사진 1.jpg": b"\xff\xd8first", "b.txt": b"second"}
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    found = acquire_files([tmp_path / name for name in contents], clock=clock, note="own words")
    assert [each.title for each in found] == list(contents)
    assert [bytes_of(each) for each in found] == list(contents.values())
    assert {each.method for each in found} == {AcquisitionMethod.FILE_IMPORT}
    assert all(each.note == "own words" and each.started == clock() for each in found)


def test_the_path_is_kept_only_when_asked(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    plain = acquire_file(path, clock=clock)
    assert str(tmp_path) not in repr((plain.source, plain.settings, plain.title, plain.files[0].name))
    assert plain.source["file_modified_at"] == "2023-11-14T22:13:20+00:00"
    assert acquire_file(path, clock=clock, keep_path=True).source["file_path"] == str(path)


def test_a_large_file_is_read_in_constant_memory(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "large.bin"
    with path.open("wb") as stream:
        stream.truncate(64_000_000)
    acquisition = acquire_file(path, clock=clock)
    total = 0
    buffer = bytearray(1 << 20)
    with acquisition.files[0].open() as opened:
        while count := opened.readinto(buffer):  # type: ignore[attr-defined]
            total += count
    assert total == acquisition.files[0].expected_size == 64_000_000


@pytest.mark.parametrize("read", [lambda stream: stream.read(), lambda stream: stream.read(-1),
                                  lambda stream: stream.read(None)])  # fmt: skip
def test_a_file_can_be_read_at_once(tmp_path: Path, clock: Clock, read: Callable[[BinaryIO], bytes]) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"all of it")
    with acquire_file(path, clock=clock).files[0].open() as stream:
        assert read(stream) == b"all of it"


class TestRefused:
    def test_no_path(self, clock: Clock) -> None:
        assert code_of(lambda: acquire_files([], clock=clock)) == "capture.no_files"

    def test_a_missing_file(self, tmp_path: Path, clock: Clock) -> None:
        (tmp_path / "file").write_bytes(b"x")
        for path in (tmp_path / "gone.txt", tmp_path / "file" / "below", tmp_path / "zero\0byte"):
            assert code_of(lambda path=path: acquire_file(path, clock=clock)) == "capture.file_missing"

    def test_a_missing_file_among_good_ones_stops_before_reading(self, tmp_path: Path, clock: Clock) -> None:
        good = tmp_path / "good.txt"
        good.write_bytes(b"x")
        assert code_of(lambda: acquire_files([good, tmp_path / "no"], clock=clock)) == "capture.file_missing"

    def test_a_folder(self, tmp_path: Path, clock: Clock) -> None:
        assert code_of(lambda: acquire_file(tmp_path, clock=clock)) == "capture.is_folder"
        assert code_of(lambda: acquire_file(Path(), clock=clock)) == "capture.is_folder"

    def test_an_empty_file(self, tmp_path: Path, clock: Clock) -> None:
        (tmp_path / "empty.jpg").touch()
        assert code_of(lambda: acquire_file(tmp_path / "empty.jpg", clock=clock)) == "capture.empty_file"

    @posix_only
    def test_a_pipe_a_socket_and_a_device(self, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)  # names of sockets are short
        os.mkfifo("pipe")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("socket")
            for path in (Path("pipe"), Path("socket"), Path("/dev/null")):
                assert code_of(lambda path=path: acquire_file(path, clock=clock)) == "capture.not_a_file"

    @posix_only
    def test_a_file_without_the_right_to_read(
        self, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "locked.txt"
        path.write_bytes(b"x")
        path.chmod(0)
        if os.access(path, os.R_OK):  # run by an account that may read everything
            monkeypatch.setattr(os, "access", lambda *_: False)
        assert code_of(lambda: acquire_file(path, clock=clock)) == "capture.file_unreadable"

    def test_a_name_that_is_too_long(self, tmp_path: Path, clock: Clock) -> None:
        assert code_of(lambda: acquire_file(tmp_path / ("n" * 300), clock=clock)) == "capture.file_unreadable"


class TestLinks:
    @posix_only
    def test_a_link_that_was_chosen_is_followed_and_said(self, tmp_path: Path, clock: Clock, bytes_of: BytesOf) -> None:
        (tmp_path / "target.txt").write_bytes(b"target")
        link = tmp_path / "link.txt"
        link.symlink_to(tmp_path / "target.txt")
        found = acquire_file(link, clock=clock)
        assert (found.title, found.source["followed_link"], bytes_of(found)) == ("link.txt", "yes", b"target")

    @posix_only
    def test_links_that_lead_nowhere_round_or_to_a_device_are_refused(self, tmp_path: Path, clock: Clock) -> None:
        (tmp_path / "broken").symlink_to(tmp_path / "no")
        (tmp_path / "round").symlink_to(tmp_path / "round")
        (tmp_path / "device").symlink_to("/dev/zero")
        assert code_of(lambda: acquire_file(tmp_path / "broken", clock=clock)) == "capture.file_missing"
        assert code_of(lambda: acquire_file(tmp_path / "round", clock=clock)) == "capture.file_unreadable"
        assert code_of(lambda: acquire_file(tmp_path / "device", clock=clock)) == "capture.not_a_file"


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes")
def test_a_name_that_is_not_text_is_written_as_text(tmp_path: Path, clock: Clock) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    path.write_bytes(b"x")
    found = acquire_file(path, clock=clock, keep_path=True)
    assert found.files[0].name == "caf\\xe9.txt"
    assert "file_name_encoding" in found.source
    repr(found.source).encode("utf-8")


@posix_only
@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("a\x1b[31m\nb.jpg", "a\\x1b[31m\\nb.jpg"),
        ("photo\u202egpj.exe", "photo\\u202egpj.exe"),
        ("가족 사진 👩\u200d💻.jpg", "가족 사진 👩\u200d💻.jpg"),
    ],
)
def test_a_name_is_kept_and_its_title_cannot_steer_a_screen(
    name: str, title: str, tmp_path: Path, clock: Clock
) -> None:
    (tmp_path / name).write_bytes(b"x")
    found = acquire_file(tmp_path / name, clock=clock)
    assert (found.files[0].name, found.source["file_name"], found.title) == (name, name, title)


class TestChangedWhileRead:
    """Nothing that moved under the reader's hands is taken for an original."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "moving.bin"
        path.write_bytes(bytes(200_000))
        os.utime(path, ns=(1, 1))  # so that any write is seen, however coarse the clock of the file system
        return path

    def read_with(self, path: Path, clock: Clock, change: Callable[[], object]) -> bytes:
        """Read with ``change`` happening in the middle."""
        with acquire_file(path, clock=clock).files[0].open() as stream:
            data = stream.read(1000)
            change()
            while chunk := stream.read(65536):
                data += chunk
        return data

    def test_it_grows(self, path: Path, clock: Clock) -> None:
        def grow() -> None:
            with path.open("ab") as stream:
                stream.write(b"more")

        assert code_of(lambda: self.read_with(path, clock, grow)) == "capture.changed_while_read"

    def test_it_shrinks(self, path: Path, clock: Clock) -> None:
        assert code_of(lambda: self.read_with(path, clock, lambda: os.truncate(path, 50_000))) == (
            "capture.changed_while_read"
        )

    def test_it_is_rewritten_at_the_same_size(self, path: Path, clock: Clock) -> None:
        def rewrite() -> None:
            with path.open("r+b") as stream:
                stream.write(b"\1")

        assert code_of(lambda: self.read_with(path, clock, rewrite)) == "capture.changed_while_read"

    @posix_only
    def test_another_file_takes_its_place(self, path: Path, clock: Clock) -> None:
        def replace() -> None:
            other = path.with_name("other")
            other.write_bytes(bytes(200_000))
            os.utime(other, ns=(1, 1))
            other.replace(path)

        assert code_of(lambda: self.read_with(path, clock, replace)) == "capture.changed_while_read"

    @posix_only
    def test_it_is_removed(self, path: Path, clock: Clock) -> None:
        assert code_of(lambda: self.read_with(path, clock, path.unlink)) == "capture.changed_while_read"

    def test_it_changes_between_choosing_and_opening(self, path: Path, clock: Clock) -> None:
        file = acquire_file(path, clock=clock).files[0]
        path.write_bytes(b"other")
        assert code_of(file.open) == "capture.changed_while_read"

    @posix_only
    def test_a_pipe_takes_its_place_and_nothing_blocks(self, path: Path, clock: Clock) -> None:
        file = acquire_file(path, clock=clock).files[0]
        path.unlink()
        os.mkfifo(path)
        assert code_of(file.open) == "capture.changed_while_read"

    def test_it_changes_after_the_last_byte_and_before_closing(self, path: Path, clock: Clock) -> None:
        stream = acquire_file(path, clock=clock).files[0].open()
        assert len(stream.read(200_000)) == 200_000
        with path.open("ab") as more:
            more.write(b"x")
        assert code_of(stream.close) == "capture.changed_while_read"
        assert stream.closed

    def test_a_reading_that_is_broken_off_checks_nothing(self, path: Path, clock: Clock) -> None:
        stream = acquire_file(path, clock=clock).files[0].open()
        stream.read(10)
        os.truncate(path, 20)
        stream.close()
        assert stream.closed

    def test_a_download_that_goes_on(self, path: Path, clock: Clock) -> None:
        stop = threading.Event()

        def download() -> None:
            with path.open("ab", buffering=0) as stream:
                while not stop.is_set():
                    stream.write(b"more")
                    time.sleep(0.001)

        def read_slowly(acquisition: Acquisition) -> None:
            with acquisition.files[0].open() as stream:
                size = path.stat().st_size
                stream.read(65536)
                until(lambda: path.stat().st_size > size)
                while stream.read(65536):
                    pass

        thread = threading.Thread(target=download)
        thread.start()
        try:
            until(lambda: path.stat().st_size > 200_000)
            acquisition = acquire_file(path, clock=clock)
            assert code_of(lambda: read_slowly(acquisition)) == "capture.changed_while_read"
        finally:
            stop.set()
            thread.join()


class TestFolders:
    @posix_only
    def test_everything_is_listed_or_named_as_left_out(self, tmp_path: Path) -> None:
        folder = tmp_path / "phone"
        (folder / "DCIM" / "inner").mkdir(parents=True)
        for name in ("b.jpg", "a.jpg", "DCIM/2.jpg", "DCIM/inner/3.jpg"):
            (folder / name).write_bytes(b"x")
        (folder / "empty.jpg").touch()
        (folder / "link.jpg").symlink_to("/etc/hostname")
        (folder / "linked folder").symlink_to("/etc")
        os.mkfifo(folder / "pipe")
        listing = list_folder(folder)
        names = [path.relative_to(folder).as_posix() for path in listing.files]
        assert names == ["DCIM/2.jpg", "DCIM/inner/3.jpg", "a.jpg", "b.jpg"]
        assert {(problem.params["name"], problem.code) for problem in listing.left_out} == {
            ("empty.jpg", "capture.empty_file"),
            ("link.jpg", "capture.link_in_folder"),
            ("linked folder", "capture.link_in_folder"),
            ("pipe", "capture.not_a_file"),
        }

    def test_limits_hold(self, tmp_path: Path) -> None:
        deep = tmp_path / "1" / "2" / "3"
        deep.mkdir(parents=True)
        for number in range(6):
            (deep / str(number)).write_bytes(b"x")
        assert code_of(lambda: list_folder(tmp_path, FolderLimits(files=5))) == "capture.too_many_files"
        assert code_of(lambda: list_folder(tmp_path, FolderLimits(depth=3))) == "capture.folder_too_deep"
        assert len(list_folder(tmp_path, FolderLimits(files=6, depth=4)).files) == 6

    def test_nothing_to_list(self, tmp_path: Path) -> None:
        assert code_of(lambda: list_folder(tmp_path)) == "capture.empty_folder"
        assert code_of(lambda: list_folder(tmp_path / "no")) == "capture.file_missing"
