"""A compiled catalogue in the format of GNU gettext (``.mo``), of which only what is asked for is read.

Python's own reader decodes every entry before the first can be asked for; a window shows fifty of thousands.
Format: GNU gettext manual, *The Format of GNU MO Files*.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

_MAGIC = 0x950412DE
_CONTEXT_END = "\x04"
_FORMS_APART = "\0"


class Catalogue:
    """The entries of one language. ``form_of`` says which plural form stands for a number."""

    def __init__(self, raw: bytes, form_of: Callable[[int], int]) -> None:
        magic, _revision, count, keys_at, values_at = struct.unpack_from("<5I", raw)
        if magic != _MAGIC:
            raise ValueError("no catalogue of this byte order")
        if max(keys_at, values_at) + 8 * count > len(raw):
            raise ValueError("a catalogue that is cut off")
        keys = struct.unpack_from(f"<{2 * count}I", raw, keys_at)
        lengths, places = keys[::2], keys[1::2]
        found = [raw[place : place + length] for length, place in zip(lengths, places, strict=True)]
        self._numbers = dict(zip(found, range(count), strict=True))
        self._raw, self._values_at = raw, values_at
        self._form_of = form_of

    @classmethod
    def read(cls, path: Path, form_of: Callable[[int], int]) -> Catalogue:
        """The catalogue in a file. Raises ``OSError`` or ``ValueError``."""
        return cls(path.read_bytes(), form_of)

    def gettext(self, message: str) -> str:
        """The translation of ``message``, or ``message`` itself."""
        return self._find(message) or message

    def pgettext(self, context: str, message: str) -> str:
        """The same under a context."""
        return self._find(context + _CONTEXT_END + message) or message

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """The form for ``n``; in English where there is no translation."""
        forms = self._find(singular + _FORMS_APART + plural)
        if forms is None:
            return singular if n == 1 else plural
        return forms.split(_FORMS_APART)[self._form_of(n)]

    def _find(self, key: str) -> str | None:
        number = self._numbers.get(key.encode())
        if number is None:
            return None
        length, place = struct.unpack_from("<2I", self._raw, self._values_at + 8 * number)
        return self._raw[place : place + length].decode()
