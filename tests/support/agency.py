"""A detector pack as an agency would hand it out: one of the program's own models under another name, signed."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evidence.digest import canonical_json

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "detectors" / "swap-small"
PUBLISHER = "Example agency"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def agency_pack(
    folder: Path, pack_id: str = "agency-swap", *, key: Ed25519PrivateKey | None = KEY, publisher: str = PUBLISHER
) -> Path:
    """The pack as one file below ``folder``; without a ``key``, its signature is empty."""
    members = {name: (SHIPPED / name).read_bytes() for name in ("model.onnx", "selftest.json")}
    members["card.md"] = b"# agency-swap\n\nMeasured on pictures that only the agency may keep.\n"
    facts = json.loads((SHIPPED / "pack.json").read_text("utf-8"))
    facts |= {"id": pack_id, "publisher": publisher, "version": "7"}
    facts["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}
    members["pack.json"] = json.dumps(facts).encode()
    members["pack.sig"] = key.sign(canonical_json(facts)) if key is not None else b""
    path = folder / f"{pack_id}.dfpack"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def public_key(folder: Path, key: Ed25519PrivateKey = KEY, name: str = "agency.pem") -> Path:
    """The publisher's public key as a file."""
    path = folder / name
    path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path
