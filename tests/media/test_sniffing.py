from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from evidence.media import HEAD_SIZE, UNKNOWN, sniff


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"", UNKNOWN),
        (b"\x00\x01\x02\x03", UNKNOWN),
        (b"BM I need help", "text/plain"),
        (b"MZ", "text/plain"),
        ("2026년 1월 1일 오후 3:00, 나 : 안녕하세요".encode(), "text/plain"),
        ("﻿2026년 1월 1일".encode(), "text/plain"),
        ("대화 내용을 저장한 파일입니다".encode("cp949"), "text/plain"),
        ("안녕하세요".encode("utf-16"), "text/plain"),
        (("가" * HEAD_SIZE).encode()[:HEAD_SIZE], "text/plain"),
        (b"  <!DOCTYPE html><title>x</title>", "text/html"),
        (b"<!-- saved --><html>", "text/html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "image/svg+xml"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"PK\x03\x04" + b"\x00" * 300, "application/zip"),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + b"\x00" * 64, "video/mp4"),
    ],
)
def test_type_comes_from_content(head: bytes, media_type: str) -> None:
    assert sniff(head) == media_type


@pytest.mark.parametrize(
    ("image_format", "media_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif"), ("BMP", "image/bmp"),
     ("TIFF", "image/tiff"), ("AVIF", "image/avif")],
)  # fmt: skip
def test_every_picture_that_we_decode_is_recognised(image_format: str, media_type: str) -> None:
    stream = BytesIO()
    Image.new("RGB", (32, 32), (9, 9, 9)).save(stream, image_format)
    assert sniff(stream.getvalue()[:HEAD_SIZE]) == media_type


@given(st.binary(max_size=400))
def test_no_bytes_make_it_raise(head: bytes) -> None:
    assert "/" in sniff(head)


@pytest.mark.parametrize(
    "prefix", [b"\x89PNG\r\n\x1a\n", b"RIFF", b"\x00\x00\x00\x18ftyp", b"PK\x03\x04", b"\xff\xd8\xff"]
)
@given(tail=st.binary(max_size=100))
def test_cut_signatures_do_not_make_it_raise(prefix: bytes, tail: bytes) -> None:
    assert "/" in sniff(prefix + tail)
