"""A case as a place: tags, titles, notes, search in Korean, times, what is missing, how often one looked, undo."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from evidence.digest import digest_bytes
from evidence.errors import EvidenceError
from evidence.model import Case, EventKind, Filter, Item, Precision
from evidence.session import Kept, Session


@pytest.fixture
def case(session: Session) -> Case:
    """An empty case."""
    return session.create_case("봄")


def _words(session: Session, case: Case, title: str, note: str = "") -> Item:
    item = session.add_bytes(case.id, "a.txt", title, note)
    return session.place.rename(item.id, title)


def test_tags_are_tidied_counted_and_taken_back(session: Session, case: Case) -> None:
    item = _words(session, case, "one")
    assert session.place.set_tags(item.id, [" 텔레그램  방 ", "threat", "threat", ""]) == ("threat", "텔레그램 방")
    session.place.set_tags(item.id, ["threat"])
    assert session.place.tags_of_case(case.id) == {"threat": 1}
    assert session.place.undo(case.id) == "tags"
    assert session.place.tags(item.id) == ("threat", "텔레그램 방")
    with pytest.raises(EvidenceError, match="too_long"):
        session.place.set_tags(item.id, ["x" * 41])


def test_a_title_is_changed_and_taken_back(session: Session, case: Case) -> None:
    item = session.add_bytes(case.id, "a.txt", "a")
    session.place.rename(item.id, "  the first\nmessage ")
    assert session.exhibit(item.id).item.title == "the first message"
    assert session.place.can_undo(case.id) == "title"
    session.place.undo(case.id)
    assert session.exhibit(item.id).item.title == "a.txt"
    with pytest.raises(EvidenceError, match="nothing"):
        session.place.undo(case.id)
    assert session.check().findings == ()


def test_a_note_about_the_case_is_dated_logged_and_taken_back(session: Session, case: Case) -> None:
    session.place.add_note(case.id, "It began on Monday.")
    session.place.add_note(case.id, "On Tuesday there were two rooms.")
    assert [note.author for note in session.place.notes(case.id)] == ["victim", "victim"]
    session.place.undo(case.id)
    assert [note.text for note in session.place.notes(case.id)] == ["It began on Monday."]
    facts = [event.facts for event in session.events(case.id) if event.kind is EventKind.NOTED]
    taken = digest_bytes(b"On Tuesday there were two rooms.").sha256
    assert facts[1:] == [{"note_sha256": taken}, {"taken_back_sha256": taken}]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("페이크", [1]), ("유포", [2]), ("포", [2]), ("협박 돈", [3]), ("https://t.me/sample_room", [4]),
        ("SAMPLE", [4]), ("100%", [5]), ("_", [4, 5]), ("없는말", []), ('"', []), ("  ", [1, 2, 3, 4, 5]),
        ("NOT", [5]),
    ],
)  # fmt: skip
def test_parts_of_korean_words_are_found(session: Session, case: Case, words: str, expected: list[int]) -> None:
    _words(session, case, "딥페이크 사진이 올라온 방")
    _words(session, case, "재유포 안내", "두 번째")
    _words(session, case, "메시지", "협박하며 돈을 요구함")
    session.add_link(case.id, "https://t.me/sample_room/12", "the room")
    _words(session, case, "100% not a_b")
    assert list(session.place.find(case.id, Filter(words)).positions) == expected


def test_decomposed_file_names_of_a_mac_are_found(session: Session, case: Case, tmp_path: Path) -> None:
    path = tmp_path / unicodedata.normalize("NFD", "증거사진.txt")
    path.write_text("a")
    session.add_files(case.id, [path])
    for words in ("증거사진", "거사", "사"):
        assert session.place.find(case.id, Filter(words)).positions == (1,)


def test_filters_and_notes(session: Session, case: Case) -> None:
    first, _second = _words(session, case, "one"), _words(session, case, "two")
    session.place.set_tags(first.id, ["threat"])
    session.add_note(first.id, "나중에 적은 메모")
    session.place.add_note(case.id, "나중에 방이 사라짐")
    assert session.place.find(case.id, Filter(tag="threat")).positions == (1,)
    assert session.place.find(case.id, Filter(method="link_note")).positions == ()
    assert session.place.find(case.id, Filter(is_scored=False)).positions == (1, 2)
    found = session.place.find(case.id, Filter("나중"))
    assert (found.positions, [note.text for note in found.notes]) == ((1,), ["나중에 방이 사라짐"])
    numbers = [exhibit.item.number for exhibit in session.place.exhibits_at(case.id, [2])]
    assert numbers == ["A-02"]


def test_what_was_erased_is_not_found_any_more(session: Session, case: Case) -> None:
    item = _words(session, case, "a telling title")
    session.place.set_tags(item.id, ["tag"])
    session.add_note(item.id, "a telling note")
    session.keep_less(item.id, Kept.NOTHING)
    assert session.place.find(case.id, Filter("telling")).positions == ()
    assert session.place.tags_of_case(case.id) == {}
    assert session.place.can_undo(case.id) == ""
    assert session._store._database.rows("SELECT text FROM searchable WHERE text LIKE '%telling%'") == []


def test_times_are_never_more_exact_than_they_were_shown(session: Session, case: Case) -> None:
    item = _words(session, case, "one")
    for shown, zone, at, precision in (
        ("2026-10-03 21:14", "Asia/Seoul", datetime(2026, 10, 3, 12, 14, tzinfo=UTC), Precision.MINUTE),
        ("2026년 10월 3일 21:14:05", "+09:00", datetime(2026, 10, 3, 12, 14, 5, tzinfo=UTC), Precision.SECOND),
        ("2026. 10. 3", "", datetime(2026, 10, 3, tzinfo=UTC), Precision.DAY),
        ("2026-10", "", datetime(2026, 10, 1, tzinfo=UTC), Precision.MONTH),
        ("2026", "", datetime(2026, 1, 1, tzinfo=UTC), Precision.YEAR),
    ):
        session.place.set_shown_time(item.id, shown, zone)
        entry = session.place.shown_time(item.id)
        assert entry is not None
        if zone:
            assert entry.at == at
        assert (entry.shown, entry.precision, entry.is_zone_known) == (shown, precision, bool(zone))
    session.place.undo(case.id)
    assert session.place.shown_time(item.id).precision is Precision.MONTH  # type: ignore[union-attr]
    session.place.set_shown_time(item.id, "")
    assert session.place.shown_time(item.id) is None
    for shown, zone, code in (
        ("soon", "", "not_read"),
        ("2026-13-01", "", "not_read"),
        ("2026", "Moon", "unknown_zone"),
    ):
        with pytest.raises(EvidenceError, match=code):
            session.place.set_shown_time(item.id, shown, zone)


def test_the_timeline_is_in_order_and_comes_in_parts(session: Session, case: Case, tmp_path: Path) -> None:
    item = _words(session, case, "one")
    session.add_link(case.id, "https://x.com/someone/status/1580661436132757506")
    session.place.set_shown_time(item.id, "2026-10-03")
    kinds = [entry.kind for entry in session.place.timeline(case.id)]
    assert kinds[0] == "post_created_at"
    assert sorted(kinds) == ["acquired", "acquired", "post_created_at", "shown"]
    times = [entry.at for entry in session.place.timeline(case.id)]
    assert times == sorted(times)
    assert [entry.kind for entry in session.place.timeline(case.id, after=1, limit=2)] == kinds[1:3]


def test_what_is_missing(session: Session, case: Case) -> None:
    assert [(lack.code, lack.is_next) for lack in session.place.lacks(case.id)] == [("no_exhibit", True)]
    session.add_link(case.id, "https://x.com/someone", lawful_access="public")
    codes = [lack.code for lack in session.place.lacks(case.id)]
    assert codes == ["no_note", "no_time", "no_package"]
    session.place.add_note(case.id, "It began on Monday.")
    session.add_bytes(case.id, "a.txt", "a")
    assert {"no_access", "not_scored"} <= {lack.code for lack in session.place.lacks(case.id)}
    assert [lack.code for lack in session.place.lacks(case.id) if lack.is_next] == ["no_time"]


def test_looks_are_counted_and_the_limit_asks(session: Session, case: Case, tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), (90, 120, 130)).save(tmp_path / "a.png")
    [item] = session.add_files(case.id, [tmp_path / "a.png"])
    session.place.set_limit(2)
    session.reveal(item.id)
    session.reveal(item.id, "to describe it")
    looked = session.place.looked(case.id)
    assert (looked.today, looked.sitting, looked.in_case, looked.limit, looked.is_reached) == (2, 2, 2, 2, True)
    with pytest.raises(EvidenceError) as raised:
        session.reveal(item.id, beyond_limit=False)
    assert raised.value.code == "looking.limit_reached"
    assert session.reveal(item.id) is not None
    assert [event.facts.get("reason") for event in session.place.looks(case.id)] == [None, "to describe it", None]
    session.place.set_limit(0)
    assert not session.place.looked(case.id).is_reached
    with pytest.raises(EvidenceError, match="bad_limit"):
        session.place.set_limit(-1)
