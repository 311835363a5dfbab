"""Choose how the detectors decide together, by measuring: any of them, or a logistic regression of their outputs.

    python packaging/fuse_detectors.py --work DIR --detectors DIR --created DATE

Runs after ``calibrate_detectors.py measure`` and ``pack``, on the rows that neither task was trained on. Every pair of
a real and a fake source is left out in turn: the rule is fitted, and its threshold set, on the other sources, and
judged on the two. A regression is shipped only if it finds clearly more than the plain rule and keeps to the same limit
of false positives; otherwise its figures stand in the cards, and the plain rule is shipped. Writes ``fusion.json``
beside the packs and a section into each card.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from calibrate_detectors import CONDITIONS, TASKS, is_unseen, upper
from detector_cards import table
from detector_thresholds import MOST_UNSEEN, Reals
from detector_thresholds import threshold as joint_threshold

from evidence.model import ErrorRates
from evidence.scoring.fusion import ANY, FEATURES, LOGISTIC, NAME, ComparedRule, Fusion, load_fusion
from evidence.scoring.labelled import Sample
from evidence.scoring.packs import Calibration, Pack, SourceRate, load_packs
from evidence.scoring.statistics import auc, cluster_interval, logistic

GAIN = 0.02
"""So much more of the fakes of sources left out must a regression find, on average."""
MARK = "### The decision of all detectors together"
Row = dict[str, object]
Score = Callable[[np.ndarray], np.ndarray]


def rows_of(work: Path, packs: list[Pack]) -> list[Row]:
    """The rows that no task was trained on, with their features."""
    kept = []
    names = {pack.facts.task: pack.facts.id for pack in packs}
    for row in json.loads((work / "measured.json").read_text()):
        sample = Sample(Path(row["path"]), row["is_fake"], row["source"], row["group"])
        if not row["face_px"] or not all(is_unseen(sample, task) for task in TASKS):
            continue
        outputs = [row["logits"][names[task]] for task in FEATURES[:2]]
        row["features"] = [*outputs, math.log(max(row["sharpness"], 1.0)), math.log(row["face_px"])]
        kept.append(row)
    return kept


def features(rows: list[Row], source: str, is_fake: bool, condition: str | None = None) -> np.ndarray:
    return np.array([
        row["features"] for row in rows
        if row["source"] == source and row["is_fake"] is is_fake and condition in (None, row["condition"])
    ]).reshape(-1, len(FEATURES))  # fmt: skip


def fitted(
    rows: list[Row], reals: list[str], fakes: list[str], used: int
) -> tuple[Score, np.ndarray, np.ndarray, np.ndarray]:
    """A regression on the first ``used`` features; sources weigh the same, whatever their size."""
    parts = [(features(rows, source, is_fake), is_fake) for is_fake, sources in ((False, reals), (True, fakes))
             for source in sources]  # fmt: skip
    random = np.random.default_rng(1)
    even = [(part[random.integers(len(part), size=400)], is_fake) for part, is_fake in parts if len(part)]
    x = np.concatenate([part for part, _ in even])
    y = np.concatenate([np.full(len(part), float(is_fake)) for part, is_fake in even])
    centre, scale = x.mean(0), x.std(0) + 1e-9
    some = logistic(((x - centre) / scale)[:, :used], y)
    weights = np.r_[some[:-1], np.zeros(len(FEATURES) - used), some[-1]]
    return (lambda z: ((z - centre) / scale) @ weights[:-1] + weights[-1]), centre, scale, weights


def threshold(rows: list[Row], score: Score, reals: list[str]) -> float:
    """The threshold of the fused number, by the rule of each detector's own."""
    sources = {}
    for source in reals:
        its = [row for row in rows if row["source"] == source and not row["is_fake"]]
        scores = score(np.array([row["features"] for row in its]))
        sources[source] = Reals(scores, [str(row["group"]) for row in its], [str(row["condition"]) for row in its])
    return joint_threshold(sources)


def compared(rows: list[Row], reals: list[str], fakes: list[str]) -> list[ComparedRule]:
    """Each rule on sources left out."""
    single = {task: (lambda z, place=place: z[:, place]) for place, task in enumerate(FEATURES[:2])}
    told: dict[str, list[tuple[float, str, float, float | None]]] = {}
    for real in reals:
        for fake in fakes:
            others, made = [each for each in reals if each != real], [each for each in fakes if each != fake]
            rules = {f"{task} alone": score for task, score in single.items()}
            rules |= {f"{LOGISTIC}, {used} features": fitted(rows, others, made, used)[0] for used in (2, 3, 4)}
            lines = {name: threshold(rows, score, others) for name, score in rules.items()}
            x, y = features(rows, real, False), features(rows, fake, True)
            for name, score in rules.items():
                told.setdefault(name, []).append((
                    float((score(x) > lines[name]).mean()), real, float((score(y) > lines[name]).mean()),
                    auc(score(x), score(y)),
                ))  # fmt: skip
            hits = [np.any([single[task](z) > lines[f"{task} alone"] for task in single], axis=0) for z in (x, y)]
            told.setdefault(ANY, []).append((float(hits[0].mean()), real, float(hits[1].mean()), None))
    return [
        ComparedRule(
            name, round(max(each)[0], 4), max(each)[1], round(float(np.mean([row[2] for row in each])), 4),
            None if each[0][3] is None else round(float(np.mean([row[3] for row in each])), 4),
        )
        for name, each in told.items()
    ]  # fmt: skip


def rates_of(
    rows: list[Row], decide: Score, reals: list[str], fakes: list[str], packs: list[Pack]
) -> tuple[ErrorRates, tuple[SourceRate, ...]]:
    """False and true positives of the whole decision at the shipped thresholds, on persons left out of training."""

    def measured(source: str, is_fake: bool) -> tuple[float, float, float, int]:
        kept = [row for row in rows if row["source"] == source and row["is_fake"] is is_fake]
        hits = decide(features(rows, source, is_fake)).astype(float)
        low, high = cluster_interval(lambda v: float(v[0].mean()), [hits], [[row["group"] for row in kept]])
        high = max(high, upper(hits, {row["group"] for row in kept}))
        return round(float(hits.mean()), 4), round(low, 4), round(high, 4), len({row["path"] for row in kept})

    trained = {rate.source for pack in packs for rate in pack.facts.calibration.sources if rate.was_in_training}
    sources = tuple(
        SourceRate(source, count, share, low, high, source in trained)
        for source in reals for share, low, high, count in [measured(source, False)]
    )  # fmt: skip
    worst = max(sources, key=lambda rate: (rate.false_positive, rate.false_positive_high))
    found = [measured(source, True) for source in fakes]
    least = min(found)
    return ErrorRates(
        worst.false_positive, worst.false_positive_low, worst.false_positive_high, *least[:3],
        f"persons left out, {len(CONDITIONS)} conditions; worst real source: {worst.source}; fakes: worst of "
        f"{', '.join(fakes)}", sum(rate.faces for rate in sources) + sum(each[3] for each in found),
    ), sources  # fmt: skip


def choose(rows: list[Row], packs: list[Pack], created: str) -> Fusion:
    """The rule that is shipped, with all that was measured."""
    reals = sorted({str(row["source"]) for row in rows if not row["is_fake"]})
    fakes = sorted({str(row["source"]) for row in rows if row["is_fake"]})
    lines = compared(rows, reals, fakes)
    plain = next(line for line in lines if line.rule == ANY)
    better = [
        line for line in lines
        if line.rule.startswith(LOGISTIC) and line.worst_false_positive <= max(MOST_UNSEEN, plain.worst_false_positive)
        and line.mean_true_positive >= plain.mean_true_positive + GAIN
    ]  # fmt: skip
    models = {pack.facts.id: pack.model_sha256 for pack in packs}
    above = [next(p.facts.calibration.above for p in packs if p.facts.task == task) for task in FEATURES[:2]]
    if not better:
        rates, sources = rates_of(rows, lambda z: (z[:, :2] > above).any(axis=1), reals, fakes, packs)
        return Fusion(created, ANY, models, rates, sources, tuple(lines))
    used = int(max(better, key=lambda line: line.mean_true_positive).rule.split()[1])
    score, centre, scale, weights = fitted(rows, reals, fakes, used)
    line = threshold(rows, score, reals)
    rates, sources = rates_of(rows, lambda z: score(z) > line, reals, fakes, packs)
    calibration = Calibration(1.0, 0.0, round(line, 4), None, rates, sources)
    kept = [tuple(round(float(value), 6) for value in each) for each in (centre, scale, weights)]
    return Fusion(created, LOGISTIC, models, rates, sources, tuple(lines), *kept, calibration=calibration)


def section(fusion: Fusion) -> str:
    """What the cards say of it."""
    rules = [[line.rule, line.worst_false_positive, line.worst_source, line.mean_true_positive,
              "" if line.mean_auc is None else line.mean_auc] for line in fusion.compared]  # fmt: skip
    sources = [[rate.source, "yes" if rate.was_in_training else "no", rate.faces, rate.false_positive,
                f"{rate.false_positive_low}–{rate.false_positive_high}"] for rate in fusion.sources]  # fmt: skip
    told = {
        ANY: "A regression did not find clearly more on sources left out without more false positives, so the plain "
             "rule is shipped: *indicators* when one detector says so.",
        LOGISTIC: "The regression found clearly more on sources left out, and is shipped.",
    }  # fmt: skip
    return "\n\n".join([
        MARK,
        "Each pair of a real and a fake source was left out of fitting and of thresholds in turn; thresholds are set "
        "as for the shipped detectors. `any` is the rule in which one detector above its own threshold is enough.",
        table(rules, ["rule", "worst FPR, real source left out", "which", "mean TPR, fakes left out", "mean AUC"]),
        told[fusion.rule],
        "False positives of the shipped decision, persons left out of training, all conditions together:",
        table(sources, ["real source", "source in training", "faces", "FPR", "95 %"]),
        f"Lowest share of fakes found in a source: {fusion.rates.true_positive} ({fusion.rates.true_positive_low}–"
        f"{fusion.rates.true_positive_high}); {fusion.rates.test_set.rpartition('; ')[2]}.",
    ])  # fmt: skip


def into_card(pack: Pack, text: str) -> None:
    """Put the section into the card, in place of an earlier one, and pin the card anew."""
    card = (pack.folder / "card.md").read_text("utf-8")
    before, _, rest = card.partition(f"{MARK}\n")
    after = rest[rest.index("\n### ") + 1 :] if "\n### " in rest else ""
    if not rest:
        before, heading, after = card.partition("### Training log")
        after = heading + after
    whole = f"{before.rstrip()}\n\n{text}\n\n{after}".rstrip() + "\n"
    (pack.folder / "card.md").write_text(whole, "utf-8", newline="\n")
    facts = json.loads((pack.folder / "pack.json").read_text())
    facts["files"]["card.md"] = hashlib.sha256((pack.folder / "card.md").read_bytes()).hexdigest()
    (pack.folder / "pack.json").write_text(json.dumps(facts, indent=1) + "\n", newline="\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("work", "detectors"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--created", required=True)
    arguments = parser.parse_args()
    packs = list(load_packs(arguments.detectors))
    fusion = choose(rows_of(arguments.work, packs), packs, arguments.created)
    document = asdict(fusion)
    del document["sha256"]
    (arguments.detectors / NAME).write_text(json.dumps(document, indent=1) + "\n", newline="\n")
    for pack in packs:
        into_card(pack, section(fusion))
    assert load_fusion(arguments.detectors)
    assert load_packs(arguments.detectors)
    print(section(fusion))


if __name__ == "__main__":
    main()
