"""The media type of a file from its first bytes, never from its name.

The exact signatures are those of the library *filetype*; plain text has a rule of our own, since text has no
signature. What is neither is ``application/octet-stream``: unknown stays unknown.
"""

from __future__ import annotations

import re

import filetype

HEAD_SIZE = 8192
"""How many bytes of the beginning are enough for :func:`sniff`."""

UNKNOWN = "application/octet-stream"

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_SIGNATURES_THAT_ARE_TEXT = (
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"%!PS", "application/postscript"),
)
_MARKUP = (
    (re.compile(r"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.I | re.S), "text/html"),
    (re.compile(r"\s*(<\?xml.*?\?>\s*)?(<!--.*?-->\s*)*(<!doctype\s+svg.*?>\s*)?<svg\b", re.I | re.S), "image/svg+xml"),
    (re.compile(r"\s*<\?xml\b"), "text/xml"),
)


def sniff(head: bytes) -> str:
    """The media type (RFC 6838) of a file that begins with ``head``.

    Pass :data:`HEAD_SIZE` bytes, or all of a shorter file. Never raises. An empty file is
    ``application/octet-stream``.
    """
    head = head[:HEAD_SIZE]
    for signature, media_type in _SIGNATURES_THAT_ARE_TEXT:
        if head.startswith(signature):
            return media_type
    text = _as_text(head)
    if text is not None:
        # Text comes before the signatures: some of those ("BM", "MZ", "FWS") are how an ordinary sentence may begin.
        return next((media_type for pattern, media_type in _MARKUP if pattern.match(text)), "text/plain")
    try:
        kind = filetype.guess(bytearray(head))
    except (TypeError, ValueError, IndexError, LookupError):
        return UNKNOWN
    return UNKNOWN if kind is None else str(kind.mime)


def _as_text(head: bytes) -> str | None:
    """The bytes as text, or None when they are not plainly text."""
    if not head:
        return None
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        # Korean chat exports of older programs are in code page 949.
        encodings = ("utf-8-sig", "cp949")
    for encoding in encodings:
        text = _decode(head, encoding)
        if text is not None and text.strip() and not _CONTROL.search(text):
            return text
    return None


def _decode(head: bytes, encoding: str) -> str | None:
    """Decode; a character that the end of ``head`` cuts through is no fault."""
    for cut in range(4 if len(head) == HEAD_SIZE else 1):
        try:
            return head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
