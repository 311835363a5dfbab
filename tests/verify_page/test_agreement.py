"""Two implementations, one answer: what the page says of a package is what the program says, or openly weaker.

All of the corpus: ``python tests/verify_page/agree.py``.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.agreement import all_cases, disagreements
from support.chromium import VerifyPage
from support.hostile.cases import Case, Workshop
from support.hostile.redactions import CHAT, picture, recipe_of, text
from support.sample_package import LATER, Recipe, fingerprint_of, write_folder, write_zip

from evidence.digest import fingerprint_words
from evidence.errors import EvidenceError
from evidence.i18n import LANGUAGES, texts
from evidence.model import VerificationReport
from evidence.verify import Trust

SAMPLE = 42
FLIPS = 20
Program = Callable[[Path, Trust], VerificationReport | EvidenceError]

ALL_YES = {
    "complete": "yes", "signed": "yes", "signer": "yes", "time": "yes", "clock": "yes", "custody": "yes",
    "method": "yes", "report": "yes", "origin": "cannot_tell",
}  # fmt: skip


def answers_of(document: dict[str, Any]) -> dict[str, str]:
    return {claim["name"]: claim["answer"] for claim in document["claims"]}


def same_but_for_the_page(document: dict[str, Any], report: VerificationReport) -> None:
    """Answers, reasons and facts are the same."""
    assert disagreements(report, document) == []
    told = [(check.number, check.answer.value, check.reason, check.params) for check in report.checks]
    assert [(each["number"], each["answer"], each["reason"], each["params"]) for each in document["checks"]] == told
    assert document["facts"] == report.facts
    assert document["damaged"] == list(report.damaged)
    claims = [(claim.name.value, claim.answer.value, claim.reason, claim.params) for claim in report.claims]
    assert [(each["name"], each["answer"], each["reason"], each["params"]) for each in document["claims"]] == claims


def test_a_valid_package_is_yes(page: VerifyPage, program: Program, shop: Workshop, tmp_path: Path) -> None:
    path = write_zip(shop.files, tmp_path / "p.zip")
    document = page.check(path, shop.trust)
    assert answers_of(document) == ALL_YES
    report = program(path, shop.trust)
    assert isinstance(report, VerificationReport)
    same_but_for_the_page(document, report)


def test_redacted_copies_are_told_alike(page: VerifyPage, program: Program, shop: Workshop, tmp_path: Path) -> None:
    for number, recipe in enumerate((recipe_of(shop, picture()), recipe_of(shop, text(), CHAT))):
        path = write_zip(recipe.build(), tmp_path / f"{number}.zip")
        document, report = page.check(path, shop.trust), program(path, shop.trust)
        assert answers_of(document) == ALL_YES | {"redaction": "yes"}
        assert isinstance(report, VerificationReport)
        assert report.facts[f"copy.{recipe.redacted_paths()[0]}.fixed_before"] < report.verified_at.isoformat()
        same_but_for_the_page(document, report)


def test_a_package_of_the_program_is_yes(
    page: VerifyPage, program: Program, shop: Workshop, make_real_package: Callable[..., Any], tmp_path: Path
) -> None:
    made = make_real_package(shop.world, tmp_path)
    document = page.check(Path(made.zip_file), shop.trust)
    assert answers_of(document) == ALL_YES
    report = program(Path(made.zip_file), shop.trust)
    assert isinstance(report, VerificationReport)
    same_but_for_the_page(document, report)


def test_of_a_folder_all_but_the_first_can_be_told(page: VerifyPage, shop: Workshop, tmp_path: Path) -> None:
    document = page.check(write_folder(shop.files, tmp_path / "outer" / "package"), shop.trust)
    assert answers_of(document) == ALL_YES | {"complete": "cannot_tell"}
    assert {check["reason"] for check in document["checks"] if check["answer"] != "yes"} == {"container.page_folder"}


def test_without_trust_nothing_is_claimed_about_people_and_time(
    page: VerifyPage, program: Program, shop: Workshop, tmp_path: Path
) -> None:
    path = write_zip(shop.files, tmp_path / "p.zip")
    document = page.check(path, Trust())
    assert answers_of(document) == ALL_YES | dict.fromkeys(("signer", "time", "clock"), "cannot_tell")
    report = program(path, Trust())
    assert isinstance(report, VerificationReport)
    same_but_for_the_page(document, report)


def test_a_fingerprint_is_enough_to_know_the_signer(page: VerifyPage, shop: Workshop, tmp_path: Path) -> None:
    path = write_zip(shop.files, tmp_path / "p.zip")
    digest = fingerprint_of(shop.world.signer)
    for given, answer in ((fingerprint_words(digest).upper(), "yes"), (digest, "yes"), ("0" * 64, "no")):
        assert answers_of(page.check(path, Trust(fingerprint=given)))["signer"] == answer
    assert page.check(path, Trust(fingerprint="eleven words"))["error"] == "verify.bad_fingerprint"
    assert page.check(path, Trust(certificates=(b"no certificate",)))["error"] == "verify.bad_certificate"


def test_a_key_under_a_given_authority_is_known(
    page: VerifyPage, program: Program, shop: Workshop, tmp_path: Path
) -> None:
    signer = shop.world.pki.signer("Counsellor")
    path = write_zip(Recipe(shop.world, manifest_signer=signer, named_signer=signer).build(), tmp_path / "p.zip")
    for certificate in (shop.world.pki.root_der, shop.world.stranger.certificate_der):
        trust = Trust(certificates=(certificate,))
        assert disagreements(program(path, trust), page.check(path, trust)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_the_programs_sentences(language: str, page: VerifyPage, shop: Workshop, tmp_path: Path) -> None:
    files = shop.files | {"data/A-01/<img src=x onerror=alert(1)>\u202e.png": b"x"}
    page.check(write_zip(files, tmp_path / "<b>p.zip"), shop.trust, language)
    shown = page.browser.run("return document.getElementById('answers').innerText;")
    t = texts(language)  # type: ignore[arg-type]
    for context, code in (("claim", "complete.no"), ("claim", "signer.yes"), ("name", "claim.custody")):
        assert t.code(context, code) in shown
    assert t.code("claim", "time.yes", before_at=t.moment(LATER.replace(hour=12, minute=2))) in shown
    assert "<img src=x onerror=alert(1)>\\u202e.png" in shown
    assert page.browser.run("return document.querySelectorAll('#answers img, #answers b').length;") == 0


def sample(shop: Workshop) -> list[Case]:
    """The first case of each family, and others at even distances; those with one trust after the other."""
    everything = list(all_cases(shop, 7, FLIPS))
    firsts = {case.family: case for case in reversed(everything)}
    others = everything[5 :: max(1, len(everything) // max(1, SAMPLE - len(firsts)))]
    return sorted(
        {case.label: case for case in (*firsts.values(), *others)}.values(), key=lambda case: repr(case.trust)
    )


def test_of_hostile_packages_the_page_says_the_same(
    page: VerifyPage, program: Program, shop: Workshop, tmp_path: Path
) -> None:
    problems: list[str] = []
    for case in sample(shop):
        folder = tmp_path / "case"
        folder.mkdir()
        path, trust = case.make(folder), case.trust or shop.trust
        document = page.check(path, trust)
        problems += [f"{case.label}: {problem}" for problem in disagreements(program(path, trust), document)]
        shutil.rmtree(folder)
    assert problems == []
