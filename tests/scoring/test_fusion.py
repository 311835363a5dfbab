"""How the detectors decide together: the shipped rule is pinned to its models, and never used with others."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from evidence.errors import EvidenceError
from evidence.media import MediaWorker
from evidence.model import Band, ErrorRates, FaceFinding, ScoreReport
from evidence.scoring import Pack, load_packs, score_original
from evidence.scoring.fusion import ANY, LOGISTIC, Fusion, features_of, fused_number, load_fusion
from evidence.scoring.packs import Calibration

RATES = ErrorRates(0.01, 0.0, 0.03, 0.2, 0.1, 0.3, "drawn", 100)
FACE = FaceFinding(0, 0, 100, 120, True, (), 200.0)


@pytest.fixture
def two(pack: Callable[..., Pack]) -> list[Pack]:
    return [pack("one", above=9.0, below=None), pack("two", task="face_synthesis", above=9.0, below=None)]


@pytest.fixture
def rule(two: list[Pack]) -> Fusion:
    """Half the sum of both outputs; the rest of the features weigh nothing."""
    return Fusion(
        "2026-01-01", LOGISTIC, {pack.facts.id: pack.model_sha256 for pack in two}, RATES, (), (), (0.0,) * 4,
        (1.0,) * 4, (0.5, 0.5, 0.0, 0.0, 0.0), Calibration(1.0, 0.0, 2.0, -1.0, RATES), "ab" * 32,
    )  # fmt: skip


def scored(picture: bytes, worker: MediaWorker, packs: list[Pack], fusion: Fusion | None) -> ScoreReport:
    return score_original(
        lambda: BytesIO(picture), item_id="i", sha256="ab" * 32, media_type="image/png", worker=worker, packs=packs,
        now=datetime(2026, 1, 2, tzinfo=UTC), fusion=fusion,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("redden", "band"), [(0, Band.INCONCLUSIVE), (60, Band.INDICATORS), (-60, Band.NO_INDICATORS)]
)
def test_the_fused_number_decides(
    redden: int, band: Band, rule: Fusion, two: list[Pack], worker: MediaWorker, face: Callable[..., np.ndarray],
    png: Callable[..., bytes],
) -> None:  # fmt: skip
    picture = face(120).astype(int)
    picture[..., 0] += redden
    report = scored(png(np.clip(picture, 0, 255).astype(np.uint8)), worker, two, rule)
    assert [run.detector_id for run in report.detectors] == ["one", "two", "fusion"]
    own = report.detectors[0].raw
    assert report.detectors[-1].raw == pytest.approx(own, abs=2e-4), "both look at the same colours"
    assert report.band is band
    assert report.settings["decision"] == f"logistic {'ab' * 32}"
    assert report.settings["decision.false_positive"].startswith("0.01,0.0,0.03; drawn")


def test_another_model_is_not_decided_by_it(
    rule: Fusion, two: list[Pack], worker: MediaWorker, face: Callable[..., np.ndarray], png: Callable[..., bytes]
) -> None:
    for packs in (two[:1], [two[0], Pack(replace(two[1].facts, id="three"), two[1].folder)]):
        assert not rule.fits(packs)
        report = scored(png(face(120)), worker, packs, rule)
        assert "fusion" not in [run.detector_id for run in report.detectors]
        assert report.settings["decision"] == "any; not measured together"
    assert rule.fits(two[::-1])


def test_features_count_only_what_is_known_of_a_face(rule: Fusion) -> None:
    values = features_of({"face_swap": 1.0, "face_synthesis": 2.0}, FACE)
    assert values == pytest.approx((1.0, 2.0, np.log(200), np.log(100)))
    moved = replace(rule, centre=(1.0, 0, 0, 0), scale=(2.0, 1, 1, 1), weights=(4.0, 0, 0, 0, 7.0))
    assert fused_number(moved, (3.0, 0, 0, 0)) == 11.0


@pytest.mark.parametrize(
    "change",
    [{"rule": "guess"}, {"weights": []}, {"scale": [0, 1, 1, 1]}, {"rule": ANY}, {"calibration": None}, {"models": 3}],
)
def test_a_rule_that_is_none(tmp_path: Path, rule: Fusion, change: dict[str, object]) -> None:
    document = {key: value for key, value in asdict(rule).items() if key != "sha256"}
    path = tmp_path / "fusion.json"
    path.write_text(json.dumps(document))
    loaded = load_fusion(tmp_path)
    assert loaded is not None
    assert loaded.weights == rule.weights
    assert len(loaded.sha256) == 64
    path.write_text(json.dumps({**document, **change}))
    with pytest.raises(EvidenceError, match="pack_malformed"):
        load_fusion(tmp_path)
    for text in ("", "[]", "{"):
        path.write_text(text)
        with pytest.raises(EvidenceError):
            load_fusion(tmp_path)
    path.unlink()
    assert load_fusion(tmp_path) is None


def test_the_shipped_rule_was_measured_with_the_shipped_models() -> None:
    fusion = load_fusion()
    assert fusion is not None
    assert fusion.fits(load_packs()), "run packaging/fuse_detectors.py after new models"
    assert all(source.false_positive <= 0.03 for source in fusion.sources)
    assert {line.rule for line in fusion.compared} >= {ANY, "face_swap alone", "face_synthesis alone"}
    for pack in load_packs():
        card = (pack.folder / "card.md").read_text("utf-8")
        assert "### The decision of all detectors together" in card
        assert all(f"| {line.rule} |" in card for line in fusion.compared)
