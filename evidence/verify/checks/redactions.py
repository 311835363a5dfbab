"""Check 14: what redacted copies show is what the log fixed of the sealed originals, and the rest is covered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

from evidence.digest import from_json, parse_json
from evidence.errors import EvidenceError
from evidence.manifest import Manifest, RedactedFile
from evidence.model import CustodyEvent, EventKind, RedactionKind
from evidence.redaction import Redaction, check_redaction
from evidence.verify.container import key_of
from evidence.verify.state import MAX_NAMED, Impossible, Outcome, State, aside, cannot_tell, no, yes
from evidence.verify.whole import is_understood


def check_redactions(state: State) -> Iterator[Outcome]:
    """Each copy against its record, the record against the log, and every part that is shown against the root that
    the log fixed before the copy was made. A package without redacted copies is not asked."""
    manifest = state.manifest
    if manifest is None or not manifest.redacted:
        return
    if state.log is None or not state.is_log_sound:
        raise Impossible("needs.log")
    events = state.log.events
    said = [outcome for each in manifest.redacted for outcome in _check(state, manifest, each, events)]
    yield from said[:MAX_NAMED]
    hidden = [outcome for outcome in said[MAX_NAMED:] if outcome.answer.value != "yes"]
    yield from hidden[:MAX_NAMED]


def _check(
    state: State, manifest: Manifest, redacted: RedactedFile, events: Sequence[CustodyEvent]
) -> Iterator[Outcome]:  # fmt: skip
    path, number = redacted.path, redacted.item
    data = state.reading.kept.get(key_of(redacted.record))
    if data is None:
        is_too_large = key_of(redacted.record) in state.reading.too_large
        yield (
            cannot_tell("redactions.record_too_large", path=path) if is_too_large
            else no("redactions.no_record", path=path)
        )  # fmt: skip
        return
    item_id = next(item.id for item in manifest.items if item.number == number)
    copy_sha256 = next(file.sha256 for file in manifest.files if file.path == path)
    mine = [event for event in events if event.item_id == item_id]
    logged = _event_of(mine, redacted, copy_sha256, hashlib.sha256(data).hexdigest())
    if logged is None:
        yield no("redactions.not_logged", path=path)
        return
    record = _record(data)
    if record is None or (record.original_sha256, record.copy_sha256) != (redacted.original_sha256, copy_sha256):
        yield no("redactions.other_record", path=path)
        return
    is_provable = record.kind in (RedactionKind.PICTURE, RedactionKind.TEXT)
    if is_provable and not _is_fixed(mine, record, logged):
        yield no("redactions.not_fixed", path=path)
        return
    entry = state.located.files.get(key_of(path))
    if entry is None:
        yield no("redactions.other_copy", path=path)
        return
    with entry.open() as stream:
        checked = check_redaction(record, stream)
    if checked.problem:
        yield no(f"redactions.{checked.problem}", path=path)
        return
    if not is_provable:
        yield cannot_tell("redactions.unproven", path=path, number=number)
        return
    state.facts |= {f"copy.{path}.shown": str(checked.confirmed), f"copy.{path}.covered": str(checked.hidden)}
    code = "redactions.tiles" if record.kind is RedactionKind.PICTURE else "redactions.lines"
    yield yes(code, number=number, path=path, shown=checked.confirmed, covered=checked.hidden)
    before = _fixed_before(state, mine, record)
    if before is not None:
        state.facts[f"copy.{path}.fixed_before"] = before.isoformat()
        yield aside(yes("redactions.fixed_before", path=path, before_at=before))


def _event_of(
    events: Sequence[CustodyEvent], redacted: RedactedFile, copy_sha256: str, record_sha256: str
) -> CustodyEvent | None:
    """The event that says how this copy was made, unless it was taken back."""
    wanted = {
        "original_sha256": redacted.original_sha256, "copy_sha256": copy_sha256, "record_sha256": record_sha256,
    }  # fmt: skip
    about = [event for event in events if all(event.facts.get(name) == value for name, value in wanted.items())]
    made = [event for event in about if event.kind is EventKind.REDACTED]
    back = [event for event in about if event.kind is EventKind.WITHDRAWN]
    return made[-1] if len(made) > len(back) else None


def _is_fixed(events: Sequence[CustodyEvent], record: Redaction, logged: CustodyEvent) -> bool:
    """Whether the log fixed this root, and no other, for the original, before it says that the copy was made."""
    about = [
        event
        for event in events
        if event.kind is EventKind.COMMITTED and event.facts.get("original_sha256") == record.original_sha256
    ]
    roots = {event.facts.get("root") for event in about}
    return roots == {record.root} and about[0].index < logged.index


def _fixed_before(state: State, events: Sequence[CustodyEvent], record: Redaction) -> datetime | None:
    """The earliest trusted token under which the log had fixed the original's content."""
    index = next(event.index for event in events if event.facts.get("root") == record.root)
    covering = [
        token.stamped_at
        for token in state.tokens
        if token.is_trusted and (not token.head_size or index < token.head_size)
    ]
    return min(covering, default=None)


def _record(data: bytes) -> Redaction | None:
    try:
        value = parse_json(data)
        record = from_json(value, Redaction)
    except EvidenceError:
        return None
    return record if is_understood(value, record) else None
