"""The two tables: UTF-8 with a byte order mark, so that spreadsheet programs read Korean; safe against formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from evidence.i18n import Texts, outcome_of
from evidence.manifest import FileEntry, FileRole, WithheldFile
from evidence.model import Exhibit
from evidence.package.identifiers import Identifier
from evidence.package.labels import name_of

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """``text`` so that no spreadsheet program takes it for a formula: a leading apostrophe where it could."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file (RFC 4180) with every cell quoted."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def items_table(
    t: Texts, exhibits: Sequence[Exhibit], files: Sequence[FileEntry], withheld: Sequence[WithheldFile] = ()
) -> bytes:  # fmt: skip
    """``02_items.csv``: one row for each original; of an exhibit that is handed over redacted one for each original
    that stays sealed, without a file, and one for each copy."""
    header = [
        t("Exhibit"), t("Title"), t("File"), t("Name as found"), t("Type"), t("Size in bytes"), "SHA-256", "SHA-512",
        t("How it came in"), t("Acquired (UTC)"), t("Acquired (local)"), t("Time zone"), t("Collected by"),
        t("Link"), t("Note"), t("Result of scoring"), t("Redacted"),
    ]  # fmt: skip
    by_item: dict[str, list[FileEntry]] = {}
    for entry in files:
        if entry.role in (FileRole.ORIGINAL, FileRole.DERIVED):
            by_item.setdefault(entry.item, []).append(entry)
    rows = []
    for exhibit in exhibits:
        item = exhibit.item
        about = [
            " · ".join(part for part in (name_of(t, "method", item.method), outcome_of(t, item.source)) if part),
            item.acquired.at.isoformat(), item.acquired.local,
            item.acquired.timezone, name_of(t, "role", item.examiner.role), item.source.get("url", ""), item.note,
            name_of(t, "band", exhibit.score.band) if exhibit.score else "",
        ]  # fmt: skip
        for kept in (each for each in withheld if each.item == item.number):
            rows.append([
                item.number, item.title, "", "", kept.media_type, str(kept.size), kept.sha256, kept.sha512, *about,
                t("original, stays sealed in the vault"),
            ])  # fmt: skip
        for entry in by_item.get(item.number, ()):
            is_copy = entry.role is FileRole.DERIVED
            rows.append([
                item.number, item.title, entry.path, entry.original_name, entry.media_type, str(entry.size),
                entry.sha256, entry.sha512, *about,
                t("redacted copy of {sha256}", sha256=entry.derived_from_sha256) if is_copy else "",
            ])  # fmt: skip
        if item.number not in by_item:
            rows.append([item.number, item.title, "", "", "", "", "", "", *about, ""])
    return table(header, rows)


def identifiers_table(t: Texts, identifiers: Sequence[Identifier]) -> bytes:
    """``03_identifiers.csv``: one row for each identifier."""
    header = [t("Kind"), t("Value"), t("Field"), t("Basis"), t("Exhibits")]
    return table(
        header,
        ([each.kind_name(t), each.value, each.field, each.basis_name(t), ", ".join(each.exhibits)]
         for each in identifiers),
    )  # fmt: skip
