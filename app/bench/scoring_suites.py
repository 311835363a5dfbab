"""Files made on the spot whose right answer is known: metadata, abstention, and how long a picture and a clip take."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.bench.signing import signed_picture
from evidence.media import MediaLimits, MediaWorker
from evidence.model import Band
from evidence.scoring import Pack, detectors_of, finder_of, score_original
from evidence.scoring.answers import facts_of, shaped
from evidence.scoring.drawn import draw_face
from evidence.scoring.score import described, finding

Pixels = NDArray[np.uint8]
Cancelled = Callable[[], bool]
_CREDENTIALS = ("c2pa.trusted", "c2pa.valid", "c2pa.invalid", "c2pa.unreadable", "c2pa.absent")


@dataclass(frozen=True, slots=True)
class SuiteCase:
    """One file: what was found and whether that is right."""

    name: str
    expected: str
    found: str

    @property
    def is_right(self) -> bool:
        return self.expected == self.found


def metadata_suite(worker: MediaWorker, cancelled: Cancelled = lambda: False) -> list[SuiteCase]:
    """Generators that name themselves are found, what only looks like it is not; the states of content credentials."""
    cases = []
    for name, data, expected in _metadata_files():
        answer, _ = worker.request("provenance", BytesIO(data), MediaLimits(), cancelled)
        facts = facts_of(answer)
        if expected.startswith("c2pa."):
            found = next((fact.kind for fact in facts if fact.kind in _CREDENTIALS), "none")
        else:
            found = next((fact.value for fact in facts if fact.kind == "generator.name"), "none")
        cases.append(SuiteCase(name, expected, found))
    return cases


def _metadata_files() -> list[tuple[str, bytes, str]]:
    graph = {"4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "example.safetensors"}}}
    settings = "a face\nSteps: 20, Sampler: Euler a, Seed: 7, Model: example"
    exif = Image.Exif()
    exif[0x0131] = "Adobe Photoshop CC 2017"
    described_as = Image.Exif()
    described_as[0x010E] = "parameters of the exposure; prompt delivery, workflow as agreed"
    signed = signed_picture()
    altered = bytearray(signed)
    altered[-2000] ^= 0x55
    plain = BytesIO()
    Image.open(BytesIO(signed)).save(plain, "JPEG", quality=80)
    return [
        ("ComfyUI graph in a PNG", _png(prompt=json.dumps(graph)), "ComfyUI"),
        ("ComfyUI graph, packed", _png(packed=True, prompt=json.dumps(graph)), "ComfyUI"),
        ("web UI settings in a PNG", _png(parameters=settings), "Stable Diffusion web UI"),
        ("a PNG with the bare word parameters", _png(parameters="parameters"), "none"),
        ("a PNG whose prompt is a sentence", _png(prompt="please reply"), "none"),
        ("a PNG with an unrelated JSON prompt", _png(prompt='{"a": 1}', workflow="[]"), "none"),
        ("a JPEG that an editor wrote", _jpeg(exif), "none"),
        ("a JPEG with the words in its description", _jpeg(described_as), "none"),
        ("a JPEG with the words after its end", _jpeg() + settings.encode() + b"prompt workflow", "none"),
        ("content credentials, whole", signed, "c2pa.valid"),
        ("content credentials, picture altered", bytes(altered), "c2pa.invalid"),
        ("content credentials, stripped by saving again", plain.getvalue(), "c2pa.absent"),
    ]


def _png(packed: bool = False, **texts: str) -> bytes:
    info = PngInfo()
    for key, text in texts.items():
        info.add_text(key, text, zip=packed)
    stream = BytesIO()
    Image.fromarray(draw_face(64)).save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


def _jpeg(exif: Image.Exif | None = None) -> bytes:
    stream = BytesIO()
    Image.fromarray(draw_face(64)).save(stream, "JPEG", exif=exif or Image.Exif())
    return stream.getvalue()


def abstention_suite(
    worker: MediaWorker, packs: Sequence[Pack], cancelled: Cancelled = lambda: False
) -> list[SuiteCase]:
    """What cannot be assessed must be called so; and a face that can be is not turned away."""
    face = draw_face(200)
    pictures = {
        "blurred": np.asarray(cv2.GaussianBlur(face, (0, 0), 7), np.uint8),
        "40 pixels": draw_face(40, (240, 320)),
        "in profile": np.ascontiguousarray(face[:, : face.shape[1] // 2]),
        "a drawing": draw_face(200, is_flat=True),
        "no face": np.asarray(np.random.default_rng(3).integers(90, 160, (300, 300, 3)), np.uint8),
    }
    files = {name: _stored(picture, "PNG") for name, picture in pictures.items()}
    files["compressed beyond use"] = _stored(face, "JPEG", quality=8)
    files["cut off"] = _stored(face, "PNG")[:900]
    expected = dict.fromkeys(files, Band.NOT_ASSESSABLE)
    files["a face that can be assessed"] = _stored(face, "PNG")
    cases = []
    for name, data in files.items():
        report = score_original(
            lambda data=data: BytesIO(data), item_id="bench", sha256="00" * 32, media_type="image/png", worker=worker,  # type: ignore[misc]
            packs=packs, now=datetime(2026, 1, 1, tzinfo=UTC), cancelled=cancelled,
        )  # fmt: skip
        told = Band.NOT_ASSESSABLE.value if report.band is Band.NOT_ASSESSABLE else "assessed"
        cases.append(SuiteCase(name, expected[name].value if name in expected else "assessed", told))
    return cases


def _stored(picture: Pixels, kind: str, **options: int) -> bytes:
    stream = BytesIO()
    Image.fromarray(picture).save(stream, kind, **options)
    return stream.getvalue()


def speed_suite(worker: MediaWorker, packs: Sequence[Pack], cancelled: Cancelled = lambda: False) -> dict[str, float]:
    """Milliseconds in the child: pictures after decoding (one of twelve megapixels with three faces step by step, the
    others as a whole), and a minute of film of 1280 x 720 pixels with one face, decoding and all.

    What the child does beside decoding counts as far as it is waited for afterwards.
    """
    asked = {"packs": described(detectors_of(packs)), "finder": finding(finder_of(packs))}
    found: dict[str, float] = {}
    for kind, picture in speed_pictures():
        steps: dict[str, float] = {}
        for _ in range(1 if found else 2):  # the first of all opens the models
            answer, _ = worker.request("score", BytesIO(picture), MediaLimits(), cancelled, **asked)
            steps = shaped(answer.get("ms"), dict[str, float])
        decoding = steps.pop("decoding", 0.0)
        after = round(sum(steps.values()), 1)
        if found:
            found[f"image_of_{kind}_after_decoding_ms"] = after
        else:
            found = {"image_after_decoding_ms": after, "image_decoding_ms": decoding}
            found |= {f"image_{step}_ms": ms for step, ms in steps.items()}
    answer, _ = worker.request("clip", BytesIO(minute_of_film()), MediaLimits(), cancelled, **asked)
    steps = shaped(answer.get("ms"), dict[str, float])
    found["minute_of_video_ms"] = round(sum(steps.values()), 1)
    return found | {f"minute_of_video_{step}_ms": ms for step, ms in steps.items()}


def speed_pictures() -> Iterator[tuple[str, bytes]]:
    """Pictures by kind, stored; the one that is told step by step comes first."""
    ground = landscape(3000, 4000)
    scene = ground.copy()
    scene[:1200, :1200] = draw_face(600, (1200, 1200))
    scene[1200:2400, 1500:2700] = draw_face(600, (1200, 1200), person=1)
    scene[500:1700, 2800:] = draw_face(500, (1200, 1200), person=2)
    yield "three_faces_12_mp", _stored(scene, "JPEG", quality=90)
    yield "a_landscape_12_mp", _stored(ground, "JPEG", quality=90)
    portrait = np.ascontiguousarray(ground[:2300, :1740])
    portrait[500:1700, 250:1450] = draw_face(800, (1200, 1200), person=3)
    yield "a_portrait_4_mp", _stored(portrait, "JPEG", quality=90)
    yield "a_chat_1_mp", _stored(_chat(1440, 720), "PNG")
    for place in range(40):
        top, left = 550 * (place // 8) + 100, 490 * (place % 8) + 60
        scene[top : top + 450, left : left + 450] = draw_face(250, (450, 450), person=place)
    yield "forty_faces_12_mp", _stored(scene, "JPEG", quality=90)


def _chat(height: int, width: int) -> Pixels:
    """A screenshot of a chat: bubbles with words, and a small picture of a face."""
    picture = np.full((height, width, 3), (178, 199, 217), np.uint8)
    for row, top in enumerate(range(40, height - 120, 130)):
        left = 40 if row % 3 else width // 3
        cv2.rectangle(
            picture, (left, top), (left + width // 2, top + 100), (255, 235, 51) if row % 3 else (255,) * 3, -1
        )
        for line in range(3):
            words = "see you there at nine"[: 21 - 5 * line]
            cv2.putText(picture, words, (left + 12, top + 30 + 28 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (30,) * 3, 2)
    picture[500:788, 40:328] = draw_face(160, (288, 288), person=4)
    return picture


def landscape(height: int, width: int) -> Pixels:
    """Noise with the spectrum of photographs (amplitude falling with frequency; Field 1987), in grey."""
    random = np.random.default_rng(4)
    small = random.normal(size=(height // 4, width // 4))
    y, x = np.fft.fftfreq(small.shape[0])[:, None], np.fft.rfftfreq(small.shape[1])[None]
    shaped_noise = np.fft.irfft2(np.fft.rfft2(small) / np.maximum(np.hypot(x, y), 1e-3), small.shape)
    grey = np.clip(128 + 45 * shaped_noise / shaped_noise.std(), 0, 255).astype(np.uint8)
    large = cv2.resize(grey, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.repeat(np.asarray(large, np.uint8)[..., None], 3, axis=2)


def minute_of_film(width: int = 1280, height: int = 720, rate: int = 30) -> bytes:
    """A minute of film in memory: two seconds of a drawn face that moves, thirty times over."""
    import av  # the encoder is needed for nothing else here

    stream = BytesIO()
    with av.open(stream, "w", format="mp4") as film:
        codec = "libx264" if "libx264" in av.codecs_available else "mpeg4"
        track: Any = film.add_stream(codec, rate=rate)
        track.width, track.height, track.pix_fmt = width, height, "yuv420p"
        track.options = {"preset": "ultrafast"} if codec == "libx264" else {}
        track.codec_context.gop_size, track.codec_context.max_b_frames = 2 * rate, 0
        packets = []
        shown = [draw_face(260, (height, width), (0.4 + 0.01 * place, 0.5)) for place in range(10)]
        for place in range(2 * rate):
            packets += track.encode(av.VideoFrame.from_ndarray(shown[place * 10 // (2 * rate)], format="rgb24"))
        packets += track.encode()
        data = [(bytes(packet), packet.is_keyframe, packet.time_base) for packet in packets]
        for number in range(30 * len(data)):
            payload, is_key, base = data[number % len(data)]
            packet = av.Packet(payload)
            packet.stream, packet.time_base, packet.is_keyframe = track, base, is_key
            packet.pts = packet.dts = round(number / rate / base)
            film.mux(packet)
    return stream.getvalue()
