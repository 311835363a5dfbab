"""From an exhibit to a package that a stranger can check: time, score, package, verification."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image
from support.pki import TestPki
from support.tsa import LoopbackTsa

from app.sample import chat_picture
from evidence import session as verbs
from evidence.digest import canonical_json, to_json
from evidence.errors import EvidenceError
from evidence.i18n import texts
from evidence.model import (
    Answer,
    Band,
    Case,
    ClaimName,
    EventKind,
    Exposure,
    MinorAnswer,
    PackageChoices,
    PackageMade,
)
from evidence.session import Session
from evidence.verify import contents_lines, contents_of


@pytest.fixture
def tsa() -> Iterator[LoopbackTsa]:
    """A real authority on the loopback address."""
    with LoopbackTsa(TestPki().tsa()) as running:
        yield running


@pytest.fixture
def case(session: Session, tmp_path: Path) -> Case:
    """A case with a picture, a text and a link."""
    case = session.create_case("봄 사건")
    picture, text = tmp_path / "chat.png", tmp_path / "문서.txt"
    picture.write_bytes(chat_picture())
    text.write_text("invented words", encoding="utf-8")
    session.add_files(case.id, [picture, text], note="as I saw it")
    session.add_link(case.id, "https://t.me/+AbCdEfGhIjKl", "the invitation")
    return case


def _package(session: Session, case: Case, out: Path, numbers: tuple[str, ...] = (), **more: bool) -> PackageMade:
    chosen = [exhibit.item.id for exhibit in session.exhibits(case.id) if not numbers or exhibit.item.number in numbers]
    choices = PackageChoices(language="ko", exposure={chosen[0]: Exposure.SMALL}, statement="직접 모았습니다.", **more)
    return session.package(case.id, choices, out, chosen)


def _answers(path: str, session: Session, out: Path, root: bytes = b"") -> dict[ClaimName, Answer]:
    certificate, roots = out / "certificate.pem", []
    certificate.write_bytes(session.certificate_pem())
    if root:
        roots = [out / "root.pem"]
        roots[0].write_bytes(root)
    report = verbs.verify_package(Path(path), trust_paths=[certificate], tsa_root_paths=roots)
    return {claim.name: claim.answer for claim in report.claims}


def test_a_package_without_a_network_is_honest_about_time(session: Session, case: Case, tmp_path: Path) -> None:
    made = _package(session, case, tmp_path / "out")
    assert not made.has_trusted_time
    for path in (made.folder, made.zip_file):
        answers = _answers(path, session, tmp_path)
        assert answers.pop(ClaimName.TIME) is Answer.CANNOT_TELL
        assert answers.pop(ClaimName.CLOCK) is Answer.CANNOT_TELL
        assert answers.pop(ClaimName.ORIGIN) is Answer.CANNOT_TELL
        assert set(answers.values()) == {Answer.YES}, answers


def test_with_an_authority_every_claim_but_origin_is_yes(
    session: Session, case: Case, tmp_path: Path, tsa: LoopbackTsa
) -> None:
    session.set_tsas([tsa.url])
    assert session.pending_heads() > 0
    assert all(result.token is not None for result in session.timestamp())
    assert session.pending_heads() == 0
    made = _package(session, case, tmp_path / "out", ask_time=True)
    assert made.has_trusted_time
    answers = _answers(made.zip_file, session, tmp_path, tsa.responder.keys.root.public_bytes(Encoding.PEM))
    assert answers.pop(ClaimName.ORIGIN) is Answer.CANNOT_TELL
    assert set(answers.values()) == {Answer.YES}, answers


def test_a_part_of_a_case_reveals_nothing_of_the_rest(session: Session, case: Case, tmp_path: Path) -> None:
    made = _package(session, case, tmp_path / "out", ("A-02",))
    answers = _answers(made.folder, session, tmp_path)
    assert answers[ClaimName.CUSTODY] is Answer.YES
    hidden = {exhibit.item.id for exhibit in session.exhibits(case.id) if exhibit.item.number != "A-02"}
    everything = b"".join(path.read_bytes() for path in Path(made.folder).rglob("*") if path.is_file())
    for item_id in hidden:
        assert item_id.encode() not in everything
    assert b"AbCdEfGhIjKl" not in everything


def test_the_log_tells_the_whole_story(session: Session, case: Case, tmp_path: Path) -> None:
    exhibits = session.exhibits(case.id)
    session.score(case.id, [exhibits[0].item.id])
    session.reveal(exhibits[0].item.id, "to describe it")
    _package(session, case, tmp_path / "out")
    kinds = [event.kind for event in session.events(case.id)]
    assert kinds[0] is EventKind.CASE_CREATED
    assert kinds[-4:] == [EventKind.SCORED, EventKind.REVEALED, EventKind.FROZEN, EventKind.EXPORTED]
    assert session.check().findings == ()


def test_scores_are_bands_and_say_what_was_not_examined(session: Session, case: Case) -> None:
    exhibits = session.exhibits(case.id)
    reports = session.score(case.id, [exhibit.item.id for exhibit in exhibits])
    assert [session.exhibit(report.item_id).score for report in reports] == reports
    assert reports[1].band is Band.NOT_ASSESSABLE
    assert all("body" in report.not_examined or report.band is Band.NOT_ASSESSABLE for report in reports)


def test_previews_are_blurred_and_a_reveal_is_logged(session: Session, case: Case) -> None:
    picture, text, _link = session.exhibits(case.id)
    blurred, shown = session.preview(picture.item.id), session.reveal(picture.item.id)
    assert blurred and shown and blurred != shown
    assert session.preview(text.item.id) is None
    assert [event.kind for event in session.events(case.id, picture.item.id)][-1] is EventKind.REVEALED


def test_an_authority_that_is_away_leaves_the_head_waiting(session: Session, case: Case) -> None:
    session.set_tsas(["http://127.0.0.1:9/"])
    results = session.timestamp()
    assert results and all(result.error is not None and result.token is None for result in results)
    assert session.pending_heads() > 0


def test_nobody_is_asked_unless_chosen(session: Session, case: Case) -> None:
    with pytest.raises(EvidenceError) as raised:
        session.timestamp()
    assert raised.value.code == "timestamps.none_chosen"


@pytest.mark.parametrize("url", ["ftp://x.example/", "file:///etc/passwd", "nonsense", "http://"])
def test_an_address_that_is_none_is_refused(session: Session, url: str) -> None:
    with pytest.raises(EvidenceError) as raised:
        session.set_tsas([url])
    assert raised.value.code == "timestamps.bad_url"


def test_the_report_can_be_read_before_anything_is_signed(session: Session, case: Case) -> None:
    chosen = [exhibit.item.id for exhibit in session.exhibits(case.id)]
    before = session.events(case.id)
    pdf = session.draft_report(case.id, PackageChoices(language="ko", exposure={}), chosen)
    assert pdf.startswith(b"%PDF-") and b"/ByteRange" not in pdf
    assert session.events(case.id) == before and session.packages(case.id) == []
    with pytest.raises(EvidenceError) as raised:
        session.draft_report(case.id, PackageChoices(language="ko", exposure={}), [])
    assert raised.value.code == "package.no_exhibits"


@pytest.mark.parametrize("form", ["folder", "zip_file"])
def test_an_upload_form_gets_small_files(session: Session, case: Case, tmp_path: Path, form: str) -> None:
    noise = tmp_path / "noise.png"
    pixels = np.random.default_rng(5).integers(0, 256, (1500, 1500, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(noise)
    session.add_files(case.id, [noise])
    made = _package(session, case, tmp_path)
    files = verbs.make_upload_set(
        Path(getattr(made, form)), tmp_path / "upload", limit=1_000_000, exposure=Exposure.FULL, language="ko"
    )
    by_name = {file.path.name: file for file in files}
    assert all(file.size <= 1_000_000 for file in files)
    assert {"00_files.csv", "02_items.csv", "04_manifest.json", "A-01_small.jpg", "A-04_small.jpg"} <= by_name.keys()
    rows = list(csv.reader((by_name["00_files.csv"].path).read_text("utf-8-sig").splitlines()))
    listed = {row[0]: row for row in rows[1:]}
    assert listed.keys() | {"00_files.csv"} == by_name.keys()
    [original] = [exhibit.item.files[0] for exhibit in session.exhibits(case.id) if exhibit.item.number == "A-04"]
    assert listed["A-04_small.jpg"][4] == original.digests.sha256
    for name, row in listed.items():
        assert row[3] == hashlib.sha256(by_name[name].path.read_bytes()).hexdigest()
    with pytest.raises(EvidenceError) as raised:
        verbs.make_upload_set(Path(getattr(made, form)), tmp_path / "upload", limit=1_000_000)
    assert raised.value.code == "package.already_there"
    with pytest.raises(EvidenceError) as raised:
        verbs.make_upload_set(noise, tmp_path / "other", limit=1_000_000)
    assert raised.value.code == "package.not_a_package"
    assert not (tmp_path / "other").exists()


def test_notes_stay_unless_they_are_chosen(session: Session, case: Case, tmp_path: Path) -> None:
    ids = {exhibit.item.number: exhibit.item.id for exhibit in session.exhibits(case.id)}
    for text, item_id in (("first call", ""), ("only for me", ""), ("a threat", ids["A-01"]), ("other", ids["A-03"])):
        session.place.add_note(case.id, text, item_id)
    notes = {note.text: note.id for note in session.place.all_notes(case.id)}
    chosen = frozenset({notes["a threat"], notes["first call"]})
    out = tmp_path / "out"
    choices = PackageChoices(language="ko", exposure={}, notes=chosen, as_zip=False)
    made = session.package(case.id, choices, out, [ids["A-01"]])
    manifest = json.loads((Path(made.folder) / "proof" / "manifest.json").read_bytes())
    noted = {event.facts["note_sha256"]: event for event in session.events(case.id) if event.kind is EventKind.NOTED}
    for entry, text, number in zip(manifest["notes"], ("first call", "a threat"), ("", "A-01"), strict=True):
        event = noted[hashlib.sha256(text.encode()).hexdigest()]
        assert entry == {"author": "victim", "item": number, "text": text,
                         "written_at": to_json(event.recorded_at)}  # fmt: skip
    frozen = next(event for event in session.events(case.id) if event.kind is EventKind.FROZEN)
    assert frozen.facts["notes_sha256"] == hashlib.sha256(canonical_json(manifest["notes"])).hexdigest()
    everything = b"".join(path.read_bytes() for path in Path(made.folder).rglob("*") if path.is_file())
    assert b"only for me" not in everything
    report = verbs.verify_package(Path(made.folder), trust_paths=[])
    inside = contents_of(report, Path(made.folder))
    assert [(note.text, note.item) for note in inside.notes] == [("first call", ""), ("a threat", "A-01")]
    assert [line for line in contents_lines(inside, texts("en")) if "first call" in line or "Note, written" in line]
    check = [check for check in report.checks if check.reason.startswith("custody.")]
    assert [(one.reason, one.answer) for one in check] == [
        ("custody.sound", Answer.YES), ("custody.notes", Answer.YES)
    ]  # fmt: skip
    pdf = session.draft_report(case.id, choices, [ids["A-01"]])
    assert len(pdf) > len(session.draft_report(case.id, replace(choices, notes=frozenset()), [ids["A-01"]]))
    for wrong, code in ((frozenset({999}), "package.no_such_note"), (frozenset({notes["other"]}), "note_of_other")):
        with pytest.raises(EvidenceError, match=code):
            session.package(case.id, replace(choices, notes=wrong), tmp_path / "no", [ids["A-01"]])
    assert not (tmp_path / "no").exists()


def test_a_note_about_what_is_held_back_goes_nowhere(session: Session, case: Case, tmp_path: Path) -> None:
    first, second, _third = (exhibit.item.id for exhibit in session.exhibits(case.id))
    note = session.add_note(first, "who it shows")
    session.guard.hold_back(first, MinorAnswer.UNSURE)
    (kept,) = session.place.all_notes(case.id)
    assert kept.text == note.text
    choices = PackageChoices(language="ko", exposure={}, notes=frozenset({kept.id}))
    with pytest.raises(EvidenceError, match="note_of_other"):
        session.package(case.id, choices, tmp_path / "out", [first, second])
