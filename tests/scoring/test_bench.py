from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from evidence.errors import CancelledError, EvidenceError
from evidence.media import MediaWorker
from evidence.scoring import Pack
from evidence.scoring.bands import high_over_time, over_time
from evidence.scoring.bench import evaluate
from evidence.scoring.labelled import drawn_evenly, read_set
from evidence.scoring.measuring import measure
from evidence.scoring.statistics import (
    auc,
    brier,
    calibration_error,
    cluster_interval,
    conformal_threshold,
    logistic,
    share_interval,
    true_positive_at,
)


def test_areas() -> None:
    low, high = np.array([0.0, 1.0, 2.0]), np.array([3.0, 4.0])
    assert auc(low, high) == 1.0
    assert auc(high, low) == 0.0
    assert auc(low, low) == 0.5
    assert np.isnan(auc(low, np.array([])))
    random = np.random.default_rng(0)
    a, b = random.normal(0, 1, 300), random.normal(1, 1, 200)
    slow = np.mean([(y > x) + 0.5 * (y == x) for x in a for y in b])
    assert auc(a, b) == pytest.approx(slow)


def test_threshold_keeps_its_promise() -> None:
    random = np.random.default_rng(0)
    rates = [
        float((random.normal(size=2000) > conformal_threshold(random.normal(size=200), 0.05)).mean())
        for _ in range(200)
    ]
    assert np.mean(rates) <= 0.051
    assert conformal_threshold(np.array([1.0, 5.0]), 0.01) == 5.0
    assert conformal_threshold(np.array([]), 0.01) == np.inf
    assert true_positive_at(np.arange(100.0), np.arange(100.0) + 50, 0.05) == pytest.approx(0.54, abs=0.02)


def test_intervals() -> None:
    low, high = share_interval(0, 100)
    assert low == 0.0
    assert 0.02 < high < 0.05
    assert share_interval(0, 0) == (0.0, 1.0)
    random = np.random.default_rng(2)
    persons = [str(i // 10) for i in range(100)]
    values = np.repeat(random.normal(size=10), 10)
    by_person = cluster_interval(lambda v: float(v[0].mean()), [values], [persons])
    by_picture = cluster_interval(lambda v: float(v[0].mean()), [values], [[str(i) for i in range(100)]])
    assert by_person[1] - by_person[0] > 1.5 * (by_picture[1] - by_picture[0])


def test_calibration_of_even_labels() -> None:
    labels = np.array([0.0, 0, 0, 1])
    assert brier(np.full(4, 0.5), labels) == pytest.approx(0.25)
    assert calibration_error(np.full(4, 0.5), labels) == pytest.approx(0)
    assert calibration_error(np.full(4, 0.9), labels) == pytest.approx(0.4)
    assert brier(labels, labels) == calibration_error(labels, labels) == 0


def test_logistic_finds_the_direction() -> None:
    random = np.random.default_rng(3)
    x = random.normal(size=(400, 2))
    y = (x[:, 0] - x[:, 1] + random.normal(0, 0.5, 400) > 0).astype(float)
    weights = logistic(x, y)
    assert weights[0] > 1 > -1 > weights[1]


@pytest.fixture
def labelled(tmp_path: Path, face: Callable[..., np.ndarray]) -> Path:
    """Twelve drawn faces of two sources; the "fakes" are reddened, which the tiny model sees."""
    folder = tmp_path / "set"
    folder.mkdir()
    rows = []
    for i in range(12):
        picture = face(80 + 3 * i).astype(int)
        if i % 2:
            picture[..., 0] += 25
        Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(folder / f"{i}.png")
        label = "fake" if i % 2 else "real"
        rows.append({"file": f"{i}.png", "label": label, "source": f"drawn-{label}", "group": str(i // 2)})
        rows[-1]["original"] = f"{i - 1}.png" if i % 2 else ""
    rows.append({"file": "missing-face.png", "label": "real", "source": "drawn-real", "group": "9"})
    Image.new("RGB", (90, 90), (9, 9, 9)).save(folder / "missing-face.png")
    with (folder / "manifest.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, ["file", "label", "source", "group", "original"])
        writer.writeheader()
        writer.writerows(rows)
    return folder


def test_bench_measures_by_source(labelled: Path, worker: MediaWorker, pack: Callable[..., Pack]) -> None:
    packs = [pack()]
    rows = measure(read_set(labelled), worker=worker, packs=packs, conditions=("clean", "video"))
    report = evaluate(rows, packs, "drawn")
    assert report.pictures == 13
    pair = report.pairs[0]
    assert (pair["real"], pair["fake"], pair["auc"]) == ("drawn-real", "drawn-fake", 1.0)
    real = next(s for s in report.sources if s["label"] == "real" and s["condition"] == "clean")
    assert real["not_assessable"] == pytest.approx(1 / 7, abs=1e-3)
    assert {s["condition"] for s in report.summary} == {"clean", "video"}
    quality = report.quality[0]
    assert quality["pairs"] == quality["pairs_higher"] == 6
    assert report.ms_per_face > 0
    assert not report.headline_allowed, "too few for controls, so nothing to boast of"


def test_sampling_keeps_the_originals(labelled: Path) -> None:
    drawn = drawn_evenly(read_set(labelled), 2)
    fakes = [sample for sample in drawn if sample.is_fake]
    assert len(fakes) == 2
    assert {sample.original for sample in fakes} <= {sample.path for sample in drawn if not sample.is_fake}
    assert drawn_evenly(read_set(labelled), 999) == read_set(labelled)


def test_bench_can_be_stopped(labelled: Path, worker: MediaWorker) -> None:
    with pytest.raises(CancelledError):
        measure(read_set(labelled), worker=worker, packs=[], cancelled=lambda: True)


@pytest.mark.parametrize(
    "text",
    [
        "file,label\nx.png,maybe\n", "file,label\n../../etc/passwd,real\n", "file,label\n,real\n", "nothing\nx\n",
        "file,label\na\0b,real\n",
    ],
)  # fmt: skip
def test_a_set_that_is_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(EvidenceError, match="set_malformed"):
        read_set(tmp_path)
    (tmp_path / "manifest.csv").write_text(text)
    with pytest.raises(EvidenceError, match="set_malformed"):
        read_set(tmp_path)


def test_a_film_is_one_sample_with_rates_of_its_own(
    tmp_path: Path, worker: MediaWorker, pack: Callable[..., Pack], face: Callable[..., np.ndarray]
) -> None:
    """Five drawn faces and the same reddened, as films of four pictures, beside one picture and a broken film."""
    rows = ["file,label,source,group"]
    for person in range(5):
        for label, red in (("real", 0), ("fake", 25)):
            picture = face(90 + 6 * person).astype(int)
            picture[..., 0] += red
            name = f"{label}-{person}.avi"
            _write_film(tmp_path / name, np.clip(picture, 0, 255).astype(np.uint8), frames=4)
            rows.append(f"{name},{label},drawn,{person}")
    (tmp_path / "broken.avi").write_bytes((tmp_path / "real-0.avi").read_bytes()[:600])
    Image.fromarray(face(100)).save(tmp_path / "one.png")
    rows += ["broken.avi,real,drawn,9", "one.png,real,drawn,8"]
    (tmp_path / "manifest.csv").write_text("\n".join(rows))
    packs = [pack(above=2.0, below=None)]
    report = evaluate(
        measure(read_set(tmp_path), worker=worker, packs=packs, conditions=("clean", "video")), packs, "x"
    )
    assert (report.films, report.pictures) == (11, 1)
    [pair] = report.film_pairs
    assert (pair["auc"], pair["reals"], pair["fakes"], pair["is_matched"]) == (1.0, 5, 5, True)
    real = next(row for row in report.film_sources if row["label"] == "real" and row["pack"] == "tiny")
    assert (real["pictures"], real["scored"], real["above_threshold"]) == (6, 5, real["frames_above"])
    assert {row["pack"] for row in report.film_sources} == {"tiny", "all detectors"}
    assert {row["pictures"] for row in report.sources} == {1}, "films are counted apart"


def _write_film(path: Path, picture: np.ndarray, frames: int) -> None:
    height, width = (side // 2 * 2 for side in picture.shape[:2])
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 4, (width, height))
    for _ in range(frames):
        writer.write(cv2.cvtColor(picture[:height, :width], cv2.COLOR_RGB2BGR))
    writer.release()


def test_what_a_face_comes_to_over_time() -> None:
    logits = [0.0] * 27 + [5.0] * 5
    assert over_time(logits) < 1
    assert high_over_time(logits) == 5
    assert high_over_time([1.5]) == over_time([1.5]) == 1.5
