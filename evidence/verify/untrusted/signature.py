"""The manifest's detached CMS signature (RFC 5652, CAdES: ETSI EN 319 122-1)."""

from __future__ import annotations

import hmac

from asn1crypto import cms, x509
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from evidence.verify.untrusted.certificates import STRONG_DIGESTS, fingerprint, is_strong_key, is_strong_signature
from evidence.verify.untrusted.messages import CmsAnswer, CmsRequest

_MAX_CERTIFICATES = 32


def check_cms(request: CmsRequest) -> CmsAnswer:
    """Check that exactly one signer signed exactly this content, with a strong algorithm, and is the one expected.

    Certificates in the signature are taken for bytes: the signer's is the one with the expected fingerprint.
    Raises whatever the parser raises on bytes that are no CMS.
    """
    info = cms.ContentInfo.load(request.cms, strict=True)
    if info["content_type"].native != "signed_data":
        return CmsAnswer("signature.not_signed_data")
    signed_data = info["content"]
    if signed_data["encap_content_info"]["content"].native is not None:
        return CmsAnswer("signature.not_detached")
    if signed_data["encap_content_info"]["content_type"].native != "data":  # RFC 5652, 11.1: as the attribute says it
        return CmsAnswer("signature.invalid")
    infos = signed_data["signer_infos"]
    if len(infos) != 1:
        return CmsAnswer("signature.several_signers" if len(infos) else "signature.no_signer")
    certificates = embedded_certificates(signed_data)
    signer = infos[0]
    expected = request.certificate_sha256
    chosen = [each for each in certificates if (fingerprint(each) == expected if expected else is_named(signer, each))]
    if not chosen:
        return CmsAnswer("signature.other_key")
    certificate = chosen[0]
    return CmsAnswer(
        problem=_problem(signer, certificate, request),
        certificate=certificate.dump(),
        subject=certificate.subject.human_friendly,
        algorithm=f"{signer['signature_algorithm'].signature_algo} {signer['digest_algorithm']['algorithm'].native}",
        signature_value=signer["signature"].native,
        tokens=signature_tokens(signer),
        certificates=tuple(each.dump() for each in certificates),
    )


def _problem(signer: cms.SignerInfo, certificate: x509.Certificate, request: CmsRequest) -> str:
    digest = signer["digest_algorithm"]["algorithm"].native
    if digest not in STRONG_DIGESTS or not is_strong_signature(signer["signature_algorithm"], digest):
        return "signature.weak_algorithm"
    if not is_strong_key(certificate.public_key):
        return "signature.weak_algorithm"
    content = request.content_digests[digest]
    if not signer["signed_attrs"]:
        return "signature.no_attributes"
    if not is_named(signer, certificate):
        return "signature.other_key"
    try:
        is_intact, is_valid = validate_sig_integrity(signer, certificate, "data", content)
    except SignatureValidationError:
        return "signature.invalid"
    if not is_intact:
        return "signature.other_document"
    stated = [each for each in signer["signed_attrs"] if each["type"].native == "message_digest"]
    if len(stated) != 1 or not hmac.compare_digest(stated[0]["values"][0].native, content):
        return "signature.other_document"
    return "" if is_valid else "signature.invalid"


def embedded_certificates(signed_data: cms.SignedData) -> list[x509.Certificate]:
    """The X.509 certificates that came along. None of them is trusted for being here."""
    found = signed_data["certificates"]
    if not found:
        return []
    return [each.chosen for each in found if each.name == "certificate"][:_MAX_CERTIFICATES]


def is_named(signer: cms.SignerInfo, certificate: x509.Certificate) -> bool:
    """Whether the signer's identifier names this certificate."""
    identifier = signer["sid"]
    if identifier.name == "issuer_and_serial_number":
        named = identifier.chosen
        return bool(
            named["issuer"].dump() == certificate.issuer.dump()
            and named["serial_number"].native == certificate.serial_number
        )
    return bool(identifier.chosen.native == certificate.key_identifier)


def signature_tokens(signer: cms.SignerInfo) -> tuple[bytes, ...]:
    """Time-stamp tokens over this signature (RFC 3161, appendix A), DER."""
    attributes = signer["unsigned_attrs"]
    if not attributes:
        return ()
    return tuple(
        value.dump()
        for attribute in attributes
        if attribute["type"].native == "signature_time_stamp_token"
        for value in attribute["values"]
    )[:8]
