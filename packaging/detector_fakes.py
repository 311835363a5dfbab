"""Paired training pictures: a real face, and the same face manipulated by us, under one identical degradation.

Because both of a pair come from the same photograph and pass the same resizing, compression and noise, nothing but
the manipulation tells them apart: no camera, no studio, no file format can be learned in its place. The methods are
those of published work: self-blended images (Shiohara and Yamasaki, CVPR 2022), face X-ray's cross-identity blends
(Li et al., CVPR 2020), Poisson blending (Pérez et al., SIGGRAPH 2003), and a face that was made at low resolution and
enlarged, as one-shot swappers leave it. Used for training and measuring only; the product never makes such a picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

# A face in a 112 x 112 frame: the five points that a face detector gives, and outlines around them.
CANONICAL = np.float32([[38.3, 51.7], [73.5, 51.5], [56.0, 71.7], [41.5, 92.4], [70.7, 92.2]])
OUTLINES = {
    "face": [(14, 48), (18, 28), (38, 17), (56, 14), (74, 17), (94, 28), (98, 48), (96, 74), (88, 96), (72, 110),
             (56, 115), (40, 110), (24, 96), (16, 74)],
    "below_brows": [(16, 42), (36, 34), (56, 36), (76, 34), (96, 42), (96, 74), (88, 96), (72, 110), (56, 114),
                    (40, 110), (24, 96), (16, 74)],
    "inner": [(22, 42), (40, 34), (72, 34), (90, 42), (86, 76), (80, 98), (56, 106), (32, 98), (26, 76)],
    "mouth": [(30, 80), (56, 74), (82, 80), (80, 100), (56, 110), (32, 100)],
    "eyes": [(20, 40), (56, 36), (92, 40), (90, 62), (60, 66), (52, 66), (22, 62)],
}  # fmt: skip
OUTLINE_SHARES = (0.38, 0.27, 0.2, 0.08, 0.07)


@dataclass(frozen=True)
class Face:
    """One real photograph of the training set: BGR pixels and the five points in them."""

    pixels: np.ndarray
    points: np.ndarray
    source: str
    group: str


def _to_image(points: np.ndarray) -> np.ndarray:
    """The similarity that carries the canonical frame onto these five points."""
    matrix, _ = cv2.estimateAffinePartial2D(CANONICAL, points.astype(np.float32), method=cv2.LMEDS)
    return matrix if matrix is not None else np.float32([[1, 0, 0], [0, 1, 0]])


def face_mask(face: Face, random: np.random.Generator) -> np.ndarray:
    """A soft mask of a part of the face, with an outline that no two pictures share."""
    height, width = face.pixels.shape[:2]
    name = random.choice(list(OUTLINES), p=OUTLINE_SHARES)
    outline = np.float32(OUTLINES[name])
    outline = outline + random.normal(0, 2.5, outline.shape)
    centre = outline.mean(axis=0)
    outline = (outline - centre) * random.uniform(0.85, 1.1, 2) + centre + random.uniform(-3, 3, 2)
    matrix = _to_image(face.points)
    placed = outline @ matrix[:, :2].T + matrix[:, 2]
    mask = np.zeros((height, width), np.float32)
    cv2.fillPoly(mask, [np.int32(np.rint(placed * 16))], 1.0, lineType=cv2.LINE_AA, shift=4)
    mask = _elastic(mask, random)
    unit = max(height, width)
    if random.random() < 0.25:
        size = int(unit * random.uniform(0.01, 0.05)) | 1
        mask = cv2.erode(mask, np.ones((size, size), np.uint8))
    softness = unit * random.choice([0.004, 0.01, 0.02, 0.04]) * random.uniform(0.6, 1.4)
    mask = cv2.GaussianBlur(mask, (0, 0), max(0.6, softness))
    strength = random.choice([0.4, 0.6, 0.8, 1.0, 1.0, 1.0])
    return mask * strength


def _elastic(mask: np.ndarray, random: np.random.Generator) -> np.ndarray:
    height, width = mask.shape
    field = random.normal(0, 1, (2, 6, 6)).astype(np.float32) * 0.02 * max(height, width)
    dx, dy = (cv2.resize(part, (width, height), interpolation=cv2.INTER_CUBIC) for part in field)
    grid_x, grid_y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(mask, grid_x + dx, grid_y + dy, cv2.INTER_LINEAR)


def _shift_colours(pixels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    values = pixels.astype(np.float32)
    if random.random() < 0.6:
        values = values + random.uniform(-18, 18, 3)
    if random.random() < 0.6:
        contrast, light = random.uniform(0.85, 1.15), random.uniform(-15, 15)
        values = (values - 128) * contrast + 128 + light
    if random.random() < 0.4:
        hsv = cv2.cvtColor(np.clip(values, 0, 255).astype(np.uint8), cv2.COLOR_BGR2HSV).astype(np.float32)
        hsv[..., 1] = np.clip(hsv[..., 1] * random.uniform(0.7, 1.3), 0, 255)
        hsv[..., 0] = (hsv[..., 0] + random.uniform(-6, 6)) % 180
        values = cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2BGR).astype(np.float32)
    return np.clip(values, 0, 255).astype(np.uint8)


def _change_sharpness(pixels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Lose resolution, sharpen as face restoration does, or smooth."""
    height, width = pixels.shape[:2]
    draw = random.random()
    if draw < 0.45:
        scale = random.uniform(0.3, 0.85)
        down = random.choice([cv2.INTER_AREA, cv2.INTER_LINEAR])
        up = random.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4])
        small = cv2.resize(pixels, (max(8, int(width * scale)), max(8, int(height * scale))), interpolation=int(down))
        return cv2.resize(small, (width, height), interpolation=int(up))
    if draw < 0.75:
        soft = cv2.GaussianBlur(pixels, (0, 0), random.uniform(0.7, 2.0))
        amount = random.uniform(0.3, 1.2)
        return cv2.addWeighted(pixels, 1 + amount, soft, -amount, 0)
    if draw < 0.9:
        return cv2.bilateralFilter(pixels, 5, random.uniform(15, 50), random.uniform(2, 5))
    return cv2.GaussianBlur(pixels, (0, 0), random.uniform(0.4, 1.2))


def _small_move(pixels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    height, width = pixels.shape[:2]
    scale = random.uniform(0.95, 1.05)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), random.uniform(-2, 2), scale)
    matrix[:, 2] += (random.uniform(-0.03, 0.03) * width, random.uniform(-0.02, 0.02) * height)
    return cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def _colour_transfer(donor: np.ndarray, target: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Give the donor the target's mean and spread of colour (Reinhard et al. 2001)."""
    inside = where > 0.3
    if inside.sum() < 30:
        return donor
    one = cv2.cvtColor(donor, cv2.COLOR_BGR2LAB).astype(np.float32)
    two = cv2.cvtColor(target, cv2.COLOR_BGR2LAB).astype(np.float32)
    a, b = one[inside], two[inside]
    one = (one - a.mean(0)) * np.clip(b.std(0) / (a.std(0) + 1e-3), 0.5, 2.0) + b.mean(0)
    return cv2.cvtColor(np.clip(one, 0, 255).astype(np.uint8), cv2.COLOR_LAB2BGR)


def _blend(foreground: np.ndarray, background: np.ndarray, mask: np.ndarray) -> np.ndarray:
    soft = mask[..., None]
    return np.rint(foreground * soft + background * (1.0 - soft)).clip(0, 255).astype(np.uint8)


def self_blend(face: Face, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A self-blended pair: the face pasted into itself after small changes to one of the two."""
    first, second = face.pixels, face.pixels
    if random.random() < 0.5:
        first = _shift_colours(first, random)
        first = _change_sharpness(first, random) if random.random() < 0.7 else first
    else:
        second = _shift_colours(second, random)
        second = _change_sharpness(second, random) if random.random() < 0.7 else second
    moved = _small_move(first, random)
    return second, _blend(moved, second, face_mask(face, random))


def swap(face: Face, donor: Face, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Another person's face, warped onto the five points, recoloured and blended in (sometimes by Poisson's method)."""
    height, width = face.pixels.shape[:2]
    pixels = donor.pixels
    points = donor.points
    if random.random() < 0.45:
        # What one-shot swappers leave: a face made at low resolution.
        side = random.integers(48, 129)
        scale = side / max(pixels.shape[:2])
        if scale < 1:
            pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            points = points * scale
    matrix, _ = cv2.estimateAffinePartial2D(points.astype(np.float32), face.points.astype(np.float32), method=cv2.LMEDS)
    if random.random() < 0.5:
        full, _ = cv2.estimateAffine2D(points.astype(np.float32), face.points.astype(np.float32), method=cv2.LMEDS)
        if full is not None and 0.3 < abs(np.linalg.det(full[:, :2])) / (abs(np.linalg.det(matrix[:, :2])) + 1e-6) < 3:
            matrix = full
    up = int(random.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4]))
    warped = cv2.warpAffine(pixels, matrix, (width, height), flags=up, borderMode=cv2.BORDER_REFLECT)
    if random.random() < 0.35:
        warped = _change_sharpness(warped, random)
    mask = face_mask(face, random)
    inside = np.uint8(mask > 0.5) * 255
    inside[:2], inside[-2:], inside[:, :2], inside[:, -2:] = 0, 0, 0, 0
    if random.random() < 0.2 and inside.any():
        x, y, w, h = cv2.boundingRect(inside)
        try:
            cloned = cv2.seamlessClone(warped, face.pixels, inside, (x + w // 2, y + h // 2), cv2.NORMAL_CLONE)
        except cv2.error:
            cloned = None
        if cloned is not None:
            return face.pixels, cloned
    recoloured = _colour_transfer(warped, face.pixels, mask) if random.random() < 0.85 else warped
    return face.pixels, _blend(recoloured, face.pixels, np.minimum(mask * 1.15, 1.0))


@dataclass(frozen=True)
class Degradation:
    """One draw of what happens to a picture on its way; applied alike to both of a pair."""

    seed: int
    strong: bool = True

    def __call__(self, pixels: np.ndarray, size: int) -> np.ndarray:
        random = np.random.default_rng(self.seed)
        height, width = pixels.shape[:2]
        zoom = random.uniform(0.8, 1.0) if self.strong else 0.92
        side = max(16, int(min(height, width) * zoom))
        left = int(random.uniform(0, 1) * (width - side)) if self.strong else (width - side) // 2
        top = int(random.uniform(0, 1) * (height - side)) if self.strong else (height - side) // 2
        picture = pixels[top : top + side, left : left + side]
        if self.strong:
            picture = self._on_the_way(picture, random)
        picture = to_input_size(picture, size)
        if self.strong and random.random() < 0.5:
            picture = picture[:, ::-1]
        return np.ascontiguousarray(picture)

    @staticmethod
    def _on_the_way(picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
        for _ in range(random.integers(0, 3)):
            draw = random.random()
            if draw < 0.3:
                scale = random.uniform(0.5, 1.3)
                way = int(random.choice([cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
                picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=way)
                if min(picture.shape[:2]) < 48:
                    picture = cv2.resize(picture, (64, 64), interpolation=cv2.INTER_CUBIC)
            elif draw < 0.75:
                quality = int(random.integers(40, 96))
                _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
                picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
            elif draw < 0.87:
                picture = cv2.GaussianBlur(picture, (0, 0), random.uniform(0.3, 1.2))
            else:
                noise = random.normal(0, random.uniform(1, 6), picture.shape)
                picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
        if random.random() < 0.3:
            light, contrast = random.uniform(-20, 20), random.uniform(0.8, 1.2)
            picture = np.clip((picture.astype(np.float32) - 128) * contrast + 128 + light, 0, 255).astype(np.uint8)
        if random.random() < 0.06:
            picture = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        return picture


def to_input_size(picture: np.ndarray, size: int) -> np.ndarray:
    """The one resize between a face crop and a detector: area when it shrinks, linear when it grows."""
    way = cv2.INTER_AREA if min(picture.shape[:2]) >= size else cv2.INTER_LINEAR
    return cv2.resize(picture, (size, size), interpolation=way)


def tight_crop(pixels: np.ndarray, points: np.ndarray | None, share: float) -> np.ndarray:
    """The square around the face with the canonical frame's side divided by ``share``, as far as there is picture.

    Sources that were cut out more or less tightly become alike: the cut must not tell them apart.
    """
    if points is None:
        return pixels
    matrix = _to_image(points)
    frame = 112 * float(np.hypot(matrix[0, 0], matrix[0, 1]))
    height, width = pixels.shape[:2]
    side = int(min(frame / share, height, width))
    middle = points.mean(axis=0) - (0, 0.05 * side)
    left = int(np.clip(middle[0] - side / 2, 0, width - side))
    top = int(np.clip(middle[1] - side / 2, 0, height - side))
    return pixels[top : top + side, left : left + side]


def varied(face: Face, random: np.random.Generator, *, is_worn: bool) -> Face:
    """The same face in the mirror, turned, recoloured, and with ``is_worn`` smaller, blurred or compressed, before
    anything is manipulated.

    Both of a pair begin from it, so that a face met a hundred times is not learned by heart.
    """
    pixels, points = face.pixels, face.points.astype(np.float64)
    if random.random() < 0.5:
        pixels = np.ascontiguousarray(pixels[:, ::-1])
        points = (points * (-1, 1) + (pixels.shape[1] - 1, 0))[[1, 0, 2, 4, 3]]
    if random.random() < 0.5:
        height, width = pixels.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), random.uniform(-12, 12), random.uniform(0.92, 1.12))
        pixels = cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        points = points @ matrix[:, :2].T + matrix[:, 2]
    if is_worn and random.random() < 0.3 and min(pixels.shape[:2]) > 110:
        scale = random.uniform(max(0.5, 100 / min(pixels.shape[:2])), 0.95)
        pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        points = points * scale
    if random.random() < 0.6:
        pixels = _shift_colours(pixels, random)
    if is_worn and random.random() < 0.25:
        pixels = _change_sharpness(pixels, random)
    if is_worn and random.random() < 0.3:
        _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(60, 96))])
        pixels = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return Face(pixels, points, face.source, face.group)


def manipulated_cells(real: np.ndarray, fake: np.ndarray, side: int) -> np.ndarray:
    """From 0 to 1 for each of ``side`` x ``side`` cells: how far the second of a pair departs from the first there."""
    apart = np.abs(real.astype(np.float32) - fake).mean(axis=2)
    return np.clip((cv2.resize(apart, (side, side), interpolation=cv2.INTER_AREA) - 1.0) / 3.0, 0.0, 1.0)


def make_pair(
    faces: list[Face], seed: list[int], size: int, *, strong: bool = True, is_varied: bool = False, is_worn: bool = True
) -> tuple[np.ndarray, np.ndarray, str]:
    """One pair (real, fake) as BGR pictures of ``size``, and the name of the method; the seed decides everything."""
    random = np.random.default_rng(seed)
    face = faces[random.integers(len(faces))]
    if is_varied:
        face = varied(face, np.random.default_rng([*seed, 1]), is_worn=is_worn)
    if random.random() < 0.5:
        real, fake = self_blend(face, random)
        method = "self_blend"
    else:
        others = [faces[i] for i in random.integers(len(faces), size=10)]
        others = [other for other in others if other.group != face.group] or others[:1]
        donor = min(others, key=lambda other: _pose_distance(other, face))
        real, fake = swap(face, donor, random)
        method = "swap"
    degrade = Degradation(int(random.integers(2**31)), strong)
    return degrade(real, size), degrade(fake, size), method


def _pose_distance(one: Face, two: Face) -> float:
    """How unlike two faces are turned: what remains of the five points after a similarity."""
    a, b = (face.points - face.points.mean(0) for face in (one, two))
    a, b = (points / (np.linalg.norm(points) + 1e-6) for points in (a, b))
    return float(np.linalg.norm(a - b))
