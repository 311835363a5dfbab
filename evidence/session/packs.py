"""Detector packs of this computer: those that come with the program, and those that the person let in.

They lie in a folder that the program hands in, beside ``publishers.json``: the names and keys (Ed25519) of publishers
that the person trusts. A pack from outside is compared with its publisher's signature each time that it is used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from evidence import scoring
from evidence.digest import canonical_json, fingerprint_groups, fingerprint_words, parse_json
from evidence.errors import EvidenceError
from evidence.i18n import Texts, named_code, rates_words, visible
from evidence.model import ErrorRates
from evidence.scoring import Pack
from evidence.scoring.packs import LocalMeasure

PUBLISHERS = "publishers.json"
_MAX_KEY = 16 << 10
_MAX_CARD = 1 << 20


@dataclass(frozen=True, slots=True)
class PackDetails:
    """What a person reads about a detector pack. What its publisher measured is a claim."""

    id: str
    version: str
    created: str
    publisher: str
    task: str
    licence: str
    intended_use: str
    model_sha256: str
    is_shipped: bool
    """It came with the program; its figures were measured by the code of the repository."""
    key_sha256: str
    """Of the publisher's raw public key, hexadecimal; empty for a pack that came with the program."""
    key_words: str
    claims: ErrorRates | None
    above: float | None
    below: float | None
    card: str
    local: LocalMeasure | None = None
    """What it did on this computer when it was let in; None for the packs of the program."""
    problem: str = ""
    """Code of what keeps it from being used; then the facts above may be missing."""


def in_use(packs_dir: Path | None) -> tuple[Pack, ...]:
    """The packs that score: those of the program, then those that were let in.

    Raises ``scoring.pack_malformed``, ``scoring.pack_altered`` and ``scoring.pack_unsigned``: a pack that is not whole
    stops scoring until it is removed, so that no score is made with fewer detectors than the person believes.
    """
    return (*scoring.load_packs(), *(_checked(folder, packs_dir) for folder in _folders(packs_dir) if packs_dir))


def list_packs(packs_dir: Path | None) -> list[PackDetails]:
    """Every pack of this computer, also those that cannot be used, with what keeps them from it."""
    found = [_details(pack, is_shipped=True) for pack in scoring.load_packs()]
    publishers = _publishers(packs_dir)
    for folder in _folders(packs_dir):
        try:
            assert packs_dir is not None
            pack = _checked(folder, packs_dir)
        except EvidenceError as error:
            found.append(_unusable(folder.name, error.code))
        else:
            found.append(_details(pack, is_shipped=False, key=publishers.get(pack.facts.publisher, b"")))
    return found


def import_pack(
    packs_dir: Path, path: Path, key_path: Path | None = None, *, cancelled: Callable[[], bool] = lambda: False
) -> PackDetails:
    """Let a pack in: signature, digests and self-test are checked before anything is written.

    ``key_path`` is the publisher's public key (PEM, Ed25519), needed once; a publisher who is known cannot change keys
    this way. Raises as :func:`evidence.scoring.import_pack`, ``scoring.bad_publisher_key``,
    ``scoring.publisher_key_changed``, ``scoring.pack_id_taken``, ``scoring.packs_unwritable``.
    """
    try:
        stream = path.open("rb")
    except OSError as problem:
        raise EvidenceError("scoring.pack_malformed", pack=path.name) from problem
    known = _publishers(packs_dir)
    with stream, scoring.scoring_worker() as worker:
        name, pack_id = _named_in(path)
        if pack_id in {pack.facts.id for pack in scoring.load_packs()}:
            raise EvidenceError("scoring.pack_id_taken", pack=pack_id)
        if key_path is not None:
            given = _read_key(key_path)
            if known.get(name, given) != given:
                raise EvidenceError("scoring.publisher_key_changed", publisher=name[:80])
            known = {**known, name: given}
        try:
            pack = scoring.import_pack(stream, packs_dir, publishers=known, worker=worker, cancelled=cancelled)
            _keep_publisher(packs_dir, known, pack.facts.publisher)
        except OSError as problem:
            raise EvidenceError("scoring.packs_unwritable", path=packs_dir) from problem
    return _details(pack, is_shipped=False, key=known[pack.facts.publisher])


def remove_pack(packs_dir: Path, pack_id: str) -> None:
    """Take a pack away that was let in; scores made with it stay. Raises ``scoring.no_such_pack``."""
    if pack_id not in {folder.name for folder in _folders(packs_dir)}:
        raise EvidenceError("scoring.no_such_pack", pack=pack_id[:80])
    try:
        scoring.remove_pack(packs_dir, pack_id)
    except OSError as problem:
        raise EvidenceError("scoring.packs_unwritable", path=packs_dir) from problem


def pack_lines(t: Texts, pack: PackDetails) -> list[str]:
    """A pack in a few lines: what it looks for, whose it is, and what was measured by whom."""
    if pack.problem:
        return list(t.error(EvidenceError(pack.problem, pack=pack.id, publisher=pack.publisher)))
    whose = t("comes with the program") if pack.is_shipped else t("let in by you")
    lines = [
        t("{where}: {words}", where=f"{pack.id} {visible(pack.version)}", words=named_code(t, "task", pack.task)),
        f"{whose} · {t('publisher: {name}', name=visible(pack.publisher))}",
        t("{where}: {words}", where=t("Model (SHA-256)"), words=fingerprint_groups(pack.model_sha256)),
    ]
    if pack.key_words:
        lines.append(t("key of the publisher, in words: {words}", words=pack.key_words))
    if pack.claims is not None:
        who = t("measured by the program’s own code") if pack.is_shipped else t("claimed by its publisher")
        lines.append(t("{where}: {words}", where=who, words=rates_words(t, pack.claims)))
    if pack.local is not None:
        lines.append(
            t("measured here on {faces} drawn faces: of 100 untouched ones {above} came out above the claimed "
              "threshold; of 100 altered ones {rises} came out higher than before; {ms} ms for a face. Drawn faces say "
              "little of real ones.",
              faces=t.number(pack.local.faces), above=t.number(round(100 * pack.local.above_claim, 1)),
              rises=t.number(round(100 * pack.local.rises, 1)), ms=t.number(pack.local.ms_per_face))
        )  # fmt: skip
    return lines


def _folders(packs_dir: Path | None) -> list[Path]:
    if packs_dir is None or not packs_dir.is_dir():
        return []
    return [one for one in sorted(packs_dir.iterdir()) if not one.is_symlink() and (one / "pack.json").is_file()]


def _checked(folder: Path, packs_dir: Path) -> Pack:
    """A pack that was let in, with its signature compared once more."""
    pack = scoring.load_pack(folder)
    key = _publishers(packs_dir).get(pack.facts.publisher)
    try:
        if key is None:
            raise InvalidSignature
        signed = canonical_json(parse_json((folder / "pack.json").read_bytes(), canonical=False))
        Ed25519PublicKey.from_public_bytes(key).verify((folder / "pack.sig").read_bytes()[:65], signed)
    except (InvalidSignature, ValueError, OSError) as problem:
        raise EvidenceError("scoring.pack_unsigned", publisher=pack.facts.publisher[:80]) from problem
    return pack


def _named_in(path: Path) -> tuple[str, str]:
    """The publisher and the id that a pack names. Raises ``scoring.pack_malformed``."""
    with path.open("rb") as stream:
        facts = scoring.peek_facts(stream)
    return facts.publisher, facts.id


def _read_key(path: Path) -> bytes:
    """The raw public key in a PEM file. Raises ``scoring.bad_publisher_key``."""
    try:
        with path.open("rb") as stream:
            key = load_pem_public_key(stream.read(_MAX_KEY))
    except (OSError, ValueError, UnsupportedAlgorithm) as problem:
        raise EvidenceError("scoring.bad_publisher_key", name=path.name) from problem
    if not isinstance(key, Ed25519PublicKey):
        raise EvidenceError("scoring.bad_publisher_key", name=path.name)
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _publishers(packs_dir: Path | None) -> dict[str, bytes]:
    """Names to raw keys; a file that is damaged counts as empty: then no pack verifies."""
    if packs_dir is None:
        return {}
    try:
        with (packs_dir / PUBLISHERS).open("rb") as stream:
            told = json.loads(stream.read(1 << 20))
        return {str(name): bytes.fromhex(key) for name, key in told.items() if len(key) == 64}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _keep_publisher(packs_dir: Path, known: Mapping[str, bytes], name: str) -> None:
    kept = {**_publishers(packs_dir), name: known[name]}
    part = packs_dir / f"{PUBLISHERS}.part"
    part.write_text(json.dumps({one: key.hex() for one, key in sorted(kept.items())}, indent=1), encoding="utf-8")
    part.replace(packs_dir / PUBLISHERS)


def _details(pack: Pack, *, is_shipped: bool, key: bytes = b"") -> PackDetails:
    facts = pack.facts
    digest = hashlib.sha256(key).hexdigest() if key else ""
    try:
        with (pack.folder / "card.md").open("rb") as stream:
            card = stream.read(_MAX_CARD).decode("utf-8", "replace")
    except OSError:
        card = ""
    return PackDetails(
        id=facts.id, version=facts.version, created=facts.created, publisher=facts.publisher, task=facts.task,
        licence=facts.licence, intended_use=facts.intended_use, model_sha256=pack.model_sha256,
        is_shipped=is_shipped, key_sha256=digest, key_words=fingerprint_words(digest) if digest else "",
        claims=None if pack.is_finder else facts.calibration.rates,
        above=None if pack.is_finder else facts.calibration.above, below=facts.calibration.below, card=card,
        local=pack.local,
    )  # fmt: skip


def _unusable(name: str, code: str) -> PackDetails:
    return PackDetails(
        id=name, version="", created="", publisher="", task="", licence="", intended_use="", model_sha256="",
        is_shipped=False, key_sha256="", key_words="", claims=None, above=None, below=None, card="", problem=code,
    )  # fmt: skip
