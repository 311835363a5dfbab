"""A log storage in memory and a real signing key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from evidence.custody import NewEvent, append
from evidence.model import CustodyEvent, EventKind, SignedHead

NOW = datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=UTC)


@dataclass
class MemoryStorage:
    """Keeps what the store keeps, and refuses to write a node twice."""

    nodes: dict[tuple[str, int, int], bytes] = field(default_factory=dict)
    events: list[tuple[CustodyEvent, bytes]] = field(default_factory=list)
    heads: list[SignedHead] = field(default_factory=list)
    reads: int = 0

    def log_size(self, log_id: str) -> int:
        return sum(event.log_id == log_id for event, _ in self.events)

    def item_event_count(self, log_id: str, item_id: str) -> int:
        return sum((event.log_id, event.item_id) == (log_id, item_id) for event, _ in self.events)

    def node(self, log_id: str, level: int, index: int) -> bytes:
        self.reads += 1
        return self.nodes[log_id, level, index]

    def put_node(self, log_id: str, level: int, index: int, node_hash: bytes) -> None:
        assert (log_id, level, index) not in self.nodes
        self.nodes[log_id, level, index] = node_hash

    def put_event(self, event: CustodyEvent, canonical: bytes) -> None:
        self.events.append((event, canonical))

    def put_head(self, head: SignedHead) -> None:
        self.heads.append(head)


class Signer:
    """An ECDSA P-256 key with a self-signed certificate."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test signer")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=3650))
            .sign(self._key, hashes.SHA256())
        )
        self.certificate_der = certificate.public_bytes(serialization.Encoding.DER)

    @property
    def key_sha256(self) -> str:
        return hashlib.sha256(self.certificate_der).hexdigest()

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer()


@pytest.fixture(scope="session")
def other_signer() -> Signer:
    return Signer()


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


@pytest.fixture
def filled(signer: Signer) -> Callable[..., MemoryStorage]:
    """Makes a storage whose log ``case`` holds ``size`` events about three items in turn, added in ``batches``."""

    def fill(size: int, batch: int = 3) -> MemoryStorage:
        storage = MemoryStorage()
        news = [
            NewEvent(EventKind.ACQUIRED, NOW + timedelta(seconds=n), "victim", f"item-{n % 3}", {"number": str(n)})
            for n in range(size)
        ]
        for start in range(0, size, batch):
            append(storage, "case", news[start : start + batch], signer=signer, recorded_at=NOW)
        return storage

    return fill
