"""Check 8: the disclosed custody log holds together, and says of each exhibit what the manifest says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from evidence.custody import check_disclosed
from evidence.digest import canonical_json, from_json, parse_json
from evidence.errors import EvidenceError
from evidence.manifest import (
    CUSTODY,
    HEADS_FOLDER,
    ItemEntry,
    Manifest,
    NoteEntry,
    acquired_facts_of_entry,
    head_path,
    notes_facts,
)
from evidence.model import CustodyEvent, DisclosedLog, EventKind
from evidence.verify.checks.signature import shipped_certificate
from evidence.verify.state import MAX_NAMED, Impossible, Outcome, State, cannot_tell, no, yes
from evidence.verify.whole import is_understood


def check_custody(state: State) -> Iterator[Outcome]:
    """Heads, inclusion, consistency (RFC 6962); then each exhibit's line of events against the manifest."""
    manifest = state.need_manifest()
    data = state.reading.kept.get(CUSTODY)
    if data is None:
        yield no("custody.missing") if CUSTODY not in state.located.files else cannot_tell("custody.unreadable")
        return
    try:
        value = parse_json(data)
        log = from_json(value, DisclosedLog)
    except EvidenceError:
        yield no("custody.malformed")
        return
    if not is_understood(value, log):  # no leaf would cover what we do not know
        yield no("custody.malformed")
        return
    state.log = log
    own = manifest.log_signer
    certificate = state.certificate if own is None else shipped_certificate(state, own.certificate_sha256)
    if not certificate:
        raise Impossible("needs.certificate")
    found = [no(problem.code, **problem.params) for problem in check_disclosed(log, certificate)]
    found += _against_manifest(manifest, log)
    found += _head_files(state, log)
    if not found:
        state.is_log_sound = True
        state.heads = {signed.head.size: signed for signed in (*log.earlier_heads, log.head)}
        state.facts["log_size"] = str(log.head.head.size)
        yield yes("custody.sound", events=len(log.events), size=log.head.head.size)
        if own is not None:
            state.facts |= {"log_signer_sha256": own.certificate_sha256, "log_signer_words": own.fingerprint_words}
            yield yes("custody.own_key", words=own.fingerprint_words)
        if manifest.notes:
            yield yes("custody.notes", count=len(manifest.notes))
    yield from found[:MAX_NAMED]
    if len(found) > MAX_NAMED:
        yield no("custody.more", count=len(found) - MAX_NAMED)


def _against_manifest(manifest: Manifest, log: DisclosedLog) -> list[Outcome]:
    head, summary = log.head.head, manifest.log
    found: list[Outcome] = []
    told = (summary.log_id, summary.size, summary.root, summary.disclosed)
    if told != (log.log_id, head.size, head.root, len(log.events)):
        found.append(no("custody.other_log"))
    if log.head.key_sha256 != (manifest.log_signer or manifest.signer).certificate_sha256:
        found.append(no("custody.other_key"))
    for item in manifest.items:
        found += _line_of(manifest, item, [event for event in log.events if event.item_id == item.id])
    known = {item.id for item in manifest.items}
    if any(event.item_id and event.item_id not in known for event in log.events):
        found.append(no("custody.unknown_item"))
    found += _frozen(manifest, log)
    return found


def _line_of(manifest: Manifest, item: ItemEntry, events: list[CustodyEvent]) -> list[Outcome]:
    """The events about one exhibit: acquired once, first, with the facts that the manifest gives."""
    kinds = [event.kind for event in events]
    if kinds[:1] != [EventKind.ACQUIRED] or kinds.count(EventKind.ACQUIRED) != 1:
        return [no("custody.not_acquired", number=item.number)]
    if events[0].facts != acquired_facts_of_entry(manifest, item):
        return [no("custody.other_facts", number=item.number)]
    return []


def _frozen(manifest: Manifest, log: DisclosedLog) -> list[Outcome]:
    """The last event fixes the package: which exhibits, and how many events there are about each."""
    last = log.events[-1] if log.events else None
    if last is None or last.kind is not EventKind.FROZEN or last.index != log.head.head.size - 1:
        return [no("custody.not_frozen")]
    # A log under a key of its own must name who may sign the package; else anyone could put their name on it.
    named = last.facts.get("signer", "" if manifest.log_signer else manifest.signer.certificate_sha256)
    if named != manifest.signer.certificate_sha256:
        return [no("custody.other_signer")]
    counts = {
        item.number: sum(event.item_id == item.id for event in log.events[:-1]) for item in manifest.items
    }  # fmt: skip
    told: dict[str, int] = {}
    for part in filter(None, last.facts.get("exhibits", "").split(",")):
        number, _colon, count = part.rpartition(":")
        if not count.isascii() or not count.isdigit() or len(count) > 9 or number in told:
            return [no("custody.not_frozen")]
        told[number] = int(count)
    if told != counts:
        return [no("custody.hidden_event")]
    told_notes = {"notes_sha256": last.facts["notes_sha256"]} if "notes_sha256" in last.facts else {}
    ids = {item.number: item.id for item in manifest.items} | {"": ""}
    is_so = told_notes == notes_facts(manifest.notes) and all(
        any(_is_of(event, note, ids[note.item]) for event in log.events[:-1]) for note in manifest.notes
    )
    return [] if is_so else [no("custody.other_notes")]


def _is_of(event: CustodyEvent, note: NoteEntry, item_id: str) -> bool:
    """Whether an event is the writing of this note: about the same thing, at the same time, with its digest."""
    return (
        event.kind is EventKind.NOTED and event.item_id == item_id and event.recorded_at == note.written_at
        and event.facts.get("note_sha256") == hashlib.sha256(note.text.encode()).hexdigest()
    )  # fmt: skip


def _head_files(state: State, log: DisclosedLog) -> list[Outcome]:
    """Every head stands as a file of its own, byte for byte what was signed, and no other head does."""
    expected = {head_path(signed.head.size): canonical_json(signed) for signed in (*log.earlier_heads, log.head)}
    found: list[Outcome] = []
    for path, data in expected.items():
        if state.reading.kept.get(path) != data:
            found.append(no("custody.other_head_file", path=path))
    there = (path for path in state.package_files() if path.startswith(f"{HEADS_FOLDER}/"))
    found += [no("custody.unknown_head", path=path) for path in there if path not in expected]
    return found
