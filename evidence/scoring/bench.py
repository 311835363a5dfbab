"""The figures of the benchmark, from rows that :mod:`evidence.scoring.measuring` brought home.

Areas are given for each pair of sources. Only a *matched* pair (:class:`evidence.scoring.labelled.Sample`) measures
manipulation; a crossed one, and the pooled area, measure how data sets differ as well, and are marked so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from evidence.model import Band
from evidence.scoring.bands import band_of, over_time, overall, run_of
from evidence.scoring.controls import CONTROLS, MAX_CONTROL, controls_of, matched_rows
from evidence.scoring.labelled import TRAITS_OF_PERSONS
from evidence.scoring.measuring import FILM, Measured
from evidence.scoring.packs import Pack
from evidence.scoring.statistics import (
    Values,
    auc,
    brier,
    calibration_error,
    cluster_interval,
    log_loss,
    reliability,
    share_interval,
    true_positive_at,
)  # fmt: skip

TOGETHER = "all detectors"
"""Names the rows of the whole: the band that a picture gets from every shipped detector together."""
FACE_SIZES = (0, 96, 160, 320, 1 << 30)
"""Bounds of the classes of face size, in pixels of the shorter side."""
LEAST = 5
"""With fewer scored pictures on a side, no area is given."""
Figures = list[dict[str, object]]


@dataclass(slots=True)
class BenchReport:
    """Figures, by pack and condition. Shares from 0 to 1; intervals are 95 %, areas' drawn by person."""

    set_name: str
    pictures: int
    packs: dict[str, str]
    """Pack id to the SHA-256 of its model."""
    pairs: Figures = field(default_factory=list)
    """Each pair of sources, matched or crossed: area with interval, true positives at 1 % and 5 %, sizes."""
    sources: Figures = field(default_factory=list)
    """Each real source: false positives of the shipped threshold; each fake source: true positives; not assessable."""
    summary: Figures = field(default_factory=list)
    """Of the matched pairs: macro average and worst; of all pictures: the pooled area, as a warning."""
    quality: Figures = field(default_factory=list)
    """Share decided and right among the decided; Brier score, log-loss, calibration error and reliability bins, both
    labels weighing the same; fakes that score higher than the originals that the set names."""
    direction: Figures = field(default_factory=list)
    """Real pictures manipulated on the spot: how many score higher than themselves unmanipulated."""
    robustness: Figures = field(default_factory=list)
    """Change of the mean matched area under each condition, against the first."""
    by_face_size: Figures = field(default_factory=list)
    """By class of face size: mean matched area, false and true positives of the shipped threshold."""
    by_group: Figures = field(default_factory=list)
    """Persons and clips with three pictures or more, each counted once by the number over time that a clip gets: false
    and true positives of the shipped threshold."""
    by_person: Figures = field(default_factory=list)
    """By each trait of persons that the set labels: false and true positives of the shipped threshold."""
    leads: Figures = field(default_factory=list)
    """Each source: pictures whose own structure names a generator; on reals each is a false hit."""
    versus: Figures = field(default_factory=list)
    """Each matched pair: our area less a peer's on the same pictures, with the interval of the difference."""
    films: int = 0
    film_pairs: Figures = field(default_factory=list)
    """As ``pairs``, of films: each is one sample, by the number that its most suspicious face came to over time."""
    film_sources: Figures = field(default_factory=list)
    """As ``sources``, of films; beside it the mean share of a film's single frames above the threshold."""
    controls: dict[str, float] = field(default_factory=dict)
    headline_allowed: bool = False
    """Whether every control was run and stayed at or below :data:`MAX_CONTROL`."""
    ms_per_picture: float = 0.0
    ms_per_face: float = 0.0
    """All packs together, with decoding and finding."""
    ms_by_step: dict[str, float] = field(default_factory=dict)
    """Median milliseconds of each step in the child."""
    not_measured: tuple[str, ...] = TRAITS_OF_PERSONS


def evaluate(
    rows: Sequence[Measured], packs: Sequence[Pack], set_name: str, *, peers: Sequence[Pack] = ()
) -> BenchReport:
    """All figures of measured rows. ``peers`` are packs whose areas count and whose thresholds mean nothing."""
    films, rows = [row for row in rows if row.is_film], [row for row in rows if not row.is_film]
    report = BenchReport(
        set_name, len({row.sample.path for row in rows}),
        {pack.facts.id: pack.model_sha256 for pack in (*packs, *peers)}, films=len(films),
    )  # fmt: skip
    _films(report, films, packs, peers)
    if not rows:
        return report
    first = rows[0].condition
    for condition in dict.fromkeys(row.condition for row in rows):
        same = [row for row in rows if row.condition == condition]
        for pack in (*packs, *peers):
            _areas(report, pack.facts.id, condition, same)
        for pack in packs:
            _at_threshold(report, pack.facts.id, condition, same, {
                id(row): band_of(pack, [row.logits[pack.facts.id]]) for row in same if pack.facts.id in row.logits
            })  # fmt: skip
            _quality(report, pack, condition, [row for row in same if pack.facts.id in row.logits])
        _at_threshold(report, TOGETHER, condition, same, together := _bands_together(same, packs))
        if condition == first:
            _by_person(report, same, together)
    received = [row for row in rows if row.condition == first]
    for pack in packs:
        _direction(report, pack.facts.id, received)
        _robustness(report, pack.facts.id, first)
        _by_face_size(report, pack, received)
        _by_group(report, pack, received)
        for peer in peers:
            _versus(report, pack.facts.id, peer.facts.id, received)
    _leads(report, received)
    report.controls = controls_of(received, [pack.facts.id for pack in packs])
    report.headline_allowed = all(report.controls.get(name, float("nan")) <= MAX_CONTROL for name in CONTROLS)
    _speed(report, rows)
    return report


def _films(report: BenchReport, rows: Sequence[Measured], packs: Sequence[Pack], peers: Sequence[Pack]) -> None:
    """Films apart from pictures: a film has another number, and its rates are its own."""
    if not rows:
        return
    own = BenchReport(report.set_name, 0, {})
    for pack in (*packs, *peers):
        _areas(own, pack.facts.id, FILM, rows)
    for pack in packs:
        name = pack.facts.id
        _at_threshold(own, name, FILM, rows, {
            id(row): band_of(pack, [row.logits[name]]) for row in rows if name in row.logits
        })  # fmt: skip
        for each in own.sources:
            if each["pack"] == name:
                shares = [
                    sum(value > pack.above for value in row.frames[name]) / len(row.frames[name])
                    for row in rows
                    if row.frames.get(name) and (row.sample.source, _label(row)) == (each["source"], each["label"])
                ]
                each["frames_above"] = _r(float(np.mean(shares))) if shares else None
    _at_threshold(own, TOGETHER, FILM, rows, _bands_together(rows, packs))
    report.film_pairs, report.film_sources = own.pairs, own.sources


def _label(row: Measured) -> str:
    return "fake" if row.sample.is_fake else "real"


def _bands_together(rows: Sequence[Measured], packs: Sequence[Pack]) -> dict[int, Band]:
    """The band of each scored picture (by the row's identity), as a report of it says."""
    wanted = list(packs)
    return {
        id(row): overall([run_of(pack, [row.logits[pack.facts.id]]) for pack in wanted])[0]
        for row in rows
        if wanted and all(pack.facts.id in row.logits for pack in wanted)
    }


def _areas(report: BenchReport, name: str, condition: str, rows: Sequence[Measured]) -> None:
    scored = _by_source([row for row in rows if name in row.logits])
    values = {key: np.array([row.logits[name] for row in kept], np.float64) for key, kept in scored.items()}
    groups = {key: [row.sample.group for row in kept] for key, kept in scored.items()}
    matches = {(row.sample.matched, row.sample.source) for row in rows if row.sample.is_fake}
    areas: list[float] = []
    for real in (key for key in values if not key[0]):
        for fake in (key for key in values if key[0]):
            if min(len(values[real]), len(values[fake])) < LEAST:
                continue
            area = auc(values[real], values[fake])
            low, high = cluster_interval(
                lambda both: auc(both[0], both[1]), (values[real], values[fake]), (groups[real], groups[fake])
            )
            is_matched = (real[1], fake[1]) in matches
            areas += [area] * is_matched
            report.pairs.append({
                "pack": name, "condition": condition, "real": real[1], "fake": fake[1], "is_matched": is_matched,
                "auc": _r(area), "low": _r(low), "high": _r(high),
                "tpr_at_fpr1": _r(true_positive_at(values[real], values[fake], 0.01)),
                "tpr_at_fpr5": _r(true_positive_at(values[real], values[fake], 0.05)),
                "reals": len(values[real]), "fakes": len(values[fake]),
            })  # fmt: skip
    sides = [[each for key, each in values.items() if key[0] is fake] for fake in (False, True)]
    if all(sides):
        pooled = auc(*(np.concatenate(side) for side in sides))
        report.summary.append({
            "pack": name, "condition": condition, "matched_pairs": len(areas),
            "macro_auc": _r(float(np.mean(areas))) if areas else None, "worst_auc": _r(min(areas)) if areas else None,
            "pooled_auc_warning": _r(pooled),
        })  # fmt: skip


def _at_threshold(
    report: BenchReport, name: str, condition: str, rows: Sequence[Measured], bands: dict[int, Band]
) -> None:
    for (is_fake, source), kept in _by_source(rows).items():
        found = [bands[id(row)] for row in kept if id(row) in bands]
        report.sources.append({
            "pack": name, "condition": condition, "source": source, "label": "fake" if is_fake else "real",
            "pictures": len(kept), "scored": len(found), **_share_above(found),
            "inconclusive": _r(found.count(Band.INCONCLUSIVE) / max(1, len(found))),
            "not_assessable": _r(1 - len(found) / len(kept)),
        })  # fmt: skip


def _share_above(bands: Sequence[Band]) -> dict[str, object]:
    hits = bands.count(Band.INDICATORS)
    low, high = share_interval(hits, len(bands))
    return {"above_threshold": _r(hits / max(1, len(bands))), "low": _r(low), "high": _r(high)}


def _quality(report: BenchReport, pack: Pack, condition: str, rows: Sequence[Measured]) -> None:
    """What the pack's calibration is worth: bands and calibrated scores, over all sources."""
    name = pack.facts.id
    logits = {row.sample.path: row.logits[name] for row in rows}
    labels = np.array([row.sample.is_fake for row in rows], np.float64)
    runs = [run_of(pack, [row.logits[name]]) for row in rows]
    decided = [
        (run.band is Band.INDICATORS) is row.sample.is_fake
        for run, row in zip(runs, rows, strict=True) if run.band is not Band.INCONCLUSIVE
    ]  # fmt: skip
    is_mixed = 0 < labels.sum() < len(labels)
    chances: Values = np.array([run.calibrated for run in runs], np.float64)
    higher = [
        logits[row.sample.path] > logits[row.sample.original]
        for row in rows if row.sample.is_fake and row.sample.original in logits
    ]  # fmt: skip
    report.quality.append({
        "pack": name, "condition": condition, "scored": len(rows), "decided": len(decided),
        "share_decided": _r(len(decided) / max(1, len(rows))),
        "share_inconclusive": _r(1 - len(decided) / max(1, len(rows))),
        "accuracy_of_decided": _r(sum(decided) / len(decided)) if decided else None,
        "brier": _r(brier(chances, labels)) if is_mixed else None,
        "log_loss": _r(log_loss(chances, labels)) if is_mixed else None,
        "calibration_error": _r(calibration_error(chances, labels)) if is_mixed else None,
        "reliability": reliability(chances, labels) if is_mixed else [],
        "pairs": len(higher), "pairs_higher": sum(higher),
    })  # fmt: skip


def _direction(report: BenchReport, name: str, rows: Sequence[Measured]) -> None:
    kept = [row for row in rows if name in row.manipulated.get("none", {})]
    for manipulation in dict.fromkeys(each for row in kept for each in row.manipulated if each != "none"):
        moved = np.array([row.manipulated[manipulation][name] - row.manipulated["none"][name] for row in kept])
        hits = (moved > 0).astype(np.float64)
        low, high = cluster_interval(lambda v: float(v[0].mean()), [hits], [[row.sample.group for row in kept]])
        report.direction.append({
            "pack": name, "manipulation": manipulation, "pairs": len(kept), "higher": int(hits.sum()),
            "share_higher": _r(float(hits.mean())), "low": _r(low), "high": _r(high),
            "median_rise": _r(float(np.median(moved))),
        })  # fmt: skip


def _robustness(report: BenchReport, name: str, first: str) -> None:
    areas = {str(each["condition"]): each["macro_auc"] for each in report.summary if each["pack"] == name}
    base = areas.get(first)
    for condition, area in areas.items():
        if condition != first and area is not None and base is not None:
            change = _r(float(str(area)) - float(str(base)))
            report.robustness.append({"pack": name, "condition": condition, "macro_auc": area, "change": change})


def _by_face_size(report: BenchReport, pack: Pack, rows: Sequence[Measured]) -> None:
    name = pack.facts.id
    for least, below in pairwise(FACE_SIZES):
        kept = [row for row in rows if name in row.logits and least <= row.face_px < below]
        areas = []
        for pair in matched_rows(kept):
            real, fake = (
                np.array([row.logits[name] for row in pair if row.sample.is_fake is side]) for side in (False, True)
            )
            areas += [auc(real, fake)] * (min(len(real), len(fake)) >= LEAST)
        bands = {fake: [band_of(pack, [row.logits[name]]) for row in kept if row.sample.is_fake is fake]
                 for fake in (False, True)}  # fmt: skip
        if kept:
            report.by_face_size.append({
                "pack": name, "from_px": least, "below_px": below if below < FACE_SIZES[-1] else None,
                "reals": len(bands[False]), "fakes": len(bands[True]), "matched_pairs": len(areas),
                "macro_auc": _r(float(np.mean(areas))) if areas else None,
                "false_positives": _share_above(bands[False]), "true_positives": _share_above(bands[True]),
            })  # fmt: skip


def _by_group(report: BenchReport, pack: Pack, rows: Sequence[Measured]) -> None:
    for (is_fake, source), kept in _by_source([row for row in rows if pack.facts.id in row.logits]).items():
        groups: dict[str, list[float]] = {}
        for row in kept:
            groups.setdefault(row.sample.group, []).append(row.logits[pack.facts.id])
        bands = [band_of(pack, [over_time(each)]) for each in groups.values() if len(each) >= 3]
        if bands:
            report.by_group.append({
                "pack": pack.facts.id, "source": source, "label": "fake" if is_fake else "real", "groups": len(bands),
                **_share_above(bands),
            })  # fmt: skip


def _by_person(report: BenchReport, rows: Sequence[Measured], bands: dict[int, Band]) -> None:
    kept = [row for row in rows if id(row) in bands]
    told = sorted({trait for row in kept for trait in row.sample.person})
    for trait, value in told:
        for is_fake in (False, True):
            found = [bands[id(row)] for row in kept
                     if (trait, value) in row.sample.person and row.sample.is_fake is is_fake]  # fmt: skip
            if found:
                report.by_person.append({
                    "pack": TOGETHER, "trait": trait, "value": value, "label": "fake" if is_fake else "real",
                    "scored": len(found), **_share_above(found),
                })  # fmt: skip
    report.not_measured = tuple(trait for trait in TRAITS_OF_PERSONS if trait not in {name for name, _ in told})


def _versus(report: BenchReport, ours: str, peer: str, rows: Sequence[Measured]) -> None:
    for pair in matched_rows([row for row in rows if ours in row.logits and peer in row.logits]):
        sides = [[row for row in pair if row.sample.is_fake is fake] for fake in (False, True)]
        if min(map(len, sides)) < LEAST:
            continue
        logits = {name: [np.array([row.logits[name] for row in side]) for side in sides] for name in (ours, peer)}

        def gain(places: Sequence[Values], logits: dict[str, list[Values]] = logits) -> float:
            real, fake = (each.astype(np.intp) for each in places)
            return auc(logits[ours][0][real], logits[ours][1][fake]) - auc(logits[peer][0][real], logits[peer][1][fake])

        places = [np.arange(len(side), dtype=np.float64) for side in sides]
        low, high = cluster_interval(gain, places, [[row.sample.group for row in side] for side in sides])
        report.versus.append({
            "pack": ours, "peer": peer, "real": sides[0][0].sample.source, "fake": sides[1][0].sample.source,
            "gain": _r(gain(places)), "low": _r(low), "high": _r(high),
        })  # fmt: skip


def _leads(report: BenchReport, rows: Sequence[Measured]) -> None:
    for (is_fake, source), kept in _by_source(rows).items():
        hits = sum(bool(row.leads) for row in kept)
        kinds = sorted({kind for row in kept for kind in row.leads})
        report.leads.append({
            "source": source, "label": "fake" if is_fake else "real", "pictures": len(kept), "with_leads": hits,
            "kinds": kinds,
        })  # fmt: skip


def _speed(report: BenchReport, rows: Sequence[Measured]) -> None:
    report.ms_per_picture = round(1000 * float(np.median([row.seconds for row in rows])), 1)
    if faces := sum(row.faces for row in rows):
        report.ms_per_face = round(1000 * sum(row.seconds for row in rows) / faces, 1)
    later = [row for row in rows[1:] if row.ms]  # the first opens the models
    for step in dict.fromkeys(name for row in later for name in row.ms):
        report.ms_by_step[step] = round(float(np.median([row.ms.get(step, 0.0) for row in later])), 2)


def _by_source(rows: Sequence[Measured]) -> dict[tuple[bool, str], list[Measured]]:
    found: dict[tuple[bool, str], list[Measured]] = {}
    for row in rows:
        found.setdefault((row.sample.is_fake, row.sample.source), []).append(row)
    return dict(sorted(found.items(), key=lambda item: item[0]))


def _r(value: float) -> float:
    return round(value, 4)
