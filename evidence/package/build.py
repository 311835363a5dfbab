"""From a frozen case to a package: stage, describe, sign, bag, and only then put it in place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import cast
from uuid import uuid4

from evidence import manifest as layout
from evidence import timestamps
from evidence.digest import canonical_json
from evidence.errors import CancelledError, EvidenceError
from evidence.i18n import Language, texts
from evidence.manifest import FileEntry, FileRole, HeadToken
from evidence.model import PackageChoices, PackageMade, Snapshot
from evidence.package.archive import write_zip
from evidence.package.attaching import attach_manifest
from evidence.package.bag import BAGIT, bag_info, checksum_list
from evidence.package.certificates import certificate_bundle
from evidence.package.describing import describe_package, redacted_files, withheld_files
from evidence.package.guide import guide
from evidence.package.identifiers import bare_exhibits, find_identifiers
from evidence.package.jsonld import case_jsonld
from evidence.package.report.content import ReportContent
from evidence.package.report.document import write_report
from evidence.package.report.fonts import FontFiles, choose_typeface, find_fonts, font_folders
from evidence.package.signing import PackageSigner, sign_manifest, sign_report, signature_value
from evidence.package.staging import (
    SPARE_BYTES,
    Staging,
    copy_entries,
    leaving_nothing,
    original_entries,
    remove_folder,
    require_room,
    sweep,
)
from evidence.package.stamping import add_signature_time, report_signature, stamp_signature, tag_of
from evidence.package.tables import identifiers_table, items_table

Progress = Callable[[float, str], None]
Cancelled = Callable[[], bool]
TimeAccess = tuple[timestamps.TsaClient, Sequence[str]]
"""A network client and the addresses of the authorities that the person chose."""


def build_package(
    snapshot: Snapshot,
    choices: PackageChoices,
    out_dir: Path,
    *,
    signer: PackageSigner,
    tsa: TimeAccess | None = None,
    preview: Callable[[str], bytes | None] = lambda _item_id: None,
    fonts: Sequence[FontFiles] | None = None,
    supersedes: Sequence[str] = (),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Progress = lambda _share, _step: None,
    cancelled: Cancelled = lambda: False,
) -> PackageMade:
    """Make the package of ``snapshot`` in ``out_dir``, as a folder, a ZIP, or both.

    ``signer`` signs manifest and report. Where it is not the key that signed the log, the FROZEN event must name it
    (fact ``signer``, the SHA-256 of its certificate), or no verifier accepts the log. ``tsa`` is asked for time stamps
    over both signatures; without it, or when no authority answers, the package stays at level B-B and the result says
    so. ``preview`` gives the picture of an item (by id) as it may be shown, JPEG or PNG. ``fonts`` are tried in order;
    None means those of this computer. ``supersedes`` are ids of earlier packages of the case. ``now`` is this
    computer's clock, which the time stamps are held against. ``progress`` gets a share from 0 to 1 and a step's name.

    Nothing half-made is left behind, whatever happens. Raises :class:`EvidenceError` ``package.no_exhibits``,
    ``package.no_form``, ``package.no_font``, ``package.unusable_key``, ``package.original_changed``,
    ``package.disk_full``, ``package.cannot_write``, what ``snapshot.open_original`` raises, :class:`CancelledError`.
    """
    if not snapshot.exhibits:
        raise EvidenceError("package.no_exhibits")
    if not (choices.as_folder or choices.as_zip):
        raise EvidenceError("package.no_form")
    package_id = str(uuid4())
    name = f"holdfast-{snapshot.frozen.at:%Y%m%d}-{package_id[:8]}"
    part, zip_part = out_dir / f".{name}.part", out_dir / f".{name}.zip.part"
    final, final_zip = out_dir / name, out_dir / f"{name}.zip"
    with leaving_nothing(part, zip_part):
        out_dir.mkdir(parents=True, exist_ok=True)
        sweep(out_dir, now().timestamp())
        payload = sum(entry.size for _file, entry in (*original_entries(snapshot), *copy_entries(snapshot)))
        require_room(out_dir, payload * (2 if choices.as_zip else 1) + SPARE_BYTES)
        build = _Build(snapshot, choices, Staging(part), signer, package_id, tuple(supersedes), now, cancelled)
        build.originals(_share_of(progress, 0.0, 0.5, payload, "originals"))
        progress(0.5, "report")
        build.describe()
        build.report(preview, find_fonts(font_folders()) if fonts is None else fonts, progress)
        progress(0.85, "signing")
        build.sign(tsa)
        build.close_bag()
        if choices.as_zip:
            sizes = {
                path.relative_to(part).as_posix(): path.stat().st_size for path in part.rglob("*") if path.is_file()
            }
            zipping = _share_of(progress, 0.88, 1.0, payload, "zip")
            write_zip(sizes, lambda path: (part / path).open("rb"), zip_part, root=name, at=snapshot.frozen.at,
                      progress=zipping, cancelled=cancelled)  # fmt: skip
        if cancelled():
            raise CancelledError
    with leaving_nothing(part, zip_part, final, final_zip):
        if choices.as_zip:
            zip_part.rename(final_zip)
        if choices.as_folder:
            part.rename(final)
        else:
            remove_folder(part)
    progress(1.0, "done")
    return PackageMade(
        package_id=package_id,
        folder=str(final) if choices.as_folder else "",
        zip_file=str(final_zip) if choices.as_zip else "",
        manifest_sha256=hashlib.sha256(build.manifest_bytes).hexdigest(),
        report_sha256=hashlib.sha256(build.report_bytes).hexdigest(),
        signer_fingerprint=hashlib.sha256(signer.certificate_der).hexdigest(),
        created_at=snapshot.frozen.at,
        recipient=choices.recipient.value if choices.recipient is not None else "",
        has_trusted_time=bool(build.tokens) or build.is_stamped,
        signature_level="B-T" if build.is_report_stamped else "B-B",
        unanswered=tuple(build.unanswered),
    )


class _Build:
    """One package while it is made; the methods are called in the order in which they stand."""

    def __init__(
        self,
        snapshot: Snapshot,
        choices: PackageChoices,
        staging: Staging,
        signer: PackageSigner,
        package_id: str,
        supersedes: tuple[str, ...],
        now: Callable[[], datetime],
        cancelled: Cancelled,
    ) -> None:
        self.snapshot = snapshot
        self.choices = choices
        self.t = texts(cast(Language, choices.language))
        self.staging = staging
        self.signer = signer
        self.package_id = package_id
        self.supersedes = supersedes
        self.now = now
        self.cancelled = cancelled
        self.identifiers = find_identifiers([*snapshot.exhibits, *bare_exhibits(snapshot.held_back)])
        self.tokens: list[HeadToken] = []
        self.manifest_bytes = self.report_bytes = b""
        self.is_stamped = self.is_report_stamped = False
        self.unanswered: list[str] = []

    def originals(self, progress: Callable[[int], None]) -> None:
        """``data/``, digested on the way."""
        self.staging.add_originals(self.snapshot, progress=progress, cancelled=self.cancelled)

    def describe(self) -> None:
        """Tables, log, heads, tokens, certificates, CASE, guide, bag files, and the manifest that lists them all."""
        snapshot, staging = self.snapshot, self.staging
        tool = snapshot.tool
        payload = list(staging.entries)
        items = items_table(self.t, snapshot.exhibits, payload, withheld_files(snapshot))
        staging.add(layout.ITEMS, items, FileRole.TABLE)
        staging.add(layout.IDENTIFIERS, identifiers_table(self.t, self.identifiers), FileRole.TABLE)
        staging.add(layout.CUSTODY, canonical_json(snapshot.log), FileRole.PROOF)
        self._add_heads_and_tokens()
        for each, redacted in zip(snapshot.redacted, redacted_files(snapshot), strict=True):
            staging.add(redacted.record, each.record, FileRole.PROOF)
        certificates = certificate_bundle(
            [self.signer.certificate_der, *getattr(self.signer, "chain", ()), snapshot.certificate_der],
            snapshot.tokens,
        )
        staging.add(layout.CERTIFICATES, certificates, FileRole.PROOF)
        staging.add(layout.JSONLD, case_jsonld(snapshot, payload, package_id=self.package_id), FileRole.PROOF)
        certificate_sha256 = hashlib.sha256(self.signer.certificate_der).hexdigest()
        first = cast(Language, self.choices.language)
        recipe = guide(self.tokens, certificate_sha256=certificate_sha256, first=first,
                       is_redacted=bool(snapshot.redacted))  # fmt: skip
        staging.add(layout.GUIDE, recipe, FileRole.GUIDE)
        staging.add("bagit.txt", BAGIT, FileRole.BAG)
        info = bag_info(payload, package_id=self.package_id, date=f"{snapshot.frozen.at:%Y-%m-%d}",
                        software=f"{tool.name} {tool.version}")  # fmt: skip
        staging.add("bag-info.txt", info, FileRole.BAG)
        for algorithm in ("sha256", "sha512"):
            staging.add(f"manifest-{algorithm}.txt", _checksums(payload, algorithm), FileRole.BAG)
        self.manifest = describe_package(
            snapshot, self.choices, package_id=self.package_id, certificate_sha256=certificate_sha256,
            files=staging.entries, tokens=self.tokens, supersedes=self.supersedes,
        )  # fmt: skip
        self.manifest_bytes = canonical_json(self.manifest)
        staging.add(layout.MANIFEST, self.manifest_bytes, FileRole.PROOF)

    def report(self, preview: Callable[[str], bytes | None], fonts: Sequence[FontFiles], progress: Progress) -> None:
        """The report with the manifest attached, not yet signed."""
        digest = hashlib.sha256(self.manifest_bytes).hexdigest()
        count = len(self.snapshot.exhibits)

        def before_exhibit(position: int) -> None:
            if self.cancelled():
                raise CancelledError
            progress(0.5 + 0.35 * position / count, "report")

        content = ReportContent(
            snapshot=self.snapshot,
            choices=self.choices,
            manifest=self.manifest,
            manifest_sha256=digest,
            identifiers=self.identifiers,
            preview=preview,
            before_exhibit=before_exhibit,
        )
        pdf = write_report(self.t, content, choose_typeface(fonts, content.human_text()))
        tool = self.snapshot.tool
        self.report_bytes = attach_manifest(
            pdf, self.manifest_bytes, manifest_sha256=digest, created=self.snapshot.frozen,
            tool=f"{tool.name} {tool.version}",
        )  # fmt: skip

    def sign(self, tsa: TimeAccess | None) -> None:
        """Both signatures by the one key, and time stamps over both if an authority answers."""
        signature = sign_manifest(self.manifest_bytes, self.signer)
        self.staging.add(layout.SIGNATURE, signature, FileRole.PROOF)
        self.report_bytes = sign_report(
            self.report_bytes, self.signer, at=self.snapshot.frozen.at, name=self.snapshot.examiner.name
        )
        if tsa is not None:
            self._stamp(tsa, signature)
        self.staging.add(layout.REPORT, self.report_bytes, FileRole.PROOF)

    def close_bag(self) -> None:
        """The tag manifests over everything that is not payload."""
        tags = [entry for entry in self.staging.entries if not entry.path.startswith(f"{layout.PAYLOAD_FOLDER}/")]
        for algorithm in ("sha256", "sha512"):
            self.staging.add(f"tagmanifest-{algorithm}.txt", _checksums(tags, algorithm), FileRole.BAG)

    def _add_heads_and_tokens(self) -> None:
        log = self.snapshot.log
        heads = {signed.head.size: signed for signed in (*log.earlier_heads, log.head)}
        for size, signed in sorted(heads.items()):
            self.staging.add(layout.head_path(size), canonical_json(signed), FileRole.PROOF)
        taken: dict[int, list[str]] = {}
        for token in self.snapshot.tokens:
            if token.head_size not in heads:
                continue
            tags = taken.setdefault(token.head_size, [])
            tags.append(tag_of(token.tsa_url, tags))
            path = f"{layout.TOKENS_FOLDER}/head-{token.head_size:08d}-{tags[-1]}.tsr"
            self.staging.add(path, token.response, FileRole.PROOF)
            self.tokens.append(HeadToken(path=path, head_size=token.head_size, tsa_url=token.tsa_url))
        self.tokens.sort(key=lambda token: token.path)

    def _stamp(self, tsa: TimeAccess, signature: bytes) -> None:
        """Tokens over the manifest's signature as files; one over the report's signature inside the report."""
        client, addresses = tsa
        head = self.snapshot.log.head.head
        stamp = partial(stamp_signature, client=client, now=self.now, log_id=head.log_id, head_size=head.size)
        tsas = [timestamps.Tsa(url) for url in addresses]
        stamps = stamp(signature_value(signature), tsas=tsas)
        tags: list[str] = []
        for token in stamps.tokens:
            tags.append(tag_of(token.tsa_url, tags))
            self.staging.add(f"{layout.TOKENS_FOLDER}/signature-{tags[-1]}.tsr", token.response, FileRole.PROOF)
        self.unanswered = list(stamps.unanswered)
        self.is_stamped = bool(stamps.tokens)
        answered = [timestamps.Tsa(token.tsa_url) for token in stamps.tokens]
        for token in stamp(report_signature(self.report_bytes), tsas=answered).tokens[:1]:
            self.report_bytes = add_signature_time(self.report_bytes, token.response)
            self.is_report_stamped = True


def _checksums(entries: Sequence[FileEntry], algorithm: str) -> bytes:
    return checksum_list({entry.path: getattr(entry, algorithm) for entry in entries})


def _share_of(progress: Progress, start: float, end: float, total: int, step: str) -> Callable[[int], None]:
    """Turns counts of bytes into shares between ``start`` and ``end``."""
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress(start + (end - start) * min(done / max(total, 1), 1.0), step)

    return advance
