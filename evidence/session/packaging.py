"""Steps 9 to 12 of the line: freeze the case, make and sign the package, and log that it was made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from evidence.custody import prove_consistency, prove_inclusion
from evidence.digest import digest_bytes
from evidence.errors import EvidenceError
from evidence.manifest import note_entries, notes_facts
from evidence.media import MediaWorker
from evidence.model import (
    Case,
    CustodyEvent,
    DisclosedLog,
    EventKind,
    Examiner,
    Exhibit,
    Exposure,
    Item,
    Moment,
    Note,
    PackageChoices,
    PackageMade,
    SignedHead,
    Snapshot,
    Tool,
)
from evidence.session import looking
from evidence.session.stamping import Stamper, stamp_head
from evidence.store import Store

if TYPE_CHECKING:
    from evidence.package import PackageSigner

PREVIEW_SIDE = 1200
ABOUT_THE_CASE = frozenset(
    {EventKind.CASE_CREATED, EventKind.TIMESTAMPED, EventKind.CONSENTED, EventKind.CONSENT_WITHDRAWN}
)
"""Kinds that say nothing about exhibits that are not handed over."""


def package(
    store: Store,
    stamper: Stamper,
    worker: MediaWorker,
    tool: Tool,
    examiner: Examiner,
    case: Case,
    chosen: Sequence[Exhibit],
    held_back: tuple[Item, ...],
    choices: PackageChoices,
    out_dir: Path,
    progress: Callable[[float, str], None],
    cancelled: Callable[[], bool],
    signer: PackageSigner | None = None,
) -> PackageMade:
    """Freeze ``chosen``, ask for the time if the person wants that, build the package, and record it.

    ``signer`` signs it in the vault key's place; the log then says so itself, under the vault's key.
    """
    require_copies(store, chosen, choices)
    notes = _notes(store, case, chosen, choices.notes)
    urls = [tsa.url for tsa in store.log.tsas()] if choices.ask_time else []
    if choices.ask_time and not urls:
        raise EvidenceError("timestamps.none_chosen")
    with store.transaction():
        facts = {"signer": hashlib.sha256(signer.certificate_der).hexdigest()} if signer is not None else {}
        if held_back:
            facts["held_back"] = ",".join(item.number for item in held_back)
        facts |= notes_facts(note_entries(notes, {one.item.id: one.item.number for one in chosen}))
        counts = {exhibit.item.number: store.log.item_event_count(case.id, exhibit.item.id) for exhibit in chosen}
        head = stamper.record(
            case.id,
            EventKind.FROZEN,
            facts=facts | {"exhibits": ",".join(f"{number}:{count}" for number, count in counts.items())},
        )
    if urls:
        stamp_head(stamper, head, urls)
    from evidence.package import build_package

    made = build_package(
        _snapshot(store, stamper.clock(), tool, examiner, case, chosen, held_back, head, choices.redacted, notes),
        choices,
        out_dir,
        signer=signer or store.signer(),
        tsa=(stamper.client, urls) if urls else None,
        preview=_previews(store, worker, chosen, choices),
        supersedes=[earlier.package_id for earlier in store.packages.of_case(case.id)],
        progress=progress,
        cancelled=cancelled,
    )
    with store.transaction():
        store.packages.add(case.id, made)
        stamper.record(
            case.id,
            EventKind.EXPORTED,
            facts={
                "package_id": made.package_id,
                "manifest_sha256": made.manifest_sha256,
                "report_sha256": made.report_sha256,
                **({"recipient": made.recipient} if made.recipient else {}),
            },
        )
    return made


def draft(
    store: Store,
    worker: MediaWorker,
    frozen: Moment,
    tool: Tool,
    examiner: Examiner,
    case: Case,
    chosen: Sequence[Exhibit],
    held_back: tuple[Item, ...],
    choices: PackageChoices,
    progress: Callable[[float, str], None],
    cancelled: Callable[[], bool],
) -> bytes:
    """The report as it would be now. Nothing is frozen, recorded or signed."""
    require_copies(store, chosen, choices)
    head = store.log.newest_head(case.id)
    assert head is not None  # the case's own first event made one
    from evidence.package import draft_report

    return draft_report(
        _snapshot(
            store,
            frozen,
            tool,
            examiner,
            case,
            chosen,
            held_back,
            head,
            choices.redacted,
            _notes(store, case, chosen, choices.notes),
        ),
        choices,
        preview=_previews(store, worker, chosen, choices),
        supersedes=[earlier.package_id for earlier in store.packages.of_case(case.id)],
        progress=progress,
        cancelled=cancelled,
    )


def _previews(
    store: Store, worker: MediaWorker, chosen: Sequence[Exhibit], choices: PackageChoices
) -> Callable[[str], bytes | None]:
    """How each chosen exhibit appears in the report, by item id; blurred where nothing was chosen. Of one that is
    handed over redacted, the copy is shown, never the original."""
    items = {exhibit.item.id: exhibit.item for exhibit in chosen}

    def preview(item_id: str) -> bytes | None:
        exposure = choices.exposure.get(item_id, Exposure.BLURRED)
        if item_id in choices.redacted:
            return looking.preview_copy(store, worker, store.redactions.newest(item_id)[0].copy, exposure, PREVIEW_SIDE)
        return looking.preview(store, worker, items[item_id], exposure, PREVIEW_SIDE)

    return preview


def _snapshot(
    store: Store, frozen: Moment, tool: Tool, examiner: Examiner, case: Case, chosen: Sequence[Exhibit],
    held_back: tuple[Item, ...], head: SignedHead, redacted: frozenset[str], notes: tuple[Note, ...],
) -> Snapshot:  # fmt: skip
    """Everything that the package needs, with the log disclosed as far as it is about ``chosen``. Exhibits in
    ``redacted`` bring their newest copies, and of a score nothing that was read out of the original's metadata."""
    copies = tuple(each for exhibit in chosen if exhibit.item.id in redacted
                   for each in store.redactions.newest(exhibit.item.id))  # fmt: skip
    chosen = [_bare(exhibit) if exhibit.item.id in redacted else exhibit for exhibit in chosen]
    size = head.head.size
    earlier = tuple(one for one in store.log.stamped_heads(case.id) if one.head.size < size)
    exhibits_in_case = store.items.count(case.id)
    events = _disclosed(store, case, chosen, size, notes, is_whole=len(chosen) == exhibits_in_case)
    return Snapshot(
        case=case,
        exhibits=tuple(chosen),
        exhibits_in_case=exhibits_in_case,
        log=DisclosedLog(
            log_id=case.id,
            events=events,
            inclusion=tuple(prove_inclusion(store.log, case.id, event.index, size) for event in events),
            head=head,
            earlier_heads=earlier,
            consistency=tuple(prove_consistency(store.log, case.id, one.head.size, size) for one in earlier),
        ),
        tokens=tuple(token for token in store.log.tokens(case.id) if token.head_size <= size),
        frozen=frozen,
        tool=tool,
        examiner=examiner,
        open_original=lambda object_id: cast(BinaryIO, store.open_object(object_id)),
        certificate_der=store.signer().certificate_der,
        redacted=copies,
        held_back=held_back,
        notes=notes,
    )


def _bare(exhibit: Exhibit) -> Exhibit:
    return replace(exhibit, score=None if exhibit.score is None else replace(exhibit.score, provenance=()))


def require_copies(store: Store, chosen: Sequence[Exhibit], choices: PackageChoices) -> None:
    """Raises ``redaction.no_copy`` when an exhibit shall be handed over redacted and has no redacted copy."""
    for exhibit in chosen:
        if exhibit.item.id in choices.redacted and not store.redactions.newest(exhibit.item.id):
            raise EvidenceError("redaction.no_copy", number=exhibit.item.number)


def _notes(store: Store, case: Case, chosen: Sequence[Exhibit], wanted: frozenset[int]) -> tuple[Note, ...]:
    """The notes that were chosen, each with the time at which the log noted it.

    Raises ``package.no_such_note`` for one that is not of this case, and ``package.note_of_other`` for one about an
    exhibit that does not go in, or of which nothing is given out.
    """
    if not wanted:
        return ()
    there = {note.id: note for note in store.items.all_notes(case.id)}
    known = {"", *(exhibit.item.id for exhibit in chosen)}
    for note_id in sorted(wanted):
        if note_id not in there:
            raise EvidenceError("package.no_such_note", id=note_id)
        if there[note_id].item_id not in known:
            raise EvidenceError("package.note_of_other", id=note_id)
    events = store.log.events_of_kind(case.id, EventKind.NOTED)
    return tuple(_as_logged(there[note_id], events) for note_id in sorted(wanted))


def _as_logged(note: Note, events: Sequence[CustodyEvent]) -> Note:
    """The note with the time of its own event, the nearest one with its digest. Raises ``vault.record_damaged``."""
    times = [event.recorded_at for event in events if _is_about(event, note)]
    if not times:  # the words are not those that the log fixed
        raise EvidenceError("vault.record_damaged")
    return replace(note, written_at=min(times, key=lambda at: abs(at - note.written_at)))


def _is_about(event: CustodyEvent, note: Note) -> bool:
    digest = digest_bytes(note.text.encode()).sha256
    return event.item_id == note.item_id and event.facts.get("note_sha256") == digest


def _disclosed(
    store: Store, case: Case, chosen: Sequence[Exhibit], size: int, notes: Sequence[Note], *, is_whole: bool
) -> tuple[CustodyEvent, ...]:
    """Of a whole case every event; of a part those about the chosen exhibits and notes, the case itself and this
    FROZEN."""
    events = store.log.events(case.id, limit=size)
    if is_whole:
        return events
    wanted = {exhibit.item.id for exhibit in chosen}
    about = [note for note in notes if not note.item_id]
    return tuple(
        event
        for event in events
        if event.item_id in wanted
        or (not event.item_id and (event.kind in ABOUT_THE_CASE or event.index == size - 1))
        or (event.kind is EventKind.NOTED and any(_is_about(event, note) for note in about))
    )
