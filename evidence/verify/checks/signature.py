"""Checks 5 and 10: who signed the manifest, and whether the reader knows that key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.manifest import CERTIFICATES, MANIFEST, SIGNATURE
from evidence.verify.state import Impossible, Outcome, State, cannot_tell, no, yes
from evidence.verify.trust import is_fingerprint_of
from evidence.verify.untrusted import Answer, ChainAnswer, ChainRequest, CmsAnswer, CmsRequest, Failure


def failure(state: State, path: str, answer: Answer) -> Outcome:
    """What it means that a parser gave no answer about ``path``: unreadable bytes are damage, a limit is not."""
    kind = answer.kind if isinstance(answer, Failure) else "crashed"
    if kind != "malformed":
        return cannot_tell(f"parser.{kind}")
    state.damaged.setdefault(path, "changed")
    return no("parser.malformed")


def check_manifest_signature(state: State) -> Iterator[Outcome]:
    """Whether the manifest carries one sound, detached signature by the key that it names (RFC 5652)."""
    manifest = state.need_manifest()
    fingerprint = manifest.signer.certificate_sha256
    state.facts["signer_sha256"] = fingerprint
    state.facts["signer_words"] = manifest.signer.fingerprint_words
    state.certificate = shipped_certificate(state, fingerprint)
    data = state.reading.kept.get(SIGNATURE)
    if data is None:
        yield no("signature.missing")
        return
    answer = state.parser.ask(CmsRequest(data, content_digests(state.reading.kept[MANIFEST]), fingerprint))
    if not isinstance(answer, CmsAnswer):
        yield failure(state, SIGNATURE, answer)
        return
    if answer.certificate and hashlib.sha256(answer.certificate).hexdigest() == fingerprint:
        state.certificate = answer.certificate
    if answer.problem:
        is_other = answer.problem == "signature.other_document"
        state.damaged.setdefault(MANIFEST if is_other else SIGNATURE, "changed")
        yield no(answer.problem)
        return
    state.cms = answer
    state.facts["signer_subject"] = answer.subject
    state.facts["signature_algorithm"] = answer.algorithm
    yield yes("signature.sound", fingerprint=fingerprint, words=manifest.signer.fingerprint_words)


def content_digests(content: bytes) -> dict[str, bytes]:
    """The digests under which a signature may name some content."""
    return {name: hashlib.new(name, content).digest() for name in ("sha256", "sha384", "sha512")}


def check_trust(state: State) -> Iterator[Outcome]:
    """Whether the key is one that the reader knows: by certificate, by its issuer, or by fingerprint.

    Certificates that came with the package help to build a chain but are never its end.
    """
    manifest = state.need_manifest()
    if state.cms is None:
        raise Impossible("needs.signature")
    trust, fingerprint = state.trust, manifest.signer.certificate_sha256
    if not trust.certificates and not trust.fingerprint:
        yield cannot_tell("trust.nothing_given", words=manifest.signer.fingerprint_words)
        return
    if trust.fingerprint and not is_fingerprint_of(trust.fingerprint, fingerprint):
        yield no("trust.other_fingerprint")
        return
    if trust.fingerprint:
        yield yes("trust.fingerprint")
    if state.cms.certificate in trust.certificates:
        yield yes("trust.certificate", subject=state.cms.subject)
        return
    if trust.certificates:
        yield _chain(state, state.cms, manifest.created.at)


def _chain(state: State, cms: CmsAnswer, stated_at: datetime) -> Outcome:
    """A chain must hold now, or at a time that a trusted token proves. The time that the package states for itself is
    not proof: whoever has an expired key can state any time."""
    proven = [token.stamped_at for token in state.tokens if token.is_trusted and not token.head_size]
    for at, is_proven in ((state.now, True), *((each, True) for each in proven), (stated_at, False)):
        answer = state.parser.ask(ChainRequest(cms.certificate, cms.certificates, state.trust.certificates, at))
        if not isinstance(answer, ChainAnswer):
            return failure(state, SIGNATURE, answer)
        if answer.is_trusted:
            return yes("trust.chain", subject=cms.subject) if is_proven else cannot_tell("trust.expired")
    return no("trust.other_certificate")


def shipped_certificate(state: State, fingerprint: str) -> bytes:
    """The certificate with this fingerprint, from the package's own list: its digest is all that vouches for it."""
    data = state.reading.kept.get(CERTIFICATES, b"")
    try:
        found = x509.load_pem_x509_certificates(data) if data else []
    except ValueError:
        return b""
    ders = (certificate.public_bytes(Encoding.DER) for certificate in found)
    return next((der for der in ders if hashlib.sha256(der).hexdigest() == fingerprint), b"")
