"""Reading an RFC 3161 response from a stranger into plain values. Nothing here is believed yet.

The original bytes are what is kept and what signatures are checked against. :func:`in_der_order` makes a copy for
the second, stricter parser only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from asn1crypto import cms, core, parser, tsp

from evidence.errors import EvidenceError

MAX_RESPONSE_SIZE = 1 << 16
"""Bytes. Real responses have two to eight thousand."""

_GRANTED = bytes.fromhex("3003020100")
"""PKIStatusInfo: granted."""
_MAX_NUMBER_BITS = 512
_MAX_ACCURACY_US = 10**12

# What asn1crypto raises on hostile bytes: it parses when a field is first touched.
PARSE_PROBLEMS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)


class _Response(core.Sequence):  # type: ignore[misc]
    """TimeStampResp (RFC 3161, 2.4.2); asn1crypto's own insists on a token, which a refusal does not have."""

    _fields: ClassVar = [("status", tsp.PKIStatusInfo), ("time_stamp_token", cms.ContentInfo, {"optional": True})]


@dataclass(frozen=True, slots=True)
class ParsedToken:
    """The parts of a time-stamp token (RFC 3161, 2.4.2; CMS: RFC 5652), all unverified."""

    token: bytes
    """The ContentInfo, DER."""
    content: bytes
    """The TSTInfo, DER, exactly as it stands in the token."""
    imprint_algorithm: str
    imprint: bytes
    policy: str
    serial: int
    stamped_at: datetime
    accuracy_us: int | None
    nonce: int | None
    digest_algorithm: str
    signature_algorithm: Any
    """asn1crypto's SignedDigestAlgorithm."""
    signature: bytes
    signed_attributes: bytes
    """As the DER SET that is signed (RFC 5652, 5.4)."""
    message_digest: bytes
    signer_name: bytes | None
    """Issuer of the signer's certificate, DER, with ``signer_serial``; None when named by key identifier."""
    signer_serial: int | None
    signer_key_id: bytes | None
    bound_certificate: tuple[str, bytes] | None
    """Digest algorithm and digest of the certificate that the signature names (RFC 5035); None when it names none."""
    certificates: tuple[bytes, ...]


def parse_response(untrusted_response: bytes) -> ParsedToken:
    """Read a TimeStampResp.

    Raises :class:`EvidenceError` ``timestamps.too_large``, ``timestamps.malformed``, or ``timestamps.refused`` when
    the authority granted nothing.
    """
    if len(untrusted_response) > MAX_RESPONSE_SIZE:
        raise EvidenceError("timestamps.too_large")
    try:
        response = _Response.load(untrusted_response, strict=True)
        status = response["status"]["status"].native
        failure = _failure(response["status"])
        token = response["time_stamp_token"]
        token_der = None if isinstance(token, core.Void) else token.dump()
    except PARSE_PROBLEMS as problem:
        raise EvidenceError("timestamps.malformed") from problem
    if status not in ("granted", "granted_with_mods"):
        raise EvidenceError("timestamps.refused", failure=failure or str(status))
    if token_der is None:
        raise EvidenceError("timestamps.malformed")
    return parse_token(token_der)


def parse_token(untrusted_token: bytes) -> ParsedToken:
    """Read a bare time-stamp token (the ContentInfo inside a response or a CMS attribute).

    Raises :class:`EvidenceError` ``timestamps.too_large`` or ``timestamps.malformed``.
    """
    if len(untrusted_token) > MAX_RESPONSE_SIZE:
        raise EvidenceError("timestamps.too_large")
    try:
        return _token(untrusted_token)
    except PARSE_PROBLEMS as problem:
        raise EvidenceError("timestamps.malformed") from problem


def in_der_order(token: ParsedToken) -> bytes:
    """A granted TimeStampResp around the token, with its certificates in DER order, for a strict parser.

    Some authorities send them in another order. Only they move, whole: they are not under the signature. Done on the
    encoded bytes, since encoding anew would change more, and takes long on hostile nesting. Raises ``ValueError``.
    """
    kind, explicit = _parts(_contents(token.token))
    parts = _parts(_contents(_contents(explicit)))
    sorted_parts = [_wrap(0xA0, b"".join(sorted(_parts(_contents(one))))) if one[0] == 0xA0 else one for one in parts]
    info = _wrap(0x30, kind + _wrap(0xA0, _wrap(0x30, b"".join(sorted_parts))))
    return _wrap(0x30, _GRANTED + info)


def _token(untrusted_token: bytes) -> ParsedToken:
    info = cms.ContentInfo.load(untrusted_token, strict=True)
    _require(info["content_type"].native == "signed_data")
    signed = info["content"]
    _require(signed["encap_content_info"]["content_type"].native == "tst_info")
    content = signed["encap_content_info"]["content"].contents
    _require(isinstance(content, bytes) and len(signed["signer_infos"]) == 1)
    fields = tsp.TSTInfo.load(content, strict=True)
    _require(fields["version"].native == "v1" and fields["extensions"].native is None)
    stamped_at = fields["gen_time"].native
    _require(isinstance(stamped_at, datetime) and stamped_at.tzinfo is not None)
    serial, nonce = fields["serial_number"].native, fields["nonce"].native
    _require(all(number is None or abs(number).bit_length() <= _MAX_NUMBER_BITS for number in (serial, nonce)))
    signer = signed["signer_infos"][0]
    attributes = _attributes(signer["signed_attrs"])
    _require(attributes["content_type"].native == "tst_info")
    named = signer["sid"]
    by_issuer = named.name == "issuer_and_serial_number"
    return ParsedToken(
        token=untrusted_token,
        content=content,
        imprint_algorithm=fields["message_imprint"]["hash_algorithm"]["algorithm"].native,
        imprint=fields["message_imprint"]["hashed_message"].native,
        policy=fields["policy"].dotted,
        serial=serial,
        stamped_at=stamped_at,
        accuracy_us=_accuracy(fields["accuracy"]),
        nonce=nonce,
        digest_algorithm=signer["digest_algorithm"]["algorithm"].native,
        signature_algorithm=signer["signature_algorithm"],
        signature=signer["signature"].native,
        signed_attributes=_wrap(0x31, signer["signed_attrs"].contents),
        message_digest=attributes["message_digest"].native,
        signer_name=named.chosen["issuer"].dump() if by_issuer else None,
        signer_serial=named.chosen["serial_number"].native if by_issuer else None,
        signer_key_id=None if by_issuer else named.chosen.native,
        bound_certificate=_bound_certificate(attributes),
        certificates=_certificates(signed["certificates"]),
    )


def _attributes(attributes: Any) -> dict[str, Any]:
    """Signed attributes by name, each with its one value."""
    found: dict[str, Any] = {}
    for attribute in attributes:
        name = attribute["type"].native
        _require(name not in found)
        if name in ("content_type", "message_digest", "signing_certificate", "signing_certificate_v2"):
            _require(len(attribute["values"]) == 1)
            found[name] = attribute["values"][0]
    return found


def _bound_certificate(attributes: dict[str, Any]) -> tuple[str, bytes] | None:
    """The first ESSCertID or ESSCertIDv2 is the signer's certificate (RFC 5035, 3)."""
    if "signing_certificate_v2" in attributes:
        first = attributes["signing_certificate_v2"]["certs"][0]
        return first["hash_algorithm"]["algorithm"].native, first["cert_hash"].native
    if "signing_certificate" in attributes:
        return "sha1", attributes["signing_certificate"]["certs"][0]["cert_hash"].native
    return None


def _certificates(choices: Any) -> tuple[bytes, ...]:
    if isinstance(choices, core.Void):
        return ()
    return tuple(choice.chosen.dump() for choice in choices if choice.name == "certificate")


def _accuracy(accuracy: Any) -> int | None:
    """Microseconds either way, or None when the authority does not say."""
    if isinstance(accuracy, core.Void):
        return None
    seconds, millis, micros = (accuracy[name].native or 0 for name in ("seconds", "millis", "micros"))
    total: int = seconds * 1_000_000 + millis * 1000 + micros
    _require(0 <= total <= _MAX_ACCURACY_US)
    return total


def _failure(status: Any) -> str:
    """The name of the PKIFailureInfo, if there is one; never the authority's free text."""
    info = status["fail_info"].native
    names = sorted(str(name) for name in info) if isinstance(info, (set, tuple)) else []
    return names[0] if names and names[0].isidentifier() else ""


def _parts(contents: bytes) -> list[bytes]:
    """The DER values that stand one after the other in ``contents``."""
    found: list[bytes] = []
    at = 0
    while at < len(contents):
        size = parser.peek(contents[at:])
        found.append(contents[at : at + size])
        at += size
    return found


def _contents(der: bytes) -> bytes:
    """What stands inside one DER value."""
    contents: bytes = parser.parse(der, strict=True)[4]
    return contents


def _wrap(tag: int, contents: bytes) -> bytes:
    """``contents`` under a one-byte tag, with the shortest length (X.690, 10.1)."""
    size = len(contents)
    if size < 0x80:
        return bytes([tag, size]) + contents
    encoded = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(encoded)]) + encoded + contents


def _require(is_sound: bool) -> None:
    if not is_sound:
        raise ValueError("not a time-stamp token")
