"""Ordinary tools accept what we make, by the very lines that the recipe prints."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.tsa import Behaviour, LoopbackTsa

from evidence import manifest as layout
from evidence.i18n import LANGUAGES, Language
from evidence.model import PackageChoices, PackageMade
from evidence.package import build_package
from evidence.timestamps import HttpTsaClient

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not all(map(shutil.which, ("pdfsig", "qpdf", "openssl", "sha256sum"))),
    reason="pdfsig, qpdf, openssl and sha256sum are not on this computer",
)


def make(snapshot: Any, sample: Any, out: Path, preview: Callable[[str], bytes | None], *, language: str = "ko",
         tsa: LoopbackTsa | None = None) -> PackageMade:  # fmt: skip
    return build_package(
        snapshot, PackageChoices(language, {}), out, signer=sample.signer, preview=preview,
        tsa=(HttpTsaClient(), [tsa.url]) if tsa else None,
    )  # fmt: skip


def shell(line: str, folder: Path) -> str:
    """Run one line as a person would, with the tools of this environment before those of the system."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=folder, env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def recipe(folder: Path) -> list[list[str]]:
    """The commands for Linux of each language's part, in the order of the parts."""
    text = (folder / layout.GUIDE).read_text("utf-8-sig")
    parts = re.split(r"={20,}", text)[1:]
    return [re.findall(r"^ {4}\$ (.+?)\s*$", part, re.MULTILINE) for part in parts]


def test_every_line_of_the_recipe_works(
    sample: Any, out: Path, preview: Callable[[str], bytes | None], tsa: LoopbackTsa
) -> None:
    made = make(sample.stamped(tsa.url), sample, out, preview)
    folder = Path(made.folder)
    parts = recipe(folder)
    assert len(parts) == len(LANGUAGES)
    assert parts[0] == parts[1] == parts[2]
    said = {line: shell(line, folder) for line in parts[0]}
    assert len(said) >= 9
    answers = "\n".join(said.values())
    for expected in ("Signature is Valid", "Total document signed", "Verification successful", "Verification: OK",
                     "Time stamp:", made.signer_fingerprint[:2].upper()):  # fmt: skip
        assert expected in answers
    assert "FAILED" not in answers
    assert made.has_trusted_time


def test_the_recipe_notices_a_change(sample: Any, out: Path, preview: Callable[[str], bytes | None]) -> None:
    folder = Path(make(sample.snapshot, sample, out, preview).folder)
    manifest = folder / layout.MANIFEST
    data = bytearray(manifest.read_bytes())
    data[100] ^= 1
    manifest.write_bytes(data)
    failed = 0
    for line in recipe(folder)[0]:
        try:
            shell(line, folder)
        except AssertionError:
            failed += 1
    assert failed == 4  # sha256sum of the tag files, bagit, openssl cms, cmp


@pytest.mark.parametrize("with_time", [False, True])
def test_the_report_is_clean(
    sample: Any, out: Path, preview: Callable[[str], bytes | None], tsa: LoopbackTsa, with_time: bool
) -> None:
    made = make(sample.snapshot, sample, out, preview, tsa=tsa if with_time else None)
    folder = Path(made.folder)
    assert made.signature_level == ("B-T" if with_time else "B-B")
    assert made.has_trusted_time is with_time
    assert "No syntax or stream encoding errors" in shell(f"qpdf --check {layout.REPORT}", folder)
    seen = shell(f"pdfsig {layout.REPORT}", folder)
    assert "Signature is Valid" in seen
    assert "Total document signed" in seen
    fonts = shell(f"pdffonts {layout.REPORT}", folder).splitlines()[2:]
    assert fonts
    for line in fonts:
        assert re.search(r"TrueType\s+WinAnsi\s+yes yes yes", line), line
    # The same after the time stamp came: the bag still holds.
    shell("bagit.py --validate .", folder)


def test_a_token_over_the_signature(
    sample: Any, out: Path, preview: Callable[[str], bytes | None], tsa: LoopbackTsa, pki: Any, tmp_path: Path
) -> None:
    made = make(sample.snapshot, sample, out, preview, tsa=tsa)
    folder = Path(made.folder)
    (token,) = (folder / layout.TOKENS_FOLDER).glob("signature-*.tsr")
    assert layout.is_added_token(token.relative_to(folder).as_posix())
    (tmp_path / "root.pem").write_bytes(pki.root_pem)
    line = ("openssl asn1parse -inform DER -in proof/manifest.json.p7s | tail -n 1 | sed 's/.*://' | xxd -r -p "
            f"> {tmp_path}/signature")  # fmt: skip
    shell(line, folder)
    said = shell(f"openssl ts -verify -data {tmp_path}/signature -in {token} -CAfile {tmp_path}/root.pem", folder)
    assert "Verification: OK" in said


@pytest.mark.parametrize("behaviour", [Behaviour.HTTP_500, Behaviour.WRONG_NONCE, Behaviour.BROKEN_SIGNATURE])
def test_an_authority_that_fails_is_named(
    sample: Any, out: Path, preview: Callable[[str], bytes | None], tsa: LoopbackTsa, behaviour: Behaviour
) -> None:
    tsa.behaviour = behaviour
    made = make(sample.snapshot, sample, out, preview, tsa=tsa)
    assert made.signature_level == "B-B"
    assert made.unanswered == (tsa.url,)
    assert not made.has_trusted_time
    assert not list(Path(made.folder).rglob("*.tsr"))


def test_the_words_of_the_report_are_text(
    sample: Any, out: Path, preview: Callable[[str], bytes | None], language: Language
) -> None:
    made = make(sample.snapshot, sample, out, preview, language=language)
    text = "".join(shell(f"pdftotext -raw {layout.REPORT} -", Path(made.folder)).split())
    assert made.manifest_sha256 in text
    assert made.signer_fingerprint in text
    for exhibit in sample.snapshot.exhibits:
        assert "".join(exhibit.item.title.split()) in text
        for file in exhibit.item.files:
            assert file.digests.sha256 in text
    assert "[U+202E]" in text
    assert "허위영상물유포자료정리예시" in text


@pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="pdfinfo is not on this computer")
def test_screen_readers_find_headings_tables_and_pictures(
    sample: Any, out: Path, preview: Callable[[str], bytes | None]
) -> None:
    """poppler walks the structure tree: everything that is printed is in it, page furniture is not."""
    made = make(sample.snapshot, sample, out, preview, language="en")
    folder = Path(made.folder)
    assert re.search(r"^Tagged: +yes$", shell(f"pdfinfo {layout.REPORT}", folder), re.MULTILINE)
    tree = shell(f"pdfinfo -struct-text {layout.REPORT}", folder)
    assert "Syntax Error" not in tree and "Warning" not in tree
    tags = set(re.findall(r"[A-Z][A-Za-z0-9]*", tree))
    assert {"H1", "H2", "P", "Table", "TR", "TH", "TD", "Figure", "Caption"} <= tags
    told = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', tree)).replace('\\"', '"')
    shown = shell(f"pdftotext -layout {layout.REPORT} -", folder)
    furniture = {"Package", "digest", "(first", "digits):", "Report", "on", "preserved", "digital", "material", "•"}
    squeezed = "".join(told.split())
    missing = {word for word in shown.split() if word not in squeezed and word not in furniture | {"/"}}
    short = hashlib.sha256((folder / layout.MANIFEST).read_bytes()).hexdigest()[:16]
    assert {word for word in missing if word not in short and not re.fullmatch(r"\d+", word)} == set()
    assert "Package digest (first" not in tree
