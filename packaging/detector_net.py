"""The small convolutional network of our own detectors. No stride in its first layers: traces of blending are fine."""

from __future__ import annotations

import torch
from detector_lite import LiteNet
from torch import nn

STEEPNESS = 1.5
"""How sharply the loudest view is heard."""
SECOND_VIEW = 1.0
"""How much further the distance from photographs must go than the likeness to a known generator, to be heard."""


class Residual(nn.Module):
    """Two 3 x 3 convolutions around which the input is carried."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width),
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.body(x))


def _step(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class SmallNet(nn.Module):
    """About a million parameters; input N x 3 x S x S, RGB from 0 to 1; output N logits, higher is more likely made."""

    def __init__(self, widths: tuple[int, ...] = (16, 32, 64, 112, 160)) -> None:
        super().__init__()
        a, b, c, d, e = widths
        self.features = nn.Sequential(
            _step(3, a), _step(a, a),
            _step(a, b, 2), Residual(b),
            _step(b, c, 2), Residual(c),
            _step(c, d, 2), Residual(d),
            _step(d, e, 2), Residual(e),
        )  # fmt: skip
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(2 * e, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features((x - 0.5) * 4.0)
        pooled = torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1)
        return self.head(self.drop(pooled)).squeeze(1)


class Views(nn.Module):
    """The synthesis specialist: how like each known generator, and how far from photographs in either direction.

    The second network learned only to tell a photograph from the same one rendered again. Some generators lie on the
    rendered side of photographs, others (whose pictures were never noisy nor compressed) on the far side: the distance
    counts, not the direction. ``middles`` and ``spreads`` are those of each head of ``known``, then of the second
    network, on training photographs.
    """

    def __init__(self, known: LiteNet, rerendered: SmallNet, middles: list[float], spreads: list[float]) -> None:
        super().__init__()
        self.known, self.rerendered, self.middles, self.spreads = known, rerendered, middles, spreads

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        *middles, last_middle = self.middles
        *spreads, last_spread = self.spreads
        score = STEEPNESS * torch.abs(self.rerendered(x) - last_middle) / last_spread - SECOND_VIEW
        for logits, middle, spread in zip(self.known.views(x), middles, spreads, strict=True):
            view = STEEPNESS * (logits - middle) / spread
            # log(exp(a) + exp(b)): any view may raise the score; written so that nothing overflows.
            apart = torch.abs(view - score)
            score = 0.5 * (view + score + apart) + torch.log(1.0 + torch.exp(-apart))
        return score
