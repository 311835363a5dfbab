"""Keys that did not come out of a vault sign too; keys that nobody could check do not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from evidence import manifest as layout
from evidence.errors import EvidenceError
from evidence.model import PackageChoices
from evidence.package import build_package, load_key_pair, load_pkcs12
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


@pytest.mark.skipif(shutil.which("openssl") is None, reason="OpenSSL makes the pair")
@pytest.mark.parametrize("cipher", ["seed-cbc", "aes-256-cbc"])
def test_a_joint_certificate_pair_signs(pki: Any, tmp_path: Path, cipher: str) -> None:
    keys = pki.signer(key=pki.rsa_key)
    plain = keys.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    def encrypted(*words: str) -> bytes:
        return subprocess.run(
            ["openssl", "pkcs8", "-topk8", "-inform", "DER", "-outform", "DER", *words, "-passout", "pass:open sesame",
             "-provider", "legacy", "-provider", "default"], input=plain, check=True, capture_output=True,
        ).stdout  # fmt: skip

    pair = encrypted("-v2", cipher)
    signer = load_key_pair(keys.certificate_der, pair, "open sesame")
    keys.certificate.public_key().verify(signer.sign(b"words"), b"words", PKCS1v15(), SHA256())
    assert load_key_pair(pki.root_pem[:0] + keys.certificate.public_bytes(Encoding.PEM), pair, "open sesame")
    for certificate, key, password in (
        (keys.certificate_der, pair, "wrong"),
        (pki.root_der, pair, "open sesame"),
        (keys.certificate_der, pair[:-20], "open sesame"),
        (keys.certificate_der, plain, "open sesame"),
        (b"nonsense", pair, "open sesame"),
    ):
        with pytest.raises(EvidenceError, match=r"package\.bad_key_pair"):
            load_key_pair(certificate, key, password)
    with pytest.raises(EvidenceError, match=r"package\.old_key_pair"):
        load_key_pair(keys.certificate_der, encrypted("-v1", "PBE-SHA1-3DES"), "open sesame")
    endless = pair.replace(bytes.fromhex("02020800"), bytes.fromhex("0202ffff"))
    assert endless != pair
    with pytest.raises(EvidenceError, match=r"package\.bad_key_pair"):
        load_key_pair(keys.certificate_der, endless, "open sesame")
