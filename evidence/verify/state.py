"""What the checks share: what was read, what was asked, and what earlier checks have established."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from evidence.manifest import Manifest
from evidence.model import Answer, DisclosedLog, SignedHead
from evidence.verify.container import Located
from evidence.verify.reading import Reading
from evidence.verify.trust import Trust
from evidence.verify.untrusted import CmsAnswer, Parser, ReportAnswer

MAX_NAMED = 20
"""Most findings of one kind that a check lists one by one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One sentence of a check. ``code`` stands in the catalogue under ``check``."""

    answer: Answer
    code: str
    params: dict[str, str] = field(default_factory=dict)
    counts: bool = True
    """Whether it decides the claim; one untrusted token beside a trusted one does not."""


def yes(code: str, **params: object) -> Outcome:
    """The check holds."""
    return Outcome(Answer.YES, code, _text(params))


def no(code: str, **params: object) -> Outcome:
    """The check fails."""
    return Outcome(Answer.NO, code, _text(params))


def cannot_tell(code: str, **params: object) -> Outcome:
    """The check cannot be made, or what it needs is not trusted."""
    return Outcome(Answer.CANNOT_TELL, code, _text(params))


def aside(outcome: Outcome) -> Outcome:
    """The same, said but not counted."""
    return Outcome(outcome.answer, outcome.code, outcome.params, counts=False)


def _text(params: dict[str, object]) -> dict[str, str]:
    return {name: value.isoformat() if isinstance(value, datetime) else str(value) for name, value in params.items()}


class Impossible(Exception):
    """A check has nothing to work on, because an earlier one failed. Answered *cannot tell*."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class TokenFound:
    """A token that is intact and valid."""

    label: str
    head_size: int
    """0: over the signature, so over everything that the manifest lists."""
    stamped_at: datetime
    tsa_name: str
    is_trusted: bool


@dataclass(slots=True)
class State:
    """Filled by the checks in their order; None means that the check which establishes a value did not."""

    located: Located
    reading: Reading
    trust: Trust
    now: datetime
    parser: Parser
    manifest: Manifest | None = None
    format_version: int = 0
    cms: CmsAnswer | None = None
    """Only when the manifest's signature holds."""
    is_report_signed: bool = False
    report: ReportAnswer | None = None
    certificate: bytes = b""
    """The signer's certificate (DER), found by its fingerprint; nothing is trusted by this."""
    log: DisclosedLog | None = None
    """Only when the log was read; check 8 says whether it holds."""
    heads: dict[int, SignedHead] = field(default_factory=dict)
    """Heads whose signature and consistency hold, by size."""
    is_log_sound: bool = False
    tokens: list[TokenFound] = field(default_factory=list)
    damaged: dict[str, str] = field(default_factory=dict)
    """Path to what happened: changed, added, missing, renamed, unreadable."""
    disputed: list[tuple[str, str]] = field(default_factory=list)
    """Tag file and a path whose digest it states differently."""
    facts: dict[str, str] = field(default_factory=dict)

    def package_files(self) -> Iterator[str]:
        """The paths that are there, but for what an operating system added by itself."""
        return (path for path in self.located.files if path not in self.reading.system_files)

    def need_manifest(self) -> Manifest:
        """The manifest, or the check is impossible."""
        if self.manifest is None:
            raise Impossible("needs.manifest")
        return self.manifest


Check = Callable[[State], Iterator[Outcome]]
