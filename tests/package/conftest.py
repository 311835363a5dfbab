"""Snapshots made by hand: real bytes, a real key, a real log, no vault."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image, ImageDraw
from support.pki import TestPki
from support.tsa import LoopbackTsa

from evidence.custody import head_digest, leaf_hash
from evidence.digest import canonical_json, digest_bytes
from evidence.manifest import acquired_facts
from evidence.model import (
    AcquisitionMethod,
    Band,
    Case,
    CustodyEvent,
    DetectorRun,
    DisclosedLog,
    ErrorRates,
    EventKind,
    Examiner,
    Exhibit,
    FaceFinding,
    Head,
    InclusionProof,
    Item,
    Moment,
    OperatorRole,
    OriginalFile,
    ProvenanceFact,
    ScoreReport,
    SignedHead,
    Snapshot,
    Tool,
    exhibit_number,
)
from evidence.package import KeySigner
from evidence.timestamps import HttpTsaClient, request_token

START = datetime(2026, 11, 21, 5, 3, 7, tzinfo=UTC)
CASE_ID = "0b8f7a9e-6f0e-4f0b-9a55-2f3f5f0a7c11"


def moment(minutes: float = 0) -> Moment:
    """A reading of a clock in Seoul."""
    at = START + timedelta(minutes=minutes)
    local = (at + timedelta(hours=9)).replace(tzinfo=None)
    return Moment(at=at, local=f"{local.isoformat()}+09:00", timezone="Asia/Seoul", utc_offset_s=9 * 3600)


TOOL = Tool(name="Holdfast", version="0.1.0", python="3.11.7", system="Debian GNU/Linux 12", libraries={})


@pytest.fixture(scope="session")
def signer() -> KeySigner:
    """An ECDSA P-256 key with a self-signed certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    return KeySigner(key, certificate_of(key))


def certificate_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Signing key 1234abcd")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(START - timedelta(days=1)).not_valid_after(START + timedelta(days=3650))
    usage = x509.KeyUsage(digital_signature=True, content_commitment=True, key_encipherment=False,
                          data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
                          encipher_only=False, decipher_only=False)  # fmt: skip
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(usage, critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def picture(text: str, *, side: int = 640) -> bytes:
    """A harmless drawn picture."""
    image = Image.new("RGB", (side, side * 2 // 3), (236, 240, 244))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((40, 60, side - 120, 150), 20, fill=(255, 255, 255))
    draw.rounded_rectangle((120, 190, side - 40, 280), 20, fill=(190, 215, 240))
    draw.text((60, 90), text, fill=(20, 20, 20))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=80)
    return stream.getvalue()


SCORE = ScoreReport(
    item_id="",
    original_sha256="ab" * 32,
    band=Band.INCONCLUSIVE,
    reasons=("between_thresholds",),
    provenance=(ProvenanceFact("exif.software", "Example Editor 3.1", "context"),),
    faces=(FaceFinding(10, 10, 200, 210, True, (), 12.0), FaceFinding(300, 10, 20, 21, False, ("too_small",), 3.0)),
    detectors=(
        DetectorRun("holdfast-faces", "1.0", "cd" * 32, 0.41, 0.52, Band.INCONCLUSIVE,
                    ErrorRates(0.048, 0.031, 0.072, 0.711, 0.655, 0.763, "held-out faces", 412)),
    ),
    not_examined=("body", "audio"),
    scored_at=START + timedelta(minutes=9),
)  # fmt: skip


class Sample:
    """A frozen case with its originals in memory."""

    def __init__(self, signer: KeySigner, exhibits: list[Exhibit], objects: dict[str, bytes], title: str) -> None:
        self.signer = signer
        self.objects = objects
        events = []
        items = {exhibit.item.id: exhibit.item for exhibit in exhibits}
        counts = dict.fromkeys(["", *items], 0)
        steps = [(EventKind.CASE_CREATED, "", 0.0)]
        steps += [(EventKind.ACQUIRED, item.id, 1.0 + n) for n, item in enumerate(items.values())]
        steps += [(EventKind.SCORED, exhibit.item.id, 20.0) for exhibit in exhibits if exhibit.score]
        for kind, item_id, minute in [*steps, (EventKind.FROZEN, "", 30.0)]:
            facts = acquired_facts(items[item_id]) if kind is EventKind.ACQUIRED else {}
            if kind is EventKind.FROZEN:
                facts = {"exhibits": ",".join(f"{item.number}:{counts[item.id]}" for item in items.values())}
            events.append(CustodyEvent(CASE_ID, len(events), kind, START + timedelta(minutes=minute), "victim", item_id,
                                       counts[item_id], facts, secrets.token_hex(32)))  # fmt: skip
            counts[item_id] += 1
        leaves = [leaf_hash(event) for event in events]
        head = Head(CASE_ID, len(events), tree_root(leaves).hex(), START + timedelta(minutes=30))
        fingerprint = hashlib.sha256(signer.certificate_der).hexdigest()
        signed = SignedHead(head, fingerprint, signer.sign(canonical_json(head)).hex())
        proofs = tuple(InclusionProof(n, len(leaves), tuple(h.hex() for h in tree_path(n, leaves)))
                       for n in range(len(leaves)))  # fmt: skip
        self.snapshot = Snapshot(
            case=Case(CASE_ID, title, START, len(exhibits)),
            exhibits=tuple(exhibits),
            exhibits_in_case=len(exhibits) + 2,
            log=DisclosedLog(CASE_ID, tuple(events), proofs, signed),
            tokens=(),
            frozen=moment(30),
            tool=TOOL,
            examiner=Examiner(OperatorRole.VICTIM, ""),
            open_original=lambda object_id: io.BytesIO(self.objects[object_id]),
            certificate_der=signer.certificate_der,
        )

    def stamped(self, url: str) -> Snapshot:
        """The snapshot with a token over its head."""
        log = self.snapshot.log
        token = request_token(
            head_digest(log.head), url, client=HttpTsaClient(), now=lambda: datetime.now(UTC), log_id=log.log_id,
            head_size=log.head.head.size,
        )  # fmt: skip
        return dataclasses.replace(self.snapshot, tokens=(token,))


def tree_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, written once more."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + tree_root(leaves[:half]) + tree_root(leaves[half:])).digest()


def tree_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1, written once more."""
    if len(leaves) == 1:
        return []
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < half:
        return [*tree_path(index, leaves[:half]), tree_root(leaves[half:])]
    return [*tree_path(index - half, leaves[half:]), tree_root(leaves[:half])]


def exhibit_of(position: int, names: list[str], contents: list[bytes], objects: dict[str, bytes], *, title: str,
               method: AcquisitionMethod = AcquisitionMethod.FILE_IMPORT, note: str = "", source: dict[str, str],
               score: ScoreReport | None = None, media_type: str = "image/jpeg") -> Exhibit:  # fmt: skip
    """One exhibit whose originals are put into ``objects``."""
    files = []
    for name, content in zip(names, contents, strict=True):
        object_id = secrets.token_hex(16)
        objects[object_id] = content
        files.append(OriginalFile(name, digest_bytes(content), media_type, object_id))
    item = Item(
        id=f"00000000-0000-4000-8000-{position:012d}", case_id=CASE_ID, number=exhibit_number(position), title=title,
        files=tuple(files), method=method, acquired=moment(position), tool=TOOL,
        examiner=Examiner(OperatorRole.VICTIM), source=source, settings={}, note=note,
        lawful_access="내 계정으로 초대받아 볼 수 있었음" if note else "",
    )  # fmt: skip
    return Exhibit(item, score)


@pytest.fixture
def sample(signer: KeySigner) -> Sample:
    """Three exhibits: a screen capture with a score, two files with difficult names, a link."""
    objects: dict[str, bytes] = {}
    exhibits = [
        exhibit_of(1, ["화면-20261121-140407.png"], [picture("A harmless chat")], objects,
                   title="화면 캡처 2026-11-21 14:04", method=AcquisitionMethod.LIVE_CAPTURE, score=SCORE,
                   source={"display": "X11", "region": "640x427+100+80", "window_title": "단체 대화방 예시"}),
        exhibit_of(2, ["con.txt", "= 한글 이름 \u202e../..\\gpj.exe", "사진.jpg", "사진.JPG"],
                   [b"a plain note\n", b"\0" * 5000, picture("One"), picture("Two")], objects,
                   title="받은 파일 네 개", note="대화방에서 받은 파일입니다. https://example.org/room/123 에서 "
                   "보았고, @example_user 계정이 올렸습니다. " * 3, source={"file_name": "사진.jpg"}),
        exhibit_of(3, ["link.txt"], [b"https://t.me/example_channel/4215\n"], objects, title="링크 메모",
                   method=AcquisitionMethod.LINK_NOTE, media_type="text/plain",
                   source={"url": "https://t.me/example_channel/4215?" + "a=1&b=" + "0123456789" * 30,
                           "platform": "Telegram", "username": "example_channel", "message_id": "4215",
                           "channel_id": "1234567890123456789012345678901234567890"}),
    ]  # fmt: skip
    return Sample(signer, exhibits, objects, "허위영상물 유포 자료 정리 예시")


@pytest.fixture
def preview() -> Callable[[str], bytes | None]:
    """A picture for the first two exhibits, nothing for the link."""
    return lambda item_id: None if item_id.endswith("3") else picture("preview")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where packages go."""
    return tmp_path / "out"


@pytest.fixture(scope="session")
def pki() -> TestPki:
    """A root, an issuing authority and what they certify."""
    return TestPki()


@pytest.fixture
def tsa(pki: TestPki) -> Iterator[LoopbackTsa]:
    """A time-stamping authority on this computer."""
    with LoopbackTsa(pki.tsa()) as running:
        yield running
