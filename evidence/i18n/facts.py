"""Machine facts in words: the flat ``source`` and ``settings`` of an item, as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from evidence.i18n.texts import Texts
from evidence.i18n.visible import visible

if TYPE_CHECKING:
    from evidence.model import ProvenanceFact, TimelineEntry

_FIRST = (
    "capture_outcome", "capture_marks", "url", "canonical_url", "final_url", "redirects", "page_title", "http_status",
    "served_and_rendered", "lines_only_rendered", "only_rendered", "lines_only_served", "only_served", "server_ip",
    "dns_answer", "tls", "certificate_subject", "certificate_issuer", "certificate_valid", "certificate_sha256",
    "certificate_errors",
)  # fmt: skip
"""Facts that a reader looks for first; the others follow by their names."""
_LISTS = frozenset({"capture_marks", "page_refused"})
"""Facts whose value is a list of codes, each perhaps with a count after it."""
SAID = "said_"
"""What the key of a fact begins with when a person read its value off and wrote it down."""


def is_said(key: str) -> bool:
    """Whether a fact is the word of a person, and not of the program."""
    return key.startswith(SAID)


def named_fact(t: Texts, key: str, value: str) -> tuple[str, str]:
    """The name of a fact and its value, in the language of ``t``.

    The catalogue has the name under ``fact.KEY`` and, where the value is one of a few codes, its words under
    ``fact.KEY.VALUE``. What it does not know is shown as it is, never hidden: a fact of a newer version is still a
    fact.
    """
    if is_said(key):
        return t("{name} (written by a person)", name=_known(t, f"fact.{key.removeprefix(SAID)}", key)), value
    name = _known(t, f"fact.{key}", key)
    if key in _LISTS:
        return name, ", ".join(_counted(t, key, part) for part in value.split(", "))
    return name, _known(t, f"fact.{key}.{value}", value)


def shown_today(t: Texts, count: int) -> str:
    """How many originals were looked at today."""
    if not count:
        return t("No original was shown today.")
    return t.plural("{n} original was shown today.", "{n} originals were shown today.", count)


def fact_line(t: Texts, key: str, value: str) -> str:
    """The same in one line, with the colon as this language sets it."""
    name, said = named_fact(t, key, value)
    return t("{where}: {words}", where=name, words=said)


def in_order(facts: Mapping[str, str]) -> list[tuple[str, str]]:
    """Facts in the order in which they are read; empty ones are left out."""
    rank = {key: position for position, key in enumerate(_FIRST)}
    said = [(key, value) for key, value in facts.items() if value]
    return sorted(said, key=lambda fact: (rank.get(fact[0], len(rank)), fact[0]))


def outcome_of(t: Texts, facts: Mapping[str, str]) -> str:
    """What became of a capture that did not bring everything: it failed, or is there in part. Empty for all others."""
    outcome = facts.get("capture_outcome", "captured")
    return "" if outcome == "captured" else named_fact(t, "capture_outcome", outcome)[1]


def named_code(t: Texts, kind: str, code: str) -> str:
    """The name of ``code`` under ``kind`` (``reason``, ``not_examined`` …); what is not known is shown as it is."""
    return _known(t, f"{kind}.{code}", code)


def provenance_line(t: Texts, fact: ProvenanceFact) -> str:
    """One finding about the file's own structure: its name, its value made visible, and how to take it, if said."""
    value = f"{colon(t)} {visible(fact.value)}" if fact.value else ""
    reading = f" ({named_code(t, 'reading', fact.reading)})" if fact.reading else ""
    return f"{named_code(t, 'provenance', fact.kind)}{value}{reading}"


def colon(t: Texts) -> str:
    """A colon as this language sets it."""
    return "\u00a0:" if t.language == "fr" else ":"


def _counted(t: Texts, key: str, part: str) -> str:
    code, _, count = part.partition(" ")
    name = _known(t, f"fact.{key}.{code}", code)
    return f"{name} ({count})" if count else name


def _known(t: Texts, code: str, otherwise: str) -> str:
    try:
        return t.code("name", code)
    except KeyError:
        return otherwise


def shown_time(t: Texts, entry: TimelineEntry) -> str:
    """The time of an entry, no more exact than it is known, with its zone or that nobody knows it."""
    if not entry.shown:
        return t.moment(entry.at, entry.utc_offset_s)
    shown = visible(entry.shown)
    return shown if entry.is_zone_known else t("{time} (time zone not known)", time=shown)
