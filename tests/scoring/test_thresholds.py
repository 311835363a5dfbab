"""The rule that sets the shipped thresholds, on drawn numbers whose answer is known."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

PATH = Path(__file__).resolve().parents[2] / "packaging" / "detector_thresholds.py"
spec = importlib.util.spec_from_file_location("detector_thresholds", PATH)
assert spec is not None
assert spec.loader is not None
rule = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = rule
spec.loader.exec_module(rule)
Reals = rule.Reals
CONDITIONS = ("clean", "video")


def source(seed: int, persons: int, each: int = 1, middle: float = 0.0) -> Reals:
    """``each`` faces of each person under two conditions."""
    random = np.random.default_rng(seed)
    scores = random.normal(middle, 1.0, (len(CONDITIONS), persons * each))
    names = [f"p{i // each}" for i in range(persons * each)]
    return Reals(scores.ravel(), names * 2, [condition for condition in CONDITIONS for _ in names])


def share(reals: Reals, line: float) -> float:
    return float((reals.scores > line).mean())


def test_one_in_a_hundred_lies_above_and_further_persons_keep_to_it() -> None:
    found = [rule.own_threshold(source(seed, 400)) for seed in range(3)]
    for seed, line in enumerate(found):
        assert share(source(seed, 400), line) <= 0.01
        assert share(source(100 + seed, 2000), line) <= 0.03
    assert np.mean(found) == pytest.approx(2.33, abs=0.35)


def test_one_odd_person_does_not_decide_alone() -> None:
    plain = source(1, 200)
    scores = plain.scores.copy()
    odd = np.asarray(plain.persons) == "p7"
    scores[odd] = 50.0
    assert rule.own_threshold(Reals(scores, plain.persons, plain.conditions)) < 5.0


def test_a_film_whose_every_frame_is_odd_counts_as_its_person() -> None:
    films = source(1, 30, each=20)
    scores = films.scores.copy()
    scores[np.asarray(films.persons) == "p3"] = 50.0
    line = rule.own_threshold(Reals(scores, films.persons, films.conditions))
    assert line == 50.0, "one of thirty persons is more than the rule allows, however many frames the others have"


def test_one_condition_alone_may_not_carry_the_false_positives() -> None:
    plain = source(2, 600)
    scores = plain.scores.copy()
    is_video = np.asarray(plain.conditions) == "video"
    scores[np.flatnonzero(is_video)[:24]] = 9.0
    line = rule.own_threshold(Reals(scores, plain.persons, plain.conditions))
    assert float((scores[is_video] > line).mean()) <= 0.03


def test_the_highest_source_sets_the_line_and_a_margin_guards_those_unseen() -> None:
    sources = {"low": source(3, 300), "high": source(4, 300, middle=2.0), "few": source(5, 10, middle=9.0)}
    assert rule.own_threshold(sources["few"]) == -np.inf, "too few faces set no threshold"
    assert rule.joint_threshold(sources) == rule.own_threshold(sources["high"])
    margin = rule.margin_for_unseen(sources)
    others = rule.joint_threshold({"low": sources["low"], "few": sources["few"]})
    assert margin > 0
    assert share(sources["high"], others + margin) <= 0.03
    assert rule.unseen_shares(sources)["high"] > 0.03, "without the margin more than that would lie above"
    assert rule.threshold(sources) == rule.joint_threshold(sources) + margin
    odd = source(6, 100, middle=6.0)
    assert share(odd, rule.threshold(sources, {"high": odd})) <= 0.03, "whom no part of the model saw counts alone, too"


def test_a_source_that_a_model_was_fitted_without_counts_with_that_model() -> None:
    sources, other = {"one": source(7, 300), "two": source(8, 300)}, source(9, 200, middle=8.0)
    alone = rule.threshold(sources)
    raised = rule.threshold(sources, untrained={"one": other})
    assert share(other, alone) > 0.03
    assert share(other, raised) <= 0.03 < share(other, raised - 1e-9), "and no further than that"
    assert rule.threshold(sources, untrained={"one": source(9, 5, middle=8.0)}) == alone, "too few faces set nothing"
