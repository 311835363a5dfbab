"""The practice authority answers as a real one does: ordinary tools accept it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import tsp
from cryptography.hazmat.primitives.serialization import Encoding
from rfc3161_client import VerifierBuilder, decode_timestamp_response
from support.pki import TestPki
from support.tsa import LoopbackTsa

from app.sample_tsa import Responder, SampleTsa, TsaKeys, make_practice_keys

NOW = datetime.now(UTC)


def ask(url: str, request: bytes) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, data=request), timeout=10) as answer:
        return answer.read()


def request_for(digest: bytes, **fields: object) -> bytes:
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest}
    return tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "cert_req": True, **fields}).dump()


@pytest.fixture(scope="module")
def pki() -> TestPki:
    return TestPki()


def keys_of(kind: str, pki: TestPki) -> TsaKeys:
    return {"practice": lambda: make_practice_keys(NOW), "ec": pki.tsa, "rsa": lambda: pki.tsa(key=pki.rsa_key)}[kind]()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program")
@pytest.mark.parametrize("kind", ["practice", "ec", "rsa"])
def test_openssl_accepts_the_reply(pki: TestPki, kind: str, tmp_path: Path) -> None:
    keys = keys_of(kind, pki)
    (tmp_path / "data").write_bytes(b"sample")
    (tmp_path / "root.pem").write_bytes(keys.root.public_bytes(Encoding.PEM))
    openssl = ["openssl", "ts"]
    subprocess.run([*openssl, "-query", "-data", "data", "-sha256", "-cert", "-out", "q.tsq"], cwd=tmp_path, check=True,
                   capture_output=True)  # fmt: skip
    with LoopbackTsa(keys) as tsa:
        (tmp_path / "r.tsr").write_bytes(ask(tsa.url, (tmp_path / "q.tsq").read_bytes()))
    for how in (["-queryfile", "q.tsq"], ["-data", "data"], ["-digest", hashlib.sha256(b"sample").hexdigest()]):
        done = subprocess.run([*openssl, "-verify", "-in", "r.tsr", *how, "-CAfile", "root.pem"], cwd=tmp_path,
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0 and "Verification: OK" in done.stdout + done.stderr


def test_the_library_accepts_the_reply() -> None:
    digest = hashlib.sha256(b"sample").digest()
    with SampleTsa.start(lambda: NOW) as tsa:
        response = decode_timestamp_response(ask(tsa.url, request_for(digest, nonce=77)))
        root = tsa.responder.keys.root
    assert VerifierBuilder(roots=[root], nonce=77).build().verify(response, digest)
    assert response.tst_info.gen_time == NOW.replace(microsecond=0)


@pytest.mark.parametrize(("request_bytes", "failure"), [
    (b"garbage", "bad_data_format"), (b"", "bad_data_format"), (request_for(b"short"), "bad_data_format"),
    (request_for(bytes(32), req_policy="1.2.3"), "unaccepted_policy"),
    (tsp.TimeStampReq({"version": "v1", "message_imprint": {
        "hash_algorithm": {"algorithm": "sha1"}, "hashed_message": bytes(20)}}).dump(), "bad_alg"),
])  # fmt: skip
def test_a_request_that_cannot_be_served_is_rejected(request_bytes: bytes, failure: str) -> None:
    answer = Responder(make_practice_keys(NOW), lambda: NOW).respond(request_bytes)
    status = tsp.PKIStatusInfo.load(answer[2:], strict=True)
    assert status["status"].native == "rejection" and status["fail_info"].native == {failure}
    assert decode_timestamp_response(answer).status == 2


def test_an_endless_request_is_refused() -> None:
    with SampleTsa.start(lambda: NOW) as tsa, pytest.raises(urllib.error.HTTPError) as caught:
        ask(tsa.url, bytes(1 << 17))
    assert caught.value.code == 413
    caught.value.close()


def test_its_names_say_that_nobody_trusts_it() -> None:
    keys = make_practice_keys(NOW)
    for certificate in (keys.root, keys.certificate):
        assert "trusted by nobody" in certificate.subject.rfc4514_string()
