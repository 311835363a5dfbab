"""The detectors on a labelled folder of faces, peers on the same crops in the same run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from app.bench.scoring_suites import SuiteCase, abstention_suite, metadata_suite, speed_suite
from evidence.errors import EvidenceError
from evidence.media import MediaLimits, MediaWorker
from evidence.scoring import Pack, load_pack, load_packs, scoring_worker
from evidence.scoring.answers import shaped
from evidence.scoring.bench import BenchReport, evaluate
from evidence.scoring.conditions import CONDITIONS
from evidence.scoring.labelled import Sample, drawn_evenly, read_set
from evidence.scoring.manipulations import MANIPULATIONS
from evidence.scoring.measuring import measure
from evidence.scoring.score import versions

SUITES = ("metadata", "abstention", "speed")
"""What is measured beside the set, on files made on the spot."""


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
    versions: dict[str, str] = field(default_factory=dict)
    """Of the program and of the libraries that the figures depend on."""
    suites: dict[str, list[SuiteCase]] = field(default_factory=dict)
    """Files made on the spot whose right answer is known: ``metadata`` and ``abstention``."""
    speed: dict[str, float] = field(default_factory=dict)
    """Milliseconds and MiB; see :func:`app.bench.scoring_suites.speed_suite`."""


def run_faces(
    folder: Path,
    *,
    peers: Path | None = None,
    sample: int | None = None,
    conditions: Sequence[str] = ("clean",),
    finder: Path | None = None,
    suites: Sequence[str] = SUITES,
    packs: Sequence[Pack] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[float, str], None] = lambda share, step: None,
) -> FacesResult:
    """Measure ``packs`` (those of the program when not given) and the packs in ``peers`` on the set in ``folder``.

    ``finder`` is the folder of an unpacked pack that finds the faces; without one the cascades do.
    Raises ``scoring.set_malformed``, ``bench.bad_sample``, ``bench.unknown_condition`` (which names a suite, too),
    ``bench.no_peers``,
    ``bench.picture_unreadable``, :class:`evidence.errors.CancelledError` and what scoring raises.
    """
    if sample is not None and sample < 1:
        raise EvidenceError("bench.bad_sample")
    for name in conditions:
        if name not in CONDITIONS:
            raise EvidenceError("bench.unknown_condition", name=name, names=", ".join(CONDITIONS))
    for name in suites:
        if name not in SUITES:
            raise EvidenceError("bench.unknown_condition", name=name, names=", ".join(SUITES))
    ours = tuple(load_packs() if packs is None else packs)
    finds = None if finder is None else load_pack(finder)
    theirs = () if peers is None else load_packs(peers)
    if peers is not None and not theirs:
        raise EvidenceError("bench.no_peers", path=peers)
    samples = read_set(folder)
    if not samples:
        raise EvidenceError("scoring.set_malformed", line=1)
    if sample is not None:
        samples = drawn_evenly(samples, sample)
    digests = _digests(folder, samples)
    together = ours if finds is None else (*ours, finds)
    with scoring_worker() as worker:
        rows = measure(
            samples, worker=worker, packs=[*ours, *theirs], finder=finds, conditions=tuple(dict.fromkeys(conditions)),
            shuffled=ours, manipulations=tuple(MANIPULATIONS), cancelled=cancelled,
            progress=lambda done: progress(0.9 * done / len(samples), "scoring"),
        )  # fmt: skip
        cases = {}
        if "metadata" in suites:
            cases["metadata"] = metadata_suite(worker, cancelled)
        if "abstention" in suites:
            cases["abstention"] = abstention_suite(worker, together, cancelled)
        speed = speed_suite(worker, together, cancelled) if "speed" in suites else {}
        speed |= _usage(worker)
    progress(0.95, "figures")
    report = evaluate(rows, ours, folder.name, peers=theirs)
    measured = {each.source for each in samples if not each.is_fake}
    trained_on = {pack.facts.id: tuple(
        rate.source for rate in pack.facts.calibration.sources if rate.was_in_training and rate.source in measured
    ) for pack in ours}  # fmt: skip
    return FacesResult(
        report, tuple(pack.facts.id for pack in theirs), {name: s for name, s in trained_on.items() if s}, digests,
        versions() | {"faces": "haar" if finds is None else f"{finds.facts.id} {finds.model_sha256}"}, cases, speed,
    )  # fmt: skip


def _usage(worker: MediaWorker) -> dict[str, float]:
    """Peak memory of the child, and how long its slowest model took to open."""
    answer, _ = worker.request("usage", BytesIO(b""), MediaLimits())
    loads = shaped(answer.get("load_ms"), dict[str, float])
    peak = shaped(answer.get("peak_bytes"), int)
    return {"peak_memory_mib": round(peak / (1 << 20), 1), "slowest_model_load_ms": max(loads.values(), default=0.0)}


def _digests(folder: Path, samples: Sequence[Sample]) -> dict[str, str]:
    whole = hashlib.sha256()
    for sample in samples:
        try:
            whole.update(hashlib.sha256(sample.path.read_bytes()).digest())
        except OSError as problem:
            raise EvidenceError("bench.picture_unreadable", path=sample.path) from problem
    manifest = hashlib.sha256((folder / "manifest.csv").read_bytes()).hexdigest()
    return {"manifest.csv": manifest, "pictures": whole.hexdigest()}
