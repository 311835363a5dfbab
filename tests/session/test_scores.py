"""Scores of an open vault: made on another thread, kept on its own; whom to trust; packs of this computer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from support.agency import agency_pack, public_key
from support.content_credentials import Signing

from app.sample import chat_picture, note_file
from evidence import session as verbs
from evidence.errors import CancelledError, EvidenceError
from evidence.model import Band, Case, EventKind, Examiner, MinorAnswer, OperatorRole
from evidence.session import Session
from evidence.store import Argon2Cost


@pytest.fixture
def case(session: Session) -> Case:
    return session.create_case("October")


def test_a_score_is_made_on_another_thread_and_kept_on_this(session: Session, case: Case) -> None:
    item = session.add_bytes(case.id, "chat.png", chat_picture(), minor=MinorAnswer.NO)
    task = session.scores.begin(item.id)
    with ThreadPoolExecutor(1) as other:
        running = other.submit(task.run)
        assert session.preview(item.id)  # pictures do not wait for a score
        report = running.result()
    assert session.exhibit(item.id).score is None
    session.scores.keep(report)
    assert session.exhibit(item.id).score == report
    assert session.events(case.id, item.id)[-1].kind is EventKind.SCORED


def test_a_cancelled_score_leaves_nothing(session: Session, case: Case) -> None:
    item = session.add_bytes(case.id, "chat.png", chat_picture(), minor=MinorAnswer.NO)
    with pytest.raises(CancelledError):
        session.scores.begin(item.id).run(lambda: True)
    assert session.exhibit(item.id).score is None


def test_what_was_held_back_meanwhile_is_not_kept(session: Session, case: Case) -> None:
    item = session.add_bytes(case.id, "chat.png", chat_picture(), minor=MinorAnswer.NO)
    report = session.scores.begin(item.id).run()
    session.guard.hold_back(item.id, MinorAnswer.UNSURE)
    with pytest.raises(EvidenceError, match=r"guard\.quarantined"):
        session.scores.keep(report)
    with pytest.raises(EvidenceError, match=r"guard\.quarantined"):
        session.scores.begin(item.id)


def test_what_is_no_picture_is_not_assessable(session: Session, case: Case) -> None:
    item = session.add_bytes(case.id, "note.txt", note_file())
    assert session.scores.begin(item.id).run().band is Band.NOT_ASSESSABLE


def test_trust_for_credentials_is_given_and_taken_back(session: Session, case: Case, tmp_path: Path) -> None:
    signing = Signing()
    item = session.add_bytes(case.id, "made.png", signing.signed("PNG", "image/png"), minor=MinorAnswer.NO)

    def states() -> set[tuple[str, str]]:
        [report] = session.score(case.id, [item.id])
        return {(fact.kind, fact.reading) for fact in report.provenance}

    assert ("c2pa.valid", "context") in states()
    pem = tmp_path / "roots.pem"
    pem.write_bytes(signing.pki.root.public_bytes(Encoding.PEM) * 2)
    [anchor] = session.scores.add_trust_anchors(pem)
    assert len(anchor.words.split()) == 12
    assert session.scores.add_trust_anchors(pem) == []
    assert ("c2pa.trusted", "validated") in states()
    assert ("c2pa.digital_source_type", "lead") in states()
    assert "c2pa_trust_anchors_sha256" in session.exhibit(item.id).score.settings  # type: ignore[union-attr]
    session.scores.remove_trust_anchor(anchor.sha256)
    assert session.scores.trust_anchors() == []
    assert ("c2pa.valid", "context") in states()
    with pytest.raises(EvidenceError, match=r"scoring\.no_such_anchor"):
        session.scores.remove_trust_anchor(anchor.sha256)


@pytest.mark.parametrize("data", [b"", b"words", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_refused(session: Session, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "roots.pem"
    path.write_bytes(data)
    for bad in (path, tmp_path / "missing.pem"):
        with pytest.raises(EvidenceError, match=r"scoring\.bad_anchors"):
            session.scores.add_trust_anchors(bad)


def test_packs_come_in_score_and_go(tmp_path: Path) -> None:
    packs_dir = tmp_path / "detectors"
    shipped = {pack.id for pack in verbs.list_packs(packs_dir)}
    made = verbs.import_pack(packs_dir, agency_pack(tmp_path), public_key(tmp_path))
    assert (made.publisher, made.is_shipped, len(made.key_words.split())) == ("Example agency", False, 12)
    assert "only the agency" in made.card
    assert {pack.id for pack in verbs.list_packs(packs_dir)} == shipped | {"agency-swap"}
    ports = replace(verbs.real_ports(packs_dir))
    opened, _key = verbs.create_vault(
        tmp_path / "vault", "four calm otters", examiner=Examiner(role=OperatorRole.VICTIM), ports=ports,
        cost=Argon2Cost(memory_kib=8192, passes=1, lanes=1),
    )  # fmt: skip
    with opened as session:
        case = session.create_case("October")
        item = session.add_bytes(case.id, "chat.png", chat_picture(), minor=MinorAnswer.NO)
        [report] = session.score(case.id, [item.id])
        assert "thresholds.agency-swap" in report.settings
        (packs_dir / "agency-swap" / "card.md").write_text("changed")
        assert [pack.problem for pack in verbs.list_packs(packs_dir) if pack.problem] == ["scoring.pack_altered"]
        with pytest.raises(EvidenceError, match=r"scoring\.pack_altered"):
            session.scores.begin(item.id)
        verbs.remove_pack(packs_dir, "agency-swap")
        session.scores.begin(item.id).run()
    with pytest.raises(EvidenceError, match=r"scoring\.no_such_pack"):
        verbs.remove_pack(packs_dir, next(iter(shipped)))


def test_packs_that_are_not_let_in(tmp_path: Path) -> None:
    packs_dir, other = tmp_path / "detectors", Ed25519PrivateKey.from_private_bytes(bytes(32))

    def refused(pack: Path, key: Path | None = None) -> str:
        with pytest.raises(EvidenceError) as caught:
            verbs.import_pack(packs_dir, pack, key)
        return caught.value.code

    assert refused(agency_pack(tmp_path)) == "scoring.pack_unsigned"
    assert refused(agency_pack(tmp_path, key=None), public_key(tmp_path)) == "scoring.pack_unsigned"
    assert refused(agency_pack(tmp_path), tmp_path / "missing.pem") == "scoring.bad_publisher_key"
    assert refused(tmp_path / "missing.dfpack") == "scoring.pack_malformed"
    assert refused(agency_pack(tmp_path, "swap-small"), public_key(tmp_path)) == "scoring.pack_id_taken"
    assert not packs_dir.exists()
    verbs.import_pack(packs_dir, agency_pack(tmp_path), public_key(tmp_path))
    strange = agency_pack(tmp_path, "agency-two", key=other)
    assert refused(strange, public_key(tmp_path, other, "other.pem")) == "scoring.publisher_key_changed"
    verbs.import_pack(packs_dir, agency_pack(tmp_path, "agency-two"))  # the publisher is known by now
    (packs_dir / "publishers.json").unlink()
    assert {pack.problem for pack in verbs.list_packs(packs_dir)} == {"", "scoring.pack_unsigned"}


def test_a_folder_outside_the_vault(tmp_path: Path) -> None:
    folder = tmp_path / "found"
    (folder / "inner").mkdir(parents=True)
    (folder / "chat.png").write_bytes(chat_picture())
    (folder / "inner" / "note.txt").write_bytes(note_file())
    (folder / "inner" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut")
    (folder / "link.png").symlink_to(folder / "chat.png")
    told: list[str] = []
    done = verbs.score_files([folder], each=lambda one: told.append(one.path.name))
    assert told == ["chat.png", "broken.jpg", "note.txt"]
    assert all(one.report is not None and one.report.item_id == "" for one in done)
    missing = verbs.score_files([folder / "inner", tmp_path / "gone.png"])
    assert [one.error.code if one.error else "" for one in missing] == ["", "", "capture.file_missing"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(EvidenceError, match=r"score\.nothing_there"):
        verbs.score_files([tmp_path / "empty"])
    with pytest.raises(CancelledError):
        verbs.score_files([folder], cancelled=lambda: True)
