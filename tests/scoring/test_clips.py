from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest

from evidence.digest import canonical_json, from_json, parse_json
from evidence.media import MediaLimits, MediaWorker, sniff
from evidence.model import Band, ScoreReport
from evidence.scoring import Pack, score_original

Face = Callable[..., np.ndarray]
MakePack = Callable[..., Pack]


@pytest.fixture
def clip(tmp_path: Path) -> Callable[..., bytes]:
    def make(frames: list[np.ndarray], kind: str = "mp4", rate: float = 10.0) -> bytes:
        path = tmp_path / f"clip.{kind}"
        height, width = frames[0].shape[:2]
        code = {"mp4": "mp4v", "avi": "MJPG"}[kind]
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*code), rate, (width, height))
        for frame in frames:
            writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
        writer.release()
        return path.read_bytes()

    return make


def score(data: bytes, worker: MediaWorker, *packs: Pack, limits: MediaLimits | None = None) -> ScoreReport:
    return score_original(
        lambda: BytesIO(data), item_id="v", sha256="cd" * 32, media_type=sniff(data[:8192]), worker=worker, packs=packs,
        now=datetime(2026, 1, 2, tzinfo=UTC), limits=limits,
    )  # fmt: skip


def moving(face: Face, count: int) -> list[np.ndarray]:
    return [face(120, (240, 320), (0.4 + 0.2 * i / count, 0.5)) for i in range(count)]


@pytest.mark.parametrize("kind", ["mp4", "avi"])
def test_one_face_is_one_track_and_one_sample(
    worker: MediaWorker, pack: MakePack, face: Face, clip: Callable[..., bytes], kind: str
) -> None:
    report = score(clip(moving(face, 40), kind), worker, pack(above=9.0, below=8.0))
    assert report.band is Band.NO_INDICATORS
    assert len(report.faces) == 1
    assert {frame.track for frame in report.frames} == {0}
    times = [frame.at_s for frame in report.frames]
    assert len(times) >= 28
    assert times == sorted(times)
    assert 0 <= times[0] < 0.3
    assert 3.5 < times[-1] <= 4.0
    assert {"audio", "frames_between"} <= set(report.not_examined)
    assert "rates_of_single_pictures" in report.reasons
    assert report.settings["frames"] in ("31", "32"), "one for each place in time that has a frame of its own"
    assert from_json(parse_json(canonical_json(report)), ScoreReport) == report


def test_a_few_odd_frames_do_not_decide(
    worker: MediaWorker, pack: MakePack, face: Face, clip: Callable[..., bytes]
) -> None:
    frames = moving(face, 40)
    plain = score(clip(frames), worker, pack("plain", above=9.0, below=8.0))
    for odd in (10, 11):
        frames[odd] = np.clip(frames[odd].astype(int) + np.array([60, 0, -60]), 0, 255).astype(np.uint8)
    spiked = score(clip(frames), worker, pack("spiked", above=9.0, below=8.0))
    assert max(frame.raw for frame in spiked.frames) > max(frame.raw for frame in plain.frames) + 1
    assert spiked.detectors[0].raw == pytest.approx(plain.detectors[0].raw, abs=0.1)


def test_two_faces_are_two_tracks(worker: MediaWorker, pack: MakePack, face: Face, clip: Callable[..., bytes]) -> None:
    frames = [np.hstack([face(110, (240, 240)), face(110, (240, 240))]) for _ in range(12)]
    report = score(clip(frames), worker, pack())
    assert {frame.track for frame in report.frames} == {0, 1}
    assert "several_faces" in report.reasons


def test_a_clip_without_a_face(worker: MediaWorker, pack: MakePack, clip: Callable[..., bytes]) -> None:
    report = score(clip([np.full((120, 160, 3), 90, np.uint8)] * 5), worker, pack(above=-9.0, below=None))
    assert (report.band, report.reasons, report.frames) == (Band.NOT_ASSESSABLE, ("no_face_found",), ())


def test_bad_clips(worker: MediaWorker, pack: MakePack, face: Face, clip: Callable[..., bytes]) -> None:
    packs = pack(above=9.0, below=None)
    data = clip(moving(face, 40), "avi")
    cut = score(data[: len(data) // 2], worker, packs)
    assert cut.band in (Band.INCONCLUSIVE, Band.NOT_ASSESSABLE)
    assert score(data[:600], worker, packs).reasons == ("undecodable",)
    assert score(data, worker, packs, limits=MediaLimits(max_pixels=1000)).reasons == ("too_many_pixels",)
    random = np.random.default_rng(1)
    for _ in range(6):
        broken = bytearray(data)
        for place in random.integers(12, len(broken), 200):
            broken[place] = random.integers(0, 256)
        assert score(bytes(broken), worker, packs).band in (Band.INCONCLUSIVE, Band.NOT_ASSESSABLE)


def test_a_clip_is_never_written_to_disk(
    worker: MediaWorker,
    pack: MakePack,
    face: Face,
    clip: Callable[..., bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data, packs, empty = clip(moving(face, 8)), pack(), tmp_path / "empty"
    empty.mkdir()
    for name in ("TMPDIR", "HOME"):
        monkeypatch.setenv(name, str(empty))
    monkeypatch.chdir(empty)
    worker.close()
    assert score(data, worker, packs).frames
    assert list(empty.iterdir()) == []
