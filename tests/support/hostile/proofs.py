"""Custody logs that were cut, forked or borrowed, and time stamps that prove something else.

The attacker has the key here: manifest, signatures and bag are made again, so that only the proofs can tell.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import tsp
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from support.hostile.cases import ALL_YES, ANY, CANNOT, NO, NOT_YES, YES, Case, Workshop, as_zip
from support.pki import TestPki
from support.sample_package import (
    LATER,
    NOW,
    Files,
    HeadKey,
    Recipe,
    close_bag,
    sign_cms,
    signature_value,
    stamp,
)
from support.tsa import Behaviour, TestResponder

from evidence.custody import NewEvent, sign_head
from evidence.manifest import CUSTODY, MANIFEST, SIGNATURE, cosignature_path
from evidence.model import DisclosedLog, EventKind
from evidence.verify import Trust

_LOG_NO = {"custody": NO, "time": NOT_YES, "method": NOT_YES}
EditLog = Callable[[DisclosedLog], DisclosedLog]
EditEvents = Callable[[list[NewEvent]], None]


def cases(shop: Workshop, rng: random.Random, count: int) -> Iterator[Case]:
    """All named cases, then ``count`` flipped bytes in the log under signatures made again."""
    yield from _logs(shop)
    yield from _histories(shop)
    yield from _tokens(shop)
    yield from _added_tokens(shop, rng, count // 4)
    yield from _cosignatures(shop, rng, count // 8)


def _logs(shop: Workshop) -> Iterator[Case]:
    world = shop.world
    stranger, owner = HeadKey(world.stranger), HeadKey(world.signer)
    foreign = _log_of(shop.recipe.with_(originals={"A-01": [("x", b"other")], "A-02": [("y", b"case")]}))

    def event(position: int, **changes: Any) -> EditLog:
        def edit(log: DisclosedLog) -> DisclosedLog:
            events = list(log.events)
            events[position] = replace(events[position], **changes)
            return replace(log, events=tuple(events))

        return edit

    def drop(position: int) -> EditLog:
        def edit(log: DisclosedLog) -> DisclosedLog:
            events, proofs = list(log.events), list(log.inclusion)
            del events[position], proofs[position]
            return replace(log, events=tuple(events), inclusion=tuple(proofs))

        return edit

    def swap(log: DisclosedLog) -> DisclosedLog:
        events, proofs = list(log.events), list(log.inclusion)
        events[1], events[2], proofs[1], proofs[2] = events[2], events[1], proofs[2], proofs[1]
        return replace(log, events=tuple(events), inclusion=tuple(proofs))

    def head(key: HeadKey, **changes: Any) -> EditLog:
        def edit(log: DisclosedLog) -> DisclosedLog:
            old = replace(log.head.head, **changes)
            made = sign_head(old.log_id, old.size, bytes.fromhex(old.root), signer=key, recorded_at=old.recorded_at)
            return replace(log, head=made)

        return edit

    def roll_back(log: DisclosedLog) -> DisclosedLog:
        return replace(log, head=log.earlier_heads[0], earlier_heads=(log.head,))

    def proof(position: int, **changes: Any) -> EditLog:
        def edit(log: DisclosedLog) -> DisclosedLog:
            proofs = list(log.inclusion)
            proofs[position] = replace(proofs[position], **changes)
            return replace(log, inclusion=tuple(proofs))

        return edit

    edits: dict[str, EditLog] = {
        "event-dropped-acquired": drop(1),
        "event-dropped-note": drop(3),
        "event-dropped-frozen": drop(-1),
        "event-repeated": lambda log: replace(
            log, events=(*log.events, log.events[-1]), inclusion=(*log.inclusion, log.inclusion[-1])
        ),
        "events-swapped": swap,
        "no-events": lambda log: replace(log, events=(), inclusion=()),
        "time-changed": event(1, recorded_at=NOW - timedelta(days=30)),
        "actor-changed": event(1, actor="victim"),
        "facts-changed": event(1, facts={"sha256": "0" * 64}),
        "salt-changed": event(1, salt="0" * 64),
        "salt-short": event(1, salt="00"),
        "kind-changed": event(3, kind=EventKind.REVEALED),
        "index-changed": event(3, index=2),
        "item-index-changed": event(3, item_index=0),
        "item-moved": event(3, item_id="00000000-0000-4000-8000-000000000001"),
        "log-id-changed": event(1, log_id="other"),
        "huge-index": event(1, index=2**52),
        "negative-index": event(0, index=-1),
        "head-by-stranger": head(stranger),
        "head-other-root": head(owner, root="0" * 64),
        "head-larger": head(owner, size=99),
        "head-smaller": head(owner, size=2),
        "head-signature-garbage": lambda log: replace(log, head=replace(log.head, signature="00" * 70)),
        "head-signature-empty": lambda log: replace(log, head=replace(log.head, signature="")),
        "head-key-other": lambda log: replace(log, head=replace(log.head, key_sha256="0" * 64)),
        "rolled-back": roll_back,
        "earlier-head-forked": lambda log: replace(log, earlier_heads=(_fork(log, owner),)),
        "earlier-head-by-stranger": lambda log: replace(log, earlier_heads=(_fork(log, stranger),)),
        "consistency-dropped": lambda log: replace(log, consistency=()),
        "consistency-of-other": lambda log: replace(log, consistency=foreign.consistency),
        "consistency-empty-path": lambda log: replace(log, consistency=(replace(log.consistency[0], path=()),)),
        "inclusion-dropped": lambda log: replace(log, inclusion=log.inclusion[:-1]),
        "inclusion-of-other-tree": lambda log: replace(log, inclusion=foreign.inclusion),
        "inclusion-empty-path": proof(1, path=()),
        "inclusion-long-path": proof(1, path=("0" * 64,) * 200),
        "inclusion-not-hex": proof(1, path=("zz" * 32,) * 3),
        "inclusion-size-lie": proof(1, size=4),
        "whole-other-log": lambda _log: foreign,
        "other-log-id": lambda log: replace(log, log_id="other"),
    }
    for label, edit in edits.items():
        yield Case("log", label, as_zip(shop.recipe.with_(edit_log=edit).build), ALL_YES | _LOG_NO | {"clock": ANY})
    nothing = shop.recipe.with_(edit_log=head(owner, size=0)).build()
    yield Case("log", "head-zero", as_zip(nothing), dict.fromkeys(ALL_YES, NOT_YES))
    for label, data in (("garbage", b"\x00\x01"), ("empty", b""), ("array", b"[]"), ("deep", b"[" * 100_000)):
        files = _resigned(shop, {CUSTODY: data})
        yield Case("log", f"bytes-{label}", as_zip(files), ALL_YES | _LOG_NO | {"clock": ANY})


def _log_of(recipe: Recipe) -> DisclosedLog:
    kept: list[DisclosedLog] = []

    def keep(log: DisclosedLog) -> DisclosedLog:
        kept.append(log)
        return log

    recipe.with_(edit_log=keep).build()
    return kept[0]


def _fork(log: DisclosedLog, key: HeadKey) -> Any:
    old = log.earlier_heads[0].head
    return sign_head(old.log_id, old.size, b"\x07" * 32, signer=key, recorded_at=old.recorded_at)


def _histories(shop: Workshop) -> Iterator[Case]:
    """Logs that are sound in themselves, but whose story does not fit the package or a real clock."""

    def without(kind: EventKind) -> EditEvents:
        def edit(events: list[NewEvent]) -> None:
            events[:] = [event for event in events if event.kind is not kind]

        return edit

    def frozen(exhibits: str) -> EditEvents:
        def edit(events: list[NewEvent]) -> None:
            events[-1] = replace(events[-1], facts={"exhibits": exhibits})

        return edit

    def twice(events: list[NewEvent]) -> None:
        events.insert(2, events[0])

    def after(events: list[NewEvent]) -> None:
        events.append(NewEvent(EventKind.NOTED, NOW, "program", ""))

    def other_item(events: list[NewEvent]) -> None:
        events[0] = replace(events[0], facts={**events[0].facts, "sha256": "0" * 64})

    stories: dict[str, EditEvents] = {
        "never-acquired": without(EventKind.ACQUIRED),
        "never-frozen": without(EventKind.FROZEN),
        "acquired-twice": twice,
        "acquired-something-else": other_item,
        "frozen-counts-lie": frozen("A-01:5,A-02:1"),
        "frozen-other-exhibits": frozen("A-01:2"),
        "frozen-nonsense": frozen("A-01:x,,:"),
        "frozen-huge": frozen("A-01:" + "9" * 5000),
        "frozen-twice": frozen("A-01:2,A-01:2,A-02:1"),
        "events-after-frozen": after,
    }
    for label, edit in stories.items():
        files = shop.recipe.with_(edit_events=edit).build
        yield Case("history", label, as_zip(files), ALL_YES | _LOG_NO | {"clock": ANY})

    def back(events: list[NewEvent]) -> None:
        events[1] = replace(events[1], recorded_at=NOW - timedelta(days=3))

    def ahead(events: list[NewEvent]) -> None:
        events[1] = replace(events[1], recorded_at=NOW + timedelta(minutes=30))

    for label, edit in (("clock-went-back", back), ("clock-ahead-of-token", ahead)):
        yield Case("history", label, as_zip(shop.recipe.with_(edit_events=edit).build), ALL_YES | {"clock": NO})
    for offset, answer in ((None, CANNOT), (40, YES), (-59_000, YES), (61_000, NO), (-3_600_000, NO)):
        files = shop.recipe.with_(clock_offset_ms=offset).build
        yield Case("history", f"clock-offset-{offset}", as_zip(files), ALL_YES | {"clock": answer})
    many = {f"A-{number:02d}": [(f"f{number}", b"%d" % number)] for number in range(1, 30)}
    yield Case("history", "many-exhibits", as_zip(shop.recipe.with_(originals=many).build), ALL_YES)


def _tokens(shop: Workshop) -> Iterator[Case]:
    """The token over the signature, made by authorities that misbehave. It is added later, so only itself can tell."""
    world = shop.world
    plain = shop.recipe.with_(has_tokens=False).build()
    value = signature_value(plain[SIGNATURE])
    path = "proof/tokens/signature-b.tsr"
    at = NOW + timedelta(minutes=2)

    def by(behaviour: Behaviour) -> bytes:
        responder = TestResponder(world.tsa.keys, lambda: at)
        responder.behaviour = behaviour
        responder.other = world.stranger.certificate
        return stamp(responder, value)

    def from_(keys: Any, when: datetime = at) -> bytes:
        return stamp(TestResponder(keys, lambda: when), value)

    pki = world.pki
    bare = tsp.TimeStampResp.load(stamp(world.tsa, value))["time_stamp_token"].dump()
    good = stamp(world.tsa, value)
    refused: dict[str, bytes] = {
        "of-other-digest": stamp(world.tsa, b"something else"),
        "of-the-manifest": stamp(world.tsa, plain["proof/manifest.json"]),
        "wrong-imprint": by(Behaviour.WRONG_IMPRINT),
        "wrong-digest-algorithm": by(Behaviour.WRONG_DIGEST_ALGORITHM),
        "rejection": by(Behaviour.REJECTION),
        "changed-content": by(Behaviour.CHANGED_CONTENT),
        "broken-signature": by(Behaviour.BROKEN_SIGNATURE),
        "no-certificate": by(Behaviour.NO_CERTIFICATES),
        "other-certificate": by(Behaviour.OTHER_CERTIFICATE),
        "no-signing-purpose": from_(pki.tsa("no purpose", purposes=())),
        "other-purpose": from_(pki.tsa("web", purposes=(ExtendedKeyUsageOID.SERVER_AUTH,))),
        "expired": from_(pki.tsa("expired", end=NOW - timedelta(days=1))),
        "not-yet-valid": from_(pki.tsa("early", start=NOW + timedelta(days=1))),
        "rsa-1024": from_(pki.tsa("weak", key=rsa.generate_private_key(public_exponent=65537, key_size=1024))),
        "future": from_(pki.tsa(), LATER + timedelta(hours=2)),
        "bare-token": bare,
        "truncated": good[:-20],
        "garbage": bytes(200),
        "empty": b"",
        "trailing": good + b"more",
        "signature-as-token": plain[SIGNATURE],
        "deep": b"\x30\x80" * 2000,
        "huge": bytes(300_000),
    }
    for label, token in refused.items():
        expected = ALL_YES | {"time": NOT_YES, "clock": NOT_YES, "complete": YES if label == "future" else NO}
        yield Case("token", label, as_zip(plain | {path: token}), expected, damaged="" if label == "future" else path)
    yield Case("token", "good", as_zip(plain | {path: good}), ALL_YES)
    for label, end in (("cross-certificate", None), ("old-cross-certificate", NOW - timedelta(days=1))):
        crossed = from_(replace(pki.tsa(), chain=(pki.crossed(end), pki.issuing)))
        yield Case("token", label, as_zip(plain | {path: crossed}), ALL_YES)
    stranger = stamp(world.untrusted_tsa, value)
    yield Case("token", "untrusted", as_zip(plain | {path: stranger}), ALL_YES | {"time": CANNOT, "clock": CANNOT})
    both = plain | {path: stranger, "proof/tokens/signature-c.tsr": good}
    yield Case("token", "one-of-two-trusted", as_zip(both), ALL_YES)
    spoilt = plain | {path: by(Behaviour.BROKEN_SIGNATURE), "proof/tokens/signature-c.tsr": good}
    yield Case("token", "good-beside-broken", as_zip(spoilt), ALL_YES | {"time": NO, "clock": ANY, "complete": NO})
    other = Trust(certificates=shop.trust.certificates, tsa_roots=(TestPki("Third", now=NOW).root_der,))
    yield Case("token", "other-root-given", as_zip(plain | {path: good}),
               ALL_YES | {"time": CANNOT, "clock": CANNOT}, trust=other)  # fmt: skip
    self_made = Trust(certificates=shop.trust.certificates)
    yield Case("token", "root-only-in-the-package", as_zip(plain | {path: good}),
               ALL_YES | {"time": CANNOT, "clock": CANNOT}, trust=self_made)  # fmt: skip


def _added_tokens(shop: Workshop, rng: random.Random, count: int) -> Iterator[Case]:
    """Tokens over heads, in places where they do not belong, and tokens with a flipped bit."""
    world = shop.world
    three, five = (f"proof/tokens/head-0000000{size}-a.tsr" for size in (3, 5))
    plain = shop.recipe.with_(has_tokens=False).build()
    crossed: dict[str, Files] = {
        "other-head": {"proof/tokens/head-00000003-b.tsr": shop.files[five]},
        "head-not-there": {"proof/tokens/head-00000099-b.tsr": shop.files[three]},
        "head-zero": {"proof/tokens/head-00000000-b.tsr": shop.files[three]},
        "head-as-signature": {"proof/tokens/signature-b.tsr": shop.files[three]},
    }
    for label, added in crossed.items():
        expected = ALL_YES | {"time": NO, "clock": NOT_YES, "complete": NO}
        yield Case("token-place", label, as_zip(plain | added), expected, damaged=next(iter(added)))
    with_name = stamp(world.tsa, plain["proof/heads/00000003.json"])
    early = plain | {"proof/tokens/head-00000003-b.tsr": with_name}
    yield Case("token-place", "head-of-all-acquisitions", as_zip(early), ALL_YES)
    first = shop.recipe.with_(has_tokens=False, edit_manifest=_claim_token).build()
    yield Case("token-place", "listed-but-missing", as_zip(first), ALL_YES | {"time": NO, "clock": NOT_YES})
    good = stamp(world.tsa, signature_value(plain[SIGNATURE]))
    for number in range(count):
        position = rng.randrange(len(good))
        token = good[:position] + bytes([good[position] ^ (1 << rng.randrange(8))]) + good[position + 1 :]
        # A bit that no signature covers may change nothing; whatever is *yes* has a sound signature.
        expected = ALL_YES | {"time": ANY, "clock": ANY, "complete": ("yes", "no")}
        yield Case("token-flip", f"{number:05d}-{position}",
                   as_zip(plain | {"proof/tokens/signature-b.tsr": token}), expected)  # fmt: skip


def _claim_token(value: dict[str, Any]) -> None:
    value["tokens"] = [{"path": "proof/tokens/head-00000003-z.tsr", "head_size": 3, "tsa_url": "http://127.0.0.1/"}]


def _resigned(shop: Workshop, changes: Files) -> Files:
    """The valid package with other files, listed and signed again by the right key."""
    files: Files = {}
    shop.recipe.build_into(files, changes)
    return files


def _cosignatures(shop: Workshop, rng: random.Random, count: int) -> Iterator[Case]:
    """A second person's signature: one that holds changes no claim, one that does not is damage."""
    pki = shop.world.pki
    manifest, first = shop.files[MANIFEST], shop.files[SIGNATURE]
    counsellor = pki.self_signed("Sample counsellor")
    right = sign_cms(manifest, counsellor)
    given = replace(shop.trust, certificates=(*shop.trust.certificates, counsellor.certificate_der))
    alone = replace(shop.trust, certificates=(counsellor.certificate_der,))

    def added(*signatures: bytes, start: int = 1) -> Files:
        files = shop.copy({cosignature_path(start + n): each for n, each in enumerate(signatures)})
        close_bag(files)
        return files

    yield Case("cosigned", "unknown", as_zip(added(right)), ALL_YES)
    yield Case("cosigned", "known", as_zip(added(right)), ALL_YES, trust=given)
    yield Case("cosigned", "lends-no-trust", as_zip(added(right)), ALL_YES | {"signer": NO}, trust=alone)
    yield Case("cosigned", "two-and-a-gap", as_zip(added(right, sign_cms(manifest, pki.signer()), start=7)), ALL_YES)
    yield Case("cosigned", "not-in-the-bag", as_zip(shop.copy({cosignature_path(1): right})), ALL_YES)
    wrong = {
        "by-the-signer": first,
        "other-document": sign_cms(b"another manifest", counsellor),
        "sha1": sign_cms(manifest, counsellor, "sha1"),
        "empty": b"",
        "garbage": bytes(500),
        "truncated": right[:-40],
        "trailing": right + b"more",
        "huge": right + bytes(300 << 10),
        "token": shop.files["proof/tokens/head-00000003-a.tsr"],
    }
    for label, signature in wrong.items():
        path = cosignature_path(1)
        yield Case("cosigned", label, as_zip(added(signature)), ALL_YES | {"complete": NO}, damaged=path)
        yield Case("cosigned", f"{label}-after-a-right-one", as_zip(added(right, signature)),
                   ALL_YES | {"complete": NO}, damaged=cosignature_path(2))  # fmt: skip
    for number in (0, 100, "01", "1a", "-1", ""):
        path = cosignature_path(1).replace("-1.", f"-{number}.")
        files = shop.copy({path: right})
        close_bag(files)
        yield Case("cosigned", f"place-{number}", as_zip(files), ALL_YES | {"complete": NO}, damaged=path)
    many = added(*[right] * 21)
    yield Case("cosigned", "too-many", as_zip(many), ALL_YES | {"complete": NO})
    broken = dict(added(right))
    broken[MANIFEST] = manifest.replace(b'"Sample"', b'"Simple"')
    yield Case("cosigned", "manifest-changed", as_zip(broken), {"complete": NO, "signed": NO},
               damaged=cosignature_path(1))  # fmt: skip
    for position in (rng.randrange(len(right)) for _ in range(count)):
        changed = right[:position] + bytes([right[position] ^ (1 << rng.randrange(8))]) + right[position + 1 :]
        files = shop.copy({cosignature_path(1): changed})
        yield Case("cosigned", f"flip-{position}", as_zip(files), ALL_YES | {"complete": ANY})
