"""Reading the tag files of a BagIt bag (RFC 8493), strictly."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evidence.errors import EvidenceError
from evidence.verify.container import key_of

_DIGEST_LENGTH = {"sha256": 64, "sha512": 128}
_OXUM = re.compile(r"(\d{1,20})\.(\d{1,10})")
_BAGIT = re.compile(r"BagIt-Version: (\d+)\.(\d+)\nTag-File-Character-Encoding: UTF-8\n")


@dataclass(frozen=True, slots=True)
class Oxum:
    """``Payload-Oxum``: bytes and number of payload files."""

    size: int
    count: int


def parse_checksums(untrusted_data: bytes, algorithm: str) -> dict[str, str]:
    """Comparable path to digest, from a manifest or tag manifest.

    One form only, that of ``sha256sum``: lower-case digest, two spaces, path. Nothing else binds the bytes of a tag
    manifest, so nothing in them may be free. Lines end in LF, or all in CR LF.
    Raises :class:`EvidenceError` ``verify.bad_tag_file``.
    """
    line = re.compile(rf"([0-9a-f]{{{_DIGEST_LENGTH[algorithm]}}})  (\S.*)")
    found: dict[str, str] = {}
    for text in _lines(untrusted_data):
        match = line.fullmatch(text)
        if match is None:
            raise EvidenceError("verify.bad_tag_file")
        path = key_of(_unescape(match[2]))
        if path in found:
            raise EvidenceError("verify.bad_tag_file")
        found[path] = match[1]
    return found


def parse_oxum(untrusted_data: bytes) -> Oxum:
    """The ``Payload-Oxum`` of ``bag-info.txt``, exactly one.

    Raises :class:`EvidenceError` ``verify.bad_tag_file``.
    """
    values = [text.partition(":")[2].strip() for text in _lines(untrusted_data) if text.startswith("Payload-Oxum:")]
    match = _OXUM.fullmatch(values[0]) if len(values) == 1 else None
    if match is None:
        raise EvidenceError("verify.bad_tag_file")
    return Oxum(size=int(match[1]), count=int(match[2]))


def check_declaration(untrusted_data: bytes) -> None:
    """``bagit.txt`` declares a version that we read, and UTF-8.

    Raises :class:`EvidenceError` ``verify.bad_tag_file``.
    """
    try:
        match = _BAGIT.fullmatch(untrusted_data.decode("utf-8").replace("\r\n", "\n"))
    except UnicodeDecodeError as problem:
        raise EvidenceError("verify.bad_tag_file") from problem
    if match is None or (int(match[1]), int(match[2])) not in ((0, 97), (1, 0)):
        raise EvidenceError("verify.bad_tag_file")


def _lines(untrusted_data: bytes) -> list[str]:
    try:
        text = untrusted_data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise EvidenceError("verify.bad_tag_file") from problem
    if not text:
        return []
    end = "\r\n" if text.endswith("\r\n") else "\n"
    if not text.endswith(end):
        raise EvidenceError("verify.bad_tag_file")
    lines = text[: -len(end)].split(end)
    if any("\r" in line or "\n" in line for line in lines):
        raise EvidenceError("verify.bad_tag_file")
    return lines


def _unescape(path: str) -> str:
    """RFC 8493, 2.1.3: only CR, LF and percent are encoded in paths."""
    return re.sub(r"%(0A|0D|25)", lambda match: chr(int(match[1], 16)), path, flags=re.IGNORECASE)
