"""Redacted copies: made beside the sealed original, checked, logged, taken back."""

from __future__ import annotations

import io
import random
import wave
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from support.errors import code_of

from evidence.digest import digest_bytes
from evidence.model import EventKind, Fill, Item, MarkedArea, RedactionKind, RedactionWish
from evidence.redaction import is_commitment_to
from evidence.session import Kept, Session

AREA = RedactionWish(areas=(MarkedArea(70, 10, 20, 20), MarkedArea(200, 100, 40, 40, Fill.FLAT)))
SECRET = "GPS 37.5665 holdfast-secret-marker"


def picture(side: tuple[int, int] = (300, 200), *, turned: bool = False) -> bytes:
    """A drawn pattern as JPEG with metadata that must not survive."""
    image = Image.frombytes("RGB", side, random.Random(1).randbytes(side[0] * side[1] * 3))
    exif = Image.Exif()
    exif[0x010E] = SECRET
    if turned:
        exif[0x0112] = 6
    target = io.BytesIO()
    image.save(target, "JPEG", quality=90, exif=exif, comment=SECRET.encode())
    return target.getvalue()


def item_of(session: Session, folder: Path, data: bytes, name: str = "one.jpg") -> Item:
    path = folder / name
    path.write_bytes(data)
    [item] = session.add_files(session.create_case("one").id, [path])
    return item


def stored(session: Session, object_id: str) -> bytes:
    with session._store.open_object(object_id) as stream:
        return stream.read()


def test_a_picture_is_covered_and_the_original_untouched(
    session: Session, tmp_path: Path, reopen: Callable[[], Session]
) -> None:
    data = picture(turned=True)
    item = item_of(session, tmp_path, data)
    assert session.picture_size(item.id) == (200, 300)
    wish = RedactionWish(areas=(MarkedArea(70, 10, 20, 20), MarkedArea(100, 200, 40, 40, Fill.FLAT)))
    copy = session.redact(item.id, wish)
    made = stored(session, copy.object_id)
    assert (copy.kind, copy.media_type, copy.digests) == (RedactionKind.PICTURE, "image/png", digest_bytes(made))
    assert copy.facts == {"areas": "2", "black": "1", "flat": "1", "tiles": "20", "tiles_hidden": "3"}
    assert SECRET.encode() not in made
    with Image.open(io.BytesIO(made)) as image:
        assert (image.size, image.info, len(image.getexif())) == ((200, 300), {}, 0)
        pixels = image.load()
        assert pixels is not None and pixels[80, 20] == (0, 0, 0) and pixels[10, 10] != (0, 0, 0)
    assert stored(session, item.files[0].object_id) == data
    kinds = [event.kind for event in session.events(item.case_id, item.id)]
    assert kinds == [EventKind.ACQUIRED, EventKind.COMMITTED, EventKind.REDACTED]
    fixed, event = session.events(item.case_id, item.id)[1:]
    assert fixed.facts["original_sha256"] == event.facts["original_sha256"] == digest_bytes(data).sha256
    assert (event.facts["copy_sha256"], event.facts["record_sha256"]) == (copy.digests.sha256, copy.record_sha256)
    assert session.check().findings == ()
    session.lock()
    with reopen() as again:
        assert again.redactions(item.id) == [copy]
        assert stored(again, copy.object_id) == made


def test_later_copies_rest_on_the_same_commitment(session: Session, tmp_path: Path) -> None:
    item = item_of(session, tmp_path, picture())
    [root] = session.commit_parts(item.id)
    assert session.commit_parts(item.id) == [root]
    first = session.redact(item.id, AREA)
    second = session.redact(item.id, RedactionWish(areas=(MarkedArea(0, 0, 1, 1),)))
    assert session.redactions(item.id) == [second, first]
    kinds = [event.kind for event in session.events(item.case_id, item.id)]
    assert kinds == [EventKind.ACQUIRED, EventKind.COMMITTED, EventKind.REDACTED, EventKind.REDACTED]
    [newest] = session._store.redactions.newest(item.id)
    assert newest.copy == second and digest_bytes(newest.record).sha256 == second.record_sha256


def test_with_the_seed_anyone_can_confirm_it(session: Session, tmp_path: Path) -> None:
    item = item_of(session, tmp_path, picture())
    assert session.redaction_seeds(item.id) == []
    copy = session.redact(item.id, AREA)
    [shown] = session.redaction_seeds(item.id)
    assert shown.is_confirmed and shown.original_sha256 == copy.original_sha256
    with Image.open(io.BytesIO(picture())) as image:
        pixels = image.convert("RGB").tobytes()
    assert is_commitment_to(shown.root, pixels, 300, 200, bytes.fromhex(shown.seed))
    event = session.events(item.case_id, item.id)[-1]
    assert (event.kind, event.facts) == (EventKind.REVEALED, {"seed_of": copy.original_sha256})


def test_a_copy_is_taken_back_and_the_log_says_so(session: Session, tmp_path: Path) -> None:
    item = item_of(session, tmp_path, picture())
    first, second = session.redact(item.id, AREA), session.redact(item.id, AREA)
    session.take_back_redaction(item.id, second.id)
    assert session.redactions(item.id) == [first]
    assert session.events(item.case_id, item.id)[-1].kind is EventKind.WITHDRAWN
    assert code_of(lambda: session._store.open_object(second.object_id)) == "vault.object_missing"
    assert code_of(lambda: session.take_back_redaction(item.id, second.id)) == "redaction.unknown"
    session.keep_less(item.id, Kept.COPY)
    assert session.redactions(item.id) == [first]
    session.keep_less(item.id, Kept.DIGEST)
    assert session.redactions(item.id) == [] and session._store.redactions.commitment(item.id, 0) is None
    assert session.check().findings == ()


def test_a_text_loses_its_passages(session: Session, tmp_path: Path) -> None:
    chat = "2026-03-01, 김하늘 : 안녕\n2026-03-01, 이웃 : 네\n".encode()
    item = item_of(session, tmp_path, chat, "chat.txt")
    copy = session.redact(item.id, RedactionWish(texts=("김하늘",)))
    assert stored(session, copy.object_id).decode() == "2026-03-01, █████ : 안녕\n2026-03-01, 이웃 : 네\n"
    assert (copy.kind, copy.media_type) == (RedactionKind.TEXT, "text/plain")
    assert copy.facts == {"passages": "1", "lines": "2", "lines_hidden": "1"}


def test_recordings_lose_their_sound(session: Session, tmp_path: Path) -> None:
    target = io.BytesIO()
    with wave.open(target, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(8000)
        made.writeframes(random.Random(4).randbytes(32000))
    item = item_of(session, tmp_path, target.getvalue(), "call.wav")
    copy = session.redact(item.id, RedactionWish(silences=((500, 999),)))
    assert (copy.kind, copy.media_type, copy.facts) == (RedactionKind.SOUND, "audio/x-wav", {"silences": "1"})
    kept = stored(session, copy.object_id)
    assert kept[44:8044] == target.getvalue()[44:8044] and not any(kept[8044:16044])
    assert session.commit_parts(item.id) == [] and session.redactable(item.id) == [RedactionKind.SOUND]
    kinds = [event.kind for event in session.events(item.case_id, item.id)]
    assert kinds == [EventKind.ACQUIRED, EventKind.REDACTED]
    assert code_of(lambda: session.redact(item.id, RedactionWish(mute=True))) == "redaction.wrong_kind"
    assert session.check().findings == ()


def test_what_cannot_be_redacted_is_refused_and_leaves_nothing(session: Session, tmp_path: Path, vault: Path) -> None:
    item = item_of(session, tmp_path, picture())
    other = item_of(session, tmp_path, bytes(range(256)), "one.bin")
    before = sorted(path.name for path in vault.rglob("objects/*/*"))
    assert code_of(lambda: session.redact(item.id, RedactionWish())) == "redaction.nothing_marked"
    assert code_of(lambda: session.redact(item.id, RedactionWish(texts=("abc",)))) == "redaction.wrong_kind"
    assert code_of(lambda: session.redact(item.id, AREA, file_index=1)) == "redaction.no_such_file"
    assert code_of(lambda: session.redact(other.id, AREA)) == "redaction.no_kind"
    outside = RedactionWish(areas=(MarkedArea(290, 0, 20, 20),))
    assert code_of(lambda: session.redact(item.id, outside)) == "redaction.outside"
    damaged = item_of(session, tmp_path, picture()[:2000] + b"\0" * 10, "two.jpg")
    assert code_of(lambda: session.redact(damaged.id, AREA)) == "media.undecodable"
    assert session.redactions(item.id) == []
    assert set(before) <= {path.name for path in vault.rglob("objects/*/*")}
    assert [event.kind for event in session.events(item.case_id, item.id)] == [EventKind.ACQUIRED]
    assert session.check().findings == ()


def test_a_changed_row_is_found(session: Session, tmp_path: Path) -> None:
    item = item_of(session, tmp_path, picture())
    session.redact(item.id, AREA)
    with session._store.transaction():
        session._store._database.write("UPDATE redactions SET record = ?", (b"{}",))
    assert [finding.code for finding in session.check().findings] == ["vault.damage.redaction"]
