# ruff: noqa: E501
"""The worked example of FORMAT.md, with hashlib alone beside the room's own functions."""

from __future__ import annotations

import hashlib

from evidence.custody import hash_children, head_digest, leaf_hash
from evidence.digest import canonical_json, from_json, parse_json
from evidence.model import CustodyEvent, SignedHead

FIRST = """{"actor":"victim","facts":{"sha256":"abababababababababababababababababababababababababababababababab","이름":"사진 1.png"},"index":0,"item_id":"item-1","item_index":0,"kind":"ACQUIRED","log_id":"6f1c0e0a-7f0e-4c37-9a53-0d5f4d0c1b11","recorded_at":"2026-03-01T09:30:15.123456Z","salt":"0000000000000000000000000000000000000000000000000000000000000001","version":1}"""
SECOND = """{"actor":"program","facts":{"exhibits":"A-01:1"},"index":1,"item_id":"","item_index":0,"kind":"FROZEN","log_id":"6f1c0e0a-7f0e-4c37-9a53-0d5f4d0c1b11","recorded_at":"2026-03-01T09:31:00Z","salt":"0000000000000000000000000000000000000000000000000000000000000002","version":1}"""
HEAD = """{"head":{"log_id":"6f1c0e0a-7f0e-4c37-9a53-0d5f4d0c1b11","recorded_at":"2026-03-01T09:31:00Z","root":"bdd5b8bc6f02099b64c0f90f86516c8d2947ba73272042462f333a412695fdcb","size":2,"version":1},"key_sha256":"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd","signature":"3006020101020101"}"""
FIRST_LEAF = "51686b0c1684e55dfc1257e9889021bc5c74480fb2ee1285b9c30f3ab6033538"
SECOND_LEAF = "82dda51fa2f8b77c2aa7fcd4b4f470d851b9909cb190afbb1287a0b45d67fbc5"
ROOT = "bdd5b8bc6f02099b64c0f90f86516c8d2947ba73272042462f333a412695fdcb"
HEAD_DIGEST = "a1eacf6cbd2b85cce4b36f5ad30301583d05e64761afb0c1a2691c8258b9b83d"


def test_the_worked_example_by_hand() -> None:
    first = hashlib.sha256(b"\0" + FIRST.encode()).digest()
    second = hashlib.sha256(b"\0" + SECOND.encode()).digest()
    assert (first.hex(), second.hex()) == (FIRST_LEAF, SECOND_LEAF)
    assert hashlib.sha256(b"\1" + first + second).hexdigest() == ROOT
    assert hashlib.sha256(HEAD.encode()).hexdigest() == HEAD_DIGEST


def test_the_worked_example_by_the_program() -> None:
    events = [from_json(parse_json(text.encode()), CustodyEvent) for text in (FIRST, SECOND)]
    assert [canonical_json(event).decode() for event in events] == [FIRST, SECOND]
    leaves = [leaf_hash(event) for event in events]
    assert [leaf.hex() for leaf in leaves] == [FIRST_LEAF, SECOND_LEAF]
    assert hash_children(*leaves).hex() == ROOT
    assert head_digest(from_json(parse_json(HEAD.encode()), SignedHead)).hex() == HEAD_DIGEST
