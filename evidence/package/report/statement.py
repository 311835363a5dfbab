"""The statement of the person who collected the material: a form of its own for each language and its courts.

The forms stand in ``resources/report/statement_*.txt``, one paragraph to a line, by its first sign: ``=`` section,
``*`` sub-heading, ``!`` small note, ``#`` digest, ``[]`` boxes to fill in, ``@statement`` the person's own words.
"""

from __future__ import annotations

from importlib.resources import files

from evidence.i18n import Texts
from evidence.package.labels import digest_lines
from evidence.package.report import sheet as page
from evidence.package.report.content import ReportContent
from evidence.package.report.sheet import Sheet

MAX_LISTED = 60
"""Files that the form itself lists with their digests; of more, the manifest's digest speaks for all."""


def write_statement(t: Texts, sheet: Sheet, content: ReportContent) -> None:
    """The form, filled in with what the program knows, with room for what the person writes and signs."""
    manifest = content.manifest
    originals = [(number, entry) for number, entries in content.payload().items() for entry in entries]
    known = {
        "exhibits": t.number(len(manifest.items)),
        "files": t.number(len(originals)),
        "tool": manifest.tool.name,
        "version": manifest.tool.version,
        "system": manifest.tool.system,
        "manifest": content.said_digest(t),
    }
    form = files("resources").joinpath("report", f"statement_{t.language}.txt").read_text("utf-8")
    for line in form.splitlines():
        sign, _blank, text = line.partition(" ")
        if sign == "=":
            sheet.heading(text)
        elif sign == "*":
            sheet.heading(text, 2)
        elif sign == "!":
            sheet.text(text, page.SMALL, after=8)
        elif sign == "#":
            sheet.text(text.format(**known), page.VALUE, indent=16, after=3)
        elif sign == "[]":
            sheet.need(50)
            sheet.gap(4)
            sheet.boxes(text.split(" | "), height=46)
        elif sign == "@statement":
            _write_own_words(sheet, manifest.statement)
        elif sign.endswith(".") or sign == "□":
            sheet.listed(sign, text.format(**known))
        elif line:
            sheet.need(120)
            sheet.gap(4)
            sheet.text(line, page.STRONG, after=8)
    if len(originals) <= MAX_LISTED:
        sheet.heading(t("Files and digests"), 2, keep=min(40.0 + 30 * len(originals), 500.0))
        columns = [page.Column(t("Exhibit"), 9), page.Column(t("File"), 41), page.Column("SHA-256", 50)]
        sheet.table(columns, [
            [number, entry.original_name or entry.path, digest_lines(entry.sha256)] for number, entry in originals
        ])  # fmt: skip


def _write_own_words(sheet: Sheet, statement: str) -> None:
    if statement:
        sheet.note(statement)
    else:
        sheet.boxes([""], height=96, across=1)
