"""Our own verifier, which shares nothing with this room but the format, says yes to what we make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.tsa import LoopbackTsa

from evidence.i18n import Language
from evidence.model import Answer, ClaimName, PackageChoices
from evidence.package import build_package
from evidence.timestamps import HttpTsaClient
from evidence.verify import Trust, verify_package

WITHOUT_TRUST = {ClaimName.SIGNER, ClaimName.TIME, ClaimName.CLOCK, ClaimName.ORIGIN}


@pytest.mark.parametrize("form", ["folder", "zip_file"])
def test_a_package_verifies(
    sample: Any, out: Path, preview: Callable[[str], bytes | None], language: Language, form: str
) -> None:
    made = build_package(sample.snapshot, PackageChoices(language, {}), out, signer=sample.signer, preview=preview)
    report = verify_package(Path(getattr(made, form)), trust=Trust(), now=datetime.now(UTC))
    for claim in report.claims:
        expected = Answer.CANNOT_TELL if claim.name in WITHOUT_TRUST else Answer.YES
        assert claim.answer is expected, (claim, report.checks)
    assert report.damaged == ()


def test_a_package_with_trusted_time_and_signer_verifies(
    sample: Any, out: Path, preview: Callable[[str], bytes | None], tsa: LoopbackTsa, pki: Any
) -> None:
    made = build_package(
        sample.stamped(tsa.url), PackageChoices("ko", {}), out, signer=sample.signer, preview=preview,
        tsa=(HttpTsaClient(), [tsa.url]),
    )  # fmt: skip
    trust = Trust(certificates=(sample.signer.certificate_der,), tsa_roots=(pki.root_der,))
    report = verify_package(Path(made.zip_file), trust=trust, now=datetime.now(UTC))
    unsure = {claim.name for claim in report.claims if claim.answer is not Answer.YES}
    assert unsure == {ClaimName.CLOCK, ClaimName.ORIGIN}, report.checks
