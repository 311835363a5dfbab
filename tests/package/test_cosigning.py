"""A second person signs what the first one made, and nothing else changes."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bagit
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from evidence import manifest as layout
from evidence.errors import EvidenceError
from evidence.model import Answer, ClaimName, PackageChoices, PackageMade
from evidence.package import KeySigner, build_package, co_sign_package, upgrade_package
from evidence.verify import Trust, verify_package


@pytest.fixture
def made(sample: Any, out: Path) -> PackageMade:
    """A package as folder and ZIP."""
    return build_package(sample.snapshot, PackageChoices("ko", {}), out, signer=sample.signer)


def key_of(keys: Any) -> KeySigner:
    return KeySigner(keys.key, keys.certificate_der, tuple(each.public_bytes(Encoding.DER) for each in keys.chain))


def test_a_second_signature_stands_beside_the_first(made: PackageMade, pki: Any) -> None:
    folder, forms = Path(made.folder), [Path(made.folder), Path(made.zip_file)]
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    keys = pki.signer()
    done = co_sign_package(forms, signer=key_of(keys))
    assert done.path == layout.cosignature_path(1)
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    changed = {path.name for path in after if before.get(path) != after[path]}
    assert changed == {Path(done.path).name, "tagmanifest-sha256.txt", "tagmanifest-sha512.txt"}
    bagit.Bag(str(folder)).validate()
    with zipfile.ZipFile(made.zip_file) as archive:
        assert archive.read(f"{folder.name}/{done.path}") == after[folder / done.path]
    if shutil.which("openssl"):
        (folder.parent / "root.pem").write_bytes(pki.root_pem)
        subprocess.run(
            ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", done.path, "-content", layout.MANIFEST,
             "-CAfile", "../root.pem", "-purpose", "any", "-out", "/dev/null"],
            cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
    for form in forms:
        report = verify_package(form, trust=Trust(certificates=(pki.root_der,)), now=datetime.now(UTC))
        answers = {claim.name: claim.answer for claim in report.claims}
        assert (answers[ClaimName.COMPLETE], answers[ClaimName.SIGNER]) == (Answer.YES, Answer.NO)
        assert report.facts["cosigner.1.trusted"] == "yes"
        assert report.facts["cosigner.1.sha256"] == done.certificate_sha256
        assert [check.reason for check in report.checks if check.name == "cosignatures"] == ["cosigned.known"]


def test_each_key_signs_once(made: PackageMade, sample: Any, pki: Any) -> None:
    forms, counsellor = [Path(made.folder), Path(made.zip_file)], key_of(pki.signer())
    with pytest.raises(EvidenceError, match=r"package\.already_signed"):
        co_sign_package(forms, signer=sample.signer)
    co_sign_package(forms, signer=counsellor)
    with pytest.raises(EvidenceError, match=r"package\.already_signed"):
        co_sign_package(forms, signer=counsellor)
    other = co_sign_package(forms, signer=key_of(pki.self_signed("Another")))
    assert other.path == layout.cosignature_path(2)
    upgrade_package(forms, tsa=None)
    report = verify_package(Path(made.zip_file), trust=Trust(), now=datetime.now(UTC))
    assert report.damaged == () and "cosigner.2.words" in report.facts


def test_forms_of_two_packages_are_not_mixed(made: PackageMade, sample: Any, out: Path, pki: Any) -> None:
    other = build_package(sample.snapshot, PackageChoices("en", {}), out, signer=sample.signer)
    with pytest.raises(EvidenceError, match=r"package\.forms_differ"):
        co_sign_package([Path(made.folder), Path(other.zip_file)], signer=key_of(pki.signer()))
