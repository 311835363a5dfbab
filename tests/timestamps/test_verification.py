"""Intact, valid and trusted are three answers; hostile bytes get an error code, never a traceback."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import tsp
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rfc3161_client import decode_timestamp_response
from support.tsa import Behaviour, LoopbackTsa, TestResponder

from evidence.errors import EvidenceError
from evidence.timestamps import build_request, verify_response, verify_token

NOW = datetime.now(UTC)


def answers(facts) -> tuple[bool, bool, bool]:
    return facts.intact, facts.valid, facts.trusted


def codes(facts) -> list[str]:
    return [problem.code for problem in facts.problems]


@pytest.fixture
def reply(pki, digest):
    """The bytes of a reply by a responder that behaves as said."""

    def reply(behaviour=Behaviour.HONEST, keys=None, clock=lambda: NOW) -> bytes:
        responder = TestResponder(keys or pki.tsa(), clock)
        responder.behaviour = behaviour
        return responder.respond(build_request(digest, 7))

    return reply


def test_the_three_answers(reply, pki, other_pki, digest) -> None:
    response, root = reply(), pki.root_der
    other = hashlib.sha256(b"something else").digest()
    assert answers(verify_response(response, digest, roots=[root])) == (True, True, True)
    untrusted = verify_response(response, digest)
    assert (answers(untrusted), codes(untrusted)) == ((True, True, False), ["timestamps.untrusted"])
    assert answers(verify_response(response, digest, roots=[other_pki.root_der])) == (True, True, False)
    foreign = verify_response(response, other, roots=[root])
    assert (answers(foreign), codes(foreign)) == ((False, True, True), ["timestamps.wrong_imprint"])
    spoiled = verify_response(reply(Behaviour.CHANGED_CONTENT), digest, roots=[root])
    assert (answers(spoiled), codes(spoiled)) == (
        (False, False, False), ["timestamps.bad_signature", "timestamps.untrusted"],
    )  # fmt: skip
    broken = verify_response(reply(Behaviour.BROKEN_SIGNATURE), digest, roots=[root])
    assert answers(broken) == (True, False, False)


def test_a_root_that_only_came_with_the_token_is_not_trusted(reply, pki, digest) -> None:
    facts = verify_response(reply(), digest)
    assert pki.root_der in facts.certificates and not facts.trusted


def test_the_tsa_certificate_itself_is_no_root(reply, pki, digest) -> None:
    keys = pki.tsa()
    leaf = keys.certificate.public_bytes(Encoding.DER)
    assert not verify_response(reply(keys=keys), digest, roots=[leaf]).trusted


def test_a_later_expiry_does_not_undo_a_stamp(reply, pki, digest) -> None:
    keys = pki.tsa(start=NOW - timedelta(days=300), end=NOW - timedelta(days=100))
    then = NOW - timedelta(days=200)
    assert answers(verify_response(reply(keys=keys, clock=lambda: then), digest, roots=[pki.root_der])) == (
        True, True, True,
    )  # fmt: skip


def test_a_stamp_from_the_future_is_not_trusted(reply, pki, digest) -> None:
    response = reply(Behaviour.FUTURE)
    facts = verify_response(response, digest, roots=[pki.root_der], now=NOW)
    assert (answers(facts), codes(facts)) == ((True, True, False), ["timestamps.future"])
    assert verify_response(response, digest, roots=[pki.root_der], now=NOW + timedelta(days=401)).trusted
    assert verify_response(reply(clock=lambda: NOW + timedelta(minutes=4)), digest, roots=[pki.root_der],
                           now=NOW).trusted  # fmt: skip


def test_a_bare_token_is_verified_too(reply, pki, digest) -> None:
    token = tsp.TimeStampResp.load(reply())["time_stamp_token"].dump()
    assert answers(verify_token(token, digest, roots=[pki.root_der])) == (True, True, True)
    with pytest.raises(EvidenceError, match="malformed"):
        verify_token(reply(), digest)


def test_certificates_out_of_order_are_no_fault(reply, pki, digest) -> None:
    """Stock ``openssl ts`` does this; the strict parser alone would refuse."""
    sound = reply()
    encoded = [one.dump() for one in tsp.TimeStampResp.load(sound)["time_stamp_token"]["content"]["certificates"]]
    assert b"".join(encoded) in sound
    response = sound.replace(b"".join(encoded), b"".join(reversed(encoded)))
    with pytest.raises(ValueError, match="InvalidSetOrdering"):
        decode_timestamp_response(response)
    assert answers(verify_response(response, digest, roots=[pki.root_der])) == (True, True, True)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program")
@pytest.mark.parametrize("ess", ["sha1", "sha256"])
def test_a_reply_of_openssl_itself_is_accepted(pki, digest, tmp_path, ess) -> None:
    keys = pki.tsa(key=pki.rsa_key)
    pem = b"".join(one.public_bytes(Encoding.PEM) for one in keys.chain)
    (tmp_path / "tsa.pem").write_bytes(keys.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "chain.pem").write_bytes(pem)
    (tmp_path / "key.pem").write_bytes(
        keys.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )  # fmt: skip
    (tmp_path / "q.tsq").write_bytes(build_request(digest, 99))
    (tmp_path / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_cert=tsa.pem\ncerts=chain.pem\nsigner_key=key.pem\n"
        "signer_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\naccuracy=secs:1,millisecs:500,microsecs:100\n"
        f"ess_cert_id_chain=yes\ness_cert_id_alg={ess}\ntsa_name=yes\n"
    )
    (tmp_path / "serial").write_text("10\n")
    subprocess.run(["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq", "-out", "r.tsr"],
                   cwd=tmp_path, check=True, capture_output=True)  # fmt: skip
    facts = verify_response((tmp_path / "r.tsr").read_bytes(), digest, roots=[pki.root_der], nonce=99)
    assert answers(facts) == (True, True, True)
    assert (facts.accuracy_us, facts.policy, facts.serial) == (1_500_100, "1.2.3.4", "17")


def test_a_signature_that_names_no_certificate_is_refused(pki, digest) -> None:
    """Without the signed reference another certificate for the same key could be put in its place (RFC 5035)."""

    class Careless(TestResponder):
        __test__ = False

        def reply(self, info, *, with_certificates):
            import app.sample_tsa as sample

            real = sample.cms.CMSAttributes
            sample.cms.CMSAttributes = lambda attributes: real(attributes[:2])
            try:
                return super().reply(info, with_certificates=with_certificates)
            finally:
                sample.cms.CMSAttributes = real

    response = Careless(pki.tsa(), lambda: NOW).respond(build_request(digest, 1))
    assert codes(verify_response(response, digest))[0] == "timestamps.no_certificate"


def test_a_name_cannot_disturb_the_line(pki, digest) -> None:
    keys = pki.tsa("x\n\u202etrusted\x1b[31m" + "y" * 20)
    facts = verify_response(TestResponder(keys, lambda: NOW).respond(build_request(digest, 1)), digest)
    assert facts.tsa_name.isprintable() and "\u202e" not in facts.tsa_name


def test_a_digest_must_be_one(reply) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        verify_response(reply(), b"short")


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_any_bytes_get_a_code(data) -> None:
    with pytest.raises(EvidenceError) as caught:
        verify_response(data, bytes(32))
    assert caught.value.code in ("timestamps.malformed", "timestamps.refused")


@given(data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_changed_byte_is_believed(reply_once, pki, digest, data) -> None:
    """Whatever is changed in an honest reply: an error, or not all three answers, or the same facts."""
    changed = bytearray(reply_once)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at] = data.draw(st.integers(0, 255))
    same = verify_response(reply_once, digest, roots=[pki.root_der])
    try:
        facts = verify_response(bytes(changed), digest, roots=[pki.root_der])
    except EvidenceError:
        return
    if answers(facts) == (True, True, True):
        told = [(f.stamped_at, f.serial, f.policy, f.nonce, f.imprint, f.certificate_sha256) for f in (facts, same)]
        assert told[0] == told[1]


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cut_and_spliced_replies_never_raise_anything_else(reply_once, pki, digest, data) -> None:
    cut = st.integers(0, len(reply_once))
    start, end = sorted((data.draw(cut), data.draw(cut)))
    spliced = reply_once[:start] + data.draw(st.binary(max_size=40)) + reply_once[end:]
    try:
        verify_response(spliced, digest, roots=[pki.root_der])
    except EvidenceError as error:
        assert error.code.startswith("timestamps.")


@pytest.fixture(scope="session")
def reply_once(pki, digest) -> bytes:
    with LoopbackTsa(pki.tsa()) as tsa:
        return tsa.responder.respond(build_request(digest, 7))
