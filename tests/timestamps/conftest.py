"""One test PKI for the room, and a loopback authority under it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from support.pki import TestPki
from support.tsa import LoopbackTsa

from evidence.model import TimestampToken
from evidence.timestamps import HttpTsaClient, request_token

DIGEST = hashlib.sha256(b"a signed head").digest()


@pytest.fixture(scope="session")
def digest() -> bytes:
    return DIGEST


@pytest.fixture(scope="session")
def pki() -> TestPki:
    return TestPki()


@pytest.fixture(scope="session")
def other_pki() -> TestPki:
    return TestPki("Other")


@pytest.fixture
def tsa(pki: TestPki) -> Iterator[LoopbackTsa]:
    with LoopbackTsa(pki.tsa(), other=pki.tsa("another").certificate) as running:
        yield running


@pytest.fixture
def ask():
    """Asks a TSA by its URL, with sensible values for the rest."""

    def ask(url: str, **options: object) -> TimestampToken:
        given = {"client": HttpTsaClient(), "now": lambda: datetime.now(UTC), "log_id": "case", "head_size": 3,
                 "timeout_s": 5.0} | options  # fmt: skip
        return request_token(DIGEST, url, **given)  # type: ignore[arg-type]

    return ask
