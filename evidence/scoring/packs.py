"""Detector packs: a model with its card, its calibration and its self-test, each pinned by SHA-256.

A pack is a folder with ``pack.json``, ``model.onnx``, ``card.md`` and ``selftest.json``. Here only the JSON is read,
strictly, and the digests are compared; the model is opened in the child process alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from evidence.digest import from_json, parse_json
from evidence.errors import EvidenceError
from evidence.model import ErrorRates

MAX_MODEL_BYTES = 600 << 20
MAX_JSON_BYTES = 1 << 20
_FILES = ("card.md", "model.onnx", "selftest.json")
LOCAL = "local.json"
FINDING = "face_detection"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


@dataclass(frozen=True, slots=True)
class PackInput:
    """How a face becomes the model's input: RGB from 0 to 1, ``size`` x ``size``, ``crop_margin`` times the box."""

    size: int
    crop_margin: float
    mirrored: bool = False
    """Whether the output is the mean of the face's and its mirror image's."""


@dataclass(frozen=True, slots=True)
class SourceRate:
    """What was measured on one source of real faces at the pack's thresholds; shares from 0 to 1."""

    source: str
    faces: int
    false_positive: float
    false_positive_low: float
    false_positive_high: float
    was_in_training: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """From a raw output to a band. Thresholds are raw logits; ``None`` for ``below`` means that band is never given."""

    slope: float
    offset: float
    above: float
    """*Indicators* only above this: the highest of the real sources' own thresholds."""
    below: float | None
    """*No indicators* only below this."""
    rates: ErrorRates
    sources: tuple[SourceRate, ...] = ()


UNCALIBRATED = Calibration(1.0, 0.0, 1e9, None, ErrorRates(0.0, 0.0, 1.0, 0.0, 0.0, 1.0, "none", 0))
"""No threshold that any output could pass, and no rate but those that rule nothing out."""


@dataclass(frozen=True, slots=True)
class PackFacts:
    """The content of ``pack.json``."""

    id: str
    version: str
    created: str
    publisher: str
    task: str
    """``face_swap``, ``face_synthesis``, or ``face_detection`` of a pack that finds faces for the others."""
    input: PackInput
    output: str
    """``logit_fake``: higher is more like what the task names; of a finder ``faces``: boxes and points as YuNet's."""
    opset: int
    files: dict[str, str]
    """File name to SHA-256 in hexadecimal."""
    licence: str
    intended_use: str
    min_app_version: str
    calibration: Calibration = UNCALIBRATED
    """Of a finder always :data:`UNCALIBRATED`: it gives no band."""
    envelope: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LocalMeasure:
    """What a detector did on this computer, with drawn faces, when it was let in. Kept as ``local.json`` beside it."""

    app_version: str
    faces: int
    highest: float
    """The highest logit of an untouched drawn face under any condition."""
    above_claim: float
    """Share of them above the threshold that the publisher claims."""
    rises: float
    """Share that comes out higher when the same face is manipulated."""
    ms_per_face: float
    engines_differ: float | None
    """The largest difference between onnxruntime and OpenCV; None: OpenCV cannot run the model."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack whose files are what its ``pack.json`` says."""

    facts: PackFacts
    folder: Path
    local: LocalMeasure | None = None
    """None for the packs of the program, which were measured by the repository's code, and for finders."""

    @property
    def above(self) -> float:
        """The threshold of *indicators* that is used: as claimed, or higher where untouched drawn faces exceed it."""
        claimed = self.facts.calibration.above
        return claimed if self.local is None else max(claimed, self.local.highest)

    @property
    def model_sha256(self) -> str:
        return self.facts.files["model.onnx"]

    @property
    def is_finder(self) -> bool:
        """Whether it finds faces for the detectors instead of judging them."""
        return self.facts.task == FINDING


def detectors_of(packs: Sequence[Pack]) -> tuple[Pack, ...]:
    """The packs that judge faces."""
    return tuple(pack for pack in packs if not pack.is_finder)


def finder_of(packs: Sequence[Pack]) -> Pack | None:
    """The pack that finds the faces; None: the cascades do. Of several, the last by name."""
    return max((pack for pack in packs if pack.is_finder), key=lambda pack: pack.facts.id, default=None)


def load_packs(folder: Path | None = None) -> tuple[Pack, ...]:
    """The packs in ``folder``, by name; without a folder, those that come with the program.

    Raises :class:`EvidenceError` ``scoring.pack_malformed`` or ``scoring.pack_altered``.
    """
    root = folder or Path(str(files("resources"))) / "detectors"
    if not root.is_dir():
        return ()
    return tuple(load_pack(each) for each in sorted(root.iterdir()) if (each / "pack.json").is_file())


def load_pack(folder: Path) -> Pack:
    """One pack. Raises as :func:`load_packs`."""
    name = folder.name
    try:
        raw = _read(folder / "pack.json", MAX_JSON_BYTES)
    except OSError as problem:
        raise EvidenceError("scoring.pack_malformed", pack=name) from problem
    facts = read_facts(raw, name)
    for file, expected in facts.files.items():
        try:
            data = _read(folder / file, MAX_MODEL_BYTES)
        except OSError as problem:
            raise EvidenceError("scoring.pack_altered", pack=name) from problem
        if hashlib.sha256(data).hexdigest() != expected:
            raise EvidenceError("scoring.pack_altered", pack=name)
    return Pack(facts, folder, _local(folder, name))


def _local(folder: Path, name: str) -> LocalMeasure | None:
    if not (folder / LOCAL).exists():
        return None
    try:
        told = parse_json(_read(folder / LOCAL, MAX_JSON_BYTES), canonical=False)
        found: LocalMeasure = from_json(told, LocalMeasure)
    except (OSError, EvidenceError) as problem:
        raise EvidenceError("scoring.pack_malformed", pack=name) from problem
    return found


def read_facts(untrusted_json: bytes, name: str) -> PackFacts:
    """The content of a ``pack.json``, with every bound checked. Raises ``scoring.pack_malformed``."""
    try:
        facts: PackFacts = from_json(parse_json(untrusted_json, canonical=False), PackFacts)
    except EvidenceError as problem:
        raise EvidenceError("scoring.pack_malformed", pack=name) from problem
    is_sound = (
        _ID.fullmatch(facts.id)
        and facts.output == ("faces" if facts.task == FINDING else "logit_fake")
        and facts.task in ("face_swap", "face_synthesis", FINDING)
        and (facts.task == FINDING) is (facts.calibration is UNCALIBRATED)
        and (128 if facts.task == FINDING else 16) <= facts.input.size <= (2048 if facts.task == FINDING else 1024)
        and 0.5 <= facts.input.crop_margin <= 4
        and tuple(sorted(facts.files)) == _FILES
        and (facts.calibration.below is None or facts.calibration.below < facts.calibration.above)
    )
    if not is_sound:
        raise EvidenceError("scoring.pack_malformed", pack=name)
    return facts


def _read(path: Path, most: int) -> bytes:
    if path.is_symlink():
        raise OSError(str(path))
    with path.open("rb") as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise OSError(str(path))
    return data
