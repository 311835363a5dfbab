"""Asking a real authority over HTTP, honest and not."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from support.tsa import Behaviour, LoopbackTsa

from evidence.errors import EvidenceError
from evidence.timestamps import (
    HttpTsaClient,
    Tsa,
    build_request,
    check_url,
    clock_offset_ms,
    request_tokens,
    verify_response,
)

NOW = datetime.now(UTC)


def refusal(call, *args, **options) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        call(*args, **options)
    return caught.value


def test_a_token_is_verified_and_kept_whole(tsa, pki, ask, digest) -> None:
    token = ask(tsa.url, roots=[pki.root_der])
    keys = tsa.responder.keys
    assert (token.log_id, token.head_size, token.tsa_url) == ("case", 3, tsa.url)
    assert token.tsa_certificate_sha256 == keys.certificate_sha256
    assert token.tsa_name == "CN=Test time stamps"
    assert abs(token.stamped_at - datetime.now(UTC)) < timedelta(seconds=60)
    assert abs(clock_offset_ms(token)) < 3000
    facts = verify_response(token.response, digest, roots=[pki.root_der])
    assert (facts.intact, facts.valid, facts.trusted, facts.problems) == (True, True, True, ())
    assert (facts.serial, facts.policy, facts.accuracy_us) == (token.serial, token.policy, 1_000_000)


def test_the_request_says_the_digest_and_nothing_else(tsa, ask, digest) -> None:
    ask(tsa.url)
    ask(tsa.url)
    first, second = (tsp.TimeStampReq.load(body, strict=True).native for body in tsa.requests)
    assert first["message_imprint"]["hashed_message"] == digest
    assert first["cert_req"] is True and first["req_policy"] is None and first["extensions"] is None
    assert first["nonce"] != second["nonce"] and max(first["nonce"], second["nonce"]) > 2**40


def test_only_a_sha256_digest_can_be_asked_for(digest) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        build_request(digest[:-1], 1)


@pytest.mark.parametrize(("behaviour", "code"), [
    (Behaviour.WRONG_NONCE, "timestamps.wrong_nonce"), (Behaviour.NO_NONCE, "timestamps.wrong_nonce"),
    (Behaviour.WRONG_IMPRINT, "timestamps.wrong_imprint"),
    (Behaviour.WRONG_DIGEST_ALGORITHM, "timestamps.wrong_imprint"),
    (Behaviour.REJECTION, "timestamps.refused"), (Behaviour.HTTP_500, "timestamps.http_error"),
    (Behaviour.REDIRECT, "timestamps.http_error"), (Behaviour.GARBAGE, "timestamps.malformed"),
    (Behaviour.EMPTY, "timestamps.malformed"), (Behaviour.HUGE, "timestamps.too_large"),
    (Behaviour.TRUNCATED, "timestamps.malformed"), (Behaviour.NO_CERTIFICATES, "timestamps.no_certificate"),
    (Behaviour.OTHER_CERTIFICATE, "timestamps.no_certificate"),
    (Behaviour.CHANGED_CONTENT, "timestamps.bad_signature"),
    (Behaviour.BROKEN_SIGNATURE, "timestamps.bad_signature"),
])  # fmt: skip
def test_misbehaviour_is_refused(tsa, ask, pki, behaviour, code) -> None:
    tsa.behaviour = behaviour
    for roots in ([], [pki.root_der]):
        assert refusal(ask, tsa.url, roots=roots).code == code


def test_a_refusal_says_why(tsa, ask) -> None:
    tsa.behaviour = Behaviour.REJECTION
    assert refusal(ask, tsa.url).params == {"failure": "system_failure"}


@pytest.mark.parametrize(("options", "code"), [
    ({"purposes": ()}, "timestamps.not_a_tsa"), ({"is_critical": False}, "timestamps.not_a_tsa"),
    ({"purposes": (ExtendedKeyUsageOID.CODE_SIGNING,)}, "timestamps.not_a_tsa"),
    ({"purposes": (ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING)}, "timestamps.not_a_tsa"),
    ({"end": NOW - timedelta(days=1)}, "timestamps.expired_certificate"),
    ({"start": NOW + timedelta(days=1)}, "timestamps.expired_certificate"),
    ({"key": rsa.generate_private_key(public_exponent=65537, key_size=1024)}, "timestamps.weak_algorithm"),
    ({"key": ec.generate_private_key(ec.SECP192R1())}, "timestamps.weak_algorithm"),
])  # fmt: skip
def test_an_unfit_certificate_is_refused(pki, ask, options, code) -> None:
    with LoopbackTsa(pki.tsa(**options)) as tsa:
        for roots in ([], [pki.root_der]):
            assert refusal(ask, tsa.url, roots=roots).code == code


def test_rsa_and_larger_curves_are_accepted(pki, ask) -> None:
    for key in (pki.rsa_key, ec.generate_private_key(ec.SECP384R1())):
        with LoopbackTsa(pki.tsa(key=key, signed_with=hashes.SHA384())) as tsa:
            assert ask(tsa.url, roots=[pki.root_der])


def test_roots_that_were_given_must_be_reached(tsa, ask, pki, other_pki) -> None:
    assert ask(tsa.url), "without roots the person's own choice of TSA is enough to keep the token"
    assert refusal(ask, tsa.url, roots=[other_pki.root_der]).code == "timestamps.untrusted"
    assert ask(tsa.url, roots=[other_pki.root_der, pki.root_der])
    assert refusal(ask, tsa.url, roots=[b"junk"]).code == "timestamps.bad_root"


def test_a_pinned_certificate_must_come_again(tsa, ask, pki) -> None:
    pinned = ask(tsa.url).tsa_certificate_sha256
    assert ask(tsa.url, pinned_sha256=pinned).tsa_certificate_sha256 == pinned
    with LoopbackTsa(pki.tsa("successor")) as successor:
        error = refusal(ask, successor.url, pinned_sha256=pinned, roots=[pki.root_der])
    assert (error.code, error.params) == ("timestamps.changed_certificate", {"name": "CN=Test successor"})


def test_a_wrong_clock_of_the_computer_costs_no_token(tsa, ask) -> None:
    token = ask(tsa.url, now=lambda: NOW - timedelta(days=800))
    assert clock_offset_ms(token) < -799 * 86_400_000


def test_nobody_there(ask) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}/"
        error = refusal(ask, url)
    assert (error.code, error.params) == ("timestamps.unreachable", {"host": "127.0.0.1"})


def test_a_slow_authority_does_not_hold_anyone_up(tsa, ask) -> None:
    """It would answer once the test is over."""
    tsa.behaviour = Behaviour.SLOW
    assert refusal(ask, tsa.url, timeout_s=0.3).code == "timestamps.unreachable"
    assert not tsa.released.is_set()


def test_an_answer_byte_by_byte_does_not_hold_anyone_up(ask) -> None:
    """Each byte comes within the socket's limit; the whole never does."""
    has_ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                with suppress(OSError):
                    connection.send(b"HTTP/1.0 200 OK\r\nX: ")
                    while not has_ended.wait(0.02):
                        connection.send(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert refusal(ask, url, timeout_s=0.4).code == "timestamps.unreachable"
        has_ended.set()
        thread.join()


@pytest.mark.parametrize("url", [
    "", "tsa.example", "ftp://tsa.example/", "file:///etc/passwd", "http://", "http://:80/", "https://a b/",
    "http://name:secret@tsa.example/", "http://tsa.example:99999/", "http://tsa.example/\r\nX: y", "http://[::1/",
    "http://tsa.example/é", "data:text/plain,x", "HTTP//x", "http://tsa.example:0/",
])  # fmt: skip
def test_an_address_that_is_none(ask, url) -> None:
    assert refusal(ask, url).code == "timestamps.bad_url"


def test_sound_addresses() -> None:
    for url in ("http://tsa.example", "https://tsa.example:8443/tsr?x=1", "http://[::1]:80/", "HTTPS://TSA.example/"):
        check_url(url)


def test_the_proxy_is_not_asked_about_this_computer(tsa, ask, monkeypatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    monkeypatch.delenv("no_proxy", raising=False)
    assert ask(tsa.url)


def test_several_are_asked_at_once(pki, digest) -> None:
    """Each of the three answers only when all of them were asked."""
    meeting = threading.Barrier(3)

    class Meeting(LoopbackTsa):
        def answer(self, request: bytes) -> tuple[int, bytes]:
            meeting.wait(60)
            return super().answer(request)

    with Meeting(pki.tsa("one")) as one, Meeting(pki.tsa("two")) as two, Meeting(pki.tsa("three")) as three:
        answers = request_tokens(
            digest, [Tsa(each.url) for each in (one, two, three)], client=HttpTsaClient(),
            now=lambda: datetime.now(UTC), log_id="case", head_size=1, timeout_s=60,
        )  # fmt: skip
    assert [answer.token and answer.token.tsa_name for answer in answers] == ["CN=Test one", "CN=Test two",
                                                                               "CN=Test three"]  # fmt: skip


def test_each_has_an_answer_of_its_own(pki, digest) -> None:
    with socket.socket() as reserved, LoopbackTsa(pki.tsa("one")) as one, \
            LoopbackTsa(pki.tsa("two"), behaviour=Behaviour.HTTP_500) as broken:  # fmt: skip
        reserved.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{reserved.getsockname()[1]}/"
        tsas = [Tsa(nobody), Tsa(one.url), Tsa(broken.url), Tsa(one.url, "00" * 32), Tsa("bad")]
        answers = request_tokens(digest, tsas, client=HttpTsaClient(), now=lambda: datetime.now(UTC), log_id="case",
                                 head_size=1, timeout_s=60)  # fmt: skip
    assert [answer.tsa for answer in answers] == tsas
    assert [answer.error.code if answer.error else answer.token.tsa_name for answer in answers] == [
        "timestamps.unreachable", "CN=Test one", "timestamps.http_error", "timestamps.changed_certificate",
        "timestamps.bad_url",
    ]  # fmt: skip
    assert request_tokens(digest, [], client=HttpTsaClient(), now=lambda: NOW, log_id="x", head_size=1) == ()
