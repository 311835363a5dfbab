"""The report's PAdES signature (ETSI EN 319 142-1), what is attached to it, and its words."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any

import pikepdf
from asn1crypto import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation import validate_pdf_timestamp
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from evidence.verify.untrusted import hexstrings
from evidence.verify.untrusted.certificates import fingerprint, is_strong_key, is_strong_signature
from evidence.verify.untrusted.messages import ReportAnswer, ReportRequest
from evidence.verify.untrusted.pdftext import words_of
from evidence.verify.untrusted.signature import embedded_certificates, is_named, signature_tokens

hexstrings.install()

_SUBFILTERS = ("/ETSI.CAdES.detached", "/adbe.pkcs7.detached")
_MAX_ATTACHMENT = 16 << 20


def check_report(request: ReportRequest) -> ReportAnswer:
    """Check the signature first, then read what was signed. Raises what the parsers raise on hostile bytes."""
    problem, signature = _signature_problem(request)
    try:
        content_problem, attachment, text = _content(request)
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, NotImplementedError):
        content_problem, attachment, text = "report.unreadable", b"", ""
    return ReportAnswer(
        problem=problem,
        content_problem=content_problem,
        attachment_sha256=hashlib.sha256(attachment).hexdigest() if attachment else "",
        text=text,
        signature_value=signature.signer_info["signature"].native if signature else b"",
        tokens=signature_tokens(signature.signer_info) if signature else (),
        attachment=b"" if request.certificate_sha256 else attachment,
        **_signer(signature),
    )


def _signer(signature: EmbeddedPdfSignature | None) -> dict[str, Any]:
    if signature is None:
        return {}
    certificate: x509.Certificate = signature.signer_cert
    return {
        "certificate": certificate.dump(),
        "subject": certificate.subject.human_friendly,
        "certificates": tuple(each.dump() for each in embedded_certificates(signature.signed_data)),
    }


def _signature_problem(request: ReportRequest) -> tuple[str, EmbeddedPdfSignature | None]:
    try:
        reader = PdfFileReader(BytesIO(request.pdf))
        if reader.encrypted:
            return "report.encrypted", None
        found = list(reader.embedded_signatures)
    except (PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError):
        return "report.unreadable", None
    signatures = [each for each in found if each.sig_object_type == "/Sig"]
    stamps = [each for each in found if each.sig_object_type == "/DocTimeStamp"]
    if len(signatures) + len(stamps) != len(found):
        return "report.unreadable", None
    if len(signatures) != 1:
        return "report.several_signatures" if signatures else "report.not_signed", None
    signature = signatures[0]
    return _one_signature_problem(request, signature, stamps), signature


def _one_signature_problem(
    request: ReportRequest, signature: EmbeddedPdfSignature, stamps: list[EmbeddedPdfSignature]
) -> str:
    if signature.sig_object.get("/SubFilter") not in _SUBFILTERS:
        return "signature.weak_algorithm"
    certificate: x509.Certificate = signature.signer_cert
    if fingerprint(certificate) != request.certificate_sha256 or not is_named(signature.signer_info, certificate):
        return "report.other_key"
    digest = signature.signer_info["digest_algorithm"]["algorithm"].native
    if not is_strong_key(certificate.public_key) or not is_strong_signature(
        signature.signer_info["signature_algorithm"], digest
    ):
        return "signature.weak_algorithm"
    # What a status of the library would say beside this is about trust in the certificate. Here its fingerprint is
    # given; whether the reader trusts it is another question.
    try:
        signature.compute_integrity_info()  # type: ignore[no-untyped-call]
        status = signature.summarise_integrity_info()
        is_intact, is_valid = validate_sig_integrity(
            signature.signer_info, certificate, "data", signature.compute_digest()
        )
    except (SignatureValidationError, PdfError):
        return "report.invalid"
    if not is_intact:
        return "report.changed"
    if not is_valid:
        return "report.invalid"
    if status["coverage"] == SignatureCoverageLevel.ENTIRE_FILE:
        return "" if _is_padding_empty(signature) else "report.added_to"
    # Something was added after signing. Only proof for the signature may be: one revision of validation data (B-LT), or
    # more under a document time stamp that is sound and covers the file to its end (B-LTA).
    changes = status["diff_result"]
    is_proof_only = (
        _is_padding_empty(signature)
        and status["coverage"] == SignatureCoverageLevel.ENTIRE_REVISION
        and status["docmdp_ok"]
        and isinstance(changes, DiffResult)
        and changes.modification_level in (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES)
        and (
            _covers_to_the_end(stamps[-1], request) if stamps else _is_validation_data(signature, changes, request.pdf)
        )
    )
    return "" if is_proof_only else "report.added_to"


def _is_validation_data(signature: EmbeddedPdfSignature, changes: DiffResult, pdf: bytes) -> bool:
    """Whether one revision follows the signature's, adds a document security store, and ends the file."""
    reader = signature.reader
    end = signature.byte_range[2] + signature.byte_range[3]
    return (
        reader.xrefs.total_revisions == signature.signed_revision + 2
        and changes.modification_level is ModificationLevel.LTA_UPDATES
        and "/DSS" in reader.root
        and pdf[end:].count(b"startxref") == 1
        and pdf.rstrip(b"\r\n").endswith(b"%%EOF")
    )


def _covers_to_the_end(stamp: EmbeddedPdfSignature, request: ReportRequest) -> bool:
    try:
        status = validate_pdf_timestamp(stamp, validation_context=_stamp_context(request))
    except (SignatureValidationError, PdfError):
        return False
    return bool(status.intact and status.valid and status.coverage == SignatureCoverageLevel.ENTIRE_FILE)


def _stamp_context(request: ReportRequest) -> ValidationContext:
    roots = [x509.Certificate.load(each) for each in request.tsa_roots]
    return ValidationContext(trust_roots=roots, allow_fetching=False)


def _is_padding_empty(signature: EmbeddedPdfSignature) -> bool:
    """Whether nothing but zeros follows the signature in the space that was reserved for it, which it cannot cover."""
    content = signature.pkcs7_content
    length = _der_length(content)
    return length is not None and not any(content[length:])


def _der_length(data: bytes) -> int | None:
    if len(data) < 2 or data[0] != 0x30:
        return None
    if data[1] < 0x80:
        return 2 + data[1]
    size = data[1] & 0x7F
    if not 1 <= size <= 4 or len(data) < 2 + size:
        return None
    return 2 + size + int.from_bytes(data[2 : 2 + size], "big")


def _content(request: ReportRequest) -> tuple[str, bytes, str]:
    """A check code or nothing, the attachment, and the text."""
    with pikepdf.Pdf.open(BytesIO(request.pdf)) as pdf:
        text = words_of(pdf)
        names = [name for name in pdf.attachments if name == request.attachment]
        if not names:
            return "report.no_attachment", b"", text
        data = pdf.attachments[names[0]].get_file().read_bytes()
        if len(data) > _MAX_ATTACHMENT:
            return "report.no_attachment", b"", text
        return "", data, text
