from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from evidence.scoring.containers import MAX_TEXT, read_container
from evidence.scoring.provenance import jpeg_quality, read_provenance

Facts = list[tuple[str, str]]
LEADS = "lead"


def facts(data: bytes, reading: str | None = None) -> Facts:
    return [(kind, value) for kind, value, how in read_provenance(data) if reading in (None, how)]


def png_with(packed: bool = False, **texts: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for key, text in texts.items():
        if text.isascii():
            info.add_text(key, text, zip=packed)
        else:
            info.add_itxt(key, text, zip=packed)
    stream = BytesIO()
    Image.new("RGB", (64, 64)).save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


def jpeg_with(quality: int = 90, **options: object) -> bytes:
    stream = BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(
        stream, "JPEG", quality=quality, **options
    )
    return stream.getvalue()


COMFY = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 1, "steps": 20}},
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "flux1-dev.safetensors"}},
    "5": {
        "class_type": "LoraLoader",
        "inputs": {"lora_name": "people/some_person_v2.safetensors", "strength_model": 1},
    },
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "ein Bild"}},
    "7": {"class_type": "ReActorFaceSwap", "inputs": {"swap_model": "inswapper_128.onnx"}},
    "8": {"class_type": "LoadImage", "inputs": {"image": "x.png"}},
}


@pytest.mark.parametrize("packed", [False, True])
def test_comfyui(packed: bool) -> None:
    found = facts(png_with(packed, prompt=json.dumps(COMFY)), LEADS)
    assert ("generator.name", "ComfyUI") in found
    assert ("generator.model", "flux1-dev.safetensors") in found
    assert ("generator.lora", "people/some_person_v2.safetensors") in found
    assert ("generator.face_tool", "ReActorFaceSwap") in found
    assert ("generator.from_picture", "LoadImage") in found
    assert ("generator.prompt_characters", "8") in found


def test_comfyui_workflow_alone() -> None:
    workflow = {"nodes": [{"type": "LoraLoader", "widgets_values": ["이름.safetensors", 1.0]}, {"type": "KSampler"}]}
    found = facts(png_with(workflow=json.dumps(workflow, ensure_ascii=False)), LEADS)
    assert ("generator.lora", "이름.safetensors") in found


def test_web_ui() -> None:
    text = (
        "a drawn house <lora:houses_v3:0.8>\nNegative prompt: bad\nSteps: 20, Sampler: Euler a, CFG scale: 7, "
        "Seed: 42, Size: 512x768, Model hash: abcdef12, Model: dream_v8, Denoising strength: 0.6, "
        'Lora hashes: "other: 0123456789ab", '
        "Version: v1.9.0"
    )
    expected = {
        ("generator.name", "Stable Diffusion web UI"), ("generator.model", "dream_v8"), ("generator.seed", "42"),
        ("generator.lora", "houses_v3"), ("generator.lora", "other"), ("generator.from_picture", "0.6"),
    }  # fmt: skip
    assert expected <= set(facts(png_with(parameters=text), LEADS))
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\x00" + text.encode("utf-16-be")
    assert expected <= set(facts(jpeg_with(exif=exif), LEADS))


@pytest.mark.parametrize(
    ("texts", "name", "also"),
    [
        ({"Software": "NovelAI", "Source": "SD XL"}, "NovelAI", ("generator.model", "SD XL")),
        ({"invokeai_metadata": json.dumps({"model": {"name": "sdxl"}, "loras": [{"model": {"name": "L"}}]})},
         "InvokeAI", ("generator.lora", "L")),
        ({"parameters": json.dumps({"base_model": "jugger.safetensors", "loras": [["a", 1]]})},
         "Fooocus", ("generator.lora", "a")),
        ({"parameters": json.dumps({"sui_image_params": {"model": "sd35"}})}, "SwarmUI", ("generator.model", "sd35")),
    ],
)  # fmt: skip
def test_other_generators(texts: dict[str, str], name: str, also: tuple[str, str]) -> None:
    found = facts(png_with(**texts), LEADS)
    assert ("generator.name", name) in found
    assert also in found


@pytest.mark.parametrize(
    "texts",
    [
        {"parameters": "the parameters of my camera"},
        {"prompt": "what was asked"},
        {"prompt": "[1, 2, 3]"},
        {"prompt": '{"a": 1}'},
        {"workflow": '{"nodes": 5}'},
        {"prompt": "{" * 9000},
        {"Comment": "Created with GIMP"},
        {"Comment": '{"x": 1}'},
        {"Software": "Adobe ImageReady"},
    ],
)
def test_a_key_alone_is_no_generator(texts: dict[str, str]) -> None:
    assert facts(png_with(**texts), LEADS) == []


def test_editors_are_no_indication() -> None:
    exif = Image.Exif()
    exif[0x0131], exif[0x010F], exif[0x0110] = "Adobe Photoshop CC 2017 (Windows)", "Canon", "EOS 5D"
    found = read_provenance(jpeg_with(exif=exif))
    assert ("exif.software", "Adobe Photoshop CC 2017 (Windows)", "not_an_indication") in found
    assert ("exif.camera", "Canon EOS 5D", "context") in found


def xmp(body: str) -> bytes:
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        f'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{body}</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


@pytest.mark.parametrize("as_attribute", [True, False])
def test_digital_source_type(as_attribute: bool) -> None:
    uri = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    space = 'xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    inner = f'<rdf:Description {space} e:DigitalSourceType="{uri}"/>'
    if not as_attribute:
        inner = f"<rdf:Description {space}><e:DigitalSourceType>{uri}</e:DigitalSourceType></rdf:Description>"
    assert ("xmp.digital_source_type", "trainedAlgorithmicMedia") in facts(jpeg_with(xmp=xmp(inner)), LEADS)
    camera = inner.replace("trainedAlgorithmicMedia", "digitalCapture")
    assert ("xmp.digital_source_type", "digitalCapture") in facts(jpeg_with(xmp=xmp(camera)), "context")


def test_hostile_xmp() -> None:
    bomb = b'<!DOCTYPE l [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;">]>' + xmp("<a>&b;</a>")
    assert not any(kind.startswith("xmp") for kind, _ in facts(jpeg_with(xmp=bomb)))
    assert any(kind == "xmp.unreadable" for kind, _ in facts(jpeg_with(xmp=b"<x:xmpmeta><broken")))


@pytest.mark.parametrize("quality", [1, 35, 50, 75, 90, 95, 100])
def test_jpeg_quality(quality: int) -> None:
    assert jpeg_quality(read_container(jpeg_with(quality))) == (quality, True)


def test_screenshots_are_context() -> None:
    stream = BytesIO()
    Image.new("RGB", (1080, 2400)).save(stream, "PNG")
    found = read_provenance(stream.getvalue(), (1080, 2400))
    assert ("screenshot.size", "1080x2400", "context") in found
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\x00\x00\x00Screenshot"
    assert ("screenshot.named", "Screenshot") in facts(jpeg_with(exif=exif))


def test_bare_jpeg_and_trailing_bytes() -> None:
    found = read_provenance(jpeg_with() + b"appended" * 10)
    assert ("jpeg.bare", "", "not_an_indication") in found
    assert ("container.trailing_bytes", "80", "context") in found


def test_text_bomb_is_cut() -> None:
    packed = zlib.compress(b"A" * (MAX_TEXT * 4))
    body = b"parameters\x00\x00" + packed
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(body)) + b"zTXt" + body + b"\x00" * 4
    assert len(read_container(data).texts[0][1]) == MAX_TEXT


def test_values_are_one_short_line() -> None:
    found = facts(png_with(Software="evil\n\x1b[31m" + "x" * 5000))
    value = dict(found)["png.software"]
    assert len(value) <= 300
    assert value.isprintable()


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"RIFF\x00\x00\x00\x00WEBP", b"\0\0\0\x10ftyp"]),
)
def test_no_bytes_make_it_raise(tail: bytes, head: bytes) -> None:
    read_provenance(head + tail)


@pytest.mark.parametrize("make", [png_with, jpeg_with])
def test_flipped_and_cut_files_do_not_make_it_raise(make: Callable[[], bytes]) -> None:
    random = np.random.default_rng(4)
    exif = Image.Exif()
    exif[0x0131] = "Snapseed"
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\x00\x00\x00x"
    data = jpeg_with(exif=exif) if make is jpeg_with else png_with(prompt=json.dumps(COMFY))
    for _ in range(150):
        broken = bytearray(data[: random.integers(1, len(data) + 1)])
        for place in random.integers(0, len(broken), 4):
            broken[place] = random.integers(0, 256)
        read_provenance(bytes(broken))
