"""Adding proof to a package that was made before: time stamps that arrived later, and long-term validation data.

Nothing that is signed changes. The new form is written beside the old one and takes its place when it is whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from evidence import manifest as layout
from evidence import timestamps
from evidence.digest import from_json, parse_json
from evidence.errors import EvidenceError
from evidence.manifest import Manifest
from evidence.model import TimestampToken
from evidence.package.bag import renewed_tag_lists
from evidence.package.longterm import LEVELS, add_archive_time, add_validation_data, report_level
from evidence.package.made import MadePackage, open_forms
from evidence.package.signing import signature_value
from evidence.package.stamping import add_signature_time, report_signature, stamp_signature, tag_of


@dataclass(frozen=True, slots=True)
class PackageUpgraded:
    """What upgrading did. ``level`` is the PAdES level that the report has now."""

    level: str
    added: tuple[str, ...]
    """Paths of files that are new in the package."""
    unanswered: tuple[str, ...]
    """Addresses of authorities that gave no usable token."""
    report_sha256: str


@dataclass(frozen=True, slots=True)
class ValidationSources:
    """Where validation data comes from: certificates and CRLs or OCSP responses (DER) at hand, and ``fetch``, which
    gets what a certificate points to (an address to its bytes; raises :class:`EvidenceError`), or None offline."""

    certificates: Sequence[bytes] = ()
    revocations: Sequence[bytes] = ()
    fetch: Callable[[str], bytes] | None = None


def upgrade_package(
    forms: Sequence[Path],
    *,
    tsa: tuple[timestamps.TsaClient, Sequence[str]] | None,
    tokens: Sequence[TimestampToken] = (),
    level: str = "B-LTA",
    sources: ValidationSources | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Callable[[float, str], None] = lambda _share, _step: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> PackageUpgraded:
    """Add proof to one package; ``forms`` are its folder, its ZIP, or both, which stay alike.

    ``tokens`` are time stamps over heads of the package that arrived since. ``level`` is the PAdES level wanted of the
    report: a level that needs what nobody gave (a time stamp, revocation data) is not reached, and the result says
    which one was. With ``B-LTA`` each call adds one archive time stamp: call again before the last one ages.

    Raises :class:`EvidenceError` ``package.not_a_package``, ``package.forms_differ``, ``package.foreign_token``,
    ``package.bad_revocation``, ``package.no_room``, ``package.disk_full``, ``package.cannot_write``;
    :class:`evidence.errors.CancelledError`.
    """
    made = open_forms(forms)
    first = made[0]
    upgrade = _Upgrade(first, tsa, now)
    progress(0.05, "stamping")
    upgrade.add_head_tokens(tokens)
    upgrade.add_signature_tokens()
    progress(0.3, "signing")
    upgrade.raise_report(level, sources or ValidationSources())
    upgrade.close_bag()
    for position, each in enumerate(made):
        each.replace(upgrade.changed, cancelled=cancelled)
        progress(0.4 + 0.6 * (position + 1) / len(made), "writing")
    return PackageUpgraded(
        level=report_level(upgrade.report),
        added=tuple(sorted(path for path in upgrade.changed if path not in first.sizes)),
        unanswered=tuple(dict.fromkeys(upgrade.unanswered)),
        report_sha256=hashlib.sha256(upgrade.report).hexdigest(),
    )


class _Upgrade:
    """The changes to one package, gathered in memory; originals are never touched."""

    def __init__(
        self,
        made: MadePackage,
        tsa: tuple[timestamps.TsaClient, Sequence[str]] | None,
        now: Callable[[], datetime],
    ) -> None:
        self._made = made
        self._tsa = tsa
        self._now = now
        self._manifest = from_json(parse_json(made.read(layout.MANIFEST)), Manifest)
        self.report = made.read(layout.REPORT)
        self.changed: dict[str, bytes] = {}
        self.unanswered: list[str] = []

    def add_head_tokens(self, tokens: Sequence[TimestampToken]) -> None:
        """Tokens over heads that the package holds; one that is there already is passed over."""
        held = {self._made.read(path) for path in self._made.sizes if layout.is_added_token(path)}
        for token in tokens:
            path = layout.head_path(token.head_size)
            if token.log_id != self._manifest.log.log_id or path not in self._made.sizes:
                continue
            if token.response in held:
                continue
            facts = timestamps.verify_response(token.response, hashlib.sha256(self._made.read(path)).digest(), roots=())
            if not (facts.intact and facts.valid):
                raise EvidenceError("package.foreign_token")
            self._add_token(f"head-{token.head_size:08d}", token)

    def add_signature_tokens(self) -> None:
        """Tokens over the manifest's signature, unless it has some."""
        if any(path.startswith(f"{layout.TOKENS_FOLDER}/signature-") for path in self._made.sizes):
            return
        for token in self._stamps(signature_value(self._made.read(layout.SIGNATURE))):
            self._add_token("signature", token)

    def raise_report(self, level: str, sources: ValidationSources) -> None:
        """The report, as far towards ``level`` as authorities and validation data allow."""
        wanted = LEVELS.index(level)
        report = self.report
        if wanted >= LEVELS.index("B-T") and report_level(report) == "B-B":
            for token in self._stamps(report_signature(report))[:1]:
                report = add_signature_time(report, token.response)
        if wanted >= LEVELS.index("B-LT") and report_level(report) != "B-B":
            report = self._with_long_term_proof(report, sources, is_archived=wanted == LEVELS.index("B-LTA"))
        if report != self.report:
            self.report = report
            self.changed[layout.REPORT] = report

    def _with_long_term_proof(self, report: bytes, sources: ValidationSources, *, is_archived: bool) -> bytes:
        """Validation data, under an archive time stamp if one is wanted; both or nothing."""
        extended = add_validation_data(report, sources.certificates, sources.revocations, sources.fetch)
        if not is_archived:
            return extended
        if self._tsa is None:
            return report
        try:
            return add_archive_time(extended, self._stamp)
        except EvidenceError:
            return report

    def close_bag(self) -> None:
        """New tag manifests, when anything changed."""
        if self.changed:
            self.changed |= renewed_tag_lists(self._made.read, self.changed)

    def _add_token(self, stem: str, token: TimestampToken) -> None:
        taken = [path.rpartition("-")[2].removesuffix(".tsr") for path in (*self._made.sizes, *self.changed)
                 if path.startswith(f"{layout.TOKENS_FOLDER}/{stem}-")]  # fmt: skip
        self.changed[f"{layout.TOKENS_FOLDER}/{stem}-{tag_of(token.tsa_url, taken)}.tsr"] = token.response

    def _stamps(self, signature: bytes) -> tuple[TimestampToken, ...]:
        if self._tsa is None:
            return ()
        client, urls = self._tsa
        log = self._manifest.log
        stamps = stamp_signature(signature, client=client, tsas=[timestamps.Tsa(url) for url in urls], now=self._now,
                                 log_id=log.log_id, head_size=log.size)  # fmt: skip
        self.unanswered += stamps.unanswered
        return stamps.tokens

    def _stamp(self, digest: bytes) -> bytes:
        """A response over ``digest`` from the first authority that answers."""
        assert self._tsa is not None
        client, urls = self._tsa
        log = self._manifest.log
        ask = partial(timestamps.request_token, digest, client=client, now=self._now, log_id=log.log_id,
                      head_size=log.size)  # fmt: skip
        problem: EvidenceError | None = None
        for url in urls:
            try:
                return ask(url=url).response
            except EvidenceError as caught:
                self.unanswered.append(url)
                problem = caught
        raise problem or EvidenceError("timestamps.none_chosen")
