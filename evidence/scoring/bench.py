"""Measure the detectors on a labelled folder, by the same road as an exhibit takes.

A set is a folder with ``manifest.csv`` (columns ``file``, ``label`` = real or fake, ``source``, ``group``, and where a
fake was made from a picture of the set, that picture's file as ``original``). Areas are given for each pair of
sources; a pooled area is recognition of data sets more than of fakes, and is marked so.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from evidence.errors import CancelledError, EvidenceError
from evidence.media import MediaLimits, MediaWorker
from evidence.model import Band
from evidence.scoring.answers import FaceRow, Logits, shaped
from evidence.scoring.bands import band_of, run_of
from evidence.scoring.packs import Pack
from evidence.scoring.score import described
from evidence.scoring.statistics import (
    auc,
    brier,
    calibration_error,
    cluster_interval,
    logistic,
    share_interval,
    true_positive_at,
)  # fmt: skip

MAX_CONTROL = 0.60
"""A control that can know nothing must stay below this area, else no headline is given."""
CONTROLS = ("labels_shuffled", "size_and_sharpness_only")
"""The controls that must have been run before there is a headline."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture of the set."""

    path: Path
    is_fake: bool
    source: str
    group: str
    original: Path | None = None
    """The real picture of the same set that a fake was made from, where the set says so."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One picture under one condition: the highest logit of its assessable faces by pack id; empty: not assessable."""

    sample: Sample
    condition: str
    logits: dict[str, float]
    seconds: float
    traits: tuple[float, ...] = ()
    """Width, height, sharpness of the largest face: what a control that knows only the source may use."""
    faces: int = 0
    """Faces found, assessable or not."""


@dataclass(slots=True)
class BenchReport:
    """Figures, by pack and condition. Shares from 0 to 1; intervals are 95 %, drawn by person."""

    set_name: str
    pictures: int
    packs: dict[str, str]
    """Pack id to the SHA-256 of its model."""
    pairs: list[dict[str, object]] = field(default_factory=list)
    """Each matched or crossed pair of sources: area with interval, true positives at 1 % and 5 %, sizes."""
    sources: list[dict[str, object]] = field(default_factory=list)
    """Each real source: false positives of the shipped threshold; each fake source: true positives; not assessable."""
    summary: list[dict[str, object]] = field(default_factory=list)
    """Macro average, worst pair, pooled (as a warning), by pack and condition."""
    quality: list[dict[str, object]] = field(default_factory=list)
    """By pack and condition: share that got a band other than *inconclusive*, how many of those are right, Brier score
    and calibration error with both labels weighing the same, fakes that score higher than their own originals."""
    controls: dict[str, float] = field(default_factory=dict)
    headline_allowed: bool = False
    """Whether every control was run and stayed below :data:`MAX_CONTROL`."""
    ms_per_picture: float = 0.0
    ms_per_face: float = 0.0
    """All packs together, with finding and decoding."""
    not_measured: tuple[str, ...] = ("skin tone", "sex", "age")


def read_set(folder: Path) -> list[Sample]:
    """The samples of a set. Raises :class:`EvidenceError` ``scoring.set_malformed`` with the line at fault."""
    try:
        text = (folder / "manifest.csv").read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise EvidenceError("scoring.set_malformed", line=0) from problem
    root = folder.resolve()
    samples: list[Sample] = []
    try:
        for row in csv.DictReader(io.StringIO(text)):
            name, label, first = row.get("file") or "", row.get("label"), row.get("original") or ""
            path, original = (root / name).resolve(), (root / first).resolve()
            if label not in ("real", "fake") or not name or not all(p.is_relative_to(root) for p in (path, original)):
                raise EvidenceError("scoring.set_malformed", line=len(samples) + 2)
            source, group = row.get("source") or "unnamed", row.get("group") or name
            samples.append(Sample(path, label == "fake", source, group, original if first else None))
    except (csv.Error, ValueError) as problem:
        raise EvidenceError("scoring.set_malformed", line=len(samples) + 2) from problem
    return samples


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


def measure(
    samples: Iterable[Sample],
    *,
    worker: MediaWorker,
    packs: Sequence[Pack],
    conditions: Sequence[str] = ("clean",),
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Measured]:
    """Score every sample under every condition in the child. Undecodable pictures count as not assessable.

    Raises :class:`evidence.errors.CancelledError` and what the environment is at fault for, as ``score_original``.
    """
    limits = MediaLimits()
    rows = []
    for done, sample in enumerate(samples):
        for condition in conditions:
            if cancelled():
                raise CancelledError
            start = time.perf_counter()
            logits: dict[str, float] = {}
            traits: tuple[float, ...] = ()
            try:
                with sample.path.open("rb") as stream:
                    answer, _ = worker.request(
                        "score", stream, limits, cancelled, packs=described(packs), condition=condition
                    )
            except EvidenceError as error:
                if error.code.startswith("scoring.") or error.code == "media.decoder_missing":
                    raise
                answer = {}
            by_model = shaped(answer.get("logits", {}), Logits)
            faces = shaped(answer.get("faces", []), list[FaceRow])
            for pack in packs:
                if by_model.get(pack.model_sha256):
                    logits[pack.facts.id] = max(by_model[pack.model_sha256])
            if faces:
                traits = (float(str(answer["width"])), float(str(answer["height"])), faces[0][5])
            rows.append(Measured(sample, condition, logits, time.perf_counter() - start, traits, len(faces)))
        progress(done + 1)
    return rows


def evaluate(rows: Sequence[Measured], packs: Sequence[Pack], set_name: str) -> BenchReport:
    """All figures of measured rows."""
    report = BenchReport(
        set_name=set_name,
        pictures=len({row.sample.path for row in rows}),
        packs={pack.facts.id: pack.model_sha256 for pack in packs},
        ms_per_picture=round(1000 * float(np.median([row.seconds for row in rows])), 1) if rows else 0.0,
    )
    if faces := sum(row.faces for row in rows):
        report.ms_per_face = round(1000 * sum(row.seconds for row in rows) / faces, 1)
    for pack in packs:
        for condition in dict.fromkeys(row.condition for row in rows):
            same = [row for row in rows if row.condition == condition]
            _one_condition(report, pack, condition, same)
            _quality(report, pack, condition, [row for row in same if pack.facts.id in row.logits])
    report.controls = _controls([row for row in rows if row.condition == rows[0].condition]) if rows else {}
    report.headline_allowed = all(report.controls.get(name, float("nan")) <= MAX_CONTROL for name in CONTROLS)
    return report


def _one_condition(report: BenchReport, pack: Pack, condition: str, rows: list[Measured]) -> None:
    name = pack.facts.id
    above = pack.facts.calibration.above
    by_source: dict[tuple[bool, str], list[Measured]] = {}
    for row in rows:
        by_source.setdefault((row.sample.is_fake, row.sample.source), []).append(row)
    scored = {
        key: [row for row in kept if name in row.logits] for key, kept in sorted(by_source.items(), key=lambda i: i[0])
    }
    values = {key: np.array([row.logits[name] for row in kept], np.float64) for key, kept in scored.items()}
    groups = {key: [row.sample.group for row in kept] for key, kept in scored.items()}
    for key, kept in scored.items():
        hits = int((values[key] > above).sum())
        low, high = share_interval(hits, len(kept))
        report.sources.append({
            "pack": name, "condition": condition, "source": key[1], "label": "fake" if key[0] else "real",
            "pictures": len(by_source[key]), "scored": len(kept), "above_threshold": _r(hits / max(1, len(kept))),
            "low": _r(low), "high": _r(high), "not_assessable": _r(1 - len(kept) / len(by_source[key])),
        })  # fmt: skip
    areas = []
    for real in (key for key in values if not key[0]):
        for fake in (key for key in values if key[0]):
            if min(len(values[real]), len(values[fake])) < 5:
                continue
            area = auc(values[real], values[fake])
            low, high = cluster_interval(
                lambda both: auc(both[0], both[1]), (values[real], values[fake]), (groups[real], groups[fake])
            )
            areas.append(area)
            report.pairs.append({
                "pack": name, "condition": condition, "real": real[1], "fake": fake[1], "auc": _r(area), "low": _r(low),
                "high": _r(high), "tpr_at_fpr1": _r(true_positive_at(values[real], values[fake], 0.01)),
                "tpr_at_fpr5": _r(true_positive_at(values[real], values[fake], 0.05)),
                "reals": len(values[real]), "fakes": len(values[fake]),
            })  # fmt: skip
    if areas:
        pooled = auc(*(np.concatenate([v for key, v in values.items() if key[0] is fake]) for fake in (False, True)))
        report.summary.append({
            "pack": name, "condition": condition, "macro_auc": _r(float(np.mean(areas))), "worst_auc": _r(min(areas)),
            "pooled_auc_warning": _r(pooled),
        })  # fmt: skip


def _quality(report: BenchReport, pack: Pack, condition: str, rows: list[Measured]) -> None:
    """What the pack's calibration is worth: bands and calibrated scores, over all sources."""
    name = pack.facts.id
    logits = {row.sample.path: row.logits[name] for row in rows}
    labels = np.array([row.sample.is_fake for row in rows], np.float64)
    bands = [band_of(pack, [row.logits[name]]) for row in rows]
    decided = [
        (band is Band.INDICATORS) is row.sample.is_fake
        for band, row in zip(bands, rows, strict=True) if band is not Band.INCONCLUSIVE
    ]  # fmt: skip
    found: dict[str, object] = {
        "pack": name, "condition": condition, "scored": len(rows), "decided": len(decided),
        "share_decided": _r(len(decided) / max(1, len(rows))),
        "accuracy_of_decided": _r(sum(decided) / len(decided)) if decided else None,
    }  # fmt: skip
    is_mixed = 0 < labels.sum() < len(labels)
    chances = np.array([run_of(pack, [row.logits[name]]).calibrated for row in rows], np.float64)
    found["brier"] = _r(brier(chances, labels)) if is_mixed else None
    found["calibration_error"] = _r(calibration_error(chances, labels)) if is_mixed else None
    higher = [
        logits[row.sample.path] > logits[row.sample.original]
        for row in rows if row.sample.is_fake and row.sample.original in logits
    ]  # fmt: skip
    found |= {"pairs": len(higher), "pairs_higher": sum(higher)}
    report.quality.append(found)


def _controls(rows: list[Measured]) -> dict[str, float]:
    """Areas of controls that look at no face: a shuffle of labels, and a classifier of size and sharpness alone."""
    kept = [row for row in rows if row.traits]
    labels = np.array([row.sample.is_fake for row in kept], np.float64)
    if len(kept) < 20 or labels.min() == labels.max():
        return {}
    random = np.random.default_rng(7)
    first = next((name for row in kept for name in row.logits), None)
    found: dict[str, float] = {}
    if first is not None:
        logits = np.array([row.logits.get(first, 0.0) for row in kept])
        shuffled = random.permutation(labels)
        found["labels_shuffled"] = _r(auc(logits[shuffled == 0], logits[shuffled == 1]))
    traits = np.log1p(np.array([row.traits for row in kept]))
    traits = (traits - traits.mean(0)) / (traits.std(0) + 1e-9)
    # Persons are halved by name: the control, too, is judged on persons whom it has not seen.
    half = np.array([sum(row.sample.group.encode()) % 2 == 0 for row in kept])
    if 5 < half.sum() < len(half) - 5 and 0 < labels[half].mean() < 1 and 0 < labels[~half].mean() < 1:
        weights = logistic(traits[half], labels[half])
        guess = traits[~half] @ weights[:-1]
        found["size_and_sharpness_only"] = _r(auc(guess[labels[~half] == 0], guess[labels[~half] == 1]))
    return found


def _r(value: float) -> float:
    return round(value, 4)
