"""Cover, summary and list of exhibits."""

from __future__ import annotations

from collections import Counter

from reportlab.lib.units import mm

from evidence.i18n import Texts, fact_line, outcome_of
from evidence.model import Examiner, Moment
from evidence.package.labels import digest_lines, name_of
from evidence.package.report import sheet as page
from evidence.package.report.content import ReportContent
from evidence.package.report.sheet import Sheet


def said_moment(t: Texts, moment: Moment) -> str:
    """A clock reading as local time with its offset; UTC beside it where that differs."""
    local = t.moment(moment.at, moment.utc_offset_s)
    return local if not moment.utc_offset_s else f"{local}\n{t.moment(moment.at)}"


def said_examiner(t: Texts, examiner: Examiner) -> str:
    """The role in words, with the name if there is one."""
    role = name_of(t, "role", examiner.role)
    return f"{role} · {examiner.name}" if examiner.name else role


def write_cover(t: Texts, sheet: Sheet, content: ReportContent) -> None:
    """The first page: which case, what it is, and the fingerprints to compare."""
    manifest = content.manifest
    sheet.gap(14 * mm)
    sheet.text(t("Report on preserved digital material"), page.TITLE)
    sheet.gap(4)
    sheet.text(manifest.case_title, page.SUBTITLE, after=10)
    sheet.rule(0.8, grey=0.0)
    sheet.gap(12)
    certificate = manifest.signer.certificate_sha256
    if not content.is_draft:
        sheet.code(f"manifest-sha256:{content.manifest_sha256}\ncertificate-sha256:{certificate}", side=30 * mm)
    sheet.facts([
        (t("Made"), said_moment(t, manifest.created)),
        (t("Exhibits"), t("{chosen} of {all} in this case", chosen=t.number(len(manifest.items)),
                          all=t.number(manifest.exhibits_in_case))),
        (t("Collected by"), said_examiner(t, manifest.examiner)),
        (t("Package"), t("only in the signed report") if content.is_draft else manifest.package_id),
        (t("Made with"), f"{manifest.tool.name} {manifest.tool.version}"),
    ])  # fmt: skip
    sheet.heading(t("What this package shows, and what it does not"), 2)
    sheet.bullet(
        t(
            "It shows that the files have not changed since they were collected and sealed, and in which steps "
            "they were handled."
        )
    )
    sheet.bullet(t("It shows by which key everything was signed. Whose key that is must be confirmed by other means."))
    sheet.bullet(t("It does not show who made or posted what is seen, nor whether it is true."))
    sheet.heading(t("Time"), 2)
    _write_time(t, sheet, content)
    sheet.heading(t("Fingerprints to compare"), 2)
    if content.is_draft:
        sheet.facts([(t("Manifest (SHA-256)"), content.said_digest(t))])
        return
    rows = [
        (t("Manifest (SHA-256)"), content.said_digest(t)),
        (t("Signing certificate (SHA-256)"), digest_lines(certificate)),
        (t("The same in words"), manifest.signer.fingerprint_words),
    ]
    if manifest.log_signer is not None:
        rows.append((t("The log’s own key, in words"), manifest.log_signer.fingerprint_words))
    sheet.facts(rows)
    sheet.gap(4)
    sheet.text(
        t("The manifest lists every file of the package with its digest. It is attached to this document, and both are "
          "signed with the same key. The QR code above holds both fingerprints."), page.SMALL,
    )  # fmt: skip


def _write_time(t: Texts, sheet: Sheet, content: ReportContent) -> None:
    tokens = sorted(content.snapshot.tokens, key=lambda token: token.stamped_at)
    if not tokens:
        sheet.note(t("There is no trusted time yet: no time-stamping authority had confirmed the log when this report "
                     "was made. All times come from the computer’s own clock."))  # fmt: skip
        return
    offset = content.manifest.created.utc_offset_s
    sheet.text(t("Time-stamping authorities confirmed that the log of this case existed in this form:"), after=3)
    for token in tokens[-5:]:
        sheet.bullet(t("{events} events: {at}, by {authority}", events=t.number(token.head_size),
                       at=t.moment(token.stamped_at, offset), authority=token.tsa_name))  # fmt: skip
    if len(tokens) > 5:
        sheet.text(t.plural("{n} earlier confirmation is in the package.", "{n} earlier confirmations are in the "
                            "package.", len(tokens) - 5), page.SMALL)  # fmt: skip


def write_summary(t: Texts, sheet: Sheet, content: ReportContent) -> None:
    """One page: who, what, from when to when, how much."""
    manifest = content.manifest
    sheet.heading(t("Summary"))
    rows = [(t("Case"), manifest.case_title), (t("Collected by"), said_examiner(t, manifest.examiner))]
    if manifest.items:
        first = min(manifest.items, key=lambda entry: entry.acquired.at).acquired
        last = max(manifest.items, key=lambda entry: entry.acquired.at).acquired
        rows += [(t("First collected"), said_moment(t, first)), (t("Last collected"), said_moment(t, last))]
    platforms = sorted({entry.source["platform"] for entry in manifest.items if entry.source.get("platform")})
    if platforms:
        rows.append((t("Platforms"), ", ".join(platforms)))
    hosts = sorted({each.value for each in content.identifiers if each.kind == "host"}
                   | {_host(each.value) for each in content.identifiers if each.kind == "link"})  # fmt: skip
    if hosts:
        rows.append((t("Sites"), ", ".join(hosts)))
    originals = [entry for entries in content.originals().values() for entry in entries]
    size = t.size(sum(entry.size for entry in originals))
    rows += [
        (t("Exhibits"), t("{chosen} of {all} in this case", chosen=t.number(len(manifest.items)),
                          all=t.number(manifest.exhibits_in_case))),
        (t("Original files"), f"{t.number(len(originals))} · {size}"),
        *([(t("Handed over redacted"), ", ".join(content.withheld()))] if manifest.withheld else []),
        (t("Identifiers"), t.number(len(content.identifiers))),
        (t("Log"), t("{shown} of {all} events are shown", shown=t.number(manifest.log.disclosed),
                     all=t.number(manifest.log.size))),
    ]  # fmt: skip
    sheet.facts(rows)
    methods = Counter(name_of(t, "method", entry.method) for entry in manifest.items)
    _counts(t, sheet, t("How the exhibits came in"), methods)
    bands = Counter(name_of(t, "band", entry.score.band) if entry.score else t("not checked")
                    for entry in manifest.items)  # fmt: skip
    _counts(t, sheet, t("Check for signs of manipulation"), bands)
    sheet.gap(4)
    sheet.text(t("A result of this check is a lead for the investigation, not evidence of falsity."), page.SMALL)
    if manifest.supersedes:
        sheet.heading(t("Earlier packages of this case"), 2)
        for package_id in manifest.supersedes:
            sheet.bullet(package_id)


def _counts(t: Texts, sheet: Sheet, heading: str, counts: Counter[str]) -> None:
    if not counts:
        return
    sheet.heading(heading, 2, keep=40)
    sheet.facts([(t.plural("{n} exhibit", "{n} exhibits", count), name) for name, count in counts.most_common()])


def _host(url: str) -> str:
    return url.split("://", 1)[-1].split("/", 1)[0].split("?", 1)[0]


def write_exhibit_list(t: Texts, sheet: Sheet, content: ReportContent) -> None:
    """All exhibits at a glance."""
    manifest = content.manifest
    sheet.new_page() if sheet.room() < 220 else sheet.gap(18)
    sheet.heading(t("List of exhibits"), keep=80)
    columns = [page.Column(t("No."), 9), page.Column(t("Title"), 32), page.Column(t("How it came in"), 20),
               page.Column(t("Collected"), 25), page.Column(t("Size"), 12), page.Column("SHA-256", 25)]  # fmt: skip
    payload, withheld = content.payload(), content.withheld()
    rows = []
    for entry in manifest.items:
        files = payload.get(entry.number, [])
        digests = "\n".join(f"{each.sha256[:8]}…{each.sha256[-8:]}" for each in files[:3])
        if len(files) > 3:
            digests += f"\n+ {len(files) - 3}"
        rows.append([
            entry.number,
            t("{title} (redacted)", title=entry.title) if entry.number in withheld else entry.title,
            "\n".join(part for part in (name_of(t, "method", entry.method), outcome_of(t, entry.source)) if part),
            t.moment(entry.acquired.at, entry.acquired.utc_offset_s), t.size(sum(each.size for each in files)), digests,
        ])  # fmt: skip
    sheet.table(columns, rows)
    write_held_back(t, sheet, content)
    sheet.gap(4)
    sheet.text(t("The digests are shortened here; they stand in full with each exhibit, in the manifest and in "
                 "02_items.csv."), page.SMALL)  # fmt: skip


def write_held_back(t: Texts, sheet: Sheet, content: ReportContent) -> None:
    """The exhibits that could show someone under age: number, way in, time, addresses. Nothing else is handed over."""
    held_back = content.manifest.held_back
    if not held_back:
        return
    sheet.heading(t("Held back"), 2, keep=80)
    sheet.text(
        t(
            "These exhibits could show someone under age. Neither the files nor their digests are in this package. "
            "They stay sealed in the vault, for the police to secure."
        )
    )
    columns = [page.Column(t("No."), 9), page.Column(t("How it came in"), 22), page.Column(t("Collected"), 27),
               page.Column(t("Where, and whose"), 42)]  # fmt: skip
    sheet.table(columns, [
        [entry.number, name_of(t, "method", entry.method),
         t.moment(entry.acquired.at, entry.acquired.utc_offset_s),
         "\n".join(fact_line(t, key, value) for key, value in sorted(entry.source.items())) or t("none")]
        for entry in held_back
    ])  # fmt: skip
