"""Manifests and signatures that say something else than they seem to."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from asn1crypto import algos, cms, core
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from support.hostile.cases import ALL_YES, NO, NOT_YES, YES, Case, Workshop, as_zip
from support.pki import SignerKeys
from support.sample_package import (
    NOW,
    Files,
    Recipe,
    close_bag,
    fingerprint_of,
    sign_cms,
    signature_value,
    signer_entry,
    stamp,
)

from evidence.custody import NewEvent
from evidence.digest import canonical_json, to_json
from evidence.manifest import CERTIFICATES, MANIFEST, SIGNATURE
from evidence.verify import Trust

Value = dict[str, Any]


def cases(shop: Workshop, _rng: random.Random, _count: int) -> Iterator[Case]:
    """All named cases; the manifest's other parts are right and, where it says so, signed by the right key."""
    yield from _encodings(shop)
    yield from _contents(shop)
    yield from _signatures(shop)
    yield from _keys(shop)
    yield from _log_keys(shop)


def _encodings(shop: Workshop) -> Iterator[Case]:
    """Bytes that two readers could read in two ways, signed by the right key."""

    def duplicate(value: Value) -> bytes:
        return canonical_json(value)[:-1] + b',"version":2}'

    def duplicate_first(value: Value) -> bytes:
        return b'{"case_title":"x",' + canonical_json(value)[1:]

    encodings: dict[str, Callable[[Value], bytes]] = {
        "duplicate-key-last": duplicate,
        "duplicate-key-first": duplicate_first,
        "indented": lambda value: json.dumps(value, indent=1).encode(),
        "ascii": lambda value: json.dumps(value, sort_keys=True, separators=(",", ":")).encode(),
        "unsorted": lambda value: json.dumps(dict(reversed(value.items())), ensure_ascii=False).encode(),
        "byte-order-mark": lambda value: b"\xef\xbb\xbf" + canonical_json(value),
        "utf-16": lambda value: canonical_json(value).decode().encode("utf-16"),
        "line-end": lambda value: canonical_json(value) + b"\n",
        "float-version": lambda value: canonical_json(value).replace(_VERSION, b'"version":2.0,"withheld"'),
        "exponent-version": lambda value: canonical_json(value).replace(_VERSION, b'"version":2e0,"withheld"'),
        "big-size": lambda value: canonical_json(value).replace(b'"size":256', b'"size":99999999999999999999'),
        "nan": lambda value: canonical_json(value).replace(_VERSION, b'"version":NaN,"withheld"'),
        "deep": lambda _value: b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        "array": lambda value: b"[" + canonical_json(value) + b"]",
        "null": lambda _value: b"null",
        "number": lambda _value: b"1",
        "empty": lambda _value: b"",
        "empty-object": lambda _value: b"{}",
        "truncated": lambda value: canonical_json(value)[:-20],
        "surrogate": lambda value: canonical_json(value).replace(b'"Sample"', b'"\\ud800"'),
        "not-utf8": lambda value: canonical_json(value).replace(b'"Sample"', b'"\xff\xfe"'),
    }
    for label, encode in encodings.items():
        files = shop.recipe.with_(encode_manifest=encode).build
        yield Case("manifest-bytes", label, as_zip(files), {"complete": NO, "signed": NOT_YES, "report": NOT_YES,
                                                            "custody": NOT_YES, "time": NOT_YES})  # fmt: skip


def _contents(shop: Workshop) -> Iterator[Case]:
    """Well-formed manifests that make no sense, signed by the right key."""

    def put(*path: Any, to: Any) -> Callable[[Value], None]:
        def edit(value: Value) -> None:
            place: Any = value
            for step in path[:-1]:
                place = place[step]
            if to is _GONE:
                del place[path[-1]]
            else:
                place[path[-1]] = to

        return edit

    def repeat(key: str) -> Callable[[Value], None]:
        return lambda value: value[key].append(value[key][0])

    edits: dict[str, Callable[[Value], None]] = {
        "version-0": put("version", to=0),
        "version-negative": put("version", to=-1),
        "version-text": put("version", to="1"),
        "version-true": put("version", to=True),
        "version-missing": put("version", to=_GONE),
        "format-other": put("format", to="other-package"),
        "format-missing": put("format", to=_GONE),
        "unknown-member": put("extra", to="x"),
        "unknown-member-deep": put("items", 0, "extra", to="x"),
        "member-missing": put("statement", to=_GONE),
        "event-count-missing": put("log", "disclosed", to=_GONE),
        "file-listed-twice": repeat("files"),
        "item-listed-twice": repeat("items"),
        "no-files": put("files", to=[]),
        "files-null": put("files", to=None),
        "file-missing-from-list": lambda value: value["files"].pop(0),
        "size-negative": put("files", 0, "size", to=-1),
        "size-text": put("files", 0, "size", to="5"),
        "size-list": put("files", 0, "size", to=[1]),
        "size-object": put("files", 0, "size", to={}),
        "size-huge": put("files", 0, "size", to=2**53 - 1),
        "path-number": put("files", 0, "path", to=5),
        "files-object": put("files", to={"a": 1}),
        "file-number": put("files", 0, to=5),
        "digest-upper-case": lambda value: value["files"][0].update(sha256=value["files"][0]["sha256"].upper()),
        "digest-short": lambda value: value["files"][0].update(sha256=value["files"][0]["sha256"][:32]),
        "digest-empty": put("files", 0, "sha256", to=""),
        "digest-other": put("files", 0, "sha256", to="0" * 64),
        "digest-512-other": put("files", 0, "sha512", to="0" * 128),
        "path-escapes": put("files", 0, "path", to="../x"),
        "path-absolute": put("files", 0, "path", to="/etc/passwd"),
        "path-empty": put("files", 0, "path", to=""),
        "path-of-manifest": put("files", 0, "path", to=MANIFEST),
        "role-unknown": put("files", 0, "role", to="weapon"),
        "item-unknown": lambda value: _original(value).update(item="A-99"),
        "signer-words-other": put("signer", "fingerprint_words", to="zero " * 12),
        "signer-other": put("signer", "certificate_sha256", to="0" * 64),
        "signer-short": put("signer", "certificate_sha256", to="00"),
        "case-other": put("case_id", to="other"),
        "created-no-zone": put("created", "at", to="2026-03-01T12:00:00"),
        "created-nonsense": put("created", "at", to="yesterday"),
        "log-root-other": put("log", "root", to="0" * 64),
        "log-size-other": put("log", "size", to=99),
        "log-size-zero": put("log", "size", to=0),
        "disclosed-other": put("log", "disclosed", to=1),
        "method-unknown": put("items", 0, "method", to="magic"),
    }
    statements = ("signer-other", "log-root-other", "log-size-other", "disclosed-other")
    for label, edit in edits.items():
        files = shop.recipe.with_(edit_manifest=edit).build
        expected = {"complete": NO}
        if label in statements[1:]:
            expected = ALL_YES | {"custody": NO, "time": NOT_YES, "method": NOT_YES, "clock": NOT_YES}
        yield Case("manifest-content", label, as_zip(files), expected)
    lies: dict[str, Callable[[Value], None]] = {
        "method": put("items", 1, "method", to="live_capture"),
        "acquired-at": put("items", 0, "acquired", "at", to="2026-02-01T00:00:00Z"),
        "tool": put("items", 0, "tool", "name", to="Other"),
        "source": put("items", 0, "source", "display", to=":2"),
        "number": lambda value: _rename(value, "A-01", "A-07"),
        "offset": put("items", 0, "acquired", "clock_offset_ms", to=0),
        "position": lambda value: [entry.update(position=1 - entry["position"])
                                   for entry in value["files"] if entry["item"] == "A-02"],
    }  # fmt: skip
    for label, edit in lies.items():
        files = shop.recipe.with_(edit_manifest=edit).build
        yield Case("manifest-lie", label, as_zip(files), {"custody": NO, "method": NOT_YES, "time": NOT_YES})
    newer = shop.recipe.with_(version=99).build()
    told_newer = dict.fromkeys(ALL_YES, NOT_YES) | {"complete": ("cannot_tell",)}
    yield Case("manifest-content", "newer-version", as_zip(newer), told_newer)


_VERSION = b'"version":2,"withheld"'
_GONE = object()
_ZERO_PAIR = bytes.fromhex("3006020100020100")


def _original(value: Value) -> Value:
    found: Value = next(entry for entry in value["files"] if entry["role"] == "original")
    return found


def _rename(value: Value, old: str, new: str) -> None:
    value["items"][0]["number"] = new
    for entry in value["files"]:
        if entry["item"] == old:
            entry["item"] = new


_DATA = bytes.fromhex("06092A864886F70D010701")
_ENVELOPED = bytes.fromhex("06092A864886F70D010703")


def _signatures(shop: Workshop) -> Iterator[Case]:
    """The manifest is right; its signature is not what it should be. The bag was made again each time."""
    world, manifest = shop.world, shop.files[MANIFEST]
    signer = world.signer
    right = shop.files[SIGNATURE]
    made: dict[str, tuple[bytes | None, tuple[str, ...]]] = {
        "removed": (None, NO),
        "empty": (b"", NO),
        "garbage": (b"\x00" * 500, NO),
        "text": (b"-----BEGIN PKCS7-----\n", NO),
        "pem": (b"-----BEGIN CMS-----\nAAAA\n-----END CMS-----\n", NO),
        "truncated": (right[:-40], NO),
        "trailing": (right + b"more", NO),
        "fresh-key": (sign_cms(manifest, world.stranger), NO),
        "other-document": (sign_cms(b"another manifest", signer), NO),
        "sha1": (sign_cms(manifest, signer, "sha1"), NO),
        "attached": (_attached(manifest, signer), NO),
        "attached-other": (_attached(b"another manifest", signer), NO),
        "no-attributes": (_edited(right, _without_attributes), NO),
        "no-signer": (_edited(right, _without_signers), NO),
        "two-signers": (_two_signers(right, sign_cms(manifest, world.stranger)), NO),
        "same-signer-twice": (_two_signers(right, right), NO),
        "no-certificates": (_edited(right, lambda data: data.__setitem__("certificates", [])), NO),
        "zero-signature": (_edited(right, lambda data: _set_signature(data, bytes(64))), NO),
        "empty-signature": (_edited(right, lambda data: _set_signature(data, b"")), NO),
        "infinity-signature": (
            _edited(right, lambda data: _set_signature(data, bytes.fromhex("3006020100020100"))),
            NO,
        ),
        "other-content-type": (right.replace(_DATA, _ENVELOPED, 1), NO),
        "other-serial": (_edited(right, _other_serial), NO),
        "digest-replaced": (_edited(right, _digest_algorithm("sha512")), NO),
        "digest-md5": (_edited(right, _digest_algorithm("md5")), NO),
        "token-as-signature": (shop.files["proof/tokens/head-00000003-a.tsr"], NO),
        "deep": (_nested(4000), NO),
        "long-length": (b"\x30\x84\xff\xff\xff\xff" + bytes(100), NO),
        "indefinite": (b"\x30\x80" * 3000, NO),
        "sha512": (sign_cms(manifest, signer, "sha512"), YES),
        "injected-certificates": (sign_cms(manifest, signer, others=(world.stranger.certificate, world.pki.root)), YES),
    }
    for label, (signature, answer) in made.items():
        files = shop.copy({SIGNATURE: signature})
        close_bag(files)
        expected = ALL_YES if answer is YES else {
            "complete": NO, "signed": NO, "signer": NOT_YES, "time": NOT_YES, "custody": NOT_YES, "method": NOT_YES,
            "clock": NOT_YES,
        }  # fmt: skip
        is_named = answer is NO and label not in ("other-document", "digest-replaced")
        yield Case("signature", label, as_zip(files), expected, damaged=SIGNATURE if is_named else "")


def _keys(shop: Workshop) -> Iterator[Case]:
    """Whole packages by other keys: only a key that the reader knows is *yes*."""
    world = shop.world
    pki = world.pki
    forged = shop.recipe.with_(manifest_signer=world.stranger, named_signer=world.stranger).build()
    yield Case("key", "whole-forgery", as_zip(forged), ALL_YES | {"signer": NO})
    yield Case("key", "whole-forgery-nothing-given", as_zip(forged),
               ALL_YES | {"signer": ("cannot_tell",)}, trust=Trust(tsa_roots=(pki.root_der,)))  # fmt: skip
    wrong_words = Trust(fingerprint=fingerprint_of(world.signer), tsa_roots=(pki.root_der,))
    yield Case("key", "whole-forgery-fingerprint", as_zip(forged), ALL_YES | {"signer": NO}, trust=wrong_words)
    named = shop.recipe.with_(named_signer=world.stranger).build()
    yield Case("key", "named-but-not-signing", as_zip(named), {"complete": NO, "signed": NO, "signer": NOT_YES})
    borrowed = shop.recipe.with_(manifest_signer=world.stranger).build()
    yield Case("key", "signing-but-not-named", as_zip(borrowed), {"complete": NO, "signed": NO, "signer": NOT_YES})
    report_only = shop.recipe.with_(report_signer=world.stranger).build()
    yield Case("key", "report-by-another", as_zip(report_only),
               ALL_YES | {"complete": NO, "signed": NO, "report": NOT_YES}, damaged="01_report.pdf")  # fmt: skip
    injected = dict(forged)
    injected[CERTIFICATES] = world.signer.certificate.public_bytes(Encoding.PEM) + forged[CERTIFICATES]
    close_bag(injected)
    yield Case("key", "expected-certificate-shipped", as_zip(injected), {"complete": NO, "signer": NO})
    yield from _expired(shop)
    for label, signer in _odd_keys(shop):
        files = shop.recipe.with_(manifest_signer=signer, named_signer=signer).build
        trust = Trust(certificates=(signer.certificate_der,), tsa_roots=(pki.root_der,))
        strong = label.startswith("good")
        expected = {"signed": YES if strong else NO, "signer": YES if strong else NOT_YES}
        yield Case("key", label, as_zip(files), expected | ({} if strong else {"complete": NO}), trust=trust)


def _log_keys(shop: Workshop) -> Iterator[Case]:
    """A key of its own for the log: sound only where each of the two keys names the other."""
    world = shop.world
    vault, thief = world.stranger, world.pki.self_signed("Sample thief")
    both = shop.recipe.with_(log_key=vault)
    said = fingerprint_of(world.signer)

    def frozen(**facts: str) -> Callable[[list[NewEvent]], None]:
        def edit(events: list[NewEvent]) -> None:
            kept = {"exhibits": events[-1].facts["exhibits"]}
            events[-1] = replace(events[-1], facts=kept | facts)

        return edit

    def named(to: SignerKeys | None, **changes: str) -> Callable[[Value], None]:
        entry = None if to is None else to_json(signer_entry(to)) | changes
        return lambda value: value.__setitem__("log_signer", entry)

    log_no = ALL_YES | {"custody": NO, "time": NOT_YES, "method": NOT_YES, "clock": NOT_YES}
    recipes: dict[str, tuple[Recipe, Mapping[str, tuple[str, ...]]]] = {
        "each-names-the-other": (both, ALL_YES),
        "log-names-nobody": (both.with_(edit_events=frozen()), log_no),
        "log-names-nothing": (both.with_(edit_events=frozen(signer="")), log_no),
        "log-names-another": (both.with_(edit_events=frozen(signer=fingerprint_of(thief))), log_no),
        "log-names-itself": (both.with_(edit_events=frozen(signer=fingerprint_of(vault))), log_no),
        "plain-log-names-another": (
            shop.recipe.with_(edit_events=frozen(signer=fingerprint_of(thief))), log_no,
        ),
        "plain-log-names-its-own": (shop.recipe.with_(edit_events=frozen(signer=said)), ALL_YES),
        "manifest-names-no-log-key": (both.with_(edit_manifest=named(None)), log_no),
        "manifest-names-another": (both.with_(edit_manifest=named(thief)), {"custody": NOT_YES, "time": NOT_YES}),
        "manifest-names-the-signer-twice": (both.with_(edit_manifest=named(world.signer)), {"complete": NO}),
        "words-of-another": (
            both.with_(edit_manifest=named(vault, fingerprint_words=signer_entry(thief).fingerprint_words)),
            {"complete": NO},
        ),
        "fingerprint-short": (both.with_(edit_manifest=named(vault, certificate_sha256="00")), {"complete": NO}),
        "fingerprint-empty": (both.with_(edit_manifest=named(vault, certificate_sha256="")), {"complete": NO}),
        "unknown-member": (both.with_(edit_manifest=named(vault, extra="x")), {"complete": NO}),
        "log-under-the-signer": (shop.recipe.with_(edit_manifest=named(vault)), {"custody": NOT_YES, "time": NOT_YES}),
        "another-signs-this-log": (
            both.with_(manifest_signer=thief, named_signer=thief, edit_events=frozen(signer=said)),
            log_no | {"signer": NO},
        ),
        "another-signs-a-plain-log": (
            shop.recipe.with_(manifest_signer=thief, named_signer=thief, log_key=world.signer, edit_events=frozen()),
            log_no | {"signer": NO},
        ),
    }  # fmt: skip
    for label, (recipe, expected) in recipes.items():
        yield Case("log-key", label, as_zip(recipe.build), expected)
    alone = both.build()
    alone[CERTIFICATES] = world.signer.certificate.public_bytes(Encoding.PEM)
    close_bag(alone)
    yield Case("log-key", "certificate-taken-out", as_zip(alone), {"complete": NO, "custody": NOT_YES})


def _expired(shop: Workshop) -> Iterator[Case]:
    """A key under a given authority whose certificate ended a minute after the package was made."""
    pki = shop.world.pki
    signer = pki.signer("Expired", start=NOW - timedelta(days=30), end=NOW + timedelta(minutes=10))
    recipe = shop.recipe.with_(manifest_signer=signer, named_signer=signer)
    trust = Trust(certificates=(pki.root_der,), tsa_roots=(pki.root_der,))
    yield Case(
        "key", "expired-without-proof", as_zip(recipe.build), ALL_YES | {"signer": ("cannot_tell",)}, trust=trust
    )

    def proven() -> Files:
        files = recipe.build()
        return files | {"proof/tokens/signature-b.tsr": stamp(shop.world.tsa, signature_value(files[SIGNATURE]))}

    yield Case("key", "expired-with-proof", as_zip(proven), ALL_YES, trust=trust)
    before = pki.signer("Before", start=NOW - timedelta(days=30), end=NOW - timedelta(days=10))
    late = shop.recipe.with_(manifest_signer=before, named_signer=before)
    yield Case("key", "expired-before", as_zip(late.build), ALL_YES | {"signer": NO}, trust=trust)


def _odd_keys(shop: Workshop) -> Iterator[tuple[str, SignerKeys]]:
    pki = shop.world.pki
    yield "rsa-1024", pki.signer("Weak", key=rsa.generate_private_key(public_exponent=65537, key_size=1024))
    yield "good-rsa-2048", pki.signer("RSA", key=pki.rsa_key)
    yield "curve-192", pki.signer("Small", key=ec.generate_private_key(ec.SECP192R1()))
    yield "good-p384", pki.signer("P-384", key=ec.generate_private_key(ec.SECP384R1()))
    yield "curve-k1", pki.signer("Koblitz", key=ec.generate_private_key(ec.SECP256K1()))
    expired = {"start": NOW - timedelta(days=30), "end": NOW - timedelta(days=10)}
    yield "good-expired-certificate", pki.signer("Expired", **expired)


def _edited(signature: bytes, edit: Callable[[Any], None]) -> bytes:
    info = cms.ContentInfo.load(signature)
    edit(info["content"])
    return bytes(info.dump(force=True))


def _attached(data: bytes, signer: SignerKeys) -> bytes:
    """A signature that carries its own content."""
    info = cms.ContentInfo.load(sign_cms(data, signer))
    info["content"]["encap_content_info"] = cms.ContentInfo({"content_type": "data", "content": core.OctetString(data)})
    return bytes(info.dump(force=True))


def _without_attributes(data: Any) -> None:
    signer = data["signer_infos"][0]
    del signer["signed_attrs"]


def _without_signers(data: Any) -> None:
    data["signer_infos"] = cms.SignerInfos([])


def _set_signature(data: Any, value: bytes) -> None:
    data["signer_infos"][0]["signature"] = value


def _other_serial(data: Any) -> None:
    data["signer_infos"][0]["sid"].chosen["serial_number"] = 12345


def _digest_algorithm(name: str) -> Callable[[Any], None]:
    def edit(data: Any) -> None:
        data["signer_infos"][0]["digest_algorithm"] = algos.DigestAlgorithm({"algorithm": name})

    return edit


def _two_signers(first: bytes, second: bytes) -> bytes:
    info, other = cms.ContentInfo.load(first), cms.ContentInfo.load(second)
    signers = [info["content"]["signer_infos"][0], other["content"]["signer_infos"][0]]
    info["content"]["signer_infos"] = cms.SignerInfos(signers)
    info["content"]["certificates"] = [
        certificate for data in (info, other) for certificate in data["content"]["certificates"]
    ]
    return bytes(info.dump(force=True))


def _nested(depth: int) -> bytes:
    data = b""
    for _ in range(depth):
        length = len(data)
        head = bytes([length]) if length < 128 else b"\x82" + length.to_bytes(2, "big")
        data = b"\x30" + head + data
        if len(data) > 60000:
            break
    return data
