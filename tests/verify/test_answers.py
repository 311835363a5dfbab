"""What a package is answered: the valid one, and each promise broken once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.sample_package import (
    LATER,
    Files,
    Recipe,
    World,
    close_bag,
    fingerprint_of,
    stamp,
    write_folder,
    write_zip,
)

from evidence.digest import fingerprint_words
from evidence.errors import EvidenceError
from evidence.i18n import LANGUAGES, texts
from evidence.manifest import MANIFEST, REPORT, SIGNATURE
from evidence.model import Answer, VerificationReport
from evidence.verify import ChildParser, Parser, Trust, exit_code, render_text, to_document, verify_package

Verify = Callable[..., VerificationReport]


def answers_of(report: VerificationReport) -> dict[str, str]:
    return {claim.name.value: claim.answer.value for claim in report.claims}


def reasons_of(report: VerificationReport) -> set[str]:
    return {check.reason for check in report.checks}


ALL_YES = {
    "complete": "yes", "signed": "yes", "signer": "yes", "time": "yes", "clock": "yes", "custody": "yes",
    "method": "yes", "report": "yes", "origin": "cannot_tell",
}  # fmt: skip


@pytest.mark.parametrize("form", ["folder", "zip", "parent"])
def test_a_valid_package_is_yes_in_every_form(
    form: str, tmp_path: Path, valid_files: Files, trust: Trust, parser: Parser
) -> None:
    if form == "zip":
        path = write_zip(valid_files, tmp_path / "p.zip")
    else:
        path = write_folder(valid_files, tmp_path / "outer" / "inner")
        path = path.parent if form == "parent" else path
    report = verify_package(path, trust=trust, now=LATER, parser=parser)
    assert answers_of(report) == ALL_YES
    assert report.damaged == ()
    assert exit_code([report]) == 0
    assert {check.number for check in report.checks} == set(range(1, 13))


def test_without_trust_nothing_is_claimed_about_people_and_time(verify_files: Verify, valid_files: Files) -> None:
    report = verify_files(valid_files, Trust())
    expected = ALL_YES | {"signer": "cannot_tell", "time": "cannot_tell", "clock": "cannot_tell"}
    assert answers_of(report) == expected
    assert exit_code([report]) == 3


def test_the_fingerprint_on_paper_is_enough_to_know_the_signer(
    verify_files: Verify, valid_files: Files, world: World
) -> None:
    digest = fingerprint_of(world.signer)
    for given in (digest, fingerprint_words(digest)):
        assert answers_of(verify_files(valid_files, Trust(fingerprint=given)))["signer"] == "yes"
    other = fingerprint_words(fingerprint_of(world.stranger))
    assert answers_of(verify_files(valid_files, Trust(fingerprint=other)))["signer"] == "no"


def test_a_key_under_a_given_authority_is_known(world: World, verify_files: Verify) -> None:
    signer = world.pki.signer("Counsellor")
    files = Recipe(world, manifest_signer=signer, named_signer=signer).build()
    assert answers_of(verify_files(files, Trust(certificates=(world.pki.root_der,))))["signer"] == "yes"
    assert answers_of(verify_files(files, Trust(certificates=(world.stranger.certificate_der,))))["signer"] == "no"


def test_a_whole_package_by_another_key_is_not_the_expected_signer(world: World, verify_files: Verify) -> None:
    forged = Recipe(world, manifest_signer=world.stranger, named_signer=world.stranger).build()
    report = verify_files(forged)
    assert answers_of(report) == ALL_YES | {"signer": "no"}


@pytest.mark.parametrize("path", ["data/A-01/chat.png", "02_items.csv", MANIFEST, SIGNATURE, REPORT, "bagit.txt"])
def test_a_changed_or_missing_file_is_named(path: str, verify_files: Verify, valid_files: Files) -> None:
    data = valid_files[path]
    changed = verify_files(valid_files | {path: data[:10] + bytes([data[10] ^ 1]) + data[11:]})
    missing = verify_files({name: data for name, data in valid_files.items() if name != path})
    for report in (changed, missing):
        assert answers_of(report)["complete"] == "no"
        assert path in report.damaged
        assert exit_code([report]) == 1


def test_an_added_and_a_renamed_file_are_named(verify_files: Verify, valid_files: Files) -> None:
    added = verify_files(valid_files | {"data/A-01/more.png": b"x"})
    assert added.damaged == ("data/A-01/more.png",)
    files = dict(valid_files)
    files["data/A-01/other.png"] = files.pop("data/A-01/chat.png")
    renamed = verify_files(files)
    assert renamed.damaged == ("data/A-01/chat.png", "data/A-01/other.png")
    assert "files.renamed" in reasons_of(renamed)


def test_one_answer_does_not_hide_another(verify_files: Verify, valid_files: Files) -> None:
    report = verify_files(valid_files | {"02_items.csv": b"changed"})
    assert answers_of(report) == ALL_YES | {"complete": "no"}


def test_stripped_time_stamps_are_never_yes(world: World, verify_files: Verify) -> None:
    report = verify_files(Recipe(world, has_tokens=False).build())
    assert answers_of(report) == ALL_YES | {"time": "cannot_tell", "clock": "cannot_tell"}


def test_a_token_added_later_counts_and_a_foreign_one_is_no(
    world: World, verify_files: Verify, valid_files: Files
) -> None:
    from support.sample_package import signature_value

    files = Recipe(world, has_tokens=False).build()
    token = stamp(world.tsa, signature_value(files[SIGNATURE]))
    assert answers_of(verify_files(files | {"proof/tokens/signature-b.tsr": token})) == ALL_YES
    foreign = verify_files(files | {"proof/tokens/signature-b.tsr": stamp(world.tsa, b"something else")})
    assert answers_of(foreign)["time"] == "no"
    assert "proof/tokens/signature-b.tsr" in foreign.damaged


def test_a_newer_format_asks_for_a_newer_verifier(world: World, verify_files: Verify) -> None:
    report = verify_files(Recipe(world, version=99).build())
    assert "format.newer" in reasons_of(report)
    assert report.format_version == 99
    assert exit_code([report]) == 3
    assert Answer.NO not in {claim.answer for claim in report.claims}


def test_the_child_process_answers_the_same(tmp_path: Path, valid_files: Files, trust: Trust) -> None:
    path = write_zip(valid_files, tmp_path / "p.zip")
    parser = ChildParser()
    try:
        report = verify_package(path, trust=trust, now=LATER, parser=parser)
    finally:
        parser.close()
    assert answers_of(report) == ALL_YES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_exists_in_every_language(
    language: str, verify_files: Verify, valid_files: Files, world: World
) -> None:
    t = texts(language)  # type: ignore[arg-type]
    damaged = {path: data for path, data in valid_files.items() if path != MANIFEST} | {"x\x1b[1m.txt": b""}
    for files in (valid_files, damaged, Recipe(world, version=99).build()):
        for report in (verify_files(files), verify_files(files, Trust())):
            text = render_text(report, t)
            assert "\x1b" not in text
            assert text.endswith("\n")


def test_the_document_is_plain_values(verify_files: Verify, valid_files: Files) -> None:
    document = to_document(verify_files(valid_files))
    assert document["answer"] == "yes"
    assert {claim["name"] for claim in document["claims"]} == set(ALL_YES)


def test_what_is_no_package_is_an_error(tmp_path: Path, trust: Trust, parser: Parser) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    for name, code in (("nothing", "not_found"), ("empty", "not_a_package"), ("picture.png", "not_a_package")):
        with pytest.raises(EvidenceError) as caught:
            verify_package(tmp_path / name, trust=trust, now=LATER, parser=parser)
        assert caught.value.code == f"verify.{code}"


def test_a_bag_that_was_made_again_over_changed_files_is_still_no(verify_files: Verify, valid_files: Files) -> None:
    from support.sample_package import add_bag

    files = valid_files | {"data/A-01/chat.png": b"another picture"}
    add_bag(files)
    close_bag(files)
    report = verify_files(files)
    assert answers_of(report)["complete"] == "no"
    assert "data/A-01/chat.png" in report.damaged
