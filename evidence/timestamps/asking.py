"""Asking TSAs for tokens: what comes back is verified before anyone gets it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import tsp

from evidence.errors import EvidenceError
from evidence.model import TimestampToken
from evidence.timestamps.client import TsaClient
from evidence.timestamps.verification import TokenFacts, verify_response

TIMEOUT_S = 10.0
"""Seconds that one TSA has for the whole exchange."""

_MAX_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Tsa:
    """A TSA that the person chose. ``pinned_sha256``: the certificate that its earlier tokens came by, if any."""

    url: str
    pinned_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class TsaAnswer:
    """What became of asking one TSA: a verified token or an error, never both."""

    tsa: Tsa
    token: TimestampToken | None
    error: EvidenceError | None


def build_request(digest: bytes, nonce: int) -> bytes:
    """A TimeStampReq (DER) for a SHA-256 ``digest``, with ``nonce``, asking for certificates, for any policy.

    The digest itself is the message imprint: ``openssl ts -verify -data FILE`` then checks the file it is of.
    """
    if len(digest) != 32:
        raise ValueError("not a SHA-256 digest")
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest}
    request = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True})
    encoded: bytes = request.dump()
    return encoded


def request_token(
    digest: bytes,
    url: str,
    *,
    client: TsaClient,
    now: Callable[[], datetime],
    log_id: str,
    head_size: int,
    pinned_sha256: str | None = None,
    roots: Sequence[bytes] = (),
    timeout_s: float = TIMEOUT_S,
) -> TimestampToken:
    """Ask the TSA at ``url`` to stamp ``digest`` (SHA-256) and verify what it says.

    The token is intact and valid, carries the random nonce of this request, is by the pinned certificate when there
    is one, and leads to one of ``roots`` (DER) when any are given. ``now`` reads the computer's clock (aware). Raises
    :class:`EvidenceError`: those of the client, those of :func:`verify_response`, the first of its problems, or
    ``timestamps.changed_certificate``.
    """
    nonce = secrets.randbits(64)
    response = client.post(url, build_request(digest, nonce), timeout_s)
    facts = verify_response(response, digest, roots=roots, nonce=nonce)
    _require_sound(facts, pinned_sha256, must_be_trusted=bool(roots))
    return TimestampToken(
        log_id=log_id,
        head_size=head_size,
        tsa_url=url,
        tsa_name=facts.tsa_name,
        tsa_certificate_sha256=facts.certificate_sha256,
        policy=facts.policy,
        serial=facts.serial,
        stamped_at=facts.stamped_at,
        received_at=now(),
        response=response,
    )


def request_tokens(
    digest: bytes,
    tsas: Sequence[Tsa],
    *,
    client: TsaClient,
    now: Callable[[], datetime],
    log_id: str,
    head_size: int,
    roots: Sequence[bytes] = (),
    timeout_s: float = TIMEOUT_S,
) -> tuple[TsaAnswer, ...]:
    """Ask several TSAs at the same time; one answer for each, in the order given. See :func:`request_token`."""

    def ask(tsa: Tsa) -> TsaAnswer:
        try:
            token = request_token(
                digest, tsa.url, client=client, now=now, log_id=log_id, head_size=head_size,
                pinned_sha256=tsa.pinned_sha256, roots=roots, timeout_s=timeout_s,
            )  # fmt: skip
        except EvidenceError as error:
            return TsaAnswer(tsa, None, error)
        return TsaAnswer(tsa, token, None)

    if not tsas:
        return ()
    with ThreadPoolExecutor(max_workers=min(len(tsas), _MAX_AT_ONCE), thread_name_prefix="timestamps") as lanes:
        return tuple(lanes.map(ask, tsas))


def clock_offset_ms(token: TimestampToken) -> int:
    """The computer's clock minus the TSA's when the token arrived, in milliseconds.

    Uncertain by the time the exchange took and by the authority's accuracy: good for *was the clock right*, which is
    a matter of minutes.
    """
    return (token.received_at - token.stamped_at) // timedelta(milliseconds=1)


def _require_sound(facts: TokenFacts, pinned_sha256: str | None, *, must_be_trusted: bool) -> None:
    if not (facts.intact and facts.valid):
        raise facts.problems[0]
    if pinned_sha256 is not None and facts.certificate_sha256 != pinned_sha256:
        raise EvidenceError("timestamps.changed_certificate", name=facts.tsa_name)
    if must_be_trusted and not facts.trusted:
        raise facts.problems[0]
