from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from evidence.digest import canonical_json, from_json, parse_json
from evidence.errors import CancelledError, EvidenceError
from evidence.media import MediaLimits, MediaWorker, sniff
from evidence.model import Band, ScoreReport
from evidence.scoring import Pack, score_original
from evidence.scoring.answers import facts_of
from evidence.scoring.detector import MirroredDetector, OnnxDetector
from evidence.scoring.drawn import draw_face
from evidence.scoring.faces import find_faces, prepared
from evidence.scoring.score import described

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MakePack = Callable[..., Pack]
Face = Callable[..., np.ndarray]
Encode = Callable[..., bytes]


def score(data: bytes, worker: MediaWorker, *packs: Pack, **options: object) -> ScoreReport:
    return score_original(
        lambda: BytesIO(data), item_id="i1", sha256="ab" * 32, media_type=sniff(data[:8192]), now=AT, worker=worker,
        packs=packs, **options,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("above", "below", "band", "reason"),
    [
        (-9.0, -10.0, Band.INDICATORS, "above_threshold"),
        (9.0, 8.0, Band.NO_INDICATORS, "below_threshold"),
        (9.0, -9.0, Band.INCONCLUSIVE, "between_thresholds"),
        (9.0, None, Band.INCONCLUSIVE, "between_thresholds"),
    ],
)
def test_bands(
    worker: MediaWorker,
    pack: MakePack,
    face: Face,
    png: Encode,
    above: float,
    below: float | None,
    band: Band,
    reason: str,
) -> None:
    report = score(png(face(120)), worker, pack(above=above, below=below))
    assert (report.band, report.reasons) == (band, (reason,))
    assert [f.assessable for f in report.faces] == [True]
    assert report.detectors[0].band is band
    assert report.detectors[0].rates is not None
    assert "body" in report.not_examined
    assert report.scored_at == AT


def test_the_same_bytes_give_the_same_report(worker: MediaWorker, pack: MakePack, face: Face, png: Encode) -> None:
    data, packs = png(face(150), "JPEG", quality=88), pack()
    first = score(data, worker, packs)
    worker.close()
    again = score(data, worker, packs)
    assert canonical_json(first) == canonical_json(again)
    assert from_json(parse_json(canonical_json(first)), ScoreReport) == first


def test_two_threads_give_what_one_after_the_other_gives(
    worker: MediaWorker, pack: MakePack, png: Encode, model: Callable[..., bytes]
) -> None:
    picture = np.full((500, 1500, 3), (150, 160, 170), np.uint8)
    for person in range(3):
        drawn = draw_face(180, (480, 480), person=person)
        picture[10:490, 500 * person : 500 * person + 480] = drawn
    packs = [pack("one"), pack("two", input={"size": 32, "crop_margin": 1.1, "mirrored": True}, model=model())]
    asked = [{**told, "key": name} for told, name in zip(described(packs), ("one", "two"), strict=True)]
    data = png(picture)
    answers = [worker.request("score", BytesIO(data), MediaLimits(), packs=asked)[0] for _ in range(3)]
    boxes, _ = find_faces(picture)
    assert len(boxes) == 3
    plain = OnnxDetector(model())
    for name, detector, margin in (("one", plain, 1.4), ("two", MirroredDetector(plain), 1.1)):
        alone = [float(detector.logits(prepared(picture, box, margin, 32)[None])[0]) for box in boxes]
        assert len(set(alone)) == 3
        assert [answer["logits"][name] for answer in answers] == [alone] * 3


def test_facts_of_a_picture_that_breaks_off_are_those_of_its_head(worker: MediaWorker, pack: MakePack) -> None:
    stream = BytesIO()
    Image.fromarray(draw_face(300)).save(stream, "JPEG", quality=90)
    cut = stream.getvalue()[: len(stream.getvalue()) // 2]
    report = score(cut, worker, pack())
    assert (report.band, report.reasons) == (Band.NOT_ASSESSABLE, ("undecodable",))
    alone, _ = worker.request("provenance", BytesIO(cut), MediaLimits())
    assert report.provenance == facts_of(alone) != ()


def test_any_detector_may_raise_the_flag_but_all_must_be_calm(
    worker: MediaWorker, pack: MakePack, face: Face, png: Encode
) -> None:
    data = png(face(120))
    calm, loud, unsure = (
        pack("calm", above=9.0, below=8.0),
        pack("loud", above=-9.0, below=-10.0),
        pack("unsure", above=9.0, below=None),
    )
    assert score(data, worker, calm, loud).band is Band.INDICATORS
    assert score(data, worker, calm, unsure).band is Band.INCONCLUSIVE
    assert score(data, worker).reasons == ("no_detector",)


def test_a_second_face_widens_the_false_alarm_rate(
    worker: MediaWorker, pack: MakePack, face: Face, png: Encode
) -> None:
    two = np.hstack([face(120), face(120)])
    report = score(png(two), worker, pack())
    assert len(report.faces) == 2
    assert "several_faces" in report.reasons
    rates = report.detectors[0].rates
    assert rates is not None
    assert rates.false_positive == pytest.approx(1 - 0.99**2, abs=1e-4)


def test_forty_faces_are_counted_and_capped(worker: MediaWorker, pack: MakePack, face: Face, png: Encode) -> None:
    one = face(90)[10:-10, 10:-10]
    many = np.vstack([np.hstack([one] * 8)] * 5)
    report = score(png(many), worker, pack())
    assert len(report.faces) == 32
    assert "more_faces_than_examined" in report.reasons


@pytest.mark.parametrize(
    ("side", "blurred", "quality", "reason"),
    [(35, 0, 95, "face_too_small"), (160, 14, 95, "face_too_blurred"), (160, 0, 12, "face_too_compressed")],
)
def test_the_gate(
    worker: MediaWorker, pack: MakePack, face: Face, png: Encode, side: int, blurred: float, quality: int, reason: str
) -> None:
    import cv2

    picture = face(side)
    if blurred:
        picture = cv2.GaussianBlur(picture, (0, 0), blurred)
    report = score(png(picture, "JPEG", quality=quality), worker, pack(above=-9.0, below=None))
    assert report.band is Band.NOT_ASSESSABLE
    assert "no_face_assessable" in report.reasons
    assert reason in report.reasons
    assert report.detectors == ()


def test_pictures_without_faces(worker: MediaWorker, pack: MakePack, png: Encode) -> None:
    random = np.random.default_rng(3)
    noise = random.integers(0, 256, (300, 300, 3), dtype=np.uint8)
    flat = np.full((300, 300, 3), 128, np.uint8)
    for picture in (noise, flat):
        report = score(png(picture), worker, pack(f"p{picture[0, 0, 0]}", above=-9.0, below=None))
        assert (report.band, report.reasons) == (Band.NOT_ASSESSABLE, ("no_face_found",))


def test_what_is_no_picture(worker: MediaWorker, pack: MakePack, png: Encode, face: Face) -> None:
    packs = pack()
    video = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + b"\x00" * 64
    report = score(video, worker, packs)
    assert (report.band, report.reasons) == (Band.NOT_ASSESSABLE, ("undecodable",))
    assert {"audio", "frames_between"} <= set(report.not_examined)
    sound = score(b"ID3\x04" + b"\x00" * 64, worker, packs)
    assert (sound.reasons, sound.not_examined) == (("not_an_image",), ("audio",))
    assert score(b"words", worker, packs).not_examined == ("content",)
    cut = png(face(100))[:500]
    report = score(cut, worker, packs)
    assert (report.band, report.reasons) == (Band.NOT_ASSESSABLE, ("undecodable",))
    assert any(fact.kind == "container.cut_off" for fact in report.provenance)
    report = score(png(face(100)), worker, packs, limits=MediaLimits(max_pixels=100))
    assert report.reasons == ("too_many_pixels",)
    report = score(png(face(100)), worker, packs, limits=MediaLimits(max_file_bytes=100))
    assert report.reasons == ("too_large",)
    svg = score(b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", worker, packs)
    assert svg.reasons == ("unsupported",)


def test_cancel(worker: MediaWorker, pack: MakePack, png: Encode, face: Face) -> None:
    with pytest.raises(CancelledError):
        score(png(face(100)), worker, pack(), cancelled=lambda: True)


def test_an_altered_model_is_an_error_not_a_score(worker: MediaWorker, pack: MakePack, png: Encode, face: Face) -> None:
    made = pack("altered")
    (made.folder / "model.onnx").write_bytes(b"something else")
    with pytest.raises(EvidenceError, match=r"scoring\.pack_altered"):
        score(png(face(100)), worker, made)


@pytest.mark.parametrize("broken", [b"\xff" * 100, b""])
def test_a_hostile_model_stays_in_the_child(
    worker: MediaWorker, pack: MakePack, model: Callable[..., bytes], png: Encode, face: Face, broken: bytes
) -> None:
    bad = broken or model(domain="evil.custom", operator="RunShell")
    with pytest.raises(EvidenceError, match=r"scoring\.model_refused"):
        score(png(face(100)), worker, pack("hostile", model=bad))


def test_a_model_that_is_not_what_it_was_fails_its_self_test(
    worker: MediaWorker, pack: MakePack, model: Callable[..., bytes], png: Encode, face: Face
) -> None:
    with pytest.raises(EvidenceError, match=r"scoring\.selftest_failed"):
        score(png(face(100)), worker, pack("drifted", model=model(operator="GlobalMaxPool")))
