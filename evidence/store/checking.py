"""Looking at everything that a vault holds. Findings are collected, each names what is affected; nothing is skipped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass

from evidence.custody import audit_log, check_growth, head_digest, verify_head
from evidence.errors import CancelledError, EvidenceError
from evidence.manifest import acquired_facts
from evidence.model import Case, CustodyEvent, EventKind, Item, SignedHead, TimestampToken
from evidence.store import slots
from evidence.store.log_records import VAULT_LOG
from evidence.store.object_reader import ObjectReader
from evidence.store.objects import Cancelled, Progress
from evidence.store.vault import Finding, Store

_BLOCK = 1 << 20
_EVENT_WEIGHT = 20_000
"""Checking one event takes about as long as reading this many bytes of an original; for the progress alone."""

_NOT_DAMAGE = frozenset({"vault.locked", "vault.disk_full"})
_OBJECT_DAMAGE = {
    "vault.object_missing": "vault.damage.object_missing",
    "vault.unreadable": "vault.damage.unreadable",
}


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """What was looked at, and what was found. No findings: everything is as it was sealed."""

    objects: int
    """Sealed files that were read to their end."""
    items: int
    events: int
    heads: int
    tokens: int
    findings: tuple[Finding, ...]


def check(
    store: Store,
    *,
    known_heads: Sequence[SignedHead] = (),
    progress: Progress = lambda _share: None,
    cancelled: Cancelled = lambda: False,
) -> CheckOutcome:
    """Verify slots, database pages, rows, events, nodes, heads, tokens and every byte of every object.

    ``known_heads`` are signed heads that somebody kept outside the vault, in a package or a receipt: the vault must
    contain what they stood for, or an older vault.db was put in its place.
    Damage becomes findings, named by exhibit; only a vault that cannot be read at all raises. Raises
    :class:`CancelledError`, and :class:`EvidenceError` ``vault.locked``.
    """
    with ThreadPoolExecutor(1) as helper:
        return _Check(store, helper, progress, cancelled).run(known_heads)


class _Check:
    def __init__(self, store: Store, helper: Executor, progress: Progress, cancelled: Cancelled) -> None:
        self._store = store
        self._helper = helper
        self._progress = progress
        self._cancelled = cancelled
        self._findings: dict[tuple[str, ...], Finding] = {}
        self._objects = self._items = self._events = self._heads = self._tokens = 0
        self._done = self._total = 0

    def run(self, known_heads: Sequence[SignedHead]) -> CheckOutcome:
        store = self._store
        self._total = store.items.total_size() + _EVENT_WEIGHT * sum(map(store.log.log_size, store.log.log_ids())) + 1
        self._records()
        for log_id in (VAULT_LOG, *(case.id for case in store.cases.all())):
            with self._part("vault.damage.log", case=self._case_name(log_id)):
                self._log(log_id)
        for head in known_heads:
            self._known_head(head)
        cited: set[str] = set()
        for case in store.cases.all():
            self._case(case, cited)
        self._strangers(cited)
        self._progress(1.0)
        return CheckOutcome(
            objects=self._objects, items=self._items, events=self._events, heads=self._heads, tokens=self._tokens,
            findings=tuple(self._findings.values()),
        )  # fmt: skip

    def _records(self) -> None:
        """Slots against the records, the pages of the records, and their structure."""
        store = self._store
        with self._part("vault.damage.records"):
            if not slots.is_stored(store.folder, store.slots.text()):
                self._found("vault.damage.slots")
            pages, problems = store.record_problems()
            if pages:
                self._found("vault.damage.pages", count=len(pages))
            if problems:
                self._found("vault.damage.records")
            store.signer()

    def _log(self, log_id: str) -> None:
        """One custody log from its first event to its last, its heads and its tokens."""
        store = self._store
        heads = store.log.heads(log_id)
        start = self._done

        def step(count: int) -> None:
            self._stop_or_go_on(start + count * _EVENT_WEIGHT)

        problems = audit_log(
            log_id,
            store.log.canonical_events(log_id),
            heads,
            store.signer().certificate_der,
            node=lambda level, index: store.log.node(log_id, level, index),
            progress=step,
        )
        for problem in problems:
            place = problem.params.get("index", problem.params.get("size", ""))
            self._found("vault.damage.log", case=self._case_name(log_id), place=place)
        stated, counted = store.log.log_size(log_id), store.log.count_events(log_id)
        if stated != counted:
            self._found("vault.damage.log", case=self._case_name(log_id), place=counted)
        by_size = {head.head.size: head for head in heads}
        tokens = store.log.tokens(log_id)
        for token in tokens:
            head = by_size.get(token.head_size)
            if head is None or not _stamps(token, head):
                self._found("vault.damage.token", case=self._case_name(log_id), place=token.head_size)
        self._events += stated
        self._heads += len(heads)
        self._tokens += len(tokens)

    def _known_head(self, signed: SignedHead) -> None:
        """A head from outside: signed by this vault, and still the beginning of its log."""
        place = {"case": self._case_name(signed.head.log_id), "place": signed.head.size}
        if not verify_head(signed, self._store.signer().certificate_der):
            self._found("vault.damage.foreign_head", **place)
            return
        with self._part("vault.damage.rolled_back", **place):
            check_growth(self._store.log, signed.head.log_id, signed)

    def _case(self, case: Case, cited: set[str]) -> None:
        """The items of a case: each row against its event in the log, each object that is kept against its digest."""
        log = self._store.log
        for item_id, number in self._store.items.ids(case.id):
            exhibit = _name(case, number)
            with self._part("vault.damage.item", exhibit=exhibit):
                self._items += 1
                item, event = self._store.items.get_checked(item_id), log.first_event_about(case.id, item_id)
                if event is None or not _is_acquired_as(event, item):
                    self._found("vault.damage.item", exhibit=exhibit)
            with self._part("vault.damage.redaction", exhibit=exhibit):
                if not self._store.redactions.are_logged(item_id, log.events_about(case.id, item_id)):
                    self._found("vault.damage.redaction", exhibit=exhibit)
            for object_id, sha256, size in self._store.items.sealed(item_id):
                cited.add(object_id)
                self._object(exhibit, object_id, sha256, size)
        for item_id in log.items_without_row(case.id):
            with self._part("vault.damage.item_missing", exhibit=_name(case, "?")):
                event = log.first_event_about(case.id, item_id)
                number = event.facts.get("number", "?") if event else "?"
                self._found("vault.damage.item_missing", exhibit=_name(case, number))

    def _object(self, exhibit: str, object_id: str, sha256: str, size: int) -> None:
        """One object from end to end, against the digest in its row, which was held against the log."""
        start = self._done
        try:
            with self._store.open_to_check(object_id) as stream:
                digest = hashlib.sha256()
                for data in self._content(stream):
                    digest.update(data)
                    self._stop_or_go_on(self._done + len(data))
                stream.verify_rest()
                is_same = digest.hexdigest() == sha256 and stream.size == size
        except EvidenceError as problem:
            self._done = start + size
            if problem.code in _NOT_DAMAGE:
                raise
            self._found(_OBJECT_DAMAGE.get(problem.code, "vault.damage.object"), exhibit=exhibit)
            return
        self._objects += 1
        if not is_same:
            self._found("vault.damage.object", exhibit=exhibit)

    def _content(self, stream: ObjectReader) -> Iterator[bytes]:
        """The content of an object, block by block; the next one is read and decrypted while one is digested."""
        if stream.size <= _BLOCK:  # not worth a second thread
            yield stream.read()
            return
        ahead = self._helper.submit(stream.read, _BLOCK)
        try:
            while data := ahead.result():
                ahead = self._helper.submit(stream.read, _BLOCK)
                yield data
        finally:
            wait([ahead])  # or the stream would be closed under it

    def _strangers(self, cited: set[str]) -> None:
        """Files in the objects folder that no record knows: left in place, and said."""
        with self._part("vault.damage.unreadable", exhibit="objects"):
            known = cited.union(self._store.recordings.names())
            strangers = sum(1 for name in self._store.object_names() if name not in known)
            if strangers:
                self._found("vault.damage.unknown_objects", count=strangers)

    def _case_name(self, log_id: str) -> str:
        if log_id == VAULT_LOG:
            return VAULT_LOG
        try:
            return self._store.cases.get(log_id).title
        except EvidenceError:
            return log_id

    def _stop_or_go_on(self, done: int) -> None:
        if self._cancelled():
            raise CancelledError
        self._done = done
        self._progress(min(done / self._total, 1.0))

    @contextmanager
    def _part(self, code: str, **params: object) -> Iterator[None]:
        """Damage inside becomes one finding, and the check goes on behind it."""
        try:
            yield
        except EvidenceError as problem:
            if problem.code in _NOT_DAMAGE:
                raise
            self._found(code, **params)

    def _found(self, code: str, **params: object) -> None:
        finding = Finding(code, {name: str(value) for name, value in params.items()})
        self._findings.setdefault((code, *finding.params.values()), finding)


def _is_acquired_as(event: CustodyEvent, item: Item) -> bool:
    """Whether an item's first event is its acquisition, and says what its record says."""
    is_same = all(event.facts.get(name) == value for name, value in acquired_facts(item).items())
    return is_same and event.kind is EventKind.ACQUIRED


def _stamps(token: TimestampToken, head: SignedHead) -> bool:
    """Whether a token is a sound stamp of this head, and says what its record says."""
    from evidence.timestamps import verify_response

    try:
        facts = verify_response(token.response, head_digest(head))
    except EvidenceError:
        return False
    is_sound = facts.intact and facts.valid and facts.stamped_at == token.stamped_at
    return is_sound and facts.certificate_sha256 == token.tsa_certificate_sha256


def _name(case: Case, number: str) -> str:
    return f"{number} ({case.title})"
