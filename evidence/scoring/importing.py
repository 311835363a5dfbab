"""Take in a detector pack from a publisher: signed, pinned, tried out in the child, and removable again.

A ``.dfpack`` is a ZIP of exactly five files. ``pack.sig`` is the Ed25519 signature (RFC 8032) of the canonical form
(RFC 8785) of ``pack.json``, which pins the SHA-256 of the other three. Nothing is written before everything passed.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from evidence.digest import canonical_json, parse_json
from evidence.errors import EvidenceError
from evidence.media import MediaLimits, MediaWorker
from evidence.scoring.conformance import local_measure
from evidence.scoring.packs import (
    FINDING,
    LOCAL,
    MAX_JSON_BYTES,
    MAX_MODEL_BYTES,
    Pack,
    PackFacts,
    load_pack,
    read_facts,
)  # fmt: skip

MEMBERS = {
    "pack.json": MAX_JSON_BYTES,
    "model.onnx": MAX_MODEL_BYTES,
    "card.md": MAX_JSON_BYTES,
    "selftest.json": MAX_JSON_BYTES,
    "pack.sig": 64,
}
"""The files of a pack and the most bytes that each may unpack to."""

TRIAL_LIMITS = MediaLimits(time_s=60.0, memory_bytes=4 << 30)


def import_pack(
    stream: BinaryIO,
    packs_dir: Path,
    *,
    publishers: Mapping[str, bytes],
    worker: MediaWorker,
    cancelled: Callable[[], bool] = lambda: False,
    limits: MediaLimits = TRIAL_LIMITS,
) -> Pack:
    """Check the pack in ``stream`` and install it below ``packs_dir``; an older version with its id is replaced.

    ``publishers`` maps names to raw Ed25519 public keys that the person trusts; the pack must name one of them and be
    signed by its key. The model is opened and self-tested in the child, within limits, before anything is written.
    A detector is measured on drawn faces at once, and that is kept. What its publisher measured stays a claim: measure
    it on a set of your own, too (:mod:`evidence.scoring.bench`).
    Raises :class:`EvidenceError` ``scoring.pack_malformed``, ``scoring.pack_unsigned``, ``scoring.pack_altered``,
    ``scoring.model_refused``, ``scoring.selftest_failed``, and :class:`evidence.errors.CancelledError`.
    """
    members = _members(stream)
    facts = read_facts(members["pack.json"], "pack")
    key = publishers.get(facts.publisher)
    if key is None:
        raise EvidenceError("scoring.pack_unsigned", publisher=facts.publisher[:80])
    try:
        signed = canonical_json(parse_json(members["pack.json"], canonical=False))
        Ed25519PublicKey.from_public_bytes(key).verify(members["pack.sig"], signed)
    except (InvalidSignature, ValueError) as problem:
        raise EvidenceError("scoring.pack_unsigned", publisher=facts.publisher[:80]) from problem
    for name, expected in facts.files.items():
        if hashlib.sha256(members[name]).hexdigest() != expected:
            raise EvidenceError("scoring.pack_altered", pack=facts.id)
    test = parse_json(members["selftest.json"], canonical=False)
    try:
        answer, _ = worker.request(
            "try_model", BytesIO(members["model.onnx"]), limits, cancelled, test=test, pack=facts.id,
            task=facts.task, size=facts.input.size, margin=facts.input.crop_margin, mirrored=facts.input.mirrored,
        )  # fmt: skip
    except EvidenceError as error:
        if error.code.startswith("scoring.") or error.code == "media.decoder_missing":
            raise
        # Too slow, too greedy, or fatal for the child: the same answer for all three.
        raise EvidenceError("scoring.model_refused") from error
    measured = {} if facts.task == FINDING else {LOCAL: canonical_json(local_measure(answer, facts))}
    return _install({**members, **measured}, packs_dir, facts.id)


def peek_facts(stream: BinaryIO) -> PackFacts:
    """What the pack in ``stream`` says of itself, before anything of it is believed. Raises
    ``scoring.pack_malformed``."""
    return read_facts(_members(stream)["pack.json"], "pack")


def remove_pack(packs_dir: Path, pack_id: str) -> None:
    """Take an imported pack away again. Raises :class:`EvidenceError` ``scoring.pack_malformed`` if there is none."""
    for folder in packs_dir.iterdir() if packs_dir.is_dir() else ():
        if folder.name == pack_id and (folder / "pack.json").is_file() and not folder.is_symlink():
            shutil.rmtree(folder)
            return
    raise EvidenceError("scoring.pack_malformed", pack=pack_id)


def describe(pack: Pack) -> dict[str, object]:
    """What a person reads before trusting a pack: its publisher's claims, named as such."""
    facts = asdict(pack.facts)
    claims = facts.pop("calibration")
    return {"claims": None if pack.is_finder else claims, **facts}


def _members(stream: BinaryIO) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
            # Exactly these names: no folders, no links, no second file of one name, nothing beside.
            if sorted(info.filename for info in infos) != sorted(MEMBERS):
                raise EvidenceError("scoring.pack_malformed", pack="")
            found = {}
            for info in infos:
                with archive.open(info) as member:
                    found[info.filename] = member.read(MEMBERS[info.filename] + 1)
                if len(found[info.filename]) > MEMBERS[info.filename]:
                    raise EvidenceError("scoring.pack_malformed", pack="")
            return found
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as problem:
        raise EvidenceError("scoring.pack_malformed", pack="") from problem


def _install(members: Mapping[str, bytes], packs_dir: Path, pack_id: str) -> Pack:
    packs_dir.mkdir(parents=True, exist_ok=True)
    part, target = packs_dir / f"{pack_id}.part", packs_dir / pack_id
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    for name, data in members.items():
        (part / name).write_bytes(data)
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)
    return load_pack(target)
