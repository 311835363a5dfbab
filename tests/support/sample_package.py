"""A small, valid package made by hand with real keys: as FORMAT.md says it, without the program's own maker.

``Recipe().build()`` gives the files as bytes by path; every part can be replaced, so that hostile ones can be made
whose other parts are right.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from asn1crypto import cms, keys, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.ades.api import CAdESSignedAttrSpec
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko_certvalidator.registry import SimpleCertificateStore
from reportlab.pdfgen.canvas import Canvas
from support.pki import SignerKeys, TestPki
from support.tsa import TestResponder

from evidence.custody import NewEvent, append, prove_consistency, prove_inclusion
from evidence.digest import canonical_json, digest_bytes, fingerprint_groups, fingerprint_words
from evidence.manifest import (
    CERTIFICATES,
    CUSTODY,
    GUIDE,
    IDENTIFIERS,
    ITEMS,
    JSONLD,
    MANIFEST,
    REPORT,
    SIGNATURE,
    TOKENS_FOLDER,
    FileEntry,
    FileRole,
    HeadToken,
    ItemEntry,
    LogSummary,
    Manifest,
    RedactedFile,
    SignerEntry,
    WithheldFile,
    acquired_facts_of_entry,
    head_path,
    redaction_path,
)
from evidence.model import (
    AcquisitionMethod,
    CustodyEvent,
    DisclosedLog,
    EventKind,
    Examiner,
    Moment,
    OperatorRole,
    SignedHead,
    Tool,
)
from evidence.redaction import Redacted
from evidence.timestamps import build_request

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
"""When the sample is made; it is verified an hour later."""

LATER = NOW + timedelta(hours=1)
CASE = "11111111-2222-4333-8444-555555555555"
TOOL = Tool(name="Sample", version="1", python="3.11", system="Test")
EXAMINER = Examiner(role=OperatorRole.COUNSELLOR, name="")

Files = dict[str, bytes]


class MemoryStorage:
    """A custody log in memory."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[str, int, int], bytes] = {}
        self.events: list[CustodyEvent] = []
        self.heads: list[SignedHead] = []

    def log_size(self, log_id: str) -> int:
        return len(self.events)

    def item_event_count(self, log_id: str, item_id: str) -> int:
        return sum(event.item_id == item_id for event in self.events)

    def node(self, log_id: str, level: int, index: int) -> bytes:
        return self.nodes[log_id, level, index]

    def put_node(self, log_id: str, level: int, index: int, node_hash: bytes) -> None:
        self.nodes[log_id, level, index] = node_hash

    def put_event(self, event: CustodyEvent, canonical: bytes) -> None:
        self.events.append(event)

    def put_head(self, head: SignedHead) -> None:
        self.heads.append(head)


class HeadKey:
    """Signs heads with a signer's key."""

    def __init__(self, keys_of_signer: SignerKeys) -> None:
        self._keys = keys_of_signer
        self.key_sha256 = fingerprint_of(keys_of_signer)

    def sign(self, data: bytes) -> bytes:
        return raw_signature(self._keys, data)


def raw_signature(keys_of_signer: SignerKeys, data: bytes, digest: str = "sha256") -> bytes:
    """A bare signature over ``data``."""
    algorithm = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha512": hashes.SHA512()}[digest]
    if isinstance(keys_of_signer.key, rsa.RSAPrivateKey):
        return keys_of_signer.key.sign(data, padding.PKCS1v15(), algorithm)
    return keys_of_signer.key.sign(data, ec.ECDSA(algorithm))


def fingerprint_of(keys_of_signer: SignerKeys) -> str:
    """SHA-256 of the certificate."""
    return hashlib.sha256(keys_of_signer.certificate_der).hexdigest()


@dataclass
class World:
    """Keys that many packages share; made once, since making them takes the longest."""

    pki: TestPki = field(default_factory=lambda: TestPki(now=NOW))

    @cached_property
    def signer(self) -> SignerKeys:
        """The examiner's self-signed key."""
        return self.pki.self_signed("Sample examiner")

    @cached_property
    def stranger(self) -> SignerKeys:
        """Somebody else's key."""
        return self.pki.self_signed("Sample examiner")

    @cached_property
    def tsa(self) -> TestResponder:
        """An honest authority whose clock says two minutes after the sample was made."""
        return TestResponder(self.pki.tsa(), lambda: NOW + timedelta(minutes=2))

    @cached_property
    def untrusted_tsa(self) -> TestResponder:
        """An authority under a root that nobody gave."""
        return TestResponder(TestPki("Other", now=NOW).tsa(), lambda: NOW + timedelta(minutes=2))


def stamp(responder: TestResponder, data: bytes, nonce: int = 7) -> bytes:
    """A TimeStampResp over the SHA-256 of ``data``."""
    return responder.respond(build_request(hashlib.sha256(data).digest(), nonce))


def moment(at: datetime, offset_ms: int | None = 40) -> Moment:
    """A reading of a clock that was compared, unless ``offset_ms`` is None."""
    return Moment(
        at=at, local=(at + timedelta(hours=9)).replace(tzinfo=None).isoformat() + "+09:00", timezone="Asia/Seoul",
        utc_offset_s=32400, clock_source="system" if offset_ms is None else "tsa", clock_offset_ms=offset_ms,
        clock_checked_at=None if offset_ms is None else at,
    )  # fmt: skip


@dataclass
class Recipe:
    """How to make one package. Fields are replaced to make another one."""

    world: World
    originals: dict[str, list[tuple[str, bytes]]] = field(
        default_factory=lambda: {
            "A-01": [("chat.png", b"\x89PNG not really a picture" * 40)],
            "A-02": [("대화 기록.txt", "가짜 대화\n".encode() * 20), ("second.bin", bytes(range(256)))],
        }
    )
    manifest_signer: SignerKeys | None = None
    report_signer: SignerKeys | None = None
    named_signer: SignerKeys | None = None
    log_key: SignerKeys | None = None
    """Signs the heads in the signer's place, and is named for that; the last event then names the signer."""
    has_tokens: bool = True
    clock_offset_ms: int | None = 40
    edit_manifest: Callable[[dict[str, Any]], None] = lambda _value: None
    encode_manifest: Callable[[Any], bytes] = canonical_json
    edit_log: Callable[[DisclosedLog], DisclosedLog] = lambda log: log
    edit_events: Callable[[list[NewEvent]], None] = lambda _events: None
    edit_report: Callable[[list[str]], None] = lambda _lines: None
    attachment: bytes | None = None
    sign_manifest: Callable[[bytes, SignerKeys], bytes] | None = None
    version: int = 2
    redacted: dict[str, Redacted] = field(default_factory=dict)
    """Exhibit number, of one original, to the copy that stands in its place."""

    def with_(self, **changes: Any) -> Recipe:
        """The same with changes."""
        return replace(self, **changes)

    def redacted_paths(self) -> list[str]:
        """Where its redacted copies stand."""
        return [copy_path(number, each) for number, each in self.redacted.items()]

    def build(self) -> Files:
        """All files by path."""
        files: Files = {}
        self.build_into(files, {})
        return files

    def build_into(self, files: Files, replaced: Files) -> None:
        """The same; ``replaced`` files take the place of those made, before the manifest is signed."""
        named = self.named_signer or self.world.signer
        items, originals, payload = self._items()
        draft = self._manifest(named, items, originals, LogSummary(CASE, 1, "0" * 64, 0), ())
        records = {redaction_path(number, 0): canonical_json(each.record) for number, each in self.redacted.items()}
        storage = self._log(draft, items, HeadKey(self.log_key or named))
        log = self.edit_log(disclose(storage, [item.id for item in items]))
        files |= payload | records
        files[CUSTODY] = canonical_json(log)
        for signed in (*log.earlier_heads, log.head):
            files[head_path(signed.head.size)] = canonical_json(signed)
        tokens: list[HeadToken] = []
        if self.has_tokens:
            for signed in (*log.earlier_heads, log.head):
                path = f"{TOKENS_FOLDER}/head-{signed.head.size:08d}-a.tsr"
                files[path] = stamp(self.world.tsa, canonical_json(signed))
                tokens.append(HeadToken(path, signed.head.size, "http://127.0.0.1/tsa"))
        files[CERTIFICATES] = named.certificate.public_bytes(Encoding.PEM)
        if self.log_key is not None:
            files[CERTIFICATES] += self.log_key.certificate.public_bytes(Encoding.PEM)
        files[ITEMS] = b"\xef\xbb\xbfnumber\r\nA-01\r\nA-02\r\n"
        files[IDENTIFIERS] = b"\xef\xbb\xbfkind\r\n"
        files[GUIDE] = b"How to verify\n"
        files[JSONLD] = b"{}"
        files |= replaced
        add_bag(files)
        head = log.head.head
        summary = LogSummary(CASE, head.size, head.root, len(log.events))
        entries = {file.path: file for file in originals}
        listed = tuple(entries.get(path) or entry_of(path, files[path]) for path in sorted(files))
        value = json.loads(canonical_json(self._manifest(named, items, listed, summary, tuple(tokens))))
        self.edit_manifest(value)
        self.finish(files, self.encode_manifest(value))

    def finish(self, files: Files, manifest: bytes) -> None:
        """Sign ``manifest``, write and sign the report, and close the bag."""
        signer = self.manifest_signer or self.world.signer
        files[MANIFEST] = manifest
        files[SIGNATURE] = (self.sign_manifest or sign_cms)(manifest, signer)
        digest = hashlib.sha256(manifest).hexdigest()
        lines = [
            "Report", f"Manifest {fingerprint_groups(digest)}",
            *(f"{path} {fingerprint_groups(hashlib.sha256(data).hexdigest())}"
              for path, data in sorted(files.items()) if path.startswith("data/")),
            *(fingerprint_groups(hashlib.sha256(self.originals[number][0][1]).hexdigest()) for number in self.redacted),
        ]  # fmt: skip
        self.edit_report(lines)
        unsigned = report_pdf(lines, self.attachment if self.attachment is not None else manifest)
        files[REPORT] = sign_pdf(unsigned, self.report_signer or signer)
        close_bag(files)

    def _items(self) -> tuple[list[ItemEntry], list[FileEntry], Files]:
        items: list[ItemEntry] = []
        entries: list[FileEntry] = []
        payload: Files = {}
        for position, (number, originals) in enumerate(self.originals.items()):
            items.append(ItemEntry(
                number=number, id=f"00000000-0000-4000-8000-{position:012d}",
                method=AcquisitionMethod.LIVE_CAPTURE if position == 0 else AcquisitionMethod.FILE_IMPORT,
                acquired=moment(NOW - timedelta(minutes=30, seconds=-10 * position), self.clock_offset_ms), tool=TOOL,
                examiner=EXAMINER, source={"display": ":1"}, settings={}, title="", note="", lawful_access="",
            ))  # fmt: skip
            copy = self.redacted.get(number)
            if copy is not None:
                path = copy_path(number, copy)
                payload[path] = copy.data
                entries.append(replace(
                    entry_of(path, copy.data, FileRole.DERIVED), item=number, media_type=copy.media_type,
                    derived_from_sha256=copy.record.original_sha256, transform="redaction",
                ))  # fmt: skip
                continue
            for order, (name, data) in enumerate(originals):
                path = f"data/{number}/{name}"
                payload[path] = data
                entries.append(replace(
                    entry_of(path, data, FileRole.ORIGINAL), item=number, original_name=name, position=order,
                ))  # fmt: skip
        return items, entries, payload

    def _manifest(
        self, named: SignerKeys, items: list[ItemEntry], files: Any, log: LogSummary, tokens: tuple[HeadToken, ...]
    ) -> Manifest:
        return Manifest(
            package_id="99999999-8888-4777-8666-555555555555", created=moment(NOW), tool=TOOL, language="en",
            case_id=CASE, case_title="Sample", exhibits_in_case=len(items), examiner=EXAMINER, statement="",
            signer=signer_entry(named), log=log, items=tuple(items), files=tuple(files), tokens=tokens,
            log_signer=signer_entry(self.log_key) if self.log_key else None, version=self.version,
            withheld=tuple(withheld_of(number, self.originals[number][0][1]) for number in self.redacted),
            redacted=tuple(
                RedactedFile(number, each.record.original_sha256, copy_path(number, each), redaction_path(number, 0))
                for number, each in self.redacted.items()
            ),
        )  # fmt: skip

    def _log(self, draft: Manifest, items: list[ItemEntry], key: HeadKey) -> MemoryStorage:
        storage = MemoryStorage()
        start = NOW - timedelta(minutes=40)
        append(storage, CASE, [NewEvent(EventKind.CASE_CREATED, start, "counsellor")], signer=key, recorded_at=start)
        acquired = [
            NewEvent(EventKind.ACQUIRED, item.acquired.at, "counsellor", item.id, acquired_facts_of_entry(draft, item))
            for item in items
        ]
        noted = [NewEvent(EventKind.NOTED, NOW - timedelta(minutes=5), "counsellor", item.id) for item in items[:1]]
        ids = {item.number: item.id for item in items}
        redacted = [event for number, each in self.redacted.items() for event in redaction_events(ids[number], each)]
        about = [event.item_id for event in (*acquired, *redacted, *noted)]
        counts = ",".join(f"{item.number}:{about.count(item.id)}" for item in items)
        named = {"signer": draft.signer.certificate_sha256} if self.log_key else {}
        frozen = [NewEvent(EventKind.FROZEN, NOW, "counsellor", "", {"exhibits": counts} | named)]
        events = [*acquired, *redacted, *noted, *frozen]
        self.edit_events(events)
        at = NOW - timedelta(minutes=20)
        cut = max(1, len(events) - 2)
        append(storage, CASE, events[:cut], signer=key, recorded_at=at)
        append(storage, CASE, events[cut:], signer=key, recorded_at=NOW)
        return storage


def copy_path(number: str, copy: Redacted) -> str:
    """Where a redacted copy stands."""
    return f"data/{number}/redacted-1.{'png' if copy.media_type == 'image/png' else 'txt'}"


def withheld_of(number: str, data: bytes) -> WithheldFile:
    """An original that stays with its owner."""
    digests = digest_bytes(data)
    return WithheldFile(number, 0, digests.size, digests.sha256, digests.sha512, "application/octet-stream")


def redaction_events(item_id: str, copy: Redacted) -> list[NewEvent]:
    """What the log says of a redacted copy."""
    record, at = copy.record, NOW - timedelta(minutes=10)
    fixed = {"original_sha256": record.original_sha256, "root": record.root, "parts": "tiles"}
    made = {
        "kind": record.kind.value, "original_sha256": record.original_sha256,
        "copy_sha256": hashlib.sha256(copy.data).hexdigest(),
        "record_sha256": hashlib.sha256(canonical_json(record)).hexdigest(),
    }  # fmt: skip
    return [
        NewEvent(EventKind.COMMITTED, at, "counsellor", item_id, fixed),
        NewEvent(EventKind.REDACTED, at, "counsellor", item_id, made),
    ]


def signer_entry(signer: SignerKeys) -> SignerEntry:
    """How a manifest names a key."""
    return SignerEntry(fingerprint_of(signer), fingerprint_words(fingerprint_of(signer)))


def disclose(storage: MemoryStorage, item_ids: list[str]) -> DisclosedLog:
    """The events about the items and the whole case, with proofs into the newest head."""
    head, size = storage.heads[-1], len(storage.events)
    shown = [event for event in storage.events if event.item_id in ("", *item_ids)]
    earlier = tuple(storage.heads[1:-1])
    return DisclosedLog(
        log_id=CASE, events=tuple(shown),
        inclusion=tuple(prove_inclusion(storage, CASE, event.index, size) for event in shown), head=head,
        earlier_heads=earlier,
        consistency=tuple(prove_consistency(storage, CASE, each.head.size, size) for each in earlier),
    )  # fmt: skip


def entry_of(path: str, data: bytes, role: FileRole = FileRole.PROOF) -> FileEntry:
    """The manifest's entry for a file."""
    digests = digest_bytes(data)
    return FileEntry(path=path, size=digests.size, sha256=digests.sha256, sha512=digests.sha512, role=role)


def add_bag(files: Files) -> None:
    """Declaration, information and payload manifests."""
    payload = {path: data for path, data in files.items() if path.startswith("data/")}
    files["bagit.txt"] = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    files["bag-info.txt"] = f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}\n".encode()
    for algorithm in ("sha256", "sha512"):
        files[f"manifest-{algorithm}.txt"] = checksum_list(payload, algorithm)


def close_bag(files: Files) -> None:
    """The tag manifests, over everything that is neither payload nor a tag manifest."""
    for algorithm in ("sha256", "sha512"):
        files.pop(f"tagmanifest-{algorithm}.txt", None)
    tags = {path: data for path, data in files.items() if not path.startswith("data/")}
    for algorithm in ("sha256", "sha512"):
        files[f"tagmanifest-{algorithm}.txt"] = checksum_list(tags, algorithm)


def checksum_list(files: Files, algorithm: str) -> bytes:
    """The form of ``sha256sum``."""
    return "".join(
        f"{hashlib.new(algorithm, data).hexdigest()}  {path}\n" for path, data in sorted(files.items())
    ).encode()


def sign_cms(data: bytes, signer: SignerKeys, digest: str = "sha256", *, others: tuple[Any, ...] = ()) -> bytes:
    """A detached CAdES signature."""
    attributes = PdfCMSSignedAttributes(cades_signed_attrs=CAdESSignedAttrSpec())
    made = asyncio.run(
        pyhanko_signer(signer, others).async_sign_general_data(
            data, digest, detached=True, use_cades=True, signed_attr_settings=attributes
        )
    )
    return bytes(made.dump())


def report_pdf(lines: list[str], attachment: bytes | None) -> bytes:
    """An unsigned report of one page."""
    output = BytesIO()
    canvas = Canvas(output, invariant=1)
    canvas.setFont("Helvetica", 6)
    for position, line in enumerate(lines):
        canvas.drawString(30, 800 - 12 * position, line.encode("latin-1", "replace").decode("latin-1"))
    canvas.save()
    if attachment is None:
        return output.getvalue()
    with pikepdf.Pdf.open(BytesIO(output.getvalue())) as pdf:
        pdf.attachments["manifest.json"] = pikepdf.AttachedFileSpec(pdf, attachment, filename="manifest.json")
        attached = BytesIO()
        pdf.save(attached, deterministic_id=True)
    return attached.getvalue()


def sign_pdf(pdf: bytes, signer: SignerKeys, digest: str = "sha256") -> bytes:
    """A PAdES B-B signature that certifies the report."""
    metadata = signers.PdfSignatureMetadata(
        field_name="Signature1", md_algorithm=digest, subfilter=fields.SigSeedSubFilter.PADES, certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )  # fmt: skip
    output = BytesIO()
    signers.PdfSigner(metadata, signer=pyhanko_signer(signer)).sign_pdf(
        IncrementalPdfFileWriter(BytesIO(pdf)), output=output, bytes_reserved=16384
    )
    return output.getvalue()


def pyhanko_signer(signer: SignerKeys, others: tuple[Any, ...] = ()) -> signers.SimpleSigner:
    registry = SimpleCertificateStore()
    for certificate in (*signer.chain, *others):
        registry.register(x509.Certificate.load(certificate.public_bytes(Encoding.DER)))
    key = signer.key.private_bytes(Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(signer.certificate_der), signing_key=keys.PrivateKeyInfo.load(key),
        cert_registry=registry,
    )  # fmt: skip


def signature_value(signature: bytes) -> bytes:
    """The bytes that a signature time stamp is about."""
    return bytes(cms.ContentInfo.load(signature)["content"]["signer_infos"][0]["signature"].native)


def write_folder(files: Files, folder: Path) -> Path:
    """Write the files below ``folder``."""
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def write_zip(files: Files, target: Path, root: str = "package/", compression: int = zipfile.ZIP_STORED) -> Path:
    """Write the files into a ZIP below one folder."""
    with zipfile.ZipFile(target, "w", compression) as archive:
        for path, data in files.items():
            archive.writestr(zipfile.ZipInfo(root + path, (2026, 3, 1, 12, 0, 0)), data, compression)
    return target
