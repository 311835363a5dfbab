"""Check 2: the manifest is of a version that this program knows, and makes sense in itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from evidence.digest import fingerprint_words, from_json, parse_json
from evidence.errors import EvidenceError
from evidence.manifest import (
    FIRST_WITH_REDACTIONS,
    FORMAT_NAME,
    FORMAT_VERSION,
    MANIFEST,
    REDACTIONS_FOLDER,
    UNLISTED,
    FileRole,
    Manifest,
    SignerEntry,
)
from evidence.model import Answer
from evidence.verify.container import key_of, unsafe_reason
from evidence.verify.container.names import confusion_key
from evidence.verify.state import Outcome, State, cannot_tell, no, yes
from evidence.verify.whole import is_understood

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHA512 = re.compile(r"[0-9a-f]{128}")
_MAX_SIZE = 1 << 50


def check_format(state: State) -> Iterator[Outcome]:
    """Read the manifest. A newer version is no fault of the package; it is said and nothing is guessed."""
    for outcome in _read_manifest(state):
        if outcome.answer is Answer.NO:
            state.damaged.setdefault(MANIFEST, "changed" if MANIFEST in state.located.files else "missing")
        yield outcome


def _read_manifest(state: State) -> Iterator[Outcome]:
    data = state.reading.kept.get(MANIFEST)
    if data is None:
        is_there = MANIFEST in state.located.files
        yield cannot_tell("format.unreadable_manifest") if is_there else no("format.no_manifest")
        return
    state.facts["manifest_sha256"] = hashlib.sha256(data).hexdigest()
    try:
        loose = parse_json(data, canonical=False)
    except EvidenceError:
        yield no("format.malformed")
        return
    version = loose.get("version") if isinstance(loose, dict) else None
    if not isinstance(loose, dict) or loose.get("format") != FORMAT_NAME or type(version) is not int or version < 1:
        yield no("format.unknown")
        return
    state.format_version = version
    if version > FORMAT_VERSION:
        yield cannot_tell("format.newer", version=version)
        return
    try:
        value = parse_json(data)
        manifest = from_json(value, Manifest)
    except EvidenceError as problem:
        yield no("format.not_canonical" if problem.code == "json.not_canonical" else "format.wrong_shape")
        return
    if not is_understood(value, manifest):
        yield no("format.wrong_shape")
        return
    if not _makes_sense(manifest):
        yield no("format.inconsistent")
        return
    state.manifest = manifest
    yield yes("format.known", version=version)


def read_listed_sizes(data: bytes) -> dict[str, int] | None:
    """Comparable path to size, from a manifest that nobody has checked yet; None when there is no such list."""
    try:
        value: Any = parse_json(data, canonical=False)
        sizes = {key_of(file["path"]): file["size"] for file in value["files"]}
    except (EvidenceError, TypeError, KeyError):
        return None
    return sizes if all(type(size) is int for size in sizes.values()) else None


def _makes_sense(manifest: Manifest) -> bool:
    """What the schema's types cannot say."""
    paths = [file.path for file in manifest.files]
    numbers = [item.number for item in manifest.items]
    ids = [item.id for item in manifest.items]
    signer, log_signer = manifest.signer, manifest.log_signer
    return (
        _is_signer_sound(signer)
        and (log_signer is None or (_is_signer_sound(log_signer) and log_signer != signer))
        and len({confusion_key(path) for path in paths}) == len(paths)
        and not any(unsafe_reason(path) or path in UNLISTED for path in paths)
        and all(_is_file_sound(file.size, file.sha256, file.sha512) for file in manifest.files)
        and len(set(numbers)) == len(numbers)
        and len(set(ids)) == len(ids)
        and all(numbers) and all(ids)
        and all(file.item in numbers for file in manifest.files if file.role is FileRole.ORIGINAL or file.item)
        and are_redactions_sound(manifest)
        and all(not note.item or note.item in numbers for note in manifest.notes)
        and all(note.written_at.utcoffset() is not None for note in manifest.notes)
        and manifest.log.log_id == manifest.case_id
        and bool(_SHA256.fullmatch(manifest.log.root))
        and manifest.log.size > 0
        and manifest.created.at.utcoffset() is not None
        and all(item.acquired.at.utcoffset() is not None for item in manifest.items)
    )  # fmt: skip


def are_redactions_sound(manifest: Manifest) -> bool:
    """Whether withheld originals and the copies in their place fit together: version 1 has none; an exhibit is handed
    over whole or redacted, never both; a derived file is a copy of one of the exhibit's originals, with one record."""
    if manifest.version < FIRST_WITH_REDACTIONS:
        return not manifest.withheld and not manifest.redacted
    numbers = {item.number for item in manifest.items}
    withheld = {(file.item, file.sha256) for file in manifest.withheld}
    redacted = {each.item for each in manifest.redacted}
    files = {file.path: file for file in manifest.files}
    derived = [file for file in manifest.files if file.role is FileRole.DERIVED]
    copies = [(files.get(each.path), files.get(each.record), each) for each in manifest.redacted]
    return (
        all(_is_file_sound(file.size, file.sha256, file.sha512) for file in manifest.withheld)
        and len({(file.item, file.position) for file in manifest.withheld}) == len(manifest.withheld)
        and all(file.position >= 0 for file in manifest.withheld)
        and {file.item for file in manifest.withheld} == redacted <= numbers
        and not any(file.role is FileRole.ORIGINAL and file.item in redacted for file in manifest.files)
        and len(derived) == len({each.path for each in manifest.redacted}) == len(manifest.redacted)
        and len({each.record for each in manifest.redacted}) == len(manifest.redacted)
        and all(
            copy is not None and copy.role is FileRole.DERIVED and copy.item == each.item
            and copy.derived_from_sha256 == each.original_sha256 and (each.item, each.original_sha256) in withheld
            and record is not None and record.role is FileRole.PROOF
            and each.record.startswith(f"{REDACTIONS_FOLDER}/")
            for copy, record, each in copies
        )
    )  # fmt: skip


def _is_signer_sound(signer: SignerEntry) -> bool:
    fingerprint = signer.certificate_sha256
    return bool(_SHA256.fullmatch(fingerprint)) and signer.fingerprint_words == fingerprint_words(fingerprint)


def _is_file_sound(size: int, sha256: str, sha512: str) -> bool:
    return 0 <= size < _MAX_SIZE and bool(_SHA256.fullmatch(sha256)) and bool(_SHA512.fullmatch(sha512))
