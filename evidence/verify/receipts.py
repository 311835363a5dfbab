"""Receipts: what was verified, signed by the receiver (RFC 5652), and read again where it comes back to."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from pathlib import Path
from typing import Any, NoReturn

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from evidence.digest import canonical_json, fingerprint_words, from_json, parse_json, to_json
from evidence.errors import EvidenceError
from evidence.model import Receipt, ReceiptRead, VerificationReport
from evidence.verify.officer_keys import OfficerKey
from evidence.verify.untrusted import ChildParser, CmsAnswer, CmsRequest, Failure, Parser

FORMAT = "holdfast-receipt"
VERSION = 1
MAX_SIZE = 1 << 20
"""Bytes of a receipt; one has a few kilobytes."""
MAX_WORDS = 2000
"""Characters of the receiver's name and of the note."""
_MAX_HEADS = 1000
_WEAK = frozenset({"signature.weak_algorithm"})
_OTHER = frozenset({"signature.other_document"})


def make_receipt(report: VerificationReport, key: OfficerKey, *, receiver: str, note: str = "") -> bytes:
    """The receipt for what ``report`` says, signed: canonical JSON with the receipt and a detached CMS over it.

    A receipt can say *no*; it cannot be about a package without a readable manifest. Raises :class:`EvidenceError`
    ``receipt.nothing_to_sign``, ``receipt.no_receiver`` or ``receipt.too_long``.
    """
    receiver, note = receiver.strip(), note.strip()
    ensure_signable(report, receiver=receiver, note=note)
    receipt = Receipt(
        package_id=report.package_id,
        case_id=report.facts["case_id"],
        manifest_sha256=report.facts["manifest_sha256"],
        answers={claim.name.value: claim.answer.value for claim in report.claims},
        heads=report.heads[-_MAX_HEADS:],
        verified_at=report.verified_at,
        verifier=report.verifier,
        receiver=receiver,
        note=note,
        certificate_sha256=key.certificate_sha256,
    )
    signature = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(canonical_json(receipt))
        .add_signer(key.certificate, key.private_key, hashes.SHA256())
        .sign(
            Encoding.DER,
            [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities],
        )
    )
    return canonical_json({"receipt": to_json(receipt), "signature": b64encode(signature).decode("ascii")})


def ensure_signable(report: VerificationReport, *, receiver: str, note: str) -> None:
    """Raise what :func:`make_receipt` would raise: before a key is made or asked for."""
    if not receiver.strip():
        raise EvidenceError("receipt.no_receiver")
    if len(receiver) > MAX_WORDS or len(note) > MAX_WORDS:
        raise EvidenceError("receipt.too_long", length=MAX_WORDS)
    if not report.package_id or "manifest_sha256" not in report.facts:
        raise EvidenceError("receipt.nothing_to_sign")


def is_receipt(untrusted_data: bytes) -> bool:
    """Whether bytes look like a receipt, whatever they are worth."""
    return untrusted_data[:11] == b'{"receipt":'


def load_receipt(path: Path, parser: Parser | None = None) -> ReceiptRead:
    """Read the receipt at ``path`` and check its signature; the parser is a child process unless one is given.

    Raises :class:`EvidenceError` ``receipt.unreadable``, ``receipt.too_large`` and those of :func:`read_receipt`.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_SIZE + 1)
    except (OSError, ValueError) as problem:
        raise EvidenceError("receipt.unreadable", path=path) from problem
    if len(data) > MAX_SIZE:
        raise EvidenceError("receipt.too_large")
    own = parser or ChildParser()
    try:
        return read_receipt(data, own)
    finally:
        if parser is None:
            own.close()


def read_receipt(untrusted_data: bytes, parser: Parser) -> ReceiptRead:
    """Read a receipt and check its signature by the certificate that it names; whose certificate that is, is said by
    its fingerprint alone.

    Raises :class:`EvidenceError` ``receipt.not_a_receipt``, ``receipt.newer``, ``receipt.changed``,
    ``receipt.weak_algorithm``, ``receipt.bad_signature``, ``receipt.not_checked`` (the parser came to no answer).
    """
    receipt, canonical, signature = _parse(untrusted_data)
    digests = {name: hashlib.new(name, canonical).digest() for name in ("sha256", "sha384", "sha512")}
    answer = parser.ask(CmsRequest(signature, digests, receipt.certificate_sha256))
    if isinstance(answer, Failure) and answer.kind != "malformed":
        raise EvidenceError("receipt.not_checked")
    if not isinstance(answer, CmsAnswer):
        raise EvidenceError("receipt.bad_signature")
    if answer.problem in _WEAK:
        raise EvidenceError("receipt.weak_algorithm")
    if answer.problem in _OTHER:
        raise EvidenceError("receipt.changed")
    if answer.problem:
        raise EvidenceError("receipt.bad_signature")
    return ReceiptRead(
        receipt=receipt,
        sha256=hashlib.sha256(untrusted_data).hexdigest(),
        subject=answer.subject,
        words=fingerprint_words(receipt.certificate_sha256),
    )


def _parse(untrusted_data: bytes) -> tuple[Receipt, bytes, bytes]:
    """The receipt, the bytes that are signed, and the signature."""
    try:
        value = parse_json(untrusted_data)
    except EvidenceError as problem:
        raise EvidenceError("receipt.not_a_receipt") from problem
    if not isinstance(value, dict) or set(value) != {"receipt", "signature"}:
        _refuse()
    body = value["receipt"]
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        _refuse()
    version = body.get("version")
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        raise EvidenceError("receipt.newer")
    try:
        receipt = from_json(body, Receipt)
        signature = b64decode(str(value["signature"]), validate=True)
    except (EvidenceError, Base64Error, ValueError) as problem:
        raise EvidenceError("receipt.not_a_receipt") from problem
    if receipt.version != VERSION or not _is_whole(receipt, body):
        _refuse()
    return receipt, canonical_json(body), signature


def _is_whole(receipt: Receipt, body: Any) -> bool:
    """Whether every member was understood: what is signed is what is read."""
    is_hex = all(
        len(each) == 64 and set(each) <= set("0123456789abcdef")
        for each in (receipt.certificate_sha256, receipt.manifest_sha256)
    )
    return is_hex and len(receipt.heads) <= _MAX_HEADS and canonical_json(receipt) == canonical_json(body)


def _refuse() -> NoReturn:
    raise EvidenceError("receipt.not_a_receipt")
