"""Checks 5 and 10: who signed the manifest, and whether the reader knows that key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.manifest import CERTIFICATES, MANIFEST, SIGNATURE
from evidence.verify.state import Impossible, Outcome, State, cannot_tell, no, yes
from evidence.verify.trust import is_fingerprint_of
from evidence.verify.untrusted import ChainAnswer, ChainRequest, CmsAnswer, CmsRequest, Failure


def failure(kind: Failure) -> Outcome:
    """What a parser that gave no answer means: bytes that cannot be read are damage, a limit is not."""
    return no("parser.malformed") if kind.kind == "malformed" else cannot_tell(f"parser.{kind.kind}")


def check_manifest_signature(state: State) -> Iterator[Outcome]:
    """Whether the manifest carries one sound, detached signature by the key that it names (RFC 5652)."""
    manifest = state.need_manifest()
    fingerprint = manifest.signer.certificate_sha256
    state.facts["signer_sha256"] = fingerprint
    state.facts["signer_words"] = manifest.signer.fingerprint_words
    state.certificate = _shipped_certificate(state, fingerprint)
    data = state.reading.kept.get(SIGNATURE)
    if data is None:
        yield no("signature.missing")
        return
    content = state.reading.kept[MANIFEST]
    digests = {name: hashlib.new(name, content).digest() for name in ("sha256", "sha384", "sha512")}
    answer = state.parser.ask(CmsRequest(data, digests, fingerprint))
    if not isinstance(answer, CmsAnswer):
        state.damaged.setdefault(SIGNATURE, "changed")
        yield failure(answer if isinstance(answer, Failure) else Failure("crashed"))
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
    if not trust.certificates:
        return
    answer = state.parser.ask(
        ChainRequest(
            certificate=state.cms.certificate,
            others=state.cms.certificates,
            roots=trust.certificates,
            at=min(state.now, manifest.created.at),
        )
    )
    if isinstance(answer, ChainAnswer) and answer.is_trusted:
        yield yes("trust.chain", subject=state.cms.subject)
    elif isinstance(answer, ChainAnswer):
        yield no("trust.other_certificate")
    else:
        yield failure(answer if isinstance(answer, Failure) else Failure("crashed"))


def _shipped_certificate(state: State, fingerprint: str) -> bytes:
    """The certificate with this fingerprint, from the package's own list: its digest is all that vouches for it."""
    data = state.reading.kept.get(CERTIFICATES, b"")
    try:
        found = x509.load_pem_x509_certificates(data) if data else []
    except ValueError:
        return b""
    ders = (certificate.public_bytes(Encoding.DER) for certificate in found)
    return next((der for der in ders if hashlib.sha256(der).hexdigest() == fingerprint), b"")
