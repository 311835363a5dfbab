"""The package of a large case: 1,000 exhibits, 1 GiB of originals, the full report, folder and ZIP."""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image

from app.bench.rows import Bench, measured
from app.sample import chat_picture
from evidence.custody import NewEvent, append, prove_inclusion
from evidence.digest import digest_bytes
from evidence.manifest import REPORT, acquired_facts
from evidence.model import (
    AcquisitionMethod,
    Case,
    CustodyEvent,
    DisclosedLog,
    EventKind,
    Examiner,
    Exhibit,
    Item,
    Moment,
    OperatorRole,
    OriginalFile,
    PackageChoices,
    SignedHead,
    Snapshot,
    Tool,
    exhibit_number,
)
from evidence.package import KeySigner, build_package

EXHIBITS = 1000
FILE_SIZE = (1 << 30) // EXHIBITS
RUNS = 3
AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
CASE_ID = "00000000-0000-4000-8000-000000000000"


def run(progress: Callable[[float, str], None]) -> Bench:
    """Build the package and, in turn, digest the same bytes with ``sha256sum`` and write them into a stored ZIP."""
    bench = Bench("package")
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        work = Path(folder)
        signer = _signer()
        snapshot = _snapshot(work / "originals", signer)
        picture = _picture()
        ours, peers, pages_per_s, signing_ms = [], [], [], []
        for number in range(RUNS):
            progress(number / RUNS, "package")
            steps: dict[str, float] = {}

            def note(_share: float, step: str, steps: dict[str, float] = steps) -> None:
                steps.setdefault(step, time.perf_counter())

            start = time.perf_counter()
            made = build_package(snapshot, PackageChoices("ko", {}), work / "out", signer=signer,
                                 preview=lambda _item_id: picture, progress=note)  # fmt: skip
            ours.append(time.perf_counter() - start)
            with pikepdf.open(Path(made.folder) / REPORT) as report:
                pages_per_s.append(len(report.pages) / (steps["signing"] - steps["report"]))
            signing_ms.append(1000 * (steps["zip"] - steps["signing"]))
            shutil.rmtree(work / "out")
            peers.append(measured(lambda: _peer(work)))
    name = "sha256sum + stored ZIP" if shutil.which("sha256sum") else "hashlib + stored ZIP"
    bench.versus(f"{EXHIBITS} exhibits, 1 GiB, whole package", ours=statistics.median(ours),
                 peer=statistics.median(peers), peer_name=name, unit="s", at_most=2.0)  # fmt: skip
    bench.alone("report", ours=statistics.median(pages_per_s), unit="pages/s", at_least=25)
    bench.alone("both signatures", ours=statistics.median(signing_ms), unit="ms", at_most=150)
    if sys.platform == "linux":
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        bench.alone("peak memory of the process", ours=peak, unit="MiB", at_most=400)
    return bench


def _peer(work: Path) -> None:
    originals = sorted((work / "originals").iterdir())
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", *map(str, originals)], check=True, stdout=subprocess.DEVNULL)
    else:
        for path in originals:
            with path.open("rb") as stream:
                hashlib.file_digest(stream, "sha256")
    target = work / "peer.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in originals:
            archive.write(path, path.name)
    target.unlink()


class _Log:
    """A custody log in memory."""

    def __init__(self) -> None:
        self.events: list[CustodyEvent] = []
        self.nodes: dict[tuple[int, int], bytes] = {}

    def log_size(self, log_id: str) -> int:
        return len(self.events)

    def item_event_count(self, log_id: str, item_id: str) -> int:
        return sum(event.item_id == item_id for event in self.events)

    def node(self, log_id: str, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def put_node(self, log_id: str, level: int, index: int, node_hash: bytes) -> None:
        self.nodes[level, index] = node_hash

    def put_event(self, event: CustodyEvent, canonical: bytes) -> None:
        self.events.append(event)

    def put_head(self, head: SignedHead) -> None:
        """Nothing to keep: the caller has it."""


class _Signer(KeySigner):
    @property
    def key_sha256(self) -> str:
        return hashlib.sha256(self.certificate_der).hexdigest()


def _signer() -> _Signer:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Benchmark")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(AT).not_valid_after(AT + timedelta(days=365))
    return _Signer(key, builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))


def _picture() -> bytes:
    buffer = BytesIO()
    Image.open(BytesIO(chat_picture())).convert("RGB").save(buffer, "JPEG", quality=70)
    return buffer.getvalue()


def _snapshot(folder: Path, signer: _Signer) -> Snapshot:
    folder.mkdir()
    moment = Moment(at=AT, local="2026-01-01T21:00:00+09:00", timezone="Asia/Seoul", utc_offset_s=9 * 3600)
    tool = Tool(name="Holdfast", version="0", python="", system="benchmark")
    base = os.urandom(FILE_SIZE)
    exhibits = []
    for position in range(1, EXHIBITS + 1):
        data = position.to_bytes(8, "big") + base[8:]
        path = folder / f"{position:04d}.bin"
        path.write_bytes(data)
        exhibits.append(Exhibit(Item(
            id=f"{position:08d}-0000-4000-8000-000000000000", case_id=CASE_ID, number=exhibit_number(position),
            title=f"화면 캡처 {position}", method=AcquisitionMethod.LIVE_CAPTURE, acquired=moment, tool=tool,
            files=(OriginalFile(f"화면 {position}.png", digest_bytes(data), "image/png", str(path)),),
            examiner=Examiner(OperatorRole.VICTIM), source={"url": f"https://example.org/{position}", "display": "X11"},
            note="연습용 메모입니다. 실제 내용이 아닙니다.",
        )))  # fmt: skip
    log = _Log()
    events = [NewEvent(EventKind.ACQUIRED, AT, "victim", exhibit.item.id, acquired_facts(exhibit.item))
              for exhibit in exhibits]  # fmt: skip
    disclosed, head = append(log, CASE_ID, events, signer=signer, recorded_at=AT)
    proofs = tuple(prove_inclusion(log, CASE_ID, event.index, len(disclosed)) for event in disclosed)
    return Snapshot(
        case=Case(CASE_ID, "성능 측정", AT, EXHIBITS),
        exhibits=tuple(exhibits),
        exhibits_in_case=EXHIBITS,
        log=DisclosedLog(CASE_ID, disclosed, proofs, head),
        tokens=(),
        frozen=moment,
        tool=tool,
        examiner=Examiner(OperatorRole.VICTIM),
        open_original=lambda object_id: cast(BinaryIO, Path(object_id).open("rb")),
        certificate_der=signer.certificate_der,
    )
