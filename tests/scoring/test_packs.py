from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from evidence.errors import EvidenceError
from evidence.scoring import load_packs
from evidence.scoring.detector import OnnxDetector, OpenCvDetector, open_detector, selftest_faces

ROOT = Path(__file__).resolve().parent.parent.parent


def code(folder: Path) -> str:
    with pytest.raises(EvidenceError) as caught:
        load_packs(folder)
    return caught.value.code


def test_packs_are_loaded_by_name(write_pack: Callable[..., Path]) -> None:
    root = write_pack("b").parent
    write_pack("a")
    (root / "no pack").mkdir()
    assert [pack.facts.id for pack in load_packs(root)] == ["a", "b"]
    assert load_packs(root / "missing") == ()


@pytest.mark.parametrize("name", ["model.onnx", "card.md", "selftest.json"])
def test_an_altered_file_is_refused(write_pack: Callable[..., Path], name: str) -> None:
    folder = write_pack()
    data = bytearray((folder / name).read_bytes())
    data[0] ^= 1
    (folder / name).write_bytes(data)
    assert code(folder.parent) == "scoring.pack_altered"
    (folder / name).unlink()
    assert code(folder.parent) == "scoring.pack_altered"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_is_refused(write_pack: Callable[..., Path], tmp_path: Path) -> None:
    folder = write_pack()
    (folder / "model.onnx").rename(tmp_path / "elsewhere")
    (folder / "model.onnx").symlink_to(tmp_path / "elsewhere")
    assert code(folder.parent) == "scoring.pack_altered"


@pytest.mark.parametrize(
    "parts",
    [
        {"id": "../escape"},
        {"task": "judge"},
        {"output": "probability"},
        {"input": {"size": 100000, "crop_margin": 1.4}},
        {"input": {"size": 32}},
        {"files": {"../../etc/passwd": "00"}},
        {"files": {}},
        {"calibration": {"slope": 1.0, "offset": 0.0, "above": 1.0, "below": 2.0, "rates": None}},
    ],
)
def test_a_malformed_pack_is_refused(write_pack: Callable[..., Path], parts: dict[str, object]) -> None:
    assert code(write_pack(**parts).parent) == "scoring.pack_malformed"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"id": "x"}', '{"a":' * 5000, '{"id":1,"id":2}'])
def test_a_broken_pack_json_is_refused(write_pack: Callable[..., Path], text: str) -> None:
    folder = write_pack()
    (folder / "pack.json").write_text(text)
    assert code(folder.parent) == "scoring.pack_malformed"


def test_the_shipped_packs_are_whole_and_honest() -> None:
    packs = load_packs()
    assert sum((pack.folder / "model.onnx").stat().st_size for pack in packs) < 10 << 20
    for pack in packs:
        rates = pack.facts.calibration.rates
        assert rates.test_size > 0
        assert all(source.false_positive <= 0.03 for source in pack.facts.calibration.sources)
        card = (pack.folder / "card.md").read_text("utf-8")
        assert all(word in card for word in ("AUC", "not", "licence"))
        assert json.loads((pack.folder / "selftest.json").read_text())["size"] == pack.facts.input.size


def test_both_engines_agree_on_the_shipped_models(model: Callable[..., bytes]) -> None:
    models = [(pack.folder / "model.onnx").read_bytes() for pack in load_packs()] or [model()]
    for data in models:
        size = 128 if load_packs() else 32
        faces = selftest_faces(11, 4, size)
        faces[1] = np.random.default_rng(5).random(faces[1].shape, dtype=np.float32)
        one, two = OnnxDetector(data).logits(faces), OpenCvDetector(data).logits(faces)
        assert np.abs(one - two).max() < 1e-4
        assert np.array_equal(one, OnnxDetector(data).logits(faces))


def test_shipped_packs_pass_their_self_test() -> None:
    for pack in load_packs():
        open_detector(pack.folder, pack.model_sha256)


def test_the_parent_opens_no_model_and_no_decoder() -> None:
    source = (
        "import sys; import evidence.scoring; "
        "sys.exit(any(m in sys.modules for m in ('onnxruntime', 'cv2', 'evidence.media.decoding')))"
    )
    assert subprocess.run([sys.executable, "-c", source], cwd=ROOT, check=False).returncode == 0
