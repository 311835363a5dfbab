"""How the detectors of the program decide together: a rule that was chosen by measuring, shipped beside them.

``fusion.json`` pins the digests of the models that it was measured with. With other models it is not used.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from evidence.digest import from_json, parse_json
from evidence.errors import EvidenceError
from evidence.model import Band, DetectorRun, ErrorRates, FaceFinding
from evidence.scoring.bands import for_faces
from evidence.scoring.packs import Calibration, Pack, SourceRate

NAME = "fusion.json"
ANY = "any"
"""*Indicators* when one detector says so; *none found* when all do."""
LOGISTIC = "logistic"
"""One number out of all outputs of a face and what is known of it, by a logistic regression."""
RULES = (ANY, LOGISTIC)
FEATURES = ("face_swap", "face_synthesis", "log_sharpness", "log_face_px")
_MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ComparedRule:
    """A rule, measured with each pair of a real and a fake source left out of fitting and of thresholds in turn."""

    rule: str
    worst_false_positive: float
    worst_source: str
    """The real source that was left out where that happened."""
    mean_true_positive: float
    mean_auc: float | None
    """None for a rule that gives no number."""


@dataclass(frozen=True, slots=True)
class Fusion:
    """The rule, what it was measured with, and what was measured."""

    created: str
    rule: str
    models: dict[str, str]
    """Pack id to the SHA-256 of its model."""
    rates: ErrorRates
    """Of the whole decision: the worst real source, and the fakes of all sources."""
    sources: tuple[SourceRate, ...]
    compared: tuple[ComparedRule, ...]
    centre: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    """Of ``(feature - centre) / scale`` in the order of :data:`FEATURES`, then the intercept. Empty for ``any``."""
    calibration: Calibration | None = None
    """Of the fused number; None for ``any``."""
    sha256: str = ""
    """Of the file itself; not in it."""

    def fits(self, packs: Sequence[Pack]) -> bool:
        """Whether every model that it was measured with is among the packs, and no other."""
        return {pack.facts.id: pack.model_sha256 for pack in packs} == self.models


def load_fusion(folder: Path | None = None) -> Fusion | None:
    """The rule in ``folder``, without one that which comes with the program; None when there is none.

    Raises :class:`EvidenceError` ``scoring.pack_malformed``.
    """
    path = (folder or Path(str(files("resources"))) / "detectors") / NAME
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        data = stream.read(_MAX_BYTES)
    try:
        found: Fusion = from_json({**_object(data), "sha256": hashlib.sha256(data).hexdigest()}, Fusion)
    except EvidenceError as problem:
        raise EvidenceError("scoring.pack_malformed", pack=NAME) from problem
    counts = {len(found.centre), len(found.scale), len(found.weights) - 1}
    is_logistic = found.calibration is not None and counts == {len(FEATURES)} and all(found.scale)
    is_plain = found.calibration is None and not found.weights
    if not (found.rule == LOGISTIC and is_logistic) and not (found.rule == ANY and is_plain):
        raise EvidenceError("scoring.pack_malformed", pack=NAME)
    return found


def _object(data: bytes) -> dict[str, object]:
    told = parse_json(data, canonical=False)
    if not isinstance(told, dict):
        raise EvidenceError("scoring.pack_malformed", pack=NAME)
    return told


def fused_run(
    fusion: Fusion, packs: Sequence[Pack], logits: Mapping[str, Sequence[float]], faces: Sequence[FaceFinding]
) -> DetectorRun:
    """What the logistic rule says: the face with the highest fused number decides.

    ``logits`` gives by pack id one logit for each of ``faces``. The rule must be ``logistic`` and fit the packs.
    """
    calibration = fusion.calibration
    assert calibration is not None
    tasks = {pack.facts.task: logits[pack.facts.id] for pack in packs}
    highest = max(
        fused_number(fusion, features_of({task: tasks[task][place] for task in tasks}, face))
        for place, face in enumerate(faces)
    )
    band = Band.INCONCLUSIVE
    if highest > calibration.above:
        band = Band.INDICATORS
    elif calibration.below is not None and highest < calibration.below:
        band = Band.NO_INDICATORS
    held = max(-50.0, min(50.0, calibration.slope * highest + calibration.offset))
    return DetectorRun(
        "fusion", fusion.created, fusion.sha256, round(highest, 4), round(1 / (1 + math.exp(-held)), 4), band,
        for_faces(calibration.rates, len(faces)),
    )  # fmt: skip


def features_of(by_task: Mapping[str, float], face: FaceFinding) -> tuple[float, ...]:
    """The numbers of :data:`FEATURES` for one face."""
    return (
        by_task["face_swap"], by_task["face_synthesis"], math.log(max(face.sharpness, 1.0)),
        math.log(max(min(face.width, face.height), 1)),
    )  # fmt: skip


def fused_number(fusion: Fusion, features: Sequence[float]) -> float:
    """The fused logit of one face."""
    terms = zip(fusion.weights, features, fusion.centre, fusion.scale, strict=False)
    return fusion.weights[-1] + sum(weight * (value - middle) / spread for weight, value, middle, spread in terms)
