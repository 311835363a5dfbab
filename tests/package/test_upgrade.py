"""A package made offline gets its proof of time later, and nothing that was signed breaks."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from support.tsa import Behaviour, LoopbackTsa

from evidence import manifest as layout
from evidence.digest import from_json, parse_json
from evidence.errors import CancelledError, EvidenceError
from evidence.manifest import Manifest
from evidence.model import Answer, ClaimName, PackageChoices, PackageMade
from evidence.package import KeySigner, ValidationSources, build_package, upgrade_package
from evidence.package.longterm import report_level
from evidence.timestamps import HttpTsaClient, request_token
from evidence.verify import Trust, verify_package

Preview = Callable[[str], bytes | None]


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@pytest.fixture
def lists(pki: Any) -> list[bytes]:
    """The revocation lists of both authorities of the test PKI, empty."""
    now = datetime.now(UTC)
    made = []
    for issuer, key in ((pki.root, pki.root_key), (pki.issuing, pki.issuing_key)):
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
        builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.subject)
        builder = builder.last_update(now - timedelta(hours=1)).next_update(now + timedelta(days=30))
        builder = builder.add_extension(x509.CRLNumber(1), critical=False).add_extension(identifier, critical=False)
        made.append(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))
    return made


@pytest.fixture
def certified(pki: Any) -> KeySigner:
    """A signer that an authority vouches for."""
    keys = pki.signer()
    return KeySigner(keys.key, der(keys.certificate), tuple(map(der, keys.chain)))


@pytest.fixture
def made(sample: Any, out: Path, preview: Preview) -> PackageMade:
    return build_package(sample.snapshot, PackageChoices("ko", {}), out, signer=sample.signer, preview=preview)


def forms(made: PackageMade) -> list[Path]:
    return [Path(made.folder), Path(made.zip_file)]


def claims(path: Path, sample: Any, pki: Any) -> dict[ClaimName, Answer]:
    trust = Trust(certificates=(sample.signer.certificate_der,), tsa_roots=(pki.root_der,))
    report = verify_package(path, trust=trust, now=datetime.now(UTC))
    assert report.damaged == (), report.checks
    return {claim.name: claim.answer for claim in report.claims}


def test_tokens_that_arrive_later(
    made: PackageMade, sample: Any, tsa: LoopbackTsa, pki: Any, lists: list[bytes]
) -> None:
    assert claims(Path(made.folder), sample, pki)[ClaimName.TIME] is Answer.CANNOT_TELL
    before = (Path(made.folder) / layout.MANIFEST).read_bytes()
    upgraded = upgrade_package(
        forms(made), tsa=(HttpTsaClient(), [tsa.url]), tokens=sample.stamped(tsa.url).tokens,
        sources=ValidationSources(revocations=lists),
    )  # fmt: skip
    assert upgraded.level == "B-LTA"
    assert sorted(path.partition("/")[2].partition("-")[0] for path in upgraded.added) == [
        "tokens/head", "tokens/signature",
    ]  # fmt: skip
    for form in forms(made):
        answers = claims(form, sample, pki)
        assert {name for name, answer in answers.items() if answer is not Answer.YES} == {
            ClaimName.CLOCK, ClaimName.ORIGIN,
        }  # fmt: skip
    assert (Path(made.folder) / layout.MANIFEST).read_bytes() == before
    assert [path.name for path in Path(made.folder).parent.iterdir() if path.name.startswith(".")] == []
    again = upgrade_package(forms(made), tsa=None, tokens=sample.stamped(tsa.url).tokens, level="B-T")
    assert len(again.added) == 1  # another token over the same head, by the same authority
    assert claims(Path(made.zip_file), sample, pki)[ClaimName.TIME] is Answer.YES


def test_upgrading_with_nothing_new_changes_nothing(made: PackageMade) -> None:
    before = {path: path.read_bytes() for path in Path(made.folder).rglob("*") if path.is_file()}
    zip_before = Path(made.zip_file).read_bytes()
    upgraded = upgrade_package(forms(made), tsa=None)
    assert upgraded.level == "B-B"
    assert upgraded.added == ()
    assert {path: path.read_bytes() for path in Path(made.folder).rglob("*") if path.is_file()} == before
    assert Path(made.zip_file).read_bytes() == zip_before


@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LT", "B-LTA"])
def test_every_level_is_accepted(
    sample: Any, out: Path, preview: Preview, certified: KeySigner, tsa: LoopbackTsa, pki: Any, lists: list[bytes],
    level: str,
) -> None:  # fmt: skip
    made = build_package(sample.snapshot, PackageChoices("ko", {}), out, signer=certified, preview=preview)
    report = Path(made.folder) / layout.REPORT
    first = report.read_bytes()
    sources = ValidationSources(certificates=[pki.root_der], revocations=lists)
    if level != "B-B":
        upgraded = upgrade_package([Path(made.folder)], tsa=(HttpTsaClient(), [tsa.url]), level=level, sources=sources)
        assert upgraded.level == level
    pdf = report.read_bytes()
    assert report_level(pdf) == level
    reader = PdfFileReader(BytesIO(pdf))
    signature = reader.embedded_regular_signatures[0]
    assert signature.compute_digest() == PdfFileReader(BytesIO(first)).embedded_regular_signatures[0].compute_digest()
    root = asn1_x509.Certificate.load(pki.root_der)
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[root], allow_fetching=False))
    assert status.bottom_line, status.pretty_print_details()
    assert status.docmdp_ok
    if level in ("B-B", "B-T"):
        assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
        assert len(pdf) == len(first)
    if level == "B-LTA":
        assert _ades_passes(pdf, root)
    trust = Trust(certificates=(pki.root_der,), tsa_roots=(pki.root_der,))
    said = verify_package(Path(made.folder), trust=trust, now=datetime.now(UTC))
    answers = {claim.name: claim.answer for claim in said.claims}
    assert answers[ClaimName.SIGNED] is answers[ClaimName.COMPLETE] is Answer.YES
    if level == "B-LT":
        for junk in (b"\n", b"%junk\n", pdf[len(first) :]):
            report.write_bytes(pdf + junk)
            tags = Path(made.folder) / "tagmanifest-sha256.txt"
            renewed = tags.read_text().replace(hashlib.sha256(pdf).hexdigest(), hashlib.sha256(pdf + junk).hexdigest())
            tags.write_text(renewed)
            said = verify_package(Path(made.folder), trust=trust, now=datetime.now(UTC))
            tags.write_text(renewed.replace(hashlib.sha256(pdf + junk).hexdigest(), hashlib.sha256(pdf).hexdigest()))
            signed = next(claim for claim in said.claims if claim.name is ClaimName.SIGNED)
            assert (signed.answer is Answer.NO) == (junk != b"\n"), junk
        report.write_bytes(pdf)
    if shutil.which("pdfsig") and shutil.which("qpdf"):
        seen = subprocess.run(["pdfsig", report], capture_output=True, text=True, check=False).stdout
        assert "Signature is Valid" in seen
        assert ("Total document signed" in seen) == (level != "B-LT")
        assert subprocess.run(["qpdf", "--check", report], capture_output=True, check=False).returncode == 0


def _ades_passes(pdf: bytes, root: asn1_x509.Certificate) -> bool:
    """pyHanko's own validation by ETSI EN 319 102-1, offline, revocation data required."""
    trust = CertRevTrustPolicy(REQUIRE_REVINFO)
    policy = CertValidationPolicySpec(trust_manager=SimpleTrustManager.build([root]), revinfo_policy=trust)
    spec = PdfSignatureValidationSpec(
        SignatureValidationSpec(policy, RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY))
    )
    signature = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures[0]
    result = asyncio.run(ades_lta_validation(signature, spec))
    return result.ades_subindic.status.name == "PASSED"


def test_renewing_the_archive_time_stamp(
    made: PackageMade, sample: Any, tsa: LoopbackTsa, pki: Any, lists: list[bytes]
) -> None:
    sources = ValidationSources(revocations=lists)
    for count in (1, 2):
        upgrade_package(forms(made), tsa=(HttpTsaClient(), [tsa.url]), sources=sources)
        reader = PdfFileReader(BytesIO((Path(made.folder) / layout.REPORT).read_bytes()))
        assert len(reader.embedded_timestamp_signatures) == count
    assert claims(Path(made.zip_file), sample, pki)[ClaimName.REPORT] is Answer.YES


def test_what_cannot_be_had_is_said(made: PackageMade, sample: Any, tsa: LoopbackTsa, pki: Any) -> None:
    without_lists = upgrade_package(forms(made), tsa=(HttpTsaClient(), [tsa.url]))
    assert without_lists.level == "B-T"
    assert claims(Path(made.folder), sample, pki)[ClaimName.REPORT] is Answer.YES
    tsa.behaviour = Behaviour.HTTP_500
    silent = upgrade_package(forms(made), tsa=(HttpTsaClient(), [tsa.url]))
    assert silent.unanswered == (tsa.url,)
    assert claims(Path(made.folder), sample, pki)[ClaimName.SIGNED] is Answer.YES


def test_a_token_over_something_else_is_refused(made: PackageMade, sample: Any, tsa: LoopbackTsa) -> None:
    (token,) = sample.stamped(tsa.url).tokens
    foreign = sample.signer.sign(b"something else")
    other = request_token(
        foreign[:32].ljust(32, b"\0"), tsa.url, client=HttpTsaClient(), now=lambda: datetime.now(UTC), log_id="x",
        head_size=1,
    )  # fmt: skip
    with pytest.raises(EvidenceError, match=r"package\.foreign_token"):
        upgrade_package(forms(made), tsa=None, tokens=[dataclasses.replace(token, response=other.response)])


def test_stopping_half_way_leaves_the_package_as_it_was(
    made: PackageMade, sample: Any, tsa: LoopbackTsa, pki: Any
) -> None:
    tokens = sample.stamped(tsa.url).tokens
    for form in forms(made):
        count = 0

        def cancelled() -> bool:
            nonlocal count
            count += 1
            return count > 4

        with pytest.raises(CancelledError):
            upgrade_package([form], tsa=None, tokens=tokens, cancelled=cancelled)
        assert claims(form, sample, pki)[ClaimName.COMPLETE] is Answer.YES
    assert {path.name for path in Path(made.folder).parent.iterdir()} == {path.name for path in forms(made)}


def test_what_is_no_package_is_refused(tmp_path: Path, made: PackageMade, sample: Any, out: Path) -> None:
    (tmp_path / "text.txt").write_text("no")
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "text.txt", tmp_path / "empty", tmp_path / "absent"):
        with pytest.raises(EvidenceError, match=r"package\.not_a_package"):
            upgrade_package([path], tsa=None)
    other = build_package(sample.snapshot, PackageChoices("en", {}), out, signer=sample.signer)
    with pytest.raises(EvidenceError, match=r"package\.forms_differ"):
        upgrade_package([Path(made.folder), Path(other.zip_file)], tsa=None)


def test_the_manifest_still_says_the_same(made: PackageMade, tsa: LoopbackTsa) -> None:
    upgrade_package([Path(made.folder)], tsa=(HttpTsaClient(), [tsa.url]), level="B-T")
    manifest = from_json(parse_json((Path(made.folder) / layout.MANIFEST).read_bytes()), Manifest)
    assert manifest.package_id == made.package_id
