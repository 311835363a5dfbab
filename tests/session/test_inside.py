"""Pictures and films of phones: recognised by content, decoded in the child, what they say of themselves kept apart."""

from __future__ import annotations

import io
import json
from pathlib import Path

import av
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from evidence.errors import EvidenceError
from evidence.model import AcquisitionMethod, EventKind
from evidence.session import Session


def photo(kind: str, *, has_place: bool = True) -> bytes:
    pillow_heif.register_heif_opener()
    exif = Image.Exif()
    exif[0x0110] = "Phone 1"
    exif.get_ifd(0x8769)[0x9003] = "2026:11:20 10:11:12"
    if has_place:
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (37.0, 30.0, 0.0)
    target = io.BytesIO()
    Image.new("RGB", (96, 64), (90, 120, 130)).save(target, kind, exif=exif.tobytes())
    return target.getvalue()


def film(container: str) -> bytes:
    target = io.BytesIO()
    options = {} if container == "webm" else {"movflags": "use_metadata_tags"}
    with av.open(target, "w", format=container, options=options) as made:
        if container != "webm":
            made.metadata["com.apple.quicktime.location.ISO6709"] = "+37.5000+127.0000/"
        stream = made.add_stream("libvpx" if container == "webm" else "libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for _ in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((64, 96, 3), 90, np.uint8), format="rgb24")
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return target.getvalue()


FILES = {
    "IMG_1.HEIC": ("image/heic", lambda: photo("HEIF")),
    "2.avif": ("image/avif", lambda: photo("AVIF")),
    "3.webp": ("image/webp", lambda: photo("WEBP")),
    "4.jpg": ("image/jpeg", lambda: photo("JPEG", has_place=False)),
    "5.mov": ("video/quicktime", lambda: film("mov")),
    "6.mp4": ("video/mp4", lambda: film("mp4")),
    "7.webm": ("video/webm", lambda: film("webm")),
}


def test_a_folder_copied_from_a_phone(session: Session, tmp_path: Path) -> None:
    case = session.create_case("one")
    for name, (_type, make) in FILES.items():
        (tmp_path / name).write_bytes(make())
    items = session.add_files(case.id, [tmp_path / name for name in FILES])
    assert [item.files[0].media_type for item in items] == [media_type for media_type, _make in FILES.values()]
    for item in items:
        assert session.preview(item.id) is not None, item.title
    places = {}
    for item in items:
        ((found),) = session.metadata(item.id)
        places[item.title] = found["tells_place"]
        if item.files[0].media_type.startswith("image/"):
            assert found["metadata"]["image.Model"] == "Phone 1"
            assert found["metadata"]["exif.DateTimeOriginal"] == "2026:11:20 10:11:12"
    assert places == {name: name in ("IMG_1.HEIC", "2.avif", "3.webp", "5.mov", "6.mp4") for name in FILES}


def test_the_report_is_derived_and_the_original_untouched(session: Session, tmp_path: Path) -> None:
    case = session.create_case("one")
    path = tmp_path / "a.heic"
    path.write_bytes(photo("HEIF"))
    [item] = session.add_files(case.id, [path])
    report = session.keep_metadata(item.id)
    assert (report.method, report.source["derived_from"]) == (AcquisitionMethod.DERIVED, "A-01")
    assert report.source["tells_place"] == "yes"
    kinds = [event.kind for event in session.events(case.id, item.id)]
    assert kinds == [EventKind.ACQUIRED, EventKind.EXAMINED]
    with session._store.open_object(report.files[0].object_id) as stream:
        document = json.loads(stream.read())
    assert document["files"][0]["sha256"] == item.files[0].digests.sha256
    assert session.check().findings == ()


def test_what_is_damaged_or_neither_is_said(session: Session, tmp_path: Path) -> None:
    case = session.create_case("one")
    broken, words = tmp_path / "a.heic", tmp_path / "b.txt"
    broken.write_bytes(photo("HEIF")[:200] + bytes(5000))
    words.write_text("words")
    first, second = session.add_files(case.id, [broken, words])
    (found,) = session.metadata(first.id)
    assert found["error"] == "media.undecodable"
    assert session.preview(first.id) is None
    assert session.metadata(second.id) == []
    with pytest.raises(EvidenceError, match="none"):
        session.keep_metadata(second.id)
