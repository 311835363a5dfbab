"""Redacted copies: made of the sealed original, checked by a second pass, sealed beside it, and logged."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from typing import BinaryIO, cast
from uuid import uuid4

from evidence import media
from evidence.digest import canonical_json
from evidence.errors import EvidenceError
from evidence.media import MediaLimits, MediaWorker
from evidence.model import (
    CommittedFile,
    CopyForPackage,
    EventKind,
    Item,
    OriginalFile,
    RedactedCopy,
    RedactionKind,
    RedactionWish,
    Tool,
)
from evidence.redaction import (
    SEED_SIZE,
    Redacted,
    Redaction,
    Silence,
    check_redaction,
    read_text,
    redact_picture,
    redact_text,
    root_of_picture,
    root_of_text,
)
from evidence.session.stamping import Record
from evidence.store import Commitment, Store

LIMITS = MediaLimits(max_pixels=60_000_000)
"""A copy is made in memory, losslessly."""
PROVABLE = (RedactionKind.PICTURE, RedactionKind.TEXT)
"""Kinds of which every part that is left can be proven to be the original's."""
_MOST_BYTES = 64 << 20


def kind_of(original: OriginalFile) -> RedactionKind | None:
    """What kind of copy can be made of a file; None: none can."""
    if original.media_type in media.FILM_TYPES:
        return RedactionKind.FILM
    if original.media_type in media.SOUND_TYPES:
        return RedactionKind.SOUND
    group = original.media_type.partition("/")[0]
    return {"image": RedactionKind.PICTURE, "text": RedactionKind.TEXT}.get(group)


def redact(
    store: Store,
    worker: MediaWorker,
    tool: Tool,
    record: Record,
    at: datetime,
    item: Item,
    wish: RedactionWish,
    file_index: int,
    cancelled: Callable[[], bool],
) -> RedactedCopy:
    """Make a redacted copy of one file of ``item``, check it anew, and keep it.

    The first copy of an original makes the log fix its root beforehand (COMMITTED). Raises :class:`EvidenceError`
    ``redaction.no_such_file``, ``redaction.no_kind``, ``redaction.wrong_kind``, ``redaction.decodes_differently``,
    ``redaction.recheck_failed``, those of :mod:`evidence.redaction`, of decoding and of the vault.
    """
    original, kind = _file_of(item, file_index)
    _require_fitting(wish, kind)
    known = store.redactions.commitment(item.id, file_index)
    seed = known.seed if known else secrets.token_bytes(SEED_SIZE)
    if kind in PROVABLE:
        parts = _Parts.read(store, worker, original, kind, cancelled)
        made = parts.without(wish, seed, original.digests.sha256, tool)
        if known is not None and known.root != made.record.root:
            raise EvidenceError("redaction.decodes_differently")
    else:
        made = _without_sound(store, original, kind, wish, tool, cancelled)
    _check_again(worker, made, cancelled)
    written = canonical_json(made.record)
    sealed = store.put_object(BytesIO(made.data), expected_size=len(made.data))
    try:
        copy = RedactedCopy(
            id=str(uuid4()), item_id=item.id, file_index=file_index, kind=kind, made_at=at, media_type=made.media_type,
            digests=sealed.digests, original_sha256=original.digests.sha256,
            record_sha256=hashlib.sha256(written).hexdigest(), object_id=sealed.object_id,
            facts=facts_of(made.record),
        )  # fmt: skip
        with store.transaction():
            if known is None and kind in PROVABLE:
                _commit(store, record, item, file_index, kind, Commitment(seed, made.record.root))
            store.redactions.add(CopyForPackage(copy, written))
            record(item.case_id, EventKind.REDACTED, item_id=item.id, facts=_event_facts(copy))
    except BaseException:
        with suppress(EvidenceError, ValueError):
            store.delete_object(sealed.object_id)
        raise
    return copy


def commit(
    store: Store, worker: MediaWorker, record: Record, item: Item, cancelled: Callable[[], bool]
) -> list[str]:  # fmt: skip
    """Let the log fix the root of every file of ``item`` of which parts can be proven, where it has not yet: the
    earlier, the more a time stamp over the log says. Gives the roots. Raises those of reading and decoding."""
    roots: list[str] = []
    for file_index, original in enumerate(item.files):
        kind = kind_of(original)
        known = store.redactions.commitment(item.id, file_index)
        if kind is None or kind not in PROVABLE:
            continue
        if known is None:
            seed = secrets.token_bytes(SEED_SIZE)
            known = Commitment(seed, _Parts.read(store, worker, original, kind, cancelled).root(seed))
            with store.transaction():
                _commit(store, record, item, file_index, kind, known)
        roots.append(known.root)
    return roots


def show_seeds(
    store: Store, worker: MediaWorker, record: Record, item: Item, cancelled: Callable[[], bool]
) -> list[CommittedFile]:  # fmt: skip
    """Compute anew, from the sealed originals, what the log has fixed of them, and hand out the seeds: for those who
    may see the original and want to confirm a copy. The log says so. Raises those of reading and decoding."""
    shown: list[CommittedFile] = []
    for file_index, original in enumerate(item.files):
        kind, known = kind_of(original), store.redactions.commitment(item.id, file_index)
        if kind is None or known is None:
            continue
        root = _Parts.read(store, worker, original, kind, cancelled).root(known.seed)
        shown.append(
            CommittedFile(
                file_index, original.digests.sha256, known.root, known.seed.hex(), is_confirmed=root == known.root
            )
        )  # fmt: skip
    if shown:
        with store.transaction():
            facts = {"seed_of": ",".join(each.original_sha256 for each in shown)}
            record(item.case_id, EventKind.REVEALED, item_id=item.id, facts=facts)
    return shown


def take_back(store: Store, record: Record, item: Item, name: str) -> None:
    """Take a redacted copy back: it is erased, and the log says so. Raises ``redaction.unknown``."""
    copy = store.redactions.get(item.id, name)
    with store.transaction():
        store.redactions.remove(copy)
        record(item.case_id, EventKind.WITHDRAWN, item_id=item.id, facts=_event_facts(copy))


def take_all_back(store: Store, record: Record, item: Item) -> None:
    """Inside a transaction: take every copy back and forget the seeds, for an item of which less is kept."""
    for copy in store.redactions.of_item(item.id):
        record(item.case_id, EventKind.WITHDRAWN, item_id=item.id, facts=_event_facts(copy))
    store.redactions.forget(item.id)


def size_of(store: Store, worker: MediaWorker, item: Item, file_index: int) -> tuple[int, int]:
    """Width and height of the upright picture, in the pixels in which areas are marked."""
    original, kind = _file_of(item, file_index)
    if kind is not RedactionKind.PICTURE:
        raise EvidenceError("redaction.wrong_kind")
    with store.open_object(original.object_id) as stream:
        picture = media.decode_image(cast(BinaryIO, stream), worker=worker, limits=LIMITS)
    return picture.width, picture.height


def facts_of(record: Redaction) -> dict[str, str]:
    """What was done, counted."""
    if record.picture is not None:
        proof = record.picture
        black = sum(area.colour == "000000" for area in proof.areas)
        return {
            "areas": str(len(proof.areas)), "black": str(black), "flat": str(len(proof.areas) - black),
            "tiles": str(len(proof.tiles)), "tiles_hidden": str(len(proof.hidden)),
        }  # fmt: skip
    if record.text is not None:
        text = record.text
        return {
            "passages": str(text.passages), "lines": str(len(text.lines)), "lines_hidden": str(len(text.hidden)),
        }  # fmt: skip
    return {"silences": str(len(record.silences))} if record.silences else {"sound": "removed"}


def _without_sound(
    store: Store, original: OriginalFile, kind: RedactionKind, wish: RedactionWish, tool: Tool,
    cancelled: Callable[[], bool],
) -> Redacted:  # fmt: skip
    """A film without its sound, or a sound recording with silent parts; the rooms below check what they made."""
    with store.open_object(original.object_id) as opened:
        stream = cast(BinaryIO, opened)
        if kind is RedactionKind.FILM:
            data, media_type = media.mute_film(stream, original.media_type, cancelled=cancelled)
        else:
            data, media_type = (
                media.silence_sound(stream, original.media_type, wish.silences, cancelled=cancelled), "audio/x-wav",
            )  # fmt: skip
    record = Redaction(
        kind=kind, original_sha256=original.digests.sha256, copy_sha256=hashlib.sha256(data).hexdigest(), root="",
        tool=tool, silences=tuple(Silence(first, last) for first, last in wish.silences),
    )  # fmt: skip
    return Redacted(data, media_type, record)


class _Parts:
    """An original as the parts that are committed to."""

    def __init__(self, data: bytes, width: int = 0, height: int = 0, notes: tuple[str, ...] = ()) -> None:
        self._data = data
        self._width, self._height, self._notes = width, height, notes

    @classmethod
    def read(
        cls, store: Store, worker: MediaWorker, original: OriginalFile, kind: RedactionKind,
        cancelled: Callable[[], bool],
    ) -> _Parts:  # fmt: skip
        with store.open_object(original.object_id) as opened:
            stream = cast(BinaryIO, opened)
            if kind is RedactionKind.PICTURE:
                picture = media.decode_image(stream, worker=worker, limits=LIMITS, cancelled=cancelled)
                return cls(picture.rgb.tobytes(), picture.width, picture.height, picture.notes)
            data = stream.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise EvidenceError("redaction.text_too_long", most=_MOST_BYTES >> 20)
        return cls(data)

    def root(self, seed: bytes) -> str:
        if self._width:
            return root_of_picture(self._data, self._width, self._height, seed)
        return root_of_text(read_text(self._data)[0], seed)

    def without(self, wish: RedactionWish, seed: bytes, sha256: str, tool: Tool) -> Redacted:
        if self._width:
            return redact_picture(
                self._data, self._width, self._height, wish.areas, seed=seed, original_sha256=sha256, tool=tool,
                decoding=self._notes,
            )  # fmt: skip
        return redact_text(self._data, wish.texts, seed=seed, original_sha256=sha256, tool=tool)


def _check_again(worker: MediaWorker, made: Redacted, cancelled: Callable[[], bool]) -> None:
    """The second pass, on the bytes as they will be handed over: the strict reader finds nothing but covered and
    proven parts, and the decoder that everyone uses sees a picture of that size and no metadata. Raises
    :class:`EvidenceError` ``redaction.recheck_failed``."""
    checked = check_redaction(made.record, BytesIO(made.data))
    is_covered = checked.hidden or made.record.kind not in PROVABLE
    problem = checked.problem or ("" if is_covered else "nothing_covered")
    proof = made.record.picture
    if not problem and proof is not None:
        seen = media.decode_image(BytesIO(made.data), worker=worker, limits=LIMITS, cancelled=cancelled)
        if (seen.width, seen.height, seen.notes, seen.frames) != (proof.width, proof.height, (), 1):
            problem = "seen_otherwise"
    if problem:
        raise EvidenceError("redaction.recheck_failed", problem=problem)


def _file_of(item: Item, file_index: int) -> tuple[OriginalFile, RedactionKind]:
    if not 0 <= file_index < len(item.files):
        raise EvidenceError("redaction.no_such_file", number=item.number)
    original = item.files[file_index]
    kind = kind_of(original)
    if kind is None:
        raise EvidenceError("redaction.no_kind", media_type=original.media_type)
    return original, kind


def _require_fitting(wish: RedactionWish, kind: RedactionKind) -> None:
    given = {
        RedactionKind.PICTURE: bool(wish.areas), RedactionKind.TEXT: bool(wish.texts), RedactionKind.FILM: wish.mute,
        RedactionKind.SOUND: bool(wish.silences),
    }  # fmt: skip
    if not any(given.values()):
        raise EvidenceError("redaction.nothing_marked")
    if any(is_given for each, is_given in given.items() if each is not kind):
        raise EvidenceError("redaction.wrong_kind")


def _commit(
    store: Store, record: Record, item: Item, file_index: int, kind: RedactionKind, commitment: Commitment
) -> None:  # fmt: skip
    store.redactions.commit(item.id, file_index, commitment)
    facts = {
        "original_sha256": item.files[file_index].digests.sha256,
        "root": commitment.root,
        "parts": "tiles" if kind is RedactionKind.PICTURE else "lines",
    }
    record(item.case_id, EventKind.COMMITTED, item_id=item.id, facts=facts)


def _event_facts(copy: RedactedCopy) -> dict[str, str]:
    return {
        "kind": copy.kind.value, "original_sha256": copy.original_sha256, "copy_sha256": copy.digests.sha256,
        "record_sha256": copy.record_sha256,
    }  # fmt: skip
