"""Keys in a PKCS #11 token: SoftHSM where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from evidence.errors import EvidenceError
from evidence.model import Answer, ClaimName, PackageChoices
from evidence.package import build_package, co_sign_package, open_token
from evidence.verify import Trust, verify_package

pkcs11 = pytest.importorskip("pkcs11")
MODULES = [path for path in (Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/opt/homebrew/lib/softhsm/libsofthsm2.so"))
           if path.exists()]  # fmt: skip
pytestmark = pytest.mark.skipif(not MODULES or shutil.which("softhsm2-util") is None, reason="SoftHSM is not there")
PIN, KINDS = "246810", ("p256", "rsa")


@pytest.fixture(scope="module")
def token_keys(tmp_path_factory: pytest.TempPathFactory, pki: Any) -> Iterator[dict[str, Any]]:
    """One token for each kind of key, with the key and its certificate in it. The module reads its settings once."""
    folder = tmp_path_factory.mktemp("tokens")
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        made = {kind: pki.signer(key=pki.rsa_key if kind == "rsa" else None) for kind in KINDS}
        for kind, keys in made.items():
            (folder / "key.pem").write_bytes(keys.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            words = ["softhsm2-util", "--token", kind, "--pin", PIN]
            subprocess.run(
                ["softhsm2-util", "--init-token", "--free", "--label", kind, "--pin", PIN, "--so-pin", PIN],
                check=True, capture_output=True,
            )  # fmt: skip
            subprocess.run(
                [*words, "--import", str(folder / "key.pem"), "--label", "mine", "--id", "a1"],
                check=True, capture_output=True,
            )  # fmt: skip
        library = pkcs11.lib(str(MODULES[0]))
        for kind, keys in made.items():
            with library.get_token(token_label=kind).open(rw=True, user_pin=PIN) as session:
                session.create_object({
                    pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, pkcs11.Attribute.TOKEN: True,
                    pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509, pkcs11.Attribute.ID: b"\xa1",
                    pkcs11.Attribute.LABEL: "mine", pkcs11.Attribute.VALUE: keys.certificate_der,
                    pkcs11.Attribute.SUBJECT: keys.certificate.subject.public_bytes(),
                })  # fmt: skip
        yield made


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_signs(token_keys: dict[str, Any], sample: Any, out: Path, pki: Any, kind: str) -> None:
    made = build_package(sample.snapshot, PackageChoices("ko", {}, as_zip=False), out, signer=sample.signer)
    with open_token(MODULES[0], PIN, token_label=kind) as signer:
        assert signer.certificate_der == token_keys[kind].certificate_der
        co_sign_package([Path(made.folder)], signer=signer)
        own = build_package(sample.snapshot, PackageChoices("en", {}, as_zip=False), out, signer=signer)
    trust = Trust(certificates=(token_keys[kind].certificate_der,))
    report = verify_package(Path(made.folder), trust=trust, now=datetime.now(UTC))
    assert report.facts["cosigner.1.trusted"] == "yes" and report.damaged == ()
    report = verify_package(Path(own.folder), trust=trust, now=datetime.now(UTC))
    answers = {claim.name: claim.answer for claim in report.claims}
    assert (answers[ClaimName.SIGNED], answers[ClaimName.SIGNER]) == (Answer.YES, Answer.YES)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"pin": "999999", "token_label": "p256"}, "package.wrong_pin"),
        ({"pin": "", "token_label": "p256"}, "package.wrong_pin"),
        ({"pin": PIN}, "package.no_token"),
        ({"pin": PIN, "token_label": "another"}, "package.no_token"),
        ({"pin": PIN, "token_label": "p256", "key_label": "another"}, "package.no_token_key"),
        ({"pin": PIN, "module": Path("/nowhere.so")}, "package.no_token"),
    ],
)
def test_what_is_not_there_is_said(token_keys: dict[str, Any], words: dict[str, Any], code: str) -> None:
    with pytest.raises(EvidenceError) as raised, open_token(**({"module": MODULES[0]} | words)):
        pass
    assert raised.value.code == code
