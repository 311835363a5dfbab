"""Paired pictures for the synthesis specialist: a real face, and the same face rendered again as a whole.

No generator is used. A generator's picture differs from a photograph in that a machine drew every part of it: detail
that was made from less, noise that is gone, a spectrum that falls off otherwise, texture that does not sit where the
light would put it. Each of these is done here to a real photograph, and both of the pair then pass one identical draw
of size, compression and noise, so that neither a source nor a file format can be learned in their place. Used for
training and measuring only; the product never makes such a picture.
"""

from __future__ import annotations

import cv2
import numpy as np
from detector_fakes import Degradation, Face, tight_crop


def _from_less(pixels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Shrunk, and enlarged again in one of the ways in which a decoder enlarges."""
    height, width = pixels.shape[:2]
    scale = random.uniform(1.3, 3.0)
    size = max(16, int(width / scale)), max(16, int(height / scale))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    way = int(random.choice([cv2.INTER_CUBIC, cv2.INTER_LANCZOS4, cv2.INTER_NEAREST, cv2.INTER_LINEAR]))
    large = cv2.resize(small, (width, height), interpolation=way)
    return cv2.GaussianBlur(large, (0, 0), scale * 0.5) if way == cv2.INTER_NEAREST else large


def _without_noise(pixels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    draw = random.random()
    if draw < 0.4:
        return cv2.bilateralFilter(pixels, 7, random.uniform(15, 60), random.uniform(2, 6))
    if draw < 0.6:
        return cv2.medianBlur(pixels, int(random.choice([3, 5])))
    if draw < 0.8:
        return cv2.edgePreservingFilter(pixels, None, 1, float(random.uniform(5, 25)), float(random.uniform(0.08, 0.3)))
    return cv2.fastNlMeansDenoisingColored(
        pixels, None, float(random.uniform(3, 9)), float(random.uniform(3, 9)), 5, 11
    )


def _other_spectrum(pixels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The high frequencies weaker or stronger, sometimes with the faint grid of a transposed convolution."""
    height, width = pixels.shape[:2]
    values = pixels.astype(np.float32)
    across, down = np.fft.fftfreq(width)[None, :], np.fft.fftfreq(height)[:, None]
    cut, slope = random.uniform(0.12, 0.3), random.uniform(0.02, 0.08)
    gain = random.choice([random.uniform(0.3, 0.8), random.uniform(1.2, 2.0)])
    curve = 1 + (gain - 1) / (1 + np.exp(-(np.hypot(across, down) - cut) / slope))
    changed = np.fft.ifft2(np.fft.fft2(values, axes=(0, 1)) * curve[..., None], axes=(0, 1)).real
    if random.random() < 0.5:
        period = int(random.choice([2, 4, 8]))
        grid = np.outer(np.cos(2 * np.pi * np.arange(height) / period), np.cos(2 * np.pi * np.arange(width) / period))
        edges = np.abs(values - cv2.GaussianBlur(values, (0, 0), 2)).mean(axis=2)
        changed = changed + (grid * (edges * random.uniform(0.2, 0.6) + random.uniform(0.3, 2)))[..., None]
    return np.clip(changed, 0, 255).astype(np.uint8)


def _moved_texture(pixels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The fine detail slightly displaced against what carries it."""
    height, width = pixels.shape[:2]
    values = pixels.astype(np.float32)
    base = cv2.GaussianBlur(values, (0, 0), random.uniform(1, 3))
    cells, reach = int(random.integers(5, 14)), random.uniform(1, 5)
    dx, dy = (
        cv2.resize(random.normal(0, reach, (cells, cells)).astype(np.float32), (width, height),
                   interpolation=cv2.INTER_CUBIC)
        for _ in range(2)
    )  # fmt: skip
    grid_x, grid_y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    detail = cv2.remap(values - base, grid_x + dx, grid_y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.clip(base + detail * random.uniform(0.6, 1.3), 0, 255).astype(np.uint8)


def _grain(pixels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Noise as generators inject it: at several scales, stronger where there is texture."""
    height, width = pixels.shape[:2]
    values = pixels.astype(np.float32)
    edges = np.abs(values - cv2.GaussianBlur(values, (0, 0), 3)).mean(axis=2)
    edges = cv2.GaussianBlur(edges, (0, 0), 4) / (edges.mean() + 1)
    noise = np.zeros((height, width), np.float32)
    for cell in (1, 2, 4):
        if random.random() < 0.6:
            coarse = random.normal(0, 1, (height // cell + 1, width // cell + 1)).astype(np.float32)
            noise += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) * random.uniform(0.5, 1)
    strength = random.uniform(2, 9) * (edges * random.uniform(0.3, 1) + random.uniform(0.2, 1))
    return np.clip(values + (noise * strength)[..., None] * random.normal(1, 0.15, 3), 0, 255).astype(np.uint8)


def _crisp(pixels: np.ndarray, random: np.random.Generator, least: float = 0.5, most: float = 2.0) -> np.ndarray:
    """Sharpened once or twice, as the renderings of diffusion models are."""
    for _ in range(int(random.integers(1, 3))):
        soft = cv2.GaussianBlur(pixels, (0, 0), random.uniform(0.6, 1.8))
        amount = random.uniform(least, most)
        pixels = cv2.addWeighted(pixels, 1 + amount, soft, -amount, 0)
    return pixels


def rerender(pixels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Smooth as some generators are, crisp as others are, or with texture out of place."""
    draw = random.random()
    if draw < 0.4:
        ways = (_from_less, _without_noise)
        for i in random.choice(2, int(random.integers(1, 3)), replace=False):
            pixels = ways[i](pixels, random)
        return _crisp(pixels, random, 0.3, 1.4) if random.random() < 0.4 else pixels
    if draw < 0.8:
        pixels = (_crisp if random.random() < 0.6 else _other_spectrum)(pixels, random)
        return _grain(pixels, random) if random.random() < 0.6 else pixels
    pixels = _moved_texture(pixels, random)
    return _crisp(pixels, random) if random.random() < 0.5 else pixels


def rerendered_pair(faces: list[Face], seed: list[int], size: int) -> tuple[np.ndarray, np.ndarray]:
    """One pair (real, rendered again) as BGR pictures of ``size``; the seed decides everything."""
    random = np.random.default_rng(seed)
    face = faces[random.integers(len(faces))]
    pixels = tight_crop(face.pixels, face.points, random.uniform(0.85, 1.1))
    side = int(2 ** random.uniform(np.log2(80), np.log2(220)))
    if min(pixels.shape[:2]) > side:
        pixels = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
    again = rerender(pixels, random)
    degrade = Degradation(int(random.integers(2**31)))
    return degrade(pixels, size), degrade(again, size)
