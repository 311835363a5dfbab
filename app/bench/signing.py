"""A picture with content credentials of a signer that nobody knows, made on the spot for measuring."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

from app.sample_tsa import certificate_builder, key_usage
from evidence.scoring.drawn import draw_face

_MANIFEST = {
    "claim_generator_info": [{"name": "Example Painter", "version": "1.0"}],
    "assertions": [{"label": "c2pa.actions", "data": {"actions": [{
        "action": "c2pa.created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
    }]}}],
}  # fmt: skip


def signed_picture() -> bytes:
    """A JPEG of a drawn face whose manifest says that it was generated (C2PA 2.1), valid by an unknown signer."""
    import c2pa  # slow to import

    start = datetime.now(UTC) - timedelta(days=1)
    names = [
        x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Pictures"),
                   x509.NameAttribute(NameOID.COMMON_NAME, name)])
        for name in ("Example authority", "Example signer")
    ]  # fmt: skip
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    until = start + timedelta(days=30)
    root = (
        certificate_builder(names[0], names[0], root_key, start, until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(key_usage(is_authority=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    leaf = (
        certificate_builder(names[1], names[0], key, start, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(is_authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    info = c2pa.C2paSignerInfo(
        alg=b"es256", sign_cert=leaf.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM), ta_url=None,
        private_key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )  # fmt: skip
    plain, signed = BytesIO(), BytesIO()
    Image.fromarray(draw_face(160)).save(plain, "JPEG", quality=92)
    with c2pa.Signer.from_info(info) as signer, c2pa.Builder(_MANIFEST) as builder:
        builder.sign(signer, "image/jpeg", BytesIO(plain.getvalue()), signed)
    return signed.getvalue()
