from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.digest import canonical_json
from evidence.errors import EvidenceError
from evidence.media import MediaLimits, MediaWorker
from evidence.model import Band
from evidence.scoring import Pack, import_pack, load_pack, load_packs, remove_pack
from evidence.scoring.bands import band_of
from evidence.scoring.importing import TRIAL_LIMITS

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TRUSTED = {"tests": KEY.public_key().public_bytes_raw()}
WritePack = Callable[..., Path]


def packed(folder: Path, *, key: Ed25519PrivateKey = KEY, more: dict[str, bytes] | None = None) -> io.BytesIO:
    members = {path.name: path.read_bytes() for path in folder.iterdir()}
    members["pack.sig"] = key.sign(canonical_json(json.loads(members["pack.json"])))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (members | (more or {})).items():
            archive.writestr(name, data)
    stream.seek(0)
    return stream


def refused(
    stream: io.BytesIO, target: Path, worker: MediaWorker, trusted: dict[str, bytes] = TRUSTED,
    limits: MediaLimits = TRIAL_LIMITS,
) -> str:  # fmt: skip
    with pytest.raises(EvidenceError) as caught:
        import_pack(stream, target, publishers=trusted, worker=worker, limits=limits)
    assert not target.exists() or list(target.iterdir()) == []
    return caught.value.code


def test_in_and_out_again(write_pack: WritePack, worker: MediaWorker, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    made = import_pack(packed(write_pack("agency")), target, publishers=TRUSTED, worker=worker)
    assert [pack.facts.id for pack in load_packs(target)] == ["agency"]
    assert made.folder == target / "agency"
    again = import_pack(packed(tmp_path / "packs" / "agency"), target, publishers=TRUSTED, worker=worker)
    assert again.model_sha256 == made.model_sha256
    remove_pack(target, "agency")
    assert load_packs(target) == ()
    for name in ("agency", "..", "../packs"):
        with pytest.raises(EvidenceError, match="pack_malformed"):
            remove_pack(target, name)


def test_signatures(write_pack: WritePack, worker: MediaWorker, tmp_path: Path) -> None:
    folder, target = write_pack("agency"), tmp_path / "t"
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert refused(packed(folder, key=stranger), target, worker) == "scoring.pack_unsigned"
    assert refused(packed(folder), target, worker, {}) == "scoring.pack_unsigned"
    assert refused(packed(folder, more={"pack.sig": b""}), target, worker) == "scoring.pack_unsigned"
    facts = json.loads((folder / "pack.json").read_text())
    facts["calibration"]["above"] = 0.6
    forged = packed(folder, more={"pack.json": json.dumps(facts).encode()})
    assert refused(forged, target, worker) == "scoring.pack_unsigned"
    assert refused(packed(folder, more={"model.onnx": b"other"}), target, worker) == "scoring.pack_altered"


def test_archives_that_are_none(write_pack: WritePack, worker: MediaWorker, tmp_path: Path) -> None:
    folder, target = write_pack("agency"), tmp_path / "t"
    assert refused(io.BytesIO(b"PK no"), target, worker) == "scoring.pack_malformed"
    assert refused(packed(folder, more={"../../evil": b"x"}), target, worker) == "scoring.pack_malformed"
    assert refused(packed(folder, more={"extra.so": b"x"}), target, worker) == "scoring.pack_malformed"
    bomb = packed(folder, more={"card.md": b"0" * (4 << 20)})
    assert refused(bomb, target, worker) == "scoring.pack_malformed"
    data = packed(folder).getvalue()
    assert refused(io.BytesIO(data[: len(data) // 2]), target, worker) == "scoring.pack_malformed"
    assert not (tmp_path / "evil").exists()


def test_hostile_models(
    write_pack: WritePack, model: Callable[..., bytes], worker: MediaWorker, tmp_path: Path
) -> None:
    target = tmp_path / "t"
    custom = write_pack("custom", model=model(domain="evil.custom", operator="RunShell"))
    assert refused(packed(custom), target, worker) == "scoring.model_refused"
    noise = write_pack("noise", model=b"\xff" * 500)
    assert refused(packed(noise), target, worker) == "scoring.model_refused"
    drifted = write_pack("drifted", model=model(operator="GlobalMaxPool"))
    assert refused(packed(drifted), target, worker) == "scoring.selftest_failed"


@pytest.mark.parametrize(
    "test",
    [
        "{}",
        "[]",
        '{"seed": 1, "size": 100000, "logits": [0], "tolerance": 0.001}',
        '{"seed": 1, "size": 32, "logits": [], "tolerance": 0.001}',
        '{"seed": 1, "size": 32, "logits": [0.0], "tolerance": 1e9}',
    ],
)
def test_a_self_test_cannot_be_empty_or_endless(
    write_pack: WritePack, worker: MediaWorker, tmp_path: Path, test: str
) -> None:
    import hashlib

    folder = write_pack("hollow")
    (folder / "selftest.json").write_text(test)
    facts = json.loads((folder / "pack.json").read_text())
    facts["files"]["selftest.json"] = hashlib.sha256(test.encode()).hexdigest()
    (folder / "pack.json").write_text(json.dumps(facts))
    assert refused(packed(folder), tmp_path / "t", worker) == "scoring.selftest_failed"


@pytest.mark.parametrize("name", ["endless", "greedy", "curious"])
def test_a_model_without_end_or_measure_ends_with_its_child(
    write_pack: WritePack, hostile: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    """A loop of 2**63 turns, a tensor of four terabytes, and weights that lie in a file of the computer."""
    limits = MediaLimits(time_s=2.0, memory_bytes=TRIAL_LIMITS.memory_bytes)
    with MediaWorker("evidence.scoring.worker") as worker:
        folder = write_pack(name, model=hostile[name])
        assert refused(packed(folder), tmp_path / "t", worker, limits=limits) == "scoring.model_refused"
        whole = import_pack(packed(write_pack("whole")), tmp_path / "t", publishers=TRUSTED, worker=worker)
    assert whole.facts.id == "whole", "the next child is none the worse"


def test_a_detector_is_measured_when_it_is_let_in(write_pack: WritePack, worker: MediaWorker, tmp_path: Path) -> None:
    made = import_pack(packed(write_pack("calm", above=2.0)), tmp_path / "t", publishers=TRUSTED, worker=worker)
    local = made.local
    assert local is not None
    assert local.faces > 8
    assert local.engines_differ is not None
    assert local.engines_differ < 1e-4
    assert (local.above_claim, made.above) == (0.0, 2.0), "the claim stands: no drawn face comes near"
    assert load_pack(made.folder) == made

    claim = packed(write_pack("rash", above=-50.0, below=None))
    rash = import_pack(claim, tmp_path / "t", publishers=TRUSTED, worker=worker)
    assert rash.local is not None
    assert rash.local.above_claim == 1.0
    assert rash.above == rash.local.highest > -50
    assert rash.facts.calibration.above == -50.0, "what is claimed stays legible"
    assert band_of(rash, [rash.above - 0.1]) is Band.INCONCLUSIVE
    assert band_of(Pack(rash.facts, rash.folder), [rash.above - 0.1]) is Band.INDICATORS

    (rash.folder / "local.json").write_text("{}")
    with pytest.raises(EvidenceError, match="pack_malformed"):
        load_pack(rash.folder)
