"""People under age: nothing of theirs is let in, nothing that is in is given out, and no path leads around that."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from evidence.errors import EvidenceError
from evidence.model import (
    EventKind,
    Exposure,
    Item,
    MarkedArea,
    MinorAnswer,
    PackageChoices,
    RedactionWish,
    WithoutMedia,
)
from evidence.session import Kept, Session, verify_package

HELD = "guard.quarantined"
CHOICES = PackageChoices(language="en", exposure={})


def _picture(folder: Path, name: str = "drawn.png") -> Path:
    path = folder / name
    Image.new("RGB", (64, 48), (90, 120, 130)).save(path)
    return path


@pytest.fixture
def held(session: Session, tmp_path: Path) -> Item:
    """A picture that came in and is held back; a text beside it is not."""
    case = session.create_case("one")
    (tmp_path / "words.txt").write_text("free")
    picture, _words = session.add_files(case.id, [_picture(tmp_path), tmp_path / "words.txt"])
    session.guard.hold_back(picture.id, MinorAnswer.UNSURE, "school uniform")
    return picture


def test_what_holds_the_same_content_goes_with_it(session: Session, tmp_path: Path) -> None:
    case, other = session.create_case("one"), session.create_case("two")
    first, again = (session.add_files(case.id, [_picture(tmp_path)])[0] for _time in range(2))
    [elsewhere] = session.add_files(other.id, [_picture(tmp_path, "other.png")])
    session.guard.hold_back(first.id, MinorAnswer.YES)
    with pytest.raises(EvidenceError, match=HELD):
        session.reveal(again.id)
    assert session.events(case.id, again.id)[-1].facts["same_as"] == "A-01"
    assert session.guard.held_back(other.id) == frozenset(), elsewhere.number


@pytest.mark.parametrize("answer", [MinorAnswer.YES, MinorAnswer.UNSURE])
def test_nothing_is_opened_after_any_answer_but_no(session: Session, answer: MinorAnswer, tmp_path: Path) -> None:
    case = session.create_case("one")
    missing = tmp_path / "would say file_missing if it were opened"
    ways: list[Callable[[], object]] = [
        lambda: session.add_files(case.id, [missing], minor=answer),
        lambda: session.add_bytes(case.id, "a.png", b"\x89PNG", minor=answer),
        lambda: session.capture_screen(case.id, minor=answer),  # there is no display: a grab would say so
    ]
    for way in ways:
        with pytest.raises(EvidenceError) as raised:
            way()
        assert raised.value.code == "guard.media_refused"
    assert session.exhibits(case.id) == []


def test_the_answer_no_is_recorded_with_the_acquisition(session: Session, tmp_path: Path) -> None:
    case = session.create_case("one")
    [item] = session.add_files(case.id, [_picture(tmp_path)], minor=MinorAnswer.NO)
    assert item.settings["minor_possible"] == "no"


def test_what_is_noted_in_place_of_the_media(session: Session) -> None:
    case = session.create_case("one")
    noted = WithoutMedia("https://t.me/sample_room/12", "@someone, 12345", "Monday evening", "Said to be from a school")
    item = session.guard.note_without_media(case.id, noted, MinorAnswer.YES)
    assert item.settings == {"minor_possible": "yes", "media_taken": "no"}
    assert (item.source["platform"], item.source["message_id"]) == ("telegram", "12")
    assert (item.source["accounts"], item.source["seen"]) == ("@someone, 12345", "Monday evening")
    [file] = item.files
    assert file.media_type.startswith("text/")
    assert session.preview(item.id) is None
    with pytest.raises(EvidenceError, match="nothing_noted"):
        session.guard.note_without_media(case.id, WithoutMedia(seen="once"), MinorAnswer.YES)


def test_holding_back_is_a_custody_event_and_happens_once(session: Session, held: Item) -> None:
    event = session.events(held.case_id, held.id)[-1]
    assert event.kind is EventKind.QUARANTINED
    assert event.facts == {"number": "A-01", "answer": "unsure", "reason": "school uniform"}
    with pytest.raises(EvidenceError, match="held_already"):
        session.guard.hold_back(held.id, MinorAnswer.YES)
    assert session.guard.held_back(held.case_id) == {held.id}


def test_every_way_to_the_content_is_closed(session: Session, held: Item, tmp_path: Path) -> None:
    ways: dict[str, Callable[[], object]] = {
        "preview": lambda: session.preview(held.id),
        "small": lambda: session.preview(held.id, Exposure.SMALL),
        "reveal": lambda: session.reveal(held.id),
        "score": lambda: session.score(held.case_id, [held.id]),
        "blurred copy": lambda: session.keep_less(held.id, Kept.COPY),
        "commitment": lambda: session.commit_parts(held.id),
        "redacted copy": lambda: session.redact(held.id, RedactionWish(areas=(MarkedArea(0, 0, 16, 16),))),
        "size": lambda: session.picture_size(held.id),
        "package": lambda: session.package(held.case_id, CHOICES, tmp_path / "out", [held.id]),
        "draft": lambda: session.draft_report(held.case_id, CHOICES, [held.id]),
        "the store itself": lambda: session._store.open_object(held.files[0].object_id),
    }
    for name, way in ways.items():
        with pytest.raises(EvidenceError) as raised:
            way()
        assert raised.value.code in (HELD, "guard.only_held_back"), name
    assert [event.kind for event in session.events(held.case_id, held.id)] == [
        EventKind.ACQUIRED, EventKind.QUARANTINED,
    ]  # fmt: skip
    assert not (tmp_path / "out").exists()


def test_a_blurred_copy_made_before_is_closed_too(session: Session, tmp_path: Path) -> None:
    case = session.create_case("one")
    [item] = session.add_files(case.id, [_picture(tmp_path)])
    session.keep_less(item.id, Kept.COPY)
    assert session.preview(item.id) is not None
    session.guard.hold_back(item.id, MinorAnswer.YES)
    with pytest.raises(EvidenceError, match=HELD):
        session.preview(item.id)


def test_it_stays_held_back_in_the_next_sitting_and_in_a_backup(
    session: Session, held: Item, reopen: Callable[[], Session], tmp_path: Path
) -> None:
    session.backup(tmp_path / "copy")
    session.lock()
    with reopen() as again:
        with pytest.raises(EvidenceError, match=HELD):
            again.reveal(held.id)
        assert again.check().findings == ()  # its digests are still checked
        again.mend(tmp_path / "copy")
        with pytest.raises(EvidenceError, match=HELD):
            again.preview(held.id)


def test_a_batch_passes_it_over(session: Session, held: Item) -> None:
    ids = [exhibit.item.id for exhibit in session.exhibits(held.case_id)]
    reports = session.score(held.case_id, ids)
    assert [report.item_id for report in reports] == ids[1:]


def test_it_can_still_be_erased(session: Session, held: Item) -> None:
    session.keep_less(held.id, Kept.NOTHING, "the police have it")
    assert session.events(held.case_id, held.id)[-1].kind is EventKind.DESTROYED


def test_a_package_carries_its_number_and_where_it_is_and_nothing_else(session: Session, tmp_path: Path) -> None:
    case = session.create_case("one")
    free, link = (
        session.add_bytes(case.id, "words.txt", "free"),
        session.add_link(case.id, "https://t.me/room/3", "tip"),
    )
    picture = session.add_bytes(case.id, "secret-name.png", _picture(tmp_path).read_bytes(), "what I saw")
    for item in (link, picture):
        session.guard.hold_back(item.id, MinorAnswer.YES)
    made = session.package(case.id, CHOICES, tmp_path / "out", [free.id, link.id, picture.id])
    report = verify_package(Path(made.zip_file))
    assert [claim.name for claim in report.claims if claim.answer.value == "no"] == []
    with zipfile.ZipFile(made.zip_file) as packed:
        contents = {name.partition("/")[2]: packed.read(name) for name in packed.namelist()}
    manifest = json.loads(contents["proof/manifest.json"])
    assert [entry["number"] for entry in manifest["items"]] == ["A-01"]
    assert [entry["number"] for entry in manifest["held_back"]] == ["A-02", "A-03"]
    assert manifest["held_back"][0]["source"]["message_id"] == "3"
    frozen = json.loads(contents["proof/custody.json"])["events"][-1]
    assert frozen["facts"]["held_back"] == "A-02,A-03"
    assert b"A-02" in contents["03_identifiers.csv"]
    everything = b"".join(contents.values())
    for item in (link, picture):
        assert item.files[0].digests.sha256.encode() not in everything
    assert b"secret-name" not in everything and b"what I saw" not in everything
    assert not any(name.startswith(("data/A-02", "data/A-03")) for name in contents)


def test_packages_made_before_are_named(session: Session, tmp_path: Path) -> None:
    case = session.create_case("one")
    first, second = session.add_bytes(case.id, "a.txt", "a"), session.add_bytes(case.id, "b.txt", "b")
    made = session.package(case.id, CHOICES, tmp_path / "out", [first.id])
    session.package(case.id, CHOICES, tmp_path / "out", [second.id])
    session.guard.hold_back(first.id, MinorAnswer.YES)
    assert [one.package_id for one in session.guard.packages_with(first.id)] == [made.package_id]


def test_a_report_never_shows_it(session: Session, held: Item) -> None:
    free = session.exhibits(held.case_id)[1].item
    pdf = session.draft_report(held.case_id, CHOICES, [held.id, free.id])
    with pikepdf.open(io.BytesIO(pdf)) as document:
        images = [name for page in document.pages for name in page.get_images()]
    assert images == []
