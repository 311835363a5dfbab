"""Declarations of generated content in every place where a file may carry them."""

from __future__ import annotations

import json
import struct
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from evidence.scoring.declared import of_aigc, of_photoshop
from evidence.scoring.provenance import read_provenance

LABEL = {"Label": "1", "ContentProducer": "Example Painter", "ProduceID": "7", "ContentPropagator": "Example Room"}
LEADS = {("aigc.generated", "", "lead"), ("aigc.producer", "Example Painter", "lead")}


def saved(kind: str, **options: object) -> bytes:
    stream = BytesIO()
    Image.new("RGB", (64, 64), (9, 90, 140)).save(stream, kind, **options)
    return stream.getvalue()


def commented(words: str) -> Image.Exif:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\x00\x00\x00" + words.encode()
    return exif


def in_xmp(words: str) -> bytes:
    escaped = words.replace("&", "&amp;").replace('"', "&quot;")
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" TC260:AIGC="{escaped}"/>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def test_the_label_in_every_place() -> None:
    words, nested = json.dumps(LABEL), json.dumps({"AIGC": LABEL})
    text = PngImagePlugin.PngInfo()
    text.add_text("AIGC", words)
    for data in (
        saved("PNG", pnginfo=text), saved("JPEG", exif=commented(nested)), saved("JPEG", xmp=in_xmp(words)),
        saved("WEBP", exif=commented(json.dumps({"AIGC": words}))),
    ):  # fmt: skip
        found = set(read_provenance(data))
        assert found >= LEADS
        assert not any(kind == "generator.absent" for kind, _, _ in found)
        assert ("aigc.propagator", "Example Room", "context") in found


@pytest.mark.parametrize("words", ["", "{}", "[1]", '{"Label": "1"}', '{"AIGC": 3}', "{" * 9000, '{"ProduceID": 1}'])
def test_what_is_no_label(words: str) -> None:
    assert list(of_aigc(words)) == []


def iim(*entries: tuple[int, bytes]) -> bytes:
    record = b"".join(
        b"\x1c\x02" + bytes([number]) + struct.pack(">H", len(value)) + value for number, value in entries
    )
    block = b"8BIM" + struct.pack(">H", 0x0404) + b"\x00\x00" + struct.pack(">I", len(record)) + record
    return b"Photoshop 3.0\x00" + block


def test_credit_in_iptc() -> None:
    segment = iim((110, b"Made with Google AI"), (65, b"Snapseed"))
    assert list(of_photoshop(segment)) == [
        ("iptc.credit", "Made with Google AI", "lead"), ("iptc.program", "Snapseed", "not_an_indication"),
    ]  # fmt: skip
    data = saved("JPEG")
    whole = data[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + data[2:]
    assert ("iptc.credit", "Made with Google AI", "lead") in read_provenance(whole)
    for cut in range(len(segment)):
        list(of_photoshop(segment[:cut]))


def test_comfyui_where_cameras_write_their_names() -> None:
    exif = Image.Exif()
    graph = {"1": {"class_type": "LoraLoader", "inputs": {"lora_name": "one_person.safetensors"}}}
    exif[0x0110] = "prompt:" + json.dumps(graph)
    found = read_provenance(saved("WEBP", exif=exif))
    assert ("generator.lora", "one_person.safetensors", "lead") in found
    assert not any(kind == "exif.camera" for kind, _, _ in found)
    both = json.dumps({"prompt": graph, "workflow": {"nodes": []}})
    assert ("generator.name", "ComfyUI", "lead") in read_provenance(saved("JPEG", exif=commented(both)))


def test_the_route_is_context() -> None:
    stream = BytesIO()
    noise = np.random.default_rng(1).integers(0, 255, (96, 128, 3), dtype=np.uint8)
    Image.fromarray(noise).resize((1280, 960)).save(stream, "JPEG", quality=80)
    assert ("route.photo_mode_size", "1280x960", "context") in read_provenance(stream.getvalue(), (1280, 960))
