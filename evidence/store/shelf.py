"""How the exhibits of a case are found again: tags, search, and the changes that can be undone.

Every writing method stands inside the vault's ``transaction()``.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence.model import Exhibit, Filter, Item, Note, ScoreReport, Standing
from evidence.store.database import Database
from evidence.store.migrations import BAND, FAILED, KIND
from evidence.store.records import decode

TRIGRAM = 3
"""Characters below which the index of three-character pieces finds nothing; such words are looked for one by one."""


_TIMELINE = """
SELECT at, kind, item_id, shown, is_zone_known, precision FROM moments WHERE case_id = ?1
UNION ALL SELECT acquired_at, 'acquired', id, '', 1, 'second' FROM items WHERE case_id = ?1
UNION ALL SELECT created_at, 'package', '', id, 1, 'second' FROM packages WHERE case_id = ?1
UNION ALL SELECT stamped_at, 'time_confirmed', '', '', 1, 'second' FROM tokens
    WHERE log = (SELECT id FROM logs WHERE name = ?1)
ORDER BY 1 LIMIT ?2 OFFSET ?3"""
"""Everything with a time, the oldest first; times are ISO 8601 in UTC, so that text order is time order."""

_LACKS = {
    "no_exhibit": "SELECT NOT EXISTS (SELECT 1 FROM items WHERE case_id = ?1)",
    "no_address": """SELECT NOT EXISTS (SELECT 1 FROM items WHERE case_id = ?1
        AND json_valid(CAST(canonical AS TEXT)) AND coalesce(json_extract(CAST(canonical AS TEXT), '$.source.url'),
            json_extract(CAST(canonical AS TEXT), '$.source.download_url')) IS NOT NULL)""",
    "no_profile": """SELECT NOT EXISTS (SELECT 1 FROM items WHERE case_id = ?1
        AND json_valid(CAST(canonical AS TEXT)) AND json_extract(CAST(canonical AS TEXT), '$.source.link_kind')
            IN ('account', 'open_profile', 'bot', 'channel'))""",
    "no_access": """SELECT EXISTS (SELECT 1 FROM items WHERE case_id = ?1
        AND json_valid(CAST(canonical AS TEXT)) AND json_extract(CAST(canonical AS TEXT), '$.lawful_access') = '')""",
    "no_note": "SELECT NOT EXISTS (SELECT 1 FROM notes WHERE case_id = ?1 AND item_id IS NULL)",
    "no_time": "SELECT NOT EXISTS (SELECT 1 FROM tokens WHERE log = (SELECT id FROM logs WHERE name = ?1))",
    "no_package": "SELECT NOT EXISTS (SELECT 1 FROM packages WHERE case_id = ?1)",
    "held_back": "SELECT EXISTS (SELECT 1 FROM quarantine CROSS JOIN items ON items.id = item_id WHERE case_id = ?1)",
    "not_scored": """SELECT EXISTS (SELECT 1 FROM items WHERE case_id = ?1
        AND id NOT IN (SELECT item_id FROM scores) AND id NOT IN (SELECT item_id FROM quarantine)
        AND method IN ('live_capture', 'screen_recording', 'file_import', 'paste_import'))""",
}
"""What a case lacks, each as a question to the records."""


@dataclass(frozen=True, slots=True)
class MomentRecord:
    """One entry of the timeline. ``shown`` is what stood there, or the package's id."""

    at: str
    kind: str
    item_id: str
    shown: str
    is_zone_known: bool
    precision: str


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """A change that can be undone: what it was about, and what stood there before, as text."""

    id: int
    kind: str
    item_id: str
    before: str


class Shelf:
    """Tags, search and undo of all cases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tags(self, item_id: str) -> tuple[str, ...]:
        """The tags of an item, in order of the alphabet."""
        rows = self._database.rows("SELECT tag FROM tags WHERE item_id = ? ORDER BY tag", (item_id,))
        return tuple(str(tag) for (tag,) in rows)

    def set_tags(self, item_id: str, tags: Sequence[str]) -> None:
        """Replace the tags of an item."""
        self._database.write("DELETE FROM tags WHERE item_id = ?", (item_id,))
        self._database.write_many("INSERT OR IGNORE INTO tags VALUES (?, ?)", [(item_id, tag) for tag in tags])

    def tags_of_case(self, case_id: str) -> dict[str, int]:
        """Every tag of a case with the number of its items, in order of the alphabet."""
        rows = self._database.rows(
            "SELECT tag, count(*) FROM tags CROSS JOIN items ON items.id = item_id WHERE case_id = ? GROUP BY tag"
            " ORDER BY tag",
            (case_id,),
        )
        return {str(tag): int(count) for tag, count in rows}

    def add_change(self, case_id: str, item_id: str, kind: str, before: str, at: datetime) -> None:
        """Remember what stood there before a change."""
        self._database.write(
            "INSERT INTO changes (case_id, item_id, kind, before, done_at) VALUES (?, ?, ?, ?, ?)",
            (case_id, item_id, kind, before, at.isoformat()),
        )

    def last_change(self, case_id: str) -> ChangeRecord | None:
        """The newest change of a case that was not undone."""
        row = self._database.row(
            "SELECT id, kind, item_id, before FROM changes WHERE case_id = ? ORDER BY id DESC LIMIT 1", (case_id,)
        )
        return None if row is None else ChangeRecord(int(row[0]), str(row[1]), str(row[2]), str(row[3]))

    def forget_change(self, change_id: int) -> None:
        """A change was undone."""
        self._database.write("DELETE FROM changes WHERE id = ?", (change_id,))

    def remove_newest_note(self, case_id: str, item_id: str) -> None:
        """Take the newest note about an item (the empty id: about the case) away again."""
        self._database.write(
            "DELETE FROM notes WHERE id = (SELECT max(id) FROM notes WHERE case_id = ? AND item_id IS ?)",
            (case_id, item_id or None),
        )

    def set_moment(self, case_id: str, item_id: str, kind: str, moment: MomentRecord | None) -> None:
        """Keep when something about an item happened, as a person read it; None takes that away."""
        self._database.write("DELETE FROM moments WHERE item_id = ? AND kind = ?", (item_id, kind))
        if moment is not None:
            self._database.write(
                "INSERT INTO moments VALUES (?, ?, ?, ?, ?, ?, ?)",
                (case_id, item_id, kind, moment.at, moment.shown, moment.is_zone_known, moment.precision),
            )

    def moment(self, item_id: str, kind: str) -> MomentRecord | None:
        """One time of an item."""
        row = self._database.row(
            "SELECT at, kind, item_id, shown, is_zone_known, precision FROM moments WHERE item_id = ? AND kind = ?",
            (item_id, kind),
        )
        return None if row is None else MomentRecord(row[0], row[1], row[2], row[3], bool(row[4]), row[5])

    def timeline_length(self, case_id: str) -> int:
        """How many entries :meth:`timeline` has."""
        row = self._database.row(
            "SELECT (SELECT count(*) FROM moments WHERE case_id = ?1) + (SELECT count(*) FROM items WHERE case_id = ?1)"
            " + (SELECT count(*) FROM packages WHERE case_id = ?1)"
            " + (SELECT count(*) FROM tokens WHERE log = (SELECT id FROM logs WHERE name = ?1))",
            (case_id,),
        )
        return int(row[0]) if row else 0

    def timeline(self, case_id: str, after: int, limit: int) -> tuple[MomentRecord, ...]:
        """Entries by time, without the first ``after``, ``limit`` at most."""
        rows = self._database.rows(_TIMELINE, (case_id, limit, after))
        return tuple(MomentRecord(row[0], row[1], row[2], row[3], bool(row[4]), row[5]) for row in rows)

    def lacks(self, case_id: str) -> tuple[str, ...]:
        """The codes of what a case lacks, in the order of ``_LACKS``."""
        found = []
        for code, question in _LACKS.items():
            row = self._database.row(question, (case_id,))
            if row and row[0]:
                found.append(code)
        return tuple(found)

    def find(self, case_id: str, words: Sequence[str], wanted: Filter, *, is_arranged: bool) -> tuple[int, ...]:
        """The positions of the items in whose title, notes, links, file names or tags every word stands, in any form of
        writing that Unicode calls the same, and that the rest of ``wanted`` fits; in their order."""
        tag, method, is_scored = wanted.tag, wanted.method, wanted.is_scored
        # The plus keeps SQLite from walking through the whole case: what the words and the tag leave is looked up.
        is_narrowed = bool(words or tag or wanted.band or wanted.standing is Standing.HELD_BACK)
        sql = ["SELECT position FROM items WHERE", "+case_id = ?" if is_narrowed else "case_id = ?"]
        values = [case_id]
        for word in words:
            clause, given = _having(word)
            tagged = " OR ".join(["tag LIKE ? ESCAPE '\\'"] * len(_forms(word)))
            sql += ["AND id IN (SELECT item_id FROM searchable WHERE", _PLUS[_is_short(word)], "AND (", clause, ")"]
            sql += ["UNION SELECT item_id FROM tags WHERE", tagged, ")"]
            values += [case_id, *given, *(_like(form) for form in _forms(word))]
        if tag:
            sql.append("AND id IN (SELECT item_id FROM tags WHERE tag = ?)")
            values.append(tag)
        if method:
            sql.append("AND method = ?")
            values.append(method)
        if is_scored is not None:
            sql += ["AND id", "IN" if is_scored else "NOT IN", "(SELECT item_id FROM scores)"]
        if wanted.band:
            sql += ["AND id IN (SELECT item_id FROM scores WHERE", BAND, "= ? AND id =",
                    "(SELECT max(id) FROM scores AS newer WHERE newer.item_id = scores.item_id))"]  # fmt: skip
            values.append(wanted.band)
        if wanted.kind:
            sql += ["AND", KIND, "= ?"]
            values.append(wanted.kind)
        if wanted.standing is Standing.FAILED:
            sql += ["AND", FAILED, "= 1"]
        if wanted.standing is Standing.HELD_BACK:
            sql.append("AND id IN (SELECT item_id FROM quarantine)")
        sql.append("ORDER BY")
        if is_arranged:
            sql.append("(SELECT place FROM arranged WHERE arranged.id = items.id),")
        # This plus keeps it from walking through the whole case in order where an index knows those that are wanted.
        rows = self._database.rows(" ".join([*sql, "+position"]), values)
        return tuple(int(position) for (position,) in rows)

    def find_notes(self, case_id: str, words: Sequence[str]) -> tuple[Note, ...]:
        """The notes about the whole case in which every word stands, the oldest first."""
        sql = ["SELECT written_at, author, notes.text, notes.id FROM notes WHERE case_id = ? AND item_id IS NULL"]
        values: list[object] = [case_id]
        for word in words:
            clause, given = _having(word)
            sql += ["AND notes.id IN (SELECT note_id FROM searchable WHERE case_id = ? AND (", clause, "))"]
            values += [case_id, *given]
        rows = self._database.rows(" ".join([*sql, "ORDER BY notes.id"]), values)
        return tuple(
            Note(case_id, "", datetime.fromisoformat(at), author, text, int(own)) for at, author, text, own in rows
        )

    def at_positions(self, case_id: str, positions: Sequence[int]) -> tuple[Exhibit, ...]:
        """The exhibits at these positions, in the order in which they are given."""
        rows = self._database.rows(
            "SELECT canonical, (SELECT canonical FROM scores WHERE item_id = items.id ORDER BY id DESC LIMIT 1),"
            " position FROM items WHERE case_id = ? AND position IN (SELECT value FROM json_each(?))",
            (case_id, json.dumps(list(positions))),
        )
        found = {
            int(position): Exhibit(
                item=decode(item, Item), score=None if score is None else decode(score, ScoreReport)
            )
            for item, score, position in rows
        }
        return tuple(found[position] for position in positions if position in found)


_PLUS = {True: "case_id = ?", False: "+case_id = ?"}


def _is_short(word: str) -> bool:
    """Whether a word is too short for the index, in one of its forms."""
    return min(len(unicodedata.normalize(form, word)) for form in ("NFC", "NFD")) < TRIGRAM


def _forms(word: str) -> list[str]:
    """A word composed and decomposed."""
    return list(dict.fromkeys(unicodedata.normalize(form, word) for form in ("NFC", "NFD")))


def _like(word: str) -> str:
    """A pattern of LIKE for whatever holds ``word``."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _having(word: str) -> tuple[str, list[str]]:
    """A condition on ``searchable`` for one word, composed and decomposed (Korean file names of a Mac are)."""
    forms = _forms(word)
    if _is_short(word):
        return " OR ".join(["text LIKE ? ESCAPE '\\'"] * len(forms)), [_like(form) for form in forms]
    quoted = " OR ".join('"' + form.replace('"', '""') + '"' for form in forms)
    return "id IN (SELECT rowid FROM words WHERE words MATCH ?)", [quoted]
