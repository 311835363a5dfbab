"""Chronology and extract of the custody log."""

from __future__ import annotations

from evidence.i18n import Texts
from evidence.model import CustodyEvent
from evidence.package.labels import digest_lines, name_of
from evidence.package.report import sheet as page
from evidence.package.report.content import ReportContent
from evidence.package.report.sheet import Sheet

MAX_DETAILS = 6
"""Lines for one event."""
_NOT_SHOWN = frozenset(
    {"acquisition_sha256", "head_size", "method", "number", "original_sha256", "sha512", "size", "token_sha256"}
)
"""Facts of events that stand with the exhibit already."""


def write_chronology(t: Texts, sheet: Sheet, content: ReportContent) -> None:
    """What was done with each exhibit, by time."""
    offset = content.manifest.created.utc_offset_s
    numbers = {entry.id: f"{entry.number} {entry.title}" for entry in content.manifest.items}
    sheet.heading(t("Chronology"))
    columns = [page.Column(t("Time"), 26), page.Column(t("What happened"), 26), page.Column(t("Exhibit"), 42),
               page.Column(t("By"), 14)]  # fmt: skip
    events = sorted(content.snapshot.log.events, key=lambda event: (event.recorded_at, event.index))
    sheet.table(columns, [
        [t.moment(event.recorded_at, offset), name_of(t, "event", event.kind), numbers.get(event.item_id, ""),
         name_of(t, "role", event.actor)]
        for event in events
    ])  # fmt: skip


def write_custody(t: Texts, sheet: Sheet, content: ReportContent) -> None:
    """The disclosed events with their positions, and the signed state of the log."""
    log = content.snapshot.log
    head = log.head.head
    hidden = head.size - len(log.events)
    numbers = {entry.id: entry.number for entry in content.manifest.items}
    sheet.heading(t("Extract of the custody log"))
    sheet.text(
        t(
            "Each event has its place in the log. The package proves for each one that it is in the log whose "
            "state is signed below, and for each earlier state that it is its beginning."
        )
    )
    if hidden:
        sheet.text(
            t.plural(
                "{n} further event concerns other exhibits; its content is not in this package.",
                "{n} further events concern other exhibits; their content is not in this package.",
                hidden,
            )
        )
    sheet.gap(6)
    columns = [page.Column("#", 6), page.Column(t("Time (UTC)"), 24), page.Column(t("What happened"), 22),
               page.Column(t("Exhibit"), 10), page.Column(t("By"), 12), page.Column(t("Details"), 38)]  # fmt: skip
    sheet.table(columns, [
        [str(event.index + 1), f"{event.recorded_at:%Y-%m-%d %H:%M:%S}", name_of(t, "event", event.kind),
         numbers.get(event.item_id, ""), name_of(t, "role", event.actor), _details(t, event)]
        for event in log.events
    ])  # fmt: skip
    sheet.heading(t("Signed states of the log"), 2, keep=80)
    for signed in (*log.earlier_heads, log.head):
        sheet.facts([
            (t("Events"), t.number(signed.head.size)),
            (t("Root (SHA-256)"), digest_lines(signed.head.root)),
            (t("Signed at"), t.moment(signed.head.recorded_at)),
        ])  # fmt: skip
        for token in content.snapshot.tokens:
            if token.head_size == signed.head.size:
                sheet.facts([(t("Confirmed by"), f"{token.tsa_name}\n{t.moment(token.stamped_at)}")])
        sheet.gap(4)


def _details(t: Texts, event: CustodyEvent) -> str:
    """The facts that a reader can use; the others stand in the log's own file."""
    lines: list[str] = []
    for key, value in sorted(event.facts.items()):
        if key in _NOT_SHOWN or not value:
            continue
        if key == "sha256":
            lines += [f"SHA-256 {_short(part)}" for part in value.split(",")]
        elif key == "band":
            lines.append(name_of(t, "band", value))
        elif key in ("tsa", "stamped_at", "exhibits"):
            lines.append(value)
        else:
            lines.append(f"{key}: {_short(value)}")
    return "\n".join(lines[:MAX_DETAILS] + ["…"] * (len(lines) > MAX_DETAILS))


def _short(value: str) -> str:
    """A digest by its ends, anything else as it is."""
    return f"{value[:8]}…{value[-8:]}" if len(value) >= 64 and value.isalnum() else value
