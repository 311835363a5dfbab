"""The examiner's two signatures by one key: over the manifest (CAdES, detached) and over the report (PAdES B-B)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from io import BytesIO
from typing import Protocol, TypeVar

from asn1crypto import cms, x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.ades.api import CAdESSignedAttrSpec
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko_certvalidator.registry import SimpleCertificateStore

from evidence.errors import EvidenceError

FIELD_NAME = "Signature1"
RESERVED_HEX_DIGITS = 32768
"""Room for the signature inside the report, in hexadecimal digits: enough for time stamps that arrive later."""

T = TypeVar("T")


class PackageSigner(Protocol):
    """A key that signs, and its certificate. ``sign`` gives the signature over ``data`` with SHA-256: DER for
    ECDSA P-256, PKCS #1 v1.5 for RSA. The key itself is never asked for, so that it may live in a token."""

    @property
    def certificate_der(self) -> bytes:
        """The signer's certificate, DER."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data``."""
        ...


class KeySigner:
    """A :class:`PackageSigner` over a private key in memory, with the certificates that lead up to a root."""

    def __init__(
        self,
        key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
        certificate_der: bytes,
        chain: tuple[bytes, ...] = (),
    ) -> None:
        self._key = key
        self._certificate_der = certificate_der
        self.chain = chain

    @property
    def certificate_der(self) -> bytes:
        """The signer's certificate, DER."""
        return self._certificate_der

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data`` with SHA-256."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


def load_pkcs12(untrusted_data: bytes, password: str) -> KeySigner:
    """The signer in a PKCS #12 file (RFC 7292), with the certificates that lead up to a root.

    Raises :class:`EvidenceError` ``package.bad_key_file`` for a wrong password or a file without key and certificate,
    ``package.unusable_key`` for a key of another kind than ECDSA P-256 or RSA of at least 2048 bits.
    """
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(untrusted_data, password.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise EvidenceError("package.bad_key_file") from problem
    if key is None or certificate is None or certificate.public_key() != key.public_key():
        raise EvidenceError("package.bad_key_file")
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise EvidenceError("package.unusable_key")
    chain = tuple(each.public_bytes(Encoding.DER) for each in others)
    signer = KeySigner(key, certificate.public_bytes(Encoding.DER), chain)
    require_usable(signer)
    return signer


class _CmsSigner(signers.Signer):
    """Our signer in the form that pyHanko asks for."""

    def __init__(self, signer: PackageSigner, signature_size: int) -> None:
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        for certificate in getattr(signer, "chain", ()):
            registry.register(x509.Certificate.load(certificate))
        super().__init__(signing_cert=x509.Certificate.load(signer.certificate_der), cert_registry=registry)
        self._signer = signer
        self._signature_size = signature_size

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return bytes(self._signature_size) if dry_run else self._signer.sign(data)


def sign_manifest(manifest: bytes, signer: PackageSigner) -> bytes:
    """The detached CAdES-BES signature over the manifest's bytes (CMS, RFC 5652; ETSI EN 319 122-1), DER.

    Raises :class:`EvidenceError` ``package.unusable_key``.
    """
    cms_signer = _cms_signer(signer)
    attributes = PdfCMSSignedAttributes(cades_signed_attrs=CAdESSignedAttrSpec())
    signed = run(lambda: cms_signer.async_sign_general_data(
        manifest, "sha256", detached=True, use_cades=True, signed_attr_settings=attributes,
    ))  # fmt: skip
    return bytes(signed.dump())


def sign_report(pdf: bytes, signer: PackageSigner, *, at: datetime, name: str = "") -> bytes:
    """The report with a PAdES B-B signature (ETSI EN 319 142-1) that certifies it: no change is permitted afterwards
    but proof for the signature itself. ``at`` is the computer's clock, aware; ``name`` is shown by readers.

    Raises :class:`EvidenceError` ``package.unusable_key``.
    """
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD_NAME,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        name=name or None,
    )
    cms_signer = _cms_signer(signer)
    session = signers.PdfSigner(metadata, signer=cms_signer).init_signing_session(
        IncrementalPdfFileWriter(BytesIO(pdf))
    )
    session.system_time = at
    document = session.prepare_tbs_document(
        validation_info=None, bytes_reserved=RESERVED_HEX_DIGITS, appearance_text_params=None
    )
    output = BytesIO()
    digest, _ = document.digest_tbs_document(output=output)
    attributes = PdfCMSSignedAttributes(cades_signed_attrs=CAdESSignedAttrSpec())
    run(lambda: document.perform_signature(digest.document_digest, attributes))
    return output.getvalue()


def signature_value(cms_der: bytes) -> bytes:
    """The signature of the first signer of a CMS SignedData: what a signature time stamp is about."""
    signer_info = cms.ContentInfo.load(cms_der)["content"]["signer_infos"][0]
    return bytes(signer_info["signature"].native)


def require_usable(signer: PackageSigner) -> None:
    """Raises :class:`EvidenceError` ``package.unusable_key`` for a key that common validators would refuse."""
    _cms_signer(signer)


def _cms_signer(signer: PackageSigner) -> _CmsSigner:
    """``signer`` for pyHanko; its key must be one that every common validator accepts."""
    try:
        key = load_der_x509_certificate(signer.certificate_der).public_key()
    except ValueError as problem:
        raise EvidenceError("package.unusable_key") from problem
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return _CmsSigner(signer, signature_size=72)
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048:
        return _CmsSigner(signer, signature_size=key.key_size // 8)
    raise EvidenceError("package.unusable_key")


def run(make: Callable[[], Awaitable[T]]) -> T:
    """Run one of pyHanko's coroutines to its end, from a thread that has no event loop."""

    async def wait() -> T:
        return await make()

    return asyncio.run(wait())
