"""A real public-key infrastructure, made when a test asks: root, issuing authority, TSA and signer certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.sample_tsa import PrivateKey, TsaKeys, certificate_builder, key_usage


@dataclass(frozen=True)
class SignerKeys:
    """A signer's key with its certificate and the issuers above it, root last."""

    key: PrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def certificate_der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


def name_of(common_name: str) -> x509.Name:
    """A subject with a common name alone."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


class TestPki:
    """Root and issuing authority (ECDSA P-256), good from a year before ``now`` to ten years after."""

    __test__ = False

    def __init__(self, label: str = "Test", now: datetime | None = None) -> None:
        self.label = label
        self.now = now or datetime.now(UTC)
        self.start, self.end = self.now - timedelta(days=365), self.now + timedelta(days=3650)
        self.root_key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._authority(f"{label} root", self.root_key, f"{label} root", self.root_key, 1)
        self.issuing_key = ec.generate_private_key(ec.SECP256R1())
        self.issuing = self._authority(f"{label} issuing", self.issuing_key, f"{label} root", self.root_key, 0)

    @property
    def root_der(self) -> bytes:
        return self.root.public_bytes(Encoding.DER)

    @property
    def root_pem(self) -> bytes:
        return self.root.public_bytes(Encoding.PEM)

    def tsa(
        self,
        name: str = "time stamps",
        *,
        purposes: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.TIME_STAMPING,),
        is_critical: bool = True,
        start: datetime | None = None,
        end: datetime | None = None,
        key: PrivateKey | None = None,
        signed_with: hashes.HashAlgorithm | None = None,
    ) -> TsaKeys:
        """A TSA certificate under the issuing authority. No ``purposes``: no extended key usage at all."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        builder = certificate_builder(
            name_of(f"{self.label} {name}"), self.issuing.subject, key, start or self.start, end or self.end
        ).add_extension(key_usage(is_authority=False), critical=True)
        if purposes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=is_critical)
        certificate = builder.sign(self.issuing_key, signed_with or hashes.SHA256())
        return TsaKeys(key=key, certificate=certificate, chain=(self.issuing, self.root), root=self.root)

    def crossed(self, end: datetime | None = None) -> x509.Certificate:
        """The root's key under an older authority, as authorities send it along for readers who know only the older
        one."""
        older = ec.generate_private_key(ec.SECP256R1())
        return (
            certificate_builder(self.root.subject, name_of("Older root"), self.root_key, self.start, end or self.end)
            .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
            .add_extension(key_usage(is_authority=True), critical=True)
            .sign(older, hashes.SHA256())
        )

    @cached_property
    def rsa_key(self) -> rsa.RSAPrivateKey:
        """An RSA key of 2048 bits, made once."""
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def signer(
        self, common_name: str = "Test signer", *, key: PrivateKey | None = None,
        start: datetime | None = None, end: datetime | None = None,
    ) -> SignerKeys:  # fmt: skip
        """A signer's certificate (digital signature, non-repudiation) under the issuing authority."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        certificate = (
            certificate_builder(name_of(common_name), self.issuing.subject, key, start or self.start, end or self.end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_signing_usage(), critical=True)
            .sign(self.issuing_key, hashes.SHA256())
        )
        return SignerKeys(key, certificate, (self.issuing, self.root))

    def self_signed(self, common_name: str = "Self-made signer") -> SignerKeys:
        """A key with a certificate that nobody vouches for, as a vault makes it."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = name_of(common_name)
        certificate = (
            certificate_builder(name, name, key, self.start, self.end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_signing_usage(), critical=True)
            .sign(key, hashes.SHA256())
        )
        return SignerKeys(key, certificate)

    def _authority(
        self, name: str, key: PrivateKey, issuer: str, issuer_key: PrivateKey, path_length: int
    ) -> x509.Certificate:
        return (
            certificate_builder(name_of(name), name_of(issuer), key, self.start, self.end)
            .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
            .add_extension(key_usage(is_authority=True), critical=True)
            .sign(issuer_key, hashes.SHA256())
        )


def _signing_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
