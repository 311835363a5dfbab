"""Steps 3 to 5 of the line: digest on the way in, seal the original, then row, event and head in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from evidence.manifest import acquired_facts
from evidence.media import sniff
from evidence.model import Acquisition, EventKind, Examiner, Item, OriginalFile, Tool, exhibit_number
from evidence.session.stamping import Record
from evidence.store import Store, StoredObject

SNIFF_BYTES = 8192


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
        files = tuple(
            OriginalFile(
                name=incoming.name,
                digests=stored.digests,
                media_type=_sniff(store, stored.object_id),
                object_id=stored.object_id,
            )
            for incoming, stored in zip(acquisition.files, sealed, strict=True)
        )
        with store.transaction():
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
    except BaseException:
        for stored in sealed:
            store.delete_object(stored.object_id)
        raise
    return item


def _sniff(store: Store, object_id: str) -> str:
    """The media type, from the sealed bytes."""
    with store.open_object(object_id) as stream:
        return sniff(stream.read(SNIFF_BYTES))
