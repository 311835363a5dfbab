"""Receipts that nobody signed like this: words changed, signatures removed, replaced or taken from elsewhere.

A receipt has no claims: it is taken or refused. One by another key is taken and names that key: whose it is, the
person compares.
"""

from __future__ import annotations

import hashlib
import json
import random
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from support.hostile.cases import Case, Workshop, as_bytes
from support.sample_package import LATER, NOW, sign_cms, write_zip

from evidence.digest import canonical_json
from evidence.errors import EvidenceError
from evidence.verify import (
    InProcessParser,
    Parser,
    Trust,
    load_receipt,
    make_officer_key,
    make_receipt,
    verify_package,
)

Edit = Callable[[dict[str, Any]], object]
CHANGED, REFUSED, BAD, NEWER = "receipt.changed", "receipt.not_a_receipt", "receipt.bad_signature", "receipt.newer"


def cases(shop: Workshop, rng: random.Random, count: int) -> Iterator[Case]:
    """All named cases, then a quarter of ``count`` flipped bytes."""
    receipt, other = _receipt(shop, "Officer"), _receipt(shop, "Another officer")
    right = json.loads(receipt)

    def case(name: str, data: bytes, *codes: str) -> Case:
        return Case("receipt", name, as_bytes(data, "receipt.json"), {}, read=_reader(codes))

    def edited(edit: Edit) -> bytes:
        body = json.loads(receipt)
        edit(body)
        return canonical_json(body)

    yield case("valid", receipt)
    yield case("valid-by-another-key", other)
    for member, value in _OTHER_VALUES.items():
        yield case(f"other-{member}", edited(lambda body, m=member, v=value: body["receipt"].update({m: v})),
                   CHANGED, REFUSED, BAD)  # fmt: skip
    for member in right["receipt"]:
        yield case(f"without-{member}", edited(lambda body, m=member: body["receipt"].pop(m)), CHANGED, REFUSED, BAD)
    no_answers = dict.fromkeys(right["receipt"]["answers"], "yes")
    signature = b64decode(right["signature"])
    named: dict[str, tuple[bytes, tuple[str, ...]]] = {
        "all-yes": (edited(lambda body: body["receipt"]["answers"].update(no_answers)), (CHANGED,)),
        "one-head-less": (edited(lambda body: body["receipt"]["heads"].pop()), (CHANGED,)),
        "newer": (edited(lambda body: body["receipt"].update(version=2)), (NEWER,)),
        "older": (edited(lambda body: body["receipt"].update(version=0)), (REFUSED,)),
        "true-for-one": (edited(lambda body: body["receipt"].update(version=True)), (REFUSED,)),
        "more-inside": (edited(lambda body: body["receipt"].update(more="x")), (REFUSED,)),
        "more-outside": (edited(lambda body: body.update(more="x")), (REFUSED,)),
        "no-signature": (edited(lambda body: body.update(signature="")), (BAD,)),
        "signature-of-another": (
            edited(lambda body: body.update(signature=json.loads(other)["signature"])), (CHANGED, BAD),
        ),
        "signature-not-base64": (edited(lambda body: body.update(signature="…")), (REFUSED,)),
        "signature-cut": (
            edited(lambda body: body.update(signature=b64encode(signature[:-40]).decode())), (BAD, CHANGED),
        ),
        "signature-of-the-manifest": (
            edited(lambda body: body.update(signature=b64encode(shop.files["proof/manifest.json.p7s"]).decode())),
            (CHANGED, BAD),
        ),
        "fresh-key-under-the-old-name": (edited(lambda body: body.update(signature=_sign(shop, body))), (BAD,)),
        "weak-algorithm": (edited(lambda body: _sign_weakly(shop, body)), ("receipt.weak_algorithm",)),
        "spaces": (json.dumps(right).encode(), (REFUSED,)),
        "duplicate-member": (receipt.replace(b'"note":', b'"note":"","note":', 1), (REFUSED,)),
        "junk-after": (receipt + b"\n", (REFUSED,)),
        "byte-order-mark": (b"\xef\xbb\xbf" + receipt, (REFUSED,)),
        "empty": (b"", (REFUSED,)),
        "a-list": (b"[]", (REFUSED,)),
        "deep": (b'{"receipt":' + b"[" * 5000 + b"]" * 5000 + b"}", (REFUSED,)),
        "large": (b'{"receipt":"' + b"a" * (1 << 20) + b'"}', ("receipt.too_large",)),
        "a-package": (shop.files["proof/manifest.json"], (REFUSED,)),
    }  # fmt: skip
    for name, (data, codes) in named.items():
        yield case(name, data, *codes)
    for number in range(count // 4):
        at = rng.randrange(len(receipt))
        data = receipt[:at] + bytes([receipt[at] ^ (1 << rng.randrange(8))]) + receipt[at + 1 :]
        # Bits of the signature that nothing covers (unsigned attributes, certificates beside it) may be anything.
        yield Case("receipt-flip", f"{number:05d}-{at}", as_bytes(data, "receipt.json"), {}, read=_same(receipt))


_OTHER_VALUES: dict[str, Any] = {
    "package_id": "00000000-0000-4000-8000-000000000000", "case_id": "other", "manifest_sha256": "0" * 64,
    "certificate_sha256": "0" * 64, "receiver": "Someone else", "note": "paid", "verifier": "Other 9",
    "verified_at": "2020-01-01T00:00:00Z", "heads": [], "answers": {},
}  # fmt: skip


def _reader(codes: tuple[str, ...]) -> Callable[[Path, Parser], list[str]]:
    """Taken without codes; with codes refused with one of them."""

    def read(path: Path, parser: Parser) -> list[str]:
        try:
            load_receipt(path, parser)
        except EvidenceError as problem:
            if not codes:
                return [f"false no: {problem.code}"]
            return [] if problem.code in codes else [f"crash: error {problem.code}, expected {'/'.join(codes)}"]
        return [f"false yes: taken, expected {'/'.join(codes)}"] if codes else []

    return read


def _same(receipt: bytes) -> Callable[[Path, Parser], list[str]]:
    """Refused, or the very words that were signed."""
    words = json.loads(receipt)["receipt"]

    def read(path: Path, parser: Parser) -> list[str]:
        try:
            load_receipt(path, parser)
        except EvidenceError as problem:
            return [] if problem.code.startswith("receipt.") else [f"crash: error {problem.code}"]
        return [] if json.loads(path.read_bytes())["receipt"] == words else ["false yes: other words were taken"]

    return read


def _receipt(shop: Workshop, receiver: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        package = write_zip(shop.files, Path(folder, "package.zip"))
        report = verify_package(package, trust=Trust(), now=LATER, parser=InProcessParser())
        key = make_officer_key(Path(folder, "key.pem"), receiver, now=NOW)
        return make_receipt(report, key, receiver=receiver, note="received")


def _sign(shop: Workshop, body: dict[str, Any]) -> str:
    return b64encode(sign_cms(canonical_json(body["receipt"]), shop.world.stranger)).decode()


def _sign_weakly(shop: Workshop, body: dict[str, Any]) -> None:
    body["receipt"]["certificate_sha256"] = hashlib.sha256(shop.world.stranger.certificate_der).hexdigest()
    body["signature"] = b64encode(sign_cms(canonical_json(body["receipt"]), shop.world.stranger, "sha1")).decode()
