"""Turn trained models into packs: thresholds by source, error rates, self-test, card.

    python packaging/calibrate_detectors.py measure --faces DIR --work DIR --created DATE [--peers DIR]
    python packaging/calibrate_detectors.py untrained --faces DIR --work DIR --created DATE --task synthesis
    python packaging/calibrate_detectors.py pack --faces DIR --work DIR --created DATE --task swap --prose FILE --out D

Runs in the product's own environment, with its cascades, quality gate, crops and engine, on persons who were not in
training, under several of the conditions of ``evidence.scoring.conditions``. Faces are looked for once, in the picture
as received, and their boxes carried into the other conditions, where the gate judges them again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import time
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from detector_cards import tables_of
from detector_thresholds import Reals, joint_threshold, margin_for_unseen, threshold, unseen_shares

from evidence.scoring.conditions import CONDITIONS as DEGRADE
from evidence.scoring.detector import MirroredDetector, OnnxDetector, selftest_faces
from evidence.scoring.faces import MIN_FACE, MIN_SHARPNESS, Box, crop, find_faces, sharpness_of
from evidence.scoring.labelled import Sample, read_set
from evidence.scoring.layers import mean_spectrum
from evidence.scoring.manipulations import MANIPULATIONS, manipulated
from evidence.scoring.measuring import Measured
from evidence.scoring.packs import Pack, load_pack, load_packs
from evidence.scoring.score import SHUFFLED
from evidence.scoring.shuffled import with_shuffled_weights
from evidence.scoring.statistics import calibration_error, cluster_interval, logistic

FILES = ("card.md", "model.onnx", "selftest.json")
CONDITIONS = ("clean", "social", "screenshot", "video")
MOST_PER_SOURCE = 300
"""So many pictures of one source are enough; they are taken evenly from its list."""
FOLDS = PERSON_FOLDS = 10

TASKS = {
    "swap": {
        "version": "2", "task": "face_swap",
        "margin": 1.4, "shares": ("validation", "calibration"), "left_out": ("yonsei",), "bases": ("sdfd", "tpdne"),
        "fakes": ("yonsei",), "test": "Photoshop composites of a source left out of training",
        # 5 % of those composites lie below -5, and so does a quarter of what was only smoothed: silence says little.
        "low_band": False,
    },
    "synthesis": {
        "version": "3", "task": "face_synthesis", "margin": 1.12, "shares": ("calibration",), "left_out": (),
        # Whoever trained is measured with heads that were fitted without the fold of persons it belongs to.
        "folds": PERSON_FOLDS, "without": ("ffhq", "yonsei", "ytf"),
        "fakes": ("sdfd", "tpdne"), "test": "pictures left out of training, by generators that were in it",
        # Some generators left out are not recognised at all: silence would say nothing.
        "low_band": False,
    },
}  # fmt: skip


def share_of(source: str, group: str) -> str:
    """As in train_detectors.py, which this environment cannot import whole."""
    draw = int(hashlib.sha256(f"{source}/{group}".encode()).hexdigest(), 16) % 100
    return "train" if draw < 70 else "validation" if draw < 80 else "calibration"


def write_pack(out: Path, model: Path, task: str, calibration: dict[str, object], card: str, created: str) -> None:
    """Write the four files of a pack; ``pack.json`` last, with the digests of the others."""
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(model, out / "model.onnx")
    (out / "card.md").write_text(card, "utf-8", newline="\n")
    logits = OnnxDetector(model.read_bytes()).logits(selftest_faces(20260101, 10, 128))
    test = {"seed": 20260101, "size": 128, "logits": [round(float(v), 6) for v in logits], "tolerance": 1e-3}
    (out / "selftest.json").write_text(json.dumps(test, indent=1) + "\n", "utf-8", newline="\n")
    facts = {
        "id": out.name, "version": TASKS[task]["version"], "created": created, "publisher": "Holdfast",
        "task": TASKS[task]["task"], "input": {"size": 128, "crop_margin": TASKS[task]["margin"], "mirrored": True},
        "output": "logit_fake", "opset": 17,
        "files": {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in FILES},
        "calibration": calibration, "licence": "Apache-2.0 (weights); see card.md for the training pictures",
        "intended_use": "A lead for an examiner, never a verdict.", "min_app_version": "0.1.0",
        "envelope": {"min_face_px": 64, "min_jpeg_quality": 40},
    }  # fmt: skip
    (out / "pack.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", "utf-8", newline="\n")


def values(rows: list[Measured], name: str, source: str, is_fake: bool, condition: str | None = None) -> np.ndarray:
    return np.array([
        row.logits[name] for row in rows
        if name in row.logits and row.sample.source == source and row.sample.is_fake is is_fake
        and condition in (None, row.condition)
    ])  # fmt: skip


def real_scores(rows: list[Measured], name: str) -> dict[str, Reals]:
    """The scores of the real faces, by source."""
    found: dict[str, list[Measured]] = {}
    for row in rows:
        if not row.sample.is_fake and name in row.logits:
            found.setdefault(row.sample.source, []).append(row)
    return {
        source: Reals(np.array([row.logits[name] for row in its]), [row.sample.group for row in its],
                      [row.condition for row in its])
        for source, its in sorted(found.items())
    }  # fmt: skip


def of_nobody_seen(rows: list[Measured], name: str, task: str) -> dict[str, Reals]:
    """The scores of the real faces that no part of the shipped model ever saw."""
    told = TASKS[task]
    return real_scores([
        row for row in rows
        if row.sample.source in told["left_out"] or share_of(row.sample.source, row.sample.group) in told["shares"]
    ], name)  # fmt: skip


def by_untrained(work: Path, task: str, fold: int | None = None) -> dict[str, Reals]:
    """The scores of the real faces of each source by a model like the shipped one, fitted without that source; those of
    one ``fold`` of the persons left away. ``untrained`` measured them."""
    place = work / f"{task}_untrained.json"
    if not TASKS[task].get("without"):
        return {}
    found: dict[str, Reals] = {}
    for source, entries in json.loads(place.read_text()).items():
        kept = [entry for entry in entries if fold is None or fold_of_person(entry[1]) != fold]
        found[source] = Reals(np.array([entry[0] for entry in kept]), [e[1] for e in kept], [e[2] for e in kept])
    return found


def calibrate(
    rows: list[Measured], name: str, task: str, trained_on: set[str], work: Path
) -> dict[str, object]:  # fmt: skip
    sources = sorted({row.sample.source for row in rows if not row.sample.is_fake})
    fakes = TASKS[task]["fakes"]
    above = threshold(real_scores(rows, name), of_nobody_seen(rows, name, task), by_untrained(work, task))

    # False positives are cross-fitted: a tenth of the persons at a time, at the threshold of the other nine tenths.
    # Fakes set no threshold, so that true positives are measured at the shipped one.
    crossed = []
    for fold in range(FOLDS):
        others = [row for row in rows if fold_of(row) != fold]
        line = threshold(real_scores(others, name), of_nobody_seen(others, name, task), by_untrained(work, task, fold))
        crossed += [(row, row.logits[name] > line) for row in rows if fold_of(row) == fold and name in row.logits]
    by_source = []
    for source in sources:
        kept = [(row, hit) for row, hit in crossed if row.sample.source == source and not row.sample.is_fake]
        hits = np.array([float(hit) for _, hit in kept])
        low, high = cluster_interval(lambda v: float(v[0].mean()), [hits], [[row.sample.group for row, _ in kept]])
        by_source.append({
            "source": source, "faces": len({row.sample.path for row, _ in kept}),
            "false_positive": round(float(hits.mean()), 4),
            "false_positive_low": round(low, 4),
            "false_positive_high": round(max(high, upper(hits, {row.sample.group for row, _ in kept})), 4),
            "was_in_training": source in trained_on,
        })  # fmt: skip
    found = [(row, row.logits[name] > above) for row, _ in crossed if row.sample.is_fake and row.sample.source in fakes]
    hits = np.array([float(hit) for _, hit in found])
    low, high = cluster_interval(lambda v: float(v[0].mean()), [hits], [[row.sample.group for row, _ in found]])
    worst = max(by_source, key=lambda s: (s["false_positive"], s["false_positive_high"]))
    below = low_threshold(rows, name, fakes, sources) if TASKS[task]["low_band"] else None
    reals = np.concatenate([values(rows, name, source, False) for source in sources])
    faked = np.concatenate([values(rows, name, source, True) for source in fakes])
    slope, offset = calibrated(reals, faked)
    return {
        "slope": round(slope, 4), "offset": round(offset, 4),
        "above": round(above, 4), "below": None if below is None else round(below, 4),
        "rates": {
            "false_positive": worst["false_positive"], "false_positive_low": worst["false_positive_low"],
            "false_positive_high": worst["false_positive_high"],
            "true_positive": round(float(hits.mean()), 4), "true_positive_low": round(low, 4),
            "true_positive_high": round(max(high, upper(hits, {row.sample.group for row, _ in found})), 4),
            "test_set": f"faces-2026, persons left out, {len(CONDITIONS)} conditions; worst real source: "
                        f"{worst['source']}; fakes: {TASKS[task]['test']}",
            "test_size": len({row.sample.path for row, _ in crossed}),
        },
        "sources": by_source,
    }  # fmt: skip


def left_out(rows: list[Measured], name: str, task: str) -> list[list[object]]:
    """For each real source: what the thresholds and the calibration of the others alone would have done to it."""
    scores = real_scores(rows, name)
    shares, margin = unseen_shares(scores), margin_for_unseen(scores)
    faked = np.concatenate([values(rows, name, source, True) for source in TASKS[task]["fakes"]])
    told: list[list[object]] = []
    for source, reals in scores.items():
        others = {other: its for other, its in scores.items() if other != source}
        slope, offset = calibrated(np.concatenate([its.scores for its in others.values()]), faked)
        chances = 1 / (1 + np.exp(-np.clip(slope * np.r_[reals.scores, faked] + offset, -50, 50)))
        labels = np.repeat([0.0, 1.0], [len(reals.scores), len(faked)])
        padded = float((reals.scores > joint_threshold(others) + margin).mean())
        told.append([source, len(set(reals.persons)), round(shares[source], 4), round(padded, 4),
                     round(calibration_error(chances, labels), 4)])  # fmt: skip
    return told


def calibrated(reals: np.ndarray, faked: np.ndarray) -> tuple[float, float]:
    """Slope and offset of the calibrated score; both labels weigh the same: the prior is the examiner's, not ours."""
    weights = logistic(np.r_[reals, faked][:, None], np.repeat([0.0, 1.0], [len(reals), len(faked)]))
    return float(weights[0]), float(weights[1]) + float(np.log(len(reals) / len(faked)))


def fold_of(row: Measured) -> int:
    """The tenth of the persons to which this one belongs."""
    return fold_of_person(row.sample.group)


def fold_of_person(group: str) -> int:
    """The tenth of the persons to which this group belongs."""
    return hashlib.sha256(group.encode()).digest()[0] % FOLDS


def upper(hits: np.ndarray, persons: set[str]) -> float:
    """The rule of three, by persons: nothing seen in n does not mean nothing."""
    return min(1.0, 3 / len(persons)) if not hits.any() else 0.0


def low_threshold(rows: list[Measured], name: str, fakes: tuple[str, ...], sources: list[str]) -> float | None:
    """Below it lie at most 5 % of each source of fakes under each condition, and at least a tenth of each of reals."""
    lows = [np.quantile(v, 0.05) for s in fakes for c in CONDITIONS if len(v := values(rows, name, s, True, c)) >= 20]
    if not lows:
        return None
    line = float(min(lows))
    shares = [float((values(rows, name, s, False) < line).mean()) for s in sources]
    return line if min(shares) >= 0.1 else None


def is_unseen(sample: Sample, task: str) -> bool:
    """Whether what measures this person for this task never saw it in training."""
    told = TASKS[task]
    if told.get("folds") or sample.source in told["left_out"]:
        return True
    if sample.is_fake and sample.source not in told.get("bases", ()):
        return True
    return share_of(sample.source, sample.group) in told["shares"]


def model_for(work: Path, task: str, sample: Sample) -> Path:
    """The model that measures this person: the shipped one, or its like that was fitted without the person's fold."""
    if not TASKS[task].get("folds") or share_of(sample.source, sample.group) in TASKS[task]["shares"]:
        return work / task / "model.onnx"
    drawn = hashlib.sha256(f"fold/{sample.source}/{sample.group}".encode()).digest()[0] % PERSON_FOLDS
    return work / f"{task}_fold{drawn}" / "model.onnx"


def measure_all(arguments: argparse.Namespace) -> None:
    """Score what the tasks whose models are there may be measured on, once, with all models; keep the rows."""
    none = {"slope": 1.0, "offset": 0.0, "above": 1e9, "below": None, "sources": [], "rates": {
        "false_positive": 0.0, "false_positive_low": 0.0, "false_positive_high": 1.0, "true_positive": 0.0,
        "true_positive_low": 0.0, "true_positive_high": 1.0, "test_set": "none", "test_size": 0}}  # fmt: skip
    packs = []
    tasks = [task for task in TASKS if (arguments.work / task / "model.onnx").exists()]
    for task in tasks:
        folder = arguments.work / "packs" / f"{task}-small"
        write_pack(folder, arguments.work / task / "model.onnx", task, none, "", arguments.created)
        packs.append(load_pack(folder))
    peers = list(load_packs(arguments.peers)) if arguments.peers else []
    engines = {
        pack.facts.id: MirroredDetector(found) if pack.facts.input.mirrored else found
        for pack in packs + peers
        for found in [OnnxDetector((pack.folder / "model.onnx").read_bytes())]
    }
    shuffled = {
        pack.facts.id: MirroredDetector(OnnxDetector(with_shuffled_weights((pack.folder / "model.onnx").read_bytes())))
        for pack in packs
    }
    by_source: dict[tuple[str, bool, bool], list[Sample]] = {}
    for sample in read_set(arguments.faces):
        known_to = [not is_unseen(sample, task) for task in tasks]
        if not all(known_to):
            by_source.setdefault((sample.source, sample.is_fake, any(known_to)), []).append(sample)
    folded: dict[Path, MirroredDetector] = {}
    cv2.setNumThreads(1)
    rows = []
    for kept in by_source.values():
        for sample in kept[:: -(-len(kept) // MOST_PER_SOURCE)]:
            start = time.perf_counter()
            rgb = cv2.cvtColor(cv2.imread(str(sample.path)), cv2.COLOR_BGR2RGB)
            boxes, _ = find_faces(rgb)
            for condition in CONDITIONS:
                changed = DEGRADE[condition](rgb)
                moved = [again for box in boxes if (again := carried(box, rgb, changed)) is not None]
                logits = {}
                its = dict(engines)
                for pack, task in zip(packs, tasks, strict=True):
                    path = model_for(arguments.work, task, sample)
                    if path.parent.name != task:
                        if path not in folded:
                            folded[path] = MirroredDetector(OnnxDetector(path.read_bytes()))
                        its[pack.facts.id] = folded[path]
                for pack in packs + peers if condition == "clean" else packs:
                    wanted = pack.facts.input
                    crops = [crop(changed, box, wanted.crop_margin, wanted.size) for box in moved]
                    if crops:
                        stack = np.stack(crops).transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)
                        logits[pack.facts.id] = float(its[pack.facts.id].logits(stack).max())
                traits = (*np.log(changed.shape[:2]), *mean_spectrum(changed))
                extra = {}
                if condition == "clean" and moved:
                    logits |= {name + SHUFFLED: ask(name, shuffled[name], moved, changed, packs) for name in shuffled}
                    if not sample.is_fake:
                        extra = {
                            way: {pack.facts.id: ask(pack.facts.id, its[pack.facts.id], moved[:1], altered, packs)
                                  for pack in packs}
                            for way in ("none", *MANIPULATIONS)
                            for altered in [changed if way == "none" else manipulated(changed, moved[0], way)]
                        }  # fmt: skip
                rows.append({
                    "source": sample.source, "is_fake": sample.is_fake, "group": sample.group,
                    "matched": sample.matched, "path": str(sample.path), "condition": condition, "logits": logits,
                    "traits": traits,
                    "face_px": min(moved[0].width, moved[0].height) if moved else 0, "manipulated": extra,
                    "sharpness": moved[0].sharpness if moved else 0.0, "faces": len(boxes),
                    "seconds": time.perf_counter() - start,
                })  # fmt: skip
        print(kept[0].source, kept[0].is_fake, len(rows), flush=True)
        (arguments.work / "measured.json").write_text(json.dumps(rows, default=float))


def measure_untrained(arguments: argparse.Namespace) -> None:
    """Score each source's real faces with the model that was fitted without it: ``TASK_without_SOURCE/model.onnx``."""
    told = TASKS[arguments.task]
    cv2.setNumThreads(1)
    found: dict[str, list[tuple[float, str, str]]] = {}
    for source in told["without"]:
        model = arguments.work / f"{arguments.task}_without_{source}" / "model.onnx"
        engine = MirroredDetector(OnnxDetector(model.read_bytes()))
        kept = [sample for sample in read_set(arguments.faces) if not sample.is_fake and sample.source == source]
        entries = found.setdefault(source, [])
        for sample in kept[:: -(-len(kept) // MOST_PER_SOURCE)]:
            rgb = cv2.cvtColor(cv2.imread(str(sample.path)), cv2.COLOR_BGR2RGB)
            boxes, _ = find_faces(rgb)
            for condition in CONDITIONS:
                changed = DEGRADE[condition](rgb)
                moved = [again for box in boxes if (again := carried(box, rgb, changed)) is not None]
                if not moved:
                    continue
                stack = np.stack([crop(changed, box, told["margin"], 128) for box in moved]).transpose(0, 3, 1, 2)
                logit = float(engine.logits(stack.astype(np.float32) / np.float32(255)).max())
                entries.append((logit, sample.group, condition))
        print(source, len(entries), flush=True)
    (arguments.work / f"{arguments.task}_untrained.json").write_text(json.dumps(found))


def ask(name: str, engine: object, boxes: list[Box], rgb: np.ndarray, packs: list[Pack]) -> float:
    """The highest logit of these faces."""
    wanted = next(pack.facts.input for pack in packs if pack.facts.id == name)
    crops = [crop(rgb, box, wanted.crop_margin, wanted.size) for box in boxes]
    return float(engine.logits(np.stack(crops).transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)).max())


def measured_rows(work: Path) -> list[Measured]:
    """What ``measure`` kept."""
    return [
        Measured(
            Sample(Path(row["path"]), row["is_fake"], row["source"], row["group"], matched=row["matched"]),
            row["condition"], row["logits"], row["seconds"], traits=tuple(row["traits"]), faces=row["faces"],
            face_px=row["face_px"], manipulated=row["manipulated"],
        )
        for row in json.loads((work / "measured.json").read_text())
    ]  # fmt: skip


def carried(box: Box, rgb: np.ndarray, changed: np.ndarray) -> Box | None:
    """The face in the changed picture, or None when the gate stops it there."""
    if set(box.reasons) - {"too_small", "too_blurred"}:
        return None
    scale = changed.shape[0] / rgb.shape[0]
    x, y, w, h = (round(value * scale) for value in (box.x, box.y, box.width, box.height))
    grey = cv2.cvtColor(changed, cv2.COLOR_RGB2GRAY)
    sharpness = sharpness_of(grey[y : y + h, x : x + w])
    return None if min(w, h) < MIN_FACE or sharpness < MIN_SHARPNESS else Box(x, y, w, h, (), sharpness)


def pack_one(arguments: argparse.Namespace) -> None:
    """Thresholds, rates and card of one task, from the rows."""
    name = f"{arguments.task}-small"
    model = arguments.work / arguments.task / "model.onnx"
    pack = load_pack(arguments.work / "packs" / name)
    peers = list(load_packs(arguments.peers)) if arguments.peers else []
    rows = [row for row in measured_rows(arguments.work) if is_unseen(row.sample, arguments.task)]
    trained_on = {"ytf", "ffhq", "yonsei"} - set(TASKS[arguments.task]["left_out"])
    calibration = calibrate(rows, name, arguments.task, trained_on, arguments.work)
    log = [json.loads(line) for line in (arguments.work / arguments.task / "log.jsonl").read_text().splitlines()]
    unseen = left_out(rows, name, arguments.task)
    tables = tables_of(rows, pack, peers, calibration, log, arguments.faces.name, unseen)
    card = arguments.prose.read_text("utf-8").replace("{tables}", tables).rstrip() + "\n"
    write_pack(arguments.out, model, arguments.task, calibration, card, arguments.created)
    load_pack(arguments.out)
    print(
        json.dumps(
            {key: calibration[key] for key in ("slope", "offset", "above", "below", "rates", "sources")}, indent=1
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=["measure", "untrained", "pack"])
    for name in ("faces", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    for name in ("out", "peers", "prose"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--task", choices=list(TASKS), default="swap")
    parser.add_argument("--created", required=True)
    arguments = parser.parse_args()
    {"measure": measure_all, "untrained": measure_untrained, "pack": pack_one}[arguments.verb](arguments)


if __name__ == "__main__":
    main()
