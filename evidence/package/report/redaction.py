"""What an exhibit's section says when it is handed over redacted."""

from __future__ import annotations

from collections.abc import Sequence

from evidence.i18n import Texts
from evidence.manifest import redaction_path
from evidence.model import CopyForPackage, EventKind, Item, RedactedCopy, RedactionKind
from evidence.package.labels import digest_lines
from evidence.package.names import copy_path
from evidence.package.report import sheet as page
from evidence.package.report.content import ReportContent
from evidence.package.report.sheet import Sheet


def write_redaction(
    t: Texts, sheet: Sheet, content: ReportContent, item: Item, copies: Sequence[CopyForPackage]
) -> None:  # fmt: skip
    """That it is redacted, what was done, which original it was made of, and where that one is."""
    sheet.heading(t("Redacted"), 2, keep=110)
    sheet.note(t("This exhibit is handed over redacted. The original is not in this package: it stays sealed in the "
                 "vault, unaltered, and can be shown to whoever may see it."), page.CELL)  # fmt: skip
    offset = content.manifest.created.utc_offset_s
    for each in copies:
        copy = each.copy
        sheet.need(110)
        rows = [
            (t("Redacted copy"), copy_path(item.number, copy)),
            (t("What was done"), "\n".join(_done(t, copy))),
            (t("Made"), t.moment(copy.made_at, offset)),
            (t("Its record"), redaction_path(item.number, copy.file_index)),
            (t("SHA-256 of the record"), digest_lines(copy.record_sha256)),
        ]
        for event in content.snapshot.log.events:
            is_own = event.item_id == item.id and event.facts.get("original_sha256") == copy.original_sha256
            if event.kind is EventKind.COMMITTED and is_own:
                rows.append((t("Original’s content fixed in the log"), f"# {event.index + 1} · "
                             f"{t.moment(event.recorded_at, offset)}"))  # fmt: skip
        sheet.facts(rows)
        sheet.gap(5)
    for position, file in enumerate(item.files):
        sheet.need(60)
        sheet.facts([
            (t("Sealed original"), f"{position + 1} · {file.media_type} · {t.size(file.digests.size)} "
                                   f"({t.plural('{n} byte', '{n} bytes', file.digests.size)})"),
            (t("SHA-256 of the original"), digest_lines(file.digests.sha256)),
        ])  # fmt: skip
        sheet.gap(3)


def _done(t: Texts, copy: RedactedCopy) -> list[str]:
    facts = copy.facts
    lines = []
    if copy.kind is RedactionKind.PICTURE:
        black, flat = int(facts.get("black", 0)), int(facts.get("flat", 0))
        if black:
            lines.append(t.plural("{n} area is blacked out", "{n} areas are blacked out", black))
        if flat:
            lines.append(t.plural("{n} area is covered with one soft grey",
                                  "{n} areas are covered with one soft grey", flat))  # fmt: skip
        lines.append(t("{hidden} of {all} tiles are covered; the others are unaltered, pixel by pixel",
                       hidden=facts.get("tiles_hidden", ""), all=facts.get("tiles", "")))  # fmt: skip
        lines.append(t("all metadata is left out"))
    elif copy.kind is RedactionKind.TEXT:
        lines.append(t.plural("{n} passage is replaced by a mark", "{n} passages are replaced by a mark",
                              int(facts.get("passages", 0))))  # fmt: skip
        lines.append(t("{hidden} of {all} lines are changed; the others are unaltered",
                       hidden=facts.get("lines_hidden", ""), all=facts.get("lines", "")))  # fmt: skip
    elif copy.kind is RedactionKind.FILM:
        lines.append(t("all sound is taken out, and all metadata; the pictures are as they were"))
        lines.append(t("what is left cannot be proven without the original"))
    else:
        lines.append(t.plural("{n} part is silenced", "{n} parts are silenced", int(facts.get("silences", 0))))
        lines.append(t("all metadata is left out"))
        lines.append(t("what is left cannot be proven without the original"))
    return lines
