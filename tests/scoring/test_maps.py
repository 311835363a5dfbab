from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from evidence.errors import EvidenceError
from evidence.media import MediaWorker
from evidence.scoring import LAYER_NAMES, Pack, layer, load_packs, score_map
from evidence.scoring.detector import OnnxDetector, selftest_faces
from evidence.scoring.layers import occlusion
from evidence.scoring.shuffled import with_shuffled_weights

Face = Callable[..., np.ndarray]
Encode = Callable[..., bytes]


def test_the_map_points_at_what_the_score_rests_on(
    worker: MediaWorker, pack: Callable[..., Pack], face: Face, png: Encode
) -> None:
    """The tiny model sees nothing but red minus blue: a red mark on one cheek must light up there."""
    picture = face(160)
    made = pack()
    plain = score_map(lambda: BytesIO(png(picture)), pack=made, worker=worker)
    assert plain is not None
    x, y = plain.face.x + plain.face.width // 4, plain.face.y + 3 * plain.face.height // 4
    cv2.circle(picture, (x, y), 14, (255, 0, 0), -1)
    marked = score_map(lambda: BytesIO(png(picture)), pack=made, worker=worker)
    assert marked is not None
    assert marked.raw > plain.raw
    row, column = np.unravel_index(np.argmax(marked.grid), (8, 8))
    assert row >= 4
    assert column <= 3


def test_no_face_no_map(worker: MediaWorker, pack: Callable[..., Pack], png: Encode) -> None:
    empty = png(np.full((80, 80, 3), 99, np.uint8))
    assert score_map(lambda: BytesIO(empty), pack=pack(), worker=worker) is None


def test_the_map_moves_when_the_weights_are_randomised() -> None:
    """The sanity test of Adebayo et al. (2018): a map that does not depend on the weights explains nothing."""
    for shipped in load_packs():
        model = (shipped.folder / "model.onnx").read_bytes()
        faces = selftest_faces(3, 1, shipped.facts.input.size)
        _, trained = occlusion(OnnxDetector(model), faces[0])
        _, other = occlusion(OnnxDetector(with_shuffled_weights(model)), faces[0])
        assert abs(np.corrcoef(trained.ravel(), other.ravel())[0, 1]) < 0.8


@pytest.mark.parametrize("name", LAYER_NAMES)
def test_layers_have_the_size_of_the_picture(worker: MediaWorker, face: Face, png: Encode, name: str) -> None:
    picture = face(100)
    made = layer(lambda: BytesIO(png(picture, "JPEG", quality=80)), name, worker=worker)
    assert Image.open(BytesIO(made)).size == picture.shape[1::-1]


def test_layers_refuse_what_is_no_picture(worker: MediaWorker) -> None:
    with pytest.raises(EvidenceError, match=r"media\.unsupported"):
        layer(lambda: BytesIO(b"words"), "residual", worker=worker)
    with pytest.raises(ValueError, match="other"):
        layer(lambda: BytesIO(b"words"), "other", worker=worker)
