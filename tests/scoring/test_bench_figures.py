"""Figures of the benchmark on rows that are written down, so that every figure is known beforehand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evidence.scoring import Pack
from evidence.scoring.bench import TOGETHER, evaluate
from evidence.scoring.controls import controls_of
from evidence.scoring.detector import OnnxDetector, selftest_faces
from evidence.scoring.drawn import draw_face
from evidence.scoring.faces import find_faces
from evidence.scoring.labelled import Sample, read_set
from evidence.scoring.manipulations import MANIPULATIONS, manipulated
from evidence.scoring.measuring import Measured
from evidence.scoring.packs import load_packs
from evidence.scoring.score import SHUFFLED
from evidence.scoring.shuffled import with_shuffled_weights
from evidence.scoring.statistics import log_loss, reliability


def rows(logits: Callable[[bool, int], float], *, telling: float = 0.0, person: str = "") -> list[Measured]:
    """Four hundred pictures of 200 persons, real and fake of one source; ``telling`` moves the traits of the fakes."""
    random = np.random.default_rng(2)
    made = []
    for place in range(400):
        is_fake = bool(place % 2)
        sample = Sample(
            Path(f"{place}.png"), is_fake, "drawn", f"person {place // 2}", matched="drawn" if is_fake else "",
            person=(("sex", person),) if person else (),
        )  # fmt: skip
        value = logits(is_fake, place)
        made.append(Measured(
            sample, "clean", {"tiny": value, "tiny" + SHUFFLED: float(random.normal())}, 0.01,
            traits=tuple(random.normal(size=3) + telling * is_fake), faces=1, face_px=100,
            manipulated={"none": {"tiny": 0.0}, "enlarged": {"tiny": 1.0 if place % 4 else -1.0}},
            leads=("generator.name",) if is_fake and place < 4 else (), ms={"faces": 3.0},
        ))  # fmt: skip
    return made


def test_every_figure(pack: Callable[..., Pack]) -> None:
    tiny = pack()
    report = evaluate(rows(lambda is_fake, place: 3.0 if is_fake and place > 99 else 0.0), [tiny], "written")
    (pair,) = report.pairs
    assert (pair["is_matched"], pair["auc"]) == (True, 0.875)
    together = {row["label"]: row for row in report.sources if row["pack"] == TOGETHER}
    assert together["real"]["above_threshold"] == 0
    assert together["fake"]["above_threshold"] == 0.75
    (size,) = report.by_face_size
    assert (size["from_px"], size["below_px"], size["macro_auc"]) == (96, 160, 0.875)
    assert report.by_group == [], "two pictures of a person are no clip"
    (direction,) = report.direction
    assert (direction["share_higher"], direction["pairs"]) == (0.75, 400)
    assert [(row["label"], row["with_leads"]) for row in report.leads] == [("real", 0), ("fake", 2)]
    (quality,) = report.quality
    assert quality["share_inconclusive"] == 0
    assert quality["accuracy_of_decided"] == 0.875
    assert report.ms_by_step == {"faces": 3.0}
    assert report.not_measured == ("sex", "skin_tone", "age")
    sliced = evaluate(rows(lambda is_fake, _: 3.0 * is_fake, person="f"), [tiny], "written")
    assert [(row["value"], row["label"], row["above_threshold"]) for row in sliced.by_person] == [
        ("f", "real", 0), ("f", "fake", 1),
    ]  # fmt: skip
    assert sliced.not_measured == ("skin_tone", "age")


def test_a_person_with_several_pictures_counts_once(pack: Callable[..., Pack]) -> None:
    single = rows(lambda is_fake, place: 9.0 * (is_fake and place < 40) + 9.0 * (place % 80 == 2))
    made = [
        Measured(replace(row.sample, group=f"clip {place // 8}"), "clean", row.logits, 0.0)
        for place, row in enumerate(single)
    ]
    real, fake = evaluate(made, [pack()], "written").by_group
    assert (real["label"], real["groups"], real["above_threshold"]) == ("real", 50, 0.1)
    assert (fake["groups"], fake["above_threshold"]) == (50, 0.1)


def test_a_control_that_does_too_well_forbids_the_headline(pack: Callable[..., Pack]) -> None:
    tiny = pack()
    fair = evaluate(rows(lambda is_fake, place: float(place)), [tiny], "fair")
    assert fair.headline_allowed, fair.controls
    telling = evaluate(rows(lambda is_fake, place: float(place), telling=3.0), [tiny], "telling")
    assert telling.controls["size_and_spectrum_only"] > 0.9
    assert not telling.headline_allowed
    leaking = [
        Measured(row.sample, "clean", {"tiny": 0.0, "tiny" + SHUFFLED: float(row.sample.is_fake)}, 0.0, row.traits)
        for row in rows(lambda is_fake, place: 0.0)
    ]
    assert controls_of(leaking, ["tiny"])["random_weights"] == 1.0
    assert "random_weights" not in controls_of(rows(lambda is_fake, place: 0.0), ["another"])


def test_a_gain_over_a_peer_has_its_interval(pack: Callable[..., Pack]) -> None:
    both = [
        Measured(row.sample, "clean", {**row.logits, "peer": 0.0}, 0.0, row.traits)
        for row in rows(lambda is_fake, place: float(is_fake))
    ]
    report = evaluate(both, [pack()], "written", peers=[pack("peer")])
    (versus,) = report.versus
    assert (versus["gain"], versus["low"], versus["high"]) == (0.5, 0.5, 0.5)
    assert {row["pack"] for row in report.sources} == {"tiny", TOGETHER}


@pytest.mark.parametrize(
    ("head", "fake", "matched"),
    [
        ("file,label,source", "b.png,fake,one", "one"),
        ("file,label,source", "b.png,fake,two", ""),
        ("file,label,source,source_repo", "b.png,fake,two,here", "one"),
        ("file,label,source,source_repo", "b.png,fake,two,elsewhere", ""),
        ("file,label,source,matched", "b.png,fake,two,one", "one"),
    ],
)
def test_which_sources_belong_together(tmp_path: Path, head: str, fake: str, matched: str) -> None:
    (tmp_path / "manifest.csv").write_text(f"{head},sex\na.png,real,one{',here' * (head.count(',') - 2)},f\n{fake},m\n")
    real, other = read_set(tmp_path)
    assert (real.matched, other.matched) == ("", matched)
    assert (real.person, other.person) == ((("sex", "f"),), (("sex", "m"),))


def test_log_loss_and_reliability() -> None:
    labels = np.array([0.0, 0, 0, 1])
    assert log_loss(np.full(4, 0.5), labels) == pytest.approx(np.log(2))
    assert log_loss(labels, labels) < 1e-5
    (row,) = reliability(np.full(4, 0.55), labels)
    assert (row["reals"], row["fakes"], row["promised"]) == (3, 1, 0.55)
    assert row["found"] == pytest.approx(0.5), "both labels weigh the same"


def test_shuffled_weights_are_another_model_of_the_same_shape(model: Callable[..., bytes]) -> None:
    with pytest.raises(ValueError, match="no large tensor"):
        with_shuffled_weights(model())
    shipped = load_packs()[0]
    whole = (shipped.folder / "model.onnx").read_bytes()
    other = with_shuffled_weights(whole)
    faces = selftest_faces(3, 2, shipped.facts.input.size)
    assert len(other) == len(whole)
    assert np.abs(OnnxDetector(whole).logits(faces) - OnnxDetector(other).logits(faces)).max() > 0.1


@pytest.mark.parametrize("name", MANIPULATIONS)
def test_a_manipulation_stays_within_the_face(name: str) -> None:
    picture = draw_face(120, (240, 240))
    box = find_faces(picture)[0][0]
    changed = manipulated(picture, box, name)
    where = np.argwhere(np.abs(changed.astype(int) - picture).max(axis=2) > 3)
    assert len(where) > 100
    assert where.min(axis=0).tolist() >= [box.y, box.x]
    assert where.max(axis=0).tolist() <= [box.y + box.height, box.x + box.width]
