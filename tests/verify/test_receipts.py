"""Receipts: signed by the receiver's key, read only when nothing in them was changed."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
    pkcs12,
)
from support.sample_package import Files

from evidence.digest import canonical_json, to_json
from evidence.errors import EvidenceError
from evidence.model import VerificationReport
from evidence.verify import (
    OfficerKey,
    Parser,
    load_officer_key,
    load_receipt,
    make_officer_key,
    make_receipt,
    read_receipt,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)
Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> OfficerKey:
    return make_officer_key(tmp_path_factory.mktemp("key") / "officer.pem", "이 경위", now=NOW)


@pytest.fixture
def report(verify_files: Callable[..., VerificationReport], valid_files: Files) -> VerificationReport:
    return verify_files(valid_files)


@pytest.fixture
def receipt(report: VerificationReport, key: OfficerKey) -> bytes:
    return make_receipt(report, key, receiver="사이버수사과 이 경위", note="접수 2026-1")


def _code(data: bytes, parser: Parser) -> str:
    with pytest.raises(EvidenceError) as caught:
        read_receipt(data, parser)
    return caught.value.code


def _certificate(private_key: Any, public_key: Any = None) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Officer")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(7)
    builder = builder.public_key(public_key or private_key.public_key())
    builder = builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=9))
    algorithm = None if isinstance(private_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(private_key, algorithm)


def test_what_was_signed_is_read(receipt: bytes, report: VerificationReport, key: OfficerKey, parser: Parser) -> None:
    read = read_receipt(receipt, parser)
    said = read.receipt
    assert (said.receiver, said.note) == ("사이버수사과 이 경위", "접수 2026-1")
    assert (said.package_id, said.manifest_sha256) == (report.package_id, report.facts["manifest_sha256"])
    assert said.answers == {claim.name.value: claim.answer.value for claim in report.claims}
    assert said.answers["complete"] == "yes"
    assert said.heads == report.heads
    assert said.heads
    assert said.certificate_sha256 == key.certificate_sha256
    assert len(read.words.split()) == 12


def test_a_receipt_can_say_no(
    verify_files: Callable[..., VerificationReport], valid_files: Files, key: OfficerKey, parser: Parser
) -> None:
    damaged = verify_files(valid_files | {"02_items.csv": b""})
    assert read_receipt(make_receipt(damaged, key, receiver="x"), parser).receipt.answers["complete"] == "no"
    nothing = replace(damaged, package_id="")
    with pytest.raises(EvidenceError, match=r"receipt\.nothing_to_sign"):
        make_receipt(nothing, key, receiver="x")
    with pytest.raises(EvidenceError, match=r"receipt\.no_receiver"):
        make_receipt(damaged, key, receiver=" ")


def _answer(body: dict[str, Any]) -> None:
    body["receipt"]["answers"]["complete"] = "no"


def _package(body: dict[str, Any]) -> None:
    body["receipt"]["package_id"] = "00000000-0000-4000-8000-000000000000"


def _no_heads(body: dict[str, Any]) -> None:
    body["receipt"]["heads"] = []


def _other_key(body: dict[str, Any]) -> None:
    body["receipt"]["certificate_sha256"] = "0" * 64


def _newer(body: dict[str, Any]) -> None:
    body["receipt"]["version"] = 2


def _older(body: dict[str, Any]) -> None:
    body["receipt"]["version"] = 0


def _member(body: dict[str, Any]) -> None:
    body["receipt"]["more"] = "x"


def _no_signature(body: dict[str, Any]) -> None:
    body["signature"] = ""


def _bad_base64(body: dict[str, Any]) -> None:
    body["signature"] = "…"


def _flipped(body: dict[str, Any]) -> None:
    raw = bytearray(b64decode(body["signature"]))
    raw[-3] ^= 1
    body["signature"] = b64encode(raw).decode()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_answer, "receipt.changed"),
        (_package, "receipt.changed"),
        (_no_heads, "receipt.changed"),
        (_other_key, "receipt.bad_signature"),
        (_newer, "receipt.newer"),
        (_older, "receipt.not_a_receipt"),
        (_member, "receipt.not_a_receipt"),
        (_no_signature, "receipt.bad_signature"),
        (_bad_base64, "receipt.not_a_receipt"),
        (_flipped, "receipt.bad_signature"),
    ],
)
def test_a_changed_receipt_is_refused(change: Change, code: str, receipt: bytes, parser: Parser) -> None:
    body = json.loads(receipt)
    change(body)
    assert _code(canonical_json(body), parser) == code


def test_bytes_that_are_no_receipt(receipt: bytes, parser: Parser, tmp_path: Path) -> None:
    for data in (
        b"",
        b"{}",
        b"[" * 5000,
        receipt + b"\n",
        receipt[:-1],
        receipt.replace(b'{"receipt"', b'{"x":1,"receipt"'),
    ):
        assert _code(data, parser) == "receipt.not_a_receipt"
    large = tmp_path / "large.json"
    large.write_bytes(b" " * ((1 << 20) + 1))
    for path, code in ((large, "receipt.too_large"), (tmp_path / "none", "receipt.unreadable")):
        with pytest.raises(EvidenceError) as caught:
            load_receipt(path, parser)
        assert caught.value.code == code


def _signed_with(receipt: bytes, private_key: Any, digest: Any, *, names: bool = True) -> bytes:
    """The same receipt under another key; ``names``: it names that key's certificate."""
    body = json.loads(receipt)
    certificate = _certificate(private_key)
    if names:
        body["receipt"]["certificate_sha256"] = OfficerKey(private_key, certificate).certificate_sha256
    builder = pkcs7.PKCS7SignatureBuilder().set_data(canonical_json(body["receipt"]))
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    signature = builder.add_signer(certificate, private_key, digest).sign(Encoding.DER, options)
    return canonical_json(body | {"signature": b64encode(signature).decode()})


def test_other_keys_and_weak_ones(receipt: bytes, parser: Parser, key: OfficerKey) -> None:
    strong = rsa.generate_private_key(65537, 2048)
    assert read_receipt(_signed_with(receipt, strong, hashes.SHA384()), parser).subject
    assert _code(_signed_with(receipt, strong, hashes.SHA256(), names=False), parser) == "receipt.bad_signature"
    weak = rsa.generate_private_key(65537, 1024)
    assert _code(_signed_with(receipt, weak, hashes.SHA256()), parser) == "receipt.weak_algorithm"
    curve = ec.generate_private_key(ec.SECP256K1())
    assert _code(_signed_with(receipt, curve, hashes.SHA256()), parser) == "receipt.weak_algorithm"


def test_keys_from_files(tmp_path: Path, parser: Parser, report: VerificationReport) -> None:
    made = make_officer_key(tmp_path / "new.pem", "이 경위", now=NOW, password="secret words")
    assert load_officer_key(tmp_path / "new.pem", "secret words").certificate == made.certificate
    with pytest.raises(EvidenceError, match=r"receipt\.key_exists"):
        make_officer_key(tmp_path / "new.pem", "x", now=NOW)
    key = ec.generate_private_key(ec.SECP384R1())
    packed = tmp_path / "key.p12"
    packed.write_bytes(
        pkcs12.serialize_key_and_certificates(b"k", key, _certificate(key), None, BestAvailableEncryption(b"pass"))
    )
    officer = load_officer_key(packed, "pass")
    assert read_receipt(make_receipt(report, officer, receiver="x"), parser).subject == "Common Name: Officer"
    small = rsa.generate_private_key(65537, 1024)
    odd = ed25519.Ed25519PrivateKey.generate()
    other = ec.generate_private_key(ec.SECP256R1())
    for name, content, password, code in (
        ("key.p12", packed.read_bytes(), "wrong", "receipt.key_password"),
        ("new.pem", (tmp_path / "new.pem").read_bytes(), "", "receipt.key_password"),
        ("empty", b"", "", "receipt.key_password"),
        ("junk.pem", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "", "receipt.bad_key"),
        ("weak.pem", _pem(small, _certificate(small)), "", "receipt.weak_key"),
        ("odd.pem", _pem(odd, _certificate(odd)), "", "receipt.bad_key"),
        ("strange.pem", _pem(other, _certificate(key)), "", "receipt.bad_key"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(EvidenceError) as caught:
            load_officer_key(tmp_path / name, password)
        assert caught.value.code == code, name


def _pem(private_key: Any, certificate: x509.Certificate) -> bytes:
    key = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return bytes(key + certificate.public_bytes(Encoding.PEM))


def test_the_answer_document_does_not_repeat_the_heads(report: VerificationReport) -> None:
    from evidence.verify import to_document

    assert "heads" not in to_document(report)
    assert to_json(report)["heads"]
