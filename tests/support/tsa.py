"""A real RFC 3161 authority on loopback that misbehaves when asked to.

``with LoopbackTsa(TestPki().tsa()) as tsa:`` answers at ``tsa.url`` until the block ends; set ``tsa.behaviour``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from asn1crypto import tsp
from cryptography import x509

from app.sample_tsa import Responder, SampleTsa, TsaKeys, rejection


class Behaviour(StrEnum):
    """What the authority does; everything but the named thing is right."""

    HONEST = "honest"
    WRONG_NONCE = "wrong_nonce"
    NO_NONCE = "no_nonce"
    WRONG_IMPRINT = "wrong_imprint"
    WRONG_DIGEST_ALGORITHM = "wrong_digest_algorithm"
    FUTURE = "future"
    PAST = "past"
    REJECTION = "rejection"
    HTTP_500 = "http_500"
    REDIRECT = "redirect"
    SLOW = "slow"
    GARBAGE = "garbage"
    EMPTY = "empty"
    HUGE = "huge"
    TRUNCATED = "truncated"
    NO_CERTIFICATES = "no_certificates"
    OTHER_CERTIFICATE = "other_certificate"
    CHANGED_CONTENT = "changed_content"
    BROKEN_SIGNATURE = "broken_signature"


class TestResponder(Responder):
    """Changes one step of the answer."""

    __test__ = False
    behaviour = Behaviour.HONEST
    other: x509.Certificate | None = None

    def info(self, request: Any) -> dict[str, Any]:
        fields = super().info(request)
        if self.behaviour is Behaviour.WRONG_NONCE:
            fields["nonce"] = request["nonce"].native ^ 1
        elif self.behaviour is Behaviour.NO_NONCE:
            fields.pop("nonce", None)
        elif self.behaviour is Behaviour.WRONG_IMPRINT:
            fields["message_imprint"] = _imprint("sha256", bytes(32))
        elif self.behaviour is Behaviour.WRONG_DIGEST_ALGORITHM:
            fields["message_imprint"] = _imprint("sha512", bytes(64))
        elif self.behaviour is Behaviour.FUTURE:
            fields["gen_time"] += timedelta(days=400)
        elif self.behaviour is Behaviour.PAST:
            fields["gen_time"] -= timedelta(days=300)
        return fields

    def certificates(self) -> list[x509.Certificate]:
        if self.behaviour is Behaviour.NO_CERTIFICATES:
            return []
        if self.behaviour is Behaviour.OTHER_CERTIFICATE:
            assert self.other is not None
            return [self.other, *self.keys.chain]
        return super().certificates()

    def respond(self, untrusted_request: bytes) -> bytes:
        if self.behaviour is Behaviour.REJECTION:
            return rejection("system_failure")
        response = super().respond(untrusted_request)
        if self.behaviour in (Behaviour.CHANGED_CONTENT, Behaviour.BROKEN_SIGNATURE):
            return _spoiled(response, self.behaviour)
        return response


class LoopbackTsa(SampleTsa):
    """The authority as an HTTP server on 127.0.0.1. ``requests`` keeps every body that it was sent."""

    def __init__(
        self,
        keys: TsaKeys,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        behaviour: Behaviour = Behaviour.HONEST,
        other: x509.Certificate | None = None,
    ) -> None:
        self.test_responder = TestResponder(keys, clock)
        self.test_responder.other = other
        self.behaviour = behaviour
        self.requests: list[bytes] = []
        self.released = threading.Event()
        super().__init__(self.test_responder)

    @property
    def behaviour(self) -> Behaviour:
        """May be changed while the server runs."""
        return self.test_responder.behaviour

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        self.test_responder.behaviour = behaviour

    def answer(self, request: bytes) -> tuple[int, bytes]:
        self.requests.append(request)
        if self.behaviour is Behaviour.HTTP_500:
            return 500, b"no"
        if self.behaviour is Behaviour.REDIRECT:
            return 302, b""
        if self.behaviour is Behaviour.SLOW:
            self.released.wait()
        fixed = {Behaviour.GARBAGE: b"<html>Please log in</html>", Behaviour.EMPTY: b"",
                 Behaviour.HUGE: bytes(1 << 20)}.get(self.behaviour)  # fmt: skip
        if fixed is not None:
            return 200, fixed
        status, body = super().answer(request)
        return status, body[:-7] if self.behaviour is Behaviour.TRUNCATED else body

    def close(self) -> None:
        self.released.set()
        super().close()


def _imprint(algorithm: str, digest: bytes) -> Any:
    return tsp.MessageImprint({"hash_algorithm": {"algorithm": algorithm}, "hashed_message": digest})


def _spoiled(response: bytes, behaviour: Behaviour) -> bytes:
    parsed = tsp.TimeStampResp.load(response)
    signed = parsed["time_stamp_token"]["content"]
    signature = signed["signer_infos"][0]["signature"].native
    content = signed["encap_content_info"]["content"].contents
    old = signature if behaviour is Behaviour.BROKEN_SIGNATURE else content
    new = old[:-1] + bytes([old[-1] ^ 1])
    assert response.count(old) == 1
    return response.replace(old, new)
