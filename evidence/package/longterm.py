"""Proof that outlives certificates: validation data and document time stamps in the report (PAdES B-LT, B-LTA).

The signed report is only ever extended: every earlier byte stays (ISO 32000-2, 12.8.4.3 and 12.8.5). What the
certifying signature forbids is any change but these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from asn1crypto import cms, crl, ocsp, tsp, x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509 import load_der_x509_certificate, load_der_x509_crl
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError

from evidence.errors import EvidenceError
from evidence.package.signing import RESERVED_HEX_DIGITS, run

LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
Stamp = Callable[[bytes], bytes]
"""A SHA-256 digest to a verified TimeStampResp (DER). Raises :class:`EvidenceError`."""


@dataclass(slots=True)
class ValidationData:
    """Certificates, revocation lists and OCSP responses that a validator will need later, each DER and each once."""

    certificates: dict[bytes, None] = field(default_factory=dict)
    crls: dict[bytes, None] = field(default_factory=dict)
    ocsps: dict[bytes, None] = field(default_factory=dict)

    def covers(self, certificate: x509.Certificate) -> bool:
        """Whether there is a statement of the issuer on whether ``certificate`` was revoked."""
        if any(crl.CertificateList.load(each).issuer == certificate.issuer for each in self.crls):
            return True
        return any(_answers_for(each, certificate) for each in self.ocsps)

    def missing(self) -> list[x509.Certificate]:
        """The certificates, roots aside, about which there is no such statement."""
        parsed = (x509.Certificate.load(each) for each in self.certificates)
        return [each for each in parsed if each.self_signed == "no" and not self.covers(each)]


def report_level(pdf: bytes) -> str:
    """The PAdES level that the report has reached, by what is in it; whether it is sound is the verifier's to say."""
    reader = PdfFileReader(BytesIO(pdf))
    signature = reader.embedded_regular_signatures[0]
    attributes = signature.signer_info["unsigned_attrs"]
    if not any(each["type"].native == "signature_time_stamp_token" for each in attributes):
        return "B-B"
    held = held_data(pdf)
    if not _has_store(reader) or held.missing():
        return "B-T"
    return "B-LTA" if reader.embedded_timestamp_signatures else "B-LT"


def held_data(pdf: bytes) -> ValidationData:
    """What the report itself holds: in its signatures, in their time stamps, and in its security store."""
    reader = PdfFileReader(BytesIO(pdf))
    held = ValidationData()
    for signature in reader.embedded_signatures:
        _add_certificates(held, signature.signed_data)
        for attribute in signature.signer_info["unsigned_attrs"]:
            if attribute["type"].native == "signature_time_stamp_token":
                for token in attribute["values"]:
                    _add_certificates(held, token["content"])
    if _has_store(reader):
        store = DocumentSecurityStore.read_dss(reader)
        held.certificates.update(dict.fromkeys(each.dump() for each in store.load_certs()))
        held.crls.update(dict.fromkeys(each.get_object().data for each in store.crls))
        held.ocsps.update(dict.fromkeys(each.get_object().data for each in store.ocsps))
    return held


def add_validation_data(
    pdf: bytes, certificates: Iterable[bytes], revocations: Iterable[bytes], fetch: Callable[[str], bytes] | None
) -> bytes:
    """``pdf`` with a security store that holds all that could be had: what was handed in (certificates and CRLs or
    OCSP responses, DER), and the lists that the certificates point to, asked for with ``fetch`` where it is given.

    A list that its issuer did not sign is left out. The document is unchanged when there is nothing to add.
    """
    held = held_data(pdf)
    before = (len(held.certificates), len(held.crls), len(held.ocsps))
    had_store = _has_store(PdfFileReader(BytesIO(pdf)))
    held.certificates.update(dict.fromkeys(certificates))
    for each in revocations:
        _add_revocation(held, each)
    if fetch is not None:
        for certificate in held.missing():
            for list_der in _fetched_lists(certificate, fetch):
                _add_revocation(held, list_der)
    if had_store and before == (len(held.certificates), len(held.crls), len(held.ocsps)):
        return pdf
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[x509.Certificate.load(each) for each in held.certificates],
        crls=[crl.CertificateList.load(each) for each in held.crls],
        ocsps=[ocsp.OCSPResponse.load(each) for each in held.ocsps],
    )
    output = BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


def add_archive_time(pdf: bytes, stamp: Stamp) -> bytes:
    """``pdf`` with one more document time stamp over everything so far."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    output = BytesIO()
    timestamper = PdfTimeStamper(_Stamper(stamp))
    run(lambda: timestamper.async_timestamp_pdf(
        writer, "sha256", output=output, bytes_reserved=RESERVED_HEX_DIGITS
    ))  # fmt: skip
    return output.getvalue()


class _Stamper(TimeStamper):
    """Our way of asking an authority, in the form that pyHanko asks for."""

    def __init__(self, stamp: Stamp) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._stamp = stamp

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        if md_algorithm != "sha256":
            raise ValueError(md_algorithm)
        return tsp.TimeStampResp.load(self._stamp(message_digest))["time_stamp_token"]


def _has_store(reader: PdfFileReader) -> bool:
    try:
        DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return False
    return True


def _add_certificates(held: ValidationData, signed: cms.SignedData) -> None:
    for choice in signed["certificates"]:
        if choice.name == "certificate":
            held.certificates.setdefault(choice.chosen.dump())


def _add_revocation(held: ValidationData, der: bytes) -> None:
    """Put a CRL or an OCSP response where it belongs.

    Raises :class:`EvidenceError` ``package.bad_revocation`` for anything else.
    """
    try:
        revocation_list = load_der_x509_crl(der)
    except ValueError:
        try:
            response = ocsp.OCSPResponse.load(der, strict=True)
            if response["response_status"].native != "successful":
                raise EvidenceError("package.bad_revocation")
        except (ValueError, TypeError) as problem:
            raise EvidenceError("package.bad_revocation") from problem
        held.ocsps.setdefault(der)
        return
    for certificate in map(load_der_x509_certificate, held.certificates):
        try:
            is_signed = certificate.subject == revocation_list.issuer and revocation_list.is_signature_valid(
                certificate.public_key()  # type: ignore[arg-type]
            )
        except (InvalidSignature, TypeError, ValueError):
            continue
        if is_signed:
            held.crls.setdefault(der)
            return


def _fetched_lists(certificate: x509.Certificate, fetch: Callable[[str], bytes]) -> Iterable[bytes]:
    for point in certificate.crl_distribution_points:
        if point.url is None:
            continue
        try:
            yield fetch(point.url)
        except EvidenceError:
            continue


def _answers_for(response_der: bytes, certificate: x509.Certificate) -> bool:
    response = ocsp.OCSPResponse.load(response_der).response_data
    answers: Sequence[ocsp.SingleResponse] = response["responses"]
    return any(each["cert_id"]["serial_number"].native == certificate.serial_number for each in answers)
