"""Pictures with content credentials that were really signed, by a test authority."""

from __future__ import annotations

from io import BytesIO

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image
from support.pki import TestPki

from app.sample_tsa import certificate_builder, key_usage

TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def picture(kind: str) -> bytes:
    stream = BytesIO()
    Image.effect_mandelbrot((64, 64), (-2, -1.5, 1, 1.5), 20).convert("RGB").save(stream, kind)
    return stream.getvalue()


class Signing:
    """A signer of content credentials under a test authority."""

    def __init__(self) -> None:
        self.pki = TestPki()
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Pictures"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Example signer"),
        ])  # fmt: skip
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.pki.issuing_key.public_key())
        leaf = (
            certificate_builder(name, self.pki.issuing.subject, key, self.pki.start, self.pki.end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(key_usage(is_authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
            .add_extension(authority, critical=False)
            .sign(self.pki.issuing_key, hashes.SHA256())
        )
        self.chain = leaf.public_bytes(Encoding.PEM) + self.pki.issuing.public_bytes(Encoding.PEM)
        self.key = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def signed(self, kind: str, media_type: str, source: str = "trainedAlgorithmicMedia", elsewhere: str = "") -> bytes:
        action = {"action": "c2pa.created", "digitalSourceType": TYPES + source}
        manifest = {
            "claim_generator_info": [{"name": "Example Painter", "version": "1.0"}],
            "assertions": [{"label": "c2pa.actions", "data": {"actions": [action]}}],
        }
        info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=self.chain, private_key=self.key, ta_url=None)
        signed = BytesIO()
        with c2pa.Signer.from_info(info) as signer, c2pa.Builder(manifest) as builder:
            if elsewhere:
                builder.set_no_embed()
                builder.set_remote_url(elsewhere)
            builder.sign(signer, media_type, BytesIO(picture(kind)), signed)
        return signed.getvalue()
