"""What is asked of the parsers and what they answer. Typed on both sides: an answer of another shape is a crash."""

from __future__ import annotations

from datetime import datetime

import msgspec


class CmsRequest(msgspec.Struct, frozen=True, tag=True):
    """Check a detached CMS signature against the content's digests and the certificate that must have made it."""

    cms: bytes
    content_digests: dict[str, bytes]
    """By name: sha256, sha384, sha512."""
    certificate_sha256: str
    """Empty: whoever it was that signed; nothing is expected, and nothing trusted."""


class ReportRequest(msgspec.Struct, frozen=True, tag=True):
    """Check a PAdES signature against the certificate that must have made it, and read the report."""

    pdf: bytes
    certificate_sha256: str
    attachment: str
    tsa_roots: tuple[bytes, ...]


class TokenRequest(msgspec.Struct, frozen=True, tag=True):
    """Check a TimeStampResp, or a bare token, against a SHA-256 digest."""

    response: bytes
    digest: bytes
    tsa_roots: tuple[bytes, ...]
    is_bare: bool = False


class ChainRequest(msgspec.Struct, frozen=True, tag=True):
    """Whether a certificate leads to one of ``roots`` at ``at``, with the help of ``others``."""

    certificate: bytes
    others: tuple[bytes, ...]
    roots: tuple[bytes, ...]
    at: datetime


class CmsAnswer(msgspec.Struct, frozen=True, tag=True):
    """``problem`` is a check code, or empty. The rest holds as far as it could be read."""

    problem: str
    certificate: bytes = b""
    subject: str = ""
    algorithm: str = ""
    signature_value: bytes = b""
    tokens: tuple[bytes, ...] = ()
    """Time-stamp tokens over the signature, from its unsigned attributes."""
    certificates: tuple[bytes, ...] = ()


class ReportAnswer(msgspec.Struct, frozen=True, tag=True):
    """``problem``: as above, of the signature; ``content_problem``: of the text and the attachment."""

    problem: str
    content_problem: str = ""
    attachment_sha256: str = ""
    text: str = ""
    """The words of all pages in the order of their drawing, without any blank."""
    signature_value: bytes = b""
    tokens: tuple[bytes, ...] = ()
    attachment: bytes = b""
    """The attachment itself, only when no certificate was asked for: nobody has it yet."""
    certificate: bytes = b""
    subject: str = ""
    certificates: tuple[bytes, ...] = ()


class TokenAnswer(msgspec.Struct, frozen=True, tag=True):
    """Intact, valid and trusted, apart; the rest as the token says it."""

    is_intact: bool
    is_valid: bool
    is_trusted: bool
    stamped_at: datetime | None = None
    tsa_name: str = ""
    certificate_sha256: str = ""
    policy: str = ""
    serial: str = ""
    problem: str = ""


class ChainAnswer(msgspec.Struct, frozen=True, tag=True):
    """Whether the chain holds, and which root it reached (SHA-256)."""

    is_trusted: bool
    root_sha256: str = ""


class Failure(msgspec.Struct, frozen=True, tag=True):
    """No answer: ``malformed``, ``too_greedy``, ``too_slow`` or ``crashed``."""

    kind: str
    detail: str = ""
    """Name of the exception's class; never its words, which may quote the file."""


Request = CmsRequest | ReportRequest | TokenRequest | ChainRequest
Answer = CmsAnswer | ReportAnswer | TokenAnswer | ChainAnswer | Failure

LENGTH_BYTES = 8
READY = b"ready\n"


def encode(message: Request | Answer) -> bytes:
    """One message as MessagePack with its length before it, 8 bytes big-endian."""
    data = msgspec.msgpack.encode(message)
    return len(data).to_bytes(LENGTH_BYTES, "big") + data


def decode_request(data: bytes) -> Request:
    """Raises ``msgspec.DecodeError``."""
    request: Request = msgspec.msgpack.decode(data, type=Request)
    return request


def decode_answer(data: bytes) -> Answer:
    """Raises ``msgspec.DecodeError``."""
    answer: Answer = msgspec.msgpack.decode(data, type=Answer)
    return answer
