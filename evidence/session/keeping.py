"""How much of an exhibit is kept: in full, as a blurred copy, as digests alone, or nothing but its log."""

from __future__ import annotations

from io import BytesIO

from evidence.errors import EvidenceError
from evidence.media import MediaWorker
from evidence.model import EventKind, Exposure, Item
from evidence.session import looking, redacting
from evidence.session.stamping import Record
from evidence.store import Kept, Store, StoredObject

COPY_SIDE = 800


def kept(store: Store, item: Item) -> Kept:
    """What is kept of an item: the least that is kept of any of its files."""
    steps = tuple(Kept)
    return max((store.retention.kept(file.object_id) for file in item.files), key=steps.index)


def keep_less(store: Store, worker: MediaWorker, record: Record, item: Item, wanted: Kept, reason: str) -> None:
    """Keep less of every file of ``item``. The log says so and keeps the digests for ever; what was erased is gone.

    Raises ``keep.no_copy`` where no blurred copy can be made, ``vault.kept_less_already``.
    """
    if wanted is Kept.FULL:
        raise EvidenceError("vault.kept_less_already")
    copies: dict[str, StoredObject] = {}
    try:
        if wanted is Kept.COPY:
            picture = looking.preview(store, worker, item, Exposure.BLURRED, COPY_SIDE)
            if picture is None or len(item.files) != 1:
                raise EvidenceError("keep.no_copy", number=item.number)
            copies[item.files[0].object_id] = store.put_object(BytesIO(picture))
        facts = {
            "kept": wanted.value,
            "number": item.number,
            "sha256": ",".join(file.digests.sha256 for file in item.files),
            **({"reason": reason} if reason else {}),
        }
        with store.transaction():
            for file in item.files:
                store.retention.reduce(file.object_id, wanted, copies.get(file.object_id))
            if wanted in (Kept.DIGEST, Kept.NOTHING):
                redacting.take_all_back(store, record, item)
            if wanted is Kept.NOTHING:
                store.retention.forget_words(item.id)
            kind = EventKind.DESTROYED if wanted is Kept.NOTHING else EventKind.REDUCED
            record(item.case_id, kind, item_id=item.id, facts=facts)
    except BaseException:
        for copy in copies.values():
            store.delete_object(copy.object_id)
        raise
