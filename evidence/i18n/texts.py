"""The text catalogue, bound to one language."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, cast

from evidence.errors import EvidenceError
from evidence.i18n.catalogue import Catalogue
from resources import FOLDER

if TYPE_CHECKING:
    from datetime import date, datetime

_SYSTEM: str = sys.platform  # as text: what it is not may be checked too
Language = Literal["ko", "en", "fr"]
LANGUAGES: tuple[Language, ...] = ("ko", "en", "fr")
_FORMS: dict[Language, Callable[[int], int]] = {"ko": lambda _n: 0, "en": lambda n: n != 1, "fr": lambda n: n > 1}
"""Which plural form stands for a number, as the heads of the catalogues say it."""


def N_(text: str) -> str:
    """Mark ``text`` for the catalogue without translating it yet."""
    return text


class Texts:
    """Turns marked English text, codes, times and numbers into one language."""

    def __init__(self, language: Language, catalogue: Catalogue) -> None:
        self.language = language
        self._catalogue = catalogue

    def __call__(self, text: str, **params: object) -> str:
        """The translation of ``text`` with its ``{placeholders}`` filled."""
        translated = self._catalogue.gettext(text)
        return translated.format(**params) if params else translated

    def plural(self, singular: str, plural: str, n: int, **params: object) -> str:
        """The form for ``n``; ``{n}`` is filled with the number as this language writes it."""
        return self._catalogue.ngettext(singular, plural, n).format(n=self.number(n), **params)

    def code(self, context: str, code: str, **params: object) -> str:
        """The sentence of a stable ``code`` under ``context`` (``error``, ``advice``, ``check``, ``claim``, ``name``).

        Raises ``KeyError`` when the catalogue has none: a test makes sure that this never reaches a person.
        """
        sentence = self._catalogue.pgettext(context, code)
        if sentence == code:
            raise KeyError(f"{context}: {code}")
        return sentence.format(**params) if params else sentence

    def error(self, error: EvidenceError) -> tuple[str, str]:
        """The sentence and the advice for an error."""
        params = {name: str(value) for name, value in error.params.items()}
        return self.code("error", error.code, **params), self.code("advice", error.code, **params)

    def moment(self, at: datetime, utc_offset_s: int = 0) -> str:
        """An aware time as this language writes it, at the given offset from UTC, with the offset spelled out."""
        from datetime import timedelta, timezone

        from babel.dates import format_datetime  # not needed before a window is there

        local = at.astimezone(timezone(timedelta(seconds=utc_offset_s)))
        hours, minutes = divmod(abs(utc_offset_s) // 60, 60)
        offset = f"UTC{'-' if utc_offset_s < 0 else '+'}{hours:02d}:{minutes:02d}" if utc_offset_s else "UTC"
        patterns = {"ko": "y년 M월 d일 HH:mm:ss", "en": "d MMMM y, HH:mm:ss", "fr": "d MMMM y 'à' HH:mm:ss"}
        # Babel applies its own zone to an aware time; the wall-clock digits are already right, so it gets a naive one.
        wall = format_datetime(local.replace(tzinfo=None), patterns[self.language], locale=self.language)
        return f"{wall} ({offset})"

    def date(self, day: date) -> str:
        """A day as this language writes it."""
        from babel.dates import format_date

        return format_date(day, {"ko": "y년 M월 d일", "en": "d MMMM y", "fr": "d MMMM y"}[self.language], self.language)

    def number(self, value: float) -> str:
        """A number with this language's separators."""
        from babel.numbers import format_decimal

        return format_decimal(value, locale=self.language)

    def size(self, size: int) -> str:
        """A number of bytes in a readable unit (1 kB = 1000 bytes); no line ends before the unit."""
        if size < 1000:
            return self.plural("{n} byte", "{n} bytes", size)
        power = min((len(str(size)) - 1) // 3, 4)
        letter = "o" if self.language == "fr" else "B"  # octets
        return f"{self.number(round(size / 1000**power, 1))}\u00a0{('', 'k', 'M', 'G', 'T')[power]}{letter}"


@lru_cache(maxsize=len(LANGUAGES))
def texts(language: Language) -> Texts:
    """The catalogue of ``language``, read once.

    Raises :class:`EvidenceError` ``i18n.unknown_language`` for any other language.
    """
    if language not in LANGUAGES:
        raise EvidenceError("i18n.unknown_language", language=language)
    compiled = FOLDER / "locale" / language / "LC_MESSAGES" / "holdfast.mo"
    return Texts(language, Catalogue.read(compiled, _FORMS[language]))


def system_language(preferred: Sequence[str] = ()) -> Language:
    """The language of the computer, or English when it is none of ours.

    ``preferred``: tags as a window system tells them (``ko-KR``), best first. Otherwise what the environment asks for
    counts, as for gettext (``LC_ALL``, ``LC_MESSAGES``, ``LANG``), even where that locale is not installed; then what
    letters are written in: ``LC_CTYPE``, or on Windows, whose environment is silent, the locale of the process.
    """
    asked = [os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)][:1]
    for name in (*preferred, *asked, os.environ.get("LC_CTYPE", "")):
        if (found := _language_of(name)) is not None:
            return found
    if _SYSTEM != "win32":
        return "en"
    import locale  # costs time

    return _language_of(locale.getlocale()[0] or "") or "en"


def _language_of(name: str) -> Language | None:
    """The one of ours that the name of a locale begins with, as a word of its own."""
    for language, starts in (("ko", ("ko", "korean")), ("fr", ("fr", "french")), ("en", ("en",))):
        for start in starts:
            after = name.casefold().removeprefix(start)
            if len(after) < len(name.casefold()) and not "a" <= after[:1] <= "z":
                return cast(Language, language)
    return None
