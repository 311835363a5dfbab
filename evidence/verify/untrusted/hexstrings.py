"""Hexadecimal strings of a PDF (ISO 32000-1, 7.3.4.3) taken in one piece.

pyHanko reads them digit by digit: a signature's place of 32,000 digits takes longer than everything else about a
report. What consists of digits and blanks alone means the same either way; anything else goes to pyHanko's own.
"""

from __future__ import annotations

import re
from binascii import unhexlify
from typing import Any

from pyhanko.pdf_utils import generic

_PIECE = 1 << 16
_BLANKS = b" \n\r\t\f\x00"
_NO_DIGIT = re.compile(rb"[^0-9A-Fa-f]")
_original: Any = generic.read_hex_string_from_stream


def read_hex_string(stream: Any) -> Any:
    """Read the string whose ``<`` is next in ``stream``; what is unusual is read by pyHanko, and refused as it does."""
    start = stream.tell()
    data = bytearray()
    while (end := data.find(b">")) < 0:
        piece = stream.read(_PIECE)
        if not piece:
            break
        data += piece
    digits = bytes(data[1:end]).translate(None, _BLANKS) if end > 0 else b"%"
    if data[:1] != b"<" or _NO_DIGIT.search(digits):
        stream.seek(start)
        return _original(stream)
    stream.seek(start + end + 1)
    return generic.pdf_string(unhexlify(digits + b"0" * (len(digits) % 2)))


def install() -> None:
    """Have pyHanko read with :func:`read_hex_string`."""
    generic.read_hex_string_from_stream = read_hex_string
