"""Verifying time-stamp tokens (RFC 3161, 2.2 and 2.3; RFC 5652, 5.4 and 5.6; RFC 5816).

Three answers are kept apart: *intact* (it stamps this digest, and its content is what was signed), *valid* (the
signature is sound, by a certificate made for time stamps that was good at the stated time), *trusted* (that
certificate leads to a root that the caller gave; certificates that only came with the token never do).

Trust needs two implementations to agree: the checks here, and rfc3161-client, whose OpenSSL builds the chain.
Revocation is not looked up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from rfc3161_client import VerifierBuilder, decode_timestamp_response
from rfc3161_client.errors import VerificationError

from evidence.errors import EvidenceError
from evidence.timestamps.response import PARSE_PROBLEMS, ParsedToken, in_der_order, parse_response, parse_token

MAX_CLOCK_LEAD = timedelta(minutes=5)
"""How far the reader's clock may be behind an honest authority's."""

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_MIN_RSA_BITS = 2048
_MIN_EC_BITS = 256
_MAX_NAME = 200
# The warning (a serial number of zero, say) is raised only where warnings are made errors; it means the same there.
_CERTIFICATE_PROBLEMS = (
    *PARSE_PROBLEMS,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    CryptographyDeprecationWarning,
)


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What a token says and how far it can be believed."""

    intact: bool
    """It stamps the digest in question, and its content is what was signed."""
    valid: bool
    """The signature is sound, by a certificate for time stamps that was good at ``stamped_at``."""
    trusted: bool
    """It is valid, and the certificate leads to one of the caller's roots."""
    tsa_name: str
    """Subject of the certificate as one line; empty when the token names none that it carries."""
    certificate_sha256: str
    """Of the signer's certificate, lower-case hexadecimal; empty as above."""
    policy: str
    """OID, dotted."""
    serial: str
    """Decimal."""
    stamped_at: datetime
    """genTime: aware, UTC."""
    accuracy_us: int | None
    """Microseconds either way; None when not stated."""
    nonce: int | None
    imprint: str
    """Lower-case hexadecimal."""
    certificates: tuple[bytes, ...]
    """All that came with the token, DER; unverified."""
    problems: tuple[EvidenceError, ...] = field(default=())
    """Why one of the three is False, most telling first."""


def verify_response(
    response: bytes,
    digest: bytes,
    *,
    roots: Sequence[bytes] = (),
    nonce: int | None = None,
    now: datetime | None = None,
) -> TokenFacts:
    """Verify a TimeStampResp (DER) over the SHA-256 ``digest``.

    ``roots`` are certificates (DER) that the reader trusts; without any, nothing is trusted. ``nonce`` is the one
    that was asked with. With ``now`` (aware), a token from the future is not trusted. Raises :class:`EvidenceError`
    only when there is no token to speak of (``timestamps.malformed``, ``timestamps.too_large``,
    ``timestamps.refused``) or a root is no certificate (``timestamps.bad_root``); all else is in the facts.
    """
    return _verify(parse_response(response), digest, roots, nonce, now)


def verify_token(
    token: bytes, digest: bytes, *, roots: Sequence[bytes] = (), now: datetime | None = None
) -> TokenFacts:
    """As :func:`verify_response`, for a bare token as it stands in a CMS attribute."""
    return _verify(parse_token(token), digest, roots, None, now)


def _verify(
    token: ParsedToken, digest: bytes, roots: Sequence[bytes], nonce: int | None, now: datetime | None
) -> TokenFacts:
    if len(digest) != hashlib.sha256().digest_size:
        raise ValueError("not a SHA-256 digest")
    anchors = [_root(der) for der in roots]
    content_problems = _content_problems(token, digest, nonce)
    certificate = _signer_certificate(token)
    signature_problems = _signature_problems(token, certificate)
    valid = not signature_problems and _is_content_signed(token)
    trust_problems: list[EvidenceError] = []
    if now is not None and token.stamped_at > now + MAX_CLOCK_LEAD:
        trust_problems.append(EvidenceError("timestamps.future"))
    if not valid or not _leads_to(token, anchors):
        trust_problems.append(EvidenceError("timestamps.untrusted"))
    return TokenFacts(
        intact=not content_problems,
        valid=valid,
        trusted=valid and not trust_problems,
        tsa_name=_one_line(certificate),
        certificate_sha256=certificate.fingerprint(hashes.SHA256()).hex() if certificate else "",
        policy=token.policy,
        serial=str(token.serial),
        stamped_at=token.stamped_at,
        accuracy_us=token.accuracy_us,
        nonce=token.nonce,
        imprint=token.imprint.hex(),
        certificates=token.certificates,
        problems=(*content_problems, *signature_problems, *trust_problems),
    )


def _content_problems(token: ParsedToken, digest: bytes, nonce: int | None) -> list[EvidenceError]:
    found: list[EvidenceError] = []
    if token.imprint_algorithm != "sha256" or token.imprint != digest:
        found.append(EvidenceError("timestamps.wrong_imprint"))
    if nonce is not None and token.nonce != nonce:
        found.append(EvidenceError("timestamps.wrong_nonce"))
    if token.digest_algorithm not in _HASHES:
        found.append(EvidenceError("timestamps.weak_algorithm"))
    elif not _is_content_signed(token):
        found.append(EvidenceError("timestamps.bad_signature"))
    return found


def _is_content_signed(token: ParsedToken) -> bool:
    """Whether the signed message digest is that of the content (RFC 5652, 5.6)."""
    if token.digest_algorithm not in _HASHES:
        return False
    return hashlib.new(token.digest_algorithm, token.content).digest() == token.message_digest


def _signer_certificate(token: ParsedToken) -> x509.Certificate | None:
    """The certificate that the signature names and that came with the token; None when there is none."""
    for der in token.certificates:
        try:
            certificate = x509.load_der_x509_certificate(der)
            is_named = _is_named(token, certificate)
        except _CERTIFICATE_PROBLEMS:
            continue
        if is_named:
            return certificate
    return None


def _is_named(token: ParsedToken, certificate: x509.Certificate) -> bool:
    if token.signer_name is None:
        try:
            key_id = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        except x509.ExtensionNotFound:
            return False
        is_named = key_id == token.signer_key_id
    else:
        is_named = (certificate.issuer.public_bytes(), certificate.serial_number) == (
            token.signer_name, token.signer_serial,
        )  # fmt: skip
    if not is_named or token.bound_certificate is None:
        return False
    algorithm, expected = token.bound_certificate
    # SHA-1 is what RFC 2634's attribute has; it only picks the certificate, whose own signature must be sound.
    if algorithm != "sha1" and algorithm not in _HASHES:
        return False
    return hashlib.new(algorithm, certificate.public_bytes(Encoding.DER), usedforsecurity=False).digest() == expected


def _signature_problems(token: ParsedToken, certificate: x509.Certificate | None) -> list[EvidenceError]:
    if certificate is None:
        return [EvidenceError("timestamps.no_certificate")]
    found: list[EvidenceError] = []
    try:
        key = certificate.public_key()
        is_sound, is_strong = _is_signature_sound(token, key), _is_strong(token, key)
        is_for_time_stamps = _is_for_time_stamps(certificate)
        is_good = certificate.not_valid_before_utc <= token.stamped_at <= certificate.not_valid_after_utc
    except _CERTIFICATE_PROBLEMS:
        return [EvidenceError("timestamps.bad_signature")]
    if not is_strong:
        found.append(EvidenceError("timestamps.weak_algorithm"))
    elif not is_sound:
        found.append(EvidenceError("timestamps.bad_signature"))
    if not is_for_time_stamps:
        found.append(EvidenceError("timestamps.not_a_tsa"))
    if not is_good:
        found.append(EvidenceError("timestamps.expired_certificate"))
    return found


def _is_signature_sound(token: ParsedToken, key: object) -> bool:
    """Whether ``key`` made the signature over the signed attributes. Weak algorithms are not tried."""
    digest = _HASHES.get(token.digest_algorithm)
    if digest is None:
        return False
    named = token.signature_algorithm["algorithm"].native
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and named == f"{token.digest_algorithm}_ecdsa":
            key.verify(token.signature, token.signed_attributes, ec.ECDSA(digest))
        elif isinstance(key, rsa.RSAPublicKey) and named in ("rsassa_pkcs1v15", f"{token.digest_algorithm}_rsa"):
            key.verify(token.signature, token.signed_attributes, padding.PKCS1v15(), digest)
        elif isinstance(key, rsa.RSAPublicKey) and named == "rsassa_pss":
            parameters = token.signature_algorithm["parameters"]
            mask = parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native
            if {parameters["hash_algorithm"]["algorithm"].native, mask} != {token.digest_algorithm}:
                return False
            scheme = padding.PSS(padding.MGF1(digest), parameters["salt_length"].native)
            key.verify(token.signature, token.signed_attributes, scheme, digest)
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _is_strong(token: ParsedToken, key: object) -> bool:
    if token.digest_algorithm not in _HASHES:
        return False
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= _MIN_RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= _MIN_EC_BITS


def _is_for_time_stamps(certificate: x509.Certificate) -> bool:
    """Extended key usage critical, and for time stamps alone (RFC 3161, 2.3)."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    return usage.critical and list(usage.value) == [x509.oid.ExtendedKeyUsageOID.TIME_STAMPING]


def _leads_to(token: ParsedToken, roots: list[x509.Certificate]) -> bool:
    """Whether the second implementation accepts the token under ``roots`` at the stated time."""
    if not roots:
        return False
    try:
        response = decode_timestamp_response(in_der_order(token))
        return VerifierBuilder(roots=roots).build().verify(response, token.imprint)
    except (VerificationError, *_CERTIFICATE_PROBLEMS):
        return False


def _root(der: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(der)
    except _CERTIFICATE_PROBLEMS as problem:
        raise EvidenceError("timestamps.bad_root") from problem


def _one_line(certificate: x509.Certificate | None) -> str:
    """The subject, without what could disturb a line of text."""
    if certificate is None:
        return ""
    try:
        name = certificate.subject.rfc4514_string()
    except _CERTIFICATE_PROBLEMS:
        return ""
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:_MAX_NAME]
