"""Verifying one package: read it once, run every check, say the claims."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from evidence.model import Answer, Check, ClaimName, VerificationReport
from evidence.verify import checks
from evidence.verify.alone import is_report_alone, verify_report_alone
from evidence.verify.checks.files import settle_blame
from evidence.verify.claims import Counted, make_claims
from evidence.verify.container import Unlock, locate, open_container
from evidence.verify.reading import Progress, read_files
from evidence.verify.running import printable_path, run_check
from evidence.verify.state import Check as CheckFunction
from evidence.verify.state import State
from evidence.verify.trust import Trust
from evidence.verify.untrusted import ChildParser, Parser
from evidence.version import NAME, VERSION

STEPS: tuple[tuple[str, ClaimName, CheckFunction], ...] = (
    ("container", ClaimName.COMPLETE, checks.check_container),
    ("format", ClaimName.COMPLETE, checks.check_format),
    ("bag", ClaimName.COMPLETE, checks.check_bag),
    ("files", ClaimName.COMPLETE, checks.check_files),
    ("manifest_signature", ClaimName.SIGNED, checks.check_manifest_signature),
    ("report_signature", ClaimName.SIGNED, checks.check_report_signature),
    ("report_content", ClaimName.REPORT, checks.check_report_content),
    ("custody", ClaimName.CUSTODY, checks.check_custody),
    ("time", ClaimName.TIME, checks.check_time),
    ("trust", ClaimName.SIGNER, checks.check_trust),
    ("clock", ClaimName.CLOCK, checks.check_clock),
    ("methods", ClaimName.METHOD, checks.check_methods),
    ("cosignatures", ClaimName.COMPLETE, checks.check_cosignatures),
    ("redactions", ClaimName.REDACTION, checks.check_redactions),
)
"""Numbered from 1."""


def verify_package(
    path: Path,
    *,
    trust: Trust,
    now: datetime,
    progress: Progress = lambda _share: None,
    cancelled: Callable[[], bool] = lambda: False,
    parser: Parser | None = None,
    unlock: Unlock | None = None,
) -> VerificationReport:
    """Verify the folder, the ZIP or the report alone at ``path`` at the aware time ``now``.

    ``progress`` gets a share from 0 to 1. ``parser`` may be shared by many calls; without it one is started and ended
    here. ``unlock`` opens what was encrypted for a hand-over; nothing is written.
    A package in any state gets a report; raises :class:`EvidenceError` (``verify.not_found``,
    ``verify.unreadable``, ``verify.encrypted``, ``verify.not_a_package``, ``verify.several_packages``) only when there
    is no package to report on, and :class:`evidence.errors.CancelledError`.
    """
    own = parser or ChildParser()
    try:
        if is_report_alone(path):
            return verify_report_alone(path, trust=trust, now=now, parser=own)
        container = open_container(path, unlock or Unlock())
        try:
            located = locate(container, path)
            reading = read_files(located, checks.read_listed_sizes, progress, cancelled)
            # Open until the end: redacted copies are read once more, against their records.
            return _report(path, State(located=located, reading=reading, trust=trust, now=now, parser=own))
        finally:
            container.close()
    finally:
        if parser is None:
            own.close()


def _report(path: Path, state: State) -> VerificationReport:
    counted: list[Counted] = []
    for number, (name, claim, check) in enumerate(STEPS, start=1):
        for outcome in run_check(check, state):
            counted.append(
                Counted(Check(number, name, outcome.answer, outcome.code, outcome.params, claim), outcome.counts)
            )
    settle_blame(state)
    manifest = state.manifest
    if manifest is not None:
        state.facts |= {
            "created_at": manifest.created.at.isoformat(),
            "exhibits": str(len(manifest.items)),
            "exhibits_in_case": str(manifest.exhibits_in_case),
            "case_id": manifest.case_id,
        }
    state.facts |= {"files": str(len(state.located.files)), **dict(state.trust.lists)}
    return VerificationReport(
        path=printable_path(str(path)),
        package_id=manifest.package_id if manifest else "",
        format_version=state.format_version,
        claims=make_claims(counted, state),
        checks=tuple(each.check for each in counted),
        facts=dict(sorted(state.facts.items())),
        damaged=tuple(sorted(printable_path(each) for each in state.damaged)),
        verified_at=state.now,
        verifier=f"{NAME} {VERSION}",
        heads=tuple(head for _size, head in sorted(state.heads.items())) if state.is_log_sound and state.cms else (),
    )


def exit_code(reports: list[VerificationReport]) -> int:
    """0: every claim but origin is *yes*; 1: one is *no*; 3: none is *no* but one cannot be told."""
    answers = {claim.answer for report in reports for claim in report.claims if claim.name is not ClaimName.ORIGIN}
    if Answer.NO in answers:
        return 1
    return 3 if Answer.CANNOT_TELL in answers else 0
