"""Lists of authorities: read strictly, used like roots that the reader gave, and named with their date."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from support.sample_package import Files, World, write_zip

from app.verify.command import main
from app.verify.lists import tsa_lists
from evidence.errors import EvidenceError
from evidence.model import Answer, ClaimName, VerificationReport
from evidence.verify import Trust, read_tsa_list, shipped_tsa_list, with_lists


@pytest.fixture
def document(world: World) -> dict[str, Any]:
    root = {"name": "Test TSA", "source": "made here", "certificate": b64encode(world.pki.root_der).decode()}
    return {"format": "holdfast-tsa-roots", "version": 1, "name": "A police", "dated": "2026-02-01", "roots": [root]}


def test_the_shipped_list_holds_roots_that_are_known_by_their_fingerprints() -> None:
    """Of each, the digest that its authority or a public programme of roots publishes, and years before it ends."""
    shipped = shipped_tsa_list()
    assert shipped.dated >= date(2026, 11, 22)
    assert {hashlib.sha256(root).hexdigest() for root in shipped.roots} == {
        "552f7bdcf1a7af9e6ce672017f4f12abf77240c78e761ac203d1d9d20ac89988",  # DigiCert Trusted Root G4
        "2cabeafe37d06ca22aba7391c0033d25982952c453647349763a3ab5ad6ccf69",  # GlobalSign Root CA - R6
        "4941b001b8a97e961b7817c9d9e960ec4b056bfc915a8c1aabf6ef6b3ac046a5",  # Sectigo Public Time Stamping Root R46
        "85666a562ee0be5ce925c1d8890a6f76a87ec16d4d7d5f29ea7419cf20123b69",  # SSL.com Root Certification Authority RSA
    }
    for root in map(x509.load_der_x509_certificate, shipped.roots):
        assert root.not_valid_after_utc.year - shipped.dated.year >= 5
        root.verify_directly_issued_by(root)


def test_a_root_of_a_list_confirms_a_time_and_the_list_is_named(
    document: dict[str, Any], valid_files: Files, world: World, verify_files: Callable[..., VerificationReport]
) -> None:
    found = read_tsa_list(json.dumps(document).encode())
    given = Trust(certificates=(world.signer.certificate_der,))
    report = verify_files(valid_files, with_lists(given, [shipped_tsa_list(), found]))
    answers = {claim.name: claim.answer for claim in report.claims}
    assert answers[ClaimName.TIME] is Answer.YES
    assert report.facts["tsa_list.2.name"] == "A police"
    assert report.facts["tsa_list.2.dated"] == "2026-02-01"
    assert report.facts["tsa_list.2.roots"] == "1"
    without = verify_files(valid_files, with_lists(given, [shipped_tsa_list()]))
    assert {claim.name: claim.answer for claim in without.claims}[ClaimName.TIME] is Answer.CANNOT_TELL


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"}, {"version": 2}, {"version": True}, {"name": " "}, {"name": 5}, {"dated": "yesterday"},
        {"dated": 5}, {"roots": {}}, {"roots": [{}]}, {"more": 1}, {"roots": ["x"]},
        {"roots": [{"name": "a", "source": "b", "certificate": "!"}]},
        {"roots": [{"name": "a", "source": "", "certificate": "AAAA"}]},
    ],
)  # fmt: skip
def test_a_list_of_another_form_is_refused(document: dict[str, Any], change: dict[str, Any]) -> None:
    with pytest.raises(EvidenceError, match=r"verify\.bad_tsa_list"):
        read_tsa_list(json.dumps(document | change).encode())


def test_a_certificate_that_is_no_authoritys_is_refused(document: dict[str, Any], world: World) -> None:
    document["roots"][0]["certificate"] = b64encode(world.signer.certificate_der).decode()
    with pytest.raises(EvidenceError, match=r"verify\.bad_tsa_list"):
        read_tsa_list(json.dumps(document).encode())
    with pytest.raises(EvidenceError, match=r"verify\.bad_tsa_list"):
        read_tsa_list(b'{"format": "holdfast-tsa-roots", "format": "holdfast-tsa-roots"}')


def test_the_command_line_uses_the_list_of_the_organisation_and_those_that_are_named(
    document: dict[str, Any], valid_files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    package = write_zip(valid_files, tmp_path / "p.zip")
    own = tmp_path / "etc" / "Holdfast"
    own.mkdir(parents=True)
    monkeypatch.setattr("app.verify.lists.organisation_list", lambda: own / "tsa-roots.json")
    (own / "tsa-roots.json").write_text(json.dumps(document))
    named = tmp_path / "named.json"
    named.write_text(json.dumps(document | {"name": "Another", "roots": []}))
    assert [each.name for each in tsa_lists([named])] == ["Holdfast", "A police", "Another"]
    assert main([str(package), "--tsa-list", str(named), "--contents", "--language", "en"]) == 3
    said = capsys.readouterr().out
    assert "List of time-stamping authorities: A police, of 2026-02-01, roots: 1" in said
    assert "List of time-stamping authorities: Another, of 2026-02-01, roots: 0" in said
    assert "[YES] It existed before a certain time" in said
    assert "chat.png" in said
    assert main([str(package), "--contents", "--json"]) == 3
    [told] = json.loads(capsys.readouterr().out)["packages"]
    assert told["contents"][0]["files"][0]["path"].startswith("data/")
    (own / "tsa-roots.json").write_text("{}")
    assert main([str(package), "--language", "en"]) == 2
    assert "tsa-roots.json" in capsys.readouterr().err
