"""The detectors on a labelled folder of faces, peers on the same crops in the same run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.bench.rows import Bench
from evidence.errors import EvidenceError
from evidence.scoring import Pack, load_packs, scoring_worker
from evidence.scoring.bench import MAX_CONTROL, BenchReport, Sample, drawn_evenly, evaluate, measure, read_set
from evidence.scoring.conditions import CONDITIONS


@dataclass(frozen=True, slots=True)
class FacesResult:
    """What was measured, on exactly which bytes."""

    report: BenchReport
    peers: tuple[str, ...]
    """Ids of the packs that are peers: their areas count, their thresholds mean nothing."""
    trained_on: dict[str, tuple[str, ...]]
    """Pack id to the measured real sources that its pack names as seen in training."""
    set_sha256: dict[str, str]
    """Digests of ``manifest.csv`` and, as ``pictures``, of the measured files' digests in the order of the manifest."""


def run_faces(
    folder: Path,
    *,
    peers: Path | None = None,
    sample: int | None = None,
    conditions: Sequence[str] = ("clean",),
    packs: Sequence[Pack] | None = None,
    progress: Callable[[float, str], None] = lambda share, step: None,
) -> FacesResult:
    """Measure ``packs`` (those of the program when not given) and the packs in ``peers`` on the set in ``folder``.

    Raises ``scoring.set_malformed``, ``bench.bad_sample``, ``bench.unknown_condition``, ``bench.no_peers``,
    ``bench.picture_unreadable`` and what scoring raises.
    """
    if sample is not None and sample < 1:
        raise EvidenceError("bench.bad_sample")
    for name in conditions:
        if name not in CONDITIONS:
            raise EvidenceError("bench.unknown_condition", name=name, names=", ".join(CONDITIONS))
    ours = tuple(load_packs() if packs is None else packs)
    theirs = () if peers is None else load_packs(peers)
    if peers is not None and not theirs:
        raise EvidenceError("bench.no_peers", path=peers)
    samples = read_set(folder)
    if not samples:
        raise EvidenceError("scoring.set_malformed", line=1)
    if sample is not None:
        samples = drawn_evenly(samples, sample)
    digests = _digests(folder, samples)
    with scoring_worker() as worker:
        rows = measure(
            samples, worker=worker, packs=[*ours, *theirs], conditions=tuple(dict.fromkeys(conditions)),
            progress=lambda done: progress(done / len(samples), "scoring"),
        )  # fmt: skip
    report = evaluate(rows, [*ours, *theirs], folder.name)
    measured = {each.source for each in samples if not each.is_fake}
    trained_on = {pack.facts.id: tuple(
        rate.source for rate in pack.facts.calibration.sources if rate.was_in_training and rate.source in measured
    ) for pack in ours}  # fmt: skip
    return FacesResult(
        report, tuple(pack.facts.id for pack in theirs), {name: s for name, s in trained_on.items() if s}, digests
    )


def _digests(folder: Path, samples: Sequence[Sample]) -> dict[str, str]:
    whole = hashlib.sha256()
    for sample in samples:
        try:
            whole.update(hashlib.sha256(sample.path.read_bytes()).digest())
        except OSError as problem:
            raise EvidenceError("bench.picture_unreadable", path=sample.path) from problem
    manifest = hashlib.sha256((folder / "manifest.csv").read_bytes()).hexdigest()
    return {"manifest.csv": manifest, "pictures": whole.hexdigest()}


def table(result: FacesResult) -> Bench:
    """The figures as rows; the best peer beside each area. Averages only when the controls allow a headline."""
    bench, report = Bench("scoring"), result.report
    theirs: dict[tuple[object, ...], list[tuple[float, str]]] = {}
    for pair in report.pairs:
        if pair["pack"] in result.peers:
            areas = theirs.setdefault((pair["condition"], pair["real"], pair["fake"]), [])
            areas.append((_number(pair["auc"]), str(pair["pack"])))
    for pair in _ours(result, report.pairs):
        who = f"{pair['pack']}, {pair['condition']}, real {pair['real']} / fake {pair['fake']}"
        what = f"{who}: area, 95 % {pair['low']} to {pair['high']} by person"
        if best := max(theirs.get((pair["condition"], pair["real"], pair["fake"]), []), default=None):
            bench.versus(what, ours=_number(pair["auc"]), peer=best[0], peer_name=best[1], unit="AUC")
        else:
            bench.alone(what, ours=_number(pair["auc"]), unit="AUC")
        for share in (1, 5):
            bench.alone(
                f"{who}: fakes found at {share} % false alarms", ours=_number(pair[f"tpr_at_fpr{share}"]), unit="share"
            )
    for source in _ours(result, report.sources):
        told = "false alarms at" if source["label"] == "real" else "fakes above"
        what = f"{source['pack']}, {source['condition']}, {source['label']} {source['source']}: {told} the threshold"
        spread = f"95 % {source['low']} to {source['high']}, {source['scored']} of {source['pictures']} scored"
        bench.alone(f"{what}, {spread}", ours=_number(source["above_threshold"]), unit="share")
    for quality in _ours(result, report.quality):
        _quality_rows(bench, quality)
    for name, area in report.controls.items():
        bench.alone(f"control: {name}", ours=area, unit="AUC", goal=f"at most {MAX_CONTROL}")
    if report.headline_allowed:
        for summary in _ours(result, report.summary):
            who = f"{summary['pack']}, {summary['condition']}"
            bench.alone(f"{who}: macro average of the pairs", ours=_number(summary["macro_auc"]), unit="AUC")
            bench.alone(f"{who}: worst pair", ours=_number(summary["worst_auc"]), unit="AUC")
    if report.ms_per_face:
        bench.alone(f"time for {len(report.packs)} detectors", ours=report.ms_per_face, unit="ms/face")
    return bench


def _quality_rows(bench: Bench, quality: dict[str, object]) -> None:
    who = f"{quality['pack']}, {quality['condition']}"
    bench.alone(f"{who}: decided", ours=_number(quality["share_decided"]), unit="share")
    for key, what in (
        ("accuracy_of_decided", "right among the decided"),
        ("brier", "Brier score of the calibrated score, labels even"),
        ("calibration_error", "calibration error, labels even"),
    ):
        if quality[key] is not None:
            bench.alone(f"{who}: {what}", ours=_number(quality[key]), unit="share")
    if pairs := _number(quality["pairs"]):
        share = _number(quality["pairs_higher"]) / pairs
        bench.alone(f"{who}: fakes above their own original, of {pairs:.0f}", ours=share, unit="share")


def document(result: FacesResult) -> dict[str, Any]:
    """The whole for ``--json``; ``summary`` is ``null`` when a control forbids a headline."""
    report = asdict(result.report)
    for name in ("sources", "quality"):  # a peer has no threshold and no calibration of its own
        report[name] = _ours(result, report[name])
    if not result.report.headline_allowed:
        report["summary"] = None
    machine = table(result).document()["machine"]
    return {"name": "scoring", "machine": machine, "peers": list(result.peers), "trained_on": result.trained_on,
            "set_sha256": result.set_sha256, **report}  # fmt: skip


def _ours(result: FacesResult, rows: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    return [row for row in rows if row["pack"] not in result.peers]


def _number(value: object) -> float:
    return float(str(value))
