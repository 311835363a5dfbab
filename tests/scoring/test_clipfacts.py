"""Facts out of films that were really written, and answers to damaged ones."""

from __future__ import annotations

import json
from io import BytesIO

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.scoring.clipfacts import of_clip
from evidence.scoring.provenance import read_provenance

GRAPH = {
    "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "wan2.safetensors"}},
    "2": {"class_type": "LoraLoader", "inputs": {"lora_name": "one_person.safetensors"}},
}
AIGC = json.dumps({"Label": "1", "ContentProducer": "Example Painter", "ProduceID": "7"})


def film(kind: str, codec: str, options: dict[str, str] | None = None, **metadata: str) -> bytes:
    stream = BytesIO()
    with av.open(stream, "w", format=kind, options=options or {}) as container:
        container.metadata.update(metadata)
        video = container.add_stream(codec, rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        for step in range(4):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 40 * step, np.uint8), format="rgb24")
            container.mux(video.encode(frame))
        container.mux(video.encode())
    return stream.getvalue()


def test_an_ordinary_film() -> None:
    found = {kind: value for kind, value, _ in of_clip(film("mp4", "mpeg4"))}
    assert found["clip.brand"] == "isom"
    assert found["clip.video"] == "mp4v 64x48"
    assert found["clip.duration_s"] == "0.4"
    assert found["clip.program"].startswith("Lavf")
    facts = read_provenance(film("mp4", "mpeg4"))
    assert ("generator.absent", "", "context") in facts
    assert ("c2pa.absent", "", "context") in facts


def test_generators_in_films() -> None:
    tagged = {"movflags": "use_metadata_tags"}
    leads = of_clip(film("mp4", "mpeg4", tagged, prompt=json.dumps(GRAPH), AIGC=AIGC))
    assert {("generator.lora", "one_person.safetensors", "lead"), ("aigc.producer", "Example Painter", "lead"),
            ("aigc.generated", "", "lead")} <= set(leads)  # fmt: skip
    both = json.dumps({"prompt": GRAPH, "workflow": {"nodes": []}})
    assert ("generator.model", "wan2.safetensors", "lead") in set(of_clip(film("mp4", "mpeg4", comment=both)))
    assert ("generator.name", "ComfyUI", "lead") in set(of_clip(film("webm", "libvpx", COMMENT=both)))


def test_matroska() -> None:
    found = set(of_clip(film("webm", "libvpx")))
    assert ("clip.video", "V_VP8", "context") in found
    assert ("clip.brand", "webm", "context") in found
    assert any(kind == "clip.program" for kind, _, _ in found)


def test_a_telephone() -> None:
    made = {"com.apple.quicktime.make": "Example", "com.apple.quicktime.location.ISO6709": "+37.5+127.0/"}
    found = list(of_clip(film("mov", "mpeg4", {"movflags": "use_metadata_tags"}, **made)))
    assert ("clip.camera", "Example", "context") in found
    assert ("clip.place", "", "context") in found
    assert "37.5" not in str(found)  # that it tells a place is said, not which


def test_other_files_tell_nothing() -> None:
    assert list(of_clip(b"\x89PNG\r\n\x1a\n")) == []
    assert list(of_clip(b"")) == []


@pytest.mark.parametrize("data", [film("mp4", "mpeg4", comment="x"), film("webm", "libvpx")])
def test_flipped_and_cut_films_do_not_make_it_raise(data: bytes) -> None:
    random = np.random.default_rng(3)
    for _ in range(200):
        broken = bytearray(data[: random.integers(1, len(data) + 1)])
        for place in random.integers(0, len(broken), 6):
            broken[place] = random.integers(0, 256)
        list(of_clip(broken))


@settings(max_examples=60)
@given(
    st.binary(max_size=200),
    st.sampled_from([b"\0\0\0\x10ftyp", b"\x1a\x45\xdf\xa3", b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\xff"]),
)
def test_no_bytes_make_it_raise(tail: bytes, head: bytes) -> None:
    list(of_clip(head + tail))
