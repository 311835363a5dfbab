"""Drawn faces, and small models written byte by byte: no picture of a person, no trained weights."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evidence.media import MediaWorker
from evidence.scoring import Pack, load_pack, scoring_worker
from evidence.scoring.detector import OnnxDetector, selftest_faces
from evidence.scoring.drawn import draw_face


def _field(number: int, value: bytes | int | str) -> bytes:
    """One field of a protocol-buffer message."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def tiny_finder() -> bytes:
    """ONNX with YuNet's outputs: where red outweighs blue (OpenCV's third channel), a face of 192 pixels."""

    def tensor(name: str, dims: list[int], values: list[float]) -> bytes:
        body = b"".join(_field(1, d) for d in dims) + _field(2, 1) + _field(8, name)
        return body + _field(9, struct.pack(f"<{len(values)}f", *values))

    def ints(name: str, values: list[int]) -> bytes:
        return _field(5, _field(1, name) + b"".join(_field(8, value) for value in values) + _field(20, 7))

    def shape(name: str, dims: list[int | str]) -> bytes:
        sides = b"".join(_field(1, _field(1, d) if isinstance(d, int) else _field(2, d)) for d in dims)
        return _field(1, name) + _field(2, _field(1, _field(1, 1) + _field(2, sides)))

    # Eyes, nose and corners of the mouth in steps of the grid, around the middle of the box.
    points = [-0.6, -0.5, 0.6, -0.5, 0.0, 0.1, -0.4, 0.7, 0.4, 0.7]
    graph, outputs = b"", b""
    for step in (8, 16, 32):
        pool = _field(1, "face") + _field(2, f"mean{step}") + _field(4, "AveragePool")
        graph += _field(1, pool + ints("kernel_shape", [step, step]) + ints("strides", [step, step]))
        last = float(step == 32)
        for name, gain, bias in (
            ("cls", 0.05 * last, [-0.5 * last]), ("obj", 0.0, [1.0]),
            ("bbox", 0.0, [0.5, 0.5, 1.7918, 1.7918]), ("kps", 0.0, [0.5 + value for value in points]),
        ):  # fmt: skip
            key = f"{name}_{step}"
            weights = [value for _ in bias for value in (-gain, 0.0, gain)]
            conv = _field(1, f"mean{step}") + _field(1, f"w{key}") + _field(1, f"b{key}") + _field(2, f"raw{key}")
            graph += _field(1, conv + _field(4, "Conv") + ints("kernel_shape", [1, 1]))
            turned = _field(1, f"raw{key}") + _field(2, key) + _field(4, "Transpose") + ints("perm", [0, 2, 3, 1])
            graph += _field(1, turned) + _field(5, tensor(f"w{key}", [len(bias), 3, 1, 1], weights))
            graph += _field(5, tensor(f"b{key}", [len(bias)], bias))
            outputs += _field(12, shape(key, [1, "h", "w", len(bias)]))
    graph += _field(2, "g") + _field(11, shape("face", [1, 3, "h", "w"])) + outputs
    return _field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 12))


def hostile_models() -> dict[str, bytes]:
    """Models that would never end, ask for terabytes, or read another file."""

    def value(name: str, kind: int, dims: list[int | str]) -> bytes:
        sides = b"".join(_field(1, _field(1, d) if isinstance(d, int) else _field(2, d)) for d in dims)
        return _field(1, name) + _field(2, _field(1, _field(1, kind) + _field(2, sides)))

    def node(inputs: list[str], outputs: list[str], operator: str, *attributes: bytes) -> bytes:
        names = b"".join(_field(1, name) for name in inputs) + b"".join(_field(2, name) for name in outputs)
        return _field(1, names + _field(4, operator) + b"".join(_field(5, each) for each in attributes))

    def constant(name: str, kind: int, dims: list[int], raw: bytes) -> bytes:
        return _field(5, b"".join(_field(1, d) for d in dims) + _field(2, kind) + _field(8, name) + _field(9, raw))

    def whole(nodes: bytes, constants: bytes) -> bytes:
        ends = _field(11, value("face", 1, ["n", 3, 32, 32])) + _field(12, value("logit_fake", 1, ["n", 1, 1, 1]))
        graph = nodes + _field(2, "g") + constants + ends
        return _field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 17))

    pool = node(["face"], ["mean"], "GlobalAveragePool")
    body = node(["again"], ["and_again"], "Identity") + node(["x", "x"], ["y"], "Add") + _field(2, "body")
    body += _field(11, value("turn", 7, [])) + _field(11, value("again", 9, [])) + _field(11, value("x", 1, []))
    body += _field(12, value("and_again", 9, [])) + _field(12, value("y", 1, []))
    loop = node(["most", "yes", "mean"], ["logit_fake"], "Loop", _field(1, "body") + _field(6, body) + _field(20, 5))
    endless = whole(pool + loop, constant("most", 7, [], b"\xff" * 7 + b"\x7f") + constant("yes", 9, [], b"\x01"))
    large = node(["shape"], ["zeros"], "ConstantOfShape") + node(["zeros"], ["one"], "ReduceSum")
    side = (1 << 20).to_bytes(8, "little")
    greedy = whole(
        pool + large + node(["mean", "one"], ["logit_fake"], "Add"), constant("shape", 7, [2], side * 2)
    )  # fmt: skip
    place = b"".join(_field(13, _field(1, key) + _field(2, text)) for key, text in (
        ("location", "../secret"), ("offset", "0"), ("length", "12")
    ))  # fmt: skip
    sides = b"".join(_field(1, d) for d in (1, 3, 1, 1))
    elsewhere = _field(5, sides + _field(2, 1) + _field(8, "w") + place + _field(14, 1))
    curious = whole(pool + node(["mean", "w"], ["logit_fake"], "Conv"), elsewhere)
    return {"endless": endless, "greedy": greedy, "curious": curious}


def tiny_model(operator: str = "GlobalAveragePool", domain: str = "") -> bytes:
    """ONNX: logit = 10 * (mean red - mean blue), for any size of input."""

    def tensor(name: str, dims: list[int], values: list[float]) -> bytes:
        body = b"".join(_field(1, d) for d in dims) + _field(2, 1) + _field(8, name)
        return body + _field(9, struct.pack(f"<{len(values)}f", *values))

    def value_info(name: str, dims: list[int | str]) -> bytes:
        shape = b"".join(_field(1, _field(1, d) if isinstance(d, int) else _field(2, d)) for d in dims)
        return _field(1, name) + _field(2, _field(1, _field(1, 1) + _field(2, shape)))

    pool = _field(1, "face") + _field(2, "mean") + _field(4, operator) + _field(7, domain)
    conv = _field(1, "mean") + _field(1, "w") + _field(2, "logit_fake") + _field(4, "Conv")
    graph = (
        _field(1, pool) + _field(1, conv) + _field(2, "g") + _field(5, tensor("w", [1, 3, 1, 1], [10.0, 0.0, -10.0]))
    )
    graph += _field(11, value_info("face", ["n", 3, 32, 32])) + _field(12, value_info("logit_fake", ["n", 1, 1, 1]))
    opset = _field(8, _field(1, "") + _field(2, 17)) + (_field(8, _field(1, domain) + _field(2, 1)) if domain else b"")
    return _field(1, 8) + _field(7, graph) + opset


@pytest.fixture(scope="session")
def worker() -> Iterator[MediaWorker]:
    with scoring_worker() as shared:
        yield shared


@pytest.fixture(scope="session")
def face() -> Callable[..., np.ndarray]:
    return draw_face


@pytest.fixture(scope="session")
def model() -> Callable[..., bytes]:
    return tiny_model


@pytest.fixture(scope="session")
def hostile() -> dict[str, bytes]:
    return hostile_models()


@pytest.fixture(scope="session")
def finder_model() -> Callable[..., bytes]:
    return tiny_finder


@pytest.fixture
def png() -> Callable[..., bytes]:
    def encode(picture: np.ndarray, image_format: str = "PNG", **options: object) -> bytes:
        stream = BytesIO()
        Image.fromarray(picture).save(stream, image_format, **options)
        return stream.getvalue()

    return encode


@pytest.fixture
def write_pack(tmp_path: Path) -> Callable[..., Path]:
    """Writes a pack around a tiny model; keyword arguments replace parts of its ``pack.json``."""

    def write(
        name: str = "tiny", *, above: float = 2.0, below: float | None = 0.5, model: bytes = b"", **parts: object
    ) -> Path:
        folder = tmp_path / "packs" / name
        folder.mkdir(parents=True)
        (folder / "model.onnx").write_bytes(model or tiny_model())
        (folder / "card.md").write_text("a test model\n")
        logits = OnnxDetector(tiny_model()).logits(selftest_faces(5, 3, 32))
        test = {"seed": 5, "size": 32, "logits": [float(v) for v in logits], "tolerance": 1e-3}
        (folder / "selftest.json").write_text(json.dumps(test))
        rates = {
            "false_positive": 0.01, "false_positive_low": 0.0, "false_positive_high": 0.03, "true_positive": 0.2,
            "true_positive_low": 0.1, "true_positive_high": 0.3, "test_set": "drawn", "test_size": 100,
        }  # fmt: skip
        facts = {
            "id": name, "version": "1", "created": "2026-01-01", "publisher": "tests", "task": "face_swap",
            "input": {"size": 32, "crop_margin": 1.4}, "output": "logit_fake", "opset": 17,
            "files": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()},
            "calibration": {"slope": 1.0, "offset": 0.0, "above": above, "below": below, "rates": rates},
            "licence": "Apache-2.0", "intended_use": "tests", "min_app_version": "0.1.0", **parts,
        }  # fmt: skip
        (folder / "pack.json").write_text(json.dumps(facts))
        return folder

    return write


@pytest.fixture
def pack(write_pack: Callable[..., Path]) -> Callable[..., Pack]:
    return lambda *arguments, **parts: load_pack(write_pack(*arguments, **parts))
