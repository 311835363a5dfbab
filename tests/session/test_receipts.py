"""A receipt that comes back: checked against the case, logged, and a witness against an older vault."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.verify.command import main as verify_main
from evidence import session as verbs
from evidence.errors import EvidenceError
from evidence.model import Case, EventKind, PackageChoices, PackageMade
from evidence.session import Session
from evidence.verify import OfficerKey, Trust, make_officer_key, make_receipt, verify_package


@pytest.fixture
def case(session: Session) -> Case:
    case = session.create_case("사건")
    session.add_link(case.id, "https://example.org/1", "a link")
    return case


def _package(session: Session, case: Case, out: Path) -> PackageMade:
    ids = [exhibit.item.id for exhibit in session.exhibits(case.id)]
    return session.package(case.id, PackageChoices(language="ko", exposure={}, ask_time=False), out, ids)


@pytest.fixture
def key(tmp_path: Path) -> OfficerKey:
    return make_officer_key(tmp_path / "officer.pem", "Officer", now=datetime.now(UTC))


def _receipt(made: PackageMade, key: OfficerKey, target: Path, **changes: str) -> Path:
    report = verify_package(Path(made.zip_file), trust=Trust(), now=datetime.now(UTC))
    facts = report.facts | {name: value for name, value in changes.items() if name != "package_id"}
    report = replace(report, facts=facts, package_id=changes.get("package_id", report.package_id))
    target.write_bytes(make_receipt(report, key, receiver="Officer"))
    return target


def _code(session: Session, case_id: str, path: Path) -> str:
    before = len(session.events(case_id))
    with pytest.raises(EvidenceError) as caught:
        session.import_receipt(case_id, path)
    assert len(session.events(case_id)) == before
    return caught.value.code


def test_a_receipt_from_the_command_line_is_logged_once(session: Session, case: Case, tmp_path: Path) -> None:
    made = _package(session, case, tmp_path / "out")
    path = tmp_path / "receipt.json"
    words = [made.zip_file, "--receipt", str(path), "--officer-key", str(tmp_path / "k.pem"), "--new-officer-key"]
    assert verify_main([*words, "--officer", "수사관", "--note", "접수"]) == 3
    read = session.import_receipt(case.id, path)
    assert read.receipt.receiver == "수사관"
    event = session.events(case.id)[-1]
    assert event.kind is EventKind.RECEIPT
    assert event.facts["package_id"] == made.package_id
    assert event.facts["manifest_sha256"] == made.manifest_sha256
    assert event.facts["receipt_sha256"] == read.sha256
    assert event.facts["signer"] == read.receipt.certificate_sha256
    assert event.facts["heads"] == ",".join(str(head.head.size) for head in read.receipt.heads) != ""
    assert _code(session, case.id, path) == "receipt.already_there"
    assert session.check(known_heads=verbs.heads_in(path)).findings == ()
    later = _package(session, case, tmp_path / "later")
    report = verify_package(Path(later.zip_file), trust=Trust(), now=datetime.now(UTC))
    assert {claim.name.value: claim.answer.value for claim in report.claims}["custody"] == "yes"


def test_receipts_of_something_else_are_refused(session: Session, case: Case, key: OfficerKey, tmp_path: Path) -> None:
    made = _package(session, case, tmp_path / "out")
    other = session.create_case("다른 사건")
    session.add_link(other.id, "https://example.org/2", "")
    path = _receipt(made, key, tmp_path / "r.json")
    assert _code(session, other.id, path) == "receipt.other_case"
    assert _code(session, case.id, _receipt(made, key, tmp_path / "m.json", manifest_sha256="0" * 64)) == (
        "receipt.other_manifest"
    )
    assert _code(session, case.id, _receipt(made, key, tmp_path / "p.json", package_id="x")) == (
        "receipt.unknown_package"
    )
    elsewhere = _package(session, other, tmp_path / "other")
    crossed = _receipt(elsewhere, key, tmp_path / "c.json", case_id=case.id)
    assert _code(session, case.id, crossed) == "receipt.forged_head"
    body = json.loads(path.read_bytes())
    body["receipt"]["note"] = "changed"
    path.write_text(json.dumps(body, separators=(",", ":"), sort_keys=True, ensure_ascii=False), encoding="utf-8")
    assert _code(session, case.id, path) == "receipt.changed"


def test_an_older_vault_is_noticed(
    vault: Path, session: Session, case: Case, key: OfficerKey, reopen: Callable[[], Session], tmp_path: Path
) -> None:
    """The vault is put back to how it was before the package was made."""
    session.lock()
    shutil.copytree(vault, tmp_path / "older")
    with reopen() as opened:
        path = _receipt(_package(opened, case, tmp_path / "out"), key, tmp_path / "r.json")
        opened.import_receipt(case.id, path)
    shutil.rmtree(vault)
    shutil.copytree(tmp_path / "older", vault)
    with reopen() as opened:
        assert _code(opened, case.id, path) == "receipt.vault_is_older"
        findings = opened.check(known_heads=verbs.heads_in(path)).findings
        assert {finding.code for finding in findings} == {"vault.damage.rolled_back"}
