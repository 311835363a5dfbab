"""A case as a place: tags, titles, notes, search, times, what is missing; and how often originals were looked at."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from evidence.capture.clock import Clock
from evidence.digest import digest_bytes
from evidence.errors import EvidenceError
from evidence.model import (
    CustodyEvent,
    EventKind,
    Examiner,
    Exhibit,
    Filter,
    Found,
    Item,
    Lack,
    Looked,
    Match,
    Moment,
    Note,
    Precision,
    TimelineEntry,
)
from evidence.session import arranging, finding
from evidence.session.arranging import Move
from evidence.session.stamping import Record
from evidence.store import MomentRecord, Store

TAG_LENGTH = 40
TITLE_LENGTH = 200
_LIMIT_SETTING = "reveal_limit"
_SHOWN = "shown"
_TIME = re.compile(
    r"(\d{4})(?:[-./년]\s*(\d{1,2})(?:[-./월]\s*(\d{1,2})일?(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?)?)?월?\.?",
    re.ASCII,
)
_NEXT = ("no_exhibit", "held_back", "no_time", "no_address", "no_profile", "no_note", "no_package")
"""Which lack is the next step, the first that applies."""


class Place:
    """The cases of an open vault, as places to be in."""

    def __init__(
        self, store: Store, record: Record, clock: Clock, examiner: Examiner, opened_at: datetime,
        memory: dict[str, tuple[int, list[Lack]]],
    ) -> None:  # fmt: skip
        """``memory`` keeps what was found to be missing, by case, as long as its log does not grow."""
        self._store = store
        self._record = record
        self._clock = clock
        self._examiner = examiner
        self._opened_at = opened_at
        self._memory = memory

    # Tags and titles -----------------------------------------------------------------------------------------------

    def tags(self, item_id: str) -> tuple[str, ...]:
        """The tags of an exhibit."""
        return self._store.shelf.tags(item_id)

    def tags_of_case(self, case_id: str) -> dict[str, int]:
        """Every tag of a case, with how many exhibits have it."""
        return self._store.shelf.tags_of_case(case_id)

    def set_tags(self, item_id: str, tags: Sequence[str]) -> tuple[str, ...]:
        """Give an exhibit these tags and no others. Raises ``tag.too_long``, ``vault.no_such_item``."""
        item = self._store.items.get(item_id)
        wanted = sorted({name for name in (_tidy(tag) for tag in tags) if name})
        if any(len(tag) > TAG_LENGTH for tag in wanted):
            raise EvidenceError("tag.too_long", limit=TAG_LENGTH)
        before = self._store.shelf.tags(item_id)
        if tuple(wanted) != before:
            with self._store.transaction():
                self._remember(item, "tags", json.dumps(before, ensure_ascii=False))
                self._store.shelf.set_tags(item_id, wanted)
        return tuple(wanted)

    def rename(self, item_id: str, title: str) -> Item:
        """Give an exhibit another title. Raises ``title.empty``, ``title.too_long``, ``vault.no_such_item``."""
        item, title = self._store.items.get(item_id), _tidy(title)
        if not title:
            raise EvidenceError("title.empty")
        if len(title) > TITLE_LENGTH:
            raise EvidenceError("title.too_long", limit=TITLE_LENGTH)
        with self._store.transaction():
            self._remember(item, "title", item.title)
            return self._store.items.rename(item_id, title)

    # Notes ---------------------------------------------------------------------------------------------------------

    def notes(self, case_id: str) -> list[Note]:
        """The notes about the whole case, the oldest first."""
        return list(self._store.items.notes(case_id))

    def all_notes(self, case_id: str) -> list[Note]:
        """Every note of a case, about it or about one of its exhibits, the oldest first: what can go into a package."""
        return list(self._store.items.all_notes(case_id))

    def add_note(self, case_id: str, text: str, item_id: str = "") -> Note:
        """Write a note about the case, or about one of its exhibits; the log keeps its digest and when it was written.

        Raises ``note.empty``, ``vault.no_such_case``.
        """
        if not text.strip():
            raise EvidenceError("note.empty")
        self._store.cases.get(case_id)
        note = Note(case_id, item_id, self._clock().at, self._examiner.role.value, text)
        with self._store.transaction():
            self._store.items.add_note(note)
            self._store.shelf.add_change(case_id, item_id, "note", "", note.written_at)
            self._log_words(case_id, item_id, "note_sha256", text)
        return note

    # Finding -------------------------------------------------------------------------------------------------------

    def find(self, case_id: str, wanted: Filter) -> Found:
        """The exhibits and the notes that a filter leaves, as :func:`evidence.session.finding.find`."""
        return finding.find(self._store, case_id, wanted)

    def matches(self, exhibits: Sequence[Exhibit], words: str) -> dict[str, tuple[Match, ...]]:
        """By item id, where in these exhibits the words of a search stand."""
        return finding.matches(self._store, exhibits, words)

    def exhibits_at(self, case_id: str, positions: Sequence[int]) -> list[Exhibit]:
        """The exhibits at these positions, in their order."""
        return list(self._store.shelf.at_positions(case_id, positions))

    def item_ids(self, case_id: str) -> list[str]:
        """The ids of all exhibits of a case, in order of their numbers."""
        return [item_id for item_id, _number in self._store.items.ids(case_id)]

    # Order ---------------------------------------------------------------------------------------------------------

    def is_arranged(self, case_id: str) -> bool:
        """Whether the order is another one than that of the exhibit numbers."""
        return self._store.arrangement.is_arranged(case_id)

    def in_order(self, case_id: str, exhibits: Sequence[Exhibit]) -> list[Exhibit]:
        """These exhibits in the order of the case."""
        return arranging.in_order(self._store, case_id, exhibits)

    def put(self, item_id: str, before_id: str) -> None:
        """Put an exhibit before another one (empty: behind all). Raises ``order.other_case``,
        ``vault.no_such_item``."""
        arranging.put(self._store, item_id, before_id, self._clock().at)

    def put_behind(self, item_id: str, behind_id: str) -> None:
        """Put an exhibit behind another one. Raises as :meth:`put`."""
        arranging.put_behind(self._store, item_id, behind_id, self._clock().at)

    def move(self, item_id: str, to: Move) -> None:
        """Move an exhibit by one place, or to an end. Raises ``vault.no_such_item``."""
        arranging.move(self._store, item_id, to, self._clock().at)

    def order_by_number(self, case_id: str) -> None:
        """Go back to the order of the exhibit numbers."""
        arranging.by_number(self._store, case_id, self._clock().at)

    # Times ---------------------------------------------------------------------------------------------------------

    def set_shown_time(self, item_id: str, shown: str, zone: str = "") -> None:
        """Keep the time that the platform showed, as it was read. An empty one takes it away.

        ``zone`` is an IANA name or ``+09:00``; without it the zone stays unknown, and nothing is converted.
        Raises ``time.not_read``, ``time.unknown_zone``, ``vault.no_such_item``.
        """
        item = self._store.items.get(item_id)
        before = self._store.shelf.moment(item_id, _SHOWN)
        moment = _read_time(shown, zone, item.acquired) if shown.strip() else None
        text = json.dumps([before.shown, before.at, before.is_zone_known, before.precision] if before else [])
        with self._store.transaction():
            self._remember(item, "shown_time", text)
            self._store.shelf.set_moment(item.case_id, item_id, _SHOWN, moment)
            self._log_words(item.case_id, item_id, "shown_time_sha256", f"{shown.strip()} {zone}".strip())

    def shown_time(self, item_id: str) -> TimelineEntry | None:
        """The time that the platform showed, or None where nobody noted one."""
        found = self._store.shelf.moment(item_id, _SHOWN)
        return None if found is None else self._entry(found, {})

    def timeline_length(self, case_id: str) -> int:
        """How many entries the timeline has."""
        return self._store.shelf.timeline_length(case_id)

    def timeline(self, case_id: str, *, after: int = 0, limit: int = -1) -> list[TimelineEntry]:
        """What happened and what was done, by time, without the first ``after``; at most ``limit``."""
        records = self._store.shelf.timeline(case_id, after, limit)
        items: dict[str, Item] = {}
        for record in records:
            if record.item_id and record.item_id not in items:
                items[record.item_id] = self._store.items.get(record.item_id)
        return [self._entry(record, items) for record in records]

    # What is missing, what was looked at, undo ---------------------------------------------------------------------

    def lacks(self, case_id: str) -> list[Lack]:
        """What the case does not have yet; one of them is the next step."""
        size = self._store.log.log_size(case_id)  # whatever changes the answer is in the log
        if self._memory.get(case_id, (-1, []))[0] != size:
            self._memory[case_id] = (size, self._lacks(case_id))
        return self._memory[case_id][1]

    def _lacks(self, case_id: str) -> list[Lack]:
        codes = self._store.shelf.lacks(case_id)
        if "no_exhibit" in codes:
            return [Lack("no_exhibit", is_next=True)]
        following = next((code for code in _NEXT if code in codes), "")
        return [Lack(code, is_next=code == following) for code in codes]

    def looked(self, case_id: str) -> Looked:
        """How often originals were shown without blur: today, since the vault was opened, in this case."""
        now = self._clock()
        midnight = _midnight(now)
        events = {case.id: self._store.log.events_of_kind(case.id, EventKind.REVEALED)
                  for case in self._store.cases.all()}  # fmt: skip
        times = [event.recorded_at for found in events.values() for event in found]
        return Looked(
            today=sum(at >= midnight for at in times),
            sitting=sum(at >= self._opened_at for at in times),
            in_case=len(events.get(case_id, ())),
            limit=int(self._store.settings.get(_LIMIT_SETTING) or 0),
        )

    def looks(self, case_id: str) -> list[CustodyEvent]:
        """Who looked at which original and when, the newest first: for the person to read."""
        return list(reversed(self._store.log.events_of_kind(case_id, EventKind.REVEALED)))

    def set_limit(self, count: int) -> None:
        """How many originals may be shown on a day before the program asks; 0: it never asks.

        Raises ``looking.bad_limit``.
        """
        if not 0 <= count <= 1000:
            raise EvidenceError("looking.bad_limit")
        with self._store.transaction():
            self._store.settings.put(_LIMIT_SETTING, count)

    def can_undo(self, case_id: str) -> str:
        """What the next undoing would take back: ``tags``, ``title``, ``note``, ``shown_time``, ``order``, or
        nothing."""
        change = self._store.shelf.last_change(case_id)
        return change.kind if change else ""

    def undo(self, case_id: str) -> str:
        """Take the last change of tags, titles, notes, shown times or order back; gives what it was.

        The log keeps that a note was written, and says that it was taken back. Raises ``undo.nothing``.
        """
        change = self._store.shelf.last_change(case_id)
        if change is None:
            raise EvidenceError("undo.nothing")
        shelf = self._store.shelf
        with self._store.transaction():
            if change.kind == "tags":
                shelf.set_tags(change.item_id, json.loads(change.before))
            elif change.kind == "title":
                self._store.items.rename(change.item_id, change.before)
            elif change.kind == arranging.ORDER:
                arranging.undo(self._store, case_id, change.item_id, change.before)
            elif change.kind == "note":
                taken = self._store.items.notes(case_id, change.item_id)[-1]
                shelf.remove_newest_note(case_id, change.item_id)
                self._log_words(case_id, change.item_id, "taken_back_sha256", taken.text)
            else:
                before = json.loads(change.before)
                kept = MomentRecord(before[1], _SHOWN, change.item_id, before[0], *before[2:]) if before else None
                shelf.set_moment(case_id, change.item_id, _SHOWN, kept)
                self._log_words(case_id, change.item_id, "shown_time_sha256", before[0] if before else "")
            shelf.forget_change(change.id)
        return change.kind

    def _remember(self, item: Item, kind: str, before: str) -> None:
        self._store.shelf.add_change(item.case_id, item.id, kind, before, self._clock().at)

    def _log_words(self, case_id: str, item_id: str, fact: str, words: str) -> None:
        """The log keeps the digest of what was written and when, not the words."""
        facts = {fact: digest_bytes(words.encode()).sha256}
        self._record(case_id, EventKind.NOTED, item_id=item_id, facts=facts)

    def _entry(self, record: MomentRecord, items: dict[str, Item]) -> TimelineEntry:
        item = items.get(record.item_id)
        return TimelineEntry(
            at=datetime.fromisoformat(record.at).astimezone(UTC),
            kind=record.kind,
            item_id=record.item_id,
            number=item.number if item else "",
            title=item.title if item else "",
            shown=record.shown if record.kind == _SHOWN else "",
            is_zone_known=record.is_zone_known,
            precision=Precision(record.precision),
            utc_offset_s=item.acquired.utc_offset_s if item and record.kind == "acquired" else 0,
        )


def _tidy(words: str) -> str:
    """One line, one space between words, composed characters."""
    return unicodedata.normalize("NFC", " ".join(words.split()))


def _midnight(now: Moment) -> datetime:
    local = now.at + timedelta(seconds=now.utc_offset_s)
    start = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return start - timedelta(seconds=now.utc_offset_s)


def _read_time(shown: str, zone: str, acquired: Moment) -> MomentRecord:
    """A time as it was shown: year, month, day and clock time as far as they were there; never more exact than that."""
    shown = _tidy(shown)
    found = _TIME.fullmatch(shown)
    if found is None:
        raise EvidenceError("time.not_read")
    parts = [int(part) for part in found.groups() if part is not None]
    names = (Precision.YEAR, Precision.MONTH, Precision.DAY, None, Precision.MINUTE, Precision.SECOND)
    precision = names[len(parts) - 1]
    offset = timedelta(seconds=acquired.utc_offset_s)
    try:
        wall = datetime(*(parts + [1, 1][len(parts) - 1 :] if len(parts) < 3 else parts), tzinfo=UTC)  # type: ignore[arg-type,misc]
        at = wall - (_offset(zone, wall) if zone else offset)
    except (ValueError, OverflowError) as problem:
        raise EvidenceError("time.not_read") from problem
    assert precision is not None  # hours never stand without minutes
    return MomentRecord(at.isoformat(), _SHOWN, "", shown, bool(zone), precision.value)


def _offset(zone: str, wall: datetime) -> timedelta:
    """The offset from UTC of a zone at a wall-clock time. Raises ``time.unknown_zone``."""
    fixed = re.fullmatch(r"(?:UTC)?([+-])(\d{1,2}):?(\d{2})?", zone.strip())
    if fixed:
        size = timedelta(hours=int(fixed[2]), minutes=int(fixed[3] or 0))
        return size if fixed[1] == "+" else -size
    if zone.strip() in ("UTC", "Z"):
        return timedelta(0)
    try:
        found = wall.replace(tzinfo=ZoneInfo(zone.strip())).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise EvidenceError("time.unknown_zone") from problem
    return found or timedelta(0)
