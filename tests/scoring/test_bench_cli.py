"""``bench scoring --set`` from the command line: the shipped detectors and a peer on drawn faces."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.bench.scoring import run_faces
from app.cli.run import run
from evidence.errors import CancelledError

Bench = Callable[..., tuple[int, Any]]


@pytest.fixture
def bench(capsys: pytest.CaptureFixture[str]) -> Bench:
    def call(*words: object) -> tuple[int, Any]:
        code = run(["bench", *(str(word) for word in words), "--json", "--language", "en"])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, json.loads(said.out)

    return call


@pytest.fixture
def drawn(tmp_path: Path, face: Callable[..., np.ndarray]) -> Path:
    """Twelve drawn persons, each as they are, and again reddened, larger: the size alone tells the fakes."""
    folder = tmp_path / "set"
    folder.mkdir()
    with (folder / "manifest.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["file", "label", "source", "group", "original"])
        for person in range(12):
            for label in ("real", "fake"):
                picture = face((80 if label == "real" else 130) + person).astype(int)
                picture[..., 0] += 25 * (label == "fake")
                name = f"{label}-{person}.png"
                Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(folder / name)
                rows.writerow([name, label, "drawn", person, f"real-{person}.png" if label == "fake" else ""])
    return folder


def test_shipped_packs_and_a_peer_are_measured(bench: Bench, drawn: Path, write_pack: Callable[..., Path]) -> None:
    peers = write_pack("peer").parent
    code, said = bench("scoring", "--set", drawn, "--peers", peers, "--conditions", "clean,social")
    assert code == 0
    assert said["pictures"] == 24
    assert said["peers"] == ["peer"]
    assert {"swap-small", "synthesis-small", "peer"} == set(said["packs"])
    assert all(len(digest) == 64 for digest in (*said["packs"].values(), *said["set_sha256"].values()))
    areas = {(pair["pack"], pair["condition"]): pair["auc"] for pair in said["pairs"]}
    assert len(areas) == 6
    assert areas["peer", "clean"] == 1, "the tiny model sees red"
    assert {row["pack"] for row in said["quality"]} == {"swap-small", "synthesis-small"}, "a peer has no thresholds"
    assert all(row["pairs"] == 12 for row in said["quality"] if row["condition"] == "clean")
    assert said["controls"]["size_and_spectrum_only"] > 0.6
    assert (said["headline_allowed"], said["summary"]) == (False, None)
    assert said["ms_per_face"] > 0
    assert all(case["expected"] == case["found"] for cases in said["suites"].values() for case in cases), said["suites"]
    assert {len(cases) for cases in said["suites"].values()} == {8, 12}
    assert {"holdfast", "numpy", "onnxruntime"} <= set(said["versions"])
    assert min(said["speed"][name] for name in ("image_after_decoding_ms", "minute_of_video_ms")) > 0
    assert said["not_measured"] == ["sex", "skin_tone", "age"]
    assert {row["change"] for row in said["robustness"] if row["pack"] == "peer"} == set(), "ours alone"
    assert {row["manipulation"] for row in said["direction"]} == {"self_blend", "enlarged", "smoothed"}
    assert {"all detectors", "swap-small", "synthesis-small"} == {row["pack"] for row in said["sources"]}
    assert {(row["peer"], row["real"]) for row in said["versus"]} == {("peer", "drawn")}


def test_in_words_no_average_is_said(drawn: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "scoring", "--set", str(drawn), "--sample", "5", "--suites", "", "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert "swap-small, clean, real drawn / fake drawn: area" in said
    assert "No average is given" in said
    assert "macro" not in said


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["scoring"], "bench.set_of_scoring"),
        (["vault", "--set", "."], "bench.set_of_scoring"),
        (["scoring", "--set", "{set}", "--sample", "0"], "bench.bad_sample"),
        (["scoring", "--set", "{set}", "--conditions", "rain"], "bench.unknown_condition"),
        (["scoring", "--set", "{set}", "--suites", "rain"], "bench.unknown_condition"),
        (["scoring", "--set", "{set}", "--peers", "{set}"], "bench.no_peers"),
        (["scoring", "--set", "{set}/none"], "scoring.set_malformed"),
    ],
)
def test_what_cannot_be_measured(bench: Bench, drawn: Path, words: list[str], code: str) -> None:
    status, said = bench(*(word.format(set=drawn) for word in words))
    assert (status, said["error"]["code"]) == (2, code)


def test_a_measurement_can_be_stopped_and_tells_how_far_it_is(drawn: Path) -> None:
    told: list[float] = []
    with pytest.raises(CancelledError):
        run_faces(drawn, suites=(), cancelled=lambda: len(told) >= 2, progress=lambda share, _: told.append(share))
    assert told == [pytest.approx(0.9 / 24), pytest.approx(1.8 / 24)]


def test_a_picture_that_is_gone(bench: Bench, drawn: Path) -> None:
    (drawn / "real-3.png").unlink()
    status, said = bench("scoring", "--set", drawn)
    assert (status, said["error"]["code"]) == (2, "bench.picture_unreadable")
