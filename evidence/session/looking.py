"""Looking at sealed originals: previews. Every untrusted byte is decoded by the rooms below, in a child."""

from __future__ import annotations

from typing import BinaryIO, cast

from evidence import media
from evidence.errors import EvidenceError
from evidence.media import MediaWorker
from evidence.model import Exposure, Item, RedactedCopy, RedactionKind
from evidence.session import films
from evidence.store import Store


def preview(
    store: Store, worker: MediaWorker, item: Item, exposure: Exposure, max_side: int, file_index: int = 0
) -> bytes | None:
    """A picture of one of the item's files in that exposure; None when it is no picture or cannot be decoded.

    Of an original that is no longer kept, the blurred copy is, if there is one. Raises ``vault.not_kept`` where the
    original itself is asked for.
    """
    original = item.files[file_index]
    is_whole = not store.retention.copy_of(original.object_id)
    if films.is_film(item) and not file_index and exposure is Exposure.BLURRED and is_whole:
        return films.poster(store, item, max_side)
    if not original.media_type.startswith("image/") or exposure is Exposure.LEFT_OUT:
        return None
    is_blurred = exposure is Exposure.BLURRED
    copy = store.retention.copy_of(original.object_id) if is_blurred else None
    try:
        with store.open_object(copy or original.object_id) as stream:
            return media.preview(cast(BinaryIO, stream), worker=worker, max_side=max_side, exposure=exposure)
    except EvidenceError as error:
        if error.code.startswith("media.") or (is_blurred and error.code == "vault.not_kept"):
            return None
        raise


def same_content(store: Store, item: Item, *, is_earlier: bool) -> list[Item]:
    """Other exhibits of the same case that hold a file with the same bytes, in order of their numbers: all of them, or
    those that came in before."""
    found: dict[str, Item] = {}
    for file in item.files:
        for other in store.items.same_content(item.case_id, file.digests.sha256):
            if other.id != item.id:
                found[other.id] = other
    others = sorted(found.values(), key=_order)
    return [other for other in others if _order(other) < _order(item)] if is_earlier else others


def _order(item: Item) -> tuple[int, str]:
    """Exhibit numbers grow in length when they run out: A-99, A-100."""
    return len(item.number), item.number


def preview_copy(
    store: Store, worker: MediaWorker, copy: RedactedCopy, exposure: Exposure, max_side: int
) -> bytes | None:  # fmt: skip
    """A redacted copy in that exposure; None when it is no picture."""
    if copy.kind is not RedactionKind.PICTURE or exposure is Exposure.LEFT_OUT:
        return None
    with store.open_object(copy.object_id) as stream:
        return media.preview(cast(BinaryIO, stream), worker=worker, max_side=max_side, exposure=exposure)
