from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evidence.errors import EvidenceError
from evidence.media import MediaLimits, MediaWorker, decode_image, preview
from evidence.model import Exposure

Encode = Callable[..., BytesIO]


@pytest.mark.parametrize("image_format", ["PNG", "BMP", "TIFF"])
def test_lossless_pixels_come_back_exactly(
    worker: MediaWorker, drawn: Image.Image, encoded: Encode, image_format: str
) -> None:
    result = decode_image(encoded(drawn, image_format), worker=worker)
    assert np.array_equal(result.rgb, np.asarray(drawn))
    assert (result.width, result.height, result.frames, result.notes) == (40, 20, 1, ())


@pytest.mark.parametrize("image_format", ["JPEG", "WEBP", "AVIF"])
def test_lossy_pixels_come_back_nearly(
    worker: MediaWorker, drawn: Image.Image, encoded: Encode, image_format: str
) -> None:
    result = decode_image(encoded(drawn, image_format, quality=95), worker=worker)
    middle = result.rgb[3:7, 5:15].astype(int).mean(axis=(0, 1))
    assert np.abs(middle - (255, 0, 0)).max() < 40


def test_orientation_is_applied(worker: MediaWorker, drawn: Image.Image, encoded: Encode) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    result = decode_image(encoded(drawn, "PNG", exif=exif), worker=worker)
    assert (result.width, result.height) == (20, 40)
    assert (result.stored_width, result.stored_height) == (40, 20)
    assert tuple(result.rgb[0, -1]) == (255, 0, 0)
    assert "turned_by_exif" in result.notes


def test_animation_gives_its_first_frame_and_says_so(worker: MediaWorker, drawn: Image.Image, encoded: Encode) -> None:
    stream = encoded(
        drawn, "GIF", save_all=True, append_images=[Image.new("RGB", (40, 20), (0, 0, i)) for i in (9, 99, 199)]
    )
    result = decode_image(stream, worker=worker)
    assert result.frames == 4
    assert "first_frame_of_several" in result.notes
    assert tuple(result.rgb[0, 0]) == (255, 0, 0)


def test_cmyk(worker: MediaWorker, drawn: Image.Image, encoded: Encode) -> None:
    result = decode_image(encoded(drawn.convert("CMYK"), "JPEG", quality=100), worker=worker)
    assert result.mode == "CMYK"
    assert "converted_from_cmyk" in result.notes
    assert result.rgb[3, 5, 0] > 200 > 60 > result.rgb[3, 5, 1]


def test_sixteen_bits(worker: MediaWorker, encoded: Encode) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None, :].repeat(4, axis=0)
    result = decode_image(encoded(Image.fromarray(ramp), "PNG"), worker=worker)
    assert np.array_equal(result.rgb[0, :, 0], np.arange(256))
    assert "reduced_to_8_bit" in result.notes


def test_transparency_lies_over_white(worker: MediaWorker, encoded: Encode) -> None:
    result = decode_image(encoded(Image.new("RGBA", (4, 4), (0, 0, 0, 0)), "PNG"), worker=worker)
    assert result.rgb.min() == 255
    assert result.notes == ("transparency_over_white",)


def test_palette(worker: MediaWorker, drawn: Image.Image, encoded: Encode) -> None:
    result = decode_image(encoded(drawn.quantize(8), "PNG"), worker=worker)
    assert result.mode == "P"
    assert np.array_equal(result.rgb, np.asarray(drawn))


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that claims a gigantic size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9999)) + chunk(b"IEND", b"")
    )


def refused(worker: MediaWorker, data: bytes, limits: MediaLimits | None = None) -> str:
    with pytest.raises(EvidenceError) as caught:
        decode_image(BytesIO(data), worker=worker, limits=limits)
    return caught.value.code


def test_hostile_files_are_refused_and_the_worker_lives_on(
    worker: MediaWorker, drawn: Image.Image, encoded: Encode
) -> None:
    png = encoded(drawn, "PNG").getvalue()
    jpeg = encoded(drawn, "JPEG").getvalue()
    assert refused(worker, png_bomb(2_000_000, 2_000_000)) == "media.too_many_pixels"
    assert refused(worker, png_bomb(60_000, 10)) == "media.too_many_pixels"
    assert refused(worker, png_bomb(9000, 9000)) == "media.undecodable"
    assert refused(worker, png[:60]) == "media.undecodable"
    assert refused(worker, jpeg[: len(jpeg) // 2]) == "media.undecodable"
    assert refused(worker, b"\x89PNG\r\n\x1a\n" + b"\xff" * 200) == "media.undecodable"
    assert refused(worker, b"") == "media.unsupported"
    assert refused(worker, b"%!PS-Adobe-3.0 EPSF-3.0\n") == "media.unsupported"
    assert refused(worker, b"just words") == "media.unsupported"
    assert refused(worker, png, MediaLimits(max_file_bytes=20)) == "media.too_large"
    frames = encoded(
        drawn, "GIF", save_all=True, append_images=[Image.new("RGB", (40, 20), (i, 0, 0)) for i in range(9)]
    )
    assert refused(worker, frames.getvalue(), MediaLimits(max_frames=5)) == "media.too_many_frames"
    assert decode_image(BytesIO(png), worker=worker).width == 40


@pytest.mark.parametrize("seed", range(4))
def test_flipped_bytes_never_escape(worker: MediaWorker, drawn: Image.Image, encoded: Encode, seed: int) -> None:
    random = np.random.default_rng(seed)
    for image_format in ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "AVIF"):
        data = bytearray(encoded(drawn, image_format).getvalue())
        for place in random.integers(0, len(data), 6):
            data[place] ^= int(random.integers(1, 256))
        try:
            decode_image(BytesIO(data), worker=worker, limits=MediaLimits(max_pixels=1_000_000))
        except EvidenceError as error:
            assert error.code.startswith("media.")


@pytest.mark.parametrize(("image_format", "magic"), [("JPEG", b"\xff\xd8"), ("PNG", b"\x89PNG")])
def test_previews_are_small_and_carry_no_metadata(
    worker: MediaWorker, encoded: Encode, image_format: str, magic: bytes
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "planted description"
    source = encoded(Image.new("RGB", (1200, 600), (10, 200, 30)), "JPEG", exif=exif).getvalue()
    assert b"planted" in source
    for exposure, side in ((Exposure.BLURRED, 400), (Exposure.SMALL, 160), (Exposure.FULL, 400)):
        made = preview(BytesIO(source), worker=worker, max_side=400, exposure=exposure, image_format=image_format)
        assert made.startswith(magic)
        assert b"planted" not in made
        assert Image.open(BytesIO(made)).size == (side, side // 2)


def test_grey(worker: MediaWorker, drawn: Image.Image, encoded: Encode) -> None:
    made = preview(encoded(drawn, "PNG"), worker=worker, exposure=Exposure.FULL, grey=True, image_format="PNG")
    pixels = np.asarray(Image.open(BytesIO(made)))
    assert np.array_equal(pixels[..., 0], pixels[..., 1])
    assert np.array_equal(pixels[..., 0], pixels[..., 2])


def test_blur_keeps_nothing_of_fine_content(worker: MediaWorker, encoded: Encode) -> None:
    """Two pictures with different fine detail and the same coarse light become the very same preview."""
    random = np.random.default_rng(1)
    coarse = random.integers(40, 200, (16, 16, 1)).repeat(40, axis=0).repeat(40, axis=1)
    made = []
    for seed in (2, 3):
        detail = np.random.default_rng(seed).choice([-20, 20], (320, 320))
        signs = np.kron(detail, [[1, -1], [-1, 1]])[..., None]
        picture = np.clip(coarse + signs, 0, 255).astype(np.uint8).repeat(3, axis=2)
        made.append(preview(encoded(Image.fromarray(picture), "PNG"), worker=worker, max_side=640, image_format="PNG"))
    assert made[0] == made[1]


def test_left_out_makes_nothing(worker: MediaWorker) -> None:
    with pytest.raises(ValueError, match="left_out"):
        preview(BytesIO(b""), worker=worker, exposure=Exposure.LEFT_OUT)


def test_nothing_is_written_to_disk(
    worker: MediaWorker, drawn: Image.Image, encoded: Encode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    with MediaWorker() as fresh:
        decode_image(encoded(drawn, "TIFF"), worker=fresh)
        preview(encoded(drawn, "GIF"), worker=fresh)
    assert list(tmp_path.iterdir()) == []
