"""Time stamps over the package's own signatures: proof that the key signed before a certain moment (RFC 3161)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from urllib.parse import urlsplit

from asn1crypto import cms, tsp
from pyhanko.pdf_utils.reader import PdfFileReader

from evidence import timestamps
from evidence.errors import EvidenceError
from evidence.model import TimestampToken


@dataclass(frozen=True, slots=True)
class Stamps:
    """What the authorities answered about one signature: tokens, and the addresses of those that gave none."""

    tokens: tuple[TimestampToken, ...]
    unanswered: tuple[str, ...]


def tag_of(url: str, taken: Sequence[str] = ()) -> str:
    """A short name of an authority for use in a file name: ``[a-z0-9]{1,32}``, not among ``taken``."""
    host = re.sub(r"[^a-z0-9]", "", (urlsplit(url).hostname or "").casefold())[:28] or "tsa"
    tag, count = host, 1
    while tag in taken:
        count += 1
        tag = f"{host}{count}"
    return tag


def stamp_signature(
    signature: bytes,
    *,
    client: timestamps.TsaClient,
    tsas: Sequence[timestamps.Tsa],
    now: Callable[[], datetime],
    log_id: str,
    head_size: int,
) -> Stamps:
    """Ask all authorities at once for a token over ``signature``; one that gives none is named."""
    digest = hashlib.sha256(signature).digest()
    answers = timestamps.request_tokens(digest, tsas, client=client, now=now, log_id=log_id, head_size=head_size)
    return Stamps(
        tokens=tuple(answer.token for answer in answers if answer.token is not None),
        unanswered=tuple(answer.tsa.url for answer in answers if answer.token is None),
    )


def report_signature(pdf: bytes) -> bytes:
    """The value of the first signature in a signed report."""
    _place, info = _embedded(pdf)
    return bytes(info["content"]["signer_infos"][0]["signature"].native)


def add_signature_time(pdf: bytes, response: bytes) -> bytes:
    """The report with a token over its signature inside the space that was kept free for it: B-B becomes B-T.

    Nothing that is signed changes, and neither does the size. Raises :class:`EvidenceError` ``package.no_room`` when
    the token is larger than that space.
    """
    (start, end), info = _embedded(pdf)
    token = tsp.TimeStampResp.load(response)["time_stamp_token"]
    digits = with_unsigned_attribute(info, "signature_time_stamp_token", token).hex().encode()
    if len(digits) > end - start:
        raise EvidenceError("package.no_room")
    return b"".join((pdf[:start], digits.ljust(end - start, b"0"), pdf[end:]))


def with_unsigned_attribute(info: cms.ContentInfo, kind: str, value: cms.ContentInfo) -> bytes:
    """A SignedData of one signer, DER, with one more thing beside the signature; every signed byte stays as it is.

    Written here and not by re-encoding the parsed object, which may change bytes (and takes exponential time).
    """
    signed = info["content"]
    signer = signed["signer_infos"][0]
    attributes = cms.CMSAttributes([cms.CMSAttribute({"type": kind, "values": [value]})]).dump()
    kept = signer.contents[: len(signer.contents) - len(signer["unsigned_attrs"].dump())]
    fields = (signed[name].dump() for name in ("version", "digest_algorithms", "encap_content_info", "certificates",
                                               "crls"))  # fmt: skip
    signers = _der(0x31, _der(0x30, kept + b"\xa1" + attributes[1:]))
    return _der(0x30, info["content_type"].dump() + _der(0xA0, _der(0x30, b"".join(fields) + signers)))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _embedded(pdf: bytes) -> tuple[tuple[int, int], cms.ContentInfo]:
    """Where the hexadecimal digits of the first signature stand, and the signature itself."""
    signature = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures[0]
    first, length, second, _rest = (int(number) for number in signature.byte_range)
    start, end = first + length + 1, second - 1
    return (start, end), cms.ContentInfo.load(bytes.fromhex(pdf[start:end].decode("ascii")))
