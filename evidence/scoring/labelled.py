"""A labelled set of pictures and films: a folder with ``manifest.csv``.

Columns: ``file``, ``label`` (real or fake), ``source``, ``group`` (a person or a clip: what is drawn as a whole), and,
where known, ``original`` (of a fake: the picture of the set that it was made from), ``matched`` (of a fake: the real
source that it must be told from), ``sex``, ``skin_tone`` and ``age``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence.errors import EvidenceError

TRAITS_OF_PERSONS = ("sex", "skin_tone", "age")
"""Columns by which figures are sliced where a set has them; where it has not, that is said."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture or film of the set."""

    path: Path
    is_fake: bool
    source: str
    group: str
    original: Path | None = None
    """The real picture of the same set that a fake was made from, where the set says so."""
    matched: str = ""
    """Of a fake: the real source that has all but the manipulation in common with its own; empty when there is none."""
    person: tuple[tuple[str, str], ...] = ()
    """What the set says of the person: pairs of a column of :data:`TRAITS_OF_PERSONS` and its value."""


def read_set(folder: Path) -> list[Sample]:
    """The samples of a set. Raises :class:`EvidenceError` ``scoring.set_malformed`` with the line at fault."""
    try:
        text = (folder / "manifest.csv").read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise EvidenceError("scoring.set_malformed", line=0) from problem
    root = folder.resolve()
    rows: list[dict[str, str]] = []
    samples: list[Sample] = []
    try:
        for row in csv.DictReader(io.StringIO(text)):
            name, first = row.get("file") or "", row.get("original") or ""
            path, original = (root / name).resolve(), (root / first).resolve()
            is_inside = all(each.is_relative_to(root) for each in (path, original))
            if row.get("label") not in ("real", "fake") or not name or not is_inside:
                raise EvidenceError("scoring.set_malformed", line=len(rows) + 2)
            rows.append(row)
        reals = {row.get("source") or "unnamed": row.get("source_repo") for row in rows if row["label"] == "real"}
        for row in rows:
            name, first = row["file"], row.get("original") or ""
            samples.append(Sample(
                (root / name).resolve(), row["label"] == "fake", row.get("source") or "unnamed",
                row.get("group") or name, (root / first).resolve() if first else None,
                _match(row, reals) if row["label"] == "fake" else "",
                tuple((trait, row[trait]) for trait in TRAITS_OF_PERSONS if row.get(trait)),
            ))  # fmt: skip
    except (csv.Error, ValueError) as problem:
        raise EvidenceError("scoring.set_malformed", line=len(rows) + 2) from problem
    return samples


def _match(fake: dict[str, str], reals: Mapping[str, str | None]) -> str:
    """The real source that a fake belongs to: as the set says, else of the same name, else of the same collection."""
    if fake.get("matched"):
        return fake["matched"]
    if (source := fake.get("source") or "unnamed") in reals:
        return source
    collection = fake.get("source_repo")
    return next((name for name, other in sorted(reals.items()) if collection and other == collection), "")


def drawn_evenly(samples: Sequence[Sample], most: int) -> list[Sample]:
    """At most so many pictures of each source and label, evenly from its list, and the originals of the fakes drawn."""
    by_source: dict[tuple[bool, str], list[Sample]] = {}
    for sample in samples:
        by_source.setdefault((sample.is_fake, sample.source), []).append(sample)
    kept: set[Path] = set()
    for each in by_source.values():
        few = min(most, len(each))
        drawn = [each[place * len(each) // few] for place in range(few)]
        kept |= {path for sample in drawn for path in (sample.path, sample.original) if path is not None}
    return [sample for sample in samples if sample.path in kept]
