"""The report from its cover to its receipt boxes."""

from __future__ import annotations

from evidence.digest import fingerprint_groups
from evidence.i18n import Texts
from evidence.package.guide import steps
from evidence.package.report import sheet as page
from evidence.package.report.content import ReportContent
from evidence.package.report.custody import write_chronology, write_custody
from evidence.package.report.exhibit import write_exhibit
from evidence.package.report.fonts import Typeface
from evidence.package.report.notes import write_case_notes
from evidence.package.report.overview import write_cover, write_exhibit_list, write_summary
from evidence.package.report.sheet import Sheet
from evidence.package.report.statement import write_statement

MOST_TAGGED = 250
"""Exhibits. The structure of a longer report would double the memory that it takes and the time to sign it."""


def write_report(t: Texts, content: ReportContent, typeface: Typeface) -> bytes:
    """The whole report as PDF, not yet signed."""
    manifest = content.manifest
    footer = t("Draft, not signed")
    if not content.is_draft:
        footer = t(
            "Package digest (first 16 digits): {digest}", digest=fingerprint_groups(content.manifest_sha256[:16])
        )
    sheet = Sheet(
        typeface,
        title=f"{t('Report on preserved digital material')} · {manifest.case_title}",
        author=manifest.examiner.name or t.code("name", f"role.{manifest.examiner.role}"),
        language=t.language,
        header=f"{t('Report on preserved digital material')}",
        footer=footer,
        is_tagged=len(content.snapshot.exhibits) <= MOST_TAGGED,
    )
    write_cover(t, sheet, content)
    sheet.new_page()
    write_summary(t, sheet, content)
    write_exhibit_list(t, sheet, content)
    write_case_notes(t, sheet, content)
    payload = content.payload()
    for position, exhibit in enumerate(content.snapshot.exhibits):
        content.before_exhibit(position)
        sheet.new_page()
        write_exhibit(t, sheet, content, exhibit, payload.get(exhibit.item.number, []))
    sheet.new_page()
    write_chronology(t, sheet, content)
    sheet.gap(18)
    write_identifiers(t, sheet, content)
    sheet.new_page()
    write_custody(t, sheet, content)
    sheet.gap(18)
    write_limits(t, sheet, is_redacted=bool(manifest.withheld))
    sheet.new_page()
    write_statement(t, sheet, content)
    sheet.new_page()
    write_verification(t, sheet, content)
    sheet.new_page()
    write_receipt(t, sheet, content)
    return sheet.finish()


def write_identifiers(t: Texts, sheet: Sheet, content: ReportContent) -> None:
    """What a legal request can ask about."""
    sheet.heading(t("Identifiers"))
    if not content.identifiers:
        sheet.text(t("No account, room, bot, link or payment handle is recorded in the chosen exhibits."))
        return
    columns = [page.Column(t("Kind"), 16), page.Column(t("Value"), 52), page.Column(t("Basis"), 20),
               page.Column(t("Exhibits"), 14)]  # fmt: skip
    sheet.table(columns, [
        [each.kind_name(t), each.value, each.basis_name(t), ", ".join(each.exhibits)] for each in content.identifiers
    ])  # fmt: skip
    sheet.gap(4)
    sheet.text(t("Names that are shown can be changed at any time; numeric ids usually cannot."), page.SMALL)


def write_limits(t: Texts, sheet: Sheet, *, is_redacted: bool = False) -> None:
    """The known limits, in plain words."""
    sheet.heading(t("Known limits"), keep=150)
    for sentence in (
        t("A signature and a time stamp show that the files have not changed since then. They do not show that what "
          "is seen is true, nor who made or posted it."),
        t("What was on a screen or in an export can have been altered before it was collected. No platform signs its "
          "exports."),
        t("Times come from the computer’s own clock unless a time-stamping authority is named. The clock may have "
          "been wrong; where it was compared with another, the difference is given."),
        t("The key that signed is the collector’s own. It shows that everything comes from one hand; who that is must "
          "be confirmed by other means, such as the fingerprint handed over on paper."),
        t("The result of the check for signs of manipulation is a lead for the investigation, not evidence of "
          "falsity. It can be wrong in both directions."),
        t("Only the chosen exhibits are in the package. The log shows how many other events there are, and nothing "
          "of their content."),
    ):  # fmt: skip
        sheet.bullet(sentence)
    if is_redacted:
        sheet.bullet(
            t("Some exhibits are redacted: of what was taken out, nothing can be checked without the sealed original. "
              "What is shown can be held against what the log fixed as the original’s content; that it was read from "
              "that very file, only the original can confirm.")
        )  # fmt: skip


def write_verification(t: Texts, sheet: Sheet, content: ReportContent) -> None:
    """The recipe with ordinary tools, the same as in the guide."""
    sheet.heading(t("How to verify this package"), keep=120)
    sheet.text(
        t("Open a command line in the package’s folder. The same lines stand in 04_how_to_verify.txt, to be copied. "
          "Lines with $ are for Linux and macOS, lines with > are for Windows."), after=4,
    )  # fmt: skip
    recipe = steps(t, content.manifest.tokens[:3], is_redacted=bool(content.manifest.redacted))
    for number, step in enumerate(recipe, 1):
        sheet.heading(f"{number}. {step.title}", 3, keep=50)
        for command in step.commands:
            sheet.text(command, page.CELL, indent=10)
        sheet.gap(2)
        sheet.text(step.expect, page.SMALL, after=4)


def write_receipt(t: Texts, sheet: Sheet, content: ReportContent) -> None:
    """Boxes that the receiving office fills in."""
    sheet.heading(t("Receipt"))
    sheet.text(t("For the office that receives the package. A copy of this page can be given to the person."), after=8)
    sheet.facts([
        (t("Package"), content.manifest.package_id),
        (t("Digest of the manifest (SHA-256)"), content.said_digest(t)),
        (t("Exhibits"), t.number(len(content.manifest.items))),
    ])  # fmt: skip
    sheet.gap(8)
    sheet.boxes([
        t("Received by (name, rank or function)"), t("Office or station"), t("Date and time"), t("Case number"),
        t("Handed over by"), t("Medium (USB stick, upload, e-mail)"),
    ], height=50)  # fmt: skip
    sheet.boxes([t("The digest above was compared with the digest of proof/manifest.json:   □ same   □ different   "
                   "□ not compared"), t("Remarks")], height=56, across=1)  # fmt: skip
    sheet.boxes([t("Signature or stamp of the receiving office"), t("Signature of the person who hands over")],
                height=70)  # fmt: skip
