"""What scoring says about an item: facts of provenance, faces, detectors, and a band. Never a bare percentage."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Band(StrEnum):
    """The verdict band of a score. There is no band that says *authentic*."""

    INDICATORS = "indicators_of_manipulation"
    NO_INDICATORS = "no_indicators_found"
    INCONCLUSIVE = "inconclusive"
    NOT_ASSESSABLE = "not_assessable"


@dataclass(frozen=True, slots=True)
class ProvenanceFact:
    """One fact read out of the file's own structure. ``reading`` says how to take it."""

    kind: str
    """Stable name: ``png.generator``, ``exif.software``, ``c2pa.absent`` …"""
    value: str
    reading: str
    """``lead``, ``context``, ``not_an_indication`` or ``validated``."""


@dataclass(frozen=True, slots=True)
class FaceFinding:
    """A face that was found: box in pixels of the original, quality, and why it cannot be assessed, if so."""

    x: int
    y: int
    width: int
    height: int
    assessable: bool
    reasons: tuple[str, ...] = ()
    """Stable names: ``too_small``, ``too_blurred``, ``too_compressed``, ``turned_away``, ``drawn``, ``cut_off``."""
    sharpness: float = 0.0


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """What was measured for the band's threshold on faces that the detector never saw in training.

    Rates are shares from 0 to 1 with their 95 % intervals; ``test_set`` names the data and ``test_size`` counts it.
    """

    false_positive: float
    false_positive_low: float
    false_positive_high: float
    true_positive: float
    true_positive_low: float
    true_positive_high: float
    test_set: str
    test_size: int


@dataclass(frozen=True, slots=True)
class DetectorRun:
    """One detector on one item: raw output, calibrated output and what the detector is."""

    detector_id: str
    detector_version: str
    model_sha256: str
    raw: float
    calibrated: float
    band: Band
    rates: ErrorRates | None
    """None when nothing was measured for this condition; then the band is never ``INDICATORS``."""


@dataclass(frozen=True, slots=True)
class FrameScore:
    """One face in one frame of a clip: when, on which track, and one detector's raw output."""

    at_s: float
    track: int
    """Tracks count from 0 and follow one face through the clip."""
    detector_id: str
    raw: float


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """A score with everything needed to understand and repeat it. Derived: cites the original by digest."""

    item_id: str
    original_sha256: str
    band: Band
    reasons: tuple[str, ...]
    """Stable names of why this band: ``no_face_found``, ``all_faces_too_small``, ``between_thresholds``,
    ``not_an_image``, ``undecodable`` …"""
    provenance: tuple[ProvenanceFact, ...]
    faces: tuple[FaceFinding, ...]
    detectors: tuple[DetectorRun, ...]
    not_examined: tuple[str, ...]
    """Stable names of what nobody looked at: ``body``, ``audio``, ``video`` …"""
    scored_at: datetime
    settings: dict[str, str] = field(default_factory=dict)
    """Library versions, threads, decoder limits: what an expert needs to repeat the score."""
    frames: tuple[FrameScore, ...] = ()
    """Of a clip alone: the score over time. A clip counts as one sample, however many frames were looked at."""
