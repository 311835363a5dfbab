"""Train our own detectors: reproducible with a seed, on a labelled folder of faces that stays outside the repository.

    python packaging/train_detectors.py prepare --faces DIR --landmarks YUNET.onnx --work DIR
    python packaging/train_detectors.py train   --work DIR --published LITE0.pth --steps 1200 --every 150 --rise 60 \
                                                --keep 0.99 --lr 1e-3
    python packaging/train_detectors.py train   --work DIR --name varied --varied --start DIR/swap/best.pt --steps 500 \
                                                --every 100 --rise 60 --lr 7e-4 --keep 0.99 --decay 0.05 \
                                                --bases sdfd tpdne
    python packaging/train_detectors.py export  --work DIR

LITE0.pth are the published ImageNet weights of EfficientNet-Lite0 (detector_lite.py). The synthesis specialist is heads
on those weights as they are, and a small network of our own, in one model:

    known  --name known --published LITE0.pth [--leave-out SOURCE] [--folds]
    train  --task swap --name swap_small --steps 12000
    train  --task synthesis --name rerender --steps 150 --pairs 16 --softening 0.1 --keep 0.99 --rise 20
           --lr 1e-3 --start WORK/swap_small/best.pt
    export --task synthesis --known known --rerender-net rerender
    export --task synthesis --known known_foldN --rerender-net rerender --name synthesis_foldN --without-fold N
    known  --name known_no_S --published LITE0.pth --leave-out S
    export --task synthesis --known known_no_S --rerender-net rerender --name synthesis_without_S --leave-out S

for N from 0 to 9 and S each source of photographs: calibrate_detectors.py measures whoever trained with the model that
was fitted without them, and a source with the one that was fitted without it.

Needs torch 2.13, onnx, opencv-python-headless 4.14 and numpy in an environment of their own; none of it but the
exported model reaches the product. ``DIR/manifest.csv`` has the columns file, label, source, group. Persons are kept
apart: a group is wholly in training, in validation or in calibration, by the hash of its name.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import pickle
import time
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from detector_fakes import Degradation, Face, make_pair, manipulated_cells, tight_crop

SIZE = 128
SEED = 20260101
BODY_SHARE, MOST_SKIPPED = 0.3, 0.1


def share_of(source: str, group: str) -> str:
    """The part of the data that a person belongs to."""
    draw = int(hashlib.sha256(f"{source}/{group}".encode()).hexdigest(), 16) % 100
    return "train" if draw < 70 else "validation" if draw < 80 else "calibration"


def prepare(arguments: argparse.Namespace) -> None:
    """Find the five points in every picture and keep pixels and points in one working file."""
    finder = cv2.FaceDetectorYN.create(str(arguments.landmarks), "", (320, 320), 0.5)
    found: list[dict[str, object]] = []
    with (arguments.faces / "manifest.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        pixels = cv2.imread(str(arguments.faces / row["file"]))
        height, width = pixels.shape[:2]
        _, boxes = finder.detect(cv2.resize(pixels, (320, 320), interpolation=cv2.INTER_LINEAR))
        points = None
        if boxes is not None:
            box = max(boxes, key=lambda b: b[2] * b[3])
            points = box[4:14].reshape(5, 2) / 320 * (width, height)
        found.append({**row, "pixels": pixels, "points": points, "share": share_of(row["source"], row["group"])})
    arguments.work.mkdir(parents=True, exist_ok=True)
    (arguments.work / "faces.pickle").write_bytes(pickle.dumps(found))
    print(len(found), "pictures,", sum(f["points"] is not None for f in found), "with five points")


def load(work: Path) -> list[dict[str, object]]:
    """What ``prepare`` made, by ourselves: the pickle never leaves this machine."""
    return pickle.loads((work / "faces.pickle").read_bytes())


def real_faces(
    rows: list[dict[str, object]], shares: tuple[str, ...], left_out: set[str], label: str = "real"
) -> list[Face]:
    """The real faces with points, of these shares and not of the sources left out; or those of another label."""
    return [
        Face(row["pixels"], row["points"], row["source"], row["group"])
        for row in rows
        if row["label"] == label and row["points"] is not None
        and row["share"] in shares and row["source"] not in left_out
    ]  # fmt: skip


def auc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Area under the ROC curve by ranks (Mann and Whitney), ties shared."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[inverse]
    positive = labels == 1
    n1, n0 = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))


class SwapPairs:
    """Endless batches of pairs; batch ``i`` is the same on every run."""

    def __init__(
        self, faces: list[Face], pairs: int, first: int, last: int, size: int, *,
        is_varied: bool = False, is_worn: bool = True, bases: tuple[Face, ...] = (),
    ) -> None:  # fmt: skip
        self.is_varied, self.is_worn = is_varied, is_worn
        # Sources in equal weight would wear out the small ones; square roots are a middle way.
        by_source: dict[str, int] = {}
        for face in faces:
            by_source[face.source] = by_source.get(face.source, 0) + 1
        most = max(by_source.values())
        self.faces = [face for face in faces for _ in range(max(1, round((most / by_source[face.source]) ** 0.5)))]
        self.faces += bases
        self.pairs, self.first, self.last, self.size = pairs, first, last, size

    def __len__(self) -> int:
        return self.last - self.first

    def __getitem__(self, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pictures (N x 3 x S x S, first the real ones), labels, and the manipulated cells (N x 1 x 8 x 8)."""
        if step >= len(self):
            raise IndexError
        made = []
        for i in range(self.pairs):
            seed = [SEED, self.first + step, i]
            real, fake, _ = make_pair(self.faces, seed, self.size, is_varied=self.is_varied, is_worn=self.is_worn)
            if self.is_varied:
                hide_a_part(real, fake, np.random.default_rng([*seed, 2]))
            made.append((real, fake, manipulated_cells(real, fake, self.size // 16)))
        pictures = np.stack([real for real, _, _ in made] + [fake for _, fake, _ in made])
        cells = np.stack([np.zeros_like(cells) for _, _, cells in made] + [cells for _, _, cells in made])[:, None]
        labels = np.repeat([0.0, 1.0], self.pairs).astype(np.float32)
        return pictures[..., ::-1].transpose(0, 3, 1, 2).copy(), labels, cells


def hide_a_part(real: np.ndarray, fake: np.ndarray, random: np.random.Generator) -> None:
    """Random erasing (Zhong et al., AAAI 2020), in place and alike in both of a pair, for three in ten."""
    if random.random() < 0.3:
        size = real.shape[0]
        height, width = random.integers(size // 8, size // 2, 2)
        top, left = random.integers(0, size - height), random.integers(0, size - width)
        real[top : top + height, left : left + width] = colour = random.integers(0, 256, 3)
        fake[top : top + height, left : left + width] = colour


def train(arguments: argparse.Namespace) -> None:
    """Train with checkpoints; a run that was stopped goes on where it was."""
    import torch
    from detector_lite import LiteNet
    from detector_net import SmallNet
    from detector_synthesis import RerenderedPairs
    from torch.nn import functional

    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    folder = arguments.work / arguments.name
    folder.mkdir(parents=True, exist_ok=True)
    rows = load(arguments.work)
    left_out = set(arguments.leave_out)
    is_varied = arguments.varied
    is_lite = bool(arguments.published) or is_varied
    net, averaged = (LiteNet(is_marking=is_varied) if is_lite else SmallNet() for _ in range(2))
    if is_varied:
        for i, block in enumerate(net._blocks):
            block.skipped = MOST_SKIPPED * i / len(net._blocks)
        net.drop.p = 0.4
    if arguments.published:
        net.begin_from(arguments.published)
    net = net.to(memory_format=torch.channels_last)
    averaged.load_state_dict(net.state_dict())
    # What ImageNet taught changes slowly; the head begins at nought.
    slowly = BODY_SHARE if is_lite else 1.0
    named = list(net.named_parameters())
    optimizer = torch.optim.AdamW(
        [{"params": [value for name, value in named if name.startswith(("heads", "marks"))], "share": 1.0},
         {"params": [value for name, value in named if not name.startswith(("heads", "marks"))], "share": slowly}],
        weight_decay=arguments.decay,
    )  # fmt: skip
    step, best = 0, 0.0
    if arguments.start:
        begun = torch.load(arguments.start, weights_only=True)
        net.go_on_from(begun) if is_varied else net.load_state_dict(begun)
        averaged.load_state_dict(net.state_dict())
    if (folder / "last.pt").exists():
        kept = torch.load(folder / "last.pt", weights_only=True)
        net.load_state_dict(kept["net"])
        averaged.load_state_dict(kept["averaged"])
        optimizer.load_state_dict(kept["optimizer"])
        step, best = kept["step"], kept["best"]
    if arguments.task == "swap":
        # A generated face is as good a photograph to manipulate as any: both of a pair are generated.
        faces, generated = (real_faces(rows, ("train",), left_out, label) for label in ("real", "fake"))
        bases = tuple(face for face in generated if face.source in arguments.bases)
        batches = SwapPairs(faces, arguments.pairs, step, arguments.steps, SIZE, is_varied=is_varied,
                            is_worn=not arguments.unworn, bases=bases)  # fmt: skip
    else:
        faces = real_faces(rows, ("train", "validation"), left_out)
        batches = RerenderedPairs(faces, arguments.pairs, step, arguments.steps, SIZE, SEED)
    loader = torch.utils.data.DataLoader(batches, batch_size=None, shuffle=False, num_workers=1, prefetch_factor=4)
    judge = Judge(rows, arguments.task, left_out)
    started, losses = time.time(), []
    for pictures, labels, *marked in loader:
        rate = float(
            arguments.lr * min(1.0, (step + 1) / arguments.rise) * 0.5 * (1 + np.cos(np.pi * step / arguments.steps))
        )
        for group in optimizer.param_groups:
            group["lr"] = rate * group["share"]
        net.train()
        inputs = pictures.float().div_(255).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=not is_lite):
            logits, cells = net.with_cells(inputs) if is_lite else (net(inputs), None)
        logits = logits.float()
        softened = labels * (1 - arguments.softening) + arguments.softening / 2
        loss = functional.binary_cross_entropy_with_logits(logits, softened)
        half = len(labels) // 2
        loss = loss + 0.5 * functional.softplus(logits[:half] - logits[half:]).mean()
        if cells is not None:
            # Where it was manipulated says more than that it was.
            loss = loss + 0.5 * functional.binary_cross_entropy_with_logits(cells, marked[0])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        keep = min(arguments.keep, (step + 1) / (step + 10))
        with torch.no_grad():
            for ours, theirs in zip(averaged.state_dict().values(), net.state_dict().values(), strict=True):
                ours.lerp_(theirs, 1 - keep) if ours.dtype.is_floating_point else ours.copy_(theirs)
        losses.append(float(loss.detach()))
        step += 1
        if step % arguments.every == 0 or step == arguments.steps:
            figures = judge(averaged.eval())
            line = {"step": step, "minutes": round((time.time() - started) / 60, 1), "rate": round(rate, 6),
                    "loss": round(float(np.mean(losses)), 4)}  # fmt: skip
            line |= {name: round(value, 4) for name, value in figures.items()}
            losses = []
            with (folder / "log.jsonl").open("a") as stream:
                stream.write(json.dumps(line) + "\n")
            print(json.dumps(line), flush=True)
            # The few generated validation faces are too noisy to choose by: there the last step is the result.
            if arguments.task == "synthesis" or figures["selection"] >= best:
                best = figures["selection"]
                torch.save(averaged.state_dict(), folder / "best.pt")
            torch.save({"net": net.state_dict(), "averaged": averaged.state_dict(), "step": step, "best": best,
                        "optimizer": optimizer.state_dict()}, folder / "last.pt")  # fmt: skip


class Judge:
    """Measures on persons left out; ``selection`` picks the checkpoint, every other figure is only written down."""

    def __init__(self, rows: list[dict[str, object]], task: str, left_out: set[str]) -> None:
        self.task = task
        faces = real_faces(rows, ("validation",), left_out)
        self.pairs = [make_pair(faces, [SEED, 99, i], SIZE) for i in range(500)] if task == "swap" else []
        plain = Degradation(0, strong=False)
        self.plain: dict[tuple[object, object], list[np.ndarray]] = {}
        for row in rows:
            kept = self.plain.setdefault((row["source"], row["label"]), [])
            if row["source"] in left_out or row["share"] == ("validation" if task == "swap" else "calibration"):
                pixels = tight_crop(row["pixels"], row["points"], 0.98) if task == "synthesis" else row["pixels"]
                kept.append(plain(pixels, SIZE))

    def __call__(self, net: object) -> dict[str, float]:
        figures: dict[str, float] = {}
        if self.task == "swap":
            real, fake = (self._score(net, [pair[i] for pair in self.pairs]) for i in (0, 1))
            methods = np.array([pair[2] for pair in self.pairs])
            for method in ("self_blend", "swap"):
                at = methods == method
                figures[method] = auc(np.r_[real[at], fake[at]], np.repeat([0, 1], at.sum()))
            figures["direction"] = float((fake > real).mean())
            figures["selection"] = auc(np.r_[real, fake], np.repeat([0, 1], len(real)))
        pairs = {"yonsei": ("yonsei", "yonsei"), "ffhq_tpdne": ("ffhq", "tpdne"), "ffhq_sdfd": ("ffhq", "sdfd"),
                 "ytf_sdfd": ("ytf", "sdfd")}  # fmt: skip
        for name, (real_source, fake_source) in pairs.items():
            real_pictures = self.plain.get((real_source, "real"), [])
            fake_pictures = self.plain.get((fake_source, "fake"), [])
            if real_pictures and fake_pictures:
                a, b = self._score(net, real_pictures), self._score(net, fake_pictures)
                figures[name] = auc(np.r_[a, b], np.repeat([0, 1], [len(a), len(b)]))
        if self.task == "synthesis":
            known = [figures[name] for name in ("ffhq_tpdne", "ffhq_sdfd", "ytf_sdfd") if name in figures]
            figures["selection"] = float(np.mean(known))
        return figures

    @staticmethod
    def _score(net: object, pictures: list[np.ndarray]) -> np.ndarray:
        import torch

        scores = []
        with torch.no_grad():
            for start in range(0, len(pictures), 64):
                batch = np.stack(pictures[start : start + 64])[..., ::-1].transpose(0, 3, 1, 2).copy()
                scores.append(net(torch.from_numpy(batch).float().div_(255)).numpy())
        return np.concatenate(scores)


def export(arguments: argparse.Namespace) -> None:
    """Write ``model.onnx`` (opset 17, one input of any batch size) from the best checkpoint, or from two of them."""
    import torch
    from detector_lite import EARLY, LATE, LiteNet
    from detector_net import SmallNet, Views
    from detector_probe import fold_of
    from detector_synthesis import GENERATORS

    def trained(net: torch.nn.Module, name: str) -> torch.nn.Module:
        net.load_state_dict(torch.load(arguments.work / name / "best.pt", weights_only=True))
        return net.eval()

    folder = arguments.work / arguments.name
    folder.mkdir(parents=True, exist_ok=True)
    if arguments.known:
        heads = len([1 for generator in GENERATORS if generator not in arguments.leave_out])
        first = trained(LiteNet(EARLY, heads), arguments.known).settled()
        second = trained(SmallNet(), arguments.rerender_net)
        rows = load(arguments.work)
        views = [*(partial(view_of, first, i) for i in range(heads)), second]
        used = [row for row in rows if row["source"] not in arguments.leave_out]
        used = [row for row in used if arguments.without_fold != fold_of(str(row["source"]), str(row["group"]))]
        scores = [photographs(used, view) for view in views]
        middles = [float(np.mean([np.median(values) for values in found])) for found in scores]
        spreads = [float(np.mean([values.std() for values in found])) for found in scores]
        print("middles", middles, "spreads", spreads)
        net = Views(first, second, middles, spreads).eval()
        if arguments.without_fold < 0:
            figures = Judge(rows, "synthesis", set(arguments.leave_out))(net)
            print(json.dumps({name: round(value, 4) for name, value in figures.items()}), flush=True)
    else:
        state = torch.load(arguments.work / arguments.name / "best.pt", weights_only=True)
        net = trained(LiteNet(LATE, is_marking="marks.weight" in state), arguments.name).settled()
    torch.onnx.export(
        net, (torch.zeros(1, 3, SIZE, SIZE),), str(folder / "model.onnx"), opset_version=17, dynamo=False,
        input_names=["face"], output_names=["logit_fake"], dynamic_axes={"face": {0: "n"}, "logit_fake": {0: "n"}},
    )  # fmt: skip
    halve(folder / "model.onnx")
    if arguments.rerender_net:
        lines = [
            {"run": arguments.rerender_net} | json.loads(line)
            for line in (arguments.work / arguments.rerender_net / "log.jsonl").read_text().splitlines()
        ]
        (folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    print(hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest())


def known(arguments: argparse.Namespace) -> None:
    """Fit the heads that know generators: minutes of looking, seconds of fitting."""
    import torch
    from detector_probe import PERSON_FOLDS, probe

    left_out, folds = set(arguments.leave_out), PERSON_FOLDS if arguments.folds else 0
    nets = probe(load(arguments.work), arguments.published, left_out, SIZE, SEED, folds)
    for place, net in enumerate(nets):
        folder = arguments.work / (f"{arguments.name}_fold{place - 1}" if place else arguments.name)
        folder.mkdir(parents=True, exist_ok=True)
        torch.save(net.state_dict(), folder / "best.pt")


def view_of(net: object, head: int, pictures: object) -> object:
    """The logits of one head."""
    return net.views(pictures)[head]


def photographs(rows: list[dict[str, object]], net: object) -> list[np.ndarray]:
    """The logits of training persons' photographs, by source: one picture of each person."""
    by_source: dict[object, dict[object, np.ndarray]] = {}
    for row in rows:
        if row["label"] == "real" and row["share"] == "train":
            cut = Degradation(0, strong=False)(tight_crop(row["pixels"], row["points"], 0.98), SIZE)
            by_source.setdefault(row["source"], {}).setdefault(row["group"], cut)
    return [Judge._score(net, list(pictures.values())) for pictures in by_source.values()]


def halve(path: Path) -> None:
    """Keep large weights as 16-bit numbers, which the model itself turns into 32-bit ones: half the file."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(path)
    graph, casts = model.graph, []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size > 1000:
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name + "_half"))
            casts.append(onnx.helper.make_node("Cast", [name + "_half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=["prepare", "train", "known", "export"])
    parser.add_argument("--faces", type=Path)
    parser.add_argument("--landmarks", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--task", choices=["swap", "synthesis"], default="swap")
    parser.add_argument("--name", default="")
    parser.add_argument("--leave-out", nargs="*", default=[])
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--pairs", type=int, default=24)
    parser.add_argument("--known", default="", help="export: the run that knows generators")
    parser.add_argument("--rerender-net", default="", help="export: the run that knows what is rendered again")
    parser.add_argument("--softening", type=float, default=0.0, help="how far labels are drawn to the middle")
    parser.add_argument("--keep", type=float, default=0.998, help="share of the averaged weights kept at each step")
    parser.add_argument("--rise", type=int, default=200, help="steps over which the rate rises")
    parser.add_argument("--every", type=int, default=500)
    parser.add_argument("--folds", action="store_true", help="known: fit again without each fold of the persons")
    parser.add_argument("--without-fold", type=int, default=-1, help="export: the fold that --known did not see")
    parser.add_argument("--varied", action="store_true", help="vary every face first, learn where, and leave parts out")
    parser.add_argument("--unworn", action="store_true", help="varied, but neither smaller, blurred nor compressed")
    parser.add_argument("--decay", type=float, default=0.02, help="how far unused weights shrink")
    parser.add_argument("--bases", nargs="*", default=[], help="sources of generated faces to manipulate as well")
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--published", type=Path, help="the published weights of EfficientNet-Lite0 to begin with")
    parser.add_argument("--start", type=Path, help="weights to begin with, as another run left them")
    arguments = parser.parse_args()
    arguments.name = arguments.name or arguments.task
    {"prepare": prepare, "train": train, "known": known, "export": export}[arguments.verb](arguments)


if __name__ == "__main__":
    main()
