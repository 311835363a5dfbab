"""Every stable name that a score can carry has its words in every language."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = ROOT / "evidence" / "scoring"
FILES = ("provenance.py", "generators.py", "credentials.py", "declared.py", "clipfacts.py")
ROOMS = "generator|c2pa|exif|png|jpeg|container|screenshot|size|xmp|clip|aigc|iptc|route"


def names(language: str) -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "resources" / "locale" / language).glob("*.po"):
        with path.open("rb") as stream:
            found |= {str(message.id) for message in read_po(stream, locale=language) if message.context == "name"}
    return found


@pytest.mark.parametrize("language", ["ko", "en", "fr"])
def test_every_fact_has_words(language: str) -> None:
    source = "".join((CODE / name).read_text("utf-8") for name in FILES)
    kinds = set(re.findall(rf'"((?:{ROOMS})\.[a-z0-9_]+(?:\.absent)?)"', source))
    kinds.discard("c2pa.actions")  # what the specification calls an assertion
    assert len(kinds) > 25
    assert {f"provenance.{kind}" for kind in kinds} <= names(language)


@pytest.mark.parametrize("language", ["ko", "en", "fr"])
def test_every_reason_has_words(language: str) -> None:
    code = (CODE / "faces.py").read_text("utf-8") + (CODE / "finders.py").read_text("utf-8")
    faces = set(re.findall(r'append\("([a-z_]+)"\)|"((?:not_surely|turned)_[a-z_]+)"', code))
    faces = {name for pair in faces for name in pair if name}
    assert {"drawn", "cut_off", "turned_away", "too_small", "not_surely_a_face"} <= faces
    score = (CODE / "score.py").read_text("utf-8") + (CODE / "bands.py").read_text("utf-8")
    reasons = set(re.findall(r'\("([a-z]+_[a-z_]+)",', score)) | {f"face_{face}" for face in faces}
    reasons |= {"rates_of_another_search", "rates_of_single_pictures"}
    reasons |= set(re.findall(r'Band\.[A-Z_]+, "([a-z_]+)"', score))
    known = names(language)
    assert {f"face_reason.{face}" for face in faces} <= known
    assert len(reasons) > 8
    assert {f"reason.{reason}" for reason in reasons - {"body"}} <= known
    unseen = importlib.import_module("evidence.scoring").NOT_EXAMINED
    also = ("other_frames", "frames_between", "video", "audio", "content")
    assert {f"not_examined.{each}" for each in (*unseen, *also)} <= known
    assert {f"reading.{each}" for each in ("lead", "context", "not_an_indication", "validated")} <= known
