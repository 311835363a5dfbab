"""Bytes that nobody thought of: the readers answer, and never with a proof that was not given."""

from __future__ import annotations

import hashlib
import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.hostile.zipcraft import build, lines_of
from support.sample_package import LATER, Files, World, fingerprint_of, signature_value, stamp

from evidence.errors import EvidenceError
from evidence.manifest import CUSTODY, MANIFEST, REPORT, SIGNATURE
from evidence.verify import InProcessParser, Trust
from evidence.verify.bag import parse_checksums
from evidence.verify.checks import read_listed_sizes
from evidence.verify.container import key_of, locate, open_container
from evidence.verify.reading import read_files
from evidence.verify.untrusted import CmsAnswer, CmsRequest, ReportAnswer, ReportRequest, TokenAnswer, TokenRequest

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
    database=None,
)


@pytest.fixture(autouse=True)
def silent_parsers() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


CUTS = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from([0, 1, 2, 4, 30, 300]), st.binary(max_size=8)), min_size=1, max_size=4
)
"""Up to four cuts: where (as a share of the whole), how many bytes go, and what is put there."""


def spoil(data: bytes, cuts: list[tuple[float, int, bytes]]) -> bytes:
    for share, gone, replacement in sorted(cuts, reverse=True):
        start = int(share * len(data))
        data = data[:start] + replacement + data[start + gone :]
    return data


@QUICK
@given(cuts=CUTS)
def test_zip_reader(cuts: list[tuple[float, int, bytes]], valid_files: Files, tmp_path: Path) -> None:
    whole = build(lines_of(valid_files))
    changed = spoil(whole, cuts)
    path = tmp_path / "p.zip"
    path.write_bytes(changed)
    try:
        container = open_container(path)
    except EvidenceError:
        return
    try:
        located = locate(container, path)
        reading = read_files(located, read_listed_sizes, lambda _share: None, lambda: False)
    except EvidenceError:
        return
    finally:
        container.close()
    if located.flaws or reading.unreadable:
        return
    # What is called sound has one meaning: another reader finds the same files with the same bytes.
    try:
        with zipfile.ZipFile(path) as other:
            found = {info.filename: other.read(info) for info in other.infolist() if not info.is_dir()}
    except zipfile.BadZipFile as problem:
        assert "CRC-32" in str(problem)  # changed content: the digests tell
        return
    root = next(iter(found)).partition("/")[0] + "/" if found else ""
    for name, content in found.items():
        digests = reading.digests.get(key_of(name.removeprefix(root)))
        assert digests is None or digests.sha256 == hashlib.sha256(content).hexdigest()


@QUICK
@given(cuts=CUTS)
def test_signature_reader(cuts: list[tuple[float, int, bytes]], valid_files: Files, world: World) -> None:
    right = valid_files[SIGNATURE]
    digests = {name: hashlib.new(name, valid_files[MANIFEST]).digest() for name in ("sha256", "sha384", "sha512")}
    changed = spoil(right, cuts)
    answer = InProcessParser().ask(CmsRequest(changed, digests, fingerprint_of(world.signer)))
    if isinstance(answer, CmsAnswer) and not answer.problem:
        assert answer.signature_value == signature_value(right)
        assert answer.certificate == world.signer.certificate_der


@QUICK
@given(cuts=CUTS)
def test_report_reader(cuts: list[tuple[float, int, bytes]], valid_files: Files, world: World) -> None:
    right = valid_files[REPORT]
    changed = spoil(right, cuts)
    answer = InProcessParser().ask(ReportRequest(changed, fingerprint_of(world.signer), "manifest.json", ()))
    if isinstance(answer, ReportAnswer) and not answer.problem:
        first, last = right.index(b"/Contents <"), right.index(b">", right.index(b"/Contents <"))
        assert changed[:first] == right[:first]
        assert changed[last:] == right[last:]


@QUICK
@given(cuts=CUTS)
def test_token_reader(cuts: list[tuple[float, int, bytes]], world: World, trust: Trust) -> None:
    right = stamp(world.tsa, b"stamped")
    changed = spoil(right, cuts)
    digest = hashlib.sha256(b"stamped").digest()
    answer = InProcessParser().ask(TokenRequest(changed, digest, trust.tsa_roots))
    if isinstance(answer, TokenAnswer) and answer.is_intact and answer.is_valid:
        assert answer.stamped_at == world.tsa.clock()
        assert answer.stamped_at is not None
        assert answer.stamped_at <= LATER


@QUICK
@given(cuts=CUTS)
def test_list_readers(cuts: list[tuple[float, int, bytes]], valid_files: Files) -> None:
    for path in ("manifest-sha256.txt", MANIFEST, CUSTODY):
        right = valid_files[path]
        changed = spoil(right, cuts)
        if path.endswith(".txt"):
            try:
                parse_checksums(changed, "sha256")
            except EvidenceError:
                continue
        else:
            read_listed_sizes(changed)
