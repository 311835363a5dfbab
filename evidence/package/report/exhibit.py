"""One exhibit: what the program recorded, apart from what people stated."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm

from evidence.i18n import (
    N_,
    Texts,
    clip_lines,
    in_order,
    is_said,
    meaning_lines,
    named_fact,
    outcome_of,
    provenance_lines,
    rates_words,
)
from evidence.manifest import FileEntry
from evidence.model import Exhibit, Exposure, Item, Moment, ScoreReport
from evidence.package.labels import digest_lines, name_of
from evidence.package.report import sheet as page
from evidence.package.report.content import ReportContent
from evidence.package.report.notes import written_notes
from evidence.package.report.overview import said_examiner, said_moment
from evidence.package.report.redaction import write_redaction
from evidence.package.report.sheet import Sheet

CAPTIONS = {
    Exposure.BLURRED: N_("Shown blurred on purpose. The unaltered file is in the package."),
    Exposure.GREY: N_("Shown without colours on purpose. The unaltered file is in the package."),
    Exposure.SMALL: N_("Shown small on purpose. The unaltered file is in the package."),
    Exposure.FULL: N_("Shown as it is. The unaltered file is in the package."),
}
REDACTED_CAPTIONS = {
    Exposure.BLURRED: N_("The redacted copy, shown blurred on purpose."),
    Exposure.GREY: N_("The redacted copy, shown without colours on purpose."),
    Exposure.SMALL: N_("The redacted copy, shown small on purpose."),
    Exposure.FULL: N_("The redacted copy, shown as it is."),
}
SIZES = {
    Exposure.BLURRED: (62 * mm, 62 * mm),
    Exposure.GREY: (page.COLUMN, 150 * mm),
    Exposure.SMALL: (40 * mm, 40 * mm),
    Exposure.FULL: (page.COLUMN, 150 * mm),
}
"""Largest width and height of a picture in the report, in points."""
ILLUSTRATED = {
    Exposure.GREY: (90 * mm, 90 * mm),
    Exposure.SMALL: (40 * mm, 40 * mm),
    Exposure.FULL: (90 * mm, 90 * mm),
}
"""The same for an illustration beside a score. A blurred one would tell nothing."""


def write_exhibit(t: Texts, sheet: Sheet, content: ReportContent, exhibit: Exhibit, files: Sequence[FileEntry]) -> None:
    """The section of one exhibit."""
    item = exhibit.item
    sheet.heading(f"{item.number}   {item.title}", bookmark=1)
    if outcome := outcome_of(t, item.source):
        sheet.note(t("{where}: {words}", where=t("Outcome of this capture"), words=outcome), page.STRONG)
    _write_picture(t, sheet, content, item)
    copies = content.snapshot.copies_of(item.id)
    if copies:
        write_redaction(t, sheet, content, item, copies)
    sheet.heading(t("Recorded by the program"), 2)
    sheet.facts(_recorded(t, item))
    sheet.heading(t("Files"), 2, keep=90)
    for entry in files:
        sheet.need(80)
        sheet.facts([
            *([(t("Name as found"), entry.original_name)] if entry.original_name else []),
            (t("In the package"), entry.path),
            (t("Type and size"), f"{entry.media_type} · {t.size(entry.size)} "
                                 f"({t.plural('{n} byte', '{n} bytes', entry.size)})"),
            ("SHA-256", digest_lines(entry.sha256)),
        ])  # fmt: skip
        sheet.gap(5)
    sheet.text(t("The SHA-512 digests stand in 02_items.csv and in the manifest."), page.SMALL)
    sheet.heading(t("Stated by a person"), 2)
    sheet.facts([
        (t("Title"), item.title),
        (t("Collected by"), said_examiner(t, item.examiner)),
        (t("Note"), item.note or t("none")),
        (t("How it could be seen"), item.lawful_access or t("not stated")),
        *(named_fact(t, key, value) for key, value in sorted(item.source.items()) if value and is_said(key)),
        *written_notes(t, content, item.number),
    ])  # fmt: skip
    if exhibit.score is not None:
        _write_facts(t, sheet, exhibit.score)
    _write_score(t, sheet, exhibit.score)
    if exhibit.score is not None:
        _write_illustrations(t, sheet, content, item)


def _write_picture(t: Texts, sheet: Sheet, content: ReportContent, item: Item) -> None:
    exposure = content.choices.exposure.get(item.id, Exposure.BLURRED)
    is_redacted = bool(content.snapshot.copies_of(item.id))
    if exposure is Exposure.LEFT_OUT:
        sheet.text(
            t("The picture is left out on purpose.") if is_redacted
            else t("The picture is left out on purpose. The unaltered file is in the package."), page.SMALL,
        )  # fmt: skip
        return
    picture = content.preview(item.id)
    if picture is None:
        sheet.text(t("No picture of this exhibit can be shown here."), page.SMALL)
        return
    width, height = SIZES[exposure]
    is_aside = exposure not in (Exposure.FULL, Exposure.GREY)
    caption = t(REDACTED_CAPTIONS[exposure] if is_redacted else CAPTIONS[exposure])
    sheet.picture(picture, caption, max_width=width, max_height=height, is_aside=is_aside)


def _recorded(t: Texts, item: Item) -> list[tuple[str, str]]:
    tool = item.tool
    rows = [
        (t("How it came in"), name_of(t, "method", item.method)),
        (t("Collected"), said_moment(t, item.acquired)),
        (t("Time zone"), item.acquired.timezone or t("not known")),
        (t("Clock"), said_clock(t, item.acquired)),
        (t("Program"), f"{tool.name} {tool.version} · Python {tool.python}"),
        (t("System"), tool.system),
    ]
    rows += [named_fact(t, key, value) for key, value in in_order(item.source) if not is_said(key)]
    rows += [named_fact(t, key, value) for key, value in sorted(item.settings.items()) if value]
    return rows


def said_clock(t: Texts, moment: Moment) -> str:
    """What is known of the clock behind a reading."""
    if moment.clock_offset_ms is None:
        return t("the computer’s own clock, not compared with another")
    checked = t.moment(moment.clock_checked_at) if moment.clock_checked_at else t("not known")
    return t("the computer’s clock was {seconds} s away from a reference; compared on {at}",
             seconds=t.number(moment.clock_offset_ms / 1000), at=checked)  # fmt: skip


def _write_facts(t: Texts, sheet: Sheet, score: ScoreReport) -> None:
    """What the file says about itself, apart from any score."""
    if score.provenance:
        sheet.heading(t("What the file says about itself"), 2, keep=70)
        for line in provenance_lines(t, score.provenance):
            sheet.text(line.strip(), page.CELL if line.startswith(" ") else page.STRONG)
        sheet.note(t("Whoever made a file could write anything there: it supports, it proves nothing."), page.SMALL)


def _write_score(t: Texts, sheet: Sheet, score: ScoreReport | None) -> None:
    sheet.heading(t("Check for signs of manipulation"), 2, keep=70)
    if score is None:
        sheet.text(t("This exhibit was not checked."))
        return
    sheet.text(name_of(t, "band", score.band), page.STRONG)
    sheet.note(t("A lead for the investigation, not evidence of falsity. It can be wrong in both directions."),
               page.CELL)  # fmt: skip
    for line in meaning_lines(t, score)[:-1]:
        sheet.text(line, page.CELL)
    sheet.gap(5)
    rows: list[tuple[str, str]] = []
    if score.reasons:
        rows.append((t("Reasons"), ", ".join(name_of(t, "reason", reason) for reason in score.reasons)))
    if score.faces:
        assessable = sum(face.assessable for face in score.faces)
        rows.append(
            (
                t("Faces found"),
                t(
                    "{found}, of which {assessable} can be assessed",
                    found=t.number(len(score.faces)),
                    assessable=t.number(assessable),
                ),
            )
        )
    for run in score.detectors:
        rows.append((t("Detector"), f"{run.detector_id} {run.detector_version} · {name_of(t, 'band', run.band)}"))
        if run.rates is None:
            rows.append((t("Error rates"), t("not measured for this kind of picture")))
        else:
            rows.append((t("Error rates"), rates_words(t, run.rates)))
        rows.append((t("Model (SHA-256)"), digest_lines(run.model_sha256)))
    if over_time := clip_lines(t, score):
        rows.append((t("Over time"), "\n".join(line.strip() for line in over_time)))
    if score.not_examined:
        rows.append((t("Not examined"), ", ".join(name_of(t, "not_examined", part) for part in score.not_examined)))
    rows.append((t("Checked at"), t.moment(score.scored_at)))
    sheet.facts(rows)


def _write_illustrations(t: Texts, sheet: Sheet, content: ReportContent, origin: Item) -> None:
    """What was drawn of the exhibit to illustrate its score and goes into the package too. It shows the content: it
    stands here only where a person chose how it is shown, and otherwise is named."""
    made_of = {"derived_from": origin.number, "derived_from_sha256": origin.files[0].digests.sha256}
    for one in (exhibit.item for exhibit in content.snapshot.exhibits):
        is_drawn = one.settings.get("extent") == "illustration"
        if not is_drawn or any(one.source.get(key) != value for key, value in made_of.items()):
            continue
        exposure = content.choices.exposure.get(one.id, Exposure.BLURRED)
        picture = content.preview(one.id) if exposure in ILLUSTRATED else None
        about = {"number": one.number, "kind": named_fact(t, "illustration", one.source.get("illustration", ""))[1]}
        if picture is None:
            sheet.text(t("Illustration {number}: {kind}. It has a section of its own.", **about), page.CELL)
            continue
        width, height = ILLUSTRATED[exposure]
        caption = t("Illustration {number}: {kind}. An aid for whoever reads the score; it proves nothing.", **about)
        sheet.gap(5)
        sheet.picture(picture, caption, max_width=width, max_height=height, is_aside=False)
