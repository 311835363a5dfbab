"""Notes that were written later and chosen for the package: what people stated, each with its time of writing."""

from __future__ import annotations

from evidence.i18n import Texts
from evidence.package.labels import name_of
from evidence.package.report import sheet as page
from evidence.package.report.content import ReportContent
from evidence.package.report.sheet import Sheet


def written_notes(t: Texts, content: ReportContent, number: str) -> list[tuple[str, str]]:
    """The notes about one exhibit (the empty number: about the case) as rows: when it was written and by whom, and
    the words."""
    offset = content.manifest.created.utc_offset_s
    return [
        (
            t(
                "Note, written {at} ({role})",
                at=t.moment(note.written_at, offset),
                role=name_of(t, "role", note.author),
            ),
            note.text,
        )
        for note in content.manifest.notes
        if note.item == number
    ]


def write_case_notes(t: Texts, sheet: Sheet, content: ReportContent) -> None:
    """The notes about the whole case, if any was chosen."""
    rows = written_notes(t, content, "")
    if not rows:
        return
    sheet.gap(18)
    sheet.heading(t("Notes about the case"), keep=120)
    sheet.text(t("Stated by a person, not recorded by the program. The custody log noted each when it was written."),
               page.SMALL, after=4)  # fmt: skip
    sheet.facts(rows)
