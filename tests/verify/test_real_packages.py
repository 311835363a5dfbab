"""Packages as the program itself makes them: every claim *yes*, and a flipped byte in any file named."""

from __future__ import annotations

import hashlib
import io
import random
from datetime import timedelta
from pathlib import Path

import pytest
from support.sample_package import (
    CASE,
    EXAMINER,
    LATER,
    NOW,
    TOOL,
    HeadKey,
    MemoryStorage,
    World,
    disclose,
    moment,
    stamp,
)

from evidence.custody import NewEvent, append
from evidence.digest import canonical_json, digest_bytes
from evidence.manifest import acquired_facts
from evidence.model import (
    AcquisitionMethod,
    Case,
    EventKind,
    Exhibit,
    Item,
    OriginalFile,
    PackageChoices,
    PackageMade,
    Snapshot,
    TimestampToken,
    exhibit_number,
)
from evidence.package import KeySigner, build_package
from evidence.verify import ChildParser, Parser, Trust, verify_package

ORIGINALS = {
    "chat.png": bytes(random.Random(5).randbytes(3000)),
    "대화 기록.txt": "가짜 대화\n".encode() * 30,
    "empty.bin": b"",
}


def make(world: World, out: Path, *, exhibits: int = 3, has_tokens: bool = True) -> PackageMade:
    """A package of a case in memory, by the program's own maker."""
    originals = dict(list(ORIGINALS.items())[:exhibits])
    originals |= {f"more {n}.bin": b"%d" % n * 50 for n in range(exhibits - len(originals))}
    items = [
        Item(
            id=f"00000000-0000-4000-8000-{position:012d}", case_id=CASE, number=exhibit_number(position + 1),
            title="Title", files=(OriginalFile(name, digest_bytes(data), "application/octet-stream", name),),
            method=AcquisitionMethod.FILE_IMPORT, acquired=moment(NOW - timedelta(minutes=30)), tool=TOOL,
            examiner=EXAMINER, source={}, settings={}, note="Note", lawful_access="",
        )
        for position, (name, data) in enumerate(originals.items())
    ]  # fmt: skip
    storage, key = MemoryStorage(), HeadKey(world.signer)
    acquired = [
        NewEvent(EventKind.ACQUIRED, item.acquired.at, "counsellor", item.id, acquired_facts(item)) for item in items
    ]
    begin = NOW - timedelta(minutes=40)
    append(storage, CASE, [NewEvent(EventKind.CASE_CREATED, begin, "counsellor")], signer=key, recorded_at=begin)
    append(storage, CASE, acquired, signer=key, recorded_at=NOW - timedelta(minutes=20))
    counts = ",".join(f"{item.number}:1" for item in items)
    frozen = NewEvent(EventKind.FROZEN, NOW, "program", "", {"exhibits": counts})
    append(storage, CASE, [frozen], signer=key, recorded_at=NOW)
    log = disclose(storage, [item.id for item in items])
    tokens = tuple(
        TimestampToken(
            log_id=CASE, head_size=head.head.size, tsa_url="http://127.0.0.1/", tsa_name="Test",
            tsa_certificate_sha256=hashlib.sha256(b"").hexdigest(), policy="1.2.3", serial="1", stamped_at=NOW,
            received_at=NOW, response=stamp(world.tsa, canonical_json(head)),
        )
        for head in log.earlier_heads
    )  # fmt: skip
    snapshot = Snapshot(
        case=Case(CASE, "Case", begin, len(items)), exhibits=tuple(Exhibit(item) for item in items),
        exhibits_in_case=len(items), log=log, tokens=tokens if has_tokens else (), frozen=moment(NOW), tool=TOOL,
        examiner=EXAMINER, open_original=lambda name: io.BytesIO(originals[name]),
        certificate_der=world.signer.certificate_der,
    )  # fmt: skip
    signer = KeySigner(world.signer.key, world.signer.certificate_der)
    return build_package(snapshot, PackageChoices(language="ko", exposure={}), out, signer=signer)


@pytest.fixture(scope="module")
def made(world: World, tmp_path_factory: pytest.TempPathFactory) -> PackageMade:
    return make(world, tmp_path_factory.mktemp("made"))


@pytest.mark.parametrize("form", ["folder", "zip_file"])
def test_every_claim_is_yes(form: str, made: PackageMade, trust: Trust) -> None:
    parser = ChildParser()
    try:
        report = verify_package(Path(getattr(made, form)), trust=trust, now=LATER, parser=parser)
    finally:
        parser.close()
    wrong = [check for check in report.checks if check.answer != "yes"]
    assert not wrong
    assert {claim.answer.value for claim in report.claims if claim.name != "origin"} == {"yes"}
    assert report.facts["manifest_sha256"] == made.manifest_sha256
    assert report.facts["existed_before"] == (NOW + timedelta(minutes=2)).isoformat()


def test_a_flipped_byte_in_any_file_is_named(made: PackageMade, trust: Trust, parser: Parser) -> None:
    root = Path(made.folder)
    rng = random.Random(11)
    for path in sorted(each for each in root.rglob("*") if each.is_file()):
        whole = path.read_bytes()
        for _ in range(2 if whole else 0):
            position = rng.randrange(len(whole))
            changed = whole[:position] + bytes([whole[position] ^ (1 << rng.randrange(8))]) + whole[position + 1 :]
            path.write_bytes(changed)
            try:
                report = verify_package(root, trust=trust, now=LATER, parser=parser)
            finally:
                path.write_bytes(whole)
            assert {claim.name: claim.answer for claim in report.claims}["complete"] == "no", (path, position)
            assert path.relative_to(root).as_posix() in report.damaged, (path, position)
    assert verify_package(root, trust=trust, now=LATER, parser=parser).damaged == ()


def test_without_a_token_time_cannot_be_told(world: World, tmp_path: Path, trust: Trust, parser: Parser) -> None:
    made = make(world, tmp_path, exhibits=1, has_tokens=False)
    report = verify_package(Path(made.zip_file), trust=trust, now=LATER, parser=parser)
    assert {claim.name: claim.answer for claim in report.claims}["time"] == "cannot_tell"


def test_many_exhibits(world: World, tmp_path: Path, trust: Trust, parser: Parser) -> None:
    """Digests that are printed over the end of a page are still found in the report."""
    made = make(world, tmp_path, exhibits=40)
    report = verify_package(Path(made.folder), trust=trust, now=LATER, parser=parser)
    assert not [check for check in report.checks if check.answer != "yes"]
