"""Checks 6 and 7: the report is signed by the same key, and says what the manifest says."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.manifest import MANIFEST, REPORT, sealed_of
from evidence.verify.checks.signature import failure
from evidence.verify.state import MAX_NAMED, Impossible, Outcome, State, no, yes
from evidence.verify.untrusted import ReportAnswer, ReportRequest

_ATTACHMENT = "manifest.json"


def check_report_signature(state: State) -> Iterator[Outcome]:
    """Whether one PAdES signature by the manifest's key covers the report to its last byte."""
    manifest = state.need_manifest()
    data = state.reading.kept.get(REPORT)
    if data is None:
        yield no("report.missing")
        return
    state.facts["report_sha256"] = state.reading.digests[REPORT].sha256
    answer = state.parser.ask(
        ReportRequest(data, manifest.signer.certificate_sha256, _ATTACHMENT, state.trust.tsa_roots)
    )
    if not isinstance(answer, ReportAnswer):
        yield failure(state, REPORT, answer)
        return
    state.report = answer
    if answer.problem:
        state.damaged.setdefault(REPORT, "changed")
        yield no(answer.problem)
        return
    state.is_report_signed = True
    yield yes("report.sound")


def check_report_content(state: State) -> Iterator[Outcome]:
    """Whether the report carries this very manifest, prints its digest, and prints every original's digest."""
    manifest = state.need_manifest()
    answer = state.report
    if answer is None:
        raise Impossible("needs.report")
    digest = state.reading.digests[MANIFEST].sha256
    if answer.content_problem:
        yield no(answer.content_problem)
    elif answer.attachment_sha256 != digest:
        yield no("report.other_manifest")
    else:
        yield yes("report.embeds_manifest")
    if answer.content_problem == "report.unreadable":
        return
    text = answer.text.casefold()
    if not is_printed(digest, text):
        yield no("report.digest_not_printed")
    else:
        yield yes("report.prints_digest")
    copies = {each.path for each in manifest.redacted}
    stated = [
        (getattr(file, "path", file.item), file.sha256) for item in manifest.items for file in sealed_of(manifest, item)
    ]
    stated += [(file.path, file.sha256) for file in manifest.files if file.path in copies]
    unsaid = [path for path, digest in stated if not is_printed(digest, text)]
    for path in unsaid[:MAX_NAMED]:
        yield no("report.original_not_printed", path=path)
    if not unsaid:
        yield yes("report.prints_originals")


def is_printed(digest: str, text: str) -> bool:
    """Whether a digest stands in ``text`` (without blanks), whole or broken once at a group of four by a page's end."""
    if digest in text:
        return True
    return any(digest[:cut] in text and digest[cut:] in text for cut in range(8, len(digest) - 4, 4))
