"""Make a signed detector pack (``.dfpack``) out of a model file, to be imported into the program.

    python packaging/make_pack.py yunet --model face_detection_yunet_2023mar.onnx --key KEY --publisher NAME --out FILE
    python packaging/make_pack.py folder --folder DIR --key KEY --out FILE

``yunet`` packs the finder of faces of OpenCV's model zoo (Wu et al. 2023; MIT licence), whose digest is pinned here.
``folder`` signs a pack that lies unpacked in a folder, such as one that calibrate_detectors.py wrote. ``KEY`` holds a
raw Ed25519 private key in hexadecimal; where there is no such file, a key is drawn and written there, readable by its
owner alone. The public key, which those who import must trust under the publisher's name, is written beside the pack
(``FILE.pem``) and printed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import zipfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from evidence.digest import canonical_json, parse_json
from evidence.scoring.finders import Finder, selftest_scene
from evidence.scoring.importing import MEMBERS
from evidence.scoring.packs import load_pack

YUNET_SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
LOOK_SIDE = 640
SCENE = 320
CARD = """# YuNet: finds faces

Model `face_detection_yunet_2023mar.onnx` of OpenCV's model zoo (Wu, Peng and Yu, "YuNet: A Tiny Millisecond-level Face
Detector", 2023), MIT licence, unchanged. It judges no face; it finds them for the detectors, and says with five points
whether a face is turned away. The error rates of the detectors were measured on faces that the cascades found.
"""


def key_in(path: Path) -> Ed25519PrivateKey:
    """The key in the file, or a new one that is written there."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(Ed25519PrivateKey.generate().private_bytes_raw().hex() + "\n")
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text("ascii").strip()))


def signed(members: dict[str, bytes], key: Ed25519PrivateKey, out: Path) -> None:
    """Sign ``pack.json`` and write the ZIP."""
    canonical = canonical_json(parse_json(members["pack.json"], canonical=False))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in MEMBERS:
            archive.writestr(name, key.sign(canonical) if name == "pack.sig" else members[name])
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    out.with_name(out.name + ".pem").write_bytes(public)
    print(f"public key: {key.public_key().public_bytes_raw().hex()}")


def yunet(model: bytes, publisher: str, created: str) -> dict[str, bytes]:
    """The members of the finder's pack, without the signature."""
    (face,) = Finder(model, LOOK_SIDE).find(selftest_scene(0, SCENE))
    places = [round(value / SCENE, 6) for value in face.box[:3]]
    test = {"seed": 0, "size": SCENE, "logits": places, "tolerance": 0.01}
    members = {"card.md": CARD.encode(), "model.onnx": model, "selftest.json": json.dumps(test, indent=1).encode()}
    facts = {
        "id": "yunet", "version": "2023mar", "created": created, "publisher": publisher, "task": "face_detection",
        "input": {"size": LOOK_SIDE, "crop_margin": 1.0}, "output": "faces", "opset": 11,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in members.items()},
        "licence": "MIT", "intended_use": "Finds faces for the detectors.", "min_app_version": "0.1.0",
    }  # fmt: skip
    return {"pack.json": json.dumps(facts, indent=1).encode(), **members}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=["yunet", "folder"])
    for name in ("model", "folder"):
        parser.add_argument(f"--{name}", type=Path)
    for name in ("key", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--publisher", default="")
    parser.add_argument("--created", default="2026-01-01")
    arguments = parser.parse_args()
    key = key_in(arguments.key)
    if arguments.kind == "yunet":
        model = arguments.model.read_bytes()
        if hashlib.sha256(model).hexdigest() != YUNET_SHA256:
            sys.exit("this is not the model file whose digest is pinned here")
        signed(yunet(model, arguments.publisher, arguments.created), key, arguments.out)
    else:
        pack = load_pack(arguments.folder)  # every digest compared
        signed({name: (pack.folder / name).read_bytes() for name in MEMBERS if name != "pack.sig"}, key, arguments.out)


if __name__ == "__main__":
    main()
