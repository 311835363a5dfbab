"""Steps 3 to 5 of the line: digest on the way in, seal the original, then row, event and head in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import uuid4

from evidence.manifest import acquired_facts
from evidence.media import sniff
from evidence.model import Acquisition, EventKind, Examiner, Item, OriginalFile, Tool, exhibit_number
from evidence.session.stamping import Record
from evidence.store import Store, StoredObject

SNIFF_BYTES = 8192
_BATCH_ITEMS = 64
_BATCH_BYTES = 64 * 1024 * 1024
"""What is on its way to the disk together: as much as a person would not mind giving again."""


def seal(
    store: Store,
    tool: Tool,
    record: Record,
    examiner: Examiner,
    case_id: str,
    acquisition: Acquisition,
    progress: Callable[[float, str], None],
    cancelled: Callable[[], bool],
) -> Item:
    """Seal every file of ``acquisition`` and record the item.

    The store digests the bytes as they arrive, before anything else reads them. When anything fails, or the source
    changed while it was read, or the work is cancelled, the objects already written are removed again.
    """
    files = _sealed(store, acquisition, progress, cancelled)
    (item,) = _recorded(store, tool, record, examiner, case_id, [(acquisition, files)])
    return item


def seal_all(
    store: Store,
    tool: Tool,
    record: Record,
    examiner: Examiner,
    case_id: str,
    acquisitions: Sequence[Acquisition],
    progress: Callable[[float, str], None],
    cancelled: Callable[[], bool],
) -> list[Item]:
    """Seal many acquisitions, each as an item of its own, and have them on the disk a batch at a time.

    The first that fails stops the rest; what was sealed before it is recorded all the same.
    """
    added: list[Item] = []
    batch: list[tuple[Acquisition, tuple[OriginalFile, ...]]] = []
    count = len(acquisitions)
    try:
        for position, acquisition in enumerate(acquisitions):

            def part(share: float, step: str, done: int = position) -> None:
                progress((done + share) / count, step)

            batch.append((acquisition, _sealed(store, acquisition, part, cancelled)))
            size = sum(file.digests.size for _acquisition, files in batch for file in files)
            if len(batch) >= _BATCH_ITEMS or size >= _BATCH_BYTES:
                taken, batch = batch, []
                added += _recorded(store, tool, record, examiner, case_id, taken)
    finally:
        if batch:
            added += _recorded(store, tool, record, examiner, case_id, batch)
    return added


def _sealed(
    store: Store, acquisition: Acquisition, progress: Callable[[float, str], None], cancelled: Callable[[], bool]
) -> tuple[OriginalFile, ...]:
    """Seal the files of an acquisition; when one fails, the others are removed again."""
    sealed: list[StoredObject] = []
    count = len(acquisition.files)
    try:
        for position, incoming in enumerate(acquisition.files):

            def part(share: float, done: int = position) -> None:
                progress((done + share) / count, "sealing")

            # The stream is closed before the object counts: closing tells whether the source stayed the same.
            with incoming.open() as stream:
                sealed.append(
                    store.put_object(stream, expected_size=incoming.expected_size, progress=part, cancelled=cancelled)
                )
        return tuple(
            OriginalFile(
                name=incoming.name,
                digests=stored.digests,
                media_type=_sniff(store, stored.object_id),
                object_id=stored.object_id,
            )
            for incoming, stored in zip(acquisition.files, sealed, strict=True)
        )
    except BaseException:
        _remove(store, [stored.object_id for stored in sealed])
        raise


def _recorded(
    store: Store,
    tool: Tool,
    record: Record,
    examiner: Examiner,
    case_id: str,
    batch: Sequence[tuple[Acquisition, tuple[OriginalFile, ...]]],
) -> list[Item]:
    """Rows, events and heads of new items in one transaction; when it fails, their sealed files are removed again."""
    items: list[Item] = []
    try:
        with store.transaction():
            for acquisition, files in batch:
                position = store.items.next_position(case_id)
                item = Item(
                    id=str(uuid4()),
                    case_id=case_id,
                    number=exhibit_number(position),
                    title=acquisition.title,
                    files=files,
                    method=acquisition.method,
                    acquired=acquisition.started,
                    tool=tool,
                    examiner=examiner,
                    source=acquisition.source,
                    settings=acquisition.settings,
                    note=acquisition.note,
                    lawful_access=acquisition.lawful_access,
                )
                store.items.add(item, position)
                record(case_id, EventKind.ACQUIRED, item_id=item.id, facts=acquired_facts(item))
                items.append(item)
    except BaseException:
        _remove(store, [file.object_id for _acquisition, files in batch for file in files])
        raise
    return items


def _remove(store: Store, object_ids: Sequence[str]) -> None:
    for object_id in object_ids:
        store.delete_object(object_id)


def _sniff(store: Store, object_id: str) -> str:
    """The media type, from the sealed bytes."""
    with store.open_object(object_id) as stream:
        return sniff(stream.read(SNIFF_BYTES))
