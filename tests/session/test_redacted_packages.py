"""A redacted exhibit is handed over without its original, and a stranger can confirm what it shows."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path

import pytest
from PIL import Image

from evidence import session as verbs
from evidence.digest import digest_bytes, from_json, parse_json
from evidence.errors import EvidenceError
from evidence.manifest import Manifest, is_redacted, sealed_of
from evidence.model import (
    Answer,
    Case,
    ClaimName,
    Exposure,
    Fill,
    Item,
    MarkedArea,
    PackageChoices,
    PackageMade,
    RedactionWish,
    VerificationReport,
)
from evidence.session import Session
from evidence.verify.contents import contents_of, read_original

SECRET = "holdfast-secret-marker"
NAME = "김하늘"
CHAT = f"2026-03-01, {NAME} : 안녕\n2026-03-01, 이웃 : 네\n2026-03-02, 이웃 : 잘 가\n"


@pytest.fixture
def case(session: Session, tmp_path: Path) -> Case:
    """A case with a picture, a chat and another text; the first two have redacted copies."""
    image = Image.frombytes("RGB", (300, 200), random.Random(1).randbytes(300 * 200 * 3))
    exif = Image.Exif()
    exif[0x010E] = SECRET
    drawn = io.BytesIO()
    image.save(drawn, "JPEG", quality=90, exif=exif)
    (tmp_path / f"{SECRET}.jpg").write_bytes(drawn.getvalue())
    (tmp_path / "chat.txt").write_text(CHAT, encoding="utf-8")
    (tmp_path / "other.txt").write_text("invented words", encoding="utf-8")
    case = session.create_case("봄 사건")
    items = session.add_files(case.id, [tmp_path / name for name in (f"{SECRET}.jpg", "chat.txt", "other.txt")])
    session.score(case.id, [items[0].id])
    session.redact(items[0].id, RedactionWish(areas=(MarkedArea(70, 10, 20, 20),)))
    session.redact(items[0].id, RedactionWish(areas=(MarkedArea(0, 0, 90, 20), MarkedArea(250, 150, 9, 9, Fill.FLAT))))
    session.redact(items[1].id, RedactionWish(texts=(NAME,)))
    return case


def items_of(session: Session, case: Case) -> list[Item]:
    return [exhibit.item for exhibit in session.exhibits(case.id)]


def made_of(session: Session, case: Case, out: Path, *positions: int, language: str = "en") -> PackageMade:
    items = items_of(session, case)
    choices = PackageChoices(
        language=language, exposure={items[0].id: Exposure.FULL}, redacted=frozenset(items[at].id for at in positions)
    )
    return session.package(case.id, choices, out, [item.id for item in items])


def verified(session: Session, path: str, folder: Path) -> VerificationReport:
    certificate = folder / "certificate.pem"
    certificate.write_bytes(session.certificate_pem())
    return verbs.verify_package(Path(path), trust_paths=[certificate], tsa_root_paths=[])


def test_a_stranger_can_confirm_what_is_shown(session: Session, case: Case, tmp_path: Path) -> None:
    made = made_of(session, case, tmp_path / "out", 0, 1)
    for path in (made.folder, made.zip_file):
        report = verified(session, path, tmp_path)
        answers = {claim.name: claim.answer for claim in report.claims}
        assert answers.pop(ClaimName.REDACTION) is Answer.YES
        for name in (ClaimName.TIME, ClaimName.CLOCK, ClaimName.ORIGIN):
            assert answers.pop(name) is Answer.CANNOT_TELL
        assert set(answers.values()) == {Answer.YES}, [check for check in report.checks if check.answer != "yes"]
        said = {check.reason: check.params for check in report.checks if check.number == 14}
        assert (said["redactions.tiles"]["shown"], said["redactions.tiles"]["covered"]) == ("16", "4")
        assert (said["redactions.lines"]["shown"], said["redactions.lines"]["covered"]) == ("2", "1")


def test_what_is_inside_can_be_shown(session: Session, case: Case, tmp_path: Path) -> None:
    path = Path(made_of(session, case, tmp_path / "out", 0).zip_file)
    report = verified(session, str(path), tmp_path)
    first, second, _third = contents_of(report, path).exhibits
    assert [file.original_name for file in (*first.files, *second.files)] == ["redacted-1.png", "chat.txt"]
    assert read_original(report, path, first.files[0]).startswith(b"\x89PNG")


def test_nothing_of_the_original_is_in_the_package(session: Session, case: Case, tmp_path: Path) -> None:
    items = items_of(session, case)
    made = Path(made_of(session, case, tmp_path / "out", 0, 1).folder)
    payload = sorted(path.relative_to(made).as_posix() for path in (made / "data").rglob("*") if path.is_file())
    assert payload == ["data/A-01/redacted-1.png", "data/A-02/redacted-1.txt", "data/A-03/other.txt"]
    for path in made.rglob("*"):
        if path.is_file() and path.suffix in (".png", ".txt", ".json"):
            data = path.read_bytes()
            assert NAME.encode() not in data and b"JFIF" not in data
            assert SECRET.encode() not in data or path.name == "manifest.json"  # the person's own title says it
    manifest = from_json(parse_json((made / "proof/manifest.json").read_bytes()), Manifest)
    assert manifest.version == 2 and [is_redacted(manifest, item.number) for item in items] == [True, True, False]
    assert [[file.sha256 for file in sealed_of(manifest, entry)] for entry in manifest.items] == [
        [file.digests.sha256 for file in item.files] for item in items
    ]
    assert all(entry.score is None or entry.score.provenance == () for entry in manifest.items)
    assert not any(SECRET in file.original_name for file in manifest.files)
    copies = {file.path: file for file in manifest.files if file.role == "derived"}
    sealed = {item.files[0].digests.sha256 for item in items[:2]}
    assert {file.derived_from_sha256 for file in copies.values()} == sealed
    for path, file in copies.items():
        assert digest_bytes((made / path).read_bytes()).sha256 == file.sha256
    lists = (made / "manifest-sha256.txt").read_text() + (made / "tagmanifest-sha256.txt").read_text()
    assert lists.count("redacted-1") == 2 and lists.count("proof/redactions/") == 2


def test_tables_and_description_say_which(session: Session, case: Case, tmp_path: Path) -> None:
    items = items_of(session, case)
    made = Path(made_of(session, case, tmp_path / "out", 0).folder)
    rows = list(csv.DictReader(io.StringIO((made / "02_items.csv").read_text("utf-8-sig"))))
    original, copy, chat, _other = rows
    sha256 = items[0].files[0].digests.sha256
    assert (original["File"], original["Name as found"], original["SHA-256"]) == ("", "", sha256)
    assert original["Redacted"] and sha256 in copy["Redacted"] and copy["File"] == "data/A-01/redacted-1.png"
    assert chat["Redacted"] == "" and chat["File"] == "data/A-02/chat.txt"
    graph = json.loads((made / "proof/case.jsonld").read_text())["uco-core:object"]
    actions = {node["uco-core:name"]: node for node in graph if node["@type"].endswith("InvestigativeAction")}
    redaction = actions["redaction: picture"]
    files = {node["@id"]: json.dumps(node) for node in graph if node["@type"] == "uco-observable:File"}
    assert sha256 in files[redaction["uco-action:object"][0]["@id"]]
    assert copy["SHA-256"] in files[redaction["uco-action:result"][0]["@id"]]
    assert "redacted" in (made / "04_how_to_verify.txt").read_text("utf-8-sig")


def test_the_report_shows_the_copy_and_says_so(session: Session, case: Case, tmp_path: Path) -> None:
    fitz = pytest.importorskip("pikepdf")
    made = Path(made_of(session, case, tmp_path / "out", 0, 1, language="ko").folder)
    with fitz.open(made / "01_report.pdf") as pdf:
        assert len(pdf.pages) > 5
    plain = Path(made_of(session, case, tmp_path / "plain").folder)
    assert verified(session, str(plain), tmp_path).claims[-2].name is ClaimName.REPORT
    assert not (plain / "proof/redactions").exists()


def test_without_a_copy_nothing_is_handed_over_redacted(session: Session, case: Case, tmp_path: Path) -> None:
    for action in (
        lambda: made_of(session, case, tmp_path / "out", 2),
        lambda: session.draft_report(
            case.id, PackageChoices("en", {}, redacted=frozenset({items_of(session, case)[2].id})),
            [item.id for item in items_of(session, case)],
        ),
    ):  # fmt: skip
        with pytest.raises(EvidenceError, match=r"redaction\.no_copy"):
            action()
    assert not list((tmp_path).glob("out/*"))


def test_a_copy_outlives_its_original(session: Session, case: Case, tmp_path: Path) -> None:
    items = items_of(session, case)
    session.keep_less(items[0].id, verbs.Kept.COPY)
    made = made_of(session, case, tmp_path / "out", 0)
    answers = {claim.name: claim.answer for claim in verified(session, made.folder, tmp_path).claims}
    assert answers[ClaimName.REDACTION] is answers[ClaimName.CUSTODY] is Answer.YES
