"""Pictures and clips out of the ordinary: each has a clear answer, and nothing is taken for what it is not."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from io import BytesIO
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from evidence.media import MediaLimits, MediaWorker, sniff
from evidence.model import Band, ScoreReport
from evidence.scoring import Pack, score_original
from evidence.scoring.drawn import draw_face, paint_face

MakePack = Callable[..., Pack]


def score(data: bytes, worker: MediaWorker, *packs: Pack, limits: MediaLimits | None = None) -> ScoreReport:
    return score_original(
        lambda: BytesIO(data), item_id="a", sha256="ab" * 32, media_type=sniff(data[:8192]), worker=worker, packs=packs,
        now=datetime(2026, 1, 2, tzinfo=UTC), limits=limits,
    )  # fmt: skip


def stored(picture: Image.Image, kind: str, **options: Any) -> bytes:
    stream = BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def png_of_16_bits(picture: np.ndarray) -> bytes:
    height, width, _ = picture.shape
    return bare_png(width, height, 16, b"".join(b"\0" + (row.astype(">u2") * 257).tobytes() for row in picture))


def bare_png(width: int, height: int, bits: int, rows: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def pictures() -> dict[str, tuple[bytes, str]]:
    """Files of the same drawn face, and the note of decoding that each must leave."""
    face = draw_face(160)
    plain = Image.fromarray(face)
    grey = Image.fromarray(np.asarray(plain.convert("L")).astype(np.uint16) * 257)
    more = [Image.new("RGB", plain.size, (9 * i, 0, 0)) for i in (1, 2)]
    return {
        "CMYK": (stored(plain.convert("CMYK"), "JPEG", quality=92), "converted_from_cmyk"),
        "grey of 16 bits": (stored(grey, "PNG"), "reduced_to_8_bit"),
        "TIFF of 16 bits": (stored(grey, "TIFF"), "reduced_to_8_bit"),
        "colours of 16 bits": (png_of_16_bits(face), ""),
        "palette": (stored(plain.convert("P"), "PNG"), ""),
        "animated GIF": (stored(plain, "GIF", save_all=True, append_images=more), "first_frame_of_several"),
        "animated WebP": (stored(plain, "WEBP", save_all=True, append_images=more), "first_frame_of_several"),
        "animated PNG": (stored(plain, "PNG", save_all=True, append_images=more), "first_frame_of_several"),
        "TIFF of three pages": (stored(plain, "TIFF", save_all=True, append_images=more), "first_frame_of_several"),
    }


@pytest.mark.parametrize("name", pictures())
def test_pictures(name: str, worker: MediaWorker, pack: MakePack) -> None:
    data, note = pictures()[name]
    report = score(data, worker, pack(above=90.0, below=None))
    assert report.band is Band.INCONCLUSIVE
    assert (len(report.faces), len(report.detectors)) == (1, 1)
    assert report.settings["decoding"] == note
    assert ("other_frames" in report.not_examined) is (note == "first_frame_of_several")


def test_huge_pictures_are_refused_by_their_head(worker: MediaWorker, pack: MakePack) -> None:
    bomb = bare_png(2_000_000, 2_000_000, 8, b"\0" * 1000)
    report = score(bomb, worker, pack())
    assert (report.band, report.reasons) == (Band.NOT_ASSESSABLE, ("too_many_pixels",))


def film(times_ms: list[int], faces: int = 1, *, container: str = "mp4") -> bytes:
    """A clip in memory whose frames are shown at these times, with so many drawn faces in a row."""
    stream = BytesIO()
    with av.open(stream, "w", format=container) as made:
        track: Any = made.add_stream("mpeg4", rate=30)
        track.width, track.height, track.pix_fmt = 160 * faces if faces > 1 else 320, 240, "yuv420p"
        track.bit_rate = 4_000_000
        track.time_base = track.codec_context.time_base = Fraction(1, 1000)
        for at_ms in times_ms:
            if faces == 1:
                shown = draw_face(120, (240, 320), (0.4 + 0.00002 * at_ms, 0.5))
            else:
                shown = np.full((240, 160 * faces, 3), 150, np.uint8)
                for place in range(faces):
                    paint_face(shown, 80 + 160 * place, 120, 1.0, person=place % 4)
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24")
            frame.pts, frame.time_base = at_ms, track.codec_context.time_base
            made.mux(track.encode(frame))
        made.mux(track.encode())
    return stream.getvalue()


def test_a_variable_frame_rate_keeps_its_times(worker: MediaWorker, pack: MakePack) -> None:
    """Twenty frames within a second, then one every two seconds: sampled by time, not by number."""
    report = score(film([*range(0, 1000, 50), *range(2000, 12000, 2000)]), worker, pack(above=90.0, below=None))
    assert report.band is Band.INCONCLUSIVE
    times = [frame.at_s for frame in report.frames]
    assert times == sorted(set(times)), "no frame counts twice"
    assert times[-1] > 5, "the slow part is seen"
    assert {frame.track for frame in report.frames} == {0}
    assert {"audio", "frames_between"} <= set(report.not_examined)
    assert "rates_of_single_pictures" in report.reasons


def test_a_cut_film_is_judged_by_what_is_there(worker: MediaWorker, pack: MakePack) -> None:
    data = film(list(range(0, 4000, 100)), container="matroska")  # its index is not needed to read it
    whole = score(data, worker, pack(above=90.0, below=None))
    cut = score(data[: len(data) * 6 // 10], worker, pack("other", above=90.0, below=None))
    assert cut.band is Band.INCONCLUSIVE
    assert 0 < len(cut.frames) < len(whole.frames)
    assert int(cut.settings["frames"]) < int(whole.settings["frames"])
    headless = score(film(list(range(0, 1000, 100)))[:-800], worker, pack("third", above=90.0, below=None))
    assert headless.reasons == ("undecodable",)


def test_a_crowd_in_a_film_is_capped_and_said(worker: MediaWorker, pack: MakePack) -> None:
    report = score(film(list(range(0, 400, 100)), faces=12), worker, pack(above=90.0, below=None))
    assert 1 < len(report.faces) <= 8
    assert "more_faces_than_examined" in report.reasons
