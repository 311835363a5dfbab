"""Bring MesoNet's published weights into the benchmark as peers (Afchar et al., WIFS 2018; weights Apache-2.0).

    python packaging/peer_mesonet.py --weights DIR --out DIR

Writes one pack per weight file, for measuring on the very same crops; the packs stay outside the repository and the
product. Runs where train_detectors.py runs, with h5py besides.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path

import h5py
import numpy as np
import torch
from torch import nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from evidence.scoring.detector import selftest_faces

FILES = ("card.md", "model.onnx", "selftest.json")


class Meso(nn.Module):
    """Meso4, or MesoInception4 when the file has sixteen convolutions; the output is turned so that high means fake."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        found: dict[str, dict[str, torch.Tensor]] = {}
        with h5py.File(path) as weights:
            weights.visititems(lambda name, item: self._take(found, name, item))
        self.convolutions, self.norms, self.dense = (
            [found[name] for name in sorted(found, key=lambda n: int(n.rpartition("_")[2])) if name.startswith(kind)]
            for kind in ("conv2d", "batch", "dense")
        )

    @staticmethod
    def _take(found: dict[str, dict[str, torch.Tensor]], name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            layer, _, leaf = name.partition("/")
            found.setdefault(layer, {})[leaf.rpartition("/")[2].split(":")[0]] = torch.from_numpy(np.array(item))

    @staticmethod
    def _convolve(x: torch.Tensor, layer: dict[str, torch.Tensor], dilation: int = 1) -> torch.Tensor:
        kernel = layer["kernel"].permute(3, 2, 0, 1)
        pad = dilation * (kernel.shape[2] // 2)
        return torch.relu(functional.conv2d(x, kernel, layer["bias"], padding=pad, dilation=dilation))

    @staticmethod
    def _norm(x: torch.Tensor, layer: dict[str, torch.Tensor]) -> torch.Tensor:
        return functional.batch_norm(
            x, layer["moving_mean"], layer["moving_variance"], layer["gamma"], layer["beta"], eps=1e-3
        )

    def _inception(self, x: torch.Tensor, layers: list[dict[str, torch.Tensor]]) -> torch.Tensor:
        parts = [self._convolve(x, layers[0])]
        parts += [self._convolve(self._convolve(x, layers[2 * i - 1]), layers[2 * i], i) for i in (1, 2, 3)]
        return torch.cat(parts, dim=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        convolutions = self.convolutions
        if len(convolutions) == 16:
            stages = [lambda y: self._inception(y, convolutions[:7]), lambda y: self._inception(y, convolutions[7:14])]
        else:
            stages = [lambda y: self._convolve(y, convolutions[0]), lambda y: self._convolve(y, convolutions[1])]
        stages += [lambda y: self._convolve(y, convolutions[-2]), lambda y: self._convolve(y, convolutions[-1])]
        for stage, norm, pool in zip(stages, self.norms, (2, 2, 2, 4), strict=True):
            x = functional.max_pool2d(self._norm(stage(x), norm), pool)
        x = x.permute(0, 2, 3, 1).flatten(1)
        x = functional.leaky_relu(x @ self.dense[0]["kernel"] + self.dense[0]["bias"], 0.1)
        return -(x @ self.dense[1]["kernel"] + self.dense[1]["bias"]).squeeze(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    for path in sorted(arguments.weights.glob("*.h5")):
        peer = path.stem.lower().replace("_", "-")
        folder = arguments.out / peer
        folder.mkdir(parents=True, exist_ok=True)
        net = Meso(path).eval()
        torch.onnx.export(
            net, (torch.zeros(1, 3, 256, 256),), str(folder / "model.onnx"), opset_version=17, dynamo=False,
            input_names=["face"], output_names=["logit_fake"], dynamic_axes={"face": {0: "n"}, "logit_fake": {0: "n"}},
        )  # fmt: skip
        (folder / "card.md").write_text("A peer for the benchmark only.\n")
        faces = selftest_faces(1, 3, 256)
        with torch.no_grad():
            expected = [float(value) for value in net(torch.from_numpy(faces))]
        test = {"seed": 1, "size": 256, "logits": expected, "tolerance": 1e-2}
        (folder / "selftest.json").write_text(json.dumps(test))
        nothing = {
            "false_positive": 0.0, "false_positive_low": 0.0, "false_positive_high": 1.0, "true_positive": 0.0,
            "true_positive_low": 0.0, "true_positive_high": 1.0, "test_set": "none", "test_size": 0,
        }  # fmt: skip
        facts = {
            "id": peer, "version": "published", "created": "2018", "publisher": "DariusAf/MesoNet", "task": "face_swap",
            "input": {"size": 256, "crop_margin": 1.3}, "output": "logit_fake", "opset": 17,
            "files": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES},
            "calibration": {"slope": 1.0, "offset": 0.0, "above": 1e9, "below": None, "rates": nothing},
            "licence": "Apache-2.0", "intended_use": "A peer for the benchmark.", "min_app_version": "0.1.0",
        }  # fmt: skip
        (folder / "pack.json").write_text(json.dumps(facts, indent=1))


if __name__ == "__main__":
    main()
