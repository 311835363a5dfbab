"""A second person's signature over a package that was made before: over the same manifest, by a key of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import cms

from evidence import manifest as layout
from evidence.digest import fingerprint_words, from_json, parse_json
from evidence.errors import EvidenceError
from evidence.manifest import Manifest
from evidence.package.bag import renewed_tag_lists
from evidence.package.made import MadePackage, open_forms
from evidence.package.signing import PackageSigner, sign_manifest

MOST = 20
"""Most co-signatures of one package."""


@dataclass(frozen=True, slots=True)
class PackageCoSigned:
    """A co-signature that was added. ``path`` is its file in the package."""

    path: str
    certificate_sha256: str
    fingerprint_words: str


def co_sign_package(
    forms: Sequence[Path],
    *,
    signer: PackageSigner,
    progress: Callable[[float, str], None] = lambda _share, _step: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> PackageCoSigned:
    """Add a detached CAdES-BES signature by ``signer`` over the manifest of one package; ``forms`` are its folder, its
    ZIP, or both. Nothing that is signed changes: one file is added, and the tag manifests list it.

    Whether the package holds is not asked here: whoever signs verifies first. Raises :class:`EvidenceError`
    ``package.not_a_package``, ``package.forms_differ``, ``package.already_signed`` (by this key),
    ``package.too_many_signatures``, ``package.unusable_key``, ``package.disk_full``, ``package.cannot_write``;
    :class:`evidence.errors.CancelledError`.
    """
    made = open_forms(forms)
    first = made[0]
    content = first.read(layout.MANIFEST)
    fingerprint = hashlib.sha256(signer.certificate_der).hexdigest()
    taken = {path for each in made for path in each.sizes if layout.cosignature_number(path)}
    signed_by = {from_json(parse_json(content), Manifest).signer.certificate_sha256}
    signed_by |= {_signer_of(each, path) for each in made for path in taken if path in each.sizes}
    if fingerprint in signed_by:
        raise EvidenceError("package.already_signed")
    if len(taken) >= MOST:
        raise EvidenceError("package.too_many_signatures")
    path = next(each for each in map(layout.cosignature_path, range(1, 100)) if each not in taken)
    progress(0.1, "signing")
    signature = sign_manifest(content, signer)
    for position, each in enumerate(made):
        changed = {path: signature}
        each.replace(changed | renewed_tag_lists(each.read, changed), cancelled=cancelled)
        progress(0.2 + 0.8 * (position + 1) / len(made), "writing")
    return PackageCoSigned(path, fingerprint, fingerprint_words(fingerprint))


def _signer_of(made: MadePackage, path: str) -> str:
    """SHA-256 of the first certificate in a co-signature that its signer's identifier names; empty if unreadable."""
    try:
        signed = cms.ContentInfo.load(made.read(path), strict=True)["content"]
        serial = signed["signer_infos"][0]["sid"].chosen["serial_number"].native
        ders = [each.chosen.dump() for each in signed["certificates"] if each.chosen.serial_number == serial]
        return hashlib.sha256(ders[0]).hexdigest()
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return ""
