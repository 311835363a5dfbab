"""Time-stamp tokens for the heads that wait for one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from evidence import timestamps
from evidence.custody import head_digest
from evidence.errors import CancelledError, EvidenceError
from evidence.model import EventKind, Moment, SignedHead, TimestampToken
from evidence.store import Store, TsaRecord

if TYPE_CHECKING:
    from evidence.timestamps import TsaClient


class Record(Protocol):
    """Appends one event to a log inside the open transaction."""

    def __call__(
        self, log_id: str, kind: EventKind, *, item_id: str = "", facts: dict[str, str], actor: str | None = None
    ) -> SignedHead:
        """The new head."""


@dataclass(frozen=True, slots=True)
class StampResult:
    """What one authority answered about one head: a token or an error."""

    url: str
    log_id: str
    token: TimestampToken | None = None
    error: EvidenceError | None = None


@dataclass(frozen=True, slots=True)
class Stamper:
    """What asking for the time needs: the vault, the network client, a clock, and where to write what came of it."""

    store: Store
    client: TsaClient
    clock: Callable[[], Moment]
    record: Record
    compare_clock: Callable[[TimestampToken], None]


def choose(store: Store, urls: Sequence[str]) -> None:
    """Replace the list of authorities; what was pinned for one that stays is kept. Raises ``timestamps.bad_url``."""
    for url in urls:
        timestamps.check_url(url)
    known = {tsa.url: tsa for tsa in store.log.tsas()}
    with store.transaction():
        store.log.set_tsas(tuple(known.get(url, TsaRecord(url)) for url in dict.fromkeys(urls)))


def stamp_pending(
    stamper: Stamper,
    urls: Sequence[str] | None,
    progress: Callable[[float, str], None],
    cancelled: Callable[[], bool],
) -> list[StampResult]:
    """Ask every authority about every head that waits; what one of them confirms leaves the queue.

    Raises ``timestamps.none_chosen`` when there is nobody to ask.
    """
    chosen = [tsa.url for tsa in stamper.store.log.tsas()] if urls is None else list(urls)
    if not chosen:
        raise EvidenceError("timestamps.none_chosen")
    for url in chosen:
        timestamps.check_url(url)
    results: list[StampResult] = []
    waiting = stamper.store.log.waiting_heads()
    for position, head in enumerate(waiting):
        if cancelled():
            raise CancelledError
        progress(position / len(waiting), "stamping")
        results += stamp_head(stamper, head, chosen)
    progress(1.0, "stamping")
    return results


def stamp_head(stamper: Stamper, head: SignedHead, urls: Sequence[str]) -> list[StampResult]:
    """Ask the authorities, all at once, to confirm one head, and keep what they answered."""
    log, log_id = stamper.store.log, head.head.log_id
    pinned = {tsa.url: tsa.certificate_sha256 or None for tsa in log.tsas()}
    answers = timestamps.request_tokens(
        head_digest(head),
        [timestamps.Tsa(url, pinned.get(url)) for url in urls],
        client=stamper.client,
        now=lambda: stamper.clock().at,
        log_id=log_id,
        head_size=head.head.size,
    )
    for answer in answers:
        if answer.token is None:
            continue
        with stamper.store.transaction():
            log.add_token(answer.token)
            if pinned.get(answer.tsa.url) is None and answer.tsa.url in pinned:
                log.pin_tsa(answer.tsa.url, answer.token.tsa_certificate_sha256)
            stamper.record(log_id, EventKind.TIMESTAMPED, actor="program", facts=_facts(answer.token))
            # The event that says so needs no stamp of its own: the next thing that happens will bring one.
            log.stop_waiting(log_id)
        stamper.compare_clock(answer.token)
    return [StampResult(answer.tsa.url, log_id, answer.token, answer.error) for answer in answers]


def _facts(token: TimestampToken) -> dict[str, str]:
    return {
        "head_size": str(token.head_size),
        "tsa": token.tsa_name,
        "stamped_at": token.stamped_at.isoformat(),
        "token_sha256": hashlib.sha256(token.response).hexdigest(),
    }
