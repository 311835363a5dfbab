"""A report that came without its package: what can be told is told, everything else cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.hostile.cases import Workshop
from support.hostile.redactions import picture, recipe_of
from support.sample_package import LATER, Files, Recipe, World

from evidence.errors import EvidenceError
from evidence.manifest import REPORT
from evidence.model import VerificationReport
from evidence.verify import Parser, Trust, verify_package

TOLD = {"signed", "signer", "report"}


def _verify(data: bytes, tmp_path: Path, trust: Trust, parser: Parser) -> VerificationReport:
    path = tmp_path / "report.pdf"
    path.write_bytes(data)
    return verify_package(path, trust=trust, now=LATER, parser=parser)


def _answers(report: VerificationReport) -> dict[str, str]:
    return {claim.name.value: claim.answer.value for claim in report.claims}


def test_what_a_report_tells(valid_files: Files, tmp_path: Path, trust: Trust, parser: Parser) -> None:
    report = _verify(valid_files[REPORT], tmp_path, trust, parser)
    answers = _answers(report)
    assert {name for name, answer in answers.items() if answer == "yes"} >= TOLD
    assert "no" not in answers.values()
    for name in ("complete", "clock", "custody", "method", "origin"):
        assert answers[name] == "cannot_tell"
    assert answers["time"] == "cannot_tell" or "existed_before" in report.facts
    assert len(report.package_id) == 36
    assert report.heads == ()


def test_of_redacted_copies_it_says_that_it_cannot_tell(tmp_path: Path, parser: Parser) -> None:
    files = recipe_of(Workshop(), picture()).build()
    report = _verify(files[REPORT], tmp_path, Trust(), parser)
    answers = _answers(report)
    assert (answers["report"], answers["redaction"]) == ("yes", "cannot_tell")


def test_without_trust_the_signer_cannot_be_told(valid_files: Files, tmp_path: Path, parser: Parser) -> None:
    answers = _answers(_verify(valid_files[REPORT], tmp_path, Trust(), parser))
    assert answers["signer"] == answers["time"] == "cannot_tell"
    assert answers["signed"] == "yes"


def test_a_stranger_is_not_the_signer(valid_files: Files, world: World, tmp_path: Path, parser: Parser) -> None:
    given = Trust(certificates=(world.stranger.certificate_der,))
    assert _answers(_verify(valid_files[REPORT], tmp_path, given, parser))["signer"] == "no"


def test_every_kind_of_change_is_noticed(valid_files: Files, tmp_path: Path, trust: Trust, parser: Parser) -> None:
    data = valid_files[REPORT]
    for place in (len(data) // 5, len(data) // 3, len(data) // 2):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            answers = _answers(_verify(changed, tmp_path, trust, parser))
        except EvidenceError as problem:
            assert problem.code == "verify.not_a_package"
            continue
        assert answers["signed"] == "no"
        assert "yes" not in (answers["signer"], answers["time"], answers["report"])
    added = _verify(data + b"\n%%EOF\n", tmp_path, trust, parser)
    assert _answers(added)["signed"] == "no"
    assert added.damaged == (REPORT,)


def test_other_documents_are_no_reports(tmp_path: Path, trust: Trust, parser: Parser, world: World) -> None:
    for data in (b"%PDF-1.7\n", b"%PDF-" + b"x" * 1000):
        with pytest.raises(EvidenceError) as caught:
            _verify(data, tmp_path, trust, parser)
        assert caught.value.code == "verify.not_a_package"
    other = Recipe(world).build()
    assert _answers(_verify(other[REPORT], tmp_path, trust, parser))["complete"] == "cannot_tell"
