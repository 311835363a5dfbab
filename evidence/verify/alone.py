"""A report without its package: what its own signature, the manifest inside it and its tokens can tell. Whatever
rests on files that are not here cannot be told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NoReturn

from evidence.digest import digest_bytes
from evidence.errors import EvidenceError
from evidence.manifest import MANIFEST, REPORT
from evidence.model import Answer, Check, Claim, ClaimName, VerificationReport
from evidence.verify import checks
from evidence.verify.checks.time import check_report_tokens
from evidence.verify.claims import worst
from evidence.verify.container import Entry, Located
from evidence.verify.reading import Reading
from evidence.verify.running import printable_path, run_check
from evidence.verify.state import Check as CheckFunction
from evidence.verify.state import Impossible, Outcome, State, cannot_tell, yes
from evidence.verify.trust import Trust
from evidence.verify.untrusted import CmsAnswer, Parser, ReportAnswer, ReportRequest
from evidence.version import NAME, VERSION

MAX_SIZE = 64 << 20
_ATTACHMENT = "manifest.json"
_PDF = b"%PDF-"


def is_report_alone(path: Path) -> bool:
    """Whether ``path`` is a file that begins as a PDF does."""
    try:
        with path.open("rb") as stream:
            return stream.read(len(_PDF)) == _PDF
    except (OSError, ValueError):
        return False


def verify_report_alone(path: Path, *, trust: Trust, now: datetime, parser: Parser) -> VerificationReport:
    """Verify the report at ``path``. Check numbers are those of a whole package.

    Raises :class:`EvidenceError` ``verify.unreadable``, or ``verify.not_a_package`` for a PDF in which there is no
    manifest.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_SIZE + 1)
    except OSError as problem:
        raise EvidenceError("verify.unreadable", path=path, reason=problem.strerror or "") from problem
    answer = parser.ask(ReportRequest(data, "", _ATTACHMENT, trust.tsa_roots)) if len(data) <= MAX_SIZE else None
    if not isinstance(answer, ReportAnswer) or not answer.attachment:
        raise EvidenceError("verify.not_a_package", path=path)
    reading = Reading(sizes={REPORT: len(data)}, kept={REPORT: data, MANIFEST: answer.attachment})
    reading.digests |= {REPORT: digest_bytes(data), MANIFEST: digest_bytes(answer.attachment)}
    located = Located(files={REPORT: Entry(REPORT, len(data), _nothing)}, outside={}, flaws=())
    return _report(path, State(located=located, reading=reading, trust=trust, now=now, parser=parser))


def _nothing() -> BinaryIO:
    _refuse()


def _refuse() -> NoReturn:
    raise EvidenceError("verify.truncated")  # every byte was read already


def _signature(state: State) -> Iterator[Outcome]:
    """Check 6, and from then on the report's signature stands for the manifest's, which it covers."""
    yield from checks.check_report_signature(state)
    answer = state.report
    if state.is_report_signed and answer is not None:
        state.certificate = answer.certificate
        state.cms = CmsAnswer(
            "", certificate=answer.certificate, subject=answer.subject, certificates=answer.certificates,
            signature_value=answer.signature_value,
        )  # fmt: skip
        state.facts["signer_subject"] = answer.subject


def _time(state: State) -> Iterator[Outcome]:
    """Before which time this report, and so the digests in it, existed."""
    if not state.is_report_signed:
        raise Impossible("needs.report")
    yield from check_report_tokens(state)
    trusted = [token.stamped_at for token in state.tokens if token.is_trusted]
    if trusted:
        state.facts["existed_before"] = min(trusted).isoformat()
        yield yes("alone.existed_before", before_at=min(trusted))
    else:
        yield (
            cannot_tell("time.none_trusted", count=len(state.tokens)) if state.tokens else cannot_tell("time.no_token")
        )


_STEPS: tuple[tuple[int, str, ClaimName, CheckFunction], ...] = (
    (2, "format", ClaimName.SIGNED, checks.check_format),
    (6, "report_signature", ClaimName.SIGNED, _signature),
    (7, "report_content", ClaimName.REPORT, checks.check_report_content),
    (9, "time", ClaimName.TIME, _time),
    (10, "trust", ClaimName.SIGNER, checks.check_trust),
)


def _report(path: Path, state: State) -> VerificationReport:
    found: list[tuple[Check, bool]] = []
    for number, name, claim, check in _STEPS:
        for outcome in run_check(check, state):
            made = Check(number, name, outcome.answer, outcome.code, outcome.params, claim)
            found.append((made, outcome.counts))
        if state.manifest is not None:
            signer = state.manifest.signer
            state.facts |= {"signer_sha256": signer.certificate_sha256, "signer_words": signer.fingerprint_words}
    manifest = state.manifest
    if manifest is not None:
        state.facts |= {
            "created_at": manifest.created.at.isoformat(),
            "exhibits": str(len(manifest.items)),
            "exhibits_in_case": str(manifest.exhibits_in_case),
            "case_id": manifest.case_id,
        }
    state.facts |= dict(state.trust.lists)
    state.facts["report_sha256"] = hashlib.sha256(state.reading.kept[REPORT]).hexdigest()
    return VerificationReport(
        path=printable_path(str(path)),
        package_id=manifest.package_id if manifest else "",
        format_version=state.format_version,
        claims=tuple(
            _claim(name, [check for check, counts in found if counts], state) for name in ClaimName
            if name is not ClaimName.REDACTION or (manifest is not None and manifest.withheld)
        ),
        checks=tuple(check for check, _counts in found),
        facts=dict(sorted(state.facts.items())),
        damaged=(REPORT,) if REPORT in state.damaged else (),
        verified_at=state.now,
        verifier=f"{NAME} {VERSION}",
    )


def _claim(name: ClaimName, counted: list[Check], state: State) -> Claim:
    if name is ClaimName.ORIGIN:
        return Claim(name, Answer.CANNOT_TELL, "origin.never")
    found = [check for check in counted if check.claim is name]
    if not found:
        return Claim(name, Answer.CANNOT_TELL, "alone.only_report", {"checks": ""})
    answer = worst(check.answer for check in found)
    numbers = sorted({check.number for check in found if check.answer is answer})
    params = {"checks": ", ".join(map(str, numbers)), "words": state.facts.get("signer_words", "")}
    if answer is not Answer.YES:
        return Claim(name, answer, f"{name.value}.{answer.value}", params)
    if not state.is_report_signed:
        return Claim(name, Answer.CANNOT_TELL, "rests.on_report_signature", params)
    if name is ClaimName.SIGNED:
        return Claim(name, answer, "alone.signed", params)
    if name is ClaimName.TIME:
        return Claim(name, answer, "alone.time", params | {"before_at": state.facts["existed_before"]})
    return Claim(name, answer, f"{name.value}.yes", params)
