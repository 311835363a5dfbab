"""The directory of helplines and authorities: a data file with source, date and expiry of every entry.

One wrong number costs trust. An entry is shown without a warning only when its contact itself stood in a source that
was read, and only until it expires; nothing here is ever asked over a network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from evidence.i18n import Language
from resources import FOLDER

COUNTRIES = ("KR", "INT", "US", "UK", "FR")
"""``INT`` stands for services that are open to every country."""
KINDS = ("support", "removal", "police", "report-csam", "hash")
FIRST = {"ko": "KR", "fr": "FR"}
"""Whose entries come first for a language; then those for everyone."""


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One place to turn to."""

    id: str
    country: str
    kinds: tuple[str, ...]
    name: Mapping[str, str]
    contacts: tuple[str, ...]
    """``tel:…``, ``https://…`` or an e-mail address; none when no contact could be verified."""
    hours: Mapping[str, str]
    languages: tuple[str, ...]
    note: Mapping[str, str]
    source: str
    checked_on: date
    expires_on: date
    is_seen: bool
    """Whether the contact itself stood in the source."""

    def must_be_checked(self, today: date) -> bool:
        """Whether *check before calling* must stand beside it. A clock before the check is a wrong clock."""
        return not self.is_seen or not self.checked_on <= today <= self.expires_on


def help_lines(language: Language, country: str = "") -> Sequence[HelpLine]:
    """The entries, those of the language's country first; with ``country`` its own and those for everyone alone."""
    first = FIRST.get(language, "")
    order = {first: 0, "INT": 1}
    chosen = [line for line in _lines() if country in ("", line.country) or line.country == "INT"]
    return sorted(chosen, key=lambda line: order.get(line.country, 2))


@lru_cache(maxsize=1)
def _lines() -> tuple[HelpLine, ...]:
    document = json.loads((FOLDER / "helplines.json").read_text(encoding="utf-8"))
    return tuple(_line(entry) for entry in document["lines"])


def _line(entry: dict[str, Any]) -> HelpLine:
    days = {name: date.fromisoformat(entry[name]) for name in ("checked_on", "expires_on")}
    lists = {name: tuple(entry[name]) for name in ("kinds", "contacts", "languages")}
    return HelpLine(**{**entry, **days, **lists})
