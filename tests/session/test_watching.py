"""A watched folder: sealed at once; the plain file goes only after the sealed one was read back, and when asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evidence.errors import EvidenceError
from evidence.session import Afterwards, Session, Watch


def arrive(folder: Path, name: str, data: bytes = b"what came") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def looked(watch: Watch) -> Any:
    """Two looks: a file counts as whole when it did not change between them."""
    watch.look()
    return watch.look()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "downloads"
    made.mkdir()
    return made


def test_what_arrives_is_sealed_and_stays_where_it_is(session: Session, folder: Path) -> None:
    case = session.create_case("one")
    arrive(folder, "before.txt")
    watch = session.watch(case.id, folder, note="as it came")
    path = arrive(folder, "room.txt")
    found = looked(watch)
    assert [item.files[0].name for item in found.items] == ["room.txt"]
    assert found.items[0].note == "as it came"
    assert path.exists()
    assert looked(watch).items == ()


def test_it_is_moved_or_removed_only_when_asked(session: Session, folder: Path, tmp_path: Path) -> None:
    case, place = session.create_case("one"), tmp_path / "elsewhere"
    place.mkdir()
    arrive(place, "room.txt", b"another of that name")
    watch = session.watch(case.id, folder, afterwards=Afterwards.MOVES, place=place)
    arrive(folder, "room.txt", b"what came")
    assert looked(watch).problems == ()
    assert not (folder / "room.txt").exists()
    assert (place / "room.txt").read_bytes() == b"another of that name"
    assert (place / "room (2).txt").read_bytes() == b"what came"
    watch = session.watch(case.id, folder, afterwards=Afterwards.GOES)
    arrive(folder, "more.txt")
    assert len(looked(watch).items) == 1
    assert list(folder.iterdir()) == []
    assert session.check().findings == ()


def test_a_file_that_is_not_what_was_sealed_stays(session: Session, folder: Path, monkeypatch: Any) -> None:
    case = session.create_case("one")
    watch = session.watch(case.id, folder, afterwards=Afterwards.GOES)
    path = arrive(folder, "room.txt")
    real = watch._add

    def add_and_change(paths: Any, **named: Any) -> Any:
        items = real(paths, **named)
        path.write_bytes(b"what else")
        return items

    monkeypatch.setattr(watch, "_add", add_and_change)
    found = looked(watch)
    assert [problem.code for problem in found.problems] == ["watch.not_the_same"]
    assert len(found.items) == 1
    assert path.read_bytes() == b"what else"


def test_a_sealed_copy_that_does_not_open_costs_no_plain_file(session: Session, folder: Path, monkeypatch: Any) -> None:
    case = session.create_case("one")
    watch = session.watch(case.id, folder, afterwards=Afterwards.GOES)
    path = arrive(folder, "room.txt")

    def refuse(_object_id: str) -> Any:
        raise EvidenceError("vault.object_damaged", object_id="x")

    monkeypatch.setattr(watch._store, "open_object", refuse)
    watch.look()
    with monkeypatch.context():
        found = watch.look()
    assert path.exists()
    assert [problem.code for problem in found.problems] == ["vault.object_damaged"]


def test_there_must_be_another_place(session: Session, folder: Path) -> None:
    case = session.create_case("one")
    for place in (None, folder, folder / "nowhere"):
        with pytest.raises(EvidenceError, match="no_place"):
            session.watch(case.id, folder, afterwards=Afterwards.MOVES, place=place)
    with pytest.raises(EvidenceError, match="file_missing"):
        session.watch(case.id, folder / "nowhere")
