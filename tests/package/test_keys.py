"""Keys that did not come out of a vault sign too; keys that nobody could check do not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from evidence import manifest as layout
from evidence.errors import EvidenceError
from evidence.model import PackageChoices
from evidence.package import build_package, load_pkcs12
from evidence.package.signing import sign_manifest


@pytest.mark.parametrize("kind", ["p256", "rsa"])
def test_a_key_file_signs(sample: Any, pki: Any, out: Path, kind: str) -> None:
    keys = pki.signer(key=pki.rsa_key if kind == "rsa" else None)
    data = pkcs12.serialize_key_and_certificates(
        b"me", keys.key, keys.certificate, list(keys.chain), BestAvailableEncryption(b"open sesame")
    )
    signer = load_pkcs12(data, "open sesame")
    assert signer.certificate_der == keys.certificate_der
    made = build_package(sample.snapshot, PackageChoices("ko", {}, as_zip=False), out, signer=signer)
    folder = Path(made.folder)
    if shutil.which("openssl"):
        (folder.parent / "root.pem").write_bytes(pki.root_pem)
        subprocess.run(
            ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", layout.SIGNATURE, "-content",
             layout.MANIFEST, "-CAfile", "../root.pem", "-purpose", "any", "-out", "/dev/null"],
            cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
        bundle = x509.load_pem_x509_certificates((folder / layout.CERTIFICATES).read_bytes())
        own = x509.load_der_x509_certificate(sample.snapshot.certificate_der)
        assert bundle == [keys.certificate, *keys.chain, own]
    with pytest.raises(EvidenceError, match=r"package\.bad_key_file"):
        load_pkcs12(data, "wrong")
    with pytest.raises(EvidenceError, match=r"package\.bad_key_file"):
        load_pkcs12(b"nonsense", "")


def test_a_certificate_of_another_key_is_refused(pki: Any) -> None:
    keys, other = pki.signer(), pki.signer(key=pki.rsa_key)
    try:
        data = pkcs12.serialize_key_and_certificates(
            b"me", keys.key, other.certificate, None, BestAvailableEncryption(b"x")
        )
    except ValueError:
        return  # this version of the library does not even write such a file
    with pytest.raises(EvidenceError, match=r"package\.bad_key_file"):
        load_pkcs12(data, "x")


def test_a_key_that_common_tools_refuse_is_refused(pki: Any) -> None:
    for key in (ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()):
        keys = pki.signer(key=key)
        data = pkcs12.serialize_key_and_certificates(
            b"me", keys.key, keys.certificate, None, BestAvailableEncryption(b"x")
        )
        with pytest.raises(EvidenceError, match=r"package\.unusable_key"):
            load_pkcs12(data, "x")


class Nonsense:
    certificate_der = b"nonsense"

    def sign(self, data: bytes) -> bytes:
        return data


def test_a_certificate_that_is_none_is_refused() -> None:
    with pytest.raises(EvidenceError, match=r"package\.unusable_key"):
        sign_manifest(b"{}", Nonsense())
