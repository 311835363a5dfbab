"""A finder of faces as an imported pack: used when it is there, refused when it is not what it says."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from evidence.errors import EvidenceError
from evidence.media import MediaWorker
from evidence.model import ScoreReport
from evidence.scoring import (
    Pack,
    detectors_of,
    finder_of,
    finders,
    import_pack,
    load_pack,
    remove_pack,
    score_map,
    score_original,
)  # fmt: skip
from evidence.scoring.faces import find_faces
from evidence.scoring.finders import Finder, _found, selftest_scene

ROOT = Path(__file__).parents[2]
Model = Callable[..., bytes]
Tool = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def finder_folder(tmp_path: Path, finder_model: Model) -> Path:
    folder = tmp_path / "unpacked" / "finder"
    folder.mkdir(parents=True)
    (face,) = Finder(finder_model(), 320).find(selftest_scene(0, 320))
    test = {"seed": 0, "size": 320, "logits": [value / 320 for value in face.box[:3]], "tolerance": 0.01}
    (folder / "model.onnx").write_bytes(finder_model())
    (folder / "card.md").write_text("finds what is red\n")
    (folder / "selftest.json").write_text(json.dumps(test))
    facts = {
        "id": "finder", "version": "1", "created": "2026-01-01", "publisher": "tests", "task": "face_detection",
        "input": {"size": 320, "crop_margin": 1.0}, "output": "faces", "opset": 12,
        "files": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()},
        "licence": "MIT", "intended_use": "tests", "min_app_version": "0.1.0",
    }  # fmt: skip
    (folder / "pack.json").write_text(json.dumps(facts))
    return folder


@pytest.fixture
def make_pack() -> Tool:
    def run(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "packaging" / "make_pack.py"), *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    return run


def scored(data: bytes, worker: MediaWorker, *packs: Pack) -> ScoreReport:
    return score_original(
        lambda: BytesIO(data), item_id="i", sha256="ab" * 32, media_type="image/png", worker=worker, packs=packs,
        now=datetime(2026, 1, 2, tzinfo=UTC),
    )  # fmt: skip


def test_packed_signed_imported_used_and_removed(
    make_pack: Tool, finder_folder: Path, tmp_path: Path, worker: MediaWorker, pack: Callable[..., Pack],
    png: Callable[..., bytes],
) -> None:  # fmt: skip
    out, key = tmp_path / "finder.dfpack", tmp_path / "key"
    done = make_pack("folder", "--folder", finder_folder, "--key", key, "--out", out)
    assert done.returncode == 0, done.stderr
    assert key.stat().st_mode & 0o77 == 0 or sys.platform == "win32"
    public = bytes.fromhex(done.stdout.split()[-1])
    with out.open("rb") as stream:
        finder = import_pack(stream, tmp_path / "installed", publishers={"tests": public}, worker=worker)
    assert finder.is_finder

    tiny = pack(above=2.0)
    assert (detectors_of([tiny, finder]), finder_of([tiny, finder]), finder_of([tiny])) == ((tiny,), finder, None)
    picture = png(selftest_scene(0, 320))
    report = scored(picture, worker, tiny, finder)
    assert report.settings["faces"] == f"finder {finder.model_sha256}"
    assert [run.detector_id for run in report.detectors] == ["tiny"]
    assert "rates_of_another_search" in report.reasons
    (face,) = report.faces
    assert face.width == face.height == 176
    found = score_map(lambda: BytesIO(picture), pack=tiny, finder=finder, worker=worker)
    assert found is not None
    assert found.face == face
    assert scored(picture, worker, tiny).settings["faces"] == "haar"

    (finder.folder / "model.onnx").write_bytes(b"other")
    with MediaWorker("evidence.scoring.worker") as fresh, pytest.raises(EvidenceError, match="pack_altered"):
        scored(picture, fresh, tiny, finder)
    remove_pack(tmp_path / "installed", "finder")
    assert not list((tmp_path / "installed").iterdir())


def test_only_the_known_file_becomes_yunet(make_pack: Tool, finder_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.dfpack"
    model = finder_folder / "model.onnx"
    done = make_pack("yunet", "--model", model, "--key", tmp_path / "key", "--publisher", "me", "--out", out)
    assert done.returncode != 0
    assert not out.exists()


def test_a_finder_that_is_none(model: Model, finder_model: Model) -> None:
    test = {"seed": 0, "size": 320, "logits": [0.175, 0.165625, 0.55], "tolerance": 0.01}
    finders.tested_finder(finder_model(), test, "finder", 320)
    for untrusted in (b"", b"\xff" * 300, model()):
        with pytest.raises(EvidenceError, match="model_refused"):
            finders.tested_finder(untrusted, test, "finder", 320)
    for wrong in (
        {"logits": [0.5, 0.16, 0.55]}, {"tolerance": 5.0}, {"size": 10**6}, {"logits": []}, {"seed": -1}, {"size": "x"},
    ):  # fmt: skip
        with pytest.raises(EvidenceError, match="selftest_failed"):
            finders.tested_finder(finder_model(), {**test, **wrong}, "finder", 320)


def test_a_finder_has_no_calibration(finder_folder: Path, write_pack: Callable[..., Path]) -> None:
    facts = json.loads((finder_folder / "pack.json").read_text())
    given = json.loads((write_pack() / "pack.json").read_text())["calibration"]
    wide = {"input": {"size": 9000, "crop_margin": 1}}
    for wrong in ({"calibration": given}, {"output": "logit_fake"}, {"task": "face_swap"}, wide):
        (finder_folder / "pack.json").write_text(json.dumps({**facts, **wrong}))
        with pytest.raises(EvidenceError, match="pack_malformed"):
            load_pack(finder_folder)


def row(nose_x: float = 50, tilt: float = 0, sure: float = 0.9, x: float = 10) -> np.ndarray:
    """Box, right eye, left eye, nose, corners of the mouth, confidence: a face 80 x 100 at (``x``, 10)."""
    return np.array([x, 10, 80, 100, 35, 45 - tilt, 65, 45 + tilt, nose_x, 65, 38, 85, 62, 85, sure])


@pytest.mark.parametrize(
    ("told", "reasons"),
    [
        (row(), ()),
        (row(nose_x=63), ("turned_away",)),
        (row(nose_x=37), ("turned_away",)),
        (row(tilt=12), ("turned_away",)),
        (row(sure=0.6), ("not_surely_a_face",)),
        (row(x=-40), ("cut_off",)),
    ],
)
def test_what_keeps_a_found_face_from_being_assessed(told: np.ndarray, reasons: tuple[str, ...]) -> None:
    assert _found(told, (200, 200, 3)).reasons == reasons


def test_without_a_finder_the_cascades_look(face: Callable[..., np.ndarray], finder_model: Model) -> None:
    picture = face(120)
    by_cascades, _ = find_faces(picture)
    assert not by_cascades[0].reasons
    by_finder, _ = find_faces(picture, finder=Finder(finder_model(), 320))
    assert by_finder[0] != by_cascades[0]
