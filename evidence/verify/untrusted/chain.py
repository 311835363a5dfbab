"""Whether a certificate leads to a root that the reader gave (RFC 5280, section 6)."""

from __future__ import annotations

import asyncio

from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError, ValidationError

from evidence.verify.untrusted.certificates import fingerprint
from evidence.verify.untrusted.messages import ChainAnswer, ChainRequest


def check_chain(request: ChainRequest) -> ChainAnswer:
    """Build and check the path at ``request.at``, without a network; revocation is not known offline."""
    roots = [x509.Certificate.load(each) for each in request.roots]
    certificate = x509.Certificate.load(request.certificate)
    others = [x509.Certificate.load(each) for each in request.others]
    context = ValidationContext(trust_roots=roots, other_certs=others, moment=request.at, allow_fetching=False)
    validator = CertificateValidator(certificate, others, validation_context=context)
    try:
        path = asyncio.run(validator.async_validate_path())
    except (PathBuildingError, PathValidationError, ValidationError):
        return ChainAnswer(False)
    anchor = path.trust_anchor.certificate if hasattr(path.trust_anchor, "certificate") else None
    return ChainAnswer(True, fingerprint(anchor) if anchor is not None else "")
