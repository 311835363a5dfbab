"""QR codes in pictures that were taken in: read, and their links taken in as exhibits that cite the picture."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from evidence import capture, media
from evidence.capture import Clock
from evidence.digest import canonical_json
from evidence.errors import EvidenceError
from evidence.media import MediaWorker
from evidence.model import Acquisition, EventKind, Item
from evidence.session.stamping import Record
from evidence.store import Store


@dataclass(frozen=True, slots=True)
class FoundCode:
    """The text of one code, and what it says if it is a link (as :func:`evidence.capture.acquire_link` reads it)."""

    text: str
    link: dict[str, str]


def read(
    store: Store, worker: MediaWorker, record: Record, item: Item, cancelled: Callable[[], bool]
) -> list[FoundCode]:
    """The codes in the item's first picture; the log says that it was looked at, and the digest of what was found.

    Raises ``codes.no_picture``, and as :func:`evidence.media.read_codes`.
    """
    original = next((file for file in item.files if file.media_type.startswith("image/")), None)
    if original is None:
        raise EvidenceError("codes.no_picture", number=item.number)
    with store.open_object(original.object_id) as stream:
        texts = media.read_codes(cast(BinaryIO, stream), worker=worker, cancelled=cancelled)
    facts = {
        "looked_for": "qr_codes",
        "original_sha256": original.digests.sha256,
        "found": str(len(texts)),
        "found_sha256": hashlib.sha256(canonical_json(sorted(texts))).hexdigest(),
    }
    with store.transaction():
        record(item.case_id, EventKind.EXAMINED, item_id=item.id, facts=facts)
    return [FoundCode(text, _link(text)) for text in texts]


def links(item: Item, found: Sequence[FoundCode], clock: Clock) -> list[Acquisition]:
    """The links among ``found`` as acquisitions that say which exhibit they were read from."""
    taken = [capture.acquire_link(code.text, clock=clock) for code in found if code.link]
    about = {"read_from": item.number, "read_from_sha256": item.files[0].digests.sha256, "id_source": "from_qr_code"}
    return [replace(each, source=each.source | about) for each in taken]


def _link(text: str) -> dict[str, str]:
    """What the text says as a link; empty when it is none. A name alone (``example.org``) is none."""
    if not text.lower().startswith(("http:", "https:", "tg:")):
        return {}
    try:
        return dict(capture.acquire_link(text).source)
    except EvidenceError:
        return {}
