"""A verification report as calm text for people and as a document for programs."""

from __future__ import annotations

import textwrap
import unicodedata
from datetime import datetime
from typing import Any

from evidence.digest import fingerprint_groups, to_json
from evidence.i18n import Texts
from evidence.manifest import NoteEntry
from evidence.model import Answer, Check, Claim, ClaimName, VerificationReport
from evidence.verify.claims import worst
from evidence.verify.contents import Inside

_WIDTH = 100
_REASONS_SHOWN = 6
_INDENT = "      "


def to_document(report: VerificationReport) -> dict[str, Any]:
    """The report as JSON values, with ``answer``: the worst of all claims but origin."""
    document: dict[str, Any] = to_json(report)
    document["answer"] = overall(report).value
    del document["heads"]  # they stand in the package, as files of their own
    return document


def overall(report: VerificationReport) -> Answer:
    """The worst answer of all claims but origin, which nobody can tell from the package."""
    return worst(claim.answer for claim in report.claims if claim.name is not ClaimName.ORIGIN)


def render_text(report: VerificationReport, t: Texts) -> str:
    """One line for each claim with its reason, then what was damaged and how to read it. Ends with a line end."""
    lines = [t("Checked: {path}", path=safe(report.path))]
    if report.package_id:
        lines.append(t("Package {id}", id=safe(report.package_id)))
    if "created_at" in report.facts:
        lines.append(t("Made: {time}", time=_moment(t, report.facts["created_at"])))
    lines.append("")
    for claim in report.claims:
        lines += _claim_lines(report, claim, t)
    for check in cosignatures(report):
        lines += _wrapped(sentence(t, "check", check.reason, check.params), "+ ")
    if report.damaged:
        lines += ["", t("Not as it was when the package was made:")]
        lines += [f"  {safe(path)}" for path in report.damaged[:50]]
        if len(report.damaged) > 50:
            lines.append(f"  {t.plural('and {n} more', 'and {n} more', len(report.damaged) - 50)}")
    said = [*list_lines(report, t), *reading_help(report, t)]
    lines += ["", *(line for each in said for line in textwrap.wrap(each, _WIDTH))]
    return "\n".join(lines) + "\n"


def sentence(t: Texts, context: str, code: str, params: dict[str, str]) -> str:
    """The sentence of a check or claim. Parameters that end in ``_at`` are times; ``method`` is a method's name;
    everything else comes from the package and is shown with its invisible characters spelled out."""
    shown: dict[str, str] = {}
    for name, value in params.items():
        if name.endswith("_at"):
            shown[name] = _moment(t, value)
        elif name == "method":
            shown[name] = t.code("name", f"method.{value}")
        elif name == "fingerprint":
            shown[name] = fingerprint_groups(value)
        else:
            shown[name] = safe(value)
    return t.code(context, code, **shown)


def reasons_for(report: VerificationReport, claim: Claim) -> list[Check]:
    """The checks that decided a claim which is not *yes*; of a file that check 4 names, check 3 says nothing more."""
    numbers = claim.params.get("checks", "").split(", ")
    found = [check for check in report.checks if str(check.number) in numbers and check.answer is claim.answer]
    named = {check.params.get("path") for check in found if check.name == "files"}
    return [check for check in found if check.reason != "bag.differs" or check.params["path"] not in named]


def cosignatures(report: VerificationReport) -> list[Check]:
    """What is said of other people's signatures that hold: no claim shows them, since none rests on them."""
    return [check for check in report.checks if check.name == "cosignatures" and check.answer is not Answer.NO]


def safe(text: str) -> str:
    """``text`` with control, direction and other invisible characters spelled out: a terminal obeys some of them."""
    return "".join(
        character if character == " " or unicodedata.category(character)[0] not in "CZ" else _spelled(character)
        for character in text
    )


def _spelled(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def _claim_lines(report: VerificationReport, claim: Claim, t: Texts) -> list[str]:
    answer = t.code("name", f"answer.{claim.answer.value}").upper()
    title = t.code("name", f"claim.{claim.name.value}")
    lines = [f"[{answer}] {title}", *_wrapped(sentence(t, "claim", claim.reason, claim.params))]
    if claim.answer is Answer.YES and claim.name is not ClaimName.METHOD:
        return lines
    reasons = reasons_for(report, claim)
    for check in reasons[:_REASONS_SHOWN]:
        lines += _wrapped(f"{check.number}. {sentence(t, 'check', check.reason, check.params)}", "- ")
    if len(reasons) > _REASONS_SHOWN:
        more = len(reasons) - _REASONS_SHOWN
        lines += _wrapped(t.plural("and {n} more finding", "and {n} more findings", more), "- ")
    return lines


def list_lines(report: VerificationReport, t: Texts) -> list[str]:
    """Which lists of authorities the answer about time rests on, each with its date; none: none was used."""
    facts, lines = report.facts, []
    number = 1
    while (name := facts.get(f"tsa_list.{number}.name")) is not None:
        lines.append(
            t(
                "List of time-stamping authorities: {name}, of {date}, roots: {count}",
                name=safe(name), date=facts[f"tsa_list.{number}.dated"], count=facts[f"tsa_list.{number}.roots"],
            )
        )  # fmt: skip
        number += 1
    return lines


def contents_lines(inside: Inside, t: Texts) -> list[str]:
    """What is inside, as the package says it: one line for each exhibit and for each of its files, then the notes."""
    lines = []
    for exhibit in inside.exhibits:
        acquired = t.moment(exhibit.acquired.at, exhibit.acquired.utc_offset_s)
        lines.append(f"{safe(exhibit.number)}  {safe(exhibit.title)}")
        lines.append(f"{_INDENT}{t.code('name', f'method.{exhibit.method}')}, {acquired}")
        lines += [f"{_INDENT}{safe(file.original_name or file.path)} · {t.size(file.size)}" for file in exhibit.files]
    for note in inside.notes:
        lines.append(f"{safe(note.item) or t('about the case')}  {note_words(note, t)}")
        lines += [line for part in note.text.splitlines() for line in _wrapped(safe(part))]
    return lines


def note_words(note: NoteEntry, t: Texts) -> str:
    """When a note was written and by whom; a role that this program does not know stands as it is."""
    try:
        role = t.code("name", f"role.{note.author}")
    except KeyError:
        role = safe(note.author)
    offset = note.written_at.utcoffset()
    at = t.moment(note.written_at, int(offset.total_seconds()) if offset is not None else 0)
    return t("Note, written {at} ({role})", at=at, role=role)


def needs_newer(report: VerificationReport) -> bool:
    """Whether the package is of a format that came after this verifier."""
    return any(check.reason == "format.newer" for check in report.checks)


def reading_help(report: VerificationReport, t: Texts) -> list[str]:
    """How to take the answers, in two sentences, or three where this verifier is too old."""
    answer = overall(report)
    if answer is Answer.NO:
        said = t("At least one answer is “no”: do not rely on this package as it is. Ask for the original again.")
    elif answer is Answer.CANNOT_TELL:
        said = t("Nothing is wrong, but not everything can be told: the reasons say what is missing.")
    else:
        said = t("Everything that can be told from the package is “yes”.")
    always = t("“Yes” speaks of these bytes since they were acquired, never of whether what they show is true.")
    newer = t("The package is of a newer format than this program knows: check it with a newer version.")
    return [*([newer] if needs_newer(report) else []), said, always]


def _wrapped(text: str, mark: str = "") -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=_INDENT + mark, subsequent_indent=_INDENT + " " * len(mark),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _moment(t: Texts, value: str) -> str:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return safe(value)
    offset = at.utcoffset()
    return t.moment(at, int(offset.total_seconds()) if offset is not None else 0)
