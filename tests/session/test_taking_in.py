"""Cases, files, links and notes: sealed, logged, still there after the vault was locked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evidence import session as verbs
from evidence.digest import digest_bytes
from evidence.errors import CancelledError, EvidenceError
from evidence.model import AcquisitionMethod, EventKind
from evidence.session import Given, Kept, Session


def _file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_file_becomes_an_exhibit_with_its_digest_and_an_event(session: Session, tmp_path: Path) -> None:
    case = session.create_case("봄")
    [item] = session.add_files(case.id, [_file(tmp_path, "사진 1.txt", b"content")], note="as I found it")
    assert item.number == "A-01"
    assert item.files[0].name == "사진 1.txt"
    assert item.files[0].digests == digest_bytes(b"content")
    assert item.method is AcquisitionMethod.FILE_IMPORT
    assert item.examiner.name == "Kim Sample"
    assert item.acquired.at.utcoffset() is not None
    events = session.events(case.id)
    assert [event.kind for event in events] == [EventKind.CASE_CREATED, EventKind.ACQUIRED]
    assert events[1].facts["sha256"] == digest_bytes(b"content").sha256
    assert session.events(case.id, item.id) == [events[1]]


def test_the_vault_has_a_log_of_its_own(session: Session) -> None:
    [event] = session.events("vault")
    assert (event.kind, event.actor) == (EventKind.VAULT_CREATED, "victim")
    given = Given(passphrase="조용한 강가의 seven lanterns")
    session.unlock_methods.add_recovery_key(by=given, label="with a friend")
    assert [event.kind for event in session.events("vault")] == [EventKind.VAULT_CREATED, EventKind.SLOT_ADDED]


def test_exhibits_come_page_by_page(session: Session, tmp_path: Path) -> None:
    case = session.create_case("one")
    session.add_files(case.id, [_file(tmp_path, f"{number}.txt", b"x%d" % number) for number in range(5)])
    numbers = [exhibit.item.number for exhibit in session.exhibits(case.id, after=1, limit=3)]
    assert numbers == ["A-02", "A-03", "A-04"]


def test_everything_is_there_after_locking(session: Session, reopen: Callable[[], Session], tmp_path: Path) -> None:
    case = session.create_case("one")
    session.add_files(case.id, [_file(tmp_path, "a.txt", b"a"), _file(tmp_path, "b.txt", b"b")])
    session.add_link(case.id, "https://t.me/sample_room/12", "the room")
    before = session.exhibits(case.id)
    session.lock()
    with reopen() as again:
        assert again.exhibits(case.id) == before
        assert [case.item_count for case in again.cases()] == [3]
        assert again.check().findings == ()


def test_the_recovery_key_opens_the_vault(made: tuple[Session, str], vault: Path) -> None:
    session, key = made
    case = session.create_case("kept")
    session.lock()
    with verbs.open_vault(vault, recovery_key=f" {key.lower()} ") as again:
        assert [found.id for found in again.cases()] == [case.id]


def test_a_wrong_passphrase_says_so(made: tuple[Session, str], vault: Path) -> None:
    made[0].lock()
    with pytest.raises(EvidenceError) as raised:
        verbs.open_vault(vault, passphrase="not this one")
    assert raised.value.code == "vault.wrong_passphrase"


def test_a_vault_opens_once(session: Session, reopen: Callable[[], Session]) -> None:
    with pytest.raises(EvidenceError) as raised:
        reopen()
    assert raised.value.code == "vault.open_elsewhere"


def test_what_is_cancelled_leaves_nothing(session: Session, vault: Path, tmp_path: Path) -> None:
    case = session.create_case("one")
    with pytest.raises(CancelledError):
        session.add_files(case.id, [_file(tmp_path, "big.bin", bytes(3 << 20))], cancelled=lambda: True)
    assert session.exhibits(case.id) == []
    assert [path for path in (vault / "objects").rglob("*") if path.is_file()] == []


def test_an_empty_file_is_refused_and_what_came_before_stays(session: Session, tmp_path: Path) -> None:
    case = session.create_case("one")
    with pytest.raises(EvidenceError) as raised:
        session.add_files(case.id, [_file(tmp_path, "a.txt", b"a"), _file(tmp_path, "empty.txt", b"")])
    assert raised.value.code == "capture.empty_file"
    assert session.check().findings == ()


def test_a_missing_file_is_said_by_code(session: Session, tmp_path: Path) -> None:
    case = session.create_case("one")
    with pytest.raises(EvidenceError) as raised:
        session.add_files(case.id, [tmp_path / "gone.txt"])
    assert raised.value.code.startswith("capture.")


def test_a_note_is_kept_and_its_digest_logged(session: Session, tmp_path: Path) -> None:
    case = session.create_case("one")
    [item] = session.add_files(case.id, [_file(tmp_path, "a.txt", b"a")])
    session.add_note(item.id, "It was in the group on Monday.")
    [note] = session.notes(item.id)
    assert note.text == "It was in the group on Monday."
    event = session.events(case.id, item.id)[-1]
    assert event.kind is EventKind.NOTED
    assert event.facts == {"note_sha256": digest_bytes(note.text.encode()).sha256}
    assert event.item_index == 1


@pytest.mark.parametrize("title", ["", "   ", "\n"])
def test_a_case_needs_a_title(session: Session, title: str) -> None:
    with pytest.raises(EvidenceError) as raised:
        session.create_case(title)
    assert raised.value.code == "case.no_title"


def test_an_unknown_case_takes_nothing_in(session: Session, tmp_path: Path, vault: Path) -> None:
    with pytest.raises(EvidenceError) as raised:
        session.add_files("no-such-case", [_file(tmp_path, "a.txt", b"a")])
    assert raised.value.code == "case.unknown"
    assert [path for path in (vault / "objects").rglob("*") if path.is_file()] == []


def test_what_comes_in_again_is_an_exhibit_of_its_own_and_said(session: Session, tmp_path: Path) -> None:
    case, elsewhere = session.create_case("one"), session.create_case("two")
    session.add_files(elsewhere.id, [_file(tmp_path, "x.txt", b"the same")])
    first, other, again = session.add_files(
        case.id,
        [_file(tmp_path, "a.txt", b"the same"), _file(tmp_path, "b.txt", b"another"), tmp_path / "a.txt"],
    )
    assert [item.number for item in (first, other, again)] == ["A-01", "A-02", "A-03"]
    assert len({first.files[0].object_id, again.files[0].object_id}) == 2
    ids = [first.id, other.id, again.id]
    assert session.same_content(ids) == {first.id: [again], again.id: [first]}
    assert session.same_content(ids, is_earlier=True) == {again.id: [first]}
    session.keep_less(first.id, Kept.NOTHING)  # what goes of one costs the other nothing
    assert session.check().findings == ()
    assert [one.number for one in session.same_content(ids)[again.id]] == ["A-01"]
