"""Authorities that are trusted besides the system's, because whoever started the capture named them."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

from cryptography import x509
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError


def is_trusted_besides(chain: Sequence[bytes], host: str, roots: Sequence[bytes]) -> bool:
    """Whether ``chain`` (DER, leaf first) leads to one of ``roots`` (DER) and is good for ``host`` now.

    Qt gives an off-the-record profile no way to name such authorities; so the engine's refusal is looked at again here.
    """
    if not roots or not chain:
        return False
    try:
        leaf, *others = [x509.load_der_x509_certificate(each) for each in chain]
        subject = _subject(host)
        authorities = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
        ends = ExtensionPolicy.permit_all().require_present(x509.SubjectAlternativeName, Criticality.AGNOSTIC, None)
        verifier = (
            PolicyBuilder()
            .store(Store([x509.load_der_x509_certificate(each) for each in roots]))
            .extension_policies(ca_policy=authorities, ee_policy=ends)
            .build_server_verifier(subject)
        )
        verifier.verify(leaf, others)
    except (ValueError, VerificationError, x509.UnsupportedGeneralNameType):
        return False
    return True


def _subject(host: str) -> x509.DNSName | x509.IPAddress:
    try:
        return x509.IPAddress(ip_address(host.strip("[]")))
    except ValueError:
        return x509.DNSName(host)
