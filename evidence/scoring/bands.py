"""From raw logits to a verdict band, with the error rates that were measured for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from evidence.model import Band, DetectorRun, ErrorRates
from evidence.scoring.packs import Pack


def band_of(pack: Pack, logits: Sequence[float]) -> Band:
    """The band of the most suspicious face: *no indicators* only if every face is below the low threshold."""
    calibration = pack.facts.calibration
    highest = max(logits)
    if highest > pack.above:
        return Band.INDICATORS
    if calibration.below is not None and highest < calibration.below:
        return Band.NO_INDICATORS
    return Band.INCONCLUSIVE


def run_of(pack: Pack, logits: Sequence[float]) -> DetectorRun:
    """What one detector says about the faces of one picture."""
    calibration = pack.facts.calibration
    highest = max(logits)
    return DetectorRun(
        detector_id=pack.facts.id,
        detector_version=pack.facts.version,
        model_sha256=pack.model_sha256,
        raw=round(highest, 4),
        calibrated=round(
            1 / (1 + math.exp(-max(-50.0, min(50.0, calibration.slope * highest + calibration.offset)))), 4
        ),
        band=band_of(pack, logits),
        rates=for_faces(calibration.rates, len(logits)),
    )


def over_time(logits: Sequence[float]) -> float:
    """One number for one face through a clip: the mean without the highest and the lowest tenth.

    It is held against the thresholds of pictures without a margin of its own: a mean strays less than its frames. Of 37
    short films made of photographs that the swap detector never learned from, none came above (2026-11-22), while up to
    2.8 % of a source's single frames did. ``bench scoring`` measures it again on any set of films.
    """
    ordered = sorted(logits)
    cut = len(ordered) // 10
    kept = ordered[cut : len(ordered) - cut]
    return sum(kept) / len(kept)


def high_over_time(logits: Sequence[float]) -> float:
    """What nine tenths of a face's frames stay at or below: context beside :func:`over_time`, for a face that was
    altered for a part of the clip alone. No threshold was measured for it."""
    ordered = sorted(logits)
    return ordered[math.ceil(0.9 * len(ordered)) - 1]


def overall(runs: Sequence[DetectorRun]) -> tuple[Band, str]:
    """The band of a picture and the reason: indicators by any detector; *none found* only when all agree."""
    if not runs:
        return Band.INCONCLUSIVE, "no_detector"
    bands = {run.band for run in runs}
    if Band.INDICATORS in bands:
        return Band.INDICATORS, "above_threshold"
    if bands == {Band.NO_INDICATORS}:
        return Band.NO_INDICATORS, "below_threshold"
    return Band.INCONCLUSIVE, "between_thresholds"


def for_faces(rates: ErrorRates, faces: int) -> ErrorRates:
    """With several faces there are several chances of a false alarm; this is the bound if they were independent."""
    if faces <= 1:
        return rates
    grown = [1 - (1 - share) ** faces for share in (
        rates.false_positive, rates.false_positive_low, rates.false_positive_high)]  # fmt: skip
    return replace(
        rates,
        false_positive=round(grown[0], 4),
        false_positive_low=round(grown[1], 4),
        false_positive_high=round(grown[2], 4),
    )
